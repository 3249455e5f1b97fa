// A wire document: what came in or went out, byte for byte, with what was noticed about it.
import type { Mode } from '../partners/partner.ts'

export interface Finding {
  /** Short, stable: `no_doctype`, `unauthenticated` ... */
  code: string
  /** For a person: what was seen and what to do. */
  message: string
  /** Where in the document, when known. */
  path?: string
}

export interface WireDocument {
  id: string
  sellerId: string | null
  partnerId: string | null
  sessionId: string | null
  direction: 'in' | 'out'
  protocol: 'cxml' | 'oci' | 'ubl' | 'erp'
  /** PunchOutSetupRequest, Status, OciCallUp, ... */
  kind: string
  payloadId: string | null
  mode: Mode | null
  contentType: string
  size: number
  sha256: Buffer
  findings: Finding[]
  /** cXML Status of an answer. */
  statusCode: number | null
  inReplyTo: string | null
  duplicateOf: string | null
  orderId: string | null
  createdAt: Date
}

/** The purpose documents are sealed for. */
export const DOCUMENT_PURPOSE = 'document'
