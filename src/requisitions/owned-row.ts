// What carts, requisitions, quotes and returns have in common: whose they are, THE condition of who sees them, and pages by id.
import type { Knex } from 'knex'
import { type Access, keptPlace, type Reach, whereWithin } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'

/** Whose a row is. */
export interface Owner {
  sellerId: string
  accountId: string
  membershipId: string
  personId: string
  /** The agent who did it for the person. */
  placedBy: string | null
}

export interface OwnedRow extends Owner {
  id: string
  version: number
  createdAt: Date
  updatedAt: Date
}

export const ownedColumns = {
  id: 't.id',
  sellerId: 't.seller_id',
  accountId: 't.account_id',
  membershipId: 't.membership_id',
  personId: 't.person_id',
  placedBy: 't.placed_by',
  version: 't.version',
  createdAt: 't.created_at',
  updatedAt: 't.updated_at',
} as const

export const ownerRow = (owner: Owner) => ({
  seller_id: owner.sellerId,
  account_id: owner.accountId,
  membership_id: owner.membershipId,
  person_id: owner.personId,
  placed_by: owner.placedBy,
})

/** The member who calls. Throws HubError forbidden for whoever is in no company just now. */
export function memberOf(access: Access): Owner {
  const { sellerId, membership, person, actor } = access
  if (!membership || !person) throw new HubError('forbidden', 'Only a member of a company can do this: choose one.')
  const { id: membershipId, accountId } = membership
  return { sellerId, accountId, membershipId, personId: person.id, placedBy: actor?.personId ?? null }
}

/** Rows of a table as `t` within reach: what list, read, count and export all go through. */
export function withinReach(
  db: Db,
  table: 'carts' | 'requisitions' | 'quotes' | 'returns',
  reach: Reach,
): Knex.QueryBuilder {
  const query = db(`${table} as t`).where('t.seller_id', reach.sellerId)
  whereWithin(query, reach, { ...keptPlace, person: 't.person_id' })
  return query
}

/** Newest first, those after the id `after`. */
export function pageById(
  query: Knex.QueryBuilder,
  page: { after?: string | undefined; limit: number },
): Knex.QueryBuilder {
  if (page.after) query.where('t.id', '<', page.after)
  return query.orderBy('t.id', 'desc').limit(page.limit)
}

/** Throws HubError conflict when the caller saw another version. */
export function assertVersion(row: { version: number }, version: number | undefined): void {
  if (version !== undefined && version !== row.version)
    throw new HubError('conflict', `This changed meanwhile: it is at version ${row.version} now. Look at it again.`)
}
