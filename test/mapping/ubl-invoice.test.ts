// Invoice -> e-invoice of EN 16931: amounts as the ERP posted them, signs, VAT categories, parties. Whether the whole is right the rules
// of protocols/ubl say (BR-*, PEPPOL-*).
import { describe, expect, it } from 'vitest'
import { decodeInvoice, encodeInvoice } from '../../protocols/ubl/document.ts'
import { checkEInvoice } from '../../protocols/ubl/rules.ts'
import type { BuyerParty, SellerParty } from '../../src/accounts/invoice-party.ts'
import type { Invoice, InvoiceLine } from '../../src/invoices/invoice.ts'
import { toEInvoice } from '../../src/mapping/ubl-invoice.ts'
import type { OrderWithLines } from '../../src/orders/orders-with-lines.ts'
import type { Shipment } from '../../src/shipments/shipment.ts'
import { invoiceLine, invoiceOf, orderLine, orderOf, secondOrder, shipmentOf, taxOf, townHall } from './house.ts'

const seller: SellerParty = {
  name: 'Papier Noord B.V.',
  address: { street: 'Loodsweg 4', city: 'Groningen', postCode: '9723 CA', country: 'NL' },
  vatId: 'NL001234567B01',
  endpoint: { scheme: '0106', id: '01234567' },
  bank: { iban: 'NL02ABNA0123456789', bic: 'ABNANL2A', holder: 'Papier Noord Incasso' },
}
const buyer: BuyerParty = { format: 'peppol', vatId: 'NL803233000B01' }

interface Given {
  invoice?: Partial<Invoice>
  lines?: InvoiceLine[]
  orders?: OrderWithLines[]
  corrected?: Invoice
  shipments?: Shipment[]
  buyer?: BuyerParty
}

/** The e-invoice, as a receiver reads it. */
function write({ invoice, lines = [invoiceLine()], orders, corrected, shipments = [], ...more }: Given = {}) {
  const billed = {
    invoice: invoiceOf({ billTo: townHall, ...invoice }),
    lines,
    orders: orders ?? [{ order: orderOf(), lines: [orderLine({ buyerPartId: 'PEN-7' })] }],
    corrected: corrected ?? null,
    shipments,
  }
  const made = toEInvoice(billed, { seller, buyer: more.buyer ?? buyer, customer: undefined }, 'Europe/Amsterdam')
  const findings = checkEInvoice(made).map((f) => f.rule)
  return { made: decodeInvoice(encodeInvoice(made)), findings }
}

describe('toEInvoice', () => {
  it('has order, line of the order, both part numbers, account and terms', () => {
    const order = orderOf({ costCentre: 'FAC-310', projectCode: 'P-1', agreement: 'C-2026' })
    const { made, findings } = write({ orders: [{ order, lines: [orderLine({ buyerPartId: 'PEN-7' })] }] })
    expect(findings).toEqual([])
    expect(made).toMatchObject({
      number: 'IN-1',
      issueDate: '2026-01-12',
      dueDate: '2026-02-11',
      purchaseOrder: '4500012345',
      salesOrder: 'SO-1',
      accountingCost: 'FAC-310',
      project: 'P-1',
      contract: 'C-2026',
      buyer: { endpoint: { scheme: '9944', id: 'NL803233000B01' }, contact: { name: 'Jane Jansen' } },
      delivery: { address: { city: 'Almere', country: 'NL' } },
      paymentMeans: [{ account: { id: 'NL02ABNA0123456789', name: 'Papier Noord Incasso', bic: 'ABNANL2A' } }],
    })
    expect(made.lines[0]).toMatchObject({
      purchaseOrderLine: '1',
      buyersItemId: 'PEN-7',
      sellersItemId: '00417',
      classifications: [{ code: '44121704', list: 'TST' }],
    })
  })

  it('names no order where it bills several, but for the number the invoice has', () => {
    const orders = [
      { order: orderOf({ costCentre: 'A' }), lines: [orderLine()] },
      { order: secondOrder, lines: [orderLine()] },
    ]
    const { made } = write({ orders })
    expect([made.salesOrder, made.accountingCost, made.purchaseOrder]).toEqual([undefined, undefined, '4500012345'])
  })

  it('says the day the last of it left, in the seller’s zone', () => {
    const shipments = [shipmentOf(), shipmentOf({ deliveredAt: new Date('2026-01-10T23:30:00Z') })]
    expect(write({ shipments }).made.delivery?.date).toBe('2026-01-11')
  })

  it.each([
    ['ST', 'H87'],
    ['PCE', 'H87'],
    ['BX', 'XBX'],
    ['kg', 'KGM'],
    ['C62', 'C62'],
  ])('writes the unit %s as %s (UN/ECE Recommendation 20)', (unit, code) => {
    const { made, findings } = write({ lines: [invoiceLine({ unit })] })
    expect([made.lines[0]?.unit, findings]).toEqual([code, []])
  })

  it('leaves a unit nobody knows to the rules', () => {
    expect(write({ lines: [invoiceLine({ unit: 'PALLETJE' })] }).findings).toContain('BR-CL-23')
  })

  it('keeps a price for several units', () => {
    const line = invoiceLine({ quantity: '250.000', unitPrice: '50.0000', priceUnit: '100', netAmount: '125.00' })
    const { made, findings } = write({ lines: [line] })
    expect(findings).toEqual([])
    expect(made.lines[0]).toMatchObject({ quantity: '250', price: '50', baseQuantity: '100', netAmount: '125.00' })
  })
})

describe('amounts', () => {
  it('beyond the lines of a tax group are a charge or an allowance of the document, at its rate', () => {
    const more = write({
      invoice: {
        netAmount: '130.00',
        taxAmount: '27.30',
        totalAmount: '157.30',
        taxes: [taxOf('S', '21', '130.00', '27.30')],
      },
    })
    expect(more.findings).toEqual([])
    expect(more.made).toMatchObject({
      charges: [{ amount: '5.00', vatRate: '21' }],
      totals: { lines: '125.00', charges: '5.00' },
    })
    const less = write({
      invoice: {
        netAmount: '100.00',
        taxAmount: '21.00',
        totalAmount: '121.00',
        taxes: [taxOf('S', '21', '100.00', '21.00')],
      },
    })
    expect(less.findings).toEqual([])
    expect(less.made).toMatchObject({
      allowances: [{ amount: '25.00' }],
      totals: { allowances: '25.00', due: '121.00' },
    })
  })

  it('beyond net and tax are rounding (BT-114)', () => {
    const { made, findings } = write({ invoice: { totalAmount: '151.30' } })
    expect(findings).toEqual([])
    expect(made.totals).toMatchObject({ withVat: '151.25', rounding: '0.05', due: '151.30' })
  })

  it('that contradict each other are refused, not mended', () => {
    expect(write({ invoice: { taxAmount: '20.00', totalAmount: '145.00' } }).findings).toContain('BR-CO-14')
    expect(write({ lines: [invoiceLine({ netAmount: '120.00' })] }).findings).toContain('PEPPOL-EN16931-R120')
  })

  it('of an ERP that lists no taxes are grouped by the lines’ categories and rates', () => {
    const { made, findings } = write({ invoice: { taxes: [] } })
    expect(findings).toEqual([])
    expect(made.vatBreakdown).toEqual([{ category: 'S', rate: '21', taxableAmount: '125.00', taxAmount: '26.25' }])
  })

  it('that take back have a negative quantity, never a negative price (BR-27)', () => {
    const lines = [
      invoiceLine({ netAmount: '187.50', quantity: '15' }),
      invoiceLine({ lineNumber: 2, netAmount: '-62.50', quantity: '5', unitPrice: '-12.50' }),
    ]
    const { made, findings } = write({ lines })
    expect(findings).toEqual([])
    expect(made.lines[1]).toMatchObject({ quantity: '-5', price: '12.5', netAmount: '-62.50' })
  })

  it.each(['positive', 'negative'])('of a credit note are positive where the ERP’s are %s', (sign) => {
    const turn = (decimal: string) => (sign === 'positive' ? decimal : `-${decimal}`)
    const { made, findings } = write({
      invoice: {
        ...{ kind: 'credit-note', correctsNumber: 'IN-0', netAmount: turn('125.00'), taxAmount: turn('26.25') },
        totalAmount: turn('151.25'),
        taxes: [taxOf('S', '21', turn('125.00'), turn('26.25'))],
      },
      lines: [invoiceLine({ netAmount: turn('125.00'), quantity: turn('10') })],
      corrected: invoiceOf({ number: 'IN-0', invoiceDate: '2026-01-02' }),
    })
    expect(findings).toEqual([])
    expect(made).toMatchObject({
      typeCode: '381',
      precedingInvoices: [{ number: 'IN-0', issueDate: '2026-01-02' }],
      totals: { withoutVat: '125.00', vat: '26.25', due: '151.25' },
      lines: [{ quantity: '10', netAmount: '125.00' }],
    })
    expect(made.dueDate).toBeUndefined()
  })
})

describe('VAT categories', () => {
  const untaxed = (category: string, exemptionReason: string | null = null) =>
    write({
      invoice: {
        ...{ taxAmount: '0.00', totalAmount: '125.00' },
        taxes: [{ ...taxOf(category, '0', '125.00', '0.00'), exemptionReason }],
      },
      lines: [invoiceLine({ taxCategory: category, taxRate: '0' })],
      shipments: [shipmentOf()],
    })

  it.each([
    ['AE', 'VATEX-EU-AE'],
    ['K', 'VATEX-EU-IC'],
    ['G', 'VATEX-EU-G'],
  ])('%s says by itself why there is no tax: %s', (category, code) => {
    const { made, findings } = untaxed(category)
    expect([made.vatBreakdown[0]?.exemptionReasonCode, findings]).toEqual([code, []])
  })

  it('E needs the ERP’s reason (BR-E-10)', () => {
    expect(untaxed('E').findings).toEqual(['BR-E-10'])
    expect(untaxed('E', 'Education').findings).toEqual([])
  })

  it('O has neither rate nor VAT identifiers (BR-O-02, BR-O-05)', () => {
    const { made } = untaxed('O')
    expect([made.seller.vatId, made.buyer.vatId, made.lines[0]?.vatRate, made.vatBreakdown[0]?.rate]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('the buyer', () => {
  it('is at its own electronic address, else at its VAT identifier, else nowhere (PEPPOL-EN16931-R010)', () => {
    const own = write({ buyer: { ...buyer, endpoint: { scheme: '0190', id: '00000001003214345000' } } })
    expect(own.made.buyer.endpoint).toEqual({ scheme: '0190', id: '00000001003214345000' })
    expect(write({ buyer: { format: 'peppol' } }).findings).toEqual(['PEPPOL-EN16931-R010'])
  })

  it('is found wanting where the ERP has no address of it (BR-11)', () => {
    expect(write({ invoice: { billTo: null } }).findings).toContain('BR-11')
  })
})
