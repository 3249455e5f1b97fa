// Reads a connector's streams the way the hub does: page by page, keeping the last record of each id and the last cursor.
import type {
  Cursor,
  ErpConnector,
  PullOptions,
  StreamName,
  StreamRecord,
  Tombstone,
} from '../../connectors/connector.ts'

export type Records<S extends StreamName> = Map<string, StreamRecord[S]>

export interface Follower {
  /** Reads on from where it was; everything at first. */
  sync<S extends StreamName>(stream: S): Promise<Records<S>>
  cursor(stream: StreamName): Cursor | null
}

export function makeFollower(connector: ErpConnector): Follower {
  const cursors = new Map<StreamName, Cursor>()
  const kept = new Map<StreamName, Map<string, unknown>>()
  return {
    async sync<S extends StreamName>(stream: S) {
      const records = (kept.get(stream) ?? new Map()) as Records<S>
      kept.set(stream, records)
      for await (const page of connector.pull(stream, cursors.get(stream) ?? null)) {
        upsert(records, page.records)
        cursors.set(stream, page.next)
      }
      return records
    },
    cursor: (stream) => cursors.get(stream) ?? null,
  }
}

export function upsert<S extends StreamName>(kept: Records<S>, records: (StreamRecord[S] | Tombstone)[]): void {
  for (const record of records)
    if ('deleted' in record) kept.delete(record.erpId)
    else kept.set(record.erpId, record)
}

export interface ReadPage<S extends StreamName> {
  records: (StreamRecord[S] | Tombstone)[]
  next: Cursor
}

/** All pages after a cursor. */
export async function pagesOf<S extends StreamName>(
  connector: ErpConnector,
  stream: S,
  after: Cursor | null = null,
  options: PullOptions = {},
): Promise<ReadPage<S>[]> {
  const pages: ReadPage<S>[] = []
  for await (const page of connector.pull(stream, after, options)) pages.push(page)
  return pages
}

/** The state that these pages leave. */
export function outcomeOf<S extends StreamName>(pages: ReadPage<S>[]): Records<S> {
  const records: Records<S> = new Map()
  for (const page of pages) upsert(records, page.records)
  return records
}
