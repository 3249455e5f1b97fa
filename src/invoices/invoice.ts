// An invoice or credit note, as the ERP posted it. Amounts are decimal text in `currency`.
import type { Address } from '../cart.ts'

export interface InvoiceTax {
  /** EN 16931 category: S, Z, E, AE, K, G, O. */
  category: string
  ratePercent: string
  description: string | null
  exemptionReason: string | null
  taxableAmount: string
  taxAmount: string
}

export interface Invoice {
  id: string
  sellerId: string
  accountId: string | null
  connectionId: string
  erpId: string
  number: string
  kind: 'invoice' | 'credit-note'
  state: 'open' | 'paid' | 'cancelled'
  customerNumber: string
  poNumber: string | null
  /** Number of the invoice a credit note corrects. */
  correctsNumber: string | null
  /** 2026-01-31 */
  invoiceDate: string
  dueDate: string | null
  currency: string
  netAmount: string
  taxAmount: string
  totalAmount: string
  /** Still to be paid; null = the ERP doesn't say. */
  openAmount: string | null
  paymentTerms: string | null
  billTo: Address | null
  taxes: InvoiceTax[]
  deletedAt: Date | null
  createdAt: Date
  updatedAt: Date
}

export interface InvoiceLine {
  invoiceId: string
  lineNumber: number
  orderId: string | null
  orderLineNumber: number | null
  shipmentErpId: string | null
  supplierPartId: string | null
  description: string
  quantity: string
  unit: string
  unitPrice: string
  priceUnit: string
  netAmount: string
  taxCategory: string
  taxRate: string
}
