// Makes a document for a buyer's system, once per telling of its subject: stored with its bytes and payloadID, then posted or kept
// in the mailbox. Every later attempt sends these bytes.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { OutgoingKind, TradingPartner } from '../partners/partner.ts'
import { enqueue } from '../queue/outbox.ts'
import type { Keyring } from '../secrets.ts'
import { insertDelivery, isTold } from './delivery-store.ts'
import { insertDocument, type NewDocument } from './document-store.ts'

export interface Telling {
  partner: TradingPartner
  kind: OutgoingKind
  subjectId: string
  /** What is told, in short: the same words are never sent twice. */
  telling: string
  orderId: string | null
  mode: NewDocument['mode']
}

/** Whether this partner takes documents of this kind from us. */
export function takes({ settings }: TradingPartner, kind: OutgoingKind): boolean {
  return settings.outgoing.way !== 'off' && settings.outgoing.kinds.includes(kind)
}

/**
 * Tells a partner. `write` makes the bytes of the document under the payloadID and id given. Returns the delivery's id, or null when
 * this was told before. Run it in a transaction.
 */
export async function tellPartner(
  db: Db,
  keys: Keyring,
  telling: Telling,
  write: (document: { id: string }) => { bytes: Uint8Array; payloadId: string },
  stamp: Stamp,
): Promise<string | null> {
  const { partner, kind, subjectId, orderId } = telling
  const { way } = partner.settings.outgoing
  if (way === 'off' || (await isTold(db, { partnerId: partner.id, kind, subjectId, telling: telling.telling })))
    return null
  const documentId = stamp.newId()
  const { bytes, payloadId } = write({ id: documentId })
  const document: NewDocument = {
    id: documentId,
    sellerId: partner.sellerId,
    partnerId: partner.id,
    orderId,
    direction: 'out',
    protocol: 'cxml',
    kind,
    payloadId,
    mode: telling.mode,
    contentType: 'text/xml; charset=UTF-8',
    bytes,
  }
  await insertDocument(db, keys, document, stamp.at)
  const id = stamp.newId()
  const delivery = {
    id,
    sellerId: partner.sellerId,
    partnerId: partner.id,
    documentId,
    kind,
    subjectId,
    telling: telling.telling,
    orderId,
    way,
  }
  if (!(await insertDelivery(db, delivery, stamp.at)))
    throw new Error(`${kind} of ${subjectId} was told at the same time`)
  if (way === 'post') await enqueue(db, 'deliver-document', { deliveryId: id })
  return id
}
