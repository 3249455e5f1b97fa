// THE loop that reads an ERP: cursor -> pages -> apply the page and save its cursor in one transaction. A crash anywhere reads a page
// again; applying is an upsert, so nothing is there twice and nothing is missed. A record that can't be applied is set aside, and the
// stream goes on.
import type { Page, StreamName } from '../../connectors/connector.ts'
import { ErpError } from '../../connectors/erp-error.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import type { Keyring } from '../secrets.ts'
import { callErp, type ErpCaller } from './call-erp.ts'
import type { ErpConnection } from './erp-connection.ts'
import { claimStream, findConnectionById, findStream, putStream } from './erp-connection-store.ts'
import { findSetAside, idOfRecord, isRecordsFault, reasonOf, release, setAside } from './quarantine.ts'

/** Who reads; what is set aside is sealed. */
export type StreamReader = ErpCaller & { keys: Keyring; newId(): string }

export interface PullStream<S extends StreamName> {
  connectionId: string
  stream: S
  /** Forget the cursor and read everything. */
  full?: boolean
  pageSize?: number
  /** A reader not heard of for so long has died: another may read. Renewed with each page. */
  claimSeconds: number
  signal: AbortSignal
  apply(db: Db, connection: ErpConnection, records: Page<S>['records']): Promise<void>
  progress?(read: { records: number; total: number | null }): Promise<void>
}

/** Throws HubError not_found: an admin removed the connection, maybe in the middle of its being read. */
async function assertThere(db: Db, connectionId: string): Promise<void> {
  if (!(await findConnectionById(db, connectionId))) throw new HubError('not_found', 'The ERP connection was removed.')
}

/**
 * Reads a stream to its end. Returns how many records came. Throws ErpError, HubError not_found; what was applied until then stays
 * applied.
 */
export async function pullStream<S extends StreamName>(caller: StreamReader, input: PullStream<S>): Promise<number> {
  const { connectionId, stream, claimSeconds, signal } = input
  const { db } = caller
  await assertThere(db, connectionId)
  if (!(await claimStream(db, connectionId, stream, claimSeconds, caller.now())))
    throw new ErpError('throttled', `Another worker reads the ${stream} of this connection.`, { retryAfter: 5 })
  const known = await findStream(db, connectionId, stream)
  const after = input.full ? null : (known?.cursor ?? null)
  try {
    const records = await callErp(caller, connectionId, async ({ erp, connection }) => {
      let read = 0
      await retrySetAside(caller, connection, input)
      for await (const page of erp.pull(stream, after, { signal, pageSize: input.pageSize })) {
        signal.throwIfAborted()
        const at = caller.now()
        const claimedUntil = new Date(at.getTime() + claimSeconds * 1000)
        await applyPage(caller, connection, input, page.records, async (trx) => {
          const { next, records } = page
          await putStream(trx, connectionId, stream, { cursor: next, records: records.length, claimedUntil }, at)
        })
        read += page.records.length
        await input.progress?.({ records: read, total: page.total ?? null })
      }
      return read
    })
    const at = caller.now()
    await putStream(db, connectionId, stream, { finishedAt: at, claimedUntil: null, lastError: null }, at)
    return records
  } catch (error) {
    await assertThere(db, connectionId)
    const lastError = (error as Error).message.slice(0, 2000)
    await putStream(db, connectionId, stream, { claimedUntil: null, lastError }, caller.now())
    throw error
  }
}

/** Applies a page and `finish`, in one transaction. Where that fails for a record's fault: record by record, and those are set aside. */
async function applyPage<S extends StreamName>(
  caller: StreamReader,
  connection: ErpConnection,
  input: PullStream<S>,
  records: Page<S>['records'],
  finish: (db: Db) => Promise<void>,
): Promise<void> {
  const { db } = caller
  try {
    await db.transaction(async (trx) => {
      if (records.length > 0) {
        await input.apply(trx, connection, records)
        await release(trx, connection.id, input.stream, records.map(idOfRecord))
      }
      await finish(trx)
    })
  } catch (error) {
    if (error instanceof ErpError || input.signal.aborted || !isRecordsFault(error)) throw error
    await assertThere(db, connection.id)
    await db.transaction(async (trx) => {
      for (const record of records) await applyOrSetAside(caller, trx, connection, input, record)
      await finish(trx)
    })
  }
}

async function applyOrSetAside<S extends StreamName>(
  { keys, now, newId }: StreamReader,
  db: Db,
  connection: ErpConnection,
  { stream, signal, apply }: PullStream<S>,
  record: Page<S>['records'][number],
): Promise<void> {
  signal.throwIfAborted()
  try {
    // A transaction within one is a savepoint.
    await db.transaction((savepoint) => apply(savepoint, connection, [record] as Page<S>['records']))
    await release(db, connection.id, stream, [idOfRecord(record)])
  } catch (error) {
    if (error instanceof ErpError || !isRecordsFault(error)) throw error
    const of = { connectionId: connection.id, stream }
    await setAside(db, keys, of, record, reasonOf(error), { at: now(), newId })
  }
}

/** What was set aside is tried first: what comes now is newer. */
async function retrySetAside<S extends StreamName>(
  caller: StreamReader,
  connection: ErpConnection,
  input: PullStream<S>,
): Promise<void> {
  const { db, keys } = caller
  const waiting = (await findSetAside(db, keys, connection.id, input.stream)) as unknown as Page<S>['records']
  for (const record of waiting) await db.transaction((trx) => applyOrSetAside(caller, trx, connection, input, record))
}
