// People who come by punchout: greeted once at first sight, and let in at no step once they are suspended.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/credentials.ts'
import { listMails } from '../../src/mail/mail-store.ts'
import { api, open, pens, postCxml, punchIn, setupRequest, takeBack } from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderRequest } from '../support/purchase-order.ts'

let site: TestHub
beforeAll(async () => {
  site = await startTestHub({ demo: false })
})
afterAll(() => site?.close())

const mailsTo = async (recipient: string) =>
  (await listMails(site.hub.db, site.hub.keys, demoIds.seller, { recipient, limit: 10 })).map((m) => m.about)
const greetings = async (email: string): Promise<object[]> =>
  site.hub
    .db('audit_events')
    .join('people', 'people.id', 'audit_events.subject_id')
    .where({ email, action: 'person.activated' })
    .pluck('detail')

describe('a person seen for the first time', () => {
  it('is greeted once by the punchout that made them, and told that there is nothing to do', async () => {
    const email = 'pia@almere.example'
    await punchIn(site.url, { email })
    await punchIn(site.url, { email })
    expect(await mailsTo(email)).toEqual(['welcome'])
    expect(await greetings(email)).toEqual([{ way: 'punchout' }])
    const [mail] = await listMails(site.hub.db, site.hub.keys, demoIds.seller, { recipient: email, limit: 1 })
    expect(mail?.text).toContain('there is nothing you need to do')
  })

  it('is greeted once by the purchase order that made them', async () => {
    const email = 'otto@almere.example'
    const line = { quantity: '1', supplierPartId: '00123', unitPrice: '10.50', unit: 'BX', description: 'Pens' }
    const send = (orderID: string) => postCxml(site.url, orderRequest({ orderID, email, lines: [line] }))
    expect((await send('OTTO-1')).status.code).toBe('200')
    await send('OTTO-2')
    expect(await mailsTo(email)).toEqual(['welcome'])
    expect(await greetings(email)).toEqual([{ way: 'punchout' }])
  })
})

describe('a person suspended while they shop', () => {
  const email = 'sus@almere.example'
  const set = (status: string) => site.hub.db('people').where({ email }).update({ status })

  it('gets no code exchanged, no session read and no cart taken back', async () => {
    const setup = await postCxml(site.url, setupRequest({ email }))
    const code = new URL((await open(setup.startPage ?? '')).location ?? '').searchParams.get('code')
    const { session } = await punchIn(site.url, { email })
    const path = `/api/v1/punchout/sessions/${session.id}`
    const returned = () => api(site.url, 'POST', `${path}/cart`, { lines: [pens] })
    await set('suspended')
    expect((await api(site.url, 'POST', '/api/v1/punchout/exchange', { code })).body.error.code).toBe('forbidden')
    expect((await api(site.url, 'GET', path)).body.error.code).toBe('forbidden')
    expect((await returned()).body.error.code).toBe('forbidden')
    expect((await postCxml(site.url, setupRequest({ email }))).startPage).toBeUndefined()
    await set('active')
    const again = await returned()
    expect((await takeBack(again.body.continueUrl)).order.items).toHaveLength(1)
  })
})
