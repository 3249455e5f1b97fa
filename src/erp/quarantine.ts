// Records of an ERP that can't be applied: set aside, sealed and with the reason, so that their stream goes on. They are tried again first
// at the next reading; a newer record of the same thing replaces them.
import type { StreamName } from '../../connectors/connector.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { type Keyring, open, seal } from '../secrets.ts'

const PURPOSE = 'erp-record'
/** Tried again at one reading, the least often tried first. */
const MOST_AT_ONCE = 200

export interface Quarantined {
  id: string
  stream: StreamName
  erpId: string
  /** In words. */
  reason: string
  tries: number
  /** Of the last try. */
  at: Date
}

const COLUMNS = { id: 'id', stream: 'stream', erpId: 'erp_id', reason: 'reason', tries: 'tries', at: 'at' }

/** The ERP's id of a record; balances and limits are a customer's. */
export function idOfRecord(record: object): string {
  const { erpId, customerNumber } = record as { erpId?: string; customerNumber?: string }
  return erpId ?? customerNumber ?? ''
}

/** Whether it is the record's fault: not the database's, which may be away or busy. */
export function isRecordsFault(error: unknown): boolean {
  const { code, name = '', message = '' } = (error ?? {}) as { code?: unknown; name?: string; message?: string }
  // PostgreSQL: data exception, integrity violation, what is undefined, raised by a trigger.
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return /^(22|23|42|P0)/.test(code)
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return false
  return !/Timeout|Abort/.test(name) && !/connection (terminated|ended|closed)|timeout exceeded/i.test(message)
}

/** The database's own words; knex puts the whole statement before them. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message: string }
  return typeof code === 'string' ? message.slice(message.lastIndexOf(' - ') + 1).replace(/^- /, '') : message
}

/** Sets a record aside, or notes that it failed again. */
export async function setAside(
  db: Db,
  keys: Keyring,
  of: { connectionId: string; stream: StreamName },
  record: object,
  reason: string,
  stamp: Stamp,
): Promise<void> {
  const { connectionId, stream } = of
  const sealed = seal(keys, PURPOSE, JSON.stringify(record))
  await db('sync_quarantine')
    .insert({
      ...{ id: stamp.newId(), connection_id: connectionId, stream, erp_id: idOfRecord(record), sealed_record: sealed },
      ...{ reason: reason.slice(0, 2000), at: stamp.at },
    })
    .onConflict(['connection_id', 'stream', 'erp_id'])
    .merge({
      sealed_record: sealed,
      reason: reason.slice(0, 2000),
      at: stamp.at,
      tries: db.raw('sync_quarantine.tries + 1'),
    })
}

/** These were applied, or are gone: what was set aside of them is past. */
export async function release(
  db: Db,
  connectionId: string,
  stream: StreamName,
  erpIds: readonly string[],
): Promise<void> {
  await db('sync_quarantine')
    .where({ connection_id: connectionId, stream })
    .whereRaw('erp_id = ANY(?)', [[...erpIds]])
    .delete()
}

/** Records of a stream that wait to be tried again. */
export async function findSetAside(db: Db, keys: Keyring, connectionId: string, stream: StreamName): Promise<object[]> {
  const rows: { sealed_record: Buffer }[] = await db('sync_quarantine')
    .select('sealed_record')
    .where({ connection_id: connectionId, stream })
    .orderBy(['tries', 'id'])
    .limit(MOST_AT_ONCE)
  return rows.map((row) => JSON.parse(open(keys, PURPOSE, row.sealed_record).toString()))
}

/** What is set aside of a connection, after `after` (an id). */
export async function listQuarantined(
  db: Db,
  connectionId: string,
  page: { after?: string | undefined; limit: number },
): Promise<Quarantined[]> {
  const query = db('sync_quarantine').select(COLUMNS).where({ connection_id: connectionId })
  if (page.after) query.where('id', '>', page.after)
  return query.orderBy('id').limit(page.limit)
}

export async function findQuarantined(db: Db, connectionId: string, id: string): Promise<Quarantined | undefined> {
  return db('sync_quarantine').select(COLUMNS).where({ connection_id: connectionId, id }).first()
}

/** How many of each stream are set aside. */
export async function countQuarantined(db: Db, connectionId: string): Promise<Map<string, number>> {
  const rows: { stream: string; count: string }[] = await db('sync_quarantine')
    .select('stream')
    .count({ count: '*' })
    .where({ connection_id: connectionId })
    .groupBy('stream')
  return new Map(rows.map((row) => [row.stream, Number(row.count)]))
}
