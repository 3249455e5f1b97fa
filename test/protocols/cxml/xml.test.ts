// XML 1.0 (fifth edition) as the codec reads it: strict where fast-xml-parser is lenient, the same text libxml2 reads.
import fc from 'fast-check'
import { type XmlElement as LibElement, XmlCData, XmlDocument, XmlElement, XmlText } from 'libxml2-wasm'
import { describe, expect, test } from 'vitest'
import { CxmlError } from '../../../protocols/cxml/cxml-error.ts'
import { parseXml, writeXml } from '../../../protocols/cxml/xml.ts'
import type { XmlElement as Element, XmlNode } from '../../../protocols/cxml/xml-element.ts'

const notWellFormed: [string, string][] = [
  ['a truncated element', '<a><b>'],
  ['a truncated tag', '<a b'],
  ['a truncated value', '<a b="c'],
  ['a truncated comment', '<a><!-- x</a>'],
  ['a truncated CDATA section', '<a><![CDATA[x</a>'],
  ['mismatched tags', '<a><b></a></b>'],
  ['an end tag with more behind it', '<a></a b>'],
  ['a longer end tag', '<a></ab>'],
  ['two roots', '<a/><b/>'],
  ['text before the root', 'x<a/>'],
  ['text behind the root', '<a/>x'],
  ['nothing', ''],
  ['blanks', '  \n'],
  ['a bare &', '<a>R&D</a>'],
  ['a bare & in an attribute', '<a b="R&D"/>'],
  ['an undeclared entity', '<a>&nbsp;</a>'],
  ['a NUL reference', '<a>&#0;</a>'],
  ['a surrogate reference', '<a>&#xD800;</a>'],
  ['a reference beyond Unicode', '<a>&#x110000;</a>'],
  ['a control character', '<a>\u0001</a>'],
  ['a non-character', '<a>\uffff</a>'],
  ['a duplicate attribute', '<a b="1" b="2"/>'],
  ['an attribute without quotes', '<a b=1/>'],
  ['an attribute without value', '<a b/>'],
  ['attributes without a blank between', '<a b="1"c="2"/>'],
  ['< in an attribute', '<a b="<"/>'],
  [']]> in text', '<a>]]></a>'],
  ['-- in a comment', '<a><!-- a -- b --></a>'],
  ['an XML declaration inside', '<a><?xml version="1.0"?></a>'],
  ['a DOCTYPE inside', '<a><!DOCTYPE a></a>'],
  ['a name that starts with a digit', '<1a/>'],
  ['a blank before the name', '< a/>'],
  ['two DOCTYPEs', '<!DOCTYPE a SYSTEM "x"><!DOCTYPE a SYSTEM "x"><a/>'],
  ['an entity declaration', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
  ['a parameter entity', '<!DOCTYPE a [%x;]><a/>'],
  ['an attribute declaration', '<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>'],
]

describe('text that is no well-formed XML, or declares markup', () => {
  test.each(notWellFormed)('%s is refused with 406 and a place', (_, text) => {
    try {
      parseXml(text)
    } catch (error) {
      expect(error).toBeInstanceOf(CxmlError)
      expect(error).toMatchObject({ status: 406, path: expect.stringMatching(/^line \d+, column \d+$/) })
      return
    }
    throw new Error('was accepted')
  })

  test.each(['__proto__', 'constructor', 'prototype'])(
    'the name %s is refused: it could reach Object.prototype',
    (name) => {
      expect(() => parseXml(`<a><${name}><polluted>1</polluted></${name}></a>`)).toThrow(/is not accepted/)
      expect(() => parseXml(`<a ${name}="1"/>`)).toThrow(/is not accepted/)
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    },
  )

  test('the place is line and column', () => {
    expect(() => parseXml('<a>\n<b>\n  R&D</b></a>')).toThrow(/\(line 3, column 4\)$/)
  })
})

describe('limits (status 499)', () => {
  const limits = { depth: 3, attributes: 2, elements: 5 }
  test.each([
    ['depth', '<a><a><a><a/></a></a></a>', null],
    ['depth', '<a><a><a><a></a></a></a></a>', /more than 3 levels/],
    ['attributes', '<a b="" c="" d=""/>', /more than 2 attributes/],
    ['elements', '<a><b/><b/><b/><b/><b/></a>', /more than 5 elements/],
  ])('%s: %s', (_, text, says) => {
    if (says) expect(() => parseXml(text, limits)).toThrow(says)
    else expect(parseXml(text, limits).root.name).toBe('a')
  })
})

describe('what is read', () => {
  test.each([
    ['references, once', '<a>&lt;&amp;lt;&#65;&#x1D11E;&quot;&apos;&gt;</a>', ['<&lt;A𝄞"\'>']],
    ['CDATA as it stands', '<a>x<![CDATA[<&amp;>]]>&amp;</a>', ['x<&amp;>&']],
    ['text across comments and instructions', '<a>1<!-- <b> & --><?p "?>2</a>', ['12']],
    ['numbers as text', '<a>0010.50</a>', ['0010.50']],
    ['blanks as they stand', '<a>  x\n\t </a>', ['  x\n\t ']],
    ['line ends as line feeds', '<a>1\r\n2\r3&#13;</a>', ['1\n2\n3\r']],
    ['an empty element', '<a></a>', []],
  ])('%s', (_, text, children) => {
    expect(parseXml(text).root.children).toEqual(children)
  })

  test('attributes: line breaks as blanks, references kept, any quote, > allowed', () => {
    const { root } = parseXml(`<a b = '1\n"2' c="&#10;>&#9;" xml:lang="en" hasOwnProperty="x" toString="y"/>`)
    expect(root.attributes).toEqual({ b: '1 "2', c: '\n>\t', 'xml:lang': 'en', hasOwnProperty: 'x', toString: 'y' })
  })

  test('names that JavaScript objects inherit are ordinary names', () => {
    const { root } = parseXml('<toString><valueOf/><hasOwnProperty>1</hasOwnProperty></toString>')
    expect(root.name).toBe('toString')
    expect(root.children).toHaveLength(2)
  })

  test('the DOCTYPE is named, never fetched', () => {
    expect(parseXml('<!DOCTYPE a PUBLIC "-//x" "file:///etc/passwd"><a/>').systemId).toBe('file:///etc/passwd')
    expect(parseXml("<!DOCTYPE a SYSTEM 'b' [ ]><!-- c --><a/>").systemId).toBe('b')
    expect(parseXml('<a/>').systemId).toBeNull()
  })
})

const names = fc.stringMatching(/^[A-Za-z_é][A-Za-z0-9_.é-]{0,8}$/).filter((n) => !/^xml/i.test(n))
const texts = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .map((s) => s.replace(/[^\P{Cc}\t\n\r]|[\p{Cs}\ufffe\uffff]/gu, '')) // what XML can hold
const trees = fc.letrec<{ element: Element }>((tie) => ({
  element: fc.record({
    name: names,
    attributes: fc.dictionary(names, texts, { maxKeys: 4, noNullPrototype: true }),
    children: fc.array(fc.oneof({ depthSize: 'small' }, texts, tie('element')), { maxLength: 4 }).map(mergeText),
  }),
})).element

function mergeText(children: XmlNode[]): XmlNode[] {
  const merged: XmlNode[] = []
  for (const child of children) {
    if (child === '') continue
    if (typeof child === 'string' && typeof merged.at(-1) === 'string') merged[merged.length - 1] += child
    else merged.push(child)
  }
  return merged
}

function fromLibxml(element: LibElement): Element {
  const children: XmlNode[] = []
  for (const node of element.find('node()'))
    if (node instanceof XmlElement) children.push(fromLibxml(node))
    else if (node instanceof XmlText || node instanceof XmlCData) children.push(node.content)
  const attributes = Object.fromEntries(element.attrs.map((a) => [a.name, a.value]))
  return { name: element.name, attributes, children: mergeText(children) }
}

describe('any tree', () => {
  test('is written and read back, by us and by libxml2, as it was', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const text = writeXml(tree, 'x')
        expect(parseXml(text).root).toEqual(tree)
        const document = XmlDocument.fromString(text)
        expect(fromLibxml(document.root)).toEqual(tree)
        document.dispose()
      }),
      { numRuns: 300 },
    )
  })

  test('damaged at one place: what we accept, libxml2 accepts too, with the same content', () => {
    const junk = fc.constantFrom(
      '',
      '<',
      '>',
      '&',
      '"',
      "'",
      '/',
      '=',
      ' ',
      ']]>',
      '<!--',
      '-->',
      '&lt;',
      '<?p?>',
      '<![CDATA[',
      '<b>',
      '</b>',
    )
    fc.assert(
      fc.property(trees, fc.nat(), junk, fc.nat(3), (tree, at, insert, cut) => {
        const text = writeXml(tree, 'x')
        const start = text.indexOf('>', text.indexOf('<!DOCTYPE')) + 1
        const pos = start + (at % (text.length - start))
        const damaged = text.slice(0, pos) + insert + text.slice(pos + cut)
        // Half a surrogate pair never comes out of a decoder.
        fc.pre(!/\p{Cs}/u.test(damaged))
        let ours: Element
        try {
          ours = parseXml(damaged).root
        } catch (error) {
          expect(error).toBeInstanceOf(CxmlError)
          return
        }
        const document = XmlDocument.fromString(damaged)
        expect(ours).toEqual(fromLibxml(document.root))
        document.dispose()
      }),
      { numRuns: 1500 },
    )
  })
})
