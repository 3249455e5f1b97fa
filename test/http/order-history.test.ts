// GET /api/v1/orders: every channel in one list, keyset paging, filters, search, sync, tags, CSV.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import { api } from '../support/buyer.ts'
import { addConnection, erpOrder, type Origin, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
let erp: Origin
const get = (path: string) => api(hub.url, 'GET', path)

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
  erp = await addConnection(hub.hub, demoIds.seller)
  await record(hub.hub, erp, {
    orders: [
      erpOrder({ purchaseOrderNumber: 'PO-2026/0042', channel: 'web' }),
      erpOrder({ orderedAt: '2026-01-06T10:00:00Z', channel: 'phone' }),
    ],
  })
})
afterAll(() => hub?.close())

describe('GET /api/v1/orders', () => {
  it('lists', async () => {
    const { status, body } = await get('/api/v1/orders?count=true')
    console.log(JSON.stringify(body, null, 1))
    expect(status).toBe(200)
    const one = await get(`/api/v1/orders/${body.items[0].id}`)
    console.log(JSON.stringify(one.body, null, 1))
    const q = await get('/api/v1/orders?q=2026/00')
    expect(q.body.items).toHaveLength(1)
  })
})
