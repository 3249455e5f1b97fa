// Who may speak with the ERP about an order: one at a time, for so many seconds. A lease that nobody ended (the worker died, the answer
// was lost) is waited out; of an order the ERP is not known to have it says more: that it may have it all the same.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { Order } from './order.ts'
import { lockOrder } from './order-store.ts'

export interface Lease {
  order: Order
  /** An earlier call was begun whose outcome nobody knows. */
  doubtful: boolean
}

/**
 * Takes the right to speak about an order. Answers the seconds to wait while somebody else has it, or null when the order is not
 * `wanted` (any more). Run it in a transaction.
 */
export async function leaseOrder(
  db: Db,
  orderId: string,
  wanted: (order: Order) => boolean,
  seconds: number,
  { at }: Stamp,
): Promise<Lease | { wait: number } | null> {
  const order = await lockOrder(db, orderId)
  if (!order || !wanted(order)) return null
  const { pushUntil } = order
  if (pushUntil && pushUntil > at) return { wait: Math.max(1, Math.ceil((pushUntil.getTime() - at.getTime()) / 1000)) }
  await db('orders')
    .where({ id: orderId })
    .update({ push_until: new Date(at.getTime() + seconds * 1000) })
  return { order, doubtful: pushUntil !== null }
}

/** The next may speak at once. `doubtful`: whether the ERP did what it was asked is still not known. */
export async function endLease(db: Db, orderId: string, doubtful: boolean, at: Date): Promise<void> {
  await db('orders')
    .where({ id: orderId })
    .update({ push_until: doubtful ? at : null })
}
