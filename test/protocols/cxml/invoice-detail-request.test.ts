// InvoiceDetail.dtd 1.2.071, "InvoiceDetailRequest"; facts/cxml.md "After the order".
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../../protocols/cxml/document.ts'
import type { Contact } from '../../../protocols/cxml/elements.ts'
import type { InvoiceDetailShipping } from '../../../protocols/cxml/invoice-detail-charges.ts'
import type { InvoiceDetailRequestHeader } from '../../../protocols/cxml/invoice-detail-header.ts'
import type {
  InvoiceDetailHeaderOrder,
  InvoiceDetailItem,
  InvoiceDetailItemReference,
  InvoiceDetailOrder,
  InvoiceDetailOrderInfo,
} from '../../../protocols/cxml/invoice-detail-order.ts'
import type { InvoiceDetailRequest, InvoiceDetailSummary } from '../../../protocols/cxml/invoice-detail-request.ts'
import {
  amount,
  classification,
  comments,
  description,
  distribution,
  documentReference,
  extrinsic,
  idReference,
  itemID,
  money,
  orderReference,
  priceBasisQuantity,
  some,
  tax,
  text,
  token,
  yes,
} from './arbitrary.ts'
import { dtdProblems } from './dtd.ts'
import { creditMemo, headerInvoice, request } from './fulfilment-samples.ts'
import { contact } from './samples.ts'
import { haveShared, readShared } from './shared-data.ts'
import { contentOf, fixture, samplesOf } from './typed-samples.ts'

const TYPE = 'InvoiceDetailRequest'

/** A document around this content, as somebody else would write it. */
function received(inside: string): Uint8Array {
  const text = new TextDecoder().decode(encode(request(headerInvoice)))
  return new TextEncoder().encode(
    text.replace(/<InvoiceDetailRequest>.*<\/InvoiceDetailRequest>/s, `<${TYPE}>${inside}</${TYPE}>`),
  )
}

const one = (name: string, value = '1') => `<${name}><Money currency="EUR">${value}</Money></${name}>`
const head = (attributes = '', inside = '', headerIndicator = '', lineIndicator = '') =>
  `<InvoiceDetailRequestHeader invoiceID="1" invoiceDate="2026-01-12"${attributes}><InvoiceDetailHeaderIndicator${headerIndicator}/><InvoiceDetailLineIndicator${lineIndicator}/>${inside}</InvoiceDetailRequestHeader>`
const vat = '<Tax><Money currency="EUR">1</Money><Description xml:lang="en">VAT</Description></Tax>'
const total = `<InvoiceDetailSummary>${one('SubtotalAmount')}${vat}${one('NetAmount')}</InvoiceDetailSummary>`
const reference = '<InvoiceDetailItemReference lineNumber="1"/>'
const line = (others = '', ref = reference) =>
  `<InvoiceDetailItem invoiceLineNumber="1" quantity="1"><UnitOfMeasure>EA</UnitOfMeasure>${one('UnitPrice')}${ref}${others}</InvoiceDetailItem>`
const info = '<InvoiceDetailOrderInfo><OrderIDInfo orderID="1"/></InvoiceDetailOrderInfo>'
const order = (inside = line()) => `<InvoiceDetailOrder>${info}${inside}</InvoiceDetailOrder>`
const headerOrder = (others = '') =>
  `<InvoiceDetailHeaderOrder>${info}<InvoiceDetailOrderSummary invoiceLineNumber="1">${one('SubtotalAmount')}${others}</InvoiceDetailOrderSummary></InvoiceDetailHeaderOrder>`
const says = (bytes: Uint8Array) => decode(bytes).findings.map((f) => `${f.code} ${f.path.split(`${TYPE}/`)[1]}`)

describe.each([
  ['credit memo by line', creditMemo],
  ['header invoice', headerInvoice],
])('an InvoiceDetailRequest with every part of the model, a %s,', (_, invoice) => {
  test('reads back as it was written, with nothing odd about it', () => {
    const { findings, ...again } = decode(encode(request(invoice)))
    expect(again).toEqual(request(invoice))
    expect(findings).toEqual([])
  })

  test.skipIf(!haveShared('cxml-dtd'))('is valid against InvoiceDetail.dtd', () => {
    const bytes = encode(request(invoice))
    expect(new TextDecoder().decode(bytes)).toContain('/1.2.071/InvoiceDetail.dtd">')
    expect(dtdProblems(bytes)).toEqual([])
  })
})

describe('what a supplier bills', () => {
  test('standard: parties with their numbers, shipment, terms, the order, lines and sums', () => {
    const { header, orders, headerOrders, summary } = fixture(TYPE, 'generic/invoice-detail-request-standard')
    expect(header).toMatchObject({
      invoiceID: 'RE-2026-00042',
      purpose: 'standard',
      operation: 'new',
      invoiceDate: '2026-01-12T09:00:00+01:00',
      headerIndicator: {},
      lineIndicator: {},
      partners: [
        {
          contact: { role: 'issuerOfInvoice', name: { text: 'Papier Noord B.V.' } },
          idReferences: [{ domain: 'vatID', identifier: 'NL001234567B01' }, { domain: 'courtRegisterID' }],
        },
        { contact: { role: 'remitTo' }, idReferences: [{ domain: 'ibanID' }, { domain: 'swiftID' }] },
        { contact: { role: 'soldTo' } },
        { contact: { role: 'billTo', postalAddresses: [{ street: ['Postbus 200'] }] } },
      ],
      shipping: {
        contacts: [{ role: 'shipFrom' }, { role: 'shipTo' }],
        shipmentIdentifiers: [{ text: '3SABCD0012345' }],
      },
      shipNoticeIDInfo: { shipNoticeID: 'LS-70031' },
      paymentTerms: [{ payInNumberOfDays: '10', discount: { percent: { percent: '2' } } }, { payInNumberOfDays: '30' }],
      comments: { text: 'Payable to the account named above.' },
    })
    expect(headerOrders).toBeUndefined()
    expect(orders).toMatchObject([
      {
        orderInfo: { orderReference: { orderID: '4500012345' } },
        items: [
          {
            invoiceLineNumber: '1',
            quantity: '10',
            unitOfMeasure: 'BX',
            unitPrice: { money: { amount: '12.50', currency: 'EUR' } },
            itemReference: {
              lineNumber: '1',
              itemID: { supplierPartID: '00417' },
              description: { text: 'Ballpoint pens, blue, box of 50' },
              classifications: [{ domain: 'UNSPSC', text: '44121704' }],
              manufacturerPartID: 'BP-50-B',
              manufacturerName: 'Stift & Co',
              country: { isoCountryCode: 'DE' },
            },
            subtotalAmount: { money: { amount: '125.00' } },
          },
          { itemReference: { serialNumbers: ['SN-001', 'SN-002', 'SN-003'] } },
          { quantity: '100', priceBasisQuantity: { quantity: '100' }, subtotalAmount: { money: { amount: '45.00' } } },
        ],
      },
    ])
    expect(summary).toMatchObject({
      subtotalAmount: { money: { amount: '290.00' } },
      tax: { money: { amount: '61.95' } },
      shippingAmount: { money: { amount: '5.00' } },
      grossAmount: { money: { amount: '356.95' } },
      netAmount: { money: { amount: '356.95' } },
      dueAmount: { money: { amount: '356.95' } },
    })
  })

  test('tax in the summary: one TaxDetail per category and rate', () => {
    expect(fixture(TYPE, 'generic/invoice-detail-request-standard').summary.tax).toEqual({
      money: { amount: '61.95', currency: 'EUR' },
      description: { lang: 'en', text: 'VAT' },
      taxDetails: [
        {
          purpose: 'tax',
          category: 'vat',
          percentageRate: '21',
          taxableAmount: { money: { amount: '295.00', currency: 'EUR' } },
          taxAmount: { money: { amount: '61.95', currency: 'EUR' } },
          taxLocation: { lang: 'en', text: 'NL' },
          description: { lang: 'en', text: 'VAT 21 %' },
        },
      ],
    })
  })

  test('several orders in one invoice; tax, shipping and discount per line, two rates in the summary', () => {
    const { header, orders, summary } = fixture(TYPE, 'generic/invoice-detail-request-two-orders')
    expect(header.purpose).toBeUndefined()
    expect(header.lineIndicator).toEqual({ isTaxInLine: 'yes', isShippingInLine: 'yes', isDiscountInLine: 'yes' })
    expect(orders).toMatchObject([
      {
        orderInfo: { orderReference: { orderID: '4500012345' } },
        items: [
          {
            quantity: '4',
            tax: { taxDetails: [{ percentageRate: '21', taxAmount: { money: { amount: '10.50' } } }] },
            discount: { percentageRate: '10', money: { amount: '5.00' } },
            netAmount: { money: { amount: '55.50' } },
          },
        ],
      },
      {
        orderInfo: { orderReference: { orderID: '4500012399' } },
        items: [
          {
            invoiceLineNumber: '2',
            itemReference: { lineNumber: '1' },
            shipping: { shipping: { contacts: [{ role: 'shipFrom' }, { role: 'shipTo' }] }, money: { amount: '4.00' } },
            grossAmount: { money: { amount: '69.40' } },
          },
        ],
      },
    ])
    expect(summary.tax.taxDetails?.map((t) => t.percentageRate)).toEqual(['21', '9'])
  })

  test('partial: four of the ten ordered, billed by an invoice of their own', () => {
    const [whole] = fixture(TYPE, 'generic/invoice-detail-request-standard').orders ?? []
    const [part] = fixture(TYPE, 'generic/invoice-detail-request-two-orders').orders ?? []
    expect(part?.orderInfo).toEqual(whole?.orderInfo)
    expect(part?.items[0]).toMatchObject({ quantity: '4', itemReference: { lineNumber: '1' } })
  })

  test('header invoice: an order as a whole, less what was paid before', () => {
    const { header, orders, headerOrders, summary } = fixture(TYPE, 'generic/invoice-detail-request-header')
    expect(header).toMatchObject({
      headerIndicator: { isHeaderInvoice: 'yes' },
      period: { startDate: '2026-01-01T00:00:00+01:00', endDate: '2026-01-31T23:59:59+01:00' },
    })
    expect(orders).toBeUndefined()
    expect(headerOrders).toMatchObject([
      { orderSummary: { invoiceLineNumber: '1', subtotalAmount: { money: { amount: '370.00' } } } },
    ])
    expect(summary).toMatchObject({
      depositAmount: { money: { amount: '100.00' } },
      dueAmount: { money: { amount: '347.70' } },
    })
  })

  test('credit memo: an amount off the invoice it names, negative', () => {
    expect(fixture(TYPE, 'generic/invoice-detail-request-credit-memo')).toMatchObject({
      header: {
        purpose: 'creditMemo',
        documentReference: { payloadID: '1767686400.13.invoice-detail-request-standard@hub.example' },
        invoiceIDInfo: { invoiceID: 'RE-2026-00042', invoiceDate: '2026-01-12T09:00:00+01:00' },
      },
      headerOrders: [{ orderSummary: { subtotalAmount: { money: { amount: '-20.00' } } } }],
      summary: { dueAmount: { money: { amount: '-24.20' } } },
    })
  })

  test('credit memo by line: what was sent back', () => {
    expect(fixture(TYPE, 'generic/invoice-detail-request-line-level-credit-memo')).toMatchObject({
      header: { purpose: 'lineLevelCreditMemo', documentReference: { payloadID: expect.stringContaining('standard') } },
      orders: [{ items: [{ quantity: '-1', reason: 'return', netAmount: { money: { amount: '-48.40' } } }] }],
    })
  })

  test('delete: the invoice is taken back', () => {
    expect(fixture(TYPE, 'generic/invoice-detail-request-delete').header).toMatchObject({
      operation: 'delete',
      documentReference: { payloadID: '1767686400.15.invoice-detail-request-header@hub.example' },
    })
  })

  test('Ariba: the line of the ship notice, tax points, modifications kept in their place', () => {
    const { header, orders } = fixture(TYPE, 'ariba/invoice-detail-request-standard')
    expect(header.extrinsics?.map((e) => e.name)).toContain('invoiceSourceDocument')
    const [item] = orders?.[0]?.items ?? []
    expect(item).toMatchObject({
      shipNoticeLineItemReference: { shipNoticeLineNumber: '1' },
      itemReference: { lineNumber: '00010' },
      tax: { taxDetails: [{ taxPointDate: '2026-01-09T16:00:00+01:00', isVatRecoverable: 'yes' }] },
      totalAmountWithoutTax: { money: { amount: '75.00' } },
    })
    expect(item?.kept?.elements?.map((e) => e.name)).toEqual(['InvoiceItemModifications'])
  })

  test('Coupa: an order by number, a line that no order backs, taxes of shipping', () => {
    const { orders, summary } = fixture(TYPE, 'coupa/invoice-detail-request-unbacked')
    expect(orders?.map((o) => o.orderInfo)).toEqual([
      { orderReference: { documentReference: { payloadID: '4417' } } },
      { masterAgreementReference: { documentReference: { payloadID: '' } } },
    ])
    expect(summary.tax.taxDetails?.map((t) => [t.purpose, t.category])).toEqual([
      ['tax', 'sales'],
      ['shippingTax', 'HST'],
    ])
  })
})

describe('an invoice that can’t be understood is refused', () => {
  test.each([
    ['another purpose', head(' purpose="creditmemo"') + order() + total, /purpose "creditmemo" is none of standard,/],
    ['another operation', head(' operation="update"') + order() + total, /operation "update" is none of new, delete/],
    ['no header', order() + total, /needs a InvoiceDetailRequestHeader/],
    ['no summary', head() + order(), /needs a InvoiceDetailSummary/],
    ['a summary without tax', head() + order() + total.replace(vat, ''), /needs a Tax/],
    ['a line without price', head() + order(line().replace(one('UnitPrice'), '')) + total, /needs a UnitPrice/],
    ['two summaries', head() + order() + total + total, /two InvoiceDetailSummary/],
  ])('%s', (_, inside, message) => {
    const bytes = received(inside)
    expect(() => decode(bytes)).toThrow(message)
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ status: 400 }) as unknown as Error)
  })
})

const LINE = 'InvoiceDetailRequestHeader/InvoiceDetailLineIndicator/'
const HEADER = 'InvoiceDetailRequestHeader/InvoiceDetailHeaderIndicator/'

describe('an invoice that contradicts itself is read, and the contradiction found', () => {
  test.each([
    ['nothing billed', head() + total, ['missing InvoiceDetailOrder']],
    [
      'by line and by order',
      head() + order() + headerOrder() + total,
      ['repeated InvoiceDetailHeaderOrder', `missing ${HEADER}@isHeaderInvoice`],
    ],
    ['by order, but no header invoice', head() + headerOrder() + total, [`missing ${HEADER}@isHeaderInvoice`]],
    [
      'by line, but a header invoice',
      head('', '', ' isHeaderInvoice="yes"') + order() + total,
      [`unknown-value ${HEADER}@isHeaderInvoice`],
    ],
    [
      'an indicator that says no',
      head('', '', '', ' isTaxInLine="no"') + order() + total,
      [`unknown-value ${LINE}@isTaxInLine`],
    ],
    ['tax in a line that does not count', head() + order(line(vat)) + total, [`missing ${LINE}@isTaxInLine`]],
    [
      'discount in an order that does not count',
      head('', '', ' isHeaderInvoice="yes"') +
        headerOrder('<InvoiceDetailDiscount><Money currency="EUR">1</Money></InvoiceDetailDiscount>') +
        total,
      [`missing ${LINE}@isDiscountInLine`],
    ],
    [
      'accounts in a line that do not count',
      head() +
        order(
          line(
            '<Distribution><Accounting name="a"><Segment type="t" id="1" description="d"/></Accounting><Charge><Money currency="EUR">1</Money></Charge></Distribution>',
          ),
        ) +
        total,
      [`missing ${LINE}@isAccountingInLine`],
    ],
    [
      'a delete of nothing',
      head(' operation="delete"') + order() + total,
      ['missing InvoiceDetailRequestHeader/DocumentReference'],
    ],
    [
      'a line level credit of nothing',
      head(' purpose="lineLevelCreditMemo"') + order() + total,
      ['missing InvoiceDetailRequestHeader/DocumentReference'],
    ],
    [
      'a maker without name',
      head() +
        order(
          line(
            '',
            '<InvoiceDetailItemReference lineNumber="1"><ManufacturerPartID>1</ManufacturerPartID></InvoiceDetailItemReference>',
          ),
        ) +
        total,
      ['missing InvoiceDetailOrder/InvoiceDetailItem/InvoiceDetailItemReference'],
    ],
    [
      'shipped from nowhere',
      head(
        '',
        '<InvoiceDetailShipping><Contact role="shipTo"><Name xml:lang="en">n</Name></Contact><ShipmentIdentifier>1</ShipmentIdentifier></InvoiceDetailShipping>',
      ) +
        order() +
        total,
      [
        'missing InvoiceDetailRequestHeader/InvoiceDetailShipping/Contact',
        'missing InvoiceDetailRequestHeader/InvoiceDetailShipping/CarrierIdentifier',
      ],
    ],
    [
      'no indicators at all',
      `<InvoiceDetailRequestHeader invoiceID="1" invoiceDate="2026-01-12"/>${order()}${total}`,
      [`missing ${HEADER.slice(0, -1)}`, `missing ${LINE.slice(0, -1)}`],
    ],
  ])('%s', (_, inside, found) => {
    expect(says(received(inside))).toEqual(found)
  })
})

describe('what the model leaves out of an invoice', () => {
  test.skipIf(!haveShared('cxml-dtd'))(
    'is kept, and written where the DTD wants it, whatever the order it came in',
    () => {
      const change =
        '<Modification><AdditionalCost><Money currency="EUR">1</Money></AdditionalCost><ModificationDetail name="Freight"/></Modification>'
      const service = `<InvoiceDetailServiceItem invoiceLineNumber="2"><InvoiceDetailServiceItemReference><Description xml:lang="en">Setting up</Description></InvoiceDetailServiceItemReference>${one('SubtotalAmount')}</InvoiceDetailServiceItem>`
      const summary = `<InvoiceDetailSummary>${one('NetAmount')}<InvoiceHeaderModifications>${change}</InvoiceHeaderModifications>${vat}${one('SubtotalAmount')}</InvoiceDetailSummary>`
      const item = line(
        `<InvoiceItemModifications>${change}</InvoiceItemModifications><CustomsInfo><Issuer><Address><Name xml:lang="en">n</Name></Address></Issuer><DocumentInfo documentID="1" documentType="t"/></CustomsInfo><ReceiptLineItemReference receiptLineNumber="7"/>`,
      )
      const document = decode(received(head() + summary + order(service + item)))
      expect(document.findings).toEqual([])
      const written = encode(document)
      expect(dtdProblems(written)).toEqual([])
      for (const part of [
        '<InvoiceHeaderModifications>',
        '<InvoiceItemModifications>',
        'Setting up',
        'receiptLineNumber="7"',
      ])
        expect(new TextDecoder().decode(written)).toContain(part)
    },
  )

  test.skipIf(!haveShared('cxml-dtd'))('an order of services only has no items, and stays an order', () => {
    const service = `<InvoiceDetailServiceItem invoiceLineNumber="1"><InvoiceDetailServiceItemReference/>${one('SubtotalAmount')}</InvoiceDetailServiceItem>`
    const document = decode(received(head() + order(service) + total))
    expect(contentOf(TYPE, document).orders?.map((o) => o.items)).toEqual([[]])
    expect(dtdProblems(encode(document))).toEqual([])
  })
})

const charge = fc.record({ description, money, distributions: some(distribution) }, { requiredKeys: ['money'] })
const discount = fc.record(
  { percentageRate: text, money, distributions: some(distribution) },
  { requiredKeys: ['money'] },
)
const period = fc.record({ startDate: text, endDate: text })
const shipNoticeIDInfo = fc.record(
  { shipNoticeID: text, shipNoticeDate: text, idReferences: some(idReference) },
  { requiredKeys: ['shipNoticeID'] },
)
const twoContacts = fc.constant<Contact[]>([contact, contact])
const shipping: fc.Arbitrary<InvoiceDetailShipping> = fc.oneof(
  fc.record({ shippingDate: text, contacts: twoContacts, documentReference }, { requiredKeys: ['contacts'] }),
  fc.record({
    contacts: twoContacts,
    carrierIdentifiers: some(fc.record({ domain: text, text: token })),
    shipmentIdentifiers: some(fc.record({ trackingURL: text, text: token })),
  }),
)

const lineAmounts = {
  tax,
  specialHandling: charge,
  shipping: fc.record({ shipping, money }),
  grossAmount: amount,
  discount,
  netAmount: amount,
  comments,
  extrinsics: some(extrinsic),
}

const supplierOrderInfo = fc.record({ orderID: text, orderDate: text }, { requiredKeys: ['orderID'] })
const masterAgreementIDInfo = fc.record(
  { agreementID: text, agreementDate: text, agreementType: fc.constant('scheduling_agreement') },
  { requiredKeys: ['agreementID'] },
)
const orderIDInfo = fc.record(
  { orderID: text, orderDate: text, idReferences: some(idReference) },
  { requiredKeys: ['orderID'] },
)
const orderInfo: fc.Arbitrary<InvoiceDetailOrderInfo> = fc.oneof(
  fc.record({ orderReference, masterAgreementIDInfo, supplierOrderInfo }, { requiredKeys: ['orderReference'] }),
  fc.record(
    { masterAgreementReference: fc.record({ documentReference }), orderIDInfo, supplierOrderInfo },
    { requiredKeys: ['masterAgreementReference'] },
  ),
  fc.record({ masterAgreementIDInfo, orderIDInfo }, { requiredKeys: ['masterAgreementIDInfo'] }),
  fc.record({ orderIDInfo, supplierOrderInfo }, { requiredKeys: ['orderIDInfo'] }),
  fc.record({ supplierOrderInfo }),
)

const referenceHead = {
  lineNumber: text,
  itemID,
  description,
  classifications: some(classification),
  country: fc.record({ isoCountryCode: text, text }),
  serialNumbers: some(text),
  supplierBatchID: text,
}
const itemReference: fc.Arbitrary<InvoiceDetailItemReference> = fc.oneof(
  fc.record(referenceHead, { requiredKeys: ['lineNumber'] }),
  fc.record({ ...referenceHead, manufacturerPartID: text, manufacturerName: text }),
)

const item: fc.Arbitrary<InvoiceDetailItem> = fc.record(
  {
    invoiceLineNumber: text,
    quantity: text,
    referenceDate: text,
    inspectionDate: text,
    parentInvoiceLineNumber: text,
    itemType: fc.constantFrom('item', 'composite'),
    reason: fc.constant('return' as const),
    isAdHoc: yes,
    unitOfMeasure: token,
    unitPrice: amount,
    priceBasisQuantity,
    itemReference,
    shipNoticeLineItemReference: fc.record({ shipNoticeLineNumber: text }),
    subtotalAmount: amount,
    shipNoticeIDInfo,
    totalCharges: amount,
    totalAllowances: amount,
    totalAmountWithoutTax: amount,
    distributions: some(distribution),
    ...lineAmounts,
  },
  { requiredKeys: ['invoiceLineNumber', 'quantity', 'unitOfMeasure', 'unitPrice', 'itemReference'] },
)

const anyOrder: fc.Arbitrary<InvoiceDetailOrder> = fc.record(
  {
    orderInfo,
    shipNoticeInfo: fc.oneof(
      fc.record({ shipNoticeIDInfo }),
      fc.record({ shipNoticeReference: fc.record({ shipNoticeID: text, documentReference }) }),
    ),
    items: some(item),
  },
  { requiredKeys: ['orderInfo', 'items'] },
)

const anyHeaderOrder: fc.Arbitrary<InvoiceDetailHeaderOrder> = fc.record({
  orderInfo,
  orderSummary: fc.record(
    { invoiceLineNumber: text, inspectionDate: text, subtotalAmount: amount, period, ...lineAmounts },
    { requiredKeys: ['invoiceLineNumber', 'subtotalAmount'] },
  ),
})

const headerHead = {
  invoiceID: text,
  isInformationOnly: yes,
  purpose: fc.constantFrom('standard', 'creditMemo', 'debitMemo', 'lineLevelCreditMemo', 'lineLevelDebitMemo'),
  operation: fc.constantFrom('new', 'delete'),
  invoiceDate: text,
  invoiceOrigin: fc.constantFrom('supplier', 'buyer'),
  isERS: yes,
  headerIndicator: fc.record({ isHeaderInvoice: yes, isVatRecoverable: yes }, { requiredKeys: [] }),
  lineIndicator: fc.record({ isTaxInLine: yes, isShippingInLine: yes, isAccountingInLine: yes }, { requiredKeys: [] }),
  partners: some(
    fc.record({ contact: fc.constant(contact), idReferences: some(idReference) }, { requiredKeys: ['contact'] }),
  ),
  documentReference,
  invoiceIDInfo: fc.record({ invoiceID: text, invoiceDate: text }, { requiredKeys: ['invoiceID'] }),
  paymentProposalIDInfo: fc.record({ paymentProposalID: text }),
  shipping,
  shipNoticeIDInfo,
  paymentInformation: fc.record({ paymentNetDueDate: text }, { requiredKeys: [] }),
  period,
  comments,
  idReferences: some(idReference),
  extrinsics: some(extrinsic),
} as const
const neededHead = ['invoiceID', 'invoiceDate', 'headerIndicator', 'lineIndicator'] as const
const header: fc.Arbitrary<InvoiceDetailRequestHeader> = fc.oneof(
  fc.record(
    { ...headerHead, invoiceDetailPaymentTerms: some(fc.record({ payInNumberOfDays: text, percentageRate: text })) },
    { requiredKeys: [...neededHead] },
  ),
  fc.record(
    {
      ...headerHead,
      paymentTerms: some(
        fc.record(
          {
            payInNumberOfDays: text,
            discount: fc.oneof(fc.record({ percent: fc.record({ percent: text }) }), fc.record({ amount })),
            extrinsics: some(extrinsic),
          },
          { requiredKeys: ['payInNumberOfDays'] },
        ),
      ),
    },
    { requiredKeys: [...neededHead] },
  ),
)

const summary: fc.Arbitrary<InvoiceDetailSummary> = fc.record(
  {
    subtotalAmount: amount,
    tax,
    specialHandlingAmount: charge,
    shippingAmount: fc.record({ money, distributions: some(distribution) }, { requiredKeys: ['money'] }),
    grossAmount: amount,
    discount,
    totalCharges: amount,
    totalAllowances: amount,
    totalAmountWithoutTax: amount,
    netAmount: amount,
    depositAmount: amount,
    dueAmount: amount,
  },
  { requiredKeys: ['subtotalAmount', 'tax', 'netAmount'] },
)

const anyInvoice: fc.Arbitrary<InvoiceDetailRequest> = fc.oneof(
  fc.record({ type: fc.constant(TYPE), header, orders: some(anyOrder), summary }),
  fc.record({ type: fc.constant(TYPE), header, headerOrders: some(anyHeaderOrder), summary }),
)

describe('any invoice of the model', () => {
  const check = haveShared('cxml-dtd')

  test('is written, is DTD-valid, and reads back as it was', () => {
    fc.assert(
      fc.property(anyInvoice, (content) => {
        const bytes = encode(request(content))
        if (check) expect(dtdProblems(bytes)).toEqual([])
        const { findings, ...again } = decode(bytes)
        expect(again).toEqual(request(content))
      }),
      { numRuns: 150 },
    )
  })
})

describe.skipIf(!haveShared('cxml-samples'))('the invoices of the sample corpus', () => {
  const files = samplesOf(TYPE)

  test('are there', () => expect(files.length).toBeGreaterThanOrEqual(7))

  test.each(files)('%s is typed, with its orders, lines and tax', (file) => {
    const document = decode(readShared(file))
    const { header, orders = [], summary } = contentOf(TYPE, document)
    expect(header.invoiceID).toBeTruthy()
    expect(orders.length).toBeGreaterThan(0)
    for (const { items } of orders) expect(items.length).toBeGreaterThan(0)
    const taxes = [summary.tax, ...orders.flatMap((o) => o.items.map((i) => i.tax))]
    expect(taxes.flatMap((t) => t?.taxDetails ?? []).length).toBeGreaterThan(0)
    expect(document.findings.map((f) => f.code).filter((code) => code !== 'timestamp-utc-z')).toEqual([])
  })

  test('of several orders keep them apart', () => {
    const [file] = files.filter((f) => f.endsWith('invoice_backed_by_multiple_pos.xml'))
    const { orders } = contentOf(TYPE, decode(readShared(file as string)))
    expect(new Set(orders?.map((o) => o.orderInfo.orderReference?.documentReference.payloadID)).size).toBe(
      orders?.length,
    )
    expect(orders?.length).toBeGreaterThan(1)
  })
})
