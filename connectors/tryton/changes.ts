// What changed since, for every stream whose records are read by an id. A pass first asks which ids changed, in the record's own
// model and wherever else a change of it shows (a sale's deliveries change without the sale), and then gives those records as they
// are now, by rising id. So a pass goes on after a crash, gives each record once, and misses nothing that changes meanwhile: the
// next pass begins where this one looked. The first pass takes every id.
import { positionAfter, readCursor, withOverlap, writeCursor } from '../change-cursor.ts'
import type { Cursor, Page, PullOptions, StreamName, StreamRecord, Tombstone } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import type { TrytonConnection } from './connection.ts'
import type { CallOptions, Domain, Row } from './json-rpc.ts'
import { datetime } from './values.ts'

export interface RecordStream<S extends StreamName> {
  /** The model that a record is of. */
  model: string
  /** Which of the model's records are given; others that changed are tombstones. */
  domain: Domain
  /** Where a change shows, the model itself first. */
  traces: Trace[]
  /** Records that were deleted from a time on (or after it), where Tryton can tell. */
  deleted?(since: string, exclusive: boolean): Promise<Change[]>
  /** Path from the model to the customer's number, for `customerNumbers`. */
  customerNumber: string
  /** By rising id, the first `limit`. */
  read(domain: Domain, options: CallOptions, limit?: number): Promise<StreamRecord[S][]>
}

export interface Trace {
  model: string
  domain: Domain
  /** The field that points to the stream's records; absent = they are its own. */
  path?: string
}
interface Change {
  id: number
  at: string
}

const BEGINNING = '1970-01-01T00:00:00.000Z'
const DEFAULT_PAGE = 100
/** Records are also asked for when they are inactive. */
const everything = { active_test: false }

export async function* passOver<S extends StreamName>(
  connection: TrytonConnection,
  stream: RecordStream<S>,
  after: Cursor | null,
  { signal, pageSize = DEFAULT_PAGE, customerNumbers }: PullOptions = {},
): AsyncIterable<Page<S>> {
  const { client, config, now } = connection
  const options = { signal, context: everything }
  const position = readCursor(after) ?? { changedAt: BEGINNING, id: '', settled: true }
  const underWay = readPlace(position.id)
  const wanted = customerNumbers ? [[stream.customerNumber, 'in', customerNumbers]] : []
  const domain = [...stream.domain, ...wanted]

  const isFirst = position.changedAt === BEGINNING
  const since = withOverlap({ ...position, id: '' }, config.overlapSeconds)?.changedAt ?? BEGINNING
  const changes = isFirst
    ? undefined
    : await changesSince(connection, stream, since, position.settled === true, options)
  const upTo =
    underWay?.upTo ?? latest(changes ? changes.map((c) => c.at) : await newest(connection, stream.traces, options))
  const until = upTo > position.changedAt ? upTo : position.changedAt
  const changed = changes && [...new Set(changes.map((change) => change.id))].toSorted((a, b) => a - b)
  const total = changed ? changed.length : await client.count(stream.model, domain, options)

  for (let last = underWay?.last ?? 0; ; ) {
    stopIfTold(signal)
    const rest = changed?.filter((id) => id > last)
    const ids = rest?.slice(0, pageSize)
    const found = await stream.read(
      [...domain, ids ? ['id', 'in', ids] : ['id', '>', last]],
      options,
      // One more than the page, to know whether it is the last.
      ids ? undefined : pageSize + 1,
    )
    const isLast = rest ? rest.length <= pageSize : found.length <= pageSize
    const page = found.slice(0, pageSize)
    last = ids ? (ids.at(-1) ?? 0) : Number(page.at(-1)?.erpId ?? 0)
    if (last === 0) return
    const next = isLast
      ? positionAfter({ changedAt: until, id: '' }, config.overlapSeconds, now())
      : { ...position, id: writePlace({ upTo: until, last }) }
    yield { records: [...page, ...(ids && !customerNumbers ? gone(ids, page) : [])], next: writeCursor(next), total }
    if (isLast) return
  }
}

export function stopIfTold(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ErpError('unreachable', 'Stopped before Tryton was asked.')
}

/** What changed and is not given (any more): deleted, inactive, set back to a draft. */
function gone(ids: number[], found: { erpId: string }[]): Tombstone[] {
  const there = new Set(found.map((record) => record.erpId))
  return ids.filter((id) => !there.has(String(id))).map((id) => ({ deleted: true, erpId: String(id) }))
}

/** Within a pass the cursor's id says how far it looked and how far it came. */
const writePlace = ({ upTo, last }: { upTo: string; last: number }) => `${upTo} ${last}`
function readPlace(id: string): { upTo: string; last: number } | undefined {
  const [, upTo, last] = /^(\S+) (\d+)$/.exec(id) ?? []
  return upTo === undefined ? undefined : { upTo, last: Number(last) }
}

export const latest = (times: string[]) => times.reduce((a, b) => (a > b ? a : b), BEGINNING)

/** A record that was never written has only a time of creation. */
const changedSince = (since: string, exclusive: boolean) => {
  const [operator, time] = [exclusive ? '>' : '>=', datetime(since)]
  return [
    'OR',
    ['write_date', operator, time],
    [
      ['write_date', '=', null],
      ['create_date', operator, time],
    ],
  ]
}

interface TraceRow extends Row {
  write_date: string | null
  create_date: string
  [path: string]: unknown
}

async function changesSince<S extends StreamName>(
  { client }: TrytonConnection,
  { traces, deleted }: RecordStream<S>,
  since: string,
  exclusive: boolean,
  options: CallOptions,
): Promise<Change[]> {
  const changes: Change[] = []
  for (const { model, domain, path } of traces) {
    const fields = ['write_date', 'create_date', ...(path ? [path] : [])]
    const rows = await client.read<TraceRow>(model, [...domain, changedSince(since, exclusive)], fields, options)
    for (const row of rows) {
      const at = row.write_date ?? row.create_date
      for (const id of path ? idsIn(along(path, row)) : [row.id]) changes.push({ id, at })
    }
  }
  if (deleted) changes.push(...(await deleted(since, exclusive)))
  return changes
}

const along = (path: string, row: unknown) =>
  path.split('.').reduce((value, name) => (value as Record<string, unknown> | null)?.[name] ?? null, row)

/** One reference or several. */
function idsIn(value: unknown): number[] {
  const values = Array.isArray(value) ? value : [value]
  return values.flatMap((item) => {
    if (typeof item === 'string') return Number(item.split(',')[1])
    return typeof item === 'number' ? item : []
  })
}

/** Times of the newest changes. */
export async function newest(
  { client }: TrytonConnection,
  traces: readonly Trace[],
  options: CallOptions,
): Promise<string[]> {
  const times: string[] = []
  for (const { model, domain } of traces)
    for (const field of ['write_date', 'create_date'] as const) {
      const order = [[field, 'DESC NULLS LAST']] as const
      const [row] = await client.read<TraceRow>(model, domain, [field], { ...options, order, limit: 1 })
      if (row?.[field]) times.push(row[field])
    }
  return times
}

/** Newest of the times at which a record or what belongs to it was written. */
export function changedAt(
  ...rows: (Partial<Pick<TraceRow, 'write_date' | 'create_date'>> | null | undefined)[]
): string {
  return latest(rows.flatMap((row) => row?.write_date ?? row?.create_date ?? []))
}
