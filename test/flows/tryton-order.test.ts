// The whole way with a real ERP: punchout -> purchase order -> Tryton sale -> confirmation -> shipment -> ship notice -> invoice ->
// InvoiceDetailRequest and UBL -> order history. The buyer's endpoint fails first, every time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeInvoice } from '../../protocols/ubl/document.ts'
import { checkEInvoice } from '../../protocols/ubl/rules.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { makeOffice, sitDown } from '../connectors/tryton/office.ts'
import { haveTryton, startTryton, type TrytonServer } from '../connectors/tryton/server.ts'
import { dtdProblems } from '../protocols/cxml/dtd.ts'
import { haveShared } from '../protocols/cxml/shared-data.ts'
import { adminAuthorization, api, postCxml, punchIn, storeAuthorization, takeBack } from '../support/buyer.ts'
import { type BuyerEndpoint, type Received, startBuyerEndpoint, until } from '../support/buyer-endpoint.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderedLines, orderRequest } from '../support/purchase-order.ts'

const withTryton = haveTryton()
const withDtds = haveShared('cxml-dtd')

describe.runIf(withTryton)('an order with a real Tryton', () => {
  let hub: TestHub
  let tryton: TrytonServer
  let buyer: BuyerEndpoint
  let office: ReturnType<typeof makeOffice>
  const admin = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, adminAuthorization)
  const store = (path: string) => api(hub.url, 'GET', path, undefined, storeAuthorization)
  let connectionId = ''

  const sync = (...streams: string[]) => admin('POST', `/api/v1/connections/${connectionId}/sync`, { streams })

  /** DTD-valid, and nothing odd about it. */
  function expectSound({ bytes, document }: Received) {
    expect(document.findings).toEqual([])
    if (withDtds) expect(dtdProblems(bytes)).toEqual([])
  }

  beforeAll(async () => {
    tryton = await startTryton()
    office = makeOffice(await sitDown(tryton, 'clerk'))
    buyer = await startBuyerEndpoint()
    hub = await startTestHub({ jobs: true })
    // The demo's own ERP steps aside.
    const { body: demo } = await admin('GET', `/api/v1/connections/${demoIds.erpConnection}`)
    await admin('POST', `/api/v1/connections/${demo.id}/pause`)
    const added = await admin('POST', '/api/v1/connections', {
      name: 'Tryton',
      connector: 'tryton',
      config: tryton.settings,
      settings: { schedule: {} },
    })
    expect(added.body).toMatchObject({ connector: 'tryton' })
    connectionId = added.body.id
    const checked = await admin('POST', `/api/v1/connections/${connectionId}/check`)
    expect(checked.body).toMatchObject({ ok: true })
    const { body: partner } = await admin('GET', `/api/v1/partners/${demoIds.cxmlPartner}`)
    const settings = { ...partner.settings, outgoing: { ...partner.settings.outgoing, way: 'post', url: buyer.url } }
    await admin('PATCH', `/api/v1/partners/${partner.id}`, { settings, version: partner.version })
  }, 180_000)

  afterAll(async () => {
    await hub?.close()
    await buyer?.close()
    await tryton?.remove()
  })

  it('goes from the cart to the paid-for history', async () => {
    const { session } = await punchIn(hub.url)
    const lines = [
      { sku: '00123', quantity: '4', price: '10.50', unit: 'BX', text: 'Ballpoint pen blue, box of 50' },
      { sku: 'TN-2420', quantity: '1', price: '64.95', unit: 'C62', text: 'Toner black, 3,000 pages' },
    ].map((l) => ({
      quantity: l.quantity,
      supplierPartId: l.sku,
      description: l.text,
      unitPrice: { amount: l.price, currency: 'EUR' },
      unitOfMeasure: l.unit,
      classifications: [{ domain: 'UNSPSC', code: '44121704' }],
    }))
    const cart = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines })
    const { order: returned } = await takeBack(cart.body.continueUrl)
    const sent = await postCxml(hub.url, orderRequest({ orderID: '4500012345', lines: orderedLines(returned) }))
    expect(sent.status.code).toBe('200')

    // Tryton has the sale, once.
    const row = await until('the sale in Tryton', async () => {
      const found = await hub.hub.db('orders').where({ po_number: '4500012345' }).first()
      return found?.erp_id ? found : undefined
    })
    expect(row.holds).toEqual([])
    expect(await office.countByOnceKey(row.once_key)).toBe(1)
    const sale = await office.read<{ reference: string; state: string }>(
      'sale.sale',
      Number(row.erp_id),
      'reference',
      'state',
    )
    expect(sale.reference).toBe('4500012345')

    // Confirmed: the buyer hears it, after two failures, in the same bytes.
    buyer.failNext('html-500', 'hang-up')
    if (['draft', 'quotation'].includes(sale.state)) await office.confirm(row.erp_id)
    await sync('orders')
    const confirmation = await buyer.next('ConfirmationRequest')
    expectSound(confirmation)
    expect(confirmation.document.content).toMatchObject({
      header: { type: 'accept' },
      orderReference: { orderID: '4500012345' },
    })
    const attempts = buyer.received.filter((r) => r.document.payloadID === confirmation.document.payloadID)
    expect(attempts).toHaveLength(3)
    expect(new Set(attempts.map((a) => a.bytes.toString('latin1'))).size).toBe(1)

    // Shipped, with tracking.
    buyer.failNext('status-560')
    await office.ship(row.erp_id, { carrier: 'PostNL', tracking: '3SABCD0123456789' })
    await sync('shipments', 'orders')
    const notice = await buyer.next('ShipNoticeRequest')
    expectSound(notice)
    expect(notice.bytes.toString()).toContain('3SABCD0123456789')

    // Invoiced.
    buyer.failNext('html-500')
    const { erpId: invoiceErpId } = await office.invoice(row.erp_id)
    await sync('invoices', 'openItems', 'balances', 'creditLimits', 'orders')
    const invoice = await buyer.next('InvoiceDetailRequest')
    expectSound(invoice)
    expect(invoice.document.content).toMatchObject({ header: { purpose: 'standard' } })

    // The storefront's history has all of it.
    const listed = await store('/api/v1/orders?poNumber=4500012345')
    expect(listed.body.items).toHaveLength(1)
    expect(listed.body.items[0]).toMatchObject({ id: row.id, channel: 'punchout', accountName: 'City of Almere' })
    const shown = await until('the invoice in the history', async () => {
      const { body } = await store(`/api/v1/orders/${row.id}`)
      return body.invoices.length > 0 && body.shipments.length > 0 ? body : undefined
    })
    expect(shown.shipments[0].trackingNumbers).toEqual(['3SABCD0123456789'])
    expect(shown.lines.map((l: { confirmedQuantity: string }) => Number(l.confirmedQuantity))).toEqual([4, 1])
    const [billed] = shown.invoices
    expect(billed).toMatchObject({ netAmount: '106.95', kind: 'invoice' })

    const ubl = await fetch(`${hub.url}/api/v1/invoices/${billed.id}/ubl`, {
      headers: { Authorization: storeAuthorization },
    })
    const ublBytes = new Uint8Array(await ubl.arrayBuffer())
    expect(ubl.status, new TextDecoder().decode(ublBytes)).toBe(200)
    expect(checkEInvoice(decodeInvoice(ublBytes))).toEqual([])
    const pdf = await fetch(`${hub.url}/api/v1/invoices/${billed.id}/pdf`, {
      headers: { Authorization: storeAuthorization },
    })
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')

    // Paid, and a credit note for it: both known, the credit memo told.
    await office.pay(invoiceErpId)
    await sync('invoices', 'openItems', 'balances')
    await until('it to be paid', async () => {
      const { body } = await store(`/api/v1/invoices/${billed.id}`)
      return body.state === 'paid' || undefined
    })
    await office.creditNote(invoiceErpId)
    await sync('invoices')
    const memo = await buyer.next('InvoiceDetailRequest', 1)
    expectSound(memo)
    expect(memo.bytes.toString()).toContain('reditMemo')
  })

  it('that Tryton refuses is held with its words, and orders entered in Tryton are in the same history', async () => {
    const lines = [
      { quantity: '1', supplierPartId: 'NO-SUCH', unitPrice: '1.00', unit: 'EA', description: 'Not sold here' },
    ]
    const { body: partner } = await admin('GET', `/api/v1/partners/${demoIds.cxmlPartner}`)
    const settings = { ...partner.settings, orders: { ...partner.settings.orders, holdOn: [] } }
    await admin('PATCH', `/api/v1/partners/${partner.id}`, { settings, version: partner.version })
    await postCxml(hub.url, orderRequest({ orderID: '4500099999', lines }))
    const held = await until('the refusal', async () => {
      const found = await hub.hub.db('orders').where({ po_number: '4500099999' }).first()
      return found?.state === 'held' ? found : undefined
    })
    expect(held.holds[0]).toMatchObject({ reason: 'erp-refused' })
    expect(held.holds[0].message).toContain('NO-SUCH')

    await office.enterOrder({ customerNumber: '100042', lines: [{ itemNumber: '00123', quantity: '2' }] } as never)
    await sync('orders')
    await until('the order entered in the ERP', async () => {
      const { body } = await store('/api/v1/orders?channel=erp')
      return body.items.length > 0 || undefined
    })
  })
})
