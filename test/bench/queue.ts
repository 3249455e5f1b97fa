// The hand-over from the outbox to BullMQ and the work behind it, on both carriers: jobs asked for in a transaction, relayed, run and
// recorded, against bare BullMQ with the same jobs and nothing kept.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { v7 } from 'uuid'
import { startWorkers } from '../../jobs/run.ts'
import { makeDatabase, migrate } from '../../src/database/database.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded.ts'
import type { Hub } from '../../src/hub.ts'
import { makeLog } from '../../src/log.ts'
import { migrateQueue, openQueueBackend } from '../../src/queue/backend.ts'
import { enqueueAll } from '../../src/queue/outbox.ts'
import { relayBatch } from '../../src/queue/relay.ts'
import { startTestRedis } from '../support/redis.ts'

export interface QueueRow {
  carrier: 'postgres' | 'redis'
  what: 'handed over' | 'run'
  hub: number
  bare: number
}

const JOBS = 5000
const BULK = 500

/** Jobs per second. Redis only where a redis-server is found. */
export async function benchQueue(): Promise<QueueRow[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, log: makeLog('silent') })
  const redis = await startTestRedis()
  try {
    await migrate(postgres.url)
    await migrateQueue(postgres.url)
    const rows = await onCarrier(postgres.url, undefined)
    return redis.url ? [...rows, ...(await onCarrier(postgres.url, redis.url))] : rows
  } finally {
    await redis.stop()
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function onCarrier(databaseUrl: string, redisUrl: string | undefined): Promise<QueueRow[]> {
  const log = pino({ level: 'silent' })
  const db = makeDatabase(databaseUrl, { poolSize: 20 })
  const hub = { db, log, metrics: new Registry(), now: () => new Date(), newId: v7 } as Pick<
    Hub,
    'db' | 'log' | 'metrics' | 'now' | 'newId'
  > as Hub
  const backend = openQueueBackend({ databaseUrl, redisUrl, prefix: `bench-${v7()}`, log })
  const carrier = backend.kind
  try {
    const bare = backend.queue('bare')
    const bareHanded = await seconds(async () => {
      for (let n = 0; n < JOBS; n += BULK)
        await bare.addBulk(
          Array.from({ length: BULK }, () => ({ name: 'x', data: {}, opts: { jobId: v7(), removeOnComplete: true } })),
        )
    })
    for (let n = 0; n < JOBS; n += BULK)
      await enqueueAll(
        db,
        'purge-job-runs',
        Array.from({ length: BULK }, () => ({})),
      )
    const handed = await seconds(async () => {
      while ((await relayBatch(db, backend)) > 0);
    })

    let done = 0
    const barely = backend.worker('bare', async () => void done++, { concurrency: 20 })
    const bareRun = await seconds(() => until(() => done >= JOBS))
    await barely.close()
    let ran = 0
    const job = { name: 'purge-job-runs', attempts: 1, backoff: { first: 1, most: 1 }, run: async () => void ran++ }
    const run = await seconds(async () => {
      const workers = await startWorkers(hub, backend, {
        queues: ['house'],
        concurrency: 20,
        jobs: { 'purge-job-runs': job as never },
      })
      await until(() => ran >= JOBS)
      await workers.close()
    })
    return [
      { carrier, what: 'handed over', hub: JOBS / handed, bare: JOBS / bareHanded },
      { carrier, what: 'run', hub: JOBS / run, bare: JOBS / bareRun },
    ]
  } finally {
    await backend.close()
    await db.destroy()
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await work()
  return (performance.now() - begun) / 1000
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((next) => setTimeout(next, 5))
}
