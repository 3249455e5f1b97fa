// CSV exports stream: batch by batch, no faster than the caller reads, and no longer than the caller is there.
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import { storeAuthorization } from '../support/buyer.ts'
import { until } from '../support/buyer-endpoint.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

/** 24 MB in 24 batches: far more than sockets hold. */
const ROWS = 12_000
const BATCHES = ROWS / 500

let hub: TestHub
let batches = 0

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
  await hub.hub.db.raw(
    `INSERT INTO orders (id, seller_id, channel, state, ordered_at, currency, net_amount, total_amount, contact_name, created_at, updated_at)
     SELECT gen_random_uuid(), ?, 'web', 'closed', now() - n * interval '1 minute', 'EUR', 1, 1, repeat(md5(n::text), 64), now(), now()
     FROM generate_series(1, ?) AS n`,
    [demoIds.seller, ROWS],
  )
  hub.hub.db.on('query', ({ sql }: { sql: string }) => {
    if (sql.includes('from "orders" as "t"')) batches++
  })
})
afterAll(() => hub?.close())

const open = () =>
  new Promise<IncomingMessage>((resolve, reject) => {
    batches = 0
    get(`${hub.url}/api/v1/orders.csv`, { headers: { Authorization: storeAuthorization } }, resolve).on('error', reject)
  })

/** Waits until no batch was read for a while. */
async function settle(): Promise<number> {
  let seen = -1
  await until('reading to stop', async () => {
    const before = seen
    seen = batches
    await new Promise((done) => setTimeout(done, 300))
    return before === batches ? true : undefined
  })
  return batches
}

it('reads no further than a caller who does not read, and goes on when they do', async () => {
  const res = await open()
  res.pause()
  expect(await settle()).toBeLessThan(BATCHES)
  let lines = 0
  for await (const chunk of res) lines += (chunk as Buffer).toString('latin1').split('\n').length - 1
  expect(lines).toBe(ROWS + 1)
  expect(batches).toBeGreaterThanOrEqual(BATCHES)
})

it('stops when the caller hangs up', async () => {
  const res = await open()
  res.once('error', () => undefined)
  res.destroy()
  expect(await settle()).toBeLessThan(BATCHES)
  expect(batches).toBeGreaterThan(0)
})
