// SCIM 2.0 (RFC 7644) as Azure AD and Okta speak it: people and roles of one account, and no more than who issued the token may.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import { sha256 } from '../../src/secrets.ts'
import { account, call, member } from '../accounts/company.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
let company: string
let admin: string
let token: string
let strong: string

async function scim(method: string, path: string, body?: unknown, more: { token?: string; ifMatch?: string } = {}) {
  const res = await fetch(`${hub.url}/scim/v2${path}`, {
    method,
    headers: {
      authorization: `Bearer ${more.token ?? token}`,
      'content-type': 'application/scim+json',
      ...(more.ifMatch ? { 'if-match': more.ifMatch } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await res.text()
  return {
    status: res.status,
    type: res.headers.get('content-type'),
    etag: res.headers.get('etag'),
    body: text ? JSON.parse(text) : undefined,
  }
}
const patch = (...Operations: object[]) => ({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations })

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
  company = await account(hub, 'Company')
  admin = await member(hub, company, 'scim-admin', 'buyer-admin')
  const issue = async (mayAdminister: boolean) =>
    (await call(hub, admin, 'POST', `/api/v1/accounts/${company}/scim-tokens`, { label: 'Entra', mayAdminister })).body
      .token
  token = await issue(false)
  strong = await issue(true)
})
afterAll(() => hub.close())

describe('SCIM', () => {
  it('provisions, finds, changes, deactivates and removes a user', async () => {
    const user = {
      schemas: [],
      userName: 'ada@example.com',
      externalId: 'x-1',
      name: { givenName: 'Ada', familyName: 'L' },
      active: true,
    }
    const made = await scim('POST', '/Users', user)
    expect(made).toMatchObject({
      status: 201,
      body: { userName: 'ada@example.com', displayName: 'Ada L', active: true },
    })
    expect(made.type).toMatch('application/scim+json')
    const again = await scim('POST', '/Users', user)
    expect(again.body).toMatchObject({ status: '409', scimType: 'uniqueness' })
    const { id } = made.body
    for (const filter of [
      'userName eq "ADA@example.com"',
      'externalId eq "x-1"',
      `id eq "${id}"`,
      'emails[type eq "work"].value eq "ada@example.com"',
    ])
      expect((await scim('GET', `/Users?filter=${encodeURIComponent(filter)}`)).body).toMatchObject({
        totalResults: 1,
        Resources: [{ id }],
      })
    expect((await scim('GET', '/Users?filter=nickName%20eq%20%22x%22')).body).toMatchObject({
      status: '400',
      scimType: 'invalidFilter',
    })
    expect((await scim('GET', '/Users?startIndex=2&count=1')).body).toMatchObject({
      totalResults: 2,
      startIndex: 2,
      itemsPerPage: 1,
    })
    // Azure AD: "False" as text; Okta: replace without a path.
    const off = await scim('PATCH', `/Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'False' }))
    expect(off.body.active).toBe(false)
    expect((await call(hub, id, 'GET', '/api/v1/orders')).status).toBe(404)
    const on = await scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: true, title: 'Buyer' } }))
    expect(on.body).toMatchObject({ active: true, title: 'Buyer' })
    expect((await scim('PUT', `/Users/${id}`, { ...user, title: 'Lead' }, { ifMatch: off.etag ?? '' })).status).toBe(
      412,
    )
    expect((await scim('PUT', `/Users/${id}`, { ...user, title: 'Lead' }, { ifMatch: on.etag ?? '' })).body.title).toBe(
      'Lead',
    )
    expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204)
    expect((await scim('GET', `/Users/${id}`)).status).toBe(404)
  })

  it('has roles as groups, and gives no more than the token may', async () => {
    const { id } = (await scim('POST', '/Users', { userName: 'bob@example.com' })).body
    const add = patch({ op: 'Add', path: 'members', value: [{ value: id }] })
    expect((await scim('PATCH', '/Groups/buyer', add)).body.members).toMatchObject([{ value: id }])
    expect((await scim('PATCH', '/Groups/buyer-admin', add)).status).toBe(403)
    expect((await scim('PATCH', '/Groups/buyer-admin', add, { token: strong })).status).toBe(200)
    expect((await scim('GET', `/Users/${id}`)).body.groups.map((g: { value: string }) => g.value).sort()).toEqual([
      'buyer',
      'buyer-admin',
    ])
    const remove = patch({ op: 'remove', path: `members[value eq "${id}"]` })
    expect((await scim('PATCH', '/Groups/buyer-admin', remove, { token: strong })).body.members).toMatchObject([
      { value: admin },
    ])
    // The last administrator stays, whoever asks.
    expect((await scim('PUT', '/Groups/buyer-admin', { members: [] }, { token: strong })).status).toBe(409)
    expect(
      (await scim('PATCH', `/Users/${admin}`, patch({ op: 'replace', path: 'active', value: false }))).status,
    ).toBe(409)
    expect((await scim('PUT', '/Groups/buyer', { members: [] })).body.members).toEqual([])
    const named = (await scim('GET', `/Groups?filter=${encodeURIComponent('displayName eq "Buyer"')}`)).body
    expect(named.Resources).toMatchObject([{ id: 'buyer' }])
  })

  it('gives nobody more than who issued the token may, and no roles once they are gone; people come and go on', async () => {
    const issuer = await member(hub, company, 'issuer', 'buyer-admin')
    const issued = await call(hub, issuer, 'POST', `/api/v1/accounts/${company}/scim-tokens`, { label: 'Okta' })
    const with_ = { token: issued.body.token }
    const { version } = (await call(hub, admin, 'GET', `/api/v1/people/${issuer}`)).body
    const limits = { catalogues: ['paper'], orderLimit: '50', orderLimitCurrency: 'EUR' }
    await call(hub, admin, 'PATCH', `/api/v1/people/${issuer}`, { version, ...limits })
    const { id } = (await scim('POST', '/Users', { userName: 'eve@example.com' }, with_)).body
    expect((await call(hub, admin, 'GET', `/api/v1/people/${id}`)).body).toMatchObject({ ...limits, status: 'active' })
    const mails = await hub.hub.db('mails').where({ recipient: 'eve@example.com' }).pluck('about')
    expect(mails).toEqual(['welcome'])

    expect((await call(hub, admin, 'POST', `/api/v1/people/${issuer}/suspend`)).status).toBe(200)
    const add = patch({ op: 'add', path: 'members', value: [{ value: id }] })
    expect((await scim('PATCH', '/Groups/viewer', add, with_)).status).toBe(403)
    expect((await scim('POST', '/Users', { userName: 'later@example.com' }, with_)).status).toBe(201)
    expect((await scim('DELETE', `/Users/${id}`, undefined, with_)).status).toBe(204)
    const again = await scim('POST', '/Users', { userName: 'eve@example.com' }, with_)
    expect(again.body).toMatchObject({ id, active: true, groups: [] })
    expect((await call(hub, admin, 'GET', `/api/v1/people/${id}`)).body).toMatchObject(limits)
  })

  it('has no token of staff that gives what its issuer lacks', async () => {
    const service = { email: 'service@seller.example', name: 'Service', role: 'customer-service' }
    const { personId } = (await call(hub, null, 'POST', '/api/v1/staff', service)).body
    const secret = `hubs_${hub.hub.newToken()}`
    const [created_at, expires_at] = [hub.hub.now(), new Date(hub.hub.now().getTime() + 86_400_000)]
    await hub.hub.db('person_sessions').insert({
      ...{ id: hub.hub.newId(), seller_id: demoIds.seller, person_id: personId, token_hash: sha256(secret) },
      ...{ way: 'password', created_at, used_at: created_at, expires_at },
    })
    const issue = () =>
      fetch(`${hub.url}/api/v1/accounts/${company}/scim-tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ label: 'Mine', mayAdminister: true }),
      })
    expect((await issue()).status).toBe(403)
    await hub.hub.db('staff').where({ person_id: personId }).update({ role: 'administrator' })
    expect((await issue()).status).toBe(201)
    // A directory renames nobody of the seller's, and nobody of two companies.
    const { id } = (await scim('POST', '/Users', { userName: service.email, displayName: 'Not them' })).body
    const renamed = await scim('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'displayName', value: 'Mallory' }))
    expect(renamed.body.displayName).toBe('Service')
  })

  it('takes a filter for what it says, or not at all', async () => {
    const roleId = (
      await call(hub, admin, 'POST', `/api/v1/roles`, {
        ...{ accountId: company, name: 'Sales and "Marketing"', permissions: ['order.view@company'] },
      })
    ).body.id
    const filtered = async (path: string, filter: string) =>
      (await scim('GET', `/${path}?filter=${encodeURIComponent(filter)}`)).body
    expect((await filtered('Groups', 'displayName eq "Sales and \\"Marketing\\""')).Resources).toMatchObject([
      { id: roleId },
    ])
    for (const filter of [
      'constructor eq "x"',
      '__proto__ eq "x"',
      'userName eq "\\x"',
      'userName eq "a@b.example" or userName eq "c@d.example"',
      'userName eq "a" and userName eq "b"',
      'userName eq "a" and',
      `${'a '.repeat(450)}b`,
    ])
      expect(await filtered('Users', filter)).toMatchObject({ status: '400', scimType: 'invalidFilter' })
    expect((await filtered('Users', 'userName eq "x\' OR true--"')).totalResults).toBe(0)
    const evil = patch({ op: 'replace', value: { __proto__: { active: false }, role: 'buyer-admin', sellerId: 'x' } })
    const { id } = (await scim('POST', '/Users', { userName: 'plain@example.com' })).body
    expect((await scim('PATCH', `/Users/${id}`, evil)).body).toMatchObject({ active: true, groups: [] })
  })

  it('edge case 14: knows nobody of another account, and no token that was revoked', async () => {
    const other = await account(hub, 'Other company')
    const stranger = await member(hub, other, 'stranger', 'buyer')
    for (const method of ['GET', 'DELETE']) expect((await scim(method, `/Users/${stranger}`)).status).toBe(404)
    const add = patch({ op: 'add', path: 'members', value: [{ value: stranger }] })
    expect((await scim('PATCH', '/Groups/viewer', add)).status).toBe(404)
    const path = `/api/v1/accounts/${company}/scim-tokens`
    const [first] = (await call(hub, admin, 'GET', path)).body.items
    expect((await call(hub, admin, 'DELETE', `${path}/${first.id}`)).status).toBe(204)
    const dead = await scim('GET', '/Users')
    expect(dead).toMatchObject({
      status: 401,
      body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '401' },
    })
    expect((await scim('GET', '/ServiceProviderConfig', undefined, { token: strong })).body.patch.supported).toBe(true)
    // It dies with its account.
    await hub.hub.db('accounts').where({ id: company }).update({ status: 'suspended' })
    expect((await scim('GET', '/Users', undefined, { token: strong })).status).toBe(401)
  })
})
