// The record of jobs, forgotten in time: done ones soon, dead ones when nobody will replay them any more; and the events that webhooks
// told of, which can be sent again for as long as a dead job can be replayed.
import { purgeJobRuns } from '../src/queue/job-run.ts'
import { purgeEvents } from '../src/storefronts/webhook-store.ts'
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
    const all = async (purge: () => Promise<number>) => {
      for (let purged = 0; ; ) {
        signal.throwIfAborted()
        const count = await purge()
        purged += count
        if (count < BATCH) return purged
      }
    }
    const purged = await all(() => purgeJobRuns(hub.db, before, BATCH))
    const purgedEvents = await all(() => purgeEvents(hub.db, before.dead, BATCH))
    await progress({ purged, purgedEvents })
  },
}
