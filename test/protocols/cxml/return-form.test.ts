// cXML Reference Guide, PunchOutOrderMessage: the form fields cxml-urlencoded and cxml-base64.
import { describe, expect, test } from 'vitest'
import { type CxmlDocument, decode } from '../../../protocols/cxml/document.ts'
import { readReturnForm, returnForm } from '../../../protocols/cxml/return-form.ts'
import { cancelMessage, cartMessage, fullLine, partLine } from './samples.ts'
import { haveShared, readShared } from './shared-data.ts'

const documents: [string, CxmlDocument][] = [
  ['a full cart', cartMessage(fullLine, partLine)],
  ['an empty cart', cartMessage()],
  ['a cancellation', cancelMessage()],
]

describe('the form', () => {
  test.each(documents)('of %s reads back as it was, in both encodings', (_, document) => {
    for (const encoding of ['cxml-urlencoded', 'cxml-base64'] as const) {
      const { name, value } = returnForm(document, encoding)
      expect(name).toBe(encoding)
      const { findings, ...again } = readReturnForm({ other: 'x', [name]: value })
      expect(again).toEqual(document)
    }
  })

  test('cxml-urlencoded is US-ASCII with numeric references, not percent-encoded', () => {
    const { value } = returnForm(cartMessage(fullLine), 'cxml-urlencoded')
    expect(value).toMatch(/^<\?xml [\t\n\x20-\x7e]*$/)
    expect(value).toContain('B&#252;ro')
    expect(value).toContain('&#119070;')
    expect(value).not.toContain('%3C')
  })

  test.each(['From', 'To', 'Sender'])('never carries the SharedSecret of %s through a browser', (party) => {
    const document = cartMessage()
    const key = party.toLowerCase() as 'from' | 'to' | 'sender'
    const credentials = [{ domain: 'DUNS', identity: '1', sharedSecret: 's3cret' }]
    document.header = { ...document.header, [key]: { ...document.header[key], credentials } }
    expect(() => returnForm(document, 'cxml-base64')).toThrow(`${party} holds a SharedSecret`)
    expect(() => returnForm(document, 'cxml-urlencoded')).toThrow(
      expect.objectContaining({ code: 'shared-secret' }) as unknown as Error,
    )
  })

  test('nor one hidden in a kept part', () => {
    const document = cartMessage()
    const secret = { name: 'SharedSecret', attributes: {}, children: ['s3cret'] }
    const node = {
      name: 'Node',
      attributes: {},
      children: [{ name: 'Credential', attributes: {}, children: [secret] }],
    }
    document.header = { ...document.header, kept: { elements: [{ name: 'Path', attributes: {}, children: [node] }] } }
    expect(() => returnForm(document, 'cxml-base64')).toThrow(/never pass through a browser/)
  })
})

describe('a posted form', () => {
  const { value } = returnForm(cartMessage(fullLine), 'cxml-urlencoded')
  const base64 = returnForm(cartMessage(fullLine), 'cxml-base64').value

  test.each([
    ['field name in another case', { 'cXML-URLencoded': value }],
    ['base64 field in another case', { 'cXML-base64': base64 }],
    ['percent-encoded once too often', { 'cxml-urlencoded': encodeURIComponent(value) }],
    ['base64 with line breaks', { 'cxml-base64': base64.replace(/(.{76})/g, '$1\r\n') }],
    ['base64 whose + became a blank', { 'cxml-base64': base64.replaceAll('+', ' ') }],
  ])('%s is read', (_, fields) => {
    expect(readReturnForm(fields as Record<string, string>).content).toEqual(cartMessage(fullLine).content)
  })

  test.each([
    ['no field', {}, 400],
    ['another field', { cxml: '<cXML/>' }, 400],
    ['no base64', { 'cxml-base64': '<cXML/>' }, 400],
    ['broken percent-encoding', { 'cxml-urlencoded': '%3Ccxml%ZZ' }, 400],
    ['no XML', { 'cxml-urlencoded': 'hello' }, 406],
  ])('%s is refused', (_, fields, status) => {
    expect(() => readReturnForm(fields as Record<string, string>)).toThrow(
      expect.objectContaining({ name: 'CxmlError', status }) as unknown as Error,
    )
  })

  test
    .skipIf(!haveShared('cxml-hostile'))
    .each(['formbody_cxml-urlencoded_ascii.txt', 'formbody_cxml-urlencoded_double.txt', 'formbody_cxml-base64.txt'])(
    'of another supplier, %s, is read',
    (file) => {
      const body = new TextDecoder().decode(readShared(`cxml-hostile/${file}`))
      const document = readReturnForm(Object.fromEntries(new URLSearchParams(body)))
      expect(document.content).toMatchObject({
        buyerCookie: 'c-42',
        items: [{ itemID: { supplierPartID: 'A+B 1' }, itemDetail: { descriptions: [{ text: 'Büro & Stift “5€”' }] } }],
      })
    },
  )
})

test('a form value that decodes is a document like any other', () => {
  expect(decode(new TextEncoder().encode(returnForm(cartMessage(), 'cxml-urlencoded').value)).kind).toBe('Message')
})
