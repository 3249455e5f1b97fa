// What a well-formed record of each stream is: every field there, nothing else, amounts as decimal text, times with offset.
import { z } from 'zod'
import type { StreamName, StreamRecord } from '../../connectors/connector.ts'

const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'plain decimal text')
const positive = z.string().regex(/^\d+(\.\d+)?$/, 'plain decimal text without a sign')
const date = z.iso.date()
const time = z.iso.datetime({ offset: true })
const currency = z.string().regex(/^[A-Z]{3}$/, 'ISO 4217')
const id = z.string().min(1)
/** Empty text is nothing: null. */
const text = z.string().min(1).nullable()

const address = z.strictObject({
  addressId: text,
  name: z.string(),
  street: z.array(z.string().min(1)),
  city: text,
  state: text,
  postalCode: text,
  countryCode: z
    .string()
    .regex(/^[A-Z]{2}$/, 'ISO 3166-1 alpha-2')
    .nullable(),
  email: text,
  phone: text,
})

const order = z.strictObject({
  erpId: id,
  number: text,
  onceKey: z
    .string()
    .regex(/^[a-z0-9]{1,32}$/)
    .nullable(),
  purchaseOrderNumber: text,
  customerNumber: id,
  channel: z.enum(['punchout', 'web', 'phone', 'edi', 'erp']),
  state: z.enum(['draft', 'blocked', 'open', 'shipping', 'shipped', 'closed', 'cancelled']),
  orderedAt: z.union([date, time]),
  currency,
  netAmount: decimal,
  taxAmount: decimal.nullable(),
  totalAmount: decimal,
  requestedDeliveryDate: date.nullable(),
  shipTo: address.nullable(),
  contactName: text,
  contactEmail: text,
  projectCode: text,
  lines: z.array(
    z.strictObject({
      lineNumber: z.int().positive(),
      erpLineId: id,
      itemNumber: id,
      description: z.string(),
      productGroup: text,
      quantity: decimal,
      unitOfMeasure: id,
      unitPrice: decimal,
      priceUnit: positive,
      netAmount: decimal,
      confirmedQuantity: decimal.nullable(),
      confirmedDate: date.nullable(),
      shippedQuantity: decimal.nullable(),
      invoicedQuantity: decimal.nullable(),
      rejectionReason: text,
    }),
  ),
  changedAt: time,
})

const shipment = z.strictObject({
  erpId: id,
  number: text,
  customerNumber: id,
  state: z.enum(['planned', 'packed', 'shipped', 'delivered', 'cancelled']),
  shippedAt: z.union([date, time]).nullable(),
  deliveredAt: z.union([date, time]).nullable(),
  carrierName: text,
  carrierScac: text,
  trackingNumbers: z.array(id),
  parcels: z.array(
    z.strictObject({
      number: id,
      trackingNumber: text,
      weight: positive.nullable(),
      lines: z.array(z.strictObject({ erpLineId: id, quantity: positive })),
    }),
  ),
  shipTo: address.nullable(),
  lines: z.array(
    z.strictObject({
      erpLineId: id,
      orderErpId: text,
      orderLineErpId: text,
      itemNumber: id,
      description: text,
      quantity: positive,
      unitOfMeasure: id,
    }),
  ),
  changedAt: time,
})

const invoice = z.strictObject({
  erpId: id,
  number: id,
  kind: z.enum(['invoice', 'credit-note']),
  customerNumber: id,
  state: z.enum(['open', 'paid', 'cancelled']),
  invoiceDate: date,
  dueDate: date.nullable(),
  currency,
  netAmount: decimal,
  taxAmount: decimal,
  totalAmount: decimal,
  openAmount: decimal.nullable(),
  paymentTerms: text,
  purchaseOrderNumber: text,
  correctsNumber: text,
  billTo: address.nullable(),
  lines: z.array(
    z.strictObject({
      lineNumber: z.int().positive(),
      erpLineId: id,
      orderErpId: text,
      orderLineErpId: text,
      shipmentErpId: text,
      itemNumber: text,
      description: z.string(),
      quantity: decimal,
      unitOfMeasure: id,
      unitPrice: decimal,
      priceUnit: positive,
      netAmount: decimal,
      taxCategory: z.enum(['S', 'Z', 'E', 'AE', 'K', 'G', 'O']),
      taxRatePercent: positive,
    }),
  ),
  taxes: z.array(
    z.strictObject({
      category: z.enum(['S', 'Z', 'E', 'AE', 'K', 'G', 'O']),
      ratePercent: positive,
      description: text,
      exemptionReason: text,
      taxableAmount: decimal,
      taxAmount: decimal,
    }),
  ),
  changedAt: time,
})

export const erpSchemas = {
  orders: order,
  shipments: shipment,
  invoices: invoice,
  openItems: z.strictObject({
    erpId: id,
    customerNumber: id,
    documentNumber: text,
    kind: z.enum(['invoice', 'credit-note', 'payment', 'other']),
    date,
    dueDate: date.nullable(),
    currency,
    amount: decimal,
    openAmount: decimal,
    changedAt: time,
  }),
  balances: z.strictObject({
    customerNumber: id,
    erpId: id,
    currency,
    balance: decimal,
    openOrders: decimal.nullable(),
    asOf: time,
  }),
  creditLimits: z.strictObject({
    customerNumber: id,
    erpId: id,
    currency,
    limit: decimal.nullable(),
    blocked: z.boolean(),
    reason: text,
    asOf: time,
  }),
  customers: z.strictObject({
    erpId: id,
    customerNumber: id,
    parentCustomerNumber: text,
    name: id,
    vatId: text,
    email: text,
    currency: currency.nullable(),
    paymentTerms: text,
    blocked: z.boolean(),
    address: address.nullable(),
    changedAt: time,
  }),
  shipTos: z.strictObject({ erpId: id, customerNumber: id, address, changedAt: time }),
  prices: z.strictObject({
    erpId: id,
    customerNumber: text,
    itemNumber: id,
    currency,
    unitPrice: positive,
    priceUnit: positive,
    unitOfMeasure: id,
    minimumQuantity: positive,
    validFrom: date.nullable(),
    validTo: date.nullable(),
    changedAt: time,
  }),
} satisfies { [S in StreamName]: z.ZodType<StreamRecord[S]> }

export const receiptSchema = z.strictObject({
  erpId: id,
  number: text,
  created: z.boolean(),
  state: order.shape.state,
  netAmount: decimal.nullable(),
  notes: z.array(id),
})
