// Who is buying, for both protocols: the mapping decides; a person seen for the first time is provisioned, and greeted, once the call is
// stored.
import type { BuyerFacts } from '../accounts/mapping-rules.ts'
import { type MatchedUser, matchUser, provisionUser } from '../accounts/match-user.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import type { TradingPartner } from '../partners/partner.ts'
import { welcomePerson } from '../sign-in/welcome-person.ts'
import { linksOf } from './invitations.tsx'

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
  return hub.db.transaction((trx) => provisionAndGreet(hub, trx, user, `punchout ${partner.slug}`))
}

/** Adds a person matched at first sight, and greets who was not here before. Run it in a transaction. */
export async function provisionAndGreet(
  hub: Hub,
  db: Hub['db'],
  user: MatchedUser,
  firstSeenBy: string,
): Promise<MatchedUser> {
  const stamp = stampOf(hub)
  const provisioned = await provisionUser(db, user, { firstSeenBy, newId: hub.newId }, stamp.at)
  const { sellerId, id: accountId } = user.account
  const welcome = { sellerId, personId: provisioned.person.id, accountId, way: 'punchout' } as const
  await welcomePerson(db, linksOf(hub), { ...welcome, actor: { hub: firstSeenBy } }, stamp)
  return provisioned
}
