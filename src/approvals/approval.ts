// What an approval request is, and its states.
import type { Address } from '../cart.ts'
import type { Transitions } from '../state-machine.ts'
import type { ApprovalFacts, PlannedStep, Rates, RuleVerdict } from './policy.ts'
import type { Split } from './suspect-split.ts'

export type ApprovalState =
  | 'not_needed'
  | 'denied'
  | 'pending'
  | 'approved'
  | 'rejected'
  | 'changes_requested'
  | 'withdrawn'
  | 'expired'

/** What was approved and then edited is withdrawn: an approval is of one content. */
export const approvalTransitions: Transitions<ApprovalState> = {
  not_needed: [],
  denied: [],
  pending: ['approved', 'rejected', 'changes_requested', 'withdrawn', 'expired'],
  approved: ['withdrawn'],
  rejected: [],
  changes_requested: [],
  withdrawn: [],
  expired: [],
}

/** What is decided about: a requisition, say. This room knows nothing more of it. */
export interface Subject {
  kind: string
  id: string
}

export interface Candidate {
  personId: string
  membershipId: string
}

/** Who may not decide, and why. */
export interface Excluded {
  personId: string
  reason: 'requester' | 'placer'
}

/** Why it came out so, as it was when the request was opened. */
export interface Why {
  verdicts: RuleVerdict[]
  denials: string[]
  warnings: string[]
  excluded: Excluded[]
  /** It looks like part of a purchase that was cut up. */
  split: Split | null
}

/** The policy versions that were in force, and who decides where nobody else may. */
export interface PoliciesUsed {
  versions: { policyId: string; accountId: string; number: number }[]
  fallback: string[]
}

export interface ApprovalRequest {
  id: string
  sellerId: string
  accountId: string
  subjectKind: string
  subjectId: string
  subjectText: string
  state: ApprovalState
  version: number
  requesterId: string
  membershipId: string
  placedBy: string | null
  contentHash: Buffer
  amount: string
  currency: string
  facts: ApprovalFacts
  rates: Rates
  policies: PoliciesUsed
  why: Why
  splitSuspected: boolean
  stuck: boolean
  address: Address | null
  endReason: string | null
  createdAt: Date
  updatedAt: Date
  settledAt: Date | null
}

export type StepState = 'waiting' | 'open' | 'approved' | 'rejected' | 'closed'

export interface ApprovalStep {
  id: string
  requestId: string
  stage: number
  position: number
  plan: PlannedStep
  needed: number
  state: StepState
  stuck: boolean
  openedAt: Date | null
  decidedAt: Date | null
  remindAt: Date | null
  escalateAt: Date | null
  endAt: Date | null
}

/** How a person came to a step: by the policy, the unit above, its fallback, an escalation, or in another's place. */
export type SeatVia = 'policy' | 'parent' | 'fallback' | 'escalation' | 'replacement'

export interface Seat extends Candidate {
  stepId: string
  via: SeatVia
}

export type DecisionKind = 'approve' | 'reject' | 'request-changes'
/** By which way it was decided. `timeout`: by the policy’s explicit word. */
export type DecisionVia = 'api' | 'console' | 'mail' | 'override' | 'timeout'

export interface Decision {
  id: string
  requestId: string
  stepId: string
  personId: string | null
  /** Whose seat: another person's when a delegate decided. */
  seatPersonId: string | null
  actorId: string | null
  decision: DecisionKind
  comment: string | null
  via: DecisionVia
  version: number
  address: Address | null
  at: Date
}
