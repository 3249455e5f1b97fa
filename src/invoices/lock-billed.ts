// An invoice as its buyers' systems are told of it, held until the transaction ends: with what it bills, corrects and what was shipped.
import type { Db } from '../database/database.ts'
import { findOrdersWithLines, type OrderWithLines } from '../orders/orders-with-lines.ts'
import type { Shipment } from '../shipments/shipment.ts'
import { findShipmentById } from '../shipments/shipment-store.ts'
import type { Invoice, InvoiceLine } from './invoice.ts'
import { findInvoiceById, invoiceColumns, listInvoiceLines } from './invoice-store.ts'

export interface Billed {
  invoice: Invoice
  /** A credit note's lines that name no order name that of the same part in the invoice it corrects. */
  lines: InvoiceLine[]
  /** What its lines bill; else what the invoice it corrects billed; else the one order of its purchase order number. */
  orders: OrderWithLines[]
  /** The invoice it corrects, where the hub has it. */
  corrected: Invoice | null
  /** What its lines say was shipped. */
  shipments: Shipment[]
}

/** For jobs: whoever's invoice it is. Undefined when there is none. */
export async function lockBilled(db: Db, invoiceId: string): Promise<Billed | undefined> {
  await db('invoices').where({ id: invoiceId }).forUpdate().first('id')
  const invoice = await findInvoiceById(db, invoiceId)
  if (!invoice) return undefined
  const corrected = await findCorrected(db, invoice)
  const before = corrected ? await listInvoiceLines(db, [corrected.id]) : []
  const lines = (await listInvoiceLines(db, [invoiceId])).map((line) => withOrderOf(line, before))
  const shipmentErpIds = [...new Set(lines.flatMap((l) => l.shipmentErpId ?? []))]
  const shipments = await findShipments(db, invoice.connectionId, shipmentErpIds)
  for (const ids of [lines.map((l) => l.orderId), before.map((l) => l.orderId), await findByPoNumber(db, invoice)]) {
    const orders = await findOrdersWithLines(db, ids)
    if (orders.length > 0) return { invoice, lines, orders, corrected: corrected ?? null, shipments }
  }
  return { invoice, lines, orders: [], corrected: corrected ?? null, shipments }
}

async function findShipments(db: Db, connectionId: string, erpIds: readonly string[]): Promise<Shipment[]> {
  const ids: string[] = await db('shipments')
    .where({ connection_id: connectionId })
    .whereIn('erp_id', erpIds)
    .orderBy('id')
    .pluck('id')
  const found: Shipment[] = []
  for (const id of ids) found.push(...[await findShipmentById(db, id)].filter((s) => s !== undefined))
  return found
}

async function findCorrected(db: Db, invoice: Invoice): Promise<Invoice | undefined> {
  if (!invoice.correctsNumber) return undefined
  return db('invoices')
    .select(invoiceColumns)
    .where({ seller_id: invoice.sellerId, connection_id: invoice.connectionId, number: invoice.correctsNumber })
    .whereNot({ id: invoice.id })
    .orderBy('invoice_date', 'desc')
    .first()
}

function withOrderOf(line: InvoiceLine, before: readonly InvoiceLine[]): InvoiceLine {
  if (line.orderId !== null || line.supplierPartId === null) return line
  const [only, another] = before.filter((b) => b.supplierPartId === line.supplierPartId)
  return only && !another ? { ...line, orderId: only.orderId, orderLineNumber: only.orderLineNumber } : line
}

/** The order of a buyer's system that the invoice names by number alone; none where two partners have the number. */
async function findByPoNumber(db: Db, invoice: Invoice): Promise<string[]> {
  if (!invoice.poNumber) return []
  const ids: string[] = await db('orders')
    .where({ seller_id: invoice.sellerId, connection_id: invoice.connectionId, po_number: invoice.poNumber })
    .where({ customer_number: invoice.customerNumber })
    .whereNotNull('partner_id')
    .limit(2)
    .pluck('id')
  return ids.length === 1 ? ids : []
}
