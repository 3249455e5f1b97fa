// POST /cxml: every cXML document. Decode -> authenticate the partner -> store once -> the document's handler -> Status or answer.
// Whatever happens, HTTP 200 with a cXML Response: senders take an HTML error for a passing fault and retry for hours.
import type { Request, Response } from 'express'
import { CxmlError } from '../../protocols/cxml/cxml-error.ts'
import { decode, encode } from '../../protocols/cxml/document.ts'
import type { CxmlDocument, CxmlRequest, CxmlResponse } from '../../protocols/cxml/envelope.ts'
import { statusOf } from '../../protocols/cxml/status.ts'
import { formatTimestamp } from '../../protocols/cxml/timestamp.ts'
import type { Db } from '../database/database.ts'
import {
  addFinding,
  findAnswer,
  insertDocument,
  linkDocumentToSession,
  type NewDocument,
} from '../documents/document-store.ts'
import { receiveOnce } from '../documents/receive-once.ts'
import { errorKinds, HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { partiesOf } from '../mapping/cxml-punchout.ts'
import { authenticatePartner, type Parties } from '../partners/authenticate-partner.ts'
import type { TradingPartner } from '../partners/partner.ts'
import { profileHandler } from './cxml-profile.ts'
import { punchOutSetupHandler } from './cxml-punchout-setup.ts'
import { assertNotLocked, countFailure } from './failure-limit.ts'
import { readBody } from './read-body.ts'
import { asHubError, logError } from './render-error.ts'
import type { Route } from './route.ts'

/** Bytes of the largest document taken: orders with attachments are rarely above a few MB. */
const MAX_BYTES = 10 * 1024 * 1024

export interface CxmlCall {
  /** The transaction in which the document is acted on and answered. */
  db: Db
  partner: TradingPartner
  parties: Parties
  request: CxmlRequest
  documentId: string
}

/** What a handler answers: the content of the Response (absent = a bare Status 200), and the session it began. */
export interface CxmlAnswer {
  content?: CxmlResponse['content']
  sessionId?: string
}

export type CxmlHandler = (hub: Hub, call: CxmlCall) => Promise<CxmlAnswer>

/** The documents the hub acts on. Everything else is stored and answered with Status 450. */
export const cxmlHandlers: Record<string, CxmlHandler> = {
  ProfileRequest: profileHandler,
  PunchOutSetupRequest: punchOutSetupHandler,
}

export const cxmlRoute: Route = {
  method: 'post',
  path: '/cxml',
  who: 'anyone',
  summary: 'Every cXML document',
  async handle(hub, req, res) {
    const { bytes } = await answerDocument(hub, req, res)
    res.status(200).set('Content-Type', 'text/xml; charset=UTF-8').send(bytes)
  },
}

/** Never throws: every failure is a Response with a Status. */
async function answerDocument(hub: Hub, req: Request, res: Response): Promise<{ bytes: Uint8Array }> {
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
    incoming.bytes = await readBody(req, MAX_BYTES)
    if (/^multipart\//i.test(contentType))
      throw new HubError(
        'not_implemented',
        'Documents with attachments (multipart/related) are not handled by this hub.',
      )
    const document = decode(incoming.bytes, { charset: charsetOf(contentType), maxBytes: MAX_BYTES })
    describeIncoming(incoming, document)
    const request = asRequest(document)
    const parties = partiesOf(request.header, request.deploymentMode)
    incoming.mode = parties.mode
    const partner = await identifyPartner(hub, req, parties)
    incoming.sellerId = partner.sellerId
    incoming.partnerId = partner.id
    stored = true
    const reception = await receiveOnce(hub.db, hub.keys, incoming, hub.now())
    if (reception.kind === 'replay') return reception
    incoming.id = reception.id
    return await act(hub, { partner, parties, request, documentId: reception.id })
  } catch (error) {
    const known = error instanceof CxmlError ? error : asHubError(error)
    return refuse(hub, incoming, known, stored, res)
  }
}

function describeIncoming(incoming: NewDocument, document: ReturnType<typeof decode>): void {
  incoming.payloadId = document.payloadID?.slice(0, 1000)
  incoming.findings = document.findings.slice(0, 200)
  const name = document.content?.type === 'Other' ? document.content.name : document.content?.type
  incoming.kind = name?.slice(0, 100) ?? document.kind
}

function asRequest(document: CxmlDocument): CxmlRequest {
  if (document.kind === 'Request') return document
  throw new HubError('invalid_document', `Only Requests are taken here; this is a ${document.kind}.`)
}

async function identifyPartner(hub: Hub, req: Request, parties: Parties): Promise<TradingPartner> {
  const address = req.ip ?? ''
  const sender = parties.sender.map((s) => s.identity).join(' ')
  await assertNotLocked(address, sender)
  try {
    return await authenticatePartner(hub.db, hub.keys, parties, { refuseDemo: hub.config.production })
  } catch (error) {
    if (error instanceof HubError && error.code === 'unauthenticated') await countFailure(address, sender)
    throw error
  }
}

/** Thrown inside the transaction when the same document was answered by another process meanwhile: roll back, say the same. */
class AnsweredMeanwhile extends Error {}

async function act(hub: Hub, call: Omit<CxmlCall, 'db'>): Promise<{ bytes: Uint8Array }> {
  const { type } = call.request.content
  const name = type === 'Other' ? call.request.content.name : type
  const handler = Object.hasOwn(cxmlHandlers, name) ? cxmlHandlers[name] : undefined
  try {
    return await hub.db.transaction(async (trx) => {
      if (!handler) throw new HubError('not_implemented', `${name} is stored but not handled by this hub.`)
      const { content, sessionId } = await handler(hub, { ...call, db: trx })
      if (sessionId) await linkDocumentToSession(trx, call.documentId, sessionId)
      const answer = { code: 200, message: '', content, sessionId }
      return recordAnswer(hub, trx, { partner: call.partner, inReplyTo: call.documentId, answer })
    })
  } catch (error) {
    if (!(error instanceof AnsweredMeanwhile)) throw error
    const answer = await findAnswer(hub.db, hub.keys, call.documentId)
    if (!answer) throw new HubError('unavailable')
    return answer
  }
}

interface Answer {
  code: number
  message: string
  content?: CxmlResponse['content']
  sessionId?: string | undefined
}

async function recordAnswer(
  hub: Hub,
  db: Db,
  to: { partner: Pick<TradingPartner, 'id' | 'sellerId'> | null; inReplyTo: string | null; answer: Answer },
): Promise<{ bytes: Uint8Array }> {
  const { code, message, content, sessionId } = to.answer
  const id = hub.newId()
  const payloadID = `${id}@${new URL(hub.config.publicUrl).hostname}`
  const response: CxmlResponse = {
    kind: 'Response',
    payloadID,
    timestamp: formatTimestamp(hub.now(), hub.config.timeZone),
    lang: 'en-US',
    status: statusOf(code, message),
    content,
  }
  const bytes = encode(response)
  const inserted = await insertDocument(
    db,
    hub.keys,
    {
      id,
      sellerId: to.partner?.sellerId,
      partnerId: to.partner?.id,
      sessionId,
      direction: 'out',
      protocol: 'cxml',
      kind: content?.type ?? 'Status',
      payloadId: payloadID,
      contentType: 'text/xml; charset=UTF-8',
      bytes,
      statusCode: code,
      inReplyTo: to.inReplyTo,
    },
    hub.now(),
  )
  if (!inserted) throw new AnsweredMeanwhile()
  return { bytes }
}

/** Stores the document if it isn't yet, and the refusal as its answer. Storing must not turn a refusal into a crash. */
async function refuse(
  hub: Hub,
  incoming: NewDocument,
  error: HubError | CxmlError,
  stored: boolean,
  res: Response,
): Promise<{ bytes: Uint8Array }> {
  const refusal =
    error instanceof CxmlError
      ? { code: error.status, message: inWords(error) }
      : { code: errorKinds[error.code].cxml, message: error.message }
  if (error instanceof HubError) logError(hub, error, res)
  else hub.log.info({ route: res.locals.route, code: error.code, path: error.path }, 'document refused')
  const why =
    error instanceof HubError && typeof error.cause === 'string'
      ? `${refusal.message} (${error.cause})`
      : refusal.message
  try {
    const finding = { code: error.code, message: why }
    if (stored) await addFinding(hub.db, incoming.id, finding)
    else
      await insertDocument(
        hub.db,
        hub.keys,
        { ...incoming, findings: [...(incoming.findings ?? []), finding] },
        hub.now(),
      )
    // A reused payloadID and a refusal to an unknown sender answer no stored document for good.
    const partner =
      incoming.partnerId && incoming.sellerId ? { id: incoming.partnerId, sellerId: incoming.sellerId } : null
    const inReplyTo = error.code === 'payload_reused' ? null : incoming.id
    return await recordAnswer(hub, hub.db, { partner, inReplyTo, answer: refusal })
  } catch (failure) {
    if (failure instanceof AnsweredMeanwhile) {
      const answer = await findAnswer(hub.db, hub.keys, incoming.id)
      if (answer) return answer
    }
    hub.log.error({ failure }, 'a refusal could not be stored')
    return { bytes: encode(plainResponse(hub, 560, 'The hub cannot answer just now. Try again.')) }
  }
}

function inWords({ path, message }: CxmlError): string {
  return message.includes(path) ? message : `${path}: ${message}`
}

function plainResponse(hub: Hub, code: number, message: string): CxmlResponse {
  const payloadID = `${hub.newId()}@${new URL(hub.config.publicUrl).hostname}`
  return {
    kind: 'Response',
    payloadID,
    timestamp: formatTimestamp(hub.now(), hub.config.timeZone),
    status: statusOf(code, message),
  }
}

function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([\w:.-]+)/i.exec(contentType)?.[1]
}
