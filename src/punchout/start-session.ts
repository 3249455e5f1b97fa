// Begins a punchout session: state `created`, with the one-time token of its StartPage.
import type { MatchedUser } from '../accounts/match-user.ts'
import type { Db } from '../database/database.ts'
import type { Write } from '../database/together.ts'
import type { Mode, TradingPartner } from '../partners/partner.ts'
import { type Operation, type PunchoutSession, type PunchoutSetup, START_MINUTES } from './punchout-session.ts'
import { eventsInsert, sessionInsert } from './punchout-session-store.ts'

export interface StartSession {
  id: string
  eventId: string
  partner: TradingPartner
  user: MatchedUser
  mode: Mode
  operation: Operation
  editsSessionId: string | null
  setup: PunchoutSetup
  startToken: string
}

/** The session and the writes that begin it, to be committed together with the answer to the setup. */
export function startSession(db: Db, input: StartSession, at: Date): { session: PunchoutSession; writes: Write[] } {
  const { partner, user } = input
  const session: PunchoutSession = {
    id: input.id,
    sellerId: partner.sellerId,
    partnerId: partner.id,
    storefrontId: partner.storefrontId,
    accountId: user.account.id,
    personId: user.person.id,
    protocol: partner.protocol,
    mode: input.mode,
    operation: input.operation,
    state: 'created',
    editsSessionId: input.editsSessionId,
    setup: input.setup,
    returnDocumentId: null,
    leftAt: null,
    expiresAt: new Date(at.getTime() + partner.settings.sessionMinutes * 60_000),
    createdAt: at,
  }
  const start = { token: input.startToken, until: new Date(at.getTime() + START_MINUTES * 60_000) }
  const detail = { operation: input.operation, documentId: input.setup.documentId, person: user.person.email }
  const created = { id: input.eventId, sessionId: session.id, state: session.state, detail }
  return { session, writes: [sessionInsert(db, session, start), eventsInsert(db, [created], at)] }
}
