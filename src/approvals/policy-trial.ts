// What-if: a draft tried on what was ordered before, beside what is published: who would decide, how often, and how long it takes.
import type { Db } from '../database/database.ts'
import { findRates } from './exchange-rates.ts'
import { combinePolicies, listPoliciesOver } from './policies-in-force.ts'
import type { ApprovalFacts, Policy } from './policy.ts'
import { type Weighed, weighFacts } from './weigh-facts.ts'

export interface Trial {
  id: string
  sellerId: string
  policyId: string
  accountId: string
  draft: Policy
  fromDay: string
  toDay: string
}

/** Something ordered before, as facts. */
export interface PastSubject {
  accountId: string
  membershipId: string
  requesterId: string
  facts: ApprovalFacts
}

interface Side {
  none: number
  pending: number
  denied: number
}

export interface TrialResult {
  orders: number
  published: Side
  draft: Side
  deciders: { personId: string; name: string; published: number; draft: number; medianHours: number | null }[]
  /** Mean hours an order waits for whoever is quickest in each step; null where nobody has a history. */
  meanHours: { published: number; draft: number } | null
}

export function emptyCount() {
  return {
    orders: 0,
    sides: { published: { none: 0, pending: 0, denied: 0 }, draft: { none: 0, pending: 0, denied: 0 } },
    steps: { published: [] as string[][], draft: [] as string[][] },
  }
}
export type TrialCount = ReturnType<typeof emptyCount>

/** Weighs one past order by both, and counts it. */
export async function tryOn(db: Db, trial: Trial, past: PastSubject, count: TrialCount, at: Date): Promise<void> {
  const published = await listPoliciesOver(db, past.accountId)
  const tried = { policyId: trial.policyId, accountId: trial.accountId, number: 0, content: trial.draft }
  const path: { path: string[] } | undefined = await db('accounts').where({ id: past.accountId }).first('path')
  const depth = (accountId: string) => path?.path.indexOf(accountId) ?? -1
  const others = published.filter((p) => p.policyId !== trial.policyId)
  const draft = [...others, tried].sort((a, b) => depth(b.accountId) - depth(a.accountId))
  const rates = await findRates(db, trial.sellerId)
  const asking = { ...past, sellerId: trial.sellerId, placedBy: null, rates, at }
  count.orders += 1
  for (const [side, policies] of [
    ['published', published],
    ['draft', draft],
  ] as const) {
    const weighed: Weighed = await weighFacts(db, { ...asking, policies: combinePolicies(policies) })
    count.sides[side][({ none: 'none', steps: 'pending', denied: 'denied' } as const)[weighed.verdict.outcome]] += 1
    for (const { approvers } of weighed.steps) count.steps[side].push(approvers.seats.map((seat) => seat.personId))
  }
}

/** What came of the count, with names and how long each took for past decisions. */
export async function sumUp(db: Db, count: TrialCount): Promise<TrialResult> {
  const ids = [...new Set([...count.steps.published, ...count.steps.draft].flat())]
  const { rows } = await db.raw<{ rows: { personId: string; name: string; hours: number | null }[] }>(
    `SELECT p.id AS "personId", p.name, (
       SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM d.at - s.opened_at) / 3600)
       FROM approval_decisions d JOIN approval_steps s ON s.id = d.step_id WHERE d.person_id = p.id)::float AS hours
     FROM people p WHERE p.id = ANY(?::uuid[]) ORDER BY p.name, p.id`,
    [ids],
  )
  const hours = new Map(rows.map((row) => [row.personId, row.hours]))
  const times = (side: 'published' | 'draft', id: string) =>
    count.steps[side].filter((step) => step.includes(id)).length
  const deciders = rows.map(({ personId, name, hours }) => ({
    personId,
    name,
    published: times('published', personId),
    draft: times('draft', personId),
    medianHours: hours,
  }))
  const mean = (side: 'published' | 'draft') => {
    const waits = count.steps[side].map((step) => step.map((id) => hours.get(id)).filter((h) => typeof h === 'number'))
    return waits.reduce((sum, step) => sum + (step.length > 0 ? Math.min(...step) : 0), 0) / Math.max(1, count.orders)
  }
  const known = rows.some((row) => row.hours !== null)
  const meanHours = known ? { published: mean('published'), draft: mean('draft') } : null
  return { orders: count.orders, ...count.sides, deciders, meanHours }
}

export async function insertTrial(db: Db, trial: Omit<Trial, 'accountId'>, at: Date): Promise<void> {
  await db('policy_trials').insert({
    id: trial.id,
    seller_id: trial.sellerId,
    policy_id: trial.policyId,
    draft: JSON.stringify(trial.draft),
    from_day: trial.fromDay,
    to_day: trial.toDay,
    created_at: at,
  })
}

export type TrialRecord = Trial & {
  done: number
  total: number | null
  result: TrialResult | null
  finishedAt: Date | null
}

export async function findTrial(db: Db, id: string): Promise<TrialRecord | undefined> {
  return db('policy_trials as t').join('approval_policies as p', 'p.id', 't.policy_id').where('t.id', id).first({
    id: 't.id',
    sellerId: 't.seller_id',
    policyId: 't.policy_id',
    accountId: 'p.account_id',
    draft: 't.draft',
    fromDay: 't.from_day',
    toDay: 't.to_day',
    done: 't.done',
    total: 't.total',
    result: 't.result',
    finishedAt: 't.finished_at',
  })
}

export async function updateTrial(
  db: Db,
  id: string,
  change: { done: number; total: number; result?: TrialResult; finishedAt?: Date },
): Promise<void> {
  const { done, total, result, finishedAt } = change
  await db('policy_trials')
    .where({ id })
    .update({ done, total, ...(result ? { result: JSON.stringify(result), finished_at: finishedAt } : {}) })
}
