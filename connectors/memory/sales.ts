// Orders of the memory ERP, from entry to cancellation: what it checks, what it refuses, when it blocks.
import type {
  Channel,
  ErpAddress,
  ErpCustomer,
  ErpOrder,
  ErpOrderDraft,
  ErpOrderDraftLine,
  ErpOrderLine,
  ErpOrderReceipt,
} from '../connector.ts'
import { add, compare, currencyDecimals, isPositive, multiplyDivide, subtract } from '../decimal.ts'
import { ErpError } from '../erp-error.ts'
import { need, putOrder, type Transaction } from './ledger.ts'
import type { MemoryItem } from './tables.ts'
import { taxesOf } from './taxes.ts'

export const FREIGHT = 'FREIGHT'

/** What somebody in the office types in. */
export interface EnteredOrder {
  customerNumber: string
  channel?: Channel
  purchaseOrderNumber?: string | null
  lines: { itemNumber: string; quantity: string; unitPrice?: string | null }[]
  requestedDeliveryDate?: string | null
  contact?: { name: string | null; email: string | null }
  projectCode?: string | null
}

/** Makes the order, or gives again what the key made. Throws ErpError `refused` for what the ERP doesn't know or take. */
export function takeOrder(tx: Transaction, draft: ErpOrderDraft, onceKey: string | null): ErpOrderReceipt {
  const [known] = onceKey === null ? [] : tx.tables.ordersWithKey(onceKey)
  if (known) return receiptOf(known, false, [])
  const { order, notes } = composeOrder(tx, draft, onceKey)
  putOrder(tx, order.erpId, order)
  return receiptOf(order, true, notes)
}

export function enterOrder(tx: Transaction, entered: EnteredOrder): ErpOrder {
  const customer = need(tx, 'customers', entered.customerNumber, 'customer')
  const draft: ErpOrderDraft = {
    customerNumber: entered.customerNumber,
    purchaseOrderNumber: entered.purchaseOrderNumber ?? '',
    channel: entered.channel ?? 'phone',
    orderDate: tx.at.slice(0, 10),
    currency: customer.currency ?? 'EUR',
    requestedDeliveryDate: entered.requestedDeliveryDate ?? null,
    shipTo: null,
    contact: entered.contact ?? null,
    comments: null,
    shippingAmount: null,
    lines: entered.lines.map((line, i) => ({
      lineNumber: i + 1,
      itemNumber: line.itemNumber,
      description: '',
      quantity: line.quantity,
      unitOfMeasure: tx.get('items', line.itemNumber)?.unitOfMeasure ?? '',
      unitPrice: line.unitPrice ?? null,
      priceUnit: tx.get('items', line.itemNumber)?.priceUnit ?? '1',
      requestedDeliveryDate: null,
      comments: null,
    })),
  }
  const { order } = composeOrder(tx, draft, null)
  const entry = { ...order, projectCode: entered.projectCode ?? null }
  putOrder(tx, order.erpId, entry)
  return entry
}

/** Brings the order to the draft. Throws ErpError `refused` when something of it has left the house. */
export function changeOrder(tx: Transaction, erpId: string, draft: ErpOrderDraft): ErpOrderReceipt {
  const before = need(tx, 'orders', erpId, 'order')
  refuseWhenGone(before, 'changed')
  const { order, notes } = composeOrder(tx, draft, before.onceKey, before)
  putOrder(tx, erpId, order)
  return receiptOf(order, false, notes)
}

export function cancelOrder(tx: Transaction, erpId: string): void {
  const order = need(tx, 'orders', erpId, 'order')
  if (order.state === 'cancelled') return
  refuseWhenGone(order, 'cancelled')
  putOrder(tx, erpId, { ...order, state: 'cancelled', changedAt: tx.at })
}

export function deleteOrder(tx: Transaction, erpId: string): void {
  refuseWhenGone(need(tx, 'orders', erpId, 'order'), 'deleted')
  putOrder(tx, erpId, null)
}

/** Promises every line, by `date` (default: in two days), and releases the order where it was blocked. */
export function confirmOrder(tx: Transaction, erpId: string, date?: string): void {
  const order = need(tx, 'orders', erpId, 'order')
  const confirmedDate = date ?? new Date(Date.parse(tx.at) + 2 * 86_400_000).toISOString().slice(0, 10)
  const lines = order.lines.map((line) =>
    line.rejectionReason === null ? { ...line, confirmedQuantity: line.quantity, confirmedDate } : line,
  )
  putOrder(tx, erpId, { ...order, lines, state: order.state === 'blocked' ? 'open' : order.state, changedAt: tx.at })
}

export function rejectLine(tx: Transaction, erpId: string, lineNumber: number, reason: string): void {
  const order = need(tx, 'orders', erpId, 'order')
  const lines = order.lines.map((line) =>
    line.lineNumber === lineNumber ? { ...line, confirmedQuantity: '0', rejectionReason: reason } : line,
  )
  const customer = need(tx, 'customers', order.customerNumber, 'customer')
  const after = withTotals(tx, customer, { ...order, lines, changedAt: tx.at })
  putOrder(tx, erpId, { ...after, state: stateOf(after) })
}

/** Where the quantities of its lines have brought the order. */
export function stateOf(order: ErpOrder): ErpOrder['state'] {
  const lines = order.lines.filter((line) => line.rejectionReason === null)
  const done = (key: 'shippedQuantity' | 'invoicedQuantity') =>
    lines.every((line) => compare(line[key] ?? '0', line.quantity) >= 0)
  if (order.state === 'cancelled' || order.state === 'blocked') return order.state
  if (done('shippedQuantity')) return done('invoicedQuantity') ? 'closed' : 'shipped'
  return lines.some((line) => compare(line.shippedQuantity ?? '0', '0') > 0) ? 'shipping' : 'open'
}

function refuseWhenGone(order: ErpOrder, what: string): void {
  if (['shipping', 'shipped', 'closed', 'cancelled'].includes(order.state))
    throw new ErpError('refused', `Order ${order.number} can no longer be ${what}: it is ${order.state}.`)
}

function receiptOf(order: ErpOrder, created: boolean, notes: string[]): ErpOrderReceipt {
  const { erpId, number, state, netAmount } = order
  return { erpId, number, state, netAmount, created, notes }
}

function composeOrder(
  tx: Transaction,
  draft: ErpOrderDraft,
  onceKey: string | null,
  before?: ErpOrder,
): { order: ErpOrder; notes: string[] } {
  const customer = tx.get('customers', draft.customerNumber)
  if (!customer) throw new ErpError('refused', `Customer ${draft.customerNumber} is not known.`)
  if (customer.currency && customer.currency !== draft.currency)
    throw new ErpError(
      'refused',
      `Customer ${draft.customerNumber} is kept in ${customer.currency}, the order is in ${draft.currency}.`,
    )
  if (draft.lines.length === 0) throw new ErpError('refused', 'An order needs at least one line.')
  const { erpId, number } = before ?? tx.nextId('orders', 'SO')
  const notes: string[] = []
  const lines = draft.lines.map((line) => composeLine(tx, draft, line, erpId, notes))
  const freight = draft.shippingAmount ?? '0'
  if (compare(freight, '0') > 0) lines.push(freightLine(draft, freight, erpId))
  const order = withTotals(tx, customer, {
    erpId,
    number,
    onceKey,
    purchaseOrderNumber: draft.purchaseOrderNumber || null,
    customerNumber: draft.customerNumber,
    channel: draft.channel,
    state: 'open',
    orderedAt: draft.orderDate,
    currency: draft.currency,
    netAmount: '0',
    taxAmount: null,
    totalAmount: '0',
    requestedDeliveryDate: draft.requestedDeliveryDate,
    shipTo: shipToOf(tx, draft.shipTo, customer),
    contactName: draft.contact?.name ?? null,
    contactEmail: draft.contact?.email ?? null,
    projectCode: before?.projectCode ?? null,
    lines,
    changedAt: tx.at,
  })
  const block = creditBlock(tx, order, before)
  return block ? { order: { ...order, state: 'blocked' }, notes: [...notes, block] } : { order, notes }
}

function composeLine(
  tx: Transaction,
  { customerNumber, currency }: ErpOrderDraft,
  line: ErpOrderDraftLine,
  erpId: string,
  notes: string[],
): ErpOrderLine {
  const { lineNumber, itemNumber, quantity } = line
  const item = tx.get('items', itemNumber)
  if (!item) throw new ErpError('refused', `Line ${lineNumber}: article ${itemNumber} is not known.`)
  if (!isPositive(quantity))
    throw new ErpError('refused', `Line ${lineNumber}: "${quantity}" is no quantity that can be ordered.`)
  if (line.unitOfMeasure !== item.unitOfMeasure)
    throw new ErpError(
      'refused',
      `Line ${lineNumber}: article ${itemNumber} is sold by ${item.unitOfMeasure}, not by ${line.unitOfMeasure}.`,
    )
  const ours = priceOf(tx, item, customerNumber, quantity)
  const unitPrice = line.unitPrice ?? ours
  const priceUnit = line.unitPrice === null ? item.priceUnit : line.priceUnit
  if (unitPrice !== ours || priceUnit !== item.priceUnit)
    notes.push(
      `Line ${lineNumber}: ordered at ${unitPrice} for ${priceUnit}, our price is ${ours} for ${item.priceUnit}.`,
    )
  return {
    lineNumber,
    erpLineId: `${erpId}-${lineNumber}`,
    itemNumber,
    description: line.description || item.description,
    productGroup: null,
    quantity,
    unitOfMeasure: item.unitOfMeasure,
    unitPrice,
    priceUnit,
    netAmount: multiplyDivide(quantity, unitPrice, priceUnit, currencyDecimals(currency)),
    ...nothingYet,
  }
}

const nothingYet = {
  confirmedQuantity: null,
  confirmedDate: null,
  shippedQuantity: null,
  invoicedQuantity: null,
  rejectionReason: null,
}

function freightLine({ lines, currency }: ErpOrderDraft, amount: string, erpId: string): ErpOrderLine {
  const lineNumber = Math.max(...lines.map((line) => line.lineNumber)) + 1
  return {
    lineNumber,
    erpLineId: `${erpId}-${lineNumber}`,
    itemNumber: FREIGHT,
    description: 'Freight',
    productGroup: null,
    quantity: '1',
    unitOfMeasure: 'C62',
    unitPrice: amount,
    priceUnit: '1',
    netAmount: multiplyDivide(amount, '1', '1', currencyDecimals(currency)),
    ...nothingYet,
  }
}

/** The customer's own price, else the list's for this quantity. */
function priceOf(tx: Transaction, item: MemoryItem, customerNumber: string, quantity: string): string {
  const own = tx.get('prices', `${customerNumber} ${item.itemNumber} 1`)
  if (own) return own.unitPrice
  const reached = item.prices.filter((p) => compare(quantity, p.from) >= 0)
  return (reached.at(-1) ?? item.prices[0])?.price ?? '0'
}

/** A buyer's ship-to that the ERP knows becomes the ERP's; the customer's own address where none is given. */
function shipToOf(tx: Transaction, wanted: ErpAddress | null, customer: ErpCustomer): ErpAddress | null {
  if (!wanted) return customer.address
  const known = wanted.addressId !== null && tx.get('shipTos', wanted.addressId)
  return known && known.customerNumber === customer.customerNumber ? known.address : wanted
}

function withTotals(tx: Transaction, customer: ErpCustomer, order: ErpOrder): ErpOrder {
  const lines = order.lines.filter((line) => line.rejectionReason === null)
  const taxed = lines.map((line) => ({
    netAmount: line.netAmount,
    taxPercent: tx.get('items', line.itemNumber)?.taxPercent ?? '21',
  }))
  const netAmount = add(...lines.map((line) => line.netAmount))
  const taxAmount = add(...taxesOf(taxed, customer, order.currency).map((tax) => tax.taxAmount))
  return { ...order, netAmount, taxAmount, totalAmount: add(netAmount, taxAmount) }
}

/** Why the order waits for the credit department; undefined = it doesn't. */
function creditBlock(tx: Transaction, order: ErpOrder, before: ErpOrder | undefined): string | undefined {
  const credit = tx.get('creditLimits', order.customerNumber)
  const balance = tx.get('balances', order.customerNumber)
  if (!credit || !balance) return undefined
  if (credit.blocked)
    return `Customer ${order.customerNumber} is blocked (${credit.reason ?? 'no reason given'}); the order waits.`
  if (credit.limit === null) return undefined
  const others = subtract(balance.openOrders ?? '0', before?.netAmount ?? '0')
  const over = subtract(add(balance.balance, others, order.netAmount), credit.limit)
  return compare(over, '0') > 0
    ? `The credit limit of ${credit.limit} ${credit.currency} is exceeded by ${over}; the order waits.`
    : undefined
}
