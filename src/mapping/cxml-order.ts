// cXML OrderRequest -> what the house calls an order (cXML Reference Guide, "OrderRequest"). Pure; text becomes numbers here.

import type { Distribution } from '../../protocols/cxml/distribution.ts'
import type { Comments, Contact as CxmlContact, Extrinsic } from '../../protocols/cxml/elements.ts'
import type { Header } from '../../protocols/cxml/envelope.ts'
import type { ItemOut } from '../../protocols/cxml/items.ts'
import type { OrderRequest } from '../../protocols/cxml/order-request.ts'
import { parseTimestamp } from '../../protocols/cxml/timestamp.ts'
import { type BuyerFacts, gatherFacts } from '../accounts/mapping-rules.ts'
import { HubError } from '../errors.ts'
import {
  addDecimals,
  currencyDecimals,
  divideDecimals,
  multiplyDecimals,
  roundDecimal,
  significantDecimals,
} from '../money.ts'
import type { Accounting, Contact, LineDetails, OrderContent, OrderLineContent } from '../orders/order.ts'
import { addPartyFacts, fromAddress } from './cxml-punchout.ts'

/** The attachments that came beside the order, in the same multipart document. */
export interface Attachment {
  contentId: string
  fileName: string | null
  contentType: string
  size: number
}

/**
 * Throws HubError invalid_document naming the line and field whose value can't be understood. Of a delete only the number counts: nothing
 * else in it keeps an order from being cancelled. Lines that an update takes out (operation delete or block, quantity 0) are left out.
 */
export function fromOrderRequest(
  request: OrderRequest,
  document: { payloadID: string | undefined; header: Header; attachments: readonly Attachment[] },
  at: Date,
): OrderContent {
  const { header } = request
  const cancels = header.type === 'delete'
  const items = cancels ? [] : request.items
  const orderId = header.orderID.trim()
  if (orderId === '') throw new HubError('invalid_document', 'OrderRequestHeader/@orderID is missing.')
  const { money } = header.total
  const currency = cancels ? money.currency : currencyOf(money.currency, 'OrderRequestHeader/Total')
  const total = cancels ? '0' : decimalOf(money.amount, 'OrderRequestHeader/Total')
  const blanket = header.orderType === 'blanket'
  const lines = items.flatMap((item, i) => {
    const line = toLine(item, i, currency, blanket)
    return isTakenOut(item, line, header.type) ? [] : [line]
  })
  settleComposites(items, lines)
  // The most a blanket order will spend is its total; its lines say how much of that may go to each.
  const net = blanket ? total : addDecimals(...lines.map((l) => l.netAmount))
  const numbers = lines.map((l) => l.lineNumber)
  const twice = numbers.find((n, i) => numbers.indexOf(n) !== i)
  if (twice !== undefined) throw new HubError('invalid_document', `Two ItemOut have lineNumber ${twice}.`)
  const { tax, shipping } = cancels ? {} : header
  const contacts = (header.contacts ?? []).map(toContact)
  const person = contacts.find((c) => /user|buyer|purch|request/i.test(c.role ?? '')) ?? contacts[0]
  const accountings = lines.flatMap((l) => l.details.accounting ?? [])
  const shipTo = header.shipTo ?? items.find((i) => i.shipTo)?.shipTo
  return {
    poNumber: orderId,
    poVersion: header.orderVersion ?? null,
    kind: blanket ? 'blanket' : header.orderType === 'release' ? 'release' : 'regular',
    orderedAt: instantOf(header.orderDate) ?? at,
    requestedDate: (cancels ? null : askedDay(header.requestedDeliveryDate, 'OrderRequestHeader')) ?? onlyDate(lines),
    currency,
    netAmount: roundDecimal(net, Math.max(currencyDecimals(currency), significantDecimals(net))),
    taxAmount: tax ? decimalOf(tax.money.amount, 'OrderRequestHeader/Tax') : null,
    shippingAmount: shipping ? decimalOf(shipping.money.amount, 'OrderRequestHeader/Shipping') : null,
    totalAmount: total,
    costCentre: segmentNamed(accountings, /cost\s*cent/i),
    projectCode: segmentNamed(accountings, /project|wbs/i),
    agreement: header.agreementID ?? header.parentAgreementID ?? null,
    contactName: person?.name ?? null,
    contactEmail: person?.email ?? null,
    shipTo: shipTo ? fromAddress(shipTo.address) : null,
    details: {
      billTo: header.billTo.address.name.text ? fromAddress(header.billTo.address) : undefined,
      contacts: contacts.length > 0 ? contacts : undefined,
      comments: textOf(header.comments),
      paymentTerms: header.paymentTerms?.map((t) => `${t.payInNumberOfDays} days`).join(', '),
      requisitionId: header.requisitionID,
      extrinsics: toRecord(header.extrinsics),
      attachments: document.attachments.length > 0 ? [...document.attachments] : undefined,
      blanket: blanket
        ? {
            effectiveDate: dayOf(header.effectiveDate),
            expirationDate: dayOf(header.expirationDate),
            releaseRequired: header.releaseRequired === 'yes',
          }
        : undefined,
      reply: {
        payloadId: document.payloadID ?? null,
        orderDate: header.orderDate,
        from: identities(document.header.from),
        to: identities(document.header.to),
      },
    },
    lines,
  }
}

/** As the document numbers it, else its place. */
function numberOf(item: ItemOut, index: number): number {
  const number = Number(item.lineNumber)
  return Number.isSafeInteger(number) && number > 0 && number < 1e9 ? number : index + 1
}

function toLine(item: ItemOut, index: number, currency: string, blanket: boolean): OrderLineContent {
  const lineNumber = numberOf(item, index)
  const at = `ItemOut[${index + 1}]`
  const { itemDetail: detail, blanketItemDetail } = item
  if (!detail && !blanketItemDetail)
    throw new HubError('invalid_document', `${at} has no ItemDetail: its price and unit are not known.`)
  const quantity = decimalOf(item.quantity, `${at}/@quantity`)
  // What goes back must not be delivered once more.
  if (item.isReturn === 'yes' || quantity.startsWith('-'))
    throw new HubError('invalid_document', `${at} is a return: returns are not taken as orders here.`)
  const price = detail?.unitPrice ?? blanketItemDetail?.unitPrice
  const priceCurrency = price?.money.currency ?? currency
  if (currencyOf(priceCurrency, `${at}/UnitPrice`) !== currency)
    throw new HubError(
      'invalid_document',
      `${at} is in ${priceCurrency}, the order in ${currency}: one order, one currency.`,
    )
  const unitPrice = price ? decimalOf(price.money.amount, `${at}/UnitPrice`) : '0'
  const basis = (detail ?? blanketItemDetail)?.priceBasisQuantity
  const priceUnit = basis ? decimalOf(basis.quantity, `${at}/PriceBasisQuantity`) : '1'
  if (!/[1-9]/.test(priceUnit)) throw new HubError('invalid_document', `${at}/PriceBasisQuantity is zero.`)
  const described = detail?.descriptions ?? blanketItemDetail?.descriptions ?? []
  const classifications = detail?.classifications ?? blanketItemDetail?.classifications ?? []
  const parent = Number(item.parentLineNumber)
  return {
    lineNumber,
    parentLineNumber: Number.isSafeInteger(parent) && parent > 0 && parent !== lineNumber ? parent : null,
    supplierPartId: item.itemID.supplierPartID,
    auxiliaryId: item.itemID.supplierPartAuxiliaryID ?? null,
    buyerPartId: item.itemID.buyerPartID ?? null,
    description: described.map((d) => d.text.trim()).find((text) => text !== '') ?? item.itemID.supplierPartID,
    productGroup: classifications[0]?.code ?? classifications[0]?.text ?? null,
    quantity,
    unit: detail?.unitOfMeasure || blanketItemDetail?.unitOfMeasure || 'EA',
    unitPrice,
    priceUnit,
    netAmount:
      blanket || !price
        ? decimalOf(blanketItemDetail?.maxAmount?.money.amount ?? '0', `${at}/MaxAmount`)
        : divideDecimals(multiplyDecimals(quantity, unitPrice), priceUnit, currencyDecimals(currency)),
    requestedDate: askedDay(item.requestedDeliveryDate, at),
    details: toDetails(item, at),
  }
}

function isTakenOut(item: ItemOut, line: OrderLineContent, type: OrderRequest['header']['type']): boolean {
  if (/^(delete|block)$/i.test(item.operation ?? '')) return true
  return type === 'update' && !/[1-9]/.test(line.quantity)
}

/**
 * The price of a composite counts once: at group level (cXML compositeItemType) the parent has it and its parts are 0, at item level the
 * other way round. Where the document doesn't say, a parent with a price has it. A part whose parent is not there is a line like others.
 */
function settleComposites(items: readonly ItemOut[], lines: OrderLineContent[]): void {
  const typeOf = new Map(items.map((item, i) => [numberOf(item, i), item.compositeItemType]))
  for (const line of lines)
    if (line.parentLineNumber !== null && !lines.some((l) => l.lineNumber === line.parentLineNumber))
      line.parentLineNumber = null
  for (const parent of lines) {
    const parts = lines.filter((l) => l.parentLineNumber === parent.lineNumber)
    if (parts.length === 0) continue
    const type = typeOf.get(parent.lineNumber) ?? (/[1-9]/.test(parent.unitPrice) ? 'groupLevel' : 'itemLevel')
    for (const free of type === 'groupLevel' ? parts : [parent]) Object.assign(free, { unitPrice: '0', netAmount: '0' })
  }
}

function toDetails(item: ItemOut, at: string): LineDetails {
  const { itemDetail: detail, blanketItemDetail: blanket } = item
  const classifications = (detail?.classifications ?? blanket?.classifications ?? []).map((c) => ({
    domain: c.domain,
    code: c.code ?? c.text.trim(),
  }))
  const schedule = (item.scheduleLines ?? []).map((s) => ({
    quantity: decimalOf(s.quantity, `${at}/ScheduleLine`),
    date: askedDay(s.requestedDeliveryDate, `${at}/ScheduleLine`) ?? s.requestedDeliveryDate,
  }))
  const accounting = (item.distributions ?? []).map(toAccounting)
  const filled: LineDetails = {
    classifications: classifications.length > 0 ? classifications : undefined,
    manufacturerPartId: detail?.manufacturerPartID,
    manufacturerName: detail?.manufacturerName,
    accounting: accounting.length > 0 ? accounting : undefined,
    schedule: schedule.length > 0 ? schedule : undefined,
    comments: textOf(item.comments),
    shipTo: item.shipTo ? fromAddress(item.shipTo.address) : undefined,
    extrinsics: toRecord(detail?.extrinsics ?? blanket?.extrinsics),
    taxAmount: item.tax ? decimalOf(item.tax.money.amount, `${at}/Tax`) : undefined,
    shippingAmount: item.shipping ? decimalOf(item.shipping.money.amount, `${at}/Shipping`) : undefined,
    maxAmount: blanket?.maxAmount?.money.amount,
    maxQuantity: blanket?.maxQuantity,
    leadTimeDays: detail?.leadTime,
  }
  return filled
}

function toAccounting({ accounting, charge }: Distribution): Accounting {
  return {
    name: accounting.name,
    segments: [
      ...(accounting.segments ?? []).map((s) => ({ name: s.type, value: s.id, description: s.description || null })),
      ...(accounting.accountingSegments ?? []).map((s) => ({
        name: s.name.text.trim(),
        value: s.id,
        description: s.description.text.trim() || null,
      })),
    ],
    amount: charge.money.amount || null,
  }
}

/** The value of the first segment of this kind; null where lines name several. */
function segmentNamed(accountings: readonly Accounting[], name: RegExp): string | null {
  const values = new Set(accountings.flatMap((a) => a.segments.filter((s) => name.test(s.name)).map((s) => s.value)))
  return values.size === 1 ? ([...values][0] ?? null) : null
}

/** What an order says of who buys, for the mapping rules; field names as in BuyerFacts. */
export function orderFacts(request: OrderRequest, header: Header): BuyerFacts {
  const { facts, add } = gatherFacts()
  const order = request.header
  addPartyFacts(add, facts, {
    extrinsics: order.extrinsics ?? [],
    header,
    contacts: order.contacts ?? [],
    shipTo: (order.shipTo ?? request.items.find((i) => i.shipTo)?.shipTo)?.address,
  })
  return facts
}

/** Fraction digits beyond are a double's noise. */
const MAX_FRACTION = 12

/**
 * A decimal as partners write them: blanks around, a plus, `.5`, an exponent (Java's 1E+2), a double's sixteen digits (rounded to twelve).
 * Throws HubError invalid_document.
 */
export function decimalOf(text: string, where: string): string {
  const match = /^\s*\+?(-?)(\d{0,30})(?:\.(\d{0,30}))?(?:[eE]([+-]?\d{1,2}))?\s*$/.exec(text)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? []
  if (!match || whole + fraction === '')
    throw new HubError('invalid_document', `${where}: "${text.slice(0, 40)}" is no number such as 10.50.`)
  const shift = Number(exponent)
  if (Math.abs(shift) > 12) throw new HubError('invalid_document', `${where}: "${text.slice(0, 40)}" is out of range.`)
  const plain = shift === 0 ? `${whole || '0'}${fraction && `.${fraction}`}` : shifted(whole || '0', fraction, shift)
  const short = (plain.split('.')[1]?.length ?? 0) > MAX_FRACTION ? roundDecimal(plain, MAX_FRACTION) : plain
  return `${/[1-9]/.test(short) ? sign : ''}${short}`
}

/** Moves the decimal point `by` places to the right. */
function shifted(whole: string, fraction: string, by: number): string {
  const digits = '0'.repeat(Math.max(0, -by)) + whole + fraction + '0'.repeat(Math.max(0, by))
  const point = Math.max(0, -by) + whole.length + by
  const rest = digits.slice(point).replace(/0+$/, '')
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0'
  return rest ? `${before}.${rest}` : before
}

function currencyOf(text: string, where: string): string {
  const code = text.trim().toUpperCase()
  if (!/^[A-Z]{3}$/.test(code))
    throw new HubError('invalid_document', `${where}: "${text.slice(0, 20)}" is no ISO 4217 currency.`)
  return code
}

function instantOf(text: string): Date | null {
  const instant = parseTimestamp(text)?.instant
  return instant ? new Date(instant) : null
}

/** The day as written, in the sender's own zone; null where there is none. */
function dayOf(text: string | undefined): string | null {
  return parseTimestamp(text ?? '')?.instant.slice(0, 10) ?? null
}

/** The day somebody asks for goods. SAP's empty date is none; one that can't be read is not lost silently. */
function askedDay(text: string | undefined, where: string): string | null {
  if (!text?.trim() || /^0{4}-?00-?00/.test(text.trim())) return null
  const day = dayOf(text)
  if (day) return day
  throw new HubError('invalid_document', `${where}/@requestedDeliveryDate: "${text.slice(0, 40)}" is no date.`)
}

function onlyDate(lines: readonly OrderLineContent[]): string | null {
  const dates = new Set(lines.map((l) => l.requestedDate))
  return dates.size === 1 ? ([...dates][0] ?? null) : null
}

function textOf(comments: readonly Comments[] | undefined): string | undefined {
  const text = (comments ?? [])
    .map((c) => c.text.trim())
    .filter(Boolean)
    .join('\n')
  return text || undefined
}

function toRecord(extrinsics: readonly Extrinsic[] | undefined): Record<string, string> | undefined {
  return extrinsics?.length ? Object.fromEntries(extrinsics.map((e) => [e.name, e.value])) : undefined
}

function toContact(contact: CxmlContact): Contact {
  return {
    role: contact.role ?? null,
    name: contact.name.text.trim() || null,
    email: contact.emails?.[0]?.address ?? null,
    phone: contact.phones?.[0]?.telephoneNumber.number ?? null,
  }
}

function identities(party: Header['from']): { domain: string; identity: string }[] {
  return party.credentials.map(({ domain, identity }) => ({ domain, identity }))
}
