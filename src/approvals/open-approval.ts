// Asks for approval of a subject: weighs its facts, freezes what was in force, and opens the first steps.
import { recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { advanceRequest } from './advance-request.ts'
import type { ApprovalRequest, ApprovalStep, Subject, Why } from './approval.ts'
import { findRequestOf, insertRequest, insertSeats, insertSteps, updateRequest, updateStep } from './approval-store.ts'
import type { ApprovalFacts } from './policy.ts'
import { weighFacts } from './weigh-facts.ts'

export interface Asking {
  sellerId: string
  accountId: string
  subject: Subject
  /** For people: `Requisition R-1042: 12 lines, Office chairs and others`. */
  subjectText: string
  requester: { personId: string; membershipId: string }
  /** The seller's person who placed it on the requester's behalf. */
  placedBy?: string | null
  facts: ApprovalFacts
  /** SHA-256 of what is approved: another content needs another approval. */
  contentHash: Buffer
}

export interface Opened {
  outcome: 'none' | 'pending' | 'denied'
  /** The record, also when nobody has to approve: its "why" can be read. */
  requestId: string
  why: Why
}

/**
 * Opens a request, in the caller's transaction. `none`: nobody has to agree. `denied`: a rule forbids it (`why.denials`).
 * Throws HubError conflict when one is pending about the subject already.
 */
export async function openApproval(db: Db, asking: Asking, stamp: Stamp): Promise<Opened> {
  const { sellerId, accountId, subject, requester, placedBy = null } = asking
  const earlier = await findRequestOf(db, subject)
  if (earlier?.state === 'pending') throw new HubError('conflict', 'This waits for approval already.')
  const weighed = await weighFacts(db, {
    sellerId,
    accountId,
    membershipId: requester.membershipId,
    requesterId: requester.personId,
    placedBy,
    facts: asking.facts,
    subjectId: subject.id,
    at: stamp.at,
  })
  const { verdict, policies, facts } = weighed
  const { verdicts, denials, warnings } = verdict
  const why: Why = { verdicts, denials, warnings, excluded: weighed.excluded, split: weighed.split }
  const state = ({ none: 'not_needed', denied: 'denied', steps: 'pending' } as const)[verdict.outcome]
  const request: ApprovalRequest = {
    id: stamp.newId(),
    sellerId,
    accountId,
    subjectKind: subject.kind,
    subjectId: subject.id,
    subjectText: asking.subjectText,
    state,
    version: 1,
    requesterId: requester.personId,
    membershipId: requester.membershipId,
    placedBy,
    contentHash: asking.contentHash,
    amount: facts.amounts.gross,
    currency: facts.currency,
    facts,
    rates: weighed.rates,
    policies: { versions: policies.versions, fallback: policies.fallback },
    why,
    splitSuspected: facts.splitSuspected,
    stuck: false,
    address: null,
    endReason: null,
    createdAt: stamp.at,
    updatedAt: stamp.at,
    settledAt: state === 'pending' ? null : stamp.at,
  }
  await insertRequest(db, request)
  const event = { sellerId, accountId, actor: actorOfAsking(asking), subjectKind: 'approval', subjectId: request.id }
  const detail = { subject, outcome: verdict.outcome, amount: request.amount, currency: request.currency }
  await recordAudit(db, [{ ...event, action: 'approval.opened', detail }], stamp)
  if (state !== 'pending')
    return { outcome: verdict.outcome === 'denied' ? 'denied' : 'none', requestId: request.id, why }
  await giveSteps(db, request, weighed.steps, stamp)
  await advanceRequest(db, request, stamp)
  return { outcome: 'pending', requestId: request.id, why }
}

async function giveSteps(
  db: Db,
  request: ApprovalRequest,
  planned: Awaited<ReturnType<typeof weighFacts>>['steps'],
  stamp: Stamp,
): Promise<void> {
  const steps = planned.map(
    ({ plan, approvers }, index): ApprovalStep => ({
      id: stamp.newId(),
      requestId: request.id,
      stage: plan.stage,
      position: index + 1,
      plan,
      needed: approvers.needed,
      state: 'waiting',
      stuck: approvers.stuck,
      openedAt: null,
      decidedAt: null,
      remindAt: null,
      escalateAt: null,
      endAt: null,
    }),
  )
  await insertSteps(db, steps)
  for (const [index, { approvers }] of planned.entries()) {
    const step = steps[index] as ApprovalStep
    for (const { via, ...person } of approvers.seats) await insertSeats(db, step.id, via, [person], stamp.at)
    if (step.stuck) await updateStep(db, step.id, { stuck: true })
  }
  if (steps.some((step) => step.stuck)) await updateRequest(db, request.id, { stuck: true }, stamp.at)
}

function actorOfAsking({ requester, placedBy }: Asking) {
  return { personId: requester.personId, ...(placedBy ? { actorId: placedBy } : {}) }
}
