// Keeps approval requests with their steps, seats and decisions.
import { type Access, keptPlace, reachOf, whereWithin } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import type { ApprovalRequest, ApprovalState, ApprovalStep, Candidate, Decision, Seat, Subject } from './approval.ts'

const REQUEST = {
  id: 't.id',
  sellerId: 't.seller_id',
  accountId: 't.account_id',
  subjectKind: 't.subject_kind',
  subjectId: 't.subject_id',
  subjectText: 't.subject_text',
  state: 't.state',
  version: 't.version',
  requesterId: 't.requester_id',
  membershipId: 't.membership_id',
  placedBy: 't.placed_by',
  contentHash: 't.content_hash',
  amount: 't.amount',
  currency: 't.currency',
  facts: 't.facts',
  rates: 't.rates',
  policies: 't.policies',
  why: 't.why',
  splitSuspected: 't.split_suspected',
  stuck: 't.stuck',
  address: 't.address',
  endReason: 't.end_reason',
  createdAt: 't.created_at',
  updatedAt: 't.updated_at',
  settledAt: 't.settled_at',
} as const

const STEP = {
  id: 'id',
  requestId: 'request_id',
  stage: 'stage',
  position: 'position',
  plan: 'plan',
  needed: 'needed',
  state: 'state',
  stuck: 'stuck',
  openedAt: 'opened_at',
  decidedAt: 'decided_at',
  remindAt: 'remind_at',
  escalateAt: 'escalate_at',
  endAt: 'end_at',
} as const

const SEAT = { stepId: 'step_id', personId: 'person_id', membershipId: 'membership_id', via: 'via' } as const

export async function insertRequest(db: Db, request: ApprovalRequest): Promise<void> {
  await db('approval_requests').insert({
    id: request.id,
    seller_id: request.sellerId,
    account_id: request.accountId,
    subject_kind: request.subjectKind,
    subject_id: request.subjectId,
    subject_text: request.subjectText,
    state: request.state,
    requester_id: request.requesterId,
    membership_id: request.membershipId,
    placed_by: request.placedBy,
    content_hash: request.contentHash,
    amount: request.amount,
    currency: request.currency,
    facts: JSON.stringify(request.facts),
    rates: JSON.stringify(request.rates),
    policies: JSON.stringify(request.policies),
    why: JSON.stringify(request.why),
    split_suspected: request.splitSuspected,
    created_at: request.createdAt,
    updated_at: request.createdAt,
    settled_at: request.settledAt,
  })
}

export async function findRequest(db: Db, id: string): Promise<ApprovalRequest | undefined> {
  return db('approval_requests as t').select(REQUEST).where('t.id', id).first()
}

/** Locks it: whoever decides, withdraws, edits or lets it run out waits here, and finds what came of it. */
export async function lockRequest(db: Db, id: string): Promise<ApprovalRequest | undefined> {
  return db('approval_requests as t').select(REQUEST).where('t.id', id).forUpdate().first()
}

/** The newest request about a subject. */
export async function findRequestOf(db: Db, subject: Subject): Promise<ApprovalRequest | undefined> {
  return db('approval_requests as t')
    .select(REQUEST)
    .where({ 't.subject_kind': subject.kind, 't.subject_id': subject.id })
    .orderBy('t.id', 'desc')
    .first()
}

/** What changed of a request; every change makes a new version. */
export async function updateRequest(
  db: Db,
  id: string,
  change: Partial<Pick<ApprovalRequest, 'state' | 'stuck' | 'address' | 'endReason' | 'settledAt'>>,
  at: Date,
): Promise<void> {
  await db('approval_requests')
    .where({ id })
    .update({
      version: db.raw('version + 1'),
      updated_at: at,
      ...(change.state ? { state: change.state } : {}),
      ...(change.stuck === undefined ? {} : { stuck: change.stuck }),
      ...(change.address ? { address: JSON.stringify(change.address) } : {}),
      ...(change.endReason === undefined ? {} : { end_reason: change.endReason }),
      ...(change.settledAt ? { settled_at: change.settledAt } : {}),
    })
}

export async function insertSteps(db: Db, steps: readonly ApprovalStep[]): Promise<void> {
  await db('approval_steps').insert(
    steps.map((s) => ({
      id: s.id,
      request_id: s.requestId,
      stage: s.stage,
      position: s.position,
      plan: JSON.stringify(s.plan),
      needed: s.needed,
      state: s.state,
    })),
  )
}

export async function listSteps(db: Db, requestIds: readonly string[]): Promise<ApprovalStep[]> {
  return db('approval_steps').select(STEP).whereIn('request_id', requestIds).orderBy(['request_id', 'position'])
}

export async function updateStep(
  db: Db,
  id: string,
  change: Partial<Omit<ApprovalStep, 'id' | 'requestId' | 'stage' | 'position' | 'plan'>>,
): Promise<void> {
  const columns = Object.entries(change).map(([name, value]) => [STEP[name as keyof typeof STEP], value])
  await db('approval_steps').where({ id }).update(Object.fromEntries(columns))
}

export async function listSeats(db: Db, stepIds: readonly string[]): Promise<Seat[]> {
  return db('approval_seats').select(SEAT).whereIn('step_id', stepIds).whereNull('removed_at').orderBy('given_at')
}

/** Gives seats; who had one and lost it gets it back. */
export async function insertSeats(
  db: Db,
  stepId: string,
  via: Seat['via'],
  people: readonly Candidate[],
  at: Date,
): Promise<void> {
  if (people.length === 0) return
  const seat = { step_id: stepId, via, given_at: at, removed_at: null }
  await db('approval_seats')
    .insert(people.map((p) => ({ ...seat, person_id: p.personId, membership_id: p.membershipId })))
    .onConflict(['step_id', 'person_id'])
    .merge()
}

export async function removeSeat(db: Db, stepId: string, personId: string, at: Date): Promise<void> {
  await db('approval_seats').where({ step_id: stepId, person_id: personId }).update({ removed_at: at })
  await db('approval_links').where({ step_id: stepId, person_id: personId }).whereNull('used_at').delete()
}

export async function insertDecision(db: Db, decision: Decision & { contentHash: Buffer }): Promise<void> {
  await db('approval_decisions').insert({
    id: decision.id,
    request_id: decision.requestId,
    step_id: decision.stepId,
    person_id: decision.personId,
    seat_person_id: decision.seatPersonId,
    actor_id: decision.actorId,
    decision: decision.decision,
    comment: decision.comment,
    via: decision.via,
    version: decision.version,
    content_hash: decision.contentHash,
    address: decision.address && JSON.stringify(decision.address),
    at: decision.at,
  })
}

export async function listDecisions(db: Db, requestIds: readonly string[]): Promise<Decision[]> {
  return db('approval_decisions')
    .select({
      id: 'id',
      requestId: 'request_id',
      stepId: 'step_id',
      personId: 'person_id',
      seatPersonId: 'seat_person_id',
      actorId: 'actor_id',
      decision: 'decision',
      comment: 'comment',
      via: 'via',
      version: 'version',
      address: 'address',
      at: 'at',
    })
    .whereIn('request_id', requestIds)
    .orderBy(['at', 'id'])
}

export interface RequestFilter {
  access: Access
  /** Only what the caller can decide now. */
  mine?: boolean | undefined
  states?: readonly ApprovalState[] | undefined
  stuck?: boolean | undefined
  splitSuspected?: boolean | undefined
  subject?: Subject | undefined
  at: Date
}

/** Steps where this membership has a seat, or may sit in the place of one that delegated to it, or through others. */
const SEATED = `SELECT s.request_id FROM approval_seats x JOIN approval_steps s ON s.id = x.step_id
  WHERE x.removed_at IS NULL AND x.membership_id IN (
    WITH RECURSIVE places AS (
      SELECT ?::uuid AS id
      UNION SELECT d.from_membership_id FROM approval_delegations d JOIN places p ON d.to_membership_id = p.id
      WHERE d.ended_at IS NULL AND d.valid_from <= ?::timestamptz AND d.valid_until > ?::timestamptz)
    SELECT id FROM places)`

/** THE filter of requests, for list, count and read: what a caller sees is their own, what they may decide, and what approval.view reaches. */
function visible(db: Db, filter: RequestFilter) {
  const { access, at } = filter
  const query = db('approval_requests as t').where('t.seller_id', access.sellerId)
  const reach = reachOf(access, 'approval.view')
  const membershipId = access.membership?.id ?? null
  if (!reach?.all)
    query.where((any) => {
      if (membershipId)
        any.where('t.membership_id', membershipId).orWhereRaw(`t.id IN (${SEATED})`, [membershipId, at, at])
      if (reach)
        any.orWhere((within) => {
          whereWithin(within, reach, { ...keptPlace, person: 't.requester_id' })
        })
      if (!membershipId && !reach) any.whereRaw('false')
    })
  if (filter.mine)
    query
      .where('t.state', 'pending')
      .whereRaw(`t.id IN (${SEATED} AND s.state = 'open')`, [membershipId, at, at])
      .whereRaw(
        `NOT EXISTS (SELECT FROM approval_decisions d JOIN approval_steps s ON s.id = d.step_id
           WHERE d.request_id = t.id AND d.person_id = ?::uuid AND s.state = 'open')`,
        [access.person?.id ?? null],
      )
      .whereRaw('?::uuid IS DISTINCT FROM t.requester_id AND ?::uuid IS DISTINCT FROM t.placed_by', [
        access.person?.id ?? null,
        access.person?.id ?? null,
      ])
  if (filter.states) query.whereIn('t.state', filter.states)
  if (filter.stuck !== undefined) query.where('t.stuck', filter.stuck)
  if (filter.splitSuspected !== undefined) query.where('t.split_suspected', filter.splitSuspected)
  if (filter.subject) query.where({ 't.subject_kind': filter.subject.kind, 't.subject_id': filter.subject.id })
  return query
}

/** Newest first, after the id `after`. */
export async function listRequests(
  db: Db,
  filter: RequestFilter,
  page: { after?: string | undefined; limit: number },
): Promise<ApprovalRequest[]> {
  const query = visible(db, filter).select(REQUEST).orderBy('t.id', 'desc').limit(page.limit)
  if (page.after) query.where('t.id', '<', page.after)
  return query
}

/** How many, counted up to 10,000. */
export async function countRequests(db: Db, filter: RequestFilter): Promise<number> {
  const some = visible(db, filter).select('t.id').limit(10_000)
  const row = await db.from(some.as('some')).count<{ count: string }>('* as count').first()
  return Number(row?.count ?? 0)
}

/** Undefined = there is none that the caller may see. */
export async function readRequest(db: Db, access: Access, id: string, at: Date): Promise<ApprovalRequest | undefined> {
  return visible(db, { access, at }).select(REQUEST).where('t.id', id).first()
}
