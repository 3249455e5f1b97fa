// Content-Transfer-Encoding of a MIME part, undone byte for byte (RFC 2045 section 6).
import { CxmlError } from './cxml-error.ts'

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const EQUALS = 61

/**
 * The part's bytes before `7bit`, `8bit`, `binary`, `base64` or `quoted-printable`; null for an encoding that is none of them.
 * Never the given bytes themselves: a small part does not keep a large message in memory. Throws CxmlError 406 on base64 that
 * is damaged.
 */
export function undoTransferEncoding(body: Uint8Array, encoding: string): Uint8Array | null {
  if (encoding === 'base64') return fromBase64(body)
  if (encoding === 'quoted-printable') return fromQuotedPrintable(body)
  return ['7bit', '8bit', 'binary'].includes(encoding) ? new Uint8Array(body) : null
}

const PADDING = 64
const BLANK = 65
const FOREIGN = 66

const base64Values = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code)
  const value = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='.indexOf(character)
  if (value >= 0) return value
  return /\s/.test(character) ? BLANK : FOREIGN
})

/** Some encoders pad every chunk, so that `=` stands in the middle, where Buffer would stop. */
function fromBase64(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil((body.length * 3) / 4))
  let size = 0
  let bits = 0
  /** Characters of the unit so far, modulo 4: each but the first completes a byte. */
  let phase = 0
  for (const byte of body) {
    const value = base64Values[byte] as number
    if (value < PADDING) {
      bits = ((bits << 6) | value) & 0xfff
      if (phase > 0) out[size++] = bits >> (6 - 2 * phase)
      phase = (phase + 1) & 3
    } else if (value === PADDING) {
      if (phase === 1) damaged('A part in base64 is cut off.')
      phase = 0
    } else if (value === FOREIGN) damaged('A part is not the base64 it says it is.')
  }
  if (phase === 1) damaged('A part in base64 is cut off.')
  return out.slice(0, size)
}

/** An `=` that begins no escape stands for itself. Blanks at a line's end were added on the way, and are dropped. */
function fromQuotedPrintable(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length)
  let size = 0
  /** Behind the last byte that is no literal blank. */
  let solid = 0
  for (let pos = 0; pos < body.length; pos++) {
    const byte = body[pos] as number
    if (byte === EQUALS) {
      const escaped = (hexDigit(body[pos + 1]) << 4) | hexDigit(body[pos + 2])
      const lineEnd = escaped >= 0 ? -1 : endOfLine(body, pos + 1)
      if (escaped >= 0) {
        out[size++] = escaped
        solid = size
        pos += 2
        continue
      }
      if (lineEnd >= 0) {
        solid = size
        pos = lineEnd - 1
        continue
      }
    }
    if (byte === LF || (byte === CR && body[pos + 1] === LF)) size = solid
    out[size++] = byte
    if (byte !== SPACE && byte !== TAB) solid = size
  }
  return out.slice(0, solid)
}

/** -1 where it is none. */
function hexDigit(byte = 0): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte & ~32
  return letter >= 65 && letter <= 70 ? letter - 55 : -1
}

/** Position behind the line break, where only blanks stand before it; else -1. */
function endOfLine(body: Uint8Array, from: number): number {
  let pos = from
  while (body[pos] === SPACE || body[pos] === TAB) pos++
  if (body[pos] === CR && body[pos + 1] === LF) return pos + 2
  return body[pos] === LF ? pos + 1 : -1
}

function damaged(message: string): never {
  throw new CxmlError('multipart', 406, '/', message)
}
