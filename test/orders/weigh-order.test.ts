// Credit as orders are weighed against it: in the limit's currency alone, and one order at a time.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { putBalances, putCreditLimits } from '../../src/credit/credit-store.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { adminAuthorization, api, postCxml } from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderRequest } from '../support/purchase-order.ts'

let site: TestHub
const erp = { id: demoIds.erpConnection, sellerId: demoIds.seller }
const limit = {
  customerNumber: '100042',
  erpId: '100042',
  currency: 'EUR',
  limit: '1000',
  blocked: false,
  reason: null,
}
const asOf = '2026-01-05T10:00:00Z'

beforeAll(async () => {
  site = await startTestHub({ demo: false })
  await putCreditLimits(site.hub.db, erp, [{ ...limit, asOf }], site.hub.now())
})
afterAll(() => site?.close())

async function order(orderID: string, unitPrice: string, currency = 'EUR'): Promise<boolean> {
  const line = { quantity: '1', supplierPartId: 'A4-80', unitPrice, currency, unit: 'EA', description: 'Copy paper A4' }
  expect((await postCxml(site.url, orderRequest({ orderID, lines: [line] }))).status.code).toBe('200')
  const [found] = (await api(site.url, 'GET', `/api/v1/orders?poNumber=${orderID}`, undefined, adminAuthorization)).body
    .items
  return found.holds.some((h: { reason: string }) => h.reason === 'credit')
}

it('orders in another currency take nothing of the limit', async () => {
  expect(await order('YEN', '900', 'USD')).toBe(false)
  expect(await order('EURO', '200')).toBe(false)
})

it('of orders that come at once no more pass than the limit lets through', async () => {
  const held = await Promise.all(Array.from({ length: 8 }, (_, i) => order(`AT-ONCE-${i}`, '400')))
  expect(held.filter((h) => !h)).toHaveLength(2)
})

it('what an ERP says again as it was is no change', async () => {
  const { db, now } = site.hub
  const balance = { customerNumber: '100042', erpId: '100042', currency: 'EUR', balance: '10.00', openOrders: null }
  expect(await putBalances(db, erp, [{ ...balance, asOf }], now())).toEqual(['100042'])
  const later = '2026-01-05T11:00:00Z'
  expect(await putBalances(db, erp, [{ ...balance, balance: '10', asOf: later }], now())).toEqual([])
  expect(await putBalances(db, erp, [{ ...balance, balance: '11', asOf: later }], now())).toEqual(['100042'])
  expect(await putCreditLimits(db, erp, [{ ...limit, asOf: later }], now())).toEqual([])
})
