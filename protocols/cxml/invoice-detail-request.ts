// InvoiceDetailRequest: invoices and credit and debit memos, by line or by order (InvoiceDetail.dtd, "InvoiceDetailRequest").
import { type CarrierIdentifier, carrierIdentifier, type ShipmentIdentifier, shipmentIdentifier } from './carriage.ts'
import { type Distribution, distribution } from './distribution.ts'
import {
  type Amount,
  amount,
  type Classification,
  type Comments,
  type Contact,
  type Country,
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
  type Money,
  money,
  type Tax,
  tax,
} from './elements.ts'
import {
  type MasterAgreementIDInfo,
  type MasterAgreementReference,
  masterAgreementIDInfo,
  masterAgreementReference,
  type PriceBasisQuantity,
  priceBasisQuantity,
} from './items.ts'
import { onlyKnown } from './known-values.ts'
import type { Period } from './order-request.ts'
import { type PaymentTerm, paymentTerm } from './payment.ts'
import { type SupplierOrderInfo, supplierOrderInfo } from './punchout-order-message.ts'
import {
  type IdReference,
  idReference,
  type OrderIDInfo,
  type OrderReference,
  orderIDInfo,
  orderReference,
  type ShipNoticeIDInfo,
  type ShipNoticeReference,
  shipNoticeIDInfo,
  shipNoticeReference,
} from './references.ts'
import { many, one, type Shape, shapeOf, text } from './shape.ts'
import type { InvoiceIDInfo } from './status-update-request.ts'
import type { Keeps } from './xml-element.ts'

/** `standard`, the default, bills; the credit memos give back (`lineLevel...` line by line), the debit memos bill more. */
export type InvoicePurpose = 'standard' | 'creditMemo' | 'debitMemo' | 'lineLevelCreditMemo' | 'lineLevelDebitMemo'

/** `yes` or absent, as every indicator. */
export interface InvoiceDetailHeaderIndicator extends Keeps {
  /** The invoice has `headerOrders`, no lines. */
  isHeaderInvoice?: 'yes'
  isVatRecoverable?: 'yes'
  /** A line level credit memo gives back price, not quantity. */
  isPriceBasedLineLevelCreditMemo?: 'yes'
}

/** What the lines state themselves, rather than the summary alone. */
export interface InvoiceDetailLineIndicator extends Keeps {
  isTaxInLine?: 'yes'
  isSpecialHandlingInLine?: 'yes'
  isShippingInLine?: 'yes'
  isDiscountInLine?: 'yes'
  isAccountingInLine?: 'yes'
  isPriceAdjustmentInLine?: 'yes'
}

/** Contact's role says who: `from`, `billTo`, `remitTo`, `soldTo`, `billFrom`, `issuerOfInvoice`, ... */
export interface InvoicePartner extends Keeps {
  contact: Contact
  /** Domains `vatID`, `federalTaxID`, `supplierTaxID`, `bankRoutingID`, `accountID`, ... */
  idReferences?: IdReference[]
}

/** The DTD wants two contacts at least: roles `shipFrom` and `shipTo`. Carrier and tracking number come together. */
export interface InvoiceDetailShipping extends Keeps {
  shippingDate?: string
  contacts: Contact[]
  carrierIdentifiers?: CarrierIdentifier[]
  shipmentIdentifiers?: ShipmentIdentifier[]
  documentReference?: DocumentReference
}

/** The form of PaymentTerm that is deprecated: `percentageRate` off, or on, when paid within so many days. */
export interface InvoiceDetailPaymentTerm extends Keeps {
  payInNumberOfDays: string
  percentageRate: string
}

export interface InvoiceDetailRequestHeader extends Keeps {
  invoiceID: string
  isInformationOnly?: 'yes'
  /** Absent = standard. */
  purpose?: InvoicePurpose
  /** Absent = new. Delete names the invoice in `documentReference`. */
  operation?: 'new' | 'delete'
  invoiceDate: string
  /** `supplier` | `buyer` */
  invoiceOrigin?: string
  /** Evaluated receipt settlement. */
  isERS?: 'yes'
  headerIndicator: InvoiceDetailHeaderIndicator
  lineIndicator: InvoiceDetailLineIndicator
  partners?: InvoicePartner[]
  /** The earlier invoice's document: of a credit memo, of a delete. */
  documentReference?: DocumentReference
  /** The earlier invoice, by its number. */
  invoiceIDInfo?: InvoiceIDInfo
  paymentProposalIDInfo?: { paymentProposalID: string } & Keeps
  shipping?: InvoiceDetailShipping
  shipNoticeIDInfo?: ShipNoticeIDInfo
  /** One of these two forms. */
  invoiceDetailPaymentTerms?: InvoiceDetailPaymentTerm[]
  paymentTerms?: PaymentTerm[]
  paymentInformation?: { paymentNetDueDate?: string } & Keeps
  period?: Period
  comments?: Comments
  idReferences?: IdReference[]
  extrinsics?: Extrinsic[]
}

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

export interface InvoiceDetailLineShipping extends Keeps {
  shipping: InvoiceDetailShipping
  money: Money
  distributions?: Distribution[]
}

/** InvoiceDetailLineSpecialHandling and SpecialHandlingAmount: packing, handling, small order charges. */
export interface SpecialHandling extends Keeps {
  description?: Description
  money: Money
  distributions?: Distribution[]
}

export interface ShippingAmount extends Keeps {
  money: Money
  distributions?: Distribution[]
}

export interface InvoiceDetailDiscount extends Keeps {
  percentageRate?: string
  money: Money
  distributions?: Distribution[]
}

/** What one line, or one order of a header invoice, comes to. */
interface LineAmounts extends Keeps {
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
  shipNoticeLineItemReference?: { shipNoticeLineNumber: string } & Keeps
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

/** Every amount negative in a credit memo. */
export interface InvoiceDetailSummary extends Keeps {
  subtotalAmount: Amount
  /** One TaxDetail per category and rate. */
  tax: Tax
  specialHandlingAmount?: SpecialHandling
  shippingAmount?: ShippingAmount
  grossAmount?: Amount
  discount?: InvoiceDetailDiscount
  totalCharges?: Amount
  totalAllowances?: Amount
  totalAmountWithoutTax?: Amount
  netAmount: Amount
  depositAmount?: Amount
  /** Net less deposit. */
  dueAmount?: Amount
}

export interface InvoiceDetailRequest extends Keeps {
  type: 'InvoiceDetailRequest'
  header: InvoiceDetailRequestHeader
  /** One of these two, with one order at least. */
  orders?: InvoiceDetailOrder[]
  headerOrders?: InvoiceDetailHeaderOrder[]
  summary: InvoiceDetailSummary
}

const yes = ['yes'] as const

const invoiceDetailShipping = shapeOf<InvoiceDetailShipping>('InvoiceDetailShipping', {
  attributes: { shippingDate: 'optional' },
  children: [
    many(contact, 'contacts', { always: true }),
    many(carrierIdentifier, 'carrierIdentifiers'),
    many(shipmentIdentifier, 'shipmentIdentifiers'),
    one(documentReference, 'documentReference'),
  ],
})

const period = shapeOf<Period>('Period', { attributes: { startDate: 'required', endDate: 'required' } })

const header = onlyKnown(
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
        shapeOf<NonNullable<InvoiceDetailRequestHeader['paymentProposalIDInfo']>>('PaymentProposalIDInfo', {
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
        shapeOf<NonNullable<InvoiceDetailRequestHeader['paymentInformation']>>('PaymentInformation', {
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
  {
    purpose: ['standard', 'creditMemo', 'debitMemo', 'lineLevelCreditMemo', 'lineLevelDebitMemo'],
    operation: ['new', 'delete'],
  },
)

const orderInfo = shapeOf<InvoiceDetailOrderInfo>('InvoiceDetailOrderInfo', {
  children: [
    one(orderReference, 'orderReference'),
    one(masterAgreementReference, 'masterAgreementReference'),
    one(masterAgreementIDInfo, 'masterAgreementIDInfo'),
    one(orderIDInfo, 'orderIDInfo'),
    one(supplierOrderInfo, 'supplierOrderInfo'),
  ],
})

const itemReference = shapeOf<InvoiceDetailItemReference>('InvoiceDetailItemReference', {
  attributes: { lineNumber: 'required' },
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
})

const oneMoney = one(money, 'money', { required: 'refuse' })
const distributions = many(distribution, 'distributions')

const lineShipping = shapeOf<InvoiceDetailLineShipping>('InvoiceDetailLineShipping', {
  children: [one(invoiceDetailShipping, 'shipping', { required: 'empty' }), oneMoney, distributions],
})

const lineSpecialHandling = shapeOf<SpecialHandling>('InvoiceDetailLineSpecialHandling', {
  children: [one(description, 'description'), oneMoney, distributions],
})

/** The one element of the two that has its Description behind its Money. */
const specialHandlingAmount = shapeOf<SpecialHandling>('SpecialHandlingAmount', {
  children: [oneMoney, one(description, 'description'), distributions],
})

const discount = shapeOf<InvoiceDetailDiscount>('InvoiceDetailDiscount', {
  attributes: { percentageRate: 'optional' },
  children: [oneMoney, distributions],
})

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
      shapeOf<NonNullable<InvoiceDetailItem['shipNoticeLineItemReference']>>('ShipNoticeLineItemReference', {
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
    distributions,
    'Packaging',
    'InvoiceDetailItemIndustry',
    one(comments, 'comments'),
    'CustomsInfo',
    many(extrinsic, 'extrinsics'),
  ],
})

const order = shapeOf<InvoiceDetailOrder>('InvoiceDetailOrder', {
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

const headerOrder = shapeOf<InvoiceDetailHeaderOrder>('InvoiceDetailHeaderOrder', {
  children: [
    one(orderInfo, 'orderInfo', { required: 'empty' }),
    one(orderSummary, 'orderSummary', { required: 'refuse' }),
  ],
})

const summary = shapeOf<InvoiceDetailSummary>('InvoiceDetailSummary', {
  children: [
    one(amount('SubtotalAmount'), 'subtotalAmount', { required: 'refuse' }),
    one(tax, 'tax', { required: 'refuse' }),
    one(specialHandlingAmount, 'specialHandlingAmount'),
    one(shapeOf<ShippingAmount>('ShippingAmount', { children: [oneMoney, distributions] }), 'shippingAmount'),
    one(amount('GrossAmount'), 'grossAmount'),
    one(discount, 'discount'),
    'InvoiceHeaderModifications',
    'InvoiceDetailSummaryLineItemModifications',
    one(amount('TotalCharges'), 'totalCharges'),
    one(amount('TotalAllowances'), 'totalAllowances'),
    one(amount('TotalAmountWithoutTax'), 'totalAmountWithoutTax'),
    one(amount('NetAmount'), 'netAmount', { required: 'refuse' }),
    one(amount('DepositAmount'), 'depositAmount'),
    one(amount('DueAmount'), 'dueAmount'),
    'InvoiceDetailSummaryIndustry',
  ],
})

const table = shapeOf<InvoiceDetailRequest>('InvoiceDetailRequest', {
  constants: { type: 'InvoiceDetailRequest' },
  children: [
    one(header, 'header', { required: 'refuse' }),
    many(order, 'orders'),
    many(headerOrder, 'headerOrders'),
    one(summary, 'summary', { required: 'refuse' }),
  ],
})

export const invoiceDetailRequest: Shape<InvoiceDetailRequest> = {
  name: table.name,
  write: table.write,
  read(element, reader) {
    const invoice = table.read(element, reader)
    if (!invoice.orders && !invoice.headerOrders)
      reader.find('missing', 'InvoiceDetailOrder', 'The invoice bills no order: neither lines nor a header order.')
    return invoice
  },
}
