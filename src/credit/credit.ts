// Credit of a customer: limit and balance as the ERP said, and when; what the hub has on its way comes on top.

export interface CreditStanding {
  connectionId: string
  customerNumber: string
  /** The limit's; the balance's while the ERP never spoke of a limit. */
  currency: string
  /** Positive = the customer owes. Null = the ERP never said. */
  balance: string | null
  /** Ordered in the ERP and not invoiced. */
  openOrders: string | null
  /** Of `balance` and `openOrders`. */
  balanceCurrency: string | null
  balanceAsOf: Date | null
  /** Null with `limited` false = no limit; with `limited` null = never said. */
  creditLimit: string | null
  limited: boolean | null
  blocked: boolean
  blockReason: string | null
  limitAsOf: Date | null
}
