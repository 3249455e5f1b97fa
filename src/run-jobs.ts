// Everything a process that takes jobs runs: relay, workers, schedules. The hub runs it inside itself unless HUB_WORKER=off.
import { startWorkers } from '../jobs/run.ts'
import { startSchedules } from '../jobs/schedule.ts'
import type { Assembled } from './assemble.ts'
import { jobQueues } from './queue/job-payloads.ts'
import { startRelay } from './queue/relay.ts'

/** The queues every hub has. */
export const queueNames = [...new Set(Object.values(jobQueues)), 'partners'] as const

/** Closes in the order that loses nothing: no new schedules, then the jobs in hand, then the relay. */
export async function runJobs({ hub, queues, databaseUrl }: Assembled): Promise<{ close(): Promise<void> }> {
  const relay = startRelay(hub, queues, { databaseUrl })
  const workers = await startWorkers(hub, queues, { queues: [...queueNames] })
  const schedules = startSchedules(hub)
  return {
    async close() {
      await schedules.close()
      await workers.close()
      await relay.close()
    },
  }
}
