// The cart's way back through the buyer's browser: document <-> form field cxml-urlencoded | cxml-base64
// (cXML Reference Guide, "PunchOutOrderMessage", "Form encoding").
import { CxmlError } from './cxml-error.ts'
import { type CxmlDocument, decode, encodeText } from './document.ts'
import type { Finding } from './finding.ts'
import type { XmlElement } from './xml-element.ts'

export type ReturnEncoding = 'cxml-urlencoded' | 'cxml-base64'

/**
 * The one hidden field of the form. `cxml-urlencoded`: US-ASCII with numeric character references, not percent-encoded
 * (the browser does that); `cxml-base64`: base64 of the UTF-8 document. Throws CxmlError `shared-secret` when a
 * credential holds a SharedSecret: it must never pass through a browser.
 */
export function returnForm(document: CxmlDocument, encoding: ReturnEncoding): { name: ReturnEncoding; value: string } {
  refuseSecrets(document)
  const text = encodeText(document)
  if (encoding === 'cxml-base64') return { name: encoding, value: toBase64(new TextEncoder().encode(text)) }
  const value = text.replace(/[^\0-\x7f]/gu, (c) => `&#${c.codePointAt(0)};`)
  return { name: encoding, value }
}

function refuseSecrets(document: CxmlDocument): void {
  if (document.kind === 'Response') return
  const { from, to, sender, kept } = document.header
  for (const [name, party] of Object.entries({ From: from, To: to, Sender: sender })) {
    const secret = party.credentials.some((c) => c.sharedSecret !== undefined || holdsSecret(c.kept?.elements))
    if (secret || holdsSecret(party.kept?.elements)) refuse(name)
  }
  if (holdsSecret(kept?.elements)) refuse('Path')
}

/** A Path or a doubled Credential is kept as a tree, and may hold one too. */
function holdsSecret(elements: XmlElement[] = []): boolean {
  return elements.some(
    (e) => e.name === 'SharedSecret' || holdsSecret(e.children.filter((c) => typeof c !== 'string') as XmlElement[]),
  )
}

function refuse(name: string): never {
  const path = `/cXML/Header/${name}`
  throw new CxmlError(
    'shared-secret',
    400,
    path,
    `${name} holds a SharedSecret, which must never pass through a browser.`,
  )
}

/**
 * Reads a posted form's fields as a buyer's system does: field name in any case, value encoded once too often too.
 * Throws CxmlError: 400 when there is no such field, else what `decode` throws.
 */
export function readReturnForm(fields: Readonly<Record<string, string>>): CxmlDocument & { findings: Finding[] } {
  for (const [name, value] of Object.entries(fields)) {
    if (/^cxml-base64$/i.test(name)) return decode(fromBase64(value))
    if (/^cxml-urlencoded$/i.test(name)) return decode(new TextEncoder().encode(undoDoubleEncoding(value)))
  }
  throw new CxmlError('form-field', 400, '/', 'The form has no field cxml-urlencoded or cxml-base64.')
}

/** Suppliers that percent-encode the field themselves, before the browser does, send `%3C%3Fxml`. */
function undoDoubleEncoding(value: string): string {
  if (!/^\s*%3C/i.test(value)) return value
  try {
    return decodeURIComponent(value.replaceAll('+', ' '))
  } catch {
    throw new CxmlError('form-field', 400, '/', 'The field cxml-urlencoded is percent-encoded, but not correctly.')
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

function fromBase64(value: string): Uint8Array {
  // A form decoder turns an unescaped "+" into a blank, at the end too; base64 without padding lost has 4n characters.
  const compact = value.replace(/[\r\n\t]/g, '')
  const text = (compact.length % 4 === 0 ? compact : compact.trim()).replaceAll(' ', '+')
  if (text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
    throw new CxmlError('form-field', 400, '/', 'The field cxml-base64 is not base64.')
  return Buffer.from(text, 'base64')
}
