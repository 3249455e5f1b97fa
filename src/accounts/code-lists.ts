// Cost centres, projects and ship-tos of accounts: lists of codes with something about each, read with those of the accounts above.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { isUniqueViolation } from '../database/together.ts'
import { HubError } from '../errors.ts'
import { presentPlace, type Reach, whereWithin } from './access.ts'
import { shipToAccounts } from './restrictions.ts'

export type CodeTable = 'cost_centres' | 'projects' | 'ship_tos'

/** The columns of each beside code and status. */
const COLUMNS = {
  cost_centres: { name: 't.name', ownerId: 't.owner_id' },
  projects: { name: 't.name', startsOn: 't.starts_on', endsOn: 't.ends_on' },
  ship_tos: { address: 't.address' },
} as const satisfies Record<CodeTable, Record<string, string>>
const SHARED = { id: 't.id', accountId: 't.account_id', code: 't.code', status: 't.status' }

export interface Coded {
  id: string
  accountId: string
  code: string
  status: 'active' | 'closed'
  [property: string]: unknown
}

function listed(db: Db, table: CodeTable, reach: Reach) {
  const { own, accountIds } = reach
  // What is one's own of an account's lists is all that one may order for there.
  const widened = own ? { ...reach, accountIds: [...accountIds, ...own.accountIds] } : reach
  return db(`${table} as t`)
    .join('accounts as a', 'a.id', 't.account_id')
    .select({ ...SHARED, ...COLUMNS[table] })
    .where({ 't.seller_id': reach.sellerId })
    .where((q) => whereWithin(q, widened, presentPlace))
}

/** Entries after `after` (an id). */
export async function listCodes(
  db: Db,
  table: CodeTable,
  reach: Reach,
  filter: { accountId?: string | undefined; status?: string | undefined; code?: string | undefined },
  page: { after?: string | undefined; limit: number },
): Promise<Coded[]> {
  const query = listed(db, table, reach).orderBy('t.id').limit(page.limit)
  if (page.after) query.where('t.id', '>', page.after)
  for (const [name, value] of Object.entries({
    account_id: filter.accountId,
    status: filter.status,
    code: filter.code,
  }))
    if (value) query.where(`t.${name}`, value)
  return query
}

/** What may be chosen at an account: its own entries and those of the accounts above, the nearest of a code. */
export async function listUsableCodes(db: Db, table: CodeTable, accountId: string): Promise<Coded[]> {
  const from = table === 'ship_tos' ? shipToAccounts : 'a.path'
  return db(`${table} as t`)
    .distinctOn('t.code')
    .select({ ...SHARED, ...COLUMNS[table] })
    .joinRaw(`JOIN accounts a ON a.id = ? AND t.account_id = ANY(${from})`, [accountId])
    .where({ 't.status': 'active' })
    .orderByRaw('t.code, array_position(a.path, t.account_id) DESC')
}

export async function findCode(db: Db, table: CodeTable, reach: Reach, id: string): Promise<Coded | undefined> {
  return listed(db, table, reach).where({ 't.id': id }).first()
}

/** Property -> value of a row; `address` is an object. */
function rowOf(table: CodeTable, entry: Record<string, unknown>): Record<string, unknown> {
  const names: Record<string, string> = { code: 't.code', status: 't.status', ...COLUMNS[table] }
  return Object.fromEntries(
    Object.entries(entry).flatMap(([name, value]) => {
      const column = names[name]?.slice(2)
      if (!column || value === undefined) return []
      return [[column, name === 'address' ? JSON.stringify(value) : value]]
    }),
  )
}

/** Throws HubError conflict when the account has the code. */
export async function addCode(
  db: Db,
  table: CodeTable,
  place: { sellerId: string; accountId: string },
  entry: Record<string, unknown>,
  stamp: Stamp,
): Promise<string> {
  const id = stamp.newId()
  const times = { created_at: stamp.at, updated_at: stamp.at }
  try {
    await db(table).insert({
      ...{ id, seller_id: place.sellerId, account_id: place.accountId },
      ...rowOf(table, entry),
      ...times,
    })
  } catch (error) {
    if (isUniqueViolation(error)) throw new HubError('conflict', `The account has the code ${entry.code} already.`)
    throw error
  }
  return id
}

export async function changeCode(
  db: Db,
  table: CodeTable,
  id: string,
  change: Record<string, unknown>,
  stamp: Stamp,
): Promise<void> {
  await db(table)
    .where({ id })
    .update({ ...rowOf(table, change), updated_at: stamp.at })
}
