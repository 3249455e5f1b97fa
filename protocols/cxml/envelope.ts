// The envelope: cXML's attributes, Header, and Request | Response | Message (cXML Reference Guide, "cXML Envelope").
import type { Credential } from './credential.ts'
import type { Finding } from './finding.ts'
import type { ProfileRequest, ProfileResponse } from './profile.ts'
import type { PunchOutOrderMessage } from './punchout-order-message.ts'
import type { PunchOutSetupRequest } from './punchout-setup-request.ts'
import type { PunchOutSetupResponse } from './punchout-setup-response.ts'
import type { Status } from './status.ts'
import type { Keeps, XmlElement } from './xml-element.ts'

export interface Party extends Keeps {
  credentials: Credential[]
}

export interface Sender extends Party {
  userAgent: string
}

export interface Header extends Keeps {
  from: Party
  to: Party
  sender: Sender
}

/** A document that exists in cXML (or a dialect) but has no codec here yet: kept as a tree, answered with 450. */
export interface OtherContent {
  type: 'Other'
  name: string
  element: XmlElement
}

export type RequestContent = PunchOutSetupRequest | ProfileRequest | OtherContent
export type ResponseContent = PunchOutSetupResponse | ProfileResponse | OtherContent
export type MessageContent = PunchOutOrderMessage | OtherContent

interface Envelope extends Keeps {
  /** Absent when the sender left it out (a finding). */
  payloadID?: string
  /** As written; `parseTimestamp` reads it. Absent when the sender left it out (a finding). */
  timestamp?: string
  /** Attribute, else the DOCTYPE's, else the DTD's default. `encode` writes 1.2.071 when absent. */
  version?: string
  lang?: string
  signatureVersion?: string
  /** Id of Request, Response or Message. */
  id?: string
  /** Set by `decode`, ignored by `encode`. */
  findings?: Finding[]
  /** Kept parts of Request, Response or Message itself. */
  bodyKept?: Keeps['kept']
}

export interface CxmlRequest extends Envelope {
  kind: 'Request'
  header: Header
  /** Absent = production. */
  deploymentMode?: 'production' | 'test'
  content: RequestContent
}

export interface CxmlResponse extends Envelope {
  kind: 'Response'
  status: Status
  content?: ResponseContent
}

export interface CxmlMessage extends Envelope {
  kind: 'Message'
  header: Header
  deploymentMode?: 'production' | 'test'
  inReplyTo?: string
  /** 204 = the shopper cancelled. */
  status?: Status
  content?: MessageContent
}

export type CxmlDocument = CxmlRequest | CxmlResponse | CxmlMessage
