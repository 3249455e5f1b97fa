// Order history: orders of every channel in one list, as people and storefronts read it.
import type { Knex } from 'knex'
import { keptPlace, type Reach, waysOf, whereWithin } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import { type Count, countRows, nameOf, type PageRequest, pageQuery } from '../database/keyset.ts'
import type { Mode } from '../partners/partner.ts'
import type { Channel, Hold, Order, OrderState } from './order.ts'
import { orderColumns } from './order-store.ts'

/** Whose orders, and which of them. Each part narrows; dates are whole days in `zone`. */
export interface OrderFilter {
  /** What the caller may see. */
  reach: Reach
  /** An account with those below it; empty = there is no such account. */
  accountIds?: readonly string[] | undefined
  personId?: string | undefined
  states?: readonly OrderState[] | undefined
  channels?: readonly Channel[] | undefined
  mode?: Mode | undefined
  /** First and last day, 2026-01-31. */
  from?: string | undefined
  to?: string | undefined
  /** IANA time zone. */
  zone: string
  poNumber?: string | undefined
  partId?: string | undefined
  productGroup?: string | undefined
  projectCode?: string | undefined
  costCentre?: string | undefined
  /** Only those that wait for a person. */
  held?: boolean | undefined
  /** Beginnings of words, all of which the order has to hold. */
  words?: readonly string[] | undefined
}

/** An order as it stands in a list. `updatedAt` is when its row was written last, by the database's clock: what changes are read by. */
export interface OrderSummary
  extends Pick<
    Order,
    | 'id'
    | 'accountId'
    | 'personId'
    | 'channel'
    | 'mode'
    | 'kind'
    | 'state'
    | 'poNumber'
    | 'erpNumber'
    | 'customerNumber'
    | 'orderedAt'
    | 'requestedDate'
    | 'currency'
    | 'netAmount'
    | 'taxAmount'
    | 'shippingAmount'
    | 'totalAmount'
    | 'costCentre'
    | 'projectCode'
    | 'contactName'
    | 'connectionId'
    | 'createdAt'
    | 'updatedAt'
  > {
  accountName: string | null
  personName: string | null
  holds: Hold[]
  position: string
}

const KEYSET = {
  table: 'orders',
  newest: 'ordered_at',
  type: 'timestamptz',
  indexed: ['personId', 'states', 'channels', 'projectCode', 'costCentre', 'held'],
} as const

const SUMMARY = {
  ...Object.fromEntries(
    (
      [
        'id',
        'accountId',
        'personId',
        'channel',
        'mode',
        'kind',
        'state',
        'poNumber',
        'erpNumber',
        'customerNumber',
        'orderedAt',
        'requestedDate',
        'currency',
        'netAmount',
        'taxAmount',
        'shippingAmount',
        'totalAmount',
        'costCentre',
        'projectCode',
        'contactName',
        'connectionId',
        'holds',
        'createdAt',
      ] as const
    ).map((name) => [name, `t.${orderColumns[name]}`]),
  ),
  updatedAt: 't.changed_at',
}

const names = (db: Db) => ({
  accountName: nameOf(db, 'accounts', 'account_id'),
  personName: nameOf(db, 'people', 'person_id'),
})

const WHOLE = Object.fromEntries(Object.entries(orderColumns).map(([name, column]) => [name, `t.${column}`]))

/**
 * THE filter of orders, for list, read, count, export and report alike: `query` selects from orders as `t`. The account is left to the
 * caller (pageQuery, countRows), who knows how best to look it up.
 */
export function visibleOrders(filter: Omit<OrderFilter, 'accountIds'>, query: Knex.QueryBuilder): Knex.QueryBuilder {
  const { states, channels, words, zone } = filter
  query.where('t.seller_id', filter.reach.sellerId)
  whereWithin(query, filter.reach, { ...keptPlace, person: 't.person_id' }, true)
  const equal = {
    person_id: filter.personId,
    mode: filter.mode,
    po_number: filter.poNumber,
    project_code: filter.projectCode,
    cost_centre: filter.costCentre,
  }
  for (const [column, value] of Object.entries(equal)) if (value !== undefined) query.where(`t.${column}`, value)
  if (states) oneOf(query, 't.state', states)
  if (channels) oneOf(query, 't.channel', channels)
  if (filter.from) query.whereRaw('t.ordered_at >= (?::date)::timestamp AT TIME ZONE ?', [filter.from, zone])
  if (filter.to) query.whereRaw('t.ordered_at < (?::date + 1)::timestamp AT TIME ZONE ?', [filter.to, zone])
  if (filter.held) query.whereRaw(`t.holds <> '[]' AND t.state NOT IN ('closed', 'rejected', 'cancelled')`)
  if (filter.partId) withLine(query, 'supplier_part_id', filter.partId)
  if (filter.productGroup) withLine(query, 'product_group', filter.productGroup)
  if (words) query.whereRaw(`t.search @@ to_tsquery('simple', ?)`, [words.map(asPrefix).join(' & ')])
  return query
}

/** A single value as such: its index gives the rows in order. */
function oneOf(query: Knex.QueryBuilder, column: string, values: readonly string[]): void {
  if (values.length === 1) query.where(column, values[0])
  else query.whereIn(column, values)
}

function withLine(query: Knex.QueryBuilder, column: string, value: string): void {
  query.whereExists((q) => q.from('order_lines as l').whereRaw(`l.order_id = t.id AND l.${column} = ?`, [value]))
}

/** A single character begins half of all words: it counts as a word of its own. */
const asPrefix = (word: string) => (word.length > 1 ? `'${word}':*` : `'${word}'`)

/** The words of a search text. Punctuation parts words, in the search column too (migration 0011), so that any part of a number is found. */
export function wordsOf(text: string): string[] {
  return text
    .split(/[\s!-/:-@[-`{-~]+/)
    .filter((word) => word !== '')
    .slice(0, 10)
}

/** A page of orders. One query, whatever the page; lines are not in it. */
export async function listOrders(db: Db, filter: OrderFilter, page: PageRequest): Promise<OrderSummary[]> {
  return pageQuery(
    db,
    KEYSET,
    { ...SUMMARY, ...names(db) },
    (query, reach) => visibleOrders({ ...filter, reach }, query),
    waysOf(filter.reach),
    filter,
    page,
  )
}

export async function countOrders(db: Db, filter: OrderFilter): Promise<Count> {
  return countRows(db, visibleOrders(filter, db('orders as t')), filter.accountIds)
}

/** An order whole, or undefined when it isn't this seller's. */
export async function readOrder(
  db: Db,
  reach: Reach,
  id: string,
): Promise<(Order & Pick<OrderSummary, 'accountName' | 'personName'>) | undefined> {
  return visibleOrders({ reach, zone: 'UTC' }, db('orders as t'))
    .where('t.id', id)
    .select({ ...WHOLE, updatedAt: 't.changed_at', ...names(db) })
    .first()
}
