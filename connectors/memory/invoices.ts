// The memory ERP's books: invoices of orders and shipments, credit notes, payments. A credit note's amounts are positive; in the
// open items and the balance they count against.
import type { ErpInvoice, ErpInvoiceLine, ErpOrderLine } from '../connector.ts'
import { add, compare, currencyDecimals, multiplyDivide, negate, subtract } from '../decimal.ts'
import { ErpError } from '../erp-error.ts'
import { need, putOpenItem, putOrder, type Transaction } from './ledger.ts'
import { FREIGHT, stateOf } from './sales.ts'
import { taxesOf, taxFor } from './taxes.ts'

/** What of an order line goes on an invoice. */
interface Portion {
  line: ErpOrderLine
  quantity: string
  shipmentErpId: string | null
}

/** Invoices what is left of an order, or what a shipment brought. Throws ErpError `refused` when there is nothing. */
export function invoice(tx: Transaction, erpId: string): ErpInvoice {
  const shipment = tx.get('shipments', erpId)
  const order = need(tx, 'orders', shipment?.lines[0]?.orderErpId ?? erpId, 'order or shipment')
  const portions = order.lines.flatMap((line): Portion[] => {
    const left = subtract(line.quantity, line.invoicedQuantity ?? '0')
    const shipped = shipment?.lines.find((l) => l.orderLineErpId === line.erpLineId)?.quantity
    const wanted = shipment && line.itemNumber !== FREIGHT ? (shipped ?? '0') : left
    const quantity = compare(wanted, left) > 0 ? left : wanted
    return line.rejectionReason === null && compare(quantity, '0') > 0
      ? [{ line, quantity, shipmentErpId: shipment?.erpId ?? onlyShipmentOf(tx, line, order.erpId) }]
      : []
  })
  if (portions.length === 0 || order.state === 'cancelled')
    throw new ErpError('refused', `There is nothing to invoice of ${shipment?.number ?? order.number}.`)
  const made = post(tx, {
    kind: 'invoice',
    customerNumber: order.customerNumber,
    currency: order.currency,
    purchaseOrderNumber: order.purchaseOrderNumber,
    correctsNumber: null,
    lines: portions.map(({ line, quantity, shipmentErpId }) => ({
      orderErpId: order.erpId,
      orderLineErpId: line.erpLineId,
      shipmentErpId,
      itemNumber: line.itemNumber,
      description: line.description,
      quantity,
      unitOfMeasure: line.unitOfMeasure,
      unitPrice: line.unitPrice,
      priceUnit: line.priceUnit,
    })),
  })
  const lines = order.lines.map((line) => {
    const quantity = portions.find((p) => p.line === line)?.quantity
    return quantity ? { ...line, invoicedQuantity: add(line.invoicedQuantity ?? '0', quantity) } : line
  })
  putOrder(tx, order.erpId, { ...order, lines, state: stateOf({ ...order, lines }), changedAt: tx.at })
  return made
}

function onlyShipmentOf(tx: Transaction, line: ErpOrderLine, orderErpId: string): string | null {
  const [first, second] = tx.tables
    .shipmentsOf(orderErpId)
    .filter((shipment) => shipment.lines.some((l) => l.orderLineErpId === line.erpLineId))
  return first && !second ? first.erpId : null
}

/** Credits lines of an invoice; all of it where none are named. */
export function creditNote(
  tx: Transaction,
  erpId: string,
  wanted?: { lineNumber: number; quantity: string }[],
): ErpInvoice {
  const corrected = need(tx, 'invoices', erpId, 'invoice')
  const lines = corrected.lines.flatMap((line) => {
    const quantity = wanted ? wanted.find((w) => w.lineNumber === line.lineNumber)?.quantity : line.quantity
    return quantity ? [{ ...line, quantity }] : []
  })
  if (lines.length === 0) throw new ErpError('refused', `There is nothing to credit of ${corrected.number}.`)
  const { customerNumber, currency, purchaseOrderNumber, number } = corrected
  return post(tx, {
    kind: 'credit-note',
    customerNumber,
    currency,
    purchaseOrderNumber,
    correctsNumber: number,
    lines,
  })
}

/** A payment came in for the invoice; all that is open where no amount is named. */
export function pay(tx: Transaction, erpId: string, amount?: string): void {
  const paid = need(tx, 'invoices', erpId, 'invoice')
  const open = subtract(paid.openAmount ?? '0', amount ?? paid.openAmount ?? '0')
  if (compare(open, '0') < 0) throw new ErpError('refused', `Of ${paid.number} only ${paid.openAmount} is open.`)
  const state = compare(open, '0') === 0 ? 'paid' : 'open'
  tx.put('invoices', erpId, { ...paid, openAmount: open, state, changedAt: tx.at })
  const item = need(tx, 'openItems', erpId, 'open item')
  putOpenItem(tx, { ...item, openAmount: paid.kind === 'invoice' ? open : negate(open), changedAt: tx.at })
}

type Unposted = Pick<ErpInvoice, 'kind' | 'customerNumber' | 'currency' | 'purchaseOrderNumber' | 'correctsNumber'> & {
  lines: Omit<ErpInvoiceLine, 'lineNumber' | 'erpLineId' | 'netAmount' | 'taxCategory' | 'taxRatePercent'>[]
}

function post(tx: Transaction, unposted: Unposted): ErpInvoice {
  const { kind, currency, customerNumber } = unposted
  const customer = need(tx, 'customers', customerNumber, 'customer')
  const { erpId, number } = tx.nextId('invoices', kind === 'invoice' ? 'IN' : 'CN')
  const percentOf = (itemNumber: string | null) => tx.get('items', itemNumber ?? '')?.taxPercent ?? '21'
  const lines = unposted.lines.map((line, i): ErpInvoiceLine => {
    const tax = taxFor(customer, percentOf(line.itemNumber))
    return {
      ...line,
      lineNumber: i + 1,
      erpLineId: `${erpId}-${i + 1}`,
      netAmount: multiplyDivide(line.quantity, line.unitPrice, line.priceUnit, currencyDecimals(currency)),
      taxCategory: tax.category,
      taxRatePercent: tax.ratePercent,
    }
  })
  const taxed = lines.map((line) => ({ netAmount: line.netAmount, taxPercent: percentOf(line.itemNumber) }))
  const taxes = taxesOf(taxed, customer, currency)
  const netAmount = add(...lines.map((line) => line.netAmount))
  const taxAmount = add(...taxes.map((tax) => tax.taxAmount))
  const totalAmount = add(netAmount, taxAmount)
  const [invoiceDate, dueDate] = [tx.at.slice(0, 10), dueOn(tx.at, customer.paymentTerms)]
  const made: ErpInvoice = {
    ...unposted,
    erpId,
    number,
    state: 'open',
    invoiceDate,
    dueDate,
    netAmount,
    taxAmount,
    totalAmount,
    openAmount: totalAmount,
    paymentTerms: customer.paymentTerms,
    billTo: customer.address,
    lines,
    taxes,
    changedAt: tx.at,
  }
  tx.put('invoices', erpId, made)
  const amount = kind === 'invoice' ? totalAmount : negate(totalAmount)
  putOpenItem(tx, {
    erpId,
    customerNumber,
    documentNumber: number,
    kind,
    date: invoiceDate,
    dueDate,
    currency,
    amount,
    openAmount: amount,
    changedAt: tx.at,
  })
  return made
}

/** Terms are kept in words that begin with the days: "30 days net". */
function dueOn(at: string, terms: string | null): string {
  const days = Number.parseInt(terms ?? '0', 10) || 0
  return new Date(Date.parse(at) + days * 86_400_000).toISOString().slice(0, 10)
}
