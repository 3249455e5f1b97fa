// Any cart of the model round-trips and is DTD-valid; no bytes at all make the codec throw anything but CxmlError.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CxmlError } from '../../../protocols/cxml/cxml-error.ts'
import { decode, encode } from '../../../protocols/cxml/document.ts'
import { nestDocument } from '../../../protocols/cxml/get-pending.ts'
import type { ItemIn } from '../../../protocols/cxml/items.ts'
import { readReturnForm, returnForm } from '../../../protocols/cxml/return-form.ts'
import { description, extrinsic, lang, money, some, text, token } from './arbitrary.ts'
import { dtdProblems } from './dtd.ts'
import { confirmation, creditMemo, headerInvoice, request, shipNotice } from './fulfilment-samples.ts'
import { answerOf, fullOrder, pendingRequest, requestOf, smallOrder, statusUpdates } from './order-samples.ts'
import { address, cartMessage, contact, fullLine, partLine, profileResponse, setupRequest } from './samples.ts'
import { haveShared, listShared, readShared } from './shared-data.ts'

const line: fc.Arbitrary<ItemIn> = fc.record(
  {
    quantity: text,
    lineNumber: text,
    parentLineNumber: text,
    itemType: fc.constantFrom('item', 'composite'),
    compositeItemType: fc.constantFrom('groupLevel', 'itemLevel'),
    itemID: fc.record(
      { supplierPartID: text, supplierPartAuxiliaryID: text, buyerPartID: text },
      { requiredKeys: ['supplierPartID'] },
    ),
    itemDetail: fc.record(
      {
        unitPrice: fc.record({ money }),
        descriptions: some(description),
        unitOfMeasure: token,
        classifications: some(fc.record({ domain: text, text, code: text }, { requiredKeys: ['domain', 'text'] })),
        manufacturerPartID: text,
        manufacturerName: text,
        url: token,
        leadTime: token,
        extrinsics: some(extrinsic),
      },
      { requiredKeys: ['unitPrice', 'descriptions', 'unitOfMeasure', 'classifications'] },
    ),
    supplierID: fc.record({ domain: text, text }),
    shipTo: fc.constant({ address }),
    shipping: fc.record({ money, description }),
    tax: fc.record({ money, description, extrinsics: some(extrinsic) }, { requiredKeys: ['money', 'description'] }),
    contacts: fc.constant([contact]),
    comments: some(fc.record({ lang, text })).map((c) => c.slice(0, 1)),
    extrinsics: some(extrinsic),
  },
  { requiredKeys: ['quantity', 'itemID', 'itemDetail'] },
)

describe('any cart of the model', () => {
  const check = haveShared('cxml-dtd')

  test('is written, is DTD-valid, and reads back as it was, through the browser too', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (items) => {
        const document = cartMessage(...items)
        const bytes = encode(document)
        if (check) expect(dtdProblems(bytes)).toEqual([])
        const { findings, ...again } = decode(bytes)
        expect(again).toEqual(document)
        const { name, value } = returnForm(document, 'cxml-urlencoded')
        expect(readReturnForm({ [name]: value }).content).toEqual(document.content)
      }),
      { numRuns: 200 },
    )
  })
})

/** Decodes or throws CxmlError; what decodes also encodes and decodes again. */
function survives(bytes: Uint8Array): void {
  try {
    const { findings, ...document } = decode(bytes)
    const { findings: _, ...again } = decode(encode(document))
    expect(again).toEqual(document)
  } catch (error) {
    if (!(error instanceof CxmlError)) throw error
  }
}

describe('any bytes', () => {
  test('are decoded or refused with CxmlError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survives), { numRuns: 1000 })
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (s) =>
        survives(new TextEncoder().encode(`<cXML>${s}`)),
      ),
      { numRuns: 500 },
    )
  })

  const seeds = [
    cartMessage(fullLine, partLine),
    setupRequest('edit'),
    profileResponse(),
    requestOf(fullOrder),
    ...statusUpdates.map(([, update]) => requestOf(update)),
    pendingRequest(),
    ...[confirmation, shipNotice, creditMemo, headerInvoice].map(request),
    answerOf({ type: 'GetPendingResponse', documents: [nestDocument(encode(requestOf(smallOrder)))] }),
  ].map((d) => encode(d))
  if (haveShared('cxml-samples'))
    seeds.push(
      ...listShared('cxml-samples', '.xml')
        .map((f) => readShared(f))
        .filter((b) => b.length < 4000),
    )

  test('that were a document before some were changed, likewise', () => {
    fc.assert(
      fc.property(
        fc.nat(seeds.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'<>&"\'/= a]![-?:'), fc.nat(12)), {
          minLength: 1,
          maxLength: 3,
        }),
        (seed, edits) => {
          let bytes = Buffer.from(seeds[seed] as Uint8Array)
          for (const [at, insert, cut] of edits) {
            const pos = at % bytes.length
            bytes = Buffer.concat([bytes.subarray(0, pos), Buffer.from(insert), bytes.subarray(pos + cut)])
          }
          survives(bytes)
        },
      ),
      { numRuns: 1500 },
    )
  })

  test('whose elements were moved about, likewise', () => {
    fc.assert(
      fc.property(fc.nat(seeds.length - 1), fc.nat(), fc.nat(), (seed, from, to) => {
        const source = new TextDecoder().decode(seeds[seed])
        const elements = source.match(/<(\w+)[^<>]*>[^<>]*<\/\1>/g) ?? ['']
        const moved = elements[from % elements.length] as string
        const at = source.indexOf(elements[to % elements.length] as string)
        survives(new TextEncoder().encode(source.slice(0, at) + moved + source.slice(at)))
      }),
      { numRuns: 1000 },
    )
  })

  test.each(['BuyerCookie', 'Extrinsic', 'Contact', 'Unknown'])(
    'with 400,000 elements inside %s take linear time',
    (name) => {
      const inside = `<${name}>${'<X/>'.repeat(400_000)}</${name}>`
      const request = new TextDecoder()
        .decode(encode(setupRequest('create')))
        .replace('<BrowserFormPost>', `${inside}<BrowserFormPost>`)
      const start = performance.now()
      survives(
        new TextEncoder().encode(
          name === 'BuyerCookie' ? request.replace('<BuyerCookie>c-42</BuyerCookie>', '') : request,
        ),
      )
      expect(performance.now() - start).toBeLessThan(10_000)
    },
  )

  test('of 9 MB of hostile markup are refused within a second', () => {
    const size = 9 * 1024 * 1024
    for (const piece of [
      '<a>',
      '<a ',
      '<!--',
      '&',
      '&#',
      '<a b="',
      ']]>',
      '<![CDATA[',
      ' b="1"',
      '<?p ',
      '\n',
      '<a/>',
    ]) {
      const start = performance.now()
      survives(new TextEncoder().encode(`<cXML>${piece.repeat(size / piece.length)}`))
      expect(performance.now() - start, piece).toBeLessThan(piece === '<a/>' ? 5000 : 1500)
    }
  })
})
