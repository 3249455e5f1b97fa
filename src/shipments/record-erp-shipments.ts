// The ERP's word on shipments, a page at a time: upsert by the ERP's id, tie lines to orders, have buyers' systems told.
import type { ErpShipment, Tombstone } from '../../connectors/connector.ts'
import { findAccountsByNumber } from '../accounts/account-store.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { ErpOrigin } from '../erp/erp-connection.ts'
import { toAddress } from '../orders/record-erp-orders.ts'
import { enqueueAll } from '../queue/outbox.ts'
import { announce } from '../storefronts/announce.ts'

interface Put {
  id: string
  erp_id: string
  state: string
  fresh: boolean
}

export async function recordErpShipments(
  db: Db,
  origin: ErpOrigin,
  records: readonly (ErpShipment | Tombstone)[],
  options: { first: boolean },
  stamp: Stamp,
): Promise<void> {
  const shipments = [...new Map(records.flatMap((r) => ('deleted' in r ? [] : [[r.erpId, r] as const]))).values()]
  const gone = records.flatMap((r) => ('deleted' in r ? [r.erpId] : []))
  const put = shipments.length > 0 ? await putShipments(db, origin, shipments, stamp) : []
  const removed: { id: string }[] =
    gone.length === 0
      ? []
      : await db('shipments')
          .where({ connection_id: origin.id })
          .whereIn('erp_id', gone)
          .whereNull('deleted_at')
          .update({ deleted_at: stamp.at, state: 'cancelled', updated_at: stamp.at })
          .returning('id')
  await tell(
    db,
    origin,
    [...put.map(({ id, state }) => ({ id, state })), ...removed.map(({ id }) => ({ id, state: 'cancelled' }))],
    options,
    stamp,
  )
}

/** These orders are known now, as are their lines: what was shipped of them, and read before, is tied to them and told. */
export async function tieShipments(
  db: Db,
  origin: ErpOrigin,
  orderErpIds: readonly string[],
  options: { first: boolean },
  stamp: Stamp,
): Promise<void> {
  const { rows } = await db.raw<{ rows: { id: string; state: string }[] }>(
    `WITH found AS (
       SELECT l.shipment_id, l.erp_line_id, o.id AS order_id, ol.line_number
       FROM orders o
       JOIN shipment_lines l ON l.order_erp_id = o.erp_id AND l.order_line_number IS NULL
       JOIN shipments s ON s.id = l.shipment_id AND s.connection_id = o.connection_id
       LEFT JOIN LATERAL (SELECT line_number FROM order_lines WHERE order_id = o.id AND erp_line_id = l.order_line_erp_id LIMIT 1) ol
         ON true
       WHERE o.connection_id = ? AND o.erp_id = ANY(?) AND (l.order_id IS NULL OR ol.line_number IS NOT NULL)
     ), tied AS (
       UPDATE shipment_lines l SET order_id = f.order_id, order_line_number = f.line_number
       FROM found f WHERE l.shipment_id = f.shipment_id AND l.erp_line_id = f.erp_line_id RETURNING l.shipment_id)
     UPDATE shipments SET updated_at = ? WHERE id IN (SELECT shipment_id FROM tied) RETURNING id, state`,
    [origin.id, [...orderErpIds], stamp.at],
  )
  await tell(db, origin, rows, options, stamp)
}

async function tell(
  db: Db,
  { sellerId }: ErpOrigin,
  touched: readonly { id: string; state: string }[],
  options: { first: boolean },
  stamp: Stamp,
): Promise<void> {
  if (touched.length === 0) return
  const told = await ofPartners(
    db,
    touched.map((s) => s.id),
  )
  await enqueueAll(
    db,
    'send-ship-notice',
    told.map((shipmentId) => ({ shipmentId })),
  )
  if (options.first) return
  await announce(
    db,
    touched.map(({ id, state }) => ({
      sellerId,
      type: 'shipment.updated' as const,
      data: { shipmentId: id, state },
    })),
    stamp,
  )
}

/** Returns those that are new or newer than what was known. */
async function putShipments(
  db: Db,
  origin: ErpOrigin,
  shipments: readonly ErpShipment[],
  stamp: Stamp,
): Promise<Put[]> {
  const accounts = await findAccountsByNumber(
    db,
    origin,
    shipments.map((s) => s.customerNumber),
  )
  const rows = shipments.map((s) => ({
    ...s,
    id: stamp.newId(),
    accountId: accounts.get(s.customerNumber) ?? null,
    shipTo: s.shipTo && toAddress(s.shipTo),
  }))
  const { rows: put } = await db.raw<{ rows: Put[] }>(
    `INSERT INTO shipments (id, seller_id, connection_id, account_id, erp_id, number, customer_number, state, shipped_at,
       delivered_at, carrier_name, carrier_scac, tracking_numbers, parcels, ship_to, erp_changed_at, created_at, updated_at)
     SELECT r.id, ?, ?, r."accountId", r."erpId", r.number, r."customerNumber", r.state, r."shippedAt", r."deliveredAt",
       r."carrierName", r."carrierScac", r."trackingNumbers", r.parcels, r."shipTo", r."changedAt", ?, ?
     FROM jsonb_to_recordset(?::jsonb) AS r(id uuid, "accountId" uuid, "erpId" text, number text, "customerNumber" text,
       state text, "shippedAt" timestamptz, "deliveredAt" timestamptz, "carrierName" text, "carrierScac" text,
       "trackingNumbers" text[], parcels jsonb, "shipTo" jsonb, "changedAt" timestamptz)
     ON CONFLICT (connection_id, erp_id) DO UPDATE SET number = excluded.number, state = excluded.state,
       shipped_at = excluded.shipped_at, delivered_at = excluded.delivered_at, carrier_name = excluded.carrier_name,
       carrier_scac = excluded.carrier_scac, tracking_numbers = excluded.tracking_numbers, parcels = excluded.parcels,
       ship_to = excluded.ship_to, deleted_at = NULL, account_id = coalesce(shipments.account_id, excluded.account_id),
       erp_changed_at = excluded.erp_changed_at, updated_at = excluded.updated_at
     WHERE shipments.erp_changed_at < excluded.erp_changed_at OR shipments.deleted_at IS NOT NULL
       OR shipments.state <> excluded.state OR shipments.tracking_numbers <> excluded.tracking_numbers
     RETURNING id, erp_id, state, created_at = updated_at AS fresh`,
    [origin.sellerId, origin.id, stamp.at, stamp.at, JSON.stringify(rows)],
  )
  const idOf = new Map(put.map((p) => [p.erp_id, p.id]))
  const lines = shipments.flatMap((s) => {
    const shipmentId = idOf.get(s.erpId)
    return shipmentId ? s.lines.map((l) => ({ ...l, shipmentId })) : []
  })
  await db('shipment_lines')
    .whereIn(
      'shipment_id',
      put.map((p) => p.id),
    )
    .delete()
  await db.raw(
    `INSERT INTO shipment_lines (shipment_id, erp_line_id, order_erp_id, order_line_erp_id, supplier_part_id, description, quantity,
       unit, order_id, order_line_number)
     SELECT DISTINCT ON (r."shipmentId", r."erpLineId") r."shipmentId", r."erpLineId", r."orderErpId", r."orderLineErpId",
       r."itemNumber", r.description, r.quantity, r."unitOfMeasure", o.id, l.line_number
     FROM jsonb_to_recordset(?::jsonb) AS r("shipmentId" uuid, "erpLineId" text, "orderErpId" text, "orderLineErpId" text,
       "itemNumber" text, description text, quantity numeric, "unitOfMeasure" text)
     LEFT JOIN orders o ON o.connection_id = ? AND o.erp_id = r."orderErpId"
     LEFT JOIN LATERAL (SELECT line_number FROM order_lines WHERE order_id = o.id AND erp_line_id = r."orderLineErpId" LIMIT 1) l
       ON true`,
    [JSON.stringify(lines), origin.id],
  )
  return put
}

/** Of these shipments those with a line of an order that a buyer's system sent, or that one has heard of. */
async function ofPartners(db: Db, shipmentIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `SELECT s.id FROM shipments s WHERE s.id = ANY(?) AND (
       EXISTS (SELECT 1 FROM shipment_lines l JOIN orders o ON o.id = l.order_id
         WHERE l.shipment_id = s.id AND o.partner_id IS NOT NULL)
       OR EXISTS (SELECT 1 FROM deliveries d WHERE d.subject_id = s.id))`,
    [[...shipmentIds]],
  )
  return rows.map((r) => r.id)
}
