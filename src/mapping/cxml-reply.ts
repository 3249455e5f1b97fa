// What every cXML document we send about an order has in common: its envelope turned to the buyer, its reference to the order.
import type { Credential } from '../../protocols/cxml/credential.ts'
import type { CxmlRequest, Header } from '../../protocols/cxml/envelope.ts'
import type { OrderReference } from '../../protocols/cxml/references.ts'
import { formatTimestamp } from '../../protocols/cxml/timestamp.ts'
import type { Order } from '../orders/order.ts'
import type { TradingPartner } from '../partners/partner.ts'
import { type Envelope, USER_AGENT } from './cxml-cart.ts'

/** What a document that goes out needs besides its subject. */
export interface Reply extends Envelope {
  partner: TradingPartner
  /** The SharedSecret we show the buyer's system; null = none is kept. */
  secret: string | null
  at: Date
  timeZone: string
}

/** A request to the buyer's system: From and To of its order turned round, our secret in Sender. */
export function toRequest(order: Order, reply: Reply, content: CxmlRequest['content']): CxmlRequest {
  const { payloadID, timestamp } = reply
  return {
    kind: 'Request',
    payloadID,
    timestamp,
    lang: 'en-US',
    header: headerOf(order, reply),
    deploymentMode: order.mode,
    content,
  }
}

function headerOf(order: Order, { partner, secret }: Reply): Header {
  const listed = (party: 'from' | 'to'): Credential[] =>
    partner.credentials
      .filter((c) => c.party === party && c.mode === order.mode)
      .map(({ domain, identity }) => ({ domain, identity }))
  const kept = order.details.reply
  const us = kept && kept.to.length > 0 ? kept.to : listed('to')
  const buyer = kept && kept.from.length > 0 ? kept.from : listed('from')
  const [first, ...others] = us
  const sender = first && secret !== null ? [{ ...first, sharedSecret: secret }, ...others] : us
  return {
    from: { credentials: us },
    to: { credentials: buyer },
    sender: { credentials: sender, userAgent: USER_AGENT },
  }
}

/** The buyer's order, by the payloadID of its document and its number. */
export function orderReferenceOf(order: Order): OrderReference {
  const { reply } = order.details
  return {
    orderID: order.poNumber ?? undefined,
    orderDate: reply?.orderDate,
    documentReference: { payloadID: reply?.payloadId ?? order.poNumber ?? order.id },
  }
}

/** cXML local time with offset of a moment. */
export function timeOf(at: Date, { timeZone }: Pick<Reply, 'timeZone'>): string {
  return formatTimestamp(at, timeZone)
}

/** A day as cXML wants dates with time: noon there, so that no zone makes another day of it. */
export function noonOf(day: string, { timeZone }: Pick<Reply, 'timeZone'>): string {
  // Only the offset is taken: east of +11:00 that moment is the next day.
  const offset = formatTimestamp(new Date(`${day.slice(0, 10)}T12:00:00Z`), timeZone).slice(-6)
  return `${day.slice(0, 10)}T12:00:00${offset}`
}
