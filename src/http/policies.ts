// Approval policies: written as a draft, checked, published, explained; and the exchange rates they compare by.
import { z } from 'zod'
import { isWithin, type Reach, reachOf } from '../accounts/access.ts'
import { checkPolicy } from '../approvals/check-policy.ts'
import { listRates, putRates } from '../approvals/exchange-rates.ts'
import { explainFacts } from '../approvals/explain-approval.ts'
import { listPoliciesOver } from '../approvals/policies-in-force.ts'
import { factsSchema, type Policy, policySchema } from '../approvals/policy.ts'
import {
  insertPolicy,
  listPolicies,
  listVersions,
  type PolicyRecord,
  publishDraft,
  putDraft,
  readPolicy,
  touchPolicy,
} from '../approvals/policy-store.ts'
import { findTrial, insertTrial } from '../approvals/policy-trial.ts'
import { weighFacts } from '../approvals/weigh-facts.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { DECIMAL } from '../money.ts'
import { enqueue } from '../queue/outbox.ts'
import { explanation } from './approval-shapes.ts'
import { type Columns, sendCsv } from './csv.ts'
import { day, timeShown } from './list-query.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Approval policies'

const problems = z.array(
  z.object({ place: z.string().meta({ example: 'rules.2.action.steps.0' }), problem: z.string() }),
)
const version = z.int().min(1).describe('as it was read: another one is a conflict')

const summary = z
  .object({
    id: z.uuid(),
    accountId: z.uuid(),
    accountName: z.string(),
    name: z.string(),
    version: z.int(),
    createdAt: timeShown,
    updatedAt: timeShown,
  })
  .meta({ id: 'PolicySummary' })

const versionShown = z
  .object({
    number: z.int(),
    status: z.enum(['draft', 'published', 'superseded']),
    content: policySchema,
    createdBy: z.uuid().nullable(),
    createdAt: timeShown,
    publishedBy: z.uuid().nullable(),
    publishedAt: timeShown.nullable(),
  })
  .meta({ id: 'PolicyVersion' })

const whole = summary
  .extend({ draft: versionShown.nullable(), published: versionShown.nullable() })
  .meta({ id: 'PolicyRecord' })

const side = z.object({ none: z.int(), pending: z.int(), denied: z.int() })
const decider = z.object({
  personId: z.uuid(),
  name: z.string(),
  published: z.int().describe('steps they could decide'),
  draft: z.int(),
  medianHours: z.number().nullable().describe('how long they took so far; null = no history'),
})
const trialShown = z
  .object({
    done: z.int(),
    total: z.int().nullable(),
    finishedAt: timeShown.nullable(),
    result: z
      .object({
        orders: z.int(),
        published: side,
        draft: side,
        deciders: z.array(decider),
        meanHours: z.object({ published: z.number(), draft: z.number() }).nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'PolicyTrial' })

const deciderColumns: Columns<z.output<typeof decider>> = {
  person: (d) => d.name,
  person_id: (d) => d.personId,
  published: (d) => d.published,
  draft: (d) => d.draft,
  median_hours: (d) => d.medianHours,
}

async function* batchOf<T>(rows: readonly T[]) {
  yield rows
}

const show = ({ sellerId: _, ...policy }: PolicyRecord) => policy

async function showWhole(db: Db, policy: PolicyRecord) {
  const versions = (await listVersions(db, policy.id)).map(({ id: _, policyId: _p, ...rest }) => rest)
  const of = (status: string) => versions.find((v) => v.status === status) ?? null
  return { ...show(policy), draft: of('draft'), published: of('published') }
}

async function readOr404(db: Db, reach: Reach, id: string | undefined): Promise<PolicyRecord> {
  const policy = await readPolicy(db, reach, id ?? '')
  if (!policy) throw new HubError('not_found', 'There is no such policy.')
  return policy
}

/** Throws HubError not_found when the account isn't within reach. */
async function assertAccount(db: Db, reach: Reach, accountId: string): Promise<void> {
  const account: { id: string; companyId: string; path: string[] } | undefined = await db('accounts')
    .where({ seller_id: reach.sellerId, id: accountId })
    .first({ id: 'id', companyId: 'company_id', path: 'path' })
  if (!account || !isWithin(reach, { accountId: account.id, ...account }))
    throw new HubError('not_found', 'There is no such account.')
}

async function assertSound(
  hub: Hub,
  db: Db,
  policy: Policy,
  place: { sellerId: string; accountId: string },
): Promise<void> {
  const found = await checkPolicy(db, policy, place, hub.now())
  if (found.length === 0) return
  const text = found.map(({ place: where, problem }) => `${where}: ${problem}`).join('; ')
  throw new HubError('invalid_input', text.slice(0, 2000), { details: { problems: found } })
}

const asked = z.object({ limit: pageQuery.shape.limit, cursor: pageQuery.shape.cursor }).strict()

export const policyRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/policies',
    who: 'purchasing:read',
    may: 'policy.view',
    tag: TAG,
    summary: 'List approval policies, newest first',
    query: asked,
    answer: pageOf(summary),
    async handle(hub, { query, reach }) {
      const rows = await listPolicies(hub.db, reach, { after: query.cursor, limit: query.limit + 1 })
      return asPage(rows, query.limit, show)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/policies',
    who: 'purchasing:write',
    may: 'policy.edit',
    tag: TAG,
    summary: 'Make an account’s policy, as a draft',
    description: 'An account has one; accounts below inherit it. What is wrong with it is said with the place.',
    body: z
      .strictObject({ accountId: z.uuid(), name: z.string().trim().min(1).max(120), content: policySchema })
      .meta({ id: 'NewPolicy' }),
    answer: whole,
    status: 201,
    async handle(hub, { body, reach, access }) {
      const { sellerId } = reach
      const { accountId, name, content } = body
      return hub.db.transaction(async (trx) => {
        await assertAccount(trx, reach, accountId)
        await assertSound(hub, trx, content, { sellerId, accountId })
        const stamp = stampOf(hub)
        const id = stamp.newId()
        if (!(await insertPolicy(trx, { id, sellerId, accountId, name }, stamp.at)))
          throw new HubError('conflict', 'This account has a policy already.')
        await putDraft(trx, { id: stamp.newId(), policyId: id, content, personId: access.person?.id ?? null }, stamp.at)
        const event = { sellerId, accountId, actor: actorOf(access), subjectKind: 'policy', subjectId: id }
        await recordAudit(trx, [{ ...event, action: 'policy.drafted', detail: { name } }], stamp)
        return showWhole(trx, await readOr404(trx, reach, id))
      })
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/policies/why',
    who: 'purchasing:read',
    may: 'policy.simulate',
    tag: TAG,
    summary: 'Ask what the policies in force would say of facts',
    body: z
      .strictObject({ accountId: z.uuid(), membershipId: z.uuid().describe('who would ask'), facts: factsSchema })
      .meta({ id: 'HypotheticalFacts' }),
    answer: explanation,
    async handle(hub, { body, reach }) {
      const { accountId, membershipId, facts } = body
      await assertAccount(hub.db, reach, accountId)
      const member: { personId: string } | undefined = await hub
        .db('memberships')
        .where({ id: membershipId, account_id: accountId })
        .first({ personId: 'person_id' })
      if (!member) throw new HubError('not_found', 'There is no such membership of this account.')
      const asking = { sellerId: reach.sellerId, accountId, membershipId, requesterId: member.personId, placedBy: null }
      return explainFacts(hub.db, await weighFacts(hub.db, { ...asking, facts, at: hub.now() }))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/accounts/:id/policies',
    who: 'purchasing:read',
    may: 'policy.view',
    tag: TAG,
    summary: 'Read the policies in force for an account: its own and those it inherits, the nearest first',
    answer: z.object({
      policies: z.array(z.object({ policyId: z.uuid(), accountId: z.uuid(), number: z.int(), content: policySchema })),
    }),
    async handle(hub, { params, reach }) {
      const id = params.id ?? ''
      await assertAccount(hub.db, reach, id)
      return { policies: await listPoliciesOver(hub.db, id) }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/policies/:id',
    who: 'purchasing:read',
    may: 'policy.view',
    tag: TAG,
    summary: 'Read a policy: what is in force, and the draft',
    answer: whole,
    async handle(hub, { params, reach }) {
      return showWhole(hub.db, await readOr404(hub.db, reach, params.id))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/policies/:id/history',
    who: 'purchasing:read',
    may: 'policy.view',
    tag: TAG,
    summary: 'Every version of a policy, newest first',
    answer: z.object({ items: z.array(versionShown) }),
    async handle(hub, { params, reach }) {
      const policy = await readOr404(hub.db, reach, params.id)
      const items = (await listVersions(hub.db, policy.id)).map(({ id: _, policyId: _p, ...rest }) => rest)
      return { items }
    },
  }),
  jsonRoute({
    method: 'put',
    path: '/api/v1/policies/:id/draft',
    who: 'purchasing:write',
    may: 'policy.edit',
    tag: TAG,
    summary: 'Write the draft of a policy',
    description: 'What is in force stays so until the draft is published.',
    body: z.strictObject({ version, content: policySchema }).meta({ id: 'PolicyDraft' }),
    answer: whole,
    async handle(hub, { params, body, reach, access }) {
      return hub.db.transaction(async (trx) => {
        const policy = await readOr404(trx, reach, params.id)
        const stamp = stampOf(hub)
        await assertSound(hub, trx, body.content, policy)
        await takeVersion(trx, policy.id, body.version, stamp.at)
        const personId = access.person?.id ?? null
        await putDraft(trx, { id: stamp.newId(), policyId: policy.id, content: body.content, personId }, stamp.at)
        await auditPolicy(trx, policy, 'policy.drafted', actorOf(access), stamp)
        return showWhole(trx, await readOr404(trx, reach, policy.id))
      })
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/policies/:id/check',
    who: 'purchasing:read',
    may: 'policy.view',
    tag: TAG,
    summary: 'Check a policy’s draft as it would be now, or another text in its place',
    body: z.strictObject({ content: policySchema.optional() }).meta({ id: 'PolicyCheck' }),
    answer: z.object({ problems }),
    async handle(hub, { params, body, reach }) {
      const policy = await readOr404(hub.db, reach, params.id)
      const versions = await listVersions(hub.db, policy.id)
      const content = body.content ?? versions[0]?.content
      return { problems: content ? await checkPolicy(hub.db, content, policy, hub.now()) : [] }
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/policies/:id/publish',
    who: 'purchasing:write',
    may: 'policy.edit',
    tag: TAG,
    summary: 'Put the draft in force',
    description: 'Requests that are pending keep the version they were opened with.',
    body: z.strictObject({ version }).meta({ id: 'PolicyPublication' }),
    answer: whole,
    async handle(hub, { params, body, reach, access }) {
      return hub.db.transaction(async (trx) => {
        const policy = await readOr404(trx, reach, params.id)
        const stamp = stampOf(hub)
        await takeVersion(trx, policy.id, body.version, stamp.at)
        const draft = (await listVersions(trx, policy.id)).find((v) => v.status === 'draft')
        if (!draft) throw new HubError('wrong_state', 'There is no draft to publish.')
        await assertSound(hub, trx, draft.content, policy)
        await publishDraft(trx, policy.id, access.person?.id ?? null, stamp.at)
        await auditPolicy(trx, policy, 'policy.published', actorOf(access), stamp)
        return showWhole(trx, await readOr404(trx, reach, policy.id))
      })
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/policies/:id/what-if',
    who: 'purchasing:write',
    may: 'policy.simulate',
    tag: TAG,
    summary: 'Replay past orders on the draft, beside what is published',
    description: 'A job does it: ask for the result, as JSON or CSV, until `finishedAt` is set.',
    body: z.strictObject({ from: day, to: day }).meta({ id: 'WhatIf' }),
    answer: z.object({ id: z.uuid() }),
    status: 202,
    async handle(hub, { params, body, reach }) {
      const policy = await readOr404(hub.db, reach, params.id)
      const draft = (await listVersions(hub.db, policy.id)).find((v) => v.status === 'draft')
      if (!draft) throw new HubError('wrong_state', 'There is no draft to try.')
      const { sellerId } = reach
      return hub.db.transaction(async (trx) => {
        const id = hub.newId()
        const trial = { id, sellerId, policyId: policy.id, draft: draft.content, fromDay: body.from, toDay: body.to }
        await insertTrial(trx, trial, hub.now())
        await enqueue(trx, 'what-if', { trialId: id }, { sellerId })
        return { id }
      })
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/policies/:id/what-if/:trialId',
    who: 'purchasing:read',
    may: 'policy.simulate',
    tag: TAG,
    summary: 'Read how far a replay is, and what came of it',
    description: 'With `Accept: text/csv`: who would decide how often, as CSV.',
    answer: trialShown,
    async handle(hub, { params, reach, req, res }) {
      const policy = await readOr404(hub.db, reach, params.id)
      const trial = await findTrial(hub.db, params.trialId ?? '')
      if (trial?.policyId !== policy.id) throw new HubError('not_found', 'There is no such replay.')
      const { done, total, result, finishedAt } = trial
      if (req.accepts(['application/json', 'text/csv']) !== 'text/csv') return { done, total, result, finishedAt }
      await sendCsv(res, 'what-if.csv', deciderColumns, batchOf(result?.deciders ?? []))
      return undefined
    },
  }),
  ...rateRoutes(),
]

async function takeVersion(db: Db, id: string, seen: number, at: Date): Promise<void> {
  if (!(await touchPolicy(db, id, seen, at)))
    throw new HubError('conflict', 'The policy was changed meanwhile. Read it again.')
}

async function auditPolicy(
  db: Db,
  policy: PolicyRecord,
  action: string,
  actor: ReturnType<typeof actorOf>,
  stamp: ReturnType<typeof stampOf>,
): Promise<void> {
  const { sellerId, accountId, id, name } = policy
  await recordAudit(
    db,
    [{ sellerId, accountId, actor, action, subjectKind: 'policy', subjectId: id, detail: { name } }],
    stamp,
  )
}

function rateRoutes(): Route[] {
  const code = z.string().regex(/^[A-Z]{3}$/, 'is no ISO 4217 currency such as EUR')
  const rate = z
    .string()
    .regex(DECIMAL, 'is no decimal such as 0.92')
    .refine((text) => !text.startsWith('-') && /[1-9]/.test(text), 'is not above zero')
  const rates = z
    .object({
      rates: z.array(z.object({ from: code, to: code, rate: rate.describe('how many `to` one `from` is') })).max(1000),
    })
    .meta({ id: 'ExchangeRates' })
  return [
    jsonRoute({
      method: 'get',
      path: '/api/v1/exchange-rates',
      who: 'purchasing:read',
      may: 'policy.view',
      tag: TAG,
      summary: 'Read the exchange rates that rules compare by',
      answer: rates,
      handle: async (hub, { reach }) => ({ rates: await listRates(hub.db, reach.sellerId) }),
    }),
    jsonRoute({
      method: 'put',
      path: '/api/v1/exchange-rates',
      who: 'purchasing:write',
      may: 'policy.edit',
      tag: TAG,
      summary: 'Replace the exchange rates',
      description:
        'They are the seller’s: of people, only the seller’s own may. A request keeps the rates it was opened with.',
      body: rates,
      answer: rates,
      async handle(hub, { body, access }) {
        const reach = reachOf(access, 'policy.edit')
        if (!reach?.all) throw new HubError('forbidden', 'Exchange rates are the seller’s to set.')
        const { sellerId } = access
        const pairs = body.rates.map(({ from, to }) => `${from}>${to}`)
        if (new Set(pairs).size < pairs.length) throw new HubError('invalid_input', 'rates: a pair is there twice.')
        return hub.db.transaction(async (trx) => {
          const stamp = stampOf(hub)
          await putRates(trx, sellerId, body.rates, stamp.at)
          const event = { sellerId, accountId: null, actor: actorOf(access), action: 'exchange-rates.replaced' }
          await recordAudit(trx, [{ ...event, subjectKind: 'seller', subjectId: sellerId, detail: { pairs } }], stamp)
          return { rates: await listRates(trx, sellerId) }
        })
      },
    }),
  ]
}
