// The pages people sign in by, as a browser without script sees them: sign-in, reset, invitation, switching company, and punchout
// sessions that end with their person.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stampOf } from '../../src/database/stamp.ts'
import { adminClient, demoIds, demoPassword } from '../../src/demo/credentials.ts'
import { listMails } from '../../src/mail/mail-store.ts'
import { endPunchoutSessionsOf } from '../../src/punchout/end-sessions-of.ts'
import { sendInvitation } from '../../src/sign-in/invite.ts'
import { endSessionsOf } from '../../src/sign-in/start-session.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let site: TestHub
beforeAll(async () => {
  site = await startTestHub({ demo: false })
})
afterAll(() => site?.close())

interface Page {
  status: number
  location: string | null
  text: string
  cookie: string | undefined
  setCookie: string
}

async function open(path: string, options: { cookie?: string; form?: Record<string, string>; origin?: string } = {}) {
  const { cookie, form, origin = site.url } = options
  const res = await fetch(path.startsWith('http') ? path : `${site.url}${path}`, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: { ...(cookie ? { cookie } : {}), ...(form ? { origin } : {}), accept: 'text/html' },
    ...(form ? { body: new URLSearchParams(form) } : {}),
  })
  const setCookie = res.headers.get('set-cookie') ?? ''
  const page: Page = {
    status: res.status,
    location: res.headers.get('location'),
    text: await res.text(),
    setCookie,
    cookie: setCookie.split(';')[0] || undefined,
  }
  return page
}
const signIn = (email: string, password = demoPassword, next = '') =>
  open('/sign-in', { form: { email, password, next } })
const newestLink = async (recipient: string) => {
  const [mail] = await listMails(site.hub.db, site.hub.keys, demoIds.seller, { recipient, limit: 1 })
  return /https?:\S+\/(?:invitation|password\/reset)\/\S+/.exec(mail?.text ?? '')?.[0] ?? ''
}
const links = () => ({ keys: site.hub.keys, publicUrl: site.url, newToken: site.hub.newToken })

describe('the sign-in page', () => {
  it('sets a cookie scripts and other sites do not get, and goes where the person wanted, never elsewhere', async () => {
    const page = await signIn('admin@almere.example', demoPassword, '/approvals')
    expect([page.status, page.location]).toEqual([303, '/approvals'])
    expect(page.setCookie).toMatch(/HttpOnly/)
    expect(page.setCookie).toMatch(/SameSite=Lax/)
    expect(page.setCookie).not.toMatch(/Domain=|Secure/)
    for (const bad of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
      expect((await signIn('admin@almere.example', demoPassword, bad)).location).toBe('/home')
  })

  it('says what is wrong, and takes no form of another site', async () => {
    const wrong = await signIn('admin@almere.example', 'wrong password')
    expect(wrong.status).toBe(401)
    expect(wrong.text).toContain('E-mail address or password is wrong.')
    const form = { email: 'admin@almere.example', password: demoPassword }
    expect((await open('/sign-in', { form, origin: 'https://evil.example' })).status).toBe(403)
  })

  it('sends who is not signed in back afterwards', async () => {
    expect((await open('/home')).location).toBe('/sign-in?next=%2Fhome')
  })

  it('lets who is in several companies choose, and switch in one click under a new cookie', async () => {
    const page = await signIn('buyer@almere.example')
    expect(page.location).toBe('/sign-in/company?next=%2Fhome')
    const choice = await open(page.location ?? '', { cookie: page.cookie })
    expect(choice.text).toContain('City of Almere')
    const inA = await open('/sign-in/company', { cookie: page.cookie, form: { accountId: demoIds.account } })
    expect((await open('/home', { cookie: inA.cookie })).text).toContain('You order for City of Almere')
    const inB = await open('/sign-in/company', { cookie: inA.cookie, form: { accountId: demoIds.secondAccount } })
    expect((await open('/home', { cookie: inB.cookie })).text).toContain('You order for Almere Schools')
    expect((await open('/home', { cookie: inA.cookie })).status).toBe(303)
  })
})

describe('a page made for company A', () => {
  it('is refused after another tab switched to B: the form says which company it was made for', async () => {
    const page = await signIn('buyer@almere.example')
    const inA = await open('/sign-in/company', { cookie: page.cookie, form: { accountId: demoIds.account } })
    const account = /name="account" value="([^"]*)"/.exec((await open('/home', { cookie: inA.cookie })).text)?.[1] ?? ''
    expect(account).toBe(demoIds.account)
    const inB = await open('/sign-in/company', { cookie: inA.cookie, form: { accountId: demoIds.secondAccount } })
    for (const path of ['/sign-out/others', `/approvals/${demoIds.account}`]) {
      const refused = await open(path, { cookie: inB.cookie, form: { account } })
      expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('another company')])
    }
    const own = { account: demoIds.secondAccount }
    expect((await open('/sign-out/others', { cookie: inB.cookie, form: own })).location).toBe('/home?note=others')
  })
})

describe('a forgotten password', () => {
  it('is answered alike for everybody; its link is a page, works once, for an hour, and ends the sessions', async () => {
    const before = await signIn('approver@almere.example')
    const [known, unknown] = [
      await open('/password/forgot', { form: { email: 'approver@almere.example' } }),
      await open('/password/forgot', { form: { email: 'nobody@almere.example' } }),
    ]
    const bare = (page: Page) => page.text.replace(/nonce="[^"]*"/g, '')
    expect(bare(known)).toBe(bare(unknown))
    const link = await newestLink('approver@almere.example')
    for (let n = 0; n < 3; n++) expect((await open(link)).status).toBe(200)
    expect((await open(link, { form: { password: 'short' } })).status).toBe(400)
    expect((await open(link, { form: { password: 'correct horse battery' } })).location).toBe('/sign-in?note=password')
    expect((await open(link, { form: { password: 'another horse battery' } })).status).toBe(410)
    expect((await open('/home', { cookie: before.cookie })).location).toContain('/sign-in')
    expect((await signIn('approver@almere.example')).status).toBe(401)
    expect((await signIn('approver@almere.example', 'correct horse battery')).status).toBe(303)
    const kept = JSON.stringify(await site.hub.db('sign_in_tokens'))
    expect(kept).not.toContain(link.split('/').at(-1))
  })
})

describe('an invitation', () => {
  const invite = async (email: string) => {
    const { db, newId, now } = site.hub
    const known = await db('people').where({ email }).first('id')
    const personId = known?.id ?? newId()
    if (!known)
      await db('people').insert({
        id: personId,
        seller_id: demoIds.seller,
        email,
        name: 'Nadia New',
        created_at: now(),
      })
    const id = newId()
    const member = { id, account_id: demoIds.secondAccount, person_id: personId, role: 'buyer', status: 'invited' }
    await db('memberships').insert({ ...member, created_at: now() })
    await db.transaction((trx) => sendInvitation(trx, links(), id, { hub: 'test' }, stampOf(site.hub)))
    return { id, personId, link: await newestLink(email) }
  }

  it('lets somebody new in with a name and a password, once, and greets them: mail and user.created', async () => {
    const { hub } = site
    const hook = { id: hub.newId(), seller_id: demoIds.seller, url: 'https://crm.example/h', description: 'CRM' }
    const times = { created_at: hub.now(), updated_at: hub.now() }
    await hub
      .db('webhook_endpoints')
      .insert({ ...hook, ...times, events: ['user.created'], sealed_secret: Buffer.of(1) })
    const { link, personId } = await invite('nadia@almere.example')
    expect((await open(link)).text).toContain('Almere Schools')
    expect((await open(link, { form: { name: 'Nadia', password: 'short' } })).status).toBe(400)
    const accepted = await open(link, { form: { name: 'Nadia Novak', password: 'a few plain words' } })
    expect(accepted.location).toBe('/home')
    expect((await open('/home', { cookie: accepted.cookie })).text).toContain('Hello Nadia Novak')
    expect((await open(link)).status).toBe(410)
    const events = await hub.db('webhook_events').where({ type: 'user.created' })
    expect(events.map((e) => e.data)).toEqual([{ personId, accountId: demoIds.secondAccount, way: 'invitation' }])
    const mails = await listMails(hub.db, hub.keys, demoIds.seller, { recipient: 'nadia@almere.example', limit: 5 })
    expect(mails.map((m) => m.about)).toEqual(['welcome', 'invitation'])
  })

  it('is just accepted by who has an account, which it does not open', async () => {
    const { link } = await invite('finance@almere.example')
    expect((await open(link)).text).not.toContain('type="password"')
    const accepted = await open(link, { form: {} })
    expect([accepted.location, accepted.cookie]).toEqual(['/sign-in?note=accepted', undefined])
    expect((await signIn('finance@almere.example')).location).toContain('/sign-in/company')
  })

  it('sent again kills the link before; taken back it is dead', async () => {
    const { id, link } = await invite('olga@almere.example')
    const basic = `Basic ${Buffer.from(`${adminClient.id}:${adminClient.secret}`).toString('base64')}`
    const again = await fetch(`${site.url}/api/v1/memberships/${id}/invitation`, {
      method: 'POST',
      headers: { authorization: basic },
    })
    expect(again.status).toBe(204)
    expect((await open(link)).status).toBe(410)
    const second = await newestLink('olga@almere.example')
    expect((await open(second)).status).toBe(200)
    await site.hub.db('memberships').where({ id }).update({ status: 'removed' })
    expect((await open(second)).status).toBe(410)
    expect((await open(second, { form: { name: 'Olga', password: 'a few plain words' } })).status).toBe(410)
  })
})

describe('deactivation', () => {
  it('ends the sessions of a person, a membership or an account at once, punchout sessions included', async () => {
    const { hub } = site
    const insert = async (personId: string) => {
      const id = hub.newId()
      await hub.db('punchout_sessions').insert({
        id,
        seller_id: demoIds.seller,
        partner_id: demoIds.cxmlPartner,
        storefront_id: demoIds.storefront,
        account_id: demoIds.account,
        person_id: personId,
        protocol: 'cxml',
        mode: 'test',
        operation: 'create',
        state: 'opened',
        setup: '{}',
        start_hash: Buffer.from(id),
        start_until: hub.now(),
        expires_at: new Date(hub.now().getTime() + 60_000),
        created_at: hub.now(),
      })
      return id
    }
    const { id: personId } = await hub.db('people').where({ email: 'admin@almere.example' }).first('id')
    const { id: membershipId } = await hub.db('memberships').where({ person_id: personId }).first('id')
    for (const which of [{ personId }, { membershipId }, { accountId: demoIds.account }]) {
      const { cookie } = await signIn('admin@almere.example')
      const punchout = await insert(personId)
      await hub.db.transaction(async (trx) => {
        const stamp = stampOf(hub)
        expect(await endSessionsOf(trx, which, stamp)).toBeGreaterThan(0)
        expect(await endPunchoutSessionsOf(trx, which, 'suspended', stamp)).toBe(1)
      })
      expect((await open('/home', { cookie })).status).toBe(303)
      expect(await hub.db('punchout_sessions').where({ id: punchout }).first('state')).toEqual({ state: 'expired' })
    }
  })
})
