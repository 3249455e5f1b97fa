// Groups of accounts across trees: associations, chains, buying groups.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { isUniqueViolation } from '../database/together.ts'
import { HubError } from '../errors.ts'

export const groupKinds = ['association', 'chain', 'buying-group'] as const

export interface AccountGroup {
  id: string
  name: string
  kind: (typeof groupKinds)[number]
  accountIds: string[]
}

/** Groups of a seller after `after` (an id), with their accounts. */
export async function listGroups(
  db: Db,
  sellerId: string,
  after: string | undefined,
  limit: number,
): Promise<AccountGroup[]> {
  const query = db('account_groups as g')
    .select('g.id', 'g.name', 'g.kind')
    .select({
      accountIds: db.raw('ARRAY(SELECT account_id FROM account_group_members WHERE group_id = g.id ORDER BY 1)'),
    })
    .where({ 'g.seller_id': sellerId })
    .orderBy('g.id')
    .limit(limit)
  return after ? query.where('g.id', '>', after) : query
}

/** Throws HubError conflict when the name is taken. */
export async function addGroup(
  db: Db,
  sellerId: string,
  group: Pick<AccountGroup, 'name' | 'kind'>,
  stamp: Stamp,
): Promise<string> {
  const id = stamp.newId()
  try {
    await db('account_groups').insert({ id, seller_id: sellerId, ...group, created_at: stamp.at })
  } catch (error) {
    if (isUniqueViolation(error)) throw new HubError('conflict', `There is a group "${group.name}" already.`)
    throw error
  }
  return id
}

/** Makes these the accounts of the group. Throws HubError not_found when the group or an account isn't the seller's. */
export async function setGroupAccounts(
  db: Db,
  sellerId: string,
  groupId: string,
  accountIds: readonly string[],
  stamp: Stamp,
): Promise<void> {
  const ids = [...new Set(accountIds)]
  const group = await db('account_groups').where({ id: groupId, seller_id: sellerId }).forUpdate().first('id')
  const found = await db('accounts').select('id').where({ seller_id: sellerId }).whereIn('id', ids)
  if (!group || found.length < ids.length)
    throw new HubError('not_found', 'There is no such group, or no such account.')
  await db('account_group_members').where({ group_id: groupId }).whereNotIn('account_id', ids).delete()
  if (ids.length > 0)
    await db('account_group_members')
      .insert(ids.map((account_id) => ({ group_id: groupId, account_id, created_at: stamp.at })))
      .onConflict()
      .ignore()
}
