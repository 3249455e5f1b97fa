// Which encoding the bytes are in, and their text (XML 1.0 section 4.3.3 and appendix F; RFC 7303: the transport's charset
// wins over the declaration, a byte order mark over both).
import { CxmlError } from './cxml-error.ts'
import type { Finding } from './finding.ts'

/** Labels partners use -> decoder. As on the web, ISO-8859-1 is read as its superset windows-1252. */
const decoders: ReadonlyMap<string, string> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['ascii', 'utf-8'],
  ['iso-8859-1', 'windows-1252'],
  ['latin1', 'windows-1252'],
  ['windows-1252', 'windows-1252'],
  ['cp1252', 'windows-1252'],
  ['iso-8859-15', 'iso-8859-15'],
  ['utf-16', 'utf-16'],
  ['utf-16le', 'utf-16le'],
  ['utf-16be', 'utf-16be'],
])

/** windows-1252, 0x80 to 0x9f. Written out because the TextDecoder of Node 20 and 22 reads that range as ISO-8859-1. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

function decodeWindows1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  return text.replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252.charAt(c.charCodeAt(0) - 0x80))
}

/** Text of the bytes without byte order mark. Throws CxmlError 406 on bytes that are no text in their encoding. */
export function decodeText(bytes: Uint8Array, httpCharset: string | undefined, findings: Finding[]): string {
  const encoding = encodingOf(bytes, httpCharset, findings)
  if (encoding === 'windows-1252') return decodeWindows1252(bytes)
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new CxmlError(
      'encoding',
      406,
      '/',
      `The bytes are not valid ${encoding}. Send UTF-8, or name the real encoding in the XML declaration or the Content-Type.`,
    )
  }
}

function encodingOf(bytes: Uint8Array, httpCharset: string | undefined, findings: Finding[]): string {
  const mark = byteOrderMark(bytes)
  if (mark) return mark
  const wide = wideBytes(bytes)
  const http = httpCharset?.trim().replaceAll('"', '').toLowerCase()
  // us-ascii is what old HTTP libraries say when nobody told them the charset: no information.
  const label = http && http !== 'us-ascii' ? http : declaredEncoding(bytes)
  if (label === undefined) return wide ?? 'utf-8'
  const decoder = decoders.get(label)
  if (!decoder)
    throw new CxmlError('encoding', 406, '/', `Encoding ${label.slice(0, 40)} is not read here. Send UTF-8.`)
  if (wide) return wide
  if (!decoder.startsWith('utf-16')) return decoder
  findings.push({
    code: 'encoding',
    path: '/',
    message: 'The document says UTF-16, its bytes are not: it was read as UTF-8.',
  })
  return 'utf-8'
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  return undefined
}

/** UTF-16 without a mark: every document begins with an ASCII character, so one of the first two bytes is zero. */
function wideBytes(bytes: Uint8Array): string | undefined {
  const [a, b] = bytes
  if (a === 0 && b !== undefined && b !== 0) return 'utf-16be'
  if (b === 0 && a !== undefined && a !== 0) return 'utf-16le'
  return undefined
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 200))
  return /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1]?.toLowerCase()
}
