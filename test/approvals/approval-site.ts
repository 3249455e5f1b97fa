// A database with a holding and a company per test: an approver, and a buyer whose manager they are; and how requests are opened and decided.
import type { Knex } from 'knex'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { ApprovalRequest, ApprovalStep, DecisionKind } from '../../src/approvals/approval.ts'
import { findRequest, listSteps } from '../../src/approvals/approval-store.ts'
import { decideStep } from '../../src/approvals/decide-step.ts'
import { type Asking, openApproval } from '../../src/approvals/open-approval.ts'
import { makeDatabase } from '../../src/database/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { addAccount, addMember, asking, facts, type Member, newId, stamp } from './company.ts'

export interface ApprovalSite {
  db: Knex
  sellerId: string
  holding: string
  company: string
  buyer: Member
  boss: Member
}

/** Registers the hooks that make and end it; each test has a seller of its own. */
export function approvalSite(): ApprovalSite {
  const site = {} as ApprovalSite
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
    site.db = makeDatabase(database.url)
  })
  afterAll(async () => {
    await site.db.destroy()
    await database.drop()
  })
  beforeEach(async () => {
    const { db } = site
    const sellerId = newId()
    await db('sellers').insert({ id: sellerId, name: 'Seller', created_at: new Date() })
    const holding = await addAccount(db, sellerId, 'Holding', null, 'holding')
    const company = await addAccount(db, sellerId, 'Company', holding)
    const boss = await addMember(db, sellerId, company, 'approver')
    const buyer = await addMember(db, sellerId, company, 'buyer', { managerId: boss.membershipId })
    Object.assign(site, { sellerId, holding, company, boss, buyer })
  })
  return site
}

/** `who` of a step: these people. */
export const user = (...people: Member[]) => ({ by: 'user', membershipIds: people.map((p) => p.membershipId) })

export async function openRequest(
  { db, sellerId, company, buyer }: ApprovalSite,
  net = '500',
  change: Partial<Asking> = {},
  given = facts(net),
  at = new Date(),
) {
  const ask = asking(sellerId, company, buyer, given, change)
  const opened = await db.transaction((trx) => openApproval(trx, ask, stamp(at)))
  const request = await findRequest(db, opened.requestId)
  if (!request) throw new Error('no request')
  return { ...opened, request, steps: await listSteps(db, [request.id]), subject: ask.subject }
}

/** Decides its first step, or that of `change`, as the person, with the version as it is now. */
export async function decideAs(
  { db }: Pick<ApprovalSite, 'db'>,
  { request, steps }: { request: ApprovalRequest; steps: readonly ApprovalStep[] },
  person: Member,
  decision: DecisionKind = 'approve',
  change: Partial<Parameters<typeof decideStep>[1]> = {},
  at = new Date(),
) {
  const version = (await findRequest(db, request.id))?.version ?? 0
  const stepId = steps[0]?.id ?? ''
  const deciding = { requestId: request.id, stepId, version, ...person, decision, comment: null, via: 'api' as const }
  return db.transaction((trx) => decideStep(trx, { ...deciding, ...change }, stamp(at)))
}

export const codeOf = async (work: Promise<unknown>) => work.then(String, (error) => error.code ?? String(error))

/** The jobs that were enqueued of a kind, about a request or a step. */
export const enqueued = (db: Knex, job: 'approval-settled' | 'notify-approver', id: string) =>
  db('job_runs')
    .where({ job })
    .whereRaw("coalesce(payload->>'requestId', payload->>'stepId') = ?", [id])
    .orderBy('created_at')
