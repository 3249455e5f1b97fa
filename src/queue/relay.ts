// Hands outbox rows to BullMQ. Several relays share the work (SKIP LOCKED). The run's id is BullMQ's job id, so a crash between
// handing over and deleting the row adds the same job again, which BullMQ ignores, or which jobs/run.ts sees is done.
import type { BulkJobOptions } from 'bullmq'
import type { Knex } from 'knex'
import type { Registry } from 'prom-client'
import { Gauge } from 'prom-client'
import type { Db } from '../database/database.ts'
import { listen } from '../database/listen.ts'
import type { Hub } from '../hub.ts'
import type { QueueBackend } from './backend.ts'

export interface RelayOptions {
  databaseUrl: string
  /** Between two looks when nothing is heard, ms. */
  pollEvery?: number
  /** A run not heard of for so long is handed over again, ms: Redis may have lost it. */
  lostAfter?: number
}

const BATCH = 500
const POLL_EVERY_MS = 2000
const LOST_AFTER_MS = 120_000

/** BullMQ keeps no record of its own: job_runs does. Whether to try again is decided in jobs/run.ts, so no limit here. */
const HANDED_OVER: BulkJobOptions = {
  attempts: 1_000_000,
  backoff: { type: 'hub' },
  removeOnComplete: true,
  removeOnFail: true,
}

interface Waiting {
  id: string
  job: string
  queue: string
  delay: number
}

/** Starts relaying in the background; `close` ends after the batch in hand. */
export function startRelay(hub: Hub, backend: QueueBackend, options: RelayOptions): { close(): Promise<void> } {
  const { databaseUrl, pollEvery = POLL_EVERY_MS, lostAfter = LOST_AFTER_MS } = options
  let closed = false
  let again = false
  let running: Promise<void> | undefined
  let looks = 0

  const work = async () => {
    try {
      do {
        again = false
        while (!closed && (await relayBatch(hub.db, backend)) === BATCH);
      } while (again && !closed)
      if (!closed && looks++ % Math.ceil(lostAfter / pollEvery / 2) === 0) await relayLost(hub.db, backend, lostAfter)
    } catch (error) {
      hub.log.warn({ err: error }, 'The relay could not hand over jobs; it will try again')
    }
  }
  const wake = () => {
    again = true
    if (closed || running) return
    running = work().finally(() => {
      running = undefined
      if (again && !closed) setTimeout(wake, pollEvery)
    })
  }
  const timer = setInterval(wake, pollEvery)
  const ear = listen(databaseUrl, 'hub_outbox', wake, (error) =>
    hub.log.warn({ err: error }, 'The relay lost its listener'),
  )
  countWaiting(hub)
  return {
    async close() {
      closed = true
      clearInterval(timer)
      await ear.close()
      await running
    },
  }
}

/** One batch, oldest first. Returns how many were handed over. */
export async function relayBatch(db: Db, backend: QueueBackend): Promise<number> {
  return db.transaction(async (trx) => {
    const { rows }: { rows: (Waiting & { position: string })[] } = await trx.raw(
      `SELECT o.position, r.id, r.job, r.queue, greatest(0, extract(epoch FROM r.run_at - now()) * 1000)::bigint AS delay
       FROM outbox o JOIN job_runs r ON r.id = o.id
       ORDER BY o.position LIMIT ? FOR UPDATE OF o SKIP LOCKED`,
      [BATCH],
    )
    await handOver(backend, rows)
    if (rows.length > 0)
      await trx('outbox')
        .whereIn(
          'position',
          rows.map((row) => row.position),
        )
        .delete()
    return rows.length
  })
}

/** Runs that ought to be moving and aren't: BullMQ ignores those it knows. */
async function relayLost(db: Db, backend: QueueBackend, lostAfter: number): Promise<void> {
  const { rows }: { rows: Waiting[] } = await db.raw(
    `UPDATE job_runs SET updated_at = now() WHERE id IN (
       SELECT id FROM job_runs r
       WHERE state IN ('waiting', 'active', 'retrying') AND updated_at < now() - ? * interval '1 ms'
         AND coalesce(run_at, created_at) < now() - ? * interval '1 ms' AND NOT EXISTS (SELECT FROM outbox o WHERE o.id = r.id)
       ORDER BY updated_at LIMIT ? FOR UPDATE SKIP LOCKED)
     RETURNING id, job, queue, 0 AS delay`,
    [lostAfter, lostAfter, BATCH],
  )
  await handOver(backend, rows)
}

async function handOver(backend: QueueBackend, rows: Waiting[]): Promise<void> {
  const byQueue = new Map<string, Waiting[]>()
  for (const row of rows) byQueue.set(row.queue, [...(byQueue.get(row.queue) ?? []), row])
  for (const [name, waiting] of byQueue)
    await backend.queue(name).addBulk(
      waiting.map(({ id, job, delay }) => ({
        name: job,
        data: {},
        opts: { ...HANDED_OVER, jobId: id, delay: Number(delay ?? 0) },
      })),
    )
}

/** Gauges read from the database when Prometheus asks. */
function countWaiting({ db, metrics }: { db: Db; metrics: Registry }): void {
  if (metrics.getSingleMetric('hub_outbox_waiting')) return
  new Gauge({
    name: 'hub_outbox_waiting',
    help: 'Jobs asked for and not yet handed to the queue',
    registers: [metrics],
    async collect() {
      this.set(await countRows(db, 'outbox'))
    },
  })
  new Gauge({
    name: 'hub_jobs_dead',
    help: 'Jobs that failed for good and wait for a person',
    registers: [metrics],
    async collect() {
      this.set(await countRows(db, 'job_runs', { state: 'dead', replayed_by: null }))
    },
  })
}

async function countRows(db: Db, table: string, where: Record<string, string | null> = {}): Promise<number> {
  const row = await (db as Knex)(table).where(where).count({ rows: '*' }).first()
  return Number(row?.rows ?? 0)
}
