// What an ERP has told the hub, for tests of what the hub shows: recorded through the verbs the sync job calls.
import { randomUUID } from 'node:crypto'
import type { ErpInvoice, ErpInvoiceLine, ErpOrder, ErpOrderLine, ErpShipment } from '../../connectors/connector.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { CONFIG_PURPOSE, connectionSettingsSchema } from '../../src/erp/erp-connection.ts'
import { insertConnection, putStream } from '../../src/erp/erp-connection-store.ts'
import type { Hub } from '../../src/hub.ts'
import { recordErpInvoices } from '../../src/invoices/record-erp-invoices.ts'
import { tieToOrders } from '../../src/invoices/tie-to-orders.ts'
import { recordErpOrders } from '../../src/orders/record-erp-orders.ts'
import { seal } from '../../src/secrets.ts'
import { recordErpShipments } from '../../src/shipments/record-erp-shipments.ts'

export interface Origin {
  id: string
  sellerId: string
}

/** A connection whose streams were just read. */
export async function addConnection(
  hub: Hub,
  sellerId: string,
  name = 'Main ERP',
  erp: { connector: string; config: unknown } = { connector: 'memory', config: {} },
): Promise<Origin> {
  const id = hub.newId()
  const connection = {
    id,
    sellerId,
    name,
    connector: erp.connector,
    sealedConfig: seal(hub.keys, CONFIG_PURPOSE, JSON.stringify(erp.config)),
    settings: connectionSettingsSchema.parse({}),
    status: 'active' as const,
  }
  await insertConnection(hub.db, connection, hub.now())
  for (const stream of ['orders', 'shipments', 'invoices', 'balances', 'creditLimits', 'openItems'] as const)
    await putStream(hub.db, id, stream, { finishedAt: hub.now() }, hub.now())
  return { id, sellerId }
}

const orderLine: ErpOrderLine = {
  lineNumber: 1,
  erpLineId: '1',
  itemNumber: 'A4-80',
  description: 'Copy paper A4, 80 g',
  productGroup: 'paper',
  quantity: '10',
  unitOfMeasure: 'EA',
  unitPrice: '4.50',
  priceUnit: '1',
  netAmount: '45.00',
  confirmedQuantity: null,
  confirmedDate: null,
  shippedQuantity: null,
  invoicedQuantity: null,
  rejectionReason: null,
}

export type OrderSketch = Partial<Omit<ErpOrder, 'lines'>> & { lines?: Partial<ErpOrderLine>[] }

export function erpOrder({ lines = [{}], ...order }: OrderSketch = {}): ErpOrder {
  const erpId = order.erpId ?? randomUUID()
  return {
    erpId,
    number: `SO-${erpId.slice(0, 8)}`,
    onceKey: null,
    purchaseOrderNumber: null,
    customerNumber: '100042',
    channel: 'erp',
    state: 'open',
    orderedAt: '2026-01-05T10:00:00Z',
    currency: 'EUR',
    netAmount: '45.00',
    taxAmount: '9.45',
    totalAmount: '54.45',
    requestedDeliveryDate: null,
    shipTo: null,
    contactName: null,
    contactEmail: null,
    projectCode: null,
    changedAt: '2026-01-05T10:00:00Z',
    ...order,
    lines: lines.map((line, i) => ({ ...orderLine, lineNumber: i + 1, erpLineId: `${i + 1}`, ...line })),
  }
}

export function erpShipment(shipment: Partial<ErpShipment> = {}): ErpShipment {
  return {
    erpId: randomUUID(),
    number: 'LS-1',
    customerNumber: '100042',
    state: 'shipped',
    shippedAt: '2026-01-07T08:00:00Z',
    deliveredAt: null,
    carrierName: 'PostNL',
    carrierScac: null,
    trackingNumbers: ['3SDEVC6074934'],
    parcels: [],
    shipTo: null,
    changedAt: '2026-01-07T08:00:00Z',
    lines: [],
    ...shipment,
  }
}

const invoiceLine: ErpInvoiceLine = {
  lineNumber: 1,
  erpLineId: '1',
  orderErpId: null,
  orderLineErpId: null,
  shipmentErpId: null,
  itemNumber: 'A4-80',
  description: 'Copy paper A4, 80 g',
  quantity: '10',
  unitOfMeasure: 'EA',
  unitPrice: '4.50',
  priceUnit: '1',
  netAmount: '45.00',
  taxCategory: 'S',
  taxRatePercent: '21',
}

export type InvoiceSketch = Partial<Omit<ErpInvoice, 'lines'>> & { lines?: Partial<ErpInvoiceLine>[] }

export function erpInvoice({ lines = [{}], ...invoice }: InvoiceSketch = {}): ErpInvoice {
  return {
    erpId: randomUUID(),
    number: 'RE-1',
    kind: 'invoice',
    customerNumber: '100042',
    state: 'open',
    invoiceDate: '2026-01-08',
    dueDate: '2026-02-07',
    currency: 'EUR',
    netAmount: '45.00',
    taxAmount: '9.45',
    totalAmount: '54.45',
    openAmount: '54.45',
    paymentTerms: '30 days net',
    purchaseOrderNumber: null,
    correctsNumber: null,
    billTo: null,
    taxes: [
      {
        category: 'S',
        ratePercent: '21',
        description: null,
        exemptionReason: null,
        taxableAmount: '45.00',
        taxAmount: '9.45',
      },
    ],
    changedAt: '2026-01-08T08:00:00Z',
    ...invoice,
    lines: lines.map((line, i) => ({ ...invoiceLine, lineNumber: i + 1, erpLineId: `${i + 1}`, ...line })),
  }
}

/** Records what the sync job would have read. */
export async function record(
  hub: Hub,
  origin: Origin,
  told: { orders?: ErpOrder[]; shipments?: ErpShipment[]; invoices?: ErpInvoice[] },
): Promise<void> {
  await hub.db.transaction(async (trx) => {
    const first = { first: true }
    if (told.orders) {
      await recordErpOrders(trx, origin, told.orders, first, stampOf(hub))
      await tieToOrders(trx, origin, told.orders, first, stampOf(hub))
    }
    if (told.shipments) await recordErpShipments(trx, origin, told.shipments, first, stampOf(hub))
    if (told.invoices) await recordErpInvoices(trx, origin, told.invoices, first, stampOf(hub))
  })
}
