// What is wrong with a policy before it is kept: steps nobody can reach, steps nobody can decide, amounts in several currencies.
import type { Db } from '../database/database.ts'
import { compareDecimals } from '../money.ts'
import { findApprovers } from './find-approvers.ts'
import { type Condition, currenciesOf, type Policy, type PolicyStep, type Rule } from './policy.ts'
import { findResolver } from './step-resolvers.ts'

export interface PolicyProblem {
  /** Where: `rules.2.action.steps.0`. */
  place: string
  problem: string
}

/** What can be said without looking anybody up. Pure. */
export function checkRules(policy: Policy): PolicyProblem[] {
  const problems: PolicyProblem[] = []
  const add = (place: string, problem: string) => problems.push({ place, problem })
  const names = new Map<string, number>()
  for (const [index, rule] of policy.rules.entries()) {
    const place = `rules.${index}`
    if (names.has(rule.name)) add(`${place}.name`, `“${rule.name}” is rule ${names.get(rule.name)} as well`)
    names.set(rule.name, index)
    const currencies = currenciesOf([rule])
    if (currencies.length > 1) add(`${place}.when`, `compares amounts in ${currencies.join(' and ')}: use one currency`)
    if (rule.action.effect !== 'steps') continue
    const never = contradiction(rule.when.all)
    if (never) add(`${place}.action.steps`, `is never reached: ${never}`)
    const denied = policy.rules.find((other) => other.action.effect === 'deny' && coveredBy(rule, other))
    if (denied) add(`${place}.action.steps`, `is never reached: “${denied.name}” denies whatever matches this rule`)
    for (const [at, step] of rule.action.steps.entries()) {
      const { who, need, timeout } = step
      const where = `${place}.action.steps.${at}`
      if (who.by === 'user' && typeof need === 'object' && need.of > new Set(who.membershipIds).size)
        add(`${where}.need`, `asks for ${need.of} people and names ${new Set(who.membershipIds).size}`)
      if (who.by === 'resolver' && !findResolver(who.name))
        add(`${where}.who.name`, `there is no resolver “${who.name}”`)
      const times = [timeout?.remindAfter, timeout?.escalateAfter, timeout?.endAfter].filter((t) => t !== undefined)
      if (times.some((t, i) => i > 0 && t <= (times[i - 1] ?? 0)))
        add(`${where}.timeout`, 'a reminder comes before the escalation, and both before the end')
    }
  }
  return problems
}

/** As checkRules, and whether somebody could decide each step now. */
export async function checkPolicy(
  db: Db,
  policy: Policy,
  place: { sellerId: string; accountId: string },
  at: Date,
): Promise<PolicyProblem[]> {
  const problems = checkRules(policy)
  const named = policy.rules.flatMap(({ action }) => (action.effect === 'steps' ? action.steps : []))
  const ids = [...policy.fallback, ...named.flatMap(({ who }) => (who.by === 'user' ? who.membershipIds : []))]
  const known: string[] = await db('memberships as m')
    .join('accounts as a', 'a.id', 'm.account_id')
    .where({ 'a.seller_id': place.sellerId })
    // Of the same company tree: nobody is made an approver of strangers.
    .whereRaw('a.path[1] = (SELECT path[1] FROM accounts WHERE id = ?)', [place.accountId])
    .whereIn('m.id', ids)
    .pluck('m.id')
  const unknown = (id: string) => !known.includes(id)
  if (policy.fallback.some(unknown))
    problems.push({ place: 'fallback', problem: `there is no membership ${policy.fallback.find(unknown)}` })
  for (const [index, { action }] of policy.rules.entries()) {
    if (action.effect !== 'steps') continue
    for (const [number, step] of action.steps.entries()) {
      const where = `rules.${index}.action.steps.${number}`
      const stranger = step.who.by === 'user' ? step.who.membershipIds.find(unknown) : undefined
      if (stranger) problems.push({ place: `${where}.who`, problem: `there is no membership ${stranger}` })
      else if (!(await hasApprover(db, step, policy, place.accountId, at)))
        problems.push({ place: `${where}.who`, problem: 'no possible approver: nobody active could decide this now' })
    }
  }
  return problems
}

/** Managers and owners differ from order to order: for these somebody has to be there where they are missing. */
async function hasApprover(db: Db, step: PolicyStep, policy: Policy, accountId: string, at: Date): Promise<boolean> {
  if (await existsBelow(db, step, accountId)) return true
  const { stuck } = await findApprovers(db, step, {
    accountId,
    membershipId: accountId,
    facts: { amounts: { net: '0', gross: '0', withShipping: '0' }, currency: 'EUR', costCentre: null, lines: [] },
    rates: {},
    excluded: [],
    fallback: policy.fallback,
    at,
  })
  return !stuck
}

/** Whether anybody at or below the account has a manager, or any cost centre there an owner. */
async function existsBelow(db: Db, { who }: PolicyStep, accountId: string): Promise<boolean> {
  const column = { 'manager-chain': 'memberships.manager_id', 'cost-centre-owner': 'cost_centres.owner_id' } as const
  if (who.by !== 'manager-chain' && who.by !== 'cost-centre-owner') return false
  const [table, name] = column[who.by].split('.') as [string, string]
  const row = await db(`${table} as t`)
    .join('accounts as a', 'a.id', 't.account_id')
    .whereRaw('a.path @> ARRAY[?]::uuid[]', [accountId])
    .whereNotNull(`t.${name}`)
    .first('t.id')
  return row !== undefined
}

/** Whether everything `rule` matches is matched by `other` too, as far as their conditions show. */
function coveredBy(rule: Rule, other: Rule): boolean {
  if (other.when.any.length > 0) return false
  const own = new Set(rule.when.all.map((c) => JSON.stringify(c)))
  return other.when.all.every((c) => own.has(JSON.stringify(c)))
}

/** Why conditions can't hold together; undefined = they may. */
function contradiction(conditions: readonly Condition[]): string | undefined {
  for (const [index, a] of conditions.entries())
    for (const b of conditions.slice(index + 1)) {
      if (a.fact === 'amount' && b.fact === 'amount' && a.basis === b.basis && a.currency === b.currency) {
        const clash = clashes(a.op, b.op, compareDecimals(a.value, b.value))
        if (clash) return `no amount is ${a.op} ${a.value} and ${b.op} ${b.value}`
      }
      if (a.fact === 'lines' && b.fact === 'lines' && clashes(a.op, b.op, Math.sign(a.value - b.value)))
        return `no number of lines is ${a.op} ${a.value} and ${b.op} ${b.value}`
      if ('is' in a && 'is' in b && a.fact === b.fact && a.is !== b.is) return `${a.fact} is not both`
      if (oneValued(a) && oneValued(b) && a.fact === b.fact && a.op === 'in' && b.op === 'in')
        if (!a.values?.some((value) => b.values?.includes(value))) return `no ${a.fact} is in both lists`
      if (oneValued(a) && oneValued(b) && a.fact === b.fact && a.op === 'present' && b.op === 'absent')
        return `${a.fact} is not present and absent`
    }
  return undefined
}

type CodeCondition = Extract<Condition, { op: 'in' | 'notIn' | 'present' | 'absent' }>

function oneValued(c: Condition): c is CodeCondition {
  return c.fact === 'channel' || c.fact === 'shipTo' || c.fact === 'budget'
}

/** `sign`: of the first value against the second. */
function clashes(a: string, b: string, sign: number): boolean {
  const floor = (op: string) => op === 'above' || op === 'atLeast'
  if (floor(a) === floor(b)) return false
  const [low, high, order] = floor(a) ? [a, b, sign] : [b, a, -sign]
  return order > 0 || (order === 0 && !(low === 'atLeast' && high === 'atMost'))
}
