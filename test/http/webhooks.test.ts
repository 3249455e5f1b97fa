// Webhooks over HTTP, to receivers that listen, fail first, redirect, are gone or slow. Standard Webhooks 1.0.
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { enqueue } from '../../src/queue/outbox.ts'
import { announce } from '../../src/storefronts/announce.ts'
import { sendWebhook } from '../../src/storefronts/send-webhook.ts'
import { type Scope, scopeNames } from '../../src/storefronts/storefront.ts'
import { insertClient, putStorefront } from '../../src/storefronts/storefront-store.ts'
import { type WebhookEventType, webhookEventTypes } from '../../src/storefronts/webhook.ts'
import { adminAuthorization, api, storeAuthorization } from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

let hub: TestHub
let receiver: Receiver
let ahead = 0

beforeAll(async () => {
  hub = await startTestHub({
    demo: false,
    jobs: true,
    erp: { name: 'webhooks' },
    now: () => new Date(Date.now() + ahead),
  })
})
afterAll(() => hub?.close())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  ahead = 0
  await receiver.close()
  await hub.hub.db('webhook_endpoints').delete()
})

const admin = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, adminAuthorization)
const store = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, storeAuthorization)

async function addEndpoint(change: object = {}) {
  const { status, body } = await admin('POST', '/api/v1/webhooks', { url: receiver.url, ...change })
  expect(status).toBe(201)
  return body
}

async function happen(type: WebhookEventType, data: Record<string, unknown>, sellerId = demoIds.seller) {
  const { hub: h } = hub
  await h.db.transaction((trx) => announce(trx, [{ sellerId, type, data }], stampOf(h)))
}

const sentTo = async (id: string, query = '') =>
  (await admin('GET', `/api/v1/webhooks/${id}/events${query}`)).body.items
const latest = (id: string) => expect.poll(async () => (await sentTo(id))[0], { timeout: 20_000, interval: 50 })

describe('an event', () => {
  it('is posted once, signed, with its type, time and data, and is seen as taken', async () => {
    const { id, secret } = await addEndpoint()
    await happen('order.created', { orderId: 'o-1' })
    await latest(id).toMatchObject({ state: 'done', status: 204, attempts: 1, event: { type: 'order.created' } })
    expect(receiver.got).toHaveLength(1)
    const [{ headers, body }] = receiver.got as [Receiver['got'][0]]
    expect(headers['content-type']).toBe('application/json')
    const message = new Webhook(secret).verify(body, headers as Record<string, string>)
    const [{ event }] = await sentTo(id)
    expect(message).toEqual({ type: 'order.created', timestamp: event.at, data: { orderId: 'o-1' } })
    expect(headers['webhook-id']).toBe(event.id)
    expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow()
    expect((await admin('GET', `/api/v1/webhooks/${id}`)).body).toMatchObject({
      failures: 0,
      lastOkAt: expect.any(String),
    })
  })

  it('goes to those who asked for its type, active, of the same seller', async () => {
    const invoices = await addEndpoint({ events: ['invoice.created'] })
    const paused = await addEndpoint()
    await admin('PATCH', `/api/v1/webhooks/${paused.id}`, { status: 'paused' })
    const all = await addEndpoint()
    await happen('order.updated', { orderId: 'o-2' })
    await latest(all.id).toMatchObject({ state: 'done' })
    expect(await sentTo(invoices.id)).toEqual([])
    expect(await sentTo(paused.id)).toEqual([])
    await happen('order.updated', {}, await rivalSeller())
    expect(await sentTo(all.id)).toHaveLength(1)
  })

  it('is tried again after an error, with the same id and a fresh signature', async () => {
    const { id, secret } = await addEndpoint()
    receiver.answers.push({ status: 500, body: '<h1>no database</h1>' })
    await happen('shipment.updated', { shipmentId: 's-1' })
    await latest(id).toMatchObject({
      state: 'retrying',
      attempts: 1,
      error: expect.stringMatching(/answered 500: "no database"$/),
    })
    expect((await admin('GET', `/api/v1/webhooks/${id}`)).body).toMatchObject({ failures: 1 })
    await latest(id).toMatchObject({ state: 'done', attempts: 2, status: 204 })
    const [first, second] = receiver.got
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    for (const { body, headers } of receiver.got) new Webhook(secret).verify(body, headers as Record<string, string>)
    expect((await admin('GET', `/api/v1/webhooks/${id}`)).body).toMatchObject({ failures: 0, failingSince: null })
  })

  it.each([429, 503])('waits as long as %i with Retry-After asks for, which is no attempt', async (status) => {
    const { id } = await addEndpoint()
    receiver.answers.push({ status, headers: { 'Retry-After': '1' } })
    await happen('credit.updated', { customerNumber: '1' })
    await latest(id).toMatchObject({ state: 'done', status: 204, attempts: 1 })
    expect(receiver.got.length).toBeGreaterThanOrEqual(2)
  })

  it('is not carried to where a redirect points', async () => {
    const { id } = await addEndpoint()
    receiver.answers.push({ status: 302, headers: { Location: receiver.url } })
    await happen('order.created', {})
    await latest(id).toMatchObject({ state: 'retrying', error: expect.stringContaining('a redirect') })
    expect(receiver.got).toHaveLength(1)
  })

  it('410 pauses the endpoint; resumed, what waited is replayed', async () => {
    const { id } = await addEndpoint()
    receiver.answers.push({ status: 410 })
    await happen('order.created', { orderId: 'o-4' })
    await latest(id).toMatchObject({ state: 'dead', error: expect.stringContaining('410') })
    const paused = (await admin('GET', `/api/v1/webhooks/${id}`)).body
    expect(paused).toMatchObject({ status: 'paused', pausedBecause: expect.stringContaining('no more events') })
    await happen('order.created', { orderId: 'o-5' })
    expect(await sentTo(id)).toHaveLength(1)

    await admin('PATCH', `/api/v1/webhooks/${id}`, { status: 'active' })
    const { status } = await admin('POST', '/api/v1/jobs/replay', { job: 'send-webhook', error: '410' })
    expect(status).toBe(202)
    await latest(id).toMatchObject({ state: 'done' })
    expect(receiver.got.map(({ body }) => JSON.parse(body).data)).toEqual([{ orderId: 'o-4' }, { orderId: 'o-4' }])
    expect((await admin('GET', `/api/v1/webhooks/${id}`)).body).toMatchObject({ status: 'active', pausedBecause: null })
  })

  it('is not tried against an endpoint that rests after failures in a row, and pauses one that failed for days', async () => {
    const { id } = await addEndpoint()
    const endpoint = hub.hub.db('webhook_endpoints').where({ id })
    receiver.answers.push(...Array(3).fill({ status: 500 }))
    await endpoint.clone().update({ failures: 4, failing_since: new Date(Date.now() - 3600_000) })
    await happen('order.created', { orderId: 'first' })
    await latest(id).toMatchObject({ state: 'retrying', attempts: 1 })
    await happen('order.created', { orderId: 'second' })
    await latest(id).toMatchObject({ state: 'retrying', attempts: 0, error: expect.stringContaining('rests') })
    expect(receiver.got).toHaveLength(1)

    ahead = 6 * 86_400_000
    await endpoint.clone().update({ closed_until: null })
    await happen('order.created', { orderId: 'third' })
    await latest(id).toMatchObject({ state: 'dead', error: expect.stringContaining('no event for 5 days') })
    expect((await admin('GET', `/api/v1/webhooks/${id}`)).body.status).toBe('paused')
  })

  it('can be sent again, under its id; not while it is on its way', async () => {
    const { id } = await addEndpoint()
    await happen('invoice.updated', { invoiceId: 'i-1' })
    await latest(id).toMatchObject({ state: 'done' })
    const [{ event }] = await sentTo(id)
    const resend = () => admin('POST', `/api/v1/webhooks/${id}/events/${event.id}/resend`)
    expect((await resend()).status).toBe(202)
    await expect.poll(() => receiver.got.length).toBe(2)
    expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([event.id]))
    await expect.poll(async () => (await sentTo(id, '?state=done')).length).toBe(2)
    receiver.answers.push({ status: 500 })
    expect((await resend()).status).toBe(202)
    await latest(id).toMatchObject({ state: 'retrying' })
    expect(await resend()).toMatchObject({ status: 409, body: { error: { code: 'wrong_state' } } })
    const page = await admin('GET', `/api/v1/webhooks/${id}/events?limit=2`)
    expect(page.body.items).toHaveLength(2)
    const rest = await admin('GET', `/api/v1/webhooks/${id}/events?limit=2&cursor=${page.body.next}`)
    expect(rest.body).toMatchObject({ items: [{ state: 'done' }], next: null })
  })
})

describe('what was sent', () => {
  it('is forgotten half a year later: then it can no longer be sent again', async () => {
    const { id } = await addEndpoint()
    await happen('order.created', { orderId: 'old' })
    await latest(id).toMatchObject({ state: 'done' })
    const [{ event }] = await sentTo(id)
    await hub.hub
      .db('webhook_events')
      .where({ id: event.id })
      .update({ at: new Date(Date.now() - 190 * 86_400_000) })
    await happen('order.created', { orderId: 'new' })
    await latest(id).toMatchObject({ state: 'done', event: { data: { orderId: 'new' } } })
    const purge = await enqueue(hub.hub.db, 'purge-job-runs', {})
    const progress = async () => (await hub.hub.db('job_runs').where({ id: purge }).first('progress')).progress
    await expect.poll(progress, { timeout: 20_000 }).toMatchObject({ purgedEvents: 1 })
    expect((await sentTo(id)).map((s: { event: unknown }) => s.event)).toMatchObject([
      { data: { orderId: 'new' } },
      null,
    ])
    expect((await admin('POST', `/api/v1/webhooks/${id}/events/${event.id}/resend`)).status).toBe(404)
  })
})

describe('a secret', () => {
  it('is shown when it is made and never again, and lies sealed', async () => {
    const { id, secret } = await addEndpoint()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const answers = [
      await admin('GET', `/api/v1/webhooks/${id}`),
      await admin('GET', '/api/v1/webhooks'),
      await admin('PATCH', `/api/v1/webhooks/${id}`, { description: 'the shop' }),
    ]
    expect(answers.map((a) => a.status)).toEqual([200, 200, 200])
    expect(JSON.stringify(answers)).not.toContain(secret)
    const row = await hub.hub.db('webhook_endpoints').where({ id }).first()
    expect(row.sealed_secret.includes(Buffer.from(secret))).toBe(false)
  })

  it('rotates: both sign for a while, then the new one alone', async () => {
    const { id, secret: old } = await addEndpoint()
    const rotated = await admin('POST', `/api/v1/webhooks/${id}/rotate-secret`, { keepOldHours: 2 })
    expect(rotated.status).toBe(200)
    const { secret } = rotated.body
    expect(secret).not.toBe(old)
    const ping = async () => {
      expect((await admin('POST', `/api/v1/webhooks/${id}/test`)).body).toMatchObject({ taken: true, status: 204 })
      const { headers, body } = receiver.got.pop() as Receiver['got'][0]
      return { body, headers: headers as Record<string, string> }
    }
    const both = await ping()
    expect(both.headers['webhook-signature']?.split(' ')).toHaveLength(2)
    for (const s of [old, secret])
      expect(new Webhook(s).verify(both.body, both.headers)).toMatchObject({ type: 'ping', data: { endpointId: id } })
    ahead = 3 * 3_600_000
    const one = await ping()
    expect(one.headers['webhook-signature']?.split(' ')).toHaveLength(1)
    const at = new Date(Number(one.headers['webhook-timestamp']) * 1000)
    expect(one.headers['webhook-signature']).toBe(
      new Webhook(secret).sign(one.headers['webhook-id'] ?? '', at, one.body),
    )
  })
})

describe('the test message', () => {
  it('says at once what the endpoint answered, or why it can’t be reached', async () => {
    const { id } = await addEndpoint()
    const test = async () => (await admin('POST', `/api/v1/webhooks/${id}/test`)).body
    expect(await test()).toMatchObject({ taken: true, status: 204 })
    receiver.answers.push({ status: 401, body: 'who are you?' })
    expect(await test()).toMatchObject({
      taken: false,
      status: 401,
      message: expect.stringContaining('"who are you?"'),
    })
    await admin('PATCH', `/api/v1/webhooks/${id}`, { url: 'http://127.0.0.1:1/' })
    expect(await test()).toMatchObject({ taken: false, status: null, message: expect.stringContaining('ECONNREFUSED') })
  })
})

describe('in production', () => {
  it('an endpoint at a private address is not called, however it got there (SSRF)', async () => {
    const { id } = await addEndpoint()
    await admin('PATCH', `/api/v1/webhooks/${id}`, { url: receiver.url.replace('127.0.0.1', 'localhost') })
    const { hub: h } = hub
    const event = { id: h.newId(), seller_id: demoIds.seller, type: 'order.created', data: '{}', at: new Date() }
    await h.db('webhook_events').insert(event)
    const send = (url: string) => {
      const sender = { ...h, config: { ...h.config, production: true } }
      return h
        .db('webhook_endpoints')
        .where({ id })
        .update({ url })
        .then(() => sendWebhook(sender, id, event.id))
    }
    await expect(send(receiver.url)).rejects.toMatchObject({ kind: 'refused' })
    await expect(send(receiver.url.replace('http://127.0.0.1', 'https://localhost'))).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('not at a public address'),
    })
    expect(receiver.got).toEqual([])
  })
})

describe('endpoints', () => {
  it('are described, added, read, changed and removed', async () => {
    const types = (await store('GET', '/api/v1/webhooks/event-types')).body
    expect(types.map((t: { type: string }) => t.type)).toEqual(webhookEventTypes)
    const { id, ...made } = await addEndpoint({ description: 'the shop', events: ['order.created'] })
    expect(made).toMatchObject({ url: receiver.url, status: 'active', storefrontId: null, events: ['order.created'] })
    const changed = await admin('PATCH', `/api/v1/webhooks/${id}`, { events: ['order.created', 'order.cancelled'] })
    expect(changed.body).toMatchObject({ description: 'the shop', events: ['order.created', 'order.cancelled'] })
    expect((await admin('DELETE', `/api/v1/webhooks/${id}`)).status).toBe(204)
    expect((await admin('DELETE', `/api/v1/webhooks/${id}`)).status).toBe(404)
    expect((await admin('GET', `/api/v1/webhooks/${id}`)).status).toBe(404)
  })

  it.each([
    ['no address', { url: 'nonsense' }, 'url'],
    ['another scheme', { url: 'ftp://shop.example/' }, 'url'],
    ['an unknown event', { events: ['order.eaten'] }, 'events.0'],
    ['no event at all', { events: [] }, 'events'],
  ])('refuse %s, naming the field', async (_name, change, field) => {
    const answer = await admin('POST', '/api/v1/webhooks', { url: receiver.url, ...change })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_input', details: [{ field }] } } })
  })

  it('of a storefront are its own; a tool of the seller’s sees all; another seller none', async () => {
    const { body: own } = await store('POST', '/api/v1/webhooks', { url: receiver.url })
    expect(own.storefrontId).toBe(demoIds.storefront)
    const tools = await addEndpoint()
    const idsFor = async (who: typeof store) =>
      (await who('GET', '/api/v1/webhooks')).body.items.map((e: { id: string }) => e.id)
    expect(await idsFor(admin)).toEqual([own.id, tools.id].sort())
    expect(await idsFor(store)).toEqual([own.id])
    const rival = await client('rival-tools', await rivalSeller(), null, scopeNames)
    const other = await client('other-store-hooks', demoIds.seller, await otherStorefront(), scopeNames)
    for (const stranger of [rival, other]) {
      expect(await idsFor(stranger)).toEqual([])
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { status: 'paused' }],
        ['DELETE', '', undefined],
        ['GET', '/events', undefined],
        ['POST', '/test', undefined],
        ['POST', '/rotate-secret', {}],
        ['POST', `/events/${tools.id}/resend`, undefined],
      ] as const)
        expect((await stranger(method, `/api/v1/webhooks/${own.id}${path}`, body)).status, `${method} ${path}`).toBe(
          404,
        )
    }
  })
})

async function client(clientId: string, sellerId: string, storefrontId: string | null, scopes: Scope[]) {
  const { hub: h } = hub
  const secret = h.newToken()
  await insertClient(h.db, { id: h.newId(), sellerId, storefrontId, clientId, scopes, demo: false }, secret, h.now())
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
  return (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, authorization)
}

async function rivalSeller(): Promise<string> {
  const id = hub.hub.newId()
  await hub.hub.db('sellers').insert({ id, name: 'Rival', created_at: new Date() })
  return id
}

async function otherStorefront(): Promise<string> {
  const { hub: h } = hub
  const storefront = {
    id: h.newId(),
    sellerId: demoIds.seller,
    name: 'Other',
    punchoutUrl: 'https://other.example/',
    testPunchoutUrl: null,
    itemLookupUrl: null,
  }
  return (await putStorefront(h.db, storefront, h.now())).id
}
