// Typed ConfirmationRequest, ShipNoticeRequest and InvoiceDetailRequest of our own: every part of the model at least once.
import type { ConfirmationRequest } from '../../../protocols/cxml/confirmation-request.ts'
import type { Distribution } from '../../../protocols/cxml/distribution.ts'
import type { CxmlDocument } from '../../../protocols/cxml/document.ts'
import type { Tax } from '../../../protocols/cxml/elements.ts'
import type { RequestContent } from '../../../protocols/cxml/envelope.ts'
import type { InvoiceDetailShipping } from '../../../protocols/cxml/invoice-detail-charges.ts'
import type { InvoiceDetailOrderInfo } from '../../../protocols/cxml/invoice-detail-order.ts'
import type { InvoiceDetailRequest } from '../../../protocols/cxml/invoice-detail-request.ts'
import type { Packaging } from '../../../protocols/cxml/packaging.ts'
import type { IdReference, OrderReference } from '../../../protocols/cxml/references.ts'
import type { ShipNoticeRequest } from '../../../protocols/cxml/ship-notice-request.ts'
import { contact, envelope, header, partLine } from './samples.ts'

/** A supplier's document on its way. */
export function request(content: RequestContent): CxmlDocument {
  return { kind: 'Request', ...envelope, header, deploymentMode: 'test', content }
}

const DATE = '2026-01-09T16:00:00+01:00'
const money = (amount: string) => ({ amount, currency: 'EUR' })
const amount = (value: string) => ({ money: money(value) })
const en = (text: string) => ({ lang: 'en', text })
const comments = [{ lang: 'en', type: 'note', text: 'See file', attachments: [{ url: 'cid:1@shop.example' }] }]
const extrinsics = [{ name: 'x', value: '00123' }]
const idReferences: IdReference[] = [
  { identifier: 'NL001234567B01', domain: 'vatID', creator: en('tax office'), description: en('VAT number') },
]
const documentReference = { payloadID: 'earlier@hub.example' }
const shipment = { shipNoticeID: 'LS-70031', shipNoticeDate: DATE }

export const orderReference: OrderReference = {
  orderID: '0004711',
  orderDate: '2026-01-05T11:00:00+01:00',
  documentReference: { payloadID: 'order@buyer.example' },
}

const distribution: Distribution = {
  accounting: { name: 'Cost', segments: [{ type: 'Cost Center', id: '0000670', description: 'Library' }] },
  charge: amount('10'),
}

const tax: Tax = {
  money: money('2.10'),
  description: en('VAT'),
  taxDetails: [
    {
      category: 'vat',
      purpose: 'tax',
      percentageRate: '21',
      taxableAmount: amount('10.00'),
      taxAmount: amount('2.10'),
    },
    {
      category: 'vat',
      exemptDetail: 'exempt',
      percentageRate: '0',
      basePercentageRate: '21',
      isTriangularTransaction: 'yes',
      taxAmount: amount('0'),
      taxLocation: en('NL'),
      triangularTransactionLawReference: { lang: 'nl', text: 'Artikel 37c Wet OB' },
      taxExemption: { exemptCode: 'VATEX-EU-AE', exemptReason: en('Reverse charge') },
    },
  ],
}

/** An update of a confirmation: a changed price and date, a substitution, what is late, what never comes. */
export const confirmation: ConfirmationRequest = {
  type: 'ConfirmationRequest',
  header: {
    confirmID: 'AB-001',
    operation: 'update',
    type: 'detail',
    noticeDate: DATE,
    invoiceID: 'RE-1',
    incoTerms: 'dap',
    version: '2',
    documentReference,
    total: amount('36.75'),
    shipping: { money: money('4.95'), description: en('Courier') },
    tax,
    contacts: [contact],
    comments,
    idReferences,
    extrinsics,
  },
  orderReference,
  items: [
    {
      quantity: '0010',
      lineNumber: '001',
      parentLineNumber: '7',
      itemType: 'item',
      compositeItemType: 'itemLevel',
      unitOfMeasure: 'C62',
      contacts: [contact],
      statuses: [
        {
          quantity: '4',
          type: 'detail',
          shipmentDate: DATE,
          deliveryDate: DATE,
          unitOfMeasure: 'C62',
          unitPrice: amount('10.505'),
          tax,
          shipping: { money: money('1'), description: en('Courier') },
          supplierBatchID: 'L-1',
          comments,
          extrinsics,
        },
        { quantity: '3', type: 'detail', unitOfMeasure: 'C62', itemIn: { ...partLine, quantity: '3' } },
        { quantity: '2', type: 'backordered', deliveryDate: DATE, unitOfMeasure: 'C62' },
        { quantity: '1', type: 'reject', unitOfMeasure: 'C62' },
      ],
    },
  ],
}

const parcel: Packaging = {
  packagingCodes: [en('CTN'), { lang: 'nl', text: 'doos' }],
  dimensions: [
    { quantity: '4.20', type: 'grossWeight', unitOfMeasure: 'KGM' },
    { quantity: '40', type: 'length', unitOfMeasure: 'CMT' },
  ],
  description: { lang: 'en', type: 'Material', text: 'Cardboard' },
  packagingLevelCode: 'inner',
  packageTypeCodeIdentifierCode: 'BOX1',
  shippingContainerSerialCode: '003871234500000014',
  shippingContainerSerialCodeReference: '003871234500000991',
  packageID: { globalIndividualAssetID: '8003', returnablePackageID: 'R-1', packageTrackingID: 'P-1' },
  shippingMarks: ['this side up', 'fragile'],
  orderedQuantity: { quantity: '10', unitOfMeasure: 'C62' },
  dispatchQuantity: { quantity: '6', unitOfMeasure: 'C62' },
  freeGoodsQuantity: { quantity: '1' },
  quantityVarianceNote: 'Rest follows',
  bestBeforeDate: { date: DATE },
  assetInfos: [{ serialNumber: '0001' }],
  storeCode: 'S1',
  extrinsics,
}

/** Two stretches, parcels on a pallet, a line with batch and serial numbers, a whole second order. */
export const shipNotice: ShipNoticeRequest = {
  type: 'ShipNoticeRequest',
  header: {
    shipmentID: 'LS-70031',
    operation: 'update',
    noticeDate: DATE,
    shipmentDate: DATE,
    deliveryDate: DATE,
    shipmentType: 'actual',
    fulfillmentType: 'partial',
    requestedDeliveryDate: DATE,
    reason: 'return',
    activityStepType: 'stockTransfer',
    serviceLevels: [en('overnight'), { lang: 'nl', text: 'nachtlevering' }],
    documentReference,
    contacts: [{ ...contact, role: 'shipFrom' }],
    comments,
    packaging: { dimensions: [{ quantity: '310', type: 'weight', unitOfMeasure: 'KGM' }] },
    extrinsics,
    idReferences,
  },
  shipControls: [
    {
      carrierIdentifiers: [
        { domain: 'SCAC', text: 'SNEL' },
        { domain: 'companyName', text: 'Snel Pakket' },
      ],
      shipmentIdentifiers: [
        { domain: 'trackingNumber', trackingNumberDate: DATE, trackingURL: 'https://t.example/?a=1&b=2', text: '3S01' },
        { text: '3S02' },
      ],
      packageIdentification: { rangeBegin: '1', rangeEnd: '2' },
      routes: [
        { method: 'motor', means: 'truck', startDate: DATE, endDate: DATE, text: 'by night', contacts: [contact] },
        { method: 'rail', text: '' },
      ],
      contacts: [contact],
      comments,
      extrinsics,
    },
    {
      startDate: DATE,
      carrierIdentifiers: [{ domain: 'companyName', text: 'Noord Transport' }],
      shipmentIdentifiers: [{ domain: 'billOfLading', text: 'CMR 4711' }],
    },
  ],
  portions: [
    {
      orderReference,
      masterAgreementReference: {
        agreementID: 'R-1',
        agreementDate: DATE,
        agreementType: 'scheduling_agreement',
        documentReference,
      },
      contacts: [contact],
      comments,
      extrinsics,
      items: [
        {
          quantity: '0010',
          lineNumber: '001',
          parentLineNumber: '7',
          shipNoticeLineNumber: '1',
          itemType: 'item',
          compositeItemType: 'itemLevel',
          stockTransferType: 'intra',
          outboundType: 'stockTransport',
          itemID: { supplierPartID: '00A', buyerPartID: '000' },
          detail: {
            unitPrice: amount('10.50'),
            descriptions: [en('Pen')],
            unitOfMeasure: 'C62',
            priceBasisQuantity: { quantity: '100', conversionFactor: '1', unitOfMeasure: 'C62' },
            classifications: [{ domain: 'UNSPSC', text: '44121804' }],
            manufacturerPartID: '1e5',
            manufacturerName: 'Acme',
            dimensions: [{ quantity: '1', type: 'unitNetWeight', unitOfMeasure: 'GRM' }],
            extrinsics,
          },
          unitOfMeasure: 'C62',
          packagings: [parcel, { packagingCodes: [en('CTN')] }],
          batches: [
            {
              productionDate: DATE,
              expirationDate: DATE,
              inspectionDate: DATE,
              shelfLife: 'P30D',
              originCountryCode: 'NL',
              batchQuantity: '6',
              buyerBatchID: 'B-1',
              supplierBatchID: 'L-1',
            },
          ],
          supplierBatchIDs: ['L-2', 'L-3'],
          assetInfos: [
            {
              isReferencedAsset: 'no',
              tagNumber: 'T',
              serialNumber: '0001',
              location: 'A',
              equipmentId: 'E',
              extrinsics,
            },
          ],
          orderedQuantity: { quantity: '20', unitOfMeasure: 'C62' },
          comments,
          extrinsics,
        },
      ],
    },
    {
      orderReference: { documentReference: { payloadID: 'second@buyer.example' } },
      masterAgreementIDInfo: { agreementID: 'R-2', agreementDate: DATE },
      items: [],
    },
  ],
}

const invoiceShipping: InvoiceDetailShipping = {
  shippingDate: DATE,
  contacts: [
    { ...contact, role: 'shipFrom' },
    { ...contact, role: 'shipTo' },
  ],
  carrierIdentifiers: [{ domain: 'SCAC', text: 'SNEL' }],
  shipmentIdentifiers: [{ text: '3S01' }],
  documentReference,
}

const lineAmounts = {
  tax,
  specialHandling: { description: en('Gift wrap'), money: money('1'), distributions: [distribution] },
  shipping: { shipping: invoiceShipping, money: money('4.95'), distributions: [distribution] },
  grossAmount: amount('12.10'),
  discount: { percentageRate: '2', money: money('0.24'), distributions: [distribution] },
  netAmount: amount('11.86'),
  comments: { lang: 'en', text: 'See file', attachments: [{ url: 'cid:1@shop.example' }] },
  extrinsics,
}

const agreement = { agreementID: 'R-1', agreementDate: DATE, agreementType: 'scheduling_agreement' }

/** Each way of saying what is billed, in the DTD's order of preference. */
export const orderInfos: InvoiceDetailOrderInfo[] = [
  { orderReference },
  {
    orderReference,
    masterAgreementReference: { ...agreement, documentReference },
    supplierOrderInfo: { orderID: '1' },
  },
  { orderReference, masterAgreementIDInfo: agreement },
  { masterAgreementReference: { documentReference }, orderIDInfo: { orderID: '0004711' } },
  { masterAgreementIDInfo: agreement, orderIDInfo: { orderID: '0004711', orderDate: DATE, idReferences } },
  { orderIDInfo: { orderID: '0004711' }, supplierOrderInfo: { orderID: '0090', orderDate: DATE } },
  { supplierOrderInfo: { orderID: '0090' } },
]

/** A line level credit memo of several orders, by line. */
export const creditMemo: InvoiceDetailRequest = {
  type: 'InvoiceDetailRequest',
  header: {
    invoiceID: '0042',
    isInformationOnly: 'yes',
    purpose: 'lineLevelCreditMemo',
    operation: 'new',
    invoiceDate: DATE,
    invoiceOrigin: 'supplier',
    isERS: 'yes',
    headerIndicator: { isVatRecoverable: 'yes', isPriceBasedLineLevelCreditMemo: 'yes' },
    lineIndicator: {
      isTaxInLine: 'yes',
      isSpecialHandlingInLine: 'yes',
      isShippingInLine: 'yes',
      isDiscountInLine: 'yes',
      isAccountingInLine: 'yes',
      isPriceAdjustmentInLine: 'yes',
    },
    partners: [{ contact: { ...contact, role: 'remitTo' }, idReferences }, { contact: { ...contact, role: 'billTo' } }],
    documentReference,
    invoiceIDInfo: { invoiceID: '0041', invoiceDate: DATE },
    paymentProposalIDInfo: { paymentProposalID: 'PP-1' },
    shipping: invoiceShipping,
    shipNoticeIDInfo: { ...shipment, idReferences },
    paymentTerms: [
      { payInNumberOfDays: '10', discount: { percent: { percent: '2' } }, extrinsics },
      { payInNumberOfDays: '20', discount: { amount: amount('1') } },
      { payInNumberOfDays: '30' },
    ],
    paymentInformation: { paymentNetDueDate: DATE },
    period: { startDate: DATE, endDate: DATE },
    comments: { lang: 'en', text: 'Thank you', attachments: [{ url: 'cid:invoice@shop.example' }] },
    idReferences,
    extrinsics,
  },
  orders: orderInfos.map((orderInfo, i) => ({
    orderInfo,
    ...(i === 0 && { shipNoticeInfo: { shipNoticeReference: { ...shipment, documentReference } } }),
    ...(i === 1 && { shipNoticeInfo: { shipNoticeIDInfo: shipment } }),
    items: [
      {
        invoiceLineNumber: `00${i + 1}`,
        quantity: '-1',
        referenceDate: DATE,
        inspectionDate: DATE,
        parentInvoiceLineNumber: '9',
        itemType: 'item',
        compositeItemType: 'itemLevel',
        reason: 'return',
        isAdHoc: 'yes',
        unitOfMeasure: 'C62',
        unitPrice: { money: { amount: '10.50', currency: 'EUR', alternateAmount: '12', alternateCurrency: 'USD' } },
        priceBasisQuantity: { quantity: '100', conversionFactor: '1', unitOfMeasure: 'C62' },
        itemReference: {
          lineNumber: '001',
          serialNumber: 'old',
          itemID: { supplierPartID: '00A', supplierPartAuxiliaryID: 'cfg=7|x', buyerPartID: '000' },
          description: { lang: 'en', text: 'Pen', shortName: 'Pen' },
          classifications: [
            { domain: 'UNSPSC', text: '44121804' },
            { domain: 'eClass', code: '24', text: 'pens' },
          ],
          manufacturerPartID: '1e5',
          manufacturerName: 'Acme & Söhne',
          country: { isoCountryCode: 'DE', text: 'Germany' },
          serialNumbers: ['0001', '0002'],
          supplierBatchID: 'L-1',
        },
        shipNoticeLineItemReference: { shipNoticeLineNumber: '1' },
        subtotalAmount: amount('-10.50'),
        ...lineAmounts,
        shipNoticeIDInfo: shipment,
        totalCharges: amount('1'),
        totalAllowances: amount('2'),
        totalAmountWithoutTax: amount('3'),
        distributions: [distribution],
      },
    ],
  })),
  summary: {
    subtotalAmount: amount('-10.50'),
    tax,
    specialHandlingAmount: { money: money('1'), description: en('Packing'), distributions: [distribution] },
    shippingAmount: { money: money('4.95'), distributions: [distribution] },
    grossAmount: amount('-12.10'),
    discount: { percentageRate: '2', money: money('0.24') },
    totalCharges: amount('1'),
    totalAllowances: amount('2'),
    totalAmountWithoutTax: amount('3'),
    netAmount: amount('-11.86'),
    depositAmount: amount('1'),
    dueAmount: amount('-12.86'),
  },
}

/** Two orders billed as a whole, with the old form of payment terms. */
export const headerInvoice: InvoiceDetailRequest = {
  type: 'InvoiceDetailRequest',
  header: {
    invoiceID: '0043',
    invoiceDate: DATE,
    headerIndicator: { isHeaderInvoice: 'yes' },
    lineIndicator: {
      isTaxInLine: 'yes',
      isSpecialHandlingInLine: 'yes',
      isShippingInLine: 'yes',
      isDiscountInLine: 'yes',
    },
    invoiceDetailPaymentTerms: [
      { payInNumberOfDays: '10', percentageRate: '2' },
      { payInNumberOfDays: '30', percentageRate: '0' },
    ],
  },
  headerOrders: [
    {
      orderInfo: { orderReference },
      orderSummary: {
        invoiceLineNumber: '1',
        inspectionDate: DATE,
        subtotalAmount: amount('10'),
        period: { startDate: DATE, endDate: DATE },
        ...lineAmounts,
      },
    },
    {
      orderInfo: { orderIDInfo: { orderID: '0004712' } },
      orderSummary: { invoiceLineNumber: '2', subtotalAmount: amount('20') },
    },
  ],
  summary: { subtotalAmount: amount('30'), tax, netAmount: amount('32.10') },
}
