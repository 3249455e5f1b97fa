// GetPendingRequest / GetPendingResponse: documents fetched by who can't be reached (cXML Reference Guide, "GetPending").
import { decodeText } from './charset.ts'
import { CxmlError } from './cxml-error.ts'
import { systemIdOf, versionOf } from './document-type.ts'
import { many, type Shape, shapeOf, text } from './shape.ts'
import { parseXml, writeXml } from './xml.ts'
import type { Keeps, XmlElement } from './xml-element.ts'

/** "What is there for me, of these kinds?" */
export interface GetPendingRequest extends Keeps {
  type: 'GetPendingRequest'
  /** Documents up to this timestamp have arrived: they are not to be sent again. */
  lastReceivedTimestamp?: string
  maxMessages?: string
  /** Names of documents, `ConfirmationRequest`. */
  messageTypes: string[]
}

/**
 * `documents` are whole cXML documents, as trees: `nestDocument` puts an encoded one in, `nestedDocument` takes one out.
 * Status 211 beside it says that more wait. A document of another DTD than cXML.dtd, such as an InvoiceDetailRequest, may be
 * in it by its prose; no DTD says so, and a validating reader finds it invalid.
 */
export interface GetPendingResponse extends Keeps {
  type: 'GetPendingResponse'
  documents: XmlElement[]
}

export const getPendingRequest = shapeOf<GetPendingRequest>('GetPendingRequest', {
  constants: { type: 'GetPendingRequest' },
  attributes: { maxMessages: 'optional', lastReceivedTimestamp: 'optional' },
  children: [text('MessageType', 'messageTypes', { many: true, token: true, always: true })],
})

const document: Shape<XmlElement> = { name: 'cXML', read: (element) => element, write: (element) => element }

export const getPendingResponse = shapeOf<GetPendingResponse>('GetPendingResponse', {
  constants: { type: 'GetPendingResponse' },
  children: [many(document, 'documents', { always: true })],
})

/** The bytes of a cXML document as a tree for GetPendingResponse. Throws CxmlError 400, 406, 499 as `decode` does. */
export function nestDocument(bytes: Uint8Array): XmlElement {
  const { root, systemId } = parseXml(decodeText(bytes, undefined, []))
  if (root.name !== 'cXML')
    throw new CxmlError('not-cxml', 400, `/${root.name}`, `The root element is ${root.name}, not cXML.`)
  // Inside there is no DOCTYPE: the version it named would be lost.
  const version = root.attributes.version ?? versionOf(systemId)
  return version === undefined ? root : { ...root, attributes: { ...root.attributes, version } }
}

/** A document of GetPendingResponse as bytes of its own, for `decode`. */
export function nestedDocument(document: XmlElement): Uint8Array {
  return new TextEncoder().encode(writeXml(document, systemIdOf(document.attributes.version, contentName(document))))
}

function contentName(document: XmlElement): string | undefined {
  const body = elementsOf(document).find((e) => e.name !== 'Header')
  return body && elementsOf(body).find((e) => e.name !== 'Status')?.name
}

function elementsOf({ children }: XmlElement): XmlElement[] {
  return children.filter((c) => typeof c !== 'string')
}
