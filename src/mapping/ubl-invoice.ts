// Invoice or credit note -> e-invoice of EN 16931 (protocols/ubl). Pure. The ERP's amounts stay as they were posted: what a tax group has
// beyond its lines is an allowance or charge of the document, what the total has beyond net and tax is rounding (BT-114), and whether it
// all adds up the rules say afterwards. Signs are those of UBL: a credit note's amounts are positive.
import type { ErpCustomer } from '../../connectors/connector.ts'
import {
  BILLING_PROFILE,
  type DocumentAllowanceCharge,
  type EInvoice,
  type Identifier,
  type Party,
  type PaymentMeans,
  PEPPOL_BILLING,
  type Address as UblAddress,
  type InvoiceLine as UblLine,
  XRECHNUNG,
} from '../../protocols/ubl/einvoice.ts'
import { isUnitCode } from '../../protocols/ubl/unit-code.ts'
import type { BuyerParty, SellerParty } from '../accounts/invoice-party.ts'
import type { Address } from '../cart.ts'
import type { Billed } from '../invoices/lock-billed.ts'
import { addDecimals, compareDecimals } from '../money.ts'
import type { OrderWithLines } from '../orders/orders-with-lines.ts'
import { amountsOf, amountText, isZero, type LineAmount, minus, negated } from './invoice-amounts.ts'
import { orderLineOf } from './order-line.ts'
import { plainDecimal } from './plain-decimal.ts'

export interface BilledParties {
  seller: SellerParty
  /** What the customer's account says of itself. */
  buyer: BuyerParty | undefined
  /** The customer as the ERP has it. */
  customer: ErpCustomer | undefined
}

/** `zone` decides the day goods left. Ask `checkEInvoice` before it goes anywhere. */
export function toEInvoice(billed: Billed, parties: BilledParties, zone: string): EInvoice {
  const { invoice, orders, corrected } = billed
  const { seller, buyer } = parties
  const isCredit = invoice.kind === 'credit-note'
  const amounts = amountsOf(invoice, billed.lines)
  const shown = (decimal: string) => amountText(isCredit ? negated(decimal) : decimal, invoice.currency)
  const only = orders.length === 1 ? orders[0]?.order : undefined
  const lines = amounts.lines.map((line) => toLine(line, shown(line.net), orders))
  const beyond = amounts.taxes.map((group, index) => {
    const nets = amounts.lines.filter((l) => l.taxIndex === index).map((l) => l.net)
    return { group, amount: shown(minus(group.taxable, addDecimals(...nets))) }
  })
  const difference = (wanted: (amount: string) => boolean, reason: string): DocumentAllowanceCharge[] =>
    beyond
      .filter(({ amount }) => wanted(amount))
      .map(({ group, amount }) => ({
        amount: amount.replace('-', ''),
        reason,
        vatCategory: group.category,
        ...rateOf(group.category, group.ratePercent),
      }))
  const charges = difference((amount) => compareDecimals(amount, '0') > 0, 'Freight and other charges')
  const allowances = difference((amount) => compareDecimals(amount, '0') < 0, 'Discount')
  const turned = isCredit && compareDecimals(invoice.totalAmount, '0') < 0
  const [net = '0', tax = '0', total = '0'] = [invoice.netAmount, invoice.taxAmount, invoice.totalAmount].map((d) =>
    amountText(turned ? negated(d) : d, invoice.currency),
  )
  const rounding = minus(total, addDecimals(net, tax))
  const outsideVat = amounts.taxes.length > 0 && amounts.taxes.every((group) => group.category === 'O')
  const means = paymentMeans(seller, invoice.number, invoice.currency)
  return {
    customizationId: buyer?.format === 'xrechnung' ? XRECHNUNG : PEPPOL_BILLING,
    profileId: BILLING_PROFILE,
    number: invoice.number,
    issueDate: invoice.invoiceDate,
    ...(invoice.dueDate && !isCredit && { dueDate: invoice.dueDate }),
    typeCode: isCredit ? '381' : '380',
    currency: invoice.currency,
    ...optional('accountingCost', only?.costCentre),
    ...optional('buyerReference', buyer?.reference),
    ...optional('purchaseOrder', invoice.poNumber ?? only?.poNumber),
    ...optional('salesOrder', only?.erpNumber),
    ...(invoice.correctsNumber && {
      precedingInvoices: [{ number: invoice.correctsNumber, ...optional('issueDate', corrected?.invoiceDate) }],
    }),
    ...optional('contract', only?.agreement),
    ...optional('project', only?.projectCode),
    seller: toSeller(seller, outsideVat),
    buyer: toBuyer(billed, parties, outsideVat),
    ...delivery(billed, zone),
    ...(means && { paymentMeans: [means] }),
    ...optional('paymentTerms', invoice.paymentTerms),
    ...(allowances.length > 0 && { allowances }),
    ...(charges.length > 0 && { charges }),
    vatBreakdown: amounts.taxes.map((group) => ({
      taxableAmount: shown(group.taxable),
      taxAmount: shown(group.tax),
      category: group.category,
      ...(group.category !== 'O' && { rate: plainDecimal(group.ratePercent) }),
      ...exemption(group.category, group.exemptionReason),
    })),
    totals: {
      lines: amountText(addDecimals(...lines.map((l) => l.netAmount)), invoice.currency),
      ...(allowances.length > 0 && { allowances: sumOf(allowances, invoice.currency) }),
      ...(charges.length > 0 && { charges: sumOf(charges, invoice.currency) }),
      withoutVat: net,
      vat: tax,
      withVat: amountText(addDecimals(net, tax), invoice.currency),
      ...(!isZero(rounding) && { rounding: amountText(rounding, invoice.currency) }),
      due: total,
    },
    lines,
  }
}

/** `{[name]: value}`, or nothing where there is no value. */
function optional<K extends string>(name: K, value: string | null | undefined): { [key in K]?: string } {
  const text = value?.trim()
  return (text ? { [name]: text } : {}) as { [key in K]?: string }
}

const rateOf = (category: string, rate: string) => (category === 'O' ? {} : { vatRate: plainDecimal(rate) })

const sumOf = (list: readonly DocumentAllowanceCharge[], currency: string) =>
  amountText(addDecimals(...list.map((one) => one.amount)), currency)

/** Categories that say by themselves why there is no tax (CEF VATEX). */
const ownReasons: Readonly<Record<string, string>> = {
  AE: 'VATEX-EU-AE',
  K: 'VATEX-EU-IC',
  G: 'VATEX-EU-G',
  O: 'VATEX-EU-O',
}

function exemption(category: string, reason: string | null) {
  const code = ownReasons[category]
  if (category !== 'E' && !code) return {}
  return { ...(code && { exemptionReasonCode: code }), ...optional('exemptionReason', reason) }
}

function toLine({ line }: LineAmount, netAmount: string, orders: readonly OrderWithLines[]): UblLine {
  const ordered = orders.find((o) => o.order.id === line.orderId)
  const orderLine = ordered && orderLineOf(line, ordered.lines)
  const plus = (decimal: string) => plainDecimal(decimal.replace('-', ''))
  const base = plus(line.priceUnit)
  const unspsc = orderLine?.details.classifications?.find((c) => c.domain.toUpperCase() === 'UNSPSC')
  const unit = unitOf(line.unit)
  return {
    id: String(line.lineNumber),
    // A price is never negative (BR-27): the quantity takes back.
    quantity: compareDecimals(netAmount, '0') < 0 ? `-${plus(line.quantity)}` : plus(line.quantity),
    unit,
    netAmount,
    ...(orderLine && { purchaseOrderLine: String(orderLine.lineNumber) }),
    name: line.description.trim() || (line.supplierPartId ?? ''),
    ...optional('buyersItemId', orderLine?.buyerPartId),
    ...optional('sellersItemId', line.supplierPartId),
    ...(unspsc && { classifications: [{ code: unspsc.code, list: 'TST' }] }),
    vatCategory: line.taxCategory,
    ...rateOf(line.taxCategory, line.taxRate),
    price: plus(line.unitPrice),
    ...(base !== '1' && { baseQuantity: base, baseQuantityUnit: unit }),
  }
}

/** What ERPs write for UN/ECE Recommendation 20. */
const units: Readonly<Record<string, string>> = {
  ...{ PC: 'H87', PCE: 'H87', PCS: 'H87', ST: 'H87', STK: 'H87', UNIT: 'H87', UNITS: 'H87', U: 'H87', EACH: 'EA' },
  ...{ BOX: 'XBX', BX: 'XBX', CT: 'XCT', CAR: 'XCT', PAC: 'XPK', PK: 'XPK', PAK: 'XPK', ROL: 'XRO', PAA: 'PR' },
  ...{ KG: 'KGM', G: 'GRM', TO: 'TNE', L: 'LTR', ML: 'MLT', M: 'MTR', CM: 'CMT', MM: 'MMT', M2: 'MTK', M3: 'MTQ' },
  ...{ H: 'HUR', STD: 'HUR', MIN: 'MIN', TAG: 'DAY', D: 'DAY', KM: 'KMT' },
}

function unitOf(unit: string): string {
  const code = unit.trim().toUpperCase()
  return isUnitCode(code) ? code : (units[code] ?? unit)
}

function toSeller(seller: SellerParty, outsideVat: boolean): Party {
  const { bank: _, vatId, contact, legalId, ...rest } = seller
  return { ...rest, ...(contact && { contact }), ...(legalId && { legalId }), ...(vatId && !outsideVat && { vatId }) }
}

function toBuyer({ invoice, orders }: Billed, { buyer, customer }: BilledParties, outsideVat: boolean): Party {
  const vatId = (buyer?.vatId ?? customer?.vatId ?? '').replace(/\s/g, '').toUpperCase()
  const { contactName, contactEmail } = orders[0]?.order ?? {}
  const contact = { ...optional('name', contactName), ...optional('email', contactEmail) }
  return {
    ...endpointOf(buyer?.endpoint, vatId),
    ids: [{ id: invoice.customerNumber }],
    name: invoice.billTo?.name ?? customer?.name ?? '',
    address: toAddress(invoice.billTo ?? customer?.address),
    ...(vatId && !outsideVat && { vatId }),
    ...(buyer?.legalId && { legalId: buyer.legalId }),
    ...(Object.keys(contact).length > 0 && { contact }),
  }
}

/** EAS schemes of VAT identifiers, by country. */
const vatSchemes: Readonly<Record<string, string>> = {
  ...{ AD: '9922', AL: '9923', AT: '9914', BA: '9924', BE: '9925', BG: '9926', CH: '9927', CY: '9928', CZ: '9929' },
  ...{ DE: '9930', EE: '9931', GB: '9932', EL: '9933', HR: '9934', IE: '9935', LI: '9936', LT: '9937', LU: '9938' },
  ...{ LV: '9939', MC: '9940', ME: '9941', MK: '9942', MT: '9943', NL: '9944', PL: '9945', PT: '9946', RO: '9947' },
  ...{ RS: '9948', SI: '9949', SK: '9950', SM: '9951', TR: '9952', VA: '9953', FR: '9957', ES: '9920', HU: '9910' },
}

function endpointOf(own: Identifier | undefined, vatId: string): { endpoint?: Identifier } {
  const scheme = vatSchemes[vatId.slice(0, 2)]
  if (own) return { endpoint: own }
  return scheme ? { endpoint: { scheme, id: vatId } } : {}
}

function toAddress(address: PostalAddress | null | undefined): UblAddress {
  const [street, additionalStreet, line] = address?.street ?? []
  return {
    ...optional('street', street),
    ...optional('additionalStreet', additionalStreet),
    ...optional('line', line),
    ...optional('city', address?.city),
    ...optional('postCode', address?.postalCode),
    ...optional('subdivision', address?.state),
    country: address?.countryCode ?? '',
  }
}

type PostalAddress = Pick<Address, 'street'> & {
  [key in 'city' | 'postalCode' | 'state' | 'countryCode']?: string | null | undefined
}

/** When the last of it left, and where to. */
function delivery({ shipments, orders }: Billed, zone: string): { delivery?: EInvoice['delivery'] } {
  const times = shipments.flatMap((s) => s.deliveredAt ?? s.shippedAt ?? [])
  const last = times.length > 0 ? new Date(Math.max(...times.map((at) => at.getTime()))) : undefined
  const to = shipments.find((s) => s.shipTo)?.shipTo ?? orders[0]?.order.shipTo
  const found = {
    ...(last && { date: new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(last) }),
    ...(to?.countryCode && { address: toAddress(to), ...optional('partyName', to.name) }),
  }
  return Object.keys(found).length > 0 ? { delivery: found } : {}
}

/** UNTDID 4461: 58 SEPA credit transfer, 30 credit transfer. */
function paymentMeans({ bank, name }: SellerParty, number: string, currency: string): PaymentMeans | undefined {
  if (!bank) return undefined
  return {
    code: currency === 'EUR' ? '58' : '30',
    remittance: number,
    account: { id: bank.iban, name: bank.holder ?? name, ...(bank.bic && { bic: bank.bic }) },
  }
}
