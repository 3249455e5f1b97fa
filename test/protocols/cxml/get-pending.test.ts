// cXML Reference Guide, "Get Pending": documents fetched, whole, inside a Response; cXML.dtd 1.2.071.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CxmlError } from '../../../protocols/cxml/cxml-error.ts'
import { type CxmlDocument, decode, encode } from '../../../protocols/cxml/document.ts'
import { nestDocument, nestedDocument } from '../../../protocols/cxml/get-pending.ts'
import type { XmlElement } from '../../../protocols/cxml/xml-element.ts'
import { dtdProblems } from './dtd.ts'
import {
  answerOf,
  anyOrder,
  anyText,
  anyToken,
  fullOrder,
  pendingRequest,
  requestOf,
  statusUpdates,
} from './order-samples.ts'
import { cartMessage, fullLine, setupResponse } from './samples.ts'
import { haveShared, readShared } from './shared-data.ts'

const check = haveShared('cxml-dtd')
const utf8 = (text: string) => new TextEncoder().encode(text)

function documentsOf(document: CxmlDocument): XmlElement[] {
  if (document.content?.type !== 'GetPendingResponse') throw new Error(`${document.content?.type}`)
  return document.content.documents
}

/** Written into a response, sent, read out again. */
function through(...documents: CxmlDocument[]): CxmlDocument[] {
  const response = answerOf({ type: 'GetPendingResponse', documents: documents.map((d) => nestDocument(encode(d))) })
  const bytes = encode(response)
  const { findings, ...again } = decode(bytes)
  expect(again).toEqual(response)
  if (check) expect(dtdProblems(bytes)).toEqual([])
  return documentsOf(again).map((tree) => {
    const { findings: _, ...document } = decode(nestedDocument(tree))
    return document
  })
}

describe('a request for what is pending', () => {
  test('reads back as it was and is DTD-valid', () => {
    const bytes = encode(pendingRequest())
    const { findings, ...again } = decode(bytes)
    expect(again).toEqual(pendingRequest())
    expect(findings).toEqual([])
    if (check) expect(dtdProblems(bytes)).toEqual([])
  })

  test('whatever is in it, likewise', () => {
    const content = fc.record(
      {
        type: fc.constant('GetPendingRequest' as const),
        lastReceivedTimestamp: anyText,
        maxMessages: anyText,
        messageTypes: fc.array(anyToken, { minLength: 1, maxLength: 4 }),
      },
      { requiredKeys: ['type', 'messageTypes'] },
    )
    fc.assert(
      fc.property(content, (content) => {
        const bytes = encode(requestOf(content))
        const { findings, ...again } = decode(bytes)
        expect(again).toEqual(requestOf(content))
        if (check) expect(dtdProblems(bytes)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('with one kind, and with none, has a list all the same', () => {
    const read = (types: string) =>
      decode(utf8(new TextDecoder().decode(encode(pendingRequest())).replace(/<MessageType>.*<\/MessageType>/, types)))
        .content
    expect(read('<MessageType> OrderRequest\n</MessageType>')).toMatchObject({ messageTypes: ['OrderRequest'] })
    expect(read('')).toMatchObject({ messageTypes: [] })
  })
})

describe('an answer with what is pending', () => {
  test('holds whole documents, which come out as they went in', () => {
    const documents = [
      requestOf(fullOrder),
      cartMessage(fullLine),
      setupResponse(),
      ...statusUpdates.map(([, u]) => requestOf(u)),
    ]
    expect(through(...documents)).toEqual(documents)
  })

  test('whatever orders are in it, likewise', () => {
    fc.assert(
      fc.property(fc.array(anyOrder, { minLength: 1, maxLength: 3 }), (orders) => {
        expect(through(...orders)).toEqual(orders)
      }),
      { numRuns: 50 },
    )
  })

  test('may hold answers with documents in them', () => {
    const inner = answerOf({ type: 'GetPendingResponse', documents: [nestDocument(encode(requestOf(fullOrder)))] })
    expect(through(inner)).toEqual([inner])
  })

  test('without documents has an empty list', () => {
    const { findings, ...empty } = decode(encode(answerOf({ type: 'GetPendingResponse', documents: [] })))
    expect(documentsOf(empty)).toEqual([])
  })

  test('keeps a document with its findings for later: what is odd about it is found when it is taken out', () => {
    const order = new TextDecoder().decode(encode(requestOf(fullOrder))).replace(' orderID="0004500017734"', '')
    const response = answerOf({ type: 'GetPendingResponse', documents: [nestDocument(utf8(order))] })
    const again = decode(encode(response))
    expect(again.findings).toEqual([])
    const [tree] = documentsOf(again)
    expect(() => decode(nestedDocument(tree as XmlElement))).toThrow(/no orderID/)
  })

  test('names a document’s version and DTD, though inside there is no DOCTYPE', () => {
    const bare = '<cXML payloadID="p" timestamp="t"><Response><Status code="200" text="OK"/></Response></cXML>'
    const named = `<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.020/cXML.dtd">${bare}`
    expect(decode(nestedDocument(nestDocument(utf8(named)))).version).toBe('1.2.020')
    expect(nestDocument(utf8(bare)).attributes).toEqual({ payloadID: 'p', timestamp: 't' })
    const text = new TextDecoder().decode(
      nestedDocument(
        nestDocument(utf8('<cXML version="1.2.055"><Header/><Request><ShipNoticeRequest/></Request></cXML>')),
      ),
    )
    expect(text).toContain('"http://xml.cxml.org/schemas/cXML/1.2.055/Fulfill.dtd"')
    const hostile = nestDocument(utf8('<cXML version="&quot;[&lt;!ENTITY x &quot;y&quot;>]"><Request/></cXML>'))
    expect(new TextDecoder().decode(nestedDocument(hostile))).toContain(
      '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.071/cXML.dtd">',
    )
  })

  test.each<[string, string, number]>([
    ['no cXML', '<html/>', 400],
    ['no XML', 'x', 406],
    ['half a document', '<cXML><Request>', 406],
  ])('takes no bytes that are %s', (_, xml, status) => {
    expect(() => nestDocument(utf8(xml))).toThrow(CxmlError)
    expect(() => nestDocument(utf8(xml))).toThrow(expect.objectContaining({ status }) as unknown as Error)
  })

  test('says by Status 211 that more wait', () => {
    const document = decode(
      readFileSync(join(import.meta.dirname, '../../../fixtures/cxml/generic/get-pending-response.xml')),
    )
    expect(document).toMatchObject({ kind: 'Response', status: { code: '211' } })
    expect(decode(nestedDocument(documentsOf(document)[0] as XmlElement)).content).toMatchObject({
      type: 'OrderRequest',
      header: { orderID: 'PO-1' },
    })
  })

  test.skipIf(!haveShared('cxml-samples'))(
    'of the cXML distribution holds a message that has no codec here: kept whole',
    () => {
      const sample = 'cxml-samples/kazz12211__amazon_punchout/docs/cXML/Examples/GetPendingResponse.xml'
      const [tree] = documentsOf(decode(readShared(sample)))
      expect(decode(nestedDocument(tree as XmlElement))).toMatchObject({
        kind: 'Message',
        payloadID: '456778-200@cxml.workchairs.com',
        content: { type: 'Other', name: 'SubscriptionChangeMessage' },
      })
    },
  )
})
