import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { charactersIn, cutText, utf8Bytes } from '../../src/mapping/cut-text.ts'
import { charsetFits, transliterate } from '../../src/mapping/transliterate.ts'

const all = charactersIn(() => true)

describe('cutting a text', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['ab cd', 3, 'ab'],
    ['a😀', 4, 'a'],
    ['a😀', 5, 'a😀'],
    ['ae\u0301', 3, 'a'],
    ['a🇳🇱b', 8, 'a'],
    ['👨‍👩‍👧', 10, '👨\u200D'],
    ['日', 2, ''],
  ])('%j to %d bytes is %j', (text, max, cut) => {
    expect(cutText(text, max, utf8Bytes)).toBe(cut)
  })

  it('counts what the charset lacks as the reference it is posted as', () => {
    const size = charactersIn(charsetFits('iso-8859-1'))
    expect(size('aß日')).toBe(2 + '&#26085;'.length)
    expect(cutText('aß日b', 9, size)).toBe('aß')
    expect(cutText('aß日b', 10, size)).toBe('aß日')
  })

  it('gives a beginning of the text, within the limit, whole code points, and the same again', () => {
    const any = fc.string({ unit: 'binary', maxLength: 80 }).map((s) => s.replace(/\p{Cs}/gu, ''))
    fc.assert(
      fc.property(any, fc.nat(60), fc.constantFrom(all, utf8Bytes), (text, max, sizeOf) => {
        const cut = cutText(text, max, sizeOf)
        expect(sizeOf(cut)).toBeLessThanOrEqual(max)
        expect(text.startsWith(cut)).toBe(true)
        expect(/\p{Cs}/u.test(cut)).toBe(false)
        expect(cutText(cut, max, sizeOf)).toBe(cut)
      }),
    )
  })
})

describe('transliterating', () => {
  const latin1 = charsetFits('iso-8859-1')

  it.each([
    ['Maß ½ ©', 'Maß ½ ©'],
    ['‘a’ “b” „c‟ ‹d›', `'a' "b" "c" 'd'`],
    ['1–2 — 3‐4 −5', '1-2 - 3-4 -5'],
    ['€ ™ … ﬁ №', 'EUR TM ... fi No'],
    ['Dvořák Łódź Đorđe Œuvre', 'Dvorák Lódz Dorde OEuvre'],
    ['e\u0301 x\u0302', 'é x'],
    ['a\u200Bb\uFEFF', 'ab'],
    ['5 μm ≤ 6', '5 µm <= 6'],
  ])('%j is %j in ISO-8859-1', (text, plain) => {
    expect(transliterate(text, latin1)).toEqual({ text: plain, left: [] })
  })

  it('leaves what has no equivalent and names it', () => {
    expect(transliterate('日本日 ж €', latin1)).toEqual({ text: '日本日 ж EUR', left: ['日', '本', 'ж'] })
    expect(transliterate('日本', charsetFits('shift_jis'))).toEqual({ text: '日本', left: [] })
    expect(transliterate('é', charsetFits('shift_jis'))).toEqual({ text: 'e', left: [] })
    expect(transliterate('日 €', charsetFits('utf-8'))).toEqual({ text: '日 €', left: [] })
  })

  it('done again, changes nothing', () => {
    const any = fc.string({ unit: 'grapheme', maxLength: 40 })
    fc.assert(
      fc.property(any, fc.constantFrom('iso-8859-1', 'windows-1252', 'shift_jis', 'windows-1258'), (text, charset) => {
        const fits = charsetFits(charset)
        const once = transliterate(text, fits)
        expect(transliterate(once.text, fits)).toEqual(once)
        for (const c of once.text) expect(fits(c) || once.left.includes(c)).toBe(true)
      }),
    )
  })
})
