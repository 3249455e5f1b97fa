// Quotes that nobody answered or accepted in time end as expired.
import { stampOf } from '../src/database/stamp.ts'
import { expireQuotes } from '../src/quotes/decide-quote.ts'
import { brief, type Job } from './job.ts'

const BATCH = 200

export const expireQuotesJob: Job<'expire-quotes'> = {
  name: 'expire-quotes',
  ...brief,
  async run(hub, _payload, { signal, progress }) {
    let expired = 0
    for (;;) {
      signal.throwIfAborted()
      const count = await hub.db.transaction((trx) => expireQuotes(trx, BATCH, stampOf(hub)))
      expired += count
      if (count < BATCH) break
    }
    await progress({ expired })
  },
}
