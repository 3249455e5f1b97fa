// Why it came out so: which rules matched and which did not, the facts, who is left out, who could decide, and the nearest way through.
import type { Db } from '../database/database.ts'
import type { ApprovalRequest, ApprovalState, Candidate, Excluded, PoliciesUsed, StepState } from './approval.ts'
import { listDecisions, listSeats, listSteps } from './approval-store.ts'
import { listDeputies } from './delegation-store.ts'
import type { ApprovalFacts, Rates, RuleVerdict } from './policy.ts'
import type { Split } from './suspect-split.ts'
import type { Weighed } from './weigh-facts.ts'

export interface Explanation {
  outcome: 'none' | 'pending' | 'denied' | ApprovalState
  rules: RuleVerdict[]
  denials: string[]
  warnings: string[]
  facts: ApprovalFacts
  rates: Rates
  policies: PoliciesUsed['versions']
  excluded: (Excluded & { name: string })[]
  split: Split | null
  steps: {
    name: string
    rules: string[]
    state: StepState
    needed: number
    /** How many of them have agreed. */
    agreed: number
    /** Who could decide, and in whose place. */
    deciders: { personId: string; name: string; how: string }[]
  }[]
  nearestWay: string
}

type Step = Omit<Explanation['steps'][number], 'deciders'> & { deciders: { personId: string; how: string }[] }

/** Explains a request as it stands now. */
export async function explainRequest(db: Db, request: ApprovalRequest, at: Date): Promise<Explanation> {
  const steps = await listSteps(db, [request.id])
  const [seats, decisions] = await Promise.all([
    listSeats(
      db,
      steps.map((s) => s.id),
    ),
    listDecisions(db, [request.id]),
  ])
  const explained: Step[] = []
  for (const { id, plan, state, needed } of steps) {
    const of = seats.filter((seat) => seat.stepId === id)
    const done = new Set(decisions.filter((d) => d.stepId === id).map((d) => d.personId))
    const deputies = await listDeputies(db, of, request, at)
    const all = [
      ...of.map(({ personId, via }) => ({ personId, how: via as string })),
      ...deputies.map(({ personId }) => ({ personId, how: 'delegation' })),
    ]
    const left = request.why.excluded.map((e) => e.personId)
    const deciders = all.filter((d) => !done.has(d.personId) && !left.includes(d.personId))
    const agreed = decisions.filter((d) => d.stepId === id && d.decision === 'approve').length
    explained.push({ name: plan.name, rules: plan.rules, state, needed, agreed, deciders })
  }
  const { state, why, facts, rates, policies } = request
  const outcome = state === 'not_needed' ? 'none' : state
  return finish(db, { ...why, outcome, rules: why.verdicts, facts, rates, policies: policies.versions }, explained)
}

/** Explains facts that are only thought of. */
export async function explainFacts(db: Db, weighed: Weighed): Promise<Explanation> {
  const { verdict, facts, rates, policies, excluded, split } = weighed
  const steps = weighed.steps.map(
    ({ plan, approvers }): Step => ({
      name: plan.name,
      rules: plan.rules,
      state: 'waiting',
      needed: approvers.needed,
      agreed: 0,
      deciders: approvers.seats.map(({ personId, via }) => ({ personId, how: via })),
    }),
  )
  const outcome = ({ none: 'none', denied: 'denied', steps: 'pending' } as const)[verdict.outcome]
  const { verdicts: rules, denials, warnings } = verdict
  return finish(
    db,
    { outcome, rules, denials, warnings, facts, rates, policies: policies.versions, excluded, split },
    steps,
  )
}

async function finish(
  db: Db,
  known: Omit<Explanation, 'steps' | 'nearestWay' | 'excluded'> & { excluded: Excluded[]; verdicts?: unknown },
  steps: readonly Step[],
): Promise<Explanation> {
  const ids = [...known.excluded, ...steps.flatMap((s) => s.deciders)].map(
    (p: Pick<Candidate, 'personId'>) => p.personId,
  )
  const rows: { id: string; name: string }[] = await db('people').select('id', 'name').whereIn('id', ids)
  const nameOf = (id: string) => rows.find((row) => row.id === id)?.name ?? ''
  const named = steps.map((s) => ({
    ...s,
    deciders: s.deciders.map((d) => ({ ...d, name: nameOf(d.personId) })),
  }))
  const { outcome, rules, denials, warnings, facts, rates, policies, split } = known
  const excluded = known.excluded.map((e) => ({ ...e, name: nameOf(e.personId) }))
  const nearestWay = wayThrough(outcome, rules, denials, named)
  return { outcome, rules, denials, warnings, facts, rates, policies, excluded, split, steps: named, nearestWay }
}

function wayThrough(
  outcome: Explanation['outcome'],
  rules: readonly RuleVerdict[],
  denials: readonly string[],
  steps: Explanation['steps'],
): string {
  if (outcome === 'none') return 'Nobody has to approve it.'
  if (outcome === 'denied') {
    const by = rules
      .filter((rule) => rule.matched && rule.effect === 'deny')
      .map((rule) => `“${rule.rule}” (${rule.why})`)
    return `${denials.join(' ')} It goes through only without what is forbidden by ${by.join(' and ')}.`
  }
  if (outcome !== 'pending') return `It is ${outcome.replace('_', ' ')}: nothing is left to decide.`
  const left = steps.filter((step) => step.state === 'open' || step.state === 'waiting')
  return left
    .map(({ name, needed, agreed, deciders }) => {
      const names = [...new Set(deciders.map((d) => d.name))]
      const missing = needed - agreed
      if (names.length === 0)
        return `“${name}”: nobody can decide it; who may override, or a fallback in the policy, can`
      if (missing >= names.length) return `“${name}”: ${names.join(' and ')}`
      return `“${name}”: ${missing > 1 ? `${missing} of ` : ''}${names.join(missing > 1 ? ', ' : ' or ')}`
    })
    .join('; then ')
}
