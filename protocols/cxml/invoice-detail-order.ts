// InvoiceDetailOrder and InvoiceDetailHeaderOrder: what of one order is billed, line by line or as a whole
// (InvoiceDetail.dtd 1.2.071).
import { checkedShape } from './checked-shape.ts'
import { type Distribution, distribution } from './distribution.ts'
import {
  type Amount,
  amount,
  type Classification,
  type Comments,
  type Country,
  classification,
  comments,
  type Description,
  description,
  type Extrinsic,
  extrinsic,
  type ItemID,
  itemID,
  type Tax,
  tax,
} from './elements.ts'
import {
  discount,
  type InvoiceDetailDiscount,
  type InvoiceDetailLineShipping,
  lineShipping,
  lineSpecialHandling,
  type SpecialHandling,
} from './invoice-detail-charges.ts'
import { period } from './invoice-detail-header.ts'
import {
  type MasterAgreementIDInfo,
  type MasterAgreementReference,
  masterAgreementIDInfo,
  masterAgreementReference,
  type PriceBasisQuantity,
  priceBasisQuantity,
} from './items.ts'
import type { Period } from './order-request.ts'
import { type SupplierOrderInfo, supplierOrderInfo } from './punchout-order-message.ts'
import {
  type OrderIDInfo,
  type OrderReference,
  orderIDInfo,
  orderReference,
  type ShipNoticeIDInfo,
  type ShipNoticeReference,
  shipNoticeIDInfo,
  shipNoticeReference,
} from './references.ts'
import { many, one, shapeOf, text } from './shape.ts'
import type { Keeps } from './xml-element.ts'

/** Which order is billed: by `orderReference` or `orderIDInfo`; or an agreement; or the supplier's order number alone. */
export interface InvoiceDetailOrderInfo extends Keeps {
  orderReference?: OrderReference
  masterAgreementReference?: MasterAgreementReference
  masterAgreementIDInfo?: MasterAgreementIDInfo
  orderIDInfo?: OrderIDInfo
  supplierOrderInfo?: SupplierOrderInfo
}

/** One of the two. */
export interface InvoiceDetailShipNoticeInfo extends Keeps {
  shipNoticeReference?: ShipNoticeReference
  shipNoticeIDInfo?: ShipNoticeIDInfo
}

export interface InvoiceDetailItemReference extends Keeps {
  /** Of the order. */
  lineNumber: string
  /** Deprecated since 1.2.009 for `serialNumbers`. */
  serialNumber?: string
  itemID?: ItemID
  description?: Description
  classifications?: Classification[]
  /** These two together or neither. */
  manufacturerPartID?: string
  manufacturerName?: string
  /** Of origin. */
  country?: Country
  serialNumbers?: string[]
  supplierBatchID?: string
}

/** What one line, or one order of a header invoice, comes to. */
export interface LineAmounts extends Keeps {
  tax?: Tax
  specialHandling?: SpecialHandling
  shipping?: InvoiceDetailLineShipping
  /** Subtotal, tax, special handling and shipping. */
  grossAmount?: Amount
  discount?: InvoiceDetailDiscount
  /** Gross less discount. */
  netAmount?: Amount
  comments?: Comments
  extrinsics?: Extrinsic[]
}

export interface ShipNoticeLineItemReference extends Keeps {
  shipNoticeLineNumber: string
}

export interface InvoiceDetailItem extends LineAmounts {
  /** Of this invoice. */
  invoiceLineNumber: string
  /** Negative in a line level credit memo of quantity. */
  quantity: string
  referenceDate?: string
  inspectionDate?: string
  parentInvoiceLineNumber?: string
  /** `composite` | `item` | `lean` */
  itemType?: string
  /** `groupLevel` | `itemLevel` */
  compositeItemType?: string
  reason?: 'return'
  isAdHoc?: 'yes'
  unitOfMeasure: string
  unitPrice: Amount
  priceBasisQuantity?: PriceBasisQuantity
  itemReference: InvoiceDetailItemReference
  shipNoticeLineItemReference?: ShipNoticeLineItemReference
  /** Quantity times unit price. */
  subtotalAmount?: Amount
  shipNoticeIDInfo?: ShipNoticeIDInfo
  totalCharges?: Amount
  totalAllowances?: Amount
  totalAmountWithoutTax?: Amount
  distributions?: Distribution[]
}

/** The lines that bill one order (or agreement, or no order at all). */
export interface InvoiceDetailOrder extends Keeps {
  orderInfo: InvoiceDetailOrderInfo
  shipNoticeInfo?: InvoiceDetailShipNoticeInfo
  items: InvoiceDetailItem[]
}

export interface InvoiceDetailOrderSummary extends LineAmounts {
  invoiceLineNumber: string
  inspectionDate?: string
  subtotalAmount: Amount
  period?: Period
}

/** One order billed as a whole (header invoice). */
export interface InvoiceDetailHeaderOrder extends Keeps {
  orderInfo: InvoiceDetailOrderInfo
  orderSummary: InvoiceDetailOrderSummary
}

const yes = ['yes'] as const

const orderInfo = shapeOf<InvoiceDetailOrderInfo>('InvoiceDetailOrderInfo', {
  children: [
    one(orderReference, 'orderReference'),
    one(masterAgreementReference, 'masterAgreementReference'),
    one(masterAgreementIDInfo, 'masterAgreementIDInfo'),
    one(orderIDInfo, 'orderIDInfo'),
    one(supplierOrderInfo, 'supplierOrderInfo'),
  ],
})

const itemReference = checkedShape(
  shapeOf<InvoiceDetailItemReference>('InvoiceDetailItemReference', {
    attributes: { lineNumber: 'required', serialNumber: 'optional' },
    children: [
      one(itemID, 'itemID'),
      one(description, 'description'),
      many(classification, 'classifications'),
      text('ManufacturerPartID', 'manufacturerPartID'),
      text('ManufacturerName', 'manufacturerName'),
      one(shapeOf<Country>('Country', { attributes: { isoCountryCode: 'required' }, text: 'text' }), 'country'),
      text('SerialNumber', 'serialNumbers', { many: true }),
      text('SupplierBatchID', 'supplierBatchID'),
      'InvoiceDetailItemReferenceIndustry',
    ],
  }),
  ({ manufacturerPartID, manufacturerName }, reader) => {
    if ((manufacturerPartID === undefined) !== (manufacturerName === undefined))
      reader.find('missing', '', 'ManufacturerPartID and ManufacturerName come together or not at all.')
  },
)

const item = shapeOf<InvoiceDetailItem>('InvoiceDetailItem', {
  attributes: {
    invoiceLineNumber: 'required',
    quantity: 'required',
    referenceDate: 'optional',
    inspectionDate: 'optional',
    parentInvoiceLineNumber: 'optional',
    itemType: 'optional',
    compositeItemType: 'optional',
    reason: ['return'],
    isAdHoc: yes,
  },
  children: [
    text('UnitOfMeasure', 'unitOfMeasure', { required: true, token: true }),
    one(amount('UnitPrice', 'Modifications', 'PricingConditions'), 'unitPrice', { required: 'refuse' }),
    one(priceBasisQuantity, 'priceBasisQuantity'),
    one(itemReference, 'itemReference', { required: 'empty' }),
    'ReceiptLineItemReference',
    one(
      shapeOf<ShipNoticeLineItemReference>('ShipNoticeLineItemReference', {
        attributes: { shipNoticeLineNumber: 'required' },
      }),
      'shipNoticeLineItemReference',
    ),
    'ServiceEntryItemReference',
    'ServiceEntryItemIDInfo',
    'ProductMovementItemIDInfo',
    one(amount('SubtotalAmount'), 'subtotalAmount'),
    one(tax, 'tax'),
    one(lineSpecialHandling, 'specialHandling'),
    one(lineShipping, 'shipping'),
    one(shipNoticeIDInfo, 'shipNoticeIDInfo'),
    one(amount('GrossAmount'), 'grossAmount'),
    one(discount, 'discount'),
    'InvoiceItemModifications',
    one(amount('TotalCharges'), 'totalCharges'),
    one(amount('TotalAllowances'), 'totalAllowances'),
    one(amount('TotalAmountWithoutTax'), 'totalAmountWithoutTax'),
    one(amount('NetAmount'), 'netAmount'),
    many(distribution, 'distributions'),
    'Packaging',
    'InvoiceDetailItemIndustry',
    one(comments, 'comments'),
    'CustomsInfo',
    many(extrinsic, 'extrinsics'),
  ],
})

export const invoiceDetailOrder = shapeOf<InvoiceDetailOrder>('InvoiceDetailOrder', {
  children: [
    one(orderInfo, 'orderInfo', { required: 'empty' }),
    'InvoiceDetailReceiptInfo',
    one(
      shapeOf<InvoiceDetailShipNoticeInfo>('InvoiceDetailShipNoticeInfo', {
        children: [one(shipNoticeReference, 'shipNoticeReference'), one(shipNoticeIDInfo, 'shipNoticeIDInfo')],
      }),
      'shipNoticeInfo',
    ),
    many(item, 'items', { always: true }),
    'InvoiceDetailServiceItem',
  ],
})

const orderSummary = shapeOf<InvoiceDetailOrderSummary>('InvoiceDetailOrderSummary', {
  attributes: { invoiceLineNumber: 'required', inspectionDate: 'optional' },
  children: [
    one(amount('SubtotalAmount'), 'subtotalAmount', { required: 'refuse' }),
    one(period, 'period'),
    one(tax, 'tax'),
    one(lineSpecialHandling, 'specialHandling'),
    one(lineShipping, 'shipping'),
    one(amount('GrossAmount'), 'grossAmount'),
    one(discount, 'discount'),
    one(amount('NetAmount'), 'netAmount'),
    one(comments, 'comments'),
    many(extrinsic, 'extrinsics'),
  ],
})

export const invoiceDetailHeaderOrder = shapeOf<InvoiceDetailHeaderOrder>('InvoiceDetailHeaderOrder', {
  children: [
    one(orderInfo, 'orderInfo', { required: 'empty' }),
    one(orderSummary, 'orderSummary', { required: 'refuse' }),
  ],
})
