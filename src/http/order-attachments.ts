// What came with an order, as files: read out of the stored multipart document, byte for byte.
import { isMultipart, readMultipart } from '../../protocols/cxml/multipart.ts'
import { findDocument, findDocumentBytes } from '../documents/document-store.ts'
import { HubError } from '../errors.ts'
import { readOrder } from '../orders/order-history.ts'
import type { Caller } from './authenticate.ts'
import type { Route } from './route.ts'

export const orderAttachmentRoute: Route = {
  method: 'get',
  path: '/api/v1/orders/:id/attachments/:number',
  who: 'orders:read',
  may: 'order.view',
  summary: 'Download an attachment of an order',
  api: {
    tag: 'Orders',
    status: 200,
    produces: 'application/octet-stream',
    description: '`number` counts `details.attachments` of the order from 1. Always a download, never a page to run.',
  },
  async handle(hub, req, res) {
    const { reach } = res.locals.caller as Caller
    const { sellerId } = reach
    const order = await readOrder(hub.db, reach, String(req.params.id))
    const attachments = order?.details.attachments ?? []
    const number = Number(req.params.number)
    const wanted = Number.isSafeInteger(number) ? attachments[number - 1] : undefined
    if (!order?.documentId || !wanted)
      throw new HubError('not_found', `This order has ${attachments.length} attachments; there is no such one.`)
    const document = await findDocument(hub.db, sellerId, order.documentId)
    const bytes = document && (await findDocumentBytes(hub.db, hub.keys, sellerId, order.documentId))
    if (!bytes || !document) throw new HubError('code_spent', 'The document with this attachment was purged.')
    const parts = isMultipart(document.contentType) ? readMultipart(bytes, document.contentType).parts : []
    const part = parts[number - 1]
    if (!part) throw new HubError('not_found', 'The stored document has no such part.')
    res.attachment(wanted.fileName ?? `attachment-${number}`)
    res.set({ 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' })
    res.send(Buffer.from(part.bytes))
  },
}
