// The database, or the queue's Redis, goes away in the middle of work; a job kills every worker that takes it.
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded.ts'
import { replayJob } from '../../src/queue/replay-job.ts'
import { until } from '../support/buyer-endpoint.ts'
import type { Child } from '../support/child.ts'
import {
  countInErp,
  type FaultSite,
  openFaultSite,
  orderIs,
  pensOrder,
  postUntilAnswered,
} from '../support/fault-site.ts'
import { startRedisServer } from '../support/redis.ts'

/** Buyers who order one after the other until told to stop. Resolves to what the hub took. */
function keepOrdering(site: FaultSite, buyers: number) {
  const taken: string[] = []
  let stopped = false
  const busy = Promise.all(
    Array.from({ length: buyers }, async (_, buyer) => {
      for (let n = 0; !stopped; n++) {
        const poNumber = `PO-${buyer}-${n}`
        expect((await postUntilAnswered(site.url, pensOrder(poNumber))).status.code).toBe('200')
        taken.push(poNumber)
      }
    }),
  )
  return {
    /** Waits until so many more were taken. */
    async more(count: number) {
      const before = taken.length
      await until(`${count} more orders`, () => taken.length >= before + count || undefined)
    },
    async stop() {
      stopped = true
      await busy
      return taken
    },
  }
}

async function allInErpOnce(site: FaultSite, taken: readonly string[]): Promise<void> {
  await until('all to be in the ERP', async () => {
    const left = await site.db('orders').whereNot({ state: 'accepted' }).count({ rows: '*' }).first()
    return Number(left?.rows) === 0 || undefined
  })
  expect((await site.db('orders').pluck('po_number')).sort()).toEqual([...taken].sort())
  const counted = new Map(taken.map((po) => [po, countInErp(site.erp, po)]))
  expect([...counted].filter(([, count]) => count !== 1)).toEqual([])
  expect(site.erp.records('orders')).toHaveLength(taken.length)
}

const alive = (children: readonly Child[]) => children.every((child) => child.process.exitCode === null)

describe('on PostgreSQL', () => {
  let postgres: EmbeddedPostgres
  let dataDir: string
  let site: FaultSite
  let children: Child[] = []

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'hub-test-outage-'))
    await chmod(dataDir, 0o711)
    const log = { info: () => undefined, warn: () => undefined, error: console.error }
    // As in production but for the disk: its loss is not what is tried here.
    postgres = await startEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off' } })
    site = await openFaultSite({ databaseUrl: postgres.url })
  })
  afterEach(async () => {
    for (const child of children) await child.kill()
    children = []
  })
  afterAll(async () => {
    await site?.close()
    await postgres?.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  const serverPid = async () =>
    Number((await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0])

  it('gives a job up that kills every worker, lets the others go on, and takes it again when it is replayed', async () => {
    children.push(await site.startHub())
    const numbers = ['PO-POISON', 'PO-BESIDE-1', 'PO-BESIDE-2']
    for (const po of numbers) await postUntilAnswered(site.url, pensOrder(po))
    const poison = await site.db('orders').where({ po_number: 'PO-POISON' }).first('id')
    const run = site.db('job_runs').where({ job: 'push-order', subject_id: poison.id })
    // It has done so nine times before.
    await run.clone().update({ attempts: 9 })
    for (let killed = 0; killed < 3; killed++) {
      const victim = await site.startWorker('PO-POISON')
      await victim.ended
      expect(victim.process.signalCode).toBe('SIGKILL')
    }
    children.push(await site.startWorker())
    const dead = await until('it to be given up', () => run.clone().where({ state: 'dead' }).first())
    expect(dead).toMatchObject({ error_kind: 'crashed', attempts: 13 })
    for (const po of ['PO-BESIDE-1', 'PO-BESIDE-2']) await orderIs(site.db, po, 'accepted')
    expect(countInErp(site.erp, 'PO-POISON')).toBe(0)
    await site.db.transaction((trx) => replayJob(trx, dead.id))
    await allInErpOnce(site, numbers)
  })

  it('loses no order and makes none twice when the server is killed, and restarted, in the middle', async () => {
    const before: string[] = await site.db('orders').pluck('po_number')
    children.push(await site.startHub(), await site.startWorker(), await site.startWorker())
    const buyers = keepOrdering(site, 4)
    await buyers.more(20)
    process.kill(await serverPid(), 'SIGKILL')
    await buyers.more(20)
    // Fast shutdown, as a restart does it.
    process.kill(await serverPid(), 'SIGINT')
    await buyers.more(20)
    const taken = await buyers.stop()
    await allInErpOnce(site, [...before, ...taken])
    expect(alive(children)).toBe(true)
  })
})

const redis = await startRedisServer()
if (!redis) console.log('Skipping the outage of Redis: no redis-server was found.')

describe.skipIf(redis === undefined)('on Redis', () => {
  let site: FaultSite

  beforeAll(async () => {
    site = await openFaultSite({ redisUrl: redis?.url })
  })
  afterAll(async () => {
    await site?.close()
    await redis?.stop()
  })

  /** Everything in Redis is gone, as after a restart without a disk. */
  const flush = () =>
    new Promise<void>((done, failed) => {
      const { port, hostname } = new URL(redis?.url ?? '')
      const socket = connect(Number(port), hostname, () => socket.write('FLUSHALL\r\n'))
      socket.once('data', (data) => {
        socket.destroy()
        if (data.toString().startsWith('+OK')) done()
        else failed(new Error(`Redis said ${data}`))
      })
      socket.once('error', failed)
    })

  it('loses no order and makes none twice when it is emptied in the middle', async () => {
    const children = [await site.startHub(), await site.startWorker(), await site.startWorker()]
    site.erp.faults.add({ kind: 'unreachable', on: 'pushOrder', times: 3 })
    const buyers = keepOrdering(site, 4)
    await buyers.more(20)
    await flush()
    await buyers.more(20)
    await flush()
    const taken = await buyers.stop()
    await flush()
    await allInErpOnce(site, taken)
    expect(alive(children)).toBe(true)
  })
})
