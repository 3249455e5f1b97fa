// A hub that serves several sellers under https: pages keep the seller they are of, and the cookie goes over https only (RFC 6265 4.1.2.5).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoIds, demoPassword } from '../../src/demo/credentials.ts'
import { listMails } from '../../src/mail/mail-store.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let site: TestHub
let base = ''
beforeAll(async () => {
  site = await startTestHub({ demo: false, env: { PUBLIC_URL: 'https://hub.example' } })
  base = `http://127.0.0.1:${site.hub.config.port}`
  const { newId, now } = site.hub
  await site.hub.db('sellers').insert({ id: newId(), name: 'Another seller', created_at: now() })
})
afterAll(() => site?.close())

async function post(path: string, form: Record<string, string>, cookie = '') {
  const headers = { origin: 'https://hub.example', ...(cookie ? { cookie } : {}) }
  const res = await fetch(`${base}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: new URLSearchParams(form),
  })
  return { status: res.status, location: res.headers.get('location'), setCookie: res.headers.get('set-cookie') ?? '' }
}
const seller = demoIds.seller
const signIn = (email: string, password = demoPassword) => post('/sign-in', { email, password, seller })

describe('with several sellers', () => {
  it('sets a Secure cookie under an https address, also when it clears it', async () => {
    const { setCookie } = await signIn('admin@almere.example')
    expect(setCookie).toMatch(/; Secure/)
    expect((await post('/sign-out', {}, setCookie.split(';')[0])).setCookie).toMatch(/Max-Age=0.*; Secure/)
  })

  it('signs out to the sign-in page of the same seller', async () => {
    const { setCookie } = await signIn('admin@almere.example')
    expect((await post('/sign-out', {}, setCookie.split(';')[0])).location).toBe(`/sign-in?seller=${seller}`)
  })

  it('comes back from a reset to the sign-in page of the same seller', async () => {
    await post('/password/forgot', { email: 'finance@almere.example', seller })
    const filter = { recipient: 'finance@almere.example', limit: 1 }
    const [mail] = await listMails(site.hub.db, site.hub.keys, seller, filter)
    const link = /\/password\/reset\/\S+/.exec(mail?.text ?? '')?.[0] ?? ''
    const { location } = await post(link, { password: 'a few plain words' })
    expect(location).toBe(`/sign-in?seller=${seller}&note=password`)
    expect((await fetch(`${base}${location}`)).status).toBe(200)
    expect((await signIn('finance@almere.example', 'a few plain words')).status).toBe(303)
  })

  it('names the seller where the home page leads to a new password', async () => {
    const { setCookie } = await signIn('admin@almere.example')
    const home = await fetch(`${base}/home`, { headers: { cookie: setCookie.split(';')[0] ?? '' } })
    expect(await home.text()).toContain(`/password/forgot?seller=${seller}`)
  })
})
