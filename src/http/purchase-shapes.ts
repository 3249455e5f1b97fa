// What the routes of carts, requisitions, quotes and returns share: shapes, paging by id, and who calls.
import { z } from 'zod'
import { type Access, isWithin, reachOf } from '../accounts/access.ts'
import { actorOf } from '../audit/record-audit.ts'
import { placeOf } from '../budgets/budget-place.ts'
import { addressSchema } from '../cart.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import type { OwnedRow } from '../requisitions/owned-row.ts'
import type { PurchaseEvent } from '../requisitions/purchase-event.ts'
import type { By } from '../requisitions/submit-requisition.ts'
import { timeShown } from './list-query.ts'
import { pageQuery } from './route.ts'

export const purchaseQuery = pageQuery.strict()
export const version = z.int().min(1).describe('the version you saw; 409 when it is another by now')
export const nameText = z.string().trim().min(1).max(200)
export const comments = z.string().max(4000)
export const poNumber = z.string().trim().min(1).max(100)

export const ownedShown = {
  id: z.uuid(),
  accountId: z.uuid(),
  membershipId: z.uuid(),
  personId: z.uuid(),
  placedBy: z.uuid().nullable().describe('the seller’s agent who did it for the person'),
  version: z.int(),
  createdAt: timeShown,
  updatedAt: timeShown,
}

export const showOwned = (row: OwnedRow) => ({
  id: row.id,
  accountId: row.accountId,
  membershipId: row.membershipId,
  personId: row.personId,
  placedBy: row.placedBy,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

export const shipToGiven = z
  .union([addressSchema, z.strictObject({ addressId: z.string().min(1).max(100) })])
  .describe('an address, or only the code of one the account has')

export const eventShown = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    actor: z.record(z.string(), z.string()),
    detail: z.record(z.string(), z.unknown()),
    at: timeShown,
  })
  .meta({ id: 'PurchaseEvent' })

export const showEvent = (event: PurchaseEvent) => ({ ...event, at: event.at.toISOString() })

/** Who does it, and whether they may spend over the budgets of this account. */
export async function byOf(db: Db, access: Access, accountId: string): Promise<By> {
  const { person, sellerId } = access
  const exceeding = person && reachOf(access, 'budget.exceed')
  const mayExceed = exceeding
    ? isWithin(exceeding, { ...(await placeOf(db, sellerId, accountId)), personId: person.id })
    : false
  return { actor: actorOf(access), mayExceed }
}

/** The row, or 404: foreign ones are not there. */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new HubError('not_found', `There is no such ${what}.`)
  return row
}
