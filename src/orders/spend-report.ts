// Spend: what was ordered, summed in PostgreSQL (exact decimals), by any of period, product, project, person, account, channel and
// cost centre, per currency. Orders of buyers, not tests, not cancelled or rejected; a blanket order counts by its releases.
import type { Knex } from 'knex'
import type { Db } from '../database/database.ts'
import { type OrderFilter, visibleOrders } from './order-history.ts'

/** What a report may be broken down by. */
export const spendDimensions = [
  'week',
  'month',
  'quarter',
  'year',
  'product-group',
  'project',
  'person',
  'account',
  'channel',
  'cost-centre',
] as const
export type SpendDimension = (typeof spendDimensions)[number]

export const periods = ['week', 'month', 'quarter', 'year'] as const satisfies readonly SpendDimension[]
type Period = (typeof periods)[number]
const isPeriod = (by: SpendDimension): by is Period => (periods as readonly string[]).includes(by)

/** A group of a report. Of the dimensions only those asked for are there; null = the orders don't say. */
export interface SpendRow {
  /** 2026-W01, 2026-01, 2026-Q1, 2026. */
  period?: string
  /** First day of the period, 2026-01-01. */
  periodStart?: string
  productGroup?: string | null
  projectCode?: string | null
  personId?: string | null
  personName?: string | null
  accountId?: string | null
  accountName?: string | null
  channel?: string
  costCentre?: string | null
  currency: string
  /** How many orders, or, where the report is by product group or narrowed to products, how many lines. */
  orders: number | null
  lines: number | null
  /** Of the orders, or of the lines. */
  netAmount: string
}

/** ISO 8601 weeks. */
const labels: Readonly<Record<Period, string>> = {
  week: 'IYYY-"W"IW',
  month: 'YYYY-MM',
  quarter: 'YYYY-"Q"Q',
  year: 'YYYY',
}

const columns: Readonly<Record<Exclude<SpendDimension, Period>, string>> = {
  'product-group': 'l.product_group',
  project: 't.project_code',
  person: 't.person_id',
  account: 't.account_id',
  channel: 't.channel',
  'cost-centre': 't.cost_centre',
}

const names: Readonly<Record<Exclude<SpendDimension, Period>, keyof SpendRow>> = {
  'product-group': 'productGroup',
  project: 'projectCode',
  person: 'personId',
  account: 'accountId',
  channel: 'channel',
  'cost-centre': 'costCentre',
}

/** The report as a query, groups in order. `by` holds at most one period. */
export function spendReport(db: Db, filter: OrderFilter, by: readonly SpendDimension[]): Knex.QueryBuilder {
  const { partId, productGroup, accountIds } = filter
  const ofLines = by.includes('product-group') || partId !== undefined || productGroup !== undefined
  const groups = visibleOrders(filter, db('orders as t'))
    .where('t.mode', 'production')
    .whereNot('t.kind', 'blanket')
    .whereNotIn('t.state', ['rejected', 'cancelled'])
    .select('t.currency')
    .groupBy('t.currency')
    .select(db.raw(`count(*)::int AS n, sum(${ofLines ? 'l' : 't'}.net_amount) AS net_amount`))
  if (accountIds) groups.whereRaw('t.account_id = ANY(?::uuid[])', [[...accountIds]])
  if (ofLines) groups.join('order_lines as l', 'l.order_id', 't.id')
  if (partId !== undefined) groups.where('l.supplier_part_id', partId)
  if (productGroup !== undefined) groups.where('l.product_group', productGroup)
  for (const [i, dimension] of by.entries())
    groups
      .select(
        isPeriod(dimension)
          ? db.raw(`date_trunc('${dimension}', t.ordered_at AT TIME ZONE ?)::date AS d${i}`, [filter.zone])
          : db.raw(`${columns[dimension]} AS d${i}`),
      )
      .groupByRaw(`d${i}`)
  const report = db.from(groups.as('g')).select({
    currency: 'g.currency',
    orders: ofLines ? db.raw('NULL::int') : 'g.n',
    lines: ofLines ? 'g.n' : db.raw('NULL::int'),
    netAmount: 'g.net_amount',
  })
  for (const [i, dimension] of by.entries()) {
    if (isPeriod(dimension))
      report.select(db.raw(`to_char(g.d${i}, '${labels[dimension]}') AS period, g.d${i} AS "periodStart"`))
    else report.select({ [names[dimension]]: `g.d${i}` })
    if (dimension === 'person')
      report.select({ personName: 'person.name' }).leftJoin('people as person', 'person.id', `g.d${i}`)
    if (dimension === 'account')
      report.select({ accountName: 'account.name' }).leftJoin('accounts as account', 'account.id', `g.d${i}`)
    report.orderByRaw(`g.d${i} NULLS LAST`)
  }
  return report.orderBy('g.currency')
}

/** The first `limit` groups of a report. */
export async function readSpend(
  db: Db,
  filter: OrderFilter,
  by: readonly SpendDimension[],
  limit: number,
): Promise<SpendRow[]> {
  return spendReport(db, filter, by).limit(limit)
}

const FETCHED = 1000

/** Every group of a report, some at a time, through a cursor in the database. */
export async function* eachSpend(
  db: Db,
  filter: OrderFilter,
  by: readonly SpendDimension[],
): AsyncGenerator<SpendRow[]> {
  const trx = await db.transaction(undefined, { readOnly: true })
  try {
    // It writes nothing: who reads changes need not wait for its end (database/keyset.ts).
    await trx.raw(`SET LOCAL application_name = 'procurement-hub export'`)
    await trx.raw('DECLARE spend NO SCROLL CURSOR FOR ?', [spendReport(trx, filter, by)])
    for (;;) {
      const { rows } = await trx.raw<{ rows: SpendRow[] }>(`FETCH ${FETCHED} FROM spend`)
      if (rows.length > 0) yield rows
      if (rows.length < FETCHED) return
    }
  } finally {
    await trx.rollback()
  }
}
