// The simulator's procurement system after the cart: it sends the requisition as an OrderRequest and takes what comes back: confirmations,
// ship notices, invoices.
import { decode, encode } from '../../protocols/cxml/document.ts'
import type { CxmlRequest } from '../../protocols/cxml/envelope.ts'
import type { ItemIn, ItemOut } from '../../protocols/cxml/items.ts'
import { statusOf } from '../../protocols/cxml/status.ts'
import { formatTimestamp } from '../../protocols/cxml/timestamp.ts'
import { addDecimals, divideDecimals, multiplyDecimals } from '../money.ts'
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

export interface PurchaseOrder {
  number: string
  at: Date
  type: 'new' | 'update' | 'delete'
  version: number
  tampering: Tampering
  sent: string
  answered: string | null
  /** Status of the hub's answer, in words; null = taken. */
  refusal: string | null
}

/** A document the supplier sent about an order. */
export interface SupplierDocument {
  kind: string
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

/** Sends the requisition's cart as an order, or its cancellation. Never throws for what the hub answers. */
export async function sendOrder(
  hubUrl: string,
  requisition: Requisition,
  about: { type: PurchaseOrder['type']; tampering: Tampering },
): Promise<PurchaseOrder> {
  const number = `PO-${requisition.number.replace('REQ-', '')}-${requisition.id.slice(0, 4)}`
  const version = requisition.orders.length + 1
  const bytes = encode(orderRequest(requisition, { ...about, number, version }))
  const order: PurchaseOrder = {
    ...about,
    number,
    version,
    at: new Date(),
    sent: prettyXml(new TextDecoder().decode(bytes)),
    answered: null,
    refusal: null,
  }
  try {
    const answer = await fetch(`${hubUrl}/cxml`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/xml; charset=UTF-8' },
      body: Buffer.from(bytes),
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

function orderRequest(
  requisition: Requisition,
  about: { type: PurchaseOrder['type']; tampering: Tampering; number: string; version: number },
): CxmlRequest {
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
        comments: [{ text: 'Please deliver to the facility desk.', lang: 'en' }],
        extrinsics: userExtrinsics(requisition.email),
      },
      items: ordered,
    },
  }
}

function toItemOut(item: ItemIn, tampering: Tampering, first: boolean): ItemOut {
  const { openQuantity, promisedQuantity, extrinsics, tax, shipping, comments, itemDetail, ...rest } = item
  const { money } = itemDetail.unitPrice
  const price = tampering === 'price' && first ? multiplyDecimals(money.amount, '0.9') : money.amount
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
      documents.push({ kind: told.kind, at: new Date(), orderNumber, summary: told.summary, xml })
    documents.splice(0, Math.max(0, documents.length - MOST_DOCUMENTS))
    return respond(200)
  } catch (error) {
    return respond(406, (error as Error).message)
  }
}

function inWords({ content }: CxmlRequest): { kind: string; orders: string[]; summary: string } | null {
  switch (content.type) {
    case 'ConfirmationRequest': {
      const { header, orderReference, items } = content
      const dates = items.flatMap((i) =>
        i.statuses.flatMap((s) => (s.deliveryDate ? [s.deliveryDate.slice(0, 10)] : [])),
      )
      const when = dates.length > 0 ? `, to arrive by ${dates.sort().at(-1)}` : ''
      const why = header.comments?.[0]?.text ? `: ${header.comments[0].text}` : ''
      return {
        kind: 'Confirmation',
        orders: [orderReference.orderID ?? ''],
        summary: `${header.type}, ${items.length} ${items.length === 1 ? 'line' : 'lines'}${when}${why}`,
      }
    }
    case 'ShipNoticeRequest': {
      const { header, shipControls, portions } = content
      const tracking = shipControls.flatMap((c) => (c.shipmentIdentifiers ?? []).map((s) => s.text))
      return {
        kind: 'Ship notice',
        orders: [...new Set(portions.map((p) => p.orderReference.orderID ?? ''))],
        summary: `${header.operation ?? 'new'} ${header.shipmentID}${tracking.length > 0 ? `, tracking ${tracking.join(', ')}` : ''}`,
      }
    }
    case 'InvoiceDetailRequest': {
      const { header, orders = [], headerOrders = [], summary } = content
      const infos = [...orders.map((o) => o.orderInfo), ...headerOrders.map((o) => o.orderInfo)]
      const due = summary.dueAmount ?? summary.netAmount
      return {
        kind: header.purpose === 'standard' || !header.purpose ? 'Invoice' : 'Credit memo',
        orders: [...new Set(infos.map((o) => o.orderReference?.orderID ?? o.orderIDInfo?.orderID ?? ''))],
        summary: `${header.invoiceID}, ${due.money.amount} ${due.money.currency} to pay`,
      }
    }
    default:
      return null
  }
}
