// What came of a push: the ERP has the order, or for sure has not. Whatever was asked meanwhile (a cancellation, a change) follows.
import type { ErpOrderReceipt } from '../../connectors/connector.ts'
import { commitBudget } from '../budgets/settle-budget.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { askSync } from '../erp/ask-sync.ts'
import { erpQueue } from '../erp/erp-connection.ts'
import { enqueue } from '../queue/outbox.ts'
import { announce } from '../storefronts/announce.ts'
import { cancelHere } from './cancel-order.ts'
import { endLease } from './lease-order.ts'
import type { Hold, Order } from './order.ts'
import { insertEvents, updateOrder } from './order-store.ts'

/** The ERP has the order. Run it in a transaction with `order` locked. */
export async function recordReceipt(
  db: Db,
  order: Order,
  receipt: ErpOrderReceipt,
  /** Which of the order's contents went there. */
  pushedRevision: number,
  stamp: Stamp,
): Promise<void> {
  const { id, sellerId, connectionId } = order
  const { created, number, netAmount, notes } = receipt
  // A change may have held it meanwhile; its reasons stay in sight.
  const state = order.state === 'received' || order.state === 'held' ? 'accepted' : order.state
  const { erpId, number: erpNumber, state: erpState } = receipt
  // A reading of the ERP may have been faster, and knows more.
  if (order.erpId === null) await updateOrder(db, id, { pushUntil: null, erpId, erpNumber, erpState, state }, stamp.at)
  await commitBudget(db, { kind: 'order', id }, stamp)
  const detail = { erpId, number, created, netAmount, notes, state: erpState }
  await insertEvents(db, [{ orderId: id, kind: 'pushed', detail }], stamp)
  await followUp(db, order, created ? pushedRevision : null)
  if (order.partnerId) await enqueue(db, 'send-confirmation', { orderId: id })
  if (connectionId) await askSync(db, connectionId, 'orders', { runAt: soon(stamp.at) })
  await announce(db, [{ sellerId, type: 'order.updated', data: { orderId: id, state } }], stamp)
}

/** A moment after: the ERP confirms what it has just taken. */
const soon = (at: Date) => new Date(at.getTime() + 3_000)

/**
 * What the buyer asked while the order was on its way. An order that was found there (`pushedRevision` null) may have come with an earlier
 * push, before the last change.
 */
export async function followUp(
  db: Db,
  order: Pick<Order, 'id' | 'connectionId' | 'cancelAsked' | 'revision'>,
  pushedRevision: number | null,
): Promise<void> {
  const { id, connectionId, revision } = order
  const queue = connectionId ? { queue: erpQueue(connectionId) } : {}
  if (order.cancelAsked) await enqueue(db, 'cancel-order', { orderId: id }, queue)
  else if (revision > (pushedRevision ?? 1)) await enqueue(db, 'change-order', { orderId: id, revision }, queue)
}

/** The ERP was not asked at all. `doubtful`: an earlier push may have got there. Run it in a transaction with `order` locked. */
export async function recordNotPushed(db: Db, order: Order, doubtful: boolean, stamp: Stamp): Promise<void> {
  if (order.erpId !== null) return
  if (order.cancelAsked && !doubtful) await cancelUnpushed(db, order, stamp)
  else await endLease(db, order.id, doubtful, stamp.at)
}

/**
 * The ERP would not take this content. Where it is still the order's a person has to look. False = it isn't: a change is on its way, or the
 * order was cancelled meanwhile. Run it in a transaction with `order` locked.
 */
export async function recordRefusal(
  db: Db,
  order: Order,
  pushedRevision: number,
  words: string,
  stamp: Stamp,
): Promise<boolean> {
  if (order.erpId !== null) return false
  const { id, sellerId } = order
  await insertEvents(db, [{ orderId: id, kind: 'push-refused', detail: { error: words } }], stamp)
  if (order.cancelAsked) {
    await cancelUnpushed(db, order, stamp)
    return false
  }
  if (order.revision > pushedRevision || order.state !== 'received') {
    await endLease(db, id, false, stamp.at)
    return false
  }
  const hold: Hold = { reason: 'erp-refused', message: words }
  await updateOrder(db, id, { state: 'held', pushUntil: null, holds: [...order.holds, hold] }, stamp.at)
  await announce(db, [{ sellerId, type: 'order.updated', data: { orderId: id, state: 'held' } }], stamp)
  return true
}

/** Cancelled while it was on its way, it did not get there. */
async function cancelUnpushed(db: Db, order: Order, stamp: Stamp): Promise<void> {
  await cancelHere(db, order, {}, stamp)
  if (order.partnerId) await enqueue(db, 'send-confirmation', { orderId: order.id })
}
