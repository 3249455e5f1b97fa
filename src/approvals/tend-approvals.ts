// What is due by time: remind who has not decided, ask those above, and end what nobody decides. Approved only where the policy says so.
import { recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { enqueue } from '../queue/outbox.ts'
import { advanceRequest, endRequest } from './advance-request.ts'
import type { ApprovalRequest, ApprovalStep } from './approval.ts'
import {
  insertDecision,
  insertSeats,
  listSeats,
  listSteps,
  lockRequest,
  updateRequest,
  updateStep,
} from './approval-store.ts'
import { closeStep } from './decide-step.ts'
import { findApprovers } from './find-approvers.ts'
import type { Occasion } from './notify-approvers.ts'

/** Requests with a step that something is due for. */
export async function listDueRequests(db: Db, at: Date, limit: number): Promise<string[]> {
  return db('approval_steps')
    .distinct('request_id')
    .where({ state: 'open' })
    .whereRaw('least(remind_at, escalate_at, end_at) <= ?', [at])
    .limit(limit)
    .pluck('request_id')
}

/** Does what is due for one request, in the caller's transaction. */
export async function tendRequest(db: Db, requestId: string, stamp: Stamp): Promise<void> {
  const request = await lockRequest(db, requestId)
  if (request?.state !== 'pending') return
  const due = (time: Date | null) => time !== null && time <= stamp.at
  for (const step of (await listSteps(db, [requestId])).filter((s) => s.state === 'open')) {
    if (due(step.endAt)) return runOut(db, request, step, stamp)
    if (due(step.escalateAt)) await escalate(db, request, step, stamp)
    else if (due(step.remindAt)) await remind(db, request, step, 'reminder', stamp)
  }
}

async function remind(db: Db, request: ApprovalRequest, step: ApprovalStep, occasion: Occasion, stamp: Stamp) {
  await updateStep(db, step.id, { remindAt: null })
  const payload = { stepId: step.id, occasion, since: stamp.at.toISOString() }
  await enqueue(db, 'notify-approver', payload, { sellerId: request.sellerId })
}

/** The unit's head, or the one above, is asked too; who was asked before still may decide. */
async function escalate(db: Db, request: ApprovalRequest, step: ApprovalStep, stamp: Stamp): Promise<void> {
  const seats = await listSeats(db, [step.id])
  const taken = [...request.why.excluded, ...seats].map((p) => p.personId)
  const above = { ...step.plan, who: { by: 'unit-head' }, need: 'any' } as const
  const found = await findApprovers(db, above, {
    ...request,
    excluded: taken,
    fallback: request.policies.fallback,
    at: stamp.at,
  })
  await insertSeats(db, step.id, 'escalation', found.seats, stamp.at)
  await updateStep(db, step.id, { escalateAt: null, ...(found.seats.length > 0 ? { stuck: false } : {}) })
  await updateRequest(db, request.id, {}, stamp.at)
  await remind(db, request, step, 'escalated', stamp)
  await audit(
    db,
    request,
    'approval.escalated',
    { step: step.plan.name, to: found.seats.map((s) => s.personId) },
    stamp,
  )
}

async function runOut(db: Db, request: ApprovalRequest, step: ApprovalStep, stamp: Stamp): Promise<void> {
  const detail = { step: step.plan.name, atEnd: step.plan.timeout?.atEnd }
  await audit(db, request, 'approval.ran-out', detail, stamp)
  if (step.plan.timeout?.atEnd !== 'approve') {
    await endRequest(db, request, 'expired', `Nobody decided the step “${step.plan.name}” in time.`, stamp)
    return
  }
  await insertDecision(db, {
    id: stamp.newId(),
    requestId: request.id,
    stepId: step.id,
    personId: null,
    seatPersonId: null,
    actorId: null,
    decision: 'approve',
    comment: 'By the policy: approved when nobody decides in time.',
    via: 'timeout',
    version: request.version,
    address: null,
    contentHash: request.contentHash,
    at: stamp.at,
  })
  await updateRequest(db, request.id, {}, stamp.at)
  await closeStep(db, request, step, stamp)
  await advanceRequest(db, request, stamp)
}

async function audit(db: Db, request: ApprovalRequest, action: string, detail: Record<string, unknown>, stamp: Stamp) {
  const { sellerId, accountId, id } = request
  const event = {
    sellerId,
    accountId,
    actor: { hub: 'tend-approvals' },
    action,
    subjectKind: 'approval',
    subjectId: id,
    detail,
  }
  await recordAudit(db, [event], stamp)
}
