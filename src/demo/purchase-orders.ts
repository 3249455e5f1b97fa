// The simulator's procurement system after the cart: it sends the requisition as an OrderRequest, with an attachment where wanted, and takes
// what comes back: confirmations, ship notices, invoices.
import { decode, encode } from '../../protocols/cxml/document.ts'
import type { CxmlRequest } from '../../protocols/cxml/envelope.ts'
import type { ItemIn, ItemOut } from '../../protocols/cxml/items.ts'
import { writeMultipart } from '../../protocols/cxml/multipart.ts'
import { statusOf } from '../../protocols/cxml/status.ts'
import { formatTimestamp } from '../../protocols/cxml/timestamp.ts'
import { addDecimals, divideDecimals, multiplyDecimals, roundDecimal } from '../money.ts'
import { BUYER, SECRET, SHIP_TO, SUPPLIER, userContact, userExtrinsics } from './ariba.ts'
import { prettyXml } from './pretty-xml.ts'
import { newKey, type Requisition } from './requisitions.ts'

/** What the buyer's system does to the cart on its way to the order: what real ones do without a word. */
export const tamperings = {
  none: 'as the cart came',
  price: 'with a price of its own on the first line',
  description: 'with the descriptions cut to 20 characters',
} as const
export type Tampering = keyof typeof tamperings

/** How the order is sent. */
export interface Sending {
  type: 'new' | 'update' | 'delete'
  tampering: Tampering
  /** With a text file beside it, in one multipart message. */
  attachment: boolean
}

export interface PurchaseOrder extends Sending {
  number: string
  at: Date
  version: number
  sent: string
  answered: string | null
  /** Status of the hub's answer, in words; null = taken. */
  refusal: string | null
}

/** A document the supplier sent about an order. */
export interface SupplierDocument {
  id: string
  kind: string
  /** What the order is by it. */
  news: 'confirmed' | 'rejected' | 'shipped' | 'invoiced' | 'credited'
  at: Date
  orderNumber: string
  /** In a sentence. */
  summary: string
  xml: string
}

const MOST_DOCUMENTS = 500
const documents: SupplierDocument[] = []

/** What came for an order, oldest first. */
export function documentsOf(orderNumber: string): SupplierDocument[] {
  return documents.filter((d) => d.orderNumber === orderNumber)
}

/** The order that stands at the supplier, as it was sent last; undefined = none, or it is over. */
export function standingOrder({ orders }: Requisition): PurchaseOrder | undefined {
  const last = orders.findLast((o) => o.refusal === null)
  return last && !isOver(orders, last.number) ? last : undefined
}

/** Cancelled by the buyer, or rejected by the supplier. */
function isOver(orders: readonly PurchaseOrder[], number: string): boolean {
  const cancelled = orders.some((o) => o.number === number && o.type === 'delete' && o.refusal === null)
  return cancelled || documentsOf(number).some((d) => d.news === 'rejected')
}

/** What the buyer knows of the requisition's order, in a word; null = never ordered. */
export function orderNews({ orders }: Requisition): SupplierDocument['news'] | 'sent' | 'refused' | 'cancelled' | null {
  const last = orders.findLast((o) => o.refusal === null)
  if (!last) return orders.length > 0 ? 'refused' : null
  if (last.type === 'delete') return 'cancelled'
  return documentsOf(last.number).at(-1)?.news ?? 'sent'
}

/** Sends the requisition's cart as an order, or its cancellation. Never throws for what the hub answers. */
export async function sendOrder(hubUrl: string, requisition: Requisition, sending: Sending): Promise<PurchaseOrder> {
  const version = requisition.orders.length + 1
  const number = numberOf(requisition)
  const bytes = encode(orderRequest(requisition, { ...sending, number, version }))
  const sent = prettyXml(new TextDecoder().decode(bytes))
  const order: PurchaseOrder = { ...sending, number, version, at: new Date(), sent, answered: null, refusal: null }
  let message = { contentType: 'text/xml; charset=UTF-8', bytes }
  if (sending.attachment) {
    const root = { contentId: 'order@almere.example', contentType: 'text/xml', charset: 'UTF-8', bytes }
    message = writeMultipart({ root, parts: [ATTACHMENT] }, `order-${newKey()}`)
    const [file, text] = [ATTACHMENT.fileName, new TextDecoder().decode(ATTACHMENT.bytes)]
    order.sent = `Content-Type: ${message.contentType}\n\n${sent}\n\n${file}, ${ATTACHMENT.contentType}:\n\n${text}`
  }
  try {
    const answer = await fetch(`${hubUrl}/cxml`, {
      method: 'POST',
      headers: { 'Content-Type': message.contentType },
      body: Buffer.from(message.bytes),
      signal: AbortSignal.timeout(20_000),
    })
    const text = await answer.text()
    order.answered = prettyXml(text)
    const response = decode(Buffer.from(text))
    if (response.kind === 'Response' && !response.status.code.startsWith('2'))
      order.refusal = `Status ${response.status.code} ${response.status.text}. ${response.status.message}`
  } catch (error) {
    order.refusal = `The hub does not answer: ${(error as Error).message}`
  }
  requisition.orders.push(order)
  return order
}

const ATTACHMENT = {
  contentId: 'instructions@almere.example',
  contentType: 'text/plain',
  charset: 'UTF-8',
  fileName: 'delivery-instructions.txt',
  bytes: new TextEncoder().encode(
    'Goods in is at the back of the town hall.\nPlease ring the bell between 8:00 and 16:00.\n',
  ),
}

/** After an order that is over the next one is another. */
function numberOf({ number, id, orders }: Requisition): string {
  const last = orders.at(-1)?.number
  if (last && !isOver(orders, last)) return last
  const first = `PO-${number.replace('REQ-', '')}-${id.slice(0, 4)}`
  const before = new Set(orders.map((o) => o.number)).size
  return before === 0 ? first : `${first}-${before + 1}`
}

function orderRequest(requisition: Requisition, about: Sending & { number: string; version: number }): CxmlRequest {
  const now = new Date()
  const timestamp = formatTimestamp(now, 'Europe/Amsterdam')
  const items = (requisition.carts.at(-1)?.lines ?? []).flatMap((l) => (l.item ? [l.item] : []))
  const ordered = items.map((item, i) => toItemOut(item, about.tampering, i === 0))
  const currency = items[0]?.itemDetail.unitPrice.money.currency ?? 'EUR'
  const total = addDecimals(
    ...ordered.map((o) =>
      divideDecimals(
        multiplyDecimals(o.quantity, o.itemDetail?.unitPrice.money.amount ?? '0'),
        o.itemDetail?.priceBasisQuantity?.quantity ?? '1',
        2,
      ),
    ),
  )
  return {
    kind: 'Request',
    payloadID: `${now.getTime()}.${newKey()}@almere.example`,
    timestamp,
    lang: 'en-US',
    header: {
      from: { credentials: [BUYER] },
      to: { credentials: [SUPPLIER] },
      sender: { credentials: [{ ...BUYER, sharedSecret: SECRET }], userAgent: 'Buyer simulator (Ariba)' },
    },
    deploymentMode: requisition.mode,
    content: {
      type: 'OrderRequest',
      header: {
        orderID: about.number,
        orderDate: timestamp,
        type: about.type,
        orderType: 'regular',
        orderVersion: String(about.version),
        requisitionID: requisition.number,
        total: { money: { amount: total, currency } },
        shipTo: SHIP_TO,
        billTo: { address: SHIP_TO.address },
        contacts: [userContact(requisition.email)],
        comments: [
          {
            text: 'Please deliver to the facility desk.',
            lang: 'en',
            ...(about.attachment && { attachments: [{ url: `cid:${ATTACHMENT.contentId}` }] }),
          },
        ],
        extrinsics: userExtrinsics(requisition.email),
      },
      items: ordered,
    },
  }
}

function toItemOut(item: ItemIn, tampering: Tampering, first: boolean): ItemOut {
  const { openQuantity, promisedQuantity, extrinsics, tax, shipping, comments, itemDetail, ...rest } = item
  const { money } = itemDetail.unitPrice
  const price = tampering === 'price' && first ? roundDecimal(multiplyDecimals(money.amount, '0.9'), 2) : money.amount
  const descriptions = itemDetail.descriptions.map((d) =>
    tampering === 'description' ? { ...d, text: d.text.slice(0, 20) } : d,
  )
  return { ...rest, itemDetail: { ...itemDetail, descriptions, unitPrice: { money: { ...money, amount: price } } } }
}

/** Takes a document the supplier posts. Returns the cXML Response to it. */
export function receiveDocument(body: Uint8Array): Uint8Array {
  const respond = (code: number, message = '') =>
    encode({
      kind: 'Response',
      payloadID: `${Date.now()}.${newKey()}@almere.example`,
      timestamp: formatTimestamp(new Date(), 'Europe/Amsterdam'),
      status: statusOf(code, message),
    })
  try {
    const document = decode(body)
    if (document.kind !== 'Request') return respond(400, 'Only Requests are taken here.')
    if (!document.header.sender.credentials.some((c) => c.sharedSecret === SECRET)) return respond(401)
    const told = inWords(document)
    if (!told) return respond(450, 'This buyer takes confirmations, ship notices and invoices.')
    const xml = prettyXml(new TextDecoder().decode(body))
    for (const orderNumber of told.orders)
      documents.push({
        id: newKey(),
        kind: told.kind,
        news: told.news,
        at: new Date(),
        orderNumber,
        summary: told.summary,
        xml,
      })
    documents.splice(0, Math.max(0, documents.length - MOST_DOCUMENTS))
    return respond(200)
  } catch (error) {
    return respond(406, (error as Error).message)
  }
}

interface Told extends Pick<SupplierDocument, 'kind' | 'news' | 'summary'> {
  orders: string[]
}

const answers: Record<string, string> = {
  accept: 'accepted',
  reject: 'rejected',
  except: 'accepted with changes',
  detail: 'accepted in part',
}

function inWords({ content }: CxmlRequest): Told | null {
  switch (content.type) {
    case 'ConfirmationRequest': {
      const { header, orderReference, items } = content
      const dates = items.flatMap((i) =>
        i.statuses.flatMap((s) => (s.deliveryDate ? [s.deliveryDate.slice(0, 10)] : [])),
      )
      const lines = items.length > 0 ? `, ${items.length} ${items.length === 1 ? 'line' : 'lines'}` : ''
      const when = dates.length > 0 ? `, to arrive by ${dates.sort().at(-1)}` : ''
      const why = header.comments?.[0]?.text ? `: ${header.comments[0].text}` : ''
      return {
        kind: 'Confirmation',
        news: header.type === 'reject' ? 'rejected' : 'confirmed',
        orders: [orderReference.orderID ?? ''],
        summary: `${answers[header.type] ?? header.type}${lines}${when}${why}`,
      }
    }
    case 'ShipNoticeRequest': {
      const { header, shipControls, portions } = content
      const carrier = shipControls[0]?.carrierIdentifiers[0]?.text
      const tracking = shipControls.flatMap((c) => c.shipmentIdentifiers.map((s) => s.text))
      return {
        kind: 'Ship notice',
        news: 'shipped',
        orders: [...new Set(portions.map((p) => p.orderReference.orderID ?? ''))],
        summary: [
          header.operation === 'update' ? `${header.shipmentID}, corrected` : header.shipmentID,
          tracking.length > 0 && `tracking ${carrier ? `${carrier} ` : ''}${tracking.join(', ')}`,
        ]
          .filter(Boolean)
          .join(', '),
      }
    }
    case 'InvoiceDetailRequest': {
      const { header, orders = [], headerOrders = [], summary } = content
      const infos = [...orders.map((o) => o.orderInfo), ...headerOrders.map((o) => o.orderInfo)]
      const due = summary.dueAmount ?? summary.netAmount
      const credit = header.purpose !== undefined && header.purpose !== 'standard'
      return {
        kind: credit ? 'Credit memo' : 'Invoice',
        news: credit ? 'credited' : 'invoiced',
        orders: [...new Set(infos.map((o) => o.orderReference?.orderID ?? o.orderIDInfo?.orderID ?? ''))],
        summary: `${header.invoiceID}, ${due.money.amount} ${due.money.currency} to pay`,
      }
    }
    default:
      return null
  }
}
