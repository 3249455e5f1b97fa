// Typed documents of ordering for the tests: every part of the model at least once, and any order at all (fast-check).
import fc from 'fast-check'
import type { CxmlDocument, CxmlRequest, CxmlResponse } from '../../../protocols/cxml/document.ts'
import type { Contact } from '../../../protocols/cxml/elements.ts'
import type { RequestContent } from '../../../protocols/cxml/envelope.ts'
import type { ItemOut } from '../../../protocols/cxml/items.ts'
import type { OrderRequest, OrderRequestHeader } from '../../../protocols/cxml/order-request.ts'
import { statusOf } from '../../../protocols/cxml/status.ts'
import type { StatusUpdateRequest } from '../../../protocols/cxml/status-update-request.ts'
import { address, contact, envelope, fullLine, header } from './samples.ts'

export function requestOf(content: RequestContent): CxmlRequest {
  return { kind: 'Request', ...envelope, header, deploymentMode: 'test', content }
}

const money = (amount: string) => ({ money: { amount, currency: 'EUR' } })
const { itemDetail, shipping, tax } = fullLine
const idReferences = [
  { identifier: '0007', domain: 'vatID' },
  { identifier: '7', domain: 'x', creator: { lang: 'en', text: 'c' }, description: { lang: 'en', text: 'd' } },
]

const distributions: ItemOut['distributions'] = [
  {
    accounting: {
      name: 'split',
      accountingSegments: [
        { id: '060', name: { lang: 'en', text: 'Percentage' }, description: { lang: 'en', text: 'Percent' } },
        { id: '0004100', name: { lang: 'nl', text: 'Kostenplaats' }, description: { lang: 'nl', text: 'Büro' } },
      ],
    },
    charge: money('18.90'),
  },
  {
    accounting: { name: 'old', segments: [{ type: 'CostCenter', id: '0004200', description: 'IT' }] },
    charge: money('12.60'),
  },
]

const scheduleLines: ItemOut['scheduleLines'] = [
  { quantity: '2.0', requestedDeliveryDate: '2026-02-01T08:00:00+01:00', unitOfMeasure: 'EA' },
  {
    quantity: '1',
    requestedDeliveryDate: '2026-03-01T08:00:00+01:00',
    lineNumber: '2',
    deliveryWindow: 'P2D',
    requestedShipmentDate: '2026-02-27T08:00:00+01:00',
    originalRequestedDeliveryDate: '2026-02-28T08:00:00+01:00',
    type: 'forecast',
    statisticalDeliveryDate: '2026-03-02T08:00:00+01:00',
    unitOfMeasure: 'EA',
    releaseInfo: {
      commitmentCode: 'firm',
      cumulativeScheduledQuantity: '3',
      receivedQuantity: '0',
      unitOfMeasure: 'EA',
    },
    shipTo: { address },
    extrinsics: [{ name: 'dock', value: 'B' }],
  },
]

export const fullItemOut: ItemOut = {
  quantity: '003.0',
  lineNumber: '01',
  requisitionID: 'PR-1',
  agreementItemNumber: '1',
  requestedDeliveryDate: '2026-02-01',
  isAdHoc: 'yes',
  parentLineNumber: '7',
  itemType: 'item',
  requiresServiceEntry: 'yes',
  confirmationDueDate: '2026-01-10',
  compositeItemType: 'itemLevel',
  itemClassification: 'service',
  itemCategory: 'thirdParty',
  requestedShipmentDate: '2026-01-30T00:00:00+01:00',
  isReturn: 'yes',
  returnAuthorizationNumber: '00R1',
  isDeliveryCompleted: 'yes',
  unlimitedDelivery: 'yes',
  subcontractingType: 'replacement',
  stockTransferType: 'intra',
  isKanban: 'yes',
  stoDelivery: 'partial',
  stoOrderCombination: 'yes',
  stoFinalDelivery: 'yes',
  isItemChanged: 'yes',
  operation: 'delete',
  itemID: { supplierPartID: '00417', supplierPartAuxiliaryID: 's-7f3a/1', buyerPartID: '000104417' },
  ...(itemDetail && { itemDetail }),
  supplierID: { domain: 'DUNS', text: '123456789' },
  shipTo: { address },
  ...(shipping && { shipping }),
  ...(tax && { tax }),
  distributions,
  contacts: [contact],
  comments: [
    { lang: 'en', type: 'note', text: 'See', attachments: [{ url: 'cid:1@x', visibility: 'internal' }] },
    { text: 'and this' },
  ],
  scheduleLines,
  masterAgreementReference: {
    agreementID: 'A-1',
    agreementDate: '2026-01-01T00:00:00+01:00',
    agreementType: 'scheduling_agreement',
    documentReference: { payloadID: 'a@b' },
  },
  releaseInfo: {
    releaseType: 'jit',
    cumulativeReceivedQuantity: '10',
    releaseNumber: '0001',
    productionGoAheadEndDate: '2026-03-01T00:00:00+01:00',
    materialGoAheadEndDate: '2026-04-01T00:00:00+01:00',
    unitOfMeasure: 'EA',
    extrinsics: [{ name: 'x', value: 'y' }],
  },
}

export const blanketItemOut: ItemOut = {
  quantity: '1',
  itemID: { supplierPartID: '' },
  blanketItemDetail: {
    descriptions: [{ lang: 'en', text: 'On call', shortName: 'call' }],
    overallLimit: money('6000'),
    expectedLimit: money('4000'),
    maxAmount: money('5000.00'),
    minAmount: money('50'),
    maxContractAmount: money('4500'),
    maxAdhocAmount: money('500'),
    maxQuantity: '1000',
    minQuantity: '01',
    unitPrice: money('5.00'),
    unitOfMeasure: 'EA',
    priceBasisQuantity: { quantity: '1', conversionFactor: '1', unitOfMeasure: 'EA' },
    classifications: [{ domain: 'UNSPSC', text: '44120000' }],
    extrinsics: [{ name: 'ExpectedAmount', value: '4200' }],
  },
  masterAgreementIDInfo: {
    agreementID: 'A-1',
    agreementDate: '2026-01-01T00:00:00+01:00',
    agreementType: 'scheduling_agreement',
    idReferences,
  },
}

export const fullHeader: OrderRequestHeader = {
  orderID: '0004500017734',
  orderDate: '2026-01-06T11:00:00+01:00',
  type: 'update',
  orderType: 'blanket',
  releaseRequired: 'yes',
  orderVersion: '02',
  isInternalVersion: 'yes',
  parentAgreementID: 'P-1',
  parentAgreementPayloadID: 'p@x',
  effectiveDate: '2026-01-01T00:00:00+01:00',
  expirationDate: '2026-12-31T23:59:59+01:00',
  agreementID: 'A-1',
  agreementPayloadID: 'a@x',
  requisitionID: 'PR-1',
  shipComplete: 'yes',
  pickUpDate: '2026-01-20T00:00:00+01:00',
  requestedDeliveryDate: '2026-01-21T00:00:00+01:00',
  isSTOOutbound: 'yes',
  total: money('133.45'),
  shipTo: { address },
  billTo: { address, idReferences },
  ...(shipping && { shipping }),
  ...(tax && { tax }),
  payment: {
    pcard: {
      number: '4111111111111111',
      expiration: '2027-12-31',
      name: 'Almere',
      ...(address.postalAddress && { postalAddress: address.postalAddress }),
    },
  },
  paymentTerms: [
    { payInNumberOfDays: '010', discount: { percent: { percent: '2.0' } } },
    { payInNumberOfDays: '20', discount: { amount: money('1.00') } },
    { payInNumberOfDays: '30', extrinsics: [{ name: 'x', value: 'y' }] },
  ],
  contacts: [contact, { name: { lang: 'en', text: 'Buyer' }, role: 'buyer' }],
  comments: [{ lang: 'nl', text: 'Voorwaarden', attachments: [{ url: 'cid:a' }, { url: 'https://x.example/b' }] }],
  followup: { url: 'https://buyer.example/followup?a=1&b=2' },
  documentReference: { payloadID: 'earlier@buyer.example' },
  supplierOrderInfo: { orderID: 'SO-1', orderDate: '2026-01-06T12:00:00+01:00' },
  deliveryPeriod: { period: { startDate: '2026-02-01T00:00:00+01:00', endDate: '2026-03-01T00:00:00+01:00' } },
  idReferences,
  extrinsics: [{ name: 'PurchaseGroup', value: '00B' }],
}

export const fullOrder: OrderRequest = {
  type: 'OrderRequest',
  header: fullHeader,
  items: [fullItemOut, blanketItemOut],
}

export const smallOrder: OrderRequest = {
  type: 'OrderRequest',
  header: { orderID: '1', orderDate: '2026-01-06T11:00:00+01:00', total: money('1'), billTo: { address } },
  items: [{ quantity: '1', itemID: { supplierPartID: '1' } }],
}

const status = statusOf(200, 'Größe', 'de')
const reference = { documentReference: { payloadID: 'p@x' } }

export const statusUpdates: [string, StatusUpdateRequest][] = [
  ['no more than a Status', { type: 'StatusUpdateRequest', status }],
  [
    'a PaymentStatus',
    {
      type: 'StatusUpdateRequest',
      ...reference,
      status,
      paymentStatus: {
        orderID: '1',
        transactionTimestamp: '2026-01-20T10:00:00+01:00',
        type: 'Settlement',
        isFailed: 'yes',
        transactionID: '0T',
        authorizationID: '0A',
        pcard: { number: '4111111111111111', expiration: '2027-12-31' },
        total: money('31.50'),
        ...(shipping && { shipping }),
        ...(tax && { tax }),
        extrinsics: [{ name: 'a', value: 'b' }],
      },
    },
  ],
  [
    'a SourcingStatus',
    {
      type: 'StatusUpdateRequest',
      ...reference,
      status,
      sourcingStatus: { action: 'deny', lang: 'en', text: 'Too dear' },
      extrinsics: [{ name: 'a', value: 'b' }],
    },
  ],
  [
    'an InvoiceStatus',
    {
      type: 'StatusUpdateRequest',
      status,
      invoiceStatus: {
        type: 'paid',
        paymentNetDueDate: '2026-02-11T00:00:00+01:00',
        invoiceIDInfo: { invoiceID: '0INV', invoiceDate: '2026-01-11T00:00:00+01:00' },
        partialAmount: money('12.00'),
        comments: [{ lang: 'en', text: 'a' }, { text: 'b' }],
      },
    },
  ],
  [
    'a DocumentStatus',
    {
      type: 'StatusUpdateRequest',
      status,
      documentStatus: {
        type: 'approved',
        documentInfo: {
          documentID: '1',
          documentType: 'ConfirmationRequest',
          documentDate: '2026-01-11T00:00:00+01:00',
        },
        comments: [{ text: 'ok' }],
      },
    },
  ],
]

export function pendingRequest(): CxmlRequest {
  return requestOf({
    type: 'GetPendingRequest',
    lastReceivedTimestamp: '2026-01-19T10:00:00+01:00',
    maxMessages: '05',
    messageTypes: ['ConfirmationRequest', 'ShipNoticeRequest'],
  })
}

export function answerOf(content: CxmlResponse['content']): CxmlResponse {
  return { kind: 'Response', ...envelope, status: statusOf(200), ...(content && { content }) }
}

/** Text XML can hold: no control characters, no half surrogates. */
export const anyText = fc
  .oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('00123', '10.50', '1e5', ' a  b ', '<![CDATA[x]]>', '&amp;', ']]>', '\r\n', '𝄞'),
  )
  .map((s) => s.replace(/[^\P{Cc}\t\n\r\x7f-\x9f]|[\p{Cs}\ufffe\uffff]/gu, ''))
export const anyToken = anyText.map((s) => s.trim())

const yes = fc.constant('yes')
const lang = fc.constantFrom('en', 'nl-NL')
const moneyIn = fc.record({ money: fc.record({ amount: anyToken, currency: fc.constantFrom('EUR', 'JPY') }) })
const localText = fc.record({ lang, text: anyText })
const extrinsic = fc.record({ name: anyText, value: anyText })
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 })
const comments = some(
  fc.record(
    {
      lang,
      type: anyText,
      text: anyText,
      attachments: some(fc.record({ url: anyToken, visibility: fc.constant('internal') }, { requiredKeys: ['url'] })),
    },
    { requiredKeys: ['text'] },
  ),
)

const anyDistribution = fc.record({
  accounting: fc.oneof(
    fc.record({ name: anyText, segments: some(fc.record({ type: anyText, id: anyText, description: anyText })) }),
    fc.record({
      name: anyText,
      accountingSegments: some(fc.record({ id: anyText, name: localText, description: localText })),
    }),
  ),
  charge: moneyIn,
})

const anyScheduleLine = fc.record(
  {
    quantity: anyText,
    requestedDeliveryDate: anyText,
    lineNumber: anyText,
    type: fc.constantFrom('backlog', 'immediate', 'forecast'),
    unitOfMeasure: anyToken,
    releaseInfo: fc.record({
      commitmentCode: fc.constantFrom('firm', 'tradeoff', 'forecast'),
      cumulativeScheduledQuantity: anyText,
      unitOfMeasure: anyToken,
    }),
    shipTo: fc.constant({ address }),
    extrinsics: some(extrinsic),
  },
  { requiredKeys: ['quantity', 'requestedDeliveryDate', 'unitOfMeasure'] },
)

const detail = fc.record(
  {
    unitPrice: moneyIn,
    descriptions: some(localText),
    unitOfMeasure: anyToken,
    classifications: some(fc.record({ domain: anyText, text: anyText })),
    extrinsics: some(extrinsic),
  },
  { requiredKeys: ['unitPrice', 'descriptions', 'unitOfMeasure', 'classifications'] },
)

const blanketDetail = fc.record(
  {
    descriptions: some(localText),
    maxAmount: moneyIn,
    minAmount: moneyIn,
    maxQuantity: anyToken,
    unitPrice: moneyIn,
    unitOfMeasure: anyToken,
    classifications: some(fc.record({ domain: anyText, text: anyText })),
    extrinsics: some(extrinsic),
  },
  { requiredKeys: ['descriptions'] },
)

const itemParts = {
  quantity: anyText,
  lineNumber: anyText,
  parentLineNumber: anyText,
  requestedDeliveryDate: anyText,
  agreementItemNumber: anyText,
  isAdHoc: yes,
  isItemChanged: yes,
  operation: fc.constantFrom('delete', 'block'),
  itemType: fc.constantFrom('composite', 'item', 'lean'),
  itemID: fc.record(
    { supplierPartID: anyText, supplierPartAuxiliaryID: anyText, buyerPartID: anyText },
    { requiredKeys: ['supplierPartID'] },
  ),
  shipTo: fc.constant({ address }),
  distributions: some(anyDistribution),
  contacts: fc.constant<Contact[]>([contact]),
  comments,
  scheduleLines: some(anyScheduleLine),
  masterAgreementIDInfo: fc.record({ agreementID: anyText }),
}

const required = { requiredKeys: ['quantity', 'itemID'] as ('quantity' | 'itemID')[] }
const anyItemOut: fc.Arbitrary<ItemOut> = fc.oneof(
  fc.record({ ...itemParts, itemDetail: detail }, required),
  fc.record({ ...itemParts, blanketItemDetail: blanketDetail }, required),
)

const anyHeader: fc.Arbitrary<OrderRequestHeader> = fc.record(
  {
    orderID: anyText.map((s) => `${s}1`),
    orderDate: anyText,
    type: fc.constantFrom('new', 'update', 'delete'),
    orderType: fc.constantFrom('regular', 'release', 'blanket', 'stockTransport', 'stockTransportRelease'),
    orderVersion: anyText,
    shipComplete: yes,
    total: moneyIn,
    shipTo: fc.constant({ address }),
    billTo: fc.constant({ address }),
    shipping: fc.record({ money: moneyIn.map((m) => m.money), description: localText }),
    payment: fc.record({
      pcard: fc.record(
        { number: anyText, expiration: anyText, name: anyText },
        { requiredKeys: ['number', 'expiration'] },
      ),
    }),
    paymentTerms: some(
      fc.record(
        {
          payInNumberOfDays: anyText,
          discount: fc.oneof(fc.record({ percent: fc.record({ percent: anyText }) }), fc.record({ amount: moneyIn })),
          extrinsics: some(extrinsic),
        },
        { requiredKeys: ['payInNumberOfDays'] },
      ),
    ),
    contacts: fc.constant<Contact[]>([contact]),
    comments,
    followup: fc.record({ url: anyToken }),
    documentReference: fc.record({ payloadID: anyText }),
    supplierOrderInfo: fc.record({ orderID: anyText }),
    idReferences: some(fc.record({ identifier: anyText, domain: anyText })),
    extrinsics: some(extrinsic),
  },
  { requiredKeys: ['orderID', 'orderDate', 'total', 'billTo'] },
)

export const anyOrder: fc.Arbitrary<CxmlDocument> = fc
  .record({ header: anyHeader, items: fc.array(anyItemOut, { minLength: 1, maxLength: 3 }) })
  .map(({ header, items }) => requestOf({ type: 'OrderRequest', header, items }))
