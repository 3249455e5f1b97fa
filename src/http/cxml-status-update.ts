// StatusUpdateRequest: what the buyer's system made of a document we sent (cXML Reference Guide, "StatusUpdateRequest").
import { stampOf } from '../database/stamp.ts'
import type { Delivery } from '../documents/delivery.ts'
import { findByPayloadId, listDeliveries, noteBuyerStatus } from '../documents/delivery-store.ts'
import { findInvoiceByNumber } from '../invoices/invoice-store.ts'
import { insertEvents } from '../orders/order-store.ts'
import type { CxmlHandler } from './cxml.ts'

/** An update about a document we never sent is stored and answered 200: it asks nothing of us. */
export const statusUpdateHandler: CxmlHandler = async (hub, { request, partner, documentId }) => {
  if (request.content.type !== 'StatusUpdateRequest') throw new Error(`no status update: ${request.content.type}`)
  const { documentReference, status, invoiceStatus, documentStatus } = request.content
  const told = documentReference
    ? await findByPayloadId(hub.db, partner.id, documentReference.payloadID)
    : await findInvoiceDelivery(invoiceStatus?.invoiceIDInfo?.invoiceID)
  const comments = [...(invoiceStatus?.comments ?? []), ...(documentStatus?.comments ?? [])].map((c) => c.text.trim())
  const word = invoiceStatus?.type ?? documentStatus?.type ?? `${status.code} ${status.text}`
  const words = [word, status.message.trim(), ...comments].filter(Boolean).join(': ').slice(0, 500)
  return {
    writes: [],
    async act(db) {
      if (!told) return
      const stamp = stampOf(hub)
      await noteBuyerStatus(db, told.id, words, stamp.at)
      const { orderId, kind } = told
      if (orderId)
        await insertEvents(
          db,
          [{ orderId, kind: 'buyer-status', documentId, detail: { of: kind, status: words } }],
          stamp,
        )
    },
  }

  async function findInvoiceDelivery(number: string | undefined): Promise<Delivery | undefined> {
    const invoice = number ? await findInvoiceByNumber(hub.db, partner.sellerId, number) : undefined
    const deliveries = invoice ? await listDeliveries(hub.db, partner.sellerId, { subjectId: invoice.id }) : []
    return deliveries.filter((d) => d.partnerId === partner.id).at(-1)
  }
}
