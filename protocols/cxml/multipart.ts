// A cXML document with its attachments as one MIME message: multipart/related (RFC 2387, RFC 2046 section 5.1; cXML
// Reference Guide, "Attachment Transmission"). Why no library: postal-mime, a mail reader, ends every line of a binary part
// in "\n" and takes text parts for the mail's text; attachments must keep their bytes.
import { CxmlError } from './cxml-error.ts'
import type { Finding } from './finding.ts'
import { type HeaderValue, parseHeaderValue, readParameter } from './mime-header.ts'
import { undoTransferEncoding } from './transfer-encoding.ts'

export interface MimePart {
  /** Without `<>`. */
  contentId?: string
  /** In lower case, without parameters: `application/pdf`. `text/plain` where the part does not say. */
  contentType: string
  charset?: string
  /** The last step of the path only: safe to show, never to be opened. */
  fileName?: string
  /** As before any transfer encoding. */
  bytes: Uint8Array
}

export interface Multipart {
  /** The cXML document: the part that `start` names, else the first. */
  root: MimePart
  /** The other parts, in their order; parts of a multipart inside stand in its place. */
  parts: MimePart[]
}

export interface MultipartLimits {
  bytes?: number
  parts?: number
  /** Of one part's header. */
  headerBytes?: number
  /** Multiparts within multiparts. */
  levels?: number
}

const LIMITS: Required<MultipartLimits> = { bytes: 50 * 1024 * 1024, parts: 500, headerBytes: 16 * 1024, levels: 4 }

const LF = 10
const CR = 13
const TAB = 9
const SPACE = 32
const DASH = 45

/** Is the body of an HTTP message with this Content-Type to be read with `readMultipart`? */
export function isMultipart(contentType = ''): boolean {
  return parseHeaderValue(contentType).type.startsWith('multipart/')
}

/**
 * Reads a body by its HTTP Content-Type. The root goes on to `decode(root.bytes, root)`.
 * Throws CxmlError: 406 when it is no complete multipart, 499 over a limit. Takes linear time.
 */
export function readMultipart(
  bytes: Uint8Array,
  contentType: string,
  limits: MultipartLimits = {},
): Multipart & { findings: Finding[] } {
  const within = { ...LIMITS, ...limits }
  if (bytes.length > within.bytes) tooLarge(`The message has ${bytes.length} bytes; ${within.bytes} are accepted.`)
  const value = parseHeaderValue(contentType)
  const findings: Finding[] = []
  const parts: MimePart[] = []
  collect(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), value, 1, parts, within, findings)
  const [first] = parts
  if (!first) return malformed('The multipart message has no part.')
  const start = value.parameters.get('start')
  const named = start === undefined ? first : parts.find((part) => part.contentId === bare(start))
  if (!named) find(findings, `No part has the Content-ID ${start?.slice(0, 100)} of "start": the first part is read.`)
  const root = named ?? first
  const ids = parts.flatMap(({ contentId }) => contentId ?? [])
  if (new Set(ids).size < ids.length) find(findings, 'Two parts have the same Content-ID; the first one counts.')
  return { root, parts: parts.filter((part) => part !== root), findings }
}

/** The part that an Attachment's URL (`cid:1@buyer.example`) names; undefined for any other URL and for what did not come. */
export function findPart({ parts }: Pick<Multipart, 'parts'>, url: string): MimePart | undefined {
  const given = /^\s*cid:(.*?)\s*$/is.exec(url)?.[1]
  if (given === undefined) return undefined
  const asWritten = bare(given)
  const part = parts.find(({ contentId }) => contentId === asWritten)
  if (part) return part
  const decoded = percentDecoded(asWritten)
  return parts.find(({ contentId }) => contentId === decoded)
}

/** RFC 2392: in the URL, characters a URL may not hold are percent-encoded. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `<cid:a@b>`, `<a@b>` and `a@b` are the same Content-ID. */
function bare(id: string): string {
  return id
    .trim()
    .replace(/^<(.*)>$/s, '$1')
    .replace(/^cid:/i, '')
    .trim()
}

function collect(
  bytes: Buffer,
  type: HeaderValue,
  level: number,
  parts: MimePart[],
  limits: Required<MultipartLimits>,
  findings: Finding[],
): void {
  if (level > limits.levels) tooLarge(`Multiparts stand within multiparts, more than ${limits.levels} levels deep.`)
  if (!type.type.startsWith('multipart/')) malformed(`The Content-Type ${type.type.slice(0, 100)} is no multipart.`)
  const boundary = type.parameters.get('boundary') ?? ''
  if (boundary === '' || boundary.length > 200)
    malformed('The Content-Type of the multipart message has no usable boundary.')
  for (const piece of split(bytes, boundary, limits.parts)) {
    const { headers, body } = readHeaders(piece, limits.headerBytes)
    const value = parseHeaderValue(headers.get('content-type') ?? 'text/plain')
    if (value.type.startsWith('multipart/')) collect(body, value, level + 1, parts, limits, findings)
    else if (parts.push(readPart(headers, value, body, findings)) > limits.parts)
      tooLarge(`The message has more than ${limits.parts} parts.`)
  }
}

/** What stands between the boundaries. The line break before a boundary belongs to the boundary. */
function split(bytes: Buffer, boundary: string, most: number): Buffer[] {
  const mark = Buffer.from(`--${boundary}`, 'latin1')
  const pieces: Buffer[] = []
  let open: { from: number; crlf: boolean } | undefined
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) {
    if (at > 0 && bytes[at - 1] !== LF) continue
    let end = at + mark.length
    const closing = bytes[end] === DASH && bytes[end + 1] === DASH
    if (closing) end += 2
    while (bytes[end] === SPACE || bytes[end] === TAB) end++
    const crlf = bytes[end] === CR && bytes[end + 1] === LF
    if (!crlf && bytes[end] !== LF && !(closing && end === bytes.length)) continue
    if (open) {
      const to = at - (open.crlf && bytes[at - 2] === CR ? 2 : 1)
      pieces.push(bytes.subarray(open.from, Math.max(to, open.from)))
    }
    if (closing) return pieces
    // Here already, before millions of pieces are cut.
    if (pieces.length >= most) tooLarge(`The message has more than ${most} parts.`)
    open = { from: end + (crlf ? 2 : 1), crlf }
  }
  return malformed(
    open ? 'The multipart message ends inside a part: it is cut off.' : 'The multipart message has no part.',
  )
}

/** Headers by lower-case name, folded lines joined. A line that is no header is where the body begins. */
function readHeaders(piece: Buffer, most: number): { headers: Map<string, string>; body: Buffer } {
  const headers = new Map<string, string>()
  let last: string | undefined
  let pos = 0
  while (pos < piece.length) {
    const found = piece.indexOf(LF, pos)
    const next = found < 0 ? piece.length : found + 1
    const line = piece.subarray(pos, Math.min(next, pos + most + 1)).toString('utf8')
    if (line.trim() === '') return { headers, body: piece.subarray(next) }
    const [, name, value = ''] = /^([\w-]+)[ \t]*:(.*)$/s.exec(line) ?? []
    if (name === undefined && (last === undefined || !/^[ \t]/.test(line))) break
    if (next > most) tooLarge(`The header of a part has more than ${most} bytes.`)
    if (name === undefined) headers.set(last as string, `${headers.get(last as string)} ${line.trim()}`)
    else {
      last = name.toLowerCase()
      if (!headers.has(last)) headers.set(last, value.trim())
    }
    pos = next
  }
  return { headers, body: piece.subarray(pos) }
}

function readPart(
  headers: ReadonlyMap<string, string>,
  type: HeaderValue,
  body: Buffer,
  findings: Finding[],
): MimePart {
  const contentId = bare(headers.get('content-id') ?? '')
  const charset = type.parameters.get('charset')
  const disposition = parseHeaderValue(headers.get('content-disposition') ?? '')
  const fileName = lastStep(readParameter(disposition, 'filename') ?? readParameter(type, 'name') ?? '')
  const encoding = parseHeaderValue(headers.get('content-transfer-encoding') || 'binary').type
  const bytes = undoTransferEncoding(body, encoding)
  if (!bytes)
    find(findings, `Content-Transfer-Encoding ${encoding.slice(0, 40)} is not known; the part stands as it came.`)
  return {
    ...(contentId !== '' && { contentId }),
    contentType: type.type === '' ? 'text/plain' : type.type,
    ...(charset !== undefined && charset !== '' && { charset }),
    ...(fileName !== '' && { fileName }),
    bytes: bytes ?? new Uint8Array(body),
  }
}

/** A file name comes from outside: no folders, no control characters, 200 characters at most. */
function lastStep(path: string): string {
  const name = path
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\ufffd]/gu, '')
    .split(/[/\\]/)
    .at(-1) as string
  const short = [...name.trim()].slice(-200).join('').trim()
  return /^\.*$/.test(short) ? '' : short
}

/**
 * A message to send: the root as it stands, the other parts in base64. `boundary` is the caller's (random, 70 characters at
 * most); the root needs a contentId. Throws CxmlError 400 when the boundary occurs in the root, or a value can't stand in a
 * header.
 */
export function writeMultipart(
  { root, parts }: Multipart,
  boundary: string,
): { contentType: string; bytes: Uint8Array } {
  if (!/^[\w'()+,./:=?-]{1,70}$/.test(boundary)) unwritable('boundary', boundary)
  if (root.contentId === undefined) unwritable('Content-ID', '')
  const rootBytes = Buffer.from(root.bytes)
  if (rootBytes.includes(`--${boundary}`)) unwritable('boundary', boundary)
  const pieces: Uint8Array[] = [
    Buffer.from(`--${boundary}\r\n${headerOf(root, 'binary')}\r\n`),
    rootBytes,
    ...parts.flatMap((part) => [
      Buffer.from(`\r\n--${boundary}\r\n${headerOf(part, 'base64')}\r\n`),
      Buffer.from(
        Buffer.from(part.bytes)
          .toString('base64')
          .replace(/.{76}(?=.)/g, '$&\r\n'),
      ),
    ]),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]
  return {
    contentType: `multipart/related; boundary="${boundary}"; type="${root.contentType}"; start="<${root.contentId}>"`,
    bytes: new Uint8Array(Buffer.concat(pieces)),
  }
}

function headerOf({ contentId, contentType, charset, fileName }: MimePart, encoding: string): string {
  if (!/^[\w.+-]+\/[\w.+-]+$/.test(contentType)) unwritable('Content-Type', contentType)
  if (charset !== undefined && !/^[\w.:+-]+$/.test(charset)) unwritable('charset', charset)
  if (contentId !== undefined && !/^[!-;=?-~]+$/.test(contentId)) unwritable('Content-ID', contentId)
  if (fileName !== undefined && /\p{Cs}/u.test(fileName)) unwritable('file name', fileName)
  return [
    `Content-Type: ${contentType}${charset === undefined ? '' : `; charset=${charset}`}`,
    ...(contentId === undefined ? [] : [`Content-ID: <${contentId}>`]),
    `Content-Transfer-Encoding: ${encoding}`,
    ...(fileName === undefined ? [] : [`Content-Disposition: attachment; ${fileNameParameter(fileName)}`]),
    '',
  ].join('\r\n')
}

/** RFC 2231 where RFC 2183 is not enough: not every receiver reads both. */
function fileNameParameter(name: string): string {
  if (/^[\w .+-]+$/.test(name)) return `filename="${name}"`
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  return `filename*=UTF-8''${encoded}`
}

function find(findings: Finding[], message: string): void {
  if (findings.length < 20) findings.push({ code: 'multipart', path: '/', message })
}

function malformed(message: string): never {
  throw new CxmlError('multipart', 406, '/', message)
}

function tooLarge(message: string): never {
  throw new CxmlError('too-large', 499, '/', message)
}

function unwritable(what: string, value: string): never {
  throw new CxmlError('illegal-character', 400, '/', `The ${what} "${value.slice(0, 80)}" can't be written.`)
}
