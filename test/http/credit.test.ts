// Credit, ship-to addresses and prices of a company account, as the ERP has them: how old they are is said, never hidden.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErpOpenItem, ErpPrice } from '../../connectors/connector.ts'
import { insertAccount, insertSeller } from '../../src/accounts/account-store.ts'
import { putBalances, putCreditLimits, putOpenItems } from '../../src/credit/credit-store.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import type { ErpConnection } from '../../src/erp/erp-connection.ts'
import { findConnectionById, putStream } from '../../src/erp/erp-connection-store.ts'
import { recordPrices, recordShipTos } from '../../src/erp/record-master-data.ts'
import { scopeNames } from '../../src/storefronts/storefront.ts'
import { insertClient } from '../../src/storefronts/storefront-store.ts'
import { api, storeAuthorization } from '../support/buyer.ts'
import { addConnection, erpInvoice, erpOrder, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
let erp: ErpConnection
let unnumbered: string
const stranger = `Basic ${Buffer.from(`stranger:${'s'.repeat(43)}`).toString('base64')}`
const get = (path: string, authorization = storeAuthorization) => api(hub.url, 'GET', path, undefined, authorization)
const credit = async () => (await get(`/api/v1/accounts/${demoIds.account}/credit`)).body

const item = (change: Partial<ErpOpenItem>): ErpOpenItem => ({
  ...{ erpId: 'OI-1', customerNumber: '100042', documentNumber: 'RE-1', kind: 'invoice', date: '2026-01-08' },
  ...{
    dueDate: '2026-02-07',
    currency: 'EUR',
    amount: '54.45',
    openAmount: '54.45',
    changedAt: '2026-01-08T00:00:00Z',
  },
  ...change,
})

const price = (change: Partial<ErpPrice>): ErpPrice => ({
  ...{ erpId: 'P-1', customerNumber: null, itemNumber: 'A4-80', currency: 'EUR', unitPrice: '5.00', priceUnit: '1' },
  ...{ unitOfMeasure: 'EA', minimumQuantity: '1', validFrom: null, validTo: null, changedAt: '2026-01-01T00:00:00Z' },
  ...change,
})

const department = '0199f3b2-7c11-7abc-8def-00000000de97'

beforeAll(async () => {
  hub = await startTestHub({ demo: false, now: () => new Date('2026-02-10T12:00:00Z') })
  const { db, newId, now } = hub.hub
  const sellerId = demoIds.seller
  const origin = await addConnection(hub.hub, sellerId)
  await db('accounts').where({ id: demoIds.account }).update({ erp_connection_id: origin.id })
  const found = await findConnectionById(db, origin.id)
  if (!found) throw new Error('no connection')
  erp = found
  unnumbered = newId()
  const account = {
    id: unnumbered,
    sellerId,
    parentId: null,
    kind: 'company',
    name: 'New',
    customerNumber: null,
  } as const
  await insertAccount(db, account, now())
  const strangerId = newId()
  await insertSeller(db, { id: strangerId, name: 'Stranger' }, now())
  const client = { id: newId(), sellerId: strangerId, storefrontId: null, clientId: 'stranger', demo: false }
  await insertClient(db, { ...client, scopes: scopeNames }, 's'.repeat(43), now())
})
afterAll(() => hub?.close())

describe('GET /api/v1/accounts/:id/credit', () => {
  it('knows nothing before the ERP said anything, and guesses nothing', async () => {
    expect(await credit()).toMatchObject({
      customerNumber: '100042',
      limit: null,
      limited: null,
      balance: null,
      available: null,
      openInvoices: [],
      openItems: [],
      onTheirWay: '0',
    })
    const { body } = await get(`/api/v1/accounts/${unnumbered}/credit`)
    expect(body).toMatchObject({ customerNumber: null, available: null })
  })

  it('has limit, balance, open orders, what is on its way, open invoices and items, exactly', async () => {
    const { db, now } = hub.hub
    const known = { customerNumber: '100042', erpId: 'C', currency: 'EUR' }
    await putBalances(
      db,
      erp,
      [{ ...known, balance: '1000.10', openOrders: '200.20', asOf: '2026-02-10T11:00:00Z' }],
      now(),
    )
    const limit = { ...known, limit: '5000.00', blocked: false, reason: null, asOf: '2026-02-10T06:00:00Z' }
    await putCreditLimits(db, erp, [limit], now())
    await record(hub.hub, erp, {
      orders: [erpOrder({ erpId: 'SEEN', totalAmount: '999.99' })],
      invoices: [
        erpInvoice({ erpId: 'I-1', number: 'RE-1', dueDate: '2026-02-07' }),
        erpInvoice({ erpId: 'I-2', number: 'RE-2', dueDate: '2026-03-07', openAmount: '10.00' }),
        erpInvoice({ erpId: 'I-3', number: 'RE-3', state: 'paid', openAmount: '0' }),
        erpInvoice({ erpId: 'I-4', number: 'RE-4', currency: 'USD', openAmount: null }),
      ],
    })
    await db('orders').where({ erp_id: 'SEEN' }).update({ erp_id: null, state: 'received', total_amount: '300.30' })
    await putOpenItems(
      db,
      erp,
      [
        item({}),
        item({ erpId: 'OI-2', kind: 'payment', dueDate: null, amount: '-5', openAmount: '-5' }),
        item({ erpId: 'OI-3', openAmount: '0' }),
      ],
      now(),
    )
    expect(await credit()).toMatchObject({
      currency: 'EUR',
      limit: '5000.00',
      limited: true,
      limitAsOf: '2026-02-10T06:00:00.000Z',
      balance: '1000.10',
      balanceAsOf: '2026-02-10T11:00:00.000Z',
      openOrders: '200.20',
      onTheirWay: '300.30',
      available: '3499.40',
      openInvoices: [
        { currency: 'EUR', count: 2, amount: '64.45', overdueCount: 1, overdueAmount: '54.45' },
        { currency: 'USD', count: 1, amount: '54.45', overdueCount: 1, overdueAmount: '54.45' },
      ],
      openItems: [
        { erpId: 'OI-1', openAmount: '54.45', dueDate: '2026-02-07' },
        { erpId: 'OI-2', openAmount: '-5', dueDate: null },
      ],
      erp: { connection: 'Main ERP', stale: false, ageSeconds: null, lastError: null },
    })
  })

  it('is told apart: no limit, and blocked', async () => {
    const { db, now } = hub.hub
    const known = { customerNumber: '100042', erpId: 'C', currency: 'EUR', asOf: '2026-02-10T12:00:00Z' }
    await putCreditLimits(db, erp, [{ ...known, limit: null, blocked: true, reason: 'Insolvent' }], now())
    expect(await credit()).toMatchObject({
      limit: null,
      limited: false,
      available: null,
      blocked: true,
      blockReason: 'Insolvent',
    })
  })

  it.each([
    [
      'read within its schedule',
      { finishedAt: '2026-02-10T11:40:00Z', lastError: null },
      { stale: false, ageSeconds: null },
    ],
    [
      'three readings missed',
      { finishedAt: '2026-02-10T11:29:59Z', lastError: null },
      { stale: true, ageSeconds: 1801 },
    ],
    [
      'the last reading failed',
      { finishedAt: '2026-02-10T11:59:00Z', lastError: 'No route to host.' },
      { stale: true, ageSeconds: 60, lastError: 'No route to host.' },
    ],
  ])('says how fresh it is: %s', async (_name, stream, expected) => {
    const state = { finishedAt: new Date(stream.finishedAt), lastError: stream.lastError }
    await putStream(hub.hub.db, erp.id, 'balances', state, hub.hub.now())
    const body = await credit()
    expect(body.erp).toMatchObject(expected)
    expect(body.balance).toBe('1000.10')
  })
})

describe('credit of other shapes', () => {
  it('is that of the account above where an account has no number, and says so', async () => {
    const { db, now } = hub.hub
    const account = { id: department, sellerId: demoIds.seller, parentId: demoIds.account, kind: 'department' } as const
    await insertAccount(db, { ...account, name: 'Library', customerNumber: null }, now())
    const { body } = await get(`/api/v1/accounts/${department}/credit`)
    expect(body).toMatchObject({ customerNumber: '100042', customerAccountId: demoIds.account })
  })

  it('is not added up over two currencies', async () => {
    const known = { customerNumber: '100042', erpId: 'C', asOf: '2026-02-10T13:00:00Z' }
    const at = hub.hub.now()
    const limit = { ...known, currency: 'EUR', limit: '100.00', blocked: false, reason: null }
    await putCreditLimits(hub.hub.db, erp, [limit], at)
    await putBalances(hub.hub.db, erp, [{ ...known, currency: 'USD', balance: '30.00', openOrders: null }], at)
    expect(await credit()).toMatchObject({ currency: 'EUR', balanceCurrency: 'USD', available: null })
    expect((await credit()).unknownBecause).toContain('The limit is in EUR, the balance in USD')
  })
})

describe('GET /api/v1/accounts/:id/ship-tos', () => {
  it('are the ERP’s of that customer, page by page, without those it removed', async () => {
    const address = {
      ...{ addressId: 'A', name: 'Town hall', street: ['Stadhuisplein 1'], city: 'Almere', state: null },
      ...{ postalCode: '1315 HR', countryCode: 'NL', email: null, phone: null },
    }
    const shipTo = (erpId: string, customerNumber = '100042') => ({ erpId, customerNumber, address, changedAt: 'x' })
    const stamp = stampOf(hub.hub)
    await recordShipTos(
      hub.hub.db,
      erp,
      ['1', '2', '3', '4'].map((id) => shipTo(id)),
      stamp,
    )
    await recordShipTos(hub.hub.db, erp, [{ deleted: true, erpId: '2' }, shipTo('9', '777')], stamp)
    const path = `/api/v1/accounts/${demoIds.account}/ship-tos`
    const first = (await get(`${path}?limit=2`)).body
    expect(first.items).toMatchObject([{ erpId: '1', address: { city: 'Almere' } }, { erpId: '3' }])
    const second = (await get(`${path}?limit=2&cursor=${first.next}`)).body
    expect([second.items, second.next]).toMatchObject([[{ erpId: '4' }], null])
    expect(first.erp).toMatchObject({ connection: 'Main ERP' })
    expect((await get(`/api/v1/accounts/${unnumbered}/ship-tos`)).body.items).toEqual([])
    expect((await get(`${path}?cursor=x`)).status).toBe(400)
  })
})

describe('GET /api/v1/accounts/:id/prices', () => {
  it('are the customer’s own and the list prices of a day, by part number', async () => {
    const prices = [
      price({}),
      price({ erpId: 'P-2', customerNumber: '100042', unitPrice: '4.50' }),
      price({ erpId: 'P-3', customerNumber: '777', unitPrice: '1.00' }),
      price({ erpId: 'P-4', itemNumber: 'INK-1', unitPrice: '30.20', priceUnit: '100' }),
      price({ erpId: 'P-5', itemNumber: 'OLD', validTo: '2026-02-09' }),
      price({ erpId: 'P-6', itemNumber: 'SOON', validFrom: '2026-02-11' }),
    ]
    await recordPrices(hub.hub.db, erp, prices, stampOf(hub.hub))
    const path = `/api/v1/accounts/${demoIds.account}/prices`
    const rows = async (query: string) =>
      (await get(`${path}?${query}`)).body.items.map(
        (p: { partId: string; unitPrice: string; ofCustomer: boolean }) => [p.partId, p.unitPrice, p.ofCustomer],
      )
    const today = [
      ['A4-80', '5.00', false],
      ['A4-80', '4.50', true],
      ['INK-1', '30.20', false],
    ]
    expect(await rows('')).toEqual(today)
    expect(await rows('partId=A4-80')).toEqual(today.slice(0, 2))
    expect(await rows('partId=SOON&day=2026-02-11')).toEqual([['SOON', '5.00', false]])
    const seen: unknown[] = []
    let cursor = ''
    do {
      const { body } = await get(`${path}?limit=1${cursor}`)
      seen.push(...body.items)
      cursor = body.next ? `&cursor=${body.next}` : ''
    } while (cursor)
    expect(seen).toHaveLength(3)
  })
})

describe('another seller', () => {
  it.each(['credit', 'ship-tos', 'prices'])('finds no such account: %s', async (what) => {
    expect((await get(`/api/v1/accounts/${demoIds.account}/${what}`, stranger)).status).toBe(404)
  })
})
