// Approvals: what waits for the caller, everything they may see, one request, its decisions, and why it came out so.
import { z } from 'zod'
import type { Access } from '../accounts/access.ts'
import type { ApprovalRequest } from '../approvals/approval.ts'
import {
  countRequests,
  listDecisions,
  listRequests,
  listSeats,
  listSteps,
  type RequestFilter,
  readRequest,
} from '../approvals/approval-store.ts'
import { decideStep, mayOverride } from '../approvals/decide-step.ts'
import { explainRequest } from '../approvals/explain-approval.ts'
import { addressSchema } from '../cart.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { approvalStates, explanation, stepStates } from './approval-shapes.ts'
import { amount, anyOf, currency, flag, term, timeShown } from './list-query.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Approvals'

const summary = z
  .object({
    id: z.uuid(),
    accountId: z.uuid(),
    subjectKind: z.string().meta({ example: 'requisition' }),
    subjectId: z.uuid(),
    subjectText: z.string(),
    state: z.enum(approvalStates),
    version: z.int().describe('a decision names it'),
    requesterId: z.uuid(),
    placedBy: z.uuid().nullable(),
    amount,
    currency,
    splitSuspected: z.boolean().describe('looks like part of a purchase that was cut up'),
    stuck: z.boolean().describe('too few people may decide it'),
    endReason: z.string().nullable(),
    createdAt: timeShown,
    updatedAt: timeShown,
    settledAt: timeShown.nullable(),
  })
  .meta({ id: 'ApprovalSummary' })

const decisionKind = z.enum(['approve', 'reject', 'request-changes'])

const whole = summary
  .extend({
    contentHash: z.string().describe('SHA-256 of what is approved, hex'),
    address: addressSchema.nullable().describe('as a step completed it'),
    steps: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        kind: z.enum(['approve', 'confirm-payment', 'complete-address']),
        rules: z.array(z.string()),
        stage: z.int(),
        state: z.enum(stepStates),
        needed: z.int(),
        stuck: z.boolean(),
        openedAt: timeShown.nullable(),
        endAt: timeShown.nullable(),
        approvers: z.array(z.object({ personId: z.uuid(), membershipId: z.uuid(), via: z.string() })),
        decisions: z.array(
          z.object({
            personId: z.uuid().nullable(),
            inPlaceOf: z.uuid().nullable(),
            decision: decisionKind,
            comment: z.string().nullable(),
            via: z.string(),
            at: timeShown,
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Approval' })

function show(request: ApprovalRequest) {
  const { id, accountId, subjectKind, subjectId, subjectText, state, version, requesterId, placedBy } = request
  const { amount, currency, splitSuspected, stuck, endReason, createdAt, updatedAt, settledAt } = request
  const subject = { id, accountId, subjectKind, subjectId, subjectText, state, version, requesterId, placedBy }
  return { ...subject, amount, currency, splitSuspected, stuck, endReason, createdAt, updatedAt, settledAt }
}

/** A request with its steps, approvers and decisions. */
export async function showApproval(db: Db, request: ApprovalRequest) {
  const steps = await listSteps(db, [request.id])
  const ids = steps.map((s) => s.id)
  const [seats, decisions] = await Promise.all([listSeats(db, ids), listDecisions(db, [request.id])])
  return {
    ...show(request),
    contentHash: request.contentHash.toString('hex'),
    address: request.address,
    steps: steps.map(({ id, plan, stage, state, needed, stuck, openedAt, endAt }) => ({
      id,
      name: plan.name,
      kind: plan.kind,
      rules: plan.rules,
      stage,
      state,
      needed,
      stuck,
      openedAt,
      endAt,
      approvers: seats
        .filter((seat) => seat.stepId === id)
        .map(({ personId, membershipId, via }) => ({ personId, membershipId, via })),
      decisions: decisions
        .filter((d) => d.stepId === id)
        .map(({ personId, seatPersonId, decision, comment, via, at }) => ({
          personId,
          inPlaceOf: seatPersonId !== null && seatPersonId !== personId ? seatPersonId : null,
          decision,
          comment,
          via,
          at,
        })),
    })),
  }
}

/** Throws HubError not_found when the caller may not see it. */
export async function readApproval(hub: Hub, db: Db, access: Access, id: string | undefined): Promise<ApprovalRequest> {
  const request = await readRequest(db, access, id ?? '', hub.now())
  if (!request) throw new HubError('not_found', 'There is no such approval.')
  return request
}

export interface Answer {
  stepId: string
  version: number
  decision: z.output<typeof decisionKind>
  comment: string | null
  address?: z.output<typeof addressSchema> | null | undefined
  override: boolean
}

/** Decides for the caller, by the API or the console. Throws HubError as decideStep. */
export async function answerApproval(
  hub: Hub,
  access: Access,
  id: string | undefined,
  answer: Answer,
  via: 'api' | 'console',
) {
  const { person, membership, actor } = access
  if (!person) throw new HubError('forbidden', 'Only a person decides.')
  return hub.db.transaction(async (trx) => {
    const request = await readApproval(hub, trx, access, id)
    if (answer.override) await assertOverride(trx, access, request)
    const who = { personId: person.id, membershipId: membership?.id ?? null, actorId: actor?.personId ?? null }
    const deciding = { requestId: request.id, ...who, ...answer, address: answer.address ?? null, via }
    await decideStep(trx, deciding, stampOf(hub))
    return readApproval(hub, trx, access, request.id)
  })
}

async function assertOverride(db: Db, access: Access, request: ApprovalRequest): Promise<void> {
  const place: { accountId: string; companyId: string; path: string[] } | undefined = await db('approval_requests')
    .where({ id: request.id })
    .first({ accountId: 'account_id', companyId: 'company_id', path: 'account_path' })
  if (!place || !mayOverride(access, place))
    throw new HubError('forbidden', 'You may not decide in place of an approver: approval.override is missing.')
}

const filterQuery = {
  mine: flag.optional().describe('true: what you can decide now'),
  state: anyOf(approvalStates)
    .optional()
    .describe(`one or more of ${approvalStates.join(', ')}, with commas`),
  stuck: flag.optional(),
  split: flag.optional().describe('true: what looks like part of a purchase that was cut up'),
  subjectKind: term.optional(),
  subjectId: z.uuid().optional(),
}

export const approvalRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/approvals',
    who: 'purchasing:read',
    may: 'signed-in',
    tag: TAG,
    summary: 'List approval requests, newest first: yours to decide, your own, and those you may see',
    query: z.strictObject({ ...pageQuery.shape, ...filterQuery, count: flag.optional() }),
    answer: pageOf(summary).extend({ count: z.int().optional().describe('matching requests, up to 10,000') }),
    async handle(hub, { query, access }) {
      const { subjectKind, subjectId } = query
      const filter: RequestFilter = {
        access,
        mine: query.mine,
        states: query.state,
        stuck: query.stuck,
        splitSuspected: query.split,
        subject: subjectKind && subjectId ? { kind: subjectKind, id: subjectId } : undefined,
        at: hub.now(),
      }
      const [rows, count] = await Promise.all([
        listRequests(hub.db, filter, { after: query.cursor, limit: query.limit + 1 }),
        query.count ? countRequests(hub.db, filter) : undefined,
      ])
      return { ...asPage(rows, query.limit, show), count }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/approvals/:id',
    who: 'purchasing:read',
    may: 'signed-in',
    tag: TAG,
    summary: 'Read an approval request with steps, approvers and decisions',
    answer: whole,
    async handle(hub, { params, access }) {
      return showApproval(hub.db, await readApproval(hub, hub.db, access, params.id))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/approvals/:id/why',
    who: 'purchasing:read',
    may: 'signed-in',
    tag: TAG,
    summary: 'Read why: rules, facts, who is left out, who could decide, the nearest way through',
    answer: explanation,
    async handle(hub, { params, access }) {
      return explainRequest(hub.db, await readApproval(hub, hub.db, access, params.id), hub.now())
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/approvals/:id/decisions',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'Decide a step',
    description:
      'With the version that was read: another one is 409. The same decision again has the same answer. `override` decides in place of the approver; it needs approval.override and a comment.',
    body: z
      .strictObject({
        stepId: z.uuid(),
        version: z.int().min(1),
        decision: decisionKind,
        comment: z.string().trim().min(1).max(2000).nullable().default(null),
        address: addressSchema.optional().describe('of a step that completes the address'),
        override: z.boolean().default(false),
      })
      .meta({ id: 'ApprovalDecision' }),
    answer: whole,
    async handle(hub, { params, body, access }) {
      return showApproval(hub.db, await answerApproval(hub, access, params.id, body, 'api'))
    },
  }),
]
