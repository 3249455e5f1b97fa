// PunchOutOrderMessage: the cart that goes back (cXML Reference Guide, "PunchOutOrderMessage").
import type { Amount, LocalText, Shipping, ShipTo, Tax } from './elements.ts'
import type { ItemIn } from './items.ts'
import type { Keeps } from './xml-element.ts'

export interface SupplierOrderInfo extends Keeps {
  orderID: string
  orderDate?: string
}

export interface SourcingStatus extends LocalText {
  /** `approve` | `cancel` | `deny` */
  action?: string
}

export interface PunchOutOrderMessageHeader extends Keeps {
  operationAllowed: 'create' | 'edit' | 'inspect'
  /** Absent = final. */
  quoteStatus?: 'pending' | 'final'
  sourcingStatus?: SourcingStatus
  total: Amount
  shipTo?: ShipTo
  shipping?: Shipping
  tax?: Tax
  supplierOrderInfo?: SupplierOrderInfo
}

export interface PunchOutOrderMessage extends Keeps {
  type: 'PunchOutOrderMessage'
  buyerCookie: string
  header: PunchOutOrderMessageHeader
  items: ItemIn[]
}
