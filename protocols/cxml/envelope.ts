// The envelope: cXML's attributes, Header, and Request | Response | Message (cXML Reference Guide, "cXML Envelope").
import type { ConfirmationRequest } from './confirmation-request.ts'
import { type Credential, credential, knownDomains, sameDomain } from './credential.ts'
import { CXML_VERSION, versionOf } from './document-type.ts'
import type { Finding } from './finding.ts'
import type { GetPendingRequest, GetPendingResponse } from './get-pending.ts'
import type { InvoiceDetailRequest } from './invoice-detail-request.ts'
import type { OrderRequest } from './order-request.ts'
import type { ProfileRequest, ProfileResponse } from './profile.ts'
import type { PunchOutOrderMessage } from './punchout-order-message.ts'
import type { PunchOutSetupRequest } from './punchout-setup-request.ts'
import type { PunchOutSetupResponse } from './punchout-setup-response.ts'
import { many, one, type Reader, shapeOf, text } from './shape.ts'
import type { ShipNoticeRequest } from './ship-notice-request.ts'
import { type Status, status, statusCodes } from './status.ts'
import type { StatusUpdateRequest } from './status-update-request.ts'
import { parseTimestamp } from './timestamp.ts'
import type { Keeps, Kept, XmlElement } from './xml-element.ts'

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

export type RequestContent =
  | PunchOutSetupRequest
  | ProfileRequest
  | OrderRequest
  | StatusUpdateRequest
  | GetPendingRequest
  | ConfirmationRequest
  | ShipNoticeRequest
  | InvoiceDetailRequest
  | OtherContent
export type ResponseContent = PunchOutSetupResponse | ProfileResponse | GetPendingResponse | OtherContent
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
  bodyKept?: Kept
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

const party = (name: string) =>
  shapeOf<Party>(name, { children: [many(credential, 'credentials', { always: true }), 'Correspondent'] })

const header = shapeOf<Header>('Header', {
  children: [
    one(party('From'), 'from', { required: 'refuse' }),
    one(party('To'), 'to', { required: 'refuse' }),
    one(
      shapeOf<Sender>('Sender', {
        children: [
          many(credential, 'credentials', { always: true }),
          text('UserAgent', 'userAgent', { required: true }),
        ],
      }),
      'sender',
      { required: 'refuse' },
    ),
    'Path',
    'OriginalDocument',
  ],
})

interface Root extends Keeps {
  payloadID?: string
  timestamp?: string
  version?: string
  lang?: string
  signatureVersion?: string
  header?: Header
}

/** The root without its body; Request, Response and Message are taken out before and put back at their place. */
const rootShape = shapeOf<Root>('cXML', {
  attributes: {
    payloadID: 'optional',
    timestamp: 'optional',
    version: 'optional',
    signatureVersion: 'optional',
    lang: 'optional',
  },
  children: [one(header, 'header', { strict: true }), 'ds:Signature'],
})

interface Body extends Keeps {
  deploymentMode?: 'production' | 'test'
  inReplyTo?: string
  Id?: string
  status?: Status
}

const mode = ['production', 'test'] as const
const bodyShapes = {
  Request: shapeOf<Body>('Request', { attributes: { deploymentMode: mode, Id: 'optional' } }),
  Response: shapeOf<Body>('Response', {
    attributes: { Id: 'optional' },
    children: [one(status, 'status', { required: 'refuse' })],
  }),
  Message: shapeOf<Body>('Message', {
    attributes: { deploymentMode: mode, inReplyTo: 'optional', Id: 'optional' },
    children: [one(status, 'status')],
  }),
}

export type Kind = keyof typeof bodyShapes
export type Content = RequestContent | ResponseContent | MessageContent
export type ReadContent = (kind: Kind, element: XmlElement, reader: Reader) => Content
export type WriteContent = (content: Content) => XmlElement

const isBody = (name: string): name is Kind => Object.hasOwn(bodyShapes, name)

/** Throws CxmlError 400 when the tree is no cXML document, or lacks what an answer needs. */
export function readEnvelope(
  root: XmlElement,
  systemId: string | null,
  reader: Reader,
  readContent: ReadContent,
): CxmlDocument {
  reader.enter(root)
  if (root.name !== 'cXML') reader.refuse('not-cxml', '', `The root element is ${root.name}, not cXML.`)
  const bodies: XmlElement[] = []
  const others: XmlElement['children'] = []
  for (const node of root.children)
    if (typeof node !== 'string' && isBody(node.name)) bodies.push(node)
    else others.push(node)
  const [body] = bodies
  if (!body) return reader.refuse('missing', '', 'The document has no Request, Response or Message.')
  if (bodies.length > 1)
    reader.refuse('repeated', '', `The document has ${bodies.map((b) => b.name).join(' and ')}; only one may be.`)
  const { header, ...envelope } = rootShape.read({ ...root, children: others }, reader)
  envelope.version ??= versionOf(systemId) ?? CXML_VERSION
  checkEnvelope(envelope, systemId, reader)
  if (header) checkDomains(header, reader)
  reader.enter(body)
  const document = readBody(body, envelope, header, reader, readContent)
  reader.leave()
  reader.leave()
  return document
}

function readBody(
  element: XmlElement,
  envelope: Omit<Root, 'header'>,
  header: Header | undefined,
  reader: Reader,
  readContent: ReadContent,
): CxmlDocument {
  const kind = element.name as Kind
  const contents = element.children.filter((c) => typeof c !== 'string' && c.name !== 'Status') as XmlElement[]
  const [first] = contents
  if (contents.length > 1)
    reader.refuse('repeated', '', `${kind} holds ${contents.length} documents; only one may be in it.`)
  const own = element.children.filter((c) => c !== first)
  if (kind === 'Request' && element.children.some((c) => typeof c !== 'string' && c.name === 'Status'))
    reader.refuse('not-cxml', 'Status', 'A Request has no Status.')
  const {
    Id: id,
    kept: bodyKept,
    deploymentMode,
    inReplyTo,
    status,
  } = bodyShapes[kind].read({ ...element, children: own }, reader)
  const common = { ...envelope, ...(id !== undefined && { id }), ...(bodyKept && { bodyKept }) }
  const content = first && readWithin(first, kind, reader, readContent)
  if (status && !Object.hasOwn(statusCodes, status.code))
    reader.find('unknown-status', 'Status/@code', `cXML has no Status code "${status.code.slice(0, 20)}".`)
  if (kind === 'Response')
    return {
      kind,
      ...common,
      status: status as Status,
      ...(content && { content: content as ResponseContent }),
    }
  if (!header) return reader.refuse('missing', '', `A ${kind} needs a Header with From, To and Sender.`)
  const sent = { ...common, header, ...(deploymentMode && { deploymentMode }) }
  if (kind === 'Request') {
    if (!content) return reader.refuse('missing', '', 'The Request is empty.')
    return { kind, ...sent, content: content as RequestContent }
  }
  if (!content && !status) return reader.refuse('missing', '', 'The Message is empty.')
  return {
    kind,
    ...sent,
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(status && { status }),
    ...(content && { content: content as MessageContent }),
  }
}

function readWithin(element: XmlElement, kind: Kind, reader: Reader, readContent: ReadContent): Content {
  reader.enter(element)
  const content = readContent(kind, element, reader)
  reader.leave()
  return content
}

function checkEnvelope({ payloadID, timestamp }: Root, systemId: string | null, reader: Reader): void {
  if (systemId === null) reader.find('no-doctype', '', 'The document names no DTD.')
  if (payloadID === undefined || payloadID === '')
    reader.find(
      'missing-payload-id',
      '@payloadID',
      'The document has no payloadID, so a repetition can not be recognised.',
    )
  if (timestamp === undefined || timestamp === '') {
    reader.find('missing-timestamp', '@timestamp', 'The document has no timestamp.')
    return
  }
  const time = parseTimestamp(timestamp)
  if (time?.spelling === 'utc-z')
    reader.find('timestamp-utc-z', '@timestamp', 'The timestamp ends in Z; cXML wants a numeric offset such as +00:00.')
  else if (time?.spelling === 'no-offset')
    reader.find('timestamp-without-offset', '@timestamp', 'The timestamp has no offset from UTC; it is read as UTC.')
  else if (time?.spelling !== 'iso')
    reader.find(
      'timestamp-not-iso',
      '@timestamp',
      `The timestamp "${timestamp.slice(0, 40)}" is not ISO 8601 with numeric offset.`,
    )
}

function checkDomains(header: Header, reader: Reader): void {
  for (const [name, { credentials }] of [
    ['From', header.from],
    ['To', header.to],
    ['Sender', header.sender],
  ] as const) {
    if (credentials.length === 0) reader.find('missing', `Header/${name}`, `${name} has no Credential.`)
    for (const { domain } of credentials)
      if (!knownDomains.includes(domain) && knownDomains.some((known) => sameDomain(known, domain)))
        reader.find(
          'domain-spelling',
          `Header/${name}`,
          `Domain "${domain}" is usually spelled otherwise; case is ignored here.`,
        )
  }
}

/** The tree of a document; its children in DTD order. */
export function writeEnvelope(document: CxmlDocument, writeContent: WriteContent): XmlElement {
  const { payloadID, timestamp, version = CXML_VERSION, lang, signatureVersion, kept } = document
  const header = document.kind === 'Response' ? undefined : document.header
  const root = rootShape.write({ payloadID, timestamp, version, lang, signatureVersion, header, kept })
  const body = bodyShapes[document.kind].write({
    Id: document.id,
    kept: document.bodyKept,
    deploymentMode: document.kind === 'Response' ? undefined : document.deploymentMode,
    inReplyTo: document.kind === 'Message' ? document.inReplyTo : undefined,
    status: document.kind === 'Request' ? undefined : document.status,
  })
  if (document.content) body.children.push(writeContent(document.content))
  root.children.splice(header ? 1 : 0, 0, body)
  return root
}
