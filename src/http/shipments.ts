// Shipments of the storefront API, with parcels and tracking.

import { z } from 'zod'
import type { Reach } from '../accounts/access.ts'
import { addressSchema } from '../cart.ts'
import { eachBatch } from '../database/keyset.ts'
import { findFreshness, recentFreshness } from '../erp/freshness.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import type { ShipmentLine, ShipmentState } from '../shipments/shipment.ts'
import {
  countShipments,
  type ListedShipment,
  listShipments,
  readShipment,
  type ShipmentFilter,
} from '../shipments/shipment-list.ts'
import { listShipmentLines } from '../shipments/shipment-store.ts'
import type { Columns } from './csv.ts'
import { erpLabel, erpLabels } from './erp-label.ts'
import {
  accountQuery,
  accountsOf,
  anyOf,
  asKeysetPage,
  day,
  keysetPageOf,
  listQuery,
  pageRequest,
  term,
  timeShown,
  zoneParameter,
} from './list-query.ts'
import { answerRevalidated } from './revalidate.ts'
import { jsonRoute, type Route } from './route.ts'
import { withCsv } from './with-csv.ts'

const TAG = 'Shipments'
const states = ['planned', 'packed', 'shipped', 'delivered', 'cancelled'] as const satisfies readonly ShipmentState[]

const filterQuery = {
  ...accountQuery,
  state: anyOf(states)
    .optional()
    .describe(`one or more of ${states.join(', ')}, with commas`),
  orderId: z.uuid().optional().describe('with a line of this order'),
  trackingNumber: term.optional(),
  from: day.optional().describe('first day shipped on'),
  to: day.optional().describe('last day shipped on'),
  zone: zoneParameter,
}
const exportQuery = z.strictObject(filterQuery)

const summary = z.object({
  id: z.uuid(),
  accountId: z.uuid().nullable(),
  accountName: z.string().nullable(),
  customerNumber: z.string(),
  number: z.string().nullable().meta({ example: 'LS-20931' }),
  state: z.enum(states),
  shippedAt: timeShown.nullable(),
  deliveredAt: timeShown.nullable(),
  carrierName: z.string().nullable().meta({ example: 'PostNL' }),
  carrierScac: z.string().nullable().describe('Standard Carrier Alpha Code'),
  trackingNumbers: z.array(z.string()).meta({ example: ['3SDEVC6074934'] }),
  parcels: z.array(
    z.object({
      number: z.string(),
      trackingNumber: z.string().nullable(),
      weight: z.string().nullable().describe('kilograms, decimal text'),
      lines: z.array(z.object({ erpLineId: z.string(), quantity: z.string() })),
    }),
  ),
  shipTo: addressSchema.nullable(),
  connectionId: z.uuid(),
  createdAt: timeShown.describe('when the hub learnt of it'),
  updatedAt: timeShown.describe('when the hub’s record of it changed last'),
})

export const shipmentShown = summary
  .extend({
    lines: z.array(
      z.object({
        erpLineId: z.string(),
        orderId: z.uuid().nullable(),
        orderLineNumber: z.int().nullable(),
        supplierPartId: z.string(),
        description: z.string().nullable(),
        quantity: z.string(),
        unit: z.string(),
      }),
    ),
  })
  .meta({ id: 'Shipment' })

function showSummary(s: ListedShipment) {
  return {
    id: s.id,
    accountId: s.accountId,
    accountName: s.accountName,
    customerNumber: s.customerNumber,
    number: s.number,
    state: s.state,
    shippedAt: s.shippedAt,
    deliveredAt: s.deliveredAt,
    carrierName: s.carrierName,
    carrierScac: s.carrierScac,
    trackingNumbers: s.trackingNumbers,
    parcels: s.parcels,
    shipTo: s.shipTo,
    connectionId: s.connectionId,
    createdAt: s.createdAt,
    updatedAt: s.updatedAt,
  }
}

export function showShipment(shipment: ListedShipment, lines: readonly ShipmentLine[]) {
  return { ...showSummary(shipment), lines: lines.map(({ shipmentId: _, ...line }) => line) }
}

async function toFilter(hub: Hub, reach: Reach, query: z.output<typeof exportQuery>): Promise<ShipmentFilter> {
  return {
    reach,
    accountIds: await accountsOf(hub.db, reach.sellerId, query),
    states: query.state,
    orderId: query.orderId,
    trackingNumber: query.trackingNumber,
    from: query.from,
    to: query.to,
    zone: query.zone ?? hub.config.timeZone,
  }
}

const columns: Columns<ListedShipment> = {
  id: (s) => s.id,
  number: (s) => s.number,
  state: (s) => s.state,
  account: (s) => s.accountName,
  account_id: (s) => s.accountId,
  customer_number: (s) => s.customerNumber,
  shipped_at: (s) => s.shippedAt,
  delivered_at: (s) => s.deliveredAt,
  carrier: (s) => s.carrierName,
  tracking_numbers: (s) => s.trackingNumbers.join(' '),
  parcels: (s) => s.parcels.length,
  updated_at: (s) => s.updatedAt,
}

const list = jsonRoute({
  method: 'get',
  path: '/api/v1/shipments',
  who: 'orders:read',
  may: 'shipment.view',
  tag: TAG,
  summary: 'List shipments, newest first',
  query: listQuery.extend(filterQuery),
  answer: keysetPageOf(summary.meta({ id: 'ShipmentSummary' }), erpLabels),
  async handle(hub, { query, reach, res }) {
    const { db } = hub
    const filter = await toFilter(hub, reach, query)
    const page = await pageRequest(db, query)
    const [rows, erp, count] = await Promise.all([
      listShipments(db, filter, { ...page, limit: page.limit + 1 }),
      recentFreshness(db, reach.sellerId, ['shipments'], hub.now()),
      query.count ? countShipments(db, filter) : undefined,
    ])
    return answerRevalidated(res, { ...asKeysetPage(rows, page.limit, page, showSummary), count, erp })
  },
})

export const shipmentRoutes: Route[] = [
  ...withCsv(list, {
    name: 'shipments',
    query: exportQuery,
    columns,
    async *rows(hub, query, reach) {
      const filter = await toFilter(hub, reach, query)
      yield* eachBatch((page) => listShipments(hub.db, filter, page))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/shipments/:id',
    who: 'orders:read',
    may: 'shipment.view',
    tag: TAG,
    summary: 'Read a shipment with its lines',
    answer: shipmentShown.extend({ erp: erpLabel.nullable() }).meta({ id: 'ShipmentRead' }),
    async handle(hub, { params, reach, res }) {
      const shipment = await readShipment(hub.db, reach, params.id ?? '')
      if (!shipment) throw new HubError('not_found', 'There is no such shipment.')
      const [lines, erp] = await Promise.all([
        listShipmentLines(hub.db, [shipment.id]),
        findFreshness(hub.db, reach.sellerId, shipment.connectionId, ['shipments'], hub.now()),
      ])
      return answerRevalidated(res, { ...showShipment(shipment, lines), erp })
    },
  }),
]
