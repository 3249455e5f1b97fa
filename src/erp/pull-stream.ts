// THE loop that reads an ERP: cursor -> pages -> apply the page and save its cursor in one transaction. A crash anywhere reads a page
// again; applying is an upsert, so nothing is there twice and nothing is missed.
import type { Page, StreamName } from '../../connectors/connector.ts'
import type { Db } from '../database/database.ts'
import { callErp, type ErpCaller } from './call-erp.ts'
import type { ErpConnection } from './erp-connection.ts'
import { findStream, putStream } from './erp-connection-store.ts'

export interface PullStream<S extends StreamName> {
  connectionId: string
  stream: S
  /** Forget the cursor and read everything. */
  full?: boolean
  pageSize?: number
  signal: AbortSignal
  apply(db: Db, connection: ErpConnection, records: Page<S>['records'], at: Date): Promise<void>
  progress?(read: { records: number; total: number | null }): Promise<void>
}

/** Reads a stream to its end. Returns how many records came. Throws ErpError; what was applied until then stays applied. */
export async function pullStream<S extends StreamName>(caller: ErpCaller, input: PullStream<S>): Promise<number> {
  const { connectionId, stream, signal } = input
  const known = await findStream(caller.db, connectionId, stream)
  const after = input.full ? null : (known?.cursor ?? null)
  await putStream(caller.db, connectionId, stream, { startedAt: caller.now() }, caller.now())
  try {
    const records = await callErp(caller, connectionId, async ({ erp, connection }) => {
      let read = 0
      for await (const page of erp.pull(stream, after, { signal, pageSize: input.pageSize })) {
        signal.throwIfAborted()
        await caller.db.transaction(async (trx) => {
          if (page.records.length > 0) await input.apply(trx, connection, page.records, caller.now())
          await putStream(trx, connectionId, stream, { cursor: page.next, records: page.records.length }, caller.now())
        })
        read += page.records.length
        await input.progress?.({ records: read, total: page.total ?? null })
      }
      return read
    })
    await putStream(caller.db, connectionId, stream, { finishedAt: caller.now(), lastError: null }, caller.now())
    return records
  } catch (error) {
    await putStream(
      caller.db,
      connectionId,
      stream,
      { lastError: (error as Error).message.slice(0, 2000) },
      caller.now(),
    )
    throw error
  }
}
