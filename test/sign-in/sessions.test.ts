// Signing in over HTTP: e-mail and password, several companies, the second factor, and sessions that die.
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoIds, demoPassword, demoPeople } from '../../src/demo/credentials.ts'
import { listMails } from '../../src/mail/mail-store.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let site: TestHub
let clock = new Date('2026-03-02T09:00:00Z')
beforeAll(async () => {
  site = await startTestHub({ now: () => clock, demo: false })
})
afterAll(() => site?.close())

const [admin, buyer, approver, finance] = demoPeople.map((p) => p.email) as [string, string, string, string]

async function call(
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const res = await fetch(`${site.url}${path}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await res.text()
  return { status: res.status, body: text ? JSON.parse(text) : undefined, headers: res.headers }
}
const signIn = (email: string, password = demoPassword, more: object = {}) =>
  call('POST', '/api/v1/session', undefined, { email, password, ...more })
const tokenOf = async (email: string, password?: string) => (await signIn(email, password)).body.token as string

describe('signing in', () => {
  it('opens a session that says who, where and what they may; its token lies in the database as a hash only', async () => {
    const { status, body, headers } = await signIn(admin.toUpperCase())
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body.token).toMatch(/^hubs_[\w-]{43}$/)
    const me = await call('GET', '/api/v1/session', body.token)
    expect(me.body).toMatchObject({
      person: { email: admin },
      account: { id: demoIds.account, name: 'City of Almere' },
    })
    expect(me.body.permissions).toContain('user.invite@subtree')
    const kept = await site.hub.db('person_sessions').select('*')
    expect(JSON.stringify(kept)).not.toContain(body.token)
  })

  it('answers the unknown, the wrong password and the suspended with the same words', async () => {
    await site.hub.db('people').where({ email: finance }).update({ status: 'suspended' })
    const answers = await Promise.all([
      signIn('nobody@almere.example'),
      signIn(admin, 'wrong password'),
      signIn(finance),
    ])
    await site.hub.db('people').where({ email: finance }).update({ status: 'active' })
    expect(answers.map((a) => a.status)).toEqual([401, 401, 401])
    expect(new Set(answers.map((a) => a.body.error.message)).size).toBe(1)
  })

  it('gives a new token each time, and the token of who signed out is dead', async () => {
    const [a, b] = [await tokenOf(admin), await tokenOf(admin)]
    expect(a).not.toBe(b)
    expect((await call('DELETE', '/api/v1/session', a)).status).toBe(204)
    expect((await call('GET', '/api/v1/session', a)).status).toBe(401)
    expect((await call('GET', '/api/v1/session', b)).status).toBe(200)
  })

  it('ends a session after twelve hours, and at once when the person is suspended', async () => {
    const token = await tokenOf(approver)
    await site.hub.db('people').where({ email: approver }).update({ status: 'suspended' })
    expect((await call('GET', '/api/v1/session', token)).status).toBe(401)
    await site.hub.db('people').where({ email: approver }).update({ status: 'active' })
    expect((await call('GET', '/api/v1/session', token)).status).toBe(200)
    clock = new Date(clock.getTime() + 12 * 3_600_000)
    expect((await call('GET', '/api/v1/session', token)).status).toBe(401)
  })

  it('ends all other sessions of the person, here and on the home page, and this one goes on', async () => {
    const [here, there, elsewhere] = [await tokenOf(admin), await tokenOf(admin), await tokenOf(admin)]
    const { body } = await call('POST', '/api/v1/session/end-others', here)
    expect(body.ended).toBeGreaterThanOrEqual(2)
    expect((await call('GET', '/api/v1/session', there)).status).toBe(401)
    expect((await call('GET', '/api/v1/session', elsewhere)).status).toBe(401)
    const third = await tokenOf(admin)
    const headers = { cookie: `hub_session=${here}`, origin: site.url }
    const page = await fetch(`${site.url}/sign-out/others`, { method: 'POST', redirect: 'manual', headers })
    expect(page.headers.get('location')).toBe('/home?note=others')
    expect((await call('GET', '/api/v1/session', third)).status).toBe(401)
    expect((await call('GET', '/api/v1/session', here)).status).toBe(200)
    const trail = await site.hub.db('audit_events').where({ action: 'sessions.ended' }).pluck('detail')
    expect(trail).toEqual([body, { ended: 1 }])
  })

  it('mails a link for a new password that works for an hour and no longer', async () => {
    const linkOf = async () => {
      await call('POST', '/api/v1/password/forgot', undefined, { email: finance })
      const filter = { recipient: finance, limit: 1 }
      const [mail] = await listMails(site.hub.db, site.hub.keys, demoIds.seller, filter)
      return /https?:\S+\/password\/reset\/\S+/.exec(mail?.text ?? '')?.[0] ?? ''
    }
    const start = clock
    const link = await linkOf()
    clock = new Date(start.getTime() + 3_599_000)
    expect((await fetch(link)).status).toBe(200)
    clock = new Date(start.getTime() + 3_601_000)
    expect((await fetch(link)).status).toBe(410)
    const body = new URLSearchParams({ password: 'a few plain words' })
    expect((await fetch(link, { method: 'POST', headers: { origin: site.url }, body })).status).toBe(410)
    clock = start
  })

  it('is described in OpenAPI as bearer token and cookie, on every route that people may call and no other', async () => {
    const { body } = await call('GET', '/api/openapi.json')
    const { session, sessionCookie } = body.components.securitySchemes
    expect(session).toMatchObject({ type: 'http', scheme: 'bearer' })
    expect(sessionCookie).toEqual({ type: 'apiKey', in: 'cookie', name: 'hub_session' })
    const ways = (path: string, method: string) =>
      body.paths[path][method].security.map((way: object) => Object.keys(way)[0])
    expect(ways('/api/v1/orders', 'get')).toEqual(['oauth', 'basic', 'session', 'sessionCookie'])
    expect(ways('/api/v1/punchout/exchange', 'post')).toEqual(['oauth', 'basic'])
    expect(ways('/api/v1/session', 'post')).toEqual([])
    expect(body.paths['/api/v1/open-cart'].get.security[0]).toEqual({ oauth: ['people:act'] })
  })

  it('locks an account that is guessed at, from wherever, and says so on the trail', async () => {
    const guesses = []
    for (let n = 0; n < 21; n++) guesses.push(await signIn(finance, `guess number ${n}`))
    expect(guesses.at(-1)?.status).toBe(429)
    expect((await signIn(finance)).status).toBe(429)
    const trail = await site.hub.db('audit_events').where({ action: 'sign-in.locked' })
    expect(trail).toHaveLength(1)
    expect((await signIn(admin)).status).toBe(200)
  })
})

describe('one person, several companies', () => {
  it('are chosen after sign-in and switched under a new token', async () => {
    const first = await tokenOf(buyer)
    const me = await call('GET', '/api/v1/session', first)
    expect(me.body.account).toBeNull()
    expect(me.body.companies.map((c: { name: string }) => c.name)).toEqual(['Almere Schools', 'City of Almere'])
    const chosen = await call('POST', '/api/v1/session/company', first, { accountId: demoIds.account })
    expect((await call('GET', '/api/v1/session', first)).status).toBe(401)
    expect((await call('GET', '/api/v1/session', chosen.body.token)).body.account.id).toBe(demoIds.account)
  })

  it('edge case 10: a tab made for company A is refused after the session switched to B', async () => {
    const chosen = await call('POST', '/api/v1/session/company', await tokenOf(buyer), { accountId: demoIds.account })
    const inB = await call('POST', '/api/v1/session/company', chosen.body.token, { accountId: demoIds.secondAccount })
    const tab = { 'hub-account': demoIds.account }
    const stale = await call('GET', '/api/v1/orders', inB.body.token, undefined, tab)
    expect([stale.status, stale.body.error.code]).toEqual([409, 'wrong_company'])
  })

  it('does not let anybody into a company they are not in, nor out of it once suspended there', async () => {
    const token = await tokenOf(admin)
    const other = await call('POST', '/api/v1/session/company', token, { accountId: demoIds.secondAccount })
    expect(other.status).toBe(404)
    expect((await call('GET', '/api/v1/session', token)).status).toBe(200)
  })
})

describe('the password', () => {
  it('is changed with the old one; other sessions end, this one goes on under a new token', async () => {
    const [here, there] = [await tokenOf(approver), await tokenOf(approver)]
    const change = (oldPassword: string, newPassword: string) =>
      call('POST', '/api/v1/session/password', here, { oldPassword, newPassword })
    expect((await change('not the one', 'a much better one')).status).toBe(401)
    for (const bad of ['too short', 'approver@almere.example', 'AdaApprover2026', 'aaaaaaaaaaaa'])
      expect((await change(demoPassword, bad)).status, bad).toBe(400)
    const changed = await change(demoPassword, 'correct horse battery')
    expect(changed.status).toBe(200)
    for (const dead of [here, there]) expect((await call('GET', '/api/v1/session', dead)).status).toBe(401)
    expect((await call('GET', '/api/v1/session', changed.body.token)).status).toBe(200)
    expect((await signIn(approver)).status).toBe(401)
    expect((await signIn(approver, 'correct horse battery')).status).toBe(200)
    expect(JSON.stringify(await site.hub.db('passwords').select('*'))).toContain('$argon2id$v=19$m=19456,t=2,p=1$')
  })
})

describe('the second factor', () => {
  const codeOf = (secret: string) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.getTime() })
  const later = () => {
    clock = new Date(clock.getTime() + 60_000)
  }

  it('is asked for once set up; a code works once (RFC 6238 5.2), a recovery code too', async () => {
    const token = await tokenOf(admin)
    const setup = await call('POST', '/api/v1/session/second-factor', token)
    expect(setup.body.qr).toMatch(/^data:image\/png;base64,/)
    expect((await call('POST', '/api/v1/session/second-factor/confirm', token, { code: '000000' })).status).toBe(400)
    const confirmed = await call('POST', '/api/v1/session/second-factor/confirm', token, {
      code: codeOf(setup.body.secret),
    })
    expect(confirmed.body.recoveryCodes).toHaveLength(10)
    later()
    expect((await signIn(admin)).body.error.code).toBe('second_factor_needed')
    const code = codeOf(setup.body.secret)
    expect((await signIn(admin, demoPassword, { code })).status).toBe(200)
    expect((await signIn(admin, demoPassword, { code })).status).toBe(401)
    const [recovery] = confirmed.body.recoveryCodes
    expect((await signIn(admin, demoPassword, { code: recovery })).status).toBe(200)
    expect((await signIn(admin, demoPassword, { code: recovery })).status).toBe(401)
    const kept = JSON.stringify([await site.hub.db('second_factors'), await site.hub.db('recovery_codes')])
    expect(kept).not.toContain(setup.body.secret)
    expect(kept).not.toContain(recovery)
    later()
    const removed = await call('POST', '/api/v1/session/second-factor/remove', token, {
      code: codeOf(setup.body.secret),
    })
    expect(removed.status).toBe(204)
    expect((await signIn(admin)).status).toBe(200)
  })

  it('can be asked for by a company: without one nobody gets in there', async () => {
    const policy = {
      seller_id: demoIds.seller,
      account_id: demoIds.account,
      registration: 'invitation',
      second_factor: true,
    }
    await site.hub.db('sign_in_policies').insert({ ...policy, updated_at: clock })
    const token = await tokenOf(buyer)
    const refused = await call('POST', '/api/v1/session/company', token, { accountId: demoIds.account })
    expect(refused.body.error.code).toBe('second_factor_needed')
    const setup = await call('POST', '/api/v1/session/second-factor', token)
    await call('POST', '/api/v1/session/second-factor/confirm', token, { code: codeOf(setup.body.secret) })
    expect((await call('POST', '/api/v1/session/company', token, { accountId: demoIds.account })).status).toBe(200)
    await site.hub.db('sign_in_policies').delete()
  })
})
