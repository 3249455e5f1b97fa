// Paying invoices at a provider's checkout, with the provider's faults (nock). Mollie's API as published: docs.mollie.com/reference.
import { randomUUID } from 'node:crypto'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readPayments } from '../../jobs/read-payments.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { paymentTransitions } from '../../src/payments/payment.ts'
import { checkGraph } from '../../src/state-machine.ts'
import { account, call, member } from '../accounts/company.ts'
import { erpInvoice, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const KEY = 'test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM'
const origin = { id: demoIds.erpConnection, sellerId: demoIds.seller }
const mollie = () => nock('https://api.mollie.com', { reqheaders: { authorization: `Bearer ${KEY}` } })
let hub: TestHub
let finance: string
let ahead = 0

beforeAll(async () => {
  hub = await startTestHub({ demo: false, now: () => new Date(Date.now() + ahead) })
  finance = await member(hub, demoIds.account, 'fay', 'finance')
  const settings = { provider: 'mollie', apiKey: KEY, returnUrl: 'https://shop.example/invoices?x=1' }
  expect(await call(hub, null, 'PUT', '/api/v1/payment-settings', settings)).toMatchObject({ status: 200 })
})
afterAll(() => hub?.close())
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([])
  nock.cleanAll()
})

async function invoice(openAmount: string, also: Record<string, unknown> = {}) {
  const sketch = erpInvoice({ totalAmount: openAmount, openAmount, ...also })
  await record(hub.hub, origin, { invoices: [sketch] })
  const { id } = await hub.hub.db('invoices').where({ erp_id: sketch.erpId }).first('id')
  return { id: id as string, sketch }
}
const pay = (body: Record<string, unknown>, key?: string, who: string | null = finance) =>
  fetch(`${hub.url}/api/v1/payments`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Basic ${Buffer.from('demo-admin:demo-admin-secret').toString('base64')}` },
      ...{ 'content-type': 'application/json' },
      ...(who ? { 'hub-membership': who } : {}),
      ...(key ? { 'idempotency-key': key } : {}),
    },
    body: JSON.stringify(body),
  }).then(async (res) => ({ status: res.status, body: JSON.parse(await res.text()) }))
const read = async (id: string) => (await call(hub, finance, 'GET', `/api/v1/payments/${id}`)).body
const readInvoice = async (id: string) => (await call(hub, finance, 'GET', `/api/v1/invoices/${id}`)).body
const webhook = (id: string, providerId: string) =>
  fetch(`${hub.url}/payment-webhooks/${id}`, { method: 'POST', body: new URLSearchParams({ id: providerId }) })

let count = 0
const newId = () => `tr_test${++count}`
const payment = (providerId: string, paymentId: string, value: string, status = 'open', currency = 'EUR') => ({
  ...{ resource: 'payment', id: providerId, status, amount: { value, currency }, metadata: { paymentId } },
  _links: { checkout: { href: `https://www.mollie.com/checkout/${providerId}`, type: 'text/html' } },
})
/** Mollie makes the next payment under this id. */
function makes(providerId: string, value: string) {
  const asked: { body?: Record<string, unknown>; key?: string } = {}
  mollie()
    .post('/v2/payments')
    .reply(function (_uri, body) {
      asked.body = body as Record<string, unknown>
      asked.key = String(this.req.headers['idempotency-key'])
      const { paymentId } = asked.body.metadata as { paymentId: string }
      return [201, payment(providerId, paymentId, value)]
    })
  return asked
}
const says = (providerId: string, paymentId: string, value: string, status: string, currency = 'EUR') =>
  mollie()
    .get(`/v2/payments/${providerId}`)
    .reply(200, payment(providerId, paymentId, value, status, currency))

async function started(value = '100.00') {
  const inv = await invoice(value)
  const providerId = newId()
  makes(providerId, value)
  const { status, body } = await pay({ invoiceIds: [inv.id] })
  expect({ status, body }).toMatchObject({ status: 201 })
  return { ...inv, providerId, paymentId: body.id as string }
}

describe('a payment', () => {
  it('has states that all can be reached', () => {
    expect(checkGraph(paymentTransitions, 'open')).toEqual([])
  })

  it('sends to the provider’s checkout, and is paid once the provider, read back, says so', async () => {
    const inv = await invoice('100.00')
    const providerId = newId()
    const asked = makes(providerId, '100.00')
    const { status, body } = await pay({ invoiceIds: [inv.id] })
    const checkoutUrl = `https://www.mollie.com/checkout/${providerId}`
    expect({ status, body }).toMatchObject({ status: 201, body: { state: 'open', amount: '100.00', checkoutUrl } })
    expect(asked).toMatchObject({
      key: body.id,
      body: {
        amount: { currency: 'EUR', value: '100.00' },
        redirectUrl: `https://shop.example/invoices?x=1&payment=${body.id}`,
        webhookUrl: `${hub.url}/payment-webhooks/${body.id}`,
      },
    })
    says(providerId, body.id, '100.00', 'paid')
    expect((await webhook(body.id, providerId)).status).toBe(200)
    expect(await read(body.id)).toMatchObject({ state: 'paid', checkoutUrl: null, problem: null })
    expect(await readInvoice(inv.id)).toMatchObject({
      ...{ openAmount: '100.00', paidHere: '100.00', openAfterNotes: '0.00', state: expect.any(String) },
    })
    await record(hub.hub, origin, {
      invoices: [{ ...inv.sketch, state: 'paid', openAmount: '0.00', changedAt: '2026-03-01T08:00:00Z' }],
    })
    expect(await readInvoice(inv.id)).toMatchObject({ state: 'paid', paidHere: '0', openAfterNotes: '0' })
    const trail = await hub.hub.db('audit_events').where({ subject_id: body.id }).orderBy('id').pluck('action')
    expect(trail).toEqual(['payment.started', 'payment.paid'])
  })

  it('told twice is paid once', async () => {
    const { providerId, paymentId } = await started()
    for (let i = 0; i < 2; i++) {
      says(providerId, paymentId, '100.00', 'paid')
      await webhook(paymentId, providerId)
    }
    expect(await hub.hub.db('audit_events').where({ subject_id: paymentId, action: 'payment.paid' })).toHaveLength(1)
  })

  it('in part leaves the rest; over what is left, or what is being paid, it is refused', async () => {
    const inv = await invoice('100.00')
    makes(newId(), '60.00')
    expect((await pay({ invoiceIds: [inv.id], amounts: { [inv.id]: '60.00' } })).status).toBe(201)
    expect(await pay({ invoiceIds: [inv.id], amounts: { [inv.id]: '40.01' } })).toMatchObject({ status: 409 })
    makes(newId(), '40.00')
    expect(await pay({ invoiceIds: [inv.id] })).toMatchObject({ status: 201, body: { amount: '40.00' } })
    expect((await pay({ invoiceIds: [inv.id] })).status).toBe(409)
    expect((await pay({ invoiceIds: [inv.id], amounts: { [inv.id]: '0.001' } })).status).toBe(400)
  })

  it('started by ten at once on one invoice is started once', async () => {
    const inv = await invoice('10.00')
    makes(newId(), '10.00')
    const answers = await Promise.all(Array.from({ length: 10 }, () => pay({ invoiceIds: [inv.id] })))
    expect(answers.map((a) => a.status).sort()).toEqual([201, ...Array(9).fill(409)])
  })

  it('failed, expired or canceled lets the invoice be paid again', async () => {
    for (const status of ['failed', 'expired', 'canceled']) {
      const { id, providerId, paymentId } = await started('20.00')
      says(providerId, paymentId, '20.00', status)
      await webhook(paymentId, providerId)
      expect((await read(paymentId)).state).toBe(status)
      expect(await readInvoice(id)).toMatchObject({ openAfterNotes: '20.00' })
      makes(newId(), '20.00')
      expect((await pay({ invoiceIds: [id] })).status).toBe(201)
    }
  })
})

describe('a provider in trouble', () => {
  it('that asks to wait, fails, or talks nonsense leaves the payment open; the same key asks it again, once', async () => {
    const inv = await invoice('30.00')
    const key = randomUUID()
    const asking = () => pay({ invoiceIds: [inv.id] }, key)
    mollie().post('/v2/payments').reply(429, { detail: 'slow down' }, { 'Retry-After': '7' })
    expect(await asking()).toMatchObject({ status: 503, body: { error: { details: { retryAfter: 7 } } } })
    mollie().post('/v2/payments').reply(500, 'oops')
    expect((await asking()).status).toBe(503)
    mollie().post('/v2/payments').reply(201, '<html>a proxy</html>')
    expect((await asking()).status).toBe(503)
    mollie().post('/v2/payments').replyWithError({ code: 'ETIMEDOUT', message: 'timed out' })
    expect((await asking()).status).toBe(503)
    expect((await pay({ invoiceIds: [inv.id] })).status).toBe(409)
    const asked = makes(newId(), '30.00')
    const { status, body } = await asking()
    expect({ status, key: asked.key }).toEqual({ status: 201, key: body.id })
    expect((await asking()).body.id).toBe(body.id)
    expect((await pay({ invoiceIds: [(await invoice('1.00')).id] }, key)).status).toBe(409)
    expect(await hub.hub.db('payments').where({ once_key: key })).toHaveLength(1)
  })

  it('that refuses ends it as failed, with its words, and the invoice is free', async () => {
    const inv = await invoice('30.00')
    mollie().post('/v2/payments').reply(422, { status: 422, title: 'Unprocessable', detail: 'The amount is too low' })
    expect(await pay({ invoiceIds: [inv.id] })).toMatchObject({
      ...{ status: 201, body: { state: 'failed', problem: expect.stringContaining('too low'), checkoutUrl: null } },
    })
    makes(newId(), '30.00')
    expect((await pay({ invoiceIds: [inv.id] })).status).toBe(201)
  })

  it('that calls before we know its id is read back; the job ends what was never made', async () => {
    const [early, never] = [await invoice('15.00'), await invoice('16.00')]
    for (const inv of [early, never]) {
      mollie().post('/v2/payments').reply(500, 'oops')
      await pay({ invoiceIds: [inv.id] })
    }
    const [a, b]: string[] = await hub.hub
      .db('payments')
      .where({ state: 'open' })
      .whereNull('provider_id')
      .orderBy('id')
      .pluck('id')
    const providerId = newId()
    says(providerId, a as string, '15.00', 'paid')
    expect((await webhook(a as string, providerId)).status).toBe(200)
    expect((await read(a as string)).state).toBe('paid')
    await hub.hub
      .db('payments')
      .where({ state: 'open' })
      .whereNot({ id: b })
      .update({ read_at: new Date(Date.now() + 86_400_000) })
    ahead = 2 * 3_600_000
    await readPayments.run(hub.hub, {}, { signal: AbortSignal.timeout(60_000) } as never)
    ahead = 0
    expect(await read(b as string)).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('never answered'),
    })
  })

  it('whose amount or currency differs is not believed, and says so', async () => {
    const { id, providerId, paymentId } = await started('50.00')
    says(providerId, paymentId, '5.00', 'paid')
    await webhook(paymentId, providerId)
    expect(await read(paymentId)).toMatchObject({ state: 'open', problem: expect.stringContaining('5.00 EUR') })
    says(providerId, paymentId, '50.00', 'paid', 'USD')
    await webhook(paymentId, providerId)
    expect(await read(paymentId)).toMatchObject({ state: 'open', problem: expect.stringContaining('50.00 USD') })
    expect((await pay({ invoiceIds: [id] })).status).toBe(409)
  })

  it('is asked only about what is ours: other ids, other payments, garbage change nothing', async () => {
    const { providerId, paymentId } = await started('50.00')
    expect((await webhook(paymentId, 'tr_another1')).status).toBe(200)
    expect((await webhook(paymentId, '../../v2/refunds')).status).toBe(200)
    expect((await webhook(randomUUID(), providerId)).status).toBe(200)
    expect((await webhook('no-uuid', providerId)).status).toBe(200)
    says(providerId, randomUUID(), '50.00', 'paid')
    await webhook(paymentId, providerId)
    mollie().get(`/v2/payments/${providerId}`).reply(404, { detail: 'No payment exists' })
    expect((await webhook(paymentId, providerId)).status).toBe(503)
    mollie()
      .get(`/v2/payments/${providerId}`)
      .reply(200, { ...payment(providerId, paymentId, '50.00'), status: 'surprise' })
    expect((await webhook(paymentId, providerId)).status).toBe(503)
    expect((await read(paymentId)).state).toBe('open')
  })

  it('that nobody heard of is asked by the job', async () => {
    const { providerId, paymentId } = await started('70.00')
    await hub.hub
      .db('payments')
      .where({ state: 'open' })
      .whereNot({ id: paymentId })
      .update({ read_at: new Date(Date.now() + 86_400_000) })
    says(providerId, paymentId, '70.00', 'paid')
    ahead = 600_000
    await readPayments.run(hub.hub, {}, { signal: AbortSignal.timeout(60_000) } as never)
    ahead = 0
    expect((await read(paymentId)).state).toBe('paid')
  })

  it('that says paid of what was given up is believed, and a person is told to look', async () => {
    const { providerId, paymentId } = await started('80.00')
    says(providerId, paymentId, '80.00', 'expired')
    await webhook(paymentId, providerId)
    says(providerId, paymentId, '80.00', 'paid')
    await webhook(paymentId, providerId)
    expect(await read(paymentId)).toMatchObject({ state: 'paid', problem: expect.stringContaining('second payment') })
  })
})

describe('who may', () => {
  it('pays with invoice.pay only, and sees nothing of another company', async () => {
    const inv = await invoice('10.00')
    const buyer = await member(hub, demoIds.account, 'bob', 'buyer')
    expect((await pay({ invoiceIds: [inv.id] }, undefined, buyer)).status).toBe(403)
    const other = await member(hub, await account(hub, 'Other'), 'oda', 'finance')
    expect((await pay({ invoiceIds: [inv.id] }, undefined, other)).status).toBe(404)
    const { paymentId } = await started()
    expect((await call(hub, other, 'GET', `/api/v1/payments/${paymentId}`)).status).toBe(404)
    expect((await call(hub, other, 'GET', '/api/v1/payments')).body.items).toEqual([])
    expect((await call(hub, finance, 'GET', '/api/v1/payments?state=open')).body.items.length).toBeGreaterThan(0)
  })

  it('keeps the key sealed, shows it never, and refuses what is no key', async () => {
    const { body } = await call(hub, null, 'GET', '/api/v1/payment-settings')
    expect(body).toMatchObject({ provider: 'mollie', keySet: true })
    expect(JSON.stringify(body)).not.toContain(KEY)
    const row = await hub.hub.db('payment_settings').first('sealed_key')
    expect(row.sealed_key.toString('latin1')).not.toContain(KEY)
    const wrong = { provider: 'mollie', apiKey: 'nonsense', returnUrl: 'https://shop.example/' }
    expect((await call(hub, null, 'PUT', '/api/v1/payment-settings', wrong)).status).toBe(400)
  })
})
