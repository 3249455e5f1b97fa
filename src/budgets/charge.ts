// What is spent, as budgets see it: one charge per cost centre and project of the lines, and what a charge comes to on a budget's basis. Pure.
import {
  addDecimals,
  compareDecimals,
  currencyDecimals,
  divideDecimals,
  multiplyDecimals,
  roundDecimal,
} from '../money.ts'
import type { Budget } from './budget.ts'

export interface Amounts {
  net: string
  tax: string
  shipping: string
}

export interface Charge {
  accountId: string
  membershipId: string | null
  /** Codes. */
  costCentre: string | null
  project: string | null
  amounts: Amounts
  currency: string
}

/** Who claims money. */
export interface Spender {
  kind: 'punchout' | 'requisition' | 'order'
  id: string
}

/** What amounts come to on a budget's basis, in their own currency. */
export function onBasis(amounts: Amounts, { basis, withShipping }: Pick<Budget, 'basis' | 'withShipping'>): string {
  return addDecimals(amounts.net, basis === 'gross' ? amounts.tax : '0', withShipping ? amounts.shipping : '0')
}

/** What a charge takes of a budget, in the budget's currency; null = its currency has no rate there. */
export function takenOf(
  charge: Pick<Charge, 'amounts' | 'currency'>,
  budget: Pick<Budget, 'basis' | 'withShipping' | 'currency' | 'rates'>,
): string | null {
  const amount = onBasis(charge.amounts, budget)
  if (charge.currency === budget.currency) return amount
  const rate = budget.rates[charge.currency]
  return rate === undefined ? null : roundDecimal(multiplyDecimals(amount, rate), currencyDecimals(budget.currency))
}

/** `part` of `whole`, of `amount`, rounded to the currency. Of nothing everything is nothing. */
export function shareOf(amount: string, part: string, whole: string, currency: string): string {
  if (compareDecimals(whole, '0') === 0) return '0'
  if (compareDecimals(part, whole) === 0) return amount
  return divideDecimals(multiplyDecimals(amount, part), whole, currencyDecimals(currency))
}

/** Shares `total` out by weight so that the shares add up to it exactly, whatever the currency's decimals. */
export function shareOut(total: string, weights: readonly string[], currency: string): string[] {
  const whole = addDecimals(...weights)
  const even = compareDecimals(whole, '0') === 0
  let upTo = '0'
  let given = '0'
  return weights.map((weight, i) => {
    upTo = addDecimals(upTo, even ? '1' : weight)
    const due = i === weights.length - 1 ? total : shareOf(total, upTo, even ? String(weights.length) : whole, currency)
    const share = addDecimals(due, multiplyDecimals(given, '-1'))
    given = due
    return share
  })
}

/** Charges of a purchase whose lines fall to cost centres and projects: its tax and shipping are shared out by the lines' net amounts. */
export function chargesOf(
  whose: Pick<Charge, 'accountId' | 'membershipId' | 'currency'>,
  lines: readonly { costCentre: string | null; project: string | null; net: string }[],
  beside: { tax: string; shipping: string },
): Charge[] {
  const groups = new Map<string, Charge>()
  for (const { costCentre, project, net } of lines) {
    const key = JSON.stringify([costCentre, project])
    const known = groups.get(key)
    const amounts = { net: addDecimals(known?.amounts.net ?? '0', net), tax: '0', shipping: '0' }
    groups.set(key, { ...whose, costCentre, project, amounts })
  }
  const charges = [...groups.values()]
  const nets = charges.map((c) => c.amounts.net)
  const taxes = shareOut(beside.tax, nets, whose.currency)
  const shippings = shareOut(beside.shipping, nets, whose.currency)
  return charges.map((c, i) => ({
    ...c,
    amounts: { net: c.amounts.net, tax: taxes[i] ?? '0', shipping: shippings[i] ?? '0' },
  }))
}
