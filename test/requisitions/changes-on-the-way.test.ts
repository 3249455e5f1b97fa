// What changes between a cart and its order: people, prices, rates, restrictions; and what each kind of step brings. Issue 4; design:
// accounts-approvals-budgets.md, "Approval".
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRequest } from '../../src/approvals/approval-store.ts'
import { putRates } from '../../src/approvals/exchange-rates.ts'
import { tendRequest } from '../../src/approvals/tend-approvals.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { settleRequisition } from '../../src/requisitions/settle-requisition.ts'
import { until } from '../support/buyer-endpoint.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { decide, draft, type Member, type PurchaseSite, startPurchaseSite, steps, submit } from './purchase-site.ts'

let site: PurchaseSite
let buyer: Member
let approver: Member
let receiver: Receiver
let budgetId: string

const amount = (above: string, currency = 'EUR') => ({
  all: [{ fact: 'amount', basis: 'gross', op: 'above', value: above, currency }],
})
const costCentre = (value: string) => ({ all: [{ fact: 'costCentre', op: 'in', values: [value] }] })
const on = (code: string) => ({ shares: [{ costCentre: code, percent: '100' }] })

beforeAll(async () => {
  site = await startPurchaseSite('changes-on-the-way')
  const { db } = site.hub.hub
  buyer = await site.addMember('buyer')
  approver = await site.addMember('approver')
  budgetId = await site.addBudget('100000')
  await db.transaction((trx) => putRates(trx, demoIds.seller, [{ from: 'EUR', to: 'USD', rate: '1.10' }], new Date()))
  await site.addPolicy([
    { name: 'dear', when: amount('50'), action: steps([approver]) },
    { name: 'dollars', when: amount('200', 'USD'), action: steps([approver]) },
    { name: 'address', when: costCentre('TO-COMPLETE'), action: steps([approver], 'complete-address') },
    { name: 'payment', when: costCentre('TO-PAY'), action: steps([approver], 'confirm-payment') },
    { name: 'never', when: costCentre('NEVER'), action: { effect: 'deny', message: 'Nobody buys for NEVER.' } },
    {
      name: 'late',
      when: costCentre('LATE'),
      action: {
        effect: 'steps',
        steps: [
          {
            name: 'In time',
            who: { by: 'user', membershipIds: [approver.membershipId] },
            timeout: { endAfter: 1 },
          },
        ],
      },
    },
  ])
  receiver = await startReceiver()
  const hook = await site.admin('POST', '/webhooks', {
    url: receiver.url,
    events: [
      ...['requisition.submitted', 'requisition.approved', 'requisition.rejected'],
      ...['quote.requested', 'quote.answered', 'quote.declined', 'return.requested'],
    ],
  })
  expect(hook.status).toBe(201)
}, 60_000)
afterAll(async () => {
  await site?.close()
  await receiver?.close()
})

const read = async (id: string, who = buyer) => (await who.call('GET', `/requisitions/${id}`)).body
const inState = (id: string, state: string, who = buyer) =>
  until(`${id} to be ${state}`, async () => {
    const now = await read(id, who)
    return now.state === state ? now : undefined
  })
const reservedOf = (id: string) =>
  site.hub.hub.db('budget_claims').where({ spender_id: id, budget_id: budgetId }).where('reserved', '>', 0)
const heard = (type: string, id: string) =>
  until(`${type} to be heard`, async () =>
    receiver.got.some(({ body }) => body.includes(`"${type}"`) && body.includes(id)) ? true : undefined,
  )

describe('while it waits', () => {
  it('the requester is suspended: it comes back with the words, its budget free', async () => {
    const other = await site.addMember('buyer')
    const id = await draft(other, '6')
    expect((await submit(other, id)).body.state).toBe('pending')
    const { db } = site.hub.hub
    await db('memberships').where({ id: other.membershipId }).update({ status: 'suspended' })
    await decide(site, id, 'approve', approver)
    const back = await until('it to come back', () =>
      db('requisitions').where({ id, state: 'changes_requested' }).first(),
    )
    expect(back.message).toContain('not active')
    expect(await reservedOf(id)).toEqual([])
    expect(await db('orders').where({ requisition_id: id })).toEqual([])
  })

  it('the contract price changes: at submit it is shown first, after approval it comes back', async () => {
    const { db } = site.hub.hub
    const setPrice = (price: string) =>
      db.raw(
        `UPDATE erp_prices SET record = record || jsonb_build_object('unitPrice', ?::text) WHERE item_number = 'TN-2420'`,
        [price],
      )
    const id = await draft(buyer, '1', { supplierPartId: 'TN-2420' })
    await setPrice('70.00')
    const refused = await submit(buyer, id)
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } })
    expect(refused.body.error.details).toMatchObject([{ lineNumber: 1, was: '60.00', is: '70.00' }])
    expect(await read(id)).toMatchObject({ state: 'draft', netAmount: '70.00' })
    expect((await submit(buyer, id)).body.state).toBe('pending')
    await setPrice('80.00')
    await decide(site, id, 'approve', approver)
    const back = await inState(id, 'changes_requested')
    expect(back.message).toContain('the price was 70.00 and is 80.00 now')
    expect(await reservedOf(id)).toEqual([])
    await setPrice('60.00')
  })

  it('edge case 6: the exchange rate moves, and the request keeps the one it was asked at', async () => {
    const { db } = site.hub.hub
    const id = await draft(buyer, '20')
    const { approvalId } = (await submit(buyer, id)).body
    const before = await findRequest(db, approvalId)
    expect(before?.rates).toMatchObject({ 'EUR>USD': expect.stringMatching(/^1\.10*$/) })
    await db.transaction((trx) => putRates(trx, demoIds.seller, [{ from: 'EUR', to: 'USD', rate: '0.01' }], new Date()))
    await decide(site, id, 'approve', approver)
    await inState(id, 'ordered')
    const after = await findRequest(db, approvalId)
    expect([after?.rates, after?.why, after?.amount]).toEqual([before?.rates, before?.why, before?.amount])
  })

  it('nobody decides in time: it is over, its budget free', async () => {
    const { hub } = site.hub
    const id = await draft(buyer, '1', on('LATE'))
    const { approvalId } = (await submit(buyer, id)).body
    const at = new Date(Date.now() + 2 * 3_600_000)
    await hub.db.transaction((trx) => tendRequest(trx, approvalId, { at, newId: randomUUID }))
    await hub.db.transaction((trx) => settleRequisition(trx, approvalId, stampOf(hub)))
    const ended = await read(id)
    expect(['expired', 'rejected']).toContain(ended.state)
    expect(await reservedOf(id)).toEqual([])
  })
})

describe('a step', () => {
  it('completes the address, and the order goes there', async () => {
    const id = await draft(buyer, '1', on('TO-COMPLETE'))
    expect((await submit(buyer, id)).body).toMatchObject({ state: 'pending', shipTo: null })
    const address = { name: 'Gate 4', street: ['Dock 1'], city: 'Ede', countryCode: 'NL' }
    await decide(site, id, 'approve', approver, { address })
    const { orderId, shipTo } = await inState(id, 'ordered')
    expect(shipTo).toMatchObject(address)
    const order = await site.hub.hub.db('orders').where({ id: orderId }).first('ship_to')
    expect(order.ship_to).toMatchObject(address)
  })

  it('confirms the payment', async () => {
    const id = await draft(buyer, '1', on('TO-PAY'))
    const { approvalId } = (await submit(buyer, id)).body
    await decide(site, id, 'approve', approver)
    await inState(id, 'ordered')
    const { body } = await site.admin('GET', `/approvals/${approvalId}`)
    expect(body.steps).toMatchObject([{ kind: 'confirm-payment', state: 'approved' }])
  })
})

describe('a denial', () => {
  it('keeps the record of why, reserves nothing and is no order', async () => {
    const id = await draft(buyer, '1', on('NEVER'))
    const denied = await submit(buyer, id)
    expect(denied).toMatchObject({ status: 422, body: { error: { code: 'restricted' } } })
    expect(denied.body.error.message).toContain('Nobody buys for NEVER.')
    const { approvalId, state, message } = await read(id)
    expect([state, message]).toEqual(['draft', 'Nobody buys for NEVER.'])
    expect(denied.body.error.details.approvalId).toBe(approvalId)
    expect(await findRequest(site.hub.hub.db, approvalId)).toMatchObject({ state: 'denied' })
    expect((await site.admin('GET', `/approvals/${approvalId}/why`)).status).toBe(200)
    expect(await reservedOf(id)).toEqual([])
  })
})

describe('restrictions', () => {
  it('are shown in the cart, naming the line, and refused at submit', async () => {
    const limited = await site.addMember('buyer', { cost_centres: ['MINE'] })
    const lines = [
      { supplierPartId: '00123', quantity: '1', ...on('MINE') },
      { supplierPartId: 'TN-2420', quantity: '1', ...on('THEIRS') },
    ]
    const { body: cart } = await limited.call('POST', '/carts', { name: 'Mixed', lines })
    expect(cart.violations).toMatchObject([{ kind: 'cost-centre', code: 'THEIRS', lineNumbers: [2] }])
    const { body: made } = await limited.call('POST', '/requisitions', { cartId: cart.id })
    const refused = await submit(limited, made.id)
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'restricted' } } })
    expect(refused.body.error.message).toMatch(/^Line 2: /)
  })

  it('to catalogues let the order of an allowed one go on, not held', async () => {
    const limited = await site.addMember('buyer', { catalogues: ['OFFICE'] })
    const { db } = site.hub.hub
    const id = await draft(limited)
    const line = { ...(await read(id, limited)).lines[0], catalogue: 'OFFICE' }
    await db('requisitions')
      .where({ id })
      .update({ lines: JSON.stringify([line]) })
    expect(await submit(limited, id)).toMatchObject({ status: 200, body: { state: 'ordered' } })
    const { orderId } = await read(id, limited)
    expect((await db('orders').where({ id: orderId }).first('state')).state).not.toBe('held')
  })
})

describe('numbers', () => {
  it('of purchase orders are used once, by ten at once', async () => {
    const { db } = site.hub.hub
    const accounts = () => db('accounts').where({ id: site.accountId })
    await accounts().update({ properties: JSON.stringify({ rules: { uniquePoNumbers: true } }) })
    const ids: string[] = []
    for (let i = 0; i < 10; i++) ids.push(await draft(buyer))
    await db('requisitions').whereIn('id', ids).update({ po_number: 'PO-ONCE' })
    const answers = await Promise.all(ids.map((id) => submit(buyer, id)))
    expect(answers.map((a) => a.status).sort()).toEqual([200, ...Array(9).fill(409)])
    expect(await db('orders').where({ po_number: 'PO-ONCE' })).toHaveLength(1)
    await accounts().update({ properties: '{}' })
  })
})

describe('what is seen', () => {
  it('is listed page by page, in CSV whole, and not by another tenant', async () => {
    const lister = await site.addMember('buyer')
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.push(await draft(lister))
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const path: string = `/requisitions?limit=2${cursor ? `&cursor=${cursor}` : ''}`
      const { body } = await lister.call('GET', path)
      seen.push(...body.items.map((r: { id: string }) => r.id))
      cursor = body.next
    } while (cursor)
    expect(seen).toEqual([...ids].reverse())
    const csv = await lister.call('GET', '/requisitions.csv')
    expect(csv.body.trim().split('\r\n')).toHaveLength(6)
    for (const id of ids) expect(csv.body).toContain(id)
    const stranger = await site.addStranger()
    for (const path of [`/requisitions/${ids[0]}`, `/carts/${(await read(ids[0] as string, lister)).cartId}`])
      expect((await stranger.call('GET', path)).status).toBe(404)
    expect((await stranger.call('POST', `/requisitions/${ids[0]}/submit`, {})).status).toBe(404)
    expect((await stranger.call('GET', '/requisitions')).body.items).toEqual([])
  })

  it('is told to those who listen: requisitions, quotes and returns', async () => {
    const id = await draft(buyer, '6')
    await submit(buyer, id)
    await heard('requisition.submitted', id)
    await decide(site, id, 'approve', approver)
    await heard('requisition.approved', id)
    const no = await draft(buyer, '6')
    await submit(buyer, no)
    await decide(site, no, 'reject', approver)
    await heard('requisition.rejected', no)
    const { orderId } = await inState(id, 'ordered')
    await site.hub.hub.db('order_lines').where({ order_id: orderId }).update({ shipped_quantity: '6' })
    const lines = [{ lineNumber: 1, quantity: '1' }]
    const back = await buyer.call('POST', '/returns', { orderId, reason: 'broken', lines })
    await heard('return.requested', back.body.id)
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
    const quote = await buyer.call('POST', '/quotes', { lines: [{ supplierPartId: 'X', quantity: '1' }], expiresAt })
    await heard('quote.requested', quote.body.id)
    await buyer.call('POST', `/quotes/${quote.body.id}/decline`, {})
    await heard('quote.declined', quote.body.id)
  })
})
