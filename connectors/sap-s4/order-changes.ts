// The difference between an order in SAP and what it should be, as the operations of one changeset. Pure.
import type { ErpOrderDraft, ErpOrderDraftLine } from '../connector.ts'
import { compare, multiplyDivide } from '../decimal.ts'
import { ErpError } from '../erp-error.ts'
import { SHIP_TO } from './customers.ts'
import type { Operation } from './multipart.ts'
import {
  type DraftContext,
  headerFields,
  headerText,
  itemBody,
  priceBody,
  shipToBody,
  textBody,
} from './order-draft.ts'
import { partner } from './orders.ts'
import { dateOf, decimalOf, etagOf, numberOf, type Row, rowsOf, stringLiteral, textOf, v2Date } from './v2-values.ts'

/** What has to be expanded from A_SalesOrder. */
export const changeExpand = [
  'to_Item/to_PricingElement',
  'to_Item/to_ScheduleLine',
  'to_Item/to_Text',
  'to_Partner/to_Address',
  'to_Text',
].join(',')

/** Throws ErpError `refused` where SAP has gone too far with it. The header stands first: it carries the ETag. */
export function orderChanges(order: Row, draft: ErpOrderDraft, context: DraftContext): Operation[] {
  refuseFinished(order, 'changed')
  const active = rowsOf(order, 'to_Item').filter(
    (item) => textOf(item, 'SalesDocumentRjcnReason') === null && numberOf(item, 'HigherLevelItem') === null,
  )
  const matched = new Map(draft.lines.map((line) => [line, itemOf(line, active)]))
  const kept = new Set(matched.values())
  return [
    touchHeader(order, headerFields(draft)),
    ...draft.lines.flatMap((line) => {
      const item = matched.get(line)
      return item ? lineChanges(order, item, line, draft, context) : [newItem(order, line, draft, context)]
    }),
    ...active
      .filter((item) => !kept.has(item))
      .map((item) => rejectItem(order, item, context.settings.rejectionReason)),
    ...shipToChanges(order, draft, context),
    ...textChanges(order, pathOf(order), headerText(draft), context.settings.headerText, context),
  ]
}

/** Rejects every line that isn't yet. Throws ErpError `refused` where something is delivered. */
export function cancelChanges(order: Row, rejectionReason: string): Operation[] {
  const items = rowsOf(order, 'to_Item')
  const delivered = items.filter(isDelivered)
  if (delivered.length > 0)
    throw new ErpError(
      'refused',
      `Order ${number(order)} can no longer be cancelled: SAP has made deliveries of ${delivered.map(itemName).join(', ')}.`,
    )
  const open = items.filter((item) => textOf(item, 'SalesDocumentRjcnReason') === null)
  const reference = { PurchaseOrderByCustomer: textOf(order, 'PurchaseOrderByCustomer') ?? '' }
  return [touchHeader(order, reference), ...open.map((item) => rejectItem(order, item, rejectionReason))]
}

export function isCancelled(order: Row): boolean {
  return textOf(order, 'OverallSDDocumentRejectionSts') === 'C'
}

function refuseFinished(order: Row, what: string): void {
  if (isCancelled(order))
    throw new ErpError('refused', `Order ${number(order)} can no longer be ${what}: it is cancelled.`)
  if (textOf(order, 'OverallTotalDeliveryStatus') === 'C')
    throw new ErpError('refused', `Order ${number(order)} can no longer be ${what}: it is delivered completely.`)
}

/** By the line number the hub gave; in orders of others by the article. */
function itemOf(line: ErpOrderDraftLine, items: readonly Row[]): Row | undefined {
  const article = items.filter((item) => textOf(item, 'Material') === line.itemNumber)
  const pushed = article.find((item) => numberOf(item, 'UnderlyingPurchaseOrderItem') === String(line.lineNumber))
  if (pushed) return pushed
  const unnumbered = article.filter((item) => numberOf(item, 'UnderlyingPurchaseOrderItem') === null)
  return unnumbered.length === 1 ? unnumbered[0] : undefined
}

function lineChanges(
  order: Row,
  item: Row,
  line: ErpOrderDraftLine,
  draft: ErpOrderDraft,
  context: DraftContext,
): Operation[] {
  const unit = context.units.toRec20(textOf(item, 'RequestedQuantityISOUnit'), textOf(item, 'RequestedQuantityUnit'))
  const otherQuantity =
    compare(decimalOf(item, 'RequestedQuantity'), line.quantity) !== 0 || unit !== line.unitOfMeasure
  const quantity = {
    RequestedQuantity: line.quantity,
    RequestedQuantityISOUnit: context.units.toSap(line.unitOfMeasure),
  }
  const changes = [
    ...(otherQuantity ? [merge(itemPath(order, item), quantity)] : []),
    ...priceChanges(order, item, line, draft, context),
    ...dateChanges(order, item, line.requestedDeliveryDate ?? draft.requestedDeliveryDate),
    ...textChanges(item, itemPath(order, item), line.comments, context.settings.itemText, context),
  ]
  if (changes.length > 0 && isDelivered(item))
    throw new ErpError(
      'refused',
      `Order ${number(order)}: line ${line.lineNumber} can no longer be changed: SAP has made deliveries of ${itemName(item)}.`,
    )
  return changes
}

function priceChanges(
  order: Row,
  item: Row,
  line: ErpOrderDraftLine,
  draft: ErpOrderDraft,
  context: DraftContext,
): Operation[] {
  if (line.unitPrice === null) return []
  const { ConditionType, ...price } = priceBody(line, draft.currency, context)
  const element = rowsOf(item, 'to_PricingElement').find((each) => textOf(each, 'ConditionType') === ConditionType)
  if (!element)
    return [{ method: 'POST', path: `${itemPath(order, item)}/to_PricingElement`, body: { ConditionType, ...price } }]
  const per = decimalOf(element, 'ConditionQuantity')
  const [ours, theirs] = [
    times(price.ConditionRateValue ?? '0', compare(per, '0') === 0 ? '1' : per),
    times(decimalOf(element, 'ConditionRateValue'), price.ConditionQuantity ?? '1'),
  ]
  if (compare(ours, theirs) === 0) return []
  const keys = ['PricingProcedureStep', 'PricingProcedureCounter'].map(
    (key) => [key, textOf(element, key) ?? ''] as const,
  )
  return [merge(entity('A_SalesOrderItemPrElement', [...itemKey(order, item), ...keys]), price)]
}

/** Only where there is one schedule line: what SAP has split over several days is its own plan. */
function dateChanges(order: Row, item: Row, wanted: string | null): Operation[] {
  const [schedule, ...more] = rowsOf(item, 'to_ScheduleLine').filter(
    (line) => compare(decimalOf(line, 'ScheduleLineOrderQuantity'), '0') > 0,
  )
  if (!wanted || !schedule || more.length > 0 || dateOf(schedule, 'RequestedDeliveryDate') === wanted) return []
  const key = [...itemKey(order, item), ['ScheduleLine', textOf(schedule, 'ScheduleLine') ?? ''] as const]
  return [merge(entity('A_SalesOrderScheduleLine', key), { RequestedDeliveryDate: v2Date(wanted) })]
}

function shipToChanges(order: Row, draft: ErpOrderDraft, { shipTo }: DraftContext): Operation[] {
  if (!shipTo) return []
  const present = partner(order, SHIP_TO)
  if (!present)
    return [{ method: 'POST', path: `${pathOf(order)}/to_Partner`, body: shipToBody(shipTo, draft.customerNumber) }]
  const key = [...orderKey(order), ['PartnerFunction', textOf(present.row, 'PartnerFunction') ?? 'SH'] as const]
  if ('customer' in shipTo) {
    if (present.customer === shipTo.customer) return []
    return [merge(entity('A_SalesOrderHeaderPartner', key), { Customer: shipTo.customer })]
  }
  const { address } = present
  const same =
    address && Object.entries(shipTo.address).every(([field, value]) => (textOf(address, field) ?? '') === value)
  if (same) return []
  const representation = [
    'AddressRepresentationCode',
    (address && textOf(address, 'AddressRepresentationCode')) ?? '',
  ] as const
  return [merge(entity('A_SalesOrderPartnerAddress', [...key, representation]), shipTo.address)]
}

function textChanges(
  owner: Row,
  path: string,
  wanted: string | null,
  textType: string,
  { settings }: DraftContext,
): Operation[] {
  const text = rowsOf(owner, 'to_Text').find(
    (each) => textOf(each, 'LongTextID') === textType && textOf(each, 'Language') === settings.textLanguage,
  )
  if ((text ? (textOf(text, 'LongText') ?? '') : '') === (wanted ?? '').trim()) return []
  if (!text) return [{ method: 'POST', path: `${path}/to_Text`, body: textBody(wanted ?? '', textType, settings) }]
  const isItem = textOf(owner, 'SalesOrderItem') !== null
  const key = [
    ...orderKey(owner),
    ...(isItem ? [['SalesOrderItem', textOf(owner, 'SalesOrderItem') ?? ''] as const] : []),
    ['Language', settings.textLanguage] as const,
    ['LongTextID', textType] as const,
  ]
  return [merge(entity(isItem ? 'A_SalesOrderItemText' : 'A_SalesOrderText', key), { LongText: wanted ?? '' })]
}

function newItem(order: Row, line: ErpOrderDraftLine, draft: ErpOrderDraft, context: DraftContext): Operation {
  return { method: 'POST', path: `${pathOf(order)}/to_Item`, body: itemBody(line, draft, context) }
}

function rejectItem(order: Row, item: Row, rejectionReason: string): Operation {
  if (isDelivered(item))
    throw new ErpError(
      'refused',
      `Order ${number(order)}: ${itemName(item)} can no longer be taken away: SAP has made deliveries of it.`,
    )
  return merge(itemPath(order, item), { SalesDocumentRjcnReason: rejectionReason })
}

/** With the ETag, so that the whole changeset is off when somebody else was faster. */
function touchHeader(order: Row, fields: Record<string, string>): Operation {
  return { ...merge(pathOf(order), fields), ifMatch: etagOf(order) }
}

function isDelivered(item: Row): boolean {
  return ['B', 'C'].includes(textOf(item, 'DeliveryStatus') ?? '')
}

const times = (a: string, b: string) => multiplyDivide(a, b, '1', 12)
const number = (order: Row) => textOf(order, 'SalesOrder') ?? ''
const itemName = (item: Row) => `item ${numberOf(item, 'SalesOrderItem')} (${textOf(item, 'Material') ?? 'no article'})`
const pathOf = (order: Row) => `A_SalesOrder(${stringLiteral(number(order))})`
const itemPath = (order: Row, item: Row) => entity('A_SalesOrderItem', itemKey(order, item))
const orderKey = (row: Row): Key => [['SalesOrder', number(row)]]
const itemKey = (order: Row, item: Row): Key => [
  ...orderKey(order),
  ['SalesOrderItem', textOf(item, 'SalesOrderItem') ?? ''],
]

type Key = (readonly [field: string, value: string])[]

function entity(set: string, key: Key): string {
  return `${set}(${key.map(([field, value]) => `${field}=${stringLiteral(value)}`).join(',')})`
}

function merge(path: string, body: Record<string, string>): Operation {
  return { method: 'MERGE', path, body }
}
