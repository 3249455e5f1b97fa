// Invoice -> InvoiceDetailRequest: InvoiceDetail.dtd 1.2.071, its prose; facts/cxml.md "After the order".
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Amount } from '../../protocols/cxml/elements.ts'
import type { InvoiceDetailItem } from '../../protocols/cxml/invoice-detail-order.ts'
import type { InvoiceDetailRequest } from '../../protocols/cxml/invoice-detail-request.ts'
import type { SellerParty } from '../../src/accounts/invoice-party.ts'
import type { NextTelling } from '../../src/documents/next-telling.ts'
import type { Invoice, InvoiceLine } from '../../src/invoices/invoice.ts'
import { type Bill, toInvoiceRequest } from '../../src/mapping/cxml-invoice.ts'
import { toInvoicingParty } from '../../src/mapping/invoicing-party.ts'
import { shareAmount } from '../../src/mapping/share-amount.ts'
import {
  addDecimals,
  compareDecimals,
  currencyDecimals,
  divideDecimals,
  multiplyDecimals,
  roundDecimal,
} from '../../src/money.ts'
import type { OrderLine } from '../../src/orders/order.ts'
import type { OrderWithLines } from '../../src/orders/orders-with-lines.ts'
import {
  orders as anyOrders,
  decimal,
  erpText,
  invoiceLine,
  invoiceOf,
  orderLine,
  orderOf,
  reply,
  sameUnits,
  secondOrder,
  shipmentOf,
  sound,
  taxOf,
  townHall,
} from './house.ts'

const sellerParty: SellerParty = {
  name: 'Papier Noord B.V.',
  address: { street: 'Loodsweg 4', city: 'Groningen', postCode: '9723 CA', country: 'NL' },
  vatId: 'NL001234567B01',
  legalId: { id: '01234567' },
  bank: { iban: 'NL02ABNA0123456789', bic: 'ABNANL2A', holder: 'Papier Noord Incasso' },
}

const fresh: NextTelling = { operation: 'new', number: 'IN-1', telling: 'IN-1 x', previousPayloadId: null }

interface Given extends Partial<Omit<Bill, 'billed'>> {
  invoice?: Partial<Invoice>
  lines?: InvoiceLine[]
  orders?: OrderWithLines[]
  corrected?: Invoice
  telling?: NextTelling
}

function bill({ invoice, lines = [invoiceLine()], orders, corrected, telling = fresh, ...more }: Given = {}) {
  const billed = {
    invoice: invoiceOf(invoice),
    lines,
    orders: orders ?? [{ order: orderOf(), lines: [orderLine()] }],
    corrected: corrected ?? null,
    shipments: [],
  }
  const party = toInvoicingParty({ id: 'seller-1', name: 'Papier Noord', party: sellerParty })
  return sound(
    'InvoiceDetailRequest',
    toInvoiceRequest(
      {
        billed,
        partnerId: 'partner-1',
        seller: party,
        shipNotices: [],
        correctedPayloadId: null,
        taxIn: 'lines',
        toRec20: sameUnits,
        ...more,
      },
      telling,
      reply,
    ),
  )
}

const money = (amount: Amount | undefined) => amount?.money.amount
const items = (told: InvoiceDetailRequest) => told.orders?.flatMap((o) => o.items) ?? []

/** The summary's amounts by name, those that are there. */
function sums({ summary }: InvoiceDetailRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(summary).flatMap(([name, value]) =>
      typeof value === 'object' && 'money' in value ? [[name, (value as Amount).money.amount]] : [],
    ),
  )
}

const taxes = (tax: InvoiceDetailItem['tax']) =>
  tax?.taxDetails?.map((t) => [t.purpose, t.percentageRate, money(t.taxableAmount), money(t.taxAmount)])

describe('an invoice for lines of an order', () => {
  it('names its number, day, partners and terms', () => {
    expect(bill().header).toMatchObject({
      invoiceID: 'IN-1',
      purpose: 'standard',
      operation: 'new',
      // Noon would be later than the document itself, 09:00.
      invoiceDate: '2026-01-12T09:00:00+01:00',
      headerIndicator: {},
      lineIndicator: { isTaxInLine: 'yes' },
      partners: [
        {
          contact: { role: 'from', name: { text: 'Papier Noord B.V.' } },
          idReferences: [{ domain: 'vatID' }, { domain: 'companyRegistrationNumber' }],
        },
        { contact: { role: 'issuerOfInvoice' }, idReferences: [{ identifier: 'NL001234567B01' }, {}] },
        {
          contact: { role: 'remitTo', name: { text: 'Papier Noord Incasso' } },
          idReferences: [
            { domain: 'ibanID', identifier: 'NL02ABNA0123456789' },
            { domain: 'swiftID', identifier: 'ABNANL2A' },
          ],
        },
        { contact: { role: 'soldTo', name: { text: 'City of Almere' } } },
        { contact: { role: 'billTo', name: { text: 'City of Almere, Creditors' } } },
      ],
      shipping: { contacts: [{ role: 'shipFrom' }, { role: 'shipTo', name: { text: 'Town hall, goods in' } }] },
      paymentTerms: [{ payInNumberOfDays: '30' }],
      extrinsics: [
        { name: 'dueDate', value: '2026-02-11T12:00:00+01:00' },
        { name: 'paymentTerms', value: '30 days net' },
      ],
    })
    expect(bill({ invoice: { invoiceDate: '2026-01-10' } }).header.invoiceDate).toBe('2026-01-10T12:00:00+01:00')
  })

  it('names a seller who has told no more than its name', () => {
    const nameOnly = toInvoicingParty({ id: 'seller-1', name: 'Papier Noord', party: null })
    const { header } = bill({ seller: nameOnly })
    expect(header.partners?.[0]).toEqual({ contact: { role: 'from', name: { lang: 'en', text: 'Papier Noord' } } })
    expect(header.shipping?.contacts).toHaveLength(2)
  })

  it('copies the order’s line and comes to what the ERP says', () => {
    const told = bill()
    expect(told.orders).toMatchObject([
      {
        orderInfo: {
          orderReference: { orderID: '4500012345', documentReference: { payloadID: 'po-1@almere.example' } },
          supplierOrderInfo: { orderID: 'SO-1' },
        },
        items: [
          {
            invoiceLineNumber: '1',
            quantity: '10',
            unitOfMeasure: 'BX',
            unitPrice: { money: { amount: '12.50', currency: 'EUR' } },
            itemReference: {
              lineNumber: '1',
              itemID: { supplierPartID: '00417', supplierPartAuxiliaryID: 'aux-1' },
              description: { text: 'Ballpoint pens, blue, box of 50' },
              classifications: [{ domain: 'UNSPSC', text: '44121704' }],
            },
            subtotalAmount: { money: { amount: '125.00' } },
            tax: { money: { amount: '26.25' }, description: { text: 'VAT 21 %' } },
            grossAmount: { money: { amount: '151.25' } },
            netAmount: { money: { amount: '151.25' } },
          },
        ],
      },
    ])
    expect(sums(told)).toEqual({
      subtotalAmount: '125.00',
      tax: '26.25',
      grossAmount: '151.25',
      netAmount: '151.25',
      dueAmount: '151.25',
    })
    expect(taxes(told.summary.tax)).toEqual([['tax', '21', '125.00', '26.25']])
  })

  it('states tax in the summary only, for a buyer who wants it there', () => {
    const told = bill({ taxIn: 'summary' })
    expect(told.header.lineIndicator).toEqual({})
    expect(items(told)[0]).not.toHaveProperty('tax')
    expect(money(items(told)[0]?.netAmount)).toBe('125.00')
    expect(taxes(told.summary.tax)).toEqual([['tax', '21', '125.00', '26.25']])
  })

  it('an American seller’s tax is sales tax', () => {
    const us = toInvoicingParty({
      id: 'seller-1',
      name: 'Paper',
      party: { name: 'Paper Inc.', address: { country: 'US' } },
    })
    expect(bill({ seller: us }).summary.tax).toMatchObject({
      description: { text: 'Tax 21 %' },
      taxDetails: [{ category: 'sales' }],
    })
  })

  it('has an InvoiceDetailOrder per order, that of nobody’s purchase order by its numbers', () => {
    const told = bill({
      invoice: {
        netAmount: '375.00',
        taxAmount: '78.75',
        totalAmount: '453.75',
        openAmount: null,
        taxes: [taxOf('S', '21', '375.00', '78.75')],
      },
      orders: [
        { order: orderOf(), lines: [orderLine()] },
        { order: secondOrder, lines: [orderLine()] },
        { order: orderOf({ id: 'order-3', partnerId: null, poNumber: null, erpNumber: 'SO-3' }), lines: [orderLine()] },
      ],
      lines: [
        invoiceLine(),
        invoiceLine({ lineNumber: 2, orderId: 'order-2' }),
        invoiceLine({ lineNumber: 3, orderId: 'order-3' }),
      ],
    })
    expect(
      told.orders?.map((o) => [o.orderInfo.orderReference?.orderID, o.orderInfo.supplierOrderInfo?.orderID]),
    ).toEqual([
      ['4500012345', 'SO-1'],
      ['4500012346', 'SO-2'],
      [undefined, 'SO-3'],
    ])
    expect(sums(told)).toMatchObject({ subtotalAmount: '375.00', netAmount: '453.75' })
  })

  it('names the agreement of a release', () => {
    const orders = [{ order: orderOf({ kind: 'release', agreement: 'AG-7' }), lines: [orderLine()] }]
    expect(bill({ orders }).orders?.[0]?.orderInfo.masterAgreementIDInfo).toEqual({ agreementID: 'AG-7' })
  })

  it('bills a line in parts: on several invoices, or twice on one', () => {
    const told = bill({
      invoice: {
        netAmount: '62.50',
        taxAmount: '13.13',
        totalAmount: '75.63',
        openAmount: null,
        taxes: [taxOf('S', '21', '62.50', '13.13')],
      },
      lines: [
        invoiceLine({ quantity: '3', netAmount: '37.50' }),
        invoiceLine({ lineNumber: 2, quantity: '2', netAmount: '25.00' }),
      ],
    })
    expect(
      items(told).map((i) => [i.invoiceLineNumber, i.itemReference.lineNumber, i.quantity, i.tax?.money.amount]),
    ).toEqual([
      ['1', '1', '3', '7.88'],
      ['2', '1', '2', '5.25'],
    ])
  })

  it('says for how many units a price is', () => {
    const line = invoiceLine({ quantity: '500', unitPrice: '25', priceUnit: '100', unit: 'EA' })
    const orders = [{ order: orderOf(), lines: [orderLine({ unit: 'EA' })] }]
    expect(items(bill({ lines: [line], orders }))[0]).toMatchObject({
      quantity: '500',
      unitPrice: { money: { amount: '25.00' } },
      priceBasisQuantity: { quantity: '100', conversionFactor: '1', unitOfMeasure: 'EA' },
      subtotalAmount: { money: { amount: '125.00' } },
    })
  })

  it('bills in the order’s unit what the ERP counts in another, the price with its conversion', () => {
    const lines = [orderLine({ details: { erp: { quantity: '500' } } as OrderLine['details'] })]
    const line = invoiceLine({ quantity: '500', unit: 'EA', unitPrice: '0.25' })
    expect(items(bill({ lines: [line], orders: [{ order: orderOf(), lines }] }))[0]).toMatchObject({
      quantity: '10',
      unitOfMeasure: 'BX',
      unitPrice: { money: { amount: '0.25' } },
      priceBasisQuantity: { quantity: '1', conversionFactor: '50', unitOfMeasure: 'EA' },
      subtotalAmount: { money: { amount: '125.00' } },
    })
  })

  it('names the parent of a part that is billed with it', () => {
    const lines = [orderLine(), orderLine({ lineNumber: 2, parentLineNumber: 1 })]
    const told = bill({
      orders: [{ order: orderOf(), lines }],
      lines: [
        invoiceLine({ lineNumber: 7 }),
        invoiceLine({ lineNumber: 8, orderLineNumber: 2, unitPrice: '0', netAmount: '0' }),
      ],
    })
    expect(items(told).map((i) => [i.itemType, i.parentInvoiceLineNumber])).toEqual([
      [undefined, undefined],
      ['item', '7'],
    ])
  })
})

describe('what is beside the lines', () => {
  const lines = [
    invoiceLine(),
    invoiceLine({
      lineNumber: 2,
      orderLineNumber: null,
      supplierPartId: 'FREIGHT',
      description: 'Freight',
      quantity: '1',
      unitPrice: '8',
      netAmount: '8.00',
    }),
    invoiceLine({
      lineNumber: 3,
      orderId: null,
      orderLineNumber: null,
      supplierPartId: null,
      description: 'Pallet deposit',
      quantity: '1',
      unitPrice: '12',
      netAmount: '12.00',
      taxCategory: 'O',
      taxRate: '0',
    }),
  ]
  const invoice: Partial<Invoice> = {
    netAmount: '145.00',
    taxAmount: '27.93',
    totalAmount: '172.93',
    openAmount: null,
    taxes: [taxOf('S', '21', '133.00', '27.93'), { ...taxOf('O', '0', '12.00', '0'), exemptionReason: 'Deposit' }],
  }

  it('freight is ShippingAmount, the rest special handling with its words', () => {
    const told = bill({ lines, invoice })
    expect(items(told)).toHaveLength(1)
    expect(sums(told)).toEqual({
      subtotalAmount: '125.00',
      tax: '27.93',
      specialHandlingAmount: '12.00',
      shippingAmount: '8.00',
      grossAmount: '172.93',
      netAmount: '172.93',
      dueAmount: '172.93',
    })
    expect(told.summary.specialHandlingAmount?.description?.text).toBe('Pallet deposit')
  })

  it('with tax in lines, that of freight stands by itself: the lines’ taxes are the rest', () => {
    const told = bill({ lines, invoice })
    expect(items(told)[0]?.tax?.money.amount).toBe('26.25')
    expect(taxes(told.summary.tax)).toEqual([
      ['tax', '21', '125.00', '26.25'],
      ['shippingTax', '21', '8.00', '1.68'],
      ['specialHandlingTax', '0', '12.00', '0.00'],
    ])
    expect(taxes(bill({ lines, invoice, taxIn: 'summary' }).summary.tax)).toEqual([
      ['tax', '21', '133.00', '27.93'],
      ['tax', '0', '12.00', '0.00'],
    ])
  })

  it('why no tax is due', () => {
    const told = bill({ lines, invoice, taxIn: 'summary' })
    expect(told.summary.tax.taxDetails?.[1]).toMatchObject({
      exemptDetail: 'exempt',
      taxExemption: { exemptCode: 'O', exemptReason: { text: 'Deposit' } },
    })
    const zero = bill({
      lines: [invoiceLine({ taxCategory: 'Z', taxRate: '0' })],
      invoice: { taxes: [taxOf('Z', '0', '125.00', '0')], taxAmount: '0', totalAmount: '125.00' },
    })
    expect(zero.summary.tax.taxDetails).toMatchObject([{ exemptDetail: 'zeroRated', percentageRate: '0' }])
    expect(zero.summary.tax.taxDetails?.[0]).not.toHaveProperty('taxExemption')
  })
})

describe('the ERP’s amounts are shown as they are', () => {
  it('a line for less than quantity times price has a discount', () => {
    const told = bill({
      lines: [invoiceLine({ netAmount: '112.50' })],
      invoice: {
        netAmount: '112.50',
        taxAmount: '23.63',
        totalAmount: '136.13',
        openAmount: null,
        taxes: [taxOf('S', '21', '112.50', '23.63')],
      },
    })
    expect(told.header.lineIndicator.isDiscountInLine).toBe('yes')
    expect(items(told)[0]).toMatchObject({
      subtotalAmount: { money: { amount: '125.00' } },
      tax: { money: { amount: '23.63' }, taxDetails: [{ taxableAmount: { money: { amount: '112.50' } } }] },
      grossAmount: { money: { amount: '148.63' } },
      discount: { money: { amount: '12.50' } },
      netAmount: { money: { amount: '136.13' } },
    })
    expect(sums(told)).toEqual({
      subtotalAmount: '125.00',
      tax: '23.63',
      grossAmount: '148.63',
      discount: '12.50',
      netAmount: '136.13',
      dueAmount: '136.13',
    })
  })

  it('a line for more has special handling', () => {
    const told = bill({
      lines: [invoiceLine({ netAmount: '130.00' })],
      invoice: {
        netAmount: '130.00',
        taxAmount: '27.30',
        totalAmount: '157.30',
        openAmount: null,
        taxes: [taxOf('S', '21', '130.00', '27.30')],
      },
    })
    expect(told.header.lineIndicator.isSpecialHandlingInLine).toBe('yes')
    expect(items(told)[0]).toMatchObject({ specialHandling: { money: { amount: '5.00' } } })
    expect(sums(told)).toMatchObject({ subtotalAmount: '125.00', specialHandlingAmount: '5.00', netAmount: '157.30' })
  })

  it('a cent of the ERP’s own rounding is no discount', () => {
    const told = bill({
      lines: [invoiceLine({ quantity: '3', unitPrice: '0.333', netAmount: '1.01' })],
      invoice: {
        netAmount: '1.01',
        taxAmount: '0.21',
        totalAmount: '1.22',
        openAmount: null,
        taxes: [taxOf('S', '21', '1.01', '0.21')],
      },
    })
    expect(items(told)[0]).toMatchObject({
      subtotalAmount: { money: { amount: '1.01' } },
      unitPrice: { money: { amount: '0.333' } },
    })
    expect(sums(told)).toEqual({
      subtotalAmount: '1.01',
      tax: '0.21',
      grossAmount: '1.22',
      netAmount: '1.22',
      dueAmount: '1.22',
    })
  })

  it('a discount on the whole, and a total rounded to five centimes', () => {
    const discounted = bill({
      invoice: {
        netAmount: '120.00',
        taxAmount: '25.20',
        totalAmount: '145.20',
        openAmount: null,
        taxes: [taxOf('S', '21', '120.00', '25.20')],
      },
    })
    expect(sums(discounted)).toMatchObject({
      subtotalAmount: '125.00',
      tax: '25.20',
      discount: '5.00',
      netAmount: '145.20',
    })
    expect(discounted.header.lineIndicator).not.toHaveProperty('isDiscountInLine')
    const swiss = bill({
      invoice: {
        currency: 'CHF',
        taxAmount: '10.13',
        totalAmount: '135.15',
        openAmount: null,
        taxes: [taxOf('S', '8.1', '125.00', '10.13')],
      },
      lines: [invoiceLine({ taxRate: '8.1' })],
    })
    expect(sums(swiss)).toMatchObject({ specialHandlingAmount: '0.02', netAmount: '135.15' })
    expect(swiss.summary.specialHandlingAmount?.description?.text).toBe('Rounding')
  })

  it('yen have no decimals, dinars three', () => {
    const yen = bill({
      lines: [invoiceLine({ unitPrice: '125', netAmount: '1250' })],
      invoice: {
        currency: 'JPY',
        netAmount: '1250',
        taxAmount: '125',
        totalAmount: '1375',
        openAmount: null,
        taxes: [taxOf('S', '10', '1250', '125')],
      },
    })
    expect(sums(yen)).toMatchObject({ subtotalAmount: '1250', netAmount: '1375' })
    const dinar = bill({
      lines: [invoiceLine({ taxCategory: 'O', taxRate: '0' })],
      invoice: { currency: 'KWD', taxAmount: '0', totalAmount: '125', openAmount: null, taxes: [] },
    })
    expect(sums(dinar)).toMatchObject({ subtotalAmount: '125.000', netAmount: '125.000' })
  })

  it('what was paid before it was sent is a deposit', () => {
    expect(sums(bill({ invoice: { openAmount: '51.25' } }))).toMatchObject({
      netAmount: '151.25',
      depositAmount: '100.00',
      dueAmount: '51.25',
    })
  })

  it('an ERP that lists no taxes: its amount is shared by what each rate comes to', () => {
    const told = bill({
      lines: [invoiceLine(), invoiceLine({ lineNumber: 2, taxRate: '9' })],
      invoice: { netAmount: '250.00', taxAmount: '37.51', totalAmount: '287.51', openAmount: null, taxes: [] },
    })
    expect(taxes(told.summary.tax)).toEqual([
      ['tax', '21', '125.00', '26.26'],
      ['tax', '9', '125.00', '11.25'],
    ])
    expect(sums(told)).toMatchObject({ tax: '37.51', netAmount: '287.51' })
  })
})

describe('a credit note', () => {
  const corrected = invoiceOf({ number: 'IN-1', invoiceDate: '2026-01-08' })
  const credit: Partial<Invoice> = {
    number: 'CN-1',
    kind: 'credit-note',
    correctsNumber: 'IN-1',
    netAmount: '25.00',
    taxAmount: '5.25',
    totalAmount: '30.25',
    openAmount: '30.25',
    dueDate: null,
    taxes: [taxOf('S', '21', '25.00', '5.25')],
  }
  const lines = [invoiceLine({ quantity: '2', netAmount: '25.00' })]
  const telling = { ...fresh, number: 'CN-1' }

  it('for lines whose invoice was told is line level, negative throughout, naming that document', () => {
    const told = bill({ invoice: credit, lines, corrected, correctedPayloadId: 'd-1@hub.example', telling })
    expect(told.header).toMatchObject({
      invoiceID: 'CN-1',
      purpose: 'lineLevelCreditMemo',
      headerIndicator: {},
      documentReference: { payloadID: 'd-1@hub.example' },
      invoiceIDInfo: { invoiceID: 'IN-1', invoiceDate: '2026-01-08T12:00:00+01:00' },
    })
    expect(told.header).not.toHaveProperty('paymentTerms')
    expect(items(told)).toMatchObject([
      {
        quantity: '-2',
        unitPrice: { money: { amount: '12.50' } },
        subtotalAmount: { money: { amount: '-25.00' } },
        tax: { money: { amount: '-5.25' }, taxDetails: [{ taxableAmount: { money: { amount: '-25.00' } } }] },
        netAmount: { money: { amount: '-30.25' } },
      },
    ])
    expect(sums(told)).toEqual({
      subtotalAmount: '-25.00',
      tax: '-5.25',
      grossAmount: '-30.25',
      netAmount: '-30.25',
      dueAmount: '-30.25',
    })
  })

  it('keeps the sign an ERP gives it already, and a discount its own', () => {
    const negative = {
      ...credit,
      netAmount: '-22.50',
      taxAmount: '-4.73',
      totalAmount: '-27.23',
      taxes: [taxOf('S', '21', '-22.50', '-4.73')],
    }
    for (const quantity of ['2', '-2']) {
      const given = { invoice: negative, lines: [invoiceLine({ quantity, netAmount: '-25.00' })] }
      const told = bill({ ...given, corrected, correctedPayloadId: 'd-1@hub.example', telling })
      expect(items(told)[0]).toMatchObject({ quantity: '-2', subtotalAmount: { money: { amount: '-25.00' } } })
      expect(sums(told)).toMatchObject({ subtotalAmount: '-25.00', discount: '-2.50', netAmount: '-27.23' })
    }
  })

  it('for an invoice nobody was told of is a header credit memo of its order', () => {
    const told = bill({ invoice: credit, lines, corrected, telling })
    expect(told.header).toMatchObject({
      purpose: 'creditMemo',
      headerIndicator: { isHeaderInvoice: 'yes' },
      invoiceIDInfo: { invoiceID: 'IN-1' },
    })
    expect(told.header).not.toHaveProperty('documentReference')
    expect(told.headerOrders).toMatchObject([
      {
        orderInfo: { orderReference: { orderID: '4500012345' } },
        orderSummary: {
          invoiceLineNumber: '1',
          subtotalAmount: { money: { amount: '-25.00' } },
          tax: { money: { amount: '-5.25' } },
          netAmount: { money: { amount: '-30.25' } },
        },
      },
    ])
    expect(sums(told)).toMatchObject({ subtotalAmount: '-25.00', dueAmount: '-30.25' })
  })

  it('whose lines name no order is a header credit memo of the orders of its invoice', () => {
    const bonus = [
      invoiceLine({
        orderId: null,
        orderLineNumber: null,
        supplierPartId: null,
        description: 'Bonus',
        quantity: '1',
        unitPrice: '25',
        netAmount: '25.00',
      }),
    ]
    const told = bill({ invoice: credit, lines: bonus, corrected, correctedPayloadId: 'd-1@hub.example', telling })
    expect(told.header).toMatchObject({ purpose: 'creditMemo', documentReference: { payloadID: 'd-1@hub.example' } })
    expect(told.headerOrders).toMatchObject([{ orderSummary: { subtotalAmount: { money: { amount: '-25.00' } } } }])
    expect(sums(told)).toMatchObject({ subtotalAmount: '-25.00', netAmount: '-30.25', dueAmount: '-30.25' })
  })
})

describe('an invoice whose lines name no lines of orders', () => {
  it('is a header invoice: one sum per order, freight in it', () => {
    const told = bill({
      invoice: {
        netAmount: '258.00',
        taxAmount: '54.18',
        totalAmount: '312.18',
        openAmount: null,
        taxes: [taxOf('S', '21', '258.00', '54.18')],
      },
      orders: [
        { order: orderOf(), lines: [orderLine()] },
        { order: secondOrder, lines: [] },
      ],
      lines: [
        invoiceLine({ orderLineNumber: null, supplierPartId: 'OTHER' }),
        invoiceLine({ lineNumber: 2, orderId: 'order-2', orderLineNumber: null }),
        invoiceLine({
          lineNumber: 3,
          orderId: null,
          orderLineNumber: null,
          supplierPartId: null,
          description: 'Freight',
          quantity: '1',
          unitPrice: '8',
          netAmount: '8.00',
        }),
      ],
    })
    expect(told.header).toMatchObject({ purpose: 'standard', headerIndicator: { isHeaderInvoice: 'yes' } })
    expect(told).not.toHaveProperty('orders')
    expect(
      told.headerOrders?.map((o) => [
        o.orderInfo.orderReference?.orderID,
        money(o.orderSummary.subtotalAmount),
        o.orderSummary.tax?.money.amount,
      ]),
    ).toEqual([
      ['4500012345', '133.00', '27.93'],
      ['4500012346', '125.00', '26.25'],
    ])
    expect(sums(told)).toEqual({
      subtotalAmount: '258.00',
      tax: '54.18',
      grossAmount: '312.18',
      netAmount: '312.18',
      dueAmount: '312.18',
    })
  })
})

describe('a cancelled invoice', () => {
  it('is deleted: complete, naming its own document and not the one it corrected', () => {
    const telling: NextTelling = {
      operation: 'delete',
      number: 'IN-1',
      telling: 'IN-1 deleted',
      previousPayloadId: 'd-1@hub.example',
    }
    const told = bill({
      invoice: { state: 'cancelled', openAmount: '0', correctsNumber: 'IN-0' },
      correctedPayloadId: 'd-0@hub.example',
      telling,
    })
    expect(told.header).toMatchObject({ operation: 'delete', documentReference: { payloadID: 'd-1@hub.example' } })
    expect(told.header).not.toHaveProperty('invoiceIDInfo')
    expect(items(told)).toHaveLength(1)
    expect(sums(told)).toMatchObject({ netAmount: '151.25', dueAmount: '151.25' })
  })

  it('even when the ERP took its lines away', () => {
    const telling: NextTelling = {
      operation: 'delete',
      number: 'IN-1',
      telling: 'IN-1 deleted',
      previousPayloadId: 'd-1@hub.example',
    }
    const told = bill({ invoice: { state: 'cancelled' }, lines: [], telling })
    expect(told.headerOrders).toMatchObject([{ orderSummary: { subtotalAmount: { money: { amount: '0.00' } } } }])
    expect(sums(told)).toMatchObject({ netAmount: '151.25' })
  })
})

describe('shipments', () => {
  const told = (erpId: string, shipment = {}) => ({
    shipment: shipmentOf({ erpId, ...shipment }),
    shipNoticeID: erpId,
    payloadId: `${erpId}@hub.example`,
  })

  it('the one an invoice is for stands in its header, with carrier, tracking and the notice that told of it', () => {
    const { header } = bill({ shipNotices: [told('DN-1')] })
    expect(header).toMatchObject({
      shipping: {
        shippingDate: '2026-01-09T16:00:00+01:00',
        contacts: [{ role: 'shipFrom' }, { role: 'shipTo' }],
        carrierIdentifiers: [{ domain: 'companyName', text: 'PostNL' }],
        shipmentIdentifiers: [{ domain: 'trackingNumber', text: '3S01' }],
        documentReference: { payloadID: 'DN-1@hub.example' },
      },
      shipNoticeIDInfo: { shipNoticeID: 'DN-1', shipNoticeDate: '2026-01-09T16:00:00+01:00' },
    })
  })

  it('a carrier without a number is left out: the DTD wants both', () => {
    const { header } = bill({ shipNotices: [told('DN-1', { trackingNumbers: [] })] })
    expect(header.shipping).not.toHaveProperty('carrierIdentifiers')
  })

  it('several stand in their lines', () => {
    const lines = [invoiceLine({ shipmentErpId: 'DN-1' }), invoiceLine({ lineNumber: 2, shipmentErpId: 'DN-2' })]
    const invoice = bill({ lines, shipNotices: [told('DN-1'), told('DN-2')] })
    expect(invoice.header).not.toHaveProperty('shipNoticeIDInfo')
    expect(invoice.header).not.toHaveProperty('shipping')
    expect(items(invoice).map((i) => i.shipNoticeIDInfo?.shipNoticeID)).toEqual(['DN-1', 'DN-2'])
  })

  it('orders to several places have no shipping', () => {
    const orders = [
      { order: orderOf(), lines: [orderLine()] },
      { order: { ...secondOrder, shipTo: { ...townHall, name: 'Library' } }, lines: [orderLine()] },
    ]
    expect(bill({ orders }).header).not.toHaveProperty('shipping')
  })
})

// ---- Any invoice.

const minus = (a: string, b: string) => addDecimals(a, multiplyDecimals(b, '-1'))
const amountIn = (amount: Amount | { money: { amount: string } } | undefined) => amount?.money.amount ?? '0'
const total = (amounts: (string | undefined)[]) => addDecimals(...amounts.map((a) => a ?? '0'))
const equal = (a: string, b: string) => expect([a, compareDecimals(a, b)], `${a} = ${b}`).toEqual([a, 0])

const rates = fc.constantFrom(['S', '21'], ['S', '9.0'], ['Z', '0'], ['AE', '0'])

interface AnyInvoice {
  orders: OrderWithLines[]
  invoice: Invoice
  lines: InvoiceLine[]
  taxIn: 'lines' | 'summary'
  told: boolean
}

const anyInvoice: fc.Arbitrary<AnyInvoice> = anyOrders.chain((orders) => {
  const known = orders.flatMap(({ order, lines }) => lines.map((line) => ({ orderId: order.id, line })))
  const line = fc.record({
    of: fc.constantFrom(...known),
    kind: fc.constantFrom('line', 'line', 'line', 'order', 'charge'),
    quantity: decimal(3, 3),
    unit: fc.constantFrom('EA', 'BX'),
    unitPrice: decimal(4, 4),
    priceUnit: fc.constantFrom('1', '100'),
    off: fc.oneof(
      fc.constant('0'),
      decimal(2, 2),
      decimal(2, 2).map((d) => multiplyDecimals(d, '-1')),
    ),
    rate: rates,
    description: fc.oneof(erpText, fc.constantFrom('Freight', 'Versandkosten', 'Packing')),
  })
  return fc
    .record({
      lines: fc.array(line, { minLength: 1, maxLength: 6 }),
      currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
      kind: fc.constantFrom('invoice' as const, 'credit-note' as const),
      listed: fc.boolean(),
      rest: fc.oneof(
        fc.constant('0'),
        fc.constant('0'),
        decimal(1, 2),
        decimal(1, 2).map((d) => multiplyDecimals(d, '-1')),
      ),
      taxIn: fc.constantFrom('lines' as const, 'summary' as const),
      told: fc.boolean(),
      paymentTerms: fc.option(erpText, { nil: null }),
    })
    .map(({ lines: given, currency, kind, listed, rest, taxIn, told, paymentTerms }) => {
      const decimals = currencyDecimals(currency)
      const lines = given.map(({ of, kind: what, off, rate, ...l }, i) => {
        const product = divideDecimals(multiplyDecimals(l.quantity, l.unitPrice), l.priceUnit, decimals)
        const [taxCategory = 'S', taxRate = '21'] = rate
        return invoiceLine({
          ...l,
          lineNumber: i + 1,
          orderId: what === 'charge' ? null : of.orderId,
          orderLineNumber: what === 'line' ? of.line.lineNumber : null,
          supplierPartId: what === 'line' ? of.line.supplierPartId : null,
          netAmount: roundDecimal(addDecimals(product, off), decimals),
          taxCategory,
          taxRate,
        })
      })
      const groups = new Map<string, InvoiceLine[]>()
      for (const l of lines) {
        const key = `${l.taxCategory} ${l.taxRate}`
        groups.set(key, [...(groups.get(key) ?? []), l])
      }
      const taxed = [...groups.values()].map((members) => {
        const [m] = members as [InvoiceLine]
        const net = total(members.map((x) => x.netAmount))
        return taxOf(m.taxCategory, m.taxRate, net, divideDecimals(multiplyDecimals(net, m.taxRate), '100', decimals))
      })
      const netAmount = total(lines.map((l) => l.netAmount))
      const taxAmount = total(taxed.map((t) => t.taxAmount))
      const totalAmount = roundDecimal(addDecimals(netAmount, taxAmount, rest), decimals)
      const invoice = invoiceOf({
        ...{ currency, kind, netAmount, taxAmount, totalAmount, paymentTerms },
        openAmount: null,
        correctsNumber: kind === 'credit-note' ? 'IN-0' : null,
        taxes: listed ? taxed : [],
      })
      return { orders, invoice, lines, taxIn, told }
    })
})

/** Every sum the DTD's prose speaks of; returns the summary's net amount. */
function addsUp(told: InvoiceDetailRequest, currency: string): string {
  const { summary, header } = told
  const parts: {
    subtotalAmount?: Amount
    tax?: { money: { amount: string } }
    specialHandling?: { money: { amount: string } }
    discount?: { money: { amount: string } }
    grossAmount?: Amount
    netAmount?: Amount
  }[] = [...items(told), ...(told.headerOrders ?? []).map((o) => o.orderSummary)]
  equal(total(parts.map((p) => amountIn(p.subtotalAmount))), amountIn(summary.subtotalAmount))
  for (const part of parts) {
    const gross = total([amountIn(part.subtotalAmount), amountIn(part.tax), amountIn(part.specialHandling)])
    equal(amountIn(part.grossAmount), gross)
    equal(amountIn(part.netAmount), minus(gross, amountIn(part.discount)))
  }
  const details = summary.tax.taxDetails ?? []
  equal(total(details.map((d) => amountIn(d.taxAmount))), amountIn(summary.tax))
  if (header.lineIndicator.isTaxInLine) {
    const charged = details.filter((d) => d.purpose !== 'tax').map((d) => amountIn(d.taxAmount))
    equal(total([...parts.map((p) => amountIn(p.tax)), ...charged]), amountIn(summary.tax))
  } else expect(parts.every((p) => p.tax === undefined)).toBe(true)
  const gross = total(
    [summary.subtotalAmount, summary.tax, summary.specialHandlingAmount, summary.shippingAmount].map(amountIn),
  )
  equal(amountIn(summary.grossAmount), gross)
  equal(amountIn(summary.netAmount), minus(gross, amountIn(summary.discount)))
  equal(amountIn(summary.dueAmount), minus(amountIn(summary.netAmount), amountIn(summary.depositAmount)))
  const coin = currencyDecimals(currency) === 0 ? '1' : `0.${'0'.repeat(currencyDecimals(currency) - 1)}1`
  for (const { quantity, unitPrice, priceBasisQuantity: basis, subtotalAmount } of items(told)) {
    const price = multiplyDecimals(multiplyDecimals(quantity, amountIn(unitPrice)), basis?.conversionFactor ?? '1')
    const off = minus(divideDecimals(price, basis?.quantity ?? '1', 6), amountIn(subtotalAmount)).replace('-', '')
    // The ERP's own rounding, and ours of the product.
    expect(compareDecimals(off, multiplyDecimals(coin, '1.51'))).toBeLessThanOrEqual(0)
  }
  return amountIn(summary.netAmount)
}

describe('any invoice of any orders', () => {
  it('is valid, reads back, adds up in every part, and comes to what the ERP says', () => {
    const kinds = { line: 0, header: 0, credit: 0 }
    fc.assert(
      fc.property(anyInvoice, ({ orders, invoice, lines, taxIn, told }) => {
        const correctedPayloadId = told ? 'd-1@hub.example' : null
        const document = bill({ invoice, lines, orders, taxIn, correctedPayloadId })
        const net = addsUp(document, invoice.currency)
        const credit = invoice.kind === 'credit-note'
        const negate = credit && compareDecimals(invoice.totalAmount, '0') >= 0
        equal(net, negate ? multiplyDecimals(invoice.totalAmount, '-1') : invoice.totalAmount)
        if (credit) expect(compareDecimals(net, '0')).toBeLessThanOrEqual(0)
        expect(document.header.purpose).toBe(
          credit ? (document.orders ? 'lineLevelCreditMemo' : 'creditMemo') : 'standard',
        )
        kinds[credit ? 'credit' : document.orders ? 'line' : 'header']++
      }),
      { numRuns: 400 },
    )
    expect(Math.min(...Object.values(kinds))).toBeGreaterThan(10)
  })

  it('whose totals contradict its lines is shown as the ERP has it, and its sums hold all the same', () => {
    const amount = fc.tuple(decimal(4, 2), fc.boolean()).map(([d, less]) => (less ? multiplyDecimals(d, '-1') : d))
    fc.assert(
      fc.property(anyInvoice, amount, amount, amount, (given, taxAmount, totalAmount, groupTax) => {
        const { orders, lines, taxIn } = given
        const taxes = [taxOf('S', '21', '1.00', groupTax), taxOf('S', '99', '1.00', '7.00')]
        const invoice = { ...given.invoice, currency: 'EUR', taxAmount, totalAmount, taxes }
        const { summary } = bill({ invoice, lines, orders, taxIn, correctedPayloadId: 'd@hub.example' })
        const turned = invoice.kind === 'credit-note' && compareDecimals(totalAmount, '0') >= 0
        const signed = (d: string) => (turned ? multiplyDecimals(d, '-1') : d)
        equal(amountIn(summary.tax), signed(taxAmount))
        equal(amountIn(summary.netAmount), signed(totalAmount))
        const { subtotalAmount, tax, specialHandlingAmount, shippingAmount, grossAmount, discount, netAmount } = summary
        equal(amountIn(grossAmount), total([subtotalAmount, tax, specialHandlingAmount, shippingAmount].map(amountIn)))
        equal(amountIn(netAmount), minus(amountIn(grossAmount), amountIn(discount)))
      }),
      { numRuns: 200 },
    )
  })

  it('of several partners: their documents add up to the invoice, to the last coin', () => {
    fc.assert(
      fc.property(anyInvoice, ({ orders, invoice, lines, taxIn }) => {
        const shared = orders.map((o, i) => ({ ...o, order: { ...o.order, partnerId: `partner-${(i % 2) + 1}` } }))
        const partners = [...new Set(shared.map((o) => o.order.partnerId))]
        const nets = partners.map((partnerId) => {
          const document = bill({
            invoice,
            lines,
            orders: shared,
            taxIn,
            partnerId,
            correctedPayloadId: 'd@hub.example',
          })
          return addsUp(document, invoice.currency)
        })
        const negate = invoice.kind === 'credit-note' && compareDecimals(invoice.totalAmount, '0') >= 0
        equal(total(nets), negate ? multiplyDecimals(invoice.totalAmount, '-1') : invoice.totalAmount)
      }),
      { numRuns: 200 },
    )
  })
})

describe('shares of an amount', () => {
  it('add up to it, and none is a last digit off its exact share', () => {
    const signed = decimal(6, 2).chain((d) => fc.constantFrom(d, multiplyDecimals(d, '-1')))
    fc.assert(
      fc.property(signed, fc.array(decimal(6, 4, false), { minLength: 1, maxLength: 12 }), (amount, weights) => {
        const shares = shareAmount(amount, weights, 2)
        equal(addDecimals(...shares), amount)
        const whole = addDecimals(...weights)
        for (const [i, share] of shares.entries()) {
          const exact = divideDecimals(multiplyDecimals(amount, weights[i] ?? '0'), whole, 12)
          expect(compareDecimals(minus(share, exact).replace('-', ''), '0.010000000001')).toBeLessThanOrEqual(0)
        }
      }),
    )
  })

  it('weights of nothing give all to the first', () => {
    expect(shareAmount('5.00', ['0', '0'], 2)).toEqual(['5.00', '0'])
    expect(shareAmount('5.00', [], 2)).toEqual([])
  })
})
