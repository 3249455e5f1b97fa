// Keeps ERP connections, with the state of their circuit breakers, and how far each stream was read.
import type { StreamName } from '../../connectors/connector.ts'
import type { Db } from '../database/database.ts'
import { isUniqueViolation } from '../database/together.ts'
import { HubError } from '../errors.ts'
import type { ErpConnection } from './erp-connection.ts'

const COLUMNS = {
  id: 'id',
  sellerId: 'seller_id',
  name: 'name',
  connector: 'connector',
  sealedConfig: 'sealed_config',
  settings: 'settings',
  status: 'status',
  guestCustomerNumber: 'guest_customer_number',
  version: 'version',
  failures: 'failures',
  closedUntil: 'closed_until',
  lastError: 'last_error',
  lastOkAt: 'last_ok_at',
  nudgeSecretHash: 'nudge_secret_hash',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
}

export async function findConnection(db: Db, sellerId: string, id: string): Promise<ErpConnection | undefined> {
  return db('erp_connections').select(COLUMNS).where({ seller_id: sellerId, id }).first()
}

/** For jobs, which are the hub's own: whoever's connection it is. */
export async function findConnectionById(db: Db, id: string): Promise<ErpConnection | undefined> {
  return db('erp_connections').select(COLUMNS).where({ id }).first()
}

/** As findConnectionById, and nobody else changes or locks it until the transaction ends; orders may still come to refer to it. */
export async function lockConnection(db: Db, id: string): Promise<ErpConnection | undefined> {
  return db('erp_connections').select(COLUMNS).where({ id }).forNoKeyUpdate().first()
}

/** Connections of a seller after `after` (an id), at most `limit`. */
export async function listConnections(
  db: Db,
  sellerId: string,
  after: string | undefined,
  limit: number,
): Promise<ErpConnection[]> {
  const query = db('erp_connections').select(COLUMNS).where({ seller_id: sellerId }).orderBy('id').limit(limit)
  return after ? query.where('id', '>', after) : query
}

/** Every active connection of every seller: what workers and schedules look after. */
export async function listActiveConnections(db: Db): Promise<ErpConnection[]> {
  return db('erp_connections').select(COLUMNS).where({ status: 'active' }).orderBy('id')
}

/** The connection an account's orders go to: its own or that of the nearest account above, else the seller's oldest active one. */
export async function findConnectionOf(
  db: Db,
  sellerId: string,
  accountId: string | null,
): Promise<ErpConnection | undefined> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `WITH RECURSIVE line AS (
       SELECT parent_id, erp_connection_id, 0 AS up FROM accounts WHERE seller_id = ? AND id = ?
       UNION ALL SELECT a.parent_id, a.erp_connection_id, l.up + 1 FROM accounts a JOIN line l ON a.id = l.parent_id WHERE l.up < 50)
     SELECT erp_connection_id AS id FROM line WHERE erp_connection_id IS NOT NULL ORDER BY up LIMIT 1`,
    [sellerId, accountId],
  )
  if (rows[0]) return findConnection(db, sellerId, rows[0].id)
  return db('erp_connections')
    .select(COLUMNS)
    .where({ seller_id: sellerId })
    .orderByRaw(`status = 'active' DESC, id`)
    .first()
}

type NewConnection = Pick<
  ErpConnection,
  'id' | 'sellerId' | 'name' | 'connector' | 'sealedConfig' | 'settings' | 'status'
> & { guestCustomerNumber?: string | null }

/** Throws HubError conflict when the name is taken. */
export async function insertConnection(db: Db, connection: NewConnection, at: Date): Promise<void> {
  const inserted = await db('erp_connections')
    .insert({
      id: connection.id,
      seller_id: connection.sellerId,
      name: connection.name,
      connector: connection.connector,
      sealed_config: connection.sealedConfig,
      settings: JSON.stringify(connection.settings),
      status: connection.status,
      guest_customer_number: connection.guestCustomerNumber ?? null,
      created_at: at,
      updated_at: at,
    })
    .onConflict(['seller_id', 'name'])
    .ignore()
    .returning('id')
  if (inserted.length === 0) throw new HubError('conflict', `There is a connection "${connection.name}" already.`)
}

/** Writes back a connection as read and changed; the breaker starts afresh. Throws HubError conflict when it was changed meanwhile. */
export async function updateConnection(
  db: Db,
  connection: NewConnection & Pick<ErpConnection, 'version'>,
  at: Date,
): Promise<void> {
  const changed = await db('erp_connections')
    .where({ id: connection.id, seller_id: connection.sellerId, version: connection.version })
    .update({
      name: connection.name,
      sealed_config: connection.sealedConfig,
      settings: JSON.stringify(connection.settings),
      status: connection.status,
      guest_customer_number: connection.guestCustomerNumber,
      version: connection.version + 1,
      failures: 0,
      closed_until: null,
      updated_at: at,
    })
    .catch((error) => {
      if (isUniqueViolation(error))
        throw new HubError('conflict', `There is a connection "${connection.name}" already.`)
      throw error
    })
  if (changed === 0)
    throw new HubError(
      'conflict',
      'Someone else changed this connection meanwhile. Read it again and repeat the change.',
    )
}

/** Null = nobody gets in by a secret. */
export async function setNudgeSecret(db: Db, id: string, hash: Buffer | null, at: Date): Promise<void> {
  await db('erp_connections').where({ id }).update({ nudge_secret_hash: hash, updated_at: at })
}

/** What can't lose its connection, by the table that refers to it. */
const hanging: Readonly<Record<string, string>> = {
  accounts: 'company accounts',
  orders: 'orders',
  shipments: 'shipments',
  invoices: 'invoices',
  open_items: 'open items',
  credit_standings: 'credit standings',
}

/** Removes a connection with its cursors and master data. False when there was none. Throws HubError conflict when more hangs on it. */
export async function deleteConnection(db: Db, sellerId: string, id: string): Promise<boolean> {
  try {
    return (await db('erp_connections').where({ seller_id: sellerId, id }).delete()) > 0
  } catch (error) {
    const { code, table = '' } = error as { code?: string; table?: string }
    if (code !== '23503') throw error
    throw new HubError(
      'conflict',
      `The hub has ${hanging[table] ?? 'records'} of this connection: pause it instead, which keeps them.`,
    )
  }
}

/**
 * The ERP answered as it should. Only a `probe`, or a person's check, ends a pause: another call may have begun before it. Writes only when
 * there is something to clear or the last sign of life is a while ago.
 */
export async function recordCallSucceeded(db: Db, id: string, probe: boolean, at: Date): Promise<void> {
  const query = db('erp_connections')
    .where({ id })
    .where((q) =>
      q
        .where('failures', '>', 0)
        .orWhereNotNull('closed_until')
        .orWhereNull('last_ok_at')
        .orWhere('last_ok_at', '<', new Date(at.getTime() - 10_000)),
    )
  if (!probe) query.where((q) => q.whereNull('closed_until').orWhere('closed_until', '<=', at))
  await query.update({ failures: 0, closed_until: null, last_ok_at: at })
}

/** Counts a failure, to `atLeast`; `pause` says from the count how many seconds nobody shall call. */
export async function recordCallFailed(
  db: Db,
  id: string,
  words: string,
  atLeast: number,
  pause: (failures: number) => number,
  at: Date,
): Promise<void> {
  const [row] = await db('erp_connections')
    .where({ id })
    .update({ failures: db.raw('greatest(failures + 1, ?::int)', [atLeast]), last_error: words.slice(0, 2000) })
    .returning('failures')
  const seconds = row ? pause(row.failures) : 0
  if (seconds > 0)
    await db('erp_connections')
      .where({ id })
      .update({ closed_until: new Date(at.getTime() + seconds * 1000) })
}

/** The ERP asked everybody to wait; that is no failure. */
export async function restConnection(db: Db, id: string, words: string, seconds: number, at: Date): Promise<void> {
  if (seconds <= 0) return
  const until = new Date(at.getTime() + seconds * 1000)
  await db('erp_connections')
    .where({ id })
    .update({ closed_until: db.raw('greatest(closed_until, ?)', [until]), last_error: words.slice(0, 2000) })
}

/** Whether this caller may try an ERP whose pause is over: one at a time, for `seconds`. */
export async function claimProbe(db: Db, id: string, seconds: number, at: Date): Promise<boolean> {
  const claimed = await db('erp_connections')
    .where({ id })
    .where('closed_until', '<=', at)
    .update({ closed_until: new Date(at.getTime() + seconds * 1000) })
  return claimed > 0
}

export interface StreamState {
  stream: StreamName
  cursor: string | null
  records: string
  startedAt: Date | null
  finishedAt: Date | null
  lastError: string | null
  updatedAt: Date
}

const STREAM = {
  stream: 'stream',
  cursor: 'cursor',
  records: 'records',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  lastError: 'last_error',
  updatedAt: 'updated_at',
}

export async function listStreams(db: Db, connectionId: string): Promise<StreamState[]> {
  return db('sync_streams').select(STREAM).where({ connection_id: connectionId }).orderBy('stream')
}

export async function findStream(db: Db, connectionId: string, stream: StreamName): Promise<StreamState | undefined> {
  return db('sync_streams').select(STREAM).where({ connection_id: connectionId, stream }).first()
}

/** Notes how a stream goes; fields left out stay. `records` are added. */
export async function putStream(
  db: Db,
  connectionId: string,
  stream: StreamName,
  state: {
    cursor?: string | null
    records?: number
    /** null = whoever read it is done. */
    claimedUntil?: Date | null
    finishedAt?: Date | null
    lastError?: string | null
  },
  at: Date,
): Promise<void> {
  const { records = 0, cursor, claimedUntil, finishedAt, lastError } = state
  const given = Object.fromEntries(
    Object.entries({ cursor, claimed_until: claimedUntil, finished_at: finishedAt, last_error: lastError }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  await db('sync_streams')
    .insert({ connection_id: connectionId, stream, ...given, records, updated_at: at })
    .onConflict(['connection_id', 'stream'])
    .merge({ ...given, records: db.raw('sync_streams.records + ?', [records]), updated_at: at })
}

/** The right to read a stream, for `seconds`. False while somebody else reads it. */
export async function claimStream(
  db: Db,
  connectionId: string,
  stream: StreamName,
  seconds: number,
  at: Date,
): Promise<boolean> {
  const until = new Date(at.getTime() + seconds * 1000)
  const { rows } = await db.raw(
    `INSERT INTO sync_streams (connection_id, stream, claimed_until, started_at, updated_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (connection_id, stream) DO UPDATE SET claimed_until = excluded.claimed_until, started_at = excluded.started_at,
       updated_at = excluded.updated_at
     WHERE sync_streams.claimed_until IS NULL OR sync_streams.claimed_until <= ? RETURNING stream`,
    [connectionId, stream, until, at, at, at],
  )
  return rows.length > 0
}
