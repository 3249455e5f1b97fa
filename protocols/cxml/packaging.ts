// Packaging: how goods are packed, one per parcel or pallet (Fulfill.dtd, "Packaging"), with Dimension and AssetInfo.
import { checkedShape } from './checked-shape.ts'
import { type Description, description, type Extrinsic, extrinsic, type LocalText, localText } from './elements.ts'
import { many, one, shapeOf, text } from './shape.ts'
import type { Keeps } from './xml-element.ts'

export interface Dimension extends Keeps {
  quantity: string
  /** `length` | `width` | `height` | `weight` | `volume` | `stackHeight` | `grossWeight` | `grossVolume` | ... */
  type: string
  unitOfMeasure: string
}

/** What identifies the package, besides its SSCC. */
export interface PackageID extends Keeps {
  /** GS1 GIAI of a returnable container. */
  globalIndividualAssetID?: string
  returnablePackageID?: string
  /** In the supplier's own numbering. */
  packageTrackingID?: string
}

/** OrderedQuantity, DispatchQuantity, FreeGoodsQuantity. */
export interface StatedQuantity extends Keeps {
  quantity?: string
  unitOfMeasure?: string
}

/** One of several pieces that are told apart: its serial number, its tag. */
export interface AssetInfo extends Keeps {
  /** `no` */
  isReferencedAsset?: string
  tagNumber?: string
  serialNumber?: string
  location?: string
  equipmentId?: string
  extrinsics?: Extrinsic[]
}

export interface BestBeforeDate extends Keeps {
  date: string
}

/** A package, or the packaging of the whole. The DTD wants a PackagingCode or a Dimension, at least one. */
export interface Packaging extends Keeps {
  /** `CTN`, `Pallet`, ... in a language. */
  packagingCodes?: LocalText[]
  dimensions?: Dimension[]
  description?: Description
  /** `inner` | `intermediate` | `outer` */
  packagingLevelCode?: string
  packageTypeCodeIdentifierCode?: string
  /** GS1 SSCC, 18 digits. */
  shippingContainerSerialCode?: string
  /** SSCC of what this one is packed in. */
  shippingContainerSerialCodeReference?: string
  packageID?: PackageID
  shippingMarks?: string[]
  orderedQuantity?: StatedQuantity
  /** Of the line, in this package. */
  dispatchQuantity?: StatedQuantity
  freeGoodsQuantity?: StatedQuantity
  quantityVarianceNote?: string
  bestBeforeDate?: BestBeforeDate
  assetInfos?: AssetInfo[]
  storeCode?: string
  extrinsics?: Extrinsic[]
}

export const dimension = shapeOf<Dimension>('Dimension', {
  attributes: { quantity: 'required', type: 'required' },
  children: [text('UnitOfMeasure', 'unitOfMeasure', { required: true, token: true })],
})

const packageID = shapeOf<PackageID>('PackageID', {
  children: [
    text('GlobalIndividualAssetID', 'globalIndividualAssetID', { token: true }),
    text('ReturnablePackageID', 'returnablePackageID', { token: true }),
    text('PackageTrackingID', 'packageTrackingID', { token: true }),
  ],
})

/** An element of this name that states a quantity. */
export const statedQuantity = (name: string) =>
  shapeOf<StatedQuantity>(name, {
    attributes: { quantity: 'optional' },
    children: [text('UnitOfMeasure', 'unitOfMeasure', { token: true })],
  })

export const assetInfo = shapeOf<AssetInfo>('AssetInfo', {
  attributes: {
    isReferencedAsset: 'optional',
    tagNumber: 'optional',
    serialNumber: 'optional',
    location: 'optional',
    equipmentId: 'optional',
  },
  children: [many(extrinsic, 'extrinsics')],
})

export const packaging = checkedShape(
  shapeOf<Packaging>('Packaging', {
    children: [
      many(localText('PackagingCode', 'required'), 'packagingCodes'),
      many(dimension, 'dimensions'),
      one(description, 'description'),
      text('PackagingLevelCode', 'packagingLevelCode', { token: true }),
      text('PackageTypeCodeIdentifierCode', 'packageTypeCodeIdentifierCode', { token: true }),
      text('ShippingContainerSerialCode', 'shippingContainerSerialCode', { token: true }),
      text('ShippingContainerSerialCodeReference', 'shippingContainerSerialCodeReference', { token: true }),
      one(packageID, 'packageID'),
      text('ShippingMark', 'shippingMarks', { many: true }),
      one(statedQuantity('OrderedQuantity'), 'orderedQuantity'),
      one(statedQuantity('DispatchQuantity'), 'dispatchQuantity'),
      one(statedQuantity('FreeGoodsQuantity'), 'freeGoodsQuantity'),
      text('QuantityVarianceNote', 'quantityVarianceNote'),
      one(shapeOf<BestBeforeDate>('BestBeforeDate', { attributes: { date: 'required' } }), 'bestBeforeDate'),
      many(assetInfo, 'assetInfos'),
      'PackagingIndustry',
      text('StoreCode', 'storeCode'),
      many(extrinsic, 'extrinsics'),
    ],
  }),
  ({ packagingCodes, dimensions }, reader) => {
    if (!packagingCodes && !dimensions)
      reader.find('missing', 'PackagingCode', 'Packaging has neither PackagingCode nor Dimension.')
  },
)
