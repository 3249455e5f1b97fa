// OpenID Connect against a real provider (npm oidc-provider): code flow with PKCE, state and nonce; who is let in and who isn't.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { adminClient, demoIds } from '../../src/demo/credentials.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { openIdClient, startOpenIdProvider, type TestProvider } from '../support/openid-provider.ts'

let site: TestHub
let idp: TestProvider
beforeAll(async () => {
  site = await startTestHub({ demo: false })
  idp = await startOpenIdProvider(`${site.url}/sign-in/back`, { sub: 'none', email: 'nobody@almere.example' })
})
afterAll(async () => {
  await idp?.close()
  await site?.close()
})
beforeEach(async () => {
  await site.hub.db('identity_providers').update({ status: 'paused' })
})

const basic = `Basic ${Buffer.from(`${adminClient.id}:${adminClient.secret}`).toString('base64')}`
async function save(change: object = {}) {
  const body = {
    name: 'Almere',
    accountId: demoIds.account,
    issuer: idp.issuer,
    ...openIdClient,
    domains: ['almere.example'],
    provisioning: 'known',
    ...change,
  }
  const res = await fetch(`${site.url}/api/v1/identity-providers`, {
    method: 'POST',
    headers: { authorization: basic, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: res.status, body: (await res.json()) as { id: string } }
}

/** A browser: keeps cookies per origin and follows redirects until the hub answers something else. */
async function walk(start: string, jar = new Map<string, Map<string, string>>(), stopAt?: RegExp) {
  let url = start
  for (let n = 0; n < 12; n++) {
    const { origin } = new URL(url)
    const cookies = jar.get(origin) ?? new Map<string, string>()
    jar.set(origin, cookies)
    const cookie = [...cookies].map(([k, v]) => `${k}=${v}`).join('; ')
    const res = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie ? { cookie } : {}) },
    })
    for (const set of res.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const location = res.headers.get('location')
    if (!location) return { url, status: res.status, text: await res.text(), jar }
    url = new URL(location, url).href
    if (stopAt?.test(url)) return { url, status: res.status, text: '', jar }
  }
  throw new Error('redirected for ever')
}
const come = async (providerId: string, account: TestProvider['account']) => {
  idp.account = account
  return walk(`${site.url}/sign-in/with/${providerId}`)
}

describe('signing in at an identity provider', () => {
  it('lets in who the hub knows by an address of its domains, and knows them by their subject from then on', async () => {
    const { body, status } = await save()
    expect(status).toBe(201)
    const first = await come(body.id, { sub: 'a-1', email: 'Admin@almere.example', name: 'Amina' })
    expect(first.text).toContain('Hello Amina Admin')
    const later = await come(body.id, { sub: 'a-1', email: 'renamed@elsewhere.example' })
    expect(later.text).toContain('Hello Amina Admin')
    const kept = JSON.stringify(await site.hub.db('identity_providers'))
    expect(kept).not.toContain(openIdClient.clientSecret)
  })

  it('refuses strangers, other domains, unverified addresses, and people who belong to others as well', async () => {
    const { body } = await save()
    const cases = [
      { sub: 'b-1', email: 'stranger@almere.example' },
      { sub: 'b-2', email: 'admin@evil.example' },
      { sub: 'b-3', email: 'admin@almere.example', email_verified: false },
      // In a second company, which Almere's provider must not open.
      { sub: 'b-4', email: 'buyer@almere.example' },
    ]
    for (const account of cases) expect((await come(body.id, account)).status, account.email).toBe(403)
    const staff = await save({ domains: ['demo-office.example'] })
    expect((await come(staff.body.id, { sub: 'b-5', email: 'administrator@demo-office.example' })).status).toBe(403)
  })

  it('lets the seller’s own provider in for the seller’s people only', async () => {
    const { body } = await save({ accountId: null, domains: ['demo-office.example', 'almere.example'] })
    const staff = await come(body.id, { sub: 'c-1', email: 'administrator@demo-office.example' })
    expect(staff.text).toContain('Hello Iris Administrator')
    expect((await come(body.id, { sub: 'c-2', email: 'admin@almere.example' })).status).toBe(403)
  })

  it('makes newcomers where the settings say so, with a harmless role, greeted once', async () => {
    expect((await save({ provisioning: 'provision', role: 'buyer-admin' })).status).toBe(400)
    const { body } = await save({ provisioning: 'provision', role: 'junior-buyer' })
    const account = { sub: 'd-1', email: 'noor@almere.example', name: 'Noor New' }
    expect((await come(body.id, account)).text).toContain('Hello Noor New')
    expect((await come(body.id, account)).text).toContain('Hello Noor New')
    const mails = await site.hub.db('mails').where({ recipient: account.email, about: 'welcome' })
    expect(mails).toHaveLength(1)
    await site.hub.db('people').where({ email: account.email }).update({ status: 'suspended' })
    expect((await come(body.id, account)).status).toBe(403)
  })

  it('takes an answer once, and only from the browser that left (state)', async () => {
    const { body } = await save()
    idp.account = { sub: 'a-2', email: 'finance@almere.example' }
    const left = await walk(`${site.url}/sign-in/with/${body.id}`, undefined, /\/sign-in\/back/)
    expect((await walk(left.url)).status).toBe(410)
    expect((await walk(left.url, left.jar)).text).toContain('Hello Fenna Finance')
    expect((await walk(left.url, left.jar)).status).toBe(410)
  })

  it('does not call addresses inside where the hub is in production', async () => {
    const { config } = site.hub
    config.production = true
    try {
      expect((await save()).status).toBe(401)
      const seen = await site.hub.db('identity_providers').where({ issuer: idp.issuer }).first('id')
      await site.hub.db('identity_providers').where({ id: seen.id }).update({ status: 'active' })
      expect((await come(seen.id, idp.account)).status).toBe(503)
    } finally {
      config.production = false
    }
  })
})
