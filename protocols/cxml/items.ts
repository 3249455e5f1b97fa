// Lines: ItemIn (PunchOutOrderMessage), ItemOut (PunchOutSetupRequest, OrderRequest), ItemDetail (cXML.dtd 1.2.071).
import type {
  Amount,
  Classification,
  Comments,
  Contact,
  Description,
  Extrinsic,
  ItemID,
  Shipping,
  ShipTo,
  SupplierID,
  Tax,
} from './elements.ts'
import type { Keeps } from './xml-element.ts'

/** UnitPrice is for `quantity` of this unit (cXML PriceBasisQuantity). */
export interface PriceBasisQuantity extends Keeps {
  quantity: string
  conversionFactor: string
  unitOfMeasure: string
  descriptions?: Description[]
}

export interface ItemDetail extends Keeps {
  unitPrice: Amount
  descriptions: Description[]
  unitOfMeasure: string
  priceBasisQuantity?: PriceBasisQuantity
  classifications: Classification[]
  manufacturerPartID?: string
  manufacturerName?: string
  url?: string
  /** Days, as text. */
  leadTime?: string
  extrinsics?: Extrinsic[]
}

/** What ItemIn and ItemOut share. Composite lines: itemType `composite` on the parent, parentLineNumber on its parts. */
export interface Item extends Keeps {
  quantity: string
  lineNumber?: string
  parentLineNumber?: string
  /** `composite` | `item` | `lean` */
  itemType?: string
  /** `groupLevel` | `itemLevel`: where the price of a composite stands. */
  compositeItemType?: string
  /** `material` | `service` */
  itemClassification?: string
  itemCategory?: string
  itemID: ItemID
  supplierID?: SupplierID
  shipTo?: ShipTo
  shipping?: Shipping
  tax?: Tax
  contacts?: Contact[]
  comments?: Comments[]
}

/** A line of a returned cart. The DTD allows one Comments. */
export interface ItemIn extends Item {
  openQuantity?: string
  promisedQuantity?: string
  itemDetail: ItemDetail
  extrinsics?: Extrinsic[]
}

/** A line the buyer's system holds already: in edit and inspect requests, later in orders. */
export interface ItemOut extends Item {
  requisitionID?: string
  agreementItemNumber?: string
  requestedDeliveryDate?: string
  isAdHoc?: string
  itemDetail?: ItemDetail
}
