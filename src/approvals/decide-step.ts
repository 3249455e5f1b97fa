// A person decides a step: approve, reject, or ask for changes. Races end in one outcome, for all wait for the request's lock.
import type { Access } from '../accounts/access.ts'
import { isWithin, reachOf } from '../accounts/access.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Address } from '../cart.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { advanceRequest, endRequest } from './advance-request.ts'
import type {
  ApprovalRequest,
  ApprovalState,
  ApprovalStep,
  Decision,
  DecisionKind,
  DecisionVia,
  Seat,
} from './approval.ts'
import {
  insertDecision,
  listDecisions,
  listSeats,
  listSteps,
  lockRequest,
  updateRequest,
  updateStep,
} from './approval-store.ts'
import { listDeputies } from './delegation-store.ts'

export interface Deciding {
  requestId: string
  stepId: string
  /** The request's version the person saw. */
  version: number
  personId: string
  /** As what of a company: a seat belongs to a membership. Absent = any of theirs. */
  membershipId?: string | null
  /** The seller's person who acts for them: may not approve what they placed either. */
  actorId?: string | null
  decision: DecisionKind
  comment: string | null
  via: DecisionVia
  /** Of a step that completes the address, and of no other. */
  address?: Address | null
  /** Set by mayOverride: decides in place of whoever has the seats. */
  override?: boolean
}

/**
 * Decides, in the caller's transaction, and says how the request stands. The same decision again has the same answer. Throws HubError
 * not_found, conflict (another version), wrong_state (decided or not open), forbidden, invalid_input.
 */
export async function decideStep(db: Db, deciding: Deciding, stamp: Stamp): Promise<ApprovalState> {
  const request = await lockRequest(db, deciding.requestId)
  const steps = request ? await listSteps(db, [request.id]) : []
  const step = steps.find((s) => s.id === deciding.stepId)
  if (!request || !step) throw new HubError('not_found', 'There is no such approval step.')
  const decisions = await listDecisions(db, [request.id])
  const before = decisions.find((d) => d.stepId === step.id && d.personId === deciding.personId)
  if (before) {
    if (isSame(before, deciding)) return request.state
    throw new HubError('conflict', 'You have decided this step already.')
  }
  if (request.state !== 'pending')
    throw new HubError('wrong_state', `This is ${request.state.replace('_', ' ')} already.`)
  if (request.version !== deciding.version)
    throw new HubError('conflict', `This changed meanwhile: it is at version ${request.version} now. Look at it again.`)
  if (step.state !== 'open') throw new HubError('wrong_state', `The step “${step.plan.name}” is not open.`)
  const seatPersonId = deciding.override
    ? overrideOf(request, deciding)
    : await seatOf(db, request, step, deciding, decisions, stamp.at)
  const address = addressOf(step, deciding)
  await insertDecision(db, {
    id: stamp.newId(),
    requestId: request.id,
    stepId: step.id,
    personId: deciding.personId,
    seatPersonId,
    actorId: deciding.actorId ?? null,
    decision: deciding.decision,
    comment: deciding.comment,
    via: deciding.override ? 'override' : deciding.via,
    version: deciding.version,
    address,
    contentHash: request.contentHash,
    at: stamp.at,
  })
  await auditDecision(db, request, step, deciding, seatPersonId, stamp)
  return applyDecision(db, request, step, deciding, decisions, address, stamp)
}

async function applyDecision(
  db: Db,
  request: ApprovalRequest,
  step: ApprovalStep,
  deciding: Deciding,
  decisions: readonly Decision[],
  address: Address | null,
  stamp: Stamp,
): Promise<ApprovalState> {
  if (deciding.decision !== 'approve') {
    await updateStep(db, step.id, { state: 'rejected', decidedAt: stamp.at })
    const state = deciding.decision === 'reject' ? 'rejected' : 'changes_requested'
    return endRequest(db, request, state, deciding.comment, stamp)
  }
  await updateRequest(db, request.id, { address }, stamp.at)
  const given = decisions.filter((d) => d.stepId === step.id && d.decision === 'approve').length + 1
  if (given < step.needed && !deciding.override) return 'pending'
  await closeStep(db, request, step, stamp)
  return advanceRequest(db, request, stamp)
}

/** Marks a step approved; its mail links die. */
export async function closeStep(db: Db, request: ApprovalRequest, step: ApprovalStep, stamp: Stamp): Promise<void> {
  await updateStep(db, step.id, { state: 'approved', decidedAt: stamp.at, stuck: false })
  await db('approval_links').where({ step_id: step.id }).whereNull('used_at').delete()
  const stuck = await db('approval_steps')
    .where({ request_id: request.id, stuck: true })
    .whereIn('state', ['waiting', 'open'])
    .first('id')
  if (request.stuck && !stuck) await updateRequest(db, request.id, { stuck: false }, stamp.at)
}

/** Whether the caller holds approval.override where the request is. */
export function mayOverride(access: Access, place: { accountId: string; companyId: string; path: string[] }): boolean {
  const reach = access.person && reachOf(access, 'approval.override')
  return reach ? isWithin(reach, place) : false
}

function isSame(before: Decision, deciding: Deciding): boolean {
  return (
    before.decision === deciding.decision &&
    before.comment === deciding.comment &&
    sorted(before.address) === sorted(deciding.address ?? null)
  )
}

function sorted(value: object | null): string {
  return JSON.stringify(Object.entries(value ?? {}).sort())
}

/** Throws HubError forbidden when the person, or who acts for them, asked for it or placed it. */
export function assertNotExcluded(request: ApprovalRequest, people: readonly (string | null | undefined)[]): void {
  const found = request.why.excluded.find((e) => people.includes(e.personId))
  if (!found) return
  const what = found.reason === 'requester' ? 'asked for' : 'placed'
  throw new HubError('forbidden', `Nobody decides what they ${what} themselves.`)
}

function overrideOf(request: ApprovalRequest, deciding: Deciding): null {
  assertNotExcluded(request, [deciding.personId, deciding.actorId])
  if (!deciding.comment) throw new HubError('invalid_input', 'comment: say why you decide in place of the approver.')
  return null
}

/** Whose seat the person decides from: their own, else one delegated to them that nobody has decided from yet. */
async function seatOf(
  db: Db,
  request: ApprovalRequest,
  step: ApprovalStep,
  deciding: Deciding,
  decisions: readonly Decision[],
  at: Date,
): Promise<string> {
  assertNotExcluded(request, [deciding.personId, deciding.actorId])
  const mine = (m: { personId: string; membershipId: string }) =>
    m.personId === deciding.personId && (!deciding.membershipId || m.membershipId === deciding.membershipId)
  const seats: Seat[] = await listSeats(db, [step.id])
  const taken = new Set(decisions.filter((d) => d.stepId === step.id).map((d) => d.seatPersonId))
  const own = seats.find((seat) => mine(seat) && !taken.has(seat.personId))
  if (own && (await isActive(db, own.membershipId))) return own.personId
  const deputies = await listDeputies(db, seats, request, at)
  const lent = deputies.find((deputy) => mine(deputy) && !taken.has(deputy.seatPersonId))
  if (lent) return lent.seatPersonId
  throw new HubError('forbidden', 'This step is not yours to decide.')
}

async function isActive(db: Db, membershipId: string): Promise<boolean> {
  const row = await db('memberships as m')
    .join('people as p', 'p.id', 'm.person_id')
    .where({ 'm.id': membershipId, 'm.status': 'active', 'p.status': 'active' })
    .first('m.id')
  return row !== undefined
}

function addressOf(step: ApprovalStep, { address, decision }: Deciding): Address | null {
  if (step.plan.kind !== 'complete-address') {
    if (address) throw new HubError('invalid_input', `address: the step “${step.plan.name}” does not ask for one.`)
    return null
  }
  if (decision === 'approve' && !address)
    throw new HubError('invalid_input', 'address: this step asks for the ship-to address.')
  return address ?? null
}

async function auditDecision(
  db: Db,
  request: ApprovalRequest,
  step: ApprovalStep,
  deciding: Deciding,
  seatPersonId: string | null,
  stamp: Stamp,
): Promise<void> {
  const { sellerId, accountId, id } = request
  const inPlaceOf = seatPersonId !== null && seatPersonId !== deciding.personId ? { inPlaceOf: seatPersonId } : {}
  const event = {
    sellerId,
    accountId,
    actor: { personId: deciding.personId, ...(deciding.actorId ? { actorId: deciding.actorId } : {}) },
    action: deciding.override ? 'approval.overridden' : 'approval.decided',
    subjectKind: 'approval',
    subjectId: id,
    detail: {
      step: step.plan.name,
      decision: deciding.decision,
      comment: deciding.comment,
      via: deciding.via,
      ...inPlaceOf,
    },
  }
  await recordAudit(db, [event], stamp)
}
