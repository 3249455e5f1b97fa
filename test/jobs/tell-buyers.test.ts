// send-ship-notice and send-invoice against the database: what the ERP says, recorded, becomes documents in the buyer's mailbox; each
// thing is told once, an update or a delete names what was told before.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErpInvoice, ErpShipment, Tombstone } from '../../connectors/connector.ts'
import { sendConfirmation } from '../../jobs/send-confirmation.ts'
import { sendInvoice } from '../../jobs/send-invoice.ts'
import { sendShipNotice } from '../../jobs/send-ship-notice.ts'
import { decode } from '../../protocols/cxml/document.ts'
import type { RequestContent } from '../../protocols/cxml/envelope.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { listDeliveries } from '../../src/documents/delivery-store.ts'
import { findDocumentBytes } from '../../src/documents/document-store.ts'
import { recordErpInvoices } from '../../src/invoices/record-erp-invoices.ts'
import { recordErpShipments } from '../../src/shipments/record-erp-shipments.ts'
import { postCxml } from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderRequest } from '../support/purchase-order.ts'

let site: TestHub
const origin = { id: demoIds.erpConnection, sellerId: demoIds.seller }
const context = { id: 'run', attempt: 1, signal: new AbortController().signal, progress: async () => undefined }
const line = { quantity: '10', supplierPartId: '00417', unitPrice: '12.50', unit: 'BX', description: 'Pens' }

beforeAll(async () => {
  site = await startTestHub({ demo: false })
  const outgoing = {
    way: 'mailbox',
    kinds: ['ConfirmationRequest', 'ShipNoticeRequest', 'InvoiceDetailRequest'],
    confirmWhen: 'accepted',
    taxIn: 'lines',
  }
  await site.hub
    .db('partners')
    .where({ id: demoIds.cxmlPartner })
    .update({
      settings: site.hub.db.raw(`jsonb_set(settings, '{outgoing}', ?::jsonb)`, [JSON.stringify(outgoing)]),
    })
})

afterAll(() => site?.close())

/** A purchase order that the ERP has as this. */
async function ordered(poNumber: string, lines = [line]): Promise<string> {
  const { text } = await postCxml(site.url, orderRequest({ orderID: poNumber, lines }))
  expect(text).toContain('code="200"')
  const { db } = site.hub
  const [{ id }] = await db('orders')
    .where({ po_number: poNumber })
    .update({ erp_id: poNumber, erp_number: `SO-${poNumber}`, state: 'confirmed', connection_id: origin.id })
    .returning('id')
  await db('order_lines')
    .where({ order_id: id })
    .update({ erp_line_id: db.raw(`line_number::text`) })
  return id
}

let changes = 0
const changedAt = () => new Date(Date.UTC(2026, 0, 10, 0, 0, changes++)).toISOString()

function shipment(erpId: string, orders: string[], change: Partial<ErpShipment> = {}): ErpShipment {
  return {
    erpId,
    number: erpId,
    customerNumber: '100042',
    state: 'shipped',
    shippedAt: '2026-01-09T15:00:00Z',
    deliveredAt: null,
    carrierName: 'PostNL',
    carrierScac: null,
    trackingNumbers: ['3S01'],
    parcels: [],
    shipTo: null,
    lines: orders.map((orderErpId, i) => ({
      erpLineId: String(i + 1),
      orderErpId,
      orderLineErpId: '1',
      itemNumber: '00417',
      description: 'Pens',
      quantity: '10',
      unitOfMeasure: 'BX',
    })),
    changedAt: changedAt(),
    ...change,
  }
}

function invoice(erpId: string, orders: string[], change: Partial<ErpInvoice> = {}): ErpInvoice {
  const net = 125 * orders.length
  const tax = net * 0.21
  return {
    erpId,
    number: erpId,
    kind: 'invoice',
    customerNumber: '100042',
    state: 'open',
    invoiceDate: '2026-01-10',
    dueDate: '2026-02-09',
    currency: 'EUR',
    netAmount: net.toFixed(2),
    taxAmount: tax.toFixed(2),
    totalAmount: (net + tax).toFixed(2),
    openAmount: (net + tax).toFixed(2),
    paymentTerms: '30 days net',
    purchaseOrderNumber: null,
    correctsNumber: null,
    billTo: null,
    lines: orders.map((orderErpId, i) => ({
      lineNumber: i + 1,
      erpLineId: String(i + 1),
      orderErpId,
      orderLineErpId: '1',
      shipmentErpId: null,
      itemNumber: '00417',
      description: 'Pens',
      quantity: '10',
      unitOfMeasure: 'BX',
      unitPrice: '12.50',
      priceUnit: '1',
      netAmount: '125.00',
      taxCategory: 'S',
      taxRatePercent: '21',
    })),
    taxes: [
      {
        category: 'S',
        ratePercent: '21',
        description: null,
        exemptionReason: null,
        taxableAmount: net.toFixed(2),
        taxAmount: tax.toFixed(2),
      },
    ],
    changedAt: changedAt(),
    ...change,
  }
}

async function ship(record: ErpShipment | Tombstone): Promise<string> {
  const { db } = site.hub
  await db.transaction((trx) => recordErpShipments(trx, origin, [record], { first: false }, stampOf(site.hub)))
  const { id } = await db('shipments').where({ erp_id: record.erpId }).first('id')
  await sendShipNotice.run(site.hub, { shipmentId: id }, context)
  return id
}

async function post(record: ErpInvoice | Tombstone, attempt = 1): Promise<string> {
  const { db } = site.hub
  await db.transaction((trx) => recordErpInvoices(trx, origin, [record], { first: false }, stampOf(site.hub)))
  const { id } = await db('invoices').where({ erp_id: record.erpId }).first('id')
  await sendInvoice.run(site.hub, { invoiceId: id }, { ...context, attempt })
  return id
}

type Typed<N extends RequestContent['type']> = Extract<RequestContent, { type: N }>

/** What the partner was told of a subject, oldest first; each document without findings. */
async function told<N extends RequestContent['type']>(
  type: N,
  subjectId: string,
): Promise<(Typed<N> & { payloadID?: string | undefined })[]> {
  const { db, keys } = site.hub
  const deliveries = (await listDeliveries(db, origin.sellerId, { subjectId })).filter((d) => d.kind === type)
  const found: (Typed<N> & { payloadID?: string | undefined })[] = []
  for (const { documentId } of deliveries) {
    const bytes = await findDocumentBytes(db, keys, origin.sellerId, documentId)
    const document = decode(bytes as Uint8Array)
    expect(document.findings).toEqual([])
    if (document.kind !== 'Request' || document.content.type !== type) throw new Error(`no ${type}`)
    expect(document.header.sender.credentials[0]?.sharedSecret).toBeTruthy()
    found.push({ ...(document.content as Typed<N>), payloadID: document.payloadID })
  }
  return found
}

async function events(orderId: string, kind: string) {
  return site.hub.db('order_events').where({ order_id: orderId, kind }).orderBy('id').select('detail', 'document_id')
}

describe('a ship notice', () => {
  it('tells what left, once; what changed is an update; what is gone is deleted, once', async () => {
    const orderId = await ordered('PO-S1')
    const id = await ship(shipment('DN-1', ['PO-S1'], { state: 'packed' }))
    expect(await told('ShipNoticeRequest', id)).toEqual([])
    await ship(shipment('DN-1', ['PO-S1']))
    await sendShipNotice.run(site.hub, { shipmentId: id }, context)
    await ship(shipment('DN-1', ['PO-S1'], { state: 'delivered', deliveredAt: '2026-01-10T09:00:00Z' }))
    const [first, ...others] = await told('ShipNoticeRequest', id)
    expect(others).toEqual([])
    expect(first).toMatchObject({
      header: { shipmentID: 'DN-1', operation: 'new' },
      portions: [
        { orderReference: { orderID: 'PO-S1' }, items: [{ lineNumber: '1', quantity: '10', unitOfMeasure: 'BX' }] },
      ],
    })
    await ship(shipment('DN-1', ['PO-S1'], { trackingNumbers: ['3S02'] }))
    await ship({ deleted: true, erpId: 'DN-1' })
    await sendShipNotice.run(site.hub, { shipmentId: id }, context)
    const all = await told('ShipNoticeRequest', id)
    expect(all.map((n) => [n.header.operation, n.header.documentReference?.payloadID])).toEqual([
      ['new', undefined],
      ['update', all[0]?.payloadID],
      ['delete', all[1]?.payloadID],
    ])
    expect(await events(orderId, 'ship-notice-sent')).toMatchObject([
      {
        detail: { number: 'DN-1', operation: 'new', lines: [{ lineNumber: 1, quantity: '10' }] },
        document_id: expect.any(String),
      },
      { detail: { operation: 'update' } },
      { detail: { operation: 'delete' } },
    ])
    await ship(shipment('DN-1', ['PO-S1'], { trackingNumbers: ['3S02'] }))
    const again = await told('ShipNoticeRequest', id)
    expect(again.at(-1)?.header).toMatchObject({ operation: 'new' })
    expect(again.at(-1)?.header).not.toHaveProperty('documentReference')
  })

  it('has a portion per order, and is taken back from a partner none of whose orders is in it any more', async () => {
    const [a] = [await ordered('PO-S2'), await ordered('PO-S3')]
    const id = await ship(shipment('DN-2', ['PO-S2', 'PO-S3', 'somebody else’s']))
    await ship(shipment('DN-2', ['somebody else’s']))
    const [first, second] = await told('ShipNoticeRequest', id)
    expect(first?.portions.map((p) => p.orderReference.orderID)).toEqual(['PO-S2', 'PO-S3'])
    expect(second?.header.operation).toBe('delete')
    expect(await events(a as string, 'ship-notice-sent')).toHaveLength(2)
  })

  it('two jobs at once tell it once', async () => {
    await ordered('PO-S4')
    const { db } = site.hub
    await db.transaction((trx) =>
      recordErpShipments(trx, origin, [shipment('DN-4', ['PO-S4'])], { first: false }, stampOf(site.hub)),
    )
    const { id } = await db('shipments').where({ erp_id: 'DN-4' }).first('id')
    await Promise.all([1, 2, 3].map(() => sendShipNotice.run(site.hub, { shipmentId: id }, context)))
    expect(await told('ShipNoticeRequest', id)).toHaveLength(1)
  })
})

describe('an invoice', () => {
  it('is told once, with its shipment; paid is no news; cancelled is a delete that names it', async () => {
    const orderId = await ordered('PO-I1')
    const shipmentId = await ship(shipment('DN-5', ['PO-I1']))
    const [notice] = await told('ShipNoticeRequest', shipmentId)
    const first = invoice('IN-1', ['PO-I1'])
    const lines = first.lines.map((l) => ({ ...l, shipmentErpId: 'DN-5' }))
    const id = await post({ ...first, lines })
    await post({ ...first, lines, state: 'paid', openAmount: '0', changedAt: changedAt() })
    expect(await told('InvoiceDetailRequest', id)).toMatchObject([
      {
        header: {
          invoiceID: 'IN-1',
          purpose: 'standard',
          operation: 'new',
          shipNoticeIDInfo: { shipNoticeID: 'DN-5' },
          shipping: { documentReference: { payloadID: notice?.payloadID } },
        },
        orders: [{ orderInfo: { orderReference: { orderID: 'PO-I1' } }, items: [{ quantity: '10' }] }],
        summary: { netAmount: { money: { amount: '151.25' } }, dueAmount: { money: { amount: '151.25' } } },
      },
    ])
    await post({ ...first, lines, state: 'cancelled', openAmount: '0', changedAt: changedAt() })
    const [told1, deleted] = await told('InvoiceDetailRequest', id)
    expect(deleted?.header).toMatchObject({ operation: 'delete', documentReference: { payloadID: told1?.payloadID } })
    expect(await events(orderId, 'invoice-sent')).toMatchObject([
      { detail: { number: 'IN-1', kind: 'invoice', operation: 'new', totalAmount: '151.25' } },
      { detail: { operation: 'delete' } },
    ])
  })

  it('of several orders has one of each; what the ERP removed is deleted', async () => {
    await ordered('PO-I2')
    await ordered('PO-I3')
    const id = await post(invoice('IN-2', ['PO-I2', 'PO-I3']))
    await post({ deleted: true, erpId: 'IN-2' })
    const [first, second] = await told('InvoiceDetailRequest', id)
    expect(first?.orders?.map((o) => o.orderInfo.orderReference?.orderID)).toEqual(['PO-I2', 'PO-I3'])
    expect(second?.header.operation).toBe('delete')
  })

  it('that names its order by the purchase order alone is a header invoice', async () => {
    await ordered('PO-I4')
    await site.hub.db('orders').where({ po_number: 'PO-I4' }).update({ customer_number: '100042' })
    const manual = invoice('IN-4', ['PO-I4'], { purchaseOrderNumber: 'PO-I4' })
    const lines = manual.lines.map((l) => ({ ...l, orderErpId: null, orderLineErpId: null }))
    const [only] = await told('InvoiceDetailRequest', await post({ ...manual, lines }))
    expect(only).toMatchObject({
      header: { headerIndicator: { isHeaderInvoice: 'yes' } },
      headerOrders: [
        {
          orderInfo: { orderReference: { orderID: 'PO-I4' } },
          orderSummary: { subtotalAmount: { money: { amount: '125.00' } } },
        },
      ],
    })
  })
})

describe('a credit note', () => {
  it('names the document of its invoice, also where its own lines name no order', async () => {
    await ordered('PO-C1')
    const [original] = await told('InvoiceDetailRequest', await post(invoice('IN-5', ['PO-C1'])))
    const credit = invoice('CN-5', ['PO-C1'], { kind: 'credit-note', correctsNumber: 'IN-5' })
    const lines = credit.lines.map((l) => ({ ...l, orderErpId: null, orderLineErpId: null }))
    const [only] = await told('InvoiceDetailRequest', await post({ ...credit, lines }))
    expect(only).toMatchObject({
      header: { purpose: 'lineLevelCreditMemo', documentReference: { payloadID: original?.payloadID } },
      orders: [{ items: [{ quantity: '-10', itemReference: { lineNumber: '1' } }] }],
      summary: { dueAmount: { money: { amount: '-151.25' } } },
    })
  })

  it('waits a while for its invoice, then goes as a header credit memo', async () => {
    await ordered('PO-C2')
    const { db } = site.hub
    await db.transaction((trx) =>
      recordErpInvoices(trx, origin, [invoice('IN-6', ['PO-C2'])], { first: false }, stampOf(site.hub)),
    )
    const credit = invoice('CN-6', ['PO-C2'], { kind: 'credit-note', correctsNumber: 'IN-6' })
    await expect(post(credit)).rejects.toMatchObject({ code: 'unavailable' })
    const [only] = await told('InvoiceDetailRequest', await post(credit, 4))
    expect(only?.header).toMatchObject({ purpose: 'creditMemo', invoiceIDInfo: { invoiceID: 'IN-6' } })
  })

  it('that cancels its invoice is no credit besides: to the buyer the invoice is deleted', async () => {
    await ordered('PO-C3')
    const first = invoice('IN-7', ['PO-C3'])
    const id = await post(first)
    const cancelled = { ...first, state: 'cancelled' as const, changedAt: changedAt() }
    await post(cancelled)
    const cancelling = await post(invoice('CN-7', ['PO-C3'], { kind: 'credit-note', correctsNumber: 'IN-7' }))
    expect((await told('InvoiceDetailRequest', id)).map((d) => d.header.operation)).toEqual(['new', 'delete'])
    expect(await told('InvoiceDetailRequest', cancelling)).toEqual([])
  })
})

describe('a confirmation', () => {
  it('of a thousand lines, each otherwise, is told: what was told fits its index', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ ...line, lineNumber: i + 1 }))
    const orderId = await ordered('PO-LONG', many)
    const { db } = site.hub
    const confirmed_date = db.raw(`date '2026-01-20' + line_number % 300`)
    await db('order_lines')
      .where({ order_id: orderId })
      .update({ confirmed_quantity: db.raw('(line_number * 7919 % 10)'), confirmed_date })
    await sendConfirmation.run(site.hub, { orderId }, context)
    await sendConfirmation.run(site.hub, { orderId }, context)
    const [only, ...others] = await told('ConfirmationRequest', orderId)
    expect(others).toEqual([])
    expect(only?.items).toHaveLength(1000)
  })
})
