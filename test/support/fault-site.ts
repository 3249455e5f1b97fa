// A hub as it is in production: server and workers in processes of their own, killed with -9 and started again, beside an ERP that
// counts orders and a buyer's system that counts documents.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { type MemoryErp, memoryErp } from '../../connectors/memory/memory-erp.ts'
import { makeDatabase } from '../../src/database/database.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { CONFIG_PURPOSE, erpQueue } from '../../src/erp/erp-connection.ts'
import { openQueueBackend } from '../../src/queue/backend.ts'
import { queueNames } from '../../src/run-jobs.ts'
import { makeKeyring, readOrMakeKeyFile, seal } from '../../src/secrets.ts'
import { adminAuthorization, api, pens, postCxml } from './buyer.ts'
import { type BuyerEndpoint, startBuyerEndpoint, until } from './buyer-endpoint.ts'
import { type Child, compileTree, startChild } from './child.ts'
import { createTestDatabase } from './database.ts'
import type { HubDeath, WorkerDeath } from './fault-program.ts'
import { type OrderOptions, orderRequest } from './purchase-order.ts'

export interface FaultSite {
  url: string
  /** The hub's database, to look at. */
  db: Knex
  erp: MemoryErp
  buyer: BuyerEndpoint
  /** Starts the hub's server, without jobs; resolves when it listens. `dies`: it kills itself there. */
  startHub(dies?: HubDeath): Promise<Child>
  /** Starts a worker; resolves when it takes jobs, or at once where it will kill itself. */
  startWorker(dies?: WorkerDeath): Promise<Child>
  close(): Promise<void>
}

export interface FaultSiteOptions {
  redisUrl?: string | undefined
  /** Instead of a database of the test run's server. */
  databaseUrl?: string
  /** Further settings of the hub's processes. */
  env?: Record<string, string>
  /** Settings of the ERP connection. */
  settings?: Record<string, unknown>
}

/** Seconds after which the work of a killed process goes on. */
export const TAKE_OVER_SECONDS = 2

/** Sets up and seeds everything; neither hub nor worker runs afterwards. */
export async function openFaultSite(options: FaultSiteOptions = {}): Promise<FaultSite> {
  const compiled = await compileTree()
  const database = options.databaseUrl ? undefined : await createTestDatabase()
  const databaseUrl = options.databaseUrl ?? (database?.url as string)
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-test-faults-'))
  const buyer = await startBuyerEndpoint()
  const port = await freePort()
  const prefix = `hub-test-${randomBytes(4).toString('hex')}`
  const url = `http://127.0.0.1:${port}`
  const env = {
    DATABASE_URL: databaseUrl,
    HUB_DATA_DIR: dataDir,
    PORT: String(port),
    HUB_WORKER: 'off',
    HUB_TAKE_OVER_SECONDS: String(TAKE_OVER_SECONDS),
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    ...(options.redisUrl ? { REDIS_URL: options.redisUrl, REDIS_PREFIX: prefix } : {}),
    ...options.env,
  }
  const queues = openQueueBackend({ databaseUrl, redisUrl: options.redisUrl, prefix, log: { warn: () => undefined } })
  const children: Child[] = []
  const start = async (program: string, args: string[], sign?: string) => {
    const child = startChild(compiled, program, args, { env })
    children.push(child)
    if (sign) await child.line(sign)
    return child
  }
  const db = makeDatabase(databaseUrl, { poolSize: 4 })
  const erpConfig = { name: 'faults', folder: join(dataDir, 'erp') }
  const erp = memoryErp(erpConfig, () => new Date())
  // The credit department has its own tests.
  erp.setCreditLimit('100042', null)

  const site: FaultSite = {
    url,
    db,
    erp,
    buyer,
    startHub: (dies) =>
      dies
        ? start('test/support/fault-program.js', ['hub', dies], 'The hub listens')
        : start('src/server.js', [], 'The procurement hub listens'),
    startWorker: (dies) =>
      dies ? start('test/support/fault-program.js', ['worker', dies]) : start('src/worker.js', [], 'Worker '),
    async close() {
      for (const child of children) await child.kill()
      for (const name of options.redisUrl ? [...queueNames, erpQueue(demoIds.erpConnection)] : [])
        await queues.queue(name).obliterate({ force: true })
      await queues.close()
      await db.destroy()
      await buyer.close()
      await database?.drop()
      await compiled.remove()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  const hub = await site.startHub()
  const keys = makeKeyring(readOrMakeKeyFile(dataDir))
  await db('erp_connections')
    .where({ id: demoIds.erpConnection })
    .update({
      sealed_config: seal(keys, CONFIG_PURPOSE, JSON.stringify(erpConfig)),
      settings: JSON.stringify({ schedule: ordersOnly, concurrency: 6, createAccounts: true, ...options.settings }),
    })
  await sendTo(site)
  await hub.kill()
  return site
}

const ordersOnly = {
  customers: null,
  shipTos: null,
  prices: null,
  orders: 5,
  shipments: null,
  invoices: null,
  openItems: null,
  balances: null,
  creditLimits: null,
}

/** Has the partner's documents sent to the site's buyer. */
async function sendTo({ url, buyer }: FaultSite): Promise<void> {
  const path = `/api/v1/partners/${demoIds.cxmlPartner}`
  const { body: partner } = await api(url, 'GET', path, undefined, adminAuthorization)
  const settings = { ...partner.settings, outgoing: { way: 'post', url: buyer.url } }
  const { status } = await api(url, 'PATCH', path, { settings, version: partner.version }, adminAuthorization)
  if (status !== 200) throw new Error(`the partner could not be changed: ${status}`)
}

/** An order of so many boxes of pens, not from a cart. */
export function pensOrder(orderID: string, more: Partial<OrderOptions> & { boxes?: string } = {}): string {
  const { boxes = '2', ...options } = more
  const { supplierPartId, description, unitPrice, unitOfMeasure } = pens
  const line = {
    quantity: boxes,
    supplierPartId,
    description,
    unit: unitOfMeasure,
    unitPrice: unitPrice.amount,
    currency: unitPrice.currency,
  }
  return orderRequest({ orderID, lines: [line], ...options })
}

/** Posts as a buyer's system does: again and again, the same bytes, until it has an answer that is not "try again". */
export async function postUntilAnswered(url: string, body: string): Promise<Awaited<ReturnType<typeof postCxml>>> {
  return until('the hub to answer', async () => {
    const answer = await postCxml(url, body).catch(() => undefined)
    return answer && Number(answer.status.code) < 500 ? answer : undefined
  })
}

/** How many orders the ERP has of this purchase order. */
export const countInErp = (erp: MemoryErp, poNumber: string): number =>
  erp.records('orders').filter((o) => o.purchaseOrderNumber === poNumber).length

/** Waits until the order is in this state, and gives its row. */
// biome-ignore lint/suspicious/noExplicitAny: a row, checked by the tests
export function orderIs(db: Knex, poNumber: string, state: string, seconds?: number): Promise<any> {
  return until(`${poNumber} to be ${state}`, () => db('orders').where({ po_number: poNumber, state }).first(), seconds)
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })
}
