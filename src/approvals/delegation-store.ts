// Keeps delegations: who decides in whose place, from when until when, up to what amount.
import type { Db } from '../database/database.ts'
import { compareDecimals } from '../money.ts'
import type { Candidate } from './approval.ts'
import { convert, type Rates } from './policy.ts'

export interface Delegation {
  id: string
  sellerId: string
  fromMembershipId: string
  toMembershipId: string
  /** Half-open: from `validFrom` on, no more at `validUntil`. */
  validFrom: Date
  validUntil: Date
  /** The most a request may be for, gross; null = as the delegator. */
  cap: string | null
  capCurrency: string | null
  reason: string | null
  endedAt: Date | null
  createdAt: Date
}

const DELEGATION = {
  id: 'd.id',
  sellerId: 'd.seller_id',
  fromMembershipId: 'd.from_membership_id',
  toMembershipId: 'd.to_membership_id',
  validFrom: 'd.valid_from',
  validUntil: 'd.valid_until',
  cap: 'd.cap',
  capCurrency: 'd.cap_currency',
  reason: 'd.reason',
  endedAt: 'd.ended_at',
  createdAt: 'd.created_at',
} as const

export async function insertDelegation(db: Db, d: Delegation): Promise<void> {
  await db('approval_delegations').insert({
    id: d.id,
    seller_id: d.sellerId,
    from_membership_id: d.fromMembershipId,
    to_membership_id: d.toMembershipId,
    valid_from: d.validFrom,
    valid_until: d.validUntil,
    cap: d.cap,
    cap_currency: d.capCurrency,
    reason: d.reason,
    created_at: d.createdAt,
  })
}

/** Those a membership gave or was given, newest first. */
export async function listDelegations(
  db: Db,
  membershipId: string,
  page: { after?: string | undefined; limit: number },
): Promise<Delegation[]> {
  const query = db('approval_delegations as d')
    .select(DELEGATION)
    .where((q) => q.where('d.from_membership_id', membershipId).orWhere('d.to_membership_id', membershipId))
    .orderBy('d.id', 'desc')
    .limit(page.limit)
  return page.after ? query.where('d.id', '<', page.after) : query
}

export async function findDelegation(db: Db, sellerId: string, id: string): Promise<Delegation | undefined> {
  return db('approval_delegations as d').select(DELEGATION).where({ 'd.seller_id': sellerId, 'd.id': id }).first()
}

export async function endDelegation(db: Db, id: string, at: Date): Promise<void> {
  await db('approval_delegations').where({ id }).whereNull('ended_at').update({ ended_at: at })
}

export interface Deputy extends Candidate {
  /** Whose seat it is. */
  seatPersonId: string
}

/**
 * Everybody who may sit in the places of these people now: their delegates, and those they delegated to in turn. A request above a
 * cap, or in a currency the cap can't be compared with, is not theirs.
 */
export async function listDeputies(
  db: Db,
  seats: readonly Candidate[],
  request: { amount: string; currency: string; rates: Rates },
  at: Date,
): Promise<Deputy[]> {
  const deputies: Deputy[] = []
  let places = seats.map(({ personId, membershipId }) => ({ seatPersonId: personId, membershipId }))
  const seen = new Set(places.map((p) => `${p.seatPersonId} ${p.membershipId}`))
  while (places.length > 0) {
    const rows: (Delegation & { personId: string })[] = await db('approval_delegations as d')
      .join('memberships as m', 'm.id', 'd.to_membership_id')
      .join('people as p', 'p.id', 'm.person_id')
      .select({ ...DELEGATION, personId: 'm.person_id' })
      .whereIn(
        'd.from_membership_id',
        places.map((p) => p.membershipId),
      )
      .whereNull('d.ended_at')
      .where('d.valid_from', '<=', at)
      .where('d.valid_until', '>', at)
      .where({ 'm.status': 'active', 'p.status': 'active' })
    const next: typeof places = []
    for (const row of rows)
      for (const place of places.filter((p) => p.membershipId === row.fromMembershipId)) {
        const key = `${place.seatPersonId} ${row.toMembershipId}`
        if (seen.has(key) || !underCap(row, request)) continue
        seen.add(key)
        deputies.push({ personId: row.personId, membershipId: row.toMembershipId, seatPersonId: place.seatPersonId })
        next.push({ seatPersonId: place.seatPersonId, membershipId: row.toMembershipId })
      }
    places = next
  }
  return deputies
}

function underCap(
  { cap, capCurrency }: Delegation,
  request: { amount: string; currency: string; rates: Rates },
): boolean {
  if (cap === null || capCurrency === null) return true
  const amount = convert(request.amount, request.currency, capCurrency, request.rates)
  return amount !== null && compareDecimals(amount, cap) <= 0
}
