// Bytes <-> EInvoice: the door of this folder. UBL 2.1 (ISO/IEC 19845) as Peppol BIS Billing 3.0 restricts it.
import { decodeText } from '../cxml/charset.ts'
import { CxmlError } from '../cxml/cxml-error.ts'
import { parseXml, writeXml } from '../cxml/xml.ts'
import type { XmlElement } from '../cxml/xml-element.ts'
import { creditNote } from './credit-note.ts'
import { creditNoteTypeCodes, type EInvoice, isCreditNote } from './einvoice.ts'
import { invoice } from './invoice.ts'
import { childrenOf, emptyElement, type Row, readRows, textOf, writeRows } from './row.ts'
import { UblError } from './ubl-error.ts'

const CAC = 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2'
const CBC = 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'

interface UblDocument {
  namespace: string
  rows: readonly Row<EInvoice>[]
}

const documents: Readonly<Record<string, UblDocument>> = {
  Invoice: { namespace: 'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2', rows: invoice },
  CreditNote: { namespace: 'urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2', rows: creditNote },
}

/** Attachments come inside as base64. What is larger belongs behind a URL (BT-124). */
export const MAX_BYTES = 50_000_000

/** UTF-8 bytes of a UBL Invoice or CreditNote. It checks nothing: ask `checkEInvoice` first. Throws UblError. */
export function encodeInvoice(document: EInvoice): Uint8Array {
  const name = isCreditNote(document) ? 'CreditNote' : 'Invoice'
  const { namespace, rows } = documents[name] as UblDocument
  const root: XmlElement = {
    name,
    attributes: { xmlns: namespace, 'xmlns:cac': CAC, 'xmlns:cbc': CBC },
    children: [],
  }
  writeRows(rows, document, root, document)
  return Buffer.from(
    refusing(() => writeXml(root)),
    'utf8',
  )
}

/**
 * The invoice or credit note in these bytes. What EN 16931 has no term for is not read; what is missing reads as '' or
 * is absent, for `checkEInvoice` to find. Throws UblError on what is no UBL 2 Invoice or CreditNote.
 */
export function decodeInvoice(bytes: Uint8Array): EInvoice {
  if (bytes.byteLength > MAX_BYTES)
    throw new UblError(
      'too-large',
      '/',
      `The document has ${bytes.byteLength} bytes; the most read here is ${MAX_BYTES}.`,
    )
  const parsed = refusing(() => parseXml(decodeText(bytes, undefined, [])).root)
  const root = inOurPrefixes(parsed)
  const [namespace = '', name = ''] = splitName(root.name)
  const document = documents[name]
  if (!document || document.namespace !== namespace)
    throw new UblError(
      'not-ubl',
      '/',
      `The root element is ${parsed.name} of "${namespace}", no UBL 2 Invoice or CreditNote.`,
    )
  const value = {} as EInvoice
  const codeOf = (child: string) => textOf(childrenOf(root, child)[0] ?? emptyElement(child)).trim()
  const taxCurrency = codeOf('cbc:TaxCurrencyCode')
  readRows(document.rows, root, value, {
    currency: codeOf('cbc:DocumentCurrencyCode'),
    ...(taxCurrency && { taxCurrency }),
  })
  if (creditNoteTypeCodes.has(value.typeCode) !== (name === 'CreditNote'))
    throw new UblError('value', `/${name}`, `Type code "${value.typeCode}" does not go with the root element ${name}.`)
  return value
}

/** The XML floor is shared with cXML and throws its error. */
function refusing<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof CxmlError)) throw error
    throw new UblError(error.status === 499 ? 'too-large' : 'not-well-formed', error.path, error.message)
  }
}

/** Namespaces by prefix, those of an element before those around it. */
interface Scope {
  own: ReadonlyMap<string, string>
  outer?: Scope
}

/**
 * The tree with UBL's usual prefixes, whatever the sender's were: cac:, cbc:, and `{namespace}name` for all others, the
 * root among them. Elements that are bound to no namespace we know are thus never taken for UBL's.
 */
function inOurPrefixes(element: XmlElement, outer?: Scope): XmlElement {
  const own = new Map<string, string>()
  for (const name in element.attributes)
    if (name === 'xmlns' || name.startsWith('xmlns:')) own.set(name.slice(6), element.attributes[name] as string)
  const scope = own.size === 0 && outer ? outer : { own, ...(outer && { outer }) }
  const colon = element.name.indexOf(':')
  const namespace = namespaceOf(element.name.slice(0, Math.max(colon, 0)), scope)
  const local = element.name.slice(colon + 1)
  const name = namespace === CBC ? `cbc:${local}` : namespace === CAC ? `cac:${local}` : `{${namespace}}${local}`
  const children = element.children.map((child) => (typeof child === 'string' ? child : inOurPrefixes(child, scope)))
  return { name, attributes: element.attributes, children }
}

function namespaceOf(prefix: string, scope: Scope): string {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const found = at.own.get(prefix)
    if (found !== undefined) return found
  }
  return ''
}

function splitName(name: string): string[] {
  return /^\{(.*)\}(.*)$/s.exec(name)?.slice(1) ?? []
}
