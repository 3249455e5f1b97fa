// Keeps orders, their lines, events and differences. Lists for people are order-history.ts.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { Mode } from '../partners/partner.ts'
import type {
  Hold,
  Order,
  OrderContent,
  OrderDifference,
  OrderEvent,
  OrderEventKind,
  OrderLine,
  OrderState,
} from './order.ts'

/** Property -> column of `orders`. */
export const orderColumns = {
  id: 'id',
  sellerId: 'seller_id',
  accountId: 'account_id',
  personId: 'person_id',
  partnerId: 'partner_id',
  storefrontId: 'storefront_id',
  connectionId: 'connection_id',
  sessionId: 'session_id',
  documentId: 'document_id',
  channel: 'channel',
  mode: 'mode',
  kind: 'kind',
  state: 'state',
  poNumber: 'po_number',
  poVersion: 'po_version',
  customerNumber: 'customer_number',
  orderedAt: 'ordered_at',
  membershipId: 'membership_id',
  placedBy: 'placed_by',
  requisitionId: 'requisition_id',
  requestedDate: 'requested_date',
  currency: 'currency',
  netAmount: 'net_amount',
  taxAmount: 'tax_amount',
  shippingAmount: 'shipping_amount',
  totalAmount: 'total_amount',
  costCentre: 'cost_centre',
  projectCode: 'project_code',
  agreement: 'agreement',
  contactName: 'contact_name',
  contactEmail: 'contact_email',
  shipTo: 'ship_to',
  details: 'details',
  holds: 'holds',
  onceKey: 'once_key',
  pushUntil: 'push_until',
  cancelAsked: 'cancel_asked',
  erpId: 'erp_id',
  erpNumber: 'erp_number',
  erpState: 'erp_state',
  erpChangedAt: 'erp_changed_at',
  endReason: 'end_reason',
  revision: 'revision',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const

const lineColumns = {
  lineNumber: 'line_number',
  parentLineNumber: 'parent_line_number',
  supplierPartId: 'supplier_part_id',
  auxiliaryId: 'auxiliary_id',
  buyerPartId: 'buyer_part_id',
  description: 'description',
  productGroup: 'product_group',
  quantity: 'quantity',
  unit: 'unit',
  unitPrice: 'unit_price',
  priceUnit: 'price_unit',
  netAmount: 'net_amount',
  requestedDate: 'requested_date',
  details: 'details',
  cartSessionId: 'cart_session_id',
  cartLineNumber: 'cart_line_number',
  erpLineId: 'erp_line_id',
  confirmedQuantity: 'confirmed_quantity',
  confirmedDate: 'confirmed_date',
  shippedQuantity: 'shipped_quantity',
  invoicedQuantity: 'invoiced_quantity',
  rejectionReason: 'rejection_reason',
} as const

/** For jobs: whoever's order it is. */
export async function findOrderById(db: Db, id: string): Promise<Order | undefined> {
  return db('orders').select(orderColumns).where({ id }).first()
}

export async function findOrder(db: Db, sellerId: string, id: string): Promise<Order | undefined> {
  return db('orders').select(orderColumns).where({ seller_id: sellerId, id }).first()
}

/** As findOrderById, and holds the row until the transaction ends. */
export async function lockOrder(db: Db, id: string): Promise<Order | undefined> {
  return db('orders').select(orderColumns).where({ id }).forUpdate().first()
}

/** The order of a purchase order number, locked; nobody else places the same until the transaction ends. */
export async function lockPurchaseOrder(
  db: Db,
  partnerId: string,
  mode: Mode,
  poNumber: string,
): Promise<{ order: Order; contentHash: Buffer } | undefined> {
  await db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [JSON.stringify([partnerId, mode, poNumber])])
  const row = await db('orders')
    .select({ ...orderColumns, contentHash: 'content_hash' })
    .where({ partner_id: partnerId, mode, po_number: poNumber })
    .forUpdate()
    .first()
  if (!row) return undefined
  const { contentHash, ...order } = row
  return { order, contentHash }
}

export async function listLines(db: Db, orderId: string): Promise<OrderLine[]> {
  return db('order_lines').select(lineColumns).where({ order_id: orderId }).orderBy('line_number')
}

export async function listEvents(db: Db, orderId: string): Promise<OrderEvent[]> {
  return db('order_events')
    .select({ id: 'id', orderId: 'order_id', kind: 'kind', detail: 'detail', documentId: 'document_id', at: 'at' })
    .where({ order_id: orderId })
    .orderBy('id')
}

export async function listDifferences(db: Db, orderId: string): Promise<OrderDifference[]> {
  return db('order_differences')
    .select({ lineNumber: 'line_number', field: 'field', cartValue: 'cart_value', orderValue: 'order_value' })
    .where({ order_id: orderId })
    .orderBy(['line_number', 'field'])
}

/** Columns of what an order says; the same at first and at every change. */
function contentRow(content: OrderContent, contentHash: Buffer): Record<string, unknown> {
  return {
    kind: content.kind,
    po_number: content.poNumber,
    po_version: content.poVersion,
    content_hash: contentHash,
    ordered_at: content.orderedAt,
    requested_date: content.requestedDate,
    currency: content.currency,
    net_amount: content.netAmount,
    tax_amount: content.taxAmount,
    shipping_amount: content.shippingAmount,
    total_amount: content.totalAmount,
    cost_centre: content.costCentre,
    project_code: content.projectCode,
    agreement: content.agreement,
    contact_name: content.contactName,
    contact_email: content.contactEmail,
    ship_to: content.shipTo && JSON.stringify(content.shipTo),
    details: JSON.stringify(content.details),
  }
}

export interface NewOrder
  extends Pick<
    Order,
    | 'id'
    | 'sellerId'
    | 'accountId'
    | 'personId'
    | 'partnerId'
    | 'storefrontId'
    | 'connectionId'
    | 'sessionId'
    | 'documentId'
    | 'channel'
    | 'mode'
    | 'state'
    | 'customerNumber'
    | 'holds'
    | 'onceKey'
    | 'membershipId'
    | 'placedBy'
    | 'requisitionId'
  > {
  content: OrderContent
  contentHash: Buffer
}

export async function insertOrder(db: Db, order: NewOrder, at: Date): Promise<void> {
  await db('orders').insert({
    id: order.id,
    seller_id: order.sellerId,
    account_id: order.accountId,
    person_id: order.personId,
    partner_id: order.partnerId,
    storefront_id: order.storefrontId,
    connection_id: order.connectionId,
    session_id: order.sessionId,
    membership_id: order.membershipId,
    placed_by: order.placedBy,
    requisition_id: order.requisitionId,
    document_id: order.documentId,
    channel: order.channel,
    mode: order.mode,
    state: order.state,
    customer_number: order.customerNumber,
    holds: JSON.stringify(order.holds),
    once_key: order.onceKey,
    ...contentRow(order.content, order.contentHash),
    created_at: at,
    updated_at: at,
  })
}

/** Replaces what an order says. Its ERP side and events stay. */
export async function updateContent(
  db: Db,
  id: string,
  change: Pick<NewOrder, 'content' | 'contentHash' | 'documentId' | 'holds' | 'state'>,
  at: Date,
): Promise<void> {
  await db('orders')
    .where({ id })
    .update({
      ...contentRow(change.content, change.contentHash),
      document_id: change.documentId,
      holds: JSON.stringify(change.holds),
      state: change.state,
      revision: db.raw('revision + 1'),
      updated_at: at,
    })
}

export type NewLine = OrderContent['lines'][number] & Pick<OrderLine, 'cartSessionId' | 'cartLineNumber'>

/** Makes these the order's lines; what the ERP said of a line that stays is kept. Then the order can be searched by them. */
export async function replaceLines(db: Db, orderId: string, lines: readonly NewLine[]): Promise<void> {
  await db('order_lines')
    .where({ order_id: orderId })
    .whereNotIn(
      'line_number',
      lines.map((l) => l.lineNumber),
    )
    .delete()
  const rows = lines.map((line) => ({ ...line, details: line.details }))
  await db.raw(
    `INSERT INTO order_lines (order_id, line_number, parent_line_number, supplier_part_id, auxiliary_id, buyer_part_id, description,
       product_group, quantity, unit, unit_price, price_unit, net_amount, requested_date, details, cart_session_id, cart_line_number)
     SELECT ?, r."lineNumber", r."parentLineNumber", r."supplierPartId", r."auxiliaryId", r."buyerPartId", r.description,
       r."productGroup", r.quantity, r.unit, r."unitPrice", r."priceUnit", r."netAmount", r."requestedDate", r.details,
       r."cartSessionId", r."cartLineNumber"
     FROM jsonb_to_recordset(?::jsonb) AS r("lineNumber" integer, "parentLineNumber" integer, "supplierPartId" text,
       "auxiliaryId" text, "buyerPartId" text, description text, "productGroup" text, quantity numeric, unit text,
       "unitPrice" numeric, "priceUnit" numeric, "netAmount" numeric, "requestedDate" date, details jsonb,
       "cartSessionId" uuid, "cartLineNumber" integer)
     ON CONFLICT (order_id, line_number) DO UPDATE SET parent_line_number = excluded.parent_line_number,
       supplier_part_id = excluded.supplier_part_id, auxiliary_id = excluded.auxiliary_id, buyer_part_id = excluded.buyer_part_id,
       description = excluded.description, product_group = excluded.product_group, quantity = excluded.quantity,
       unit = excluded.unit, unit_price = excluded.unit_price, price_unit = excluded.price_unit,
       net_amount = excluded.net_amount, requested_date = excluded.requested_date, details = excluded.details,
       cart_session_id = excluded.cart_session_id, cart_line_number = excluded.cart_line_number`,
    [orderId, JSON.stringify(rows)],
  )
  await refreshSearch(db, [orderId])
}

/** What a search finds an order by: its numbers, people, places and items. */
export async function refreshSearch(db: Db, orderIds: readonly string[]): Promise<void> {
  await db.raw(
    `UPDATE orders o SET search = search_words(concat_ws(' ', o.po_number, o.erp_number, o.contact_name, o.contact_email,
       o.project_code, o.cost_centre, o.ship_to->>'name',
       (SELECT string_agg(concat_ws(' ', l.supplier_part_id, l.description), ' ') FROM order_lines l WHERE l.order_id = o.id)))
     WHERE o.id = ANY(?)`,
    [[...orderIds]],
  )
}

export async function replaceDifferences(
  db: Db,
  orderId: string,
  partnerId: string,
  differences: readonly OrderDifference[],
  at: Date,
): Promise<void> {
  await db('order_differences').where({ order_id: orderId }).delete()
  if (differences.length === 0) return
  await db.raw(
    `INSERT INTO order_differences (order_id, partner_id, at, line_number, field, cart_value, order_value)
     SELECT ?, ?, ?, r."lineNumber", r.field, r."cartValue", r."orderValue"
     FROM jsonb_to_recordset(?::jsonb) AS r("lineNumber" integer, field text, "cartValue" text, "orderValue" text)`,
    [orderId, partnerId, at, JSON.stringify(differences)],
  )
}

export interface NewOrderEvent {
  orderId: string
  kind: OrderEventKind
  detail?: Record<string, unknown>
  documentId?: string | null
}

export async function insertEvents(db: Db, events: readonly NewOrderEvent[], stamp: Stamp): Promise<void> {
  if (events.length === 0) return
  await db('order_events').insert(
    events.map((e) => ({
      id: stamp.newId(),
      order_id: e.orderId,
      kind: e.kind,
      detail: JSON.stringify(e.detail ?? {}),
      document_id: e.documentId ?? null,
      at: stamp.at,
    })),
  )
}

/** Moves an order from the state it was read in. False when it isn't in that state any more. */
export async function moveOrder(
  db: Db,
  id: string,
  from: OrderState,
  to: OrderState,
  also: { holds?: Hold[]; cancelAsked?: boolean },
  at: Date,
): Promise<boolean> {
  const moved = await db('orders')
    .where({ id, state: from })
    .update({
      state: to,
      updated_at: at,
      ...(also.holds ? { holds: JSON.stringify(also.holds) } : {}),
      ...(also.cancelAsked === undefined ? {} : { cancel_asked: also.cancelAsked }),
    })
  return moved > 0
}

/** Changes columns of an order that are no part of its content. */
export async function updateOrder(
  db: Db,
  id: string,
  change: Partial<
    Pick<Order, 'pushUntil' | 'cancelAsked' | 'holds' | 'erpId' | 'erpNumber' | 'erpState' | 'state' | 'endReason'>
  > & {
    connectionId?: string
  },
  at: Date,
): Promise<void> {
  const row: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(change))
    row[orderColumns[key as keyof typeof orderColumns]] = key === 'holds' ? JSON.stringify(value) : value
  await db('orders')
    .where({ id })
    .update({ ...row, updated_at: at })
}

/** What a customer's orders in `currency` come to that the ERP doesn't count yet, all but one. */
export async function findUnseenByErp(
  db: Db,
  connectionId: string,
  customerNumber: string,
  currency: string,
  butOrderId: string | null = null,
): Promise<string> {
  const { rows } = await db.raw<{ rows: { sum: string }[] }>(
    `SELECT coalesce(sum(total_amount), 0) AS sum FROM orders
     WHERE connection_id = ? AND customer_number = ? AND currency = ? AND id IS DISTINCT FROM ? AND state IN ('received', 'held') AND erp_id IS NULL
       AND kind <> 'blanket' AND mode = 'production'`,
    [connectionId, customerNumber, currency, butOrderId],
  )
  return rows[0]?.sum ?? '0'
}

/** Gives the account to orders that came before their customer had one. */
export async function adoptOrders(
  db: Db,
  origin: { id: string | null; sellerId: string },
  accountOf: ReadonlyMap<string, string>,
): Promise<void> {
  await db.raw(
    `UPDATE orders t SET account_id = a.id FROM unnest(?::text[], ?::uuid[]) AS a(number, id)
     WHERE t.seller_id = ? AND t.account_id IS NULL AND t.customer_number = a.number AND (?::uuid IS NULL OR t.connection_id = ?)`,
    [[...accountOf.keys()], [...accountOf.values()], origin.sellerId, origin.id, origin.id],
  )
}
