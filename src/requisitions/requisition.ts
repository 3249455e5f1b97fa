// A requisition: what a member wants to order, on its way through budget and approval to an order.
import type { Address } from '../cart.ts'
import type { Transitions } from '../state-machine.ts'
import type { OwnedRow } from './owned-row.ts'
import type { PurchaseLine } from './purchase-line.ts'

export type RequisitionState =
  | 'draft'
  /** Its money is reserved; somebody has to agree. */
  | 'pending'
  | 'approved'
  | 'ordered'
  | 'rejected'
  /** Back at the requester, with the words why. */
  | 'changes_requested'
  | 'withdrawn'
  | 'expired'

export const requisitionTransitions = {
  draft: ['pending', 'approved', 'withdrawn'],
  pending: ['approved', 'rejected', 'changes_requested', 'withdrawn', 'expired'],
  approved: ['ordered'],
  changes_requested: ['pending', 'approved', 'withdrawn'],
  ordered: [],
  rejected: [],
  withdrawn: [],
  expired: [],
} as const satisfies Transitions<RequisitionState>

export interface Requisition extends OwnedRow {
  number: string
  state: RequisitionState
  cartId: string | null
  quoteId: string | null
  currency: string
  lines: PurchaseLine[]
  netAmount: string
  taxAmount: string
  totalAmount: string
  shipTo: Address | null
  poNumber: string | null
  comments: string | null
  /** For the requester: why it came back, was rejected, or what to mind. */
  message: string | null
  contentHash: Buffer
  submitKey: string | null
  approvalId: string | null
  submittedAt: Date | null
  orderId: string | null
}

export type RequisitionContent = Pick<Requisition, 'currency' | 'lines' | 'shipTo' | 'poNumber' | 'comments'>
