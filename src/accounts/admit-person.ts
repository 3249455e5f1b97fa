// Lets a newcomer into an account: a person and a membership, made or found; and the account of a company that comes by itself.
import type { Db } from '../database/database.ts'
import { insertAccount, insertMembershipOnce, insertPersonOnce } from './account-store.ts'
import type { RoleName } from './permission.ts'

export interface Newcomer {
  /** For what has to be made. */
  ids: { person: string; membership: string }
  sellerId: string
  accountId: string
  email: string
  name: string
  role: RoleName
  firstSeenBy: string
  /** A new membership waits until they accept. */
  invited?: boolean
}

/** Adds a person and their membership, or returns those that are there, as they are. */
export async function admitPerson(
  db: Db,
  newcomer: Newcomer,
  at: Date,
): Promise<{ personId: string; membershipId: string; status: string }> {
  const { ids, sellerId, accountId, email, name, role, firstSeenBy, invited = false } = newcomer
  const person = await insertPersonOnce(db, { id: ids.person, sellerId, email, name }, at)
  const membership = await insertMembershipOnce(
    db,
    { id: ids.membership, accountId, personId: person.id, role, costCentre: null, firstSeenBy },
    at,
  )
  const { id: membershipId, status } = membership
  if (!invited || membershipId !== ids.membership) return { personId: person.id, membershipId, status }
  await db('memberships').where({ id: membershipId }).update({ status: 'invited' })
  return { personId: person.id, membershipId, status: 'invited' }
}

/** Makes the account of a company the seller did not know: at the top of a tree, without a customer number. */
export async function openCompany(
  db: Db,
  company: { id: string; sellerId: string; name: string },
  at: Date,
): Promise<void> {
  await insertAccount(db, { ...company, parentId: null, kind: 'company', customerNumber: null }, at)
}
