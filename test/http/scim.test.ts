// SCIM 2.0 (RFC 7644) as Azure AD and Okta speak it: people and roles of one account, and no more than who issued the token may.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
  })
})
