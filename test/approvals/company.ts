// A company for the tests of approvals: a holding, a company and a department, with people in roles, and facts of what they order.
import { createHash, randomUUID } from 'node:crypto'
import type { Asking } from '../../src/approvals/open-approval.ts'
import { type ApprovalFacts, type Policy, policySchema } from '../../src/approvals/policy.ts'
import type { Db } from '../../src/database/database.ts'
import type { Stamp } from '../../src/database/stamp.ts'

let counter = 0
/** Ids that grow, as UUID v7 do. */
export function newId(): string {
  counter += 1
  const time = (Date.now() * 4096 + counter).toString(16).padStart(16, '0')
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${time.slice(12, 15)}-8000-${randomUUID().slice(24)}`
}

export const stamp = (at = new Date()): Stamp => ({ at, newId })

export interface Member {
  personId: string
  membershipId: string
}

export async function addAccount(db: Db, sellerId: string, name: string, parentId: string | null, kind = 'company') {
  const id = newId()
  const account = { id, seller_id: sellerId, parent_id: parentId, kind, name, customer_number: null }
  await db('accounts').insert({ ...account, created_at: new Date() })
  return id
}

export async function addMember(
  db: Db,
  sellerId: string,
  accountId: string,
  role: string | null,
  more: { managerId?: string; limit?: string; personId?: string; jobTitle?: string } = {},
): Promise<Member> {
  const personId = more.personId ?? newId()
  if (!more.personId)
    await db('people').insert({
      id: personId,
      seller_id: sellerId,
      email: `${personId}@example.test`,
      name: `Person ${counter}`,
      created_at: new Date(),
    })
  const membershipId = newId()
  await db('memberships').insert({
    id: membershipId,
    account_id: accountId,
    person_id: personId,
    role,
    manager_id: more.managerId ?? null,
    order_limit: more.limit ?? null,
    order_limit_currency: more.limit ? 'EUR' : null,
    job_title: more.jobTitle ?? null,
    first_seen_by: 'test',
    created_at: new Date(),
  })
  return { personId, membershipId }
}

export async function publish(db: Db, sellerId: string, accountId: string, policy: unknown): Promise<string> {
  const content: Policy = policySchema.parse(policy)
  const id = newId()
  const at = new Date()
  const known = await db('approval_policies').where({ account_id: accountId }).first('id')
  const policyId: string = known?.id ?? id
  if (!known)
    await db('approval_policies').insert({
      id,
      seller_id: sellerId,
      account_id: accountId,
      name: 'Policy',
      created_at: at,
      updated_at: at,
    })
  const [last] = await db('policy_versions').where({ policy_id: policyId }).max('number as number')
  await db('policy_versions').where({ policy_id: policyId, status: 'published' }).update({ status: 'superseded' })
  await db('policy_versions').insert({
    id: newId(),
    policy_id: policyId,
    number: (last?.number ?? 0) + 1,
    status: 'published',
    content: JSON.stringify(content),
    created_at: at,
    published_at: at,
  })
  return policyId
}

export function facts(net: string, change: Partial<ApprovalFacts> = {}): ApprovalFacts {
  return {
    amounts: { net, gross: net, withShipping: net },
    currency: 'EUR',
    lines: [
      {
        supplierPartId: 'CHAIR-1',
        productGroup: 'furniture',
        catalogue: null,
        supplier: null,
        costCentre: null,
        project: null,
        netAmount: net,
      },
    ],
    suppliers: ['acme'],
    shipTo: null,
    project: null,
    costCentre: null,
    channel: 'web',
    budget: 'ok',
    firstUse: [],
    requesterRoles: ['buyer'],
    splitSuspected: false,
    orderLimitExceeded: false,
    ...change,
  }
}

export function asking(
  sellerId: string,
  accountId: string,
  requester: Member,
  given: ApprovalFacts,
  change: Partial<Asking> = {},
): Asking {
  const id = newId()
  return {
    sellerId,
    accountId,
    subject: { kind: 'requisition', id },
    subjectText: 'Requisition R-1: 1 line, office chairs',
    requester,
    facts: given,
    contentHash: createHash('sha256').update(id).digest(),
    ...change,
  }
}

/** A rule that asks for one step above an amount. */
export function above(value: string, who: object, more: object = {}) {
  return {
    name: `above ${value}`,
    when: { all: [{ fact: 'amount', basis: 'net', op: 'above', value, currency: 'EUR' }] },
    action: { effect: 'steps', steps: [{ name: 'Approve', who, ...more }] },
  }
}
