// What a partner's system changes between cart and order, over time: how often each field, with examples, and the orders themselves.
import type { Db } from '../database/database.ts'
import type { DifferenceField } from '../partners/partner.ts'
import type { OrderDifference } from './order.ts'

export interface DifferenceCount {
  field: DifferenceField
  lines: number
  orders: number
  firstAt: Date
  lastAt: Date
  /** The newest. */
  examples: (OrderDifference & { orderId: string; poNumber: string | null; at: Date })[]
}

export interface DifferentOrder {
  /** Of the order. */
  id: string
  poNumber: string | null
  state: string
  at: Date
  differences: OrderDifference[]
}

const EXAMPLES = 3

const difference = `'lineNumber', d.line_number, 'field', d.field, 'cartValue', d.cart_value, 'orderValue', d.order_value`

/** Fields by how many orders they were changed in. `since`: differences seen from then on. */
export async function countDifferences(db: Db, partnerId: string, since: Date | undefined): Promise<DifferenceCount[]> {
  const from = since ?? new Date(0)
  const { rows } = await db.raw<{ rows: (Omit<DifferenceCount, 'lines' | 'orders'> & Record<string, string>)[] }>(
    `SELECT c.field, c.lines, c.orders, c."firstAt", c."lastAt", e.examples
     FROM (SELECT field, count(*) AS lines, count(DISTINCT order_id) AS orders, min(at) AS "firstAt", max(at) AS "lastAt"
           FROM order_differences WHERE partner_id = ? AND at >= ? GROUP BY field) c
     CROSS JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object(${difference}, 'orderId', d.order_id, 'poNumber', o.po_number, 'at', d.at)
                        ORDER BY d.at DESC, d.order_id DESC, d.line_number) AS examples
       FROM (SELECT * FROM order_differences WHERE partner_id = ? AND field = c.field
             ORDER BY at DESC, order_id DESC, line_number LIMIT ?) d
       JOIN orders o ON o.id = d.order_id) e
     ORDER BY c.orders DESC, c.lines DESC, c.field`,
    [partnerId, from, partnerId, EXAMPLES],
  )
  return rows.map((row) => ({
    ...row,
    lines: Number(row.lines),
    orders: Number(row.orders),
    examples: row.examples.map((example) => ({ ...example, at: new Date(example.at) })),
  }))
}

/** Orders of a partner that differ from their carts, newest first, after the order `after`. */
export async function listDifferentOrders(
  db: Db,
  partnerId: string,
  filter: { field?: DifferenceField | undefined; after?: string | undefined; limit: number },
): Promise<DifferentOrder[]> {
  const { field, after, limit } = filter
  // Differences of an order are of one time: they are compared as a whole.
  const ids = db('order_differences as d')
    .distinct('d.at', 'd.order_id')
    .where('d.partner_id', partnerId)
    .orderBy('d.at', 'desc')
    .orderBy('d.order_id', 'desc')
    .limit(limit)
  if (field) ids.where('d.field', field)
  if (after)
    ids.whereRaw(
      '(d.at, d.order_id) < (SELECT at, order_id FROM order_differences WHERE order_id = ? AND partner_id = ? LIMIT 1)',
      [after, partnerId],
    )
  return db
    .select({ id: 'o.id', poNumber: 'o.po_number', state: 'o.state', at: 'page.at' })
    .select({
      differences: db.raw(
        `(SELECT jsonb_agg(jsonb_build_object(${difference}) ORDER BY d.line_number, d.field)
          FROM order_differences d WHERE d.order_id = o.id)`,
      ),
    })
    .from(ids.as('page'))
    .join('orders as o', 'o.id', 'page.order_id')
    .orderBy('page.at', 'desc')
    .orderBy('page.order_id', 'desc')
}

/** How many orders of a partner came since. */
export async function countPartnerOrders(db: Db, partnerId: string, since: Date | undefined): Promise<number> {
  const query = db('orders').where({ partner_id: partnerId }).count({ n: '*' })
  const row = await (since ? query.where('created_at', '>=', since) : query).first()
  return Number(row?.n ?? 0)
}
