// Invoices, credit notes and shipments of the storefront API: standing at a time, PDF, e-invoice (EN 16931, Peppol BIS Billing 3.0), tenants.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeInvoice } from '../../protocols/ubl/document.ts'
import { checkEInvoice } from '../../protocols/ubl/rules.ts'
import { insertAccount, insertSeller } from '../../src/accounts/account-store.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { findConnectionById } from '../../src/erp/erp-connection-store.ts'
import { recordCustomers } from '../../src/erp/record-master-data.ts'
import { scopeNames } from '../../src/storefronts/storefront.ts'
import { insertClient } from '../../src/storefronts/storefront-store.ts'
import { adminAuthorization, api, storeAuthorization } from '../support/buyer.ts'
import { addConnection, erpInvoice, erpOrder, erpShipment, type Origin, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
let erp: Origin
let branch: string
const stranger = `Basic ${Buffer.from(`stranger:${'s'.repeat(43)}`).toString('base64')}`
const get = (path: string, authorization = storeAuthorization) => api(hub.url, 'GET', path, undefined, authorization)
const put = (path: string, body: unknown) => api(hub.url, 'PUT', path, body, adminAuthorization)
const list = async (query: string) => {
  const { status, body } = await get(`/api/v1/invoices?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}
const numbers = (body: { items: { number: string }[] }) => body.items.map((i) => i.number)
const idOf = async (number: string): Promise<string> => (await list(`number=${number}`)).items[0].id
async function bytes(path: string, headers: Record<string, string> = {}) {
  const res = await fetch(`${hub.url}${path}`, { headers: { Authorization: storeAuthorization, ...headers } })
  return { status: res.status, headers: res.headers, bytes: Buffer.from(await res.arrayBuffer()) }
}

const almere = {
  ...{ addressId: null, name: 'City of Almere', street: ['Stadhuisplein 1'], city: 'Almere', state: null },
  ...{ postalCode: '1315 HR', countryCode: 'NL', email: null, phone: null },
}

const sellerParty = {
  name: 'Demo Office Supplies B.V.',
  address: { street: 'Havenweg 12', city: 'Utrecht', postCode: '3542 EE', country: 'NL' },
  vatId: 'NL001234567B01',
  legalId: { scheme: '0106', id: '12345678' },
  endpoint: { scheme: '0106', id: '12345678' },
  contact: { name: 'Accounts', email: 'invoices@supplies.example' },
  bank: { iban: 'NL91ABNA0417164300', bic: 'ABNANL2A' },
}

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
  const { db, newId, now } = hub.hub
  const sellerId = demoIds.seller
  branch = newId()
  const account = { id: branch, sellerId, parentId: demoIds.account, kind: 'branch', name: 'Branch' } as const
  await insertAccount(db, { ...account, customerNumber: '200001' }, now())
  const strangerId = newId()
  await insertSeller(db, { id: strangerId, name: 'Stranger' }, now())
  const client = { id: newId(), sellerId: strangerId, storefrontId: null, clientId: 'stranger', demo: false }
  await insertClient(db, { ...client, scopes: scopeNames }, 's'.repeat(43), now())
  erp = await addConnection(hub.hub, sellerId)
  await record(hub.hub, erp, {
    orders: [
      erpOrder({
        erpId: 'O-1',
        number: 'SO-1',
        purchaseOrderNumber: 'PO-1',
        lines: [{ erpLineId: '10' }, { erpLineId: '20', itemNumber: 'INK-1', description: 'Ink' }],
      }),
    ],
    shipments: [
      erpShipment({ erpId: 'S-1', number: 'LS-1', shipTo: almere }),
      erpShipment({
        erpId: 'S-2',
        number: 'LS-2',
        customerNumber: '200001',
        state: 'delivered',
        trackingNumbers: ['T-2'],
      }),
    ],
    invoices: [
      erpInvoice({
        erpId: 'I-1',
        number: 'RE-1',
        purchaseOrderNumber: 'PO-1',
        billTo: almere,
        netAmount: '125.50',
        taxAmount: '26.36',
        totalAmount: '151.86',
        openAmount: '151.86',
        taxes: [
          {
            category: 'S',
            ratePercent: '21',
            description: null,
            exemptionReason: null,
            taxableAmount: '125.50',
            taxAmount: '26.36',
          },
        ],
        lines: [
          { orderErpId: 'O-1', orderLineErpId: '10', shipmentErpId: 'S-1', unitOfMeasure: 'PCE' },
          {
            ...{ orderErpId: 'O-1', orderLineErpId: '20', itemNumber: 'INK-1', description: 'Ink, price for 100' },
            ...{ quantity: '250', unitPrice: '30.20', priceUnit: '100', netAmount: '75.50' },
          },
        ],
      }),
      erpInvoice({
        erpId: 'I-2',
        number: 'RE-2',
        state: 'paid',
        openAmount: '0',
        invoiceDate: '2026-01-02',
        customerNumber: '200001',
      }),
      erpInvoice({ erpId: 'I-3', number: 'RE-3', state: 'cancelled', invoiceDate: '2026-01-03', dueDate: null }),
      erpInvoice({
        ...{ erpId: 'I-4', number: 'CN-1', kind: 'credit-note', correctsNumber: 'RE-1', invoiceDate: '2026-01-20' },
        ...{ billTo: almere, dueDate: null, purchaseOrderNumber: 'PO-1' },
      }),
      // Line, tax and total don't add up.
      erpInvoice({
        erpId: 'I-5',
        number: 'ODD',
        invoiceDate: '2025-12-01',
        dueDate: '2025-12-31',
        billTo: almere,
        netAmount: '40.00',
      }),
    ],
  })
})
afterAll(() => hub?.close())

describe('GET /api/v1/invoices', () => {
  it('lists invoices and credit notes by date, newest first, with what is open', async () => {
    const body = await list('count=true')
    expect(numbers(body)).toEqual(['CN-1', 'RE-1', 'RE-3', 'RE-2', 'ODD'])
    expect(body.count).toEqual({ value: 5, exact: true })
    expect(body.items[1]).toMatchObject({
      openAmount: '151.86',
      currency: 'EUR',
      invoiceDate: '2026-01-08',
      poNumber: 'PO-1',
    })
    expect(body.erp).toContainEqual(expect.objectContaining({ connection: 'Main ERP', stale: false }))
  })

  it('pages by cursor, each once, also where dates are the same', async () => {
    const seen: string[] = []
    let cursor = ''
    do {
      const body = await list(`limit=2${cursor}`)
      seen.push(...numbers(body))
      cursor = body.next ? `&cursor=${body.next}` : ''
    } while (cursor)
    expect(seen).toEqual(['CN-1', 'RE-1', 'RE-3', 'RE-2', 'ODD'])
  })

  it.each([
    ['due tomorrow: open', 'state=open&kind=invoice&asOf=2026-02-07T12:00:00Z', ['RE-1']],
    ['due yesterday: overdue', 'state=overdue&asOf=2026-02-08T00:30:00Z', ['RE-1', 'ODD']],
    ['overdue by the day of the zone', 'state=overdue&number=RE-1&asOf=2026-02-08T00:30:00Z&zone=America/New_York', []],
    ['open or overdue', 'state=open,overdue&asOf=2026-01-25T00:00:00Z', ['CN-1', 'RE-1', 'ODD']],
    ['paid', 'state=paid', ['RE-2']],
    ['cancelled', 'state=cancelled', ['RE-3']],
    ['kind', 'kind=credit-note', ['CN-1']],
    ['dates', 'from=2026-01-02&to=2026-01-03', ['RE-3', 'RE-2']],
    ['order number of the buyer', 'poNumber=PO-1&kind=invoice', ['RE-1']],
  ])('filters: %s', async (_name, query, expected) => {
    expect(numbers(await list(query))).toEqual(expected)
  })

  it('says the standing as of the time asked about', async () => {
    const id = await idOf('RE-1')
    expect((await get(`/api/v1/invoices/${id}?asOf=2026-02-07T00:00:00Z`)).body.state).toBe('open')
    expect((await get(`/api/v1/invoices/${id}?asOf=2026-02-08T00:00:00Z`)).body.state).toBe('overdue')
  })

  it('filters by account and those below it, and by order', async () => {
    expect(numbers(await list(`accountId=${branch}`))).toEqual(['RE-2'])
    expect(numbers(await list(`accountId=${demoIds.account}`))).not.toContain('RE-2')
    expect(numbers(await list(`accountId=${demoIds.account}&subtree=true`))).toContain('RE-2')
    const order = await get('/api/v1/orders?poNumber=PO-1')
    expect(numbers(await list(`orderId=${order.body.items[0].id}`))).toEqual(['RE-1'])
  })

  it('has credit notes by themselves', async () => {
    expect(numbers((await get('/api/v1/credit-notes')).body)).toEqual(['CN-1'])
    expect((await get('/api/v1/credit-notes?kind=invoice')).status).toBe(400)
  })

  it('is CSV too', async () => {
    const { bytes: csv } = await bytes('/api/v1/invoices.csv?kind=invoice&asOf=2026-01-25T00:00:00Z')
    const rows = parse(csv, { columns: true })
    expect(rows).toHaveLength(4)
    expect(rows[0]).toMatchObject({ number: 'RE-1', state: 'open', total_amount: '151.86', due_date: '2026-02-07' })
  })

  it('reads changes: an invoice paid since', async () => {
    await hub.hub.db.raw('SELECT pg_sleep(1.1)')
    const { syncedUntil } = await list('updated_since=2020-01-01T00:00:00Z&limit=200')
    await record(hub.hub, erp, {
      invoices: [
        erpInvoice({
          erpId: 'I-2',
          number: 'RE-2',
          state: 'paid',
          openAmount: '0',
          invoiceDate: '2026-01-02',
          customerNumber: '200001',
          changedAt: '2026-01-30T00:00:00Z',
        }),
      ],
    })
    await hub.hub.db.raw('SELECT pg_sleep(1.1)')
    expect(numbers(await list(`updated_since=${encodeURIComponent(syncedUntil)}`))).toEqual(['RE-2'])
  })
})

describe('GET /api/v1/invoices/:id', () => {
  it('has lines with order and line, and taxes', async () => {
    const { body } = await get(`/api/v1/invoices/${await idOf('RE-1')}`)
    expect(body).toMatchObject({
      number: 'RE-1',
      taxes: [{ category: 'S', taxableAmount: '125.50' }],
      lines: [
        { lineNumber: 1, orderLineNumber: 1, supplierPartId: 'A4-80', taxRate: '21' },
        { lineNumber: 2, quantity: '250', unitPrice: '30.20', priceUnit: '100' },
      ],
      erp: { connection: 'Main ERP' },
    })
  })
})

describe('GET /api/v1/invoices/:id/ubl', () => {
  const read = async (path: string) => {
    const answer = await bytes(path)
    if (answer.status !== 200) throw new Error(answer.bytes.toString())
    return answer
  }
  const ubl = async (number: string) => read(`/api/v1/invoices/${await idOf(number)}/ubl`)

  it('is refused until the seller said how invoices name it, and says so', async () => {
    await hub.hub.db('sellers').where({ id: demoIds.seller }).update({ party: null })
    const refused = await get(`/api/v1/invoices/${await idOf('RE-1')}/ubl`)
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invoice_incomplete' } } })
    expect(refused.body.error.message).toContain('/api/v1/seller')
    expect((await put('/api/v1/seller', sellerParty)).body.party).toEqual(sellerParty)
    expect((await put('/api/v1/seller', { ...sellerParty, bank: { iban: 'NL92ABNA0417164300' } })).status).toBe(400)
  })

  it('is refused with the rules that a receiver would refuse it by', async () => {
    const refused = await get(`/api/v1/invoices/${await idOf('RE-1')}/ubl`)
    expect(refused.status).toBe(422)
    expect(refused.body.error.details).toEqual([
      expect.objectContaining({ rule: 'PEPPOL-EN16931-R010', path: 'buyer.endpoint' }),
    ])
  })

  it('is an Invoice that EN 16931 and Peppol find nothing wrong with, amounts as the ERP posted them', async () => {
    const connection = await findConnectionById(hub.hub.db, erp.id)
    const customer = {
      ...{
        erpId: 'C-1',
        customerNumber: '100042',
        parentCustomerNumber: null,
        name: 'City of Almere',
        vatId: 'NL 8032.33.B01',
      },
      ...{
        email: null,
        currency: 'EUR',
        paymentTerms: null,
        blocked: false,
        address: almere,
        changedAt: '2026-01-01T00:00:00Z',
      },
    }
    if (!connection) throw new Error('no connection')
    await recordCustomers(hub.hub.db, connection, [{ ...customer, vatId: 'NL803233000B01' }], stampOf(hub.hub))
    const { status, headers, bytes: xml } = await ubl('RE-1')
    expect([status, headers.get('content-type')], xml.toString()).toEqual([200, 'application/xml; charset=utf-8'])
    const invoice = decodeInvoice(xml)
    expect(checkEInvoice(invoice)).toEqual([])
    expect(invoice).toMatchObject({
      typeCode: '380',
      number: 'RE-1',
      purchaseOrder: 'PO-1',
      salesOrder: 'SO-1',
      dueDate: '2026-02-07',
      seller: { name: 'Demo Office Supplies B.V.', endpoint: { scheme: '0106' } },
      buyer: { name: 'City of Almere', endpoint: { scheme: '9944', id: 'NL803233000B01' }, address: { country: 'NL' } },
      paymentMeans: [{ code: '58', account: { id: 'NL91ABNA0417164300' }, remittance: 'RE-1' }],
      delivery: { date: '2026-01-07', address: { city: 'Almere' } },
      totals: {
        lines: '120.50',
        charges: '5.00',
        withoutVat: '125.50',
        vat: '26.36',
        withVat: '151.86',
        due: '151.86',
      },
      charges: [{ amount: '5.00', vatCategory: 'S', vatRate: '21' }],
      lines: [
        { quantity: '10', unit: 'H87', purchaseOrderLine: '1', sellersItemId: 'A4-80', price: '4.5' },
        { quantity: '250', price: '30.2', baseQuantity: '100', netAmount: '75.50' },
      ],
    })
  })

  it('is a CreditNote that names the invoice it corrects, with positive amounts', async () => {
    const note = decodeInvoice((await ubl('CN-1')).bytes)
    expect(checkEInvoice(note)).toEqual([])
    expect(note).toMatchObject({
      typeCode: '381',
      precedingInvoices: [{ number: 'RE-1', issueDate: '2026-01-08' }],
      totals: { due: '54.45' },
      lines: [{ quantity: '10', netAmount: '45.00' }],
    })
  })

  it('is refused where the ERP’s amounts do not add up, never mended', async () => {
    const refused = await get(`/api/v1/invoices/${await idOf('ODD')}/ubl`)
    expect(refused.status).toBe(422)
    expect(refused.body.error.details.map((d: { rule: string }) => d.rule)).toContain('BR-CO-13')
  })

  it('is XRechnung with the Leitweg-ID where the account wants it, and tells what German rules find', async () => {
    const path = `/api/v1/accounts/${demoIds.account}/invoicing`
    const german = { format: 'xrechnung', reference: '04011000-1234512345-06' }
    expect((await put(path, german)).body).toMatchObject({ invoicing: german })
    const refused = await get(`/api/v1/invoices/${await idOf('RE-1')}/ubl`)
    expect(refused.status).toBe(422)
    expect(refused.body.error.details.map((d: { rule: string }) => d.rule)).toEqual(['BR-DE-6'])
    await put('/api/v1/seller', {
      ...sellerParty,
      contact: { name: 'Accounts', phone: '+31 30 1234567', email: 'invoices@supplies.example' },
    })
    const invoice = decodeInvoice((await ubl('RE-1')).bytes)
    expect(checkEInvoice(invoice)).toEqual([])
    expect(invoice).toMatchObject({
      buyerReference: '04011000-1234512345-06',
      customizationId: expect.stringContaining('xrechnung'),
    })
    expect((await get(`/api/v1/accounts/${branch}/invoicing`, adminAuthorization)).body.invoicing.format).toBe(
      'xrechnung',
    )
    await put(path, { format: 'peppol' })
  })

  it('is kept as it was given out, each version once, among the documents of the order', async () => {
    const id = await idOf('CN-1')
    const kept = () => hub.hub.db('documents').where({ protocol: 'ubl', payload_id: id })
    const before = (await kept()).length
    const first = await ubl('CN-1')
    const again = await ubl('CN-1')
    expect(again.bytes.equals(first.bytes)).toBe(true)
    expect(await kept()).toHaveLength(before + 1)
    expect(
      (await bytes(`/api/v1/invoices/${id}/ubl`, { 'If-None-Match': first.headers.get('etag') ?? '' })).status,
    ).toBe(304)
  })
})

describe('GET /api/v1/invoices/:id/pdf', () => {
  it('is a page of the hub’s where the ERP makes none, the same bytes each time', async () => {
    const path = `/api/v1/invoices/${await idOf('RE-1')}/pdf`
    const first = await bytes(path)
    expect(first.status).toBe(200)
    expect(first.headers.get('content-type')).toBe('application/pdf')
    expect(first.headers.get('content-disposition')).toBe('attachment; filename="RE-1.pdf"')
    expect(first.bytes.subarray(0, 5).toString()).toBe('%PDF-')
    expect(first.headers.get('hub-rendering')).toBe('hub')
    expect((await bytes(path)).bytes.equals(first.bytes)).toBe(true)
    expect((await bytes(path, { 'If-None-Match': first.headers.get('etag') ?? '' })).status).toBe(304)
  })
})

describe('the PDF of an ERP that makes one', () => {
  it('is the ERP’s; of an invoice it has none of, the hub’s; 503 while the ERP can’t be asked', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hub-erp-pdf-'))
    await Promise.all(['in', 'out', 'pdf'].map((name) => mkdir(join(folder, name))))
    await writeFile(join(folder, 'pdf/F-1.pdf'), '%PDF-1.7 the ERP’s own')
    const config = { place: { kind: 'folder', path: folder } }
    const files = await addConnection(hub.hub, demoIds.seller, 'Files', { connector: 'flat-file', config })
    const [own, none] = [erpInvoice({ erpId: 'F-1', number: 'F-1' }), erpInvoice({ erpId: 'F-2', number: 'F-2' })]
    await record(hub.hub, files, { invoices: [own, none] })
    const pdf = async (number: string) => bytes(`/api/v1/invoices/${await idOf(number)}/pdf`)
    const first = await pdf('F-1')
    expect([first.headers.get('hub-rendering'), first.bytes.toString()]).toEqual(['erp', '%PDF-1.7 the ERP’s own'])
    expect((await pdf('F-2')).headers.get('hub-rendering')).toBe('hub')
    await hub.hub.db('erp_connections').where({ id: files.id }).update({ status: 'paused' })
    expect((await pdf('F-1')).status).toBe(503)
    await rm(folder, { recursive: true })
  })
})

describe('shipments', () => {
  it('are listed, found by tracking number and account, and read with their lines', async () => {
    const { body } = await get('/api/v1/shipments?count=true')
    expect(body.count.value).toBe(2)
    const found = await get('/api/v1/shipments?trackingNumber=T-2')
    expect(found.body.items).toMatchObject([{ number: 'LS-2', state: 'delivered', accountId: branch }])
    expect((await get(`/api/v1/shipments?accountId=${branch}`)).body.items).toHaveLength(1)
    expect((await get('/api/v1/shipments?state=shipped&from=2026-01-07&to=2026-01-07')).body.items).toHaveLength(1)
    expect((await get('/api/v1/shipments?from=2026-01-08')).body.items).toHaveLength(0)
    const one = await get(`/api/v1/shipments/${found.body.items[0].id}`)
    expect(one.body).toMatchObject({ number: 'LS-2', lines: [], erp: { connection: 'Main ERP', stale: false } })
    const { bytes: csv } = await bytes('/api/v1/shipments.csv')
    expect(parse(csv, { columns: true })).toHaveLength(2)
  })
})

describe('another seller', () => {
  it('sees no invoice and no shipment', async () => {
    const invoice = await idOf('RE-1')
    const shipment = (await get('/api/v1/shipments?limit=1')).body.items[0].id
    for (const path of ['/api/v1/invoices', '/api/v1/credit-notes', '/api/v1/shipments'])
      expect((await get(path, stranger)).body.items, path).toEqual([])
    for (const path of [
      `/invoices/${invoice}`,
      `/invoices/${invoice}/pdf`,
      `/invoices/${invoice}/ubl`,
      `/shipments/${shipment}`,
    ])
      expect((await get(`/api/v1${path}`, stranger)).status, path).toBe(404)
    const csv = await bytes('/api/v1/invoices.csv', { Authorization: stranger })
    expect(csv.bytes.toString().trim().split('\r\n')).toHaveLength(1)
    expect(
      (await api(hub.url, 'PUT', `/api/v1/accounts/${branch}/invoicing`, { format: 'peppol' }, stranger)).status,
    ).toBe(404)
  })
})
