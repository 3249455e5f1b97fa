// Keeps shipments and their lines.
import type { Db } from '../database/database.ts'
import type { Shipment, ShipmentLine } from './shipment.ts'

export const shipmentColumns = {
  id: 'id',
  sellerId: 'seller_id',
  accountId: 'account_id',
  connectionId: 'connection_id',
  erpId: 'erp_id',
  number: 'number',
  customerNumber: 'customer_number',
  state: 'state',
  shippedAt: 'shipped_at',
  deliveredAt: 'delivered_at',
  carrierName: 'carrier_name',
  carrierScac: 'carrier_scac',
  trackingNumbers: 'tracking_numbers',
  parcels: 'parcels',
  shipTo: 'ship_to',
  deletedAt: 'deleted_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const

const LINE = {
  shipmentId: 'shipment_id',
  erpLineId: 'erp_line_id',
  orderId: 'order_id',
  orderLineNumber: 'order_line_number',
  supplierPartId: 'supplier_part_id',
  description: 'description',
  quantity: 'quantity',
  unit: 'unit',
}

/** For jobs: whoever's it is. */
export async function findShipmentById(db: Db, id: string): Promise<Shipment | undefined> {
  return db('shipments').select(shipmentColumns).where({ id }).first()
}

/** Lines of shipments, in one query. */
export async function listShipmentLines(db: Db, shipmentIds: readonly string[]): Promise<ShipmentLine[]> {
  return db('shipment_lines').select(LINE).whereIn('shipment_id', shipmentIds).orderBy(['shipment_id', 'erp_line_id'])
}

/** Gives the account to shipments that came before their customer had one. */
export async function adoptShipments(
  db: Db,
  origin: { id: string | null; sellerId: string },
  accountOf: ReadonlyMap<string, string>,
): Promise<void> {
  await db.raw(
    `UPDATE shipments t SET account_id = a.id FROM unnest(?::text[], ?::uuid[]) AS a(number, id)
     WHERE t.seller_id = ? AND t.account_id IS NULL AND t.customer_number = a.number AND (?::uuid IS NULL OR t.connection_id = ?)`,
    [[...accountOf.keys()], [...accountOf.values()], origin.sellerId, origin.id, origin.id],
  )
}
