// A budget: what may be spent by whom, in which period, and what happens over it. A limit of one order is no budget, and no budget is not
// a budget of zero. Amounts are decimal text in its currency.

export const budgetKinds = ['member', 'cost-centre', 'project', 'account'] as const
export const budgetPeriods = ['week', 'month', 'quarter', 'year', 'once'] as const
export const overs = ['block', 'ask', 'warn'] as const
export const entryKinds = [
  'allocate',
  'transfer',
  'reserve',
  'commit',
  'release',
  'refund',
  'adjust',
  'carryover',
] as const
export type Over = (typeof overs)[number]
export type EntryKind = (typeof entryKinds)[number]

export interface Budget {
  id: string
  sellerId: string
  /** Where it stands in the tree: it counts what is spent there and below. */
  accountId: string
  name: string
  kind: (typeof budgetKinds)[number]
  membershipId: string | null
  /** Of the cost centre or project. */
  code: string | null
  currency: string
  /** What each period is given when it opens. */
  amount: string
  /** How far below nothing it may go. */
  overdraft: string
  period: (typeof budgetPeriods)[number]
  basis: 'net' | 'gross'
  withShipping: boolean
  over: Over
  /** What is spent in a currency without a rate: left out, asked about, or refused. Never added up. */
  otherCurrency: 'ignore' | 'ask' | 'block'
  /** Currency -> what one unit of it is in the budget's. */
  rates: Record<string, string>
  /** Where a credit note of a later period gives back: in the period the money was spent of, or in the present one. */
  refundTo: 'reservation' | 'current'
  /** Whether what is left at the end of a period goes to the next. */
  carryOver: boolean
  /** First day it counts from; what was spent before is not its. */
  startsOn: string
  /** The first day it no longer counts. */
  endsOn: string | null
  /** Whose days its periods have where neither its account nor one above names a time zone. */
  defaultZone: string
  /** A closed one counts nothing new; what is claimed of it is settled still. */
  status: 'active' | 'closed'
  version: number
  createdAt: Date
  updatedAt: Date
}

/** A period of a budget, with its sums. */
export interface BudgetPeriod {
  id: string
  budgetId: string
  startsOn: string
  /** The first day after it; null = it doesn't end. */
  endsOn: string | null
  timeZone: string
  allocated: string
  reserved: string
  committed: string
}
