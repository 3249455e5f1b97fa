// Keeps wire documents. Bytes are sealed: they hold SharedSecrets, passwords and people.
import type { Db } from '../database/database.ts'
import type { Write } from '../database/together.ts'
import { type Keyring, open, seal, sha256 } from '../secrets.ts'
import { DOCUMENT_PURPOSE, type Finding, type WireDocument } from './document.ts'

const COLUMNS = {
  id: 'id',
  sellerId: 'seller_id',
  partnerId: 'partner_id',
  direction: 'direction',
  protocol: 'protocol',
  kind: 'kind',
  payloadId: 'payload_id',
  mode: 'mode',
  contentType: 'content_type',
  size: 'size',
  sha256: 'sha256',
  findings: 'findings',
  statusCode: 'status_code',
  inReplyTo: 'in_reply_to',
  duplicateOf: 'duplicate_of',
  orderId: 'order_id',
  createdAt: 'created_at',
}

/** A setup is stored before there is a session: it is the one its answer began. */
const SESSION_ID = `coalesce(documents.session_id, (SELECT answer.session_id FROM documents answer
  WHERE answer.in_reply_to = documents.id AND answer.status_code < 500)) AS "sessionId"`

function documents(db: Db, sellerId: string) {
  return db('documents').select(COLUMNS, db.raw(SESSION_ID)).where({ seller_id: sellerId })
}

export type NewDocument = Pick<WireDocument, 'id' | 'direction' | 'protocol' | 'kind' | 'contentType'> &
  Partial<Omit<WireDocument, 'size' | 'sha256' | 'createdAt'>> & { bytes: Uint8Array }

/** The write of documents. Fails with a unique violation when a payloadID came, or a document was answered, before. */
export function documentInsert(db: Db, keys: Keyring, documents: readonly NewDocument[], at: Date): Write {
  return db('documents').insert(
    documents.map((document) => ({
      id: document.id,
      seller_id: document.sellerId ?? null,
      partner_id: document.partnerId ?? null,
      session_id: document.sessionId ?? null,
      direction: document.direction,
      protocol: document.protocol,
      kind: document.kind,
      payload_id: document.payloadId ?? null,
      mode: document.mode ?? null,
      content_type: document.contentType,
      sealed: seal(keys, DOCUMENT_PURPOSE, document.bytes),
      size: document.bytes.length,
      sha256: sha256(document.bytes),
      findings: JSON.stringify(document.findings ?? []),
      status_code: document.statusCode ?? null,
      in_reply_to: document.inReplyTo ?? null,
      duplicate_of: document.duplicateOf ?? null,
      order_id: document.orderId ?? null,
      created_at: at,
    })),
  )
}

/** Stores documents. For each: false when the partner sent this payloadID before, or the document was answered before. */
export async function insertDocuments(
  db: Db,
  keys: Keyring,
  documents: readonly NewDocument[],
  at: Date,
): Promise<boolean[]> {
  const inserted: { id: string }[] = await documentInsert(db, keys, documents, at).onConflict().ignore().returning('id')
  const ids = new Set(inserted.map((row) => row.id))
  return documents.map((document) => ids.has(document.id))
}

/** As insertDocuments, one. */
export async function insertDocument(db: Db, keys: Keyring, document: NewDocument, at: Date): Promise<boolean> {
  const [stored = false] = await insertDocuments(db, keys, [document], at)
  return stored
}

export async function findDocument(db: Db, sellerId: string, id: string): Promise<WireDocument | undefined> {
  return documents(db, sellerId).where({ id }).first()
}

export interface DocumentFilter {
  sellerId: string
  partnerId?: string | undefined
  sessionId?: string | undefined
  orderId?: string | undefined
  kind?: string | undefined
  direction?: 'in' | 'out' | undefined
}

/** Newest first, those older than the document `before`, at most `limit`. */
export async function listDocuments(
  db: Db,
  filter: DocumentFilter,
  before: string | undefined,
  limit: number,
): Promise<WireDocument[]> {
  const query = documents(db, filter.sellerId).orderBy('id', 'desc').limit(limit)
  if (filter.partnerId) query.where({ partner_id: filter.partnerId })
  // The setup came before its session: it is the document the session's answer replies to.
  if (filter.sessionId) {
    const answered = db('documents')
      .select('in_reply_to')
      .where({ session_id: filter.sessionId })
      .whereNotNull('in_reply_to')
    query.where((q) => q.where({ session_id: filter.sessionId }).orWhereIn('id', answered))
  }
  // The buyer's document came before its order: it is what the order's events name.
  if (filter.orderId) {
    const named = db('order_events')
      .select('document_id')
      .where({ order_id: filter.orderId })
      .whereNotNull('document_id')
    query.where((q) => q.where({ order_id: filter.orderId }).orWhereIn('id', named))
  }
  if (filter.kind) query.where({ kind: filter.kind })
  if (filter.direction) query.where({ direction: filter.direction })
  if (before) query.where('id', '<', before)
  return query
}

/** The bytes as they were on the wire; undefined when the document isn't this seller's, null when they were purged. */
export async function findDocumentBytes(
  db: Db,
  keys: Keyring,
  sellerId: string,
  id: string,
): Promise<Buffer | null | undefined> {
  const row = await db('documents').select('sealed').where({ seller_id: sellerId, id }).first()
  if (!row) return undefined
  return row.sealed.length === 0 ? null : open(keys, DOCUMENT_PURPOSE, row.sealed)
}

/** The first document a partner sent under a payloadID. */
export async function findFirstDocument(
  db: Db,
  partnerId: string,
  payloadId: string,
): Promise<Pick<WireDocument, 'id' | 'sha256'> | undefined> {
  return db('documents')
    .select('id', 'sha256')
    .where({ partner_id: partnerId, payload_id: payloadId, direction: 'in' })
    .whereNull('duplicate_of')
    .first()
}

/** The answer given for good to a document, as it went out. */
export async function findAnswer(
  db: Db,
  keys: Keyring,
  inReplyTo: string,
): Promise<{ bytes: Buffer; contentType: string } | undefined> {
  const row = await db('documents')
    .select('sealed', 'content_type')
    .where({ in_reply_to: inReplyTo })
    .where('status_code', '<', 500)
    .first()
  return row && { bytes: open(keys, DOCUMENT_PURPOSE, row.sealed), contentType: row.content_type }
}

/** Notes what was found out about a document after it was stored. */
export async function addFinding(db: Db, id: string, finding: Finding): Promise<void> {
  await db('documents')
    .where({ id })
    .update({ findings: db.raw('findings || ?::jsonb', [JSON.stringify([finding])]) })
}

/** The write that ties a document to the session it began. */
export function documentSessionUpdate(db: Db, id: string, sessionId: string): Write {
  return db('documents').where({ id }).update({ session_id: sessionId })
}

/** Blanks the bytes of up to `limit` documents from before `until`; what they were and said of them stays. Returns how many. */
export async function blankDocuments(db: Db, until: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `UPDATE documents SET sealed = '' WHERE id IN (
       SELECT id FROM documents WHERE created_at < ? AND sealed <> '' ORDER BY created_at LIMIT ? FOR UPDATE SKIP LOCKED)`,
    [until, limit],
  )
  return rowCount
}
