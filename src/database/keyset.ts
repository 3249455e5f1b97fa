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

/** A table that is read in pages. */
export interface KeysetTable {
  table: 'orders' | 'shipments' | 'invoices'
  /** The column its rows are newest by, and its type. */
  newest: string
  type: 'timestamptz' | 'date'
  /** Fields of its filter that have an index in that order: by each of them alone, one plan is right for every value. */
  indexed: readonly string[]
}

/** Property -> column of `t`, or an expression. */
export type Columns = Readonly<Record<string, string | Knex.Raw>>

/** A name beside an id of `t`. A subquery and not a join: PostgreSQL would read all accounts for a page of fifty. */
export function nameOf(db: Db, table: 'accounts' | 'people', id: 'account_id' | 'person_id'): Knex.Raw {
  return db.raw(`(SELECT n.name FROM ${table} n WHERE n.id = t.${id})`)
}

interface Filter<Reach = unknown> {
  reach: Reach
  accountIds?: readonly string[] | undefined
}

/** How rows come to be what the caller may see. */
export interface Way<Reach> {
  /** Names it: one plan is right for all ids. */
  shape: string
  reach: Reach
}

/**
 * Up to so many accounts are looked up one by one, each in the order of its index, and merged: that costs the same however long ago they
 * bought something. With more accounts, or where something else narrows the list, PostgreSQL chooses better.
 */
const MERGED_ACCOUNTS = 200

/** What says of which time rows are; beside whose they are, everything else in a filter narrows them. */
const TIME: ReadonlySet<string> = new Set(['zone', 'today', 'from', 'to'])

/** What a filter asks for; to reach everything is to ask for nothing. */
const given = (filter: Filter) =>
  Object.entries(filter).filter(([name, value]) => value !== undefined && !(name === 'reach' && value.all))

/**
 * A page of a table as `t`, in one query: `columns` and the `position` to go on from. `visible` narrows the rows to choose from; the
 * accounts of `filter` are looked up here. Of several `ways` that rows are seen each gives a page, and the newest of them are it.
 */
export function pageQuery<Reach>(
  db: Db,
  keyset: KeysetTable,
  columns: Columns,
  visible: (query: Knex.QueryBuilder, reach: Reach) => Knex.QueryBuilder,
  ways: readonly Way<Reach>[],
  filter: Filter<Reach>,
  page: PageRequest,
): Knex.QueryBuilder {
  const { table, newest, type } = keyset
  const changed = page.order === 'changed'
  const by = changed ? 'changed_at' : newest
  const inOrder = (name: string) =>
    [by, 'id'].map((column) => ({ column: `${name}.${column}`, order: changed ? 'asc' : 'desc' }))
  const seen = (reach: Reach) => {
    const rows = visible(db(`${table} as t`), reach)
      .orderBy(inOrder('t'))
      .limit(page.limit)
    if (page.order === 'changed') rows.where('t.changed_at', '>=', page.since).where('t.changed_at', '<', page.until)
    if (page.after)
      rows.whereRaw(`(t.${by}, t.id) ${changed ? '>' : '<'} (?::${changed ? 'timestamptz' : type}, ?::uuid)`, [
        page.after.at,
        page.after.id,
      ])
    return rows
  }
  const { accountIds } = filter
  const merged = changed ? undefined : mergedRows()
  const chosen = merged
    ? db
        .select('o.*')
        .from(db.select('k.id').from(merged).orderBy(inOrder('k')).limit(page.limit).as('k'))
        .join(`${table} as o`, 'o.id', 'k.id')
    : ofAccounts(seen(filter.reach).select('t.*'), accountIds)
  const query = db
    .select({ ...columns, position: db.raw(`t.${by}::text`) })
    .from(chosen.as('t'))
    .orderBy(inOrder('t'))
  const name = planName(keyset, ways, filter, page)
  return name ? query.options({ name }) : query

  /** As `k`, pages that are merged: of each account, or of each way. */
  function mergedRows(): Knex.Raw | undefined {
    const keys = (reach: Reach) => seen(reach).select('t.id', `t.${by}`)
    if (accountIds && canMerge(accountIds, filter)) {
      const each = keys(filter.reach).whereRaw('t.account_id = a.id')
      return db.raw('unnest(?::uuid[]) AS a(id) CROSS JOIN LATERAL (?) AS k', [[...accountIds], each])
    }
    if (ways.length < 2 || given(filter).some(([name]) => !TIME.has(name) && name !== 'reach')) return undefined
    return db.raw(
      `(${ways.map(() => '(?)').join(' UNION ')}) AS k`,
      ways.map(({ reach }) => keys(reach)),
    )
  }
}

function canMerge(accountIds: readonly string[], filter: Filter): boolean {
  const narrowed = given(filter).some(([name]) => !TIME.has(name) && name !== 'accountIds')
  return !narrowed && accountIds.length !== 1 && accountIds.length <= MERGED_ACCOUNTS
}

function ofAccounts(rows: Knex.QueryBuilder, accountIds: readonly string[] | undefined): Knex.QueryBuilder {
  if (!accountIds) return rows
  return accountIds.length === 1
    ? rows.where('t.account_id', accountIds[0])
    : rows.whereRaw('t.account_id = ANY(?::uuid[])', [[...accountIds]])
}

/** The name of a statement that PostgreSQL need not plan again; undefined where the best plan depends on the values. */
function planName(
  { table, indexed }: KeysetTable,
  ways: readonly Way<unknown>[],
  filter: Filter,
  { order, after }: PageRequest,
): string | undefined {
  const fields = given(filter).filter(([name]) => !['zone', 'today', 'reach'].includes(name))
  const single = fields.every(([, value]) => !Array.isArray(value) || value.length === 1)
  const known = fields.every(([name]) => name === 'accountIds' || indexed.includes(name))
  const shape = ways.map((way) => way.shape).join('+')
  const chosenBy = [...(shape === 'all' ? [] : [shape]), ...fields.map(([name]) => name)]
  const steady = single && known && chosenBy.length <= (order === 'changed' ? 0 : 1)
  return steady && shape
    ? nameOfStatement(['hub list', table, order, after ? 'next' : 'first', ...chosenBy])
    : undefined
}

/** PostgreSQL tells names apart by their first 63 characters. */
function nameOfStatement(words: readonly string[]): string | undefined {
  const name = words.join(' ')
  return name.length <= 63 ? name : undefined
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
  ofAccounts(rows, accountIds)
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
