// Custom roles, and grants of roles: dated, for a part of the tree. A role's change reaches everyone who has it.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { isUniqueViolation } from '../database/together.ts'
import { HubError } from '../errors.ts'
import { presentPlace, type Reach, whereWithin } from './access.ts'
import { stale } from './account-tree.ts'
import type { Place } from './grant-rights.ts'
import type { RoleName } from './permission.ts'

export interface Role {
  id: string
  /** Null = a template of the seller's, for every customer. */
  accountId: string | null
  name: string
  description: string | null
  permissions: string[]
  assignableBy: 'buyer' | 'seller'
  version: number
}

const COLUMNS = {
  id: 'r.id',
  accountId: 'r.account_id',
  name: 'r.name',
  description: 'r.description',
  permissions: 'r.permissions',
  assignableBy: 'r.assignable_by',
  version: 'r.version',
}

/** THE filter of roles: the seller's templates, and those of accounts within reach. */
function rolesWithin(db: Db, reach: Reach) {
  return db('roles as r')
    .leftJoin('accounts as a', 'a.id', 'r.account_id')
    .select(COLUMNS)
    .where({ 'r.seller_id': reach.sellerId })
    .where((q) => {
      // An empty condition beside an OR would be left out: nothing but the templates.
      if (!reach.all) q.whereNull('r.account_id').orWhere((inside) => whereWithin(inside, reach, presentPlace))
    })
}

export async function listRoles(db: Db, reach: Reach, after: string | undefined, limit: number): Promise<Role[]> {
  const query = rolesWithin(db, reach).orderBy('r.id').limit(limit)
  return after ? query.where('r.id', '>', after) : query
}

/** Locked against changes where `lock` says so. */
export async function findRole(db: Db, reach: Reach, id: string, lock?: 'change' | 'use'): Promise<Role | undefined> {
  if (lock)
    await db('roles')
      .where({ id, seller_id: reach.sellerId })
      [lock === 'change' ? 'forUpdate' : 'forShare']()
      .select('id')
  return rolesWithin(db, reach).where({ 'r.id': id }).first()
}

type RoleContent = Pick<Role, 'name' | 'description' | 'permissions' | 'assignableBy'>

const asRow = ({ name, description, permissions, assignableBy }: Partial<RoleContent>) => ({
  ...(name === undefined ? {} : { name }),
  ...(description === undefined ? {} : { description }),
  ...(permissions === undefined ? {} : { permissions }),
  ...(assignableBy === undefined ? {} : { assignable_by: assignableBy }),
})

/** Throws HubError conflict when the name is taken. */
export async function addRole(
  db: Db,
  place: { sellerId: string; accountId: string | null },
  role: RoleContent,
  stamp: Stamp,
): Promise<string> {
  const id = stamp.newId()
  await named(
    role.name,
    db('roles').insert({
      ...{ id, seller_id: place.sellerId, account_id: place.accountId },
      ...asRow(role),
      ...{ created_at: stamp.at, updated_at: stamp.at },
    }),
  )
  return id
}

/** Throws HubError conflict when it was changed meanwhile, or the name is taken. */
export async function changeRole(
  db: Db,
  role: Role,
  version: number,
  change: Partial<RoleContent>,
  stamp: Stamp,
): Promise<void> {
  const update = db('roles').where({ id: role.id, version })
  const row = { ...asRow(change), version: version + 1, updated_at: stamp.at }
  if ((await named(change.name ?? role.name, update.update(row))) === 0) throw stale()
}

async function named<T>(name: string, write: PromiseLike<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (isUniqueViolation(error)) throw new HubError('conflict', `There is a role "${name}" already.`)
    throw error
  }
}

/** Where a role was given to somebody: its change is a grant there. */
export async function placesOfRole(db: Db, roleId: string): Promise<Place[]> {
  return db('accounts as a')
    .distinct({ accountId: 'a.id', companyId: 'a.company_id', path: 'a.path' })
    .whereIn('a.id', db('grants').select('account_id').where({ role_id: roleId }))
}

/** Throws HubError conflict while somebody has it. */
export async function removeRole(db: Db, id: string): Promise<void> {
  if (await db('grants').where({ role_id: id }).first('id'))
    throw new HubError('conflict', 'Somebody has this role: take it from them first.')
  await db('roles').where({ id }).delete()
}

export interface NewGrant {
  membershipId: string
  role: RoleName | null
  roleId: string | null
  accountId: string
  validFrom: Date
  validTo: Date | null
  grantedBy: string | null
}

export async function addGrant(db: Db, grant: NewGrant, stamp: Stamp): Promise<string> {
  const id = stamp.newId()
  await db('grants').insert({
    id,
    membership_id: grant.membershipId,
    role: grant.role,
    role_id: grant.roleId,
    account_id: grant.accountId,
    valid_from: grant.validFrom,
    valid_to: grant.validTo,
    granted_by: grant.grantedBy,
    created_at: stamp.at,
  })
  return id
}

export async function removeGrant(db: Db, membershipId: string, id: string): Promise<void> {
  await db('grants').where({ id, membership_id: membershipId }).delete()
}
