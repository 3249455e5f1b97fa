// May this customer order for so much more? Pure: the standing as the ERP said it, and what the hub has on its way.
import { addDecimals, compareDecimals } from '../money.ts'
import type { CreditStanding } from './credit.ts'

/** Negated decimal text. */
const minus = (decimal: string) => (decimal.startsWith('-') ? decimal.slice(1) : `-${decimal}`)

/** Whether limit and balance are in different currencies: then nobody can say what is left. */
export const isMixed = (standing: CreditStanding | undefined): boolean =>
  standing?.limited === true && standing.balanceCurrency !== null && standing.balanceCurrency !== standing.currency

/** What may still be ordered: limit - balance - the ERP's open orders - the hub's. Null = no limit, or none known, or not in one currency. */
export function availableCredit(standing: CreditStanding | undefined, onItsWay: string): string | null {
  if (!standing?.limited || standing.creditLimit === null || isMixed(standing)) return null
  return addDecimals(
    standing.creditLimit,
    minus(standing.balance ?? '0'),
    minus(standing.openOrders ?? '0'),
    minus(onItsWay),
  )
}

/** Why an order of `amount` is over the credit, in words; null = it isn't. Another currency than the limit's can't be judged. */
export function whyOverCredit(
  standing: CreditStanding | undefined,
  order: { amount: string; currency: string; onItsWay: string },
): string | null {
  if (!standing) return null
  if (standing.blocked) return `The ERP blocks this customer: ${standing.blockReason ?? 'no reason given'}.`
  const available = availableCredit(standing, order.onItsWay)
  if (available === null || standing.currency !== order.currency) return null
  if (compareDecimals(order.amount, available) <= 0) return null
  return `The order of ${order.amount} ${order.currency} is over the available credit of ${available} (limit ${standing.creditLimit}, balance ${standing.balance ?? 'unknown'}, as of ${standing.limitAsOf?.toISOString() ?? 'unknown'}).`
}
