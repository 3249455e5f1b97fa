// Keeps the seller's own people, the portfolios of its agents, and whom they act for.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { StaffRoleName } from './permission.ts'

export interface StaffMember {
  id: string
  personId: string
  email: string
  name: string
  role: StaffRoleName
  status: 'active' | 'suspended'
  /** Their portfolio: these accounts and all below. */
  accountIds: string[]
}

const COLUMNS = {
  id: 's.id',
  personId: 's.person_id',
  email: 'p.email',
  name: 'p.name',
  role: 's.role',
  status: 's.status',
}

function staffOf(db: Db, sellerId: string) {
  return db('staff as s')
    .join('people as p', 'p.id', 's.person_id')
    .select(COLUMNS)
    .select({ accountIds: db.raw('ARRAY(SELECT account_id FROM agent_assignments WHERE staff_id = s.id ORDER BY 1)') })
    .where({ 's.seller_id': sellerId })
}

export async function listStaff(
  db: Db,
  sellerId: string,
  after: string | undefined,
  limit: number,
): Promise<StaffMember[]> {
  const query = staffOf(db, sellerId).orderBy('s.id').limit(limit)
  return after ? query.where('s.id', '>', after) : query
}

export async function findStaff(db: Db, sellerId: string, id: string): Promise<StaffMember | undefined> {
  return staffOf(db, sellerId).where({ 's.id': id }).first()
}

/** Throws HubError conflict when they are one of the seller's people already. */
export async function addStaff(
  db: Db,
  sellerId: string,
  input: Pick<StaffMember, 'email' | 'name' | 'role'>,
  stamp: Stamp,
): Promise<string> {
  const { email, name, role } = input
  await db('people')
    .insert({ id: stamp.newId(), seller_id: sellerId, email, name, created_at: stamp.at })
    .onConflict(db.raw('(seller_id, lower(email))'))
    .ignore()
  const person = await db('people')
    .where({ seller_id: sellerId })
    .whereRaw('lower(email) = lower(?)', [email])
    .first('id')
  const id = stamp.newId()
  const rows = await db('staff')
    .insert({ id, seller_id: sellerId, person_id: person.id, role, created_at: stamp.at })
    .onConflict('person_id')
    .ignore()
    .returning('id')
  if (rows.length === 0) throw new HubError('conflict', `${email} is one of your people already.`)
  return id
}

export async function changeStaff(
  db: Db,
  id: string,
  change: { role?: StaffRoleName | undefined; status?: StaffMember['status'] | undefined },
): Promise<void> {
  const row = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  if (Object.keys(row).length > 0) await db('staff').where({ id }).update(row)
}

/** Makes these accounts an agent's portfolio. Throws HubError not_found when one isn't the seller's. */
export async function setPortfolio(
  db: Db,
  sellerId: string,
  staffId: string,
  accountIds: readonly string[],
  stamp: Stamp,
): Promise<void> {
  const ids = [...new Set(accountIds)]
  const found = await db('accounts').select('id').where({ seller_id: sellerId }).whereIn('id', ids)
  if (found.length < ids.length) throw new HubError('not_found', 'There is no such company account.')
  await db('agent_assignments').where({ staff_id: staffId }).whereNotIn('account_id', ids).delete()
  if (ids.length > 0)
    await db('agent_assignments')
      .insert(ids.map((account_id) => ({ staff_id: staffId, account_id, created_at: stamp.at })))
      .onConflict()
      .ignore()
}

export interface Acting {
  sellerId: string
  staffId: string
  membershipId: string
  reason: string
  expiresAt: Date
}

/** Begins to act for a membership; the person session switches into it. Returns its id. */
export async function startActing(db: Db, sessionId: string, acting: Acting, stamp: Stamp): Promise<string> {
  const id = stamp.newId()
  await db('acting_sessions').insert({
    id,
    seller_id: acting.sellerId,
    staff_id: acting.staffId,
    membership_id: acting.membershipId,
    reason: acting.reason,
    expires_at: acting.expiresAt,
    created_at: stamp.at,
  })
  await db('person_sessions').where({ id: sessionId }).update({ acting_id: id })
  return id
}

/** Whatever one of the seller's people does for customers ends: they may act for others now, or for nobody. */
export async function endActingBy(db: Db, staffId: string, at: Date): Promise<void> {
  await db('acting_sessions').where({ staff_id: staffId }).whereNull('ended_at').update({ ended_at: at })
}

/** Ends it: every session that acts so is the agent's own again. */
export async function endActing(db: Db, actingId: string, at: Date): Promise<void> {
  await db('acting_sessions').where({ id: actingId }).whereNull('ended_at').update({ ended_at: at })
  await db('person_sessions').where({ acting_id: actingId }).update({ acting_id: null })
}

/** The last administrator of the seller's stays: `change` runs under a lock. Throws HubError conflict. */
export async function keepingStaffAdministrator<T>(db: Db, sellerId: string, change: () => Promise<T>): Promise<T> {
  await db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 7219))', [`staff ${sellerId}`])
  const count = () => db('staff').where({ seller_id: sellerId, role: 'administrator', status: 'active' }).first('id')
  const before = await count()
  const result = await change()
  if (before && !(await count())) throw new HubError('conflict', 'That is the seller’s last administrator.')
  return result
}
