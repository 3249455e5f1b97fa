// What-if: a draft tried on what was ordered before, beside what is published: who would decide, how often, and how long it takes.
import type { Db } from '../database/database.ts'
import { findRates } from './exchange-rates.ts'
import { type ApproverQuestion, covers, type FoundApprovers, findApprovers } from './find-approvers.ts'
import { combinePolicies, listPoliciesOver, type PoliciesInForce } from './policies-in-force.ts'
import type { ApprovalFacts, PlannedStep, Policy, Rates } from './policy.ts'
import type { Earlier } from './suspect-split.ts'
import { type Known, type Limit, weighFacts } from './weigh-facts.ts'

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
  id: string
  at: Date
  limit: Limit
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

const sides = ['published', 'draft'] as const
type SideName = (typeof sides)[number]

/** A replay under way: what it has looked up, so that the next order asks for nothing that is known, and what it has counted. */
export interface Replay {
  trial: Trial
  rates: Rates
  /** Limits of members: amounts that the same ones cover have the same managers. */
  limits: Limit[]
  policies: Map<string, Promise<Record<SideName, PoliciesInForce>>>
  approvers: Map<string, Promise<FoundApprovers>>
  /** By member: what they ordered in the days before, as each side let it through. */
  earlier: Map<string, Record<SideName, Earlier[]>>
  orders: number
  sides: Record<SideName, Side>
  steps: Record<SideName, string[][]>
  /** Who decides is asked as of now. */
  at: Date
}

export async function startReplay(db: Db, trial: Trial, at: Date): Promise<Replay> {
  const limits: Limit[] = await db('memberships as m')
    .join('accounts as a', 'a.id', 'm.account_id')
    .where({ 'a.seller_id': trial.sellerId })
    .whereRaw('a.path[1] = (SELECT path[1] FROM accounts WHERE id = ?)', [trial.accountId])
    .whereNotNull('m.order_limit')
    .distinct({ limit: 'm.order_limit', currency: 'm.order_limit_currency' })
    .orderBy(['limit', 'currency'])
  const none = () => ({ none: 0, pending: 0, denied: 0 })
  return {
    ...{ trial, rates: await findRates(db, trial.sellerId), limits, at, orders: 0 },
    ...{ policies: new Map(), approvers: new Map(), earlier: new Map() },
    ...{ sides: { published: none(), draft: none() }, steps: { published: [], draft: [] } },
  }
}

const SPLIT_DAYS_MOST = 90

/** Weighs one past order by both, and counts it. Orders come oldest first, for the days before an order count too. */
export async function tryOn(db: Db, replay: Replay, past: PastSubject): Promise<void> {
  const { id, at, limit, ...asking } = past
  const { trial, rates } = replay
  const policies = await remembered(replay.policies, past.accountId, () => policiesOf(db, trial, past.accountId))
  const since = new Date(at.getTime() - SPLIT_DAYS_MOST * 86_400_000)
  const earlier = replay.earlier.get(past.membershipId) ?? { published: [], draft: [] }
  replay.earlier.set(past.membershipId, earlier)
  replay.orders += 1
  for (const side of sides) {
    earlier[side] = earlier[side].filter((one) => one.at > since)
    const known: Known = {
      ...{ policies: policies[side], rates, limit, earlier: earlier[side] },
      findApprovers: (step, question) =>
        remembered(replay.approvers, approversKey(replay, step, question), () =>
          findApprovers(db, step, { ...question, at: replay.at }),
        ),
    }
    const { verdict, steps } = await weighFacts(db, { ...asking, sellerId: trial.sellerId, placedBy: null, known, at })
    replay.sides[side][({ none: 'none', steps: 'pending', denied: 'denied' } as const)[verdict.outcome]] += 1
    for (const { approvers } of steps) replay.steps[side].push(approvers.seats.map((seat) => seat.personId))
    if (verdict.outcome !== 'denied') earlier[side].push({ kind: 'order', id, facts: past.facts, at })
  }
}

/** The policies over an account as published, and with the draft in its place. */
async function policiesOf(db: Db, trial: Trial, accountId: string): Promise<Record<SideName, PoliciesInForce>> {
  const published = await listPoliciesOver(db, accountId)
  const account: { path: string[] } | undefined = await db('accounts').where({ id: accountId }).first('path')
  const depth = (id: string) => account?.path.indexOf(id) ?? -1
  const tried = { policyId: trial.policyId, accountId: trial.accountId, number: 0, content: trial.draft }
  const draft = [...published.filter((p) => p.policyId !== trial.policyId), tried]
  draft.sort((a, b) => depth(b.accountId) - depth(a.accountId))
  return { published: combinePolicies(published), draft: combinePolicies(draft) }
}

/** All that the approvers of a step depend on. */
function approversKey({ limits }: Replay, { who, need }: PlannedStep, question: ApproverQuestion): string {
  const { accountId, membershipId, excluded, fallback, facts } = question
  const chain = [membershipId, ...limits.map(({ limit, currency }) => Number(covers(limit, currency, question)))]
  const codes = [facts.costCentre, ...facts.lines.map((line) => line.costCentre)]
  const more = { 'manager-chain': chain, 'cost-centre-owner': [...new Set(codes)].sort() }
  return JSON.stringify([who, need, accountId, excluded, fallback, who.by in more && more[who.by as keyof typeof more]])
}

function remembered<T>(cache: Map<string, Promise<T>>, key: string, find: () => Promise<T>): Promise<T> {
  const found = cache.get(key) ?? find()
  cache.set(key, found)
  return found
}

/** What came of the count, with names and how long each took for past decisions. */
export async function sumUp(db: Db, count: Replay): Promise<TrialResult> {
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
