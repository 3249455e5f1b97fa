import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CALL_UP_LIMITS,
  CART_LIMITS,
  decodeForm,
  encodeForm,
  type Field,
  knownCharset,
} from '../../../protocols/oci/form-fields.ts'
import { OciError } from '../../../protocols/oci/oci-error.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

describe('application/x-www-form-urlencoded, WHATWG URL section 5', () => {
  it('reads blanks, escapes, empty values and repeated names in order', () => {
    expect(decodeForm(bytes('a=1+2&b=%C3%A9&a=&c&=x&&d=e=f'))).toEqual([
      ['a', '1 2'],
      ['b', 'é'],
      ['a', ''],
      ['c', ''],
      ['', 'x'],
      ['d', 'e=f'],
    ])
  })

  it('keeps a malformed percent escape as text', () => {
    expect(decodeForm(bytes('a=100%&b=%zz&c=%4&d=%41%'))).toEqual([
      ['a', '100%'],
      ['b', '%zz'],
      ['c', '%4'],
      ['d', 'A%'],
    ])
  })

  it.each([
    ['iso-8859-1', 'Maß 10°', 'Ma%DF+10%B0'],
    ['windows-1252', '10 € – «gut»', '10+%80+%96+%ABgut%BB'],
    ['utf-8', '日本 €', '%E6%97%A5%E6%9C%AC+%E2%82%AC'],
    ['shift_jis', '日本', '%93%FA%96%7B'],
    ['iso-8859-15', '€', '%A4'],
  ])('reads and writes %s', (charset, text, encoded) => {
    expect(Buffer.from(encodeForm([['x', text]], charset)).toString('latin1')).toBe(`x=${encoded}`)
    expect(decodeForm(bytes(`x=${encoded}`), charset)).toEqual([['x', text]])
  })

  it('reads UTF-8 and, where it is not valid UTF-8, windows-1252 when no charset is named', () => {
    expect(decodeForm(bytes('a=%C3%BC&b=%FC&c=\xfc&d=%EF%BF%BD'))).toEqual([
      ['a', 'ü'],
      ['b', 'ü'],
      ['c', 'ü'],
      ['d', '\uFFFD'],
    ])
  })

  it('posts what a charset lacks as numeric references, as browsers do', () => {
    expect(Buffer.from(encodeForm([['x', '日 é']], 'iso-8859-1')).toString('latin1')).toBe('x=%26%2326085%3B+%E9')
  })

  it('refuses unknown charsets and UTF-16, in which no form is posted', () => {
    for (const label of ['utf-16', 'utf-16le', 'base64', 'hex', 'klingon', '', 'utf-7', '\u0000'])
      expect(() => decodeForm(bytes('a=1'), label)).toThrow(expect.objectContaining({ code: 'charset' }))
    expect(() => encodeForm([], 'klingon')).toThrow(OciError)
    expect(knownCharset(' ISO-8859-1 ')).toBe('iso-8859-1')
    expect(knownCharset('utf-16')).toBeUndefined()
    expect(knownCharset('1100')).toBeUndefined()
  })

  it('takes as many fields as the limit and not one more', () => {
    const form = (n: number) => bytes(Array.from({ length: n }, (_, i) => `a${i}=1`).join('&'))
    expect(decodeForm(form(CALL_UP_LIMITS.maxFields))).toHaveLength(CALL_UP_LIMITS.maxFields)
    expect(() => decodeForm(form(CALL_UP_LIMITS.maxFields + 1))).toThrow(
      expect.objectContaining({ code: 'too-many-fields' }),
    )
    expect(decodeForm(form(CALL_UP_LIMITS.maxFields + 1), 'utf-8', CART_LIMITS)).toHaveLength(
      CALL_UP_LIMITS.maxFields + 1,
    )
  })

  it.each([
    ['name', 'maxName', (n: number) => `${'n'.repeat(n)}=1`],
    ['value', 'maxValue', (n: number) => `n=${'v'.repeat(n)}`],
    ['form', 'maxBytes', (n: number) => `${'n=1&'.repeat(10).slice(0, 36)}`.padEnd(n, '&')],
  ] as const)('takes a %s as long as the limit and not one byte more', (_, limit, form) => {
    expect(() => decodeForm(bytes(form(CALL_UP_LIMITS[limit])))).not.toThrow()
    expect(() => decodeForm(bytes(form(CALL_UP_LIMITS[limit] + 1)))).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    )
  })

  it('gives back any fields in UTF-8', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 }).map((s) => s.replace(/\p{Cs}/gu, ''))
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), (fields) => {
        // A pair of two empty texts is `=`, which stays; nothing is lost.
        expect(decodeForm(encodeForm(fields), 'utf-8')).toEqual(fields)
      }),
    )
  })

  it('throws nothing but OciError, whatever the bytes and the charset', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.option(fc.constantFrom('utf-8', 'shift_jis', 'gb18030', 'big5', 'euc-kr', 'nope'), { nil: undefined }),
        (input, charset) => {
          let fields: Field[] = []
          try {
            fields = decodeForm(input, charset)
          } catch (error) {
            expect(error).toBeInstanceOf(OciError)
          }
          expect(fields.length).toBeLessThanOrEqual(input.length)
        },
      ),
    )
  })
})
