// Takes a request on: opens the next stage, or ends the request when its steps are done. The caller holds the request's lock.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { enqueue } from '../queue/outbox.ts'
import { assertTransition } from '../state-machine.ts'
import { type ApprovalRequest, type ApprovalState, approvalTransitions } from './approval.ts'
import { listSteps, updateRequest, updateStep } from './approval-store.ts'

const later = (at: Date, hours: number | undefined) => (hours ? new Date(at.getTime() + hours * 3_600_000) : null)

/** Opens the steps of the lowest stage that isn't done; with none left, the request is approved. */
export async function advanceRequest(db: Db, request: ApprovalRequest, stamp: Stamp): Promise<ApprovalState> {
  const left = (await listSteps(db, [request.id])).filter((s) => s.state === 'waiting' || s.state === 'open')
  const [first] = left
  if (!first) return endRequest(db, request, 'approved', null, stamp)
  for (const step of left.filter((s) => s.stage === first.stage && s.state === 'waiting')) {
    const { timeout } = step.plan
    await updateStep(db, step.id, {
      state: 'open',
      openedAt: stamp.at,
      remindAt: later(stamp.at, timeout?.remindAfter),
      escalateAt: later(stamp.at, timeout?.escalateAfter),
      endAt: later(stamp.at, timeout?.endAfter),
    })
    await enqueue(
      db,
      'notify-approver',
      { stepId: step.id, occasion: 'opened', since: stamp.at.toISOString() },
      { sellerId: request.sellerId },
    )
  }
  return request.state
}

/** Ends it: mail links die, steps close, and whoever asked hears of it by the job approval-settled. */
export async function endRequest(
  db: Db,
  request: ApprovalRequest,
  state: ApprovalState,
  reason: string | null,
  stamp: Stamp,
): Promise<ApprovalState> {
  assertTransition(approvalTransitions, request.state, state, 'This approval')
  await updateRequest(db, request.id, { state, endReason: reason, settledAt: stamp.at, stuck: false }, stamp.at)
  await db('approval_steps')
    .where({ request_id: request.id })
    .whereIn('state', ['waiting', 'open'])
    .update({ state: 'closed', decided_at: stamp.at })
  await db('approval_links').where({ request_id: request.id }).whereNull('used_at').delete()
  await enqueue(db, 'approval-settled', { requestId: request.id }, { sellerId: request.sellerId })
  return state
}
