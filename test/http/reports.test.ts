// GET /api/v1/reports/spend: exact sums per currency, periods of a time zone, any breakdown, CSV, tenants.
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertAccount, insertSeller } from '../../src/accounts/account-store.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { scopeNames } from '../../src/storefronts/storefront.ts'
import { insertClient } from '../../src/storefronts/storefront-store.ts'
import { api, storeAuthorization } from '../support/buyer.ts'
import { addConnection, erpOrder, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
let branch: string
const stranger = `Basic ${Buffer.from(`stranger:${'s'.repeat(43)}`).toString('base64')}`
const get = (path: string, authorization = storeAuthorization) => api(hub.url, 'GET', path, undefined, authorization)

beforeAll(async () => {
  hub = await startTestHub({ demo: false, env: { HUB_TIME_ZONE: 'Europe/Amsterdam' } })
  const { db, newId, now } = hub.hub
  const sellerId = demoIds.seller
  branch = newId()
  const account = { id: branch, sellerId, parentId: demoIds.account, kind: 'branch', name: 'Branch' } as const
  await insertAccount(db, { ...account, customerNumber: '200001' }, now())
  const strangerId = newId()
  await insertSeller(db, { id: strangerId, name: 'Stranger' }, now())
  const client = { id: newId(), sellerId: strangerId, storefrontId: null, clientId: 'stranger', demo: false }
  await insertClient(db, { ...client, scopes: scopeNames }, 's'.repeat(43), now())
  const erp = await addConnection(hub.hub, sellerId)
  const paper = { itemNumber: 'A4-80', productGroup: 'paper' }
  await record(hub.hub, erp, {
    orders: [
      // Already 2026 in Amsterdam, still 2025 in UTC.
      erpOrder({
        erpId: '1',
        orderedAt: '2025-12-31T23:30:00Z',
        channel: 'web',
        netAmount: '0.1',
        lines: [{ ...paper, netAmount: '0.1' }],
      }),
      erpOrder({
        ...{
          erpId: '2',
          orderedAt: '2026-01-15T10:00:00Z',
          channel: 'web',
          netAmount: '0.2',
          projectCode: 'CITY-HALL',
        },
        lines: [
          { ...paper, netAmount: '0.15' },
          { itemNumber: 'INK-1', productGroup: 'ink', netAmount: '0.03' },
          { itemNumber: 'FREIGHT', productGroup: null, netAmount: '0.02' },
        ],
      }),
      erpOrder({
        erpId: '3',
        orderedAt: '2026-04-01T00:30:00Z',
        channel: 'phone',
        netAmount: '100',
        customerNumber: '200001',
      }),
      erpOrder({ erpId: '4', orderedAt: '2026-01-20T10:00:00Z', channel: 'edi', netAmount: '7.77', currency: 'USD' }),
      erpOrder({ erpId: 'C', orderedAt: '2026-01-21T10:00:00Z', netAmount: '5000', state: 'cancelled' }),
      erpOrder({ erpId: 'T', orderedAt: '2026-01-22T10:00:00Z', netAmount: '6000' }),
      erpOrder({ erpId: 'B', orderedAt: '2026-01-23T10:00:00Z', netAmount: '7000' }),
    ],
  })
  await db('orders').where({ erp_id: 'T' }).update({ mode: 'test' })
  await db('orders').where({ erp_id: 'B' }).update({ kind: 'blanket' })
  await db('orders').where({ erp_id: '2' }).update({ person_id: demoIds.person, cost_centre: 'FAC-310' })
})
afterAll(() => hub?.close())

/** Rows of a report as arrays: groups, currency, orders, amount. */
async function rows(query: string): Promise<unknown[][]> {
  const { status, body } = await get(`/api/v1/reports/spend?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.items.map((row: Record<string, unknown>) => {
    const { currency, orders, lines, netAmount, periodStart: _, personName: _p, accountName: _a, ...groups } = row
    return [...Object.values(groups), currency, lines === null ? orders : `${lines} lines`, netAmount]
  })
}

describe('GET /api/v1/reports/spend', () => {
  it('sums exactly, per currency, in the hub’s time zone; no tests, no cancelled, no blanket orders', async () => {
    expect(await rows('by=month')).toEqual([
      ['2026-01', 'EUR', 2, '0.3'],
      ['2026-01', 'USD', 1, '7.77'],
      ['2026-04', 'EUR', 1, '100'],
    ])
    expect(await rows('by=month&zone=UTC')).toEqual([
      ['2025-12', 'EUR', 1, '0.1'],
      ['2026-01', 'EUR', 1, '0.2'],
      ['2026-01', 'USD', 1, '7.77'],
      ['2026-04', 'EUR', 1, '100'],
    ])
  })

  it.each([
    ['ISO weeks', 'by=week&from=2025-12-31&to=2026-01-03', [['2026-W01', 'EUR', 1, '0.1']]],
    [
      'quarters',
      'by=quarter&channel=web,phone',
      [
        ['2026-Q1', 'EUR', 2, '0.3'],
        ['2026-Q2', 'EUR', 1, '100'],
      ],
    ],
    [
      'years',
      'by=year&zone=UTC&channel=web',
      [
        ['2025', 'EUR', 1, '0.1'],
        ['2026', 'EUR', 1, '0.2'],
      ],
    ],
    [
      'channels',
      'by=channel',
      [
        ['edi', 'USD', 1, '7.77'],
        ['phone', 'EUR', 1, '100'],
        ['web', 'EUR', 2, '0.3'],
      ],
    ],
    [
      'projects',
      'by=project&channel=web',
      [
        ['CITY-HALL', 'EUR', 1, '0.2'],
        [null, 'EUR', 1, '0.1'],
      ],
    ],
    [
      'cost centres',
      'by=cost-centre&channel=web',
      [
        ['FAC-310', 'EUR', 1, '0.2'],
        [null, 'EUR', 1, '0.1'],
      ],
    ],
    [
      'product groups, by their lines',
      'by=product-group&channel=web',
      [
        ['ink', 'EUR', '1 lines', '0.03'],
        ['paper', 'EUR', '2 lines', '0.25'],
        [null, 'EUR', '1 lines', '0.02'],
      ],
    ],
    ['lines of one product group only', 'by=month&productGroup=ink', [['2026-01', 'EUR', '1 lines', '0.03']]],
    ['lines of one product only', 'by=year&partId=A4-80&channel=web', [['2026', 'EUR', '2 lines', '0.25']]],
    ['two at once', 'by=channel,month&channel=web', [['web', '2026-01', 'EUR', 2, '0.3']]],
  ])('by %s', async (_name, query, expected) => {
    expect(await rows(query)).toEqual(expected)
  })

  it('names accounts and people, and takes a subtree', async () => {
    const { body } = await get(`/api/v1/reports/spend?by=account&accountId=${demoIds.account}&subtree=true`)
    expect(body).toMatchObject({
      complete: true,
      zone: 'Europe/Amsterdam',
      items: expect.arrayContaining([
        { accountId: branch, accountName: 'Branch', currency: 'EUR', orders: 1, lines: null, netAmount: '100' },
      ]),
    })
    expect(await rows(`by=year&accountId=${branch}`)).toEqual([['2026', 'EUR', 1, '100']])
    const people = (await get('/api/v1/reports/spend?by=person&channel=web')).body.items
    expect(people).toContainEqual(
      expect.objectContaining({ personId: demoIds.person, personName: 'SAP catalogue user', netAmount: '0.2' }),
    )
  })

  it('says when there is more than it was asked for', async () => {
    const { body } = await get('/api/v1/reports/spend?by=month&limit=2')
    expect([body.items.length, body.complete]).toEqual([2, false])
  })

  it('is CSV too, through a cursor of the database', async () => {
    const res = await fetch(`${hub.url}/api/v1/reports/spend.csv?by=month,channel`, {
      headers: { Authorization: storeAuthorization },
    })
    const table = parse(await res.text(), { columns: true })
    expect(table).toHaveLength(3)
    expect(table[0]).toMatchObject({
      period: '2026-01',
      channel: 'edi',
      currency: 'USD',
      net_amount: '7.77',
      orders: '1',
    })
  })

  it.each(['', 'by=', 'by=colour', 'by=month,year', 'by=month,month', 'by=channel,project,person,account'])(
    'refuses %j',
    async (query) => {
      expect((await get(`/api/v1/reports/spend?${query}`)).status).toBe(400)
    },
  )

  it('is empty for another seller', async () => {
    expect((await get('/api/v1/reports/spend?by=month', stranger)).body.items).toEqual([])
  })
})
