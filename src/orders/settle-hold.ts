// A person decides about a held order: release it to the ERP, or reject it.

import { findAccount } from '../accounts/account-store.ts'
import { releaseBudget } from '../budgets/settle-budget.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { erpQueue } from '../erp/erp-connection.ts'
import { findConnectionOf } from '../erp/erp-connection-store.ts'
import { HubError } from '../errors.ts'
import { enqueue } from '../queue/outbox.ts'
import { assertTransition } from '../state-machine.ts'
import { announce } from '../storefronts/announce.ts'
import { keepsChange, type Order, orderTransitions } from './order.ts'
import { insertEvents, moveOrder, updateOrder } from './order-store.ts'

/** Sends a held order on, as the account and its ERP connection are now. `order` is locked. Throws HubError wrong_state. */
export async function releaseOrder(
  db: Db,
  order: Order,
  by: { who: string; note: string | null },
  stamp: Stamp,
): Promise<void> {
  const { id, accountId, sellerId } = order
  const detail = { ...by, holds: order.holds }
  // What the ERP refused to change stays in force there: the note is what is settled. A change that was kept goes there now.
  if (order.state !== 'held' && order.erpId !== null && order.holds.length > 0) {
    await updateOrder(db, id, { holds: [] }, stamp.at)
    if (keepsChange(order.holds) && order.connectionId) {
      const queue = { queue: erpQueue(order.connectionId) }
      await enqueue(db, 'change-order', { orderId: id, revision: order.revision }, queue)
    }
    return insertEvents(db, [{ orderId: id, kind: 'released', detail }], stamp)
  }
  assertTransition(orderTransitions, order.state, 'received', 'This order')
  const connection = await findConnectionOf(db, sellerId, accountId)
  if (!connection) throw new HubError('wrong_state', 'No ERP is connected: add a connection first.')
  const account = accountId ? await findAccount(db, sellerId, accountId) : undefined
  const customerNumber = account?.customerNumber ?? order.customerNumber
  if (!customerNumber)
    throw new HubError('wrong_state', 'The company account has no customer number: give it the ERP’s first.')
  await db('orders').where({ id }).update({ connection_id: connection.id, customer_number: customerNumber })
  await moveOrder(db, id, order.state, 'received', { holds: [] }, stamp.at)
  await insertEvents(db, [{ orderId: id, kind: 'released', detail }], stamp)
  await enqueue(db, 'push-order', { orderId: id }, { queue: erpQueue(connection.id) })
  await announce(db, [{ sellerId, type: 'order.updated', data: { orderId: id, state: 'received' } }], stamp)
}

/** Rejects an order the ERP has none of, and has the buyer's system told. `order` is locked. Throws HubError wrong_state. */
export async function rejectOrder(
  db: Db,
  order: Order,
  by: { who: string; reason: string },
  stamp: Stamp,
): Promise<void> {
  const { id, sellerId } = order
  if (order.erpId !== null)
    throw new HubError('wrong_state', 'The ERP has this order: cancel it there, or with /cancel here.')
  assertTransition(orderTransitions, order.state, 'rejected', 'This order')
  if (order.pushUntil !== null)
    throw new HubError('wrong_state', 'This order may have reached the ERP: cancel it, which finds out.')
  await moveOrder(db, id, order.state, 'rejected', {}, stamp.at)
  await updateOrder(db, id, { endReason: by.reason }, stamp.at)
  await releaseBudget(db, { kind: 'order', id }, 'rejected', stamp)
  await insertEvents(db, [{ orderId: id, kind: 'rejected', detail: by }], stamp)
  if (order.partnerId) await enqueue(db, 'send-confirmation', { orderId: id })
  await announce(db, [{ sellerId, type: 'order.updated', data: { orderId: id, state: 'rejected' } }], stamp)
}
