// What a spend would do to the budgets it falls on. Pure: the periods' sums and the spender's earlier claims are given.
import { addDecimals, compareDecimals, multiplyDecimals } from '../money.ts'
import type { Over } from './budget.ts'
import type { Claim, Hit } from './budget-store.ts'
import { type Charge, onBasis, takenOf } from './charge.ts'

export type Verdict = 'ok' | 'warn' | 'ask' | 'block'

export interface BudgetPart {
  budgetId: string
  periodId: string | null
  name: string
  over: Over
  currency: string
  /** What the spend takes; '0' where its currency has no rate. */
  amount: string
  /** What may be spent before it, with the overdraft. */
  available: string
  /** What is missing; '0' = nothing. */
  short: string
  verdict: Verdict
  /** In words, where it isn't ok. */
  why: string | null
}

export interface BudgetOutcome {
  parts: BudgetPart[]
  verdict: Verdict
}

/** A part with what a claim of it needs. */
export interface Taking extends BudgetPart {
  whole: string
}

const order: readonly Verdict[] = ['ok', 'warn', 'ask', 'block']
export const worstOf = (verdicts: readonly Verdict[]): Verdict =>
  order[Math.max(0, ...verdicts.map((v) => order.indexOf(v)))] ?? 'ok'

const minus = (a: string, b: string) => addDecimals(a, multiplyDecimals(b, '-1'))

/**
 * `left`: what is left of a period, with what `givenBack` (the spender's earlier claims, which this spend replaces) counted as free. What was
 * claimed before passes, also where the budget was cut meanwhile. `mayExceed`: that it is over a budget is only a
 * warning; what is closed, or has no rate, stays so.
 */
export function weighSpend(
  charges: readonly Charge[],
  hits: readonly Hit[],
  left: (hit: Hit) => string,
  givenBack: readonly Claim[],
  mayExceed = false,
): Taking[] {
  const byBudget = new Map<string, Hit[]>()
  for (const hit of hits) byBudget.set(hit.id, [...(byBudget.get(hit.id) ?? []), hit])
  return [...byBudget.values()].flatMap((own): Taking[] => {
    const [hit] = own as [Hit]
    const taken = own.map((h) => takenOf(charges[h.charge] as Charge, hit))
    const known = taken.flatMap((t) => (t === null ? [] : [t]))
    if (known.length === 0 && hit.otherCurrency === 'ignore') return []
    const amount = addDecimals(...known)
    const available = addDecimals(left(hit), hit.overdraft)
    const before = addDecimals(
      ...givenBack.filter((c) => c.budgetId === hit.id).map((c) => addDecimals(c.reserved, c.committed)),
    )
    const passes = compareDecimals(amount, available) <= 0 || compareDecimals(amount, before) <= 0
    const short = passes ? '0' : minus(amount, available)
    const { verdict, why } = judge(hit, { short, available, foreign: known.length < taken.length }, mayExceed)
    return [
      {
        ...{ budgetId: hit.id, periodId: hit.periodId, name: hit.name, over: hit.over, currency: hit.currency },
        ...{ amount, available, short, verdict, why },
        whole: addDecimals(...charges.map((c) => onBasis(c.amounts, hit))),
      },
    ]
  })
}

function judge(
  hit: Hit,
  { short, available, foreign }: { short: string; available: string; foreign: boolean },
  mayExceed: boolean,
): Pick<BudgetPart, 'verdict' | 'why'> {
  const reasons: [Verdict, string][] = []
  if (hit.codeClosed) reasons.push(['block', `${hit.code} of the budget ${hit.name} is closed.`])
  if (compareDecimals(short, '0') > 0)
    reasons.push([
      mayExceed ? 'warn' : hit.over,
      `Over the budget ${hit.name}: ${available} ${hit.currency} is available, ${short} ${hit.currency} is missing.`,
    ])
  if (foreign && hit.otherCurrency !== 'ignore')
    reasons.push([hit.otherCurrency, `The budget ${hit.name} is in ${hit.currency} and has no rate for this currency.`])
  if (reasons.length === 0) return { verdict: 'ok', why: null }
  return { verdict: worstOf(reasons.map(([v]) => v)), why: reasons.map(([, words]) => words).join(' ') }
}
