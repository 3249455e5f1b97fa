// The record of jobs, forgotten in time: done ones soon, dead ones when nobody will replay them any more.
import { purgeJobRuns } from '../src/queue/job-run.ts'
import { brief, type Job } from './job.ts'

const DAY_MS = 86_400_000
const KEPT_MS = { done: 14 * DAY_MS, dead: 180 * DAY_MS }
const BATCH = 1000

export const purgeJobRunsJob: Job<'purge-job-runs'> = {
  name: 'purge-job-runs',
  ...brief,
  async run(hub, _payload, { signal, progress }) {
    const now = hub.now().getTime()
    const before = { done: new Date(now - KEPT_MS.done), dead: new Date(now - KEPT_MS.dead) }
    let purged = 0
    for (;;) {
      signal.throwIfAborted()
      const count = await purgeJobRuns(hub.db, before, BATCH)
      purged += count
      if (count < BATCH) break
    }
    await progress({ purged })
  },
}
