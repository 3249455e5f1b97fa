// The ERP's word on orders of every channel, a page at a time: new ones become part of the history, known ones move on. Upserts by the
// ERP's id, or by our reference where the ERP's yes to a push was lost. A fixed number of statements per page.
import type { ErpOrder, Tombstone } from '../../connectors/connector.ts'
import { findAccountsByNumber } from '../accounts/account-store.ts'
import type { Spender } from '../budgets/charge.ts'
import { recordSpends, type Spend } from '../budgets/reserve-budget.ts'
import { commitBudget, releaseBudget } from '../budgets/settle-budget.ts'
import type { Db } from '../database/database.ts'
import { rowsOf } from '../database/rows.ts'
import type { Stamp } from '../database/stamp.ts'
import type { ErpOrigin } from '../erp/erp-connection.ts'
import { enqueueAll } from '../queue/outbox.ts'
import { announce } from '../storefronts/announce.ts'
import { chargesOfOrder } from './claim-budget.ts'
import type { Order, OrderState } from './order.ts'
import { insertEvents, refreshSearch } from './order-store.ts'
import { followUp } from './record-push.ts'

/** The ERP's states in our words. `blocked` is the ERP's own hold; open without a promise is no confirmation. */
function stateOf({ state, lines }: ErpOrder): OrderState {
  if (state === 'draft' || state === 'blocked') return 'accepted'
  if (state !== 'open') return state
  return lines.length > 0 && lines.every((l) => l.confirmedQuantity === null) ? 'accepted' : 'confirmed'
}

type KnownOrder = Pick<
  Order,
  | 'id'
  | 'state'
  | 'erpId'
  | 'onceKey'
  | 'erpState'
  | 'erpChangedAt'
  | 'partnerId'
  | 'connectionId'
  | 'cancelAsked'
  | 'revision'
>

/** `first`: the connection's first reading of its history, of which nobody is told one by one. */
export async function recordErpOrders(
  db: Db,
  origin: ErpOrigin,
  records: readonly (ErpOrder | Tombstone)[],
  options: { first: boolean },
  stamp: Stamp,
): Promise<void> {
  const orders = [...new Map(records.flatMap((r) => ('deleted' in r ? [] : [[r.erpId, r] as const]))).values()]
  const gone = records.flatMap((r) => ('deleted' in r ? [r.erpId] : []))
  const known = await lockKnown(db, origin.id, orders, gone)
  const byErpId = new Map(known.flatMap((k) => (k.erpId ? [[k.erpId, k] as const] : [])))
  const byOnceKey = new Map(known.flatMap((k) => (k.onceKey ? [[k.onceKey, k] as const] : [])))
  const find = (o: ErpOrder) => byErpId.get(o.erpId) ?? (o.onceKey ? takePushed(byOnceKey, o.onceKey) : undefined)

  const fresh: { id: string; order: ErpOrder }[] = []
  const moved: { known: KnownOrder; order: ErpOrder }[] = []
  for (const order of orders) {
    const mine = find(order)
    if (!mine) fresh.push({ id: stamp.newId(), order })
    else if (isNews(mine, order)) moved.push({ known: mine, order })
  }
  const spends = fresh.length > 0 ? await insertFresh(db, origin, fresh, stamp.at) : []
  if (moved.length > 0) await applyMoves(db, origin, moved, stamp)
  const removed = known.filter((k) => k.erpId && gone.includes(k.erpId) && !isOver(k.state))
  if (removed.length > 0) await cancelRemoved(db, removed, stamp)
  const also = [...moved.map((m) => m.known), ...removed].map(spenderOf)
  if (await recordSpends(db, origin.sellerId, spends, also, stamp)) await settleClaims(db, moved, removed, stamp)
  if (options.first) return
  const tell = (orderId: string, type: 'order.created' | 'order.updated', state: OrderState) => ({
    sellerId: origin.sellerId,
    type,
    data: { orderId, state },
  })
  await announce(
    db,
    [
      ...fresh.map((f) => tell(f.id, 'order.created', stateOf(f.order))),
      ...moved
        .filter((m) => m.known.state !== stateOf(m.order))
        .map((m) => tell(m.known.id, 'order.updated', stateOf(m.order))),
      ...removed.map((r) => tell(r.id, 'order.updated', 'cancelled')),
    ],
    stamp,
  )
}

/**
 * The order pushed with this key, while the ERP's own id of it is not known; given once. Whatever else bears the key is a copy that people
 * made in the ERP.
 */
function takePushed(byOnceKey: Map<string, KnownOrder>, onceKey: string): KnownOrder | undefined {
  const pushed = byOnceKey.get(onceKey)
  byOnceKey.delete(onceKey)
  return pushed?.erpId === null || pushed?.erpId === onceKey ? pushed : undefined
}

/** An ERP that clears away what is done with does not cancel it. */
const isOver = (state: OrderState) => ['shipped', 'closed', 'rejected', 'cancelled'].includes(state)

/** What was read before the order was cancelled does not bring it back to life. */
function isNews({ state, erpChangedAt }: KnownOrder, order: ErpOrder): boolean {
  if (!erpChangedAt) return true
  const changedAt = new Date(order.changedAt)
  return state === 'cancelled' && order.state !== 'cancelled' ? changedAt > erpChangedAt : changedAt >= erpChangedAt
}

async function lockKnown(
  db: Db,
  connectionId: string,
  orders: readonly ErpOrder[],
  gone: readonly string[],
): Promise<KnownOrder[]> {
  const erpIds = [...orders.map((o) => o.erpId), ...gone]
  const onceKeys = orders.flatMap((o) => (o.onceKey ? [o.onceKey] : []))
  const { rows } = await db.raw<{ rows: KnownOrder[] }>(
    `SELECT id, state, erp_id AS "erpId", once_key AS "onceKey", erp_state AS "erpState", erp_changed_at AS "erpChangedAt",
       partner_id AS "partnerId", connection_id AS "connectionId", cancel_asked AS "cancelAsked", revision
     FROM orders WHERE id IN (
       SELECT id FROM orders WHERE connection_id = ? AND erp_id = ANY(?)
       UNION SELECT id FROM orders WHERE once_key = ANY(?) AND connection_id = ?)
     ORDER BY id FOR UPDATE`,
    [connectionId, erpIds, onceKeys, connectionId],
  )
  return rows
}

const LINE = {
  orderId: 'uuid',
  lineNumber: 'integer',
  erpLineId: 'text',
  itemNumber: 'text',
  description: 'text',
  productGroup: 'text',
  quantity: 'numeric',
  unitOfMeasure: 'text',
  unitPrice: 'numeric',
  priceUnit: 'numeric',
  netAmount: 'numeric',
  confirmedQuantity: 'numeric',
  confirmedDate: 'date',
  shippedQuantity: 'numeric',
  invoicedQuantity: 'numeric',
  rejectionReason: 'text',
} as const

/** The head of an order as the ERP has it. */
const HEAD = {
  id: 'uuid',
  accountId: 'uuid',
  channel: 'text',
  state: 'text',
  poNumber: 'text',
  customerNumber: 'text',
  orderedAt: 'timestamptz',
  requestedDate: 'date',
  currency: 'text',
  netAmount: 'numeric',
  taxAmount: 'numeric',
  totalAmount: 'numeric',
  projectCode: 'text',
  contactName: 'text',
  contactEmail: 'text',
  shipTo: 'jsonb',
  erpId: 'text',
  erpNumber: 'text',
  erpState: 'text',
  changedAt: 'timestamptz',
  words: 'text',
} as const

async function headsOf(
  db: Db,
  origin: ErpOrigin,
  orders: readonly { id: string; order: ErpOrder }[],
): Promise<Record<keyof typeof HEAD, unknown>[]> {
  const accounts = await findAccountsByNumber(
    db,
    origin,
    orders.map(({ order }) => order.customerNumber),
  )
  return orders.map(({ id, order: o }) => ({
    id,
    accountId: accounts.get(o.customerNumber) ?? null,
    channel: o.channel,
    state: stateOf(o),
    poNumber: o.purchaseOrderNumber,
    customerNumber: o.customerNumber,
    orderedAt: o.orderedAt,
    requestedDate: o.requestedDeliveryDate,
    currency: o.currency,
    netAmount: o.netAmount,
    taxAmount: o.taxAmount,
    totalAmount: o.totalAmount,
    projectCode: o.projectCode,
    contactName: o.contactName,
    contactEmail: o.contactEmail,
    shipTo: o.shipTo && toAddress(o.shipTo),
    erpId: o.erpId,
    erpNumber: o.number,
    erpState: o.state,
    changedAt: o.changedAt,
    words: [
      o.purchaseOrderNumber,
      o.number,
      o.contactName,
      o.contactEmail,
      o.projectCode,
      o.shipTo?.name,
      ...o.lines.flatMap((l) => [l.itemNumber, l.description]),
    ]
      .filter(Boolean)
      .join(' '),
  }))
}

/** Orders the hub sees for the first time, with their lines, in two statements. Returns what they spend. */
async function insertFresh(
  db: Db,
  origin: ErpOrigin,
  fresh: readonly { id: string; order: ErpOrder }[],
  at: Date,
): Promise<Spend[]> {
  const heads = await headsOf(db, origin, fresh)
  const given = rowsOf('r', HEAD, heads)
  await db.raw(
    `INSERT INTO orders (id, seller_id, connection_id, account_id, channel, state, po_number, customer_number, ordered_at,
       requested_date, currency, net_amount, tax_amount, total_amount, project_code, contact_name, contact_email, ship_to, erp_id,
       erp_number, erp_state, erp_changed_at, search, created_at, updated_at)
     SELECT r.id, ?, ?, r."accountId", r.channel, r.state, r."poNumber", r."customerNumber", r."orderedAt", r."requestedDate",
       r.currency, r."netAmount", r."taxAmount", r."totalAmount", r."projectCode", r."contactName", r."contactEmail", r."shipTo",
       r."erpId", r."erpNumber", r."erpState", r."changedAt", search_words(r.words), ?, ?
     FROM ${given.sql}`,
    [origin.sellerId, origin.id, at, at, ...given.bindings],
  )
  const lines = fresh.flatMap(({ id, order }) => numbered(order).map((l) => ({ ...l, orderId: id })))
  await putLines(db, lines)
  return fresh.flatMap(({ id, order }, i) => {
    const accountId = heads[i]?.accountId as string | null
    return accountId && stateOf(order) !== 'cancelled' ? [spendOf(id, order, accountId)] : []
  })
}

const spenderOf = ({ id }: { id: string }): Spender => ({ kind: 'order', id })

/** What an order that the ERP brought in spends: nobody knows by whom. */
function spendOf(id: string, order: ErpOrder, accountId: string): Spend {
  const { currency, projectCode, taxAmount } = order
  const lines = order.lines.map(({ netAmount }) => ({ netAmount, details: {} }))
  const content = { currency, projectCode, taxAmount, costCentre: null, shippingAmount: null, lines }
  const charges = chargesOfOrder({ accountId, membershipId: null }, content)
  return { spender: spenderOf({ id }), charges, at: new Date(order.orderedAt) }
}

/** What the ERP has is committed, also where its yes to the push was lost; what is cancelled there is free again. */
async function settleClaims(
  db: Db,
  moved: readonly { known: KnownOrder; order: ErpOrder }[],
  removed: readonly KnownOrder[],
  stamp: Stamp,
): Promise<void> {
  const ended = moved.filter((m) => stateOf(m.order) === 'cancelled').map((m) => m.known)
  const living = moved.filter((m) => stateOf(m.order) !== 'cancelled').map((m) => m.known)
  await releaseBudget(db, [...ended, ...removed].map(spenderOf), 'cancelled in the ERP', stamp)
  await commitBudget(db, living.map(spenderOf), stamp)
}

/** Two lines of one number (an ERP that has none) are told apart by their place. */
function numbered(order: ErpOrder): ErpOrder['lines'] {
  const unique = new Set(order.lines.map((l) => l.lineNumber)).size === order.lines.length
  return unique ? order.lines : order.lines.map((line, i) => ({ ...line, lineNumber: i + 1 }))
}

async function putLines(db: Db, lines: readonly (ErpOrder['lines'][number] & { orderId: string })[]): Promise<void> {
  const given = rowsOf('r', LINE, lines)
  await db.raw(
    `INSERT INTO order_lines (order_id, line_number, erp_line_id, supplier_part_id, description, product_group, quantity, unit,
       unit_price, price_unit, net_amount, confirmed_quantity, confirmed_date, shipped_quantity, invoiced_quantity,
       rejection_reason)
     SELECT r."orderId", r."lineNumber", r."erpLineId", r."itemNumber", r.description, r."productGroup", r.quantity,
       r."unitOfMeasure", r."unitPrice", r."priceUnit", r."netAmount", r."confirmedQuantity", r."confirmedDate",
       r."shippedQuantity", r."invoicedQuantity", r."rejectionReason"
     FROM ${given.sql}
     ON CONFLICT (order_id, line_number) DO UPDATE SET erp_line_id = excluded.erp_line_id,
       supplier_part_id = excluded.supplier_part_id, description = excluded.description, quantity = excluded.quantity,
       unit = excluded.unit, unit_price = excluded.unit_price, price_unit = excluded.price_unit,
       net_amount = excluded.net_amount, product_group = excluded.product_group,
       confirmed_quantity = excluded.confirmed_quantity, confirmed_date = excluded.confirmed_date,
       shipped_quantity = excluded.shipped_quantity, invoiced_quantity = excluded.invoiced_quantity,
       rejection_reason = excluded.rejection_reason`,
    given.bindings,
  )
}

async function applyMoves(
  db: Db,
  origin: ErpOrigin,
  moved: readonly { known: KnownOrder; order: ErpOrder }[],
  stamp: Stamp,
): Promise<void> {
  const rows = moved.map(({ known, order }) => ({
    id: known.id,
    state: stateOf(order),
    erpId: order.erpId,
    erpNumber: order.number,
    erpState: order.state,
    changedAt: order.changedAt,
    taxAmount: order.taxAmount,
  }))
  await db.raw(
    `UPDATE orders o SET
       state = CASE WHEN o.state = 'rejected' THEN o.state ELSE r.state END,
       cancel_asked = o.cancel_asked AND r.state NOT IN ('shipped', 'closed', 'cancelled'),
       push_until = CASE WHEN o.erp_id IS NULL THEN NULL ELSE o.push_until END,
       erp_id = r."erpId", erp_number = coalesce(r."erpNumber", o.erp_number), erp_state = r."erpState",
       erp_changed_at = r."changedAt", tax_amount = coalesce(o.tax_amount, r."taxAmount"), updated_at = ?
     FROM jsonb_to_recordset(?::jsonb) AS r(id uuid, state text, "erpId" text, "erpNumber" text, "erpState" text,
       "changedAt" timestamptz, "taxAmount" numeric)
     WHERE o.id = r.id AND (o.erp_id IS DISTINCT FROM r."erpId" OR o.erp_changed_at IS NULL OR o.erp_changed_at <= r."changedAt")`,
    [stamp.at, JSON.stringify(rows)],
  )
  // What a buyer ordered through us stays as ordered, the ERP's amounts beside it in the lines; other orders are the ERP's to change.
  await replaceTheirs(
    db,
    origin,
    moved.filter(({ known }) => known.onceKey === null).map(({ known, order }) => ({ id: known.id, order })),
  )
  const ours = moved.filter(({ known }) => known.onceKey !== null)
  const lines = ours.flatMap(({ known, order }) => numbered(order).map((l) => ({ ...l, orderId: known.id })))
  const given = rowsOf('r', LINE, lines)
  await db.raw(
    `UPDATE order_lines l SET erp_line_id = r."erpLineId", confirmed_quantity = r."confirmedQuantity",
       confirmed_date = r."confirmedDate", shipped_quantity = r."shippedQuantity", invoiced_quantity = r."invoicedQuantity",
       rejection_reason = r."rejectionReason", product_group = coalesce(l.product_group, r."productGroup"),
       details = l.details || jsonb_build_object('erp', jsonb_build_object('itemNumber', r."itemNumber", 'unitPrice',
         r."unitPrice"::text, 'priceUnit', r."priceUnit"::text, 'quantity', r.quantity::text,
         'unit', r."unitOfMeasure"))
     FROM ${given.sql}
     WHERE l.order_id = r."orderId" AND l.line_number = r."lineNumber"`,
    given.bindings,
  )
  await refreshSearch(
    db,
    moved.filter((m) => m.known.erpId === null || m.known.onceKey === null).map((m) => m.known.id),
  )
  await insertEvents(
    db,
    moved
      .filter(({ known, order }) => known.erpState !== order.state)
      .map(({ known, order }) => ({
        orderId: known.id,
        kind: 'erp-state' as const,
        detail: { from: known.erpState, to: order.state, number: order.number },
      })),
    stamp,
  )
  await enqueueAll(
    db,
    'send-confirmation',
    ours.filter(({ known }) => known.partnerId !== null).map(({ known }) => ({ orderId: known.id })),
  )
  // The yes to their push was lost, or is still on its way.
  for (const { known, order } of ours)
    if (known.erpId === null && !isOver(stateOf(order))) await followUp(db, known, null)
}

/** Orders of the ERP's own, head and lines; one that comes without lines keeps those it had. */
async function replaceTheirs(
  db: Db,
  origin: ErpOrigin,
  theirs: readonly { id: string; order: ErpOrder }[],
): Promise<void> {
  if (theirs.length === 0) return
  const heads = rowsOf('r', HEAD, await headsOf(db, origin, theirs))
  await db.raw(
    `UPDATE orders o SET
       account_id = CASE WHEN o.customer_number = r."customerNumber" THEN coalesce(o.account_id, r."accountId") ELSE r."accountId" END,
       customer_number = r."customerNumber", po_number = r."poNumber", ordered_at = r."orderedAt", requested_date = r."requestedDate",
       currency = r.currency, net_amount = r."netAmount", tax_amount = r."taxAmount", total_amount = r."totalAmount",
       project_code = r."projectCode", contact_name = r."contactName", contact_email = r."contactEmail", ship_to = r."shipTo"
     FROM ${heads.sql} WHERE o.id = r.id`,
    heads.bindings,
  )
  const lines = theirs.flatMap(({ id, order }) => numbered(order).map((l) => ({ ...l, orderId: id })))
  if (lines.length === 0) return
  await putLines(db, lines)
  const kept = rowsOf('r', { orderId: 'uuid', lineNumber: 'integer' }, lines)
  await db.raw(
    `DELETE FROM order_lines l WHERE l.order_id = ANY(?)
       AND NOT EXISTS (SELECT 1 FROM ${kept.sql} WHERE r."orderId" = l.order_id AND r."lineNumber" = l.line_number)`,
    [[...new Set(lines.map((l) => l.orderId))], ...kept.bindings],
  )
}

async function cancelRemoved(db: Db, removed: readonly KnownOrder[], stamp: Stamp): Promise<void> {
  await db('orders')
    .whereIn(
      'id',
      removed.map((r) => r.id),
    )
    .update({ state: 'cancelled', cancel_asked: false, erp_state: 'cancelled', updated_at: stamp.at })
  await insertEvents(
    db,
    removed.map((r) => ({ orderId: r.id, kind: 'erp-state' as const, detail: { from: r.erpState, to: 'deleted' } })),
    stamp,
  )
  await enqueueAll(
    db,
    'send-confirmation',
    removed.filter((r) => r.partnerId !== null).map((r) => ({ orderId: r.id })),
  )
}

/** An ERP's address in the house's words: absent instead of null. */
export function toAddress(a: NonNullable<ErpOrder['shipTo']>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(a).filter(([, value]) => value !== null && value !== ''))
}
