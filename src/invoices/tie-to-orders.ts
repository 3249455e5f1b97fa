// An ERP's streams are read side by side: a shipment or an invoice may be here before its order, or before the order's lines.
import type { ErpOrder, Tombstone } from '../../connectors/connector.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { ErpOrigin } from '../erp/erp-connection.ts'
import { tieShipments } from '../shipments/record-erp-shipments.ts'
import { tieInvoices } from './record-erp-invoices.ts'

/**
 * Pages of orders, shipments and invoices of a connection are recorded one after the other: of two at once neither would see the other,
 * and nothing would tie them. Until the transaction ends.
 */
export async function waitForOtherPages(db: Db, { id }: ErpOrigin): Promise<void> {
  await db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 1))', [id])
}

/** After these orders were recorded: ties what was shipped and billed of them and came before. */
export async function tieToOrders(
  db: Db,
  origin: ErpOrigin,
  orders: readonly (ErpOrder | Tombstone)[],
  options: { first: boolean },
  stamp: Stamp,
): Promise<void> {
  const erpIds = orders.flatMap((o) => ('deleted' in o ? [] : [o.erpId]))
  if (erpIds.length === 0) return
  await tieShipments(db, origin, erpIds, options, stamp)
  await tieInvoices(db, origin, erpIds, options, stamp)
}
