// Keeps punchout sessions, their events and returned lines. Tokens are looked up by their hash.
import type { CartLine } from '../cart.ts'
import type { Db } from '../database/database.ts'
import type { Write } from '../database/together.ts'
import { sha256 } from '../secrets.ts'
import type { PunchoutSession, SessionState } from './punchout-session.ts'

const COLUMNS = {
  id: 'id',
  sellerId: 'seller_id',
  partnerId: 'partner_id',
  storefrontId: 'storefront_id',
  accountId: 'account_id',
  personId: 'person_id',
  protocol: 'protocol',
  mode: 'mode',
  operation: 'operation',
  state: 'state',
  editsSessionId: 'edits_session_id',
  setup: 'setup',
  returnDocumentId: 'return_document_id',
  leftAt: 'left_at',
  expiresAt: 'expires_at',
  createdAt: 'created_at',
}

/** One filter for list, get and count: the seller always, the storefront for its own client. */
export interface SessionScope {
  sellerId: string
  storefrontId?: string | undefined
}

function visible(db: Db, scope: SessionScope) {
  const query = db('punchout_sessions').where({ seller_id: scope.sellerId })
  return scope.storefrontId ? query.where({ storefront_id: scope.storefrontId }) : query
}

export async function findSession(db: Db, scope: SessionScope, id: string): Promise<PunchoutSession | undefined> {
  return visible(db, scope).select(COLUMNS).where({ id }).first()
}

/** As findSession, and holds the row until the transaction ends. */
export async function lockSession(db: Db, scope: SessionScope, id: string): Promise<PunchoutSession | undefined> {
  return visible(db, scope).select(COLUMNS).where({ id }).forUpdate().first()
}

/** Newest first, those older than the session `before`, at most `limit`. */
export async function listSessions(
  db: Db,
  scope: SessionScope,
  filter: { partnerId?: string | undefined; state?: SessionState | undefined },
  before: string | undefined,
  limit: number,
): Promise<PunchoutSession[]> {
  const query = visible(db, scope).select(COLUMNS).orderBy('id', 'desc').limit(limit)
  if (filter.partnerId) query.where({ partner_id: filter.partnerId })
  if (filter.state) query.where({ state: filter.state })
  if (before) query.where('id', '<', before)
  return query
}

/** The write of a new session. */
export function sessionInsert(db: Db, session: PunchoutSession, start: { token: string; until: Date }): Write {
  return db('punchout_sessions').insert({
    id: session.id,
    seller_id: session.sellerId,
    partner_id: session.partnerId,
    storefront_id: session.storefrontId,
    account_id: session.accountId,
    person_id: session.personId,
    protocol: session.protocol,
    mode: session.mode,
    operation: session.operation,
    state: session.state,
    edits_session_id: session.editsSessionId,
    setup: JSON.stringify(session.setup),
    start_hash: sha256(start.token),
    start_until: start.until,
    expires_at: session.expiresAt,
    created_at: session.createdAt,
  })
}

/** The session of a StartPage token, locked, with the token's end and the hash of the cookie given at the first opening. */
export async function lockByStartToken(
  db: Db,
  token: string,
): Promise<{ session: PunchoutSession; startUntil: Date; cookieHash: Buffer | null } | undefined> {
  const row = await db('punchout_sessions')
    .select({ ...COLUMNS, startUntil: 'start_until', cookieHash: 'cookie_hash' })
    .where({ start_hash: sha256(token) })
    .forUpdate()
    .first()
  if (!row) return undefined
  const { startUntil, cookieHash, ...session } = row
  return { session, startUntil, cookieHash }
}

/** Opens a session: the storefront gets `code`, the browser `cookie`. */
export async function markOpened(
  db: Db,
  id: string,
  given: { code: string; codeUntil: Date; cookie: string | null },
): Promise<void> {
  await db('punchout_sessions')
    .where({ id })
    .update({
      state: 'opened',
      code_hash: sha256(given.code),
      code_until: given.codeUntil,
      ...(given.cookie ? { cookie_hash: sha256(given.cookie) } : {}),
    })
}

/** Spends a code: it works once, for the storefront it was made for, until its time. */
export async function spendCode(
  db: Db,
  scope: SessionScope,
  code: string,
  at: Date,
): Promise<PunchoutSession | undefined> {
  const [row] = await visible(db, scope)
    .where({ code_hash: sha256(code), state: 'opened' })
    .where('code_until', '>', at)
    .where('expires_at', '>', at)
    .update({ code_hash: null, code_until: null })
    .returning(Object.entries(COLUMNS).map(([name, column]) => `${column} as ${name}`))
  return row
}

/** Ends a session with the document that goes back, reachable under `returnToken`. */
export async function markReturned(
  db: Db,
  id: string,
  result: {
    state: 'returned' | 'cancelled'
    cart: unknown
    warnings: unknown
    returnToken: string
    documentId: string | null
  },
): Promise<void> {
  await db('punchout_sessions')
    .where({ id })
    .update({
      state: result.state,
      cart: JSON.stringify(result.cart),
      warnings: JSON.stringify(result.warnings),
      return_hash: sha256(result.returnToken),
      return_document_id: result.documentId,
      code_hash: null,
    })
}

export async function findByReturnToken(db: Db, token: string): Promise<PunchoutSession | undefined> {
  return db('punchout_sessions')
    .select(COLUMNS)
    .where({ return_hash: sha256(token) })
    .first()
}

/**
 * The buyer's browser takes the form of the document it was shown: from now on the cart stands. False when the cart was returned
 * anew since, so that what the browser takes and what the hub keeps are never two carts.
 */
export async function markLeft(
  db: Db,
  session: Pick<PunchoutSession, 'id' | 'returnDocumentId'>,
  at: Date,
): Promise<boolean> {
  const changed = await db('punchout_sessions')
    .where({ id: session.id, return_document_id: session.returnDocumentId })
    .update({ left_at: db.raw('coalesce(left_at, ?)', [at]) })
  return changed > 0
}

interface NewEvent {
  id: string
  sessionId: string
  state: SessionState
  detail: Record<string, unknown>
}

/** The write of events. */
export function eventsInsert(db: Db, events: readonly NewEvent[], at: Date): Write {
  return db('punchout_events').insert(
    events.map((e) => ({ id: e.id, session_id: e.sessionId, state: e.state, detail: JSON.stringify(e.detail), at })),
  )
}

export async function insertEvents(db: Db, events: readonly NewEvent[], at: Date): Promise<void> {
  if (events.length > 0) await eventsInsert(db, events, at)
}

export interface SessionEvent {
  state: SessionState
  detail: Record<string, unknown>
  at: Date
}

export async function listEvents(db: Db, sessionId: string): Promise<SessionEvent[]> {
  return db('punchout_events').select('state', 'detail', 'at').where({ session_id: sessionId }).orderBy('id')
}

/** The cart as it was returned and its warnings; null before. */
export async function findReturned(
  db: Db,
  sessionId: string,
): Promise<{ cart: unknown; warnings: unknown } | undefined> {
  return db('punchout_sessions').select('cart', 'warnings').where({ id: sessionId }).first()
}

/** Keeps the returned lines so that a later edit finds them. One statement, whatever the number of lines. */
export async function replaceLines(db: Db, session: PunchoutSession, lines: readonly CartLine[]): Promise<void> {
  await db('punchout_lines').where({ session_id: session.id }).delete()
  const rows = lines.map((line) => ({
    line_number: line.lineNumber,
    supplier_part_id: line.supplierPartId,
    auxiliary_id: line.supplierPartAuxiliaryId ?? '',
    line,
  }))
  await db.raw(
    `INSERT INTO punchout_lines (session_id, partner_id, line_number, supplier_part_id, auxiliary_id, line)
     SELECT ?, ?, r.line_number, r.supplier_part_id, r.auxiliary_id, r.line
     FROM jsonb_to_recordset(?::jsonb) AS r(line_number integer, supplier_part_id text, auxiliary_id text, line jsonb)`,
    [session.id, session.partnerId, JSON.stringify(rows)],
  )
}

export interface EarlierLine {
  sessionId: string
  auxiliaryId: string
  supplierPartId: string
  line: CartLine
  returnedAt: Date
  /** A cart returned later in place of this line's cart: the line was dropped or has been changed there. */
  replacedAt: Date | null
}

/** For each AuxID the newest line a partner was given under it. */
export async function findEarlierLines(
  db: Db,
  partnerId: string,
  auxiliaryIds: readonly string[],
): Promise<EarlierLine[]> {
  const { rows } = await db.raw<{ rows: EarlierLine[] }>(
    `SELECT DISTINCT ON (l.auxiliary_id, l.supplier_part_id) l.session_id AS "sessionId", l.auxiliary_id AS "auxiliaryId",
       l.supplier_part_id AS "supplierPartId", l.line, s.left_at AS "returnedAt",
       (SELECT min(later.left_at) FROM punchout_sessions later
         WHERE later.edits_session_id = s.id AND later.state = 'returned' AND later.left_at IS NOT NULL) AS "replacedAt"
     FROM punchout_lines l JOIN punchout_sessions s ON s.id = l.session_id
     WHERE l.partner_id = ? AND l.auxiliary_id = ANY(?) AND s.state = 'returned' AND s.left_at IS NOT NULL
     ORDER BY l.auxiliary_id, l.supplier_part_id, s.left_at DESC`,
    [partnerId, [...new Set(auxiliaryIds)]],
  )
  return rows
}

/** Expires up to `limit` sessions that nobody finished in time. Returns their ids. */
export async function markExpired(db: Db, at: Date, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `UPDATE punchout_sessions SET state = 'expired', code_hash = NULL WHERE id IN (
       SELECT id FROM punchout_sessions WHERE state IN ('created', 'opened') AND expires_at <= ?
       ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING id`,
    [at, limit],
  )
  return rows.map((r) => r.id)
}

/** Ends what is not yet returned of a person, a membership, or an account and all below it. Returns the sessions' ids. */
export async function markEndedOf(
  db: Db,
  which: { personId: string } | { membershipId: string } | { accountId: string },
): Promise<string[]> {
  const query = db('punchout_sessions').whereIn('state', ['created', 'opened'])
  if ('personId' in which) query.where({ person_id: which.personId })
  else if ('membershipId' in which)
    query.whereRaw('(account_id, person_id) = (SELECT account_id, person_id FROM memberships WHERE id = ?)', [
      which.membershipId,
    ])
  else query.whereRaw('account_id IN (SELECT id FROM accounts WHERE path @> ARRAY[?]::uuid[])', [which.accountId])
  const rows: { id: string }[] = await query
    .update({ state: 'expired', code_hash: null, code_until: null })
    .returning('id')
  return rows.map((row) => row.id)
}
