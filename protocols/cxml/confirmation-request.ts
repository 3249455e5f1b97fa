// ConfirmationRequest: what the supplier makes of an order, as a whole and line by line (Fulfill.dtd, "ConfirmationRequest").
import { checkedShape, refuseUnknown } from './checked-shape.ts'
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
import { type IdReference, idReference, type OrderReference, orderReference } from './references.ts'
import { many, one, type Reader, shapeOf, text } from './shape.ts'
import type { Keeps } from './xml-element.ts'

/**
 * Of the whole order, one per order, discarding what was said before: `accept`, `except` (accept but for these lines),
 * `reject` (no lines), `backordered`. Of the lines named only: `detail` (what differs from the order), `allDetail`
 * (everything, as order entry systems print it). `replace`: every line is delivered otherwise, each with an ItemIn.
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

/**
 * `accept` as ordered, `detail` with what differs (UnitPrice, Tax, Shipping, ItemIn or deliveryDate), `unknown` takes
 * back what was said before.
 */
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
  /** Absent = new. An update is complete, and names the version before it in `documentReference`. */
  operation?: 'new' | 'update'
  type: ConfirmationType
  noticeDate: string
  invoiceID?: string
  /** Incoterms in small letters: `dap`, `exw`. */
  incoTerms?: string
  /** 1, 2, 3, ... */
  version?: string
  documentReference?: DocumentReference
  /** These three only where they differ from the order's. */
  total?: Amount
  shipping?: Shipping
  tax?: Tax
  contacts?: Contact[]
  comments?: Comments[]
  idReferences?: IdReference[]
  extrinsics?: Extrinsic[]
}

/** What becomes of so many of a line. */
export interface ConfirmationStatus extends Keeps {
  quantity: string
  type: ConfirmationStatusType
  /** Expected to leave the supplier, to arrive. */
  shipmentDate?: string
  deliveryDate?: string
  unitOfMeasure: string
  /** What is delivered instead (a substitution), or everything about the line (`allDetail`); then none of the next three. */
  itemIn?: ItemIn
  /** These three only where they differ from the order's. */
  unitPrice?: Amount
  tax?: Tax
  shipping?: Shipping
  supplierBatchID?: string
  comments?: Comments[]
  extrinsics?: Extrinsic[]
}

/** A line of the order, once per confirmation. */
export interface ConfirmationItem extends Keeps {
  /** As ordered; the statuses' quantities sum to it. */
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

const statusTypes = ['accept', 'allDetail', 'detail', 'backordered', 'reject', 'unknown', 'requestToPay'] as const
const butAllDetail = statusTypes.filter((type) => type !== 'allDetail')

/** What the lines of a confirmation of each type may say (Fulfill.dtd, "@attr type"). */
const statusTypesIn: Readonly<Record<ConfirmationType, readonly ConfirmationStatusType[]>> = {
  accept: ['accept'],
  allDetail: statusTypes.filter((type) => type !== 'requestToPay'),
  detail: butAllDetail,
  backordered: ['backordered'],
  except: butAllDetail,
  reject: [],
  requestToPay: ['requestToPay'],
  replace: ['detail'],
}

const header = checkedShape(
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
  ({ operation, type, documentReference }, reader) => {
    refuseUnknown(reader, 'operation', operation, ['new', 'update'])
    refuseUnknown(reader, 'type', type, Object.keys(statusTypesIn))
    if (operation === 'update' && !documentReference)
      reader.find('missing', 'DocumentReference', 'An update must name the confirmation it updates.')
  },
)

const status = checkedShape(
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
  ({ type, itemIn, unitPrice, tax, shipping, deliveryDate }, reader) => {
    refuseUnknown(reader, 'type', type, statusTypes)
    if (itemIn && (unitPrice || tax || shipping))
      reader.find('repeated', 'ItemIn', 'Price, tax and shipping of a substitution stand inside its ItemIn.')
    if (type === 'detail' && !itemIn && !unitPrice && !tax && !shipping && deliveryDate === undefined)
      reader.find('missing', '', 'A detail says nothing: no UnitPrice, Tax, Shipping, ItemIn or deliveryDate.')
  },
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

export const confirmationRequest = checkedShape(
  shapeOf<ConfirmationRequest>('ConfirmationRequest', {
    constants: { type: 'ConfirmationRequest' },
    children: [
      one(header, 'header', { required: 'refuse' }),
      one(orderReference, 'orderReference', { required: 'refuse' }),
      'OrderStatusRequestReference',
      'OrderStatusRequestIDInfo',
      many(item, 'items', { always: true }),
    ],
  }),
  checkItems,
)

const needItems: readonly ConfirmationType[] = ['detail', 'allDetail', 'except']

function checkItems({ header, items }: ConfirmationRequest, reader: Reader): void {
  const { type } = header
  if (needItems.includes(type) && items.length === 0)
    reader.find('missing', 'ConfirmationItem', `A confirmation of type ${type} names the lines it speaks of.`)
  const seen = new Set<string>()
  for (const [i, { lineNumber, statuses }] of items.entries()) {
    const below = `ConfirmationItem[${i + 1}]`
    if (seen.has(lineNumber)) reader.find('repeated', below, `Line ${lineNumber.slice(0, 40)} is there twice.`)
    seen.add(lineNumber)
    if (statuses.length === 0)
      reader.find('missing', `${below}/ConfirmationStatus`, `Line ${lineNumber.slice(0, 40)} has no status.`)
    for (const status of statuses)
      if (!statusTypesIn[type].includes(status.type))
        reader.find(
          'unknown-value',
          `${below}/ConfirmationStatus`,
          `A line is ${status.type} in a confirmation of type ${type}.`,
        )
      else if (type === 'replace' && !status.itemIn)
        reader.find(
          'missing',
          `${below}/ConfirmationStatus/ItemIn`,
          'A confirmation that replaces the order says by what.',
        )
  }
}
