// GetPendingRequest: a buyer's system that can't be posted to empties its mailbox (cXML Reference Guide, "GetPendingRequest"). A
// document is out of the mailbox only when the buyer says, by lastReceivedTimestamp, that it arrived.
import { nestDocument } from '../../protocols/cxml/get-pending.ts'
import { parseTimestamp } from '../../protocols/cxml/timestamp.ts'
import { listMailbox, markCollected, markHandedOut } from '../documents/delivery-store.ts'
import { findDocumentBytes } from '../documents/document-store.ts'
import type { CxmlHandler } from './cxml.ts'

const USUAL = 10
const MOST = 100

export const getPendingHandler: CxmlHandler = async (hub, { request, partner, stored }) => {
  if (request.content.type !== 'GetPendingRequest') throw new Error(`no GetPending: ${request.content.type}`)
  const { lastReceivedTimestamp, maxMessages, messageTypes } = request.content
  const received = lastReceivedTimestamp ? parseTimestamp(lastReceivedTimestamp)?.instant : undefined
  await stored
  if (received) await markCollected(hub.db, partner.id, new Date(received), hub.now())
  const asked = Number(maxMessages ?? USUAL)
  const limit = Math.min(MOST, Number.isSafeInteger(asked) && asked > 0 ? asked : USUAL)
  const waiting = await listMailbox(hub.db, partner.id, messageTypes, limit + 1)
  const handed = waiting.slice(0, limit)
  const documents = []
  for (const { documentId } of handed) {
    const bytes = await findDocumentBytes(hub.db, hub.keys, partner.sellerId, documentId)
    if (bytes) documents.push(nestDocument(bytes))
  }
  return {
    content: documents.length > 0 ? { type: 'GetPendingResponse', documents } : undefined,
    code: waiting.length > limit ? 211 : 200,
    writes:
      handed.length > 0
        ? [
            markHandedOut(
              hub.db,
              handed.map((d) => d.id),
              hub.now(),
            ),
          ]
        : [],
  }
}
