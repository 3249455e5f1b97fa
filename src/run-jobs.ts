// Everything a process that takes jobs runs: relay, workers, schedules. The hub runs it inside itself unless HUB_WORKER=off.
import { startWorkers, type Workers } from '../jobs/run.ts'
import { startSchedules } from '../jobs/schedule.ts'
import type { Assembled } from './assemble.ts'
import { erpQueue } from './erp/erp-connection.ts'
import { listActiveConnections } from './erp/erp-connection-store.ts'
import type { Hub } from './hub.ts'
import type { QueueBackend } from './queue/backend.ts'
import { jobQueues } from './queue/job-payloads.ts'
import { startRelay } from './queue/relay.ts'

/** The queues every hub has. */
export const queueNames = [...new Set(Object.values(jobQueues)), 'partners'] as const

/** How often new, paused and removed ERP connections are looked for. */
const LOOK_EVERY_MS = 5_000

/** Closes in the order that loses nothing: no new schedules, then the jobs in hand, then the relay. */
export async function runJobs({ hub, queues, databaseUrl }: Assembled): Promise<{ close(): Promise<void> }> {
  const takeOverAfter = hub.config.takeOverSeconds * 1000
  const relay = startRelay(hub, queues, { databaseUrl, lostAfter: 3 * takeOverAfter })
  const workers = await startWorkers(hub, queues, { queues: [...queueNames], takeOverAfter })
  const erpWorkers = await startErpWorkers(hub, queues)
  const schedules = startSchedules(hub)
  return {
    async close() {
      await schedules.close()
      await Promise.all([workers.close(), erpWorkers.close()])
      await relay.close()
    },
  }
}

/** One worker per active ERP connection, as they come and go. */
async function startErpWorkers(hub: Hub, queues: QueueBackend): Promise<{ close(): Promise<void> }> {
  const running = new Map<string, { concurrency: number; workers: Workers }>()
  let closed = false
  const look = async () => {
    const active = await listActiveConnections(hub.db)
    for (const [id, { workers, concurrency }] of running) {
      if (active.some((c) => c.id === id && c.settings.concurrency === concurrency)) continue
      running.delete(id)
      await workers.close()
    }
    for (const { id, settings, closedUntil } of active) {
      // Thousands of orders that wait for a sick ERP are not taken up only to be put back.
      const rests = closedUntil !== null && closedUntil.getTime() > hub.now().getTime() + LOOK_EVERY_MS
      running.get(id)?.workers.rest(rests)
      if (closed || running.has(id)) continue
      const { concurrency } = settings
      const takeOverAfter = hub.config.takeOverSeconds * 1000
      running.set(id, {
        concurrency,
        workers: await startWorkers(hub, queues, { queues: [erpQueue(id)], concurrency, takeOverAfter }),
      })
    }
  }
  let looking: Promise<void> | undefined
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error) => hub.log.warn({ err: error }, 'Could not look for ERP connections; trying again'))
      .finally(() => {
        looking = undefined
      })
  }, LOOK_EVERY_MS)
  await look()
  return {
    async close() {
      closed = true
      clearInterval(timer)
      await looking
      await Promise.all([...running.values()].map(({ workers }) => workers.close()))
    },
  }
}
