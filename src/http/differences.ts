// What a buyer's system does to carts on their way to an order: which fields it changes and how often, so that mapping or policy can
// be mended where it matters.
import { z } from 'zod'
import { countDifferences, countPartnerOrders, listDifferentOrders } from '../orders/difference-history.ts'
import { type OrderState, orderTransitions } from '../orders/order.ts'
import { differenceFields } from '../partners/partner.ts'
import { partnerOr404 } from './partners.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Partners'

const states = Object.keys(orderTransitions) as [OrderState, ...OrderState[]]
const field = z.enum(differenceFields)

const difference = z.object({
  lineNumber: z.int(),
  field: field.describe('line = a line that no cart had'),
  cartValue: z.string().nullable(),
  orderValue: z.string().nullable(),
})

const report = z
  .object({
    orders: z.int().describe('of this partner in all'),
    fields: z.array(
      z.object({
        field,
        orders: z.int().describe('it was changed in'),
        lines: z.int(),
        firstAt: z.iso.datetime(),
        lastAt: z.iso.datetime(),
        holds: z.boolean().describe('the partner’s policy holds orders for it'),
        examples: z
          .array(difference.extend({ orderId: z.uuid(), poNumber: z.string().nullable(), at: z.iso.datetime() }))
          .describe('the newest'),
      }),
    ),
  })
  .meta({ id: 'PartnerDifferences' })

const differentOrder = z
  .object({
    id: z.uuid().describe('of the order'),
    poNumber: z.string().nullable(),
    state: z.enum(states),
    at: z.iso.datetime(),
    differences: z.array(difference),
  })
  .meta({ id: 'DifferentOrder' })

export const differenceRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/partners/:id/differences',
    who: 'partners:read',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'What the partner’s system changes between cart and order',
    description: 'Per field: in how many orders and lines, when last, and the newest examples.',
    query: z.object({ since: z.iso.datetime({ offset: true }).optional().describe('only from then on') }),
    answer: report,
    async handle(hub, { params, query, reach }) {
      const { id, settings } = await partnerOr404(hub.db, reach.sellerId, params.id)
      const since = query.since === undefined ? undefined : new Date(query.since)
      const [orders, counts] = await Promise.all([
        countPartnerOrders(hub.db, id, since),
        countDifferences(hub.db, id, since),
      ])
      const { holdOn } = settings.orders
      return { orders, fields: counts.map((count) => ({ ...count, holds: holdOn.includes(count.field) })) }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/partners/:id/differences/orders',
    who: 'partners:read',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'Orders of the partner that differ from their carts, newest first',
    query: pageQuery.extend({ field: field.optional() }),
    answer: pageOf(differentOrder),
    async handle(hub, { params, query, reach }) {
      const { id } = await partnerOr404(hub.db, reach.sellerId, params.id)
      const { cursor, limit, field } = query
      const rows = await listDifferentOrders(hub.db, id, { field, after: cursor, limit: limit + 1 })
      return asPage(rows, limit, (row) => row)
    },
  }),
]
