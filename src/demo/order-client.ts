// What the storefront reads of orders, invoices and credit, and what the seller's desk decides about a held order. Over HTTP.
import { z } from 'zod'
import { type HubCaller, type HubFile, HubRefusal, makeHubCall } from './hub-call.ts'

/** Of the answers only what is shown. States and kinds stay text: a shop must not break over a word it does not know yet. */
const erpLabel = z.object({
  connection: z.string(),
  asOf: z.string().nullable(),
  stale: z.boolean(),
  lastError: z.string().nullable(),
})
export type ErpLabel = z.infer<typeof erpLabel>

const holdSchema = z.object({ reason: z.string(), message: z.string() })
export type Hold = z.infer<typeof holdSchema>

const summarySchema = z.object({
  id: z.string(),
  accountId: z.string().nullable(),
  channel: z.string(),
  mode: z.string(),
  kind: z.string(),
  state: z.string(),
  poNumber: z.string().nullable(),
  erpNumber: z.string().nullable(),
  orderedAt: z.string(),
  currency: z.string(),
  netAmount: z.string(),
  personName: z.string().nullable(),
  contactName: z.string().nullable(),
  holds: z.array(holdSchema),
})
export type OrderSummary = z.infer<typeof summarySchema>

const invoiceSchema = z.object({
  id: z.string(),
  accountId: z.string().nullable(),
  kind: z.string(),
  number: z.string(),
  state: z.string(),
  poNumber: z.string().nullable(),
  correctsNumber: z.string().nullable(),
  invoiceDate: z.string(),
  dueDate: z.string().nullable(),
  currency: z.string(),
  totalAmount: z.string(),
  openAmount: z.string().nullable(),
})
export type Invoice = z.infer<typeof invoiceSchema>

const lineSchema = z.object({
  lineNumber: z.int(),
  parentLineNumber: z.int().nullable(),
  supplierPartId: z.string(),
  description: z.string(),
  quantity: z.string(),
  unit: z.string(),
  unitPrice: z.string(),
  priceUnit: z.string(),
  netAmount: z.string(),
  confirmedQuantity: z.string().nullable(),
  confirmedDate: z.string().nullable(),
  shippedQuantity: z.string().nullable(),
  invoicedQuantity: z.string().nullable(),
  rejectionReason: z.string().nullable(),
})
export type OrderLine = z.infer<typeof lineSchema>

const shipmentSchema = z.object({
  id: z.string(),
  number: z.string().nullable(),
  state: z.string(),
  shippedAt: z.string().nullable(),
  deliveredAt: z.string().nullable(),
  carrierName: z.string().nullable(),
  trackingNumbers: z.array(z.string()),
  lines: z.array(
    z.object({
      orderId: z.string().nullable(),
      orderLineNumber: z.int().nullable(),
      supplierPartId: z.string(),
      quantity: z.string(),
      unit: z.string(),
    }),
  ),
})
export type Shipment = z.infer<typeof shipmentSchema>

const eventSchema = z.object({
  id: z.string(),
  kind: z.string(),
  detail: z.record(z.string(), z.unknown()),
  at: z.string(),
})
export type OrderEvent = z.infer<typeof eventSchema>

const deliverySchema = z.object({
  id: z.string(),
  kind: z.string(),
  way: z.string(),
  state: z.string(),
  statusCode: z.int().nullable(),
  statusText: z.string().nullable(),
  buyerStatus: z.string().nullable(),
  createdAt: z.string(),
})
export type Delivery = z.infer<typeof deliverySchema>

const differenceSchema = z.object({
  lineNumber: z.int(),
  field: z.string(),
  cartValue: z.string().nullable(),
  orderValue: z.string().nullable(),
})
export type Difference = z.infer<typeof differenceSchema>

const addressSchema = z.object({
  name: z.string().optional(),
  deliverTo: z.array(z.string()).optional(),
  street: z.array(z.string()).optional(),
  postalCode: z.string().optional(),
  city: z.string().optional(),
})

const orderSchema = summarySchema.extend({
  taxAmount: z.string().nullable(),
  shippingAmount: z.string().nullable(),
  costCentre: z.string().nullable(),
  cancelAsked: z.boolean(),
  endReason: z.string().nullable(),
  erpId: z.string().nullable(),
  shipTo: addressSchema.nullable(),
  details: z.object({
    comments: z.string().optional(),
    attachments: z
      .array(z.object({ fileName: z.string().nullable(), contentType: z.string(), size: z.int() }))
      .optional(),
  }),
  lines: z.array(lineSchema),
  events: z.array(eventSchema),
  differences: z.array(differenceSchema),
  shipments: z.array(shipmentSchema),
  invoices: z.array(invoiceSchema),
  deliveries: z.array(deliverySchema),
  erp: erpLabel.nullable(),
})
export type Order = z.infer<typeof orderSchema>

const creditSchema = z.object({
  currency: z.string().nullable(),
  limit: z.string().nullable(),
  limited: z.boolean().nullable(),
  blocked: z.boolean(),
  blockReason: z.string().nullable(),
  balance: z.string().nullable(),
  balanceAsOf: z.string().nullable(),
  openOrders: z.string().nullable(),
  onTheirWay: z.string(),
  available: z.string().nullable(),
  openInvoices: z.array(
    z.object({ currency: z.string(), count: z.int(), overdueCount: z.int(), overdueAmount: z.string() }),
  ),
  erp: erpLabel.nullable(),
})
export type Credit = z.infer<typeof creditSchema>

const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable(), erp: z.array(erpLabel) })
export interface PageOf<T> {
  items: T[]
  /** Cursor of the older ones; null at the end. */
  next: string | null
  erp: ErpLabel[]
}

/** Empty text: not narrowed by it. */
export interface OrderSearch {
  words: string
  channel: string
  state: string
  cursor: string
}

export const invoiceFiles = ['pdf', 'ubl'] as const
export type InvoiceFile = (typeof invoiceFiles)[number]

/** Of one company: what belongs to another is not found. Each call throws HubRefusal. */
export interface OrderClient {
  listOrders(companyId: string, search: OrderSearch): Promise<PageOf<OrderSummary>>
  findOrder(companyId: string, id: string): Promise<Order | null>
  findByNumber(companyId: string, poNumber: string): Promise<OrderSummary | null>
  listInvoices(companyId: string, search: { state: string; cursor: string }): Promise<PageOf<Invoice>>
  readInvoiceFile(companyId: string, id: string, file: InvoiceFile): Promise<HubFile | null>
  readCredit(companyId: string): Promise<Credit>
}

const ROWS = '20'

export function makeOrderClient(hubUrl: string, caller: HubCaller): OrderClient {
  const hub = makeHubCall(hubUrl, caller)
  const own = async <T extends { accountId: string | null }>(
    companyId: string,
    asked: Promise<T>,
  ): Promise<T | null> => {
    const found = await orNull(asked)
    return found?.accountId === companyId ? found : null
  }
  return {
    listOrders: (companyId, { words, channel, state, cursor }) =>
      hub.get(
        `/orders?${queryOf({ accountId: companyId, q: words, channel, state, cursor, limit: ROWS })}`,
        pageOf(summarySchema),
      ),
    findOrder: (companyId, id) => own(companyId, hub.get(`/orders/${encodeURIComponent(id)}`, orderSchema)),
    async findByNumber(companyId, poNumber) {
      const query = queryOf({ accountId: companyId, poNumber, limit: '1' })
      const { items } = await hub.get(`/orders?${query}`, pageOf(summarySchema))
      return items[0] ?? null
    },
    listInvoices: (companyId, { state, cursor }) =>
      hub.get(`/invoices?${queryOf({ accountId: companyId, state, cursor, limit: ROWS })}`, pageOf(invoiceSchema)),
    async readInvoiceFile(companyId, id, file) {
      const path = `/invoices/${encodeURIComponent(id)}`
      return (await own(companyId, hub.get(path, invoiceSchema))) && hub.file(`${path}/${file}`)
    },
    readCredit: (companyId) => hub.get(`/accounts/${encodeURIComponent(companyId)}/credit`, creditSchema),
  }
}

/** The seller's people: decides about held orders. `by` stands in the order's events. Each call throws HubRefusal. */
export interface SellersDesk {
  release(orderId: string, note: string): Promise<unknown>
  reject(orderId: string, reason: string): Promise<unknown>
}

const BY = 'Seller’s desk of the demo'

export function makeSellersDesk(hubUrl: string, client: { id: string; secret: string }): SellersDesk {
  const hub = makeHubCall(hubUrl, client)
  const decide = (id: string, what: string, body: object) =>
    hub.post(`/orders/${encodeURIComponent(id)}/${what}`, { ...body, by: BY }, z.object({ state: z.string() }))
  return {
    release: (id, note) => decide(id, 'release', note ? { note } : {}),
    reject: (id, reason) => decide(id, 'reject', { reason }),
  }
}

/** What is not there is null, not a refusal. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((error) => {
    if (error instanceof HubRefusal && error.status === 404) return null
    throw error
  })
}

function queryOf(parameters: Record<string, string>): URLSearchParams {
  return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ''))
}
