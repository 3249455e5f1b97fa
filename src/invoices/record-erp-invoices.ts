// The ERP's word on invoices and credit notes, a page at a time: upsert by the ERP's id, tie lines to orders, have buyers told.
import type { ErpInvoice, Tombstone } from '../../connectors/connector.ts'
import { findAccountsByNumber } from '../accounts/account-store.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { ErpOrigin } from '../erp/erp-connection.ts'
import { toAddress } from '../orders/record-erp-orders.ts'
import { enqueueAll } from '../queue/outbox.ts'
import { announce } from '../storefronts/announce.ts'
import { settleSpend } from './settle-spend.ts'

interface Put {
  id: string
  erp_id: string
  state: string
  kind: string
  fresh: boolean
}

export async function recordErpInvoices(
  db: Db,
  origin: ErpOrigin,
  records: readonly (ErpInvoice | Tombstone)[],
  options: { first: boolean },
  stamp: Stamp,
): Promise<void> {
  const invoices = [...new Map(records.flatMap((r) => ('deleted' in r ? [] : [[r.erpId, r] as const]))).values()]
  const gone = records.flatMap((r) => ('deleted' in r ? [r.erpId] : []))
  const put = invoices.length > 0 ? await putInvoices(db, origin, invoices, stamp) : []
  const removed: { id: string }[] =
    gone.length === 0
      ? []
      : await db('invoices')
          .where({ connection_id: origin.id })
          .whereIn('erp_id', gone)
          .whereNull('deleted_at')
          .update({ deleted_at: stamp.at, state: 'cancelled', updated_at: stamp.at })
          .returning('id')
  await settleSpend(db, origin, { invoiceIds: [...put, ...removed].map((i) => i.id) }, stamp)
  await tell(
    db,
    origin,
    [
      ...put.map(({ id, state, kind, fresh }) => ({ id, fresh, data: { kind, state } })),
      ...removed.map(({ id }) => ({ id, fresh: false, data: { state: 'cancelled' } })),
    ],
    options,
    stamp,
  )
}

/** These orders are known now, as are their lines: what was billed of them, and read before, is tied to them and told. */
export async function tieInvoices(
  db: Db,
  origin: ErpOrigin,
  orderErpIds: readonly string[],
  options: { first: boolean },
  stamp: Stamp,
): Promise<void> {
  const { rows } = await db.raw<{ rows: Omit<Put, 'erp_id' | 'fresh'>[] }>(
    `WITH found AS (
       SELECT l.invoice_id, l.line_number AS invoice_line, o.id AS order_id, ol.line_number
       FROM orders o
       JOIN invoice_lines l ON l.order_erp_id = o.erp_id AND l.order_line_number IS NULL
       JOIN invoices i ON i.id = l.invoice_id AND i.connection_id = o.connection_id
       LEFT JOIN LATERAL (SELECT line_number FROM order_lines WHERE order_id = o.id AND erp_line_id = l.order_line_erp_id LIMIT 1) ol
         ON true
       WHERE o.connection_id = ? AND o.erp_id = ANY(?) AND (l.order_id IS NULL OR ol.line_number IS NOT NULL)
     ), tied AS (
       UPDATE invoice_lines l SET order_id = f.order_id, order_line_number = f.line_number
       FROM found f WHERE l.invoice_id = f.invoice_id AND l.line_number = f.invoice_line RETURNING l.invoice_id)
     UPDATE invoices SET updated_at = ? WHERE id IN (SELECT invoice_id FROM tied) RETURNING id, state, kind`,
    [origin.id, [...orderErpIds], stamp.at],
  )
  await settleSpend(db, origin, { invoiceIds: rows.map((r) => r.id), orderErpIds }, stamp)
  const tied = rows.map(({ id, state, kind }) => ({ id, fresh: false, data: { kind, state } }))
  await tell(db, origin, tied, options, stamp)
}

async function tell(
  db: Db,
  { sellerId }: ErpOrigin,
  touched: readonly { id: string; fresh: boolean; data: Record<string, string> }[],
  options: { first: boolean },
  stamp: Stamp,
): Promise<void> {
  if (touched.length === 0) return
  const told = await ofPartners(
    db,
    touched.map((i) => i.id),
  )
  await enqueueAll(
    db,
    'send-invoice',
    told.map((invoiceId) => ({ invoiceId })),
  )
  if (options.first) return
  await announce(
    db,
    touched.map(({ id, fresh, data }) => ({
      sellerId,
      type: fresh ? ('invoice.created' as const) : ('invoice.updated' as const),
      data: { invoiceId: id, ...data },
    })),
    stamp,
  )
}

/** Returns those that are new or changed. */
async function putInvoices(db: Db, origin: ErpOrigin, invoices: readonly ErpInvoice[], stamp: Stamp): Promise<Put[]> {
  const accounts = await findAccountsByNumber(
    db,
    origin,
    invoices.map((i) => i.customerNumber),
  )
  const rows = invoices.map((i) => ({
    ...i,
    id: stamp.newId(),
    accountId: accounts.get(i.customerNumber) ?? null,
    billTo: i.billTo && toAddress(i.billTo),
  }))
  const { rows: put } = await db.raw<{ rows: Put[] }>(
    `INSERT INTO invoices (id, seller_id, connection_id, account_id, erp_id, number, kind, state, customer_number, po_number,
       corrects_number, invoice_date, due_date, currency, net_amount, tax_amount, total_amount, open_amount, payment_terms, bill_to,
       taxes, erp_changed_at, created_at, updated_at)
     SELECT r.id, ?, ?, r."accountId", r."erpId", r.number, r.kind, r.state, r."customerNumber", r."purchaseOrderNumber",
       r."correctsNumber", r."invoiceDate", r."dueDate", r.currency, r."netAmount", r."taxAmount", r."totalAmount",
       r."openAmount", r."paymentTerms", r."billTo", r.taxes, r."changedAt", ?, ?
     FROM jsonb_to_recordset(?::jsonb) AS r(id uuid, "accountId" uuid, "erpId" text, number text, kind text, state text,
       "customerNumber" text, "purchaseOrderNumber" text, "correctsNumber" text, "invoiceDate" date, "dueDate" date, currency text,
       "netAmount" numeric, "taxAmount" numeric, "totalAmount" numeric, "openAmount" numeric, "paymentTerms" text,
       "billTo" jsonb, taxes jsonb, "changedAt" timestamptz)
     ON CONFLICT (connection_id, erp_id) DO UPDATE SET number = excluded.number, state = excluded.state,
       po_number = excluded.po_number, corrects_number = excluded.corrects_number, invoice_date = excluded.invoice_date,
       due_date = excluded.due_date, net_amount = excluded.net_amount, tax_amount = excluded.tax_amount,
       total_amount = excluded.total_amount, open_amount = excluded.open_amount, payment_terms = excluded.payment_terms,
       bill_to = excluded.bill_to, taxes = excluded.taxes, deleted_at = NULL,
       account_id = coalesce(invoices.account_id, excluded.account_id), erp_changed_at = excluded.erp_changed_at,
       updated_at = excluded.updated_at
     WHERE invoices.erp_changed_at < excluded.erp_changed_at OR invoices.deleted_at IS NOT NULL
       OR invoices.state <> excluded.state OR invoices.open_amount IS DISTINCT FROM excluded.open_amount
     RETURNING id, erp_id, state, kind, created_at = updated_at AS fresh`,
    [origin.sellerId, origin.id, stamp.at, stamp.at, JSON.stringify(rows)],
  )
  const idOf = new Map(put.map((p) => [p.erp_id, p.id]))
  const lines = invoices.flatMap((i) => {
    const invoiceId = idOf.get(i.erpId)
    return invoiceId ? i.lines.map((l, place) => ({ ...l, lineNumber: place + 1, invoiceId })) : []
  })
  await db('invoice_lines')
    .whereIn(
      'invoice_id',
      put.map((p) => p.id),
    )
    .delete()
  await db.raw(
    `INSERT INTO invoice_lines (invoice_id, line_number, erp_line_id, order_erp_id, order_line_erp_id, shipment_erp_id,
       supplier_part_id, description, quantity, unit, unit_price, price_unit, net_amount, tax_category, tax_rate, order_id,
       order_line_number)
     SELECT r."invoiceId", r."lineNumber", r."erpLineId", r."orderErpId", r."orderLineErpId", r."shipmentErpId", r."itemNumber",
       r.description, r.quantity, r."unitOfMeasure", r."unitPrice", r."priceUnit", r."netAmount", r."taxCategory",
       r."taxRatePercent", o.id, l.line_number
     FROM jsonb_to_recordset(?::jsonb) AS r("invoiceId" uuid, "lineNumber" integer, "erpLineId" text, "orderErpId" text,
       "orderLineErpId" text, "shipmentErpId" text, "itemNumber" text, description text, quantity numeric, "unitOfMeasure" text,
       "unitPrice" numeric, "priceUnit" numeric, "netAmount" numeric, "taxCategory" text, "taxRatePercent" numeric)
     LEFT JOIN orders o ON o.connection_id = ? AND o.erp_id = r."orderErpId"
     LEFT JOIN LATERAL (SELECT line_number FROM order_lines WHERE order_id = o.id AND erp_line_id = r."orderLineErpId" LIMIT 1) l
       ON true`,
    [JSON.stringify(lines), origin.id],
  )
  return put
}

/** Of these invoices those a buyer's system is to hear of, or has heard of: by order, by the invoice they correct, by PO number. */
async function ofPartners(db: Db, invoiceIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `SELECT i.id FROM invoices i WHERE i.id = ANY(?) AND (
       EXISTS (SELECT 1 FROM invoice_lines l JOIN orders o ON o.id = l.order_id
         WHERE l.invoice_id = i.id AND o.partner_id IS NOT NULL)
       OR EXISTS (SELECT 1 FROM invoices c JOIN invoice_lines l ON l.invoice_id = c.id JOIN orders o ON o.id = l.order_id
         WHERE c.seller_id = i.seller_id AND c.connection_id = i.connection_id AND c.number = i.corrects_number
           AND o.partner_id IS NOT NULL)
       OR EXISTS (SELECT 1 FROM orders o WHERE o.seller_id = i.seller_id AND o.connection_id = i.connection_id
         AND o.po_number = i.po_number AND o.partner_id IS NOT NULL)
       OR EXISTS (SELECT 1 FROM deliveries d WHERE d.subject_id = i.id))`,
    [[...invoiceIds]],
  )
  return rows.map((r) => r.id)
}
