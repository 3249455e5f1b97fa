// Numbers the events of the audit trail and chains them, per seller: each hash covers the one before, so nothing is changed, put in or
// left out unseen. One at a time, after the transactions they are about: no writer waits for another.
import type { Db } from '../database/database.ts'
import { sha256 } from '../secrets.ts'
import type { Actor } from './record-audit.ts'

/** An event as it is hashed and exported. */
export interface SealedEvent {
  id: string
  sellerId: string
  accountId: string | null
  actor: Actor
  action: string
  subjectKind: string
  subjectId: string | null
  detail: Record<string, unknown>
  at: Date
  /** 1, 2, 3, ... per seller. Null = not sealed yet. */
  number: string | null
  hash: Buffer | null
}

export const auditColumns = {
  id: 't.id',
  sellerId: 't.seller_id',
  accountId: 't.account_id',
  actor: 't.actor',
  action: 't.action',
  subjectKind: 't.subject_kind',
  subjectId: 't.subject_id',
  detail: 't.detail',
  at: 't.at',
  number: 't.number',
  hash: 't.hash',
}

/** What stands before number 1. */
export const NO_HASH = Buffer.alloc(32)

/** JSON with keys in order and no space: the same bytes for the same value, whoever writes it. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`
}

/** SHA-256 of the hash before and the event with its number. */
export function hashOfEvent(before: Buffer, event: SealedEvent, number: string): Buffer {
  const { hash: _, at, ...rest } = event
  return sha256(Buffer.concat([before, Buffer.from(canonicalJson({ ...rest, at: at.toISOString(), number }))]))
}

const BATCH = 1000

/** Seals what is committed of a seller's trail, up to 1,000 events. Run it in a transaction. Returns how many. */
export async function sealTrail(db: Db, sellerId: string): Promise<number> {
  await db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 7219))', [`audit ${sellerId}`])
  const head = await db('audit_heads').where({ seller_id: sellerId }).first('number', 'hash')
  const events: SealedEvent[] = await db('audit_events as t')
    .select(auditColumns)
    .where({ 't.seller_id': sellerId })
    .whereNull('t.number')
    .orderBy('t.id')
    .limit(BATCH)
  if (events.length === 0) return 0
  let number = BigInt(head?.number ?? 0)
  let hash: Buffer = head?.hash ?? NO_HASH
  const sealed = events.map((event) => {
    number += 1n
    hash = hashOfEvent(hash, event, String(number))
    return { id: event.id, number: String(number), hash: hash.toString('hex') }
  })
  const column = (name: keyof (typeof sealed)[number]) => sealed.map((row) => row[name])
  await db.raw(
    `UPDATE audit_events t SET number = s.number, hash = decode(s.hash, 'hex')
     FROM unnest(?::uuid[], ?::bigint[], ?::text[]) AS s(id, number, hash) WHERE t.id = s.id`,
    [column('id'), column('number'), column('hash')],
  )
  await db('audit_heads')
    .insert({ seller_id: sellerId, number: String(number), hash })
    .onConflict('seller_id')
    .merge()
  return sealed.length
}

/** Seals all that is committed of a seller's trail, batch by batch. `db` is no transaction. */
export async function sealWholeTrail(db: Db, sellerId: string): Promise<void> {
  while ((await db.transaction((trx) => sealTrail(trx, sellerId))) === BATCH);
}

/** Sellers with events that aren't sealed. */
export async function listUnsealed(db: Db): Promise<string[]> {
  return db('audit_events').distinct('seller_id').whereNull('number').pluck('seller_id')
}
