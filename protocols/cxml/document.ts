// The codec's two doors: bytes to typed document and back, with the TABLE of documents that have a codec.
import { decodeText } from './charset.ts'
import { confirmationRequest } from './confirmation-request.ts'
import { CxmlError } from './cxml-error.ts'
import { systemIdOf } from './document-type.ts'
import { type Content, type CxmlDocument, type Kind, readEnvelope, writeEnvelope } from './envelope.ts'
import type { Finding } from './finding.ts'
import { getPendingRequest, getPendingResponse } from './get-pending.ts'
import { invoiceDetailRequest } from './invoice-detail-request.ts'
import { orderRequest } from './order-request.ts'
import { profileRequest, profileResponse } from './profile.ts'
import { punchOutOrderMessage } from './punchout-order-message.ts'
import { punchOutSetupRequest } from './punchout-setup-request.ts'
import { punchOutSetupResponse } from './punchout-setup-response.ts'
import { Reader, type Shape } from './shape.ts'
import { shipNoticeRequest } from './ship-notice-request.ts'
import { statusUpdateRequest } from './status-update-request.ts'
import { parseXml, writeXml } from './xml.ts'
import type { XmlElement } from './xml-element.ts'

export type { CxmlDocument, CxmlMessage, CxmlRequest, CxmlResponse } from './envelope.ts'

export interface DecodeOptions {
  /** charset of the HTTP Content-Type; wins over the XML declaration unless there is a byte order mark. */
  charset?: string
  /** Most bytes accepted; 10 MB by default. More is CxmlError 499. */
  maxBytes?: number
}

/** A new document is one codec file and one row here. */
const codecs: Readonly<Record<Kind, readonly Shape<Content>[]>> = {
  Request: [
    profileRequest,
    punchOutSetupRequest,
    orderRequest,
    statusUpdateRequest,
    getPendingRequest,
    confirmationRequest,
    shipNoticeRequest,
    invoiceDetailRequest,
  ] as Shape<Content>[],
  Response: [profileResponse, punchOutSetupResponse, getPendingResponse] as Shape<Content>[],
  Message: [punchOutOrderMessage] as Shape<Content>[],
}

const codecOf = new Map(Object.entries(codecs).flatMap(([kind, shapes]) => shapes.map((s) => [`${kind}/${s.name}`, s])))

const MAX_BYTES = 10 * 1024 * 1024

/** Reads any cXML document in any encoding partners use. Throws CxmlError, nothing else, whatever the bytes. */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): CxmlDocument & { findings: Finding[] } {
  const { charset, maxBytes = MAX_BYTES } = options
  if (bytes.length > maxBytes)
    throw new CxmlError('too-large', 499, '/', `The document has ${bytes.length} bytes; ${maxBytes} are accepted.`)
  const findings: Finding[] = []
  const { root, systemId, leadingBlanks } = parseXml(decodeText(bytes, charset, findings))
  if (leadingBlanks) findings.push({ code: 'encoding', path: '/', message: 'Blanks stand before the XML document.' })
  const document = readEnvelope(root, systemId, new Reader(findings), readContent)
  return { ...document, findings }
}

function readContent(kind: Kind, element: XmlElement, reader: Reader): Content {
  const codec = codecOf.get(`${kind}/${element.name}`)
  if (codec) return codec.read(element, reader)
  reader.find('not-modelled', '', `${element.name} is kept as it is; this hub does not handle it.`)
  return { type: 'Other', name: element.name, element }
}

/**
 * UTF-8 bytes with XML declaration and DOCTYPE. Unmodelled parts are written where the DTD allows them.
 * Throws CxmlError 400 on text XML can't hold (control characters, lone surrogates).
 */
export function encode(document: CxmlDocument): Uint8Array {
  return new TextEncoder().encode(encodeText(document))
}

/** The same as text, for forms. */
export function encodeText(document: CxmlDocument): string {
  const { content, version } = document
  const root = writeEnvelope(document, (c) => writeContent(document.kind, c))
  return writeXml(root, systemIdOf(version, content?.type === 'Other' ? content.name : content?.type))
}

function writeContent(kind: Kind, content: Content): XmlElement {
  if (content.type === 'Other') return content.element
  const codec = codecOf.get(`${kind}/${content.type}`)
  if (!codec) throw new CxmlError('not-cxml', 400, `/cXML/${kind}`, `A ${kind} does not hold a ${content.type}.`)
  return codec.write(content)
}
