// A ship-to by its code: the account's own or that of the nearest account above, with its address.
import { shipToAccounts } from '../accounts/restrictions.ts'
import type { Address } from '../cart.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'

/** The address whole, where only a code was given. Throws HubError restricted when the account has no such code. */
export async function findShipTo(
  db: Db,
  accountId: string,
  given: Address | { addressId: string } | null | undefined,
): Promise<Address | null | undefined> {
  if (!given || 'name' in given) return given
  const { rows } = await db.raw<{ rows: { address: Address }[] }>(
    `SELECT s.address FROM accounts a JOIN ship_tos s ON s.account_id = ANY(${shipToAccounts}) AND s.code = ?
     WHERE a.id = ? ORDER BY array_position(a.path, s.account_id) DESC LIMIT 1`,
    [given.addressId, accountId],
  )
  const [known] = rows
  if (!known) throw new HubError('restricted', `The ship-to address ${given.addressId} is not known at this company.`)
  return { ...known.address, name: known.address.name ?? given.addressId, addressId: given.addressId }
}
