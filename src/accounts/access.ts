// What a caller may do and how far it reaches: resolved once per call, asked by every route, and turned into the one WHERE of a noun.
import type { Knex } from 'knex'
import { HubError } from '../errors.ts'
import { type Permission, permissions, type ReachName } from './permission.ts'

/** Where a grant is anchored: an account, the company it belongs to, and the tops of the trees it ever stood in. */
export interface Anchor {
  accountId: string
  companyId: string
  roots: string[]
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
  /** Accounts assigned to an agent, with the tops of their trees. */
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
  subtrees: { accountId: string; roots: string[] }[]
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
    subtrees: below.map(({ accountId, roots }) => ({ accountId, roots })),
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

/** THE condition of who sees what. `roots`: whether the table has an index by the top of the tree. The seller is left to the caller. */
export function whereWithin(query: Knex.QueryBuilder, reach: Reach, place: Placement, roots = false): void {
  if (reach.all) return
  const { own, accountIds, companyIds, subtrees } = reach
  const parts: [sql: string, bindings: unknown[]][] = []
  if (accountIds.length > 0) parts.push(equalsOne(place.account, accountIds))
  if (companyIds.length > 0) parts.push(equalsOne(place.company, companyIds))
  for (const { accountId, roots: tops } of subtrees) {
    const top = equalsOne(`${place.path}[1]`, tops)
    const isTop = tops.length === 1 && tops[0] === accountId
    if (isTop && roots) parts.push([`(${top[0]})`, top[1]])
    else if (roots) parts.push([`(${top[0]} AND ${place.path} @> ARRAY[?]::uuid[])`, [...top[1], accountId]])
    else parts.push([`${place.path} @> ARRAY[?]::uuid[]`, [accountId]])
  }
  if (own && place.person) {
    const account = equalsOne(place.account, own.accountIds)
    parts.push([`(${place.person} = ? AND ${account[0]})`, [own.personId, ...account[1]]])
  }
  if (parts.length === 0) query.whereRaw('false')
  else
    query.whereRaw(
      `(${parts.map(([sql]) => sql).join(' OR ')})`,
      parts.flatMap(([, bindings]) => bindings) as Knex.Value[],
    )
}

function equalsOne(column: string, ids: readonly string[]): [string, unknown[]] {
  const name = column.endsWith('[1]') ? `(${column})` : column
  return ids.length === 1 ? [`${name} = ?`, [ids[0]]] : [`${name} = ANY(?::uuid[])`, [[...ids]]]
}
