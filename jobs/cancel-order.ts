// A cancellation of an order the ERP has. Refused by the ERP it is a hold for a person.
import { ErpError } from '../connectors/erp-error.ts'
import { type Job, patient } from './job.ts'
import { leaseFor, tellErp } from './order-lease.ts'

export const cancelOrderJob: Job<'cancel-order'> = {
  name: 'cancel-order',
  ...patient,
  async run(hub, { orderId }, { signal }) {
    const lease = await leaseFor(
      hub,
      orderId,
      (o) => o.erpId !== null && o.connectionId !== null && o.cancelAsked && o.state !== 'cancelled',
    )
    if (!lease) return
    await tellErp(hub, lease.order, 'cancellation', signal, async ({ erp, definition }, ref, untilThen) => {
      if (!erp.cancelOrder) throw new ErpError('refused', `${definition.title}: an order it has is cancelled by hand.`)
      await erp.cancelOrder(ref, lease.order.endReason ?? 'The order was cancelled.', untilThen)
    })
  },
}
