// The hub's cXML Responses: answers and refusals, as documents to be stored and sent.
import type { Response } from 'express'
import { CxmlError } from '../../protocols/cxml/cxml-error.ts'
import { encode } from '../../protocols/cxml/document.ts'
import type { CxmlResponse } from '../../protocols/cxml/envelope.ts'
import { statusOf } from '../../protocols/cxml/status.ts'
import { formatTimestamp } from '../../protocols/cxml/timestamp.ts'
import { addFinding, findAnswer, insertDocument, type NewDocument } from '../documents/document-store.ts'
import { errorKinds, type HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import type { TradingPartner } from '../partners/partner.ts'
import { logError } from './render-error.ts'

interface Answer {
  partner: Pick<TradingPartner, 'id' | 'sellerId'> | null
  inReplyTo: string | null
  code: number
  message: string
  content?: CxmlResponse['content']
  sessionId?: string | undefined
}

/** A Response under a new payloadID, as the document that is stored and sent. */
export function responseDocument(hub: Hub, answer: Answer): NewDocument {
  const { partner, inReplyTo, code, message, content, sessionId } = answer
  const id = hub.newId()
  const payloadID = `${id}@${new URL(hub.config.publicUrl).hostname}`
  const timestamp = formatTimestamp(hub.now(), hub.config.timeZone)
  const bytes = encode({
    kind: 'Response',
    payloadID,
    timestamp,
    lang: 'en-US',
    status: statusOf(code, message),
    content,
  })
  return {
    id,
    sellerId: partner?.sellerId,
    partnerId: partner?.id,
    sessionId,
    direction: 'out',
    protocol: 'cxml',
    kind: content?.type ?? 'Status',
    payloadId: payloadID,
    contentType: 'text/xml; charset=UTF-8',
    bytes,
    statusCode: code,
    inReplyTo,
  }
}

/**
 * Stores a document that is refused, if it isn't stored yet, with the reason; stores and returns the refusal. Storing must not turn
 * a refusal into a crash: without a database the sender is told to try again.
 */
export async function refuseDocument(
  hub: Hub,
  incoming: NewDocument,
  error: HubError | CxmlError,
  stored: boolean,
  res: Response,
): Promise<Uint8Array> {
  const code = error instanceof CxmlError ? error.status : errorKinds[error.code].cxml
  const message = error instanceof CxmlError ? inWords(error) : error.message
  const why = typeof error.cause === 'string' ? `${message} (${error.cause})` : message
  if (error instanceof CxmlError)
    hub.log.info({ route: res.locals.route, code: error.code, path: error.path }, 'document refused')
  else logError(hub, error, res)
  const partner =
    incoming.partnerId && incoming.sellerId ? { id: incoming.partnerId, sellerId: incoming.sellerId } : null
  // A second document under one payloadID must not become the answer to the first.
  const inReplyTo = error.code === 'payload_reused' ? null : incoming.id
  const refusal = responseDocument(hub, { partner, inReplyTo, code, message })
  try {
    const finding = { code: error.code, message: why }
    if (stored) await addFinding(hub.db, incoming.id, finding)
    else if (error.code !== 'payload_reused')
      await insertDocument(
        hub.db,
        hub.keys,
        { ...incoming, findings: [...(incoming.findings ?? []), finding] },
        hub.now(),
      )
    if (await insertDocument(hub.db, hub.keys, refusal, hub.now())) return refusal.bytes
    const other = await findAnswer(hub.db, hub.keys, incoming.id)
    return other?.bytes ?? refusal.bytes
  } catch (failure) {
    hub.log.error({ err: failure }, 'a refusal could not be stored')
    return responseDocument(hub, {
      partner,
      inReplyTo,
      code: 560,
      message: 'The hub cannot answer just now. Try again.',
    }).bytes
  }
}

function inWords({ path, message }: CxmlError): string {
  return message.includes(path) ? message : `${path}: ${message}`
}
