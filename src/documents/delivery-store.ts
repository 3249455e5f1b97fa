// Keeps deliveries of outgoing documents.
import type { Db } from '../database/database.ts'
import type { Write } from '../database/together.ts'
import type { Delivery } from './delivery.ts'

const COLUMNS = {
  id: 'id',
  sellerId: 'seller_id',
  partnerId: 'partner_id',
  documentId: 'document_id',
  kind: 'kind',
  subjectId: 'subject_id',
  telling: 'telling',
  orderId: 'order_id',
  way: 'way',
  state: 'state',
  statusCode: 'status_code',
  statusText: 'status_text',
  answerDocumentId: 'answer_document_id',
  buyerStatus: 'buyer_status',
  buyerStatusAt: 'buyer_status_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
}

export type NewDelivery = Pick<
  Delivery,
  'id' | 'sellerId' | 'partnerId' | 'documentId' | 'kind' | 'subjectId' | 'telling' | 'orderId' | 'way'
>

/** Whether this was told already. */
export async function isTold(
  db: Db,
  telling: Pick<Delivery, 'partnerId' | 'kind' | 'subjectId' | 'telling'>,
): Promise<boolean> {
  const { partnerId, kind, subjectId } = telling
  const known = await db('deliveries')
    .where({ partner_id: partnerId, kind, subject_id: subjectId, telling: telling.telling })
    .first('id')
  return known !== undefined
}

/** False when this telling of the subject is there already. */
export async function insertDelivery(db: Db, delivery: NewDelivery, at: Date): Promise<boolean> {
  const inserted = await db('deliveries')
    .insert({
      id: delivery.id,
      seller_id: delivery.sellerId,
      partner_id: delivery.partnerId,
      document_id: delivery.documentId,
      kind: delivery.kind,
      subject_id: delivery.subjectId,
      telling: delivery.telling,
      order_id: delivery.orderId,
      way: delivery.way,
      state: 'waiting',
      created_at: at,
      updated_at: at,
    })
    .onConflict(['partner_id', 'kind', 'subject_id', 'telling'])
    .ignore()
    .returning('id')
  return inserted.length > 0
}

/** For jobs: whoever's it is. */
export async function findDeliveryById(db: Db, id: string): Promise<Delivery | undefined> {
  return db('deliveries').select(COLUMNS).where({ id }).first()
}

/** Whether an earlier telling of the same subject is still on its way to the partner. */
export async function isBehind(
  db: Db,
  { id, partnerId, kind, subjectId }: Pick<Delivery, 'id' | 'partnerId' | 'kind' | 'subjectId'>,
): Promise<boolean> {
  const ahead = await db('deliveries')
    .where({ partner_id: partnerId, kind, subject_id: subjectId, way: 'post', state: 'waiting' })
    .where('id', '<', id)
    .first('id')
  return ahead !== undefined
}

/** Deliveries about a subject, or about an order and what followed from it, oldest first. */
export async function listDeliveries(
  db: Db,
  sellerId: string,
  about: { orderId?: string; subjectId?: string },
): Promise<Delivery[]> {
  const query = db('deliveries').select(COLUMNS).where({ seller_id: sellerId }).orderBy('id')
  if (about.orderId) query.where({ order_id: about.orderId })
  if (about.subjectId) query.where({ subject_id: about.subjectId })
  return query
}

/** The earlier tellings of a subject, newest last, with the payloadID each went out under. */
export async function listTellings(
  db: Db,
  partnerId: string,
  kind: string,
  subjectId: string,
): Promise<(Delivery & { payloadId: string | null })[]> {
  const columns = Object.entries(COLUMNS).map(([name, column]) => `d.${column} as ${name}`)
  return db('deliveries as d')
    .join('documents as o', 'o.id', 'd.document_id')
    .select([...columns, 'o.payload_id as payloadId'])
    .where({ 'd.partner_id': partnerId, 'd.kind': kind, 'd.subject_id': subjectId })
    .orderBy('d.id')
}

export async function updateDelivery(
  db: Db,
  id: string,
  change: Partial<Pick<Delivery, 'state' | 'statusCode' | 'statusText' | 'answerDocumentId'>>,
  at: Date,
): Promise<void> {
  const row = Object.fromEntries(
    Object.entries(change).map(([key, value]) => [COLUMNS[key as keyof typeof COLUMNS], value]),
  )
  await db('deliveries')
    .where({ id })
    .update({ ...row, updated_at: at })
}

/** What waits in a partner's mailbox, oldest first, at most `limit`. */
export async function listMailbox(
  db: Db,
  partnerId: string,
  kinds: readonly string[],
  limit: number,
): Promise<Delivery[]> {
  const query = db('deliveries')
    .select(COLUMNS)
    .where({ partner_id: partnerId, way: 'mailbox', state: 'waiting' })
    .orderBy('id')
    .limit(limit)
  return kinds.length > 0 ? query.whereIn('kind', kinds) : query
}

/** The write that says they were handed to the partner, who has not said yet that they arrived. */
export function markHandedOut(db: Db, ids: readonly string[], at: Date): Write {
  return db('deliveries').whereIn('id', ids).update({ handed_at: at, updated_at: at })
}

/** The partner has what it was handed, up to the document of this timestamp (cXML writes whole seconds). */
export async function markCollected(db: Db, partnerId: string, until: Date, at: Date): Promise<number> {
  return db('deliveries')
    .where({ partner_id: partnerId, way: 'mailbox', state: 'waiting' })
    .whereNotNull('handed_at')
    .where('created_at', '<', new Date(until.getTime() + 1000))
    .update({ state: 'delivered', status_code: 200, status_text: 'collected by GetPendingRequest', updated_at: at })
}

/** The delivery of the document a partner got under this payloadID. */
export async function findByPayloadId(db: Db, partnerId: string, payloadId: string): Promise<Delivery | undefined> {
  const document = db('documents')
    .select('id')
    .where({ partner_id: partnerId, payload_id: payloadId, direction: 'out' })
  return db('deliveries').select(COLUMNS).where({ partner_id: partnerId }).whereIn('document_id', document).first()
}

/** Notes what the buyer's system says became of a document. */
export async function noteBuyerStatus(db: Db, id: string, status: string, at: Date): Promise<void> {
  await db('deliveries').where({ id }).update({ buyer_status: status, buyer_status_at: at, updated_at: at })
}
