// Keeps invoices, credit notes and their lines.
import type { Db } from '../database/database.ts'
import type { Invoice, InvoiceLine } from './invoice.ts'

export const invoiceColumns = {
  id: 'id',
  sellerId: 'seller_id',
  accountId: 'account_id',
  connectionId: 'connection_id',
  erpId: 'erp_id',
  number: 'number',
  kind: 'kind',
  state: 'state',
  customerNumber: 'customer_number',
  poNumber: 'po_number',
  correctsNumber: 'corrects_number',
  invoiceDate: 'invoice_date',
  dueDate: 'due_date',
  currency: 'currency',
  netAmount: 'net_amount',
  taxAmount: 'tax_amount',
  totalAmount: 'total_amount',
  openAmount: 'open_amount',
  paymentTerms: 'payment_terms',
  billTo: 'bill_to',
  taxes: 'taxes',
  deletedAt: 'deleted_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const

const LINE = {
  invoiceId: 'invoice_id',
  lineNumber: 'line_number',
  orderId: 'order_id',
  orderLineNumber: 'order_line_number',
  shipmentErpId: 'shipment_erp_id',
  supplierPartId: 'supplier_part_id',
  description: 'description',
  quantity: 'quantity',
  unit: 'unit',
  unitPrice: 'unit_price',
  priceUnit: 'price_unit',
  netAmount: 'net_amount',
  taxCategory: 'tax_category',
  taxRate: 'tax_rate',
}

/** For jobs: whoever's it is. */
export async function findInvoiceById(db: Db, id: string): Promise<Invoice | undefined> {
  return db('invoices').select(invoiceColumns).where({ id }).first()
}

/** The newest invoice of this number. */
export async function findInvoiceByNumber(db: Db, sellerId: string, number: string): Promise<Invoice | undefined> {
  return db('invoices')
    .select(invoiceColumns)
    .where({ seller_id: sellerId, number })
    .orderBy('invoice_date', 'desc')
    .first()
}

/** Lines of invoices, in one query. */
export async function listInvoiceLines(db: Db, invoiceIds: readonly string[]): Promise<InvoiceLine[]> {
  return db('invoice_lines').select(LINE).whereIn('invoice_id', invoiceIds).orderBy(['invoice_id', 'line_number'])
}

/** Gives the account to invoices that came before their customer had one. */
export async function adoptInvoices(
  db: Db,
  origin: { id: string | null; sellerId: string },
  accountOf: ReadonlyMap<string, string>,
): Promise<void> {
  await db.raw(
    `UPDATE invoices t SET account_id = a.id FROM unnest(?::text[], ?::uuid[]) AS a(number, id)
     WHERE t.seller_id = ? AND t.account_id IS NULL AND t.customer_number = a.number AND (?::uuid IS NULL OR t.connection_id = ?)`,
    [[...accountOf.keys()], [...accountOf.values()], origin.sellerId, origin.id, origin.id],
  )
}
