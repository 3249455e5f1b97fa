// Fulfill.dtd 1.2.071, "ShipNoticeRequest"; facts/cxml.md "After the order".
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../../protocols/cxml/document.ts'
import type { Packaging } from '../../../protocols/cxml/packaging.ts'
import type { ShipNoticePortion, ShipNoticeRequest } from '../../../protocols/cxml/ship-notice-request.ts'
import {
  amount,
  classification,
  comments,
  contacts,
  description,
  documentReference,
  extrinsic,
  idReference,
  itemID,
  localText,
  orderReference,
  priceBasisQuantity,
  some,
  text,
  token,
} from './arbitrary.ts'
import { dtdProblems } from './dtd.ts'
import { request, shipNotice } from './fulfilment-samples.ts'
import { haveShared, readShared } from './shared-data.ts'
import { contentOf, fixture, samplesOf } from './typed-samples.ts'

const TYPE = 'ShipNoticeRequest'

/** A document around this content, as somebody else would write it. */
function received(inside: string): Uint8Array {
  const text = new TextDecoder().decode(encode(request(shipNotice)))
  return new TextEncoder().encode(
    text.replace(/<ShipNoticeRequest>.*<\/ShipNoticeRequest>/s, `<${TYPE}>${inside}</${TYPE}>`),
  )
}

const head = (others = '') => `<ShipNoticeHeader shipmentID="S" noticeDate="2026-01-09"${others}/>`
const control = (inside: string) => `<ShipControl>${inside}</ShipControl>`
const carrier = '<CarrierIdentifier domain="SCAC"> SNEL </CarrierIdentifier>'
const tracking = '<ShipmentIdentifier>3S01\n</ShipmentIdentifier>'
const portion = (inside = '', payloadID = 'p') =>
  `<ShipNoticePortion><OrderReference><DocumentReference payloadID="${payloadID}"/></OrderReference>${inside}</ShipNoticePortion>`
const line = (inside = '') =>
  `<ShipNoticeItem quantity="1" lineNumber="1"><UnitOfMeasure>EA</UnitOfMeasure>${inside}</ShipNoticeItem>`
const says = (bytes: Uint8Array) => decode(bytes).findings.map((f) => `${f.code} ${f.path.split(TYPE)[1]}`)

describe('a ShipNoticeRequest with every part of the model', () => {
  test('reads back as it was written, with nothing odd about it', () => {
    const { findings, ...again } = decode(encode(request(shipNotice)))
    expect(again).toEqual(request(shipNotice))
    expect(findings).toEqual([])
  })

  test.skipIf(!haveShared('cxml-dtd'))('is valid against Fulfill.dtd', () => {
    const bytes = encode(request(shipNotice))
    expect(new TextDecoder().decode(bytes)).toContain('/1.2.071/Fulfill.dtd">')
    expect(dtdProblems(bytes)).toEqual([])
  })
})

describe('what a supplier says of a shipment', () => {
  test('parcels on a pallet, with SSCC, weight, what is in them and their numbers', () => {
    const { header, portions } = fixture(TYPE, 'generic/ship-notice-request-parcels')
    expect(header.packaging).toMatchObject({
      packagingCodes: [{ text: 'PLT' }],
      packagingLevelCode: 'outer',
      shippingContainerSerialCode: '387123450000000991',
    })
    expect(portions[0]?.items[0]?.packagings).toMatchObject([
      {
        packagingCodes: [{ lang: 'en', text: 'CTN' }],
        dimensions: [
          { quantity: '4.20', type: 'grossWeight', unitOfMeasure: 'KGM' },
          { quantity: '40', type: 'length', unitOfMeasure: 'CMT' },
        ],
        shippingContainerSerialCode: '387123450000000014',
        shippingContainerSerialCodeReference: '387123450000000991',
        packageID: { packageTrackingID: 'P-1' },
        dispatchQuantity: { quantity: '6', unitOfMeasure: 'BX' },
      },
      { dispatchQuantity: { quantity: '4', unitOfMeasure: 'BX' }, packageID: { packageTrackingID: 'P-2' } },
    ])
  })

  test('the carrier in two domains, two tracking numbers, one with its page', () => {
    expect(fixture(TYPE, 'generic/ship-notice-request-parcels').shipControls).toEqual([
      {
        carrierIdentifiers: [
          { domain: 'SCAC', text: 'SNEL' },
          { domain: 'companyName', text: 'Snel Pakket' },
        ],
        shipmentIdentifiers: [
          {
            domain: 'trackingNumber',
            trackingURL: 'https://track.example/?id=3SABCD0012345&nl=1',
            text: '3SABCD0012345',
          },
          { domain: 'trackingNumber', text: '3SABCD0012346' },
        ],
        packageIdentification: { rangeBegin: '1', rangeEnd: '2' },
      },
    ])
  })

  test('partial: what was shipped beside what was ordered, with serial numbers', () => {
    const { header, portions } = fixture(TYPE, 'generic/ship-notice-request-parcels')
    expect(header).toMatchObject({ shipmentType: 'actual', fulfillmentType: 'partial' })
    expect(portions[0]?.items[1]).toMatchObject({
      lineNumber: '2',
      quantity: '3',
      orderedQuantity: { quantity: '5', unitOfMeasure: 'EA' },
      assetInfos: [{ serialNumber: 'SN-001' }, { serialNumber: 'SN-002' }, { serialNumber: 'SN-003' }],
    })
  })

  test('no items: the whole order', () => {
    const { header, portions } = fixture(TYPE, 'generic/ship-notice-request-whole-order')
    expect(header.fulfillmentType).toBe('complete')
    expect(portions).toMatchObject([{ orderReference: { orderID: '4500012345' }, items: [] }])
  })

  test('two carriers, in travel order', () => {
    expect(fixture(TYPE, 'generic/ship-notice-request-two-carriers').shipControls).toMatchObject([
      { carrierIdentifiers: [{ text: 'Noord Transport' }], routes: [{ method: 'motor', means: 'truck' }] },
      {
        startDate: '2026-01-10T08:00:00+01:00',
        shipmentIdentifiers: [{ domain: 'billOfLading', text: 'NRDL123456789' }],
        routes: [{ method: 'ship', text: 'Rotterdam to Aberdeen' }],
        contacts: [{ role: 'shipFrom' }],
      },
    ])
  })

  test('update: complete again, naming the notice before it', () => {
    expect(fixture(TYPE, 'generic/ship-notice-request-update')).toMatchObject({
      header: {
        shipmentID: 'LS-70031',
        operation: 'update',
        documentReference: { payloadID: '1767686400.8.ship-notice-request-parcels@hub.example' },
        comments: [{ type: 'ReasonForShipment' }],
      },
      portions: [{ items: [{ quantity: '10' }, { quantity: '4' }] }],
    })
  })

  test('delete: the shipment and nothing else', () => {
    expect(fixture(TYPE, 'generic/ship-notice-request-delete')).toMatchObject({
      header: {
        shipmentID: 'LS-70031',
        operation: 'delete',
        documentReference: { payloadID: '1767686400.10.ship-notice-request-update@hub.example' },
      },
      shipControls: [],
      portions: [],
    })
  })

  test('Ariba: line numbers with zeros, terms of delivery kept; Coupa: a carrier and quantities', () => {
    const ariba = fixture(TYPE, 'ariba/ship-notice-request-partial')
    expect(ariba.header.kept?.elements?.map((e) => e.name)).toEqual(['TermsOfDelivery'])
    expect(ariba.portions[0]?.items[0]).toMatchObject({
      lineNumber: '00010',
      itemID: { buyerPartID: '000000000100200300' },
      detail: { unitPrice: { money: { amount: '12.50' } } },
      batches: [{ buyerBatchID: 'B-1', supplierBatchID: 'L-2511' }],
    })
    expect(fixture(TYPE, 'coupa/ship-notice-request-partial').portions[0]?.items).toEqual([
      { quantity: '6', lineNumber: '1', unitOfMeasure: 'BX' },
    ])
  })
})

describe('a ship notice that can’t be understood is refused', () => {
  test.each([
    ['another operation', received(head(' operation="cancel"')), /operation "cancel" is none of new, update, delete/],
    ['no header', received(portion()), /needs a ShipNoticeHeader/],
    ['a portion of no order', received(`${head()}<ShipNoticePortion/>`), /needs a OrderReference/],
  ])('%s', (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(message)
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ status: 400 }) as unknown as Error)
  })
})

describe('a ship notice that leaves out what the buyer needs is read, and that is found', () => {
  test.each([
    ['no order', head(), ['missing /ShipNoticePortion']],
    [
      'no order, when deleted: as it should be',
      head(' operation="delete"').replace('/>', '><DocumentReference payloadID="p"/></ShipNoticeHeader>'),
      [],
    ],
    ['an update of nothing', head(' operation="update"') + portion(), ['missing /ShipNoticeHeader/DocumentReference']],
    ['a delete of nothing', head(' operation="delete"'), ['missing /ShipNoticeHeader/DocumentReference']],
    ['no carrier', head() + control(tracking) + portion(), ['missing /ShipControl/CarrierIdentifier']],
    ['no tracking number', head() + control(carrier) + portion(), ['missing /ShipControl/ShipmentIdentifier']],
    ['an order twice', head() + portion() + portion(line()), ['repeated /ShipNoticePortion[2]']],
    ['two orders', head() + portion() + portion('', 'q'), []],
    [
      'packaging of nothing',
      head() + portion(line('<Packaging><ShippingMark>x</ShippingMark></Packaging>')),
      ['missing /ShipNoticePortion/ShipNoticeItem/Packaging/PackagingCode'],
    ],
    [
      'a shipment that is neither',
      head(' shipmentType="late"') + portion(),
      ['unknown-value /ShipNoticeHeader/@shipmentType'],
    ],
    [
      'a shipment without number',
      head().replace('shipmentID="S"', '') + portion(),
      ['missing /ShipNoticeHeader/@shipmentID'],
    ],
  ])('%s', (_, inside, found) => {
    expect(says(received(inside))).toEqual(found)
  })

  test('carriers and tracking numbers are tokens: blanks around them mean nothing', () => {
    const { shipControls } = contentOf(TYPE, decode(received(head() + control(carrier + tracking) + portion())))
    expect(shipControls).toEqual([
      { carrierIdentifiers: [{ domain: 'SCAC', text: 'SNEL' }], shipmentIdentifiers: [{ text: '3S01' }] },
    ])
  })
})

describe('what the model leaves out of a ship notice', () => {
  test.skipIf(!haveShared('cxml-dtd'))(
    'is kept, and written where the DTD wants it, whatever the order it came in',
    () => {
      const bytes = received(
        `<ShipNoticeHeader shipmentID="S" noticeDate="2026-01-09"><Comments>c</Comments><TermsOfTransport><SealID>9</SealID></TermsOfTransport><Hazard><Classification domain="UN">1263</Classification></Hazard></ShipNoticeHeader>` +
          `<ShipControl><TransportInformation><ShippingContractNumber>7</ShippingContractNumber></TransportInformation>${tracking}<Route method="rail">r<Contact><Name xml:lang="en">n</Name></Contact></Route>${carrier}</ShipControl>` +
          portion(
            `<ReferenceDocumentInfo status="open"/>${line('<ComponentConsumptionDetails quantity="1"><Product><SupplierPartID>1</SupplierPartID></Product><UnitOfMeasure>EA</UnitOfMeasure></ComponentConsumptionDetails><SupplierBatchID>1</SupplierBatchID><Batch/><Hazard><Description xml:lang="en">Paint</Description></Hazard><TermsOfDelivery><TermsOfDeliveryCode value="x"/><ShippingPaymentMethod value="y"/></TermsOfDelivery>')}`,
          ),
      )
      const document = decode(bytes)
      expect(document.findings).toEqual([])
      const written = encode(document)
      expect(dtdProblems(written)).toEqual([])
      for (const part of [
        '<SealID>9',
        '1263',
        'Paint',
        '<ComponentConsumptionDetails',
        '<ReferenceDocumentInfo',
        '<ShippingContractNumber>7',
      ])
        expect(new TextDecoder().decode(written)).toContain(part)
    },
  )
})

const dimension = fc.record({ quantity: text, type: fc.constantFrom('weight', 'length'), unitOfMeasure: token })
const quantity = fc.record({ quantity: text, unitOfMeasure: token }, { requiredKeys: [] })

const packagingTail = {
  description,
  packagingLevelCode: token,
  packageTypeCodeIdentifierCode: token,
  shippingContainerSerialCode: token,
  shippingContainerSerialCodeReference: token,
  packageID: fc.record(
    { globalIndividualAssetID: token, returnablePackageID: token, packageTrackingID: token },
    { requiredKeys: [] },
  ),
  shippingMarks: some(text),
  orderedQuantity: quantity,
  dispatchQuantity: quantity,
  freeGoodsQuantity: quantity,
  quantityVarianceNote: text,
  bestBeforeDate: fc.record({ date: text }),
  assetInfos: some(fc.record({ serialNumber: text, tagNumber: text }, { requiredKeys: [] })),
  storeCode: text,
  extrinsics: some(extrinsic),
}
const packaging: fc.Arbitrary<Packaging> = fc.oneof(
  fc.record(
    { packagingCodes: some(localText), dimensions: some(dimension), ...packagingTail },
    { requiredKeys: ['packagingCodes'] },
  ),
  fc.record({ dimensions: some(dimension), ...packagingTail }, { requiredKeys: ['dimensions'] }),
)

const item = fc.record(
  {
    quantity: text,
    lineNumber: text,
    parentLineNumber: text,
    shipNoticeLineNumber: text,
    itemType: fc.constantFrom('item', 'composite'),
    itemID,
    detail: fc.record(
      {
        unitPrice: amount,
        descriptions: some(description),
        unitOfMeasure: token,
        priceBasisQuantity,
        classifications: some(classification),
        manufacturerPartID: text,
        manufacturerName: text,
        dimensions: some(dimension),
        extrinsics: some(extrinsic),
      },
      { requiredKeys: [] },
    ),
    unitOfMeasure: token,
    packagings: some(packaging),
    batches: some(
      fc.record(
        { productionDate: text, expirationDate: text, shelfLife: text, buyerBatchID: text, supplierBatchID: text },
        { requiredKeys: [] },
      ),
    ),
    supplierBatchIDs: some(text),
    assetInfos: some(fc.record({ serialNumber: text, extrinsics: some(extrinsic) }, { requiredKeys: [] })),
    orderedQuantity: quantity,
    comments: some(comments),
    extrinsics: some(extrinsic),
  },
  { requiredKeys: ['quantity', 'lineNumber', 'unitOfMeasure'] },
)

const portionHead = {
  orderReference,
  contacts,
  comments: some(comments),
  extrinsics: some(extrinsic),
  items: fc.array(item, { maxLength: 2 }),
}
const anyPortion: fc.Arbitrary<ShipNoticePortion> = fc.oneof(
  fc.record(
    {
      ...portionHead,
      masterAgreementReference: fc.record(
        { agreementID: text, agreementDate: text, documentReference },
        { requiredKeys: ['documentReference'] },
      ),
    },
    { requiredKeys: ['orderReference', 'items'] },
  ),
  fc.record({ ...portionHead, masterAgreementIDInfo: fc.record({ agreementID: text }) }),
)

const anyNotice: fc.Arbitrary<ShipNoticeRequest> = fc.record({
  type: fc.constant(TYPE),
  header: fc.record(
    {
      shipmentID: text,
      operation: fc.constantFrom('new', 'update', 'delete'),
      noticeDate: text,
      shipmentDate: text,
      deliveryDate: text,
      shipmentType: fc.constantFrom('actual', 'planned'),
      fulfillmentType: fc.constantFrom('partial', 'complete'),
      requestedDeliveryDate: text,
      serviceLevels: some(localText),
      documentReference,
      contacts,
      comments: some(comments),
      packaging,
      extrinsics: some(extrinsic),
      idReferences: some(idReference),
    },
    { requiredKeys: ['shipmentID', 'noticeDate'] },
  ),
  shipControls: fc.array(
    fc.record(
      {
        startDate: text,
        carrierIdentifiers: some(fc.record({ domain: text, text: token })),
        shipmentIdentifiers: some(
          fc.record(
            { domain: text, trackingURL: text, trackingNumberDate: text, text: token },
            { requiredKeys: ['text'] },
          ),
        ),
        packageIdentification: fc.record({ rangeBegin: text, rangeEnd: text }),
        routes: some(
          fc.record(
            {
              method: fc.constantFrom('air', 'mail', 'custom'),
              means: fc.constantFrom('truck', 'x-1'),
              startDate: text,
              endDate: text,
              text,
              contacts,
            },
            { requiredKeys: ['method', 'text'] },
          ),
        ),
        contacts,
        comments: some(comments),
        extrinsics: some(extrinsic),
      },
      { requiredKeys: ['carrierIdentifiers', 'shipmentIdentifiers'] },
    ),
    { maxLength: 2 },
  ),
  portions: fc.array(anyPortion, { maxLength: 2 }),
})

describe('any ship notice of the model', () => {
  const check = haveShared('cxml-dtd')

  test('is written, is DTD-valid, and reads back as it was', () => {
    fc.assert(
      fc.property(anyNotice, (content) => {
        const bytes = encode(request(content))
        if (check) expect(dtdProblems(bytes)).toEqual([])
        const { findings, ...again } = decode(bytes)
        expect(again).toEqual(request(content))
      }),
      { numRuns: 150 },
    )
  })
})

describe.skipIf(!haveShared('cxml-samples'))('the ship notices of the sample corpus', () => {
  const files = samplesOf(TYPE)

  test('are there', () => expect(files.length).toBeGreaterThanOrEqual(4))

  test.each(files)('%s is typed, with its shipment, carrier, tracking number and order', (file) => {
    const document = decode(readShared(file))
    const { header, shipControls, portions } = contentOf(TYPE, document)
    expect(header.shipmentID).toBeTruthy()
    for (const { carrierIdentifiers, shipmentIdentifiers } of shipControls) {
      expect(carrierIdentifiers[0]?.text).toBeTruthy()
      expect(shipmentIdentifiers[0]?.text).toBeTruthy()
    }
    expect(portions.map((p) => p.orderReference.documentReference.payloadID)).not.toContain('')
    expect(document.findings).toEqual([])
  })
})
