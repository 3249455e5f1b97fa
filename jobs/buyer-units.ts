// A buyer's unit codes read in the units of our own catalogue, by the partner's profile.
import { unitsOfBuyer } from '../src/mapping/erp-order.ts'
import { profileWith } from '../src/partners/buyer-profiles.ts'
import type { TradingPartner } from '../src/partners/partner.ts'

export function buyerUnits({ profile, settings, protocol }: TradingPartner): (unit: string) => string {
  return unitsOfBuyer(profileWith(profile, settings.overrides)[protocol].units.map)
}
