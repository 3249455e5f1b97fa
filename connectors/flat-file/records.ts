// What the columns of each stream's files mean: rows -> the hub's records. README.md lists them for the people who make the files.
import type { ErpParcel, ErpTax, StreamName, StreamRecord } from '../connector.ts'
import { add } from '../decimal.ts'
import { BadRow, type Row } from './row.ts'

/** Rows of one record: one, or a row per line with the same id. The first one tells of the whole. */
export type Rows = readonly [Row, ...Row[]]

const orderStates = ['draft', 'blocked', 'open', 'shipping', 'shipped', 'closed', 'cancelled'] as const
const channels = ['punchout', 'web', 'phone', 'edi', 'erp'] as const
const taxCategories = ['S', 'Z', 'E', 'AE', 'K', 'G', 'O'].map((c) => c.toLowerCase())

/** `id`, or `number` where the ERP has no other. */
export function idOf(row: Row): string {
  return row.optional('id') ?? row.text('number')
}

/** What tells records of a stream apart: rows in a row with the same one are one record. */
export const idColumns: { [S in StreamName]: (row: Row) => string } = {
  customers: (row) => row.text('id', row.text('customerNumber')),
  shipTos: (row) => row.text('id'),
  prices: (row) =>
    row.optional('id') ??
    [row.optional('customerNumber') ?? 'list', row.text('itemNumber'), row.text('minimumQuantity', '1')].join(' '),
  orders: idOf,
  shipments: idOf,
  invoices: idOf,
  openItems: (row) => row.optional('id') ?? row.text('documentNumber'),
  balances: (row) => row.text('customerNumber'),
  creditLimits: (row) => row.text('customerNumber'),
}

export const compose: { [S in StreamName]: (rows: Rows) => StreamRecord[S] } = {
  customers: ([row]) => ({
    erpId: idColumns.customers(row),
    customerNumber: row.text('customerNumber'),
    parentCustomerNumber: row.optional('parentCustomerNumber'),
    name: row.text('name'),
    vatId: row.optional('vatId'),
    email: row.optional('email'),
    currency: currencyOf(row.optional('currency')),
    paymentTerms: row.optional('paymentTerms'),
    blocked: row.flag('blocked'),
    address: row.address('address'),
    changedAt: row.time('changedAt'),
  }),

  shipTos: ([row]) => {
    const address = row.address('address')
    if (!address) throw new BadRow('no address column is filled')
    const erpId = row.text('id')
    return {
      erpId,
      customerNumber: row.text('customerNumber'),
      address: { ...address, addressId: address.addressId ?? erpId },
      changedAt: row.time('changedAt'),
    }
  },

  prices: ([row]) => ({
    erpId: idColumns.prices(row),
    customerNumber: row.optional('customerNumber'),
    itemNumber: row.text('itemNumber'),
    currency: needCurrency(row),
    unitPrice: row.decimal('unitPrice'),
    priceUnit: row.decimal('priceUnit', '1'),
    unitOfMeasure: row.text('unitOfMeasure'),
    minimumQuantity: row.decimal('minimumQuantity', '1'),
    validFrom: row.optionalDate('validFrom'),
    validTo: row.optionalDate('validTo'),
    changedAt: row.time('changedAt'),
  }),

  orders: (rows) => {
    const [row] = rows
    const erpId = idOf(row)
    return {
      erpId,
      number: row.optional('number'),
      onceKey: row.optional('onceKey'),
      purchaseOrderNumber: row.optional('purchaseOrderNumber'),
      customerNumber: row.text('customerNumber'),
      channel: row.oneOf('channel', channels, 'erp'),
      state: row.oneOf('state', orderStates),
      orderedAt: row.moment('orderedAt'),
      currency: needCurrency(row),
      netAmount: row.decimal('netAmount'),
      taxAmount: row.optionalDecimal('taxAmount'),
      totalAmount: row.decimal('totalAmount'),
      requestedDeliveryDate: row.optionalDate('requestedDeliveryDate'),
      shipTo: row.address('shipTo'),
      contactName: row.optional('contactName'),
      contactEmail: row.optional('contactEmail'),
      projectCode: row.optional('projectCode'),
      lines: rows.map((line) => ({
        lineNumber: line.integer('lineNumber'),
        erpLineId: lineId(line, erpId),
        itemNumber: line.text('itemNumber'),
        description: line.text('description', ''),
        productGroup: line.optional('productGroup'),
        quantity: line.decimal('quantity'),
        unitOfMeasure: line.text('unitOfMeasure'),
        unitPrice: line.decimal('unitPrice'),
        priceUnit: line.decimal('priceUnit', '1'),
        netAmount: line.decimal('lineNetAmount'),
        confirmedQuantity: line.optionalDecimal('confirmedQuantity'),
        confirmedDate: line.optionalDate('confirmedDate'),
        shippedQuantity: line.optionalDecimal('shippedQuantity'),
        invoicedQuantity: line.optionalDecimal('invoicedQuantity'),
        rejectionReason: line.optional('rejectionReason'),
      })),
      changedAt: row.time('changedAt'),
    }
  },

  shipments: (rows) => {
    const [row] = rows
    const erpId = idOf(row)
    const lines = rows.map((line) => ({
      erpLineId: lineId(line, erpId),
      ...orderLineOf(line),
      itemNumber: line.text('itemNumber'),
      description: line.optional('description'),
      quantity: line.decimal('quantity'),
      unitOfMeasure: line.text('unitOfMeasure'),
    }))
    return {
      erpId,
      number: row.optional('number'),
      customerNumber: row.text('customerNumber'),
      state: row.oneOf('state', ['planned', 'packed', 'shipped', 'delivered', 'cancelled'], 'shipped'),
      shippedAt: row.optionalMoment('shippedAt'),
      deliveredAt: row.optionalMoment('deliveredAt'),
      carrierName: row.optional('carrierName'),
      carrierScac: row.optional('carrierScac'),
      trackingNumbers: [...new Set(rows.flatMap((line) => line.optional('trackingNumber') ?? []))],
      parcels: parcelsOf(rows, lines),
      shipTo: row.address('shipTo'),
      lines,
      changedAt: row.time('changedAt'),
    }
  },

  invoices: (rows) => {
    const [row] = rows
    const erpId = idOf(row)
    return {
      erpId,
      number: row.text('number'),
      kind: row.oneOf('kind', ['invoice', 'credit-note'], 'invoice'),
      customerNumber: row.text('customerNumber'),
      state: row.oneOf('state', ['open', 'paid', 'cancelled'], 'open'),
      invoiceDate: row.date('invoiceDate'),
      dueDate: row.optionalDate('dueDate'),
      currency: needCurrency(row),
      netAmount: row.decimal('netAmount'),
      taxAmount: row.decimal('taxAmount'),
      totalAmount: row.decimal('totalAmount'),
      openAmount: row.optionalDecimal('openAmount'),
      paymentTerms: row.optional('paymentTerms'),
      purchaseOrderNumber: row.optional('purchaseOrderNumber'),
      correctsNumber: row.optional('correctsNumber'),
      billTo: row.address('billTo'),
      lines: rows.map((line) => ({
        lineNumber: line.integer('lineNumber'),
        erpLineId: lineId(line, erpId),
        ...orderLineOf(line),
        shipmentErpId: line.optional('shipmentNumber'),
        itemNumber: line.optional('itemNumber'),
        description: line.text('description', ''),
        quantity: line.decimal('quantity'),
        unitOfMeasure: line.text('unitOfMeasure'),
        unitPrice: line.decimal('unitPrice'),
        priceUnit: line.decimal('priceUnit', '1'),
        netAmount: line.decimal('lineNetAmount'),
        taxCategory: taxCategory(line),
        taxRatePercent: line.decimal('taxRatePercent'),
      })),
      taxes: taxesOf(rows),
      changedAt: row.time('changedAt'),
    }
  },

  openItems: ([row]) => ({
    erpId: idColumns.openItems(row),
    customerNumber: row.text('customerNumber'),
    documentNumber: row.optional('documentNumber'),
    kind: row.oneOf('kind', ['invoice', 'credit-note', 'payment', 'other'], 'other'),
    date: row.date('date'),
    dueDate: row.optionalDate('dueDate'),
    currency: needCurrency(row),
    amount: row.decimal('amount'),
    openAmount: row.decimal('openAmount'),
    changedAt: row.time('changedAt'),
  }),

  balances: ([row]) => ({
    customerNumber: row.text('customerNumber'),
    erpId: row.text('customerNumber'),
    currency: needCurrency(row),
    balance: row.decimal('balance'),
    openOrders: row.optionalDecimal('openOrders'),
    asOf: row.time('asOf'),
  }),

  creditLimits: ([row]) => ({
    customerNumber: row.text('customerNumber'),
    erpId: row.text('customerNumber'),
    currency: needCurrency(row),
    limit: row.optionalDecimal('limit'),
    blocked: row.flag('blocked'),
    reason: row.optional('reason'),
    asOf: row.time('asOf'),
  }),
}

function lineId(line: Row, erpId: string): string {
  return line.optional('lineId') ?? `${erpId}-${line.integer('lineNumber')}`
}

/** `orderNumber` and `orderLineNumber` find the line of the orders file; `orderLineId` where that has ids of its own. */
function orderLineOf(line: Row): { orderErpId: string | null; orderLineErpId: string | null } {
  const orderErpId = line.optional('orderNumber')
  const number = line.optional('orderLineNumber')
  const byNumber = orderErpId !== null && number !== null ? `${orderErpId}-${number}` : null
  return { orderErpId, orderLineErpId: line.optional('orderLineId') ?? byNumber }
}

/** Lines with the same `parcelNumber` (or tracking number) are in one parcel. */
function parcelsOf(rows: Rows, lines: { erpLineId: string; quantity: string }[]): ErpParcel[] {
  const parcels = new Map<string, ErpParcel>()
  for (const [i, row] of rows.entries()) {
    const trackingNumber = row.optional('trackingNumber')
    const number = row.optional('parcelNumber') ?? trackingNumber
    const line = lines[i]
    if (number === null || !line) continue
    const parcel = parcels.get(number) ?? {
      number,
      trackingNumber,
      weight: row.optionalDecimal('parcelWeight'),
      lines: [],
    }
    parcel.lines.push({ erpLineId: line.erpLineId, quantity: line.quantity })
    parcels.set(number, parcel)
  }
  return [...parcels.values()]
}

/** One per category and rate. Where there is more than one, each line has to say its part (`lineTaxAmount`). */
function taxesOf(rows: Rows): ErpTax[] {
  const taxes = new Map<string, Row[]>()
  for (const row of rows) {
    const key = `${taxCategory(row)} ${row.decimal('taxRatePercent')}`
    taxes.set(key, [...(taxes.get(key) ?? []), row])
  }
  return [...taxes.values()].map((lines) => {
    const [first] = lines as [Row]
    return {
      category: taxCategory(first),
      ratePercent: first.decimal('taxRatePercent'),
      description: first.optional('taxDescription'),
      exemptionReason: first.optional('taxExemptionReason'),
      taxableAmount: add(...lines.map((line) => line.decimal('lineNetAmount'))),
      taxAmount:
        taxes.size === 1 ? first.decimal('taxAmount') : add(...lines.map((line) => line.decimal('lineTaxAmount'))),
    }
  })
}

function taxCategory(row: Row): string {
  return row.oneOf('taxCategory', taxCategories, 's').toUpperCase()
}

function needCurrency(row: Row): string {
  return currencyOf(row.text('currency')) as string
}

function currencyOf(code: string | null): string | null {
  if (code !== null && !/^[A-Z]{3}$/.test(code))
    throw new BadRow(`column currency: "${code}" is no currency code (ISO 4217)`)
  return code
}
