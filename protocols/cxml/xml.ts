// Text <-> element tree: the only door to fast-xml-parser, hardened, and the writer.
// The writer is our own: xmlbuilder2 builds a DOM node per element, five times slower, and writes carriage returns and the
// line breaks of attributes in a form every parser reads back as something else (README, "Why we write XML ourselves").
import { XMLParser } from 'fast-xml-parser'
import { CxmlError } from './cxml-error.ts'
import { type Limits, scanXml } from './scan.ts'
import type { XmlElement, XmlNode } from './xml-element.ts'

/** Text stays text: no numbers, no trimming, no entities (they are resolved here, after CDATA has been told apart). */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: '#cdata',
  // Depth is the scan's business, which says so in a message a person understands.
  maxNestedTags: 100_000,
  // In an ordered tree a name is never looked up, so names such as `toString` are harmless; the scan refuses __proto__.
  onDangerousProperty: (name) => name,
})

type Parsed = Record<string, Parsed[] | string | Record<string, string>>

export interface ParsedXml {
  root: XmlElement
  /** System identifier of the DOCTYPE; null = no DOCTYPE. */
  systemId: string | null
  leadingBlanks: boolean
}

/** Throws CxmlError 406 (not well-formed) or 499 (a limit). */
export function parseXml(text: string, limits?: Limits): ParsedXml {
  const { root, systemId, leadingBlanks } = scanXml(text, limits)
  let parsed: Parsed[]
  try {
    parsed = parser.parse(root)
  } catch (error) {
    throw new CxmlError('not-well-formed', 406, '/', `The document is not well-formed XML: ${(error as Error).message}`)
  }
  return { root: toElement(parsed[0] as Parsed), systemId, leadingBlanks }
}

function toElement(parsed: Parsed): XmlElement {
  let name = ''
  for (const key in parsed) {
    name = key
    break
  }
  const attributes: Record<string, string> = {}
  const raw = parsed[':@'] as Record<string, string> | undefined
  if (raw) for (const key in raw) attributes[key] = attributeText(raw[key] as string)
  const children: XmlNode[] = []
  let lastIsText = false
  for (const node of parsed[name] as Parsed[]) {
    const text = node['#text'] as string | undefined
    const piece = text === undefined ? sectionText(node) : resolveReferences(text)
    if (piece === undefined) {
      children.push(toElement(node))
      lastIsText = false
    } else if (lastIsText) children[children.length - 1] += piece
    else if (piece !== '') {
      children.push(piece)
      lastIsText = true
    }
  }
  return { name, attributes, children }
}

function sectionText(node: Parsed): string | undefined {
  const section = node['#cdata'] as Parsed[] | undefined
  if (section === undefined) return undefined
  return section.map((part) => part['#text'] as string).join('')
}

/** XML 1.0 section 3.3.3: a literal line break or tab in an attribute is a blank; one written as a reference stays. */
function attributeText(raw: string): string {
  return resolveReferences(/[\t\n\r]/.test(raw) ? raw.replace(/\r\n?|[\t\n]/g, ' ') : raw)
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function resolveReferences(raw: string): string {
  if (!raw.includes('&')) return raw
  return raw.replace(/&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-z]+));/g, (_, hex, decimal, name) => {
    if (name !== undefined) return named[name] as string
    return String.fromCodePoint(hex === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16))
  })
}

/** XML 1.0 section 2.2: what no document may hold, not even as a reference. */
const UNWRITABLE = /[^\P{Cc}\t\n\r\x7f-\x9f]|[\p{Cs}\ufffe\uffff]/u

/** A complete document: XML declaration (UTF-8), DOCTYPE if named, root. Throws CxmlError 400 on what XML can't hold. */
export function writeXml(root: XmlElement, systemId?: string): string {
  const doctype = systemId === undefined ? '' : `<!DOCTYPE ${root.name} SYSTEM "${systemId}">\n`
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${doctype}${writeElement(root)}`
  const illegal = UNWRITABLE.exec(text)
  if (!illegal) return text
  const before = text.slice(Math.max(0, illegal.index - 40), illegal.index)
  const code = illegal[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  throw new CxmlError(
    'illegal-character',
    400,
    '/',
    `Character U+${code} can't be written in XML; it follows "${before}".`,
  )
}

function writeElement(element: XmlElement): string {
  const { name, attributes, children } = element
  let text = `<${name}`
  for (const key in attributes) text += ` ${key}="${escapeAttribute(attributes[key] as string)}"`
  if (children.length === 0) return `${text}/>`
  text += '>'
  for (const child of children) text += typeof child === 'string' ? escapeText(child) : writeElement(child)
  return `${text}</${name}>`
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** A carriage return survives only as a reference: parsers turn a literal one into a line feed. */
function escapeText(text: string): string {
  return /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, (c) => escapes[c] as string) : text
}

function escapeAttribute(text: string): string {
  return /[&<>"\t\n\r]/.test(text) ? text.replace(/[&<>"\t\n\r]/g, (c) => escapes[c] as string) : text
}
