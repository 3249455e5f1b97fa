// How old what the hub shows of an ERP is: when it was last read to the end, and whether that is too long ago. Old data is shown and said
// to be old, never hidden.
import type { StreamName } from '../../connectors/connector.ts'
import type { Db } from '../database/database.ts'
import { prepared } from '../database/together.ts'
import { type ConnectionSettings, usualSchedule } from './erp-connection.ts'

export interface Freshness {
  connectionId: string
  /** Its name, as the seller gave it. */
  connection: string
  /** When what is shown was last read to the end; null = never yet. */
  asOf: Date | null
  /** Older than three times its schedule (five minutes at least), or the last reading failed. */
  stale: boolean
  /** Age of stale data; null = not stale, or never read. */
  ageSeconds: number | null
  lastError: string | null
}

/** Streams missed once are no reason to worry anyone. */
const MISSED_READS = 3
const PATIENCE_SECONDS = 300
/** Of a stream that is only read when nudged. */
const DAY_SECONDS = 86_400

interface StreamRow {
  id: string
  name: string
  settings: ConnectionSettings
  stream: StreamName | null
  finished_at: Date | null
  last_error: string | null
}

/**
 * Freshness of these streams taken together (the oldest counts), of each connection of a seller. Streams a connection never began
 * to read count only when it began none of them: it may have none.
 */
export async function listFreshness(
  db: Db,
  sellerId: string,
  streams: readonly StreamName[],
  now: Date,
  connectionId: string | null = null,
): Promise<Freshness[]> {
  const { rows } = await prepared<{ rows: StreamRow[] }>(
    db,
    `SELECT c.id, c.name, c.settings, s.stream, s.finished_at, s.last_error FROM erp_connections c
     LEFT JOIN sync_streams s ON s.connection_id = c.id AND s.stream = ANY(?)
     WHERE c.seller_id = ? AND (?::uuid IS NULL OR c.id = ?) ORDER BY c.id`,
    [[...streams], sellerId, connectionId, connectionId],
  )
  const connections = [...new Set(rows.map((row) => row.id))]
  return connections.map((id) =>
    judge(
      rows.filter((row) => row.id === id),
      now,
    ),
  )
}

/** Milliseconds. */
const REMEMBERED = 1000
const remembered = new WeakMap<object, Map<string, { at: number; answer: Promise<Freshness[]> }>>()

/** As listFreshness, up to a second old: every page of a list is labelled. */
export function recentFreshness(
  db: Db,
  sellerId: string,
  streams: readonly StreamName[],
  now: Date,
): Promise<Freshness[]> {
  const known = remembered.get(db) ?? new Map()
  remembered.set(db, known)
  const key = [sellerId, ...streams].join(' ')
  const last = known.get(key)
  const at = performance.now()
  if (last && at - last.at < REMEMBERED) return last.answer
  const answer = listFreshness(db, sellerId, streams, now)
  known.set(key, { at, answer })
  answer.catch(() => known.delete(key))
  return answer
}

/** Freshness of these streams of one connection. */
export async function findFreshness(
  db: Db,
  sellerId: string,
  connectionId: string | null,
  streams: readonly StreamName[],
  now: Date,
): Promise<Freshness | null> {
  if (!connectionId) return null
  const [freshness = null] = await listFreshness(db, sellerId, streams, now, connectionId)
  return freshness
}

function judge(rows: readonly StreamRow[], now: Date): Freshness {
  const [{ id, name, settings }] = rows as [StreamRow, ...StreamRow[]]
  const age = (at: Date) => Math.max(0, (now.getTime() - at.getTime()) / 1000)
  const finished = rows.flatMap((row) => (row.finished_at ? [row.finished_at] : []))
  const asOf = finished.length < rows.length ? null : new Date(Math.min(...finished.map((at) => at.getTime())))
  const overdue = rows.some((row) => !row.finished_at || age(row.finished_at) > patience(row.stream, settings))
  const lastError = rows.find((row) => row.last_error !== null)?.last_error ?? null
  const stale = overdue || lastError !== null
  const ageSeconds = stale && asOf ? Math.floor(age(asOf)) : null
  return { connectionId: id, connection: name, asOf, stale, ageSeconds, lastError }
}

function patience(stream: StreamName | null, settings: ConnectionSettings): number {
  if (!stream) return 0
  const own = settings.schedule[stream]
  const schedule = own === undefined ? usualSchedule[stream] : (own ?? DAY_SECONDS)
  return Math.max(MISSED_READS * schedule, PATIENCE_SECONDS)
}
