// The JSON API: sign-in, scopes, partners, secrets, dry run, OpenAPI, and the wall between tenants.
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertSeller } from '../../src/accounts/account-store.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { routes } from '../../src/http/app.ts'
import { scopeNames } from '../../src/storefronts/storefront.ts'
import { insertClient, putStorefront } from '../../src/storefronts/storefront-store.ts'
import { adminAuthorization, api, pens, postCxml, punchIn, setupRequest } from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const admin = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, adminAuthorization)

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
})
afterAll(() => hub?.close())

async function token(form: Record<string, string>, authorization?: string) {
  const headers: Record<string, string> = authorization ? { Authorization: authorization } : {}
  const res = await fetch(`${hub.url}/oauth/token`, { method: 'POST', headers, body: new URLSearchParams(form) })
  return { status: res.status, body: (await res.json()) as Record<string, string> }
}

describe('POST /oauth/token (RFC 6749 section 4.4)', () => {
  it('gives a short-lived token with the scopes asked for', async () => {
    const { status, body } = await token(
      { grant_type: 'client_credentials', scope: 'partners:read' },
      adminAuthorization,
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'partners:read' })
    const bearer = `Bearer ${body.access_token}`
    expect((await api(hub.url, 'GET', '/api/v1/partners', undefined, bearer)).status).toBe(200)
    const refused = await api(hub.url, 'GET', '/api/v1/documents', undefined, bearer)
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    expect(refused.body.error.message).toContain('documents:read')
  })

  it('takes the client in the form too, and refuses in the form RFC 6749 section 5.2 asks for', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'demo-store', client_secret: 'demo-store-secret' }
    expect((await token({ ...form, scope: 'punchout' })).body.scope).toBe('punchout')
    expect(await token({ ...form, client_secret: 'wrong' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    })
    expect(await token({ ...form, client_id: 'nobody' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    })
    expect(await token({ ...form, grant_type: 'password' })).toMatchObject({
      status: 400,
      body: { error: 'unsupported_grant_type' },
    })
    expect(await token({ ...form, scope: 'jobs:write' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    })
  })

  it('dies with its client, and is not taken for a storefront’s session token', async () => {
    const client = {
      id: hub.hub.newId(),
      sellerId: demoIds.seller,
      storefrontId: null,
      clientId: 'short',
      scopes: scopeNames,
      demo: false,
    }
    await insertClient(hub.hub.db, client, 'x'.repeat(43), new Date())
    const { body } = await token({ grant_type: 'client_credentials' }, basic('short', 'x'.repeat(43)))
    const bearer = `Bearer ${body.access_token}`
    expect((await api(hub.url, 'GET', '/api/v1/partners', undefined, bearer)).status).toBe(200)
    await hub.hub.db('api_clients').where({ client_id: 'short' }).update({ revoked_at: new Date() })
    expect((await api(hub.url, 'GET', '/api/v1/partners', undefined, bearer)).status).toBe(401)
    const { session } = await punchIn(hub.url)
    expect((await api(hub.url, 'GET', '/api/v1/partners', undefined, `Bearer ${session.token}`)).status).toBe(401)
  })
})

describe('partners', () => {
  const settings = { allowedReturnHosts: ['buyer.two.example'] }
  const sender = { party: 'sender', domain: 'NetworkID', identity: 'AN02', mode: 'production' }
  const partner = (change: object = {}) => ({
    slug: 'two',
    name: 'Two',
    protocol: 'cxml',
    profile: 'coupa',
    storefrontId: demoIds.storefront,
    credentials: [sender],
    settings,
    mapping: { rules: [], unmatched: { kind: 'provision', accountId: demoIds.account, role: 'buyer' } },
    ...change,
  })
  const asTwo = (change: object = {}) =>
    setupRequest({
      identity: 'an02',
      secret: 'a long secret of two',
      returnUrl: 'https://buyer.two.example/back',
      email: 'new@two.example',
      ...change,
    })

  it('are added, given a secret, and punch out', async () => {
    const { status, body } = await admin('POST', '/api/v1/partners', partner())
    expect(status).toBe(201)
    expect((await postCxml(hub.url, asTwo())).status.code).toBe('401')
    const secret = await admin('POST', `/api/v1/partners/${body.id}/secrets`, {
      mode: 'production',
      label: 'first',
      secret: 'a long secret of two',
    })
    expect(secret.status).toBe(201)
    expect((await postCxml(hub.url, asTwo())).status.code).toBe('200')
    expect((await postCxml(hub.url, asTwo({ deploymentMode: 'test' }))).status.code).toBe('401')
    const read = await admin('GET', `/api/v1/partners/${body.id}`)
    expect(JSON.stringify(read.body)).not.toContain('a long secret')
    expect(read.body.secrets).toMatchObject([{ label: 'first', mode: 'production' }])
  })

  it('rotate secrets: two live, a third refused, a revoked one dead at once', async () => {
    const { body: list } = await admin('GET', '/api/v1/partners?limit=200')
    const two = list.items.find((p: { slug: string }) => p.slug === 'two')
    const path = `/api/v1/partners/${two.id}/secrets`
    expect(
      (await admin('POST', path, { mode: 'production', label: 'second', secret: 'the second secret' })).status,
    ).toBe(201)
    expect((await admin('POST', path, { mode: 'production', label: 'third', secret: 'the third secret' })).status).toBe(
      409,
    )
    expect((await postCxml(hub.url, asTwo({ secret: 'the second secret' }))).status.code).toBe('200')
    expect((await postCxml(hub.url, asTwo())).status.code).toBe('200')
    expect((await admin('DELETE', `${path}/${two.secrets[0].id}`)).status).toBe(204)
    expect((await postCxml(hub.url, asTwo())).status.code).toBe('401')
    expect((await admin('DELETE', `${path}/${two.secrets[0].id}`)).status).toBe(404)
    expect((await admin('POST', path, { mode: 'production', label: 'weak', secret: 'short' })).status).toBe(400)
  })

  it('change by version: a change made on an older one is a conflict', async () => {
    const { body: list } = await admin('GET', '/api/v1/partners?limit=200')
    const two = list.items.find((p: { slug: string }) => p.slug === 'two')
    const changed = await admin('PATCH', `/api/v1/partners/${two.id}`, { version: two.version, status: 'paused' })
    expect(changed).toMatchObject({
      status: 200,
      body: { status: 'paused', version: two.version + 1, profile: 'coupa' },
    })
    expect((await admin('PATCH', `/api/v1/partners/${two.id}`, { version: two.version, name: 'x' })).status).toBe(409)
    expect((await postCxml(hub.url, asTwo({ secret: 'the second secret' }))).status.code).toBe('401')
  })

  it.each([
    ['a taken slug', { slug: 'almere-ariba' }, 409, 'almere-ariba'],
    ['an unknown profile', { slug: 'x3', profile: 'nope' }, 400, 'ariba'],
    [
      'a storefront that is not there',
      { slug: 'x3', storefrontId: '018f0000-0000-7000-8000-00000000000f' },
      400,
      'storefrontId',
    ],
    [
      'an account that is not there',
      {
        slug: 'x3',
        mapping: {
          rules: [],
          unmatched: { kind: 'provision', accountId: '018f0000-0000-7000-8000-00000000000f', role: 'buyer' },
        },
      },
      400,
      'company account',
    ],
    [
      'a return host with a path',
      { slug: 'x3', settings: { allowedReturnHosts: ['https://x.example/y'] } },
      400,
      'settings.allowedReturnHosts.0',
    ],
    [
      'a frame ancestor that breaks the header',
      { slug: 'x3', settings: { allowedReturnHosts: [], frameAncestors: ['https://x; script-src *'] } },
      400,
      'frameAncestors',
    ],
    [
      'an administrator by default',
      {
        slug: 'x3',
        mapping: { rules: [], unmatched: { kind: 'provision', accountId: demoIds.account, role: 'buyer-admin' } },
      },
      400,
      'administrator',
    ],
  ])('refuse %s', async (_name, change, status, words) => {
    const answer = await admin('POST', '/api/v1/partners', partner(change))
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).toContain(words)
  })

  it('may map to a fixed person, a member and no administrator', async () => {
    const { body: three } = await admin(
      'POST',
      '/api/v1/partners',
      partner({ slug: 'three', protocol: 'oci', profile: 'sap-srm' }),
    )
    const assign = { accountId: demoIds.account, personId: demoIds.person, firstSight: 'refuse', role: 'buyer' }
    const mapping = { rules: [{ name: 'Always', assign }], unmatched: { kind: 'reject' } }
    const saved = await admin('PATCH', `/api/v1/partners/${three.id}`, { version: three.version, mapping })
    expect(saved.status).toBe(200)
    const call = 'HOOK_URL=https%3A%2F%2Fbuyer.two.example%2F&USERNAME=x'
    const dry = () => admin('POST', `/api/v1/partners/${three.id}/dry-run`, { document: call })
    expect((await dry()).body.user).toMatchObject({
      person: { email: 'sap-catalogue@almere.example' },
      firstSight: false,
    })
    const membership = hub.hub.db('memberships').where({ person_id: demoIds.person })
    await membership.clone().update({ role: 'buyer-admin' })
    expect((await dry()).body).toMatchObject({ user: null, checks: { user: { ok: false } } })
    await membership.clone().update({ role: 'buyer' })
    const stranger = { ...mapping, rules: [{ name: 'x', assign: { ...assign, personId: demoIds.account } }] }
    expect(
      (await admin('PATCH', `/api/v1/partners/${three.id}`, { version: three.version + 1, mapping: stranger })).status,
    ).toBe(400)
  })

  it('page through lists by cursor, each once', async () => {
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await admin('GET', `/api/v1/partners?limit=1${cursor}`)
      seen.push(...body.items.map((p: { slug: string }) => p.slug))
      cursor = body.next ? `&cursor=${body.next}` : ''
    } while (cursor)
    expect(seen.sort()).toEqual(['almere-ariba', 'almere-sap', 'three', 'two'])
  })
})

describe('POST /api/v1/partners/:id/dry-run', () => {
  const dryRun = (id: string, document: string) => admin('POST', `/api/v1/partners/${id}/dry-run`, { document })

  it('says which rule matched and why, and changes nothing', async () => {
    const before = await hub.hub.db('people').count({ n: '*' }).first()
    const { status, body } = await dryRun(
      demoIds.cxmlPartner,
      setupRequest({ email: 'brand.new@almere.example', extrinsics: '<Extrinsic name="CostCenter">0815</Extrinsic>' }),
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({
      accepted: true,
      rules: [{ rule: 'Staff of the City of Almere', matched: true }],
      user: {
        account: { name: 'City of Almere' },
        person: { email: 'brand.new@almere.example' },
        role: 'buyer',
        costCentre: '0815',
        firstSight: true,
      },
      facts: { useremail: ['brand.new@almere.example'] },
    })
    expect(await hub.hub.db('people').count({ n: '*' }).first()).toEqual(before)
  })

  it('says what is wrong: rule, secret, return address, document', async () => {
    const { body } = await dryRun(
      demoIds.cxmlPartner,
      setupRequest({ email: 'x@elsewhere.example', secret: 'wrong', returnUrl: 'https://evil.example/' }),
    )
    expect(body.accepted).toBe(false)
    expect(body.checks).toMatchObject({
      document: { ok: true },
      credentials: { ok: false, message: 'the SharedSecret is wrong.' },
      returnUrl: { ok: false },
      user: { ok: false },
    })
    expect(body.rules[0].why).toContain('userEmail is "x@elsewhere.example"')
    const broken = await dryRun(demoIds.cxmlPartner, '<cXML')
    expect(broken.body).toMatchObject({ accepted: false, checks: { document: { ok: false } } })
  })

  it('reads an OCI call', async () => {
    const call =
      'HOOK_URL=https%3A%2F%2Fbuyer.example%2Fx&USERNAME=demo&PASSWORD=demo-secret&email=kim%40almere.example'
    const { body } = await dryRun(demoIds.ociPartner, `https://hub.example/oci/almere-sap?${call}`)
    expect(body).toMatchObject({ accepted: true, user: { person: { email: 'kim@almere.example' }, firstSight: true } })
    expect(JSON.stringify(body)).not.toContain('demo-secret')
    expect((await dryRun(demoIds.ociPartner, 'USERNAME=demo')).body.checks.document).toMatchObject({ ok: false })
  })
})

describe('tenants', () => {
  it('never see each other: list, get and change of everything answer as if it were not there', async () => {
    const { hub: h } = hub
    const sellerId = h.newId()
    await insertSeller(h.db, { id: sellerId, name: 'Rival' }, h.now())
    const storefront = {
      id: h.newId(),
      sellerId,
      name: 'Rival store',
      punchoutUrl: 'https://rival.example/',
      testPunchoutUrl: null,
      itemLookupUrl: null,
    }
    await putStorefront(h.db, storefront, h.now())
    const secret = 'r'.repeat(43)
    const client = { id: h.newId(), sellerId, storefrontId: null, clientId: 'rival', scopes: scopeNames, demo: false }
    await insertClient(h.db, client, secret, h.now())
    const rival = (method: string, path: string, body?: unknown) =>
      api(hub.url, method, path, body, basic('rival', secret))

    const { session, code } = await punchIn(hub.url)
    const { body: documents } = await admin('GET', '/api/v1/documents?limit=1')
    for (const path of ['/api/v1/partners', '/api/v1/documents', '/api/v1/punchout/sessions', '/api/v1/accounts'])
      expect((await rival('GET', path)).body.items, path).toEqual([])
    expect((await rival('GET', '/api/v1/storefronts')).body.items).toHaveLength(1)
    const foreign: [string, string, unknown?][] = [
      ['GET', `/api/v1/partners/${demoIds.cxmlPartner}`],
      ['PATCH', `/api/v1/partners/${demoIds.cxmlPartner}`, { version: 1, name: 'mine' }],
      [
        'POST',
        `/api/v1/partners/${demoIds.cxmlPartner}/secrets`,
        { mode: 'test', label: 'x', secret: 'a rival secret' },
      ],
      ['POST', `/api/v1/partners/${demoIds.cxmlPartner}/dry-run`, { document: setupRequest() }],
      ['GET', `/api/v1/documents/${documents.items[0].id}`],
      ['GET', `/api/v1/documents/${documents.items[0].id}/content`],
      ['GET', `/api/v1/punchout/sessions/${session.id}`],
      ['POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines: [pens] }],
      ['DELETE', `/api/v1/partners/${demoIds.cxmlPartner}/secrets/${demoIds.cxmlPartner}`],
    ]
    for (const [method, path, body] of foreign)
      expect((await rival(method, path, body)).status, `${method} ${path}`).toBe(404)
    expect((await rival('POST', '/api/v1/punchout/exchange', { code })).status).toBe(410)
    const own = {
      slug: 'rival',
      name: 'R',
      protocol: 'cxml',
      profile: 'generic',
      credentials: [],
      settings: { allowedReturnHosts: [] },
      storefrontId: storefront.id,
    }
    const mapping = { rules: [], unmatched: { kind: 'provision', accountId: demoIds.account, role: 'buyer' } }
    expect((await rival('POST', '/api/v1/partners', { ...own, mapping })).status).toBe(400)
    expect(
      (
        await rival('POST', '/api/v1/partners', {
          ...own,
          storefrontId: demoIds.storefront,
          mapping: { rules: [], unmatched: { kind: 'reject' } },
        })
      ).status,
    ).toBe(400)
  })

  it('a storefront sees its own punchouts only', async () => {
    const { hub: h } = hub
    const sellerId = demoIds.seller
    const other = await putStorefront(
      h.db,
      {
        id: h.newId(),
        sellerId,
        name: 'Other store',
        punchoutUrl: 'https://other.example/',
        testPunchoutUrl: null,
        itemLookupUrl: null,
      },
      h.now(),
    )
    const secret = 'o'.repeat(43)
    await insertClient(
      h.db,
      { id: h.newId(), sellerId, storefrontId: other.id, clientId: 'other-store', scopes: ['punchout'], demo: false },
      secret,
      h.now(),
    )
    const { session } = await punchIn(hub.url)
    expect(
      (await api(hub.url, 'GET', `/api/v1/punchout/sessions/${session.id}`, undefined, basic('other-store', secret)))
        .status,
    ).toBe(404)
    expect(
      (await api(hub.url, 'GET', '/api/v1/punchout/sessions', undefined, basic('other-store', secret))).body.items,
    ).toEqual([])
  })
})

describe('every route of the JSON API', () => {
  const guarded = routes.filter((r) => r.who !== 'anyone')
  it.each(guarded.map((r) => [`${r.method} ${r.path}`, r] as const))('%s asks who calls', async (_name, route) => {
    const path = route.path.replace(/:\w+/g, demoIds.cxmlPartner)
    const res = await fetch(`${hub.url}${path}`, { method: route.method.toUpperCase() })
    expect(res.status).toBe(401)
    expect(await res.json()).toMatchObject({ error: { code: 'unauthenticated' } })
  })

  it('is described by a valid OpenAPI 3.1 document, served and browsable', async () => {
    const document = (await (await fetch(`${hub.url}/api/openapi.json`)).json()) as { openapi: string; paths: object }
    expect(document.openapi).toBe('3.1.0')
    expect(await new Validator().validate(document)).toMatchObject({ valid: true })
    const described = routes.filter((r) => r.api).map((r) => r.path.replace(/:(\w+)/g, '{$1}'))
    expect(Object.keys(document.paths).sort()).toEqual([...new Set(described)].sort())
    const docs = await fetch(`${hub.url}/api/docs`)
    expect(await docs.text()).toContain('swagger-ui-bundle.js')
    expect((await fetch(`${hub.url}/api/docs/swagger-ui-bundle.js`)).status).toBe(200)
  })
})

describe('health', () => {
  it('says up, ready, and counts', async () => {
    expect(await (await fetch(`${hub.url}/healthz`)).json()).toEqual({ status: 'up' })
    const ready = await fetch(`${hub.url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', checks: { database: 'ok', migrations: 'ok', queue: 'ok' } },
    ])
    expect(await (await fetch(`${hub.url}/metrics`)).text()).toContain(
      'hub_http_request_seconds_count{route="GET /healthz",status="200"}',
    )
  })
})
