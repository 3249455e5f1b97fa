// An account is new: the orders, shipments and invoices that its customer number had before become its own.
import type { Db } from '../database/database.ts'
import { adoptOrders } from '../orders/order-store.ts'
import { adoptShipments } from '../shipments/shipment-store.ts'
import { adoptInvoices } from './invoice-store.ts'

/** `origin.id`: the ERP connection they are of; null = any of the seller's. `accountOf`: customer number -> account id. */
export async function adoptRecords(
  db: Db,
  origin: { id: string | null; sellerId: string },
  accountOf: ReadonlyMap<string, string>,
): Promise<void> {
  if (accountOf.size === 0) return
  await adoptOrders(db, origin, accountOf)
  await adoptShipments(db, origin, accountOf)
  await adoptInvoices(db, origin, accountOf)
}
