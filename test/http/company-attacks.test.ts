// What somebody inside a company may try to get more than they were given. Each of these is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findAccess } from '../../src/accounts/access-store.ts'
import { findAccountsByNumber } from '../../src/accounts/account-store.ts'
import { findViolations } from '../../src/accounts/restrictions.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { SESSION_COOKIE } from '../../src/http/authenticate.ts'
import { sha256 } from '../../src/secrets.ts'
import { mayVouch } from '../../src/sign-in/identity-provider-store.ts'
import { account, call, member } from '../accounts/company.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
let holding: string
let north: string
let south: string
let rival: string
let holdingAdmin: string
let northAdmin: string
let rivalAdmin: string

const as = (who: string | null, method: string, path: string, body?: unknown) => call(hub, who, method, path, body)
const versionOf = async (id: string) => (await as(null, 'GET', `/api/v1/accounts/${id}`)).body.version
const personOf = async (membershipId: string): Promise<string> =>
  (await hub.hub.db('memberships').where({ id: membershipId }).first('person_id')).person_id
const properties = async (who: string, id: string, given: object) =>
  as(who, 'PATCH', `/api/v1/accounts/${id}`, { version: await versionOf(id), properties: given })

/** Gives a new member of North a custom role of these rights. */
async function withRights(name: string, permissions: string[]): Promise<string> {
  const id = await member(hub, north, name, null)
  const role = await as(null, 'POST', '/api/v1/roles', { accountId: north, name, permissions })
  const granted = await as(null, 'POST', `/api/v1/people/${id}/grants`, { roleId: role.body.id, accountId: north })
  expect(granted.status).toBe(201)
  return id
}

/** A session as sign-in leaves it. */
async function session(personId: string, membershipId: string | null): Promise<string> {
  const token = `hubs_${hub.hub.newToken()}`
  const { db, newId } = hub.hub
  const created_at = hub.hub.now()
  await db('person_sessions').insert({
    ...{ id: newId(), seller_id: demoIds.seller, person_id: personId, token_hash: sha256(token), way: 'password' },
    ...{ membership_id: membershipId, created_at, used_at: created_at },
    expires_at: new Date(created_at.getTime() + 86_400_000),
  })
  return token
}

async function send(method: string, path: string, headers: Record<string, string>, body?: object) {
  const res = await fetch(`${hub.url}${path}`, {
    method,
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await res.text()
  return { status: res.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}

/** An agent of the seller's with these accounts, signed in. */
async function agentWith(name: string, accountIds: string[]) {
  const input = { email: `${name}@seller.example`, name, role: 'sales-agent' }
  const { id, personId } = (await as(null, 'POST', '/api/v1/staff', input)).body
  await as(null, 'PUT', `/api/v1/staff/${id}/portfolio`, { accountIds })
  const token = await session(personId, null)
  const authorization = `Bearer ${token}`
  const act = (membershipId: string) =>
    send('POST', '/api/v1/acting', { authorization }, { membershipId, reason: 'By telephone' })
  return { id, token, authorization, act }
}

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
  holding = await account(hub, 'Holding', null, 'holding')
  north = await account(hub, 'North', holding)
  south = await account(hub, 'South', holding)
  rival = await account(hub, 'Rival')
  holdingAdmin = await member(hub, holding, 'holding-admin', 'buyer-admin')
  northAdmin = await member(hub, north, 'north-admin', 'buyer-admin')
  rivalAdmin = await member(hub, rival, 'rival-admin', 'buyer-admin')
})
afterAll(() => hub.close())

describe('what an account has from above', () => {
  it('is narrowed by an administrator of the account, and widened by who reaches the account above only', async () => {
    const rules = { costCentreRequired: true }
    expect((await properties(holdingAdmin, holding, { catalogues: ['paper', 'tools'], rules })).status).toBe(200)
    for (const wider of [{ catalogues: ['paper', 'wine'] }, { rules: {} }, { rules: { costCentreRequired: false } }])
      expect([wider, (await properties(northAdmin, north, wider)).status]).toEqual([wider, 403])
    const below = { name: 'Below', parentId: north, properties: { rules: { projectRequired: true } } }
    expect((await as(northAdmin, 'POST', '/api/v1/accounts', { ...below, parentId: north })).status).toBe(201)
    const narrow = { catalogues: ['paper'], rules: { costCentreRequired: true, projectRequired: true } }
    expect((await properties(northAdmin, north, narrow)).body.properties.catalogues).toMatchObject({ value: ['paper'] })
    expect((await properties(northAdmin, north, { catalogues: null, rules: null })).status).toBe(200)
    expect((await properties(holdingAdmin, north, { catalogues: ['paper', 'wine'] })).status).toBe(200)
    await properties(holdingAdmin, north, { catalogues: ['paper'] })
  })

  it('is not lifted by a person’s own list of catalogues', async () => {
    const membershipId = await member(hub, north, 'catalogues', 'buyer')
    const { version } = (await as(null, 'GET', `/api/v1/people/${membershipId}`)).body
    await as(northAdmin, 'PATCH', `/api/v1/people/${membershipId}`, { version, catalogues: ['paper', 'wine'] })
    const wanted = { costCentres: ['C'], projects: [], shipTo: undefined, catalogues: [], amount: null }
    const against = async (group: string) =>
      (await findViolations(hub.hub.db, { accountId: north, membershipId }, { ...wanted, productGroups: [group] })).map(
        (v) => v.message,
      )
    expect(await against('wine')).toEqual(['The catalogue wine is not one this company may order from.'])
    expect(await against('paper')).toEqual([])
  })
})

describe('ways into a company', () => {
  it('give no role that who opens them lacks: claim codes, registrations, identity providers', async () => {
    const inviter = await withRights('inviter', ['user.invite@company', 'user.view@company', 'account.view@company'])
    const code = (who: string, role: string, accountId = north) =>
      as(who, 'POST', '/api/v1/claim-codes', { accountId, role })
    expect((await code(inviter, 'finance')).status).toBe(403)
    expect((await code(northAdmin, 'finance')).status).toBe(201)
    expect((await code(northAdmin, 'finance', south)).status).toBe(404)
    await as(null, 'PUT', '/api/v1/sign-in-policy', { accountId: north, registration: 'open' })
    const wish = { accountId: north, email: 'wish@example.com', name: 'Wish', company: 'North' }
    await send('POST', '/api/v1/registrations', {}, wish)
    const { id } = await hub.hub.db('registrations').where({ email: 'wish@example.com' }).first('id')
    expect((await as(inviter, 'POST', `/api/v1/registrations/${id}/approve`, { role: 'finance' })).status).toBe(403)
    expect((await as(northAdmin, 'POST', `/api/v1/registrations/${id}/approve`, { role: 'finance' })).status).toBe(204)

    const editor = await withRights('editor', ['account.edit@company', 'account.view@company'])
    const provider = {
      ...{ name: 'Mine', accountId: north, issuer: 'https://id.example.com', clientId: 'c', clientSecret: 's' },
      ...{ domains: ['example.com'], provisioning: 'known' },
    }
    expect((await as(editor, 'POST', '/api/v1/identity-providers', provider)).status).toBe(403)
    expect((await as(northAdmin, 'POST', '/api/v1/identity-providers', provider)).status).toBe(201)
  })

  it('by the company’s identity provider open nothing that somebody has in a company above', async () => {
    const both = await member(hub, north, 'both', 'buyer')
    const vouched = async () =>
      mayVouch(hub.hub.db, { accountId: north, sellerId: demoIds.seller }, await personOf(both))
    expect(await vouched()).toBe(true)
    await as(holdingAdmin, 'POST', `/api/v1/people/${both}/grants`, { role: 'finance', accountId: holding })
    expect(await vouched()).toBe(false)
  })

  it('lead nobody into a tree that was left: roles across it end with the move', async () => {
    const leaves = await account(hub, 'Leaves', holding)
    const guest = await member(hub, leaves, 'guest', 'buyer')
    const host = await member(hub, north, 'host', 'buyer')
    for (const [who, accountId] of [
      [guest, south],
      [host, leaves],
      [host, south],
    ] as const)
      expect(
        (await as(holdingAdmin, 'POST', `/api/v1/people/${who}/grants`, { role: 'viewer', accountId })).status,
      ).toBe(201)
    const grantsOf = async (id: string) =>
      (await as(null, 'GET', `/api/v1/people/${id}`)).body.grants.map((g: { accountId: string }) => g.accountId)
    await as(null, 'POST', `/api/v1/accounts/${leaves}/move`, { version: 1, parentId: null })
    expect(await grantsOf(guest)).toEqual([])
    expect(await grantsOf(host)).toEqual([south])
  })

  it('of a grant stay in the tree, and in what its giver reaches', async () => {
    const someone = await member(hub, north, 'someone', 'viewer')
    const grant = (who: string | null, to: string, accountId: string) =>
      as(who, 'POST', `/api/v1/people/${to}/grants`, { role: 'viewer', accountId })
    expect((await grant(northAdmin, someone, holding)).status).toBe(404)
    expect((await grant(northAdmin, someone, rival)).status).toBe(404)
    expect((await grant(rivalAdmin, someone, rival)).status).toBe(404)
    expect((await grant(null, someone, rival)).status).toBe(400)
  })
})

describe('an agent who acts for a customer', () => {
  it('does not decide or see to people, roles, rules and budgets in the customer’s name, nor leave a key behind', async () => {
    const agent = await agentWith('agent-a', [holding])
    expect((await agent.act(northAdmin)).status).toBe(201)
    const { body } = await send('GET', '/api/v1/session', { authorization: agent.authorization })
    const held = new Set(body.permissions.map((p: string) => p.split('@')[0]))
    expect(held).toContain('order.place')
    for (const name of [
      'approval.decide',
      'approval.override',
      'role.assign',
      'user.edit',
      'budget.edit',
      'policy.edit',
    ])
      expect(held).not.toContain(name)
    const { authorization } = agent
    const token = { label: 'key' }
    expect((await send('POST', `/api/v1/accounts/${north}/scim-tokens`, { authorization }, token)).status).toBe(403)
    const friend = { accountId: north, email: 'friend@seller.example', name: 'Friend', role: 'buyer-admin' }
    expect((await send('POST', '/api/v1/people', { authorization }, friend)).status).toBe(403)
    expect((await send('POST', '/api/v1/session/company', { authorization }, { accountId: north })).status).toBe(403)
    // Nor for the next one from there.
    expect((await agent.act(holdingAdmin)).status).toBe(403)
  })

  it('stops at once when the account leaves the portfolio', async () => {
    const agent = await agentWith('agent-b', [north])
    await agent.act(northAdmin)
    const acting = async () => (await findAccess(hub.hub.db, { tokenHash: sha256(agent.token) }, hub.hub.now()))?.actor
    expect(await acting()).toMatchObject({ name: 'agent-b' })
    await as(null, 'PUT', `/api/v1/staff/${agent.id}/portfolio`, { accountIds: [rival] })
    expect(await acting()).toBeNull()
  })
})

describe('a session', () => {
  it('in a cookie is obeyed from the hub’s own pages only; a header is not helped by a cookie beside it', async () => {
    const token = await session(await personOf(northAdmin), northAdmin)
    const cookie = `${SESSION_COOKIE}=${token}`
    const own = new URL(hub.url).origin
    const choose = (headers: Record<string, string>) =>
      send('PATCH', `/api/v1/accounts/${north}`, { cookie, ...headers }, { version: -1 })
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${own}.evil.example` },
      { origin: `${own}0` },
    ])
      expect((await choose(headers)).body.error.code).toBe('forbidden')
    expect((await choose({ origin: own })).body.error.code).toBe('conflict')
    // A wrong header is wrong, whatever the cookie says.
    expect((await choose({ origin: own, authorization: 'Bearer hubs_wrong' })).status).toBe(401)
    expect((await choose({ origin: own, authorization: 'Bearer wrong' })).status).toBe(401)
    // Hub-Membership is for programs: a person stays who they are.
    const mixed = await send('GET', '/api/v1/session', { cookie, 'hub-membership': rivalAdmin })
    expect(mixed.body.account.id).toBe(north)
    expect((await send('GET', '/api/v1/people', { cookie, 'hub-account': rival })).body.error.code).toBe(
      'wrong_company',
    )
  })
})

describe('the audit trail', () => {
  it('holds no token and no password of anything above', async () => {
    await as(northAdmin, 'POST', `/api/v1/accounts/${north}/scim-tokens`, { label: 'Entra' })
    const text = JSON.stringify(await hub.hub.db('audit_events').select('action', 'actor', 'detail'))
    expect(text).toMatch(/scim-token.issued/)
    expect(text).not.toMatch(/hubs_|hubscim_|clientSecret|password"|\$argon2/)
  })
})

describe('several ERPs in one tree', () => {
  it('edge case 14: a number is of the ERP its account lives in, by itself or by an account above', async () => {
    const { db, newId } = hub.hub
    const [first] = await db('erp_connections').where({ id: demoIds.erpConnection })
    const other = newId()
    await db('erp_connections').insert({ ...first, settings: JSON.stringify(first.settings), id: other, name: 'Other' })
    const top = await account(hub, 'Group', null, 'holding')
    const west = await account(hub, 'West', top)
    const depot = await account(hub, 'Depot', west, 'branch')
    const set = (id: string, given: object) =>
      as(null, 'PATCH', `/api/v1/accounts/${id}`, { version: 1, properties: given })
    await set(top, { erpConnectionId: demoIds.erpConnection, customerNumber: 'G-1' })
    await set(west, { erpConnectionId: other, customerNumber: 'G-1' })
    await set(depot, { customerNumber: 'G-2' })
    const found = async (id: string) =>
      Object.fromEntries(await findAccountsByNumber(db, { id, sellerId: demoIds.seller }, ['G-1', 'G-2']))
    expect(await found(demoIds.erpConnection)).toEqual({ 'G-1': top })
    expect(await found(other)).toEqual({ 'G-1': west, 'G-2': depot })
    const { properties: held } = (await as(null, 'GET', `/api/v1/accounts/${depot}`)).body
    expect(held.erpConnectionId).toMatchObject({ value: other, from: west })
    expect((await set(await account(hub, 'Twin', west), { customerNumber: 'G-1' })).status).toBe(409)
  })
})
