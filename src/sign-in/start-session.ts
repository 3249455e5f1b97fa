// Starts, moves and ends the sessions of people. Every start and every switch of company gives a new token, so that a token somebody
// else put into a browser, or saw before, opens nothing.
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { SESSION_HOURS, type SignInWay } from './person-session.ts'
import { endPersonSessions, insertPersonSession, listCompanies, updatePersonSession } from './person-session-store.ts'
import { assertSecondFactor } from './second-factor-store.ts'

export interface SessionStart {
  sellerId: string
  personId: string
  /** `hubs_...`, from sessionToken(). */
  token: string
  way: SignInWay
  userAgent: string | null
}

/**
 * Signs a person in. Who is in one company only is in it at once; who is in several, or has to set up a second factor first, in
 * none yet. Returns the membership. Call it with who was proven only.
 */
export async function startSession(db: Db, start: SessionStart, stamp: Stamp): Promise<string | null> {
  const companies = await listCompanies(db, start.personId)
  const only = companies.length === 1 ? companies[0] : undefined
  const membershipId = only && (await mayEnter(db, start.personId, only.accountId)) ? only.membershipId : null
  const expiresAt = new Date(stamp.at.getTime() + SESSION_HOURS * 3_600_000)
  const id = stamp.newId()
  await insertPersonSession(db, { ...start, id, membershipId, expiresAt }, stamp.at)
  await recordAudit(
    db,
    [
      {
        sellerId: start.sellerId,
        accountId: only?.accountId ?? null,
        actor: { personId: start.personId },
        action: 'session.started',
        subjectKind: 'person',
        subjectId: start.personId,
        detail: { way: start.way },
      },
    ],
    stamp,
  )
  return membershipId
}

async function mayEnter(db: Db, personId: string, accountId: string): Promise<boolean> {
  try {
    await assertSecondFactor(db, personId, accountId)
    return true
  } catch (error) {
    if (error instanceof HubError && error.code === 'second_factor_needed') return false
    throw error
  }
}

/**
 * Puts a session into another company of its person, under a new token. Throws HubError not_found (not a company of theirs),
 * second_factor_needed, unauthenticated (the session ended meanwhile).
 */
export async function chooseCompany(
  db: Db,
  session: { id: string; sellerId: string; personId: string; token: string; actor: Actor },
  accountId: string,
  stamp: Stamp,
): Promise<void> {
  const company = (await listCompanies(db, session.personId)).find((c) => c.accountId === accountId)
  if (!company) throw new HubError('not_found', 'You are not in this company.')
  await assertSecondFactor(db, session.personId, accountId)
  const moved = await updatePersonSession(
    db,
    session.id,
    { token: session.token, membershipId: company.membershipId },
    stamp.at,
  )
  if (!moved) throw new HubError('unauthenticated', 'You are not signed in any more. Sign in again.')
  await recordAudit(
    db,
    [
      {
        sellerId: session.sellerId,
        accountId,
        actor: session.actor,
        action: 'session.switched',
        subjectKind: 'membership',
        subjectId: company.membershipId,
        detail: {},
      },
    ],
    stamp,
  )
}

/** Signs out: this session's token is dead at once. */
export async function endSession(db: Db, sessionId: string, at: Date): Promise<void> {
  await endPersonSessions(db, { id: sessionId }, at)
}

/**
 * Ends every session of a person, of a membership, or of an account and all below it, at once: on deactivation, a new password, a
 * change of privilege. Their punchout sessions are ended by punchout/end-sessions-of.ts. Returns how many ended.
 */
export async function endSessionsOf(
  db: Db,
  which: { personId: string; exceptId?: string | null } | { membershipId: string } | { accountId: string },
  stamp: Stamp,
): Promise<number> {
  return endPersonSessions(db, which, stamp.at)
}
