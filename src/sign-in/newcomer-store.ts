// Writes what becomes of people on their way in: greeted, accepted, and the rules of who may come.
import type { Db } from '../database/database.ts'

/** False = greeted before, or no such person. */
export async function markWelcomed(db: Db, sellerId: string, personId: string, at: Date): Promise<boolean> {
  const changed = await db('people')
    .where({ id: personId, seller_id: sellerId, welcomed_at: null })
    .update({ welcomed_at: at })
  return changed > 0
}

/** An invited member becomes active. False = the invitation was taken back, or accepted before. */
export async function activateMembership(db: Db, membershipId: string, at: Date): Promise<boolean> {
  const changed = await db('memberships')
    .where({ id: membershipId, status: 'invited' })
    .update({ status: 'active', updated_at: at })
  return changed > 0
}

export async function renamePerson(db: Db, personId: string, name: string): Promise<void> {
  await db('people').where({ id: personId }).update({ name })
}

export interface InvitedMember {
  membershipId: string
  status: string
  accountId: string
  accountName: string
  accountStatus: string
  sellerId: string
  sellerName: string
  personId: string
  email: string
  name: string
  personStatus: string
  /** Whether they can sign in already: an existing person just accepts. */
  hasPassword: boolean
}

export async function findInvitedMember(db: Db, membershipId: string): Promise<InvitedMember | undefined> {
  return db('memberships as m')
    .join('people as p', 'p.id', 'm.person_id')
    .join('accounts as a', 'a.id', 'm.account_id')
    .join('sellers as s', 's.id', 'a.seller_id')
    .select({
      membershipId: 'm.id',
      status: 'm.status',
      accountId: 'a.id',
      accountName: 'a.name',
      accountStatus: 'a.status',
      sellerId: 's.id',
      sellerName: 's.name',
      personId: 'p.id',
      email: 'p.email',
      name: 'p.name',
      personStatus: 'p.status',
    })
    .select(db.raw('EXISTS (SELECT FROM passwords w WHERE w.person_id = p.id) AS "hasPassword"'))
    .where({ 'm.id': membershipId })
    .first()
}
