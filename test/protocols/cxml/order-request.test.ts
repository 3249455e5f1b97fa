// cXML Reference Guide, "OrderRequest": orders as buyers send them; cXML.dtd 1.2.071; facts/cxml.md "Receiving".
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CxmlError } from '../../../protocols/cxml/cxml-error.ts'
import { decode, encode } from '../../../protocols/cxml/document.ts'
import type { OrderRequest } from '../../../protocols/cxml/order-request.ts'
import { dtdProblems } from './dtd.ts'
import { anyOrder, fullItemOut, fullOrder, requestOf, smallOrder } from './order-samples.ts'
import { setupRequest } from './samples.ts'
import { haveShared } from './shared-data.ts'

const check = haveShared('cxml-dtd')
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const SMALL = text(encode(requestOf(smallOrder)))

function order(bytes: Uint8Array | string): OrderRequest & { findings: string[] } {
  const { content, findings } = decode(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
  if (content?.type !== 'OrderRequest') throw new Error(`${content?.type}`)
  return { ...content, findings: findings.map(({ code, path }) => `${code} ${path.replace('/cXML/Request/', '')}`) }
}

function fixture(path: string) {
  return order(readFileSync(join(import.meta.dirname, '../../../fixtures/cxml', path)))
}

function refusal(xml: string): CxmlError {
  try {
    order(xml)
  } catch (error) {
    expect(error).toBeInstanceOf(CxmlError)
    return error as CxmlError
  }
  throw new Error('was accepted')
}

describe('an order we write', () => {
  test.each([
    ['every part of the model', fullOrder],
    ['no optional part', smallOrder],
  ])('with %s reads back as it was, without findings, and is DTD-valid', (_, content) => {
    const document = requestOf(content)
    const bytes = encode(document)
    const { findings, ...again } = decode(bytes)
    expect(again).toEqual(document)
    expect(findings).toEqual([])
    if (check) expect(dtdProblems(bytes)).toEqual([])
  })

  test('whatever is in it, likewise', () => {
    fc.assert(
      fc.property(anyOrder, (document) => {
        const bytes = encode(document)
        const { findings, ...again } = decode(bytes)
        expect(again).toEqual(document)
        if (check) expect(dtdProblems(bytes)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('has the same lines as a PunchOutSetupRequest', () => {
    const document = setupRequest('edit')
    if (document.content.type !== 'PunchOutSetupRequest') throw new Error('no setup request')
    const withLines = { ...document, content: { ...document.content, items: [fullItemOut] } }
    const { findings, ...again } = decode(encode(withLines))
    expect(again).toEqual(withLines)
  })
})

describe('an order we read', () => {
  test('children may stand in any order; they are written in the DTD’s', () => {
    const shuffled = SMALL.replace(
      /(<OrderRequestHeader.*<\/OrderRequestHeader>)(<ItemOut.*<\/ItemOut>)/s,
      '$2$1',
    ).replace(/(<Total>.*<\/Total>)(<BillTo>.*<\/BillTo>)/s, '$2$1')
    expect(shuffled).not.toBe(SMALL)
    expect(order(shuffled)).toMatchObject(smallOrder)
    if (check) expect(dtdProblems(encode(decode(new TextEncoder().encode(shuffled))))).toEqual([])
  })

  test('what is not modelled is kept, and written where the DTD wants it', () => {
    const header = [
      '<BusinessPartner type="organization" role="soldTo"><Address><Name xml:lang="en">x</Name></Address></BusinessPartner>',
      '<LegalEntity><IdReference identifier="1" domain="2"/></LegalEntity>',
      '<ControlKeys><OCInstruction value="allowed"/></ControlKeys>',
      '<TermsOfDelivery><TermsOfDeliveryCode value="Other"/><ShippingPaymentMethod value="Other"/></TermsOfDelivery>',
    ]
    const line = [
      '<SpendDetail><Extrinsic name="a">b</Extrinsic></SpendDetail>',
      '<TermsOfDelivery><TermsOfDeliveryCode value="Other"/><ShippingPaymentMethod value="Other"/></TermsOfDelivery>',
      '<Tolerances><QuantityTolerance><Percentage percent="1"/></QuantityTolerance></Tolerances>',
      '<ControlKeys><ASNInstruction value="allowed"/></ControlKeys>',
      '<Batch><SupplierBatchID>7</SupplierBatchID></Batch>',
    ]
    const xml = text(encode(requestOf(fullOrder)))
      .replace('</OrderRequestHeader>', `${header.reverse().join('')}</OrderRequestHeader>`)
      .replace('</ItemOut>', `${line.reverse().join('')}</ItemOut>`)
    const read = order(xml)
    expect(read.findings).toEqual([])
    const bytes = encode(decode(new TextEncoder().encode(xml)))
    for (const part of [...header, ...line]) expect(text(bytes)).toContain(part)
    if (check) expect(dtdProblems(bytes)).toEqual([])
  })

  test.each<[string, (xml: string) => string, string[], object]>([
    ['no type: a new order', (x) => x, [], { header: { orderID: '1' } }],
    [
      'type and orderType in another case are understood',
      (x) => x.replace('orderID="1"', 'orderID="1" type="Update" orderType="BLANKET"'),
      [
        'unknown-value OrderRequest/OrderRequestHeader/@type',
        'unknown-value OrderRequest/OrderRequestHeader/@orderType',
        'missing OrderRequest/OrderRequestHeader/DocumentReference',
        'missing OrderRequest/OrderRequestHeader/@effectiveDate',
      ],
      { header: { type: 'update', orderType: 'blanket' } },
    ],
    [
      'an orderType nobody knows stays as it is',
      (x) => x.replace('orderID="1"', 'orderID="1" orderType="standard"'),
      ['unknown-value OrderRequest/OrderRequestHeader/@orderType'],
      { header: { orderType: 'standard' } },
    ],
    [
      'no orderDate',
      (x) => x.replace(/ orderDate="[^"]*"/, ''),
      ['missing OrderRequest/OrderRequestHeader/@orderDate'],
      { header: { orderDate: '' } },
    ],
    [
      'no BillTo: an address without a name',
      (x) => x.replace(/<BillTo>.*<\/BillTo>/, ''),
      ['missing OrderRequest/OrderRequestHeader/BillTo'],
      { header: { billTo: { address: { name: { text: '' } } } } },
    ],
    [
      'no items in an order',
      (x) => x.replace(/<ItemOut.*<\/ItemOut>/, ''),
      ['missing OrderRequest/ItemOut'],
      { items: [] },
    ],
    [
      'no items in a cancellation',
      (x) => x.replace(/<ItemOut.*<\/ItemOut>/, '').replace('orderID="1"', 'orderID="1" type="delete"'),
      ['missing OrderRequest/OrderRequestHeader/DocumentReference'],
      { header: { type: 'delete' }, items: [] },
    ],
    [
      'an account without amount, or without account',
      (x) =>
        x.replace(
          '</ItemOut>',
          '<Distribution><Accounting name="a"/></Distribution><Distribution><Charge/></Distribution></ItemOut>',
        ),
      [
        'missing OrderRequest/ItemOut/Distribution[1]/Accounting/AccountingSegment',
        'missing OrderRequest/ItemOut/Distribution[1]/Charge',
        'missing OrderRequest/ItemOut/Distribution[2]/Charge/Money',
        'missing OrderRequest/ItemOut/Distribution[2]/Accounting',
      ],
      {
        items: [
          {
            distributions: [
              { accounting: { name: 'a' }, charge: { money: { amount: '', currency: '' } } },
              { accounting: { name: '' }, charge: { money: { amount: '' } } },
            ],
          },
        ],
      },
    ],
    [
      'a release of no agreement',
      (x) => x.replace('orderID="1"', 'orderID="1" orderType="release"'),
      ['missing OrderRequest/OrderRequestHeader/@agreementID'],
      { header: { orderType: 'release' } },
    ],
    [
      'two items of one lineNumber',
      (x) => x.replace(/<ItemOut(.*<\/ItemOut>)/, '<ItemOut lineNumber="1"$1<ItemOut lineNumber=" 1"$1'),
      ['repeated OrderRequest/ItemOut/@lineNumber'],
      { items: [{ lineNumber: '1' }, { lineNumber: ' 1' }] },
    ],
    [
      'an item with both kinds of detail, an account with both kinds of segments',
      (x) =>
        x.replace(
          '</ItemOut>',
          '<ItemDetail><UnitPrice><Money currency="EUR">1</Money></UnitPrice><UnitOfMeasure>EA</UnitOfMeasure></ItemDetail><BlanketItemDetail/><Distribution><Accounting name="a"><Segment type="t" id="1" description="d"/><AccountingSegment id="1"><Name xml:lang="en">n</Name><Description xml:lang="en">d</Description></AccountingSegment></Accounting><Charge><Money currency="EUR">1</Money></Charge></Distribution></ItemOut>',
        ),
      [
        'repeated OrderRequest/ItemOut/Distribution/Accounting/Segment',
        'repeated OrderRequest/ItemOut/BlanketItemDetail',
      ],
      { items: [{ itemDetail: {}, blanketItemDetail: {}, distributions: [{ accounting: { segments: [{}] } }] }] },
    ],
    [
      'a Payment of a kind we do not know is kept',
      (x) => x.replace('</BillTo>', '</BillTo><Payment><PaymentReference method="cc"/></Payment>'),
      ['unknown-element OrderRequest/OrderRequestHeader/Payment/PaymentReference'],
      { header: { payment: { kept: { elements: [{ name: 'PaymentReference' }] } } } },
    ],
    [
      'comments around an attachment',
      (x) =>
        x.replace(
          '</ItemOut>',
          '<Comments>See <Attachment visibility="internal"><URL> cid:1@x\n</URL></Attachment>this</Comments></ItemOut>',
        ),
      [],
      { items: [{ comments: [{ text: 'See this', attachments: [{ url: 'cid:1@x', visibility: 'internal' }] }] }] },
    ],
  ])('%s', (_, change, findings, content) => {
    const xml = change(SMALL)
    const read = order(xml)
    expect(read).toMatchObject(content)
    expect(read.findings).toEqual(findings)
    const { findings: __, ...first } = decode(new TextEncoder().encode(xml))
    const { findings: ___, ...again } = decode(encode(first))
    expect(again).toEqual(first)
  })

  test.each<[string, string, RegExp]>([
    ['no header', SMALL.replace(/<OrderRequestHeader.*<\/OrderRequestHeader>/, ''), /needs a OrderRequestHeader/],
    ['two headers', SMALL.replace(/(<OrderRequestHeader.*<\/OrderRequestHeader>)/, '$1$1'), /two OrderRequestHeader/],
    ['no orderID', SMALL.replace(' orderID="1"', ''), /no orderID/],
    ['a blank orderID', SMALL.replace(' orderID="1"', ' orderID=" "'), /no orderID/],
    [
      'a type nobody knows',
      SMALL.replace('orderID="1"', 'orderID="1" type="replace"'),
      /type "replace" is none of new, update, delete/,
    ],
    ['an empty type', SMALL.replace('orderID="1"', 'orderID="1" type=""'), /type "" is none of/],
    ['no Total', SMALL.replace(/<Total>.*<\/Total>/, ''), /needs a Total/],
    ['a line without ItemID', SMALL.replace(/<ItemID>.*<\/ItemID>/, ''), /ItemOut needs a ItemID/],
  ])('is refused, 400, with %s', (_, xml, says) => {
    expect(xml).not.toBe(SMALL)
    const error = refusal(xml)
    expect(error.message).toMatch(says)
    expect(error.status).toBe(400)
    expect(error.path).toMatch(/^\/cXML\/Request\/OrderRequest/)
  })
})

describe('orders of the platforms', () => {
  test('Ariba, new: two accounts of a line, terms, attachments, the buyer’s extrinsics', () => {
    expect(fixture('ariba/order-request-new.xml')).toMatchObject({
      findings: ['domain-spelling /cXML/Header/To'],
      header: {
        orderID: '4500017734',
        orderVersion: '1',
        total: { money: { amount: '133.45', currency: 'EUR' } },
        shipTo: { address: { addressID: '0042', email: { address: 'm.devries@almere.example' } } },
        billTo: { address: { addressID: '1000' }, idReferences: [{ domain: 'vatID' }] },
        paymentTerms: [
          { payInNumberOfDays: '10', discount: { percent: { percent: '2' } } },
          { payInNumberOfDays: '30' },
        ],
        contacts: [{ role: 'endUser' }, { role: 'purchasingAgent', emails: [{ address: 'inkoop@almere.example' }] }],
        comments: [{ attachments: [{ url: 'cid:terms-17734@procure.almere.example' }] }],
        extrinsics: [{ name: 'PurchaseGroup', value: 'INK' }, {}],
      },
      items: [
        {
          quantity: '3',
          lineNumber: '1',
          itemID: { supplierPartID: '00417', supplierPartAuxiliaryID: 's-7f3a/1', buyerPartID: '000000000000104417' },
          itemDetail: { leadTime: '2', extrinsics: [{ name: 'PR No.', value: 'PR1120' }, {}] },
          distributions: [
            { accounting: { accountingSegments: [{}, { id: '0000670' }] }, charge: { money: { amount: '18.90' } } },
            { accounting: { accountingSegments: [{}, { id: '0000671' }] }, charge: { money: { amount: '12.60' } } },
          ],
        },
        {
          quantity: '500',
          itemDetail: { priceBasisQuantity: { quantity: '100' }, unitPrice: { money: { amount: '19.40' } } },
        },
      ],
    })
  })

  test('Ariba, update: the earlier document, our order number, a changed line and one that goes', () => {
    expect(fixture('ariba/order-request-update.xml')).toMatchObject({
      header: {
        type: 'update',
        orderVersion: '2',
        documentReference: { payloadID: '1767693600123.901.1@procure.almere.example' },
        supplierOrderInfo: { orderID: 'SO-20417' },
      },
      items: [{ quantity: '4', isItemChanged: 'yes' }, { operation: 'delete' }],
    })
  })

  test('Ariba, delete: the order that goes', () => {
    expect(fixture('ariba/order-request-delete.xml')).toMatchObject({
      header: { type: 'delete', orderID: '4500017734', orderVersion: '3' },
    })
  })

  test('Ariba, scheduled: deliveries in parts, firm and forecast, of a scheduling agreement', () => {
    expect(fixture('ariba/order-request-scheduled.xml')).toMatchObject({
      header: { orderType: 'release', deliveryPeriod: { period: { startDate: '2026-02-01T00:00:00+01:00' } } },
      items: [
        {
          scheduleLines: [
            { quantity: '60', releaseInfo: { commitmentCode: 'firm' } },
            { quantity: '40', type: 'forecast', shipTo: { address: { addressID: '0043' } } },
          ],
          masterAgreementReference: { agreementType: 'scheduling_agreement' },
          releaseInfo: { releaseType: 'jit', cumulativeReceivedQuantity: '0' },
        },
      ],
    })
  })

  test('Coupa: DUNS, amounts of one decimal, Segments, classifications that say nothing', () => {
    expect(fixture('coupa/order-request-new.xml')).toMatchObject({
      findings: ['domain-spelling /cXML/Header/From'],
      header: { type: 'new', orderDate: '2026-01-06T09:51:55Z', extrinsics: [{ name: 'legacy_po', value: '' }] },
      items: [
        {
          quantity: '3.0',
          itemDetail: { classifications: [{ text: 'unknown' }], manufacturerPartID: '' },
          distributions: [{ accounting: { segments: [{ type: 'Cost Center', id: '6700' }, { id: '44100' }] } }],
        },
        { quantity: '1.0' },
      ],
    })
    expect(fixture('coupa/order-request-update.xml')).toMatchObject({
      findings: ['domain-spelling /cXML/Header/From', 'missing OrderRequest/OrderRequestHeader/DocumentReference'],
      header: { type: 'update', orderVersion: '2' },
    })
  })

  test('JAGGAER: CDATA, a purchasing card, structured Extrinsics', () => {
    const { findings, header, items } = fixture('jaggaer/order-request-new.xml')
    expect(findings).toEqual([])
    expect(header).toMatchObject({
      shipTo: { address: { postalAddress: { deliverTo: ['R&D <Chemistry>', 'Room 2.17'] } } },
      payment: { pcard: { number: '4111111111111111', expiration: '2027-12-31' } },
      comments: [{ text: 'Deliver <before> noon' }],
      extrinsics: [{ value: '00123456' }, { value: '2% 10, Net 30' }, { content: [{ name: 'Name' }] }],
    })
    expect(items[0]?.itemDetail?.descriptions[0]?.text).toBe('Pipettes 5<10 ml, "sterile" & dry')
  })

  test('Oracle: no DOCTYPE, no offset, orderType Regular, EACH', () => {
    expect(fixture('oracle/order-request-new.xml')).toMatchObject({
      findings: [
        'no-doctype /cXML',
        'timestamp-without-offset /cXML/@timestamp',
        'domain-spelling /cXML/Header/To',
        'unknown-value OrderRequest/OrderRequestHeader/@orderType',
      ],
      header: { orderID: '204:1801', orderType: 'regular', orderDate: '2026-01-06T09:58:12' },
      items: [{ itemDetail: { unitOfMeasure: 'EACH' } }],
    })
  })

  test('SAP SRM: ISO-8859-1, Z, items before the header and all children in an order of its own', () => {
    expect(fixture('sap-srm/order-request-new.xml')).toMatchObject({
      findings: ['timestamp-utc-z /cXML/@timestamp'],
      header: {
        orderID: '2000004417',
        shipTo: { address: { postalAddress: { deliverTo: ['Jörg Müller'], city: 'Almere' } } },
        extrinsics: [{ name: 'Einkäufergruppe' }],
      },
      items: [
        {
          quantity: '3.000',
          lineNumber: '0000000001',
          requestedDeliveryDate: '20260112',
          itemDetail: {
            unitPrice: { money: { amount: '10.500' } },
            descriptions: [{ text: 'Heftgerät für 25 Blatt' }],
          },
          distributions: [{ accounting: { accountingSegments: [{ id: '0000004100' }] } }],
        },
      ],
    })
    expect(fixture('sap-srm/order-request-update.xml').header.documentReference).toEqual({
      payloadID: '0050568E6112.20260106@srm.almere.example',
    })
  })

  test('a blanket order, and a release from it', () => {
    expect(fixture('generic/order-request-blanket.xml')).toMatchObject({
      findings: [],
      header: {
        orderType: 'blanket',
        releaseRequired: 'yes',
        effectiveDate: '2026-01-01T00:00:00+00:00',
        expirationDate: '2026-12-31T23:59:59+00:00',
      },
      items: [
        {
          blanketItemDetail: {
            maxAmount: { money: { amount: '5000.00', currency: 'EUR' } },
            minAmount: { money: { amount: '50.00' } },
            maxQuantity: '1000',
            unitPrice: { money: { amount: '5.00' } },
          },
        },
      ],
    })
    expect(fixture('generic/order-request-release.xml')).toMatchObject({
      header: { orderType: 'release', agreementID: 'BPO-7', agreementPayloadID: '4@buyer.example' },
      items: [{ masterAgreementIDInfo: { agreementID: 'BPO-7', idReferences: [{ identifier: '7' }] } }],
    })
  })
})
