// Goods that go back: asked for per line of an order, decided by the seller, tracked until they are credited or replaced.
import type { OwnedRow } from '../requisitions/owned-row.ts'
import type { Transitions } from '../state-machine.ts'

export type ReturnState = 'requested' | 'approved' | 'rejected' | 'sent' | 'received' | 'credited' | 'replaced'

export const returnTransitions = {
  requested: ['approved', 'rejected'],
  // The ERP's credit note may come before anybody says that the goods are back.
  approved: ['sent', 'received', 'credited'],
  sent: ['received', 'credited'],
  received: ['credited', 'replaced'],
  rejected: [],
  credited: [],
  replaced: [],
} as const satisfies Transitions<ReturnState>

export interface ReturnLine {
  lineNumber: number
  quantity: string
  reason: string | null
}

export interface Return extends OwnedRow {
  number: string
  state: ReturnState
  orderId: string
  reason: string
  /** The seller's words. */
  message: string | null
  carrier: string | null
  trackingNumber: string | null
  creditNoteId: string | null
  replacementOrderId: string | null
}
