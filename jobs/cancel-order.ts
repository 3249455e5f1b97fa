// A cancellation of an order the ERP has. Refused by the ERP it is a hold for a person.
import { ErpError } from '../connectors/erp-error.ts'
import { stampOf } from '../src/database/stamp.ts'
import { callErp } from '../src/erp/call-erp.ts'
import { findOrderById, lockOrder } from '../src/orders/order-store.ts'
import { recordChangePushed, recordChangeRefused } from '../src/orders/record-change.ts'
import { type Job, patient } from './job.ts'

export const cancelOrderJob: Job<'cancel-order'> = {
  name: 'cancel-order',
  ...patient,
  async run(hub, { orderId }, { signal }) {
    const order = await findOrderById(hub.db, orderId)
    if (!order?.erpId || !order.connectionId || !order.cancelAsked || order.state === 'cancelled') return
    const { erpId, erpNumber, connectionId } = order
    try {
      await callErp(hub, connectionId, async ({ erp, definition }) => {
        if (!erp.cancelOrder)
          throw new ErpError('refused', `${definition.title}: an order it has is cancelled by hand.`)
        await erp.cancelOrder({ erpId, number: erpNumber }, 'Cancelled by the buyer', signal)
      })
    } catch (error) {
      if (!(error instanceof ErpError) || error.kind !== 'refused') throw error
      await hub.db.transaction(async (trx) => {
        const locked = await lockOrder(trx, orderId)
        if (locked) await recordChangeRefused(trx, locked, 'cancellation', error.message, stampOf(hub))
      })
      return
    }
    await hub.db.transaction(async (trx) => {
      const locked = await lockOrder(trx, orderId)
      if (locked) await recordChangePushed(trx, locked, 'cancellation', stampOf(hub))
    })
  },
}
