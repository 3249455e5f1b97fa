// An order over the credit, asked about by a member: block, ask or warn as the account or one above it says. Design:
// accounts-approvals-budgets.md, "Credit" and edge case 15.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import { draft, type Member, type PurchaseSite, startPurchaseSite, submit } from '../requisitions/purchase-site.ts'

let site: PurchaseSite
let buyer: Member
const now = new Date()

beforeAll(async () => {
  site = await startPurchaseSite('credit-policy', false)
  buyer = await site.addMember('buyer')
})
afterAll(() => site?.close())

async function setCredit(standing: Record<string, unknown>, readAt: Date | null = now) {
  const { db } = site.hub.hub
  await db('credit_standings').where({ connection_id: demoIds.erpConnection }).delete()
  await db('credit_standings').insert({
    ...{ connection_id: demoIds.erpConnection, seller_id: demoIds.seller, customer_number: '100042', currency: 'EUR' },
    ...{
      balance: '900',
      balance_currency: 'EUR',
      open_orders: '0',
      balance_as_of: readAt ?? now,
      credit_limit: '1000',
    },
    ...{ limited: true, blocked: false, limit_as_of: now, updated_at: now, ...standing },
  })
  await db('sync_streams').where({ connection_id: demoIds.erpConnection }).delete()
  for (const stream of ['balances', 'creditLimits'])
    await db('sync_streams').insert({
      ...{ connection_id: demoIds.erpConnection, stream, finished_at: readAt, updated_at: now },
    })
}

/** The seller says it at the customer's top; the department has it from there. */
async function setPolicy(creditPolicy: Record<string, string> | null) {
  const { version } = (await site.admin('GET', `/accounts/${demoIds.account}`)).body
  const { status } = await site.admin('PATCH', `/accounts/${demoIds.account}`, {
    version,
    properties: { creditPolicy },
  })
  expect(status).toBe(200)
}

beforeEach(async () => {
  await site.hub.hub.db('requisitions').where({ state: 'pending' }).update({ state: 'withdrawn' })
  await site.hub.hub.db('orders').update({ state: 'cancelled' })
  await setPolicy(null)
})

it('blocks over the credit unless the account says otherwise, and lets pass what is within', async () => {
  await setCredit({})
  expect(await submit(buyer, await draft(buyer, '11'))).toMatchObject({
    ...{ status: 422, body: { error: { code: 'over_credit', message: expect.stringContaining('available credit') } } },
  })
  expect((await submit(buyer, await draft(buyer, '10'))).body).toMatchObject({ state: 'ordered', message: null })
})

it('asks for approval where an account above says ask, and what waits counts as spent', async () => {
  await setCredit({})
  await setPolicy({ overCredit: 'ask' })
  const { body } = await submit(buyer, await draft(buyer, '11'))
  expect(body).toMatchObject({ state: 'pending', message: expect.stringContaining('available credit') })
  // 110 wait of a credit of 100: not even one box is left.
  expect((await submit(buyer, await draft(buyer, '1'))).body.state).toBe('pending')
  await setPolicy({ overCredit: 'block' })
  expect((await submit(buyer, await draft(buyer, '1'))).status).toBe(422)
})

it('only warns where the account says warn, but a customer the ERP blocks is blocked', async () => {
  await setCredit({})
  await setPolicy({ overCredit: 'warn' })
  const { body } = await submit(buyer, await draft(buyer, '11'))
  expect(body).toMatchObject({ state: 'ordered', message: expect.stringContaining('available credit') })
  await setCredit({ blocked: true, block_reason: 'unpaid' })
  expect(await submit(buyer, await draft(buyer, '1'))).toMatchObject({
    ...{ status: 422, body: { error: { message: expect.stringContaining('unpaid') } } },
  })
})

it('edge case 15: a stale balance of the ERP is said, asks for approval, or is passed over, as the account says', async () => {
  await setCredit({}, new Date(now.getTime() - 86_400_000 * 3))
  const usual = await submit(buyer, await draft(buyer, '1'))
  expect(usual.body).toMatchObject({ state: 'ordered', message: expect.stringContaining('may be old') })
  await setPolicy({ staleCredit: 'ask' })
  expect((await submit(buyer, await draft(buyer, '1'))).body).toMatchObject({
    ...{ state: 'pending', message: expect.stringContaining('may be old') },
  })
  await setPolicy({ staleCredit: 'ignore' })
  expect((await submit(buyer, await draft(buyer, '1'))).body).toMatchObject({ state: 'ordered', message: null })
})

it('edge case 15: limit and balance in two currencies are said, not added up', async () => {
  await setCredit({ balance_currency: 'USD' })
  await setPolicy({ staleCredit: 'ask' })
  const { body } = await submit(buyer, await draft(buyer, '500'))
  expect(body).toMatchObject({ state: 'pending', message: expect.stringContaining('the balance in USD') })
})

it('is the seller’s to say: a customer’s admin may not', async () => {
  const { version } = (await site.admin('GET', `/accounts/${site.accountId}`)).body
  const admin = await site.addMember('buyer-admin')
  const change = { version, properties: { creditPolicy: { overCredit: 'warn' } } }
  expect((await admin.call('PATCH', `/accounts/${site.accountId}`, change)).status).toBe(403)
})
