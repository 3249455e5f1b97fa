// Prices of a customer as its ERP has them: its own contract price before the list price, of the quantity's tier.

import type { ErpPrice } from '../../connectors/connector.ts'
import type { Db } from '../database/database.ts'
import { findConnectionOf } from '../erp/erp-connection-store.ts'
import { compareDecimals } from '../money.ts'
import { type PurchaseLine, withAmounts } from './purchase-line.ts'

/** Whose prices, in which currency, on which day (2026-01-31). */
export interface PriceQuestion {
  sellerId: string
  accountId: string
  currency: string
  day: string
}

/** The customer an account buys as: its own number or that of the nearest account above, and where its orders go. */
export async function findCustomerOf(
  db: Db,
  sellerId: string,
  accountId: string,
): Promise<{ connectionId: string | null; customerNumber: string | null; storefrontId: string | null }> {
  const { rows } = await db.raw<{ rows: { number: string | null }[] }>(
    `SELECT account_terms(id)->'customerNumber'->>'value' AS number FROM accounts WHERE id = ? AND seller_id = ?`,
    [accountId, sellerId],
  )
  const connection = await findConnectionOf(db, sellerId, accountId)
  const storefront = await db('storefronts').where({ seller_id: sellerId }).orderBy('id').first('id')
  return {
    connectionId: connection?.id ?? null,
    customerNumber: rows[0]?.number ?? null,
    storefrontId: storefront?.id ?? null,
  }
}

async function findErpPrices(db: Db, question: PriceQuestion, parts: readonly string[]): Promise<ErpPrice[]> {
  const { connectionId, customerNumber } = await findCustomerOf(db, question.sellerId, question.accountId)
  if (!connectionId || parts.length === 0) return []
  return db('erp_prices')
    .where({ connection_id: connectionId })
    .whereNull('deleted_at')
    .whereRaw('item_number = ANY(?)', [[...parts]])
    .whereRaw('(customer_number IS NULL OR customer_number = ?)', [customerNumber])
    .whereRaw(`record->>'currency' = ?`, [question.currency])
    .whereRaw(`coalesce(record->>'validFrom', '') <= ? AND coalesce(record->>'validTo', '9999') >= ?`, [
      question.day,
      question.day,
    ])
    .pluck('record')
}

/** Of prices of one part the customer's own before the list's, the highest tier that the quantity reaches. */
function bestOf(prices: readonly ErpPrice[], quantity: string): ErpPrice | undefined {
  const reached = prices.filter((p) => compareDecimals(p.minimumQuantity, quantity) <= 0)
  return [...reached].sort(
    (a, b) =>
      Number(b.customerNumber !== null) - Number(a.customerNumber !== null) ||
      compareDecimals(b.minimumQuantity, a.minimumQuantity),
  )[0]
}

/**
 * The lines with present contract prices. What a storefront or a quote priced keeps its price; what nobody prices has a problem. One
 * statement, however many lines.
 */
export async function priceLines(
  db: Db,
  question: PriceQuestion,
  lines: readonly PurchaseLine[],
): Promise<PurchaseLine[]> {
  const asked = lines.filter((l) => l.priceFrom === null || l.priceFrom === 'contract')
  const found = new Map<string, ErpPrice[]>()
  for (const price of await findErpPrices(db, question, [...new Set(asked.map((l) => l.supplierPartId))]))
    found.set(price.itemNumber, [...(found.get(price.itemNumber) ?? []), price])
  return lines.map((line) => {
    const open: PurchaseLine = { ...line, problem: null }
    if (!asked.includes(line)) return withAmounts(open, question.currency)
    const prices = found.get(line.supplierPartId) ?? []
    const price = bestOf(prices, line.quantity)
    if (!price) {
      const problem = prices.length > 0 ? 'The quantity is below the least that is sold.' : null
      return withAmounts({ ...open, unitPrice: null, priceFrom: null, problem }, question.currency)
    }
    const { unitPrice, priceUnit, unitOfMeasure } = price
    return withAmounts({ ...open, unitPrice, priceUnit, unit: unitOfMeasure, priceFrom: 'contract' }, question.currency)
  })
}
