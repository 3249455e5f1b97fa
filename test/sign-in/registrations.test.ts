// How newcomers come by themselves: open with approval and a licence, by a code of their company, or not at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminClient, demoIds, demoPassword } from '../../src/demo/credentials.ts'
import { listMails } from '../../src/mail/mail-store.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let site: TestHub
beforeAll(async () => {
  site = await startTestHub({ demo: false })
})
afterAll(() => site?.close())

const asAdmin = `Basic ${Buffer.from(`${adminClient.id}:${adminClient.secret}`).toString('base64')}`
async function call(method: string, path: string, body?: unknown, authorization?: string) {
  const res = await fetch(`${site.url}${path}`, {
    method,
    headers: {
      ...(authorization ? { authorization } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await res.text()
  const json = res.headers.get('content-type')?.includes('json')
  return { status: res.status, body: json ? JSON.parse(text) : text, type: res.headers.get('content-type') }
}
const rule = (registration: string, accountId: string | null = null) =>
  call('PUT', '/api/v1/sign-in-policy', { accountId, registration }, asAdmin)
const aboutsOf = async (recipient: string) => {
  const mails = await listMails(site.hub.db, site.hub.keys, demoIds.seller, { recipient, limit: 10 })
  return mails.map((m) => m.about)
}
const linkOf = async (recipient: string) => {
  const mails = await listMails(site.hub.db, site.hub.keys, demoIds.seller, { recipient, limit: 10 })
  return /https?:\S+\/invitation\/\S+/.exec(mails.find((m) => m.about === 'invitation')?.text ?? '')?.[0] ?? ''
}
const accept = (link: string) =>
  fetch(link, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: site.url },
    body: new URLSearchParams({ name: 'New Person', password: 'a few plain words' }),
  })
const PDF = Buffer.from('%PDF-1.7 a licence').toString('base64')
const newcomer = (email: string, more: object = {}) => ({ email, name: 'Rik New', company: 'Rik & Sons', ...more })

describe('registration', () => {
  it('is closed but for invitations unless the seller opens it', async () => {
    expect((await call('POST', '/api/v1/registrations', newcomer('rik@sons.example'))).status).toBe(403)
    expect(await (await fetch(`${site.url}/register`)).text()).toContain('New people are invited')
  })

  it('is decided by somebody, with the licence before them, and ends in an invitation, mailed', async () => {
    await rule('open')
    const licence = { name: 'licence.pdf', content: PDF }
    expect((await call('POST', '/api/v1/registrations', newcomer('rik@sons.example', { licence }))).status).toBe(202)
    expect((await call('POST', '/api/v1/registrations', newcomer('RIK@sons.example'))).status).toBe(202)
    const queue = await call('GET', '/api/v1/registrations?state=waiting', undefined, asAdmin)
    expect(queue.body.items).toHaveLength(1)
    const [{ id }] = queue.body.items
    const file = await call('GET', `/api/v1/registrations/${id}/licence`, undefined, asAdmin)
    expect([file.type, file.body]).toEqual(['application/pdf', '%PDF-1.7 a licence'])
    const rows = await site.hub.db('registrations').where({ id })
    expect(rows[0].sealed_licence.toString('latin1')).not.toContain('a licence')
    const approval = { role: 'buyer-admin' }
    expect((await call('POST', `/api/v1/registrations/${id}/approve`, approval, asAdmin)).status).toBe(204)
    expect((await call('POST', `/api/v1/registrations/${id}/approve`, approval, asAdmin)).status).toBe(409)
    expect((await accept(await linkOf('rik@sons.example'))).headers.get('location')).toBe('/home')
    expect(await aboutsOf('rik@sons.example')).toEqual(['welcome', 'invitation'])
    const account = await site.hub.db('accounts').where({ name: 'Rik & Sons' })
    expect(account).toHaveLength(1)
  })

  it('takes only files that are what they say, of a size', async () => {
    const html = { name: 'licence.pdf', content: Buffer.from('<script>').toString('base64') }
    expect((await call('POST', '/api/v1/registrations', newcomer('x@y.example', { licence: html }))).status).toBe(415)
    const form = new FormData()
    for (const [field, value] of Object.entries(newcomer('form@sons.example'))) form.set(field, String(value))
    form.set('licence', new Blob([Buffer.alloc(5 * 1024 * 1024 + 1, '%PDF-1.7')]), 'licence.pdf')
    const send = () => fetch(`${site.url}/register`, { method: 'POST', headers: { origin: site.url }, body: form })
    const large = await send()
    expect(large.status).toBe(400)
    expect(await large.text()).toContain('larger than 5 MB')
    form.set('licence', new Blob(['%PDF-1.7']), 'licence.pdf')
    expect(await (await send()).text()).toContain('Thank you')
  })

  it('refused, the reason is mailed', async () => {
    const queue = await call('GET', '/api/v1/registrations?state=waiting', undefined, asAdmin)
    const [{ id, email }] = queue.body.items
    const reason = { reason: 'The licence has run out.' }
    expect((await call('POST', `/api/v1/registrations/${id}/refuse`, reason, asAdmin)).status).toBe(204)
    expect(await aboutsOf(email)).toEqual(['registration'])
  })

  it('of a company’s queue is seen by its own admin only as far as their account', async () => {
    await rule('open', demoIds.account)
    const joins = (accountId: string, email: string) =>
      call('POST', '/api/v1/registrations', newcomer(email, { accountId }))
    expect((await joins(demoIds.account, 'in@almere.example')).status).toBe(202)
    expect((await joins(demoIds.secondAccount, 'other@schools.example')).status).toBe(202)
    const signIn = { email: 'admin@almere.example', password: demoPassword }
    const bearer = `Bearer ${(await call('POST', '/api/v1/session', signIn)).body.token}`
    const seen = await call('GET', '/api/v1/registrations', undefined, bearer)
    expect(seen.body.items.map((r: { email: string }) => r.email)).toEqual(['in@almere.example'])
    const other = await site.hub.db('registrations').where({ email: 'other@schools.example' }).first('id')
    expect((await call('POST', `/api/v1/registrations/${other.id}/approve`, {}, bearer)).status).toBe(404)
  })
})

describe('a claim code', () => {
  const make = (more: object = {}) =>
    call('POST', '/api/v1/claim-codes', { accountId: demoIds.account, ...more }, asAdmin)
  const claim = (code: string, email: string) =>
    call('POST', '/api/v1/registrations/claim', { code, email, name: 'Cas Claim' })

  it('lets somebody claim their company as often as it says, by an invitation to their address', async () => {
    const { status, body } = await make()
    expect(status).toBe(201)
    expect(JSON.stringify(await site.hub.db('claim_codes'))).not.toContain(body.code)
    expect((await claim('AAAAA-BBBBB', 'cas@almere.example')).status).toBe(401)
    expect((await claim(body.code.toLowerCase(), 'cas@almere.example')).status).toBe(202)
    expect((await claim(body.code, 'more@almere.example')).status).toBe(401)
    const member = await site.hub
      .db('memberships as m')
      .join('people as p', 'p.id', 'm.person_id')
      .where({ 'p.email': 'cas@almere.example' })
      .first('m.status', 'm.role')
    expect(member).toEqual({ status: 'invited', role: 'buyer' })
    expect((await accept(await linkOf('cas@almere.example'))).headers.get('location')).toBe('/home')
  })

  it('gives no role that administers, and nothing where the account is closed', async () => {
    expect((await make({ role: 'buyer-admin' })).status).toBe(400)
    const { body } = await make()
    await rule('closed', demoIds.account)
    expect((await claim(body.code, 'late@almere.example')).status).toBe(401)
  })
})
