// application/x-www-form-urlencoded in any charset a browser can post: bytes <-> name/value pairs in their order.
// WHATWG URL 5 (percent-encoded pairs) and Encoding 4 (labels: `iso-8859-1` is windows-1252 in every browser).
import iconv from 'iconv-lite'
import { encodeWithReferences } from '../auto-submit-form.ts'
import { OciError } from './oci-error.ts'

export type Field = [name: string, value: string]

export interface FormLimits {
  maxBytes: number
  maxFields: number
  /** Most bytes of one name and of one value, still percent-encoded. */
  maxName: number
  maxValue: number
}

/** A call-up is small. */
export const CALL_UP_LIMITS: FormLimits = { maxBytes: 1_000_000, maxFields: 2000, maxName: 1000, maxValue: 100_000 }
/** What a receiver of carts must be ready for: 10,000 lines, or all of them in one XML field. */
export const CART_LIMITS: FormLimits = {
  maxBytes: 64_000_000,
  maxFields: 400_000,
  maxName: 1000,
  maxValue: 64_000_000,
}

/** The label in lower case where it names a charset that a form can be posted in, else undefined. */
export function knownCharset(label: string): string | undefined {
  const name = label.trim().toLowerCase()
  const canonical = canonicalCharset(name)
  return canonical === undefined ? undefined : iconv.encodingExists(name) ? name : canonical
}

function canonicalCharset(label: string): string | undefined {
  let name: string
  try {
    name = new TextDecoder(label).encoding
  } catch {
    return undefined
  }
  // A form is never posted in UTF-16 (WHATWG Encoding 4.3).
  return name.startsWith('utf-16') || !iconv.encodingExists(name) ? undefined : name
}

/**
 * Pairs of a form body or of a query without its `?`. `+` is a blank; `%` without two hex digits stays as it is. Without a
 * charset a name or value is UTF-8, or windows-1252 where it is not valid UTF-8. Throws OciError `charset` | `too-large` |
 * `too-many-fields`.
 */
export function decodeForm(bytes: Uint8Array, charset?: string, limits: FormLimits = CALL_UP_LIMITS): Field[] {
  const canonical = charset === undefined ? undefined : canonicalCharset(charset.trim().toLowerCase())
  if (charset !== undefined && canonical === undefined)
    throw new OciError('charset', '', `the charset ${JSON.stringify(charset.slice(0, 40))} is not known`)
  if (bytes.length > limits.maxBytes)
    throw new OciError('too-large', '', `the form has ${bytes.length} bytes, more than ${limits.maxBytes}`)
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = canonical === undefined ? guessed : (part: Buffer) => decoded(part, canonical)
  const fields: Field[] = []
  for (let start = 0; start < input.length; ) {
    const found = input.indexOf(0x26, start)
    const end = found < 0 ? input.length : found
    if (end > start) {
      const equals = input.subarray(start, end).indexOf(0x3d)
      const nameEnd = equals < 0 ? end : start + equals
      if (fields.length >= limits.maxFields)
        throw new OciError('too-many-fields', '', `the form has more than ${limits.maxFields} fields`)
      if (nameEnd - start > limits.maxName)
        throw new OciError('too-large', '', `a field's name is longer than ${limits.maxName} bytes`)
      const name = text(unescaped(input.subarray(start, nameEnd)))
      if (end - nameEnd - 1 > limits.maxValue)
        throw new OciError('too-large', name, `the value of ${name} is longer than ${limits.maxValue} bytes`)
      fields.push([name, nameEnd === end ? '' : text(unescaped(input.subarray(nameEnd + 1, end)))])
    }
    start = end + 1
  }
  return fields
}

/** Percent escapes and `+` undone, byte by byte; the input itself where it has none. */
function unescaped(part: Buffer): Buffer {
  if (!part.includes(0x25) && !part.includes(0x2b)) return part
  const out = Buffer.allocUnsafe(part.length)
  let length = 0
  for (let i = 0; i < part.length; i++) {
    const byte = part[i] as number
    const high = byte === 0x25 ? hexDigit(part[i + 1]) : -1
    const low = high < 0 ? -1 : hexDigit(part[i + 2])
    if (low >= 0) i += 2
    out[length++] = low >= 0 ? high * 16 + low : byte === 0x2b ? 0x20 : byte
  }
  return out.subarray(0, length)
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

function decoded(part: Buffer, charset: string): string {
  return charset === 'utf-8' ? part.toString('utf8') : iconv.decode(part, charset, { stripBOM: false })
}

function guessed(part: Buffer): string {
  const text = part.toString('utf8')
  return text.includes('\uFFFD') && !Buffer.from(text, 'utf8').equals(part) ? decoded(part, 'windows-1252') : text
}

/**
 * What a browser posts for these fields: characters the charset lacks become `&#NNN;` before they are percent-encoded.
 * Throws OciError `charset`.
 */
export function encodeForm(fields: readonly (readonly [string, string])[], charset = 'utf-8'): Uint8Array {
  const canonical = canonicalCharset(charset.trim().toLowerCase())
  if (canonical === undefined)
    throw new OciError('charset', '', `the charset ${JSON.stringify(charset.slice(0, 40))} is not known`)
  const parts = fields.map(([name, value]) => `${escaped(name, canonical)}=${escaped(value, canonical)}`)
  return Buffer.from(parts.join('&'), 'latin1')
}

function escaped(text: string, charset: string): string {
  if (/^[A-Za-z0-9*._-]*$/.test(text)) return text
  let out = ''
  for (const byte of encodeWithReferences(text.replace(/\p{Cs}/gu, '\uFFFD'), charset)) out += BYTES[byte]
  return out
}

/** Byte -> its form in the serializer of WHATWG URL 5.2. */
const BYTES = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  if (/[A-Za-z0-9*._-]/.test(character)) return character
  return byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
})
