// Approvers who left or moved: pending steps find others, and nobody goes while a policy has nobody else.
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { enqueue } from '../queue/outbox.ts'
import type { ApprovalRequest, ApprovalStep } from './approval.ts'
import {
  insertSeats,
  listSeats,
  listSteps,
  lockRequest,
  removeSeat,
  updateRequest,
  updateStep,
} from './approval-store.ts'
import { type ApproverQuestion, findApprovers } from './find-approvers.ts'
import type { Policy, PolicyStep } from './policy.ts'

export type Leaver = { personId: string } | { membershipId: string }

/** Takes the seats of a deactivated or moved approver away and finds who decides instead. Call it after the change, in its transaction. */
export async function reassignSteps(db: Db, leaver: Leaver, stamp: Stamp): Promise<number> {
  const column = 'personId' in leaver ? { 'x.person_id': leaver.personId } : { 'x.membership_id': leaver.membershipId }
  const requestIds: string[] = await db('approval_seats as x')
    .join('approval_steps as s', 's.id', 'x.step_id')
    .where(column)
    .whereNull('x.removed_at')
    .whereIn('s.state', ['waiting', 'open'])
    .distinct('s.request_id')
    .orderBy('s.request_id')
    .pluck('s.request_id')
  const leaves = (seat: { personId: string; membershipId: string }) =>
    'personId' in leaver ? seat.personId === leaver.personId : seat.membershipId === leaver.membershipId
  for (const id of requestIds) {
    const request = await lockRequest(db, id)
    if (request?.state !== 'pending') continue
    for (const step of await listSteps(db, [id])) {
      if (step.state !== 'waiting' && step.state !== 'open') continue
      for (const seat of (await listSeats(db, [step.id])).filter(leaves))
        await removeSeat(db, step.id, seat.personId, stamp.at)
      await refill(db, request, step, stamp)
    }
    await updateRequest(db, id, { stuck: await isStuck(db, id) }, stamp.at)
  }
  return requestIds.length
}

async function refill(db: Db, request: ApprovalRequest, step: ApprovalStep, stamp: Stamp): Promise<void> {
  const { fallback } = request.policies
  const excluded = request.why.excluded.map((e) => e.personId)
  const found = await findApprovers(db, step.plan, { ...request, excluded, fallback, at: stamp.at })
  const seats = await listSeats(db, [step.id])
  const added = found.seats.filter((seat) => !seats.some((s) => s.personId === seat.personId))
  await insertSeats(db, step.id, 'replacement', added, stamp.at)
  const total = seats.length + added.length
  const needed = step.plan.need === 'all' ? Math.max(1, total) : step.needed
  await updateStep(db, step.id, { needed, stuck: total < needed })
  const { sellerId, accountId, id } = request
  const to = added.map((seat) => seat.personId)
  const subject = { subjectKind: 'approval', subjectId: id, detail: { step: step.plan.name, to } }
  await recordAudit(
    db,
    [{ sellerId, accountId, actor: { hub: 'approvals' }, action: 'approval.reassigned', ...subject }],
    stamp,
  )
  if (step.state !== 'open' || added.length === 0) return
  const payload = { stepId: step.id, occasion: 'reassigned', since: stamp.at.toISOString() } as const
  await enqueue(db, 'notify-approver', payload, { sellerId })
}

async function isStuck(db: Db, requestId: string): Promise<boolean> {
  const open = (await listSteps(db, [requestId])).filter((s) => s.state === 'waiting' || s.state === 'open')
  return open.some((step) => step.stuck)
}

export interface SoleStep {
  policyId: string
  policy: string
  rule: string
  step: string
  /** How its policy finds who decides: who is named in it can be replaced, else somebody else has to have the role, say. */
  by: PolicyStep['who']['by']
}

interface Placed {
  policyId: string
  policy: string
  accountId: string
  content: Policy
}

/** Steps of published policies that only this membership could decide: it can't be deactivated before somebody replaces it. */
export async function soleApproverOf(db: Db, membershipId: string, at: Date): Promise<SoleStep[]> {
  const { rows: policies } = await db.raw<{ rows: Placed[] }>(
    `SELECT p.id AS "policyId", p.name AS policy, p.account_id AS "accountId", v.content
     FROM memberships m JOIN accounts own ON own.id = m.account_id
     JOIN accounts a ON a.seller_id = own.seller_id AND a.path[1] = own.path[1]
     JOIN approval_policies p ON p.account_id = a.id
     JOIN policy_versions v ON v.policy_id = p.id AND v.status = 'published'
     WHERE m.id = ? ORDER BY p.id`,
    [membershipId],
  )
  const member: { personId: string } | undefined = await db('memberships')
    .where({ id: membershipId })
    .first({ personId: 'person_id' })
  if (!member) return []
  const sole: SoleStep[] = []
  for (const { policyId, policy, accountId, content } of policies) {
    // Rules by the hundred ask the same few people.
    const asked = new Map<string, boolean>()
    for (const { name: rule, action } of content.rules)
      for (const step of action.effect === 'steps' ? action.steps : []) {
        const key = JSON.stringify([step.who, step.need])
        const only = asked.get(key) ?? (await onlyBy(db, step, accountId, content.fallback, member.personId, at))
        asked.set(key, only)
        if (only) sole.push({ policyId, policy, rule, step: step.name, by: step.who.by })
      }
  }
  return sole
}

/**
 * Runs a change of a membership that may take it the right to decide, then finds others for what waits for it. Throws HubError conflict,
 * naming policy, rule and step and how to go on, where nobody else could decide a step of a published policy any more.
 */
export async function keepingApprovers(
  db: Db,
  membershipId: string,
  stamp: Stamp,
  change: () => Promise<void>,
): Promise<void> {
  const before = await soleApproverOf(db, membershipId, stamp.at)
  await change()
  const after = before.length > 0 ? await soleApproverOf(db, membershipId, stamp.at) : []
  const lost = before.filter(
    (b) => !after.some((a) => a.policyId === b.policyId && a.rule === b.rule && a.step === b.step),
  )
  const [first] = lost
  if (first) {
    const next =
      first.by === 'user'
        ? 'Say who does instead: replacementId.'
        : `Its approvers are found by ${first.by}: let somebody else be one first, or name a fallback in the policy.`
    const where = `the step “${first.step}” of the rule “${first.rule}” in the policy “${first.policy}”`
    throw new HubError('conflict', `Nobody else can decide ${where}. ${next}`, { details: { steps: lost } })
  }
  await reassignSteps(db, { membershipId }, stamp)
}

async function onlyBy(db: Db, step: PolicyStep, accountId: string, fallback: string[], personId: string, at: Date) {
  const facts: ApproverQuestion['facts'] = {
    amounts: { net: '0', gross: '0', withShipping: '0' },
    currency: 'EUR',
    costCentre: null,
    lines: [],
  }
  const question = { accountId, membershipId: accountId, facts, rates: {}, fallback, at }
  const now = await findApprovers(db, step, { ...question, excluded: [] })
  if (now.stuck || !now.seats.some((seat) => seat.personId === personId)) return false
  return (await findApprovers(db, step, { ...question, excluded: [personId] })).stuck
}

/** Puts one membership in the place of another: in policies, published and draft, and on pending steps. */
export async function replaceApprover(
  db: Db,
  from: string,
  to: string,
  stamp: Stamp,
  actor: Actor = { hub: 'approvals' },
): Promise<void> {
  const { rows } = await db.raw<{ rows: { id: string; policyId: string; sellerId: string; accountId: string }[] }>(
    `UPDATE policy_versions v SET content = replace(v.content::text, ?, ?)::jsonb FROM approval_policies p
     WHERE p.id = v.policy_id AND v.status = 'draft' AND v.content::text LIKE '%' || ? || '%'
     RETURNING v.id, p.id AS "policyId", p.seller_id AS "sellerId", p.account_id AS "accountId"`,
    [from, to, from],
  )
  const published = await republish(db, from, to, stamp)
  const events = [...rows, ...published].map(({ policyId, sellerId, accountId }) => ({
    sellerId,
    accountId,
    actor,
    action: 'policy.approver-replaced',
    subjectKind: 'policy',
    subjectId: policyId,
    detail: { from, to },
  }))
  await recordAudit(db, events, stamp)
  const seats: { stepId: string }[] = await db('approval_seats as x')
    .join('approval_steps as s', 's.id', 'x.step_id')
    .where({ 'x.membership_id': from })
    .whereNull('x.removed_at')
    .whereIn('s.state', ['waiting', 'open'])
    .select({ stepId: 'x.step_id' })
  const person: { personId: string } | undefined = await db('memberships')
    .where({ id: to })
    .first({ personId: 'person_id' })
  for (const { stepId } of person ? seats : []) {
    const seat = { personId: person?.personId ?? '', membershipId: to }
    const request: ApprovalRequest | undefined = await requestOf(db, stepId)
    if (request && !request.why.excluded.some((e) => e.personId === seat.personId))
      await insertSeats(db, stepId, 'replacement', [seat], stamp.at)
  }
  await reassignSteps(db, { membershipId: from }, stamp)
}

async function requestOf(db: Db, stepId: string): Promise<ApprovalRequest | undefined> {
  const row: { id: string } | undefined = await db('approval_steps').where({ id: stepId }).first({ id: 'request_id' })
  return row && lockRequest(db, row.id)
}

/** A published version never changes: the replacement is the next one. */
async function republish(db: Db, from: string, to: string, stamp: Stamp) {
  const found: { id: string; policyId: string; sellerId: string; accountId: string; content: string }[] = await db(
    'policy_versions as v',
  )
    .join('approval_policies as p', 'p.id', 'v.policy_id')
    .where('v.status', 'published')
    .whereRaw(`v.content::text LIKE '%' || ? || '%'`, [from])
    .select({
      id: 'v.id',
      policyId: 'p.id',
      sellerId: 'p.seller_id',
      accountId: 'p.account_id',
      content: db.raw('v.content::text'),
    })
    .forUpdate('p')
  for (const { id, policyId, content } of found) {
    await db('policy_versions').where({ id }).update({ status: 'superseded' })
    await db.raw(
      `INSERT INTO policy_versions (id, policy_id, number, status, content, created_at, published_at)
       SELECT ?, ?, max(number) + 1, 'published', ?::jsonb, ?, ? FROM policy_versions WHERE policy_id = ?`,
      [stamp.newId(), policyId, content.replaceAll(from, to), stamp.at, stamp.at, policyId],
    )
  }
  return found
}
