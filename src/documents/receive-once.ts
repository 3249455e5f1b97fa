// Nothing twice: the same payloadID with the same bytes gets the stored answer, other bytes under it are refused (409).
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { type Keyring, sha256 } from '../secrets.ts'
import { findAnswer, findFirstDocument, insertDocument, type NewDocument } from './document-store.ts'

export type Reception =
  /** Seen for the first time, or seen before but never answered (the hub died, or said "try again"): act on document `id`. */
  { kind: 'act'; id: string } | { kind: 'replay'; bytes: Buffer; contentType: string }

/** Stores an incoming document with `store` (false = seen before) and says what to do with it. Throws HubError payload_reused, the document stored all the same. */
export async function receiveOnce(
  db: Db,
  keys: Keyring,
  store: (document: NewDocument) => Promise<boolean>,
  document: NewDocument,
  at: Date,
): Promise<Reception> {
  if (await store(document)) return { kind: 'act', id: document.id }
  const { partnerId, payloadId } = document
  const first = partnerId && payloadId ? await findFirstDocument(db, partnerId, payloadId) : undefined
  if (!first) throw new Error('a document could not be stored, though none of its payloadID is there')
  if (!first.sha256.equals(sha256(document.bytes))) {
    const finding = {
      code: 'payload_reused',
      message: `Another document came under payloadID ${payloadId} before; this one was refused.`,
    }
    await insertDocument(
      db,
      keys,
      { ...document, duplicateOf: first.id, findings: [...(document.findings ?? []), finding] },
      at,
    )
    throw new HubError('payload_reused')
  }
  const answer = await findAnswer(db, keys, first.id)
  return answer ? { kind: 'replay', ...answer } : { kind: 'act', id: first.id }
}
