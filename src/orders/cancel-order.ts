// The buyer, or a person of the seller's, cancels an order: at once where the ERP has none of it, else the ERP is asked.
import { releaseBudget } from '../budgets/settle-budget.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { erpQueue } from '../erp/erp-connection.ts'
import { HubError } from '../errors.ts'
import { enqueue } from '../queue/outbox.ts'
import { announce } from '../storefronts/announce.ts'
import type { Order } from './order.ts'
import { insertEvents, updateOrder } from './order-store.ts'

/**
 * `order` is locked. Without a document it is us who cancel, and the buyer's system is told. Cancelled already: nothing. Throws HubError
 * wrong_state when goods have left or it is closed.
 */
export async function cancelOrder(
  db: Db,
  order: Order,
  why: { reason: string; documentId: string | null; who?: string },
  stamp: Stamp,
): Promise<'cancelled' | 'asked'> {
  const { id, state } = order
  if (state === 'cancelled' || state === 'rejected') return 'cancelled'
  if (state === 'shipping' || state === 'shipped' || state === 'closed')
    throw new HubError('wrong_state', `Order ${order.poNumber} is ${state}: goods have left, it can't be cancelled.`)
  const { documentId, ...detail } = why
  await updateOrder(db, id, { endReason: why.reason }, stamp.at)
  if (order.erpId === null && order.pushUntil === null) {
    await cancelHere(db, order, { detail, documentId }, stamp)
    if (order.partnerId && documentId === null) await enqueue(db, 'send-confirmation', { orderId: id })
    return 'cancelled'
  }
  await insertEvents(db, [{ orderId: id, kind: 'cancel-asked', detail, documentId }], stamp)
  const queue = order.connectionId ? { queue: erpQueue(order.connectionId) } : {}
  if (order.erpId !== null) {
    await updateOrder(db, id, { cancelAsked: true }, stamp.at)
    await enqueue(db, 'cancel-order', { orderId: id }, queue)
  } else {
    // Only a push finds out whether the ERP has it; the cancellation follows it there.
    await updateOrder(db, id, { cancelAsked: true, state: 'received', holds: [] }, stamp.at)
    await enqueue(db, 'push-order', { orderId: id }, queue)
  }
  return 'asked'
}

/** Cancels what the ERP has none of. `order` is locked. */
export async function cancelHere(
  db: Db,
  order: Order,
  why: { detail?: Record<string, unknown>; documentId?: string | null },
  stamp: Stamp,
): Promise<void> {
  const { id: orderId, sellerId } = order
  await updateOrder(db, orderId, { state: 'cancelled', cancelAsked: false, pushUntil: null }, stamp.at)
  await releaseBudget(db, { kind: 'order', id: orderId }, 'cancelled', stamp)
  await insertEvents(db, [{ orderId, kind: 'cancelled', ...why }], stamp)
  await announce(db, [{ sellerId, type: 'order.cancelled', data: { orderId, state: 'cancelled' } }], stamp)
}
