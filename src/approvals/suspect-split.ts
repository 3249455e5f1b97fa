// One purchase cut into several that each stay under a rule's threshold: what a person asked for in the last days is added up.
import type { Db } from '../database/database.ts'
import { addDecimals } from '../money.ts'
import { type ApprovalFacts, convert, evaluatePolicy, type Rates, type Rule } from './policy.ts'

export interface Split {
  /** The rules that the sum meets and this order alone does not. */
  rules: string[]
  /** What it was added to. */
  subjects: { kind: string; id: string; amount: string; currency: string; at: Date }[]
  /** Net, in the currency of the order. */
  sum: string
}

export interface SplitQuestion {
  accountId: string
  membershipId: string
  facts: ApprovalFacts
  rules: readonly Rule[]
  /** Days to look back; 0 = not at all. */
  days: number
  rates: Rates
  subjectId?: string | undefined
  /** What the person asked for before, instead of what is kept: in a replay. */
  earlier?: readonly Earlier[] | undefined
  at: Date
}

export interface Earlier {
  kind: string
  id: string
  facts: ApprovalFacts
  at: Date
}

/** Null = nothing looks like it. Orders of other suppliers are other purchases. */
export async function findSplit(db: Db, question: SplitQuestion): Promise<Split | null> {
  const { facts, rules, rates, days, at } = question
  const byAmount = rules.filter(({ when }) => [...when.all, ...when.any].some((c) => c.fact === 'amount'))
  if (days === 0 || byAmount.length === 0) return null
  const since = new Date(at.getTime() - days * 86_400_000)
  const earlier = question.earlier?.filter((one) => one.at > since) ?? (await listEarlier(db, question, since))
  const related = earlier.filter((one) => shareSupplier(one.facts, facts))
  if (related.length === 0) return null
  const amounts = { ...facts.amounts }
  for (const one of related)
    for (const basis of ['net', 'gross', 'withShipping'] as const) {
      const amount = convert(one.facts.amounts[basis], one.facts.currency, facts.currency, rates)
      amounts[basis] = addDecimals(amounts[basis], amount ?? one.facts.amounts[basis])
    }
  const matched = (asked: ApprovalFacts) =>
    evaluatePolicy(byAmount, asked, rates).verdicts.filter((v) => v.matched && v.effect !== 'allow')
  const alone = new Set(matched(facts).map((v) => v.rule))
  const crossed = matched({ ...facts, amounts }).filter((v) => !alone.has(v.rule))
  if (crossed.length === 0) return null
  const subjects = related.map(({ kind, id, facts: { amounts, currency }, at }) => ({
    kind,
    id,
    amount: amounts.net,
    currency,
    at,
  }))
  return { rules: crossed.map((v) => v.rule), subjects, sum: amounts.net }
}

async function listEarlier(db: Db, question: SplitQuestion, since: Date): Promise<Earlier[]> {
  const query = db('approval_requests as t')
    .distinctOn('t.subject_kind', 't.subject_id')
    .select({ kind: 't.subject_kind', id: 't.subject_id', facts: 't.facts', at: 't.created_at' })
    .where({ 't.membership_id': question.membershipId, 't.account_id': question.accountId })
    .where('t.created_at', '>', since)
    .where('t.created_at', '<=', question.at)
    .whereIn('t.state', ['not_needed', 'pending', 'approved'])
    .orderBy(['t.subject_kind', 't.subject_id', { column: 't.id', order: 'desc' }])
  return question.subjectId ? query.whereNot('t.subject_id', question.subjectId) : query
}

function shareSupplier(a: ApprovalFacts, b: ApprovalFacts): boolean {
  const [x, y] = [a, b].map((f) => [...f.suppliers, ...f.lines.flatMap((line) => line.supplier ?? [])])
  if (!x?.length || !y?.length) return true
  return x.some((supplier) => y.includes(supplier))
}
