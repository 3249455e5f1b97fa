// Exactly one ERP order per order: who may push, and what came of it. A push whose outcome nobody knows (the worker died, the
// answer was lost) is waited out before the next one looks whether the ERP has the order.
import type { ErpOrderReceipt } from '../../connectors/connector.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { askSync } from '../erp/ask-sync.ts'
import { erpQueue } from '../erp/erp-connection.ts'
import { enqueue } from '../queue/outbox.ts'
import { announce } from '../storefronts/announce.ts'
import type { Hold, Order } from './order.ts'
import { insertEvents, updateOrder } from './order-store.ts'

/** Longer than any call to an ERP may take. */
export const PUSH_LEASE_SECONDS = 45

/**
 * Takes the right to push an order that is `received`. Answers the order, the seconds to wait while somebody else may be pushing it,
 * or null when there is nothing to push (any more).
 */
export async function leasePush(
  db: Db,
  orderId: string,
  stamp: Stamp,
): Promise<{ leased: true } | { wait: number } | null> {
  const until = new Date(stamp.at.getTime() + PUSH_LEASE_SECONDS * 1000)
  const leased = await db('orders')
    .where({ id: orderId, state: 'received' })
    .whereNull('erp_id')
    .where((q) => q.whereNull('push_until').orWhere('push_until', '<=', stamp.at))
    .update({ push_until: until })
  if (leased > 0) return { leased: true }
  const order = await db('orders').where({ id: orderId }).first('state', 'erp_id', 'push_until')
  if (order?.state !== 'received' || order.erp_id !== null || order.push_until === null) return null
  return { wait: Math.max(1, Math.ceil((order.push_until.getTime() - stamp.at.getTime()) / 1000)) }
}

/** The ERP said no for sure, or was never reached: the next push need not wait. */
export async function endLease(db: Db, orderId: string): Promise<void> {
  await db('orders').where({ id: orderId }).update({ push_until: null })
}

/** The ERP has the order. What was asked meanwhile (a cancellation, a change) follows. Run it in a transaction with `order` locked. */
export async function recordReceipt(
  db: Db,
  order: Order,
  receipt: ErpOrderReceipt,
  /** Which of the order's contents went there. */
  pushedRevision: number,
  stamp: Stamp,
): Promise<void> {
  const { id, sellerId, connectionId } = order
  // A change may have held it meanwhile; its reasons stay in sight.
  const state = order.state === 'received' || order.state === 'held' ? 'accepted' : order.state
  await updateOrder(
    db,
    id,
    { pushUntil: null, erpId: receipt.erpId, erpNumber: receipt.number, erpState: receipt.state, state },
    stamp.at,
  )
  const { created, number, netAmount, notes } = receipt
  const detail = { erpId: receipt.erpId, number, created, netAmount, notes, state: receipt.state }
  await insertEvents(db, [{ orderId: id, kind: 'pushed', detail }], stamp)
  const queue = connectionId ? { queue: erpQueue(connectionId) } : {}
  if (order.cancelAsked) await enqueue(db, 'cancel-order', { orderId: id }, queue)
  else if (order.revision > pushedRevision)
    await enqueue(db, 'change-order', { orderId: id, revision: order.revision }, queue)
  if (order.partnerId) await enqueue(db, 'send-confirmation', { orderId: id })
  if (connectionId) await askSync(db, connectionId, 'orders', { runAt: soon(stamp.at) })
  await announce(db, [{ sellerId, type: 'order.updated', data: { orderId: id, state } }], stamp)
}

/** A moment after: the ERP confirms what it has just taken. */
const soon = (at: Date) => new Date(at.getTime() + 3_000)

/** The ERP would not take it: a person has to look. Run it in a transaction with `order` locked. */
export async function recordRefusal(db: Db, order: Order, words: string, stamp: Stamp): Promise<void> {
  if (order.state !== 'received') return
  const hold: Hold = { reason: 'erp-refused', message: words }
  await updateOrder(db, order.id, { state: 'held', pushUntil: null, holds: [...order.holds, hold] }, stamp.at)
  await insertEvents(db, [{ orderId: order.id, kind: 'push-refused', detail: { error: words } }], stamp)
  const data = { orderId: order.id, state: 'held' }
  await announce(db, [{ sellerId: order.sellerId, type: 'order.updated', data }], stamp)
}
