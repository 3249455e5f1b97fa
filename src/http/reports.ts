// Spend reports of the storefront API.

import { z } from 'zod'
import type { Reach } from '../accounts/access.ts'
import type { Hub } from '../hub.ts'
import type { OrderFilter } from '../orders/order-history.ts'
import {
  eachSpend,
  periods,
  readSpend,
  type SpendDimension,
  type SpendRow,
  spendDimensions,
} from '../orders/spend-report.ts'
import type { Columns } from './csv.ts'
import { accountsOf, amount, anyOf, currency, dateShown } from './list-query.ts'
import { orderFilter, orderFilterQuery } from './orders.ts'
import { answerRevalidated } from './revalidate.ts'
import { jsonRoute, type Route } from './route.ts'
import { withCsv } from './with-csv.ts'

const byQuery = anyOf(spendDimensions)
  .refine((by) => new Set(by).size === by.length && by.length <= 3, 'takes three different ones at most')
  .refine((by) => by.filter((d) => (periods as readonly string[]).includes(d)).length <= 1, 'takes one period at most')
  .describe(`what the sums are broken down by, three at most, with commas: ${spendDimensions.join(', ')}`)
  .meta({ example: 'month,account' })

const filterQuery = { ...orderFilterQuery, by: byQuery }
const exportQuery = z.strictObject(filterQuery)

const row = z
  .object({
    period: z.string().optional().describe('2026-W01, 2026-01, 2026-Q1 or 2026').meta({ example: '2026-01' }),
    periodStart: dateShown.optional(),
    productGroup: z.string().nullable().optional(),
    projectCode: z.string().nullable().optional(),
    personId: z.uuid().nullable().optional(),
    personName: z.string().nullable().optional(),
    accountId: z.uuid().nullable().optional(),
    accountName: z.string().nullable().optional(),
    channel: z.string().optional(),
    costCentre: z.string().nullable().optional(),
    currency,
    orders: z.int().nullable().describe('how many orders; null where lines are summed'),
    lines: z
      .int()
      .nullable()
      .describe('how many lines, where the report is by product group or narrowed to products; else null'),
    netAmount: amount.describe('exact sum of the net amounts of these orders, or lines'),
  })
  .meta({ id: 'SpendRow' })

const columns: Columns<SpendRow> = {
  period: (r) => r.period ?? null,
  period_start: (r) => r.periodStart ?? null,
  product_group: (r) => r.productGroup ?? null,
  project: (r) => r.projectCode ?? null,
  person: (r) => r.personName ?? null,
  person_id: (r) => r.personId ?? null,
  account: (r) => r.accountName ?? null,
  account_id: (r) => r.accountId ?? null,
  channel: (r) => r.channel ?? null,
  cost_centre: (r) => r.costCentre ?? null,
  currency: (r) => r.currency,
  orders: (r) => r.orders,
  lines: (r) => r.lines,
  net_amount: (r) => r.netAmount,
}

async function toReport(
  hub: Hub,
  reach: Reach,
  query: z.output<typeof exportQuery>,
): Promise<[OrderFilter, SpendDimension[]]> {
  const accountIds = await accountsOf(hub.db, reach.sellerId, query)
  return [orderFilter(hub, reach, query, accountIds), query.by]
}

const report = jsonRoute({
  method: 'get',
  path: '/api/v1/reports/spend',
  who: 'orders:read',
  may: 'report.view',
  tag: 'Reports',
  summary: 'Spend by period, product group, project, person, account, channel or cost centre',
  description:
    'What was ordered in every channel, summed exactly, per currency; periods are those of `zone`, weeks begin on Monday. Tests, rejected and cancelled orders are left out, and a blanket order counts by its releases.',
  query: exportQuery.extend({
    limit: z.coerce.number().int().min(1).max(10_000).default(1000).describe('the most groups answered; CSV has all'),
  }),
  answer: z.object({
    items: z.array(row),
    complete: z.boolean().describe('false: there are more groups than `limit`'),
    zone: z.string().meta({ example: 'Europe/Amsterdam' }),
  }),
  async handle(hub, { query, reach, res }) {
    const [filter, by] = await toReport(hub, reach, query)
    const rows = await readSpend(hub.db, filter, by, query.limit + 1)
    return answerRevalidated(res, {
      items: rows.slice(0, query.limit),
      complete: rows.length <= query.limit,
      zone: filter.zone,
    })
  },
})

export const reportRoutes: Route[] = withCsv(report, {
  name: 'spend',
  query: exportQuery,
  columns,
  async *rows(hub, query, reach) {
    yield* eachSpend(hub.db, ...(await toReport(hub, reach, query)))
  },
})
