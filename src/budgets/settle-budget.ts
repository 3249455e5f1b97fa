// What becomes of a claim: committed when the ERP has the order, released when it ends, settled by what was invoiced, given back by credit
// notes. Each may be said again: it changes nothing the second time.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { addDecimals, compareDecimals, multiplyDecimals } from '../money.ts'
import { type Claim, findTimed, lockClaims, type NewEntry, renameClaims, writeEntries } from './budget-store.ts'
import { type Amounts, onBasis, type Spender, shareOf } from './charge.ts'
import { openPeriods } from './open-periods.ts'

const negative = (decimal: string) => multiplyDecimals(decimal, '-1')
const isZero = (decimal: string) => compareDecimals(decimal, '0') === 0
const smaller = (a: string, b: string) => (compareDecimals(a, b) < 0 ? a : b)
const entryOf = ({ periodId, claimId, kind, id }: Claim): Pick<NewEntry, 'periodId' | 'claim'> => ({
  periodId,
  claim: { claimId, kind, id },
})

/** Claims there are of these, without a lock: most orders have none. */
export async function findClaimed(db: Db, spenders: readonly Spender[]): Promise<Spender[]> {
  if (spenders.length === 0) return []
  const ids: string[] = await db('budget_claims')
    .whereIn(
      'spender_id',
      spenders.map((s) => s.id),
    )
    .whereRaw('(reserved <> 0 OR committed <> 0 OR refunded <> 0)')
    .distinct('spender_id')
    .pluck('spender_id')
  return spenders.filter((s) => ids.includes(s.id))
}

const listed = (spenders: Spender | readonly Spender[]): readonly Spender[] =>
  Array.isArray(spenders) ? spenders : [spenders as Spender]

/** The ERP has it: what was reserved is committed. */
export async function commitBudget(db: Db, spenders: Spender | readonly Spender[], stamp: Stamp): Promise<void> {
  const some = await findClaimed(db, listed(spenders))
  if (some.length === 0) return
  const { claims } = await lockClaims(db, some)
  await writeEntries(db, claims.flatMap(commitOf), stamp)
}

function commitOf(c: Claim): NewEntry[] {
  if (isZero(c.reserved)) return []
  return [{ ...entryOf(c), kind: 'commit', reserved: negative(c.reserved), committed: c.reserved }]
}

/** It was rejected, withdrawn, cancelled or ran out: all it claims is free again. */
export async function releaseBudget(
  db: Db,
  spenders: Spender | readonly Spender[],
  reason: string,
  stamp: Stamp,
): Promise<void> {
  const some = await findClaimed(db, listed(spenders))
  if (some.length === 0) return
  const { claims } = await lockClaims(db, some)
  const open = claims.filter((c) => !isZero(addDecimals(c.reserved, c.committed)))
  await writeEntries(
    db,
    open.map((c) => ({
      ...{ ...entryOf(c), kind: 'release', note: reason },
      ...{ reserved: negative(c.reserved), committed: negative(c.committed) },
    })),
    stamp,
  )
}

/** Soft reservations whose time is over, up to `limit`. Returns how many. Run it in a transaction of its own. */
export async function expireReservations(db: Db, limit: number, stamp: Stamp): Promise<number> {
  const spenders: Spender[] = await db('budget_claims')
    .select({ kind: 'spender_kind', id: 'spender_id' })
    .where('expires_at', '<=', stamp.at)
    .where('reserved', '>', 0)
    .orderBy('expires_at')
    .limit(limit)
  const { claims } = await lockClaims(db, spenders)
  // Whoever was faster may have returned the cart again.
  const due: string[] = await db('budget_claims')
    .whereIn(
      'id',
      claims.map((c) => c.claimId),
    )
    .where('expires_at', '<=', stamp.at)
    .where('reserved', '>', 0)
    .pluck('id')
  const ended = claims.filter((c) => due.includes(c.claimId))
  await writeEntries(
    db,
    ended.map((c) => ({ ...entryOf(c), kind: 'release', reserved: negative(c.reserved), note: 'ran out' })),
    stamp,
  )
  await db('budget_claims').whereIn('id', due).update({ expires_at: null })
  return ended.length
}

/** What one spender claimed is another's: a requisition became an order. Done before: nothing. */
export async function renameSpender(db: Db, from: Spender, to: Spender, _stamp: Stamp): Promise<void> {
  await renameClaims(db, from, to)
}

/** A claim's part of amounts of its spend, in its budget's currency. */
function partOf(c: Claim, amounts: Amounts): string {
  return shareOf(c.charged, onBasis(amounts, c.budget), c.whole, c.budget.currency)
}

/**
 * A credit note of an order gives back its amounts (positive), never more than is committed, once per `key`: in the period the money was
 * spent of, or in the present one where the budget says so.
 */
export async function refundBudget(
  db: Db,
  { order, key, amounts }: { order: Spender; key: string; amounts: Amounts },
  stamp: Stamp,
): Promise<void> {
  if ((await findClaimed(db, [order])).length === 0) return
  const of: string[] = await db('budget_claims')
    .where({ spender_kind: order.kind, spender_id: order.id })
    .pluck('budget_id')
  const later = (await findTimed(db, of)).filter((b) => b.refundTo === 'current')
  const opened = await openPeriods(
    db,
    later.map((budget) => ({ budget, at: stamp.at })),
    stamp,
  )
  const present = new Map(later.map((b, i) => [b.id, opened[i] as string]))
  const { claims } = await lockClaims(db, [order], opened)
  const given = await db('budget_entries')
    .whereIn(
      'claim_id',
      claims.map((c) => c.claimId),
    )
    .where({ kind: 'refund', key })
    .pluck('claim_id')
  await writeEntries(
    db,
    claims.flatMap((c): NewEntry[] => {
      // Reserved still: the ERP's yes was lost, for it has invoiced.
      const committed = addDecimals(c.committed, c.reserved)
      const amount = smaller(partOf(c, amounts), committed)
      if (given.includes(c.claimId) || compareDecimals(amount, '0') <= 0) return []
      const periodId = present.get(c.budgetId) ?? c.periodId
      return [
        ...commitOf(c),
        { ...entryOf(c), periodId, kind: 'refund', committed: negative(amount), key, note: 'credit note' },
      ]
    }),
    stamp,
  )
}

/** Credit notes of an order that are no more, all but `keys`: what they gave back is spent again, once, where it was given back. */
export async function takeBackRefunds(
  db: Db,
  { order, keys }: { order: Spender; keys: readonly string[] },
  stamp: Stamp,
): Promise<void> {
  const { claims } = await lockClaims(db, [order])
  const refunded = claims.filter((c) => !isZero(c.refunded))
  const refunds: { claimId: string; periodId: string; key: string; committed: string }[] = await db('budget_entries')
    .select({ claimId: 'claim_id', periodId: 'period_id', key: 'key', committed: 'committed' })
    .where({ kind: 'refund' })
    .where('committed', '<', 0)
    .whereIn(
      'claim_id',
      refunded.map((c) => c.claimId),
    )
    .whereNotIn('key', [...keys])
  await writeEntries(
    db,
    refunds.flatMap(({ claimId, periodId, key, committed }): NewEntry[] => {
      const claim = refunded.find((c) => c.claimId === claimId)
      const again = { kind: 'refund', committed: negative(committed), key: `${key} cancelled` } as const
      return claim ? [{ ...entryOf(claim), ...again, periodId, note: 'credit note cancelled' }] : []
    }),
    stamp,
  )
}

/**
 * What is claimed becomes what the order comes to now (`amounts`), less what credit notes gave back: when all of it is invoiced, or part of
 * it will not be delivered. `invoiced`: it is committed at the latest now.
 */
export async function settleInvoiced(
  db: Db,
  { order, amounts, invoiced = true, note }: { order: Spender; amounts: Amounts; invoiced?: boolean; note?: string },
  stamp: Stamp,
): Promise<void> {
  if ((await findClaimed(db, [order])).length === 0) return
  const { claims } = await lockClaims(db, [order])
  await writeEntries(
    db,
    claims.flatMap((c): NewEntry[] => {
      const held = addDecimals(c.reserved, c.committed)
      if (isZero(held)) return []
      const due = addDecimals(partOf(c, amounts), negative(c.refunded))
      const by = addDecimals(compareDecimals(due, '0') < 0 ? '0' : due, negative(held))
      const commit = invoiced ? commitOf(c) : []
      if (isZero(by)) return commit
      const reservedYet = !invoiced && !isZero(c.reserved)
      const change = reservedYet ? { reserved: by } : { committed: by }
      const kind = compareDecimals(by, '0') < 0 && !invoiced ? 'release' : 'adjust'
      return [...commit, { ...entryOf(c), kind, ...change, note: note ?? 'invoiced' }]
    }),
    stamp,
  )
}
