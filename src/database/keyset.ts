// Keyset paging: a page goes on after the last row's sort value and id, so the deepest page costs what the first does.
import type { Knex } from 'knex'
import type { Db } from './database.ts'

/** A place in a list: sort value as PostgreSQL writes it, to the microsecond, and id. */
export interface Position {
  at: string
  id: string
}

/** `newest`: as people read. `changed`: as who keeps a copy reads, oldest change first, none before `since` and none from `until` on. */
export type PageRequest = { after?: Position | undefined; limit: number } & (
  | { order: 'newest' }
  | { order: 'changed'; since: string; until: string }
)

/** Which column a table's rows are newest by. */
export interface KeysetTable {
  table: 'orders' | 'shipments' | 'invoices'
  newest: string
  /** Type of `newest`. */
  type: 'timestamptz' | 'date'
}

/**
 * Up to so many accounts are looked up one by one, each in the order of its index, and merged: that costs the same however long ago they
 * bought something. With more accounts, or where something else narrows the list, PostgreSQL chooses better.
 */
const MERGED_ACCOUNTS = 200

/** What says whose rows and of which time; everything else in a filter narrows them. */
const SCOPE: ReadonlySet<string> = new Set(['sellerId', 'accountIds', 'zone', 'today', 'from', 'to'])

/** Ids of a page, in order, as a subquery (id, at) to join the table to. `visible` are the rows to choose from, as `t`. */
export function pageOfIds(
  db: Db,
  { table, newest, type }: KeysetTable,
  visible: (query: Knex.QueryBuilder) => Knex.QueryBuilder,
  filter: { accountIds?: readonly string[] | undefined },
  page: PageRequest,
): Knex.QueryBuilder {
  const changed = page.order === 'changed'
  const by = changed ? 'changed_at' : newest
  const direction = changed ? 'asc' : 'desc'
  const query = visible(db(`${table} as t`))
    .select('t.id', { at: `t.${by}` })
    .orderBy([
      { column: `t.${by}`, order: direction },
      { column: 't.id', order: direction },
    ])
    .limit(page.limit)
  if (page.order === 'changed') query.where('t.changed_at', '>=', page.since).where('t.changed_at', '<', page.until)
  if (page.after)
    query.whereRaw(`(t.${by}, t.id) ${changed ? '>' : '<'} (?::${changed ? 'timestamptz' : type}, ?::uuid)`, [
      page.after.at,
      page.after.id,
    ])
  const { accountIds } = filter
  if (!accountIds) return query
  if (accountIds.length === 1) return query.where('t.account_id', accountIds[0])
  const narrowed = Object.entries(filter).some(([name, value]) => value !== undefined && !SCOPE.has(name))
  if (changed || narrowed || accountIds.length > MERGED_ACCOUNTS)
    return query.whereRaw('t.account_id = ANY(?::uuid[])', [[...accountIds]])
  return db
    .select('k.id', 'k.at')
    .from(
      db.raw('unnest(?::uuid[]) AS a(id) CROSS JOIN LATERAL (?) AS k', [
        [...accountIds],
        query.whereRaw('t.account_id = a.id'),
      ]),
    )
    .orderBy([
      { column: 'k.at', order: direction },
      { column: 'k.id', order: direction },
    ])
    .limit(page.limit)
}

/** Rows of a page: `columns` of the table as `t`, and the `position` to go on from. */
export function readPage(
  db: Db,
  table: KeysetTable['table'],
  ids: Knex.QueryBuilder,
  order: PageRequest['order'],
  columns: Record<string, string>,
): Knex.QueryBuilder {
  const direction = order === 'changed' ? 'asc' : 'desc'
  return db
    .select({ ...columns, position: db.raw('page.at::text') })
    .from(ids.as('page'))
    .join(`${table} as t`, 't.id', 'page.id')
    .orderBy([
      { column: 'page.at', order: direction },
      { column: 'page.id', order: direction },
    ])
}

/** Everything that `list` gives, newest first, a batch at a time: for exports of any size. */
export async function* eachBatch<T extends { id: string; position: string }>(
  list: (page: PageRequest) => Promise<T[]>,
  size = 500,
): AsyncGenerator<T[]> {
  let after: Position | undefined
  do {
    const rows = await list({ order: 'newest', after, limit: size })
    if (rows.length > 0) yield rows
    const last = rows.length === size ? rows.at(-1) : undefined
    after = last && { at: last.position, id: last.id }
  } while (after)
}

/** At most so many are counted: a person can't read more, and counting a million takes a second. */
export const COUNT_LIMIT = 10_000

export interface Count {
  value: number
  /** False: there are more. */
  exact: boolean
}

/** How many rows of `rows` (of a table as `t`) are of these accounts, at most COUNT_LIMIT. */
export async function countRows(
  db: Db,
  rows: Knex.QueryBuilder,
  accountIds: readonly string[] | undefined,
): Promise<Count> {
  if (accountIds) rows.whereRaw('t.account_id = ANY(?::uuid[])', [[...accountIds]])
  const [row] = await db.count<{ n: string }[]>({ n: '*' }).from(
    rows
      .select(db.raw('1'))
      .limit(COUNT_LIMIT + 1)
      .as('c'),
  )
  const n = Number(row?.n ?? 0)
  return { value: Math.min(n, COUNT_LIMIT), exact: n <= COUNT_LIMIT }
}

/**
 * Until when changes may be read without missing one: before the oldest transaction of the hub's that is still open began, and before
 * the last second. Ask before the page is read: a transaction that isn't open then is in the page's snapshot.
 */
export async function changesUntil(db: Db): Promise<string> {
  const { rows } = await db.raw<{ rows: { until: string }[] }>(
    `SELECT (least(now(), min(xact_start)) - interval '1 second')::text AS until
     FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'procurement-hub'`,
  )
  return rows[0]?.until ?? ''
}
