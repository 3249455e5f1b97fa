// The history of requisitions, quotes and returns: append-only, with who did it.
import type { Actor } from '../audit/record-audit.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { announce } from '../storefronts/announce.ts'
import type { WebhookEventType } from '../storefronts/webhook.ts'

export type PurchaseKind = 'requisition' | 'quote' | 'return'

export interface PurchaseEvent {
  id: string
  kind: string
  actor: Actor
  detail: Record<string, unknown>
  at: Date
}

interface Subject {
  id: string
  sellerId: string
  accountId: string
  number: string
}

/** Writes what happened: history, audit trail and, where `webhook` is given, those who listen. In the caller's transaction. */
export async function recordPurchase(
  db: Db,
  subjectKind: PurchaseKind,
  { id, sellerId, accountId, number }: Subject,
  event: { kind: string; actor: Actor; detail?: Record<string, unknown>; webhook?: WebhookEventType },
  stamp: Stamp,
): Promise<void> {
  const { kind, actor, detail = {}, webhook } = event
  await db('purchase_events').insert({
    ...{ id: stamp.newId(), subject_kind: subjectKind, subject_id: id, kind, at: stamp.at },
    ...{ actor: JSON.stringify(actor), detail: JSON.stringify(detail) },
  })
  const action = `${subjectKind}.${kind}`
  await recordAudit(
    db,
    [{ sellerId, accountId, actor, action, subjectKind, subjectId: id, detail: { number, ...detail } }],
    stamp,
  )
  if (webhook) await announce(db, [{ sellerId, type: webhook, data: { [`${subjectKind}Id`]: id } }], stamp)
}

export async function listPurchaseEvents(db: Db, subjectId: string): Promise<PurchaseEvent[]> {
  return db('purchase_events')
    .select('id', 'kind', 'actor', 'detail', 'at')
    .where({ subject_id: subjectId })
    .orderBy('id')
}

/** The next number of an owner's kind in a year, 1, 2, 3, ...: without gaps, for it rolls back with its transaction. */
export async function nextNumber(db: Db, ownerId: string, kind: string, year: number): Promise<number> {
  const { rows } = await db.raw<{ rows: { last: number }[] }>(
    `INSERT INTO purchase_numbers AS n (owner_id, kind, year, last) VALUES (?, ?, ?, 1)
     ON CONFLICT (owner_id, kind, year) DO UPDATE SET last = n.last + 1 RETURNING last`,
    [ownerId, kind, year],
  )
  return rows[0]?.last ?? 0
}
