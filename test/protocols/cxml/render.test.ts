// cXML Reference Guide, PunchOut and Profile chapters; cXML.dtd 1.2.071: what we write is valid and reads back as it was.
import { describe, expect, test } from 'vitest'
import { type CxmlDocument, decode, encode } from '../../../protocols/cxml/document.ts'
import { statusCodes, statusOf } from '../../../protocols/cxml/status.ts'
import { dtdProblems } from './dtd.ts'
import * as samples from './samples.ts'
import { haveShared } from './shared-data.ts'

const documents: [string, CxmlDocument][] = [
  ['PunchOutSetupRequest create with SelectedItem', samples.setupRequest('create')],
  ['PunchOutSetupRequest edit with ItemOut', samples.setupRequest('edit')],
  ['PunchOutSetupRequest inspect with ItemOut', samples.setupRequest('inspect')],
  ['PunchOutSetupRequest source', samples.setupRequest('source')],
  ['PunchOutSetupResponse', samples.setupResponse()],
  [
    'PunchOutOrderMessage, every optional part, a composite line with its part',
    samples.cartMessage(samples.fullLine, samples.partLine),
  ],
  ['PunchOutOrderMessage without lines', samples.cartMessage()],
  ['PunchOutOrderMessage with Status 204: the shopper cancelled', samples.cancelMessage()],
  ['ProfileRequest', samples.profileRequest()],
  ['ProfileResponse', samples.profileResponse()],
  ...Object.keys(statusCodes).map((code): [string, CxmlDocument] => [
    `Response with Status ${code}`,
    { kind: 'Response', ...samples.envelope, status: statusOf(Number(code), 'Größe & <mehr>', 'de') },
  ]),
]

describe('a typed document', () => {
  test.each(documents)('%s reads back as it was written', (_, document) => {
    const { findings, ...again } = decode(encode(document))
    expect(again).toEqual(document)
    expect(findings).toEqual([])
  })

  test.skipIf(!haveShared('cxml-dtd')).each(documents)('%s is valid against its DTD', (_, document) => {
    expect(dtdProblems(encode(document))).toEqual([])
  })

  test.skipIf(!haveShared('cxml-dtd'))('out of order would be found invalid: the check is a check', () => {
    const text = new TextDecoder().decode(encode(samples.setupResponse()))
    const broken = text.replace('<StartPage>', '<Nonsense/><StartPage>')
    expect(dtdProblems(new TextEncoder().encode(broken)).join()).toMatch(/Nonsense/)
  })

  test('is UTF-8 with XML declaration, DOCTYPE and version 1.2.071 by default', () => {
    const { version, ...document } = samples.setupResponse()
    expect(version).toBe('1.2.071')
    const text = new TextDecoder().decode(encode(document))
    expect(text).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<!DOCTYPE cXML SYSTEM "http:\/\/xml.cxml.org\/schemas\/cXML\/1.2.071\/cXML.dtd">\n<cXML /,
    )
    expect(text).toContain(' version="1.2.071"')
  })

  test.each([
    ['a control character', 'a\u0000b'],
    ['a lone high surrogate', 'a\ud800b'],
    ['a lone low surrogate', 'a\udc00'],
    ['a non-character', '\uffff'],
  ])('with %s is refused, with the place in the message', (_, text) => {
    const line = { ...samples.partLine, itemID: { supplierPartID: text } }
    expect(() => encode(samples.cartMessage(line))).toThrow(/can't be written in XML; it follows ".*<SupplierPartID>/)
  })
})
