// Dead jobs of a seller once more, all that fit a filter, oldest first. Each leaves the dead as it is replayed, so a second attempt
// goes on where the first broke off.
import { countDead, lockDeadIds } from '../src/queue/job-run.ts'
import { replayJob } from '../src/queue/replay-job.ts'
import { brief, type Job } from './job.ts'

const BATCH = 100

export const replayJobs: Job<'replay-jobs'> = {
  name: 'replay-jobs',
  ...brief,
  async run(hub, filter, { signal, progress }) {
    const total = await countDead(hub.db, filter)
    let replayed = 0
    for (;;) {
      signal.throwIfAborted()
      const count = await hub.db.transaction(async (trx) => {
        const ids = await lockDeadIds(trx, filter, BATCH)
        for (const id of ids) await replayJob(trx, id, filter.sellerId)
        return ids.length
      })
      if (count === 0) break
      replayed += count
      await progress({ done: replayed, total: Math.max(total, replayed) })
    }
    await progress({ done: replayed, total: replayed })
  },
}
