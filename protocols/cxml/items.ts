// Lines: ItemIn (PunchOutOrderMessage), ItemOut (PunchOutSetupRequest, OrderRequest), ItemDetail (cXML.dtd 1.2.071).

import { checkedShape } from './checked-shape.ts'
import { type Distribution, distribution } from './distribution.ts'
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
  type DocumentReference,
  description,
  documentReference,
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
import { type IdReference, idReference } from './references.ts'
import { type ReleaseInfo, releaseInfo, type ScheduleLine, scheduleLine } from './schedule-line.ts'
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

/** A line of a blanket order: up to so much may be called off. */
export interface BlanketItemDetail extends Keeps {
  descriptions: Description[]
  overallLimit?: Amount
  expectedLimit?: Amount
  maxAmount?: Amount
  minAmount?: Amount
  maxContractAmount?: Amount
  maxAdhocAmount?: Amount
  maxQuantity?: string
  minQuantity?: string
  unitPrice?: Amount
  unitOfMeasure?: string
  priceBasisQuantity?: PriceBasisQuantity
  classifications?: Classification[]
  extrinsics?: Extrinsic[]
}

/** The agreement a line releases, by the payloadID of its document. */
export interface MasterAgreementReference extends Keeps {
  agreementID?: string
  agreementDate?: string
  /** `scheduling_agreement` or absent. */
  agreementType?: string
  documentReference: DocumentReference
}

/** The agreement a line releases, by its number. */
export interface MasterAgreementIDInfo extends Keeps {
  agreementID: string
  agreementDate?: string
  agreementType?: string
  idReferences?: IdReference[]
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
  distributions?: Distribution[]
  contacts?: Contact[]
  comments?: Comments[]
  /** Deliveries in parts; their quantities add up to the line's. */
  scheduleLines?: ScheduleLine[]
}

/** A line of a returned cart. The DTD allows one Comments. */
export interface ItemIn extends Item {
  openQuantity?: string
  promisedQuantity?: string
  itemDetail: ItemDetail
  extrinsics?: Extrinsic[]
}

/** A line the buyer's system holds already: in edit and inspect requests, and in orders. */
export interface ItemOut extends Item {
  requisitionID?: string
  agreementItemNumber?: string
  requestedDeliveryDate?: string
  /** `yes`: from no catalog. */
  isAdHoc?: string
  requiresServiceEntry?: string
  confirmationDueDate?: string
  requestedShipmentDate?: string
  /** `yes`: goods go back to the supplier; their price is not in the order's total. */
  isReturn?: string
  returnAuthorizationNumber?: string
  isDeliveryCompleted?: string
  unlimitedDelivery?: string
  /** `regular` | `refurbWithoutChange` | `refurbWithChange` | `replacement` */
  subcontractingType?: string
  /** `intra` | `inter` */
  stockTransferType?: string
  isKanban?: string
  /** `full` | `partial` */
  stoDelivery?: string
  stoOrderCombination?: string
  stoFinalDelivery?: string
  /** `yes` in an update: this line differs from the order's earlier version. */
  isItemChanged?: string
  /** `delete` | `block` in an update: this line is to go. */
  operation?: string
  itemDetail?: ItemDetail
  /** Instead of ItemDetail, in a blanket order. */
  blanketItemDetail?: BlanketItemDetail
  masterAgreementReference?: MasterAgreementReference
  masterAgreementIDInfo?: MasterAgreementIDInfo
  releaseInfo?: ReleaseInfo
}

export const priceBasisQuantity = shapeOf<PriceBasisQuantity>('PriceBasisQuantity', {
  attributes: { quantity: 'required', conversionFactor: 'required' },
  children: [
    text('UnitOfMeasure', 'unitOfMeasure', { required: true, token: true }),
    many(description, 'descriptions'),
  ],
})

const unitPrice = amount('UnitPrice', 'Modifications', 'PricingConditions')

export const itemDetail = shapeOf<ItemDetail>('ItemDetail', {
  children: [
    one(unitPrice, 'unitPrice', { required: 'refuse' }),
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

const blanketItemDetail = shapeOf<BlanketItemDetail>('BlanketItemDetail', {
  children: [
    many(description, 'descriptions', { always: true }),
    one(amount('OverallLimit'), 'overallLimit'),
    one(amount('ExpectedLimit'), 'expectedLimit'),
    one(amount('MaxAmount'), 'maxAmount'),
    one(amount('MinAmount'), 'minAmount'),
    one(amount('MaxContractAmount'), 'maxContractAmount'),
    one(amount('MaxAdhocAmount'), 'maxAdhocAmount'),
    text('MaxQuantity', 'maxQuantity', { token: true }),
    text('MinQuantity', 'minQuantity', { token: true }),
    one(unitPrice, 'unitPrice'),
    text('UnitOfMeasure', 'unitOfMeasure', { token: true }),
    one(priceBasisQuantity, 'priceBasisQuantity'),
    many(classification, 'classifications'),
    many(extrinsic, 'extrinsics'),
  ],
})

export const masterAgreementReference = shapeOf<MasterAgreementReference>('MasterAgreementReference', {
  attributes: { agreementID: 'optional', agreementDate: 'optional', agreementType: 'optional' },
  children: [one(documentReference, 'documentReference', { required: 'empty' })],
})

export const masterAgreementIDInfo = shapeOf<MasterAgreementIDInfo>('MasterAgreementIDInfo', {
  attributes: { agreementID: 'required', agreementDate: 'optional', agreementType: 'optional' },
  children: [many(idReference, 'idReferences')],
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
  many(distribution, 'distributions'),
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
    many(scheduleLine, 'scheduleLines'),
    'BillTo',
    'Batch',
    'Period',
    'DateInfo',
    many(extrinsic, 'extrinsics'),
  ],
})

const itemOutTable = shapeOf<ItemOut>('ItemOut', {
  attributes: {
    quantity: 'required',
    requisitionID: 'optional',
    agreementItemNumber: 'optional',
    requestedDeliveryDate: 'optional',
    isAdHoc: 'optional',
    requiresServiceEntry: 'optional',
    confirmationDueDate: 'optional',
    requestedShipmentDate: 'optional',
    isReturn: 'optional',
    returnAuthorizationNumber: 'optional',
    isDeliveryCompleted: 'optional',
    unlimitedDelivery: 'optional',
    isItemChanged: 'optional',
    subcontractingType: 'optional',
    stockTransferType: 'optional',
    isKanban: 'optional',
    stoDelivery: 'optional',
    stoOrderCombination: 'optional',
    stoFinalDelivery: 'optional',
    operation: 'optional',
    ...itemAttributes,
  },
  children: [
    one(itemID, 'itemID', { required: 'refuse' }),
    'Path',
    one(itemDetail, 'itemDetail'),
    one(blanketItemDetail, 'blanketItemDetail'),
    ...itemHead,
    'TermsOfDelivery',
    many(comments, 'comments'),
    'Indicator',
    'Tolerances',
    'ControlKeys',
    many(scheduleLine, 'scheduleLines'),
    one(masterAgreementReference, 'masterAgreementReference'),
    one(masterAgreementIDInfo, 'masterAgreementIDInfo'),
    'ItemOutIndustry',
    'Packaging',
    one(releaseInfo, 'releaseInfo'),
    'Batch',
  ],
})

export const itemOut = checkedShape(itemOutTable, ({ itemDetail, blanketItemDetail }, reader) => {
  if (itemDetail && blanketItemDetail)
    reader.find('repeated', 'BlanketItemDetail', 'The item has an ItemDetail and a BlanketItemDetail; only one may be.')
})
