// A shipment as its buyers' systems are told of it, held until the transaction ends: two tellings of it wait for each other.
import type { Db } from '../database/database.ts'
import { findOrdersWithLines, type OrderWithLines } from '../orders/orders-with-lines.ts'
import type { Shipment, ShipmentLine } from './shipment.ts'
import { findShipmentById, listShipmentLines } from './shipment-store.ts'

export interface Shipped {
  shipment: Shipment
  lines: ShipmentLine[]
  /** What its lines deliver, whoever ordered. */
  orders: OrderWithLines[]
}

/** For jobs: whoever's shipment it is. Undefined when there is none. */
export async function lockShipped(db: Db, shipmentId: string): Promise<Shipped | undefined> {
  await db('shipments').where({ id: shipmentId }).forUpdate().first('id')
  const shipment = await findShipmentById(db, shipmentId)
  if (!shipment) return undefined
  const lines = await listShipmentLines(db, [shipmentId])
  const orders = await findOrdersWithLines(
    db,
    lines.map((l) => l.orderId),
  )
  return { shipment, lines, orders }
}
