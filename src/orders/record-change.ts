// What the ERP made of a change or a cancellation of an order it had.
import { releaseBudget } from '../budgets/settle-budget.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { askSync } from '../erp/ask-sync.ts'
import { enqueue } from '../queue/outbox.ts'
import { announce } from '../storefronts/announce.ts'
import { endLease } from './lease-order.ts'
import type { Order } from './order.ts'
import { insertEvents, updateOrder } from './order-store.ts'

type Asked = 'change' | 'cancellation'

/** `order` is locked. */
export async function recordChangePushed(db: Db, order: Order, asked: Asked, stamp: Stamp): Promise<void> {
  const { id, sellerId, connectionId } = order
  const cancelled = asked === 'cancellation'
  const state = cancelled ? 'cancelled' : order.state
  const holds = order.holds.filter((h) => h.reason !== 'change-refused')
  await updateOrder(db, id, { pushUntil: null, holds, ...(cancelled ? { state, cancelAsked: false } : {}) }, stamp.at)
  if (cancelled) await releaseBudget(db, { kind: 'order', id }, 'cancelled', stamp)
  await insertEvents(db, [{ orderId: id, kind: cancelled ? 'cancelled' : 'change-pushed' }], stamp)
  if (order.partnerId) await enqueue(db, 'send-confirmation', { orderId: id })
  if (connectionId) await askSync(db, connectionId, 'orders', { runAt: new Date(stamp.at.getTime() + 3_000) })
  const type = cancelled ? ('order.cancelled' as const) : ('order.updated' as const)
  await announce(db, [{ sellerId, type, data: { orderId: id, state } }], stamp)
}

/**
 * `order` is locked. It stays as the ERP has it; a person has to tell the buyer, or change it in the ERP. A change refused of what was
 * cancelled since is of no concern.
 */
export async function recordChangeRefused(
  db: Db,
  order: Order,
  asked: Asked,
  words: string,
  stamp: Stamp,
): Promise<void> {
  const { id, sellerId, state } = order
  if (state === 'cancelled') return endLease(db, id, false, stamp.at)
  const message = `The ERP refused the buyer’s ${asked}: ${words}`
  const holds = [
    ...order.holds.filter((h) => h.reason !== 'change-refused'),
    { reason: 'change-refused' as const, message },
  ]
  const settled = asked === 'cancellation' ? { cancelAsked: false } : {}
  await updateOrder(db, id, { pushUntil: null, holds, ...settled }, stamp.at)
  await insertEvents(db, [{ orderId: id, kind: 'change-refused', detail: { asked, error: words } }], stamp)
  await announce(db, [{ sellerId, type: 'order.updated', data: { orderId: id, state } }], stamp)
}
