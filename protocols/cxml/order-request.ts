// OrderRequest: a purchase order, its changes and its cancellation (cXML Reference Guide, "OrderRequest"; cXML.dtd 1.2.071).
import { checkedShape, refuseUnknown } from './checked-shape.ts'
import {
  type Address,
  type Amount,
  address,
  amount,
  type Comments,
  type Contact,
  comments,
  contact,
  type DocumentReference,
  documentReference,
  type Extrinsic,
  extrinsic,
  type Link,
  link,
  type Shipping,
  type ShipTo,
  shipping,
  shipTo,
  type Tax,
  tax,
} from './elements.ts'
import { type ItemOut, itemOut } from './items.ts'
import { type Payment, type PaymentTerm, payment, paymentTerm } from './payment.ts'
import { type SupplierOrderInfo, supplierOrderInfo } from './punchout-order-message.ts'
import { type IdReference, idReference } from './references.ts'
import { many, one, type Reader, shapeOf } from './shape.ts'
import type { Keeps } from './xml-element.ts'

export type OrderRequestType = 'new' | 'update' | 'delete'

export interface BillTo extends Keeps {
  /** Without BillTo in the document: an address with an empty name. */
  address: Address
  idReferences?: IdReference[]
}

/** From and to when deliveries may come. */
export interface Period extends Keeps {
  startDate: string
  endDate: string
}

export interface DeliveryPeriod extends Keeps {
  period: Period
}

export interface OrderRequestHeader extends Keeps {
  orderID: string
  orderDate: string
  /** Absent = new. */
  type?: OrderRequestType
  /** `regular` | `release` | `blanket` | `stockTransport` | `stockTransportRelease`; absent = regular. */
  orderType?: string
  /** `yes`: the blanket order allows releases. */
  releaseRequired?: string
  orderVersion?: string
  isInternalVersion?: string
  /** Of the blanket order above this blanket order. */
  parentAgreementID?: string
  parentAgreementPayloadID?: string
  /** Between these a blanket order is in force. */
  effectiveDate?: string
  expirationDate?: string
  /** Of the agreement that this release is from. */
  agreementID?: string
  agreementPayloadID?: string
  requisitionID?: string
  /** `yes`: everything in one delivery. */
  shipComplete?: string
  pickUpDate?: string
  requestedDeliveryDate?: string
  isSTOOutbound?: string
  /** Of a blanket order: the most that will be spent, not the sum of its lines. */
  total: Amount
  shipTo?: ShipTo
  billTo: BillTo
  shipping?: Shipping
  tax?: Tax
  payment?: Payment
  paymentTerms?: PaymentTerm[]
  contacts?: Contact[]
  comments?: Comments[]
  /** Where later documents about this order go. */
  followup?: Link
  /** The order document that this update or delete supersedes. */
  documentReference?: DocumentReference
  supplierOrderInfo?: SupplierOrderInfo
  deliveryPeriod?: DeliveryPeriod
  idReferences?: IdReference[]
  extrinsics?: Extrinsic[]
}

/** The DTD wants at least one item; a delete often comes with none (a finding on any other). */
export interface OrderRequest extends Keeps {
  type: 'OrderRequest'
  header: OrderRequestHeader
  items: ItemOut[]
}

const types: readonly OrderRequestType[] = ['new', 'update', 'delete']
const orderTypes = ['regular', 'release', 'blanket', 'stockTransport', 'stockTransportRelease']

const billTo = shapeOf<BillTo>('BillTo', {
  children: [one(address, 'address', { required: 'empty' }), many(idReference, 'idReferences')],
})

const deliveryPeriod = shapeOf<DeliveryPeriod>('DeliveryPeriod', {
  children: [
    one(shapeOf<Period>('Period', { attributes: { startDate: 'required', endDate: 'required' } }), 'period', {
      required: 'empty',
    }),
  ],
})

const header = shapeOf<OrderRequestHeader>('OrderRequestHeader', {
  attributes: {
    orderID: 'required',
    orderDate: 'required',
    orderType: 'optional',
    releaseRequired: 'optional',
    type: 'optional',
    orderVersion: 'optional',
    isInternalVersion: 'optional',
    parentAgreementID: 'optional',
    parentAgreementPayloadID: 'optional',
    effectiveDate: 'optional',
    expirationDate: 'optional',
    agreementID: 'optional',
    agreementPayloadID: 'optional',
    requisitionID: 'optional',
    shipComplete: 'optional',
    pickUpDate: 'optional',
    requestedDeliveryDate: 'optional',
    isSTOOutbound: 'optional',
  },
  children: [
    one(amount('Total', 'Modifications'), 'total', { required: 'refuse' }),
    one(shipTo, 'shipTo'),
    one(billTo, 'billTo', { required: 'empty' }),
    'BusinessPartner',
    'LegalEntity',
    'OrganizationalUnit',
    one(shipping, 'shipping'),
    one(tax, 'tax'),
    one(payment, 'payment'),
    many(paymentTerm, 'paymentTerms'),
    many(contact, 'contacts'),
    many(comments, 'comments'),
    one(link('Followup'), 'followup'),
    'ControlKeys',
    one(documentReference, 'documentReference'),
    one(supplierOrderInfo, 'supplierOrderInfo'),
    'TermsOfDelivery',
    one(deliveryPeriod, 'deliveryPeriod'),
    many(idReference, 'idReferences'),
    'OrderRequestHeaderIndustry',
    many(extrinsic, 'extrinsics'),
  ],
})

/**
 * Without orderID there is no telling which order it is; read as new, an order of an unknown type would be a second
 * delivery. So both are refused.
 */
const checkedHeader = checkedShape(header, (read, reader) => {
  if (read.orderID.trim() === '') reader.refuse('missing', '@orderID', 'The order has no orderID.')
  spell(read, 'type', types, reader)
  spell(read, 'orderType', orderTypes, reader)
  refuseUnknown(reader, 'type', read.type, types)
  const { type, documentReference, orderType, agreementID, effectiveDate } = read
  if ((type === 'update' || type === 'delete') && !documentReference)
    reader.find('missing', 'DocumentReference', `The ${type} does not say which document it follows.`)
  if (orderType === 'release' && agreementID === undefined)
    reader.find('missing', '@agreementID', 'The release does not say from which agreement it is.')
  if (orderType === 'blanket' && effectiveDate === undefined)
    reader.find('missing', '@effectiveDate', 'The blanket order does not say from when it is in force.')
})

/** Oracle writes `Regular`. */
function spell<K extends 'type' | 'orderType'>(
  read: OrderRequestHeader,
  key: K,
  known: readonly NonNullable<OrderRequestHeader[K]>[],
  reader: Reader,
): void {
  const given = read[key]
  if (given === undefined || known.includes(given)) return
  const meant = known.find((name) => name.toLowerCase() === given.trim().toLowerCase())
  if (meant !== undefined) read[key] = meant
  reader.find('unknown-value', `@${key}`, `"${given.slice(0, 40)}" is ${meant ? `read as "${meant}"` : 'not known'}.`)
}

export const orderRequest = checkedShape(
  shapeOf<OrderRequest>('OrderRequest', {
    constants: { type: 'OrderRequest' },
    children: [one(checkedHeader, 'header', { required: 'refuse' }), many(itemOut, 'items', { always: true })],
  }),
  ({ header, items }, reader) => {
    if (items.length === 0 && header.type !== 'delete') reader.find('missing', 'ItemOut', 'The order has no items.')
    const numbers = items.flatMap(({ lineNumber }) => lineNumber?.trim() ?? [])
    if (new Set(numbers).size < numbers.length)
      reader.find('repeated', 'ItemOut/@lineNumber', 'Two items have the same lineNumber.')
  },
)
