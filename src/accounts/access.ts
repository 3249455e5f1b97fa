// What a caller may do and how far it reaches: resolved once per call, asked by every route, and turned into the one WHERE of a noun.
import type { Knex } from 'knex'
import { HubError } from '../errors.ts'
import { type Permission, permissions, type ReachName } from './permission.ts'

/** Where a grant is anchored: an account, the company it belongs to, and every path it ever had: what was done below it keeps that. */
export interface Anchor {
  accountId: string
  companyId: string
  paths: string[][]
}

export interface HeldRight {
  permission: Permission
  reach: ReachName
  /** Null for the seller's own people. */
  anchor: Anchor | null
}

/** Who calls, for whom, and what they may. */
export interface Access {
  sellerId: string
  /** Null: a program of the seller's, which may what its scopes open, everywhere. */
  person: { id: string; email: string; name: string } | null
  /** The company the person is in just now; null for the seller's own people and for who has not chosen yet. */
  membership: {
    id: string
    accountId: string
    companyId: string
    path: string[]
    costCentre: string | null
  } | null
  staff: { id: string; role: string } | null
  /** The seller's person who acts for `person`. */
  actor: { staffId: string; personId: string; name: string; actingId: string; reason: string } | null
  /** How they came: a session of the hub's, a storefront that speaks for them, or a program by itself. */
  sessionId: string | null
  clientId: string | null
  rights: readonly HeldRight[]
  /** Accounts assigned to an agent. */
  portfolio: readonly Anchor[]
}

/** What a permission lets a caller reach. Parts add up. */
export interface Reach {
  sellerId: string
  all: boolean
  /** What this person did in these accounts. */
  own: { personId: string; accountIds: string[] } | null
  accountIds: string[]
  companyIds: string[]
  /** All below these. */
  subtrees: { accountId: string; paths: string[][] }[]
}

/** Everything of a seller, for jobs and programs. */
export function wholeReach(sellerId: string): Reach {
  return { sellerId, all: true, own: null, accountIds: [], companyIds: [], subtrees: [] }
}

/** How far `permission` reaches; null = the caller doesn't have it at all. */
export function reachOf(access: Access, permission: Permission): Reach | null {
  const { sellerId, person } = access
  if (person === null) return wholeReach(sellerId)
  const held = access.rights.filter((right) => right.permission === permission)
  if (held.length === 0) return null
  if (held.some((right) => right.reach === 'seller')) return wholeReach(sellerId)
  const anchored = (reach: ReachName) => held.flatMap((r) => (r.reach === reach && r.anchor ? [r.anchor] : []))
  const own = anchored('own')
  const below = [...anchored('subtree'), ...(held.some((r) => r.reach === 'portfolio') ? access.portfolio : [])]
  return {
    sellerId,
    all: false,
    own: own.length > 0 ? { personId: person.id, accountIds: distinct(own.map((a) => a.accountId)) } : null,
    accountIds: distinct(anchored('department').map((a) => a.accountId)),
    companyIds: distinct(anchored('company').map((a) => a.companyId)),
    subtrees: below.map(({ accountId, paths }) => ({ accountId, paths })),
  }
}

const distinct = (ids: string[]) => [...new Set(ids)]

/** As reachOf. Throws HubError forbidden naming the permission that is missing. */
export function demand(access: Access, permission: Permission): Reach {
  const reach = reachOf(access, permission)
  if (!reach)
    throw new HubError(
      'forbidden',
      `You may not ${permissions[permission]} here: the permission ${permission} is missing.`,
    )
  return reach
}

/** Whether a thing of an account, made by `personId`, is within reach. */
export function isWithin(
  reach: Reach,
  thing: { accountId: string; companyId: string; path: readonly string[]; personId?: string | null },
): boolean {
  return (
    reach.all ||
    reach.accountIds.includes(thing.accountId) ||
    reach.companyIds.includes(thing.companyId) ||
    reach.subtrees.some(({ accountId }) => thing.path.includes(accountId)) ||
    (reach.own !== null && thing.personId === reach.own.personId && reach.own.accountIds.includes(thing.accountId))
  )
}

/** SQL expressions that say where a row belongs. Without `person` nothing is anybody's own. */
export interface Placement {
  account: string
  company: string
  path: string
  person?: string
}

/** Columns of tables that keep the place their account had (orders, shipments, invoices), as `t`. */
export const keptPlace = { account: 't.account_id', company: 't.company_id', path: 't.account_path' } as const
/** Columns of an account joined as `a`: where it stands now. */
export const presentPlace = { account: 'a.id', company: 'a.company_id', path: 'a.path' } as const

/** So many levels of a kept path have an index of their own (migrations 0018 and 0025). */
const LEVELS = 4

/** THE condition of who sees what. `leveled`: whether the table has those indexes. The seller is left to the caller. */
export function whereWithin(query: Knex.QueryBuilder, reach: Reach, place: Placement, leveled = false): void {
  if (reach.all) return
  const parts = partsOf(reach, place, leveled)
  if (parts.length === 0) query.whereRaw('false')
  else
    query.whereRaw(
      `(${parts.map(([sql]) => sql).join(' OR ')})`,
      parts.flatMap(([, bindings]) => bindings) as Knex.Value[],
    )
}

type Part = [sql: string, bindings: unknown[]]

function partsOf({ own, accountIds, companyIds, subtrees }: Reach, place: Placement, leveled: boolean): Part[] {
  const parts: Part[] = []
  if (accountIds.length > 0) parts.push(equalsOne(place.account, accountIds))
  if (companyIds.length > 0) parts.push(equalsOne(place.company, companyIds))
  if (leveled) parts.push(...partsByLevel(subtrees, place))
  else for (const { accountId } of subtrees) parts.push([`${place.path} @> ARRAY[?]::uuid[]`, [accountId]])
  if (own && place.person) {
    const account = equalsOne(place.account, own.accountIds)
    parts.push([`(${place.person} = ? AND ${account[0]})`, [own.personId, ...account[1]]])
  }
  return parts
}

/** Below an account is what has it at a level it ever stood at; deeper than the levels, what has it anywhere below its last one. */
function partsByLevel(subtrees: Reach['subtrees'], place: Placement): Part[] {
  const parts: Part[] = []
  const atLevel = new Map<number, Set<string>>()
  for (const { accountId, paths } of subtrees)
    for (const path of paths) {
      const level = Math.min(path.length, LEVELS)
      const there = path[level - 1] as string
      if (there === accountId) atLevel.set(level, (atLevel.get(level) ?? new Set()).add(accountId))
      else parts.push([`(${place.path}[${level}] = ? AND ${place.path} @> ARRAY[?]::uuid[])`, [there, accountId]])
    }
  for (const [level, ids] of atLevel) parts.push(equalsOne(`${place.path}[${level}]`, [...ids]))
  return parts
}

function equalsOne(column: string, ids: readonly string[]): Part {
  return ids.length === 1 ? [`${column} = ?`, [ids[0]]] : [`${column} = ANY(?::uuid[])`, [[...ids]]]
}

/** More ways than that are better looked for at once. */
const MOST_WAYS = 8

/**
 * The ways that rows come to be within reach, each of them one that gives its rows in order from an index, whatever its id is; empty where
 * that isn't so.
 */
export function waysOf(reach: Reach): { shape: string; reach: Reach }[] {
  if (reach.all) return [{ shape: 'all', reach }]
  const { sellerId, own, accountIds, companyIds, subtrees } = reach
  const none = { sellerId, all: false, own: null, accountIds: [], companyIds: [], subtrees: [] }
  const ways = [
    ...accountIds.map((id) => ({ shape: 'account', reach: { ...none, accountIds: [id] } })),
    ...companyIds.map((id) => ({ shape: 'company', reach: { ...none, companyIds: [id] } })),
    ...subtrees.flatMap(({ accountId, paths }) =>
      paths.map((path) => ({
        shape: `level ${path.length}`,
        reach: { ...none, subtrees: [{ accountId, paths: [path] }] },
      })),
    ),
    ...(own?.accountIds.map((id) => ({ shape: 'own', reach: { ...none, own: { ...own, accountIds: [id] } } })) ?? []),
  ]
  const deep = subtrees.some(({ paths }) => paths.some((path) => path.length > LEVELS))
  return deep || ways.length > MOST_WAYS ? [] : ways
}
