// What may still happen to an order the ERP has: a change that has to wait for a person, an end that is not undone by sending the order
// again (facts/cxml.md: Status 409 for what contradicts what stands), records that the ERP clears away.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { recordErpOrders } from '../../src/orders/record-erp-orders.ts'
import { adminAuthorization, api, postCxml } from '../support/buyer.ts'
import { addConnection, erpOrder, type Origin, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderRequest } from '../support/purchase-order.ts'

let site: TestHub
let erp: Origin

beforeAll(async () => {
  site = await startTestHub({ demo: false })
  erp = await addConnection(site.hub, demoIds.seller)
})
afterAll(() => site?.close())

const line = { quantity: '10', supplierPartId: 'A4-80', unitPrice: '4.50', unit: 'EA', description: 'Copy paper A4' }
const send = async (orderID: string, more: Partial<Parameters<typeof orderRequest>[0]> = {}) =>
  (await postCxml(site.url, orderRequest({ orderID, lines: [line], ...more }))).text
const row = (poNumber: string) => site.hub.db('orders').where({ po_number: poNumber }).first()
const changes = async (orderId: string) =>
  (await site.hub.db('job_runs').where({ job: 'change-order', subject_id: orderId })).length
const admin = (path: string, body: object) => api(site.url, 'POST', path, body, adminAuthorization)

/** An order the ERP has. */
async function inErp(poNumber: string, state = 'accepted'): Promise<string> {
  await send(poNumber)
  const there = { connection_id: erp.id, erp_id: `ERP-${poNumber}`, state, holds: '[]' }
  const [{ id }] = await site.hub.db('orders').where({ po_number: poNumber }).update(there).returning('id')
  return id
}

it('a change that something holds waits for a person, and goes to the ERP when it is released', async () => {
  const id = await inErp('CHANGED')
  for (const connection_id of [erp.id, demoIds.erpConnection])
    await site.hub
      .db('credit_standings')
      .insert({
        ...{ connection_id, seller_id: demoIds.seller, customer_number: '100042', currency: 'EUR' },
        ...{ blocked: true, block_reason: 'overdue', updated_at: site.hub.now() },
      })
      .onConflict(['connection_id', 'customer_number'])
      .merge()
  await send('CHANGED', { type: 'update', version: '2', lines: [{ ...line, quantity: '90' }] })
  await site.hub.db('credit_standings').update({ blocked: false })
  const held = await row('CHANGED')
  expect(held).toMatchObject({ state: 'accepted', erp_id: 'ERP-CHANGED' })
  expect(held.holds).toMatchObject([{ reason: 'credit' }])
  expect(await changes(id)).toBe(0)
  expect((await admin(`/api/v1/orders/${id}/release`, {})).status).toBe(200)
  expect(await row('CHANGED')).toMatchObject({ state: 'accepted', holds: [] })
  expect(await changes(id)).toBe(1)
})

it('an order that was cancelled is not revived by sending it again, and the buyer is told so', async () => {
  await send('OVER')
  expect(await send('OVER')).toContain('code="200"')
  expect(await send('OVER', { type: 'delete' })).toContain('code="200"')
  const again = await send('OVER')
  expect(again).toContain('code="409"')
  expect(again).toContain('was cancelled')
  expect((await row('OVER')).state).toBe('cancelled')
})

it('what the ERP clears away after it was shipped or closed was not cancelled', async () => {
  const [shipped, open] = [await inErp('SHIPPED', 'shipped'), await inErp('OPEN')]
  const gone = ['ERP-SHIPPED', 'ERP-OPEN'].map((erpId) => ({ erpId, deleted: true as const }))
  await site.hub.db.transaction((trx) => recordErpOrders(trx, erp, gone, { first: false }, stampOf(site.hub)))
  const states = await site.hub.db('orders').whereIn('id', [shipped, open]).select('po_number', 'state')
  expect(Object.fromEntries(states.map((s) => [s.po_number, s.state]))).toEqual({
    SHIPPED: 'shipped',
    OPEN: 'cancelled',
  })
})

it.each(['cancelled', 'shipped'] as const)('a cancellation is asked no more when the ERP says %s', async (state) => {
  const poNumber = `ASKED-${state}`
  const id = await inErp(poNumber)
  await site.hub.db('orders').where({ id }).update({ cancel_asked: true })
  const { once_key: onceKey } = await row(poNumber)
  await record(site.hub, erp, { orders: [erpOrder({ erpId: `ERP-${poNumber}`, onceKey, state })] })
  expect(await row(poNumber)).toMatchObject({ state, cancel_asked: false })
})
