// People decide about held orders, and see what buyers' systems change between cart and order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { adminAuthorization, api, storeAuthorization } from '../support/buyer.ts'
import { type BuyerEndpoint, startBuyerEndpoint, until } from '../support/buyer-endpoint.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderPens } from '../support/shopping.ts'

let hub: TestHub
let buyer: BuyerEndpoint
const erp = memoryErp({ name: 'order-decisions' }, () => new Date())
const admin = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, adminAuthorization)

beforeAll(async () => {
  buyer = await startBuyerEndpoint()
  hub = await startTestHub({ demo: false, jobs: true, erp: { name: 'order-decisions' } })
  const path = `/api/v1/partners/${demoIds.cxmlPartner}`
  const { body: partner } = await admin('GET', path)
  const settings = { ...partner.settings, outgoing: { way: 'post', url: buyer.url, confirmWhen: 'accepted' } }
  expect((await admin('PATCH', path, { version: partner.version, settings })).status).toBe(200)
})
afterAll(async () => {
  await hub?.close()
  await buyer?.close()
})

const dearer = (orderID: string) => orderPens(hub, orderID, (line) => ({ ...line, unitPrice: '9.95' }))
const read = async (id: string) => (await admin('GET', `/api/v1/orders/${id}`)).body
const decide = (id: string, what: string, body: object = {}) => admin('POST', `/api/v1/orders/${id}/${what}`, body)
const inErp = (id: string) =>
  until('the ERP to have it', async () => ((await read(id)).erpId ? read(id) : undefined)) as ReturnType<typeof read>
const answersTo = (orderID: string) =>
  until(`an answer to ${orderID}`, () =>
    buyer.accepted
      .map(({ document }) => document.content)
      .find((c) => c?.type === 'ConfirmationRequest' && c.orderReference?.orderID === orderID),
  )

describe('a held order', () => {
  it('is released to the ERP by a person, who stands in its events', async () => {
    const id = await dearer('D-1')
    expect(await read(id)).toMatchObject({ state: 'held', holds: [{ reason: 'difference' }] })
    expect(erp.countByOnceKey(id.replaceAll('-', ''))).toBe(0)
    const released = await decide(id, 'release', { note: 'agreed by phone', by: 'Kim' })
    expect(released).toMatchObject({ status: 200, body: { id, state: 'received', holds: [], cancelAsked: false } })
    expect(await inErp(id)).toMatchObject({ state: 'accepted' })
    expect(erp.countByOnceKey(id.replaceAll('-', ''))).toBe(1)
    const { events } = await read(id)
    expect(events.find((e: { kind: string }) => e.kind === 'released').detail).toMatchObject({
      who: 'Kim',
      note: 'agreed by phone',
      holds: [{ reason: 'difference' }],
    })
    expect(await decide(id, 'release')).toMatchObject({ status: 409, body: { error: { code: 'wrong_state' } } })
  })

  it('is rejected with a reason, and the buyer’s system is told', async () => {
    const id = await dearer('D-2')
    expect((await decide(id, 'reject')).body.error.details).toMatchObject([{ field: 'reason' }])
    expect((await decide(id, 'reject', { reason: ' ' })).status).toBe(400)
    const rejected = await decide(id, 'reject', { reason: 'discontinued' })
    expect(rejected).toMatchObject({ status: 200, body: { state: 'rejected' } })
    expect(await answersTo('D-2')).toMatchObject({ header: { type: 'reject' } })
    const { events } = await read(id)
    expect(events.find((e: { kind: string }) => e.kind === 'rejected').detail).toEqual({
      who: 'demo-admin',
      reason: 'discontinued',
    })
    expect((await decide(id, 'release')).status).toBe(409)
    expect(erp.countByOnceKey(id.replaceAll('-', ''))).toBe(0)
  })

  it('is cancelled at once while the ERP has none of it, and the buyer’s system is told', async () => {
    const id = await dearer('D-3')
    const cancelled = await decide(id, 'cancel', { reason: 'twice the same' })
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', cancelAsked: false } })
    expect(await answersTo('D-3')).toMatchObject({ header: { type: 'reject' } })
    expect((await decide(id, 'cancel', { reason: 'again' })).body.state).toBe('cancelled')
  })
})

describe('an order the ERP has', () => {
  it('is cancelled there', async () => {
    const id = await orderPens(hub, 'D-4')
    const { erpId } = await inErp(id)
    expect((await decide(id, 'reject', { reason: 'no' })).body.error.message).toContain('/cancel')
    expect((await decide(id, 'cancel', { reason: 'the buyer called' })).body).toMatchObject({ cancelAsked: true })
    await until('its cancellation', async () => ((await read(id)).state === 'cancelled' ? true : undefined))
    expect(erp.record('orders', erpId)?.state).toBe('cancelled')
  })

  it('is held when the ERP won’t, until a person has seen it', async () => {
    const id = await orderPens(hub, 'D-5')
    await inErp(id)
    erp.faults.add({ kind: 'refused', on: 'cancelOrder', words: 'picked already' })
    await decide(id, 'cancel', { reason: 'too late?' })
    const held = await until('the ERP’s no', async () => {
      const order = await read(id)
      return order.holds.length > 0 ? order : undefined
    })
    expect(held).toMatchObject({ holds: [{ reason: 'change-refused' }] })
    expect(held.holds[0].message).toContain('picked already')
    expect((await decide(id, 'release')).body).toMatchObject({ holds: [], cancelAsked: false, state: held.state })
  })
})

describe('decisions', () => {
  it('need the scope orders:write and an order of the own seller', async () => {
    const id = await dearer('D-6')
    const asStore = await api(hub.url, 'POST', `/api/v1/orders/${id}/release`, {}, storeAuthorization)
    expect(asStore).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    const nowhere = hub.hub.newId()
    for (const [what, body] of [
      ['release', {}],
      ['reject', { reason: 'x' }],
      ['cancel', { reason: 'x' }],
    ] as const)
      expect((await decide(nowhere, what, body)).status).toBe(404)
    const sellerId = hub.hub.newId()
    await hub.hub.db('sellers').insert({ id: sellerId, name: 'Rival', created_at: new Date() })
    await hub.hub.db('orders').where({ id }).update({ seller_id: sellerId })
    expect((await decide(id, 'release')).status).toBe(404)
    await hub.hub.db('orders').where({ id }).update({ seller_id: demoIds.seller })
    expect((await read(id)).state).toBe('held')
  })
})

describe('what a partner’s system changes', () => {
  const path = `/api/v1/partners/${demoIds.cxmlPartner}/differences`

  it('is counted by field, with examples and whether it holds orders', async () => {
    const before = (await admin('GET', path)).body
    const since = new Date().toISOString()
    const id = await orderPens(hub, 'D-7', (line) => ({ ...line, unitPrice: '8.00', description: 'Pens' }))
    await orderPens(hub, 'D-8', (line) => ({ ...line, description: 'PENS' }))
    const { status, body } = await admin('GET', path)
    expect(status).toBe(200)
    expect(body.orders).toBe(before.orders + 2)
    const byField = Object.fromEntries(body.fields.map((f: { field: string }) => [f.field, f]))
    expect(byField.unitPrice).toMatchObject({
      holds: true,
      examples: [{ orderId: id, poNumber: 'D-7', lineNumber: 1, cartValue: '10.50', orderValue: '8.00' }, {}, {}],
    })
    expect(byField.unitPrice.orders).toBeGreaterThanOrEqual(4)
    expect(byField.description).toMatchObject({ orders: 2, lines: 2, holds: false })
    expect(byField.description.lastAt > byField.unitPrice.firstAt).toBe(true)
    const recent = (await admin('GET', `${path}?since=${encodeURIComponent(since)}`)).body
    expect(recent).toMatchObject({
      orders: 2,
      fields: [
        { field: 'description', orders: 2 },
        { field: 'unitPrice', orders: 1 },
      ],
    })
  })

  it('is listed by order, page by page', async () => {
    const all = (await admin('GET', `${path}/orders`)).body
    expect(all.items[0]).toMatchObject({ poNumber: 'D-8', differences: [{ field: 'description', orderValue: 'PENS' }] })
    expect(all.items[1]).toMatchObject({ poNumber: 'D-7', state: 'held' })
    expect(all.items[1].differences.map((d: { field: string }) => d.field)).toEqual(['description', 'unitPrice'])
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await admin('GET', `${path}/orders?limit=2${cursor}`)
      seen.push(...body.items.map((o: { poNumber: string }) => o.poNumber))
      if (!body.next) break
      cursor = `&cursor=${body.next}`
    }
    expect(seen).toEqual(all.items.map((o: { poNumber: string }) => o.poNumber))
    const described = (await admin('GET', `${path}/orders?field=description`)).body.items
    expect(described.map((o: { poNumber: string }) => o.poNumber)).toEqual(['D-8', 'D-7'])
    expect((await admin('GET', `${path}/orders?field=colour`)).status).toBe(400)
    expect((await admin('GET', `/api/v1/partners/${demoIds.account}/differences`)).status).toBe(404)
  })
})
