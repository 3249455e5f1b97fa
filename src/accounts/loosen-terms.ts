// An account narrows what it has from above; it doesn't loosen it, unless who changes it reaches the account above as well.
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { type Reach, wholeReach } from './access.ts'
import { type AccountChange, describeAccount, findAccountWithin } from './account-tree.ts'

/**
 * `reach`: what the caller may change (account.edit), null = nothing. `parentId`: the account above, null = none. Throws HubError forbidden
 * naming the property.
 */
export async function assertNotLoosened(
  db: Db,
  reach: Reach | null,
  sellerId: string,
  parentId: string | null,
  given: NonNullable<AccountChange['properties']>,
): Promise<void> {
  const { catalogues, rules } = given
  if (!parentId || (!catalogues && !rules)) return
  if (reach && (await findAccountWithin(db, reach, parentId))) return
  const above = await findAccountWithin(db, wholeReach(sellerId), parentId)
  const terms = above ? (await describeAccount(db, above)).properties : {}
  const allowed = terms.catalogues?.value as string[] | undefined
  const more = catalogues?.find((name) => allowed && !allowed.includes(name))
  if (more !== undefined)
    throw new HubError('forbidden', `properties.catalogues: the account above does not have ${more}.`)
  const asked = Object.entries((terms.rules?.value ?? {}) as NonNullable<typeof rules>)
  const dropped = rules && asked.find(([name, needed]) => needed && !rules[name as keyof typeof rules])
  if (dropped) throw new HubError('forbidden', `properties.rules.${dropped[0]}: the account above asks for it.`)
}
