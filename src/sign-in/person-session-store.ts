// Keeps the sessions of signed-in people, by the hash of their tokens.
import type { Db } from '../database/database.ts'
import { sha256 } from '../secrets.ts'

export interface NewPersonSession {
  id: string
  sellerId: string
  personId: string
  token: string
  membershipId: string | null
  way: string
  userAgent: string | null
  expiresAt: Date
}

export async function insertPersonSession(db: Db, session: NewPersonSession, at: Date): Promise<void> {
  await db('person_sessions').insert({
    id: session.id,
    seller_id: session.sellerId,
    person_id: session.personId,
    token_hash: sha256(session.token),
    membership_id: session.membershipId,
    way: session.way,
    user_agent: session.userAgent?.slice(0, 300) ?? null,
    created_at: at,
    used_at: at,
    expires_at: session.expiresAt,
  })
}

export interface OpenPersonSession {
  id: string
  sellerId: string
  personId: string
  membershipId: string | null
}

/** Gives a session another token and company: the token before is dead. False = it has ended meanwhile. */
export async function updatePersonSession(
  db: Db,
  id: string,
  change: { token: string; membershipId: string | null },
  at: Date,
): Promise<boolean> {
  const changed = await db('person_sessions')
    .where({ id, ended_at: null })
    .where('expires_at', '>', at)
    .update({ token_hash: sha256(change.token), membership_id: change.membershipId, acting_id: null, used_at: at })
  return changed > 0
}

/** Ends sessions: one, all of a person (but one), or those in a company. Returns how many. */
export async function endPersonSessions(
  db: Db,
  which:
    | { id: string }
    | { personId: string; exceptId?: string | null }
    | { membershipId: string }
    | { accountId: string },
  at: Date,
): Promise<number> {
  const query = db('person_sessions').where({ ended_at: null })
  if ('id' in which) query.where({ id: which.id })
  else if ('personId' in which) {
    query.where({ person_id: which.personId })
    if (which.exceptId) query.whereNot({ id: which.exceptId })
  } else if ('membershipId' in which) query.where({ membership_id: which.membershipId })
  else
    query.whereRaw(
      `membership_id IN (SELECT m.id FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE a.path @> ARRAY[?]::uuid[])`,
      [which.accountId],
    )
  return query.update({ ended_at: at })
}

export interface Company {
  membershipId: string
  accountId: string
  name: string
  role: string | null
}

/** The companies a person may be in, by name. */
export async function listCompanies(db: Db, personId: string): Promise<Company[]> {
  return db('memberships as m')
    .join('accounts as a', 'a.id', 'm.account_id')
    .select({ membershipId: 'm.id', accountId: 'a.id', name: 'a.name', role: 'm.role' })
    .where({ 'm.person_id': personId, 'm.status': 'active', 'a.status': 'active' })
    .orderBy('a.name')
    .orderBy('m.id')
}
