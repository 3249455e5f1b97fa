// SAP S/4HANA against the served OData V2: what the contract doesn't ask for, because it is SAP's own. CSRF tokens, OAuth, ETags,
// server-driven paging, time stamps that several orders share, ship-to parties, and how few requests it takes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ErpOrder, ErpOrderDraft, Exchange } from '../../connectors/connector.ts'
import { sapS4 } from '../../connectors/sap-s4/sap-s4.ts'
import { pagesOf } from './following.ts'
import { customers, enterMasterData, s4People } from './s4-odata/people.ts'
import { haveS4, type S4Row, type S4Server, s4User, startS4 } from './s4-odata/server.ts'

const settings = {
  login: { method: 'password', ...s4User },
  salesOrganization: '1010',
  purchaseOrderTypeChannels: { PUNC: 'punchout', DFUE: 'edi' },
  orderTypeChannels: { TA: 'phone' },
}

describe.runIf(haveS4())('SAP S/4HANA, served', () => {
  let s4: S4Server
  const exchanges: Exchange[] = []
  beforeAll(async () => {
    s4 = await startS4()
  })
  afterAll(() => s4?.close())
  beforeEach(async () => {
    await s4.reset()
    await enterMasterData(s4)
    exchanges.length = 0
  })

  const connect = (changes: object = {}) =>
    sapS4.connect(sapS4.config.parse({ url: s4.url, ...settings, ...changes }), {
      now: () => new Date(),
      onExchange: (exchange) => exchanges.push(exchange),
    })
  type S4Connector = Required<ReturnType<typeof connect>>
  const connector = (changes: object = {}) => connect(changes) as S4Connector

  const line = (lineNumber: number, changes: Partial<ErpOrderDraft['lines'][number]> = {}) => ({
    lineNumber,
    itemNumber: `ART-${lineNumber}`,
    description: 'Gloves',
    quantity: '2',
    unitOfMeasure: 'EA',
    unitPrice: '12.50',
    priceUnit: '1',
    requestedDeliveryDate: null,
    comments: null,
    ...changes,
  })
  const draft = (changes: Partial<ErpOrderDraft> = {}): ErpOrderDraft => ({
    customerNumber: customers.hospital,
    purchaseOrderNumber: '4500012345',
    channel: 'punchout',
    orderDate: '2026-03-02',
    currency: 'EUR',
    requestedDeliveryDate: '2026-03-20',
    shipTo: null,
    contact: { name: 'Anna Bakker', email: 'anna@buyer.example' },
    comments: 'Ring twice',
    shippingAmount: null,
    lines: [line(1), line(2)],
    ...changes,
  })
  const address = {
    ...{ addressId: null, name: 'Bibliotheek Zuid', street: ['Kade 12'], city: 'Utrecht', state: null },
    ...{ postalCode: '3511 AB', countryCode: 'NL', email: null, phone: null },
  }
  const orders = async (read = connector()) =>
    (await pagesOf(read, 'orders')).flatMap((page) => page.records) as ErpOrder[]
  const asked = async (method: string, part: string) =>
    (await s4.requests()).filter((request) => request.method === method && request.url.includes(part))
  const itemPath = "A_SalesOrderItem(SalesOrder='%',SalesOrderItem='10')"

  describe('CSRF token and session cookie', () => {
    it('are fetched once by twenty calls that start together', async () => {
      const s4Connector = connector()
      const pushes = Array.from({ length: 20 }, (_, i) => s4Connector.pushOrder(draft(), `parallel${i}`))
      expect((await Promise.all(pushes)).map((receipt) => receipt.created)).toEqual(Array(20).fill(true))
      const fetches = (await s4.requests()).filter((request) => request.headers['x-csrf-token'] === 'Fetch')
      expect(fetches).toHaveLength(1)
      expect(await asked('POST', '/A_SalesOrder?')).toHaveLength(20)
    })

    it('are fetched once again when the session has ended, and the calls are repeated', async () => {
      const s4Connector = connector()
      await s4Connector.pushOrder(draft(), 'first')
      await s4.expireSessions()
      const pushes = Array.from({ length: 5 }, (_, i) => s4Connector.pushOrder(draft(), `later${i}`))
      expect((await Promise.all(pushes)).map((receipt) => receipt.created)).toEqual(Array(5).fill(true))
      const fetches = (await s4.requests()).filter((request) => request.headers['x-csrf-token'] === 'Fetch')
      expect(fetches).toHaveLength(2)
      expect(await orders()).toHaveLength(6)
    })

    it('that SAP never takes are an error, not an endless round', async () => {
      await s4.faults([{ method: 'POST', times: 99, status: 403, headers: { 'x-csrf-token': 'Required' }, body: 'no' }])
      await expect(connector().pushOrder(draft(), 'never')).rejects.toMatchObject({
        kind: 'unauthorised',
        message: expect.stringMatching(/CSRF token.*cookies/),
      })
      expect(await asked('POST', '/A_SalesOrder?')).toHaveLength(2)
    })
  })

  describe('OAuth 2.0 client credentials (RFC 6749 section 4.4)', () => {
    const login = (clientSecret: string) => ({
      login: { method: 'oauth', oauthUrl: `${s4.url}/oauth/token`, clientId: 'hub', clientSecret },
    })

    it('give one access token for many calls, and another when it is no longer taken', async () => {
      const s4Connector = connector(login('hub-5ecret'))
      expect((await s4Connector.check()).message).toMatch(/can be reached/)
      await s4.expireTokens()
      await s4Connector.pushOrder(draft(), 'oauth1')
      const tokens = exchanges.filter((exchange) => exchange.what === 'POST access token')
      expect(tokens.map((exchange) => exchange.status)).toEqual([200, 200])
    })

    it('that are wrong are said to be so', async () => {
      const { ok, message } = await connector(login('wrong')).check()
      expect(ok).toBe(false)
      expect(message).toMatch(/invalid_client.*client id and secret/)
    })
  })

  describe('an order in SAP', () => {
    it('has the channel, the key, the agreed price, the texts and the day', async () => {
      const lines = [
        line(1, { unitPrice: '1.255', priceUnit: '100', quantity: '400', unitOfMeasure: 'H87', comments: 'blue' }),
        line(2, { unitPrice: '1.25', priceUnit: '0.5', requestedDeliveryDate: '2026-04-01' }),
      ]
      const receipt = await connector({ freightCondition: 'DHD1' }).pushOrder(
        draft({ lines, shippingAmount: '7.50' }),
        'k1',
      )
      expect(receipt).toMatchObject({ netAmount: '10.02', state: 'open', notes: [] })
      const [order] = await s4.rows(
        'API_SALES_ORDER_SRV/A_SalesOrder?$expand=to_Item/to_PricingElement,to_Item/to_Text,to_Item/to_ScheduleLine,to_Text,to_PricingElement',
      )
      expect(order).toMatchObject({
        SalesOrderType: 'OR',
        CustomerPurchaseOrderType: 'PUNC',
        PurchaseOrderByShipToParty: 'hubk1',
        RequestedDeliveryDate: '/Date(1773964800000)/',
        to_Text: {
          results: [{ LongTextID: 'TX01', LongText: 'Ring twice\nContact: Anna Bakker <anna@buyer.example>' }],
        },
        to_PricingElement: {
          results: [{ ConditionType: 'DHD1', ConditionRateValue: '7.5', ConditionCurrency: 'EUR' }],
        },
      })
      const [first, second] = (order!.to_Item as { results: S4Row[] }).results
      expect(first).toMatchObject({
        UnderlyingPurchaseOrderItem: '1',
        RequestedQuantityISOUnit: 'PCE',
        to_PricingElement: {
          results: [{ ConditionRateValue: '1.255', ConditionQuantity: '100', ConditionQuantityISOUnit: 'PCE' }],
        },
        to_Text: { results: [{ LongTextID: '0002', LongText: 'blue' }] },
      })
      expect(second).toMatchObject({
        to_PricingElement: { results: [{ ConditionRateValue: '12.5', ConditionQuantity: '5' }] },
        to_ScheduleLine: { results: [{ RequestedDeliveryDate: '/Date(1775001600000)/' }] },
      })
    })

    it('says what it left out', async () => {
      const { notes } = await connector().pushOrder(draft({ shippingAmount: '7.50' }), 'k2')
      expect(notes).toEqual([expect.stringMatching(/Freight of 7.50 EUR .* no freight condition/)])
    })

    it('is not made with a purchase order number that would have to be cut', async () => {
      const pushed = connector().pushOrder(draft({ purchaseOrderNumber: 'X'.repeat(36) }), 'k3')
      await expect(pushed).rejects.toMatchObject({ kind: 'refused', message: expect.stringMatching(/35 characters/) })
      expect(await orders()).toEqual([])
    })

    it('tells of a failed credit check', async () => {
      const s4Connector = connector()
      const { erpId } = await s4Connector.pushOrder(draft(), 'k4')
      const blocked = { TotalCreditCheckStatus: 'B' }
      await s4.update('API_SALES_ORDER_SRV.A_SalesOrder', { SalesOrder: erpId }, blocked)
      expect(await s4Connector.pushOrder(draft(), 'k4')).toMatchObject({
        created: false,
        state: 'blocked',
        notes: [expect.stringMatching(/credit check failed/)],
      })
    })

    it("has its channel from the purchase order type, else from the order's type, else is the ERP's own", async () => {
      const people = s4People(s4)
      const s4Connector = connector()
      await s4Connector.pushOrder(draft({ channel: 'edi' }), 'k5')
      const entry = { customerNumber: customers.library, lines: [{ itemNumber: 'A', quantity: '1' }] }
      const byPhone = await people.enterOrder?.(entry)
      const other = await people.enterOrder?.(entry)
      await s4.update('API_SALES_ORDER_SRV.A_SalesOrder', { SalesOrder: other?.erpId }, { SalesOrderType: 'ZZ' })
      const channels = new Map((await orders()).map((order) => [order.erpId, order.channel]))
      expect([...channels.values()].toSorted()).toEqual(['edi', 'erp', 'phone'])
      expect(channels.get(byPhone?.erpId ?? '')).toBe('phone')
    })
  })

  describe('the ship-to party', () => {
    const partners = () =>
      s4.rows("API_SALES_ORDER_SRV/A_SalesOrderHeaderPartner?$filter=PartnerFunction eq 'SH'&$expand=to_Address")

    it('is taken by its number where SAP knows it as one of the customer', async () => {
      await connector().pushOrder(draft({ shipTo: { ...address, addressId: customers.pharmacy } }), 's1')
      expect(await partners()).toMatchObject([{ Customer: customers.pharmacy, to_Address: { results: [] } }])
    })

    it("is written out where the id is the buyer's own, or another customer's", async () => {
      for (const [i, addressId] of ['GATE-4', customers.library].entries())
        await connector().pushOrder(draft({ shipTo: { ...address, addressId } }), `s2${i}`)
      const written = {
        Customer: customers.hospital,
        to_Address: { results: [{ CityName: 'Utrecht', Country: 'NL' }] },
      }
      expect(await partners()).toMatchObject([written, written])
    })

    it('keeps long names and notes what it cuts', async () => {
      const name = 'Stichting Openbare Bibliotheken en Archieven Zuid-Oost Utrecht'
      const shipTo = { ...address, name, street: ['Kade 12', 'x'.repeat(50)] }
      const receipt = await connector().pushOrder(draft({ shipTo }), 's3')
      expect(receipt.notes).toEqual([expect.stringMatching(/street.*cut to 40/)])
      expect((await orders())[0]?.shipTo).toMatchObject({ name, street: ['Kade 12', 'x'.repeat(40)] })
    })
  })

  describe('changing an order', () => {
    it('changes price, day, text, address and lines in one changeset', async () => {
      const s4Connector = connector()
      const receipt = await s4Connector.pushOrder(draft({ shipTo: address }), 'c1')
      await s4Connector.changeOrder(
        receipt,
        draft({
          purchaseOrderNumber: '4500012345-2',
          requestedDeliveryDate: '2026-03-25',
          comments: 'Ring thrice',
          shipTo: { ...address, city: 'Zeist' },
          lines: [line(1, { unitPrice: '11.00', comments: 'blue' }), line(3, { itemNumber: 'ART-2' })],
        }),
      )
      expect(await asked('POST', '$batch')).toHaveLength(1)
      const [order] = await orders()
      expect(order).toMatchObject({
        purchaseOrderNumber: '4500012345-2',
        requestedDeliveryDate: '2026-03-25',
        shipTo: { city: 'Zeist' },
        netAmount: '47',
        lines: [
          { lineNumber: 1, unitPrice: '11', confirmedDate: '2026-03-25', rejectionReason: null },
          { lineNumber: 2, rejectionReason: '00' },
          { lineNumber: 3, itemNumber: 'ART-2', rejectionReason: null },
        ],
      })
      const texts = await s4.rows('API_SALES_ORDER_SRV/A_SalesOrderText')
      expect(texts).toMatchObject([{ LongText: expect.stringMatching(/^Ring thrice/) }])
      expect(await s4.rows('API_SALES_ORDER_SRV/A_SalesOrderItemText')).toMatchObject([{ LongText: 'blue' }])
    })

    it('is done on the newer state when somebody else was faster (412)', async () => {
      const s4Connector = connector()
      const receipt = await s4Connector.pushOrder(draft(), 'c2')
      const key = { SalesOrder: receipt.erpId }
      const data = { LastChangeDateTime: '2027-01-01T00:00:00Z', CustomerGroup: '01' }
      const meanwhile = { entity: 'API_SALES_ORDER_SRV.A_SalesOrder', key, data }
      await s4.faults([{ path: '$batch', meanwhile }])
      await s4Connector.changeOrder(receipt, draft({ lines: [line(1, { quantity: '5' }), line(2)] }))
      expect(await asked('POST', '$batch')).toHaveLength(2)
      const [order] = await s4.rows(`API_SALES_ORDER_SRV/A_SalesOrder?$expand=to_Item`)
      expect(order).toMatchObject({ CustomerGroup: '01', TotalNetAmount: '87.5' })
    })

    it('is given up for now when somebody else is faster each time', async () => {
      const s4Connector = connector()
      const receipt = await s4Connector.pushOrder(draft(), 'c3')
      const change = (day: string) => ({
        path: '$batch',
        meanwhile: {
          entity: 'API_SALES_ORDER_SRV.A_SalesOrder',
          key: { SalesOrder: receipt.erpId },
          data: { LastChangeDateTime: `2027-01-0${day}T00:00:00Z` },
        },
      })
      await s4.faults([change('1'), change('2')])
      const changed = s4Connector.changeOrder(receipt, draft({ lines: [line(1, { quantity: '5' })] }))
      await expect(changed).rejects.toMatchObject({ kind: 'throttled', retryAfter: 60 })
      expect((await orders())[0]?.lines.map((each) => each.quantity)).toEqual(['2', '2'])
    })

    it('changes nothing when one of its parts is refused', async () => {
      const s4Connector = connector()
      const receipt = await s4Connector.pushOrder(draft(), 'c4')
      const lines = [line(1, { quantity: '5' }), line(2), line(3, { itemNumber: 'NO-SUCH' })]
      await expect(s4Connector.changeOrder(receipt, draft({ lines }))).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(/V1\/382.*NO-SUCH/),
      })
      expect((await orders())[0]?.lines.map((each) => each.quantity)).toEqual(['2', '2'])
    })

    it('leaves what is the same alone', async () => {
      const s4Connector = connector()
      const receipt = await s4Connector.pushOrder(draft(), 'c5')
      await s4Connector.changeOrder(receipt, draft())
      const [before] = await s4.rows('API_SALES_ORDER_SRV/A_SalesOrder')
      expect(before).toMatchObject({ TotalNetAmount: '50' })
      expect(
        await s4.rows(`API_SALES_ORDER_SRV/${itemPath.replace('%', receipt.erpId)}/to_PricingElement`),
      ).toHaveLength(1)
    })
  })

  describe('reading', () => {
    const enter = (rows: S4Row[]) =>
      s4.insert(
        'API_SALES_ORDER_SRV.A_SalesOrder',
        rows.map((row) => ({
          ...{ SoldToParty: customers.hospital, SalesOrganization: '1010', DistributionChannel: '10' },
          ...{ OrganizationDivision: '00', to_Item: [{ Material: 'A', RequestedQuantity: '1' }], ...row },
        })),
      )
    const numbered = (count: number, row: S4Row, first = 100) =>
      Array.from({ length: count }, (_, i) => ({ SalesOrder: String(first + i), ...row }))

    it('takes a page of 20 in pieces of 7, and asks for lines and partners in the same requests', async () => {
      await enter(numbered(25, {}))
      const pages = await pagesOf(connector(), 'orders', null, { pageSize: 20 })
      expect(pages.map((page) => page.records.length)).toEqual([20, 5])
      const reads = await asked('GET', 'API_SALES_ORDER_SRV')
      expect(reads.length).toBeLessThanOrEqual(6)
      expect(reads.filter((read) => read.url.includes('$skiptoken')).length).toBeGreaterThan(1)
    })

    it('gives every order once where many carry one time stamp and some carry none', async () => {
      await enter(numbered(9, { LastChangeDateTime: '2026-02-01T10:00:00.000Z' }, 100))
      await enter(numbered(12, { LastChangeDateTime: '2026-01-01T10:00:00.123Z' }, 200))
      for (const { SalesOrder } of await enter(numbered(6, {}, 300)))
        await s4.update('API_SALES_ORDER_SRV.A_SalesOrder', { SalesOrder }, { LastChangeDateTime: null })
      for (const pageSize of [1, 5, 100]) {
        const pages = await pagesOf(connector(), 'orders', null, { pageSize })
        const ids = pages.flatMap((page) => page.records.map((record) => record.erpId))
        expect(ids, `in pages of ${pageSize}`).toHaveLength(27)
        expect(new Set(ids).size).toBe(27)
        expect(ids.slice(0, 6).every((id) => id.startsWith('3'))).toBe(true)
        if (pages.length > 10) continue
        for (const page of pages) {
          const rest = await pagesOf(connector(), 'orders', page.next, { pageSize })
          const seen = [
            ...ids.slice(0, ids.indexOf(page.records.at(-1)?.erpId ?? '') + 1),
            ...rest.flatMap(({ records }) => records.map((record) => record.erpId)),
          ]
          expect(new Set(seen).size, `after ${page.next}`).toBe(27)
        }
      }
    })

    it('leaves the orders, deliveries and invoices of other sales organizations out', async () => {
      const other = { SalesOrganization: '2020', SoldToParty: '20200001' }
      await enter([{ ...other, SalesOrder: '900' }])
      const delivery = { ...other, DeliveryDocument: '80000009', SDDocumentCategory: 'J' }
      await s4.insert('API_OUTBOUND_DELIVERY_SRV.A_OutbDeliveryHeader', [delivery])
      await s4.insert('API_BILLING_DOCUMENT_SRV.A_BillingDocument', [{ ...other, SDDocumentCategory: 'M' }])
      for (const stream of ['orders', 'shipments', 'invoices'] as const)
        expect((await pagesOf(connector(), stream)).flatMap((page) => page.records)).toEqual([])
    })

    it('finds the addresses of many invoices and ship-to parties in one batch', async () => {
      const people = s4People(s4)
      for (let i = 0; i < 6; i++) {
        const { erpId } = await connector().pushOrder(draft(), `n${i}`)
        await people.invoice?.(erpId)
      }
      const before = (await s4.requests()).length
      const invoices = await pagesOf(connector(), 'invoices', null, { pageSize: 50 })
      expect(invoices.flatMap((page) => page.records)).toHaveLength(6)
      expect(invoices[0]?.records[0]).toMatchObject({ billTo: { name: 'Ziekenhuis Oost', city: 'Amsterdam' } })
      const shipTos = await pagesOf(connector(), 'shipTos', null, { pageSize: 50 })
      expect(shipTos.flatMap((page) => page.records)).toHaveLength(4)
      // Each: the list, a CSRF token for the batch, the batch.
      expect((await s4.requests()).length - before).toBeLessThanOrEqual(6)
    })

    it('gives the customers of its sales area with address, terms and block', async () => {
      await s4.update(
        'API_BUSINESS_PARTNER.A_CustomerSalesArea',
        { Customer: customers.library },
        { OrderIsBlockedForCustomer: '01' },
      )
      const records = (await pagesOf(connector(), 'customers')).flatMap((page) => page.records)
      expect(records).toMatchObject([
        {
          customerNumber: customers.hospital,
          name: 'Ziekenhuis Oost',
          vatId: 'NL001234567B01',
          currency: 'EUR',
          paymentTerms: '0004',
          blocked: false,
          email: 'info@buyer.example',
          address: { street: ['Kade 12'], postalCode: '1011 AB', countryCode: 'NL' },
          changedAt: '2026-01-05T09:30:00.000Z',
        },
        { customerNumber: customers.library, blocked: true },
        { customerNumber: customers.pharmacy },
      ])
    })

    it('reads after a day only what changed since the day before, and new deliveries though they have no change', async () => {
      const deliver = (DeliveryDocument: string, row: S4Row) =>
        s4.insert('API_OUTBOUND_DELIVERY_SRV.A_OutbDeliveryHeader', [
          {
            DeliveryDocument,
            SDDocumentCategory: 'J',
            SalesOrganization: '1010',
            SoldToParty: customers.hospital,
            ...row,
          },
        ])
      const day = (before: number) => new Date(Date.now() - before * 86_400_000).toISOString().slice(0, 10)
      await deliver('80000001', { CreationDate: day(30) })
      const s4Connector = connector()
      const cursor = (await pagesOf(s4Connector, 'shipments')).at(-1)?.next ?? null
      await deliver('80000002', { CreationDate: day(0) })
      await deliver('80000003', { CreationDate: day(60), LastChangeDate: day(1) })
      await deliver('80000004', { CreationDate: day(60), LastChangeDate: day(2) })
      const news = await pagesOf(s4Connector, 'shipments', cursor)
      expect(news.flatMap((page) => page.records.map((record) => record.erpId))).toEqual(['80000002', '80000003'])
    })
  })

  describe('check', () => {
    it('says which API is missing or not allowed, and goes on with the others', async () => {
      const inactive =
        '{"error":{"code":"/IWFND/MED/170","message":{"lang":"en","value":"No service found for namespace"}}}'
      const forbidden = '{"error":{"code":"/IWFND/CM_CONSUMER/101","message":{"lang":"en","value":"Access denied"}}}'
      await s4.faults([
        { path: 'API_BILLING_DOCUMENT_SRV', status: 403, body: forbidden },
        { path: 'API_CRDTMBUSINESSPARTNER', status: 404, body: inactive },
      ])
      const { ok, message, steps } = await connector().check()
      expect(ok).toBe(false)
      expect(steps.filter((step) => !step.ok)).toEqual([
        { name: 'Billing documents', ok: false, message: expect.stringMatching(/Access denied.*lacks the right/) },
        { name: 'Credit limits', ok: false, message: expect.stringMatching(/IWFND\/MAINT_SERVICE/) },
      ])
      expect(steps).toHaveLength(8)
      expect(message).toMatch(/Billing documents:.*Credit limits:/)
    })
  })
})
