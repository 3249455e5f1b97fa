// The memory ERP's credit department and master data.
import type { ErpCustomer } from '../connector.ts'
import { need, type Transaction } from './ledger.ts'
import type { OpeningCustomer } from './opening-data.ts'
import type { MemoryItem } from './tables.ts'

/** `limit` null = none. */
export function setCreditLimit(tx: Transaction, customerNumber: string, limit: string | null): void {
  const credit = need(tx, 'creditLimits', customerNumber, 'customer')
  tx.put('creditLimits', customerNumber, { ...credit, limit, asOf: tx.at })
}

/** `reason` null = not blocked any more. */
export function block(tx: Transaction, customerNumber: string, reason: string | null): void {
  const credit = need(tx, 'creditLimits', customerNumber, 'customer')
  const customer = need(tx, 'customers', customerNumber, 'customer')
  tx.put('creditLimits', customerNumber, { ...credit, blocked: reason !== null, reason, asOf: tx.at })
  tx.put('customers', customerNumber, { ...customer, blocked: reason !== null, changedAt: tx.at })
}

export function addCustomer(tx: Transaction, opening: OpeningCustomer): void {
  const { customerNumber, shipTos, paymentDays, creditLimit, ...rest } = opening
  const customer: ErpCustomer = {
    ...rest,
    erpId: customerNumber,
    customerNumber,
    parentCustomerNumber: null,
    paymentTerms: `${paymentDays} days net`,
    blocked: false,
    changedAt: tx.at,
  }
  const account = { customerNumber, erpId: customerNumber, currency: opening.currency, asOf: tx.at }
  tx.put('customers', customerNumber, customer)
  tx.put('balances', customerNumber, { ...account, balance: '0.00', openOrders: '0.00' })
  tx.put('creditLimits', customerNumber, { ...account, limit: creditLimit, blocked: false, reason: null })
  for (const [i, address] of shipTos.entries()) {
    const erpId = address.addressId ?? `${customerNumber}-${i + 1}`
    tx.put('shipTos', erpId, { erpId, customerNumber, address: { ...address, addressId: erpId }, changedAt: tx.at })
  }
}

export function addItem(tx: Transaction, item: MemoryItem): void {
  tx.put('items', item.itemNumber, item)
  for (const { from, price } of item.prices) putPrice(tx, item, null, from, price)
}

/** The customer's own price of an article. */
export function setPrice(tx: Transaction, customerNumber: string, itemNumber: string, price: string): void {
  putPrice(tx, need(tx, 'items', itemNumber, 'article'), customerNumber, '1', price)
}

function putPrice(tx: Transaction, item: MemoryItem, customerNumber: string | null, from: string, price: string): void {
  const { itemNumber, priceUnit, unitOfMeasure } = item
  const erpId = `${customerNumber ?? 'list'} ${itemNumber} ${from}`
  tx.put('prices', erpId, {
    erpId,
    customerNumber,
    itemNumber,
    currency: 'EUR',
    unitPrice: price,
    priceUnit,
    unitOfMeasure,
    minimumQuantity: from,
    validFrom: null,
    validTo: null,
    changedAt: tx.at,
  })
}
