// Every sample document of ../shared/data/cxml-samples: decoded and round-tripped, or refused for a reason a person agrees with.
import { describe, expect, test } from 'vitest'
import { CxmlError } from '../../../protocols/cxml/cxml-error.ts'
import { type CxmlDocument, decode, encode } from '../../../protocols/cxml/document.ts'
import { dtdProblems } from './dtd.ts'
import { haveShared, listShared, readShared } from './shared-data.ts'

/** Why these are no cXML documents. A file missing here must decode. */
const refused: Record<string, RegExp> = {
  'Model/SerializerTest.php.doc8.xml': /Header needs a From/,
  'Model/SerializerTest.php.doc9.xml': /Header needs a From/,
  'cxml/samples/Index.xml': /root element is Index/,
  'Examples/Index.xml': /root element is Index/,
  'Examples/Contract.xml': /root element is Contract/,
  'Examples/Supplier.xml': /root element is Supplier/,
  'Examples/SGML.OrderRequest.xml': /DOCTYPE declares entities/,
  'PurchasingPlatform__cxml/spec/fixtures/response_status_400.xml': /must have a blank before it/,
  'tests/qa_live.py.doc1.xml': /follows the end of the root/,
  'tests/qa_live.py.doc2.xml': /DOCTYPE declares entities/,
  'tests/test_differ.py.doc1.xml': /needs a Header/,
  'tests/test_differ.py.doc2.xml': /needs a Header/,
  'fixtures/item_in.xml': /root element is ItemIn/,
  'fixtures/punch_out_order_message_doc.xml': /root element is cxml, not cXML/,
}

function contentName(document: CxmlDocument): string {
  const { content } = document
  if (!content) return 'Status'
  return content.type === 'Other' ? `${content.name} (kept)` : content.type
}

describe.skipIf(!haveShared('cxml-samples'))('the sample corpus', () => {
  const files = haveShared('cxml-samples') ? listShared('cxml-samples', '.xml') : []

  test('is decoded or refused; the table', () => {
    const table = files.map((file) => {
      const short = file.replace('cxml-samples/', '').replace(/^(.{20}).*(.{45})$/, '$1…$2')
      try {
        const document = decode(readShared(file))
        const findings = [...new Set(document.findings.map((f) => f.code))].join(' ')
        return {
          file: short,
          decoded: `${document.kind} ${contentName(document)}`,
          'findings, or why refused': findings,
        }
      } catch (error) {
        const { status, message } = error as CxmlError
        return { file: short, decoded: `refused, ${status}`, 'findings, or why refused': message }
      }
    })
    console.table(table)
    expect(files.length).toBeGreaterThan(80)
  })

  test.each(files)('%s reads, is written and reads the same, or is refused with a reason', (file) => {
    const reason = Object.entries(refused).find(([ending]) => file.endsWith(ending))?.[1]
    if (reason) {
      expect(() => decode(readShared(file))).toThrow(reason)
      expect(() => decode(readShared(file))).toThrow(CxmlError)
      return
    }
    const { findings, ...document } = decode(readShared(file))
    const { findings: _, ...again } = decode(encode(document))
    expect(again).toEqual(document)
  })

  test('every document that has a codec is typed; the others are kept', () => {
    const accepted = files.filter((file) => !Object.keys(refused).some((ending) => file.endsWith(ending)))
    const names = new Set(accepted.map((file) => contentName(decode(readShared(file)))))
    expect([...names].filter((name) => name.endsWith(' (kept)')).sort()).toEqual([
      'CatalogUploadRequest (kept)',
      'CopyRequest (kept)',
      'ProductActivityMessage (kept)',
      'QuoteMessage (kept)',
      'SubscriptionChangeMessage (kept)',
      'SubscriptionContentRequest (kept)',
      'SubscriptionContentResponse (kept)',
      'SubscriptionListRequest (kept)',
      'SubscriptionListResponse (kept)',
      'SupplierChangeMessage (kept)',
      'SupplierDataRequest (kept)',
      'SupplierDataResponse (kept)',
      'SupplierListRequest (kept)',
      'SupplierListResponse (kept)',
    ])
    for (const name of [
      'OrderRequest',
      'StatusUpdateRequest',
      'GetPendingRequest',
      'GetPendingResponse',
      'ConfirmationRequest',
      'ShipNoticeRequest',
      'InvoiceDetailRequest',
    ])
      expect(names).toContain(name)
  })

  test('a document that was valid is valid when written again', () => {
    const broken: string[] = []
    for (const file of files) {
      if (Object.keys(refused).some((ending) => file.endsWith(ending))) continue
      const document = decode(readShared(file))
      const bytes = encode({ ...document, version: '1.2.071' })
      const original = withDocumentType(readShared(file), bytes)
      if (original && dtdProblems(original).length === 0 && dtdProblems(bytes).length > 0)
        broken.push(`${file}: ${dtdProblems(bytes).join('; ')}`)
    }
    expect(broken).toEqual([])
  })
})

/** The original below the DOCTYPE of the rewritten document, so that both are held against the same DTD. */
function withDocumentType(original: Uint8Array, rewritten: Uint8Array): Uint8Array | null {
  const text = new TextDecoder().decode(original)
  const start = text.indexOf('<cXML')
  const doctype = /^.*?<!DOCTYPE[^>]*>/s.exec(new TextDecoder().decode(rewritten))?.[0]
  return start < 0 || !doctype ? null : new TextEncoder().encode(doctype + text.slice(start))
}

const hostile: [string, number | null, RegExp | null][] = [
  ['attr_flood_20000.xml', 499, /more than 100 attributes/],
  ['bare_ampersand.xml', 406, /"&" must be written "&amp;"/],
  ['deep_nesting_20000.xml', 499, /more than 64 levels/],
  ['duplicate_attr.xml', 406, /payloadID of <cXML> is there twice/],
  ['entity_bomb_billion_laughs.xml', 406, /DOCTYPE declares entities/],
  ['truncated.xml', 406, /document ends inside/],
  ['xxe_file.xml', 406, /DOCTYPE declares entities/],
  ['xxe_http.xml', 406, /DOCTYPE declares entities/],
  ['bom_utf8.xml', null, null],
  ['doctype_public.xml', null, null],
  ['edit.xml', null, null],
  ['inspect.xml', null, null],
  ['formpost_http_internal.xml', null, null],
  ['formpost_open_redirect_js.xml', null, null],
  ['latin1_declared.xml', null, null],
  ['lowercase_domain.xml', null, /domain-spelling/],
  ['no_doctype.xml', null, /no-doctype/],
  ['source_with_SelectedItem.xml', null, /selected-item/],
  ['z_timestamp.xml', null, /timestamp-utc-z/],
]

describe.skipIf(!haveShared('cxml-hostile'))('hostile and odd documents', () => {
  test('are all in the table', () => {
    if (!haveShared('cxml-hostile')) return
    expect(hostile.map(([file]) => `cxml-hostile/${file}`).sort()).toEqual(listShared('cxml-hostile', '.xml'))
  })

  test.each(hostile)('%s: Status %s, %s', (file, status, says) => {
    const bytes = readShared(`cxml-hostile/${file}`)
    const start = performance.now()
    let outcome: { status: number | null; text: string }
    try {
      outcome = {
        status: null,
        text: decode(bytes)
          .findings.map((f) => f.code)
          .join(' '),
      }
    } catch (error) {
      expect(error).toBeInstanceOf(CxmlError)
      outcome = { status: (error as CxmlError).status, text: (error as CxmlError).message }
    }
    expect(outcome.status).toBe(status)
    if (says) expect(outcome.text).toMatch(says)
    else expect(outcome.text).toBe('')
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
