// Quotes, returns, quick orders and order lists over HTTP. Issue 4, "Requisitions, approvals, budgets".
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import { enqueue } from '../../src/queue/outbox.ts'
import { quoteTransitions } from '../../src/quotes/quote.ts'
import { returnTransitions } from '../../src/returns/return.ts'
import { checkGraph } from '../../src/state-machine.ts'
import { draft, type Member, type PurchaseSite, startPurchaseSite, submit } from '../requisitions/purchase-site.ts'
import { until } from '../support/buyer-endpoint.ts'
import { startReceiver } from '../support/receiver.ts'

let site: PurchaseSite
let buyer: Member

beforeAll(async () => {
  site = await startPurchaseSite('quotes')
  buyer = await site.addMember('buyer')
})
afterAll(() => site?.close())

const later = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()

describe('a quote', () => {
  it('is asked for, answered by the seller and accepted into an order at its prices', async () => {
    expect(checkGraph(quoteTransitions, 'requested')).toEqual([])
    const lines = [{ supplierPartId: 'SPECIAL', quantity: '3', description: 'made to measure' }]
    const asked = await buyer.call('POST', '/quotes', { lines, expiresAt: later(3) })
    expect(asked).toMatchObject({ status: 201, body: { state: 'requested' } })
    const { id, version } = asked.body
    const answer = { version, validUntil: later(9), lines: [{ ...lines[0], unitPrice: '7.77', unit: 'C62' }] }
    expect((await buyer.call('POST', `/quotes/${id}/answer`, answer)).status).toBe(403)
    const answered = await site.admin('POST', `/quotes/${id}/answer`, answer)
    expect(answered).toMatchObject({ status: 200, body: { state: 'answered' } })
    const accepted = await buyer.call('POST', `/quotes/${id}/accept`, { version: answered.body.version })
    expect(accepted).toMatchObject({ status: 200, body: { state: 'ordered', netAmount: '23.31', quoteId: id } })
    expect((await buyer.call('GET', `/quotes/${id}`)).body.state).toBe('accepted')
    expect((await (await site.addMember('buyer')).call('GET', `/quotes/${id}`)).status).toBe(404)
  })
})

describe('a quote that comes to nothing', () => {
  const ask = async (who: Member, expiresAt = later(3)) => {
    const lines = [{ supplierPartId: 'SPECIAL', quantity: '3', description: 'made to measure' }]
    const { body } = await who.call('POST', '/quotes', { lines, expiresAt })
    return body
  }
  const answer = async (id: string, version: number, unitPrice = '7.77') => {
    const lines = [{ supplierPartId: 'SPECIAL', quantity: '3', unitPrice, unit: 'C62' }]
    return (await site.admin('POST', `/quotes/${id}/answer`, { version, validUntil: later(9), lines })).body
  }

  it('is declined or withdrawn with the words of both sides kept, and a stranger finds nothing', async () => {
    const asked = await ask(buyer)
    await buyer.call('POST', `/quotes/${asked.id}/messages`, { text: 'Is blue possible?' })
    await site.admin('POST', `/quotes/${asked.id}/messages`, { text: 'No.' })
    const withdrawn = await buyer.call('POST', `/quotes/${asked.id}/withdraw`, { reason: 'Then no.' })
    expect(withdrawn.body.state).toBe('withdrawn')
    expect(withdrawn.body.events).toMatchObject([
      { kind: 'requested', actor: { personId: buyer.personId } },
      { kind: 'message', detail: { text: 'Is blue possible?' } },
      { kind: 'message', detail: { text: 'No.' }, actor: { clientId: 'demo-admin' } },
      { kind: 'withdrawn', detail: { reason: 'Then no.' } },
    ])
    expect((await buyer.call('POST', `/quotes/${asked.id}/decline`, {})).status).toBe(409)
    const other = await ask(buyer)
    expect((await site.admin('POST', `/quotes/${other.id}/decline`, {})).body.state).toBe('declined')
    const stranger = await site.addStranger()
    expect((await stranger.call('GET', `/quotes/${other.id}`)).status).toBe(404)
    expect((await stranger.call('POST', `/quotes/${other.id}/messages`, { text: 'x' })).status).toBe(404)
    const first = (await buyer.call('GET', '/quotes?limit=1')).body
    const next = (await buyer.call('GET', `/quotes?limit=1&cursor=${first.next}`)).body
    expect([first.items[0].id, next.items[0].id]).toEqual([other.id, asked.id])
  })

  it('runs out by a job, and is neither answered nor accepted afterwards', async () => {
    const { hub } = site.hub
    const [asked, answered] = [await ask(buyer), await ask(buyer)]
    const { version } = await answer(answered.id, answered.version)
    await hub
      .db('quotes')
      .whereIn('id', [asked.id, answered.id])
      .update({ expires_at: new Date(Date.now() - 1000) })
    expect((await buyer.call('POST', `/quotes/${answered.id}/accept`, { version })).status).toBe(409)
    await enqueue(hub.db, 'expire-quotes', {})
    for (const { id } of [asked, answered])
      await until('it to be expired', async () =>
        (await buyer.call('GET', `/quotes/${id}`)).body.state === 'expired' ? true : undefined,
      )
  })

  it('is as it was where a budget refuses it: accepting and submitting are one; who may exceed the budget accepts', async () => {
    await site.addBudget('1', { name: 'Tiny', kind: 'member', membershipId: buyer.membershipId })
    const asked = await ask(buyer)
    const { version } = await answer(asked.id, asked.version)
    const refused = await buyer.call('POST', `/quotes/${asked.id}/accept`, { version })
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'over_budget' } } })
    expect((await buyer.call('GET', `/quotes/${asked.id}`)).body).toMatchObject({
      ...{ state: 'answered', requisitionId: null, version },
    })
    await site.hub.hub.db('grants').insert({
      ...{ id: randomUUID(), membership_id: buyer.membershipId, account_id: site.accountId, role: 'buyer-admin' },
      ...{ valid_from: new Date(Date.now() - 1000), created_at: new Date() },
    })
    const accepted = await buyer.call('POST', `/quotes/${asked.id}/accept`, { version })
    expect(accepted).toMatchObject({ status: 200, body: { state: 'ordered' } })
  })
})

describe('a quick order', () => {
  it('takes a thousand lines with its progress, and loses none that is wrong', async () => {
    const good = Array.from({ length: 1000 }, () => '00123;1')
    const text = ['part;quantity', ...good, 'NO-SUCH;2', 'TN-2420;many'].join('\n')
    const { status, body } = await buyer.call('POST', '/quick-orders', { text })
    expect(status).toBe(202)
    const done = await until('it to be finished', async () => {
      const { body: now } = await buyer.call('GET', `/quick-orders/${body.id}`)
      return now.finished ? now : undefined
    })
    expect(done).toMatchObject({ done: 1001, total: 1001 })
    expect(done.errors.map((e: { row: number; text: string }) => [e.row, e.text])).toEqual([
      [1002, 'NO-SUCH;2'],
      [1003, 'TN-2420;many'],
    ])
    const cart = (await buyer.call('GET', '/open-cart')).body
    expect(cart.lines).toMatchObject([{ supplierPartId: '00123', quantity: '1000', netAmount: '10000.00' }])
  })
})

describe('a return', () => {
  it('is never of more than was shipped and is not back yet, and is decided by the seller', async () => {
    expect(checkGraph(returnTransitions, 'requested')).toEqual([])
    const id = await draft(buyer, '5')
    const { orderId } = (await submit(buyer, id)).body
    await site.hub.hub.db('order_lines').where({ order_id: orderId }).update({ shipped_quantity: '3' })
    const ask = (quantity: string) =>
      buyer.call('POST', '/returns', { orderId, reason: 'broken', lines: [{ lineNumber: 1, quantity }] })
    expect((await ask('4')).status).toBe(400)
    const asked = await ask('2')
    expect(asked).toMatchObject({ status: 201, body: { state: 'requested' } })
    expect((await ask('2')).status).toBe(400)
    const at = `/returns/${asked.body.id}`
    expect((await buyer.call('POST', `${at}/approve`, {})).status).toBe(403)
    expect((await site.admin('POST', `${at}/approve`, {})).body.state).toBe('approved')
    expect((await buyer.call('POST', `${at}/send`, { trackingNumber: '3S1' })).body).toMatchObject({ state: 'sent' })
    expect((await site.admin('POST', `${at}/receive`, {})).body.state).toBe('received')
    const replaced = await site.admin('POST', `${at}/replace`, { replacementOrderId: orderId })
    expect(replaced).toMatchObject({ status: 200, body: { state: 'replaced', replacementOrderId: orderId } })
  })
})

describe('an order list', () => {
  it('is shared with colleagues, stays when it is ordered from, and a past order fills a cart again', async () => {
    const lines = [{ supplierPartId: '00123', quantity: '2' }]
    const list = (await buyer.call('POST', '/order-lists', { name: 'Monthly', shared: true, lines })).body
    const colleague = await site.addMember('buyer')
    expect((await colleague.call('GET', `/order-lists/${list.id}`)).body).toMatchObject({ name: 'Monthly' })
    const cart = (await colleague.call('GET', '/open-cart')).body
    const filled = await colleague.call('POST', `/carts/${cart.id}/lines`, { fromList: list.id })
    expect(filled.body).toMatchObject({ lines: [{ supplierPartId: '00123', netAmount: '20.00' }] })
    const { orderId } = (await submit(buyer, await draft(buyer, '4'))).body
    const own = (await buyer.call('POST', '/carts', { name: 'Again' })).body
    await site.hub.hub.db('erp_prices').where({ item_number: '00123' }).update({ deleted_at: new Date() })
    const again = await buyer.call('POST', `/carts/${own.id}/lines`, { fromOrder: orderId })
    expect(again.body.lines).toMatchObject([
      { quantity: '4', unitPrice: null, problem: 'No price is known for this part.' },
    ])
    expect((await colleague.call('POST', `/carts/${cart.id}/lines`, { fromOrder: orderId })).status).toBe(404)
  })
})

describe('a part the ERP has no price for', () => {
  it('is priced by the storefront’s item look-up, in a cart and a quick order; one it does not sell stays without', async () => {
    const shop = await startReceiver()
    const { db } = site.hub.hub
    const storefronts = () => db('storefronts').where({ seller_id: demoIds.seller })
    const before: { id: string; item_lookup_url: string | null }[] = await storefronts().select('id', 'item_lookup_url')
    await storefronts().update({ item_lookup_url: shop.url })
    const item = {
      ...{ supplierPartId: 'SHOP-1', quantity: '2', description: 'A lamp', unitOfMeasure: 'EA' },
      ...{ unitPrice: { amount: '4.50', currency: 'EUR' } },
    }
    const found = {
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ items: [item] }),
    }
    try {
      const member = await site.addMember('buyer')
      const { body: cart } = await member.call('POST', '/carts', { name: 'Lamps' })
      shop.answers.push(found)
      const lines = [{ supplierPartId: 'SHOP-1', quantity: '2' }]
      const filled = await member.call('POST', `/carts/${cart.id}/lines`, { lines })
      expect(filled.body.lines).toMatchObject([
        { supplierPartId: 'SHOP-1', description: 'A lamp', priceFrom: 'storefront', netAmount: '9.00', problem: null },
      ])
      expect(JSON.parse(shop.got[0]?.body ?? '')).toMatchObject({
        function: 'VALIDATE',
        productId: 'SHOP-1',
        quantity: '2',
      })
      shop.answers.push(found)
      const quick = await member.call('POST', '/quick-orders', { text: 'SHOP-1 3' })
      expect(quick.body).toMatchObject({ finished: true, errors: [] })
      expect((await member.call('GET', '/open-cart')).body).toMatchObject({ netAmount: '13.50' })
      shop.answers.push(found)
      const again = await member.call('PATCH', `/carts/${cart.id}`, { version: filled.body.version, lines })
      expect(again.body.lines).toMatchObject([{ priceFrom: 'storefront', netAmount: '9.00' }])
      shop.answers.push({ ...found, body: '{"items":[]}' })
      const unknown = await member.call('POST', '/quick-orders', { text: 'SHOP-2 3' })
      expect(unknown.body.errors).toMatchObject([{ message: 'No price is known for this part.' }])
    } finally {
      for (const { id, item_lookup_url } of before) await db('storefronts').where({ id }).update({ item_lookup_url })
      await shop.close()
    }
  })
})
