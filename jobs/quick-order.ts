// A long list goes into a cart, a batch per transaction, with its progress.
import { stampOf } from '../src/database/stamp.ts'
import { fillFromQuickOrder, offersForQuickOrder } from '../src/requisitions/quick-order.ts'
import { brief, type Job } from './job.ts'

const BATCH = 500

export const quickOrderJob: Job<'quick-order'> = {
  name: 'quick-order',
  ...brief,
  async run(hub, { quickOrderId }, { signal, progress }) {
    for (;;) {
      signal.throwIfAborted()
      const offers = await offersForQuickOrder(hub, quickOrderId, BATCH)
      const order = await hub.db.transaction((trx) =>
        fillFromQuickOrder(trx, quickOrderId, BATCH, offers, stampOf(hub)),
      )
      if (order) await progress({ done: order.done, total: order.total, errors: order.errors.length })
      if (!order || order.finishedAt) return
    }
  },
}
