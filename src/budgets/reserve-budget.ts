// Money is claimed: over every budget a spend falls on, at once or not at all, in the caller's transaction. Three statements: find what is
// hit, lock claims and periods by id, write.
import type { Actor } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { addDecimals, compareDecimals, multiplyDecimals } from '../money.ts'
import {
  type Claim,
  findHits,
  findWhetherAny,
  type Hit,
  lockClaims,
  type NewClaim,
  type NewEntry,
  writeEntries,
} from './budget-store.ts'
import type { Charge, Spender } from './charge.ts'
import { countsAt, leftOf, openPeriods } from './open-periods.ts'
import { type BudgetOutcome, type Taking, weighSpend, worstOf } from './weigh-spend.ts'

export interface Spend {
  spender: Spender
  charges: readonly Charge[]
  /** The business date: says which period. A spend whose spender (or one it replaces) has a claim stays in that claim's. */
  at: Date
  /** A soft reservation ends by itself then. */
  expiresAt?: Date | undefined
  /** Their reservations end with this one. */
  replaces?: readonly Spender[] | undefined
}

interface How {
  mode: 'enforce' | 'record'
  /** The person may spend over budgets (budget.exceed): being over one is a warning, nothing else is. */
  mayExceed?: boolean | undefined
  actor?: Actor | undefined
}

/**
 * Reserves what a spend takes of every budget it falls on; what the same spender reserved before is replaced. `enforce`: throws HubError
 * over_budget, with the parts as details, where a budget blocks it, and reserves nothing; what must be asked is reserved all the same.
 * `record`: always reserves.
 */
export async function reserveBudget(
  db: Db,
  { sellerId, mode, mayExceed, actor, ...spend }: { sellerId: string } & Spend & How,
  stamp: Stamp,
): Promise<BudgetOutcome> {
  const [outcome] = await claim(db, sellerId, [spend], { mode, mayExceed, actor, commit: false }, stamp)
  return outcome ?? { parts: [], verdict: 'ok' }
}

/**
 * Records what was bought already, a page at a time: committed, whatever is left. New spenders only. The claims of `also`, of which the
 * page says more, are locked with theirs, so that the caller waits for nothing afterwards. False: the seller has no budgets, so nothing of
 * the page has a claim.
 */
export async function recordSpends(
  db: Db,
  sellerId: string,
  spends: readonly Spend[],
  also: readonly Spender[],
  stamp: Stamp,
): Promise<boolean> {
  if (spends.length + also.length === 0 || !(await findWhetherAny(db, sellerId))) return false
  await claim(db, sellerId, spends, { mode: 'record', commit: true, also }, stamp)
  return true
}

/** What a spend would do, reading only: for policies, and for people who ask. `spender`: whose earlier claims it would replace. */
export async function budgetFacts(
  db: Db,
  input: { sellerId: string; charges: readonly Charge[]; at: Date; spender?: Spender; mayExceed?: boolean },
): Promise<BudgetOutcome> {
  const { sellerId, charges, at, mayExceed } = input
  const spenders = input.spender ? [input.spender] : []
  const hits = (
    await findHits(
      db,
      sellerId,
      charges.map((charge) => ({ charge, at, spenders })),
    )
  ).filter((h) => countsAt(h, at))
  const { claims, periods } = await lockClaims(
    db,
    spenders,
    hits.flatMap((h) => h.periodId ?? []),
    '',
  )
  const left = (hit: Hit) => {
    const period = hit.periodId === null ? undefined : periods.get(hit.periodId)
    return addDecimals(period ? leftOf(period) : hit.amount, ...heldOf(claims, hit.periodId))
  }
  return asOutcome(weighSpend(charges, hits, left, claims, mayExceed))
}

const heldOf = (claims: readonly Claim[], periodId: string | null) =>
  claims.filter((c) => c.periodId === periodId).map((c) => addDecimals(c.reserved, c.committed))

const negative = (decimal: string) => multiplyDecimals(decimal, '-1')

function asOutcome(takings: readonly Taking[]): BudgetOutcome {
  const parts = takings.map(({ whole, ...part }) => part)
  return { parts, verdict: worstOf(parts.map((p) => p.verdict)) }
}

const same = (a: Spender, b: Spender) => a.kind === b.kind && a.id === b.id

async function claim(
  db: Db,
  sellerId: string,
  spends: readonly Spend[],
  how: How & { commit: boolean; also?: readonly Spender[] },
  stamp: Stamp,
): Promise<BudgetOutcome[]> {
  const spendersOf = (s: Spend) => [s.spender, ...(s.replaces ?? [])]
  const flat = spends.flatMap((s, spend) =>
    s.charges.map((charge, place) => ({ spend, place, charge, at: s.at, spenders: spendersOf(s) })),
  )
  const found = flat.length > 0 ? await findHits(db, sellerId, flat) : []
  const hits = found
    .map((hit) => ({ ...hit, of: flat[hit.charge] as (typeof flat)[number] }))
    // A claim stays where it is, also when its budget has ended since.
    .filter((hit) => countsAt(hit, hit.of.at) || hit.periodId !== null)
  const closed = hits.filter((hit) => hit.periodId === null)
  const opened = await openPeriods(
    db,
    closed.map((hit) => ({ budget: hit, at: hit.of.at })),
    stamp,
  )
  for (const [i, hit] of closed.entries()) hit.periodId = opened[i] ?? null
  const { claims, periods } = await lockClaims(
    db,
    [...spends.flatMap(spendersOf), ...(how.also ?? [])],
    hits.flatMap((h) => h.periodId ?? []),
  )

  const left = new Map([...periods].map(([id, period]) => [id, leftOf(period)]))
  const move = (id: string, by: string) => left.set(id, addDecimals(left.get(id) ?? '0', by))
  const newClaims: NewClaim[] = []
  const entries: NewEntry[] = []
  const outcomes: BudgetOutcome[] = []
  for (const [i, spend] of spends.entries()) {
    const { spender } = spend
    const before = claims.filter((c) => spendersOf(spend).some((s) => same(s, c)))
    const own = before.filter((c) => same(c, spender))
    const commit = how.commit || own.some((c) => compareDecimals(c.committed, '0') > 0)
    for (const c of before) move(c.periodId, addDecimals(c.reserved, c.committed))
    const mine = hits.flatMap((h) => (h.of.spend === i ? [{ ...h, charge: h.of.place }] : []))
    const takings = weighSpend(spend.charges, mine, (h) => left.get(h.periodId ?? '') ?? '0', before, how.mayExceed)
    const outcome = asOutcome(takings)
    if (how.mode === 'enforce' && outcome.verdict === 'block') throw overBudget(outcome)
    outcomes.push(outcome)

    const kept = new Set<string>()
    for (const { periodId, budgetId, amount, whole, why } of takings) {
      if (periodId === null) continue
      const known = own.find((c) => c.periodId === periodId)
      const claimId = known?.claimId ?? stamp.newId()
      const currency = spend.charges[0]?.currency ?? ''
      const expiresAt = spend.expiresAt ?? null
      newClaims.push({ ...spender, claimId, budgetId, periodId, currency, whole, charged: amount, expiresAt })
      move(periodId, negative(amount))
      const held = known && compareDecimals(addDecimals(known.reserved, known.committed), '0') > 0
      if (held && compareDecimals(known.charged, amount) === 0) {
        kept.add(known.claimId)
        continue
      }
      if (compareDecimals(amount, '0') === 0) continue
      const entry = { periodId, claim: { ...spender, claimId }, actor: how.actor ?? { hub: 'budgets' } }
      const note = why && how.mayExceed ? `${why} The person may exceed it.` : (why ?? undefined)
      entries.push({ ...entry, kind: 'reserve', reserved: amount, note })
      if (commit) entries.push({ ...entry, kind: 'commit', reserved: negative(amount), committed: amount })
    }
    const replaced = before.filter((c) => !kept.has(c.claimId))
    entries.unshift(
      ...replaced.flatMap((c): NewEntry[] => {
        const committed = own.includes(c) ? c.committed : '0'
        if (compareDecimals(addDecimals(c.reserved, committed), '0') === 0) return []
        const note = own.includes(c) ? 'changed' : `replaced by ${spender.kind} ${spender.id}`
        return [
          {
            ...{ periodId: c.periodId, claim: { kind: c.kind, id: c.id, claimId: c.claimId }, kind: 'release', note },
            ...{ reserved: negative(c.reserved), committed: negative(committed) },
          },
        ]
      }),
    )
  }
  await writeEntries(db, entries, stamp, newClaims)
  return outcomes
}

function overBudget({ parts, verdict }: BudgetOutcome): HubError {
  const blocking = parts.filter((p) => p.verdict === 'block')
  return new HubError('over_budget', blocking.map((p) => p.why).join(' '), { details: { parts, verdict } })
}
