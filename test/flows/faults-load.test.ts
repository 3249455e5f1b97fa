// Thousands of orders over HTTP, two workers, an ERP with moods, and processes that die meanwhile: all in the ERP, each once.
// FAULT_ORDERS says how many; the default is what a small machine does in a minute or so.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../support/buyer-endpoint.ts'
import { type FaultSite, openFaultSite, pensOrder, postUntilAnswered } from '../support/fault-site.ts'

const ORDERS = Number(process.env.FAULT_ORDERS ?? 600)
/** Buyers' systems that post at the same time. */
const BUYERS = 16

let site: FaultSite

beforeAll(async () => {
  site = await openFaultSite()
})
afterAll(() => site?.close())

it(`${ORDERS} orders are in the ERP once each, though ERP, server and workers fail meanwhile`, async () => {
  let hub = await site.startHub()
  const workers = [await site.startWorker(), await site.startWorker()]
  let next = 0
  const begun = performance.now()
  const buyer = async () => {
    while (next < ORDERS) {
      const poNumber = `PO-${next++}`
      if (next % 100 === 50) misbehave(next)
      expect((await postUntilAnswered(site.url, pensOrder(poNumber))).status.code).toBe('200')
    }
  }
  const killing = (async () => {
    await until('a third of the orders', () => next > ORDERS / 3 || undefined, 600)
    await hub.kill()
    hub = await site.startHub()
    await until('half of the orders', () => next > ORDERS / 2 || undefined, 600)
    await workers[0]?.kill()
    workers[0] = await site.startWorker()
  })()
  await Promise.all(Array.from({ length: BUYERS }, buyer))
  const posted = performance.now()
  await killing
  await until(
    'all to be in the ERP',
    async () => {
      const left = await site.db('orders').whereNot({ state: 'accepted' }).count({ rows: '*' }).first()
      return Number(left?.rows) === 0 || undefined
    },
    600,
  )
  const arrived = performance.now()

  const keys = await site.db('orders').pluck('once_key')
  expect(new Set(await site.db('orders').pluck('po_number')).size).toBe(ORDERS)
  expect(keys).toHaveLength(ORDERS)
  expect(keys.filter((key) => site.erp.countByOnceKey(key) !== 1)).toEqual([])
  const numbers = site.erp.records('orders').map((o) => o.purchaseOrderNumber)
  expect(numbers).toHaveLength(ORDERS)
  expect(new Set(numbers).size).toBe(ORDERS)
  expect(await site.db('job_runs').where({ state: 'dead' })).toEqual([])

  const rate = (since: number, until: number) => `${Math.round((ORDERS * 1000) / (until - since))}/s`
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  console.log(
    `${ORDERS} orders: taken in ${seconds(posted - begun)} (${rate(begun, posted)}), in the ERP after ${seconds(arrived - begun)} (${rate(begun, arrived)})`,
  )
}, 1_200_000)

/** Now and then something else goes wrong. */
function misbehave(n: number): void {
  const moods = [
    { kind: 'yes-then-drop', times: 2 },
    { kind: 'throttled', retryAfter: 1 },
    { kind: 'unreachable', times: 2 },
    { kind: 'slow', milliseconds: 700, times: 3 },
  ] as const
  const mood = moods[Math.floor(n / 100) % moods.length]
  if (mood) site.erp.faults.add({ ...mood, on: 'pushOrder' })
}
