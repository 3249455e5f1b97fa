// Part of a credit note applied to an invoice. The ERP stays the master: the hub notes it, and takes it off what it shows as open until
// the ERP has taken it in. Amounts are decimal text in `currency`.
import type { Actor } from '../audit/record-audit.ts'

export interface CreditAllocation {
  id: string
  sellerId: string
  creditNoteId: string
  invoiceId: string
  /** Negative in a reversal. */
  amount: string
  currency: string
  /** What the ERP said was open of the credit note then. */
  noteOpen: string
  /** The allocation this row takes back. */
  reverses: string | null
  actor: Actor
  comment: string | null
  at: Date
}
