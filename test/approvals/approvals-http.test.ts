// Policies, the inbox, decisions, delegations, "why", mail links and pages over HTTP. Design: edge cases 9 and 14.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRequest, listSteps } from '../../src/approvals/approval-store.ts'
import { notifyApprovers } from '../../src/approvals/notify-approvers.ts'
import { openApproval } from '../../src/approvals/open-approval.ts'
import { reassignSteps, replaceApprover, soleApproverOf } from '../../src/approvals/reassign-steps.ts'
import { demoIds } from '../../src/demo/credentials.ts'
import { sha256 } from '../../src/secrets.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { user } from './approval-site.ts'
import { callerOf } from './caller.ts'
import { above, addAccount, addMember, asking, facts, type Member, newId, stamp } from './company.ts'

let test: TestHub
let company: string
let admin: Member
let boss: Member
let deputy: Member
let buyer: Member
let stranger: Member
const sellerId = demoIds.seller

beforeAll(async () => {
  test = await startTestHub()
  const { db } = test.hub
  company = await addAccount(db, sellerId, 'Buyers Ltd', null)
  admin = await addMember(db, sellerId, company, 'buyer-admin')
  boss = await addMember(db, sellerId, company, 'approver')
  deputy = await addMember(db, sellerId, company, 'viewer')
  buyer = await addMember(db, sellerId, company, 'buyer')
  stranger = await addMember(db, sellerId, await addAccount(db, sellerId, 'Strangers', null), 'buyer-admin')
})
afterAll(() => test.close())

const { call, tokenOf } = callerOf(() => test, sellerId)

async function open(supplier: string) {
  const ask = asking(sellerId, company, buyer, facts('500', { suppliers: [supplier] }))
  const { requestId } = await test.hub.db.transaction((trx) => openApproval(trx, ask, stamp()))
  return requestId
}

async function decision(member: Member, id: string, change: object = {}) {
  const request = await findRequest(test.hub.db, id)
  const [step] = await listSteps(test.hub.db, [id])
  const body = { stepId: step?.id, version: request?.version, decision: 'approve', ...change }
  return call(member, 'POST', `/approvals/${id}/decisions`, body)
}

describe('over HTTP', () => {
  it('a policy is drafted, refused with the place of what is wrong, published, and kept in its history', async () => {
    const bad = { rules: [above('100', { by: 'role', role: 'finance' })] }
    const refused = await call(admin, 'POST', '/policies', { accountId: company, name: 'P', content: bad })
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.body)).toMatch(/rules\.0\.action\.steps\.0\.who: no possible approver/)
    const content = { rules: [above('100', user(boss))] }
    const made = await call(admin, 'POST', '/policies', { accountId: company, name: 'P', content })
    expect(made.status).toBe(201)
    const { id, version } = made.body
    expect((await call(admin, 'POST', `/policies/${id}/publish`, { version: 7 })).status).toBe(409)
    const published = await call(admin, 'POST', `/policies/${id}/publish`, { version })
    expect(published.body).toMatchObject({ draft: null, published: { number: 1, status: 'published' } })
    const next = { version: published.body.version, content: { rules: [] } }
    expect((await call(admin, 'PUT', `/policies/${id}/draft`, next)).body.draft.number).toBe(2)
    expect((await call(admin, 'GET', `/policies/${id}/history`)).body.items).toHaveLength(2)
    expect((await call(admin, 'GET', `/accounts/${company}/policies`)).body.policies).toHaveLength(1)
    const why = { accountId: company, membershipId: buyer.membershipId, facts: facts('500') }
    const explained = await call(admin, 'POST', '/policies/why', why)
    expect(explained.body).toMatchObject({ outcome: 'pending', excluded: [{ personId: buyer.personId }] })
    expect((await call(stranger, 'GET', `/policies/${id}`)).status).toBe(404)
  })

  it('edge case 14: another company’s approval answers 404, and is in no list and no count', async () => {
    const id = await open('a')
    for (const [method, path] of [
      ['GET', `/approvals/${id}`],
      ['GET', `/approvals/${id}/why`],
    ] as const)
      expect((await call(stranger, method, path)).status).toBe(404)
    expect((await decision(stranger, id)).status).toBe(404)
    const list = await call(stranger, 'GET', '/approvals?count=true')
    expect(list.body).toMatchObject({ items: [], count: 0 })
    const inbox = await call(boss, 'GET', '/approvals?mine=true&count=true')
    expect(inbox.body).toMatchObject({ items: [{ id, state: 'pending' }], count: 1 })
    expect((await call(buyer, 'GET', '/approvals?mine=true')).body.items).toEqual([])
    expect((await decision(boss, id)).body).toMatchObject({ state: 'approved' })
    expect((await call(boss, 'GET', `/approvals/${id}/why`)).body.outcome).toBe('approved')
  })

  it('edge case 9: a delegate decides what waits already, up to the cap; and not in a circle', async () => {
    const id = await open('b')
    const now = Date.now()
    const span = { validFrom: new Date(now - 1000).toISOString(), validUntil: new Date(now + 3_600_000).toISOString() }
    const given = { toMembershipId: deputy.membershipId, ...span }
    expect((await decision(deputy, id)).status).toBe(404)
    const small = await call(boss, 'POST', '/delegations', { ...given, cap: { amount: '100', currency: 'EUR' } })
    expect(small.status).toBe(201)
    expect((await decision(deputy, id)).status).toBe(403)
    await call(boss, 'DELETE', `/delegations/${small.body.id}`)
    expect((await call(boss, 'POST', '/delegations', given)).status).toBe(201)
    await test.hub.db('memberships').where({ id: deputy.membershipId }).update({ role: 'approver' })
    expect((await call(deputy, 'POST', '/delegations', { ...given, toMembershipId: boss.membershipId })).status).toBe(
      409,
    )
    const done = await decision(deputy, id)
    expect(done.body.steps[0].decisions).toMatchObject([{ personId: deputy.personId, inPlaceOf: boss.personId }])
    const [trail] = await test.hub.db('audit_events').where({ subject_id: id, action: 'approval.decided' })
    expect(trail).toMatchObject({ actor: { personId: deputy.personId }, detail: { inPlaceOf: boss.personId } })
  })

  it('who may override decides in place, with a comment; nobody else does', async () => {
    const id = await open('c')
    expect((await decision(admin, id)).status).toBe(403)
    expect((await decision(admin, id, { override: true })).status).toBe(400)
    expect((await decision(boss, id, { override: true, comment: 'x' })).status).toBe(403)
    expect((await decision(admin, id, { override: true, comment: 'On holiday.' })).body.state).toBe('approved')
  })

  it('a mail’s link shows a page by GET, decides once by POST, and dies with the decision', async () => {
    const { db, keys, config } = test.hub
    const id = await open('d')
    const [step] = await listSteps(db, [id])
    const since = new Date(Date.now() - 1000).toISOString()
    const ask = { stepId: step?.id ?? '', occasion: 'opened', since } as const
    const site = { keys, publicUrl: config.publicUrl }
    expect(await db.transaction((trx) => notifyApprovers(trx, site, ask, stamp()))).toBe(2)
    expect(await db.transaction((trx) => notifyApprovers(trx, site, ask, stamp()))).toBe(0)
    const token = 'a-token-of-this-test'
    const links = await db('approval_links').where({ request_id: id, person_id: boss.personId })
    expect(links.map((l) => l.action).sort()).toEqual(['approve', 'reject'])
    const approve = links.find((l) => l.action === 'approve')
    await db('approval_links')
      .where({ id: approve?.id })
      .update({ token_hash: sha256(token) })
    const shown = await fetch(`${test.url}/approvals/mail/${token}`)
    expect(shown.status).toBe(200)
    expect(await shown.text()).toMatch(/Approve: Requisition R-1.*€500\.00/s)
    expect((await findRequest(db, id))?.state).toBe('pending')
    const post = () => fetch(`${test.url}/approvals/mail/${token}`, { method: 'POST', headers: { origin: test.url } })
    expect(await (await post()).text()).toMatch(/It is approved/)
    expect((await post()).status).toBe(410)
    expect(await db('approval_links').where({ request_id: id }).whereNull('used_at')).toEqual([])
  })

  it('the console shows the inbox and takes a decision from its form only', async () => {
    const id = await open('e')
    const headers = { cookie: `hub_session=${await tokenOf(boss)}` }
    expect(await (await fetch(`${test.url}/approvals`, { headers })).text()).toMatch(/1 waits? for your decision/)
    const shown = await (await fetch(`${test.url}/approvals/${id}`, { headers })).text()
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(shown)?.[1] ?? ''
    const body = new URLSearchParams({
      stepId: field('stepId'),
      version: field('version'),
      decision: 'reject',
      comment: 'No',
    })
    const send = (origin: string) =>
      fetch(`${test.url}/approvals/${id}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers, origin },
        body,
      })
    expect((await send('https://elsewhere.test')).status).toBe(403)
    expect((await send(test.url)).status).toBe(303)
    expect(await findRequest(test.hub.db, id)).toMatchObject({ state: 'rejected', endReason: 'No' })
    expect((await fetch(`${test.url}/approvals`, { redirect: 'manual' })).headers.get('location')).toMatch(/^\/sign-in/)
  })

  it('edge case 9: a sole approver is known, replaced, and deactivated: pending steps go to the other', async () => {
    const { db } = test.hub
    const id = await open('f')
    expect(await soleApproverOf(db, boss.membershipId, new Date())).toMatchObject([
      { rule: 'above 100', step: 'Approve' },
    ])
    await db.transaction((trx) => replaceApprover(trx, boss.membershipId, admin.membershipId, stamp()))
    await db('memberships').where({ id: boss.membershipId }).update({ status: 'suspended' })
    await db.transaction((trx) => reassignSteps(trx, { membershipId: boss.membershipId }, stamp()))
    expect(await soleApproverOf(db, boss.membershipId, new Date())).toEqual([])
    expect((await decision(admin, id)).body.state).toBe('approved')
  })

  it('exchange rates are the seller’s to set: whole, in pairs, and what is pending keeps its own', async () => {
    const { db } = test.hub
    const token = `hubs_${newId()}`
    const chief = newId()
    const at = new Date()
    await db('people').insert({ id: chief, seller_id: sellerId, email: 'chief@seller.test', name: 'C', created_at: at })
    await db('staff').insert({
      id: newId(),
      seller_id: sellerId,
      person_id: chief,
      role: 'administrator',
      created_at: at,
    })
    const session = { id: newId(), seller_id: sellerId, person_id: chief, token_hash: sha256(token), way: 'password' }
    const until = new Date(at.getTime() + 3_600_000)
    await db('person_sessions').insert({ ...session, created_at: at, used_at: at, expires_at: until })
    const put = async (rates: unknown) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const answer = await fetch(`${test.url}/api/v1/exchange-rates`, {
        method: 'PUT',
        headers,
        body: JSON.stringify({ rates }),
      })
      return { status: answer.status, body: await answer.json() }
    }
    const rate = { from: 'USD', to: 'EUR', rate: '0.9' }
    expect((await put([{ ...rate, rate: '0' }])).status).toBe(400)
    expect((await put([rate, rate])).status).toBe(400)
    expect(await put([rate])).toEqual({ status: 200, body: { rates: [rate] } })
    expect((await call(admin, 'GET', '/exchange-rates')).body).toEqual({ rates: [rate] })
    expect((await call(admin, 'PUT', '/exchange-rates', { rates: [] })).status).toBe(403)
    const ask = asking(sellerId, company, buyer, facts('500', { suppliers: ['g'], currency: 'USD' }))
    const { requestId } = await db.transaction((trx) => openApproval(trx, ask, stamp()))
    expect((await put([])).body).toEqual({ rates: [] })
    expect((await findRequest(db, requestId))?.rates).toEqual({ 'USD>EUR': '0.9' })
    expect(await db('audit_events').where({ action: 'exchange-rates.replaced' })).toHaveLength(2)
  })
})
