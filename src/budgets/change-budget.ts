// People make budgets, change them, give and take money and move it between them; the audit trail says who.
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { addDecimals, compareDecimals, multiplyDecimals } from '../money.ts'
import type { Budget } from './budget.ts'
import { findTimed, insertBudget, lockClaims, type NewEntry, updateBudget, writeEntries } from './budget-store.ts'
import { countsAt, leftOf, openPeriods } from './open-periods.ts'

export type NewBudget = Omit<Budget, 'id' | 'status' | 'version' | 'createdAt' | 'updatedAt'>

type Timed = Awaited<ReturnType<typeof findTimed>>[number]

const audited = (
  budget: Pick<Budget, 'id' | 'sellerId' | 'accountId'>,
  actor: Actor,
  what: string,
  detail: object,
) => ({
  ...{ sellerId: budget.sellerId, accountId: budget.accountId, actor, action: `budget.${what}` },
  ...{ subjectKind: 'budget', subjectId: budget.id, detail: { ...detail } },
})

/** Makes a budget and opens its present period. Returns its id. */
export async function makeBudget(db: Db, budget: NewBudget, actor: Actor, stamp: Stamp): Promise<string> {
  const id = stamp.newId()
  await insertBudget(db, { ...budget, id }, stamp.at)
  await present(db, id, stamp)
  await recordAudit(db, [audited({ ...budget, id }, actor, 'made', budget)], stamp)
  return id
}

/**
 * Changes a budget as long as it is in `version`. Another amount is given to the present period at once, also below what is claimed of it:
 * then nothing new passes. Throws HubError conflict, not_found.
 */
export async function changeBudget(
  db: Db,
  budget: Budget,
  { version, ...change }: { version: number } & Partial<Omit<Budget, 'id' | 'version'>>,
  actor: Actor,
  stamp: Stamp,
): Promise<void> {
  const periodId = budget.status === 'active' ? await present(db, budget.id, stamp) : undefined
  const [was] = await updateBudget(db, budget.id, version, change, stamp.at)
  if (!was) throw new HubError('conflict', 'The budget was changed meanwhile. Read it again and repeat the change.')
  const by = change.amount === undefined ? '0' : addDecimals(change.amount, multiplyDecimals(budget.amount, '-1'))
  if (periodId && compareDecimals(by, '0') !== 0) {
    await lockClaims(db, [], [periodId])
    await writeEntries(db, [{ periodId, kind: 'adjust', allocated: by, note: 'the budget was changed', actor }], stamp)
  }
  await recordAudit(db, [audited(budget, actor, change.status === 'closed' ? 'closed' : 'changed', change)], stamp)
}

/** Gives the present period of a budget money once (`amount` above zero), or corrects it; once per `key`. */
export async function allocateBudget(
  db: Db,
  budget: Budget,
  { kind, ...given }: { kind: 'allocate' | 'adjust'; amount: string; note: string; key: string },
  actor: Actor,
  stamp: Stamp,
): Promise<void> {
  if (kind === 'allocate' && compareDecimals(given.amount, '0') <= 0)
    throw new HubError('invalid_input', 'amount: must be above zero; to take money away, adjust.')
  assertOpen(await findTimed(db, [budget.id]), stamp.at)
  const periodId = (await present(db, budget.id, stamp)) as string
  await lockClaims(db, [], [periodId])
  const { amount: allocated, note, key } = given
  const written = await writeEntries(db, [{ periodId, kind, allocated, note, key, actor }], stamp)
  if (written > 0)
    await recordAudit(db, [audited(budget, actor, kind === 'allocate' ? 'allocated' : 'adjusted', given)], stamp)
}

/**
 * Moves money that is left from the present period of one budget to that of another, once per `key`. Throws HubError invalid_input where
 * the currencies differ, over_budget where there isn't so much.
 */
export async function transferBudget(
  db: Db,
  { from, to, ...given }: { from: Budget; to: Budget; amount: string; note: string; key: string },
  actor: Actor,
  stamp: Stamp,
): Promise<void> {
  const { amount, note, key } = given
  if (from.id === to.id) throw new HubError('invalid_input', 'to: is the same budget.')
  if (from.currency !== to.currency)
    throw new HubError('invalid_input', `${from.name} is in ${from.currency}, ${to.name} in ${to.currency}.`)
  const open = assertOpen(await findTimed(db, [from.id, to.id]), stamp.at)
  const opened = await openPeriods(
    db,
    open.map((budget) => ({ budget, at: stamp.at })),
    stamp,
  )
  const periodOf = (budget: Budget) => opened[open.findIndex((b) => b.id === budget.id)] as string
  const [source, target] = [periodOf(from), periodOf(to)]
  const { periods } = await lockClaims(db, [], [source, target])
  const known = await db('budget_entries').where({ period_id: source, kind: 'transfer', key }).first('id')
  if (known) return
  const left = leftOf(periods.get(source) ?? { allocated: '0', reserved: '0', committed: '0' })
  if (compareDecimals(amount, left) > 0)
    throw new HubError('over_budget', `${from.name} has ${left} ${from.currency} left, not ${amount}.`)
  const entry: Pick<NewEntry, 'kind' | 'key' | 'actor'> = { kind: 'transfer', key, actor }
  const entries: NewEntry[] = [
    { ...entry, periodId: source, allocated: multiplyDecimals(amount, '-1'), note: `to ${to.name}: ${note}` },
    { ...entry, periodId: target, allocated: amount, note: `from ${from.name}: ${note}` },
  ]
  await writeEntries(db, entries, stamp)
  await recordAudit(
    db,
    [
      audited(from, actor, 'transferred', { ...given, to: to.id }),
      audited(to, actor, 'received', { ...given, from: from.id }),
    ],
    stamp,
  )
}

function assertOpen(budgets: Timed[], at: Date): Timed[] {
  for (const budget of budgets) {
    if (budget.status === 'closed') throw new HubError('wrong_state', `The budget ${budget.name} is closed.`)
    if (!countsAt(budget, at)) throw new HubError('wrong_state', `The budget ${budget.name} has no period today.`)
  }
  return budgets
}

/** The period of now, opened where it wasn't; undefined = the budget has none. */
async function present(db: Db, id: string, stamp: Stamp): Promise<string | undefined> {
  const counting = (await findTimed(db, [id])).filter((budget) => countsAt(budget, stamp.at))
  const [periodId] = await openPeriods(
    db,
    counting.map((budget) => ({ budget, at: stamp.at })),
    stamp,
  )
  return periodId
}
