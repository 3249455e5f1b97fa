// SAP's own forms and faults, recorded forms spoken by nock: dates, padded decimals, statuses, error documents, batches, login pages.
// What a live S/4 does beyond them is not known here.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ErpOrderDraft, Exchange, StreamName, StreamRecord } from '../../connectors/connector.ts'
import { sapS4 } from '../../connectors/sap-s4/sap-s4.ts'
import { erpSchemas } from './erp-schemas.ts'
import { pagesOf } from './following.ts'

const HOST = 'https://s4.example'
const ROOT = '/sap/opu/odata/sap'
const NOW = new Date('2026-03-01T12:00:00Z')
const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/erp/sap-s4', name), 'utf8')
const settings = {
  url: HOST,
  client: '100',
  login: { method: 'password', user: 'HUB', password: 's3cret' },
  salesOrganization: '1010',
  purchaseOrderTypeChannels: { PUNC: 'punchout' },
  taxCategories: { AE: 'AE' },
}
const exchanges: Exchange[] = []
const connector = (changes: object = {}) =>
  sapS4.connect(sapS4.config.parse({ ...settings, ...changes }), {
    now: () => NOW,
    onExchange: (exchange) => exchanges.push(exchange),
  }) as Required<ReturnType<typeof sapS4.connect>>

const draft: ErpOrderDraft = {
  customerNumber: '10100001',
  purchaseOrderNumber: '4500012345',
  channel: 'punchout',
  orderDate: '2026-03-01',
  currency: 'EUR',
  requestedDeliveryDate: null,
  shipTo: null,
  contact: null,
  comments: null,
  shippingAmount: null,
  lines: [],
}
const header = { SalesOrder: '1000042', TotalNetAmount: '62.650', OverallTotalDeliveryStatus: 'A' }
const results = (...rows: object[]) => ({ d: { results: rows } })
const sap = () => nock(HOST)
/** A path `<api>/<set>?...` whose query has these parts. */
const inSet =
  (set: string, ...parts: string[]) =>
  (path: string) => {
    const decoded = decodeURIComponent(path)
    return decoded.startsWith(ROOT) && decoded.includes(`/${set}?`) && parts.every((part) => decoded.includes(part))
  }
const tokenPath = inSet('API_SALES_ORDER_SRV/')
const partnerTokenPath = inSet('API_BUSINESS_PARTNER/')
/** The one batch of business partners that is asked for, and its answer. */
function batchOfPartners(...partners: object[]): void {
  const answer = ['--b', 'Content-Type: application/http', '', 'HTTP/1.1 200 OK', 'Content-Type: application/json', '']
  sap().get(partnerTokenPath).reply(200, {}, { 'x-csrf-token': 'T1' })
  sap()
    .post(inSet('API_BUSINESS_PARTNER/$batch'))
    .reply(202, [...answer, JSON.stringify(results(...partners)), '--b--', ''].join('\r\n'), {
      'content-type': 'multipart/mixed; boundary=b',
    })
}
const givesToken = (token = 'T1') =>
  sap()
    .get(tokenPath)
    .matchHeader('x-csrf-token', 'Fetch')
    .reply(
      200,
      { d: { EntitySets: [] } },
      { 'x-csrf-token': token, 'set-cookie': `SAP_SESSIONID_S4T_100=${token}x; path=/` },
    )

beforeAll(() => nock.disableNetConnect())
afterEach(() => {
  const left = nock.pendingMocks()
  nock.cleanAll()
  exchanges.length = 0
  expect(left).toEqual([])
})
afterAll(() => {
  nock.enableNetConnect()
  nock.restore()
})

async function read<S extends StreamName>(stream: S, changes: object = {}, options = {}): Promise<StreamRecord[S][]> {
  const pages = await pagesOf(connector(changes), stream, null, options)
  const records = pages.flatMap((page) => page.records) as StreamRecord[S][]
  for (const record of records) expect(erpSchemas[stream].safeParse(record).error?.message).toBeUndefined()
  return records
}

describe('sales orders', () => {
  it('are read as SAP writes them: V2 dates, padded decimals as text, statuses, line numbers without zeros', async () => {
    sap()
      .get(inSet('A_SalesOrder', 'sap-client=100', 'sap-language=EN'))
      .reply(200, fixture('sales-orders.json'))
    const [order] = await read('orders')
    expect(order).toEqual({
      erpId: '1000042',
      number: '1000042',
      onceKey: '0f8fad5bd9cb469fa16570867728950e',
      purchaseOrderNumber: '4500012345',
      customerNumber: '10100001',
      channel: 'punchout',
      state: 'shipping',
      orderedAt: '2026-02-02',
      currency: 'EUR',
      netAmount: '62.650',
      taxAmount: '11.900',
      totalAmount: '74.550',
      requestedDeliveryDate: '2026-02-09',
      shipTo: {
        addressId: '10100003',
        name: 'Ziekenhuis Oost Apotheek',
        street: ['Kade 12', 'Gebouw C'],
        city: 'Diemen',
        state: null,
        postalCode: '1111 AB',
        countryCode: 'NL',
        email: null,
        phone: '020-1234567',
      },
      contactName: 'Anna Bakker',
      contactEmail: 'anna@buyer.example',
      projectCode: 'P-1000-1',
      lines: [
        {
          lineNumber: 1,
          erpLineId: '10',
          itemNumber: 'TG11',
          description: 'Trad.Good 11,PD,Reg.Trading',
          productGroup: 'L001',
          quantity: '3.000',
          unitOfMeasure: 'H87',
          unitPrice: '17.55',
          priceUnit: '1',
          netAmount: '52.650',
          confirmedQuantity: '2.000',
          confirmedDate: '2026-02-16',
          shippedQuantity: '1.000',
          invoicedQuantity: null,
          rejectionReason: null,
        },
        expect.objectContaining({ lineNumber: 2, unitOfMeasure: 'CT', rejectionReason: '00', confirmedQuantity: null }),
        // 10.00 for 3 has no price for one that would give 10.00 again.
        expect.objectContaining({ lineNumber: 30, unitPrice: '10.000', priceUnit: '3' }),
      ],
      changedAt: '2026-02-03T10:11:12.123Z',
    })
  })

  it('are all read, though JSON hides the part of a millisecond by which SAP compares', async () => {
    // Ten orders within three milliseconds, 100 ns apart, as SAP keeps them.
    const kept = Array.from({ length: 10 }, (_, i) => ({
      SalesOrder: String(20 - i),
      ticks: 1_770_113_472_123_0000 + i * 3000,
    }))
    const asJson = ({ SalesOrder, ticks }: { SalesOrder: string; ticks: number }) => ({
      ...{ SalesOrder, LastChangeDateTime: `/Date(${Math.floor(ticks / 10000)}+0000)/`, SoldToParty: '1' },
      ...{ TransactionCurrency: 'EUR', TotalNetAmount: '0.00', SalesOrderDate: '/Date(1769990400000)/' },
    })
    sap()
      .get(inSet('A_SalesOrder'))
      .reply(200, (path) => {
        const query = new URL(path, HOST).searchParams
        const since = /ge datetimeoffset'([^']+)'/.exec(query.get('$filter') ?? '')?.[1]
        const from = since ? Date.parse(since) * 10000 : 0
        return results(
          ...kept
            .filter(({ ticks }) => ticks >= from)
            .slice(0, Number(query.get('$top')))
            .map(asJson),
        )
      })
      .persist()
    for (const pageSize of [1, 2, 3, 7, 10, 11]) {
      const ids = (await read('orders', {}, { pageSize })).map((order) => order.erpId)
      expect(ids, `in pages of ${pageSize}`).toEqual(kept.map(({ SalesOrder }) => SalesOrder))
    }
    nock.cleanAll()
  })

  it("follow SAP's paging on our own address, whatever host stands in __next", async () => {
    const row = (SalesOrder: string) => ({
      ...{ SalesOrder, SoldToParty: '1', TransactionCurrency: 'EUR', SalesOrderDate: '/Date(1769990400000)/' },
      LastChangeDateTime: `/Date(177011347212${SalesOrder}+0000)/`,
    })
    const next = `http://vhcals4hci.internal:50000${ROOT}/API_SALES_ORDER_SRV/A_SalesOrder?$orderby=LastChangeDateTime,SalesOrder&sap-client=100&$skiptoken=1`
    sap()
      .get(inSet('A_SalesOrder'))
      .reply(200, { d: { results: [row('1')], __next: next } })
    sap()
      .get(inSet('A_SalesOrder', '$skiptoken=1', 'sap-client=100'))
      .reply(200, results(row('2')))
    expect((await read('orders')).map((order) => order.erpId)).toEqual(['1', '2'])
  })

  it.each([
    [{ OverallSDDocumentRejectionSts: 'C', OverallTotalDeliveryStatus: '' }, 'cancelled'],
    [{ OverallTotalDeliveryStatus: 'C' }, 'shipped'],
    [{ OverallTotalDeliveryStatus: 'A', TotalCreditCheckStatus: 'B' }, 'blocked'],
    [{ OverallTotalDeliveryStatus: 'A', TotalCreditCheckStatus: 'D' }, 'open'],
    [{ OverallTotalDeliveryStatus: 'A', DeliveryBlockReason: '01' }, 'blocked'],
    [{ OverallTotalDeliveryStatus: 'A', SalesDocApprovalStatus: 'A' }, 'blocked'],
    [{ OverallTotalDeliveryStatus: 'A', SalesDocApprovalStatus: 'B' }, 'open'],
    [{ OverallTotalDeliveryStatus: 'B' }, 'shipping'],
    [{ OverallTotalDeliveryStatus: '', OverallSDProcessStatus: 'C' }, 'closed'],
    [{ OverallTotalDeliveryStatus: 'A', OverallSDProcessStatus: 'A' }, 'open'],
  ] as const)('with %o are %s', async (statuses, state) => {
    sap()
      .get(inSet('A_SalesOrder'))
      .reply(200, results({ ...header, ...statuses }))
    expect(await connector().pushOrder(draft, 'k')).toMatchObject({ created: false, state })
  })
})

describe('making an order', () => {
  const looksFor = (rows: object[] = []) =>
    sap()
      .get(inSet('A_SalesOrder'))
      .reply(200, results(...rows))
  const create = () => sap().post(inSet('A_SalesOrder'))
  const reread = (row: object = header) => sap().get(inSet("A_SalesOrder('1000042')")).reply(200, { d: row })

  it('sends token and cookie, fetches both anew at "403 Required", and then makes it', async () => {
    looksFor()
    givesToken('T1')
    create()
      .matchHeader('x-csrf-token', 'T1')
      .matchHeader('cookie', 'SAP_SESSIONID_S4T_100=T1x')
      .reply(403, 'CSRF token validation failed', { 'x-csrf-token': 'Required' })
    givesToken('T2')
    create()
      .matchHeader('x-csrf-token', 'T2')
      .matchHeader('cookie', 'SAP_SESSIONID_S4T_100=T2x')
      .reply(201, { d: header })
    reread()
    expect(await connector().pushOrder(draft, 'k')).toEqual({
      ...{ erpId: '1000042', number: '1000042', created: true, state: 'open', netAmount: '62.650', notes: [] },
    })
  })

  it("hands over SAP's warnings (sap-message)", async () => {
    looksFor()
    givesToken()
    const message = {
      ...{ code: 'SLS/1', message: 'Order saved', severity: 'info' },
      details: [{ code: 'V1/555', message: 'Credit limit exceeded by 120.00 EUR', severity: 'warning' }],
    }
    create().reply(201, { d: header }, { 'sap-message': JSON.stringify(message) })
    reread()
    const { notes } = await connector().pushOrder(draft, 'k')
    expect(notes).toEqual(['Credit limit exceeded by 120.00 EUR'])
  })

  it('finds the order by its key when the answer to the first try got lost', async () => {
    looksFor()
    givesToken()
    create().replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))
    const s4 = connector()
    await expect(s4.pushOrder(draft, 'k')).rejects.toMatchObject({ kind: 'unreachable' })
    sap().get(inSet('A_SalesOrder', "PurchaseOrderByShipToParty eq 'hubk'")).reply(200, results(header))
    expect(await s4.pushOrder(draft, 'k')).toMatchObject({ created: false, erpId: '1000042' })
  })

  it.each([
    [
      'a business error with its details',
      400,
      fixture('error-business.json'),
      'refused',
      /SLS_LORD\/029.*could not be created.*Material TG99 is not defined/,
    ],
    [
      'a lock',
      400,
      JSON.stringify({
        error: { code: 'V1/042', message: { value: 'Sales order 42 is currently being processed by user MEIER' } },
      }),
      'throttled',
      /processed by user MEIER/,
    ],
    [
      'a missing right',
      403,
      JSON.stringify({ error: { code: '/IWFND/CM_MGW/099', message: { value: 'No authorization' } } }),
      'unauthorised',
      /No authorization.*lacks the right/,
    ],
    [
      'a short dump',
      500,
      JSON.stringify({
        error: { code: 'SY/530', message: { value: 'An exception was raised' }, innererror: { transactionid: '4A5F' } },
      }),
      'unreachable',
      /exception was raised.*ERROR_LOG.*4A5F/,
    ],
    [
      'a page of the web server',
      500,
      '<html><head><title>Application Server Error</title></head></html>',
      'unreachable',
      /Application Server Error/,
    ],
  ])('is %s', async (_what, status, body, kind, message) => {
    looksFor()
    givesToken()
    create().reply(status, body)
    await expect(connector().pushOrder(draft, 'k')).rejects.toMatchObject({
      name: 'ErpError',
      kind,
      message: expect.stringMatching(message),
    })
  })
})

describe('faults', () => {
  const fails = async (status: number, body: string, headers: Record<string, string> = {}) => {
    sap().get(inSet('A_SalesOrder')).reply(status, body, headers)
    return pagesOf(connector(), 'orders').then(
      () => expect.fail('nothing was thrown'),
      (error: Error) => error,
    )
  }

  it('429 and 503 with Retry-After say how long to wait', async () => {
    expect(await fails(429, 'Too many requests', { 'retry-after': '17' })).toMatchObject({
      kind: 'throttled',
      retryAfter: 17,
    })
    const date = 'Sun, 01 Mar 2026 12:00:00 GMT'
    const headers = { 'retry-after': 'Sun, 01 Mar 2026 12:01:00 GMT', date }
    expect(await fails(503, 'System is going down', headers)).toMatchObject({ kind: 'throttled', retryAfter: 60 })
    expect(await fails(503, 'System is going down')).toMatchObject({ kind: 'unreachable' })
  })

  it('a login page is no data, whether it comes with 200 or with 404', async () => {
    for (const status of [200, 404]) {
      const error = await fails(status, fixture('logon-page.html'), { 'content-type': 'text/html' })
      expect(error).toMatchObject({ kind: 'unauthorised', message: expect.stringMatching(/login page \("Logon"\)/) })
    }
  })

  it('another page, JSON that is cut off, and JSON that is no OData are unintelligible', async () => {
    const page = '<html><head><title>404 Not found</title></head><body>ICF</body></html>'
    expect(await fails(404, page)).toMatchObject({ kind: 'unintelligible', message: expect.stringMatching(/SICF/) })
    expect(await fails(200, '{"d":{"results":[{"SalesOrder":"1"')).toMatchObject({ kind: 'unintelligible' })
    expect(await fails(200, '{"value":[]}')).toMatchObject({
      kind: 'unintelligible',
      message: expect.stringMatching(/no OData V2/),
    })
    expect(await fails(200, 'null')).toMatchObject({ kind: 'unintelligible' })
  })

  it('a service that is not activated is said to be so', async () => {
    const body = JSON.stringify({
      error: { code: '/IWFND/MED/170', message: { value: "No service found for namespace '', name 'X'" } },
    })
    expect(await fails(404, body)).toMatchObject({ kind: 'refused', message: expect.stringMatching(/MAINT_SERVICE/) })
  })

  it('never show the password', async () => {
    await fails(401, 'Logon failed')
    expect(JSON.stringify(exchanges.map((e) => [e.what, e.error?.message]))).not.toContain('s3cret')
  })
})

describe('a changeset ($batch)', () => {
  const order = {
    ...{ __metadata: { etag: 'W/"datetimeoffset\'2026-02-03T10%3A11%3A12.1234567Z\'"' }, SalesOrder: '1000042' },
    ...{ OverallSDDocumentRejectionSts: 'A', PurchaseOrderByCustomer: '4500012345' },
    to_Item: {
      results: [
        { SalesOrderItem: '10', Material: 'TG11', SalesDocumentRjcnReason: '', DeliveryStatus: 'A' },
        { SalesOrderItem: '20', Material: 'TG12', SalesDocumentRjcnReason: '', DeliveryStatus: 'A' },
      ],
    },
  }
  const readToChange = (row: object = order) => sap().get(inSet("A_SalesOrder('1000042')")).reply(200, { d: row })
  const sapBoundary = 'ejjeeffe0'
  const answers = (content: string) =>
    sap()
      .post(inSet('$batch'))
      .reply(202, content, { 'content-type': `multipart/mixed; boundary=${sapBoundary}` })
  const done = (count: number) =>
    [
      `--${sapBoundary}`,
      'Content-Type: multipart/mixed; boundary=ejjeeffe1',
      'Content-Length:      293',
      '',
      ...Array.from({ length: count }, () => [
        '--ejjeeffe1',
        'Content-Type: application/http',
        'Content-Length: 71',
        'content-transfer-encoding: binary',
        '',
        'HTTP/1.1 204 No Content',
        'Content-Length: 0',
        'dataserviceversion: 2.0',
        '',
        '',
      ]).flat(),
      '--ejjeeffe1--',
      '',
      `--${sapBoundary}--`,
      '',
    ].join('\r\n')
  const refused = (status: number, body: string) =>
    [
      `--${sapBoundary}`,
      'Content-Type: application/http',
      'Content-Length: 500',
      'content-transfer-encoding: binary',
      '',
      `HTTP/1.1 ${status} No`,
      'Content-Type: application/json;charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'dataserviceversion: 1.0',
      '',
      body,
      `--${sapBoundary}--`,
      '',
    ].join('\r\n')

  it('carries the ETag and one MERGE a line, and its 204s are a success', async () => {
    readToChange()
    givesToken()
    let sent = ''
    sap()
      .post(inSet('$batch'), (body) => {
        sent = String(body)
        return true
      })
      .matchHeader('x-csrf-token', 'T1')
      .reply(202, done(3), { 'content-type': `multipart/mixed; boundary=${sapBoundary}` })
    await connector().cancelOrder({ erpId: '1000042', number: null }, 'twice')
    expect(sent).toContain("MERGE A_SalesOrder('1000042') HTTP/1.1\r\n")
    expect(sent).toContain('If-Match: W/"datetimeoffset\'2026-02-03T10%3A11%3A12.1234567Z\'"\r\n')
    expect(sent).toContain("MERGE A_SalesOrderItem(SalesOrder='1000042',SalesOrderItem='20') HTTP/1.1\r\n")
    expect(sent.match(/\{"SalesDocumentRjcnReason":"00"\}/g)).toHaveLength(2)
  })

  it('that fails is one error in the words of SAP', async () => {
    readToChange()
    givesToken()
    answers(refused(400, fixture('error-business.json')))
    await expect(connector().cancelOrder({ erpId: '1000042', number: null }, 'x')).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/cancellation of order 1000042.*Material TG99/),
    })
  })

  it('with an old ETag is done again on the newer order', async () => {
    readToChange()
    givesToken()
    answers(
      refused(412, '{"error":{"code":"/IWFND/CM_MGW/510","message":{"lang":"en","value":"Precondition failed"}}}'),
    )
    readToChange({ ...order, __metadata: { etag: 'W/"newer"' } })
    answers(done(3))
    await connector().cancelOrder({ erpId: '1000042', number: null }, 'x')
  })

  it('whose answer is cut off is unintelligible', async () => {
    readToChange()
    givesToken()
    answers(done(3).slice(0, 200))
    await expect(connector().cancelOrder({ erpId: '1000042', number: null }, 'x')).rejects.toMatchObject({
      kind: 'unintelligible',
    })
  })

  it('is not sent for an order that is cancelled already, or delivered', async () => {
    readToChange({ ...order, OverallSDDocumentRejectionSts: 'C' })
    await connector().cancelOrder({ erpId: '1000042', number: null }, 'x')
    readToChange({ ...order, to_Item: { results: [{ SalesOrderItem: '10', Material: 'TG11', DeliveryStatus: 'B' }] } })
    await expect(connector().cancelOrder({ erpId: '1000042', number: null }, 'x')).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/deliveries of item 10 \(TG11\)/),
    })
  })
})

describe('billing documents', () => {
  it('are invoices, and credit notes for what cancels them, with the tax of their pricing elements', async () => {
    sap().get(inSet('A_BillingDocument')).reply(200, fixture('billing-documents.json'))
    batchOfPartners({ BusinessPartner: '8', Customer: '10100008', BusinessPartnerFullName: 'Crediteuren' })
    const [invoice, cancellation, reverseCharge] = await read('invoices')
    expect(invoice).toMatchObject({
      number: '90000017',
      kind: 'invoice',
      state: 'open',
      invoiceDate: '2026-02-05',
      netAmount: '119.99',
      taxAmount: '15.40',
      totalAmount: '135.39',
      openAmount: null,
      paymentTerms: '0004',
      billTo: { name: 'Crediteuren', addressId: '10100008' },
      correctsNumber: null,
      lines: [
        {
          lineNumber: 10,
          orderErpId: '1000042',
          orderLineErpId: '10',
          shipmentErpId: '80000123',
          unitOfMeasure: 'H87',
          unitPrice: '20.00',
          priceUnit: '3',
          taxCategory: 'S',
          taxRatePercent: '19',
        },
        { lineNumber: 20, shipmentErpId: null, unitPrice: '99.99', priceUnit: '1', taxRatePercent: '11.6' },
      ],
      // 15.39 by line: the cent by which SAP rounds the document stands with the larger tax.
      taxes: [
        { category: 'S', ratePercent: '19', taxableAmount: '20.00', taxAmount: '3.80' },
        { category: 'S', ratePercent: '11.6', taxableAmount: '99.99', taxAmount: '11.60' },
      ],
      changedAt: '2026-02-05T10:10:45.678Z',
    })
    expect(cancellation).toMatchObject({
      kind: 'credit-note',
      state: 'paid',
      netAmount: '40.00',
      taxAmount: '7.60',
      totalAmount: '47.60',
      correctsNumber: '90000016',
      lines: [{ quantity: '4.000', netAmount: '40.00', orderErpId: null, unitOfMeasure: 'CT', taxRatePercent: '19' }],
    })
    expect(reverseCharge).toMatchObject({
      kind: 'invoice',
      state: 'cancelled',
      lines: [{ itemNumber: null, unitOfMeasure: 'HUR', taxCategory: 'AE', taxRatePercent: '0' }],
      taxes: [{ category: 'AE', ratePercent: '0', taxableAmount: '50.00', taxAmount: '0.00' }],
    })
  })

  it('are given as PDF by GetPDF, base64, nested and flat', async () => {
    const binary = Buffer.from('%PDF-1.7 of 90000017').toString('base64')
    for (const d of [
      { GetPDF: { __metadata: {}, BillingDocumentBinary: binary } },
      { BillingDocumentBinary: binary },
    ]) {
      sap()
        .get(`${ROOT}/API_BILLING_DOCUMENT_SRV/GetPDF`)
        .query({ BillingDocument: "'90000017'", 'sap-client': '100', 'sap-language': 'EN' })
        .reply(200, { d })
      expect(Buffer.from(await connector().fetchInvoicePdf('90000017')).toString()).toBe('%PDF-1.7 of 90000017')
    }
  })

  it('that have no output are said to have none', async () => {
    sap()
      .get(inSet('GetPDF'))
      .reply(200, { d: { GetPDF: { BillingDocumentBinary: '' } } })
    await expect(connector().fetchInvoicePdf('1')).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/output type/),
    })
  })
})

describe('deliveries', () => {
  it('have parcels with weight in kilograms, tracking numbers, carrier, and the lines that left', async () => {
    sap().get(inSet('A_OutbDeliveryHeader')).reply(200, fixture('deliveries.json'))
    const [delivered, planned] = await read('shipments')
    expect(delivered).toMatchObject({
      number: '80000123',
      state: 'delivered',
      shippedAt: '2026-02-06',
      deliveredAt: '2026-02-08',
      carrierName: 'PostNL Pakketten',
      trackingNumbers: ['3SABCD0000001', 'BOL-77'],
      parcels: [
        {
          number: '00340123450000000018',
          weight: '5.669904625',
          lines: [{ erpLineId: '900001', quantity: '2.000' }],
        },
        { number: '1000000002', trackingNumber: null, weight: null, lines: [] },
      ],
      shipTo: { addressId: '10100003', name: 'Ziekenhuis Oost', street: ['Kade 12', 'Laaddok 3'], state: 'NH' },
      lines: [
        { erpLineId: '900001', orderErpId: '1000042', orderLineErpId: '10', quantity: '2.000', unitOfMeasure: 'H87' },
        { erpLineId: '20', orderErpId: null, orderLineErpId: null, unitOfMeasure: 'ZZZ' },
      ],
      changedAt: '2026-02-05T08:05:09.000Z',
    })
    expect(planned).toMatchObject({
      state: 'packed',
      shippedAt: null,
      carrierName: null,
      changedAt: '2026-02-06T00:00:00.000Z',
    })
  })
})

describe('open items', () => {
  it('are positive where the customer owes; payments and credits are not; noted items are no debts', async () => {
    sap().get(inSet('A_OperationalAcctgDocItemCube')).reply(200, fixture('open-items.json'))
    expect(await read('openItems')).toMatchObject([
      {
        erpId: '1010/2026/1400000001/1',
        kind: 'invoice',
        documentNumber: '90000017',
        amount: '135.390',
        openAmount: '135.390',
        dueDate: '2026-03-07',
        changedAt: '2026-02-05T09:10:11.000Z',
      },
      {
        kind: 'payment',
        documentNumber: null,
        amount: '-35.390',
        openAmount: '-35.390',
        changedAt: '2026-02-07T00:00:00.000Z',
      },
      {
        kind: 'credit-note',
        documentNumber: '815',
        amount: '-20.000',
        openAmount: '0',
        changedAt: '2026-02-08T00:00:00.000Z',
      },
      { kind: 'other', documentNumber: null, currency: 'USD', amount: '1.500' },
    ])
  })

  it('come to a balance for each customer and currency', async () => {
    sap().get(inSet('A_OperationalAcctgDocItemCube')).twice().reply(200, fixture('open-items.json'))
    expect(await read('balances')).toMatchObject([
      { erpId: '10100001/EUR', balance: '100.000', openOrders: null, asOf: '2026-03-01T12:00:00.000Z' },
      { erpId: '10100001/USD', balance: '1.500' },
    ])
  })
})

describe('credit accounts (API_CRDTMBUSINESSPARTNER)', () => {
  it('have a limit, none, or the limit zero; a business partner may have another number than its customer', async () => {
    sap().get(inSet('CreditManagementAccount')).reply(200, fixture('credit-accounts.json'))
    batchOfPartners(...['1000', '1001', '1002', '1003'].map((n) => ({ BusinessPartner: n, Customer: `C${n}` })))
    expect(await read('creditLimits')).toMatchObject([
      { customerNumber: 'C1000', limit: '50000.000', blocked: false, reason: null },
      { customerNumber: 'C1001', limit: null, blocked: true, reason: 'Blocked by credit management (reason 01).' },
      { customerNumber: 'C1002', limit: '0.000', blocked: false, reason: null },
      { customerNumber: 'C1003', limit: '700.000', blocked: false, reason: 'The limit was valid until 2025-12-31.' },
    ])
  })
})
