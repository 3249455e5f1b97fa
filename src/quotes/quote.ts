// A quote: a customer asks, the seller answers with prices that hold until a day, the customer accepts or not.

import type { OwnedRow } from '../requisitions/owned-row.ts'
import type { PurchaseLine } from '../requisitions/purchase-line.ts'
import type { Transitions } from '../state-machine.ts'

export type QuoteState = 'requested' | 'answered' | 'accepted' | 'declined' | 'withdrawn' | 'expired'

export const quoteTransitions = {
  requested: ['answered', 'declined', 'withdrawn', 'expired'],
  answered: ['answered', 'accepted', 'declined', 'withdrawn', 'expired'],
  accepted: [],
  declined: [],
  withdrawn: [],
  expired: [],
} as const satisfies Transitions<QuoteState>

export interface Offer {
  lines: PurchaseLine[]
  /** For the customer. */
  message: string | null
}

export interface Quote extends OwnedRow {
  number: string
  state: QuoteState
  currency: string
  /** What was asked for; prices there are none but those the customer would like. */
  lines: PurchaseLine[]
  offer: Offer | null
  /** Until then an answer is wanted, and once there is one, until then it holds. */
  expiresAt: Date
  comments: string | null
  requisitionId: string | null
}
