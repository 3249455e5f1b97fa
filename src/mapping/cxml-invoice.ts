// Invoice or credit note -> InvoiceDetailRequest (cXML Reference Guide, "InvoiceDetailRequest"; InvoiceDetail.dtd). Pure.
//
// Line by line where its lines name lines of orders, else a header invoice (one sum per order). A line level credit memo has to name our
// document of the invoice it corrects; without one it is a header credit memo. Beside lines, what is of no order line (freight, packing) is
// a charge of the summary: ShippingAmount by its words, else SpecialHandlingAmount. How amounts add up: invoice-amounts.ts.
import type { Tax, TaxDetail } from '../../protocols/cxml/elements.ts'
import type { CxmlRequest } from '../../protocols/cxml/envelope.ts'
import type { InvoiceDetailShipping } from '../../protocols/cxml/invoice-detail-charges.ts'
import type {
  InvoiceDetailRequestHeader,
  InvoicePartner,
  InvoicePurpose,
} from '../../protocols/cxml/invoice-detail-header.ts'
import type {
  InvoiceDetailHeaderOrder,
  InvoiceDetailItem,
  InvoiceDetailOrder,
  InvoiceDetailOrderInfo,
  LineAmounts,
} from '../../protocols/cxml/invoice-detail-order.ts'
import type { InvoiceDetailRequest, InvoiceDetailSummary } from '../../protocols/cxml/invoice-detail-request.ts'
import type { NextTelling } from '../documents/next-telling.ts'
import type { InvoiceLine } from '../invoices/invoice.ts'
import type { Billed } from '../invoices/lock-billed.ts'
import {
  addDecimals,
  compareDecimals,
  currencyDecimals,
  divideDecimals,
  multiplyDecimals,
  significantDecimals,
} from '../money.ts'
import type { OrderLine } from '../orders/order.ts'
import type { OrderWithLines } from '../orders/orders-with-lines.ts'
import type { Shipment } from '../shipments/shipment.ts'
import { toContact } from './cxml-contact.ts'
import { noonOf, orderReferenceOf, type Reply, timeOf, toRequest } from './cxml-reply.ts'
import {
  amountsOf,
  amountText,
  type InvoiceAmounts,
  isZero,
  type LineAmount,
  minus,
  negated,
  partOf,
  sum,
  type TaxAmount,
} from './invoice-amounts.ts'
import type { InvoicingParty } from './invoicing-party.ts'
import { inOrderUnit, orderLineOf } from './order-line.ts'
import { plainDecimal } from './plain-decimal.ts'
import { printable } from './printable.ts'

/** An invoice, and whose document it becomes. */
export interface Bill {
  billed: Billed
  partnerId: string
  seller: InvoicingParty
  /** Of the shipments its lines name: what was told of them. */
  shipNotices: readonly ToldShipment[]
  /** Our document of the invoice it corrects; null = the partner was told of none. */
  correctedPayloadId: string | null
  /** Where tax stands: in every line and in the summary, or in the summary only. */
  taxIn: 'lines' | 'summary'
  toRec20: (unit: string) => string
}

export interface ToldShipment {
  shipment: Shipment
  shipNoticeID: string
  payloadId: string | null
}

/** A line of this document: what it bills, and what it comes to. */
interface BilledLine extends LineAmount {
  order: OrderWithLines | undefined
  ordered: OrderLine | undefined
}

/** What the document is made of, once it is known which kind it is. */
interface Draft {
  bill: Bill
  amounts: InvoiceAmounts
  lines: BilledLine[]
  byLine: boolean
  currency: string
  /** `vat`, or `sales` where the seller is American. */
  taxName: string
}

/** Freight in the words of those who write invoices. */
const FREIGHT =
  /freight|shipping|carriage|delivery|postage|courier|haulage|fracht|versand|porto|lieferkosten|verzend|vracht|bezorg|livraison|frais de port|transport|env[ií]o|flete|spedizione|trasporto|frakt/i

/** `telling.operation` delete cancels the invoice that was told before; its document is complete all the same. */
export function toInvoiceRequest(bill: Bill, telling: NextTelling, reply: Reply): CxmlRequest {
  const draft = draftOf(bill)
  const { lines, byLine } = draft
  const orders = [...new Set(lines.flatMap((l) => l.order ?? []))]
  const mine = bill.billed.orders.find((o) => o.order.partnerId === bill.partnerId)
  if (!mine) throw new Error(`invoice ${bill.billed.invoice.number} bills no order of this partner`)
  const content: InvoiceDetailRequest = {
    type: 'InvoiceDetailRequest',
    header: headerOf(draft, telling, reply),
    ...(byLine ? { orders: ordersOf(draft, orders) } : { headerOrders: headerOrdersOf(draft, orders, mine) }),
    summary: summaryOf(draft),
  }
  return toRequest(mine.order, reply, content)
}

function draftOf(bill: Bill): Draft {
  const { billed, partnerId, correctedPayloadId, seller } = bill
  const { invoice } = billed
  const orderOf = (line: InvoiceLine) => billed.orders.find((o) => o.order.id === line.orderId)
  const partners = [...new Set(billed.orders.flatMap((o) => o.order.partnerId ?? []))]
  const main = partners[0] === partnerId
  const mine = (line: InvoiceLine) => {
    const owner = orderOf(line)?.order.partnerId ?? null
    return owner === null ? main : owner === partnerId
  }
  const amounts = partOf(amountsOf(invoice, billed.lines), mine, main)
  const lines = amounts.lines.map((amount): BilledLine => {
    const order = orderOf(amount.line)
    return { ...amount, order, ordered: order && orderLineOf(amount.line, order.lines) }
  })
  const nameless = invoice.kind === 'credit-note' && correctedPayloadId === null
  return {
    bill,
    amounts,
    lines,
    byLine: !nameless && lines.some((l) => l.ordered),
    currency: invoice.currency,
    taxName: seller.address.countryCode === 'US' ? 'sales' : 'vat',
  }
}

function headerOf(draft: Draft, telling: NextTelling, reply: Reply): InvoiceDetailRequestHeader {
  const { bill, byLine } = draft
  const { invoice, corrected } = bill.billed
  const deletes = telling.operation === 'delete'
  const referred = deletes ? telling.previousPayloadId : bill.correctedPayloadId
  const items = draft.lines.filter((l) => l.ordered).map((line) => composed(draft, line))
  return {
    invoiceID: telling.number,
    purpose: purposeOf(draft),
    operation: deletes ? 'delete' : 'new',
    invoiceDate: dayOf(invoice.invoiceDate, reply),
    headerIndicator: { isHeaderInvoice: byLine ? undefined : 'yes' },
    lineIndicator: {
      isTaxInLine: bill.taxIn === 'summary' ? undefined : 'yes',
      isSpecialHandlingInLine: byLine && items.some((i) => !isZero(i.surcharge)) ? 'yes' : undefined,
      isDiscountInLine: byLine && items.some((i) => !isZero(i.discount)) ? 'yes' : undefined,
    },
    partners: partnersOf(bill),
    documentReference: referred === null ? undefined : { payloadID: referred },
    invoiceIDInfo:
      !deletes && invoice.correctsNumber
        ? {
            invoiceID: printable(invoice.correctsNumber),
            invoiceDate: corrected ? dayOf(corrected.invoiceDate, reply) : undefined,
          }
        : undefined,
    shipping: shippingOf(bill, reply),
    shipNoticeIDInfo: bill.shipNotices.length === 1 ? shipNoticeInfo(bill.shipNotices[0], reply) : undefined,
    paymentTerms: paymentTermsOf(bill),
    extrinsics: extrinsicsOf(bill, reply),
  }
}

function purposeOf({ bill, byLine }: Draft): InvoicePurpose {
  if (bill.billed.invoice.kind === 'invoice') return 'standard'
  return byLine ? 'lineLevelCreditMemo' : 'creditMemo'
}

/** Noon of the day; today's invoices by now, for an invoice is older than the document that brings it. */
function dayOf(day: string, reply: Reply): string {
  const now = timeOf(reply.at, reply)
  const noon = noonOf(day, reply)
  return now.slice(0, 10) === noon.slice(0, 10) && now < noon ? now : noon
}

function partnersOf({ billed, seller, partnerId }: Bill): InvoicePartner[] {
  const { address, ids, bankIds, accountHolder } = seller
  const first = billed.orders.find((o) => o.order.partnerId === partnerId)?.order
  const billTo = billed.invoice.billTo ?? first?.details.billTo
  const soldTo = first?.details.billTo ?? billTo
  const idReferences = (given: InvoicingParty['ids']) => (given.length > 0 ? given : undefined)
  return [
    { contact: toContact('from', address), idReferences: idReferences(ids) },
    { contact: toContact('issuerOfInvoice', address), idReferences: idReferences(ids) },
    { contact: toContact('remitTo', { ...address, name: accountHolder }), idReferences: idReferences(bankIds) },
    ...(soldTo ? [{ contact: toContact('soldTo', soldTo) }] : []),
    ...(billTo ? [{ contact: toContact('billTo', billTo) }] : []),
  ]
}

/** Of the one shipment it is for; without any, where its orders go to, if that is one place. */
function shippingOf({ billed, seller, shipNotices, partnerId }: Bill, reply: Reply): InvoiceDetailShipping | undefined {
  if (shipNotices.length > 1) return undefined
  const [told] = shipNotices
  const orders = billed.orders.filter((o) => o.order.partnerId === partnerId).map((o) => o.order)
  const places = new Set(orders.map((o) => JSON.stringify(o.shipTo)))
  const shipTo = told?.shipment.shipTo ?? (places.size === 1 ? orders[0]?.shipTo : null)
  if (!shipTo) return undefined
  const { carrierName, carrierScac, trackingNumbers, shippedAt } = told?.shipment ?? {}
  const carriers = [
    ...(carrierScac ? [{ domain: 'SCAC', text: printable(carrierScac).trim() }] : []),
    ...(carrierName ? [{ domain: 'companyName', text: printable(carrierName).trim() }] : []),
  ]
  const tracking = (trackingNumbers ?? []).map((n) => ({ domain: 'trackingNumber', text: printable(n).trim() }))
  const both = carriers.length > 0 && tracking.length > 0
  return {
    shippingDate: shippedAt ? timeOf(shippedAt, reply) : undefined,
    contacts: [toContact('shipFrom', seller.address), toContact('shipTo', shipTo)],
    carrierIdentifiers: both ? carriers : undefined,
    shipmentIdentifiers: both ? tracking : undefined,
    documentReference: told?.payloadId ? { payloadID: told.payloadId } : undefined,
  }
}

function shipNoticeInfo(told: ToldShipment | undefined, reply: Reply): InvoiceDetailItem['shipNoticeIDInfo'] {
  if (!told) return undefined
  const { shippedAt } = told.shipment
  return { shipNoticeID: told.shipNoticeID, shipNoticeDate: shippedAt ? timeOf(shippedAt, reply) : undefined }
}

const DAY_MS = 86_400_000

function paymentTermsOf({ billed }: Bill): InvoiceDetailRequestHeader['paymentTerms'] {
  const { kind, dueDate, invoiceDate } = billed.invoice
  if (kind !== 'invoice' || dueDate === null) return undefined
  const days = Math.round((Date.parse(dueDate) - Date.parse(invoiceDate)) / DAY_MS)
  return days >= 0 ? [{ payInNumberOfDays: String(days) }] : undefined
}

/** cXML keeps PaymentInformation for what buyers send, and terms in words have no place at all. */
function extrinsicsOf({ billed }: Bill, reply: Reply): InvoiceDetailRequestHeader['extrinsics'] {
  const { kind, dueDate, paymentTerms } = billed.invoice
  if (kind !== 'invoice') return undefined
  const extrinsics = [
    ...(dueDate ? [{ name: 'dueDate', value: noonOf(dueDate, reply) }] : []),
    ...(paymentTerms ? [{ name: 'paymentTerms', value: printable(paymentTerms) }] : []),
  ]
  return extrinsics.length > 0 ? extrinsics : undefined
}

/** A partner's order by its document; another order of the same invoice by its numbers. */
function orderInfoOf({ order }: OrderWithLines, partnerId: string): InvoiceDetailOrderInfo {
  const supplierOrderInfo = order.erpNumber ? { orderID: printable(order.erpNumber) } : undefined
  if (order.partnerId !== partnerId)
    return order.poNumber
      ? { orderIDInfo: { orderID: printable(order.poNumber) }, supplierOrderInfo }
      : { supplierOrderInfo: supplierOrderInfo ?? { orderID: order.id } }
  return {
    orderReference: orderReferenceOf(order),
    masterAgreementIDInfo: order.kind === 'release' && order.agreement ? { agreementID: order.agreement } : undefined,
    supplierOrderInfo,
  }
}

function ordersOf(draft: Draft, orders: readonly OrderWithLines[]): InvoiceDetailOrder[] {
  return orders.flatMap((order) => {
    const items = draft.lines.filter((l) => l.order === order && l.ordered)
    if (items.length === 0) return []
    return [{ orderInfo: orderInfoOf(order, draft.bill.partnerId), items: items.map((l) => toItem(draft, l)) }]
  })
}

/** What a line comes to: quantity times price, and what the ERP's amount has less or more. */
interface Composed {
  quantity: string
  subtotal: string
  discount: string
  surcharge: string
}

/** Within one smallest coin of the net amount, quantity times price is the ERP's own rounding: the net amount stands. */
function composed({ currency }: Draft, { line, net }: LineAmount): Composed {
  const { unitPrice, priceUnit } = line
  const decimals = Math.max(currencyDecimals(currency), significantDecimals(net))
  const price = (quantity: string) =>
    divideDecimals(multiplyDecimals(quantity, unitPrice), isZero(priceUnit) ? '1' : priceUnit, decimals)
  // The amount says the direction; an ERP's quantities have its sign or have none.
  const against = compareDecimals(multiplyDecimals(price(line.quantity), net), '0') < 0
  const quantity = against ? negated(line.quantity) : line.quantity
  const subtotal = price(quantity)
  const beyond = minus(net, subtotal)
  const plain = { quantity, subtotal: net, discount: '0', surcharge: '0' }
  if (compareDecimals(beyond.replace('-', ''), coinOf(currency)) <= 0) return plain
  return compareDecimals(beyond, '0') === compareDecimals(subtotal, '0')
    ? { quantity, subtotal, discount: '0', surcharge: beyond }
    : { quantity, subtotal, discount: negated(beyond), surcharge: '0' }
}

function coinOf(currency: string): string {
  const decimals = currencyDecimals(currency)
  return decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`
}

function toItem(draft: Draft, billed: BilledLine): InvoiceDetailItem {
  const { bill, currency } = draft
  const { line, ordered } = billed
  if (!ordered) throw new Error(`line ${line.lineNumber} bills no line of an order`)
  const { quantity, subtotal, discount, surcharge } = composed(draft, billed)
  const counted = inOrderUnit(ordered, { quantity, unit: line.unit }, bill.toRec20)
  const money = (decimal: string) => ({ money: moneyOf(decimal, currency) })
  const isPriced = !isZero(line.priceUnit) && compareDecimals(line.priceUnit, '1') !== 0
  const parent = draft.lines.find((l) => l.order === billed.order && l.ordered?.lineNumber === ordered.parentLineNumber)
  const told = bill.shipNotices.length > 1 && bill.shipNotices.find((s) => s.shipment.erpId === line.shipmentErpId)
  const { manufacturerPartId, manufacturerName, classifications = [] } = ordered.details
  return {
    invoiceLineNumber: String(line.lineNumber),
    quantity: plainDecimal(counted.quantity),
    parentInvoiceLineNumber: parent ? String(parent.line.lineNumber) : undefined,
    itemType: parent ? 'item' : undefined,
    unitOfMeasure: counted.unit,
    unitPrice: money(line.unitPrice),
    priceBasisQuantity:
      isPriced || counted.factor !== '1'
        ? {
            quantity: plainDecimal(isPriced ? line.priceUnit : '1'),
            conversionFactor: counted.factor,
            unitOfMeasure: counted.factor === '1' ? counted.unit : line.unit.trim(),
          }
        : undefined,
    itemReference: {
      lineNumber: String(ordered.lineNumber),
      itemID: {
        supplierPartID: ordered.supplierPartId,
        supplierPartAuxiliaryID: ordered.auxiliaryId ?? undefined,
        buyerPartID: ordered.buyerPartId ?? undefined,
      },
      description: { text: ordered.description, lang: 'en' },
      classifications:
        classifications.length > 0 ? classifications.map((c) => ({ domain: c.domain, text: c.code })) : undefined,
      ...(manufacturerPartId && manufacturerName ? { manufacturerPartID: manufacturerPartId, manufacturerName } : {}),
    },
    subtotalAmount: money(subtotal),
    specialHandling: isZero(surcharge)
      ? undefined
      : { description: { text: SURCHARGE, lang: 'en' }, money: moneyOf(surcharge, currency) },
    shipNoticeIDInfo: told ? { shipNoticeID: told.shipNoticeID } : undefined,
    ...totalsOf(draft, [billed], { subtotal, discount, surcharge }),
  }
}

const SURCHARGE = 'Surcharge'

/** Tax, gross, discount and net of a line, or of an order of a header invoice. */
function totalsOf(
  draft: Draft,
  lines: readonly BilledLine[],
  { subtotal, discount, surcharge }: Pick<Composed, 'subtotal' | 'discount' | 'surcharge'>,
): Pick<LineAmounts, 'tax' | 'grossAmount' | 'discount' | 'netAmount'> {
  const { bill, amounts, currency } = draft
  const inLine = bill.taxIn !== 'summary'
  const gross = addDecimals(subtotal, surcharge, inLine ? sum(lines, 'tax') : '0')
  const details = amounts.taxes.flatMap((tax, index) => {
    const taxed = lines.filter((l) => l.taxIndex === index)
    return taxed.length > 0 ? [taxDetail(draft, tax, sum(taxed, 'net'), sum(taxed, 'tax'))] : []
  })
  return {
    tax: inLine ? taxOf(draft, sum(lines, 'tax'), details) : undefined,
    grossAmount: { money: moneyOf(gross, currency) },
    discount: isZero(discount) ? undefined : { money: moneyOf(discount, currency) },
    netAmount: { money: moneyOf(minus(gross, discount), currency) },
  }
}

/** A header invoice has all of an order in one sum; lines of no order belong to `mine`. */
function headerOrdersOf(
  draft: Draft,
  orders: readonly OrderWithLines[],
  mine: OrderWithLines,
): InvoiceDetailHeaderOrder[] {
  return [...new Set(orders.length > 0 ? orders : [mine])].map((order, i) => {
    const first = i === 0
    const lines = draft.lines.filter((l) => l.order === order || (first && !l.order))
    const subtotal = sum(lines, 'net')
    return {
      orderInfo: orderInfoOf(order, draft.bill.partnerId),
      orderSummary: {
        invoiceLineNumber: String(i + 1),
        subtotalAmount: { money: moneyOf(subtotal, draft.currency) },
        ...totalsOf(draft, lines, { subtotal, discount: '0', surcharge: '0' }),
      },
    }
  })
}

function summaryOf(draft: Draft): InvoiceDetailSummary {
  const { bill, amounts, byLine, currency, lines } = draft
  const { invoice } = bill.billed
  const charges = byLine ? lines.filter((l) => !l.ordered) : []
  const freight = charges.filter(isFreight)
  const packing = charges.filter((l) => !isFreight(l))
  const items = byLine ? lines.filter((l) => l.ordered).map((l) => composed(draft, l)) : []
  const total = (what: 'subtotal' | 'discount' | 'surcharge') => addDecimals(...items.map((i) => i[what]))
  const restIsCharge = compareDecimals(amounts.rest, '0') === (invoice.kind === 'invoice' ? 1 : -1)
  const handling = addDecimals(total('surcharge'), sum(packing, 'net'), restIsCharge ? amounts.rest : '0')
  const shipping = sum(freight, 'net')
  const discount = addDecimals(total('discount'), restIsCharge ? '0' : negated(amounts.rest))
  const subtotal = byLine ? total('subtotal') : sum(lines, 'net')
  const gross = addDecimals(subtotal, amounts.tax, handling, shipping)
  const names = [
    ...packing.map((l) => printable(l.line.description).trim()),
    ...(isZero(total('surcharge')) ? [] : [SURCHARGE]),
    ...(restIsCharge ? [isSmall(amounts.rest, currency) ? 'Rounding' : 'Other charges'] : []),
  ]
  const money = (decimal: string) => ({ money: moneyOf(decimal, currency) })
  const paid = paidOf(draft)
  return {
    subtotalAmount: money(subtotal),
    tax: taxOf(draft, amounts.tax, summaryTaxes(draft, freight, packing)),
    specialHandlingAmount: isZero(handling)
      ? undefined
      : { ...money(handling), description: { text: [...new Set(names)].join(', ').slice(0, 255), lang: 'en' } },
    shippingAmount: isZero(shipping) ? undefined : money(shipping),
    grossAmount: money(gross),
    discount: isZero(discount) ? undefined : money(discount),
    netAmount: money(amounts.total),
    depositAmount: paid === null ? undefined : money(paid),
    dueAmount: money(paid === null ? amounts.total : minus(amounts.total, paid)),
  }

  /** Paid before it was sent: the ERP has less open than it comes to. */
  function paidOf({ amounts }: Draft): string | null {
    const { kind, state, openAmount, totalAmount } = invoice
    if (kind !== 'invoice' || state === 'cancelled' || openAmount === null) return null
    if (compareDecimals(amounts.total, totalAmount) !== 0 || compareDecimals(openAmount, '0') < 0) return null
    return compareDecimals(openAmount, totalAmount) < 0 ? minus(totalAmount, openAmount) : null
  }
}

function isFreight({ line }: BilledLine): boolean {
  return FREIGHT.test(line.description) || FREIGHT.test(line.supplierPartId ?? '')
}

/** What rounding a total to what can be paid in coins may come to. */
function isSmall(decimal: string, currency: string): boolean {
  return compareDecimals(decimal.replace('-', ''), multiplyDecimals(coinOf(currency), '5')) <= 0
}

/**
 * One per category and rate, as the ERP has them. With tax in lines, that of charges stands by itself: the lines' taxes add up to what
 * has the purpose `tax`.
 */
function summaryTaxes(draft: Draft, freight: readonly BilledLine[], packing: readonly BilledLine[]): TaxDetail[] {
  const apart = draft.bill.taxIn !== 'summary'
  return draft.amounts.taxes.flatMap((tax, index) => {
    let [taxable, amount] = [tax.taxable, tax.tax]
    const charges: TaxDetail[] = []
    for (const [purpose, lines] of [
      ['shippingTax', freight],
      ['specialHandlingTax', packing],
    ] as const) {
      const taxed = lines.filter((l) => l.taxIndex === index)
      if (!apart || taxed.length === 0) continue
      charges.push(taxDetail(draft, tax, sum(taxed, 'net'), sum(taxed, 'tax'), purpose))
      taxable = minus(taxable, sum(taxed, 'net'))
      amount = minus(amount, sum(taxed, 'tax'))
    }
    const nothing = charges.length > 0 && isZero(taxable) && isZero(amount)
    return nothing ? charges : [taxDetail(draft, tax, taxable, amount), ...charges]
  })
}

function taxOf({ taxName, currency }: Draft, amount: string, taxDetails: TaxDetail[]): Tax {
  const [only, another] = taxDetails
  return {
    money: moneyOf(amount, currency),
    description: (another ? undefined : only?.description) ?? { text: taxName === 'vat' ? 'VAT' : 'Tax', lang: 'en' },
    taxDetails: taxDetails.length > 0 ? taxDetails : undefined,
  }
}

/** EN 16931 categories in which no tax is due, and how cXML says it. */
const exempt: Readonly<Record<string, 'zeroRated' | 'exempt'>> = {
  Z: 'zeroRated',
  E: 'exempt',
  AE: 'exempt',
  K: 'exempt',
  G: 'exempt',
  O: 'exempt',
}

function taxDetail(
  { taxName, currency }: Draft,
  { category, ratePercent, description, exemptionReason }: TaxAmount,
  taxable: string,
  amount: string,
  purpose = 'tax',
): TaxDetail {
  const rate = plainDecimal(ratePercent)
  const exemptDetail = Object.hasOwn(exempt, category) ? exempt[category] : undefined
  const words = description ?? `${taxName === 'vat' ? 'VAT' : 'Tax'} ${rate} %`
  return {
    purpose,
    category: taxName,
    percentageRate: rate,
    exemptDetail,
    taxableAmount: { money: moneyOf(taxable, currency) },
    taxAmount: { money: moneyOf(amount, currency) },
    description: { text: printable(words), lang: 'en' },
    taxExemption:
      exemptDetail === 'exempt'
        ? {
            exemptCode: category,
            exemptReason: exemptionReason ? { text: printable(exemptionReason), lang: 'en' } : undefined,
          }
        : undefined,
  }
}

function moneyOf(decimal: string, currency: string): { amount: string; currency: string } {
  return { amount: amountText(decimal, currency), currency }
}
