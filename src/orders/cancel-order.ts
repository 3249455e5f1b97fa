// The buyer, or a person of the seller's, cancels an order: at once where the ERP has none of it, else the ERP is asked.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { erpQueue } from '../erp/erp-connection.ts'
import { HubError } from '../errors.ts'
import { enqueue } from '../queue/outbox.ts'
import { announce } from '../storefronts/announce.ts'
import type { Order } from './order.ts'
import { insertEvents, moveOrder, updateOrder } from './order-store.ts'

/** `order` is locked. Cancelled already: nothing. Throws HubError wrong_state when goods have left or it is closed. */
export async function cancelOrder(
  db: Db,
  order: Order,
  why: { reason: string; documentId: string | null },
  stamp: Stamp,
): Promise<'cancelled' | 'asked'> {
  const { id, state } = order
  if (state === 'cancelled' || state === 'rejected') return 'cancelled'
  if (state === 'shipping' || state === 'shipped' || state === 'closed')
    throw new HubError('wrong_state', `Order ${order.poNumber} is ${state}: goods have left, it can't be cancelled.`)
  const detail = { reason: why.reason }
  const pushing = order.pushUntil !== null && order.pushUntil > stamp.at
  if (order.erpId === null && !pushing) {
    await moveOrder(db, id, state, 'cancelled', {}, stamp.at)
    await insertEvents(db, [{ orderId: id, kind: 'cancelled', detail, documentId: why.documentId }], stamp)
    await announce(
      db,
      [{ sellerId: order.sellerId, type: 'order.cancelled', data: { orderId: id, state: 'cancelled' } }],
      stamp,
    )
    return 'cancelled'
  }
  await updateOrder(db, id, { cancelAsked: true }, stamp.at)
  await insertEvents(db, [{ orderId: id, kind: 'cancel-asked', detail, documentId: why.documentId }], stamp)
  // Still on its way there: whoever brings it sees cancelAsked.
  if (order.erpId !== null && order.connectionId)
    await enqueue(db, 'cancel-order', { orderId: id }, { queue: erpQueue(order.connectionId) })
  return 'asked'
}
