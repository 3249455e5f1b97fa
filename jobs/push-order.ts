// House order -> ERP order, exactly one. The right to push is leased; an outcome nobody knows is waited out, and the connector looks
// for our reference before it creates anything.
import type { ErpOrderReceipt } from '../connectors/connector.ts'
import { ErpError } from '../connectors/erp-error.ts'
import { stampOf } from '../src/database/stamp.ts'
import { callErp } from '../src/erp/call-erp.ts'
import type { Hub } from '../src/hub.ts'
import { findOrderById, lockOrder } from '../src/orders/order-store.ts'
import { endLease, leasePush, recordReceipt, recordRefusal } from '../src/orders/record-push.ts'
import { draftOf } from './draft-of.ts'
import { type Job, patient } from './job.ts'

export const pushOrder: Job<'push-order'> = {
  name: 'push-order',
  ...patient,
  async run(hub, { orderId }, { signal }) {
    const lease = await leasePush(hub.db, orderId, stampOf(hub))
    if (!lease) return
    if ('wait' in lease)
      throw new ErpError('throttled', 'Another worker may have just pushed this order: its outcome is waited for.', {
        retryAfter: lease.wait,
      })
    const order = await findOrderById(hub.db, orderId)
    if (!order?.onceKey || !order.connectionId) throw new Error(`order ${orderId} is not one to push`)
    const { onceKey, revision, connectionId } = order
    const draft = await draftOf(hub, order)
    let receipt: ErpOrderReceipt
    try {
      receipt = await callErp(hub, connectionId, async ({ erp, definition }) => {
        if (!erp.pushOrder) throw new ErpError('refused', `${definition.title} takes no orders through this connector.`)
        return erp.pushOrder(draft, onceKey, signal)
      })
    } catch (error) {
      await afterFailure(hub, orderId, error)
      throw error
    }
    await hub.db.transaction(async (trx) => {
      const locked = await lockOrder(trx, orderId)
      if (locked) await recordReceipt(trx, locked, receipt, revision, stampOf(hub))
    })
  },
}

/** A no is a no; where nobody was asked the next may ask at once; anything else may be a yes we didn't hear. */
async function afterFailure(hub: Hub, orderId: string, error: unknown): Promise<void> {
  if (!(error instanceof ErpError)) return
  if (error.kind === 'throttled' || error.kind === 'unauthorised') await endLease(hub.db, orderId)
  if (error.kind !== 'refused') return
  await hub.db.transaction(async (trx) => {
    const order = await lockOrder(trx, orderId)
    if (order) await recordRefusal(trx, order, error.message, stampOf(hub))
  })
}
