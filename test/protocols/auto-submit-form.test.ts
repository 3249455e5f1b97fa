import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { type AutoSubmitForm, encodeWithReferences, renderAutoSubmitForm } from '../../protocols/auto-submit-form.ts'

const form: AutoSubmitForm = {
  action: 'https://buyer.example/return?a=1&b=2',
  method: 'POST',
  fields: [['submit', 'x']],
  title: 'Back to your procurement system',
  message: 'Your cart is taken back.',
  buttonLabel: 'Continue',
  nonce: 'bm9uY2U=',
  autoSubmit: true,
  charset: 'utf-8',
}
const page = (change: Partial<AutoSubmitForm> = {}) => {
  const whole = { ...form, ...change }
  return iconv.decode(Buffer.from(renderAutoSubmitForm(whole)), whole.charset)
}

/** Strict: exactly the hidden inputs this page writes; anything else on such a line is an error. */
function fieldsOf(html: string): [string, string][] {
  const body = html.slice(html.indexOf('<form'), html.indexOf('</form>'))
  const lines = body.split('\n').slice(1, -2)
  return lines.map((line) => {
    const found = /^<input type="hidden" name="([^"<>]*)" value="([^"<>]*)">$/.exec(line)
    if (!found) throw new Error(`not a hidden input: ${line}`)
    return [unescaped(found[1] ?? ''), unescaped(found[2] ?? '')]
  })
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }
function unescaped(text: string): string {
  return text.replace(/&(?:(\w+);|#(\d+);|)/g, (whole, name, code) => {
    if (code) return String.fromCodePoint(Number(code))
    const character = NAMED[name ?? '']
    if (character === undefined) throw new Error(`bare ampersand or unknown reference: ${whole}`)
    return character
  })
}

describe('the page that posts a cart', () => {
  it('submits through the prototype, so that a field named submit does no harm', () => {
    expect(page()).toContain(
      `<script nonce="bm9uY2U=">HTMLFormElement.prototype.submit.call(document.getElementById('return'))</script>`,
    )
    expect(page().match(/<script/g)).toHaveLength(1)
  })

  it('has a button for where scripts are off, and no script where nothing is to be submitted', () => {
    const html = page({ autoSubmit: false })
    expect(html).toContain('<button type="submit">Continue</button>\n</form>')
    expect(html).not.toContain('<script')
  })

  it('loads nothing from elsewhere and holds no inline handler or style attribute', () => {
    expect(page()).not.toMatch(/ (src|href|style|on\w+)=/)
    expect(page()).not.toMatch(/url\(|@import/)
    expect(page()).toContain('<style nonce="bm9uY2U=">')
    expect(page({ pageStyle: 'p{}</style><script>' })).toContain('p{}<\\/style><script></style>\n</head>')
  })

  it('says its charset within the first 1024 bytes, language and title', () => {
    const html = page({ lang: 'nl', title: 'Terug <&>' })
    expect(html.slice(0, 200)).toContain('<meta charset="utf-8">')
    expect(html).toContain('<html lang="nl">')
    expect(html).toContain('<h1>Terug &lt;&amp;&gt;</h1>')
  })

  it('writes action, target, method and accept-charset', () => {
    expect(page({ target: 'a"b', method: 'GET', acceptCharset: 'utf-8' })).toContain(
      '<form id="return" action="https://buyer.example/return?a=1&amp;b=2" method="get" target="a&quot;b" accept-charset="utf-8">',
    )
    expect(page()).toMatch(/method="post">/)
  })

  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    '//evil.example',
    'java\nscript:x',
    '',
    'https://',
  ])('refuses the action %j', (action) => {
    expect(() => page({ action })).toThrow(RangeError)
  })

  it.each(['https://a.example', 'http://127.0.0.1:8080/x', '/simulator/return', 'SAPEVENT:POST'])(
    'takes the action %j',
    (action) => {
      expect(page({ action })).toContain(`action="${action}"`)
    },
  )

  it('lets no NUL and no half of a surrogate pair out', () => {
    const bytes = Buffer.from(
      renderAutoSubmitForm({ ...form, fields: [['a\u0000', 'x\uD800y\uDC00']], title: '\u0000' }),
    )
    expect(bytes.includes(0)).toBe(false)
    expect(fieldsOf(bytes.toString('utf8'))).toEqual([['a\uFFFD', 'x\uFFFDy\uFFFD']])
  })

  it.each([
    ['iso-8859-1', 'Maß', '€ – 日本 😀'],
    ['windows-1252', 'Maß € –', '日本 😀'],
    ['shift_jis', '日本', 'é 😀 ¥'],
    ['utf-8', '日本 € 😀', ''],
  ])('writes %s, and what it lacks as numeric references', (charset, inside, outside) => {
    const bytes = Buffer.from(renderAutoSubmitForm({ ...form, charset, fields: [['x', inside + outside]] }))
    expect(bytes.includes(iconv.encode(`value="${inside}`, charset))).toBe(true)
    const html = iconv.decode(bytes, charset)
    expect(fieldsOf(html)).toEqual([['x', inside + outside]])
    for (const character of outside.replaceAll(' ', '')) expect(html).toContain(`&#${character.codePointAt(0)};`)
  })

  it('refuses an unknown charset', () => {
    expect(() => page({ charset: 'klingon' })).toThrow(RangeError)
    expect(() => encodeWithReferences('x', '')).toThrow(RangeError)
  })

  it('holds exactly the fields it was given, whatever they are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((s) => s.replace(/[\p{Cs}\0]/gu, ''))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text), { maxLength: 10 }),
        fc.constantFrom('utf-8', 'iso-8859-1', 'windows-1252', 'shift_jis', 'gb18030'),
        (fields, charset) => {
          expect(fieldsOf(page({ fields, charset }))).toEqual(fields)
        },
      ),
    )
  })

  it('writes 10,000 lines of 10 fields, in any charset', () => {
    const fields = Array.from({ length: 100_000 }, (_, i): [string, string] => [
      `NEW_ITEM-DESCRIPTION[${i}]`,
      `Schraube – ${i} ß`,
    ])
    for (const charset of ['utf-8', 'iso-8859-1']) {
      expect(renderAutoSubmitForm({ ...form, fields, charset }).length).toBeGreaterThan(6_000_000)
    }
  })
})
