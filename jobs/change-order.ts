// A change the buyer made after the ERP had the order. What the ERP won't change is a hold for a person, not a lost change.
import { ErpError } from '../connectors/erp-error.ts'
import { keepsChange } from '../src/orders/order.ts'
import { draftOf } from './draft-of.ts'
import { type Job, patient } from './job.ts'
import { leaseFor, tellErp } from './order-lease.ts'

export const changeOrderJob: Job<'change-order'> = {
  name: 'change-order',
  ...patient,
  async run(hub, { orderId, revision }, { signal }) {
    // A later change brings the whole order along; one that is held waits for a person (settle-hold.ts).
    const lease = await leaseFor(
      hub,
      orderId,
      (o) =>
        o.erpId !== null &&
        o.connectionId !== null &&
        o.revision <= revision &&
        o.state !== 'cancelled' &&
        !keepsChange(o.holds),
    )
    if (!lease) return
    await tellErp(hub, lease.order, 'change', signal, async ({ erp, definition }, ref, untilThen) => {
      if (!erp.changeOrder) throw new ErpError('refused', `${definition.title}: an order it has is changed by hand.`)
      await erp.changeOrder(ref, await draftOf(hub, lease.order), untilThen)
    })
  },
}
