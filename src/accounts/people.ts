// People of a company as its administrators see them: memberships with what each may, and the changes to them.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { presentPlace, type Reach, whereWithin } from './access.ts'
import type { Membership } from './account.ts'
import type { MemberLimits } from './account-store.ts'
import { stale } from './account-tree.ts'
import type { RoleName } from './permission.ts'

export interface Grant {
  id: string
  /** A ready role, or the id of a custom one. */
  role: RoleName | null
  roleId: string | null
  accountId: string
  validFrom: string
  validTo: string | null
}

export interface Member extends Membership {
  sellerId: string
  companyId: string
  path: string[]
  email: string
  name: string
  personStatus: 'active' | 'suspended'
  managerId: string | null
  jobTitle: string | null
  orderLimit: string | null
  orderLimitCurrency: string | null
  costCentres: string[] | null
  projects: string[] | null
  shipTos: string[] | null
  catalogues: string[] | null
  /** What they were when they were suspended. */
  suspendedFrom: 'invited' | 'active' | null
  externalId: string | null
  version: number
  grants: Grant[]
  createdAt: Date
  updatedAt: Date
}

const COLUMNS = {
  id: 'm.id',
  sellerId: 'a.seller_id',
  accountId: 'm.account_id',
  companyId: 'a.company_id',
  path: 'a.path',
  personId: 'm.person_id',
  email: 'p.email',
  name: 'p.name',
  personStatus: 'p.status',
  role: 'm.role',
  status: 'm.status',
  costCentre: 'm.cost_centre',
  managerId: 'm.manager_id',
  jobTitle: 'm.job_title',
  orderLimit: 'm.order_limit',
  orderLimitCurrency: 'm.order_limit_currency',
  costCentres: 'm.cost_centres',
  projects: 'm.projects',
  shipTos: 'm.ship_tos',
  catalogues: 'm.catalogues',
  suspendedFrom: 'm.suspended_from',
  externalId: 'm.external_id',
  version: 'm.version',
  createdAt: 'm.created_at',
  updatedAt: 'm.updated_at',
}

const GRANTS = `(SELECT coalesce(json_agg(json_build_object('id', g.id, 'role', g.role, 'roleId', g.role_id, 'accountId', g.account_id,
  'validFrom', g.valid_from, 'validTo', g.valid_to) ORDER BY g.id), '[]') FROM grants g WHERE g.membership_id = m.id)`

/** THE filter of people. */
function membersWithin(db: Db, reach: Reach) {
  return db('memberships as m')
    .join('accounts as a', 'a.id', 'm.account_id')
    .join('people as p', 'p.id', 'm.person_id')
    .select(COLUMNS)
    .select({ grants: db.raw(GRANTS) })
    .where({ 'a.seller_id': reach.sellerId })
    .where((q) => whereWithin(q, reach, { ...presentPlace, person: 'm.person_id' }))
}

export interface MemberFilter {
  accountId?: string | undefined
  /** With the accounts below. */
  subtree?: boolean | undefined
  status?: string | undefined
  role?: string | undefined
  email?: string | undefined
  /** Part of name or e-mail address. */
  text?: string | undefined
  externalId?: string | undefined
  /** A membership. */
  id?: string | undefined
  /** True: without who was removed. */
  kept?: boolean | undefined
}

function filtered(db: Db, reach: Reach, filter: MemberFilter) {
  const query = membersWithin(db, reach)
  const { accountId, subtree, status, role, email, text, externalId, id, kept } = filter
  if (accountId && subtree) query.whereRaw('a.path @> ARRAY[?]::uuid[]', [accountId])
  else if (accountId) query.where({ 'm.account_id': accountId })
  if (status) query.where({ 'm.status': status })
  if (role) query.where({ 'm.role': role })
  if (email) query.whereRaw('lower(p.email) = lower(?)', [email])
  if (text) query.whereRaw(`position(lower(?) in lower(p.name || ' ' || p.email)) > 0`, [text])
  if (externalId) query.where({ 'm.external_id': externalId })
  if (id) query.whereRaw('m.id::text = ?', [id])
  if (kept) query.whereNot({ 'm.status': 'removed' })
  return query
}

/** Members after `after` (an id), in order of id. */
export async function listMembers(
  db: Db,
  reach: Reach,
  filter: MemberFilter,
  page: { after?: string | undefined; offset?: number; limit: number },
): Promise<Member[]> {
  const query = filtered(db, reach, filter)
    .orderBy('m.id')
    .limit(page.limit)
    .offset(page.offset ?? 0)
  return page.after ? query.where('m.id', '>', page.after) : query
}

/** All that the filter lets through, in batches. */
export async function* eachMember(db: Db, reach: Reach, filter: MemberFilter): AsyncGenerator<Member[]> {
  const limit = 1000
  for (let after: string | undefined; ; ) {
    const rows = await listMembers(db, reach, filter, { after, limit })
    yield rows
    after = rows.at(-1)?.id
    if (rows.length < limit) return
  }
}

export async function countMembers(db: Db, reach: Reach, filter: MemberFilter): Promise<number> {
  const [row] = await filtered(db, reach, filter).clearSelect().count({ count: '*' })
  return Number(row?.count)
}

export async function findMember(db: Db, reach: Reach, id: string): Promise<Member | undefined> {
  return membersWithin(db, reach).where({ 'm.id': id }).first()
}

/** Throws HubError not_found, also for who is out of reach. */
export async function memberWithin(db: Db, reach: Reach, id: string | undefined): Promise<Member> {
  const member = id && (await findMember(db, reach, id))
  if (!member) throw new HubError('not_found', 'There is no such person here.')
  return member
}

/** What the member may order for, whatever became of them. Null = nobody's: the seller, who has no limits. */
export async function limitsOf(db: Db, membershipId: string | null): Promise<MemberLimits | null> {
  if (!membershipId) return null
  const { costCentres, projects, shipTos, catalogues, orderLimit, orderLimitCurrency } = COLUMNS
  const columns = { costCentres, projects, shipTos, catalogues, orderLimit, orderLimitCurrency }
  return db('memberships as m').select(columns).where({ 'm.id': membershipId }).first()
}

/** A limit or word of `undefined` stays as it is. */
export type MemberChange = {
  [N in
    | 'role'
    | 'status'
    | 'costCentre'
    | 'managerId'
    | 'jobTitle'
    | 'orderLimit'
    | 'orderLimitCurrency'
    | 'costCentres'
    | 'projects'
    | 'shipTos'
    | 'catalogues'
    | 'externalId']?: Member[N] | undefined
}

/** Changes a membership that is at `version`. Throws HubError conflict when it was changed meanwhile. */
export async function changeMember(
  db: Db,
  id: string,
  version: number,
  change: MemberChange,
  stamp: Stamp,
): Promise<void> {
  const row = Object.fromEntries(
    Object.entries(change).flatMap(([name, value]) =>
      value === undefined ? [] : [[COLUMNS[name as keyof typeof COLUMNS].slice(2), value]],
    ),
  )
  const from = change.status === 'suspended' ? { suspended_from: db.ref('status') } : {}
  const changed = await db('memberships')
    .where({ id, version })
    .update({ ...row, ...from, version: version + 1, updated_at: stamp.at })
  if (changed === 0) throw stale()
}

export interface NewMember {
  sellerId: string
  accountId: string
  email: string
  name: string
  role: RoleName | null
  status: 'invited' | 'active'
  firstSeenBy: string
}

/**
 * Makes somebody a member of an account, or one who was removed again. Throws HubError conflict when they are one. The person is the one
 * of the seller's with that e-mail address, whoever of the companies brought them.
 */
export async function addMember(db: Db, member: NewMember, stamp: Stamp): Promise<string> {
  const { sellerId, accountId, email, name, role, status, firstSeenBy } = member
  await db('people')
    .insert({ id: stamp.newId(), seller_id: sellerId, email, name, created_at: stamp.at })
    .onConflict(db.raw('(seller_id, lower(email))'))
    .ignore()
  const person = await db('people')
    .where({ seller_id: sellerId })
    .whereRaw('lower(email) = lower(?)', [email])
    .first('id')
  const [row] = await db('memberships')
    .insert({
      ...{ id: stamp.newId(), account_id: accountId, person_id: person.id, role, status },
      ...{ first_seen_by: firstSeenBy, created_at: stamp.at, updated_at: stamp.at },
    })
    .onConflict(['account_id', 'person_id'])
    .merge({ role, status, version: db.raw('memberships.version + 1'), updated_at: stamp.at })
    .where('memberships.status', 'removed')
    .returning('id')
  if (!row) throw new HubError('conflict', `${email} is a member of this account already.`)
  // Who was removed comes back with nothing of what they had.
  await db('grants').where({ membership_id: row.id }).delete()
  return row.id
}

/** Whoever acts for a membership does so no longer. */
export async function endActingFor(db: Db, membershipId: string, at: Date): Promise<void> {
  await db('acting_sessions').where({ membership_id: membershipId }).whereNull('ended_at').update({ ended_at: at })
}
