// What the hub promises about jobs, held against each carrier: BullMQ on PostgreSQL and on Redis.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Job } from '../../jobs/job.ts'
import { startWorkers, type WorkerSettings, type Workers } from '../../jobs/run.ts'
import { startSchedules } from '../../jobs/schedule.ts'
import type { Db } from '../../src/database/database.ts'
import { HubError } from '../../src/errors.ts'
import type { Hub } from '../../src/hub.ts'
import { openQueueBackend, type QueueBackend } from '../../src/queue/backend.ts'
import type { JobName } from '../../src/queue/job-payloads.ts'
import { findJobRun, type JobRunState, listJobRuns, purgeJobRuns } from '../../src/queue/job-run.ts'
import { type EnqueueOptions, enqueue } from '../../src/queue/outbox.ts'
import { relayBatch, startRelay } from '../../src/queue/relay.ts'
import { replayJob } from '../../src/queue/replay-job.ts'
import { type Child, type Compiled, compileTree, startChild } from '../support/child.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { makeQueueHub, mark, marksTable, testJobs } from './queue-hub.ts'

const quick = { attempts: 3, backoff: { first: 50, most: 200 } }

export function queueSuite(redisUrl: string | undefined): void {
  const prefix = `hub-test-${randomBytes(4).toString('hex')}`
  let database: TestDatabase
  let compiled: Compiled
  let hub: Hub
  let backend: QueueBackend
  let closing: (() => Promise<unknown>)[] = []
  const children: Child[] = []

  beforeAll(async () => {
    database = await createTestDatabase()
    compiled = await compileTree()
    hub = makeQueueHub(database.url)
    await hub.db.raw(marksTable)
    backend = openQueueBackend({ databaseUrl: database.url, redisUrl, prefix, log: hub.log })
  })
  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill()
    for (const close of closing.reverse()) await close()
    closing = []
    await hub.db('marks').delete()
    await hub.db('outbox').delete()
    await hub.db('job_runs').delete()
    await hub.db('job_schedules').delete()
    await backend.queue('house').obliterate({ force: true })
  })
  afterAll(async () => {
    await backend.queue('house').obliterate({ force: true })
    await backend.close()
    await hub.db.destroy()
    await database.drop()
    await compiled.remove()
  })

  const ask = (name: string, payload: object = {}, options: EnqueueOptions = {}, db: Db = hub.db) =>
    enqueue(db, name as JobName, payload as never, { queue: 'house', ...options })
  function relay(options: { pollEvery?: number; lostAfter?: number } = {}): void {
    const relay = startRelay(hub, backend, { databaseUrl: database.url, pollEvery: 200, ...options })
    closing.push(() => relay.close())
  }
  async function work(jobs: Record<string, Job<never>>, settings: Partial<WorkerSettings> = {}): Promise<Workers> {
    const workers = await startWorkers(hub, backend, { queues: ['house'], jobs, takeOverAfter: 2000, ...settings })
    closing.push(() => workers.close(2000))
    return workers
  }
  function child(what: string): Child {
    const child = startChild(compiled, 'test/queue/queue-program.js', [what, database.url, redisUrl ?? '', prefix])
    children.push(child)
    return child
  }
  const job = (run: Job<never>['run'], limits: Partial<Pick<Job, 'attempts' | 'backoff'>> = {}): Job<never> => ({
    name: 'test' as never,
    ...quick,
    ...limits,
    run,
  })
  const marks = (run: string) => hub.db('marks').where({ run }).orderBy('at').pluck('note')
  const becomes = (run: string, state: JobRunState, timeout = 20_000) =>
    expect.poll(async () => (await findJobRun(hub.db, run))?.state, { timeout, interval: 25 }).toBe(state)

  it('does nothing for a job asked for in a transaction that was rolled back', async () => {
    relay()
    await work(testJobs)
    let lost = ''
    await hub.db
      .transaction(async (trx) => {
        lost = await ask('test-mark', {}, {}, trx)
        throw new Error('changed my mind')
      })
      .catch(() => undefined)
    const kept = await ask('test-mark')
    await becomes(kept, 'done')
    await sleep(300)
    expect(await marks(lost)).toEqual([])
    expect(await findJobRun(hub.db, lost)).toBeUndefined()
  })

  it('runs a committed job once, soon, with its payload, and records it', async () => {
    // So rarely that only NOTIFY can explain a quick start.
    relay({ pollEvery: 30_000 })
    await work({
      'test-echo': job(async (hub, payload, { id, attempt, progress }) => {
        await progress({ step: attempt })
        await mark(hub, id, JSON.stringify(payload))
      }),
    })
    await sleep(500)
    const run = await ask('test-echo', { orderId: '00123' })
    await becomes(run, 'done', 5000)
    expect(await marks(run)).toEqual(['{"orderId":"00123"}'])
    expect(await findJobRun(hub.db, run)).toMatchObject({
      job: 'test-echo',
      queue: 'house',
      payload: { orderId: '00123' },
      attempts: 1,
      progress: { step: 1 },
      error: null,
    })
    expect(await hub.db('outbox')).toEqual([])
    expect(await hub.metrics.metrics()).toMatch(
      /hub_job_attempts_total\{job="test-echo",queue="house",outcome="done"\} 1/,
    )
  })

  it('asked for twice under one id, runs once', async () => {
    relay()
    await work(testJobs)
    const id = hub.newId()
    expect([await ask('test-mark', {}, { id }), await ask('test-mark', {}, { id })]).toEqual([id, id])
    await becomes(id, 'done')
    expect(await ask('test-mark', {}, { id })).toBe(id)
    await sleep(300)
    expect(await marks(id)).toEqual(['ran'])
  })

  it('holds a job back until its time', async () => {
    relay()
    await work(testJobs)
    const run = await ask('test-mark', {}, { runAt: new Date(Date.now() + 1500) })
    await sleep(700)
    expect(await marks(run)).toEqual([])
    await becomes(run, 'done')
  })

  it('tries again with growing waits after a passing failure, then succeeds', async () => {
    relay()
    await work({
      'test-flaky': job(
        async (hub, _payload, { id, attempt }) => {
          await mark(hub, id, `attempt ${attempt}`)
          if (attempt < 3) throw Object.assign(new Error('no route to host'), { kind: 'unreachable' })
        },
        { backoff: { first: 300, most: 10_000 } },
      ),
    })
    const run = await ask('test-flaky')
    await becomes(run, 'retrying')
    expect(await findJobRun(hub.db, run)).toMatchObject({ errorKind: 'unreachable', error: 'no route to host' })
    await becomes(run, 'done')
    expect(await findJobRun(hub.db, run)).toMatchObject({ attempts: 3 })
    const times = (await hub.db('marks').where({ run }).orderBy('at').pluck('at')).map((at) => at.getTime())
    // Half to full of 300 and of 600 ms, and what the queue itself takes.
    expect(times[1] - times[0]).toBeGreaterThanOrEqual(145)
    expect(times[2] - times[1]).toBeGreaterThanOrEqual(295)
    expect(await marks(run)).toEqual(['attempt 1', 'attempt 2', 'attempt 3'])
  })

  it('waits as long as a throttling system asks, without using up attempts', async () => {
    relay()
    let refusals = 5
    await work({
      'test-throttled': job(async (hub, _payload, { id, attempt }) => {
        await mark(hub, id, `attempt ${attempt}`)
        if (refusals-- > 0) throw Object.assign(new Error('slow down'), { kind: 'throttled', retryAfter: 0.2 })
      }),
    })
    const run = await ask('test-throttled')
    await becomes(run, 'done')
    expect(await marks(run)).toEqual(Array.from({ length: 6 }, () => 'attempt 1'))
  })

  it('gives up at once on a refusal, keeps it visible with its words, and runs it again when replayed', async () => {
    relay()
    let refuse = true
    await work({
      'test-refused': job(async (hub, payload, { id }) => {
        if (refuse)
          throw new HubError('invalid_document', 'The buyer knows no such order.', { cause: new Error('status 404') })
        await mark(hub, id, JSON.stringify(payload))
      }),
    })
    const run = await ask('test-refused', { orderId: '7' })
    await becomes(run, 'dead')
    const [dead] = await listJobRuns(hub.db, { state: 'dead', limit: 10 })
    expect(dead).toMatchObject({
      id: run,
      attempts: 1,
      errorKind: 'invalid_document',
      error: 'The buyer knows no such order.: status 404',
      payload: { orderId: '7' },
    })
    expect(await hub.metrics.metrics()).toMatch(/hub_jobs_dead 1/)

    refuse = false
    const again = await hub.db.transaction((trx) => replayJob(trx, run))
    await becomes(again, 'done')
    expect(await marks(again)).toEqual(['{"orderId":"7"}'])
    expect((await findJobRun(hub.db, again))?.replayOf).toBe(run)
    expect((await findJobRun(hub.db, run))?.state).toBe('dead')
    await expect(replayJob(hub.db, again)).rejects.toThrow('Only a dead job can be replayed; this one is done.')
    await expect(replayJob(hub.db, hub.newId())).rejects.toThrow('There is no such job run.')
  })

  it('gives up when the attempts are used up', async () => {
    relay()
    await work({
      'test-broken': job(async (hub, _payload, { id, attempt }) => {
        await mark(hub, id, `attempt ${attempt}`)
        throw new TypeError('cannot read properties of undefined')
      }),
    })
    const run = await ask('test-broken')
    await becomes(run, 'dead')
    expect(await marks(run)).toEqual(['attempt 1', 'attempt 2', 'attempt 3'])
    expect(await findJobRun(hub.db, run)).toMatchObject({
      errorKind: 'fault',
      error: 'cannot read properties of undefined',
    })
  })

  it('takes a job over from a worker that was killed in the middle', async () => {
    relay()
    const victim = child('work')
    await victim.line('ready')
    const run = await ask('test-hang')
    await expect.poll(() => marks(run), { timeout: 10_000 }).toEqual(['began'])
    await victim.kill()
    await work({ 'test-hang': testJobs['test-mark'] })
    await becomes(run, 'done', 30_000)
    expect(await marks(run)).toEqual(['began', 'ran'])
    expect(await findJobRun(hub.db, run)).toMatchObject({ attempts: 2 })
  })

  it('gives up on a job that killed its worker in every attempt', async () => {
    relay()
    const run = await ask('test-mark')
    await hub.db('job_runs').where({ id: run }).update({ attempts: 3, state: 'active' })
    await work(testJobs)
    await becomes(run, 'dead')
    expect(await findJobRun(hub.db, run)).toMatchObject({
      errorKind: 'crashed',
      error: 'the worker died in each of 3 attempts',
    })
    expect(await marks(run)).toEqual([])
  })

  it('runs jobs once whose relay was killed between handing them over and noting it', async () => {
    const runs = await Promise.all(Array.from({ length: 20 }, () => ask('test-mark')))
    const victim = child('relay and die')
    await victim.ended
    expect(victim.process.signalCode).toBe('SIGKILL')
    expect(await hub.db('outbox')).toHaveLength(20)
    // Half of them done before the rows are seen again, half still in the queue.
    await work(testJobs)
    await becomes(runs[0] as string, 'done')
    relay()
    for (const run of runs) await becomes(run, 'done')
    await sleep(500)
    expect(await hub.db('marks')).toHaveLength(20)
    expect(await hub.db('outbox')).toEqual([])
  })

  it('hands jobs over again that the queue has lost', async () => {
    const run = await ask('test-mark')
    await relayBatch(hub.db, backend)
    await backend.queue('house').obliterate({ force: true })
    await work(testJobs)
    relay({ lostAfter: 500 })
    await becomes(run, 'done')
    expect(await marks(run)).toEqual(['ran'])
  })

  it('finishes the jobs in hand when it closes, and takes no more', async () => {
    relay()
    let release: () => void = () => undefined
    const held = new Promise<void>((done) => {
      release = done
    })
    const workers = await work({
      'test-slow': job(async (hub, _payload, { id }) => {
        await mark(hub, id, 'began')
        await held
        await mark(hub, id, 'ended')
      }),
    })
    const run = await ask('test-slow')
    await expect.poll(() => marks(run)).toEqual(['began'])
    const closed = workers.close(10_000)
    const late = await ask('test-slow')
    setTimeout(release, 500)
    await closed
    expect(await marks(run)).toEqual(['began', 'ended'])
    expect(await findJobRun(hub.db, run)).toMatchObject({ state: 'done' })
    await sleep(300)
    expect(await findJobRun(hub.db, late)).toMatchObject({ state: 'waiting' })
  })

  it('tells jobs to stop that outlast the deadline, and leaves them to another worker', async () => {
    relay()
    const workers = await work(testJobs)
    const run = await ask('test-hang')
    await expect.poll(() => marks(run)).toEqual(['began'])
    await workers.close(200)
    expect(await findJobRun(hub.db, run)).toMatchObject({ state: 'retrying', errorKind: 'interrupted', attempts: 0 })
    await work({ 'test-hang': testJobs['test-mark'] })
    await becomes(run, 'done')
  })

  it('runs 2,000 jobs once each on three workers in processes of their own', async () => {
    const workers = [child('work'), child('work'), child('work')]
    await Promise.all(workers.map((worker) => worker.line('ready')))
    await hub.db.transaction(async (trx) => {
      for (let n = 0; n < 2000; n++) await ask('test-mark', { n }, {}, trx)
    })
    relay()
    await expect
      .poll(async () => (await hub.db('job_runs').where({ state: 'done' }).count().first())?.count, {
        timeout: 50_000,
        interval: 200,
      })
      .toBe('2000')
    const { rows } = await hub.db.raw('SELECT count(*)::int AS all, count(DISTINCT run)::int AS different FROM marks')
    expect(rows[0]).toEqual({ all: 2000, different: 2000 })
    const busy = await hub.db('job_runs').distinct('worker').pluck('worker')
    expect(busy).toHaveLength(3)
  })

  it('asks for a scheduled job once per period, however many workers look', async () => {
    const schedules = [{ job: 'purge-job-runs' as const, everySeconds: 1 }]
    relay()
    await work({ 'purge-job-runs': testJobs['test-mark'] })
    const lookers = Array.from({ length: 5 }, () => startSchedules(hub, { schedules, lookEvery: 50 }))
    closing.push(() => Promise.all(lookers.map((looker) => looker.close())))
    await expect.poll(async () => (await hub.db('marks')).length, { timeout: 15_000, interval: 25 }).toBe(3)
    const times: Date[] = await hub.db('job_runs').orderBy('created_at').limit(3).pluck('created_at')
    expect((times[2] as Date).getTime() - (times[0] as Date).getTime()).toBeGreaterThanOrEqual(1990)
  })

  it('goes on with many queues, such as those of a hub with forty ERPs', async () => {
    relay()
    const queues = Array.from({ length: 40 }, (_, i) => `erp-${i}`)
    await work(testJobs, { queues: ['house', ...queues] })
    await sleep(1000)
    const runs = await Promise.all(['house', 'erp-0', 'erp-39'].map((queue) => ask('test-mark', {}, { queue })))
    for (const run of runs) await becomes(run, 'done')
  })

  it('says whether it answers, for /readyz', async () => {
    expect(await backend.ready()).toBe(true)
    const url = new URL(redisUrl ?? database.url)
    url.port = '1'
    const gone = openQueueBackend({
      databaseUrl: url.href,
      redisUrl: redisUrl ? url.href : undefined,
      prefix,
      log: hub.log,
    })
    expect(await gone.ready()).toBe(false)
    await Promise.race([gone.close().catch(() => undefined), sleep(1000)])
  })

  it('forgets finished runs in time, and keeps unfinished ones', async () => {
    const [done, dead, waiting] = [await ask('test-mark'), await ask('test-mark'), await ask('test-mark')]
    const finished_at = new Date('2026-01-01T00:00:00Z')
    await hub.db('job_runs').where({ id: done }).update({ state: 'done', finished_at })
    await hub.db('job_runs').where({ id: dead }).update({ state: 'dead', finished_at })
    const day = (text: string) => new Date(`${text}T00:00:00Z`)
    expect(await purgeJobRuns(hub.db, { done: day('2026-01-02'), dead: day('2025-12-31') }, 10)).toBe(1)
    expect(await hub.db('job_runs').pluck('id')).toEqual(expect.arrayContaining([dead, waiting]))
    expect(await purgeJobRuns(hub.db, { done: day('2026-01-02'), dead: day('2026-01-02') }, 10)).toBe(1)
    expect(await hub.db('job_runs').pluck('id')).toEqual([waiting])
  })
}
