// Fulfill.dtd 1.2.071, "ConfirmationRequest"; facts/cxml.md "After the order".
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConfirmationRequest, ConfirmationStatus } from '../../../protocols/cxml/confirmation-request.ts'
import { decode, encode } from '../../../protocols/cxml/document.ts'
import {
  amount,
  comments,
  contacts,
  documentReference,
  extrinsic,
  idReference,
  itemIn,
  orderReference,
  shipping,
  some,
  tax,
  text,
  token,
} from './arbitrary.ts'
import { dtdProblems } from './dtd.ts'
import { confirmation, request } from './fulfilment-samples.ts'
import { haveShared, readShared } from './shared-data.ts'
import { contentOf, fixture, samplesOf } from './typed-samples.ts'

const TYPE = 'ConfirmationRequest'

/** A document around this content, as somebody else would write it. */
function received(header: string, items = ''): Uint8Array {
  const text = new TextDecoder().decode(encode(request(confirmation)))
  const order = '<OrderReference orderID="1"><DocumentReference payloadID="p"/></OrderReference>'
  return new TextEncoder().encode(
    text.replace(/<ConfirmationRequest>.*<\/ConfirmationRequest>/s, `<${TYPE}>${header}${order}${items}</${TYPE}>`),
  )
}

const head = (type: string, others = '') => `<ConfirmationHeader type="${type}" noticeDate="2026-01-06"${others}/>`
const line = (statuses: string, number = '1') =>
  `<ConfirmationItem quantity="1" lineNumber="${number}"><UnitOfMeasure>EA</UnitOfMeasure>${statuses}</ConfirmationItem>`
const status = (type: string, inside = '') =>
  `<ConfirmationStatus quantity="1" type="${type}"><UnitOfMeasure>EA</UnitOfMeasure>${inside}</ConfirmationStatus>`
const says = (bytes: Uint8Array) => decode(bytes).findings.map((f) => `${f.code} ${f.path.split(TYPE)[1]}`)

describe('a ConfirmationRequest with every part of the model', () => {
  test('reads back as it was written, with nothing odd about it', () => {
    const { findings, ...again } = decode(encode(request(confirmation)))
    expect(again).toEqual(request(confirmation))
    expect(findings).toEqual([])
  })

  test.skipIf(!haveShared('cxml-dtd'))('is valid against Fulfill.dtd', () => {
    const bytes = encode(request(confirmation))
    expect(new TextDecoder().decode(bytes)).toContain('/1.2.071/Fulfill.dtd">')
    expect(dtdProblems(bytes)).toEqual([])
  })
})

describe('what a supplier says of an order', () => {
  test('accept: the whole order, in one word', () => {
    expect(fixture(TYPE, 'generic/confirmation-request-accept')).toMatchObject({
      header: { confirmID: 'AB-90017', operation: 'new', type: 'accept' },
      orderReference: {
        orderID: '4500012345',
        documentReference: { payloadID: '1767607200.4711@procure.almere.example' },
      },
      items: [],
    })
  })

  test('reject: the reason is a comment', () => {
    expect(fixture(TYPE, 'generic/confirmation-request-reject')).toMatchObject({
      header: { type: 'reject', comments: [{ text: 'We no longer deliver to this address.' }] },
      items: [],
    })
  })

  test('backordered: the whole order is late', () => {
    expect(fixture(TYPE, 'generic/confirmation-request-backordered').header.type).toBe('backordered')
  })

  test('except: accepted but for these lines, of which one is late in part and one never comes', () => {
    expect(fixture(TYPE, 'generic/confirmation-request-except')).toMatchObject({
      header: { type: 'except' },
      items: [
        {
          lineNumber: '2',
          quantity: '5',
          statuses: [
            { quantity: '3', type: 'accept' },
            { quantity: '2', type: 'backordered', deliveryDate: '2026-02-16T12:00:00+01:00' },
          ],
        },
        { lineNumber: '3', statuses: [{ quantity: '100', type: 'reject', comments: [{ text: 'Out of range.' }] }] },
      ],
    })
  })

  test('detail: a changed price in full precision, a changed date of a part', () => {
    expect(fixture(TYPE, 'generic/confirmation-request-detail')).toMatchObject({
      header: {
        type: 'detail',
        total: { money: { amount: '371.25' } },
        idReferences: [{ identifier: '0000090017', domain: 'supplierReference' }],
      },
      items: [
        {
          unitOfMeasure: 'BX',
          statuses: [
            {
              type: 'detail',
              unitPrice: { money: { amount: '12.625', currency: 'EUR' } },
              shipmentDate: '2026-01-09T16:00:00+01:00',
              deliveryDate: '2026-01-12T12:00:00+01:00',
            },
          ],
        },
        {
          statuses: [
            { quantity: '3', type: 'accept' },
            { quantity: '2', type: 'detail', deliveryDate: '2026-01-19T12:00:00+01:00' },
          ],
        },
      ],
    })
  })

  test('detail with ItemIn: something else in another unit is delivered instead', () => {
    expect(fixture(TYPE, 'generic/confirmation-request-substitution').items).toMatchObject([
      {
        quantity: '100',
        unitOfMeasure: 'C62',
        statuses: [
          {
            itemIn: {
              quantity: '2',
              itemID: { supplierPartID: 'FOLDER-A4-50', supplierPartAuxiliaryID: 'blue' },
              itemDetail: { unitPrice: { money: { amount: '22.00' } }, unitOfMeasure: 'PK' },
            },
          },
        ],
      },
    ])
  })

  test('update: names what it updates, and takes a line back to unknown', () => {
    expect(fixture(TYPE, 'generic/confirmation-request-update')).toMatchObject({
      header: {
        operation: 'update',
        version: '2',
        documentReference: { payloadID: '1767686400.5.confirmation-request-detail@hub.example' },
      },
      items: [{ statuses: [{ type: 'unknown' }] }, { statuses: [{ type: 'accept' }] }],
    })
  })

  test('Ariba: line numbers keep their zeros; Coupa: the order’s number stands for its payloadID', () => {
    expect(fixture(TYPE, 'ariba/confirmation-request-detail').items[0]?.lineNumber).toBe('00010')
    expect(fixture(TYPE, 'coupa/confirmation-request-accept').orderReference.documentReference.payloadID).toBe('4417')
  })
})

describe('a confirmation that can’t be understood is refused', () => {
  test.each([
    ['another type', received(head('accepted')), /type "accepted" is none of accept,/],
    ['no type', received('<ConfirmationHeader noticeDate="2026-01-06"/>'), /type "" is none of/],
    ['another operation', received(head('accept', ' operation="delete"')), /operation "delete" is none of new, update/],
    ['another status', received(head('detail'), line(status('shipped'))), /type "shipped" is none of/],
    ['no header', received(''), /needs a ConfirmationHeader/],
    ['two headers', received(head('accept') + head('reject')), /two ConfirmationHeader/],
  ])('%s', (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(message)
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ status: 400 }) as unknown as Error)
  })

  test('no order', () => {
    const text = new TextDecoder().decode(received(head('accept'))).replace(/<OrderReference.*<\/OrderReference>/, '')
    expect(() => decode(new TextEncoder().encode(text))).toThrow(/needs a OrderReference/)
  })
})

describe('a confirmation that contradicts itself is read, and the contradiction found', () => {
  test.each([
    [
      'a line refused in an accept',
      head('accept'),
      line(status('reject')),
      ['unknown-value /ConfirmationItem[1]/ConfirmationStatus'],
    ],
    [
      'a line in a reject',
      head('reject'),
      line(status('accept')),
      ['unknown-value /ConfirmationItem[1]/ConfirmationStatus'],
    ],
    [
      'allDetail in a detail',
      head('detail'),
      line(status('allDetail')),
      ['unknown-value /ConfirmationItem[1]/ConfirmationStatus'],
    ],
    ['a detail of nothing', head('detail'), line(status('detail')), ['missing /ConfirmationItem/ConfirmationStatus']],
    ['a detail without lines', head('detail'), '', ['missing /ConfirmationItem']],
    ['an except without lines', head('except'), '', ['missing /ConfirmationItem']],
    ['a line without status', head('detail'), line(''), ['missing /ConfirmationItem[1]/ConfirmationStatus']],
    [
      'a line twice',
      head('detail'),
      line(status('accept')) + line(status('accept')),
      ['repeated /ConfirmationItem[2]'],
    ],
    [
      'a replacement by nothing',
      head('replace'),
      line(status('detail', '<UnitPrice><Money currency="EUR">1</Money></UnitPrice>')),
      ['missing /ConfirmationItem[1]/ConfirmationStatus/ItemIn'],
    ],
    [
      'an update of nothing',
      head('accept', ' operation="update"'),
      '',
      ['missing /ConfirmationHeader/DocumentReference'],
    ],
  ])('%s', (_, header, items, found) => {
    expect(says(received(header, items))).toEqual(found)
  })

  test.each([
    ['accept', 'accept'],
    ['allDetail', 'accept allDetail detail backordered reject unknown'],
    ['detail', 'accept detail backordered reject unknown requestToPay'],
    ['backordered', 'backordered'],
    ['except', 'accept detail backordered reject unknown requestToPay'],
    ['reject', ''],
    ['requestToPay', 'requestToPay'],
    ['replace', 'detail'],
  ])('the lines of type %s may be: %s', (type, allowed) => {
    const statuses = ['accept', 'allDetail', 'detail', 'backordered', 'reject', 'unknown', 'requestToPay']
    const unopposed = statuses.filter(
      (s) => !says(received(head(type), line(status(s)))).some((found) => found.startsWith('unknown-value')),
    )
    expect(unopposed.join(' ')).toBe(allowed)
  })

  test.each(['accept', 'backordered', 'requestToPay'])('none in a whole %s with lines of the same', (type) => {
    expect(says(received(head(type), line(status(type))))).toEqual([])
  })

  test('no payloadID of the order reads as empty', () => {
    const text = new TextDecoder().decode(received(head('accept'))).replace('<DocumentReference payloadID="p"/>', '')
    const document = decode(new TextEncoder().encode(text))
    expect(contentOf(TYPE, document).orderReference).toEqual({ orderID: '1', documentReference: { payloadID: '' } })
    expect(document.findings.map((f) => f.code)).toEqual(['missing'])
  })
})

describe('what the model leaves out of a confirmation', () => {
  test.skipIf(!haveShared('cxml-dtd'))(
    'is kept, and written where the DTD wants it, whatever the order it came in',
    () => {
      const bytes = received(
        `<ConfirmationHeader type="detail" noticeDate="2026-01-06"><Comments>c</Comments><Hazard><Classification domain="UN">1263</Classification></Hazard></ConfirmationHeader>`,
        line(
          '<ConfirmationStatus quantity="1" type="accept"><Comments>x</Comments><ScheduleLineReference quantity="1" requestedDeliveryDate="2026-01-06"/><UnitOfMeasure>EA</UnitOfMeasure></ConfirmationStatus><Hazard><Description xml:lang="en">Paint</Description></Hazard>',
        ),
      )
      const document = decode(bytes)
      expect(document.findings).toEqual([])
      const written = encode(document)
      expect(dtdProblems(written)).toEqual([])
      for (const part of ['1263', '<Description xml:lang="en">Paint', '<ScheduleLineReference quantity="1"'])
        expect(new TextDecoder().decode(written)).toContain(part)
    },
  )
})

const statusHead = {
  quantity: text,
  type: fc.constantFrom('accept', 'detail', 'backordered', 'reject', 'unknown'),
  shipmentDate: text,
  deliveryDate: text,
  unitOfMeasure: token,
  supplierBatchID: text,
  comments: some(comments),
  extrinsics: some(extrinsic),
} as const
const needed = ['quantity', 'type', 'unitOfMeasure'] as const
const anyStatus: fc.Arbitrary<ConfirmationStatus> = fc.oneof(
  fc.record({ ...statusHead, itemIn }, { requiredKeys: [...needed] }),
  fc.record({ ...statusHead, unitPrice: amount, tax, shipping }, { requiredKeys: [...needed] }),
)

const anyConfirmation: fc.Arbitrary<ConfirmationRequest> = fc.record({
  type: fc.constant(TYPE),
  header: fc.record(
    {
      confirmID: text,
      operation: fc.constantFrom('new', 'update'),
      type: fc.constantFrom(
        'accept',
        'allDetail',
        'detail',
        'backordered',
        'except',
        'reject',
        'requestToPay',
        'replace',
      ),
      noticeDate: text,
      invoiceID: text,
      incoTerms: fc.constantFrom('dap', 'exw'),
      version: text,
      documentReference,
      total: amount,
      shipping,
      tax,
      contacts,
      comments: some(comments),
      idReferences: some(idReference),
      extrinsics: some(extrinsic),
    },
    { requiredKeys: ['type', 'noticeDate'] },
  ),
  orderReference,
  items: fc.array(
    fc.record(
      {
        quantity: text,
        lineNumber: text,
        parentLineNumber: text,
        itemType: fc.constantFrom('item', 'composite'),
        unitOfMeasure: token,
        contacts,
        statuses: some(anyStatus),
      },
      { requiredKeys: ['quantity', 'lineNumber', 'unitOfMeasure', 'statuses'] },
    ),
    { maxLength: 3 },
  ),
})

describe('any confirmation of the model', () => {
  const check = haveShared('cxml-dtd')

  test('is written, is DTD-valid, and reads back as it was', () => {
    fc.assert(
      fc.property(anyConfirmation, (content) => {
        const bytes = encode(request(content))
        if (check) expect(dtdProblems(bytes)).toEqual([])
        const { findings, ...again } = decode(bytes)
        expect(again).toEqual(request(content))
      }),
      { numRuns: 150 },
    )
  })
})

describe.skipIf(!haveShared('cxml-samples'))('the confirmations of the sample corpus', () => {
  const files = samplesOf(TYPE)

  test('are there', () => expect(files.length).toBeGreaterThanOrEqual(5))

  test.each(files)('%s is typed, with its order and the status of every line', (file) => {
    const document = decode(readShared(file))
    const { orderReference, items } = contentOf(TYPE, document)
    expect(orderReference.orderID).toBeTruthy()
    expect(items.length).toBeGreaterThan(0)
    for (const item of items) expect(item.statuses.length).toBeGreaterThan(0)
    expect(document.findings.map((f) => f.code).filter((code) => code !== 'no-doctype')).toEqual([])
  })
})
