// Invoices and credit notes as people and storefronts read them: in a list, one whole, and those of an order.
import type { Knex } from 'knex'
import { keptPlace, type Reach, waysOf, whereWithin } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import { type Count, countRows, nameOf, type PageRequest, pageQuery } from '../database/keyset.ts'
import type { Invoice } from './invoice.ts'
import { invoiceColumns } from './invoice-store.ts'

/** The ERP's open ones part in two: `open` is not due yet, `overdue` is. */
export const invoiceStandings = ['open', 'overdue', 'paid', 'cancelled'] as const
export type InvoiceStanding = (typeof invoiceStandings)[number]

/** Whose invoices, and which of them. */
export interface InvoiceFilter {
  /** What the caller may see. */
  reach: Reach
  accountIds?: readonly string[] | undefined
  standings?: readonly InvoiceStanding[] | undefined
  kind?: Invoice['kind'] | undefined
  number?: string | undefined
  poNumber?: string | undefined
  orderId?: string | undefined
  /** First and last invoice date, 2026-01-31. */
  from?: string | undefined
  to?: string | undefined
  /** The day, 2026-01-31, that decides what is overdue. */
  today: string
}

export type ListedInvoice = Omit<Invoice, 'state'> & {
  standing: InvoiceStanding
  accountName: string | null
}

const KEYSET = { table: 'invoices', newest: 'invoice_date', type: 'date', indexed: [] } as const

const COLUMNS = {
  ...Object.fromEntries(
    Object.entries(invoiceColumns)
      .filter(([name]) => name !== 'state')
      .map(([name, column]) => [name, `t.${column}`]),
  ),
  updatedAt: 't.changed_at',
}

const columns = (db: Db) => ({ ...COLUMNS, accountName: nameOf(db, 'accounts', 'account_id') })

const standingOf = (db: Db, today: string) =>
  db.raw(`CASE WHEN t.state = 'open' AND t.due_date < ?::date THEN 'overdue' ELSE t.state END AS standing`, [today])

/** An invoice is the own of whoever ordered something on it. */
const placeOfInvoice = {
  ...keptPlace,
  person: `(SELECT max(o.person_id::text)::uuid FROM invoice_lines l JOIN orders o ON o.id = l.order_id WHERE l.invoice_id = t.id)`,
}

/** THE filter of invoices, for list, read, count and export alike; `query` selects from invoices as `t`. */
export function visibleInvoices(
  filter: Omit<InvoiceFilter, 'accountIds'>,
  query: Knex.QueryBuilder,
): Knex.QueryBuilder {
  const { standings, kind, number, poNumber, orderId, from, to, today } = filter
  query.where('t.seller_id', filter.reach.sellerId)
  whereWithin(query, filter.reach, placeOfInvoice, true)
  if (kind) query.where('t.kind', kind)
  if (number) query.where('t.number', number)
  if (poNumber) query.where('t.po_number', poNumber)
  if (from) query.whereRaw('t.invoice_date >= ?::date', [from])
  if (to) query.whereRaw('t.invoice_date <= ?::date', [to])
  if (standings)
    query.where((any) => {
      any.whereIn(
        't.state',
        standings.filter((s) => s === 'paid' || s === 'cancelled'),
      )
      if (standings.includes('open'))
        any.orWhereRaw(`(t.state = 'open' AND (t.due_date IS NULL OR t.due_date >= ?::date))`, [today])
      if (standings.includes('overdue')) any.orWhereRaw(`(t.state = 'open' AND t.due_date < ?::date)`, [today])
    })
  if (orderId)
    query.whereExists((q) => q.from('invoice_lines as l').whereRaw('l.invoice_id = t.id AND l.order_id = ?', orderId))
  return query
}

/** A page of invoices, newest date first. */
export async function listInvoices(
  db: Db,
  filter: InvoiceFilter,
  page: PageRequest,
): Promise<(ListedInvoice & { position: string })[]> {
  return pageQuery(
    db,
    KEYSET,
    columns(db),
    (query, reach) => visibleInvoices({ ...filter, reach }, query),
    waysOf(filter.reach),
    filter,
    page,
  ).select(standingOf(db, filter.today))
}

export async function countInvoices(db: Db, filter: InvoiceFilter): Promise<Count> {
  return countRows(db, visibleInvoices(filter, db('invoices as t')), filter.accountIds)
}

/** Undefined when it isn't this seller's. */
export async function readInvoice(db: Db, reach: Reach, id: string, today: string): Promise<ListedInvoice | undefined> {
  return visibleInvoices({ reach, today }, db('invoices as t'))
    .where('t.id', id)
    .select(columns(db), standingOf(db, today))
    .first()
}

/** Invoices and credit notes with a line of an order, oldest first. */
export async function listInvoicesOfOrder(
  db: Db,
  reach: Reach,
  orderId: string,
  today: string,
): Promise<ListedInvoice[]> {
  return visibleInvoices({ reach, orderId, today }, db('invoices as t'))
    .select(columns(db), standingOf(db, today))
    .orderBy(['t.invoice_date', 't.id'])
}

/** What is open of a customer's invoices in an ERP, per currency; credit notes not taken off. */
export async function sumOpenInvoices(
  db: Db,
  connectionId: string,
  customerNumber: string,
  today: string,
): Promise<{ currency: string; count: number; amount: string; overdueCount: number; overdueAmount: string }[]> {
  const { rows } = await db.raw(
    `SELECT currency, count(*)::int AS count, sum(coalesce(open_amount, total_amount)) AS amount,
       (count(*) FILTER (WHERE due_date < ?::date))::int AS "overdueCount",
       coalesce(sum(coalesce(open_amount, total_amount)) FILTER (WHERE due_date < ?::date), 0) AS "overdueAmount"
     FROM invoices WHERE connection_id = ? AND customer_number = ? AND state = 'open' AND kind = 'invoice'
     GROUP BY currency ORDER BY currency`,
    [today, today, connectionId, customerNumber],
  )
  return rows
}
