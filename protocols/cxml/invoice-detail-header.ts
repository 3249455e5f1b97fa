// InvoiceDetailRequestHeader: number, purpose and date of an invoice, its partners and terms (InvoiceDetail.dtd 1.2.071).
import { checkedShape, refuseUnknown } from './checked-shape.ts'
import {
  type Comments,
  type Contact,
  comments,
  contact,
  type DocumentReference,
  documentReference,
  type Extrinsic,
  extrinsic,
} from './elements.ts'
import { type InvoiceDetailShipping, invoiceDetailShipping } from './invoice-detail-charges.ts'
import type { Period } from './order-request.ts'
import { type PaymentTerm, paymentTerm } from './payment.ts'
import { type IdReference, idReference, type ShipNoticeIDInfo, shipNoticeIDInfo } from './references.ts'
import { many, one, shapeOf } from './shape.ts'
import type { InvoiceIDInfo } from './status-update-request.ts'
import type { Keeps } from './xml-element.ts'

/**
 * `standard` bills; credit memos give back, debit memos bill more, `lineLevel...` line by line against the invoice named
 * in `documentReference`. Positive amounts are owed to the supplier, negative ones to the buyer: a credit's are negative.
 */
export type InvoicePurpose = 'standard' | 'creditMemo' | 'debitMemo' | 'lineLevelCreditMemo' | 'lineLevelDebitMemo'

/** `yes` or absent, as every indicator. */
export interface InvoiceDetailHeaderIndicator extends Keeps {
  /** The invoice has `headerOrders`, no lines. */
  isHeaderInvoice?: 'yes'
  isVatRecoverable?: 'yes'
  /** The credit is of price, not of quantity. */
  isPriceBasedLineLevelCreditMemo?: 'yes'
}

/** What the lines state themselves; without its indicator, what they state is ignored. */
export interface InvoiceDetailLineIndicator extends Keeps {
  isTaxInLine?: 'yes'
  isSpecialHandlingInLine?: 'yes'
  isShippingInLine?: 'yes'
  isDiscountInLine?: 'yes'
  isAccountingInLine?: 'yes'
  isPriceAdjustmentInLine?: 'yes'
}

/** Contact's role says who: `issuerOfInvoice`, `from`, `soldTo`, `billTo`, `remitTo`; shipTo and shipFrom stand elsewhere. */
export interface InvoicePartner extends Keeps {
  contact: Contact
  /** Domains `vatID`, `federalTaxID`, `supplierTaxID`, `bankRoutingID`, `accountID`, ... */
  idReferences?: IdReference[]
}

/** Deprecated since 1.2.011 for PaymentTerm, still common. Percent off (negative: on) when paid within so many days. */
export interface InvoiceDetailPaymentTerm extends Keeps {
  payInNumberOfDays: string
  percentageRate: string
}

export interface PaymentProposalIDInfo extends Keeps {
  paymentProposalID: string
}

export interface PaymentInformation extends Keeps {
  paymentNetDueDate?: string
}

export interface InvoiceDetailRequestHeader extends Keeps {
  invoiceID: string
  isInformationOnly?: 'yes'
  /** Absent = standard. */
  purpose?: InvoicePurpose
  /** Absent = new. Delete (a cancelled invoice) names it in `documentReference`. */
  operation?: 'new' | 'delete'
  invoiceDate: string
  /** `supplier` | `buyer` */
  invoiceOrigin?: string
  /** Evaluated receipt settlement. */
  isERS?: 'yes'
  headerIndicator: InvoiceDetailHeaderIndicator
  lineIndicator: InvoiceDetailLineIndicator
  partners?: InvoicePartner[]
  /** The invoice that is credited, debited or deleted. */
  documentReference?: DocumentReference
  /** The earlier invoice, by its number. */
  invoiceIDInfo?: InvoiceIDInfo
  paymentProposalIDInfo?: PaymentProposalIDInfo
  shipping?: InvoiceDetailShipping
  shipNoticeIDInfo?: ShipNoticeIDInfo
  /** One of these two forms. */
  invoiceDetailPaymentTerms?: InvoiceDetailPaymentTerm[]
  paymentTerms?: PaymentTerm[]
  paymentInformation?: PaymentInformation
  period?: Period
  comments?: Comments
  idReferences?: IdReference[]
  extrinsics?: Extrinsic[]
}

const yes = ['yes'] as const

const purposes: readonly InvoicePurpose[] = [
  'standard',
  'creditMemo',
  'debitMemo',
  'lineLevelCreditMemo',
  'lineLevelDebitMemo',
]

export const period = shapeOf<Period>('Period', { attributes: { startDate: 'required', endDate: 'required' } })

export const invoiceDetailRequestHeader = checkedShape(
  shapeOf<InvoiceDetailRequestHeader>('InvoiceDetailRequestHeader', {
    attributes: {
      invoiceID: 'required',
      isInformationOnly: yes,
      purpose: 'optional',
      operation: 'optional',
      invoiceDate: 'required',
      invoiceOrigin: 'optional',
      isERS: yes,
    },
    children: [
      one(
        shapeOf<InvoiceDetailHeaderIndicator>('InvoiceDetailHeaderIndicator', {
          attributes: { isHeaderInvoice: yes, isVatRecoverable: yes, isPriceBasedLineLevelCreditMemo: yes },
        }),
        'headerIndicator',
        { required: 'empty' },
      ),
      one(
        shapeOf<InvoiceDetailLineIndicator>('InvoiceDetailLineIndicator', {
          attributes: {
            isTaxInLine: yes,
            isSpecialHandlingInLine: yes,
            isShippingInLine: yes,
            isDiscountInLine: yes,
            isAccountingInLine: yes,
            isPriceAdjustmentInLine: yes,
          },
        }),
        'lineIndicator',
        { required: 'empty' },
      ),
      many(
        shapeOf<InvoicePartner>('InvoicePartner', {
          children: [one(contact, 'contact', { required: 'empty' }), many(idReference, 'idReferences')],
        }),
        'partners',
      ),
      one(documentReference, 'documentReference'),
      one(
        shapeOf<InvoiceIDInfo>('InvoiceIDInfo', { attributes: { invoiceID: 'required', invoiceDate: 'optional' } }),
        'invoiceIDInfo',
      ),
      one(
        shapeOf<PaymentProposalIDInfo>('PaymentProposalIDInfo', {
          attributes: { paymentProposalID: 'required' },
        }),
        'paymentProposalIDInfo',
      ),
      one(invoiceDetailShipping, 'shipping'),
      one(shipNoticeIDInfo, 'shipNoticeIDInfo'),
      many(
        shapeOf<InvoiceDetailPaymentTerm>('InvoiceDetailPaymentTerm', {
          attributes: { payInNumberOfDays: 'required', percentageRate: 'required' },
        }),
        'invoiceDetailPaymentTerms',
      ),
      many(paymentTerm, 'paymentTerms'),
      one(
        shapeOf<PaymentInformation>('PaymentInformation', {
          attributes: { paymentNetDueDate: 'optional' },
        }),
        'paymentInformation',
      ),
      one(period, 'period'),
      one(comments, 'comments'),
      many(idReference, 'idReferences'),
      many(extrinsic, 'extrinsics'),
    ],
  }),
  ({ purpose, operation, documentReference }, reader) => {
    refuseUnknown(reader, 'purpose', purpose, purposes)
    refuseUnknown(reader, 'operation', operation, ['new', 'delete'])
    if ((operation === 'delete' || purpose === 'lineLevelCreditMemo') && !documentReference)
      reader.find(
        'missing',
        'DocumentReference',
        `${operation === 'delete' ? 'A delete' : 'A line level credit memo'} must name the invoice it is about.`,
      )
  },
)
