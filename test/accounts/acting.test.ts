// The seller's own people: portfolios, prospects, and acting on behalf of a customer's person.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findAccess } from '../../src/accounts/access-store.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { sha256 } from '../../src/secrets.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { account, call, member } from './company.ts'

let hub: TestHub
let now = new Date('2026-05-05T10:00:00Z')
let mine: string
let other: string
let agent: string
let agentId: string

const as = (who: string | null, method: string, path: string, body?: unknown) => call(hub, who, method, path, body)

/** Signed in, as the sign-in room leaves it. */
async function session(personId: string, membershipId: string | null = null): Promise<string> {
  const token = `hubs_${hub.hub.newToken()}`
  const { db, newId } = hub.hub
  const expires_at = new Date(now.getTime() + 86_400_000)
  await db('person_sessions').insert({
    ...{ id: newId(), seller_id: demoIds.seller, person_id: personId, token_hash: sha256(token) },
    ...{ membership_id: membershipId, way: 'password', created_at: now, used_at: now, expires_at },
  })
  return token
}

async function withToken(token: string, method: string, path: string, body?: unknown) {
  const res = await fetch(`${hub.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await res.text()
  return { status: res.status, body: text ? JSON.parse(text) : undefined }
}

beforeAll(async () => {
  hub = await startTestHub({ demo: false, now: () => now })
  mine = await account(hub, 'Mine')
  other = await account(hub, 'Other')
  const made = await as(null, 'POST', '/api/v1/staff', {
    email: 'agent@seller.example',
    name: 'Agent',
    role: 'sales-agent',
  })
  agentId = made.body.id
  await as(null, 'PUT', `/api/v1/staff/${agentId}/portfolio`, { accountIds: [mine] })
  agent = await session(made.body.personId)
})
afterAll(() => hub.close())

describe('an agent', () => {
  it('sees the accounts of the portfolio only, registers prospects and activates them', async () => {
    const names = async () =>
      (await withToken(agent, 'GET', '/api/v1/accounts')).body.items.map((a: { name: string }) => a.name)
    expect(await names()).toEqual(['Mine'])
    expect((await withToken(agent, 'POST', '/api/v1/accounts', { name: 'Customer' })).status).toBe(403)
    const made = await withToken(agent, 'POST', '/api/v1/accounts', { name: 'Prospect', status: 'prospect' })
    expect(made.status).toBe(201)
    expect(await names()).toEqual(['Mine', 'Prospect'])
    const person = await member(hub, made.body.id, 'prospect', 'buyer')
    expect(await findAccess(hub.hub.db, { sellerId: demoIds.seller, membershipId: person }, now)).toBeUndefined()
    expect((await withToken(agent, 'POST', `/api/v1/accounts/${made.body.id}/activate`)).body.status).toBe('active')
    expect((await as(person, 'GET', '/api/v1/session')).status).not.toBe(404)
    expect((await withToken(agent, 'GET', '/api/v1/staff')).status).toBe(403)
  })

  it('edge case 10: acts for a person with that person’s rights, until it ends, and the trail names both', async () => {
    const buyer = await member(hub, mine, 'buyer', 'buyer')
    const foreign = await member(hub, other, 'foreign', 'buyer')
    const ask = { membershipId: buyer, reason: 'Asked by phone', minutes: 30 }
    expect((await withToken(agent, 'POST', '/api/v1/acting', { ...ask, membershipId: foreign })).status).toBe(404)
    const started = await withToken(agent, 'POST', '/api/v1/acting', ask)
    expect(started.body).toMatchObject({ membershipId: buyer, expiresAt: '2026-05-05T10:30:00.000Z' })
    const access = () => findAccess(hub.hub.db, { tokenHash: sha256(agent) }, now)
    expect(await access()).toMatchObject({
      person: { name: 'buyer' },
      membership: { id: buyer },
      staff: null,
      actor: { name: 'Agent' },
    })
    // What the buyer may not, the agent may not for them.
    expect((await withToken(agent, 'GET', '/api/v1/people')).status).toBe(403)
    expect((await withToken(agent, 'POST', '/api/v1/acting', ask)).status).toBe(403)
    expect((await withToken(agent, 'DELETE', '/api/v1/acting')).status).toBe(204)
    expect(await access()).toMatchObject({
      person: { name: 'Agent' },
      membership: null,
      staff: { role: 'sales-agent' },
      actor: null,
    })
    const trail = (await as(null, 'GET', `/api/v1/audit?subjectId=${buyer}`)).body.items
    expect(trail.map((e: { action: string }) => e.action)).toEqual(['acting.ended', 'acting.started'])
    expect(trail[0]).toMatchObject({ personName: 'buyer', actorName: 'Agent' })
    // A program that speaks for a person is no agent.
    await withToken(agent, 'POST', '/api/v1/acting', ask)
    now = new Date('2026-05-05T10:30:00Z')
    expect(await access()).toMatchObject({ person: { name: 'Agent' }, actor: null })
  })

  it('is out at once when suspended, and the seller’s last administrator stays', async () => {
    const boss = await as(null, 'POST', '/api/v1/staff', {
      email: 'boss@seller.example',
      name: 'Boss',
      role: 'administrator',
    })
    await hub.hub
      .db('staff')
      .where({ role: 'administrator' })
      .whereNot({ id: boss.body.id })
      .update({ status: 'suspended' })
    expect((await as(null, 'PATCH', `/api/v1/staff/${boss.body.id}`, { role: 'erp-admin' })).status).toBe(409)
    expect((await as(null, 'PATCH', `/api/v1/staff/${agentId}`, { status: 'suspended' })).body.status).toBe('suspended')
    expect((await withToken(agent, 'GET', '/api/v1/accounts')).status).toBe(401)
  })
})
