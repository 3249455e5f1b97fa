// Carts that were not ordered in time free what they reserved; budgets' new periods open, with what was left of the last.
import { openDuePeriods } from '../src/budgets/open-periods.ts'
import { expireReservations } from '../src/budgets/settle-budget.ts'
import { stampOf } from '../src/database/stamp.ts'
import { brief, type Job } from './job.ts'

const BATCH = 500

export const keepBudgets: Job<'keep-budgets'> = {
  name: 'keep-budgets',
  ...brief,
  async run(hub, _payload, { signal, progress }) {
    const done = { freed: 0, opened: 0 }
    for (const [what, step] of [
      ['freed', expireReservations],
      ['opened', openDuePeriods],
    ] as const)
      for (let count = BATCH; count === BATCH; done[what] += count) {
        signal.throwIfAborted()
        count = await hub.db.transaction((trx) => step(trx, BATCH, stampOf(hub)))
      }
    await progress(done)
  },
}
