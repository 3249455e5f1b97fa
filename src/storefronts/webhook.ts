// Webhooks: a storefront is told, signed, of what happened to orders, shipments, invoices and credit (Standard Webhooks 1.0).

/** Every event there is; the data is ids and states, never amounts or people: whoever wants those asks the API. */
export const webhookEvents = {
  'order.created': 'an order of any channel came in',
  'order.updated': 'an order was changed, held, released, or moved on in the ERP',
  'order.cancelled': 'an order was cancelled',
  'shipment.updated': 'a shipment was planned, packed, shipped or delivered',
  'invoice.created': 'an invoice or credit note was posted',
  'invoice.updated': 'an invoice was paid, in part or whole, or cancelled',
  'user.created': 'a person became active: invited, registered, provisioned or seen first',
  'credit.updated': 'a customer’s balance, limit or block changed',
  'requisition.submitted': 'a member of a customer asked to order',
  'requisition.approved': 'a requisition was approved, or nobody had to',
  'requisition.rejected': 'a requisition was rejected',
  'quote.requested': 'a customer asked for a quote',
  'quote.answered': 'a quote was given',
  'quote.accepted': 'a quote was accepted',
  'quote.declined': 'a quote was declined by either side',
  'quote.expired': 'a quote ran out',
  'payment.paid': 'invoices were paid through the hub',
  'payment.failed': 'a payment failed, ran out or was given up',
  'return.requested': 'a customer wants to send goods back',
  'return.updated': 'a return moved on',
} as const
export type WebhookEventType = keyof typeof webhookEvents
export const webhookEventTypes = Object.keys(webhookEvents) as [WebhookEventType, ...WebhookEventType[]]

export interface WebhookEndpoint {
  id: string
  sellerId: string
  /** Made by a storefront's own client; null = by a tool of the seller's. */
  storefrontId: string | null
  url: string
  /** For the people who look after it. */
  description: string
  events: WebhookEventType[]
  sealedSecret: Buffer
  /** The secret before, still signing until `oldSecretUntil`. */
  sealedOldSecret: Buffer | null
  oldSecretUntil: Date | null
  status: 'active' | 'paused'
  /** Set when the hub paused it by itself. */
  pausedBecause: string | null
  /** Failures in a row; from REST_AFTER on nobody calls until `closedUntil`. */
  failures: number
  failingSince: Date | null
  closedUntil: Date | null
  lastError: string | null
  lastOkAt: Date | null
  createdAt: Date
  updatedAt: Date
}

export interface WebhookEvent {
  id: string
  sellerId: string
  type: WebhookEventType
  data: Record<string, unknown>
  at: Date
}

/** The purpose webhook secrets are sealed for. */
export const WEBHOOK_PURPOSE = 'webhook-secret'

const REST_AFTER = 5
const FIRST_REST_SECONDS = 15
const LONGEST_REST_SECONDS = 900

/** Seconds an endpoint is left alone after this many failures in a row, so that it holds up no other; doubled each time. */
export function restAfter(failures: number): number {
  if (failures < REST_AFTER) return 0
  return Math.min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2 ** (failures - REST_AFTER))
}

/** An endpoint that failed for so many days without a success between is paused. */
export const GIVE_UP_DAYS = 5
