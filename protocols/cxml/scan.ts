// One strict, linear pass over the text before the parser sees it: XML 1.0 well-formedness, no markup declarations, limits.
// fast-xml-parser is lenient (it takes truncated and mismatched tags, bare `&`, duplicate attributes); this is not.
import { CxmlError, type CxmlErrorCode, type CxmlErrorStatus } from './cxml-error.ts'

/** No cXML document comes near these; a hostile one stops here, in linear time. */
export interface Limits {
  depth: number
  attributes: number
  elements: number
}

export const defaultLimits: Limits = { depth: 64, attributes: 100, elements: 500_000 }

export interface ScannedXml {
  /** The root element alone: no prolog, comments or processing instructions. */
  root: string
  /** System identifier of the DOCTYPE, never fetched; null = no DOCTYPE. */
  systemId: string | null
  /** The text began with blanks, which XML forbids before its declaration. */
  leadingBlanks: boolean
}

const LT = 60
const GT = 62
const SLASH = 47
const EQUALS = 61
const QUOTE = 34
const APOSTROPHE = 39
/** Names that JavaScript objects treat specially. No cXML element or attribute has them. */
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype'])
/** What XML 1.0 section 2.2 forbids. Half a surrogate pair can't come out of a decoder. */
const ILLEGAL = /[^\P{Cc}\t\n\r\x7f-\x9f]|[\ufffe\uffff]/u
const REFERENCE = /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot|apos));/y
const NAME_ASCII = Uint8Array.from({ length: 128 }, (_, c) => {
  if ((c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 58) return 2
  return (c >= 48 && c <= 57) || c === 45 || c === 46 ? 1 : 0
})

/** Throws CxmlError: 406 when the text is no well-formed XML, 499 over a limit. */
export function scanXml(text: string, limits: Limits = defaultLimits): ScannedXml {
  const illegal = ILLEGAL.exec(text)
  if (illegal)
    fail(
      text,
      illegal.index,
      'illegal-character',
      406,
      `Character U+${hex(illegal[0].charCodeAt(0))} is not allowed in XML.`,
    )
  const prolog = readProlog(text)
  const cuts: string[] = []
  let kept = prolog.end
  let pos = prolog.end
  const open: string[] = []
  let elements = 0
  let amp = text.indexOf('&', pos)
  let sectionEnd = text.indexOf(']]>', pos)

  for (;;) {
    const start = pos
    const c = text.charCodeAt(start + 1)
    if (c === SLASH) {
      const name = open.pop() as string
      if (!text.startsWith(name, start + 2)) fail(text, start, 'not-well-formed', 406, `Expected </${name}> here.`)
      pos = skipBlanks(text, start + 2 + name.length)
      if (text.charCodeAt(pos) !== GT) fail(text, start, 'not-well-formed', 406, `Expected </${name}> here.`)
      pos += 1
      if (open.length === 0) break
    } else if (c === 33 || c === 63) {
      pos = skipSpecial(text, start)
      if (c === 63 || text.charCodeAt(start + 2) === 45) {
        cuts.push(text.slice(kept, start))
        kept = pos
      }
    } else {
      elements += 1
      if (elements > limits.elements)
        fail(text, start, 'too-many-elements', 499, `The document has more than ${limits.elements} elements.`)
      const nameEnd = readName(text, start + 1, 'An element')
      const name = text.slice(start + 1, nameEnd)
      pos = skipAttributes(text, nameEnd, name, limits)
      if (text.charCodeAt(pos) === SLASH) {
        pos += 2
        if (open.length === 0) break
      } else {
        pos += 1
        open.push(name)
        if (open.length > limits.depth)
          fail(text, start, 'too-deep', 499, `Elements are nested more than ${limits.depth} levels deep.`)
      }
    }
    // Character data up to the next tag.
    const next = text.indexOf('<', pos)
    const end = next < 0 ? text.length : next
    if (amp >= 0 && amp < pos) amp = text.indexOf('&', pos)
    while (amp >= 0 && amp < end) amp = text.indexOf('&', checkReference(text, amp))
    if (sectionEnd >= 0 && sectionEnd < pos) sectionEnd = text.indexOf(']]>', pos)
    if (sectionEnd >= 0 && sectionEnd < end)
      fail(text, sectionEnd, 'not-well-formed', 406, '"]]>" in text must be written "]]&gt;".')
    if (next < 0) fail(text, text.length, 'not-well-formed', 406, `The document ends inside <${open.at(-1)}>.`)
    pos = next
  }
  checkEpilog(text, pos)
  const last = text.slice(kept, pos)
  return {
    root: cuts.length === 0 ? last : cuts.join('') + last,
    systemId: prolog.systemId,
    leadingBlanks: prolog.leadingBlanks,
  }
}

function readProlog(text: string): { end: number; systemId: string | null; leadingBlanks: boolean } {
  let pos = skipBlanks(text, 0)
  const leadingBlanks = pos > 0
  let systemId: string | null = null
  if (/^<\?xml\s/.test(text.slice(pos, pos + 6))) pos = endOf(text, pos, '?>', 'the XML declaration')
  for (;;) {
    pos = skipBlanks(text, pos)
    if (text.charCodeAt(pos) !== LT)
      fail(
        text,
        pos,
        'not-well-formed',
        406,
        pos >= text.length
          ? 'There is no XML element.'
          : 'Text stands before the first element: this is no XML document.',
      )
    if (text.startsWith('<!DOCTYPE', pos)) {
      if (systemId !== null) fail(text, pos, 'not-well-formed', 406, 'There are two DOCTYPEs.')
      const doctype = readDoctype(text, pos)
      systemId = doctype.systemId
      pos = doctype.end
    } else if (text.startsWith('<!--', pos) || text.startsWith('<?', pos)) pos = skipSpecial(text, pos)
    else if (text.startsWith('<!', pos))
      fail(text, pos, 'not-well-formed', 406, 'A declaration other than DOCTYPE stands first: this is HTML, or no XML.')
    else if (readName(text, pos + 1, 'The root element') > pos) return { end: pos, systemId, leadingBlanks }
  }
}

/** A DOCTYPE may name a DTD. It may declare nothing itself: entities are how XML attacks files, networks and memory. */
function readDoctype(text: string, start: number): { end: number; systemId: string } {
  const doctype =
    /<!DOCTYPE\s+[^\s[\]<>"']+(?:\s+(?:SYSTEM|PUBLIC\s+(?:"[^"<>]*"|'[^'<>]*'))(?:\s+(?:"([^"<>]*)"|'([^'<>]*)'))?)?\s*(\[\s*\]\s*)?>/y
  // A bound on what the expression may look at: an identifier is a short URL.
  const head = text.slice(start, start + 4000)
  const found = doctype.exec(head)
  if (found) return { end: start + found[0].length, systemId: found[1] ?? found[2] ?? '' }
  const message = head.includes('[')
    ? 'The DOCTYPE declares entities or other markup of its own. Only a reference to a cXML DTD is accepted.'
    : 'The DOCTYPE is malformed.'
  return fail(text, start, head.includes('[') ? 'entity-declaration' : 'not-well-formed', 406, message)
}

/** End of the comment, CDATA section or processing instruction that starts here. */
function skipSpecial(text: string, start: number): number {
  if (text.startsWith('<!--', start)) {
    const end = text.indexOf('--', start + 4)
    if (end < 0 || text.charCodeAt(end + 2) !== GT)
      fail(text, start, 'not-well-formed', 406, 'A comment is not closed, or holds "--".')
    return end + 3
  }
  if (text.startsWith('<![CDATA[', start)) return endOf(text, start, ']]>', 'a CDATA section')
  if (text.startsWith('<?', start)) {
    const nameEnd = readName(text, start + 2, 'A processing instruction')
    if (text.slice(start + 2, nameEnd).toLowerCase() === 'xml')
      fail(text, start, 'not-well-formed', 406, 'An XML declaration stands inside the document.')
    return endOf(text, nameEnd, '?>', 'a processing instruction')
  }
  return fail(text, start, 'not-well-formed', 406, 'A declaration ("<!...") stands where only elements may.')
}

function endOf(text: string, start: number, mark: string, what: string): number {
  const end = text.indexOf(mark, start)
  return end < 0 ? fail(text, start, 'not-well-formed', 406, `The document ends inside ${what}.`) : end + mark.length
}

/** Position of the `>` or `/>` that closes the start tag. */
function skipAttributes(text: string, from: number, element: string, limits: Limits): number {
  let pos = from
  let names: string[] | undefined
  for (;;) {
    const blankEnd = skipBlanks(text, pos)
    const c = text.charCodeAt(blankEnd)
    if (c === GT) return blankEnd
    if (c === SLASH && text.charCodeAt(blankEnd + 1) === GT) return blankEnd
    if (blankEnd >= text.length)
      fail(text, text.length, 'not-well-formed', 406, `The document ends inside the tag <${element}>.`)
    const nameEnd = readName(text, blankEnd, `An attribute of <${element}>`)
    const name = text.slice(blankEnd, nameEnd)
    if (blankEnd === pos)
      fail(text, pos, 'not-well-formed', 406, `Attribute ${name} of <${element}> must have a blank before it.`)
    if (!names) names = [name]
    else if (names.includes(name))
      fail(text, blankEnd, 'not-well-formed', 406, `Attribute ${name} of <${element}> is there twice.`)
    else if (names.push(name) > limits.attributes)
      fail(text, blankEnd, 'too-many-attributes', 499, `<${element}> has more than ${limits.attributes} attributes.`)
    const equals = skipBlanks(text, nameEnd)
    const open = skipBlanks(text, equals + 1)
    if (open >= text.length)
      fail(text, text.length, 'not-well-formed', 406, `The document ends inside the tag <${element}>.`)
    const quote = text.charCodeAt(open)
    if (text.charCodeAt(equals) !== EQUALS || (quote !== QUOTE && quote !== APOSTROPHE))
      fail(text, blankEnd, 'not-well-formed', 406, `Attribute ${name} of <${element}> has no quoted value.`)
    pos = skipValue(text, open + 1, quote, name) + 1
  }
}

function skipValue(text: string, from: number, quote: number, name: string): number {
  for (let pos = from; pos < text.length; pos++) {
    const c = text.charCodeAt(pos)
    if (c === quote) return pos
    if (c === LT) fail(text, pos, 'not-well-formed', 406, `"<" in attribute ${name} must be written "&lt;".`)
    if (c === 38) pos = checkReference(text, pos) - 1
  }
  return fail(text, from, 'not-well-formed', 406, `The document ends inside attribute ${name}.`)
}

function readName(text: string, from: number, what: string): number {
  let pos = from
  for (; pos < text.length; pos++) {
    const c = text.charCodeAt(pos)
    // Beyond ASCII nearly everything is a name character; the exceptions are blanks and punctuation no partner puts there.
    const kind = c < 128 ? (NAME_ASCII[c] as number) : NOT_IN_NAMES.test(text.charAt(pos)) ? 0 : 2
    if (kind === 0 || (kind === 1 && pos === from)) break
  }
  if (pos === from)
    fail(text, from - 1, 'not-well-formed', 406, `${what} has no valid name; is it "<" or "&" unescaped?`)
  if (pos - from > 8 && forbiddenNames.has(text.slice(from, pos)))
    fail(text, from, 'forbidden-name', 400, `The name ${text.slice(from, pos)} is not accepted.`)
  return pos
}

const NOT_IN_NAMES =
  /[\u0080-\u00b6\u00b8-\u00bf\u00d7\u00f7\u037e\u2000-\u200b\u200e-\u203e\u2041-\u206f\u2190-\u2bff\u2ff0-\u3000\ue000-\uf8ff\ufdd0-\ufdef]/

/** Position behind the reference at `pos`. Only characters and XML's own five entities exist here. */
function checkReference(text: string, pos: number): number {
  REFERENCE.lastIndex = pos
  const found = REFERENCE.exec(text)
  if (!found) {
    const name = /^&([\w.-]{1,30});/.exec(text.slice(pos, pos + 32))?.[1]
    return name
      ? fail(text, pos, 'not-well-formed', 406, `Entity &${name}; is not declared in XML; write the character itself.`)
      : fail(text, pos, 'not-well-formed', 406, '"&" must be written "&amp;".')
  }
  if (found[3] === undefined) {
    const code = found[1] === undefined ? Number.parseInt(found[2] as string, 10) : Number.parseInt(found[1], 16)
    if (!isXmlCharacter(code))
      fail(text, pos, 'illegal-character', 406, `${found[0]} is a character that is not allowed in XML.`)
  }
  return REFERENCE.lastIndex
}

/** XML 1.0 section 2.2, Char. */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 9 || code === 10 || code === 13
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
}

function skipBlanks(text: string, from: number): number {
  let pos = from
  for (;;) {
    const c = text.charCodeAt(pos)
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return pos
    pos += 1
  }
}

function checkEpilog(text: string, from: number): void {
  let pos = skipBlanks(text, from)
  while (pos < text.length) {
    if (!text.startsWith('<!--', pos) && !text.startsWith('<?', pos))
      fail(text, pos, 'not-well-formed', 406, 'Something follows the end of the root element.')
    pos = skipBlanks(text, skipSpecial(text, pos))
  }
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, '0')
}

function fail(text: string, pos: number, code: CxmlErrorCode, status: CxmlErrorStatus, message: string): never {
  let line = 1
  let lineStart = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < pos; at = text.indexOf('\n', at + 1)) {
    line += 1
    lineStart = at + 1
  }
  const place = `line ${line}, column ${Math.max(pos - lineStart, 0) + 1}`
  throw new CxmlError(code, status, place, `${message} (${place})`)
}
