// A hub with a memory ERP, a company with a department, a buyer and approvers who are signed in.
import { randomBytes, randomUUID } from 'node:crypto'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { findRequest, listSteps } from '../../src/approvals/approval-store.ts'
import { decideStep } from '../../src/approvals/decide-step.ts'
import { policySchema } from '../../src/approvals/policy.ts'
import { makeBudget } from '../../src/budgets/change-budget.ts'
import type { Address } from '../../src/cart.ts'
import type { Db } from '../../src/database/database.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { priceLines } from '../../src/requisitions/price-lines.ts'
import { lineOf } from '../../src/requisitions/purchase-line.ts'
import { draftRequisition } from '../../src/requisitions/submit-requisition.ts'
import { sha256 } from '../../src/secrets.ts'
import { adminAuthorization, api } from '../support/buyer.ts'
import { startTestHub, type TestHub, type TestHubOptions } from '../support/hub.ts'

export interface Member {
  personId: string
  membershipId: string
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): ReturnType<typeof api>
}

export interface Company {
  accountId: string
  addMember(role: string, also?: Record<string, unknown>): Promise<Member>
  /** A session of an agent for the member. */
  actFor(member: Member): Promise<Member>
  /** Who asks for more than `above` EUR needs one of these. */
  setPolicy(above: string, approvers: readonly Member[]): Promise<void>
  addPolicy(rules: readonly unknown[]): Promise<void>
  addBudget(amount: string, also?: Record<string, unknown>): Promise<string>
  /** A buyer admin of another seller's customer. */
  addStranger(): Promise<Member>
  admin(method: string, path: string, body?: unknown): ReturnType<typeof api>
}

export interface PurchaseSite extends Company {
  hub: TestHub
  erp: ReturnType<typeof memoryErp>
  close(): Promise<void>
}

export async function startPurchaseSite(
  name: string,
  jobs = true,
  also: Pick<TestHubOptions, 'now'> = {},
): Promise<PurchaseSite> {
  const erp = memoryErp({ name }, () => new Date())
  const hub = await startTestHub({ demo: false, jobs, erp: { name }, ...also })
  return { ...(await foundCompany({ url: hub.url, db: hub.hub.db })), hub, erp, close: () => hub.close() }
}

/** A department with contract prices, in any hub that has the demo's data. */
export async function foundCompany({ url, db }: { url: string; db: Db }): Promise<Company> {
  const accountId = randomUUID()
  const at = new Date()
  await db('accounts').insert({
    ...{ id: accountId, seller_id: demoIds.seller, parent_id: demoIds.account, kind: 'department', name: 'Works' },
    ...{ status: 'active', created_at: at },
  })
  for (const [part, price] of [
    ['00123', '10.00'],
    ['TN-2420', '60.00'],
  ])
    await db('erp_prices').insert({
      ...{ connection_id: demoIds.erpConnection, erp_id: `test-${part}`, seller_id: demoIds.seller },
      ...{ customer_number: '100042', item_number: part, updated_at: at },
      record: JSON.stringify({
        ...{ erpId: `test-${part}`, customerNumber: '100042', itemNumber: part, currency: 'EUR', unitPrice: price },
        ...{ priceUnit: '1', unitOfMeasure: 'BX', minimumQuantity: '1', validFrom: null, validTo: null, changedAt: '' },
      }),
    })

  const signIn = async (
    personId: string,
    membershipId: string | null,
    actingId: string | null,
    sellerId: string = demoIds.seller,
  ): Promise<Member['call']> => {
    const token = `hubs_${randomBytes(32).toString('base64url')}`
    await db('person_sessions').insert({
      ...{ id: randomUUID(), seller_id: sellerId, person_id: personId, token_hash: sha256(token) },
      ...{ membership_id: membershipId, acting_id: actingId, way: 'password', created_at: at, used_at: at },
      expires_at: new Date(at.getTime() + 86_400_000),
    })
    return async (method, path, body, headers = {}) => {
      const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
      const res = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, ...type, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await res.text()
      return { status: res.status, body: /json/.test(res.headers.get('content-type') ?? '') ? JSON.parse(text) : text }
    }
  }
  const addPerson = async (label: string) => {
    const id = randomUUID()
    await db('people').insert({
      ...{
        id,
        seller_id: demoIds.seller,
        email: `${label}-${id.slice(0, 8)}@works.example`,
        name: label,
        created_at: at,
      },
    })
    return id
  }

  const addPolicy: Company['addPolicy'] = async (rules) => {
    const content = { splitDays: 0, rules }
    const policyId = randomUUID()
    await db('approval_policies').insert({
      ...{
        id: policyId,
        seller_id: demoIds.seller,
        account_id: accountId,
        name: 'Works',
        created_at: at,
        updated_at: at,
      },
    })
    await db('policy_versions').insert({
      ...{ id: randomUUID(), policy_id: policyId, number: 1, status: 'published', created_at: at },
      content: JSON.stringify(policySchema.parse(content)),
    })
  }

  return {
    accountId,
    async addMember(role, also = {}) {
      const personId = await addPerson(role)
      const membershipId = randomUUID()
      await db('memberships').insert({
        ...{ id: membershipId, account_id: accountId, person_id: personId, role, created_at: at, ...also },
      })
      return { personId, membershipId, call: await signIn(personId, membershipId, null) }
    },
    async actFor(member) {
      const personId = await addPerson('agent')
      const [staffId, actingId] = [randomUUID(), randomUUID()]
      const seller = { seller_id: demoIds.seller, created_at: at }
      await db('staff').insert({ ...seller, id: staffId, person_id: personId, role: 'sales-agent' })
      await db('acting_sessions').insert({
        ...{ ...seller, id: actingId, staff_id: staffId, membership_id: member.membershipId, reason: 'by phone' },
        expires_at: new Date(at.getTime() + 3_600_000),
      })
      return { ...member, personId, call: await signIn(personId, null, actingId) }
    },
    setPolicy(above, approvers) {
      const condition = { fact: 'amount', basis: 'gross', op: 'above', value: above, currency: 'EUR' }
      return addPolicy([{ name: 'dear', when: { all: [condition] }, action: steps(approvers) }])
    },
    addPolicy,
    async addBudget(amount, also = {}) {
      return db.transaction((trx) =>
        makeBudget(
          trx,
          {
            ...{ sellerId: demoIds.seller, accountId, name: 'Works', kind: 'account', membershipId: null, code: null },
            ...{
              currency: 'EUR',
              amount,
              overdraft: '0',
              period: 'once',
              basis: 'net',
              withShipping: false,
              over: 'block',
            },
            ...{ otherCurrency: 'ask', rates: {}, refundTo: 'reservation', carryOver: false },
            ...{ startsOn: '2020-01-01', endsOn: null, defaultZone: 'UTC', ...also },
          },
          { hub: 'test' },
          { at, newId: () => randomUUID() },
        ),
      )
    },
    async addStranger() {
      const [sellerId, strangeId, personId, membershipId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
      const seller = { seller_id: sellerId, created_at: at }
      await db('sellers').insert({ id: sellerId, name: 'Other', created_at: at })
      const account = { ...seller, id: strangeId, parent_id: null, kind: 'company', name: 'Strange', status: 'active' }
      await db('accounts').insert(account)
      await db('people').insert({ ...seller, id: personId, email: 'stranger@strange.example', name: 'Stranger' })
      const member = {
        id: membershipId,
        account_id: strangeId,
        person_id: personId,
        role: 'buyer-admin',
        created_at: at,
      }
      await db('memberships').insert(member)
      return { personId, membershipId, call: await signIn(personId, membershipId, null, sellerId) }
    },
    admin: (method, path, body) => api(url, method, `/api/v1${path}`, body, adminAuthorization),
  }
}

/** What a rule asks for: one step, decided by any of these. */
export const steps = (approvers: readonly Member[], kind = 'approve') => ({
  effect: 'steps',
  steps: [{ name: 'Head', kind, who: { by: 'user', membershipIds: approvers.map((a) => a.membershipId) } }],
})

/** Many such drafts at once, by the verb. */
export async function drafts(site: PurchaseSite, member: Member, count: number): Promise<string[]> {
  const { hub } = site.hub
  const { personId, membershipId } = member
  const owner = { sellerId: demoIds.seller, accountId: site.accountId, membershipId, personId, placedBy: null }
  const question = { ...owner, currency: 'EUR', day: new Date().toISOString().slice(0, 10) }
  const pens = lineOf({ supplierPartId: '00123', quantity: '1', shares: [] }, 1, false)
  const content = { currency: 'EUR', shipTo: null, poNumber: null, comments: null }
  return hub.db.transaction(async (trx) => {
    const lines = await priceLines(trx, question, [pens])
    const ids: string[] = []
    for (let i = 0; i < count; i++)
      ids.push(await draftRequisition(trx, owner, { ...content, lines }, {}, { hub: 'test' }, stampOf(hub)))
    return ids
  })
}

/** A cart of `quantity` boxes at 10.00 EUR, as a requisition that is not submitted yet. */
export async function draft(member: Member, quantity = '1', also: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await member.call('POST', '/carts', {
    ...{ name: 'Pens', lines: [{ supplierPartId: '00123', quantity, ...also }] },
  })
  if (status !== 201) throw new Error(`no cart: ${JSON.stringify(body)}`)
  const made = await member.call('POST', '/requisitions', { cartId: body.id })
  if (made.status !== 201) throw new Error(`no requisition: ${JSON.stringify(made.body)}`)
  return made.body.id
}

export const submit = (member: Member, id: string, key?: string) =>
  member.call('POST', `/requisitions/${id}/submit`, {}, key ? { 'Idempotency-Key': key } : {})

/** Decides the open step of what the requisition waits for. */
export async function decide(
  { hub: { hub } }: PurchaseSite,
  id: string,
  decision: 'approve' | 'reject' | 'request-changes',
  { personId, membershipId }: Pick<Member, 'personId' | 'membershipId'>,
  also: { address?: Address } = {},
): Promise<string> {
  const { approval_id: requestId } = await hub.db('requisitions').where({ id }).first('approval_id')
  const request = await findRequest(hub.db, requestId)
  const open = (await listSteps(hub.db, [requestId])).find((s) => s.state === 'open')
  if (!request || !open) throw new Error('nothing to decide')
  const deciding = { requestId, stepId: open.id, version: request.version, personId, membershipId, decision, ...also }
  return hub.db.transaction((trx) => decideStep(trx, { ...deciding, comment: 'so', via: 'api' }, stampOf(hub)))
}
