// Walks B, C and E over HTTP with the ERP in memory: punchout -> order -> ERP -> confirmation, ship notice, invoice -> history.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { adminAuthorization, api, pens, postCxml, punchIn, takeBack } from '../support/buyer.ts'
import { type BuyerEndpoint, startBuyerEndpoint, until } from '../support/buyer-endpoint.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderedLines, orderRequest } from '../support/purchase-order.ts'

let hub: TestHub
let buyer: BuyerEndpoint
const erp = memoryErp({ name: 'order-flow' }, () => new Date())

const admin = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, adminAuthorization)

beforeAll(async () => {
  buyer = await startBuyerEndpoint()
  hub = await startTestHub({ jobs: true, erp: { name: 'order-flow' } })
  const { body: partner } = await admin('GET', `/api/v1/partners/${demoIds.cxmlPartner}`)
  const settings = { ...partner.settings, outgoing: { way: 'post', url: buyer.url } }
  const patched = await admin('PATCH', `/api/v1/partners/${partner.id}`, { settings, version: partner.version })
  expect(patched.status).toBe(200)
})

afterAll(async () => {
  await hub?.close()
  await buyer?.close()
})

/** Shops pens, brings the cart back, and orders what came. */
async function shop(orderID: string) {
  const { session } = await punchIn(hub.url)
  const cart = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines: [pens] })
  const { order } = await takeBack(cart.body.continueUrl)
  return { orderID, lines: orderedLines(order) }
}

async function findOrder(poNumber: string) {
  const row = await hub.hub.db('orders').where({ po_number: poNumber }).first()
  return row
}

describe('an order from its cart to its invoice', () => {
  it('reaches the ERP once, and the buyer is told what becomes of it', async () => {
    const order = await shop('PO-1')
    const answer = await postCxml(hub.url, orderRequest(order))
    expect(answer.text).toContain('code="200"')
    const row = await until('the ERP to have it', async () => {
      const found = await findOrder('PO-1')
      return found?.erp_id ? found : undefined
    })
    expect(erp.countByOnceKey(row.once_key)).toBe(1)

    buyer.failNext('html-500', 'status-560')
    erp.confirm(row.erp_id)
    await admin('POST', `/api/v1/connections/${demoIds.erpConnection}/sync`, { streams: ['orders'] })
    const confirmation = await buyer.next('ConfirmationRequest')
    expect(confirmation.document.content).toMatchObject({ orderReference: { orderID: 'PO-1' } })
    const attempts = buyer.received.filter((r) => r.kind === 'ConfirmationRequest')
    expect(attempts).toHaveLength(3)
    expect(new Set(attempts.map((a) => a.bytes.toString())).size).toBe(1)
  })
})
