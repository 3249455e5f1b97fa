// Takes a request back: whoever asked withdraws it, or its subject was edited and what was approved is something else now.
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { endRequest } from './advance-request.ts'
import type { ApprovalRequest, ApprovalState, Subject } from './approval.ts'
import { findRequestOf, lockRequest } from './approval-store.ts'

/** Withdraws what is pending about a subject. Throws HubError wrong_state when it is decided already. */
export async function withdrawApproval(
  db: Db,
  subject: Subject,
  reason: string,
  stamp: Stamp,
  actor: Actor = { hub: 'approvals' },
): Promise<void> {
  const request = await lockNewest(db, subject)
  if (!request) return
  if (request.state !== 'pending')
    throw new HubError('wrong_state', `This was ${request.state.replace('_', ' ')} before it could be withdrawn.`)
  await end(db, request, 'approval.withdrawn', reason, stamp, actor)
}

/** As withdrawApproval, but an approval that was given is void too; whatever else it came to stays. For edits above tolerance. */
export async function voidApproval(
  db: Db,
  subject: Subject,
  reason: string,
  stamp: Stamp,
  actor: Actor = { hub: 'approvals' },
): Promise<void> {
  const request = await lockNewest(db, subject)
  const endable: ApprovalState[] = ['pending', 'approved']
  if (request && endable.includes(request.state)) await end(db, request, 'approval.voided', reason, stamp, actor)
}

async function lockNewest(db: Db, subject: Subject): Promise<ApprovalRequest | undefined> {
  const found = await findRequestOf(db, subject)
  return found && lockRequest(db, found.id)
}

async function end(db: Db, request: ApprovalRequest, action: string, reason: string, stamp: Stamp, actor: Actor) {
  await endRequest(db, request, 'withdrawn', reason, stamp)
  const { sellerId, accountId, id } = request
  const event = { sellerId, accountId, actor, action, subjectKind: 'approval', subjectId: id, detail: { reason } }
  await recordAudit(db, [event], stamp)
}
