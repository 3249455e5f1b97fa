// RFC 2387 (multipart/related), RFC 2046 section 5.1, RFC 2045 section 6; cXML Reference Guide, "Attachment Transmission".
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CxmlError } from '../../../protocols/cxml/cxml-error.ts'
import { decode, encode } from '../../../protocols/cxml/document.ts'
import {
  findPart,
  isMultipart,
  type MimePart,
  readMultipart,
  writeMultipart,
} from '../../../protocols/cxml/multipart.ts'
import { profileRequest } from './samples.ts'
import { haveShared, readShared } from './shared-data.ts'

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, i) => i)
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const utf8 = (text: string) => new Uint8Array(Buffer.from(text))
const crlf = (text: string) => text.replaceAll('\n', '\r\n')
const RELATED = 'multipart/related; boundary=b'

/** A message of the root `<a/>` and one part with this header and body. */
function message(header: string, body: Uint8Array | string, newline = '\r\n'): Uint8Array {
  const text = (t: string) => Buffer.from(t.replaceAll('\n', newline), 'utf8')
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return Buffer.concat([
    text(`--b\nContent-Type: text/xml\nContent-ID: <root@x>\n\n<a/>\n--b\n${header}\n\n`),
    bytes,
    text('\n--b--\n'),
  ])
}

function onlyPart(bytes: Uint8Array, contentType = RELATED): MimePart {
  const { parts, findings } = readMultipart(bytes, contentType)
  expect(findings).toEqual([])
  expect(parts).toHaveLength(1)
  return parts[0] as MimePart
}

function refusal(bytes: Uint8Array, contentType = RELATED): CxmlError {
  try {
    readMultipart(bytes, contentType)
  } catch (error) {
    expect(error).toBeInstanceOf(CxmlError)
    return error as CxmlError
  }
  throw new Error('was accepted')
}

/** The header of a stored message, and what an HTTP body would be. */
function stored(message: Uint8Array): { contentType: string; body: Uint8Array } {
  const text = Buffer.from(message).toString('latin1')
  const end = /\r?\n\r?\n/.exec(text)
  const contentType = /^Content-Type: *((?:[^\r\n]|\r?\n[ \t])*)/im.exec(text)?.[1]
  if (!end || !contentType) throw new Error('no header')
  return { contentType: contentType.replace(/\r?\n[ \t]+/g, ' '), body: message.subarray(end.index + end[0].length) }
}

describe('the bytes of a part', () => {
  const samples: [string, Uint8Array][] = [
    ['every byte there is', EVERY_BYTE],
    ['no byte', new Uint8Array()],
    ['line breaks at both ends', latin1('\r\n\n\rx\r\r\n\n')],
    ['a lone CR at the end', latin1('x\r')],
    ['text that begins like a boundary', latin1('--b2\r\n--bb--\r\n --b\r\nx--b')],
  ]

  test.each(samples)('come through 8bit and binary as they were: %s', (_, body) => {
    for (const encoding of ['binary', '8bit', '7bit', 'Binary', '']) {
      const header = `Content-Type: application/octet-stream\nContent-Transfer-Encoding: ${encoding}`
      expect(onlyPart(message(header, body)).bytes).toEqual(body)
      expect(onlyPart(message(header, body, '\n')).bytes).toEqual(body)
    }
  })

  test.each(samples)('come through base64 as they were: %s', (_, body) => {
    const base64 = Buffer.from(body).toString('base64')
    for (const written of [
      base64,
      base64.replace(/.{7}/g, '$&\r\n'),
      base64.replaceAll('=', ''),
      [...body].map((byte) => Buffer.from([byte]).toString('base64')).join(''),
    ])
      expect(onlyPart(message('Content-Transfer-Encoding: BASE64', written)).bytes).toEqual(body)
  })

  test.each<[string, string, string]>([
    ['escapes in both cases', 'a=3D=e9=E9', 'a=\xe9\xe9'],
    ['soft line breaks, blanks behind them', 'a=\r\nb= \t\r\nc=\nd', 'abcd'],
    ['line breaks stay as they are', 'a\r\nb\nc', 'a\r\nb\nc'],
    ['blanks before a line break were added on the way', 'a \t\r\nb  ', 'a\r\nb'],
    ['blanks that are escaped, or stand before a soft break, are meant', 'a=20\r\nb =\r\nc', 'a \r\nb c'],
    ['an equals sign that escapes nothing stands for itself', 'x=zz y== =', 'x=zz y== ='],
  ])('in quoted-printable: %s', (_, written, body) => {
    expect(onlyPart(message('Content-Transfer-Encoding: quoted-printable', written)).bytes).toEqual(latin1(body))
  })

  test('in an encoding nobody knows stand as they came, with a finding', () => {
    const { parts, findings } = readMultipart(message('Content-Transfer-Encoding: x-uuencode', 'M1'), RELATED)
    expect(parts[0]?.bytes).toEqual(utf8('M1'))
    expect(findings).toMatchObject([{ code: 'multipart', message: expect.stringContaining('x-uuencode') }])
  })

  test.each([
    ['foreign characters', 'aGVs*G8='],
    ['a character too few', 'aGVsb'],
  ])('in damaged base64 are refused, 406: %s', (_, written) => {
    expect(refusal(message('Content-Transfer-Encoding: base64', written))).toMatchObject({ status: 406 })
  })
})

describe('the root', () => {
  const two = (...ids: string[]) => utf8(crlf(`${ids.map((id) => `--b\nContent-ID: ${id}\n\n${id}\n`).join('')}--b--`))
  const rootText = (bytes: Uint8Array, contentType: string) =>
    Buffer.from(readMultipart(bytes, contentType).root.bytes).toString()

  test('is the part that start names, with or without <>, quoted or not', () => {
    for (const start of ['"<2@x>"', '<2@x>', '2@x', '"2@x"', '"<cid:2@x>"'])
      expect(rootText(two('<1@x>', '<2@x>'), `${RELATED}; start=${start}; type="text/xml"`)).toBe('<2@x>')
  })

  test('is the first part when there is no start', () => {
    expect(rootText(two('<1@x>', '<2@x>'), RELATED)).toBe('<1@x>')
  })

  test('is the first part when start names none, with a finding', () => {
    const { root, findings } = readMultipart(two('<1@x>', '<2@x>'), `${RELATED}; start="<3@x>"`)
    expect(root.contentId).toBe('1@x')
    expect(findings).toMatchObject([{ code: 'multipart', message: expect.stringContaining('3@x') }])
  })

  test('has the charset of its Content-Type: the document in it is read by it', () => {
    const document = latin1(
      Buffer.from(encode(profileRequest())).toString().replace(' encoding="UTF-8"', '').replace('Tests 1.0', 'Größe'),
    )
    const bytes = Buffer.concat([
      utf8(crlf('--b\nContent-Type: TEXT/XML; charset="iso-8859-1"\n\n')),
      document,
      utf8('\r\n--b--'),
    ])
    const { root } = readMultipart(bytes, RELATED)
    expect(root).toMatchObject({ contentType: 'text/xml', charset: 'iso-8859-1', bytes: document })
    expect(decode(root.bytes, root)).toMatchObject({
      header: { sender: { userAgent: 'Größe' } },
    })
  })
})

describe('a part’s header', () => {
  test.each<[string, string, string | undefined]>([
    ['a name in Content-Disposition', 'Content-Disposition: attachment; filename="plan b.pdf"', 'plan b.pdf'],
    ['a name in Content-Type', 'Content-Type: application/pdf; name=plan.pdf', 'plan.pdf'],
    ['RFC 2231, percent-encoded', "Content-Disposition: attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe.pdf", 'größe.pdf'],
    [
      'RFC 2231, another charset',
      "Content-Disposition: attachment; filename*=iso-8859-1'de'gr%F6%DFe.pdf",
      'größe.pdf',
    ],
    [
      'RFC 2231, in pieces',
      'Content-Disposition: attachment;\n filename*0*=UTF-8\'\'gr%C3;\n filename*1*=%B6; filename*2="ße 100%.pdf"',
      'größe 100%.pdf',
    ],
    [
      'RFC 2047, base64',
      'Content-Disposition: attachment; filename="=?UTF-8?B?Z3LDtsOfZQ==?= =?utf-8?Q?_b=2Epdf?="',
      'größe b.pdf',
    ],
    ['UTF-8 as it stands', 'Content-Disposition: attachment; filename="größe.pdf"', 'größe.pdf'],
    ['an escaped quote', 'Content-Disposition: attachment; filename="a\\"b.pdf"', 'a"b.pdf'],
    ['folders are cut off', 'Content-Disposition: attachment; filename="../../etc/passwd"', 'passwd'],
    ['folders of Windows likewise', 'Content-Disposition: attachment; filename="C:\\temp\\new.txt"', 'new.txt'],
    ['encoded folders likewise', "Content-Disposition: attachment; filename*=UTF-8''..%2F..%2Fa.txt", 'a.txt'],
    ['a folder only is no name', 'Content-Disposition: attachment; filename=".."', undefined],
    [
      'control and direction marks are cut out',
      "Content-Disposition: attachment; filename*=UTF-8''a%00%E2%80%AEfdp.exe%0A",
      'afdp.exe',
    ],
    ['an unknown charset', "Content-Disposition: attachment; filename*=x-fancy''a.txt", 'a.txt'],
  ])('%s', (_, header, name) => {
    expect(onlyPart(message(header, 'x')).fileName).toBe(name)
  })

  test('in any case, folded, with a blank before the colon, first one of two', () => {
    const part = onlyPart(message('CONTENT-TYPE : application/\n pdf\ncontent-id:\n\t<1@x>\nContent-ID: <2@x>', 'x'))
    expect(part).toEqual({ contentType: 'application/ pdf', contentId: '1@x', bytes: utf8('x') })
  })

  test('may be missing, and so may the empty line behind it', () => {
    expect(readMultipart(utf8('--b\r\n\r\n<a/>\r\n--b--'), RELATED).root).toEqual({
      contentType: 'text/plain',
      bytes: utf8('<a/>'),
    })
    expect(readMultipart(utf8('--b\n<a>\n</a>\n--b--'), RELATED).root.bytes).toEqual(utf8('<a>\n</a>'))
    expect(readMultipart(utf8('--b\nContent-Type: text/xml\n<a/>\n--b--'), RELATED).root).toEqual({
      contentType: 'text/xml',
      bytes: utf8('<a/>'),
    })
    expect(readMultipart(utf8('--b\nContent-Type: text/xml\n--b--'), RELATED).root.bytes).toEqual(new Uint8Array())
  })
})

describe('the message', () => {
  test('has a preamble and an epilogue, which are no parts', () => {
    const bytes = utf8(
      crlf('MIME-Version: 1.0\n\nThis is MIME. --b\n--b \t\n\nroot\n--b\n\npart\n--b--  \n--b\n\nafter\n'),
    )
    const { root, parts } = readMultipart(bytes, RELATED)
    expect([root, ...parts].map((p) => Buffer.from(p.bytes).toString())).toEqual(['root', 'part'])
  })

  test('may be multipart/mixed, and hold a multipart: its parts stand in its place', () => {
    const inner = '--i\n\nroot\n--i\nContent-ID: <1>\n\none\n--i--\n'
    const bytes = utf8(
      crlf(`--b\nContent-Type: multipart/related; boundary="i"\n\n${inner}\n--b\nContent-ID: <2>\n\ntwo\n--b--`),
    )
    const read = readMultipart(bytes, 'Multipart/Mixed; Boundary="b"')
    expect([read.root, ...read.parts].map((p) => Buffer.from(p.bytes).toString())).toEqual(['root', 'one', 'two'])
  })

  test.each([
    ['multipart/related; boundary=b', true],
    ['Multipart/Mixed', true],
    ['text/xml; charset=utf-8', false],
    ['', false],
    [undefined, false],
  ])('is told by its Content-Type: %s', (contentType, multipart) => {
    expect(isMultipart(contentType)).toBe(multipart)
  })

  test('with two parts of one Content-ID: the first counts, with a finding', () => {
    const bytes = utf8(crlf('--b\n\nr\n--b\nContent-ID: <1>\n\na\n--b\nContent-ID: <1>\n\nb\n--b--'))
    const read = readMultipart(bytes, RELATED)
    expect(read.findings).toMatchObject([{ code: 'multipart', message: expect.stringContaining('same Content-ID') }])
    expect(findPart(read, 'cid:1')?.bytes).toEqual(utf8('a'))
  })
})

describe('a cid: URL (RFC 2392)', () => {
  const part = (contentId: string): MimePart => ({ contentId, contentType: 'text/plain', bytes: utf8(contentId) })
  const parts = ['1@x', 'a%b@x', 'ä/1@x', 'test.pdf'].map(part)
  const nameless: MimePart = { contentType: 'text/plain', bytes: new Uint8Array() }

  test.each<[string, string | undefined]>([
    ['cid:1@x', '1@x'],
    ['CID:1@x', '1@x'],
    [' cid:<1@x>\n', '1@x'],
    ['cid:1%40x', '1@x'],
    ['cid:a%b@x', 'a%b@x'],
    ['cid:a%25b@x', 'a%b@x'],
    ['cid:%C3%A4%2F1@x', 'ä/1@x'],
    ['cid: test.pdf', 'test.pdf'],
    ['cid:2@x', undefined],
    ['cid:', undefined],
    ['cid:%', undefined],
    ['1@x', undefined],
    ['https://x.example/cid:1@x', undefined],
  ])('%s', (url, id) => {
    expect(findPart({ parts: [nameless, ...parts] }, url)?.contentId).toBe(id)
  })
})

describe('a message that is refused', () => {
  const deep = (levels: number): string =>
    levels === 0
      ? '\nx'
      : `Content-Type: multipart/mixed; boundary=b${levels}\n\n--b${levels}\n${deep(levels - 1)}\n--b${levels}--\n`

  test.each<[string, string, string, number, RegExp]>([
    ['no multipart', 'x', 'text/xml', 406, /text\/xml is no multipart/],
    ['no boundary', '--b\n\nx\n--b--', 'multipart/related', 406, /no usable boundary/],
    ['an empty boundary', '--\n\nx\n----', 'multipart/related; boundary=""', 406, /no usable boundary/],
    ['a boundary beyond measure', 'x', `multipart/related; boundary=${'b'.repeat(201)}`, 406, /no usable boundary/],
    ['no part at all', 'x', RELATED, 406, /has no part/],
    ['only an end', '--b--', RELATED, 406, /has no part/],
    ['an empty body', '', RELATED, 406, /has no part/],
    ['no end: it was cut off', '--b\n\n<a/>\n--b\n\nx', RELATED, 406, /cut off/],
    ['an end that is half there', '--b\n\n<a/>\n--b', RELATED, 406, /cut off/],
    [
      'no end of a multipart inside',
      '--b\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--b--',
      RELATED,
      406,
      /cut off/,
    ],
    ['501 parts', `${'--b\n\n\n'.repeat(501)}--b--`, RELATED, 499, /more than 500 parts/],
    ['100,000 parts', `${'--b\n\n\n'.repeat(100_000)}--b--`, RELATED, 499, /more than 500 parts/],
    [
      '500 parts in each of two multiparts',
      `${`--b\nContent-Type: multipart/mixed; boundary=i\n\n${'--i\n\n\n'.repeat(400)}--i--\n`.repeat(2)}--b--`,
      RELATED,
      499,
      /more than 500 parts/,
    ],
    ['a flood of headers', `--b\n${'X-A: b\n'.repeat(10_000)}\n<a/>\n--b--`, RELATED, 499, /more than 16384 bytes/],
    ['a header line without end', `--b\nX-A: ${'b'.repeat(1_000_000)}\n--b--`, RELATED, 499, /more than 16384 bytes/],
    ['a folded line without end', `--b\nX-A: b\n${' c\n'.repeat(100_000)}--b--`, RELATED, 499, /more than 16384 bytes/],
    ['multiparts in multiparts, 200 levels', `--b\n${deep(200)}\n--b--`, RELATED, 499, /levels deep/],
    ['a multipart in itself', `--b\nContent-Type: ${RELATED}\n\n--b\n\nx\n--b--`, RELATED, 406, /has no part/],
  ])('%s', (_, body, contentType, status, says) => {
    for (const bytes of [utf8(body), utf8(crlf(body))]) {
      const error = refusal(bytes, contentType)
      expect(error.message).toMatch(says)
      expect(error.status).toBe(status)
    }
  })

  test('more bytes than the limit: 499', () => {
    expect(() => readMultipart(new Uint8Array(11), RELATED, { bytes: 10 })).toThrow(
      expect.objectContaining({ status: 499 }) as unknown as Error,
    )
  })

  test('500 parts are accepted', () => {
    expect(readMultipart(utf8(`${'--b\n\n\n'.repeat(500)}--b--`), RELATED).parts).toHaveLength(499)
  })
})

describe('any bytes', () => {
  test('are read or refused with CxmlError', () => {
    const piece = fc.constantFrom(
      '--b',
      '--',
      '\r\n',
      '\n',
      '\r',
      ' ',
      ':',
      ';',
      '=',
      '"',
      "'",
      '%',
      '*',
      '?',
      '<',
      '>',
      '\\',
      'Content-Type',
      'multipart/related',
      'boundary=b',
      'Content-Transfer-Encoding: base64\n',
      'quoted-printable',
      'filename*0*',
      '=?UTF-8?B?',
      'ä',
      '\0',
    )
    const body = fc
      .array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 60 })
      .map((p) => p.join(''))
    fc.assert(
      fc.property(body, body, (text, type) => {
        for (const contentType of [RELATED, type, `${RELATED};${type}`])
          try {
            const { root, parts } = readMultipart(utf8(text), contentType)
            findPart({ parts }, text)
            expect(root.bytes.length).toBeLessThanOrEqual(Buffer.byteLength(text))
          } catch (error) {
            if (!(error instanceof CxmlError)) throw error
          }
      }),
      { numRuns: 2000 },
    )
  })

  test.each<[string, string]>([
    ['text like a boundary', `--${'a'.repeat(69)}`],
    ['boundaries in the middle of lines', ` --${'a'.repeat(70)}`],
    ['boundary lines that go on', `\n--${'a'.repeat(70)}x`],
    ['the boundary’s first letter', 'a'],
    ['line breaks', '\n'],
    ['equals signs', '='],
    ['equals signs and blanks', '= '],
    ['blanks', ' '],
    ['padded base64', 'AA=='],
  ])(
    'of 20 MB of %s take linear time, not a minute',
    (_, piece) => {
      const boundary = 'a'.repeat(70)
      const filler = piece.repeat((20 * 1024 * 1024) / piece.length)
      for (const encoding of ['binary', 'base64', 'quoted-printable']) {
        const body = `--${boundary}\nContent-Transfer-Encoding: ${encoding}\n\n${filler}\n--${boundary}--`
        try {
          readMultipart(latin1(body), `multipart/related; boundary=${boundary}`)
        } catch (error) {
          expect(error).toBeInstanceOf(CxmlError)
        }
      }
    },
    30_000,
  )
})

describe('a message we write', () => {
  const token = fc.stringMatching(/^[A-Za-z0-9._+-]{1,20}$/)
  const bytes = fc.uint8Array({ maxLength: 400 })
  const fileName = fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      fc.constantFrom('größe.pdf', "a'b(1)*.pdf", '100%.txt', '=?UTF-8?B?eA==?='),
    )
    .map((s) => s.replace(/[\p{Cc}\p{Cf}\p{Cs}\ufffd/\\]/gu, '').trim())
    .filter((s) => !/^\.*$/.test(s))
  const part: fc.Arbitrary<MimePart> = fc.record(
    {
      contentId: token.map((t) => `${t}@buyer.example`),
      contentType: fc.constantFrom('application/pdf', 'text/plain', 'image/png'),
      charset: fc.constantFrom('utf-8', 'iso-8859-1'),
      fileName,
      bytes,
    },
    { requiredKeys: ['contentType', 'bytes'] },
  )

  test('reads back as it was, whatever the parts are', () => {
    const root = fc.record({
      contentId: fc.constant('root@hub'),
      contentType: fc.constant('text/xml'),
      charset: fc.constant('UTF-8'),
      bytes,
    })
    fc.assert(
      fc.property(root, fc.uniqueArray(part, { maxLength: 4, selector: (p) => p.contentId ?? p }), (root, parts) => {
        const written = writeMultipart({ root, parts }, 'b42')
        expect(readMultipart(written.bytes, written.contentType)).toEqual({ root, parts, findings: [] })
      }),
      { numRuns: 300 },
    )
  })

  test.each<[string, Partial<MimePart>, string]>([
    ['a boundary that occurs in the root', {}, 'x'],
    ['a boundary with blanks', {}, 'a b'],
    ['no boundary', {}, ''],
    ['a root without Content-ID', { contentId: undefined as unknown as string }, 'b'],
    ['a header in the Content-ID', { contentId: 'a>\r\nX: y' }, 'b'],
    ['a header in the Content-Type', { contentType: 'text/xml\r\nX: y' }, 'b'],
    ['a header in the charset', { charset: 'utf-8"\r\nX: y' }, 'b'],
    ['half a character in the file name', { fileName: '\ud800' }, 'b'],
  ])('is refused with %s', (_, change, boundary) => {
    const root: MimePart = { contentId: 'r', contentType: 'text/xml', bytes: utf8('<a>--x</a>'), ...change }
    expect(() => writeMultipart({ root, parts: [] }, boundary)).toThrow(CxmlError)
  })
})

describe('an order with attachments', () => {
  const fixture = (name: string) =>
    new Uint8Array(readFileSync(join(import.meta.dirname, '../../../fixtures/cxml', name)))

  test('of Ariba: the order second, a PDF and a text that lines refer to', () => {
    const { contentType, body } = stored(fixture('ariba/order-request-new.mime'))
    const multipart = readMultipart(body, contentType)
    expect(multipart.findings).toEqual([])
    expect(multipart.root).toEqual({
      contentId: 'order-17734@procure.almere.example',
      contentType: 'text/xml',
      charset: 'UTF-8',
      bytes: fixture('ariba/order-request-new.xml'),
    })
    const order = decode(multipart.root.bytes, multipart.root).content
    if (order?.type !== 'OrderRequest') throw new Error('no order')
    const urls = [order.header, ...order.items].flatMap(({ comments = [] }) =>
      comments.flatMap(({ attachments = [] }) => attachments.map(({ url }) => url)),
    )
    const [terms, print] = urls.map((url) => findPart(multipart, url))
    expect(terms).toMatchObject({ contentType: 'application/pdf', fileName: 'inkoopvoorwaarden.pdf' })
    expect(Buffer.from(terms?.bytes ?? []).toString('latin1')).toMatch(/^%PDF-1\.4\n%\xe2\xe3\xcf\xd3\n[^\r]*%%EOF\n$/)
    expect(print).toEqual({
      contentId: 'print/2@procure.almere.example',
      contentType: 'text/plain',
      charset: 'utf-8',
      fileName: 'tekening Büro.txt',
      bytes: utf8('Logo links, tekst rechts: „Büro“ = blauw\r\n'),
    })
  })

  test.skipIf(!haveShared('cxml-hostile'))(
    'with a file name that climbs out of its folder is read, the name cut to its last step',
    () => {
      const { contentType, body } = stored(readShared('cxml-hostile/order_multipart_related.mime'))
      const multipart = readMultipart(body, contentType)
      const order = decode(multipart.root.bytes, multipart.root).content
      if (order?.type !== 'OrderRequest') throw new Error('no order')
      const url = order.header.comments?.[0]?.attachments?.[0]?.url
      expect(url).toBe('cid:att1@buyer.example')
      expect(findPart(multipart, url as string)).toEqual({
        contentId: 'att1@buyer.example',
        contentType: 'text/plain',
        fileName: 'spec.txt',
        bytes: utf8('hello attachment'),
      })
    },
  )
})
