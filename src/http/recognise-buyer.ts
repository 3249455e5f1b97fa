// Who is buying, for both protocols: the mapping decides; a person seen for the first time is provisioned once the call is stored.
import type { BuyerFacts } from '../accounts/mapping-rules.ts'
import { type MatchedUser, matchUser, provisionUser } from '../accounts/match-user.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import type { TradingPartner } from '../partners/partner.ts'

/** Throws HubError forbidden with the reason when the mapping knows no such user. */
export async function recogniseBuyer(
  hub: Hub,
  partner: TradingPartner,
  facts: BuyerFacts,
  stored: Promise<unknown>,
): Promise<MatchedUser> {
  const { user, firstSight, why } = await matchUser(hub.findStanding, partner.sellerId, partner.mapping, facts)
  if (!user) throw new HubError('forbidden', why)
  if (!firstSight) return user
  await stored
  const input = { firstSeenBy: `punchout ${partner.slug}`, newId: hub.newId }
  return hub.db.transaction((trx) => provisionUser(trx, user, input, hub.now()))
}
