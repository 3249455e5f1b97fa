// What follows from a customer's credit when somebody asks for an order: the account's `creditPolicy` says, its own or that of the
// nearest account above. What the ERP said may be old, or in currencies that can't be added up: that is said too.
import type { Db } from '../database/database.ts'
import { findConnectionOf } from '../erp/erp-connection-store.ts'
import { findFreshness } from '../erp/freshness.ts'
import { isMixed, whyOverCredit } from './check-credit.ts'
import type { CreditStanding } from './credit.ts'
import { findCustomer, findStanding, lockCredit } from './credit-store.ts'

/** What to do with an order over the credit, and where the ERP's word is in doubt; `ignore` says nothing at all. */
export interface CreditPolicy {
  overCredit: 'block' | 'ask' | 'warn'
  staleCredit: 'ignore' | 'warn' | 'ask'
}
const usual: CreditPolicy = { overCredit: 'block', staleCredit: 'warn' }

export interface CreditVerdict {
  /** `ask`: only with approval. */
  verdict: 'ok' | 'warn' | 'ask' | 'block'
  /** Why, for people. Null = ok. */
  words: string | null
}

/** The customer whose credit it is, in the currency of the limit. */
export interface CreditCustomer {
  connectionId: string
  customerNumber: string
  /** The account that has the number: the one asked about or one above. */
  accountId: string
  currency: string
}

const severity = ['ok', 'warn', 'ask', 'block'] as const

/** The graver of two verdicts. */
export function graver<V extends CreditVerdict['verdict']>(a: V, b: V): V {
  return severity.indexOf(a) >= severity.indexOf(b) ? a : b
}

/**
 * Judges an order of `amount` against limit and balance of the ERP and what the hub has on its way, which `onItsWay` sums in the
 * customer's currency: it is asked with the credit locked until the transaction ends. A customer the ERP blocks is blocked whatever
 * the policy. No ERP, no number or no limit = ok.
 */
export async function judgeCredit(
  db: Db,
  order: {
    sellerId: string
    accountId: string
    amount: string
    currency: string
    onItsWay: (customer: CreditCustomer) => Promise<string>
    at: Date
  },
): Promise<CreditVerdict> {
  const { sellerId, accountId, amount, currency, at } = order
  const connection = await findConnectionOf(db, sellerId, accountId)
  const customer = await findCustomer(db, sellerId, accountId)
  if (!connection || !customer) return { verdict: 'ok', words: null }
  const { customerNumber } = customer
  const standing = await findStanding(db, connection.id, customerNumber)
  if (!standing) return { verdict: 'ok', words: null }
  if (standing.limited) await lockCredit(db, connection.id, customerNumber)
  const { currency: ofLimit } = standing
  const known = { connectionId: connection.id, customerNumber, accountId: customer.accountId, currency: ofLimit }
  const why = whyOverCredit(standing, { amount, currency, onItsWay: await order.onItsWay(known) })
  if (standing.blocked) return { verdict: 'block', words: why }
  const policy = await findPolicy(db, accountId)
  const freshness = await findFreshness(db, sellerId, connection.id, ['balances', 'creditLimits'], at)
  const doubts = policy.staleCredit === 'ignore' ? [] : doubtsOf(standing, currency, freshness)
  return {
    verdict: graver(why ? policy.overCredit : 'ok', doubts.length > 0 ? (policy.staleCredit as 'warn' | 'ask') : 'ok'),
    words: [...(why ? [why] : []), ...doubts].join(' ') || null,
  }
}

/** Why the judgement may be wrong, in words. */
function doubtsOf(
  standing: CreditStanding,
  currency: string,
  freshness: { connection: string; stale: boolean; asOf: Date | null } | null,
): string[] {
  if (!standing.limited) return []
  const doubts: string[] = []
  if (isMixed(standing))
    doubts.push(
      `The credit limit is in ${standing.currency} and the balance in ${standing.balanceCurrency}: nobody can say what is left.`,
    )
  else if (standing.currency !== currency)
    doubts.push(`The order is in ${currency} and the credit limit in ${standing.currency}: they can’t be compared.`)
  if (freshness?.stale) {
    const asOf = standing.balanceAsOf ?? freshness.asOf
    const since = asOf ? `since ${asOf.toISOString()}` : 'yet'
    doubts.push(`The balance may be old: ${freshness.connection} has said nothing new of it ${since}.`)
  }
  return doubts
}

async function findPolicy(db: Db, accountId: string): Promise<CreditPolicy> {
  const { rows } = await db.raw<{ rows: { policy: Partial<CreditPolicy> | null }[] }>(
    `SELECT account_terms(?)->'creditPolicy'->'value' AS policy`,
    [accountId],
  )
  return { ...usual, ...rows[0]?.policy }
}
