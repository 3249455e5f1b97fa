// What the lists of the storefront API share: query parameters, opaque cursors, and the shape of a page.
import { z } from 'zod'
import { listSubtree } from '../accounts/account-store.ts'
import type { Db } from '../database/database.ts'
import { changesUntil, type PageRequest, type Position } from '../database/keyset.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'

/** `true` or `false`. */
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

/** Several values of an enumeration, after commas. */
export function anyOf<T extends string>(values: readonly [T, ...T[]]) {
  const pattern = new RegExp(`^(${values.join('|')})(,(${values.join('|')}))*$`)
  return z
    .string()
    .max(500)
    .regex(pattern, `must be one or more of ${values.join(', ')}, with a comma between them`)
    .transform((text) => text.split(',') as T[])
}

/** A value a record is looked up by. */
export const term = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}*$/u, 'holds a control character')

export const day = z.iso.date()

export const zoneParameter = z
  .string()
  .max(60)
  .refine(isTimeZone, 'is no IANA time zone such as Europe/Amsterdam')
  .optional()
  .describe('IANA time zone the days are meant in, such as Europe/Amsterdam; the hub’s own where absent')

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null && !/^[+-]/.test(zone)
  } catch {
    return false
  }
}

/** The day it is in `zone`, 2026-01-31. */
export function todayIn(hub: Hub, at: Date = hub.now(), zone: string = hub.config.timeZone): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(at)
}

export const amount = z.string().describe('decimal text').meta({ example: '1234.50' })
export const currency = z.string().describe('ISO 4217').meta({ example: 'EUR' })
export const timeShown = z.iso.datetime().meta({ example: '2026-01-05T09:30:00.000Z' })
export const dateShown = z.iso.date().meta({ example: '2026-01-31' })

/** Of every list. Unknown parameters are refused: a filter misspelt would show everything. */
export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('rows of a page'),
  cursor: z.string().max(300).optional().describe('`next` of the page before'),
  count: flag.optional().describe('true: also count the matching rows, up to 10,000'),
  updated_since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe(
      'For keeping a copy: what was written since, oldest change first. At the end take `syncedUntil` as the next `updated_since`: ' +
        'nothing is missed, also where a change took long to be committed. The last second is left out.',
    ),
})

/** Rows of one account, or of it and all below it. */
export const accountQuery = {
  accountId: z.uuid().optional().describe('company account'),
  subtree: flag.optional().describe('true: with all accounts below accountId'),
}

/** The ids `accountId` and `subtree` stand for; undefined = no such filter, empty = no such account of the seller's. */
export async function accountsOf(
  db: Db,
  sellerId: string,
  query: { accountId?: string | undefined; subtree?: boolean | undefined },
): Promise<string[] | undefined> {
  if (!query.accountId) return undefined
  return query.subtree ? listSubtree(db, sellerId, query.accountId) : [query.accountId]
}

/** A page of a list. */
export function keysetPageOf<T extends z.ZodType, E extends z.ZodRawShape>(item: T, also: E) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe('cursor of the next page; null at the end'),
    syncedUntil: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('with updated_since, on the last page: every change before this was given'),
    count: z
      .object({ value: z.int(), exact: z.boolean().describe('false: there are more than could be counted') })
      .optional()
      .describe('with count=true'),
    ...also,
  })
}

/** Reads what the parameters of a list say about its paging. Throws HubError invalid_input on a cursor of another list. */
export async function pageRequest(db: Db, query: z.output<typeof listQuery>): Promise<PageRequest> {
  const { limit, cursor, updated_since: since } = query
  if (!since) return { order: 'newest', limit, after: cursor ? readCursor(cursor, 'newest') : undefined }
  return {
    order: 'changed',
    since,
    until: await changesUntil(db),
    limit,
    after: cursor ? readCursor(cursor, 'changed') : undefined,
  }
}

/** Cuts rows read with `limit + 1` to a page. */
export function asKeysetPage<T extends { id: string; position: string }, U>(
  rows: T[],
  limit: number,
  page: PageRequest,
  show: (row: T) => U,
): { items: U[]; next: string | null; syncedUntil?: string } {
  const kept = rows.slice(0, limit)
  const last = rows.length > limit ? kept.at(-1) : undefined
  const next = last ? writeCursor(page.order, { at: last.position, id: last.id }) : null
  return {
    items: kept.map(show),
    next,
    ...(page.order === 'changed' && !last ? { syncedUntil: isoOf(page.until) } : {}),
  }
}

const cursorSchema = z.tuple([
  z.enum(['newest', 'changed']),
  z.string().regex(/^\d{4,6}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d(:\d\d)?)?)?$/),
  z.uuid(),
])

function writeCursor(order: PageRequest['order'], { at, id }: Position): string {
  return Buffer.from(JSON.stringify([order, at, id])).toString('base64url')
}

function readCursor(cursor: string, order: PageRequest['order']): Position {
  try {
    const [made, at, id] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    if (made === order) return { at, id }
  } catch {}
  throw new HubError('invalid_input', 'cursor: is not the `next` of a page of this list.')
}

/** A cursor of texts, for lists that have no time to go by. */
export function writeTextCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** The `count` texts of a cursor. Throws HubError invalid_input. */
export function readTextCursor(cursor: string, count: number): string[] {
  try {
    return z
      .array(term)
      .length(count)
      .parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new HubError('invalid_input', 'cursor: is not the `next` of a page of this list.')
  }
}

/** 2026-01-05 10:00:00.123456+00 -> 2026-01-05T10:00:00.123456+00:00 */
function isoOf(timestamp: string): string {
  return timestamp.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')
}
