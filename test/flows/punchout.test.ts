// Walk A of the house over HTTP: procurement system -> hub -> storefront -> hub -> procurement system.
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import {
  adminAuthorization,
  api,
  open,
  pens,
  postCxml,
  punchIn,
  readForm,
  setupRequest,
  takeBack,
} from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
let clock: Date | null = null
beforeAll(async () => {
  hub = await startTestHub({ demo: false, now: () => clock ?? new Date() })
})
afterAll(() => hub?.close())

const inMinutes = (minutes: number) => {
  clock = new Date(Date.now() + minutes * 60_000)
}
const itemsOut = (lines: { quantity: string; part: string; aux: string | undefined }[]) =>
  lines
    .map(
      (l, i) =>
        `<ItemOut quantity="${l.quantity}" lineNumber="${i + 1}"><ItemID><SupplierPartID>${l.part}</SupplierPartID><SupplierPartAuxiliaryID>${l.aux}</SupplierPartAuxiliaryID></ItemID></ItemOut>`,
    )
    .join('')

describe('create', () => {
  it('brings the cart back as the buyer’s system needs it', async () => {
    const { setup, start, session } = await punchIn(hub.url, {
      extrinsics: '<Extrinsic name="CostCenter">00420</Extrinsic>',
      inside:
        '<ShipTo><Address isoCountryCode="NL" addressID="ALM-1"><Name xml:lang="nl">Stadhuis</Name><PostalAddress><Street>Stadhuisplein 1</Street><City>Almere</City><PostalCode>1315 HR</PostalCode><Country isoCountryCode="NL">Nederland</Country></PostalAddress></Address></ShipTo>',
    })
    expect(setup).toMatchObject({ http: 200, status: { code: '200' } })
    expect(start.status).toBe(303)
    expect(session).toMatchObject({
      operation: 'create',
      mode: 'production',
      company: { name: 'City of Almere', customerNumber: '100042' },
      person: { email: 'jane@almere.example' },
      role: 'buyer',
      costCentre: '00420',
      shipTo: {
        addressId: 'ALM-1',
        name: 'Stadhuis',
        street: ['Stadhuisplein 1'],
        postalCode: '1315 HR',
        countryCode: 'NL',
      },
      language: 'en-US',
      cart: null,
    })
    const returned = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, {
      lines: [pens, { ...pens, supplierPartId: '1e5', quantity: '1' }],
    })
    expect(returned.status).toBe(200)
    const { form, order, document, page } = await takeBack(returned.body.continueUrl)
    expect(form).toMatchObject({ action: 'https://buyer.example/checkout?id=42&t=1', method: 'POST' })
    expect(order.buyerCookie).toBe('cookie-1')
    expect(order.header.total.money).toEqual({ amount: '31.50', currency: 'EUR' })
    expect(order.items.map((i) => [i.itemID.supplierPartID, i.quantity, i.itemDetail.unitPrice.money.amount])).toEqual([
      ['00123', '2', '10.50'],
      ['1e5', '1', '10.50'],
    ])
    expect(document.kind === 'Message' && document.header.sender.credentials[0]?.sharedSecret).toBeUndefined()
    expect(page.text).not.toContain('demo-secret')
    expect(page.headers.get('content-security-policy')).toMatch(
      /form-action https:\/\/buyer\.example .*frame-ancestors https:\/\/buyer\.example/,
    )
    expect(page.headers.get('x-frame-options')).toBeNull()
  })

  it('gives the storefront a token it can check against the published keys', async () => {
    const { session } = await punchIn(hub.url)
    const keys = createLocalJWKSet((await (await fetch(`${hub.url}/.well-known/jwks.json`)).json()) as JSONWebKeySet)
    const { payload } = await jwtVerify(session.token, keys, { issuer: hub.url, audience: 'demo-store' })
    expect(payload).toMatchObject({
      sub: session.person.id,
      sid: session.id,
      email: 'jane@almere.example',
      role: 'buyer',
    })
  })

  it('provisions a person once, however many punchouts come at the same moment', async () => {
    const email = 'ten.at.once@almere.example'
    const all = await Promise.all(Array.from({ length: 10 }, () => punchIn(hub.url, { email })))
    expect(new Set(all.map((p) => p.session.person.id)).size).toBe(1)
    expect(await hub.hub.db('people').where({ email }).pluck('id')).toHaveLength(1)
  })

  it('refuses people the mapping does not know, with the reason', async () => {
    const refused = await postCxml(hub.url, setupRequest({ email: 'someone@elsewhere.example' }))
    expect(refused).toMatchObject({ http: 200, status: { code: '403' }, startPage: undefined })
    expect(refused.status.message).toContain('No mapping rule matches')
  })
})

describe('StartPage, code and session', () => {
  it('work once: another browser, another code, another storefront get nothing', async () => {
    const { setup, code, session } = await punchIn(hub.url)
    const again = await open(setup.startPage as string)
    expect(again.status).toBe(410)
    expect(again.text).toContain('was used already')
    expect((await api(hub.url, 'POST', '/api/v1/punchout/exchange', { code })).status).toBe(410)
    expect((await api(hub.url, 'POST', '/api/v1/punchout/exchange', { code: 'guess' })).body.error.code).toBe(
      'code_spent',
    )
    expect((await open(`${hub.url}/punchout/start/${'x'.repeat(43)}`)).status).toBe(404)
    expect((await api(hub.url, 'GET', '/api/v1/punchout/sessions/018f0000-0000-7000-8000-000000000001')).status).toBe(
      404,
    )
    expect((await api(hub.url, 'GET', '/api/v1/punchout/sessions/not-a-uuid')).status).toBe(404)
    expect((await api(hub.url, 'GET', `/api/v1/punchout/sessions/${session.id}`)).status).toBe(200)
  })

  it('let the same browser reload the StartPage, by its cookie', async () => {
    const setup = await postCxml(hub.url, setupRequest())
    const first = await open(setup.startPage as string)
    const cookie = first.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly; Secure; Partitioned; SameSite=None|Secure; .*SameSite=None/i)
    expect(cookie).toMatch(/Partitioned/)
    const second = await open(setup.startPage as string, { headers: { cookie: cookie.split(';')[0] ?? '' } })
    expect(second.status).toBe(303)
    expect(second.location).not.toBe(first.location)
    const oldCode = new URL(first.location ?? '').searchParams.get('code')
    expect((await api(hub.url, 'POST', '/api/v1/punchout/exchange', { code: oldCode })).status).toBe(410)
  })

  it('are not spent by a link checker’s HEAD', async () => {
    const setup = await postCxml(hub.url, setupRequest())
    expect((await open(setup.startPage as string, { method: 'HEAD' })).status).toBe(200)
    expect((await open(setup.startPage as string)).status).toBe(303)
  })

  it('run out: the link after ten minutes, the code after five, the session after hours', async () => {
    const setup = await postCxml(hub.url, setupRequest())
    inMinutes(11)
    expect((await open(setup.startPage as string)).status).toBe(410)
    clock = null
    const opened = await open((await postCxml(hub.url, setupRequest())).startPage as string)
    const code = new URL(opened.location ?? '').searchParams.get('code')
    inMinutes(6)
    expect((await api(hub.url, 'POST', '/api/v1/punchout/exchange', { code })).status).toBe(410)
    clock = null
    const { session } = await punchIn(hub.url)
    inMinutes(5 * 60)
    const late = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines: [pens] })
    clock = null
    expect(late).toMatchObject({ status: 410, body: { error: { code: 'code_spent' } } })
  })

  it('stay apart: two punchouts of one buyer at once', async () => {
    const [a, b] = await Promise.all([punchIn(hub.url, { cookie: 'A' }), punchIn(hub.url, { cookie: 'B' })])
    const cart = (n: string) => ({ lines: [{ ...pens, supplierPartId: n }] })
    const [ra, rb] = await Promise.all([
      api(hub.url, 'POST', `/api/v1/punchout/sessions/${a.session.id}/cart`, cart('A-1')),
      api(hub.url, 'POST', `/api/v1/punchout/sessions/${b.session.id}/cart`, cart('B-1')),
    ])
    for (const [returned, name] of [
      [ra, 'A'],
      [rb, 'B'],
    ] as const) {
      const { order } = await takeBack(returned.body.continueUrl)
      expect([order.buyerCookie, order.items[0]?.itemID.supplierPartID]).toEqual([name, `${name}-1`])
    }
  })
})

describe('edit and inspect', () => {
  async function returnedCart() {
    const { session } = await punchIn(hub.url)
    const lines = [pens, { ...pens, supplierPartId: '00456', supplierPartAuxiliaryId: 'cfg=7' }]
    const returned = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines })
    const { order } = await takeBack(returned.body.continueUrl)
    return { session, ids: order.items.map((i) => i.itemID) }
  }

  it('find the earlier cart by AuxIDs though the BuyerCookie is another, and keep line identity', async () => {
    const { session, ids } = await returnedCart()
    const inside = itemsOut(ids.map((i) => ({ quantity: '5', part: i.supplierPartID, aux: i.supplierPartAuxiliaryID })))
    const edit = await punchIn(hub.url, { operation: 'edit', cookie: 'another', inside })
    expect(edit.session.editsSessionId).toBe(session.id)
    expect(
      edit.session.cart.lines.map((l: { origin: string; quantity: string; line: { description: string } }) => [
        l.origin,
        l.quantity,
        l.line.description,
      ]),
    ).toEqual([
      ['current', '5', pens.description],
      ['current', '5', pens.description],
    ])
    const lines = edit.session.cart.lines.map((l: { line: object }) => l.line)
    const returned = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${edit.session.id}/cart`, {
      lines: [...lines, { ...pens, supplierPartId: 'NEW' }],
    })
    const { order } = await takeBack(returned.body.continueUrl)
    expect(order.items.slice(0, 2).map((i) => i.itemID)).toEqual(ids)
    expect(order.items[2]?.itemID.supplierPartAuxiliaryID).toMatch(/^[\w-]{22}\.3$/)
    expect(order.buyerCookie).toBe('another')
  })

  it('recognise the stale AuxIDs of a copied requisition, and ids never seen', async () => {
    const { ids } = await returnedCart()
    const [first, second] = ids
    const inside = itemsOut([{ quantity: '1', part: first?.supplierPartID ?? '', aux: first?.supplierPartAuxiliaryID }])
    const edit = await punchIn(hub.url, { operation: 'edit', inside })
    const kept = edit.session.cart.lines.map((l: { line: object }) => l.line)
    await takeBack(
      (await api(hub.url, 'POST', `/api/v1/punchout/sessions/${edit.session.id}/cart`, { lines: kept })).body
        .continueUrl,
    )
    const copied = itemsOut([
      { quantity: '1', part: first?.supplierPartID ?? '', aux: first?.supplierPartAuxiliaryID },
      { quantity: '1', part: second?.supplierPartID ?? '', aux: second?.supplierPartAuxiliaryID },
      { quantity: '1', part: 'NOBODY', aux: 'KNOWS' },
    ])
    const { session } = await punchIn(hub.url, { operation: 'inspect', inside: copied })
    expect(session.cart.lines.map((l: { origin: string }) => l.origin)).toEqual(['current', 'stale', 'unknown'])
    expect(session.cart.lines[1].why).toContain('A later cart replaced this line')
    expect(session.cart.lines[2].line).toBeNull()
  })

  it('of a cart the hub never returned is a 412, unless the partner is set to open it', async () => {
    const inside = itemsOut([{ quantity: '1', part: 'NOBODY', aux: 'KNOWS' }])
    const refused = await postCxml(hub.url, setupRequest({ operation: 'edit', inside }))
    expect(refused.status).toMatchObject({ code: '412' })
    const path = `/api/v1/partners/${demoIds.cxmlPartner}`
    const { body: partner } = await api(hub.url, 'GET', path, undefined, adminAuthorization)
    const change = (unknownCarts: string, version: number) =>
      api(hub.url, 'PATCH', path, { version, settings: { ...partner.settings, unknownCarts } }, adminAuthorization)
    const opened = await change('open', partner.version)
    const { session } = await punchIn(hub.url, { operation: 'edit', inside })
    expect(session.cart.lines).toMatchObject([{ origin: 'unknown', supplierPartId: 'NOBODY', line: null }])
    await change('refuse', opened.body.version)
  })

  it('an empty edit cart cancels (204) unless the buyer really emptied it', async () => {
    const { ids } = await returnedCart()
    const inside = itemsOut(ids.map((i) => ({ quantity: '1', part: i.supplierPartID, aux: i.supplierPartAuxiliaryID })))
    const left = await punchIn(hub.url, { operation: 'edit', inside })
    const cancelled = await takeBack(
      (await api(hub.url, 'POST', `/api/v1/punchout/sessions/${left.session.id}/cart`, { lines: [] })).body.continueUrl,
    )
    expect(cancelled.document).toMatchObject({ status: { code: '204' } })
    const emptied = await punchIn(hub.url, { operation: 'edit', inside })
    const really = await takeBack(
      (await api(hub.url, 'POST', `/api/v1/punchout/sessions/${emptied.session.id}/cart`, { lines: [], emptied: true }))
        .body.continueUrl,
    )
    expect(really.document.kind === 'Message' && really.document.status).toBeUndefined()
    expect(really.order.items).toEqual([])
  })

  it('inspect brings no items back, whatever the storefront posts', async () => {
    const { ids } = await returnedCart()
    const inside = itemsOut(ids.map((i) => ({ quantity: '1', part: i.supplierPartID, aux: i.supplierPartAuxiliaryID })))
    const { session } = await punchIn(hub.url, { operation: 'inspect', inside })
    const back = await takeBack(
      (await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines: [pens] })).body.continueUrl,
    )
    expect(back.order.items).toEqual([])
    expect(back.document).toMatchObject({ status: { code: '204' } })
  })
})

describe('the cart’s way back', () => {
  it('warns before it leaves, and refuses what the buyer’s system would refuse', async () => {
    const { session } = await punchIn(hub.url)
    const long = { ...pens, description: 'é'.repeat(3000) }
    const path = `/api/v1/punchout/sessions/${session.id}/cart`
    const check = await api(hub.url, 'POST', `${path}?check=true`, { lines: [long] })
    expect(check).toMatchObject({ status: 200, body: { continueUrl: null } })
    expect(check.body.warnings[0]).toMatchObject({ code: 'cut', line: 1, field: 'description' })
    const refused = await api(hub.url, 'POST', path, { lines: [{ ...pens, supplierPartId: 'A?B' }] })
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'cart_refused' } } })
    expect(refused.body.error.details.warnings[0]).toMatchObject({ code: 'rejected', line: 1, field: 'supplierPartId' })
    expect((await api(hub.url, 'POST', path, { lines: [pens] })).status).toBe(200)
  })

  it('may be taken again until the browser has the form, then it stands', async () => {
    const { session } = await punchIn(hub.url)
    const path = `/api/v1/punchout/sessions/${session.id}/cart`
    const first = await api(hub.url, 'POST', path, { lines: [pens] })
    const second = await api(hub.url, 'POST', path, { lines: [{ ...pens, quantity: '9' }] })
    expect((await open(first.body.continueUrl)).status).toBe(404)
    const { form } = await takeBack(second.body.continueUrl)
    const reload = await takeBack(second.body.continueUrl)
    expect(reload.form.fields).toEqual(form.fields)
    expect(await api(hub.url, 'POST', path, { lines: [pens] })).toMatchObject({
      status: 409,
      body: { error: { code: 'wrong_state' } },
    })
    expect((await api(hub.url, 'POST', path, { cancel: true })).status).toBe(409)
  })

  it('cancels with Status 204, and without a cart', async () => {
    const { session } = await punchIn(hub.url)
    const cancelled = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { cancel: true })
    const { document, order } = await takeBack(cancelled.body.continueUrl)
    expect(document).toMatchObject({ kind: 'Message', status: { code: '204' } })
    expect(order.items).toEqual([])
  })

  it('takes 10,000 lines', async () => {
    const { session } = await punchIn(hub.url)
    const lines = Array.from({ length: 10_000 }, (_, i) => ({
      ...pens,
      supplierPartId: String(i).padStart(6, '0'),
      quantity: '1',
    }))
    const returned = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines })
    expect(returned.status).toBe(200)
    const { order } = await takeBack(returned.body.continueUrl)
    expect(order.items).toHaveLength(10_000)
    expect(order.items[42]?.itemID.supplierPartID).toBe('000042')
    expect(order.header.total.money.amount).toBe('105000.00')
  })
})

describe('documents', () => {
  it('are kept byte for byte, in and out, tied to their session, secrets blanked for readers', async () => {
    const payloadID = 'kept-1@buyer.example'
    const body = setupRequest({ payloadID })
    const { startPage } = await postCxml(hub.url, body)
    const { body: list } = await api(
      hub.url,
      'GET',
      '/api/v1/documents?kind=PunchOutSetupRequest&limit=1',
      undefined,
      adminAuthorization,
    )
    expect(list.items[0]).toMatchObject({
      direction: 'in',
      payloadId: payloadID,
      size: Buffer.byteLength(body),
      mode: 'production',
    })
    const content = await fetch(`${hub.url}/api/v1/documents/${list.items[0].id}/content`, {
      headers: { Authorization: adminAuthorization },
    })
    expect(await content.text()).toBe(body.replace('demo-secret', '[blanked]'))
    const { body: out } = await api(
      hub.url,
      'GET',
      `/api/v1/documents?sessionId=${list.items[0].sessionId}`,
      undefined,
      adminAuthorization,
    )
    expect(out.items.map((d: { kind: string }) => d.kind).sort()).toEqual([
      'PunchOutSetupRequest',
      'PunchOutSetupResponse',
    ])
    expect(startPage).toBeTruthy()
    const { rows } = await hub.hub.db.raw(
      "SELECT count(*) AS n FROM documents WHERE position('demo-secret'::bytea in sealed) > 0",
    )
    expect(rows[0].n).toBe('0')
  })

  it('same payloadID, same bytes: the stored answer; other bytes: 409', async () => {
    const body = setupRequest({ payloadID: 'twice@buyer.example' })
    const [first, ...others] = await Promise.all([1, 2, 3, 4, 5].map(() => postCxml(hub.url, body)))
    for (const other of others) expect(other.text).toBe(first?.text)
    expect((await postCxml(hub.url, body)).text).toBe(first?.text)
    const other = await postCxml(hub.url, body.replace('cookie-1', 'cookie-2'))
    expect(other.status.code).toBe('409')
    expect((await postCxml(hub.url, body)).text).toBe(first?.text)
    expect(
      await hub.hub
        .db('punchout_sessions')
        .whereRaw(`setup->>'documentId' IN (SELECT id::text FROM documents WHERE payload_id = 'twice@buyer.example')`)
        .pluck('id'),
    ).toHaveLength(1)
  })

  it('answer a ProfileRequest with what the hub takes', async () => {
    const profile = setupRequest().replace(/<PunchOutSetupRequest[\s\S]*<\/PunchOutSetupRequest>/, '<ProfileRequest/>')
    const { text, status } = await postCxml(hub.url, profile)
    expect(status.code).toBe('200')
    expect(text).toContain(`requestName="PunchOutSetupRequest"`)
    expect(text).toContain(`${hub.url}/cxml`)
  })

  it('are stored and answered 450 where the hub cannot act on them yet', async () => {
    const list = setupRequest().replace(
      /<PunchOutSetupRequest[\s\S]*<\/PunchOutSetupRequest>/,
      '<SupplierListRequest/>',
    )
    const { status } = await postCxml(hub.url, list)
    expect(status).toMatchObject({ code: '450', message: 'SupplierListRequest is stored but not handled by this hub.' })
  })
})

describe('OCI', () => {
  const callUp = (extra: Record<string, string> = {}) =>
    new URLSearchParams({
      HOOK_URL: 'https://buyer.example/hook?sid=7&step=2',
      USERNAME: 'demo',
      PASSWORD: 'demo-secret',
      '~OkCode': 'ADDI',
      '~TARGET': '_top',
      '~CALLER': 'CTLG',
      ...extra,
    })

  async function ociIn(params: URLSearchParams, method = 'POST') {
    const url = method === 'GET' ? `${hub.url}/oci/almere-sap?${params}` : `${hub.url}/oci/almere-sap`
    return open(url, method === 'GET' ? {} : { method, body: params })
  }

  it.each(['GET', 'POST'])('opens the storefront and brings the basket back (%s)', async (method) => {
    const start = await ociIn(callUp({ email: 'kim@almere.example', http_content_charset: 'utf-8' }), method)
    expect(start.status).toBe(303)
    const code = new URL(start.location ?? '').searchParams.get('code')
    const { body: session } = await api(hub.url, 'POST', '/api/v1/punchout/exchange', { code })
    expect(session).toMatchObject({ protocol: 'oci', person: { email: 'kim@almere.example' } })
    const lines = [
      {
        ...pens,
        unitOfMeasure: 'C62',
        description: 'A description that is quite a bit longer than forty characters',
        leadTimeDays: 2,
        priceUnit: '100',
      },
    ]
    const returned = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines })
    expect(returned.status).toBe(200)
    expect(returned.body.warnings.map((w: { field: string }) => w.field)).toContain('description')
    const page = await open(returned.body.continueUrl)
    const form = readForm(page.text)
    expect(form).toMatchObject({ action: 'https://buyer.example/hook?sid=7&step=2', method: 'POST', target: '_top' })
    const fields = Object.fromEntries(form.fields)
    expect(fields).toMatchObject({
      'NEW_ITEM-VENDORMAT[1]': '00123',
      'NEW_ITEM-EXT_PRODUCT_ID[1]': '00123',
      'NEW_ITEM-QUANTITY[1]': '2',
      'NEW_ITEM-PRICEUNIT[1]': '100',
      'NEW_ITEM-CURRENCY[1]': 'EUR',
      'NEW_ITEM-LEADTIME[1]': '2',
      'NEW_ITEM-LONGTEXT_1:132[]': lines[0]?.description,
      '~OkCode': 'ADDI',
      '~CALLER': 'CTLG',
    })
    expect(Number(fields['NEW_ITEM-PRICE[1]'])).toBe(10.5)
    expect(fields['NEW_ITEM-DESCRIPTION[1]']?.length).toBeLessThanOrEqual(40)
  })

  it('takes parameters in any case, and a user without e-mail as the default user', async () => {
    const params = new URLSearchParams({
      hook_url: 'https://buyer.example/x',
      username: 'DEMO',
      Password: 'demo-secret',
    })
    const start = await ociIn(params)
    const code = new URL(start.location ?? '').searchParams.get('code')
    const { body: session } = await api(hub.url, 'POST', '/api/v1/punchout/exchange', { code })
    expect(session.person.email).toBe('sap-catalogue@almere.example')
  })

  it.each([
    ['a wrong password', { PASSWORD: 'wrong' }, 401],
    ['a return address elsewhere', { HOOK_URL: 'https://evil.example/' }, 400],
    ['a javascript return address', { HOOK_URL: 'javascript:alert(1)' }, 400],
    ['no return address', { HOOK_URL: '' }, 400],
    ['an unknown function', { FUNCTION: 'FORMAT_DISK' }, 400],
  ])('answers %s with a page a person understands', async (_name, change, status) => {
    const page = await ociIn(callUp(change))
    expect(page.status).toBe(status)
    expect(page.text).toContain('This did not work')
    expect(page.text).not.toMatch(/at .*\.ts:|node_modules|demo-secret/)
  })

  it('knows no catalogue at another address, and stores every call without its password readable', async () => {
    expect((await open(`${hub.url}/oci/nobody`, { method: 'POST', body: callUp() })).status).toBe(404)
    const { body: list } = await api(hub.url, 'GET', '/api/v1/documents?kind=OciCallUp', undefined, adminAuthorization)
    expect(list.items.length).toBeGreaterThan(5)
    const withGet = list.items.find((d: { findings: { code: string }[] }) =>
      d.findings.some((f) => f.code === 'password_in_address'),
    )
    const content = await fetch(`${hub.url}/api/v1/documents/${withGet.id}/content`, {
      headers: { Authorization: adminAuthorization },
    })
    const text = await content.text()
    expect(text).toContain('PASSWORD=***')
    expect(text).not.toContain('demo-secret')
  })

  it('leaves without items by an empty form, or by OCICANCEL', async () => {
    for (const [extra, action] of [
      [{}, 'https://buyer.example/hook?sid=7&step=2'],
      [{ OCICANCEL: 'https://buyer.example/cancelled' }, 'https://buyer.example/cancelled'],
    ] as const) {
      const start = await ociIn(callUp(extra))
      const code = new URL(start.location ?? '').searchParams.get('code')
      const { body: session } = await api(hub.url, 'POST', '/api/v1/punchout/exchange', { code })
      const { body } = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { cancel: true })
      const form = readForm((await open(body.continueUrl)).text)
      expect(form.action).toBe(action)
      expect(form.fields.filter(([name]) => name.startsWith('NEW_ITEM'))).toEqual([])
    }
  })
})
