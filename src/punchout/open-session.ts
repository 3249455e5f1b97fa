// The buyer's browser arrives with a StartPage token: it is spent, once, and the storefront gets a code. The browser that
// opened it may come again (reload, back button) by its cookie; anyone else with the same address is refused.
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { sha256 } from '../secrets.ts'
import { assertWelcome } from './assert-welcome.ts'
import { CODE_MINUTES, type PunchoutSession } from './punchout-session.ts'
import { insertEvents, lockByStartToken, markOpened } from './punchout-session-store.ts'

export interface OpenSession {
  startToken: string
  /** The browser's cookie of an earlier opening, if it sent one. */
  cookie: string | undefined
  newCode: string
  newCookie: string
  eventId: string
}

/** Throws HubError not_found (no such token), code_spent (used by another browser, run out), forbidden (deactivated) or wrong_state (over). */
export async function openSession(db: Db, input: OpenSession, at: Date): Promise<PunchoutSession> {
  const found = await lockByStartToken(db, input.startToken)
  if (!found) throw new HubError('not_found', 'This punchout link is not known.')
  const { session, startUntil, cookieHash } = found
  if (session.state === 'returned' || session.state === 'cancelled')
    throw new HubError('wrong_state', 'This punchout is finished: its cart has gone back.')
  if (session.state === 'expired' || session.expiresAt <= at)
    throw new HubError('code_spent', 'This punchout has run out.')
  await assertWelcome(db, session)
  const first = session.state === 'created'
  const sameBrowser = cookieHash !== null && input.cookie !== undefined && sha256(input.cookie).equals(cookieHash)
  if (first && startUntil <= at) throw new HubError('code_spent', 'This punchout link was not opened in time.')
  if (!first && !sameBrowser) throw new HubError('code_spent', 'This punchout link was used already.')
  const codeUntil = new Date(at.getTime() + CODE_MINUTES * 60_000)
  await markOpened(db, session.id, { code: input.newCode, codeUntil, cookie: first ? input.newCookie : null })
  await insertEvents(db, [{ id: input.eventId, sessionId: session.id, state: 'opened', detail: { again: !first } }], at)
  return { ...session, state: 'opened' }
}
