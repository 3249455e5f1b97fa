// OrderRequest: a purchase order, its changes and its cancellation (cXML Reference Guide, "OrderRequest"; cXML.dtd 1.2.071).
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
import { many, one, type Reader, type Shape, shapeOf } from './shape.ts'
import type { Keeps, XmlElement } from './xml-element.ts'

export type OrderRequestType = 'new' | 'update' | 'delete'
export type OrderType = 'regular' | 'release' | 'blanket' | 'stockTransport' | 'stockTransportRelease'

export interface BillTo extends Keeps {
  /** Without BillTo in the document: an address with an empty name. */
  address: Address
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
  /** Absent = regular. */
  orderType?: OrderType
  /** `yes` on a blanket order: nothing is to be delivered before a release. */
  releaseRequired?: string
  orderVersion?: string
  isInternalVersion?: string
  /** Of the blanket order that this release is from. */
  parentAgreementID?: string
  parentAgreementPayloadID?: string
  /** Between these a blanket order is in force. */
  effectiveDate?: string
  expirationDate?: string
  agreementID?: string
  agreementPayloadID?: string
  requisitionID?: string
  /** `yes`: everything in one delivery. */
  shipComplete?: string
  pickUpDate?: string
  requestedDeliveryDate?: string
  isSTOOutbound?: string
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
  extrinsics?: Extrinsic[]
}

/** The DTD wants at least one item; a delete often comes with none (a finding on any other). */
export interface OrderRequest extends Keeps {
  type: 'OrderRequest'
  header: OrderRequestHeader
  items: ItemOut[]
}

const types: readonly string[] = ['new', 'update', 'delete']

const billTo = shapeOf<BillTo>('BillTo', {
  children: [one(address, 'address', { required: 'empty' }), 'IdReference'],
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
    orderType: ['regular', 'release', 'blanket', 'stockTransport', 'stockTransportRelease'],
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
    'IdReference',
    'OrderRequestHeaderIndustry',
    many(extrinsic, 'extrinsics'),
  ],
})

/** Read as new, an order of an unknown type would be a second delivery: it is refused. */
const checkedHeader: Shape<OrderRequestHeader> = {
  name: header.name,
  write: header.write,
  read(element: XmlElement, reader: Reader) {
    const read = header.read(element, reader)
    if (read.orderID.trim() === '') reader.refuse('missing', '@orderID', 'The order has no orderID.')
    if (read.type !== undefined && !types.includes(read.type))
      reader.refuse('value', '@type', `type "${String(read.type).slice(0, 40)}" is none of ${types.join(', ')}.`)
    return read
  },
}

const table = shapeOf<OrderRequest>('OrderRequest', {
  constants: { type: 'OrderRequest' },
  children: [one(checkedHeader, 'header', { required: 'refuse' }), many(itemOut, 'items', { always: true })],
})

export const orderRequest: Shape<OrderRequest> = {
  name: table.name,
  write: table.write,
  read(element: XmlElement, reader: Reader) {
    const order = table.read(element, reader)
    if (order.items.length === 0 && order.header.type !== 'delete')
      reader.find('missing', 'ItemOut', 'The order has no items.')
    return order
  },
}
