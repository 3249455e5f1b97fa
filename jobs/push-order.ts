// House order -> ERP order, exactly one. An outcome nobody knows is waited out, and the connector looks for our reference before it
// creates anything.
import type { ErpOrderReceipt } from '../connectors/connector.ts'
import { ErpError } from '../connectors/erp-error.ts'
import { stampOf } from '../src/database/stamp.ts'
import { callErp } from '../src/erp/call-erp.ts'
import type { Hub } from '../src/hub.ts'
import { endLease, type Lease } from '../src/orders/lease-order.ts'
import { lockOrder } from '../src/orders/order-store.ts'
import { recordNotPushed, recordReceipt, recordRefusal } from '../src/orders/record-push.ts'
import { draftOf } from './draft-of.ts'
import { type Job, patient } from './job.ts'
import { leaseFor, whileLeased } from './order-lease.ts'

export const pushOrder: Job<'push-order'> = {
  name: 'push-order',
  ...patient,
  async run(hub, { orderId }, { signal }) {
    const lease = await leaseFor(hub, orderId, (o) => o.state === 'received' && o.erpId === null)
    if (!lease) return
    const { onceKey, revision, connectionId } = lease.order
    let asked = false
    let receipt: ErpOrderReceipt
    try {
      if (!onceKey || !connectionId) throw new Error(`order ${orderId} is not one to push`)
      const draft = await draftOf(hub, lease.order)
      receipt = await callErp(hub, connectionId, async ({ erp, definition }) => {
        if (!erp.pushOrder) throw new ErpError('refused', `${definition.title} takes no orders through this connector.`)
        asked = true
        return erp.pushOrder(draft, onceKey, whileLeased(hub, signal))
      })
    } catch (error) {
      if (await afterFailure(hub, lease, asked, error)) throw error
      return
    }
    await hub.db.transaction(async (trx) => {
      const locked = await lockOrder(trx, orderId)
      if (locked) await recordReceipt(trx, locked, receipt, revision, stampOf(hub))
    })
  },
}

/**
 * A no is a no; where nobody was asked the next may ask at once; anything else may be a yes we didn't hear, and the call itself may still
 * be on its way: the lease is waited out. False = the failure is of no concern any more.
 */
async function afterFailure(hub: Hub, { order, doubtful }: Lease, asked: boolean, error: unknown): Promise<boolean> {
  const { kind, message } = error instanceof ErpError ? error : { kind: 'fault', message: '' }
  return hub.db.transaction(async (trx) => {
    const stamp = stampOf(hub)
    const locked = await lockOrder(trx, order.id)
    if (!locked) return false
    if (kind === 'refused') return recordRefusal(trx, locked, order.revision, message, stamp)
    if (!asked) await recordNotPushed(trx, locked, doubtful, stamp)
    else if (kind === 'throttled' || kind === 'unauthorised') await endLease(trx, order.id, true, stamp.at)
    return true
  })
}
