// Ends the punchout sessions of people who may no longer shop: their StartPage links, codes and carts are dead at once.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { insertEvents, markEndedOf } from './punchout-session-store.ts'

/**
 * Closes every session that is not yet returned of a person, of a person in one account (a membership), or of an account and all
 * below it. Returns how many. Run it in a transaction, beside the verb of sign-in/ that ends the sessions of people.
 */
export async function endPunchoutSessionsOf(
  db: Db,
  which: { personId: string } | { membershipId: string } | { accountId: string },
  reason: string,
  stamp: Stamp,
): Promise<number> {
  const ids = await markEndedOf(db, which)
  const events = ids.map((sessionId) => ({
    id: stamp.newId(),
    sessionId,
    state: 'expired' as const,
    detail: { reason },
  }))
  await insertEvents(db, events, stamp.at)
  return ids.length
}
