// Nobody gives what they lack: neither a permission, nor a wider reach, nor beyond where their own reaches. Pure.
import { HubError } from '../errors.ts'
import { type Access, type Reach, reachOf } from './access.ts'
import {
  ADMINISTERING,
  isRight,
  type Permission,
  partsOf,
  permissions,
  type ReachName,
  type Right,
  type RoleName,
  roles,
} from './permission.ts'

/** Where a right is anchored. */
export interface Place {
  accountId: string
  companyId: string
  path: readonly string[]
}

/** The reaches that people of a customer may have. */
export const buyerReaches: readonly ReachName[] = ['own', 'department', 'company', 'subtree']
const ofSellers: ReadonlySet<Permission> = new Set(['mapping.edit', 'connection.edit', 'agent.act'])

/** Rights people of a customer may have at all. */
export const isBuyerRight = (text: string): text is Right =>
  isRight(text) && buyerReaches.includes(partsOf(text).reach) && !ofSellers.has(partsOf(text).permission)

/** Whether `mine` has in it all that `reach` would reach from `place`. */
function covers(mine: Reach, reach: ReachName, { accountId, companyId, path }: Place): boolean {
  if (mine.all) return true
  const below = (top: string) =>
    mine.subtrees.some((s) => path.includes(s.accountId) && path.indexOf(s.accountId) <= path.indexOf(top))
  if (reach === 'subtree') return below(accountId)
  if (mine.companyIds.includes(companyId)) return true
  if (reach === 'company') return below(companyId)
  if (below(accountId) || mine.accountIds.includes(accountId)) return true
  return reach === 'own' && mine.own !== null && mine.own.accountIds.includes(accountId)
}

/** Throws HubError forbidden naming the first right the caller lacks at `place`. */
export function assertMayGive(access: Access, rights: readonly string[], place: Place): void {
  for (const right of rights) {
    if (!isBuyerRight(right)) throw new HubError('forbidden', `${right} is nothing that people of a customer can have.`)
    const { permission, reach } = partsOf(right)
    const mine = reachOf(access, permission)
    if (!mine || !covers(mine, reach, place))
      throw new HubError('forbidden', `You can’t give what you don’t have: ${permissions[permission]} (${right}).`)
  }
}

/** The rights of a ready role, or of a custom one. */
export function rightsOf(role: { role: RoleName | null; permissions: readonly string[] | null }): readonly string[] {
  return role.role ? roles[role.role].rights : (role.permissions ?? [])
}

const administering = new RegExp(ADMINISTERING)
/** Whether these rights let somebody manage people or rules: nothing that a default gives. */
export const administers = (rights: readonly string[]) => rights.some((right) => administering.test(right))
