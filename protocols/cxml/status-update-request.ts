// StatusUpdateRequest: what became of an earlier document: an order, an invoice, a payment (cXML Reference Guide,
// "StatusUpdateRequest"; cXML.dtd 1.2.071).

import { checkedShape } from './checked-shape.ts'
import {
  type Amount,
  amount,
  type Comments,
  comments,
  type DocumentReference,
  documentReference,
  type Extrinsic,
  extrinsic,
  type Shipping,
  shipping,
  type Tax,
  tax,
} from './elements.ts'
import { type PCard, pcard } from './payment.ts'
import { type SourcingStatus, sourcingStatus } from './punchout-order-message.ts'
import { many, one, shapeOf } from './shape.ts'
import { type Status, status } from './status.ts'
import type { Keeps } from './xml-element.ts'

export interface PaymentStatus extends Keeps {
  orderID: string
  transactionTimestamp: string
  /** `Authorization` | `Settlement` | `Sale` | `Credit` */
  type: string
  /** `yes`: the transaction failed. */
  isFailed?: string
  transactionID?: string
  authorizationID?: string
  pcard: PCard
  total: Amount
  shipping?: Shipping
  tax?: Tax
  extrinsics?: Extrinsic[]
}

export interface InvoiceIDInfo extends Keeps {
  invoiceID: string
  invoiceDate?: string
}

export interface InvoiceStatus extends Keeps {
  /** `processing` | `canceled` | `reconciled` | `rejected` | `paying` | `paid` */
  type: string
  paymentNetDueDate?: string
  /** The invoice, where the request has no DocumentReference. */
  invoiceIDInfo?: InvoiceIDInfo
  /** Paid, where that is not the whole invoice. */
  partialAmount?: Amount
  comments?: Comments[]
}

export interface DocumentInfo extends Keeps {
  documentID: string
  documentType: string
  documentDate?: string
}

export interface DocumentStatus extends Keeps {
  type: string
  documentInfo?: DocumentInfo
  comments?: Comments[]
}

/** One of the four statuses beside `status`, or none. */
export interface StatusUpdateRequest extends Keeps {
  type: 'StatusUpdateRequest'
  documentReference?: DocumentReference
  /** 200 the document went through, 201 taken, 4xx refused, 5xx not delivered. */
  status: Status
  paymentStatus?: PaymentStatus
  sourcingStatus?: SourcingStatus
  invoiceStatus?: InvoiceStatus
  documentStatus?: DocumentStatus
  extrinsics?: Extrinsic[]
}

const paymentStatus = shapeOf<PaymentStatus>('PaymentStatus', {
  attributes: {
    orderID: 'required',
    transactionTimestamp: 'required',
    type: 'required',
    isFailed: 'optional',
    transactionID: 'optional',
    authorizationID: 'optional',
  },
  children: [
    one(pcard, 'pcard', { required: 'empty' }),
    one(amount('Total', 'Modifications'), 'total', { required: 'refuse' }),
    one(shipping, 'shipping'),
    one(tax, 'tax'),
    many(extrinsic, 'extrinsics'),
  ],
})

const invoiceStatus = shapeOf<InvoiceStatus>('InvoiceStatus', {
  attributes: { type: 'required', paymentNetDueDate: 'optional' },
  children: [
    one(
      shapeOf<InvoiceIDInfo>('InvoiceIDInfo', { attributes: { invoiceID: 'required', invoiceDate: 'optional' } }),
      'invoiceIDInfo',
    ),
    one(amount('PartialAmount'), 'partialAmount'),
    many(comments, 'comments'),
  ],
})

const documentStatus = shapeOf<DocumentStatus>('DocumentStatus', {
  attributes: { type: 'required' },
  children: [
    one(
      shapeOf<DocumentInfo>('DocumentInfo', {
        attributes: { documentID: 'required', documentType: 'required', documentDate: 'optional' },
      }),
      'documentInfo',
    ),
    'ItemStatus',
    many(comments, 'comments'),
  ],
})

const table = shapeOf<StatusUpdateRequest>('StatusUpdateRequest', {
  constants: { type: 'StatusUpdateRequest' },
  children: [
    one(documentReference, 'documentReference'),
    one(status, 'status', { required: 'refuse' }),
    one(paymentStatus, 'paymentStatus'),
    one(sourcingStatus, 'sourcingStatus'),
    one(invoiceStatus, 'invoiceStatus'),
    one(documentStatus, 'documentStatus'),
    'IntegrationStatus',
    many(extrinsic, 'extrinsics'),
  ],
})

export const statusUpdateRequest = checkedShape(table, (update, reader) => {
  const { paymentStatus, sourcingStatus, invoiceStatus, documentStatus } = update
  if (!update.documentReference && !invoiceStatus?.invoiceIDInfo && !documentStatus?.documentInfo)
    reader.find('missing', 'DocumentReference', 'The update does not say which document it is about.')
  if ([paymentStatus, sourcingStatus, invoiceStatus, documentStatus].filter(Boolean).length > 1)
    reader.find('repeated', '', 'The update has statuses of several kinds; cXML wants one.')
})
