// What an account's policies say of facts: the live submit, "why" for facts that are only thought of, and what-if ask here.
import type { Db } from '../database/database.ts'
import type { Excluded } from './approval.ts'
import { findRates } from './exchange-rates.ts'
import { type ApproverQuestion, covers, type FoundApprovers, findApprovers } from './find-approvers.ts'
import { findPoliciesInForce, type PoliciesInForce } from './policies-in-force.ts'
import { type ApprovalFacts, evaluatePolicy, type PlannedStep, type Rates, type Rule, type Verdict } from './policy.ts'
import { findSplit, type Split } from './suspect-split.ts'

export interface Weighing {
  sellerId: string
  accountId: string
  /** Who asks: their limit, roles and managers count. */
  membershipId: string
  requesterId: string
  /** The agent who placed it for them. */
  placedBy: string | null
  facts: ApprovalFacts
  /** Left out of what is added up. */
  subjectId?: string
  /** Instead of the published policies: a draft that is tried. */
  policies?: PoliciesInForce
  rates?: Rates
  at: Date
}

export interface Weighed {
  facts: ApprovalFacts
  rates: Rates
  policies: PoliciesInForce
  verdict: Verdict
  excluded: Excluded[]
  split: Split | null
  steps: { plan: PlannedStep; approvers: FoundApprovers }[]
}

/** The hub's own: over the requester's limit, or a budget that asks, somebody has to decide whatever the policies say. */
const OWN_RULES: readonly Rule[] = [
  ownRule('over the order limit', { fact: 'orderLimitExceeded', is: true }),
  ownRule('over a budget that asks', { fact: 'budget', op: 'in', values: ['ask'] }),
]

function ownRule(name: string, condition: Rule['when']['all'][number]): Rule {
  const step = { name: 'Approve', kind: 'approve', who: { by: 'manager-chain' }, need: 'any', stage: 1 } as const
  return { name, mandatory: true, when: { all: [condition], any: [] }, action: { effect: 'steps', steps: [step] } }
}

/** Evaluates, and finds who would decide. Reads only. */
export async function weighFacts(db: Db, weighing: Weighing): Promise<Weighed> {
  const { accountId, membershipId, at } = weighing
  const policies = weighing.policies ?? (await findPoliciesInForce(db, accountId))
  const rates = weighing.rates ?? (await findRates(db, weighing.sellerId))
  const member: { limit: string | null; currency: string | null } | undefined = await db('memberships')
    .where({ id: membershipId })
    .first({ limit: 'order_limit', currency: 'order_limit_currency' })
  const overLimit = !covers(member?.limit ?? null, member?.currency ?? null, { facts: weighing.facts, rates })
  const known = { ...weighing.facts, orderLimitExceeded: weighing.facts.orderLimitExceeded || overLimit }
  const split = await findSplit(db, {
    ...weighing,
    facts: known,
    rules: policies.rules,
    days: policies.splitDays,
    rates,
  })
  const facts = { ...known, splitSuspected: known.splitSuspected || split !== null }
  let verdict = evaluatePolicy(policies.rules, facts, rates)
  if (verdict.outcome === 'none') {
    const { verdicts } = verdict
    verdict = evaluatePolicy([...policies.rules, ...OWN_RULES], facts, rates)
    if (verdict.outcome === 'none') verdict = { ...verdict, verdicts }
  }
  const excluded = excludedOf(weighing)
  const question: ApproverQuestion = {
    accountId,
    membershipId,
    facts,
    rates,
    excluded: excluded.map((e) => e.personId),
    fallback: policies.fallback,
    at,
  }
  const steps: Weighed['steps'] = []
  if (verdict.outcome === 'steps')
    for (const plan of verdict.steps) steps.push({ plan, approvers: await findApprovers(db, plan, question) })
  return { facts, rates, policies, verdict, excluded, split, steps }
}

function excludedOf({ requesterId, placedBy }: Weighing): Excluded[] {
  const placer: Excluded[] = placedBy && placedBy !== requesterId ? [{ personId: placedBy, reason: 'placer' }] : []
  return [{ personId: requesterId, reason: 'requester' }, ...placer]
}
