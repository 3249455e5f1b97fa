// A purchase order comes in: once, weighed, and on its way to the ERP, all in the caller's transaction.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { erpQueue } from '../erp/erp-connection.ts'
import { HubError } from '../errors.ts'
import { enqueue } from '../queue/outbox.ts'
import { announce } from '../storefronts/announce.ts'
import { changeOrder } from './change-order.ts'
import { type Order, onceKeyOf } from './order.ts'
import {
  findOrderById,
  insertEvents,
  insertOrder,
  lockPurchaseOrder,
  replaceDifferences,
  replaceLines,
} from './order-store.ts'
import { hashOf, type PlaceOrder, weigh } from './weigh-order.ts'

export interface Placed {
  order: Order
  /** The buyer sent this order, in this version or a later one, before: nothing was done. */
  repeated: boolean
}

/**
 * Places an order, once per purchase order number and version: the same again, or an earlier version that comes late, changes nothing, a
 * later version is a change. Throws HubError conflict when the same number and version comes with other content and does not say that
 * it is a change, wrong_state when it can no longer be changed: what was cancelled or rejected is not revived, and a Status 200 would say it was.
 */
export async function placeOrder(db: Db, input: PlaceOrder, stamp: Stamp): Promise<Placed> {
  const { content } = input
  const known = input.partnerId && (await lockPurchaseOrder(db, input.partnerId, input.mode, content.poNumber))
  const contentHash = hashOf(content)
  if (known) {
    const { order } = known
    const ending = order.state === 'cancelled' || order.state === 'rejected' ? order.state : null
    if (ending || order.cancelAsked)
      throw new HubError(
        'wrong_state',
        `Order ${content.poNumber} ${ending ? `was ${ending}` : 'is being cancelled'}: sending it again does not revive it. Send it under a new order number.`,
      )
    if (known.contentHash.equals(contentHash) || isOlder(content.poVersion, order.poVersion))
      return repeat(db, order, input.documentId, stamp)
    if (order.poVersion === content.poVersion && !input.isChange)
      throw new HubError(
        'conflict',
        `Order ${content.poNumber} was placed before with other content. Send a change as type="update", or with a new orderVersion.`,
      )
    return { order: await changeOrder(db, order, input, stamp), repeated: false }
  }
  const id = stamp.newId()
  const weighed = await weigh(db, id, input, stamp)
  const { lines, differences, holds, sessionId } = weighed
  // A blanket order delivers nothing by itself: its releases go to the ERP.
  const state = content.kind === 'blanket' ? 'accepted' : holds.length > 0 ? 'held' : 'received'
  await insertOrder(
    db,
    {
      ...input,
      // A buyer's system sends orders of its own too, from no punchout.
      channel: input.channel === 'punchout' && sessionId === null ? 'edi' : input.channel,
      membershipId: input.membershipId ?? null,
      placedBy: input.placedBy ?? null,
      requisitionId: input.requisitionId ?? null,
      id,
      sessionId,
      state,
      holds: content.kind === 'blanket' ? [] : holds,
      onceKey: onceKeyOf(id),
      contentHash,
    },
    stamp.at,
  )
  await replaceLines(db, id, lines)
  if (input.partnerId) await replaceDifferences(db, id, input.partnerId, differences, stamp.at)
  await insertEvents(
    db,
    [
      {
        orderId: id,
        kind: 'received',
        documentId: input.documentId,
        detail: { lines: lines.length, notes: weighed.notes },
      },
      ...(state === 'held' ? [{ orderId: id, kind: 'held' as const, detail: { holds } }] : []),
    ],
    stamp,
  )
  if (state === 'received' && input.connectionId)
    await enqueue(db, 'push-order', { orderId: id }, { queue: erpQueue(input.connectionId) })
  // Nobody else will speak of it: the ERP never has it.
  if (content.kind === 'blanket') await enqueue(db, 'send-confirmation', { orderId: id })
  await announce(db, [{ sellerId: input.sellerId, type: 'order.created', data: { orderId: id, state } }], stamp)
  const order = await findOrderById(db, id)
  if (!order) throw new Error(`order ${id} vanished while being placed`)
  return { order, repeated: false }
}

/** Versions are counted by most buyers' systems; of others nobody knows which is older. */
function isOlder(version: string | null, than: string | null): boolean {
  const counted = (v: string | null): v is string => v !== null && /^\d{1,9}$/.test(v)
  return counted(version) && counted(than) && Number(version) < Number(than)
}

async function repeat(db: Db, order: Order, documentId: string | null, stamp: Stamp): Promise<Placed> {
  await insertEvents(db, [{ orderId: order.id, kind: 'repeated', documentId }], stamp)
  return { order, repeated: true }
}
