// Where a new budget may stand, and whose it may be.
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'

/** Where an account stands. Throws HubError not_found. */
export async function placeOf(db: Db, sellerId: string, accountId: string) {
  const place = await db('accounts as a')
    .select({ accountId: 'a.id', companyId: 'a.company_id', path: 'a.path' })
    .where({ id: accountId, seller_id: sellerId })
    .first()
  if (!place) throw new HubError('not_found', 'There is no such company account.')
  return place as { accountId: string; companyId: string; path: string[] }
}

/** Throws HubError invalid_input unless the membership is of the account or of one below it. */
export async function assertMember(db: Db, membershipId: string, accountId: string): Promise<void> {
  const found = await db('memberships as m')
    .join('accounts as a', 'a.id', 'm.account_id')
    .where('m.id', membershipId)
    .whereRaw('a.path @> ARRAY[?]::uuid[]', [accountId])
    .first('m.id')
  if (!found) throw new HubError('invalid_input', 'membershipId: is nobody of this account or of one below it.')
}
