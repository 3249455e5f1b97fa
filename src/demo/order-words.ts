// Orders in words people read: states, channels, holds and what to do about them, events, dates.
import { roundDecimal, significantDecimals } from '../money.ts'
import type { Difference, OrderEvent } from './order-client.ts'

export type Tone = '' | 'good' | 'warn' | 'bad'
type Words = Record<string, [text: string, tone: Tone]>

const states: Words = {
  received: ['received', ''],
  held: ['on hold', 'warn'],
  accepted: ['accepted', ''],
  confirmed: ['confirmed', 'good'],
  shipping: ['partly shipped', 'good'],
  shipped: ['shipped', 'good'],
  closed: ['completed', 'good'],
  rejected: ['rejected', 'bad'],
  cancelled: ['cancelled', 'bad'],
}
export const stateNames = Object.keys(states)

const channels: Words = {
  punchout: ['punchout', ''],
  web: ['web shop', ''],
  phone: ['phone', ''],
  edi: ['EDI', ''],
  erp: ['ERP', ''],
}
export const channelNames = Object.keys(channels)

const invoiceStates: Words = {
  open: ['open', ''],
  overdue: ['overdue', 'bad'],
  paid: ['paid', 'good'],
  cancelled: ['cancelled', 'warn'],
}

const shipmentStates: Words = {
  planned: ['planned', ''],
  packed: ['packed', ''],
  shipped: ['on its way', 'good'],
  delivered: ['delivered', 'good'],
  cancelled: ['cancelled', 'bad'],
}

const deliveryStates: Words = {
  waiting: ['under way', ''],
  delivered: ['taken', 'good'],
  refused: ['refused', 'bad'],
  'given-up': ['given up', 'bad'],
}

const vocabularies = {
  state: states,
  channel: channels,
  invoice: invoiceStates,
  shipment: shipmentStates,
  delivery: deliveryStates,
}
export type Vocabulary = keyof typeof vocabularies

/** A word the hub learnt after this shop was written is shown as it is. */
export function wordFor(vocabulary: Vocabulary, name: string): [text: string, tone: Tone] {
  return vocabularies[vocabulary][name] ?? [name, '']
}

/** Hold reason -> what it means, what the seller's people do about it. */
const holds: Record<string, [meaning: string, advice: string]> = {
  test: ['This is a test order', 'Release it to send it to the ERP all the same, or reject it.'],
  'no-customer': [
    'The ERP has no customer for this company',
    'Give the company account its customer number, then release the order.',
  ],
  'no-connection': ['No ERP is connected for this company', 'Add an ERP connection, then release the order.'],
  credit: [
    'The order is over the credit limit',
    'Wait for a payment or raise the limit in the ERP; or release it as it is.',
  ],
  restricted: [
    'The person or the company may not order this, for this, or to there',
    'Settle it with the company’s admin, then release the order or reject it.',
  ],
  budget: ['The order is over a budget', 'Wait until the budget is raised; or release it as it is.'],
  difference: [
    'The order differs from the cart it came from',
    'Release it to deliver at what the order says, or reject it: the buyer’s system is told and can order again.',
  ],
  'not-from-cart': [
    'Lines of the order were in no cart',
    'Check products and prices, then release the order or reject it.',
  ],
  'no-price': ['Lines of the order have no price', 'Release it to let the ERP price them, or reject it.'],
  'change-refused': [
    'The ERP refused a change of this order',
    'It stays as the ERP has it. Settle it with the buyer, then release.',
  ],
  'erp-refused': ['The ERP refused this order', 'Put right what it names, then release the order: it is sent again.'],
}

export function holdInWords(reason: string): { meaning: string; advice: string } {
  const [meaning, advice] = holds[reason] ?? ['The order waits for a person', 'Release it or reject it.']
  return { meaning, advice }
}

const fields: Record<string, string> = {
  line: 'not in the cart',
  quantity: 'quantity',
  unit: 'unit',
  unitPrice: 'price',
  priceUnit: 'price unit',
  currency: 'currency',
  description: 'description',
  supplierPartId: 'product number',
  buyerPartId: 'the buyer’s product number',
  manufacturerPartId: 'manufacturer’s number',
  classification: 'classification',
}

export function fieldInWords({ field }: Pick<Difference, 'field'>): string {
  return fields[field] ?? field
}

const erpStates: Record<string, string> = {
  draft: 'A draft in the ERP',
  blocked: 'Blocked in the ERP',
  open: 'Open in the ERP',
  shipping: 'A part has left the warehouse',
  shipped: 'Everything has left the warehouse',
  closed: 'Completed in the ERP',
  cancelled: 'Cancelled in the ERP',
  deleted: 'Deleted in the ERP',
}

const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '')
const texts = (value: unknown) => (Array.isArray(value) ? value.map(text).filter(Boolean) : [])
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : [])
const sentence = (...parts: string[]) => parts.filter(Boolean).join(' ')
const after = (words: string, more: string) => (more ? `${words}: ${more}` : `${words}.`)

/** What happened, for buyer and seller alike. `inside` adds what only the seller's people are told. */
export function eventInWords({ kind, detail }: OrderEvent, inside: boolean): string {
  const { lines, notes, number, who, note, reason, error, version } = detail
  const by = inside && text(who) ? ` by ${text(who)}` : ''
  switch (kind) {
    case 'received':
      return sentence(
        `Order received${typeof lines === 'number' ? `, ${lines} ${lines === 1 ? 'line' : 'lines'}` : ''}.`,
        ...(inside ? texts(notes) : []),
      )
    case 'repeated':
      return 'The same order came again: nothing changed.'
    case 'held':
      return `On hold: ${list(detail.holds)
        .map((hold) => (inside ? text(hold.message) : `${holdInWords(text(hold.reason)).meaning}.`))
        .join(' ')}`
    case 'released':
      return after(`Released${by}`, text(note))
    case 'changed':
      return `Changed by the buyer${text(version) ? `, version ${text(version)}` : ''}.`
    case 'cancel-asked':
      return after(`Cancellation asked for${by}`, inside ? text(reason) : '')
    case 'cancelled':
      return after(`Cancelled${by}`, inside ? text(reason) : '')
    case 'rejected':
      return after(`Rejected${by}`, text(reason))
    case 'pushed':
      return sentence(`The ERP has it as ${text(number) || 'a new order'}.`, ...(inside ? texts(notes) : []))
    case 'push-refused':
      return after('The ERP refused it', inside ? text(error) : '')
    case 'change-pushed':
      return 'The ERP took the change.'
    case 'change-refused':
      return after('The ERP refused the change', inside ? text(error) : '')
    case 'erp-state':
      return `${erpStates[text(detail.to)] ?? `The ERP says: ${text(detail.to)}`}.`
    case 'confirmation-sent':
      return after(confirmationInWords(text(detail.type)), text(reason))
    case 'ship-notice-sent':
      return `Ship notice ${text(number)} sent to the buyer’s system.`
    case 'invoice-sent':
      return `${detail.kind === 'credit-note' ? 'Credit note' : 'Invoice'} ${text(number)} sent to the buyer’s system.`
    case 'buyer-status':
      return after('The buyer’s system answered', text(detail.status))
    default:
      return kind
  }
}

const confirmationInWords = (type: string) =>
  ({
    accept: 'Confirmed to the buyer’s system',
    reject: 'Rejection sent to the buyer’s system',
    except: 'Confirmed to the buyer’s system with changes',
  })[type] ?? 'Answer sent to the buyer’s system'

const documents: Record<string, string> = {
  ConfirmationRequest: 'Order confirmation',
  ShipNoticeRequest: 'Ship notice',
  InvoiceDetailRequest: 'Invoice',
}
export const documentInWords = (kind: string) => documents[kind] ?? kind

/** The shop's own clock and calendar, whoever looks. */
const ZONE = 'Europe/Amsterdam'
const dates = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, day: 'numeric', month: 'short', year: 'numeric' })
const days = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' })
const times = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** A time, or a calendar day such as 2026-01-31: 31 Jan 2026. */
export function dateOf(iso: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(iso) ? days.format(new Date(iso)) : dates.format(new Date(iso))
}

/** 31 Jan 2026, 14:05:09 */
export function timeOf(iso: string): string {
  return `${dates.format(new Date(iso))}, ${times.format(new Date(iso))}`
}

/** € 1,234.50; at least two fraction digits, and all that carry value. */
export function moneyOf(amount: string, currency: string): string {
  const exact = roundDecimal(amount, Math.max(2, significantDecimals(amount)))
  const grouped = exact.replace(/\B(?=(\d{3})+\.)/g, ',')
  return currency === 'EUR' ? `€ ${grouped}` : `${grouped} ${currency}`
}

const units: Record<string, string> = { C62: 'pcs', EA: 'pcs', KGM: 'kg', HUR: 'h' }

/** 12 pcs */
export function quantityOf(quantity: string, unit: string): string {
  return `${plain(quantity)} ${units[unit] ?? unit}`
}

/** 12.000 -> 12 */
export function plain(decimal: string): string {
  return roundDecimal(decimal, significantDecimals(decimal))
}
