// Dead letters: what a job was about, why it failed, what to do; replay of one and of many, giving one up; each seller its own.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { enqueue, enqueueAll } from '../../src/queue/outbox.ts'
import { whatNext } from '../../src/queue/what-next.ts'
import { scopeNames } from '../../src/storefronts/storefront.ts'
import { insertClient } from '../../src/storefronts/storefront-store.ts'
import { adminAuthorization, api, storeAuthorization } from '../support/buyer.ts'
import { type BuyerEndpoint, startBuyerEndpoint, until } from '../support/buyer-endpoint.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderPens } from '../support/shopping.ts'

let hub: TestHub
let buyer: BuyerEndpoint
const erp = memoryErp({ name: 'dead-letters' }, () => new Date())
const admin = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, adminAuthorization)

beforeAll(async () => {
  buyer = await startBuyerEndpoint()
  hub = await startTestHub({ demo: false, jobs: true, erp: { name: 'dead-letters' } })
  const path = `/api/v1/partners/${demoIds.cxmlPartner}`
  const { body: partner } = await admin('GET', path)
  const settings = { ...partner.settings, outgoing: { way: 'post', url: buyer.url, confirmWhen: 'accepted' } }
  expect((await admin('PATCH', path, { version: partner.version, settings })).status).toBe(200)
})
afterAll(async () => {
  await hub?.close()
  await buyer?.close()
})
afterEach(() => hub.hub.db('job_runs').whereIn('state', ['dead', 'discarded']).delete())

const list = async (query: string) => (await admin('GET', `/api/v1/jobs?${query}`)).body.items
const dead = (query = '') => list(`state=dead${query}`)
const run = async (id: string) => (await admin('GET', `/api/v1/jobs/${id}`)).body
const confirmed = (orderID: string) =>
  buyer.accepted.filter(
    ({ document: { content: c } }) => c?.type === 'ConfirmationRequest' && c.orderReference?.orderID === orderID,
  ).length

/** An order whose confirmation the buyer's system refuses for good. */
async function orderRefused(orderID: string) {
  buyer.failNext('status-400')
  const orderId = await orderPens(hub, orderID)
  const [letter] = await until(`the dead letter of ${orderID}`, async () => {
    const found = await dead(`&orderId=${orderId}`)
    return found.length > 0 ? found : undefined
  })
  return { orderId, letter }
}

describe('a dead letter', () => {
  it('shows the document and the order it is about, the error in words and what to do', async () => {
    const { orderId, letter } = await orderRefused('L-1')
    expect(letter).toMatchObject({
      job: 'deliver-document',
      state: 'dead',
      attempts: 1,
      errorKind: 'refused',
      error: expect.stringContaining('Not today.'),
      whatNext: expect.stringContaining('the same bytes go out'),
      about: {
        order: { id: orderId, poNumber: 'L-1', erpNumber: expect.any(String), state: 'accepted' },
        document: { kind: 'ConfirmationRequest' },
        partner: { id: demoIds.cxmlPartner },
        connection: null,
      },
    })
    const content = await admin('GET', `/api/v1/documents/${letter.about.document.id}`)
    expect(content.body).toMatchObject({ kind: 'ConfirmationRequest', direction: 'out' })
    expect(await run(letter.id)).toEqual(letter)
  })

  it('is replayed once, with the same bytes, and then stands for nothing any more', async () => {
    const { letter } = await orderRefused('L-2')
    expect(confirmed('L-2')).toBe(0)
    const replay = () => admin('POST', `/api/v1/jobs/${letter.id}/replay`)
    const { status, body } = await replay()
    expect(status).toBe(202)
    await expect.poll(() => run(body.id), { timeout: 20_000 }).toMatchObject({ state: 'done', replayOf: letter.id })
    expect(confirmed('L-2')).toBe(1)
    expect(await run(letter.id)).toMatchObject({ state: 'dead', replayedBy: body.id, whatNext: null })
    expect(await dead()).toEqual([])
    expect(await replay()).toMatchObject({ status: 409, body: { error: { code: 'wrong_state' } } })
    expect((await replay()).body.error.message).toContain(body.id)
    expect((await admin('POST', `/api/v1/jobs/${body.id}/replay`)).body.error.message).toContain('this one is done')
  })

  it('is given up with a reason, and is never run again', async () => {
    const { letter } = await orderRefused('L-3')
    const discard = (body: object) => admin('POST', `/api/v1/jobs/${letter.id}/discard`, body)
    expect((await discard({})).body.error.details).toMatchObject([{ field: 'reason' }])
    expect(await discard({ reason: 'told by e-mail' })).toMatchObject({
      status: 200,
      body: { state: 'discarded', discardReason: 'told by e-mail', discardedBy: 'demo-admin', whatNext: null },
    })
    expect(await dead()).toEqual([])
    expect(await list('state=discarded')).toMatchObject([{ id: letter.id, error: letter.error }])
    expect((await discard({ reason: 'again' })).status).toBe(409)
    expect((await admin('POST', `/api/v1/jobs/${letter.id}/replay`)).status).toBe(409)
    await admin('POST', '/api/v1/jobs/replay', {})
    await until('the replay of all', async () => (await list('job=replay-jobs&state=done')).length > 0 || undefined)
    expect(confirmed('L-3')).toBe(0)
  })

  it('of an order the ERP refused leads to the release of the order', async () => {
    erp.faults.add({ kind: 'refused', on: 'pushOrder', words: 'unknown article 00123' })
    const orderId = await orderPens(hub, 'L-4')
    const [letter] = await until('the dead letter', async () => {
      const found = await dead(`&connectionId=${demoIds.erpConnection}`)
      return found.length > 0 ? found : undefined
    })
    expect(letter).toMatchObject({
      job: 'push-order',
      queue: `erp-${demoIds.erpConnection}`,
      error: 'unknown article 00123',
      whatNext: expect.stringContaining('release the order'),
      about: {
        order: { id: orderId, state: 'held' },
        document: { kind: 'OrderRequest' },
        connection: { id: demoIds.erpConnection },
      },
    })
    expect((await admin('POST', `/api/v1/orders/${orderId}/release`, {})).status).toBe(200)
    await until('its confirmation', () => confirmed('L-4') || undefined)
  })
})

describe('many dead letters', () => {
  it('are found by job, queue, order, connection and words of the error', async () => {
    const { orderId, letter } = await orderRefused('L-5')
    const { letter: other } = await orderRefused('L-6')
    const found = async (query: string) => (await dead(query)).map((r: { id: string }) => r.id)
    expect(await found('')).toEqual([other.id, letter.id])
    expect(await found('&job=deliver-document&queue=partners')).toEqual([other.id, letter.id])
    expect(await found(`&orderId=${orderId}`)).toEqual([letter.id])
    expect(await found('&error=NOT%20TODAY')).toEqual([other.id, letter.id])
    expect(await found('&error=%25day')).toEqual([])
    expect(await found('&job=push-order')).toEqual([])
    expect(await found(`&connectionId=${demoIds.erpConnection}`)).toEqual([])
    const about = (await list(`orderId=${orderId}`)).map((r: { job: string }) => r.job)
    expect(new Set(about)).toEqual(new Set(['push-order', 'send-confirmation', 'deliver-document']))
    const first = (await admin('GET', '/api/v1/jobs?state=dead&limit=1')).body
    expect(first.next).toBe(other.id)
    const second = (await admin('GET', `/api/v1/jobs?state=dead&limit=1&cursor=${first.next}`)).body
    expect(second).toMatchObject({ items: [{ id: letter.id }], next: null })
  })

  it('are replayed by filter in a job with progress; those that die again are dead letters once', async () => {
    const numbers = ['L-7', 'L-8', 'L-9']
    for (const number of numbers) await orderRefused(number)
    const { letter: stays } = await orderRefused('L-10')
    await hub.hub.db('job_runs').where({ id: stays.id }).update({ error: 'something else' })
    buyer.failNext('status-400')
    const asked = await admin('POST', '/api/v1/jobs/replay', { job: 'deliver-document', error: 'Not today' })
    expect(asked.status).toBe(202)
    await expect
      .poll(() => run(asked.body.id), { timeout: 20_000 })
      .toMatchObject({
        job: 'replay-jobs',
        state: 'done',
        progress: { done: 3, total: 3 },
      })
    await expect.poll(() => numbers.map(confirmed).sort(), { timeout: 20_000 }).toEqual([0, 1, 1])
    const left = await until('the one that died again', async () => {
      const found = await dead('&error=not today')
      return found.length > 0 ? found : undefined
    })
    expect(left).toHaveLength(1)
    expect(await dead('&error=something else')).toMatchObject([{ id: stays.id }])
    expect((await admin('POST', '/api/v1/jobs/replay', { jobs: 'all' })).status).toBe(400)
  })
})

describe('jobs', () => {
  it('are seen and replayed by their own seller only; the hub’s upkeep by none', async () => {
    const { orderId, letter } = await orderRefused('L-11')
    const { hub: h } = hub
    const sellerId = h.newId()
    await h.db('sellers').insert({ id: sellerId, name: 'Rival', created_at: new Date() })
    const secret = h.newToken()
    const client = {
      id: h.newId(),
      sellerId,
      storefrontId: null,
      clientId: 'rival-jobs',
      scopes: scopeNames,
      demo: false,
    }
    await insertClient(h.db, client, secret, h.now())
    const authorization = `Basic ${Buffer.from(`rival-jobs:${secret}`).toString('base64')}`
    const rival = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, authorization)
    expect((await rival('GET', '/api/v1/jobs')).body.items).toEqual([])
    expect((await rival('GET', `/api/v1/jobs?orderId=${orderId}`)).body.items).toEqual([])
    expect((await rival('GET', `/api/v1/jobs/${letter.id}`)).status).toBe(404)
    expect((await rival('POST', `/api/v1/jobs/${letter.id}/replay`)).status).toBe(404)
    expect((await rival('POST', `/api/v1/jobs/${letter.id}/discard`, { reason: 'x' })).status).toBe(404)
    const { body: all } = await rival('POST', '/api/v1/jobs/replay', {})
    await expect
      .poll(async () => (await rival('GET', `/api/v1/jobs/${all.id}`)).body, { timeout: 20_000 })
      .toMatchObject({ state: 'done', progress: { done: 0, total: 0 } })
    expect(await dead()).toMatchObject([{ id: letter.id }])
    expect((await admin('GET', `/api/v1/jobs/${all.id}`)).status).toBe(404)

    const upkeep = await enqueue(h.db, 'purge-job-runs', {})
    expect((await admin('GET', `/api/v1/jobs/${upkeep}`)).status).toBe(404)
    expect(await list('job=purge-job-runs')).toEqual([])
    expect((await api(hub.url, 'GET', '/api/v1/jobs', undefined, storeAuthorization)).status).toBe(403)
  })

  it('know their seller from what they are about, one by one and many at once', async () => {
    const { hub: h } = hub
    const orderId = await orderPens(hub, 'L-12')
    const sellerOf = async (where: object) => h.db('job_runs').where(where).pluck('seller_id')
    const id = await enqueue(h.db, 'send-confirmation', { orderId })
    expect(await sellerOf({ id })).toEqual([demoIds.seller])
    const connectionId = demoIds.erpConnection
    await enqueueAll(h.db, 'sync-stream', [{ connectionId, stream: 'orders' }], { queue: 'elsewhere' })
    expect(await sellerOf({ queue: 'elsewhere' })).toEqual([demoIds.seller])
    const given = await enqueue(h.db, 'purge-job-runs', {}, { sellerId: demoIds.seller })
    expect(await sellerOf({ id: given })).toEqual([demoIds.seller])
    await h.db('job_runs').where({ queue: 'elsewhere' }).delete()
  })

  it('say for every kind of failure what a person can do', () => {
    for (const kind of [
      'unreachable',
      'throttled',
      'refused',
      'unauthorised',
      'unintelligible',
      'crashed',
      'fault',
      'conflict',
      null,
    ])
      expect(whatNext('send-invoice', kind)).toMatch(/replay|discard/i)
  })
})
