// An order of any channel: what was ordered, where it stands, why it is held, and what the ERP said.
import type { Address } from '../cart.ts'
import type { DifferenceField, Mode } from '../partners/partner.ts'
import type { Transitions } from '../state-machine.ts'

export type Channel = 'punchout' | 'web' | 'phone' | 'edi' | 'erp'
export type OrderState =
  /** Here, on its way to the ERP. */
  | 'received'
  /** A person has to look first; `holds` says why. */
  | 'held'
  /** The ERP has it. */
  | 'accepted'
  /** The ERP promised it. */
  | 'confirmed'
  /** Partly shipped. */
  | 'shipping'
  | 'shipped'
  | 'closed'
  /** We won't take it. */
  | 'rejected'
  | 'cancelled'

/** What the hub may do. The ERP's word counts as it comes (record-erp-orders.ts), but for ends that nothing follows. */
export const orderTransitions = {
  received: ['held', 'accepted', 'rejected', 'cancelled'],
  held: ['received', 'rejected', 'cancelled'],
  accepted: ['confirmed', 'shipping', 'shipped', 'closed', 'rejected', 'cancelled'],
  confirmed: ['accepted', 'shipping', 'shipped', 'closed', 'cancelled'],
  shipping: ['confirmed', 'shipped', 'closed', 'cancelled'],
  shipped: ['shipping', 'closed'],
  closed: [],
  rejected: [],
  cancelled: [],
} as const satisfies Transitions<OrderState>

/** States in which the ERP has the order, or is getting it. */
export const livingStates: readonly OrderState[] = ['received', 'held', 'accepted', 'confirmed', 'shipping']

export const holdReasons = {
  test: 'a test order: it goes no further by itself',
  'no-customer': 'the company account has no customer number in the ERP',
  'no-connection': 'there is no ERP connection for this account',
  credit: 'over the credit limit, or blocked by the ERP',
  restricted: 'the person or the company may not order this, for this, or to there',
  budget: 'over a budget',
  difference: 'differs from the cart it came from',
  'not-from-cart': 'lines that no punchout cart had',
  'no-price': 'lines without a price',
  'change-refused': 'the ERP would not take a change or a cancellation',
  'erp-refused': 'the ERP would not take the order',
} as const
export type HoldReason = keyof typeof holdReasons

export interface Hold {
  reason: HoldReason
  /** For the person who decides. */
  message: string
}

/** Whether these reasons keep a change of an order the ERP has; a refusal was answered by the ERP itself. */
export const keepsChange = (holds: readonly Hold[]): boolean => holds.some((h) => h.reason !== 'change-refused')

export interface Contact {
  role: string | null
  name: string | null
  email: string | null
  phone: string | null
}

/** What belongs to an order and is not searched by. */
export interface OrderDetails {
  billTo?: Address
  contacts?: Contact[]
  comments?: string
  paymentTerms?: string
  requisitionId?: string
  extrinsics?: Record<string, string>
  attachments?: { contentId: string; fileName: string | null; contentType: string; size: number }[]
  blanket?: { effectiveDate: string | null; expirationDate: string | null; releaseRequired: boolean }
  /** What later documents of a cXML order refer to, as the buyer's system wrote it. */
  reply?: {
    payloadId: string | null
    orderDate: string
    from: { domain: string; identity: string }[]
    to: { domain: string; identity: string }[]
  }
}

export interface Accounting {
  name: string
  /** `CostCenter` -> `FAC-310`. */
  segments: { name: string; value: string; description: string | null }[]
  amount: string | null
}

export interface LineDetails {
  classifications?: { domain: string; code: string }[]
  manufacturerPartId?: string
  manufacturerName?: string
  accounting?: Accounting[]
  schedule?: { quantity: string; date: string }[]
  comments?: string
  shipTo?: Address
  extrinsics?: Record<string, string>
  taxAmount?: string
  shippingAmount?: string
  /** Of a blanket order. */
  maxAmount?: string
  maxQuantity?: string
  leadTimeDays?: string
  /** The shop's catalogue it was chosen from, for the buyer's restrictions. */
  catalogue?: string
}

/** A line as ordered. Amounts are decimal text in the order's currency. */
export interface OrderLineContent {
  lineNumber: number
  parentLineNumber: number | null
  supplierPartId: string
  auxiliaryId: string | null
  buyerPartId: string | null
  description: string
  productGroup: string | null
  quantity: string
  /** As the buyer's system wrote it. */
  unit: string
  /** Net, for `priceUnit` units. */
  unitPrice: string
  priceUnit: string
  netAmount: string
  /** 2026-01-31 */
  requestedDate: string | null
  details: LineDetails
}

/** What an order says, whoever brings it. */
export interface OrderContent {
  poNumber: string
  poVersion: string | null
  kind: 'regular' | 'blanket' | 'release'
  orderedAt: Date
  requestedDate: string | null
  currency: string
  netAmount: string
  taxAmount: string | null
  shippingAmount: string | null
  totalAmount: string
  costCentre: string | null
  projectCode: string | null
  agreement: string | null
  contactName: string | null
  contactEmail: string | null
  shipTo: Address | null
  details: OrderDetails
  lines: OrderLineContent[]
}

export interface OrderLine extends OrderLineContent {
  cartSessionId: string | null
  cartLineNumber: number | null
  erpLineId: string | null
  confirmedQuantity: string | null
  confirmedDate: string | null
  shippedQuantity: string | null
  invoicedQuantity: string | null
  rejectionReason: string | null
}

export interface Order extends Omit<OrderContent, 'poNumber' | 'lines'> {
  id: string
  sellerId: string
  accountId: string | null
  personId: string | null
  /** As what of the account's the person ordered; null = unknown, or by the ERP. */
  membershipId: string | null
  /** The agent who placed it for the person. */
  placedBy: string | null
  requisitionId: string | null
  partnerId: string | null
  storefrontId: string | null
  connectionId: string | null
  /** The punchout its lines came from. */
  sessionId: string | null
  /** The document that brought it, or its last change. */
  documentId: string | null
  channel: Channel
  mode: Mode
  state: OrderState
  poNumber: string | null
  customerNumber: string | null
  holds: Hold[]
  /** What the ERP knows it by; null for orders the ERP brought. */
  onceKey: string | null
  /** Until then a job may be speaking with the ERP about it. While it is set and `erpId` isn't, the ERP may have it or not. */
  pushUntil: Date | null
  /** The buyer cancelled while it was on its way to the ERP. */
  cancelAsked: boolean
  erpId: string | null
  erpNumber: string | null
  erpState: string | null
  erpChangedAt: Date | null
  /** Why it was rejected or cancelled, in the words of whoever did; for the buyer. */
  endReason: string | null
  /** Counts changes of what was ordered. */
  revision: number
  createdAt: Date
  updatedAt: Date
}

export type OrderEventKind =
  | 'received'
  | 'repeated'
  | 'held'
  | 'released'
  | 'changed'
  | 'cancel-asked'
  | 'cancelled'
  | 'rejected'
  | 'pushed'
  | 'push-refused'
  | 'change-pushed'
  | 'change-refused'
  | 'erp-state'
  | 'confirmation-sent'
  | 'ship-notice-sent'
  | 'invoice-sent'
  | 'buyer-status'

export interface OrderEvent {
  id: string
  orderId: string
  kind: OrderEventKind
  detail: Record<string, unknown>
  documentId: string | null
  at: Date
}

/** What the buyer's system changed between the cart and the order. */
export interface OrderDifference {
  lineNumber: number
  field: DifferenceField
  cartValue: string | null
  orderValue: string | null
}

/** What the ERP keeps as our reference: 32 characters, a-z and 0-9. */
export const onceKeyOf = (orderId: string): string => orderId.replaceAll('-', '')
