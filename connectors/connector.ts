// THE interface between the hub and an ERP, and the vocabulary it is written in. A connector speaks its ERP's language on one
// side and this on the other; cursors, retries, schedules and the circuit breaker are the hub's.
import type { z } from 'zod'
import type { ErpError } from './erp-error.ts'

/** What a connector is, before it is connected: what the registry lists and an ERP admin chooses from. */
export interface ConnectorDefinition<C = unknown> {
  /** Stands in the connection's row: `tryton`, `sap-s4`, ... */
  id: string
  title: string
  /** One sentence for the admin who chooses. */
  summary: string
  /** Checks and describes the settings; the admin's form is made of it. Secrets carry `.meta({ secret: true })`. */
  config: z.ZodType<C>
  capabilities: Capabilities
  /** Opens nothing yet: the first call does. `config` is what `config.parse` gave. */
  connect(config: C, surroundings: Surroundings): ErpConnector
}

/** What the ERP can do through this connector. What isn't here is not asked for, and said to be missing in the API. */
export interface Capabilities {
  pushOrder: boolean
  /** An order the ERP has taken can be changed (`changeOrder`). */
  changeOrder: boolean
  cancelOrder: boolean
  /** The ERP's own rendering of an invoice (`fetchInvoicePdf`). */
  invoicePdf: boolean
  streams: readonly StreamName[]
}

/** What a connector gets from the hub: the clock, and an ear for what goes over the wire. */
export interface Surroundings {
  now(): Date
  /** Told of every exchange with the ERP, secrets taken out; for the log and the admin. */
  onExchange?(exchange: Exchange): void
}

export interface Exchange {
  /** `POST /hub/ model.sale.sale.create`: never with a secret. */
  what: string
  /** HTTP status; undefined = no answer. */
  status?: number
  milliseconds: number
  error?: ErpError
}

/** A live connection to one ERP. Every method throws ErpError and nothing else. */
export interface ErpConnector {
  /** Tries the settings: address, login, rights, company, each in words an admin understands. Throws nothing. */
  check(signal?: AbortSignal): Promise<CheckResult>
  /**
   * Makes the order in the ERP, once: an order that carries this `onceKey` already is found and its receipt given again. The key is
   * at most 32 characters, a-z and 0-9, and is kept in the ERP as the order's external reference.
   */
  pushOrder?(order: ErpOrderDraft, onceKey: string, signal?: AbortSignal): Promise<ErpOrderReceipt>
  /** Brings the ERP's order to `order`. Kind `refused` with the reason when the ERP can no longer change it. */
  changeOrder?(ref: ErpOrderRef, order: ErpOrderDraft, signal?: AbortSignal): Promise<ErpOrderReceipt>
  /** Cancels; cancelled already is a success. Kind `refused` with the reason when it can no longer be cancelled. */
  cancelOrder?(ref: ErpOrderRef, reason: string, signal?: AbortSignal): Promise<void>
  /**
   * What changed since `after`, oldest first, in pages; null = everything there is. A page's `next` is given back as `after`, also
   * after a crash, so that a record comes again rather than never: whoever reads upserts by `erpId`.
   */
  pull<S extends StreamName>(stream: S, after: Cursor | null, options?: PullOptions): AsyncIterable<Page<S>>
  fetchInvoicePdf?(erpId: string, signal?: AbortSignal): Promise<Uint8Array>
  /** Lets go of sockets and files. */
  close?(): Promise<void>
}

export interface PullOptions {
  signal?: AbortSignal
  /** Records a page; the connector's own choice where absent. */
  pageSize?: number
  /** Only these customers, where the ERP can be asked so; for balances after an order. */
  customerNumbers?: readonly string[]
}

/** Opaque to the hub, which stores it. */
export type Cursor = string

export interface Page<S extends StreamName = StreamName> {
  records: (StreamRecord[S] | Tombstone)[]
  /** Where to go on after these. */
  next: Cursor
  /** How many there are in all, where the ERP says so; for progress. */
  total?: number
}

/** The ERP removed it. */
export interface Tombstone {
  deleted: true
  erpId: string
}

export interface StreamRecord {
  customers: ErpCustomer
  shipTos: ErpShipTo
  prices: ErpPrice
  orders: ErpOrder
  shipments: ErpShipment
  /** Invoices and credit notes. */
  invoices: ErpInvoice
  openItems: ErpOpenItem
  balances: ErpBalance
  creditLimits: ErpCreditLimit
}
export type StreamName = keyof StreamRecord

/** In the order a first sync needs them. */
export const streamNames = [
  'customers',
  'shipTos',
  'prices',
  'orders',
  'shipments',
  'invoices',
  'openItems',
  'balances',
  'creditLimits',
] as const satisfies readonly StreamName[]

export interface CheckResult {
  ok: boolean
  /** One sentence, with what to do where it failed. */
  message: string
  steps: { name: string; ok: boolean; message: string }[]
}

// ---- Values. Amounts and quantities are plain decimal text ("10.50"), never floats; currencies ISO 4217; units UN/CEFACT
// Recommendation 20 where the connector knows them, else the ERP's own code; dates `2026-01-31`; times ISO 8601 with offset.

export interface ErpAddress {
  /** The ERP's id of the address, or the buyer's; null = written out below. */
  addressId: string | null
  name: string
  street: string[]
  city: string | null
  state: string | null
  postalCode: string | null
  /** ISO 3166-1 alpha-2. */
  countryCode: string | null
  email: string | null
  phone: string | null
}

export interface ErpOrderRef {
  erpId: string
  number: string | null
}

export interface ErpOrderDraft {
  /** The seller's customer number, as the ERP knows it. */
  customerNumber: string
  /** The buyer's own number of the order: what their people look for. */
  purchaseOrderNumber: string
  channel: Channel
  /** Date of the order. */
  orderDate: string
  currency: string
  requestedDeliveryDate: string | null
  shipTo: ErpAddress | null
  contact: { name: string | null; email: string | null } | null
  comments: string | null
  lines: ErpOrderDraftLine[]
  /** Net amount of freight the buyer was quoted. */
  shippingAmount: string | null
}

export interface ErpOrderDraftLine {
  lineNumber: number
  /** Our part number. */
  itemNumber: string
  description: string
  quantity: string
  unitOfMeasure: string
  /** Net, for `priceUnit` units; null = the ERP's price. */
  unitPrice: string | null
  priceUnit: string
  requestedDeliveryDate: string | null
  comments: string | null
}

export interface ErpOrderReceipt extends ErpOrderRef {
  /** False = it was there already. */
  created: boolean
  state: ErpOrderState
  /** Net, as the ERP has it; null = it doesn't say. */
  netAmount: string | null
  /** ERP's words worth showing: "credit limit exceeded, order blocked". */
  notes: string[]
}

export type Channel = 'punchout' | 'web' | 'phone' | 'edi' | 'erp'
export type ErpOrderState = 'draft' | 'blocked' | 'open' | 'shipping' | 'shipped' | 'closed' | 'cancelled'

export interface ErpOrder extends ErpOrderRef {
  /** What `pushOrder` was given, where the hub made this order. */
  onceKey: string | null
  purchaseOrderNumber: string | null
  customerNumber: string
  /** `erp` where the ERP doesn't say how it came in. */
  channel: Channel
  state: ErpOrderState
  /** ISO 8601 date or time. */
  orderedAt: string
  currency: string
  netAmount: string
  taxAmount: string | null
  totalAmount: string
  requestedDeliveryDate: string | null
  shipTo: ErpAddress | null
  contactName: string | null
  contactEmail: string | null
  projectCode: string | null
  lines: ErpOrderLine[]
  changedAt: string
}

export interface ErpOrderLine {
  /** Of the ERP's order; the pushed line number where the ERP keeps it. */
  lineNumber: number
  erpLineId: string
  itemNumber: string
  description: string
  productGroup: string | null
  quantity: string
  unitOfMeasure: string
  /** Net, for `priceUnit` units. */
  unitPrice: string
  priceUnit: string
  netAmount: string
  /** What the ERP promises; null = nothing yet. */
  confirmedQuantity: string | null
  confirmedDate: string | null
  shippedQuantity: string | null
  invoicedQuantity: string | null
  /** Why the line won't be delivered; null = it will. */
  rejectionReason: string | null
}

export interface ErpShipment {
  erpId: string
  number: string | null
  customerNumber: string
  state: 'planned' | 'packed' | 'shipped' | 'delivered' | 'cancelled'
  shippedAt: string | null
  deliveredAt: string | null
  carrierName: string | null
  /** Standard Carrier Alpha Code. */
  carrierScac: string | null
  trackingNumbers: string[]
  parcels: ErpParcel[]
  shipTo: ErpAddress | null
  lines: ErpShipmentLine[]
  changedAt: string
}

export interface ErpParcel {
  number: string
  trackingNumber: string | null
  /** Kilograms. */
  weight: string | null
  lines: { erpLineId: string; quantity: string }[]
}

export interface ErpShipmentLine {
  erpLineId: string
  /** Order and line it delivers. */
  orderErpId: string | null
  orderLineErpId: string | null
  itemNumber: string
  description: string | null
  quantity: string
  unitOfMeasure: string
}

/** A credit note's amounts and quantities are positive: `kind` says the direction. In open items and balances it is negative. */
export interface ErpInvoice {
  erpId: string
  number: string
  kind: 'invoice' | 'credit-note'
  customerNumber: string
  state: 'open' | 'paid' | 'cancelled'
  invoiceDate: string
  dueDate: string | null
  currency: string
  netAmount: string
  taxAmount: string
  totalAmount: string
  /** What is still to be paid; null = the ERP doesn't say here (open items do). */
  openAmount: string | null
  /** In words. */
  paymentTerms: string | null
  purchaseOrderNumber: string | null
  /** Number of the invoice a credit note corrects. */
  correctsNumber: string | null
  billTo: ErpAddress | null
  lines: ErpInvoiceLine[]
  taxes: ErpTax[]
  changedAt: string
}

export interface ErpInvoiceLine {
  lineNumber: number
  erpLineId: string
  orderErpId: string | null
  orderLineErpId: string | null
  shipmentErpId: string | null
  itemNumber: string | null
  description: string
  quantity: string
  unitOfMeasure: string
  unitPrice: string
  priceUnit: string
  netAmount: string
  /** EN 16931 category (UNCL5305: S, Z, E, AE, K, G, O). */
  taxCategory: string
  taxRatePercent: string
}

export interface ErpTax {
  category: string
  ratePercent: string
  description: string | null
  /** Why there is none, for E, AE, K, G, O. */
  exemptionReason: string | null
  taxableAmount: string
  taxAmount: string
}

/** A posting not cleared yet, or cleared since (`openAmount` 0). Amounts: positive = the customer owes. */
export interface ErpOpenItem {
  erpId: string
  customerNumber: string
  /** Invoice or credit note number where it is one. */
  documentNumber: string | null
  kind: 'invoice' | 'credit-note' | 'payment' | 'other'
  date: string
  dueDate: string | null
  currency: string
  amount: string
  openAmount: string
  changedAt: string
}

export interface ErpBalance {
  customerNumber: string
  erpId: string
  currency: string
  /** Positive = the customer owes. */
  balance: string
  /** Ordered and not yet invoiced; null = the ERP doesn't say. */
  openOrders: string | null
  asOf: string
}

export interface ErpCreditLimit {
  customerNumber: string
  erpId: string
  currency: string
  /** null = no limit. */
  limit: string | null
  blocked: boolean
  reason: string | null
  asOf: string
}

export interface ErpCustomer {
  erpId: string
  customerNumber: string
  parentCustomerNumber: string | null
  name: string
  vatId: string | null
  email: string | null
  currency: string | null
  paymentTerms: string | null
  blocked: boolean
  address: ErpAddress | null
  changedAt: string
}

export interface ErpShipTo {
  erpId: string
  customerNumber: string
  address: ErpAddress
  changedAt: string
}

export interface ErpPrice {
  erpId: string
  /** null = the list price. */
  customerNumber: string | null
  itemNumber: string
  currency: string
  /** Net, for `priceUnit` units. */
  unitPrice: string
  priceUnit: string
  unitOfMeasure: string
  minimumQuantity: string
  validFrom: string | null
  validTo: string | null
  changedAt: string
}
