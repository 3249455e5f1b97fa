// A change the buyer made after the ERP had the order. What the ERP won't change is a hold for a person, not a lost change.
import { ErpError } from '../connectors/erp-error.ts'
import { stampOf } from '../src/database/stamp.ts'
import { callErp } from '../src/erp/call-erp.ts'
import { findOrderById, lockOrder } from '../src/orders/order-store.ts'
import { recordChangePushed, recordChangeRefused } from '../src/orders/record-change.ts'
import { draftOf } from './draft-of.ts'
import { type Job, patient } from './job.ts'

export const changeOrderJob: Job<'change-order'> = {
  name: 'change-order',
  ...patient,
  async run(hub, { orderId, revision }, { signal }) {
    const order = await findOrderById(hub.db, orderId)
    // A later change brings the whole order along.
    if (!order?.erpId || !order.connectionId || order.revision > revision || order.state === 'cancelled') return
    const { erpId, erpNumber, connectionId } = order
    const draft = await draftOf(hub, order)
    try {
      await callErp(hub, connectionId, async ({ erp, definition }) => {
        if (!erp.changeOrder) throw new ErpError('refused', `${definition.title}: an order it has is changed by hand.`)
        return erp.changeOrder({ erpId, number: erpNumber }, draft, signal)
      })
    } catch (error) {
      if (!(error instanceof ErpError) || error.kind !== 'refused') throw error
      await hub.db.transaction(async (trx) => {
        const locked = await lockOrder(trx, orderId)
        if (locked) await recordChangeRefused(trx, locked, 'change', error.message, stampOf(hub))
      })
      return
    }
    await hub.db.transaction(async (trx) => {
      const locked = await lockOrder(trx, orderId)
      if (locked) await recordChangePushed(trx, locked, 'change', stampOf(hub))
    })
  },
}
