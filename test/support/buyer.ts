// A procurement system and a storefront as the hub's flow tests need them: plain HTTP calls, documents written by hand.
import { decode } from '../../protocols/cxml/document.ts'
import { readReturnForm } from '../../protocols/cxml/return-form.ts'

export interface SetupOptions {
  payloadID?: string
  operation?: string
  identity?: string
  secret?: string
  email?: string
  cookie?: string
  returnUrl?: string
  deploymentMode?: string
  /** XML inside PunchOutSetupRequest, after BrowserFormPost. */
  inside?: string
  extrinsics?: string
}

let counter = 0

export function setupRequest(options: SetupOptions = {}): string {
  const o = {
    payloadID: `${process.pid}.${Date.now()}.${counter++}@buyer.example`,
    operation: 'create',
    identity: 'AN01000000001',
    secret: 'demo-secret',
    email: 'jane@almere.example',
    cookie: 'cookie-1',
    returnUrl: 'https://buyer.example/checkout?id=42&amp;t=1',
    deploymentMode: 'production',
    inside: '',
    extrinsics: '',
    ...options,
  }
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.071/cXML.dtd">
<cXML payloadID="${o.payloadID}" timestamp="2026-01-05T10:00:00+01:00" xml:lang="en-US">
<Header>
<From><Credential domain="NetworkID"><Identity>${o.identity}</Identity></Credential></From>
<To><Credential domain="DUNS"><Identity>123456789</Identity></Credential></To>
<Sender><Credential domain="NetworkID"><Identity>${o.identity}</Identity><SharedSecret>${o.secret}</SharedSecret></Credential><UserAgent>Test buyer</UserAgent></Sender>
</Header>
<Request deploymentMode="${o.deploymentMode}"><PunchOutSetupRequest operation="${o.operation}"><BuyerCookie>${o.cookie}</BuyerCookie><Extrinsic name="UserEmail">${o.email}</Extrinsic>${o.extrinsics}<BrowserFormPost><URL>${o.returnUrl}</URL></BrowserFormPost>${o.inside}</PunchOutSetupRequest></Request>
</cXML>`
}

/** Posts to /cxml; the answer as text and decoded. */
export async function postCxml(hub: string, body: string | Uint8Array, contentType = 'text/xml; charset=UTF-8') {
  const res = await fetch(`${hub}/cxml`, {
    method: 'POST',
    headers: { 'Content-Type': contentType },
    body: body as RequestInit['body'],
  })
  const text = await res.text()
  const document = decode(new TextEncoder().encode(text))
  if (document.kind !== 'Response') throw new Error(`no Response: ${text}`)
  const startPage = document.content?.type === 'PunchOutSetupResponse' ? document.content.startPage.url : undefined
  return { http: res.status, text, status: document.status, startPage }
}

/** Opens an address as a browser without following redirects. */
export async function open(url: string, init: RequestInit = {}) {
  const res = await fetch(url, { redirect: 'manual', ...init })
  return { status: res.status, location: res.headers.get('location'), headers: res.headers, text: await res.text() }
}

export const storeAuthorization = `Basic ${Buffer.from('demo-store:demo-store-secret').toString('base64')}`
export const adminAuthorization = `Basic ${Buffer.from('demo-admin:demo-admin-secret').toString('base64')}`

/** Calls the JSON API. */
export async function api(
  hub: string,
  method: string,
  path: string,
  body?: unknown,
  authorization = storeAuthorization,
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, checked by the tests
): Promise<{ status: number; body: any }> {
  const headers: Record<string, string> = { Authorization: authorization }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const res = await fetch(`${hub}${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await res.text()
  return { status: res.status, body: text ? JSON.parse(text) : undefined }
}

/** From a setup request to the exchanged session. */
export async function punchIn(hub: string, options: SetupOptions = {}) {
  const setup = await postCxml(hub, setupRequest(options))
  if (!setup.startPage) throw new Error(`refused: ${setup.text}`)
  const start = await open(setup.startPage)
  const code = new URL(start.location ?? '').searchParams.get('code')
  const session = await api(hub, 'POST', '/api/v1/punchout/exchange', { code })
  if (session.status !== 200) throw new Error(`not exchanged: ${JSON.stringify(session.body)}`)
  return { setup, start, code, session: session.body }
}

export interface ReadForm {
  action: string
  method: string
  target: string | undefined
  fields: [string, string][]
}

/** The form of a return page, read strictly: attributes in double quotes, entities decoded. */
export function readForm(html: string): ReadForm {
  const form = /<form\b[^>]*>/i.exec(html)?.[0] ?? ''
  if (!form) throw new Error(`no form in: ${html.slice(0, 500)}`)
  const inputs = [...html.matchAll(/<input\b[^>]*type="hidden"[^>]*>/gi)].map(([tag]): [string, string] => [
    attribute(tag, 'name') ?? '',
    attribute(tag, 'value') ?? '',
  ])
  return {
    action: attribute(form, 'action') ?? '',
    method: (attribute(form, 'method') ?? 'get').toUpperCase(),
    target: attribute(form, 'target'),
    fields: inputs,
  }
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1]
  return value
    ?.replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(Number(n)))
    .replace(/&#x([0-9a-f]+);/gi, (_, n) => String.fromCodePoint(Number.parseInt(n, 16)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&')
}

/** Follows continueUrl as the buyer's browser and reads the cart as the buyer's system does. */
export async function takeBack(continueUrl: string) {
  const page = await open(continueUrl)
  const form = readForm(page.text)
  const document = readReturnForm(Object.fromEntries(form.fields))
  if (document.kind !== 'Message' || document.content?.type !== 'PunchOutOrderMessage')
    throw new Error('no PunchOutOrderMessage')
  return { page, form, document, order: document.content }
}

export const pens = {
  quantity: '2',
  supplierPartId: '00123',
  description: 'Ballpoint pens, blue, box of 50',
  unitPrice: { amount: '10.50', currency: 'EUR' },
  unitOfMeasure: 'BX',
  classifications: [{ domain: 'UNSPSC', code: '44121704' }],
}
