// The buyer changes an order: before the ERP has it, the order is simply another; afterwards the ERP is asked.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { erpQueue } from '../erp/erp-connection.ts'
import { HubError } from '../errors.ts'
import { enqueue } from '../queue/outbox.ts'
import { announce } from '../storefronts/announce.ts'
import { keepsChange, type Order, type OrderState } from './order.ts'
import {
  findOrderById,
  insertEvents,
  listLines,
  replaceDifferences,
  replaceLines,
  updateContent,
} from './order-store.ts'
import { hashOf, type PlaceOrder, weigh } from './weigh-order.ts'

/** `order` is locked. Throws HubError wrong_state when it is over: shipped, closed, rejected, cancelled or being cancelled. */
export async function changeOrder(db: Db, order: Order, input: PlaceOrder, stamp: Stamp): Promise<Order> {
  const { content, documentId } = input
  if (['shipped', 'closed', 'rejected', 'cancelled'].includes(order.state))
    throw new HubError('wrong_state', `Order ${content.poNumber} is ${order.state} and can no longer be changed.`)
  if (order.cancelAsked)
    throw new HubError('wrong_state', `Order ${content.poNumber} is being cancelled and can no longer be changed.`)
  const { lines, differences, holds, sessionId } = await weigh(db, order.id, input, stamp)
  const before = await listLines(db, order.id)
  const inErp = order.erpId !== null
  const state: OrderState = inErp || content.kind === 'blanket' ? order.state : holds.length > 0 ? 'held' : 'received'
  // What the ERP has stays in force there until a person lets the change go on; what it refused before stays in sight.
  const refused = inErp ? order.holds.filter((h) => h.reason === 'change-refused') : []
  const held = content.kind !== 'blanket' && keepsChange(holds)
  const change = { content, contentHash: hashOf(content), documentId, state, holds: [...refused, ...holds] }
  await updateContent(db, order.id, change, stamp.at)
  await replaceLines(db, order.id, lines)
  if (input.partnerId) await replaceDifferences(db, order.id, input.partnerId, differences, stamp.at)
  const detail = {
    version: content.poVersion,
    before: before.map(({ lineNumber, supplierPartId, quantity, unitPrice }) => ({
      lineNumber,
      supplierPartId,
      quantity,
      unitPrice,
    })),
    sessionId,
  }
  await insertEvents(
    db,
    [
      { orderId: order.id, kind: 'changed', detail, documentId },
      ...(held ? [{ orderId: order.id, kind: 'held' as const, detail: { holds } }] : []),
    ],
    stamp,
  )
  const queue = order.connectionId ? { queue: erpQueue(order.connectionId) } : {}
  if (inErp && !held) await enqueue(db, 'change-order', { orderId: order.id, revision: order.revision + 1 }, queue)
  if (!inErp && state === 'received' && order.connectionId)
    await enqueue(db, 'push-order', { orderId: order.id }, queue)
  await announce(db, [{ sellerId: order.sellerId, type: 'order.updated', data: { orderId: order.id, state } }], stamp)
  const changed = await findOrderById(db, order.id)
  if (!changed) throw new Error(`order ${order.id} vanished while being changed`)
  return changed
}
