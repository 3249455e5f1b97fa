// ConfirmationRequest: what the supplier makes of an order, as a whole and line by line (Fulfill.dtd, "ConfirmationRequest").
import {
  type Amount,
  amount,
  type Comments,
  type Contact,
  comments,
  contact,
  type DocumentReference,
  documentReference,
  type Extrinsic,
  extrinsic,
  type Shipping,
  shipping,
  type Tax,
  tax,
} from './elements.ts'
import { type ItemIn, itemIn } from './items.ts'
import { onlyKnown } from './known-values.ts'
import { type IdReference, idReference, type OrderReference, orderReference } from './references.ts'
import { many, one, shapeOf, text } from './shape.ts'
import type { Keeps } from './xml-element.ts'

/**
 * `accept`, `except`, `reject` speak of the whole order, one per order, the lines being exceptions from it (`except`);
 * `detail` and `allDetail` line by line, `allDetail` with every line, changed or not.
 */
export type ConfirmationType =
  | 'accept'
  | 'allDetail'
  | 'detail'
  | 'backordered'
  | 'except'
  | 'reject'
  | 'requestToPay'
  | 'replace'

export type ConfirmationStatusType =
  | 'accept'
  | 'allDetail'
  | 'detail'
  | 'backordered'
  | 'reject'
  | 'unknown'
  | 'requestToPay'

export interface ConfirmationHeader extends Keeps {
  /** The supplier's number of this confirmation; an update keeps it. */
  confirmID?: string
  /** Absent = new. An update names what it updates in `documentReference`. */
  operation?: 'new' | 'update'
  type: ConfirmationType
  noticeDate: string
  invoiceID?: string
  /** Incoterms 2000 in small letters: `cif`, `exw`. */
  incoTerms?: string
  /** Of the confirmation, in an update. */
  version?: string
  documentReference?: DocumentReference
  /** These three: only where they differ from the order's. */
  total?: Amount
  shipping?: Shipping
  tax?: Tax
  contacts?: Contact[]
  comments?: Comments[]
  idReferences?: IdReference[]
  extrinsics?: Extrinsic[]
}

/** What becomes of `quantity` of the line. */
export interface ConfirmationStatus extends Keeps {
  quantity: string
  type: ConfirmationStatusType
  /** With an offset, as every date here. */
  shipmentDate?: string
  deliveryDate?: string
  unitOfMeasure: string
  /** What is delivered instead (a substitution), with price and description; then none of the next three. */
  itemIn?: ItemIn
  /** The price that differs from the order's. */
  unitPrice?: Amount
  tax?: Tax
  shipping?: Shipping
  supplierBatchID?: string
  comments?: Comments[]
  extrinsics?: Extrinsic[]
}

/** One line of the order, once per confirmation. */
export interface ConfirmationItem extends Keeps {
  /** Of the order's line; the statuses' quantities sum to it. */
  quantity: string
  /** Of the order. */
  lineNumber: string
  parentLineNumber?: string
  /** `composite` | `item` | `lean` */
  itemType?: string
  /** `groupLevel` | `itemLevel` */
  compositeItemType?: string
  unitOfMeasure: string
  contacts?: Contact[]
  statuses: ConfirmationStatus[]
}

export interface ConfirmationRequest extends Keeps {
  type: 'ConfirmationRequest'
  header: ConfirmationHeader
  orderReference: OrderReference
  items: ConfirmationItem[]
}

const header = onlyKnown(
  shapeOf<ConfirmationHeader>('ConfirmationHeader', {
    attributes: {
      confirmID: 'optional',
      operation: 'optional',
      type: 'required',
      noticeDate: 'required',
      invoiceID: 'optional',
      incoTerms: 'optional',
      version: 'optional',
    },
    children: [
      one(documentReference, 'documentReference'),
      one(amount('Total', 'Modifications'), 'total'),
      one(shipping, 'shipping'),
      one(tax, 'tax'),
      many(contact, 'contacts'),
      'Hazard',
      many(comments, 'comments'),
      many(idReference, 'idReferences'),
      many(extrinsic, 'extrinsics'),
    ],
  }),
  {
    operation: ['new', 'update'],
    type: ['accept', 'allDetail', 'detail', 'backordered', 'except', 'reject', 'requestToPay', 'replace'],
  },
)

const status = onlyKnown(
  shapeOf<ConfirmationStatus>('ConfirmationStatus', {
    attributes: { quantity: 'required', type: 'required', shipmentDate: 'optional', deliveryDate: 'optional' },
    children: [
      text('UnitOfMeasure', 'unitOfMeasure', { required: true, token: true }),
      one(itemIn, 'itemIn'),
      one(amount('UnitPrice', 'Modifications', 'PricingConditions'), 'unitPrice'),
      one(tax, 'tax'),
      one(shipping, 'shipping'),
      text('SupplierBatchID', 'supplierBatchID'),
      'ScheduleLineReference',
      'ComponentConsumptionDetails',
      many(comments, 'comments'),
      many(extrinsic, 'extrinsics'),
    ],
  }),
  { type: ['accept', 'allDetail', 'detail', 'backordered', 'reject', 'unknown', 'requestToPay'] },
)

const item = shapeOf<ConfirmationItem>('ConfirmationItem', {
  attributes: {
    quantity: 'required',
    lineNumber: 'required',
    parentLineNumber: 'optional',
    itemType: 'optional',
    compositeItemType: 'optional',
  },
  children: [
    text('UnitOfMeasure', 'unitOfMeasure', { required: true, token: true }),
    many(contact, 'contacts'),
    'Hazard',
    many(status, 'statuses', { always: true }),
  ],
})

export const confirmationRequest = shapeOf<ConfirmationRequest>('ConfirmationRequest', {
  constants: { type: 'ConfirmationRequest' },
  children: [
    one(header, 'header', { required: 'refuse' }),
    one(orderReference, 'orderReference', { required: 'refuse' }),
    'OrderStatusRequestReference',
    'OrderStatusRequestIDInfo',
    many(item, 'items', { always: true }),
  ],
})
