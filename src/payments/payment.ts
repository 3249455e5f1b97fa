// A payment of one or more invoices through the seller's payment provider. Amounts are decimal text in `currency`.
import type { Actor } from '../audit/record-audit.ts'
import type { Transitions } from '../state-machine.ts'

export type PaymentState = 'open' | 'paid' | 'failed' | 'expired' | 'canceled'

/** The provider has the last word: what it gave up, or we did, may have been paid all the same. */
export const paymentTransitions: Transitions<PaymentState> = {
  open: ['paid', 'failed', 'expired', 'canceled'],
  paid: [],
  failed: ['paid'],
  expired: ['paid'],
  canceled: ['paid'],
}

export interface Payment {
  id: string
  sellerId: string
  accountId: string | null
  personId: string | null
  actor: Actor
  state: PaymentState
  provider: string
  /** Null until the provider is known to have it. */
  providerId: string | null
  /** Where the customer pays: a page of the provider's. */
  checkoutUrl: string | null
  amount: string
  currency: string
  onceKey: string | null
  /** What was asked, to tell a repeat from another payment under the same key. */
  askedHash: Buffer
  /** What a person should look at, in words. */
  problem: string | null
  createdAt: Date
  updatedAt: Date
  /** When the provider was last asked. */
  readAt: Date | null
  paidAt: Date | null
}

export interface PaymentPart {
  paymentId: string
  invoiceId: string
  amount: string
  /** What was open of the invoice then, see what-is-left.ts. */
  openBefore: string
}
