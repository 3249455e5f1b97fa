// Posts a stored document to a buyer's system: the same bytes and payloadID at every attempt, and what tells of one order, shipment or
// invoice in the order it was told. Retried on transport errors and Status 5xx, not on 4xx; an endpoint that answers HTML counts as a
// transport error.
import { CxmlError } from '../protocols/cxml/cxml-error.ts'
import { decode } from '../protocols/cxml/document.ts'
import { stampOf } from '../src/database/stamp.ts'
import type { Delivery } from '../src/documents/delivery.ts'
import { findDeliveryById, isBehind, updateDelivery } from '../src/documents/delivery-store.ts'
import { findDocumentBytes, insertDocument } from '../src/documents/document-store.ts'
import type { Hub } from '../src/hub.ts'
import { type OutgoingAnswer, OutgoingError, postOutside } from '../src/outgoing-http.ts'
import { findPartner } from '../src/partners/partner-store.ts'
import { type Job, patient } from './job.ts'

const TIMEOUT_MS = 60_000
const MAX_ANSWER_BYTES = 5 * 1024 * 1024
const BEHIND_SECONDS = 15

export const deliverDocument: Job<'deliver-document'> = {
  name: 'deliver-document',
  ...patient,
  async run(hub, { deliveryId }, { signal }) {
    const delivery = await findDeliveryById(hub.db, deliveryId)
    if (!delivery || delivery.state === 'delivered' || delivery.way !== 'post') return
    if (await isBehind(hub.db, delivery))
      throw new OutgoingError('throttled', 'An earlier document about the same is still on its way.', {
        retryAfter: BEHIND_SECONDS,
      })
    await deliver(hub, delivery, signal)
  },
  // Nothing more is sent unless somebody replays the job; what comes after it about the same may go.
  async died(hub, { deliveryId }, { kind, words }) {
    const delivery = await findDeliveryById(hub.db, deliveryId)
    if (delivery?.state !== 'waiting') return
    const state = kind === 'refused' ? 'refused' : 'given-up'
    await updateDelivery(hub.db, deliveryId, { state, statusText: words }, hub.now())
  },
}

async function deliver(hub: Hub, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const partner = await findPartner(hub.db, delivery.sellerId, delivery.partnerId)
  const url = partner?.settings.outgoing.url
  if (!partner || !url)
    throw new OutgoingError('refused', 'The partner has no address for documents: set outgoing.url.')
  const bytes = await findDocumentBytes(hub.db, hub.keys, delivery.sellerId, delivery.documentId)
  if (!bytes) throw new OutgoingError('refused', 'The document’s bytes were purged.')
  const answer = await postOutside(url, {
    headers: { 'Content-Type': 'text/xml; charset=UTF-8' },
    body: bytes,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
    allowPrivate: !hub.config.production,
    signal,
  })
  const answerId = await keepAnswer(hub, delivery, answer)
  const { code, text } = readAnswer(answer)
  const taken = code >= 200 && code < 300
  const noted = { statusCode: code, statusText: text, answerDocumentId: answerId }
  await updateDelivery(hub.db, delivery.id, { ...noted, ...(taken ? { state: 'delivered' as const } : {}) }, hub.now())
  if (taken) return
  const refused = code >= 400 && code < 500
  throw new OutgoingError(refused ? 'refused' : 'unreachable', `The buyer's system answered ${code}: ${text}`)
}

/** What came back, byte for byte, before it is acted on. */
async function keepAnswer(
  hub: Hub,
  delivery: { sellerId: string; partnerId: string; orderId: string | null },
  { status, headers, bytes }: OutgoingAnswer,
): Promise<string> {
  const { sellerId, partnerId, orderId } = delivery
  const { newId, at } = stampOf(hub)
  const id = newId()
  await insertDocument(
    hub.db,
    hub.keys,
    {
      id,
      sellerId,
      partnerId,
      orderId,
      direction: 'in',
      protocol: 'cxml',
      kind: 'Answer',
      contentType: headers['content-type']?.slice(0, 200) ?? 'application/octet-stream',
      bytes,
      statusCode: status,
    },
    at,
  )
  return id
}

/** The Status of the answer. Throws OutgoingError unreachable where it is no cXML: a proxy's or login page. */
function readAnswer({ status, bytes }: OutgoingAnswer): { code: number; text: string } {
  try {
    const document = decode(bytes)
    if (document.kind === 'Response') {
      const { code, text, message } = document.status
      return { code: Number(code), text: [text, message.trim()].filter(Boolean).join(': ').slice(0, 1000) }
    }
  } catch (error) {
    if (!(error instanceof CxmlError)) throw error
  }
  const start = new TextDecoder()
    .decode(bytes.subarray(0, 400))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const said = `HTTP ${status} and no cXML: "${start.slice(0, 150)}"`
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    throw new OutgoingError('refused', `The buyer's system answered ${said}. Is the address right?`)
  throw new OutgoingError('unreachable', `The buyer's system answered ${said}.`)
}
