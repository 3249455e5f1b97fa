// Reading what changed, in pages that stay right while records change: never by $skip, always by "greater than the last one".
// Two ways, after what SAP keeps: a time stamp (orders, billing documents), or only the day of the last change (deliveries, open
// items, business partners). Cursors are those of change-cursor.ts.
import { type ChangePosition, positionAfter, readCursor, withOverlap, writeCursor } from '../change-cursor.ts'
import type { Cursor, PullOptions } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import type { ODataV2 } from './odata-v2.ts'
import { allOf, type Row, stringLiteral, textOf, timeLiteral, timeOf } from './v2-values.ts'

export interface Listing {
  api: string
  set: string
  select: string
  expand?: string
  filter?: string | undefined
}

export interface Scan extends PullOptions {
  pageSize: number
  now(): Date
}

export interface RowPage {
  rows: Row[]
  next: Cursor
}

/** A transaction commits some time after it took its time stamp. */
const OVERLAP_SECONDS = 300
/** Stands for records older than the time stamp field, which have none. They sort before all others. */
const NO_TIME = '1970-01-01T00:00:00.000Z'
const FIRST_TIME = '1970-01-01T00:00:00.001Z'

/** By (time, key), oldest change first. */
export async function* scanByTime(
  odata: ODataV2,
  { api, set, filter, ...listing }: Listing,
  { time, key }: { time: string; key: string },
  after: Cursor | null,
  scan: Scan,
): AsyncGenerator<RowPage> {
  const stampOf = (row: Row) => timeOf(row, time) ?? NO_TIME
  const keyOf = (row: Row) => textOf(row, key) ?? ''
  const orderby = `${time},${key}`
  let position = withOverlap(readCursor(after), OVERLAP_SECONDS)
  /** Keys given that carry the position's time. JSON shows milliseconds where SAP keeps more, so "greater than" would miss some. */
  let given = new Set<string>()
  for (;;) {
    stopIfAsked(scan.signal)
    const timeless = position?.changedAt === NO_TIME
    const top = scan.pageSize + given.size
    const beyond = position && beyondPosition(position, time, key)
    const read = await odata.list(api, set, { ...listing, filter: allOf(filter, beyond), orderby, top }, scan.signal)
    const fresh = read.filter((row) => !(stampOf(row) === position?.changedAt && given.has(keyOf(row))))
    const rows = fresh.filter((row) => !timeless || stampOf(row) === NO_TIME).slice(0, scan.pageSize)
    const last = rows.at(-1)
    if (last) {
      const changedAt = stampOf(last)
      const same = rows.filter((row) => stampOf(row) === changedAt).map(keyOf)
      given = new Set(changedAt === NO_TIME ? [] : changedAt === position?.changedAt ? [...given, ...same] : same)
      position = { changedAt, id: keyOf(last) }
      yield { rows, next: writeCursor(positionAfter(position, OVERLAP_SECONDS, scan.now())) }
    }
    const ended = read.length < top && rows.length === fresh.length
    if (!timeless && ended) return
    // Behind the last record without a time stamp came some with one, but not all of those.
    if (timeless && (ended || rows.length < fresh.length)) position = { changedAt: FIRST_TIME, id: '' }
  }
}

function beyondPosition({ changedAt, id }: ChangePosition, time: string, key: string): string {
  return changedAt === NO_TIME ? `${key} gt ${stringLiteral(id)}` : `${time} ge ${timeLiteral(changedAt)}`
}

export interface DayListing extends Listing {
  /** The key fields, which are also the order. */
  keys: readonly string[]
  /** Condition: changed or made on that day (`2026-01-31`) or later. Absent = SAP doesn't tell: all of it is read each time. */
  changedSince?(day: string): string
  /** Condition of a full read. */
  everything?: string
}

/**
 * By key, within a window of days. The next window begins a day before this one was begun to be read: whatever changes while it is
 * read comes again.
 */
export async function* scanByDay(
  odata: ODataV2,
  { api, set, filter, keys, changedSince, everything, ...listing }: DayListing,
  after: Cursor | null,
  scan: Scan,
): AsyncGenerator<RowPage> {
  const window = readWindow(after, scan.now())
  const changed = window.since === undefined || !changedSince ? everything : `(${changedSince(window.since)})`
  for (;;) {
    stopIfAsked(scan.signal)
    const beyond = window.key && beyondKey(keys, window.key)
    const query = { ...listing, filter: allOf(filter, changed, beyond), orderby: keys.join(','), top: scan.pageSize }
    const rows = await odata.list(api, set, query, scan.signal)
    const last = rows.length < scan.pageSize ? undefined : rows.at(-1)
    window.key = last && keys.map((key) => textOf(last, key) ?? '')
    yield { rows, next: writeWindow(window) }
    if (!window.key) return
  }
}

export interface DayWindow {
  /** Undefined = everything. */
  since: string | undefined
  started: string
  /** Of the last record given; undefined at the beginning and, in a cursor, at the end. */
  key: string[] | undefined
}

const EVERYTHING = '1970-01-01'
const DAY_MS = 86_400_000

/** The window a cursor stands for; at the end of one, the next. */
export function readWindow(after: Cursor | null, now: Date): DayWindow {
  const position = readCursor(after)
  const fresh = { since: undefined, started: now.toISOString().slice(0, 10), key: undefined }
  if (!position) return fresh
  if (position.id === '') return { ...fresh, since: daysBefore(new Date(position.changedAt), 1) }
  const since = position.changedAt.slice(0, 10)
  const [started = fresh.started, ...key] = parsedKey(position.id)
  return key.length === 0 ? fresh : { since: since === EVERYTHING ? undefined : since, started, key }
}

export function writeWindow({ since, started, key }: DayWindow): Cursor {
  if (!key) return writeCursor({ changedAt: `${started}T00:00:00.000Z`, id: '' })
  return writeCursor({ changedAt: `${since ?? EVERYTHING}T00:00:00.000Z`, id: JSON.stringify([started, ...key]) })
}

function parsedKey(text: string): string[] {
  try {
    const key: unknown = JSON.parse(text)
    return Array.isArray(key) && key.every((part) => typeof part === 'string') ? key : []
  } catch {
    return []
  }
}

/** `2026-01-31` */
export function daysBefore(date: Date, days: number): string {
  return new Date(date.getTime() - days * DAY_MS).toISOString().slice(0, 10)
}

/** `a gt 1 or (a eq 1 and (b gt 2 or ...))` */
export function beyondKey(
  [first = '', ...more]: readonly string[],
  [value = '', ...values]: readonly string[],
): string {
  const literal = stringLiteral(value)
  if (more.length === 0) return `${first} gt ${literal}`
  return `(${first} gt ${literal} or (${first} eq ${literal} and ${beyondKey(more, values)}))`
}

/** Between two requests. */
export function stopIfAsked(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ErpError('unreachable', 'Reading from SAP was stopped.')
}
