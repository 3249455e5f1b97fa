// ShipNoticeRequest: what has left the supplier, for which orders, in which parcels, with which carrier
// (Fulfill.dtd, "ShipNoticeRequest").
import {
  type CarrierIdentifier,
  carrierIdentifier,
  type Route,
  route,
  type ShipmentIdentifier,
  shipmentIdentifier,
} from './carriage.ts'
import { checkedShape, refuseUnknown } from './checked-shape.ts'
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
  type LocalText,
  localText,
} from './elements.ts'
import {
  type MasterAgreementIDInfo,
  type MasterAgreementReference,
  masterAgreementIDInfo,
  masterAgreementReference,
  type PriceBasisQuantity,
  priceBasisQuantity,
} from './items.ts'
import {
  type AssetInfo,
  assetInfo,
  type Dimension,
  dimension,
  type Packaging,
  packaging,
  type StatedQuantity,
  statedQuantity,
} from './packaging.ts'
import { type IdReference, idReference, type OrderReference, orderReference } from './references.ts'
import { many, one, shapeOf, text } from './shape.ts'
import type { Keeps } from './xml-element.ts'

export interface ShipNoticeHeader extends Keeps {
  /** The supplier's number of the shipment; update and delete keep it. */
  shipmentID: string
  /** Absent = new. Update (complete again) and delete name the notice before them in `documentReference`. */
  operation?: 'new' | 'update' | 'delete'
  noticeDate: string
  /** Left the supplier, expected to arrive: always there but on delete. */
  shipmentDate?: string
  deliveryDate?: string
  shipmentType?: 'actual' | 'planned'
  fulfillmentType?: 'partial' | 'complete'
  requestedDeliveryDate?: string
  /** `return` */
  reason?: string
  /** `stockTransfer` | `stockShippingAdvice` */
  activityStepType?: string
  /** `overnight`, `Ground`: one, in several languages. */
  serviceLevels?: LocalText[]
  documentReference?: DocumentReference
  /** Roles `shipFrom`, `shipTo`, ... */
  contacts?: Contact[]
  comments?: Comments[]
  /** Of the whole shipment. */
  packaging?: Packaging
  extrinsics?: Extrinsic[]
  idReferences?: IdReference[]
}

/** Marks on the parcels, first and last. */
export interface PackageIdentification extends Keeps {
  rangeBegin: string
  rangeEnd: string
}

/** Who has the shipment under which tracking numbers: the DTD wants one of each. Several, in travel order: in turn. */
export interface ShipControl extends Keeps {
  /** When this carrier takes over; absent on the first. */
  startDate?: string
  /** One carrier, in several domains. */
  carrierIdentifiers: CarrierIdentifier[]
  shipmentIdentifiers: ShipmentIdentifier[]
  packageIdentification?: PackageIdentification
  routes?: Route[]
  contacts?: Contact[]
  comments?: Comments[]
  extrinsics?: Extrinsic[]
}

export interface ShipNoticeItemDetail extends Keeps {
  unitPrice?: Amount
  descriptions?: Description[]
  unitOfMeasure?: string
  priceBasisQuantity?: PriceBasisQuantity
  classifications?: Classification[]
  manufacturerPartID?: string
  manufacturerName?: string
  dimensions?: Dimension[]
  extrinsics?: Extrinsic[]
}

export interface Batch extends Keeps {
  productionDate?: string
  expirationDate?: string
  inspectionDate?: string
  shelfLife?: string
  originCountryCode?: string
  batchQuantity?: string
  buyerBatchID?: string
  supplierBatchID?: string
}

/** A line of the order, once per notice. */
export interface ShipNoticeItem extends Keeps {
  /** What was shipped. */
  quantity: string
  /** Of the order. */
  lineNumber: string
  parentLineNumber?: string
  /** Of this notice. */
  shipNoticeLineNumber?: string
  /** `composite` | `item` | `lean` */
  itemType?: string
  /** `groupLevel` | `itemLevel` */
  compositeItemType?: string
  /** `intra` | `inter` */
  stockTransferType?: string
  /** `stockTransport` */
  outboundType?: string
  itemID?: ItemID
  detail?: ShipNoticeItemDetail
  unitOfMeasure: string
  /** One per parcel. */
  packagings?: Packaging[]
  batches?: Batch[]
  supplierBatchIDs?: string[]
  /** One per piece: serial numbers. */
  assetInfos?: AssetInfo[]
  orderedQuantity?: StatedQuantity
  comments?: Comments[]
  extrinsics?: Extrinsic[]
}

/** What of one order was shipped; no items = the whole order. An order once per notice. */
export interface ShipNoticePortion extends Keeps {
  orderReference: OrderReference
  /** One of these two at most. */
  masterAgreementReference?: MasterAgreementReference
  masterAgreementIDInfo?: MasterAgreementIDInfo
  contacts?: Contact[]
  comments?: Comments[]
  extrinsics?: Extrinsic[]
  items: ShipNoticeItem[]
}

export interface ShipNoticeRequest extends Keeps {
  type: 'ShipNoticeRequest'
  header: ShipNoticeHeader
  shipControls: ShipControl[]
  portions: ShipNoticePortion[]
}

const header = checkedShape(
  shapeOf<ShipNoticeHeader>('ShipNoticeHeader', {
    attributes: {
      shipmentID: 'required',
      operation: 'optional',
      noticeDate: 'required',
      shipmentDate: 'optional',
      deliveryDate: 'optional',
      shipmentType: ['actual', 'planned'],
      fulfillmentType: ['partial', 'complete'],
      requestedDeliveryDate: 'optional',
      reason: 'optional',
      activityStepType: 'optional',
    },
    children: [
      many(localText('ServiceLevel', 'required'), 'serviceLevels'),
      one(documentReference, 'documentReference'),
      many(contact, 'contacts'),
      'LegalEntity',
      'OrganizationalUnit',
      'Hazard',
      many(comments, 'comments'),
      'TermsOfDelivery',
      'TermsOfTransport',
      one(packaging, 'packaging'),
      many(extrinsic, 'extrinsics'),
      many(idReference, 'idReferences'),
      'ReferenceDocumentInfo',
    ],
  }),
  ({ operation, documentReference }, reader) => {
    refuseUnknown(reader, 'operation', operation, ['new', 'update', 'delete'])
    if ((operation === 'update' || operation === 'delete') && !documentReference)
      reader.find('missing', 'DocumentReference', `operation ${operation} must name the ship notice before it.`)
  },
)

const packageIdentification = shapeOf<PackageIdentification>('PackageIdentification', {
  attributes: { rangeBegin: 'required', rangeEnd: 'required' },
})

const shipControl = checkedShape(
  shapeOf<ShipControl>('ShipControl', {
    attributes: { startDate: 'optional' },
    children: [
      many(carrierIdentifier, 'carrierIdentifiers', { always: true }),
      many(shipmentIdentifier, 'shipmentIdentifiers', { always: true }),
      one(packageIdentification, 'packageIdentification'),
      many(route, 'routes'),
      'TransportInformation',
      many(contact, 'contacts'),
      many(comments, 'comments'),
      many(extrinsic, 'extrinsics'),
    ],
  }),
  ({ carrierIdentifiers, shipmentIdentifiers }, reader) => {
    if (carrierIdentifiers.length === 0) reader.find('missing', 'CarrierIdentifier', 'ShipControl names no carrier.')
    if (shipmentIdentifiers.length === 0)
      reader.find('missing', 'ShipmentIdentifier', 'ShipControl has no tracking number.')
  },
)

const detail = shapeOf<ShipNoticeItemDetail>('ShipNoticeItemDetail', {
  children: [
    one(amount('UnitPrice', 'Modifications', 'PricingConditions'), 'unitPrice'),
    many(description, 'descriptions'),
    text('UnitOfMeasure', 'unitOfMeasure', { token: true }),
    one(priceBasisQuantity, 'priceBasisQuantity'),
    many(classification, 'classifications'),
    text('ManufacturerPartID', 'manufacturerPartID'),
    text('ManufacturerName', 'manufacturerName'),
    many(dimension, 'dimensions'),
    'ItemDetailIndustry',
    many(extrinsic, 'extrinsics'),
    'ImportInfo',
  ],
})

const batch = shapeOf<Batch>('Batch', {
  attributes: {
    productionDate: 'optional',
    expirationDate: 'optional',
    inspectionDate: 'optional',
    shelfLife: 'optional',
    originCountryCode: 'optional',
    batchQuantity: 'optional',
  },
  children: [text('BuyerBatchID', 'buyerBatchID'), text('SupplierBatchID', 'supplierBatchID'), 'PropertyValuation'],
})

const item = shapeOf<ShipNoticeItem>('ShipNoticeItem', {
  attributes: {
    quantity: 'required',
    lineNumber: 'required',
    parentLineNumber: 'optional',
    shipNoticeLineNumber: 'optional',
    itemType: 'optional',
    compositeItemType: 'optional',
    stockTransferType: 'optional',
    outboundType: 'optional',
  },
  children: [
    one(itemID, 'itemID'),
    one(detail, 'detail'),
    text('UnitOfMeasure', 'unitOfMeasure', { required: true, token: true }),
    many(packaging, 'packagings'),
    'Hazard',
    many(batch, 'batches'),
    text('SupplierBatchID', 'supplierBatchIDs', { many: true }),
    many(assetInfo, 'assetInfos'),
    'TermsOfDelivery',
    one(statedQuantity('OrderedQuantity'), 'orderedQuantity'),
    'ShipNoticeItemIndustry',
    'ComponentConsumptionDetails',
    'ReferenceDocumentInfo',
    many(comments, 'comments'),
    many(extrinsic, 'extrinsics'),
    'IUIDInfo',
  ],
})

const portion = shapeOf<ShipNoticePortion>('ShipNoticePortion', {
  children: [
    one(orderReference, 'orderReference', { required: 'refuse' }),
    one(masterAgreementReference, 'masterAgreementReference'),
    one(masterAgreementIDInfo, 'masterAgreementIDInfo'),
    many(contact, 'contacts'),
    many(comments, 'comments'),
    many(extrinsic, 'extrinsics'),
    many(item, 'items', { always: true }),
    'ReferenceDocumentInfo',
  ],
})

export const shipNoticeRequest = checkedShape(
  shapeOf<ShipNoticeRequest>('ShipNoticeRequest', {
    constants: { type: 'ShipNoticeRequest' },
    children: [
      one(header, 'header', { required: 'refuse' }),
      many(shipControl, 'shipControls', { always: true }),
      many(portion, 'portions', { always: true }),
    ],
  }),
  ({ header, portions }, reader) => {
    if (portions.length === 0 && header.operation !== 'delete')
      reader.find('missing', 'ShipNoticePortion', 'The ship notice names no order.')
    const seen = new Set<string>()
    for (const [i, { orderReference }] of portions.entries()) {
      const { payloadID } = orderReference.documentReference
      if (payloadID !== '' && seen.has(payloadID))
        reader.find('repeated', `ShipNoticePortion[${i + 1}]`, `The order ${payloadID.slice(0, 80)} is there twice.`)
      seen.add(payloadID)
    }
  },
)
