// A seller's exchange rates, for rules in another currency than what is ordered. A request keeps those it was opened with.
import type { Db } from '../database/database.ts'
import type { Rates } from './policy.ts'

export interface ExchangeRate {
  from: string
  to: string
  /** How many `to` one `from` is. */
  rate: string
}

export async function listRates(db: Db, sellerId: string): Promise<ExchangeRate[]> {
  return db('exchange_rates')
    .select({ from: 'from_currency', to: 'to_currency', rate: 'rate' })
    .where({ seller_id: sellerId })
    .orderBy(['from_currency', 'to_currency'])
}

export async function findRates(db: Db, sellerId: string): Promise<Rates> {
  const rates = await listRates(db, sellerId)
  return Object.fromEntries(rates.map(({ from, to, rate }) => [`${from}>${to}`, rate]))
}

/** Replaces all of them. */
export async function putRates(db: Db, sellerId: string, rates: readonly ExchangeRate[], at: Date): Promise<void> {
  await db('exchange_rates').where({ seller_id: sellerId }).delete()
  if (rates.length === 0) return
  await db('exchange_rates').insert(
    rates.map(({ from, to, rate }) => ({
      seller_id: sellerId,
      from_currency: from,
      to_currency: to,
      rate,
      updated_at: at,
    })),
  )
}
