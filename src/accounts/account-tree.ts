// The account tree as it is read, grown and changed: each property with the account it comes from, and moves that keep history.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { isUniqueViolation } from '../database/together.ts'
import { HubError } from '../errors.ts'
import { presentPlace, type Reach, whereWithin } from './access.ts'
import type { Account } from './account.ts'
import { livesIn } from './account-store.ts'

/** What an account may have of its own; absent = as the account above. */
export interface AccountProperties {
  contract: string
  paymentTerms: string
  rules: { costCentreRequired?: boolean | undefined; projectRequired?: boolean | undefined }
  /** Over the credit, or the ERP's word on it in doubt: see credit/credit-policy.ts. */
  creditPolicy: {
    overCredit?: 'block' | 'ask' | 'warn' | undefined
    staleCredit?: 'ignore' | 'warn' | 'ask' | undefined
  }
  catalogues: string[]
  /** True: ship-tos of accounts above are not its own. */
  onlyOwnShipTos: boolean
  currency: string
  timeZone: string
  /** MM-DD */
  fiscalYearStart: string
  customerNumber: string
  erpConnectionId: string
}

export type PropertyName = keyof AccountProperties
type Column = 'currency' | 'time_zone' | 'fiscal_year_start' | 'customer_number' | 'erp_connection_id'
const columns: Partial<Record<PropertyName, Column>> = {
  currency: 'currency',
  timeZone: 'time_zone',
  fiscalYearStart: 'fiscal_year_start',
  customerNumber: 'customer_number',
  erpConnectionId: 'erp_connection_id',
}

/** A property as it holds: `own` nobody above has it, `override` instead of what is above, `inherit` from above. */
export interface Held {
  value: unknown
  from: string
  how: 'own' | 'inherit' | 'override'
}

export interface AccountInTree extends Account {
  companyId: string
  path: string[]
  version: number
}

/** An account and what holds for it. */
export interface AccountDetail extends AccountInTree {
  properties: Partial<Record<PropertyName, Held>>
  groups: { id: string; name: string; kind: string }[]
}

const IN_TREE = {
  id: 'a.id',
  sellerId: 'a.seller_id',
  parentId: 'a.parent_id',
  kind: 'a.kind',
  name: 'a.name',
  customerNumber: 'a.customer_number',
  erpConnectionId: 'a.erp_connection_id',
  status: 'a.status',
  companyId: 'a.company_id',
  path: 'a.path',
  version: 'a.version',
}

/** THE filter of accounts. */
function accountsWithin(db: Db, reach: Reach) {
  return db('accounts as a')
    .select(IN_TREE)
    .where({ 'a.seller_id': reach.sellerId })
    .where((q) => whereWithin(q, ownAsAccount(reach), presentPlace))
}

/** What is one's own of an account is the account itself. */
function ownAsAccount(reach: Reach): Reach {
  return reach.own ? { ...reach, accountIds: [...reach.accountIds, ...reach.own.accountIds] } : reach
}

export interface AccountFilter {
  /** Directly below this account. */
  parentId?: string | undefined
  groupId?: string | undefined
  status?: string | undefined
  customerNumber?: string | undefined
  /** Part of the name. */
  name?: string | undefined
}

/** Accounts after `after` (an id), in order of id, at most `limit`. */
export async function listAccountsWithin(
  db: Db,
  reach: Reach,
  filter: AccountFilter,
  page: { after?: string | undefined; limit: number },
): Promise<AccountInTree[]> {
  const query = accountsWithin(db, reach).orderBy('a.id').limit(page.limit)
  if (page.after) query.where('a.id', '>', page.after)
  if (filter.parentId) query.where({ 'a.parent_id': filter.parentId })
  if (filter.status) query.where({ 'a.status': filter.status })
  if (filter.customerNumber) query.where({ 'a.customer_number': filter.customerNumber })
  if (filter.name) query.whereRaw('position(lower(?) in lower(a.name)) > 0', [filter.name])
  if (filter.groupId)
    query.whereIn('a.id', db('account_group_members').select('account_id').where({ group_id: filter.groupId }))
  return query
}

/** Undefined = not there, or not within reach: nobody is told which. */
export async function findAccountWithin(db: Db, reach: Reach, id: string): Promise<AccountInTree | undefined> {
  return accountsWithin(db, reach).where({ 'a.id': id }).first()
}

/** Throws HubError not_found. */
export async function accountWithin(db: Db, reach: Reach, id: string | undefined): Promise<AccountInTree> {
  const account = id && (await findAccountWithin(db, reach, id))
  if (!account) throw new HubError('not_found', 'There is no such company account.')
  return account
}

/** The account with every property that holds, and the groups it is in. */
export async function describeAccount(db: Db, account: AccountInTree): Promise<AccountDetail> {
  const { rows } = await db.raw(
    `SELECT account_terms(a.id) AS terms, coalesce(account_terms(a.parent_id), '{}') AS above,
       (SELECT coalesce(json_agg(json_build_object('id', g.id, 'name', g.name, 'kind', g.kind) ORDER BY g.name), '[]')
        FROM account_group_members x JOIN account_groups g ON g.id = x.group_id WHERE x.account_id = a.id) AS groups
     FROM accounts a WHERE a.id = ?`,
    [account.id],
  )
  const { terms, above, groups } = rows[0] as {
    terms: Record<PropertyName, { value: unknown; from: string }>
    above: Record<string, unknown>
    groups: AccountDetail['groups']
  }
  const properties = Object.fromEntries(
    Object.entries(terms).map(([name, { value, from }]): [string, Held] => {
      const how = from !== account.id ? 'inherit' : Object.hasOwn(above, name) ? 'override' : 'own'
      return [name, { value, from, how }]
    }),
  )
  return { ...account, properties, groups }
}

export interface NewAccount {
  parentId: string | null
  kind: Account['kind']
  name: string
  status: Account['status']
}

/** Adds an account; its properties are set by changeAccount. */
export async function addAccount(db: Db, sellerId: string, account: NewAccount, stamp: Stamp): Promise<string> {
  const id = stamp.newId()
  const { parentId, kind, name, status } = account
  // A parent that moves meanwhile would leave the child with a path that is no more.
  if (parentId) await db('accounts').select('id').where({ id: parentId, seller_id: sellerId }).forShare()
  await db('accounts').insert({
    id,
    seller_id: sellerId,
    parent_id: parentId,
    kind,
    name,
    status,
    created_at: stamp.at,
  })
  return id
}

export interface AccountChange {
  name?: string | undefined
  status?: Account['status'] | undefined
  /** Null = as the account above. */
  properties?: { [N in PropertyName]?: AccountProperties[N] | null | undefined } | undefined
}

/**
 * Changes an account that is at `version`, in the caller's transaction. Throws HubError conflict when it was changed meanwhile, or when
 * another account of the same ERP has the customer number.
 */
export async function changeAccount(db: Db, id: string, version: number, change: AccountChange): Promise<void> {
  const { name, status, properties = {} } = change
  const row: Record<string, unknown> = { ...(name ? { name } : {}), ...(status ? { status } : {}) }
  const kept: Record<string, unknown> = {}
  const dropped: string[] = []
  for (const [property, value] of Object.entries(properties)) {
    if (value === undefined) continue
    const column = columns[property as PropertyName]
    if (column) row[column] = value
    else if (value === null) dropped.push(property)
    else kept[property] = value
  }
  const update = db('accounts')
    .where({ id, version })
    .update({
      ...row,
      version: version + 1,
      properties: db.raw('(properties - ?::text[]) || ?::jsonb', [dropped, JSON.stringify(kept)]),
    })
  const taken = () =>
    new HubError('conflict', `There is an account with customer number ${properties.customerNumber} already.`)
  const changed = await update.catch((error: unknown) => {
    throw isUniqueViolation(error) ? taken() : error
  })
  if (changed === 0) throw stale()
  if (properties.customerNumber && (await hasTwin(db, id))) throw taken()
}

/** Whether another account has the customer number of the same ERP, or of none in particular. */
async function hasTwin(db: Db, id: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `SELECT FROM accounts a JOIN accounts b ON b.seller_id = a.seller_id AND b.customer_number = a.customer_number AND b.id <> a.id
     CROSS JOIN LATERAL (SELECT ${livesIn('a')} AS mine, ${livesIn('b')} AS theirs) lives
     WHERE a.id = ? AND (lives.theirs IS NULL OR lives.theirs = lives.mine) LIMIT 1`,
    [id],
  )
  return rows.length > 0
}

export function stale(): HubError {
  return new HubError('conflict', 'It was changed meanwhile: read it again, and change that.')
}

/**
 * Moves an account with all below it under `parentId` (null = to the top of a tree of its own). What was ordered keeps the old place.
 * Trees change one at a time per seller, so that two moves can't make a ring. Throws HubError conflict.
 */
export async function moveAccount(
  db: Db,
  sellerId: string,
  id: string,
  parentId: string | null,
  version: number,
): Promise<void> {
  await db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 7219))', [`account tree ${sellerId}`])
  const ids = parentId ? [id, parentId] : [id]
  const rows: { id: string; path: string[]; version: number }[] = await db('accounts')
    .select('id', 'path', 'version')
    .where({ seller_id: sellerId })
    .whereIn('id', ids)
    .orderBy('id')
    .forUpdate()
  const moved = rows.find((row) => row.id === id)
  const above = rows.find((row) => row.id === parentId)
  if (!moved || (parentId && !above)) throw new HubError('not_found', 'There is no such company account.')
  if (moved.version !== version) throw stale()
  if (above?.path.includes(id))
    throw new HubError('conflict', 'An account can’t be below itself: that account stands below the one to move.')
  // Writers that read a path of the subtree (orders, grants) hold or wait for these rows.
  await db.raw('SELECT id FROM accounts WHERE path @> ARRAY[?]::uuid[] ORDER BY id FOR UPDATE', [id])
  await db('accounts')
    .where({ id })
    .update({ parent_id: parentId, version: version + 1 })
  await db.raw(
    `WITH RECURSIVE tree AS (
       SELECT a.id, coalesce(up.path, '{}') || a.id AS path,
         CASE WHEN up.id IS NULL OR a.kind IN ('holding', 'company') THEN a.id ELSE up.company_id END AS company_id
       FROM accounts a LEFT JOIN accounts up ON up.id = a.parent_id WHERE a.id = ?
       UNION ALL
       SELECT a.id, t.path || a.id, CASE WHEN a.kind IN ('holding', 'company') THEN a.id ELSE t.company_id END
       FROM accounts a JOIN tree t ON a.parent_id = t.id)
     UPDATE accounts a SET path = t.path, company_id = t.company_id FROM tree t WHERE t.id = a.id`,
    [id],
  )
  await endForeignRights(db, id)
}

/** Who stands in another tree than before keeps no role in the old one, and nobody of that one keeps any here. */
async function endForeignRights(db: Db, movedId: string): Promise<void> {
  await db.raw(
    `DELETE FROM grants g USING memberships m, accounts own, accounts there
     WHERE m.id = g.membership_id AND own.id = m.account_id AND there.id = g.account_id AND own.path[1] <> there.path[1]
       AND (own.path @> ARRAY[?]::uuid[] OR there.path @> ARRAY[?]::uuid[])`,
    [movedId, movedId],
  )
}
