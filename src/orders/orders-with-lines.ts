// Orders with their lines, for what follows from several of them at once: a shipment, an invoice.
import type { Db } from '../database/database.ts'
import type { Order, OrderLine } from './order.ts'
import { findOrderById, listLines } from './order-store.ts'

export interface OrderWithLines {
  order: Order
  lines: OrderLine[]
}

/** In the order of the ids, each once. Whoever's they are: for jobs. */
export async function findOrdersWithLines(db: Db, ids: readonly (string | null)[]): Promise<OrderWithLines[]> {
  const found: OrderWithLines[] = []
  for (const id of new Set(ids)) {
    const order = id === null ? undefined : await findOrderById(db, id)
    if (order) found.push({ order, lines: await listLines(db, order.id) })
  }
  return found
}
