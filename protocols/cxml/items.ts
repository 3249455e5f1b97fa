// Lines: ItemIn (PunchOutOrderMessage), ItemOut (PunchOutSetupRequest, OrderRequest), ItemDetail (cXML.dtd 1.2.071).
import {
  type Amount,
  amount,
  type Classification,
  type Comments,
  type Contact,
  classification,
  comments,
  contact,
  type Description,
  description,
  type Extrinsic,
  extrinsic,
  type ItemID,
  itemID,
  type Shipping,
  type ShipTo,
  type SupplierID,
  shipping,
  shipTo,
  supplierID,
  type Tax,
  tax,
} from './elements.ts'
import { type Child, many, one, shapeOf, text } from './shape.ts'
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

export const priceBasisQuantity = shapeOf<PriceBasisQuantity>('PriceBasisQuantity', {
  attributes: { quantity: 'required', conversionFactor: 'required' },
  children: [
    text('UnitOfMeasure', 'unitOfMeasure', { required: true, token: true }),
    many(description, 'descriptions'),
  ],
})

export const itemDetail = shapeOf<ItemDetail>('ItemDetail', {
  children: [
    one(amount('UnitPrice', 'Modifications', 'PricingConditions'), 'unitPrice', { required: 'refuse' }),
    many(description, 'descriptions', { always: true }),
    'OverallLimit',
    'ExpectedLimit',
    text('UnitOfMeasure', 'unitOfMeasure', { required: true, token: true }),
    one(priceBasisQuantity, 'priceBasisQuantity'),
    many(classification, 'classifications', { always: true }),
    text('ManufacturerPartID', 'manufacturerPartID'),
    text('ManufacturerName', 'manufacturerName'),
    text('URL', 'url', { token: true }),
    text('LeadTime', 'leadTime', { token: true }),
    'Dimension',
    'ItemDetailIndustry',
    'AttachmentReference',
    'PlannedAcceptanceDays',
    many(extrinsic, 'extrinsics'),
  ],
})

const itemAttributes = {
  lineNumber: 'optional',
  parentLineNumber: 'optional',
  itemType: 'optional',
  compositeItemType: 'optional',
  itemClassification: 'optional',
  itemCategory: 'optional',
} as const

/** The children both lines begin with, in DTD order. */
const itemHead: readonly Child[] = [
  one(supplierID, 'supplierID'),
  'SupplierList',
  one(shipTo, 'shipTo'),
  one(shipping, 'shipping'),
  one(tax, 'tax'),
  'SpendDetail',
  'Distribution',
  many(contact, 'contacts'),
]

export const itemIn = shapeOf<ItemIn>('ItemIn', {
  attributes: { quantity: 'required', openQuantity: 'optional', promisedQuantity: 'optional', ...itemAttributes },
  children: [
    one(itemID, 'itemID', { required: 'refuse' }),
    'Path',
    one(itemDetail, 'itemDetail', { required: 'refuse' }),
    ...itemHead,
    many(comments, 'comments'),
    'ScheduleLine',
    'BillTo',
    'Batch',
    'Period',
    'DateInfo',
    many(extrinsic, 'extrinsics'),
  ],
})

export const itemOut = shapeOf<ItemOut>('ItemOut', {
  attributes: {
    quantity: 'required',
    requisitionID: 'optional',
    agreementItemNumber: 'optional',
    requestedDeliveryDate: 'optional',
    isAdHoc: 'optional',
    ...itemAttributes,
  },
  children: [
    one(itemID, 'itemID', { required: 'refuse' }),
    'Path',
    one(itemDetail, 'itemDetail'),
    'BlanketItemDetail',
    ...itemHead,
    'TermsOfDelivery',
    many(comments, 'comments'),
    'Indicator',
    'Tolerances',
    'ControlKeys',
    'ScheduleLine',
    'MasterAgreementReference',
    'MasterAgreementIDInfo',
    'ItemOutIndustry',
    'Packaging',
    'ReleaseInfo',
    'Batch',
  ],
})
