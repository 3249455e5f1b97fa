// What an ERP can do to an order on its way: it is away, slow, overrun, it babbles, refuses, doesn't know us, or says yes and breaks off.
// Each time the order is there once in the end, or waits in sight of a person.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { callErp } from '../../src/erp/call-erp.ts'
import { adminAuthorization, api, postCxml } from '../support/buyer.ts'
import { until } from '../support/buyer-endpoint.ts'
import { orderIs, pensOrder } from '../support/fault-site.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
const erp = memoryErp({ name: 'erp-faults' }, () => new Date())
const connectionPath = `/api/v1/connections/${demoIds.erpConnection}`

beforeAll(async () => {
  erp.setCreditLimit('100042', null)
  hub = await startTestHub({ jobs: true, erp: { name: 'erp-faults' }, env: { HUB_TAKE_OVER_SECONDS: '2' } })
})
afterEach(() => erp.faults.clear())
afterAll(() => hub?.close())

const admin = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, adminAuthorization)
const place = async (poNumber: string) => expect((await postCxml(hub.url, pensOrder(poNumber))).status.code).toBe('200')
const countInErp = (poNumber: string) => erp.records('orders').filter((o) => o.purchaseOrderNumber === poNumber).length
const row = (poNumber: string) => hub.hub.db('orders').where({ po_number: poNumber }).first()
const health = async () => (await admin('GET', connectionPath)).body.health

/** The run of the order's push, when it is in this state. */
const pushIs = (poNumber: string, state: string) =>
  until(`the push of ${poNumber} to be ${state}`, async () => {
    const order = await row(poNumber)
    return hub.hub.db('job_runs').where({ job: 'push-order', state, subject_id: order.id }).first()
  })

/** It got there, once. */
async function arrives(poNumber: string): Promise<void> {
  const { once_key } = await orderIs(hub.hub.db, poNumber, 'accepted')
  expect([erp.countByOnceKey(once_key), countInErp(poNumber)]).toEqual([1, 1])
}

describe('an order gets there once although the ERP', () => {
  it('is away', async () => {
    erp.faults.add({ kind: 'unreachable', on: 'pushOrder' })
    await place('PO-AWAY')
    await arrives('PO-AWAY')
    expect(await pushIs('PO-AWAY', 'done')).toMatchObject({ attempts: 2, error_kind: 'unreachable' })
  })

  it('takes longer than anybody waits', async () => {
    erp.faults.add({ kind: 'slow', milliseconds: 600_000, on: 'pushOrder' })
    await place('PO-SLOW')
    await arrives('PO-SLOW')
  })

  it('says yes and breaks off', async () => {
    erp.faults.add({ kind: 'yes-then-drop', on: 'pushOrder' })
    await place('PO-BROKEN')
    await arrives('PO-BROKEN')
  })

  it('asks to wait (429), which costs no attempt and is heeded by all', async () => {
    erp.faults.add({ kind: 'throttled', retryAfter: 600, on: 'pushOrder' })
    await place('PO-THROTTLED')
    await pushIs('PO-THROTTLED', 'retrying')
    await place('PO-BEHIND')
    expect(await health()).toMatchObject({ state: 'resting', failures: 0 })
    expect(await pushIs('PO-THROTTLED', 'retrying')).toMatchObject({ attempts: 0, error_kind: 'throttled' })
    expect([countInErp('PO-THROTTLED'), countInErp('PO-BEHIND')]).toEqual([0, 0])
    // The ERP's administrator has raised the limit, and says so.
    expect((await admin('POST', `${connectionPath}/check`)).body).toMatchObject({ ok: true })
    await arrives('PO-THROTTLED')
    await arrives('PO-BEHIND')
    expect(await pushIs('PO-THROTTLED', 'done')).toMatchObject({ attempts: 1 })
  })
})

describe('a person decides when the ERP', () => {
  it('refuses: the order is held with its words, and released it goes', async () => {
    erp.faults.add({ kind: 'refused', words: 'Article 00123 is discontinued.', on: 'pushOrder' })
    await place('PO-REFUSED')
    const held = await orderIs(hub.hub.db, 'PO-REFUSED', 'held')
    expect(held).toMatchObject({
      holds: [{ reason: 'erp-refused', message: 'Article 00123 is discontinued.' }],
      push_until: null,
    })
    expect(countInErp('PO-REFUSED')).toBe(0)
    const released = await admin('POST', `/api/v1/orders/${held.id}/release`, { note: 'Back in the range.' })
    expect(released.status).toBeLessThan(300)
    await arrives('PO-REFUSED')
  })

  it('babbles: the push is a dead letter, the order stays, and replayed it goes', async () => {
    erp.faults.add({ kind: 'garbage', words: '<html>Maintenance</html>', on: 'pushOrder' })
    await place('PO-GARBAGE')
    const { id } = await pushIs('PO-GARBAGE', 'dead')
    await place('PO-NEXT')
    await arrives('PO-NEXT')
    expect(await row('PO-GARBAGE')).toMatchObject({ state: 'received', erp_id: null })
    const { body } = await admin('GET', '/api/v1/jobs?state=dead&job=push-order')
    expect(body.data ?? body.items).toContainEqual(
      expect.objectContaining({ id, error: expect.stringContaining('Maintenance') }),
    )
    expect((await admin('POST', `/api/v1/jobs/${id}/replay`)).status).toBe(202)
    await arrives('PO-GARBAGE')
  })

  it('refuses the login: one try, then the ERP is left alone until the connection is mended', async () => {
    // Two tries would be one too many: the second would get through.
    erp.faults.add({ kind: 'unauthorised', on: 'pushOrder' })
    await place('PO-LOCKED')
    const { id } = await pushIs('PO-LOCKED', 'dead')
    await place('PO-WAITS-1')
    await place('PO-WAITS-2')
    const { state, restsUntil, lastError } = await health()
    expect({ state, lastError }).toEqual({ state: 'resting', lastError: expect.stringContaining('password') })
    expect(Date.parse(restsUntil)).toBeGreaterThan(Date.now() + 600_000)
    expect([countInErp('PO-LOCKED'), countInErp('PO-WAITS-1'), countInErp('PO-WAITS-2')]).toEqual([0, 0, 0])

    const { body: connection } = await admin('GET', connectionPath)
    const saved = await admin('PATCH', connectionPath, { config: connection.config, version: connection.version })
    expect(saved.status).toBe(200)
    for (const po of ['PO-WAITS-1', 'PO-WAITS-2']) await arrives(po)
    expect((await admin('POST', `/api/v1/jobs/${id}/replay`)).status).toBe(202)
    await arrives('PO-LOCKED')
  })
})

describe('the circuit breaker', () => {
  const numbers = Array.from({ length: 8 }, (_, i) => `PO-BREAKER-${i}`)

  it('opens after five failures in a row, and leaves other connections alone', async () => {
    erp.faults.add({ kind: 'unreachable', times: 1000 })
    for (const po of numbers) await place(po)
    await until('it to open', async () => (await health()).state === 'resting' || undefined)
    expect((await health()).failures).toBeGreaterThanOrEqual(5)

    const other = { name: 'Other ERP', connector: 'memory', config: { name: 'erp-faults-other' } }
    const { status, body: connection } = await admin('POST', '/api/v1/connections', other)
    expect([status, connection]).toEqual([201, expect.anything()])
    await until('the other ERP to be read', async () => {
      const { body: streams } = await admin('GET', `/api/v1/connections/${connection.id}/streams`)
      return streams.some((s: { readAt: string | null }) => s.readAt) || undefined
    })
    expect((await admin('GET', `/api/v1/connections/${connection.id}`)).body.health).toMatchObject({ state: 'well' })
    expect((await health()).state).toBe('resting')
  })

  it('lets one at a time try after the pause', async () => {
    erp.faults.add({ kind: 'unreachable', times: 1000 })
    const connection = hub.hub.db('erp_connections').where({ id: demoIds.erpConnection })
    await connection.clone().update({ closed_until: new Date(Date.now() - 1) })
    let tries = 0
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        callErp(hub.hub, demoIds.erpConnection, async ({ erp: connected }) => {
          tries++
          return connected.pushOrder?.({} as never, 'x')
        }),
      ),
    )
    expect(attempts.every((a) => a.status === 'rejected')).toBe(true)
    // Or none: a job was faster.
    expect(tries).toBeLessThanOrEqual(1)
    expect((await health()).state).toBe('resting')
  })

  it('closes when a try succeeds, and everything that waited gets there once', async () => {
    await hub.hub
      .db('erp_connections')
      .where({ id: demoIds.erpConnection })
      .update({ closed_until: new Date(Date.now() - 1) })
    for (const po of numbers) await arrives(po)
    expect(await health()).toMatchObject({ state: 'well', failures: 0, restsUntil: null })
  })
})
