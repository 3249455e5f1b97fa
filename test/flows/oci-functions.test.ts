// OCI functions that show no shop: the hub asks the storefront's item look-up (here the demo storefront's) and answers by itself.
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import { open, readForm } from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub?.close())

const call = (params: Record<string, string>) =>
  open(`${hub.url}/oci/almere-sap`, {
    method: 'POST',
    body: new URLSearchParams({
      HOOK_URL: 'https://buyer.example/hook',
      USERNAME: 'demo',
      PASSWORD: 'demo-secret',
      ...params,
    }),
  })

describe('VALIDATE', () => {
  it('posts the product with its price for that quantity back by itself', async () => {
    const page = await call({ FUNCTION: 'VALIDATE', PRODUCTID: '00123', QUANTITY: '3' })
    expect(page.status).toBe(200)
    const fields = Object.fromEntries(readForm(page.text).fields)
    expect(fields).toMatchObject({
      'NEW_ITEM-EXT_PRODUCT_ID[1]': '00123',
      'NEW_ITEM-QUANTITY[1]': '3',
      'NEW_ITEM-CURRENCY[1]': 'EUR',
    })
    expect(page.text).toContain('<script')
  })

  it('answers an unknown product with a page without any form', async () => {
    const page = await call({ FUNCTION: 'VALIDATE', PRODUCTID: 'no-such-product', QUANTITY: '1' })
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('<form')
    expect(page.text).toContain('no such product')
  })
})

describe('BACKGROUND_SEARCH', () => {
  it('keeps the form for the buyer’s server to read and never submits it', async () => {
    const page = await call({ FUNCTION: 'BACKGROUND_SEARCH', SEARCHSTRING: 'pen' })
    const items = readForm(page.text).fields.filter(([name]) => name.startsWith('NEW_ITEM-EXT_PRODUCT_ID'))
    expect(items.length).toBeGreaterThan(0)
    expect(page.text).not.toContain('<script')
  })
})

describe('QUANTITYCHECK', () => {
  it('says what is available', async () => {
    const page = await call({ FUNCTION: 'QUANTITYCHECK', PRODUCTID: '00123', QUANTITY: '1' })
    const fields = Object.fromEntries(readForm(page.text).fields)
    expect(Number(fields['NEW_ITEM-QUANTITY[1]'])).toBeGreaterThan(0)
  })
})

describe('DETAIL and SOURCING', () => {
  it.each([
    ['DETAIL', { PRODUCTID: '00123' }],
    ['SOURCING', { SEARCHSTRING: 'pen' }],
  ])('%s opens the storefront', async (name, params) => {
    const page = await call({ FUNCTION: name, ...params })
    expect(page.status).toBe(303)
    expect(page.location).toContain('/demo/store/punchout?code=')
  })
})

describe('a look-up that fails', () => {
  const answers: Record<string, (server: Server) => void> = {
    'an error': (s) => s.on('request', (_req, res) => res.writeHead(500).end('no')),
    'no JSON': (s) => s.on('request', (_req, res) => res.end('<html>')),
    'a wrong shape': (s) => s.on('request', (_req, res) => res.end('{"items": [{"price": 1}]}')),
    'a redirect': (s) => s.on('request', (_req, res) => res.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end()),
    'a hang-up': (s) => s.on('request', (req) => req.socket.destroy()),
  }
  it.each(Object.keys(answers))('by %s is a page that says to try again, and the session stays open', async (name) => {
    const server = createServer()
    answers[name]?.(server)
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    )
    const store = hub.hub.db('storefronts').where({ id: demoIds.storefront })
    const { item_lookup_url: before } = await store.clone().first('item_lookup_url')
    await store.clone().update({ item_lookup_url: `http://127.0.0.1:${port}/items` })
    const page = await call({ FUNCTION: 'VALIDATE', PRODUCTID: '00123', QUANTITY: '1' })
    await store.clone().update({ item_lookup_url: before })
    server.close()
    expect(page.status).toBe(502)
    expect(page.text).toContain('item look-up')
    expect(page.text).not.toContain('<form')
  })
})
