// The only door to BullMQ's workers. BullMQ says whose turn it is; job_runs says what a job is and became. Delivery is at least
// once: a run that is done or dead is never run again, one whose worker died in the middle is.
import { hostname } from 'node:os'
import { UnrecoverableError } from 'bullmq'
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Hub } from '../src/hub.ts'
import type { QueueBackend } from '../src/queue/backend.ts'
import { failureOf, inWords } from './failure.ts'
import type { Job } from './job.ts'
import { jobs as allJobs } from './registry.ts'

export interface WorkerSettings {
  queues: string[]
  /** Jobs at once per queue. */
  concurrency?: number
  /** By name; default: the registry. */
  jobs?: Record<string, Job<never>>
  /** Another worker takes over a job whose worker was not heard of for so long, ms. */
  takeOverAfter?: number
}

export interface Workers {
  /** Whether to take no jobs for the time being; those in hand go on. */
  rest(on: boolean): void
  /** Takes no more jobs and waits for those in hand; at the deadline (ms) they are told to stop and go to other workers. */
  close(deadline?: number): Promise<void>
}

const TAKE_OVER_AFTER_MS = 30_000
const CLOSE_DEADLINE_MS = 20_000
/** For jobs that were told to stop. */
const LAST_WORDS_MS = 3_000
/** Throttled and interrupted starts don't count as attempts, yet must not go on for ever. */
const MOST_STARTS = 1_000

/** Tells BullMQ when to try again. */
class TryAgain extends Error {
  readonly delay: number
  constructor(message: string, delay: number) {
    super(message)
    this.delay = delay
  }
}

interface Started {
  id: string
  job: string
  queue: string
  payload: never
  attempts: number
  created_at: Date
}

/** Starts one worker per queue. Resolves when all are listening. */
export async function startWorkers(hub: Hub, backend: QueueBackend, settings: WorkerSettings): Promise<Workers> {
  const { queues, concurrency = 10, takeOverAfter = TAKE_OVER_AFTER_MS } = settings
  const jobs = settings.jobs ?? (allJobs as unknown as Record<string, Job<never>>)
  const name = `${hostname()}:${process.pid}`
  const stopping = new AbortController()
  const count = counters(hub.metrics)
  const inHand = new Set<string>()

  const workers = queues.map((queue) =>
    backend.worker(
      queue,
      async (queued, _token, lost) => {
        const id = queued.id as string
        inHand.add(id)
        try {
          const run = await recordStart(hub, id, name)
          if (run) await attempt(hub, run, jobs[run.job], lost, stopping.signal, queued.attemptsStarted, count)
        } finally {
          inHand.delete(id)
        }
      },
      {
        name,
        concurrency,
        lockDuration: takeOverAfter,
        stalledInterval: takeOverAfter,
        // A job that kills its workers is given up by recordStart, which sees it in job_runs.
        maxStalledCount: MOST_STARTS,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
        settings: { backoffStrategy: (_made, _type, error) => (error instanceof TryAgain ? error.delay : 5_000) },
      },
    ),
  )
  await Promise.all(workers.map((worker) => worker.waitUntilReady()))
  return {
    rest(on) {
      for (const worker of workers) if (on !== worker.isPaused()) void (on ? worker.pause(true) : worker.resume())
    },
    async close(deadline = CLOSE_DEADLINE_MS) {
      const closed = Promise.all(workers.map((worker) => worker.close()))
      if (await within(closed, deadline)) return
      hub.log.warn({ jobs: [...inHand] }, 'Closing the worker: telling the jobs in hand to stop')
      stopping.abort(new Error('the worker is closing'))
      if (await within(closed, LAST_WORDS_MS)) return
      hub.log.warn({ jobs: [...inHand] }, 'These jobs did not stop; another worker will take them over')
    },
  }
}

/** One attempt at a job, and the record of how it went. Throws what makes BullMQ do the right thing next. */
async function attempt(
  hub: Hub,
  run: Started,
  job: Job<never> | undefined,
  lost: AbortSignal | undefined,
  closing: AbortSignal,
  starts: number,
  count: ReturnType<typeof counters>,
): Promise<void> {
  const limits = job ?? { attempts: 10, backoff: { first: 5_000, most: 600_000 } }
  const labels = { job: run.job, queue: run.queue }
  // Counted at the start, so it is more than allowed only when workers died of it.
  if (run.attempts > limits.attempts) {
    const words = `the worker died in each of ${limits.attempts} attempts`
    await job?.died?.(hub, run.payload, { kind: 'crashed', words })
    await recordEnd(hub, run.id, 'dead', { kind: 'crashed', words })
    count.ended.inc({ ...labels, outcome: 'dead' })
    throw new UnrecoverableError(words)
  }
  const signal = lost ? AbortSignal.any([lost, closing]) : closing
  const stopClock = count.seconds.startTimer({ job: run.job })
  try {
    if (!job) throw new Error(`this version of the hub knows no job ${run.job}`)
    await job.run(hub, run.payload, {
      id: run.id,
      attempt: run.attempts,
      signal,
      progress: async (value) => {
        await hub
          .db('job_runs')
          .where({ id: run.id })
          .update({ progress: JSON.stringify(value ?? null) })
      },
    })
  } catch (error) {
    const failure = failureOf(error)
    const words = inWords(error)
    const { kind, retry } = failure
    const interrupted = closing.aborted
    const free = interrupted || typeof retry === 'object'
    if (!interrupted && (retry === 'never' || (free ? starts >= MOST_STARTS : run.attempts >= limits.attempts))) {
      await job?.died?.(hub, run.payload, { kind, words })
      await recordEnd(hub, run.id, 'dead', { kind, words })
      count.ended.inc({ ...labels, outcome: 'dead' })
      hub.log.error({ ...labels, run: run.id, kind, err: error }, 'A job failed for good')
      throw new UnrecoverableError(words)
    }
    const delay = interrupted
      ? 0
      : typeof retry === 'object'
        ? retry.after * 1000
        : backoff(limits.backoff, run.attempts)
    await recordRetry(hub, run.id, { kind: interrupted ? 'interrupted' : kind, words, delay, free })
    count.ended.inc({ ...labels, outcome: free ? 'postponed' : 'retried' })
    hub.log.warn(
      { ...labels, run: run.id, kind, attempt: run.attempts, delay, err: error },
      'A job failed; it will be tried again',
    )
    throw new TryAgain(words, delay)
  } finally {
    stopClock()
  }
  await recordEnd(hub, run.id, 'done')
  count.ended.inc({ ...labels, outcome: 'done' })
}

/** Undefined = nothing to do: done or dead already, or forgotten. */
async function recordStart(hub: Hub, id: string, worker: string): Promise<Started | undefined> {
  const { rows } = await hub.db.raw(
    `UPDATE job_runs SET state = 'active', attempts = attempts + 1, worker = ?, started_at = coalesce(started_at, now()), updated_at = now()
     WHERE id = ? AND state NOT IN ('done', 'dead', 'discarded') RETURNING id, job, queue, payload, attempts, created_at`,
    [worker, id],
  )
  return rows[0]
}

async function recordRetry(
  hub: Hub,
  id: string,
  to: { kind: string; words: string; delay: number; free: boolean },
): Promise<void> {
  await hub.db.raw(
    `UPDATE job_runs SET state = 'retrying', error_kind = ?, error = ?, attempts = attempts - ?, run_at = now() + ? * interval '1 ms', updated_at = now()
     WHERE id = ? AND state = 'active'`,
    [to.kind, to.words, to.free ? 1 : 0, to.delay, id],
  )
}

async function recordEnd(
  hub: Hub,
  id: string,
  state: 'done' | 'dead',
  failure?: { kind: string; words: string },
): Promise<void> {
  await hub
    .db('job_runs')
    .where({ id })
    .update({
      state,
      finished_at: hub.db.raw('now()'),
      updated_at: hub.db.raw('now()'),
      ...(failure ? { error_kind: failure.kind, error: failure.words } : {}),
    })
}

/** Doubled each time; jitter, lest all that failed together come back together. */
function backoff({ first, most }: Job['backoff'], attempts: number): number {
  const full = Math.min(most, first * 2 ** (attempts - 1))
  return Math.round(full * (1 - Math.random() / 2))
}

async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), ms)
  })
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer))
}

function counters(metrics: Registry) {
  const ended =
    (metrics.getSingleMetric('hub_job_attempts_total') as Counter | undefined) ??
    new Counter({
      name: 'hub_job_attempts_total',
      help: 'Attempts at jobs by how they ended: done, retried, postponed (throttled or interrupted), dead',
      labelNames: ['job', 'queue', 'outcome'],
      registers: [metrics],
    })
  const seconds =
    (metrics.getSingleMetric('hub_job_seconds') as Histogram | undefined) ??
    new Histogram({
      name: 'hub_job_seconds',
      help: 'How long an attempt at a job took',
      labelNames: ['job'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300],
      registers: [metrics],
    })
  return { ended, seconds }
}
