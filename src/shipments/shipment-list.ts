// Shipments as people and storefronts read them: in a list, one with its lines, and those of an order.
import type { Knex } from 'knex'
import { keptPlace, type Reach, waysOf, whereWithin } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import { type Count, countRows, nameOf, type PageRequest, pageQuery } from '../database/keyset.ts'
import type { Shipment, ShipmentState } from './shipment.ts'
import { shipmentColumns } from './shipment-store.ts'

/** Whose shipments, and which of them; dates are whole days in `zone`. */
export interface ShipmentFilter {
  /** What the caller may see. */
  reach: Reach
  accountIds?: readonly string[] | undefined
  states?: readonly ShipmentState[] | undefined
  orderId?: string | undefined
  trackingNumber?: string | undefined
  /** First and last day of leaving, 2026-01-31. */
  from?: string | undefined
  to?: string | undefined
  /** IANA time zone. */
  zone: string
}

export type ListedShipment = Shipment & { accountName: string | null }

const KEYSET = { table: 'shipments', newest: 'created_at', type: 'timestamptz', indexed: [] } as const

const COLUMNS = {
  ...Object.fromEntries(Object.entries(shipmentColumns).map(([name, column]) => [name, `t.${column}`])),
  updatedAt: 't.changed_at',
}

const columns = (db: Db) => ({ ...COLUMNS, accountName: nameOf(db, 'accounts', 'account_id') })

/** A shipment is the own of whoever ordered something in it. */
const placeOfShipment = {
  ...keptPlace,
  person: `(SELECT max(o.person_id::text)::uuid FROM shipment_lines l JOIN orders o ON o.id = l.order_id WHERE l.shipment_id = t.id)`,
}

/** THE filter of shipments, for list, read, count and export alike; `query` selects from shipments as `t`. */
export function visibleShipments(
  filter: Omit<ShipmentFilter, 'accountIds'>,
  query: Knex.QueryBuilder,
): Knex.QueryBuilder {
  const { states, orderId, trackingNumber, from, to, zone } = filter
  query.where('t.seller_id', filter.reach.sellerId)
  whereWithin(query, filter.reach, placeOfShipment, true)
  if (states) query.whereIn('t.state', states)
  if (trackingNumber) query.whereRaw('t.tracking_numbers @> ARRAY[?]', [trackingNumber])
  if (from) query.whereRaw('t.shipped_at >= (?::date)::timestamp AT TIME ZONE ?', [from, zone])
  if (to) query.whereRaw('t.shipped_at < (?::date + 1)::timestamp AT TIME ZONE ?', [to, zone])
  if (orderId)
    query.whereExists((q) => q.from('shipment_lines as l').whereRaw('l.shipment_id = t.id AND l.order_id = ?', orderId))
  return query
}

/** A page of shipments, those the hub learnt of last first. */
export async function listShipments(
  db: Db,
  filter: ShipmentFilter,
  page: PageRequest,
): Promise<(ListedShipment & { position: string })[]> {
  return pageQuery(
    db,
    KEYSET,
    columns(db),
    (query, reach) => visibleShipments({ ...filter, reach }, query),
    waysOf(filter.reach),
    filter,
    page,
  )
}

export async function countShipments(db: Db, filter: ShipmentFilter): Promise<Count> {
  return countRows(db, visibleShipments(filter, db('shipments as t')), filter.accountIds)
}

/** Undefined when it isn't this seller's. */
export async function readShipment(db: Db, reach: Reach, id: string): Promise<ListedShipment | undefined> {
  return visibleShipments({ reach, zone: 'UTC' }, db('shipments as t')).where('t.id', id).select(columns(db)).first()
}

/** Shipments with a line of an order, oldest first. */
export async function listShipmentsOfOrder(db: Db, reach: Reach, orderId: string): Promise<ListedShipment[]> {
  return visibleShipments({ reach, orderId, zone: 'UTC' }, db('shipments as t')).select(columns(db)).orderBy('t.id')
}
