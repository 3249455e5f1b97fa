// What an account's policies say of facts: the live submit, "why" for facts that are only thought of, and what-if ask here.
import type { Db } from '../database/database.ts'
import type { Excluded } from './approval.ts'
import { findRates } from './exchange-rates.ts'
import { type ApproverQuestion, covers, type FoundApprovers, findApprovers } from './find-approvers.ts'
import { findPoliciesInForce, type PoliciesInForce } from './policies-in-force.ts'
import { type ApprovalFacts, evaluatePolicy, type PlannedStep, type Rates, type Rule, type Verdict } from './policy.ts'
import { type Earlier, findSplit, type Split } from './suspect-split.ts'

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
  /** What a replay knows already, instead of looking it up. */
  known?: Known
  at: Date
}

export interface Known {
  policies: PoliciesInForce
  rates: Rates
  limit: Limit
  earlier: readonly Earlier[]
  findApprovers: (step: PlannedStep, question: ApproverQuestion) => Promise<FoundApprovers>
}

/** The most a member may order at once; null = no limit. */
export interface Limit {
  limit: string | null
  currency: string | null
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
  const { accountId, membershipId, at, known } = weighing
  const policies = known?.policies ?? (await findPoliciesInForce(db, accountId))
  const rates = known?.rates ?? (await findRates(db, weighing.sellerId))
  const { limit, currency } = known?.limit ?? (await findLimit(db, membershipId))
  const overLimit = !covers(limit, currency, { facts: weighing.facts, rates })
  const given = { ...weighing.facts, orderLimitExceeded: weighing.facts.orderLimitExceeded || overLimit }
  const split = await findSplit(db, {
    ...weighing,
    ...{ facts: given, rules: policies.rules, days: policies.splitDays, rates, earlier: known?.earlier },
  })
  const facts = { ...given, splitSuspected: given.splitSuspected || split !== null }
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
    for (const plan of verdict.steps)
      steps.push({
        plan,
        approvers: await (known ? known.findApprovers(plan, question) : findApprovers(db, plan, question)),
      })
  return { facts, rates, policies, verdict, excluded, split, steps }
}

async function findLimit(db: Db, membershipId: string): Promise<Limit> {
  const found: Limit | undefined = await db('memberships')
    .where({ id: membershipId })
    .first({ limit: 'order_limit', currency: 'order_limit_currency' })
  return found ?? { limit: null, currency: null }
}

function excludedOf({ requesterId, placedBy }: Weighing): Excluded[] {
  const placer: Excluded[] = placedBy && placedBy !== requesterId ? [{ personId: placedBy, reason: 'placer' }] : []
  return [{ personId: requesterId, reason: 'requester' }, ...placer]
}
