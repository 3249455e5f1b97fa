// GET /api/v1/orders: every channel in one list, keyset pages, filters, search, reading changes, ETags (RFC 9110 13.1.2), CSV (RFC 4180).
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertAccount, insertSeller } from '../../src/accounts/account-store.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { insertDelivery } from '../../src/documents/delivery-store.ts'
import { insertDocument } from '../../src/documents/document-store.ts'
import { putStream } from '../../src/erp/erp-connection-store.ts'
import { scopeNames } from '../../src/storefronts/storefront.ts'
import { insertClient } from '../../src/storefronts/storefront-store.ts'
import { api, pens, postCxml, punchIn, storeAuthorization, takeBack } from '../support/buyer.ts'
import { addConnection, erpInvoice, erpOrder, erpShipment, type Origin, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { type OrderOptions, orderedLines, orderRequest } from '../support/purchase-order.ts'

let hub: TestHub
let erp: Origin
let punched: OrderOptions
const ids = { branch: '', desk: '', stranger: '' }
const stranger = `Basic ${Buffer.from(`stranger:${'s'.repeat(43)}`).toString('base64')}`
const get = (path: string, authorization = storeAuthorization) => api(hub.url, 'GET', path, undefined, authorization)
const fetchText = async (path: string, headers: Record<string, string> = {}) => {
  const res = await fetch(`${hub.url}${path}`, { headers: { Authorization: storeAuthorization, ...headers } })
  return { status: res.status, headers: res.headers, text: await res.text() }
}
interface Listed {
  id: string
  poNumber: string | null
  channel: string
}
const numbers = (body: { items: Listed[] }) => body.items.map((o) => o.poNumber)
const list = async (query: string) => {
  const { status, body } = await get(`/api/v1/orders?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

/** 100 orders of each second, so that the id has to decide. */
const many = Array.from({ length: 230 }, (_, i) =>
  erpOrder({
    erpId: `many-${i}`,
    purchaseOrderNumber: `M-${i}`,
    customerNumber: '200001',
    channel: (['web', 'phone', 'edi', 'erp'] as const)[i % 4],
    orderedAt: `2025-06-01T10:00:0${Math.floor(i / 100)}Z`,
    changedAt: '2025-06-01T10:00:09Z',
  }),
)

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
  const { db, newId, now } = hub.hub
  const sellerId = demoIds.seller
  Object.assign(ids, { branch: newId(), desk: newId(), stranger: newId() })
  const account = { sellerId, kind: 'branch' } as const
  await insertAccount(
    db,
    { ...account, id: ids.branch, parentId: demoIds.account, name: 'Branch', customerNumber: '200001' },
    now(),
  )
  await insertAccount(
    db,
    { ...account, id: ids.desk, parentId: ids.branch, name: '=cmd()', customerNumber: '200002' },
    now(),
  )
  await insertSeller(db, { id: ids.stranger, name: 'Stranger' }, now())
  const client = { id: newId(), sellerId: ids.stranger, storefrontId: null, clientId: 'stranger', demo: false }
  await insertClient(db, { ...client, scopes: scopeNames }, 's'.repeat(43), now())
  erp = await addConnection(hub.hub, sellerId)
  await record(hub.hub, erp, {
    orders: [
      ...many,
      erpOrder({
        erpId: 'W-1',
        purchaseOrderNumber: 'PO-2026/0042',
        channel: 'web',
        orderedAt: '2026-01-10T23:30:00Z',
        projectCode: 'CITY-HALL',
        contactName: 'Zoë Müller',
        contactEmail: 'zoe.mueller@almere.example',
        lines: [
          { erpLineId: '10', itemNumber: 'INK-4711-B', description: 'Ink cartridge, black', productGroup: 'ink' },
          { erpLineId: '20', itemNumber: 'A4-80', productGroup: 'paper' },
        ],
      }),
      erpOrder({ erpId: 'D-1', purchaseOrderNumber: '-7 crates', customerNumber: '200002', channel: 'phone' }),
      erpOrder({ erpId: 'C-1', purchaseOrderNumber: 'GONE', state: 'cancelled', channel: 'edi' }),
    ],
  })
  const { session } = await punchIn(hub.url)
  const cart = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines: [pens] })
  punched = { orderID: 'PUNCH-1', lines: orderedLines((await takeBack(cart.body.continueUrl)).order) }
  expect((await postCxml(hub.url, orderRequest(punched))).status.code).toBe('200')
  const line = { quantity: '3', supplierPartId: 'A4-80', unitPrice: '4.50', unit: 'EA', description: 'Copy paper A4' }
  const trial = await postCxml(hub.url, orderRequest({ orderID: 'TRIAL', deploymentMode: 'test', lines: [line] }))
  expect(trial.status.code).toBe('200')
})
afterAll(() => hub?.close())

describe('GET /api/v1/orders', () => {
  it('has every channel in one list, newest first', async () => {
    const { items, next } = await list('limit=200')
    expect(new Set(items.map((o: Listed) => o.channel))).toEqual(new Set(['punchout', 'web', 'phone', 'edi', 'erp']))
    expect(numbers({ items }).slice(0, 3)).toEqual(['PO-2026/0042', 'TRIAL', 'PUNCH-1'])
    expect(next).not.toBeNull()
    expect(items[0]).toMatchObject({
      accountName: 'City of Almere',
      currency: 'EUR',
      netAmount: '45.00',
      totalAmount: '54.45',
      orderedAt: '2026-01-10T23:30:00.000Z',
    })
  })

  it('pages through all of them, each once, to the deepest', async () => {
    const seen: string[] = []
    let cursor = ''
    for (let page = 1; page < 50; page++) {
      const { items, next } = await list(`limit=7&accountId=${ids.branch}${cursor}`)
      seen.push(...numbers({ items }).map(String))
      if (!next) break
      cursor = `&cursor=${next}`
    }
    expect(seen).toHaveLength(many.length)
    expect(new Set(seen)).toEqual(new Set(many.map((o) => String(o.purchaseOrderNumber))))
  })

  it('stays in place while new orders come in at the top', async () => {
    const first = await list(`limit=5&accountId=${ids.branch}`)
    const [rest] = many
    await record(hub.hub, erp, {
      orders: [{ ...rest, erpId: 'late', purchaseOrderNumber: 'LATE', orderedAt: '2025-07-01T10:00:00Z' } as never],
    })
    const second = await list(`limit=5&accountId=${ids.branch}&cursor=${first.next}`)
    expect(numbers(first).filter((n) => numbers(second).includes(n))).toEqual([])
    expect(numbers(second)).not.toContain('LATE')
    expect(numbers(await list(`limit=5&accountId=${ids.branch}`))[0]).toBe('LATE')
  })

  it('refuses a cursor of another kind of list, and one made up', async () => {
    const page = await list('limit=1')
    const sync = await get(`/api/v1/orders?updated_since=2026-01-01T00:00:00Z&cursor=${page.next}`)
    expect(sync).toMatchObject({ status: 400, body: { error: { code: 'invalid_input' } } })
    for (const cursor of ['x', Buffer.from('["newest","now()","x"]').toString('base64url')])
      expect((await get(`/api/v1/orders?cursor=${cursor}`)).status).toBe(400)
  })

  it('counts when asked, and says that it counts no further than 10,000', async () => {
    expect((await list('limit=1')).count).toBeUndefined()
    expect((await list(`limit=1&count=true&accountId=${ids.desk}`)).count).toEqual({ value: 1, exact: true })
  })

  it('refuses a parameter it does not know: a filter misspelt would show everything', async () => {
    const { status, body } = await get(`/api/v1/orders?acountId=${ids.branch}`)
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('acountId')])
  })
})

describe('the filters of GET /api/v1/orders', () => {
  it.each([
    ['account', () => `accountId=${ids.desk}`, ['-7 crates']],
    [
      'account and those below it',
      () => `accountId=${demoIds.account}&subtree=true&channel=web&from=2026-01-01`,
      ['PO-2026/0042'],
    ],
    ['subtree', () => `accountId=${ids.branch}&subtree=true&from=2026-01-01`, ['-7 crates']],
    ['an account that is not there', () => `accountId=${demoIds.person}&subtree=true`, []],
    ['states', () => 'state=cancelled,rejected', ['GONE']],
    ['channels', () => 'channel=punchout', ['PUNCH-1']],
    ['orders with deploymentMode test', () => 'mode=test', ['TRIAL']],
    ['days, whole ones, in UTC', () => 'from=2026-01-10&to=2026-01-10', ['PO-2026/0042']],
    ['days in a zone', () => 'from=2026-01-11&to=2026-01-11&zone=Europe/Amsterdam', ['PO-2026/0042']],
    ['no day of that zone', () => 'from=2026-01-10&to=2026-01-10&zone=Europe/Amsterdam', []],
    ['number of the purchase order', () => 'poNumber=PO-2026/0042', ['PO-2026/0042']],
    ['product', () => 'partId=INK-4711-B', ['PO-2026/0042']],
    ['product group', () => 'productGroup=ink', ['PO-2026/0042']],
    ['project', () => 'project=CITY-HALL', ['PO-2026/0042']],
    ['held ones', () => 'held=true', ['TRIAL']],
    ['several at once', () => 'productGroup=ink&channel=phone', []],
  ])('%s', async (_name, query, expected) => {
    expect(numbers(await list(query()))).toEqual(expected)
  })

  it('person and cost centre', async () => {
    const person = await hub.hub.db('people').where({ email: 'jane@almere.example' }).first('id')
    await hub.hub.db('orders').where({ po_number: 'PUNCH-1' }).update({ cost_centre: 'FAC-310' })
    const { items } = await list(`personId=${person.id}&mode=production`)
    expect(items).toMatchObject([{ poNumber: 'PUNCH-1', costCentre: 'FAC-310' }])
    expect(numbers(await list('costCentre=FAC-310'))).toEqual(['PUNCH-1'])
    expect(numbers(await list('costCentre=FAC-31'))).toEqual([])
  })

  it.each([
    ['the beginning of a number', 'PO-2026'],
    ['a part of a number', '0042'],
    ['a part number', 'ink 4711'],
    ['words in any order', 'black cartr'],
    ['a name beyond ASCII', 'Mülle'],
    ['an e-mail address, unfinished', 'zoe.mueller@alm'],
    ['capitals', 'zOË'],
  ])('search finds %s', async (_name, q) => {
    expect(numbers(await list(`q=${encodeURIComponent(q)}`))).toContain('PO-2026/0042')
  })

  it.each(['cartridge blue', '---', "'; DROP TABLE orders; --", '& | ! :* <->', '\\'])(
    'search takes %j as words, and finds nothing',
    async (q) => {
      expect(numbers(await list(`q=${encodeURIComponent(q)}`))).toEqual([])
    },
  )

  it.each(['zone=Mars/Olympus', 'state=lost', 'from=yesterday', 'limit=0', 'limit=201', 'q=%00', 'held=perhaps'])(
    'refuse %s',
    async (query) => {
      expect((await get(`/api/v1/orders?${query}`)).status).toBe(400)
    },
  )
})

describe('updated_since', () => {
  /** All pages of what changed, and where to go on. */
  async function changes(since: string) {
    const seen: string[] = []
    let cursor = ''
    for (;;) {
      const { items, next, syncedUntil } = await list(`limit=50&updated_since=${encodeURIComponent(since)}${cursor}`)
      seen.push(...numbers({ items }).map(String))
      if (!next) return { seen, syncedUntil: String(syncedUntil) }
      cursor = `&cursor=${next}`
    }
  }

  it('gives every change once, oldest first, and the time to go on from', async () => {
    await hub.hub.db.raw('SELECT pg_sleep(1.1)')
    const { seen, syncedUntil } = await changes('2020-01-01T00:00:00Z')
    expect(seen).toHaveLength(many.length + 6)
    expect((await changes(syncedUntil)).seen).toEqual([])
    await hub.hub.db('orders').where({ po_number: 'GONE' }).update({ project_code: 'P-9' })
    await hub.hub.db.raw('SELECT pg_sleep(1.1)')
    const later = await changes(syncedUntil)
    expect(later.seen).toEqual(['GONE'])
    expect((await changes(later.syncedUntil)).seen).toEqual([])
  })

  it('misses nothing where a transaction writes early and commits late', async () => {
    const { syncedUntil } = await changes(new Date().toISOString())
    const { db } = hub.hub
    const slow = await db.transaction()
    await slow('orders').where({ po_number: 'M-1' }).update({ project_code: 'SLOW' })
    await db('orders').where({ po_number: 'M-2' }).update({ project_code: 'QUICK' })
    await db.raw('SELECT pg_sleep(1.2)')
    const during = await changes(syncedUntil)
    expect(during.seen).not.toContain('M-2')
    await slow.commit()
    await db.raw('SELECT pg_sleep(1.1)')
    const after = await changes(during.syncedUntil)
    expect([...during.seen, ...after.seen].sort()).toEqual(['M-1', 'M-2'])
  })
})

describe('nothing twice', () => {
  it('an ERP order read again, and the ERP’s copy of an order placed here, are the order that is there', async () => {
    const before = (await list('limit=1&count=true')).count.value
    const placed = await hub.hub.db('orders').where({ po_number: 'PUNCH-1' }).first('id', 'once_key')
    await hub.hub.db('orders').where({ id: placed.id }).update({ connection_id: erp.id })
    await record(hub.hub, erp, {
      orders: [
        erpOrder({
          erpId: 'W-1',
          purchaseOrderNumber: 'PO-2026/0042',
          channel: 'web',
          orderedAt: '2026-01-10T23:30:00Z',
        }),
        erpOrder({ erpId: 'P-1', onceKey: placed.once_key, purchaseOrderNumber: 'PUNCH-1', number: 'SO-77' }),
      ],
    })
    const { count } = await list('limit=1&count=true')
    expect(count.value).toBe(before)
    expect((await list('poNumber=PUNCH-1')).items).toMatchObject([
      { id: placed.id, channel: 'punchout', erpNumber: 'SO-77' },
    ])
    const again = await postCxml(hub.url, orderRequest(punched))
    expect(again.status.code).toBe('200')
    expect((await list('limit=1&count=true')).count.value).toBe(before)
  })
})

describe('GET /api/v1/orders/:id', () => {
  /** Keeps a confirmation for the buyer's system to fetch, as the job does. Returns the document's id. */
  async function tell(orderId: string): Promise<string> {
    const { db, keys, newId, now } = hub.hub
    const [id, partner] = [newId(), { sellerId: demoIds.seller, partnerId: demoIds.cxmlPartner }]
    const document = {
      ...partner,
      id,
      orderId,
      direction: 'out',
      protocol: 'cxml',
      kind: 'ConfirmationRequest',
    } as const
    await insertDocument(db, keys, { ...document, contentType: 'text/xml', bytes: Buffer.from('<cXML/>') }, now())
    const delivery = {
      ...partner,
      id: newId(),
      documentId: id,
      kind: 'ConfirmationRequest',
      subjectId: orderId,
    } as const
    await insertDelivery(db, { ...delivery, telling: '1', orderId, way: 'mailbox' }, now())
    return id
  }

  it('has lines, events, documents, differences, holds, shipments with tracking and invoices', async () => {
    const orders = [
      erpOrder({ erpId: 'F-1', purchaseOrderNumber: 'FULL', state: 'shipping', lines: [{ erpLineId: '10' }] }),
    ]
    await record(hub.hub, erp, { orders })
    const line = { orderErpId: 'F-1', orderLineErpId: '10' }
    await record(hub.hub, erp, {
      shipments: [
        erpShipment({
          erpId: 'S-1',
          lines: [
            { erpLineId: '1', ...line, itemNumber: 'A4-80', description: null, quantity: '4', unitOfMeasure: 'EA' },
          ],
        }),
      ],
      invoices: [erpInvoice({ erpId: 'I-1', number: 'RE-F', lines: [line] })],
    })
    const [{ id }] = (await list('poNumber=FULL')).items
    const { body } = await get(`/api/v1/orders/${id}`)
    expect(body).toMatchObject({
      poNumber: 'FULL',
      lines: [{ lineNumber: 1, supplierPartId: 'A4-80', unitPrice: '4.50', productGroup: 'paper' }],
      shipments: [{ trackingNumbers: ['3SDEVC6074934'], lines: [{ orderId: id, orderLineNumber: 1, quantity: '4' }] }],
      invoices: [{ number: 'RE-F', totalAmount: '54.45' }],
      erp: { connection: 'Main ERP', stale: false, lastError: null },
    })
    const placed = (await list('poNumber=PUNCH-1')).items[0]
    const told = await tell(placed.id)
    const order = (await get(`/api/v1/orders/${placed.id}`)).body
    const held = (await list('held=true')).items[0]
    const trial = (await get(`/api/v1/orders/${held.id}`)).body
    expect(trial.holds).toMatchObject([{ reason: 'test' }])
    expect(trial.differences).toMatchObject([{ lineNumber: 1, field: 'line' }])
    expect(order.events.map((e: { kind: string }) => e.kind)).toEqual(
      expect.arrayContaining(['received', 'repeated', 'erp-state']),
    )
    expect(order.documents).toMatchObject([
      { kind: 'OrderRequest', direction: 'in' },
      { kind: 'OrderRequest', direction: 'in' },
      { kind: 'ConfirmationRequest', direction: 'out', id: told },
    ])
    expect(order.shipTo).toMatchObject({ city: 'Almere', countryCode: 'NL' })
    expect(order.deliveries).toMatchObject([
      { kind: 'ConfirmationRequest', way: 'mailbox', state: 'waiting', documentId: told, subjectId: placed.id },
    ])
    expect(JSON.stringify(order)).not.toContain('onceKey')
  })
})

describe('caching', () => {
  it('answers 304 to the tag it gave, for a list and for an order, until something changes', async () => {
    const [{ id }] = (await list('poNumber=M-3')).items
    for (const path of ['/api/v1/orders?poNumber=M-3', `/api/v1/orders/${id}`]) {
      const first = await fetchText(path)
      const etag = first.headers.get('etag') ?? ''
      expect(first.headers.get('cache-control')).toBe('private, no-cache')
      expect(first.headers.get('vary')).toContain('Authorization')
      await putStream(hub.hub.db, erp.id, 'orders', { finishedAt: new Date() }, new Date())
      expect(await fetchText(path, { 'If-None-Match': etag })).toMatchObject({ status: 304, text: '' })
      await hub.hub.db('orders').where({ id }).update({ cost_centre: path })
      expect((await fetchText(path, { 'If-None-Match': etag })).status).toBe(200)
    }
  })

  it('says that ERP data is stale, and why, and never hides it', async () => {
    const failed = { lastError: 'The ERP does not answer.', finishedAt: new Date(Date.now() - 3_600_000) }
    await putStream(hub.hub.db, erp.id, 'orders', failed, new Date())
    const [{ id }] = (await list('poNumber=M-3')).items
    const { body } = await get(`/api/v1/orders/${id}`)
    expect(body).toMatchObject({ poNumber: 'M-3', erp: { stale: true, lastError: 'The ERP does not answer.' } })
    expect(body.erp.ageSeconds).toBeGreaterThanOrEqual(3600)
    await hub.hub.db.raw('SELECT pg_sleep(1.1)')
    expect((await list('limit=1')).erp).toContainEqual(expect.objectContaining({ connection: 'Main ERP', stale: true }))
    await putStream(hub.hub.db, erp.id, 'orders', { lastError: null, finishedAt: new Date() }, new Date())
  })
})

describe('CSV', () => {
  it('has everything the filter lets through, at Accept: text/csv and at .csv', async () => {
    const path = `/api/v1/orders.csv?accountId=${ids.branch}`
    const { headers, text } = await fetchText(path)
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(headers.get('content-disposition')).toBe('attachment; filename="orders.csv"')
    const rows: Record<string, string>[] = parse(text, { columns: true })
    expect(rows).toHaveLength(many.length + 1)
    expect(rows[0]).toMatchObject({ po_number: 'LATE', currency: 'EUR', net_amount: '45.00', account: 'Branch' })
    const negotiated = await fetchText(`/api/v1/orders?accountId=${ids.branch}`, { Accept: 'text/csv' })
    expect(negotiated.text).toBe(text)
    expect((await fetchText('/api/v1/orders?limit=1', { Accept: '*/*' })).headers.get('content-type')).toContain('json')
  })

  it('lets no cell run as a formula in a spreadsheet', async () => {
    const { text } = await fetchText(`/api/v1/orders.csv?accountId=${ids.desk}`)
    expect(parse(text, { columns: true })).toMatchObject([{ account: "'=cmd()", po_number: "'-7 crates" }])
  })

  it('quotes what has to be quoted, and leaves numbers numbers', async () => {
    const texts = ['+31 20', '@sum(1)', '＝cmd', '-5.00', 'a "quoted", b', 'two\nlines', '\tx']
    const orders = texts.map((purchaseOrderNumber, i) =>
      erpOrder({ erpId: `Q-${i}`, purchaseOrderNumber, projectCode: 'CSV', orderedAt: `2025-01-01T00:00:0${9 - i}Z` }),
    )
    await record(hub.hub, erp, { orders })
    const rows: Record<string, string>[] = parse((await fetchText('/api/v1/orders.csv?project=CSV')).text, {
      columns: true,
    })
    expect(rows.map((r) => r.po_number)).toEqual([
      "'+31 20",
      "'@sum(1)",
      "'＝cmd",
      '-5.00',
      'a "quoted", b',
      'two\nlines',
      "'\tx",
    ])
  })

  it('refuses a wrong filter before it begins', async () => {
    expect((await fetchText('/api/v1/orders.csv?state=lost')).status).toBe(400)
  })
})

describe('another seller', () => {
  it('sees nothing: list, count, CSV, search, changes, one', async () => {
    const [{ id }] = (await list('poNumber=M-3')).items
    for (const query of [
      '',
      '?q=paper',
      '?updated_since=2020-01-01T00:00:00Z',
      `?accountId=${ids.branch}&subtree=true`,
    ])
      expect((await get(`/api/v1/orders${query}`, stranger)).body.items, query).toEqual([])
    expect((await get('/api/v1/orders?count=true', stranger)).body.count).toEqual({ value: 0, exact: true })
    const csv = await fetchText('/api/v1/orders.csv', { Authorization: stranger })
    expect(csv.text.trim().split('\r\n')).toHaveLength(1)
    expect(await get(`/api/v1/orders/${id}`, stranger)).toMatchObject({ status: 404 })
    expect((await get('/api/v1/orders', stranger)).body.erp).toEqual([])
  })
})
