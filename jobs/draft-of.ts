// An order as its ERP shall have it, in the units of our own catalogue.
import type { ErpOrderDraft } from '../connectors/connector.ts'
import type { Hub } from '../src/hub.ts'
import { toErpDraft, unitsOfBuyer } from '../src/mapping/erp-order.ts'
import type { Order } from '../src/orders/order.ts'
import { listLines } from '../src/orders/order-store.ts'
import { profileWith } from '../src/partners/buyer-profiles.ts'
import { findPartner } from '../src/partners/partner-store.ts'

export async function draftOf(hub: Hub, order: Order): Promise<ErpOrderDraft> {
  const partner = order.partnerId ? await findPartner(hub.db, order.sellerId, order.partnerId) : undefined
  const units = partner ? profileWith(partner.profile, partner.settings.overrides)[partner.protocol].units.map : {}
  return toErpDraft(order, await listLines(hub.db, order.id), unitsOfBuyer(units))
}
