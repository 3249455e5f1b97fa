// POST /cxml: every cXML document. Decode -> authenticate the partner -> store once -> the document's handler -> Status or answer.
// Whatever happens, HTTP 200 with a cXML Response: senders take an HTML error for a passing fault and retry for hours.
import type { Request, Response } from 'express'
import { CxmlError } from '../../protocols/cxml/cxml-error.ts'
import { decode } from '../../protocols/cxml/document.ts'
import type { CxmlDocument, CxmlRequest, CxmlResponse } from '../../protocols/cxml/envelope.ts'
import { isMultipart, readMultipart } from '../../protocols/cxml/multipart.ts'
import { isUniqueViolation, together, type Write } from '../database/together.ts'
import { documentInsert, findAnswer, type NewDocument } from '../documents/document-store.ts'
import { receiveOnce } from '../documents/receive-once.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import type { Attachment } from '../mapping/cxml-order.ts'
import { partiesOf } from '../mapping/cxml-punchout.ts'
import { authenticatePartner, type Parties } from '../partners/authenticate-partner.ts'
import type { TradingPartner } from '../partners/partner.ts'
import { getPendingHandler } from './cxml-get-pending.ts'
import { orderRequestHandler } from './cxml-order-request.ts'
import { profileHandler } from './cxml-profile.ts'
import { punchOutSetupHandler } from './cxml-punchout-setup.ts'
import { refuseDocument, responseDocument } from './cxml-response.ts'
import { statusUpdateHandler } from './cxml-status-update.ts'
import { assertNotLocked, countFailure } from './failure-limit.ts'
import { readBody } from './read-body.ts'
import { asHubError } from './render-error.ts'
import type { Route } from './route.ts'

/** Bytes of the largest document taken, and of one with its attachments. */
const MAX_BYTES = 10 * 1024 * 1024
const MAX_BYTES_WITH_ATTACHMENTS = 50 * 1024 * 1024

export interface CxmlCall {
  partner: TradingPartner
  parties: Parties
  request: CxmlRequest
  documentId: string
  /** What came beside the document in the same multipart message; its bytes are kept in the stored document. */
  attachments: Attachment[]
  /** Resolves once the document is safely stored. A handler that must change something by itself awaits it first. */
  stored: Promise<unknown>
}

/** What a handler answers: the content of the Response (absent = a bare Status 200), and what is committed along with it. */
export interface CxmlAnswer {
  content?: CxmlResponse['content']
  /** The session the document began. */
  sessionId?: string
  writes: Write[]
  /** What is more than a few writes: done in one transaction with the answer. Its errors become the answer instead. */
  act?: (db: Hub['db']) => Promise<void>
  /** Status of a success that isn't 200. */
  code?: number
}

/** Reads what it needs while the document is being stored, and hands back what is to be written together with the answer. */
export type CxmlHandler = (hub: Hub, call: CxmlCall) => Promise<CxmlAnswer>

/** The documents the hub acts on. Everything else is stored and answered with Status 450. */
const handlers: Record<string, CxmlHandler> = {
  ProfileRequest: profileHandler,
  PunchOutSetupRequest: punchOutSetupHandler,
  OrderRequest: orderRequestHandler,
  StatusUpdateRequest: statusUpdateHandler,
  GetPendingRequest: getPendingHandler,
}

export const cxmlRoute: Route = {
  method: 'post',
  path: '/cxml',
  who: 'anyone',
  summary: 'Every cXML document',
  async handle(hub, req, res) {
    const bytes = await answerDocument(hub, req, res)
    res.status(200).set('Content-Type', 'text/xml; charset=UTF-8').send(Buffer.from(bytes))
  },
}

/** Never throws: every failure is a Response with a Status. */
async function answerDocument(hub: Hub, req: Request, res: Response): Promise<Uint8Array> {
  const contentType = req.get('content-type') ?? ''
  const incoming: NewDocument = {
    id: hub.newId(),
    direction: 'in',
    protocol: 'cxml',
    kind: 'unreadable',
    contentType: contentType.slice(0, 200),
    bytes: new Uint8Array(),
  }
  let stored = false
  try {
    incoming.bytes = await readBody(req, isMultipart(contentType) ? MAX_BYTES_WITH_ATTACHMENTS : MAX_BYTES)
    const { document, attachments } = readDocument(incoming.bytes, contentType)
    describeIncoming(incoming, document)
    const request = asRequest(document)
    const parties = partiesOf(request.header, request.deploymentMode)
    incoming.mode = parties.mode
    const partner = await identifyPartner(hub, req, parties)
    incoming.sellerId = partner.sellerId
    incoming.partnerId = partner.id

    const storing = receiveOnce(hub.db, hub.keys, hub.storeIncoming, incoming, hub.now())
    const call = { partner, parties, request, documentId: incoming.id, attachments, stored: storing }
    const [reception, answer] = await Promise.allSettled([storing, handle(hub, call)])
    if (reception.status === 'rejected') throw reception.reason
    stored = true
    if (reception.value.kind === 'replay') return reception.value.bytes
    if (reception.value.id !== incoming.id) {
      // An earlier try was stored and never answered: act on that one.
      incoming.id = reception.value.id
      return await commitAnswer(hub, partner, incoming.id, await handle(hub, { ...call, documentId: incoming.id }))
    }
    if (answer.status === 'rejected') throw answer.reason
    return await commitAnswer(hub, partner, incoming.id, answer.value)
  } catch (error) {
    return refuseDocument(hub, incoming, error instanceof CxmlError ? error : asHubError(error), stored, res)
  }
}

/** The document, and what came with it where the body is multipart/related. Throws CxmlError. */
function readDocument(
  bytes: Uint8Array,
  contentType: string,
): { document: ReturnType<typeof decode>; attachments: Attachment[] } {
  if (!isMultipart(contentType))
    return { document: decode(bytes, { charset: charsetOf(contentType), maxBytes: MAX_BYTES }), attachments: [] }
  const { root, parts, findings } = readMultipart(bytes, contentType, { bytes: MAX_BYTES_WITH_ATTACHMENTS })
  const document = decode(root.bytes, { charset: root.charset, maxBytes: MAX_BYTES })
  const attachments = parts.map((part) => ({
    contentId: part.contentId ?? '',
    fileName: part.fileName ?? null,
    contentType: part.contentType,
    size: part.bytes.length,
  }))
  return { document: { ...document, findings: [...findings, ...document.findings] }, attachments }
}

function describeIncoming(incoming: NewDocument, document: ReturnType<typeof decode>): void {
  incoming.payloadId = document.payloadID?.slice(0, 1000)
  incoming.findings = document.findings.slice(0, 200)
  incoming.kind = nameOf(document)?.slice(0, 100) ?? document.kind
}

function nameOf({ content }: CxmlDocument): string | undefined {
  return content?.type === 'Other' ? content.name : content?.type
}

function asRequest(document: CxmlDocument): CxmlRequest {
  if (document.kind === 'Request') return document
  throw new HubError('invalid_document', `Only Requests are taken here; this is a ${document.kind}.`)
}

async function identifyPartner(hub: Hub, req: Request, parties: Parties): Promise<TradingPartner> {
  const address = req.ip ?? ''
  const sender = parties.sender.map((s) => s.identity).join(' ')
  await assertNotLocked(address, sender)
  const candidates = await hub.partners.bySender(hub.db, parties.sender, parties.mode)
  try {
    return authenticatePartner(hub.keys, candidates, parties, { refuseDemo: hub.config.production })
  } catch (error) {
    await countFailure(address, sender)
    throw error
  }
}

async function handle(hub: Hub, call: CxmlCall): Promise<CxmlAnswer> {
  const name = nameOf(call.request) ?? ''
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined
  if (!handler) throw new HubError('not_implemented', `${name} is stored but not handled by this hub.`)
  return handler(hub, call)
}

/** Commits what the handler wants written and the answer, all or nothing; answered meanwhile by another process, says the same. */
async function commitAnswer(
  hub: Hub,
  partner: TradingPartner,
  inReplyTo: string,
  answer: CxmlAnswer,
): Promise<Uint8Array> {
  const { content, sessionId, writes, act, code = 200 } = answer
  const document = responseDocument(hub, { partner, inReplyTo, code, message: '', content, sessionId })
  const insert = (db: Hub['db']) => documentInsert(db, hub.keys, [document], hub.now())
  try {
    if (act)
      await hub.db.transaction(async (trx) => {
        await act(trx)
        await insert(trx)
      })
    else await together(hub.db, [...writes, insert(hub.db)])
    return document.bytes
  } catch (error) {
    const other = isUniqueViolation(error) ? await findAnswer(hub.db, hub.keys, inReplyTo) : undefined
    if (!other) throw error
    return other.bytes
  }
}

function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([\w:.-]+)/i.exec(contentType)?.[1]
}
