// The whole way in a real browser: buyer simulator -> hub -> demo storefront -> hub -> buyer simulator, in a tab and in an
// iframe on another site. What is asserted is what the buyer's system received.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, Frame, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PunchOutOrderMessage } from '../../protocols/cxml/punchout-order-message.ts'
import { readReturnForm } from '../../protocols/cxml/return-form.ts'
import { decodeForm } from '../../protocols/oci/form-fields.ts'
import { parseItems } from '../../protocols/oci/items.ts'
import { type BrowserOptions, findChromium, openBrowser } from '../support/browser.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const chromium = findChromium()
const browserTest = describe.skipIf(chromium === null)

let hub: TestHub
beforeAll(async () => {
  if (chromium) hub = await startTestHub()
})
afterAll(() => hub?.close())

interface Choices {
  system?: 'cxml' | 'oci'
  frame?: 'tab' | 'iframe'
  email?: string
  selects?: Record<string, string>
  texts?: Record<string, string>
}

/** Fills the simulator's form and sends it. Ends on the page before the catalogue, or in the frame's page. */
async function leave(page: Page, choices: Choices = {}): Promise<void> {
  const { system = 'cxml', frame = 'tab', email, selects = {}, texts = {} } = choices
  await page.goto(`${hub.url}/demo/buyer`)
  await page.check(`#system-${system}`)
  await page.check(`#frame-${frame}`)
  if (email) await page.fill('#email', email)
  for (const [name, value] of Object.entries(selects)) await page.selectOption(`#${name}`, value)
  for (const [name, value] of Object.entries(texts)) await page.fill(`#${name}`, value)
  await page.click('button:has-text("Punch out")')
}

const openCatalogue = (page: Page) => page.click('.note :text("Open the catalogue")')

async function shopFrame(page: Page): Promise<Frame> {
  const element = await page.waitForSelector('iframe[name=catalogue]')
  const frame = await element.contentFrame()
  if (!frame) throw new Error('the iframe has no frame')
  await frame.waitForSelector('text=Welcome')
  return frame
}

/** Puts a product into the cart; `shop` is the tab or the frame the shop is in. */
async function add(shop: Page | Frame, sku: string, quantity = '1', option?: string): Promise<void> {
  await shop.click('nav >> text=Catalogue')
  await shop.click(`li:has(.small:text-is("${sku}")) >> text=Details`)
  await shop.fill('#quantity', quantity)
  if (option) await shop.selectOption('#option', option)
  await shop.click('button:has-text("Add to cart")')
  await shop.waitForSelector('h1:has-text("Your cart")')
}

/** Clicks what sends the cart back, past the warnings, and gives what the browser posted to the buyer's system. */
async function giveBack(page: Page, shop: Page | Frame = page, button = 'Return cart to'): Promise<Request> {
  const posted = page.waitForRequest((r) => r.url().includes('/demo/buyer/return/'))
  await shop.click(`main button:has-text("${button}"), aside button:has-text("${button}")`)
  const review = shop.waitForSelector('h1:has-text("Before your cart leaves")', { timeout: 15_000 }).then(
    () => 'review' as const,
    () => 'gone' as const,
  )
  if ((await Promise.race([posted.then(() => 'posted' as const), review])) === 'review')
    await shop.click('button:has-text("Return cart to")')
  return posted
}

const fieldsOf = (request: Request) => decodeForm(request.postDataBuffer() ?? Buffer.alloc(0))

function message(request: Request) {
  const document = readReturnForm(Object.fromEntries(fieldsOf(request)))
  if (document.kind !== 'Message') throw new Error('no message')
  return { status: document.status?.code, ...(document.content as PunchOutOrderMessage) }
}

const partsOf = (request: Request) => message(request).items.map((i) => [i.itemID.supplierPartID, i.quantity])
const auxOf = (request: Request, part: string) =>
  message(request).items.find((i) => i.itemID.supplierPartID === part)?.itemID.supplierPartAuxiliaryID

/** A browser for one test; every breach of a Content-Security-Policy fails it. */
async function inBrowser(options: BrowserOptions, walk: (page: Page, context: BrowserContext) => Promise<void>) {
  const { context, close } = await openBrowser(chromium ?? '', options)
  const breaches: string[] = []
  context.on('console', (m) => {
    if (/content security policy|refused to/i.test(m.text())) breaches.push(m.text())
  })
  try {
    await walk(context.pages()[0] ?? (await context.newPage()), context)
    expect(breaches).toEqual([])
  } finally {
    await close()
  }
}

browserTest('cXML in a tab', () => {
  it('create, edit, inspect and cancel: what the buyer’s system gets', async () => {
    await inBrowser({}, async (page) => {
      await leave(page)
      await openCatalogue(page)
      expect(await page.textContent('.guest')).toContain('Welcome, Jane of City of Almere')
      await add(page, '00123', '12')
      await add(page, 'DESK-SIT-STAND', '1', 'oak-160')
      await add(page, 'SET-WORKPLACE', '2')
      const created = await giveBack(page)
      expect(partsOf(created)).toEqual([
        ['00123', '12'],
        ['DESK-SIT-STAND', '1'],
        ['SET-WORKPLACE', '2'],
        ['CHAIR-210', '2'],
        ['LED-12', '2'],
        ['000815', '4'],
      ])
      const cart = message(created)
      expect(cart.items[0]?.itemDetail.unitPrice.money).toMatchObject({ amount: '9.90', currency: 'EUR' })
      expect(cart.items[1]?.itemDetail.unitPrice.money.amount).toBe('511.50')
      expect(cart.items.map((i) => [i.itemType, i.parentLineNumber])).toEqual([
        [undefined, undefined],
        [undefined, undefined],
        ['composite', undefined],
        ['item', '3'],
        ['item', '3'],
        ['item', '3'],
      ])
      // 12 x 9.90 + 511.50 + 2 x 265.00, without tax
      expect(cart.header.total.money.amount).toBe('1160.30')
      expect(auxOf(created, 'DESK-SIT-STAND')).toMatch(/^oak-160\./)
      await page.waitForSelector('h1:has-text("Requisition")')
      expect(await page.textContent('tfoot')).toContain('1160.30 EUR')
      const requisition = page.url()

      await page.click('button:has-text("Edit")')
      await openCatalogue(page)
      await page.waitForSelector('h1:has-text("Your cart")')
      expect(await page.textContent('table')).toContain('oak, 160 cm')
      await page.fill('tr:has-text("00123") input[name=quantity]', '3')
      await page.click('tr:has-text("00123") >> text=Update')
      await page.click('tr:has-text("SET-WORKPLACE") >> text=Remove')
      await add(page, '0047')
      const edited = await giveBack(page)
      expect(partsOf(edited)).toEqual([
        ['00123', '3'],
        ['DESK-SIT-STAND', '1'],
        ['0047', '1'],
      ])
      expect(auxOf(edited, '00123')).toBe(auxOf(created, '00123'))
      expect(auxOf(edited, 'DESK-SIT-STAND')).toBe(auxOf(created, 'DESK-SIT-STAND'))
      expect(message(edited).buyerCookie).not.toBe(cart.buyerCookie)
      await page.waitForURL(requisition)

      await page.click('button:has-text("Inspect")')
      await openCatalogue(page)
      await page.waitForSelector('h1:has-text("The requisition")')
      expect(await page.locator('main button').count()).toBe(0)
      const looked = await giveBack(page, page, 'Back to')
      expect(message(looked)).toMatchObject({ status: '204', items: [] })
      await page.waitForURL(requisition)
      expect(await page.locator('tbody tr').count()).toBe(3)

      await page.click('button:has-text("Edit")')
      await openCatalogue(page)
      await page.click('tr:has-text("0047") >> text=Remove')
      const cancelled = await giveBack(page, page, 'Leave without buying')
      expect(message(cancelled)).toMatchObject({ status: '204', items: [] })
      await page.waitForURL(requisition)
      expect(await page.textContent('main')).toContain('The requisition is as it was')
      expect(await page.locator('tbody tr').count()).toBe(3)

      // The first version holds a bundle that a later cart dropped: its AuxIDs are stale.
      await page.click('text=Copy version 1')
      await page.click('button:has-text("Edit")')
      await openCatalogue(page)
      expect(await page.textContent('tr:has-text("SET-WORKPLACE")')).toContain('from an older cart')
      expect(await page.textContent('tr:has-text("DESK-SIT-STAND")')).not.toContain('from an older cart')
    })
  })

  it('an edited cart that is empty keeps the requisition, unless the buyer says it is meant', async () => {
    await inBrowser({}, async (page) => {
      await leave(page, { texts: { productId: '000815' } })
      await openCatalogue(page)
      await page.waitForSelector('h1:has-text("Document tray")')
      await page.click('button:has-text("Add to cart")')
      await giveBack(page)
      await page.waitForSelector('h1:has-text("Requisition")')
      for (const [answer, status, rows] of [
        ['Leave it as it is', '204', 1],
        ['Remove all lines', undefined, 0],
      ] as const) {
        await page.click('button:has-text("Edit")')
        await openCatalogue(page)
        await page.click('main button:has-text("Remove")')
        await page.click('button:has-text("Return cart to")')
        const posted = page.waitForRequest((r) => r.url().includes('/demo/buyer/return/'))
        await page.click(`button:has-text("${answer}")`)
        expect(message(await posted)).toMatchObject({ status, items: [] })
        await page.waitForSelector('h1:has-text("Requisition")')
        expect(await page.locator('tbody tr').count()).toBe(rows)
      }
    })
  })

  it('warns before the cart leaves of what Ariba would cut', async () => {
    await inBrowser({}, async (page) => {
      await leave(page)
      await openCatalogue(page)
      await add(page, 'KBD-ERGO-NL-2026')
      await page.click('button:has-text("Return cart to")')
      expect(await page.textContent('main')).toMatch(/shortened\s+Line 1, KBD-ERGO-NL-2026: description has \d+ bytes/)
      const returned = await giveBack(page)
      const text = message(returned).items[0]?.itemDetail.descriptions[0]?.text ?? ''
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(255)
    })
  })

  it('refuses a user no rule knows, in words, and opens nothing', async () => {
    await inBrowser({}, async (page) => {
      await leave(page, { email: 'someone@elsewhere.example' })
      expect(await page.textContent('[role=alert]')).toContain('Status 403')
      expect(await page.locator('text=Open the catalogue').count()).toBe(0)
      expect(await page.textContent('main')).not.toContain('demo-secret')
    })
  })

  it('keeps cart and session when the StartPage is loaded again, and refuses it to another browser', async () => {
    await inBrowser({}, async (page) => {
      await leave(page)
      const startPage = await page.getAttribute('.note a', 'href')
      await openCatalogue(page)
      await add(page, '00200', '40')
      await page.goto(startPage ?? '')
      await page.click('nav >> text=Cart (1)')
      expect(await page.inputValue('input[name=quantity]')).toBe('40')
      await inBrowser({}, async (stranger) => {
        await stranger.goto(startPage ?? '')
        expect(await stranger.textContent('main')).toContain('was used already')
        await stranger.goto(page.url())
        expect(await stranger.textContent('main')).toContain('Your visit has ended')
      })
    })
  })

  it('does not mix two punchouts of one browser', async () => {
    await inBrowser({}, async (first, context) => {
      const second = await context.newPage()
      await leave(first)
      await leave(second, { email: 'piet@almere.example' })
      await openCatalogue(first)
      await openCatalogue(second)
      await add(first, '00123', '1')
      await add(second, '000815', '5')
      await add(first, 'LED-12', '2')
      expect(await second.textContent('.guest')).toContain('Piet')
      const returnedSecond = await giveBack(second)
      const returnedFirst = await giveBack(first)
      expect(partsOf(returnedFirst)).toEqual([
        ['00123', '1'],
        ['LED-12', '2'],
      ])
      expect(partsOf(returnedSecond)).toEqual([['000815', '5']])
      await second.waitForSelector('h1:has-text("Requisition")')
      expect(await second.textContent('main')).toContain('piet@almere.example')
      expect(await second.locator('tbody tr').count()).toBe(1)
    })
  })

  it('works without JavaScript: the return form has a button', async () => {
    await inBrowser({ javaScript: false }, async (page) => {
      await leave(page)
      await openCatalogue(page)
      await add(page, '00123', '2')
      await page.click('button:has-text("Return cart to")')
      await page.waitForURL(/\/punchout\/return\//)
      const posted = page.waitForRequest((r) => r.url().includes('/demo/buyer/return/'))
      await page.click('button:has-text("Continue")')
      expect(partsOf(await posted)).toEqual([['00123', '2']])
      await page.waitForSelector('h1:has-text("Requisition")')
    })
  })
})

browserTest('OCI in a tab', () => {
  const items = (request: Request) => parseItems(fieldsOf(request))

  it('create by POST and by GET: leading zeros, three decimals and HOOK_URL’s own parameters arrive', async () => {
    await inBrowser({}, async (page) => {
      for (const method of ['POST', 'GET']) {
        await leave(page, { system: 'oci', selects: { method } })
        await openCatalogue(page)
        await add(page, '00123', '4')
        await add(page, 'SRV-ASSEMBLY', '1.5')
        const returned = await giveBack(page)
        expect(items(returned)).toMatchObject([
          {
            vendorMat: '00123',
            extProductId: '00123',
            quantity: '4',
            unit: 'BX',
            price: '10.500',
            currency: 'EUR',
            priceUnit: '1',
          },
          { vendorMat: 'SRV-ASSEMBLY', quantity: '1.5', unit: 'HUR', service: 'X' },
        ])
        expect(returned.url()).toContain('sap-client=100')
        await page.waitForSelector('h1:has-text("Requisition")')
        expect(await page.textContent('tbody tr')).toContain('00123')
      }
    })
  })

  it('says before the cart leaves what an old character set loses', async () => {
    await inBrowser({}, async (page) => {
      await leave(page, { system: 'oci', selects: { charset: 'iso-8859-1' } })
      await openCatalogue(page)
      await add(page, 'CAFÉ-03', '0.5')
      await page.click('button:has-text("Return cart to")')
      expect(await page.textContent('main')).toMatch(/CAFÉ-03: description/)
    })
  })

  it('DETAIL opens the product, SOURCING the search', async () => {
    await inBrowser({}, async (page) => {
      await leave(page, {
        system: 'oci',
        selects: { function: 'DETAIL' },
        texts: { productId: '00200', quantity: '40' },
      })
      await openCatalogue(page)
      await page.waitForSelector('h1:has-text("Copy paper")')
      expect(await page.inputValue('#quantity')).toBe('40')
      await leave(page, { system: 'oci', selects: { function: 'SOURCING' }, texts: { searchString: 'toner' } })
      await openCatalogue(page)
      await page.waitForSelector('text=1 of 15')
      expect(await page.textContent('.products')).toContain('TN-2420')
    })
  })

  it('VALIDATE comes back at once with the price for that quantity, or says that there is no such product', async () => {
    await inBrowser({}, async (page) => {
      await leave(page, {
        system: 'oci',
        selects: { function: 'VALIDATE' },
        texts: { productId: '00123', quantity: '10' },
      })
      const posted = page.waitForRequest((r) => r.url().includes('/demo/buyer/return/'))
      await openCatalogue(page)
      expect(items(await posted)).toMatchObject([{ vendorMat: '00123', quantity: '10', price: '9.900' }])
      await page.waitForSelector('h1:has-text("Requisition")')

      await leave(page, {
        system: 'oci',
        selects: { function: 'VALIDATE' },
        texts: { productId: '123', quantity: '10' },
      })
      await openCatalogue(page)
      await page.waitForSelector('text=no such product')
    })
  })

  it('QUANTITYCHECK says what there is; BACKGROUND_SEARCH is read by the buyer’s server', async () => {
    await inBrowser({}, async (page) => {
      await leave(page, {
        system: 'oci',
        selects: { function: 'QUANTITYCHECK' },
        texts: { productId: '00123', quantity: '9000' },
      })
      const posted = page.waitForRequest((r) => r.url().includes('/demo/buyer/return/'))
      await openCatalogue(page)
      expect(items(await posted)).toMatchObject([{ vendorMat: '00123', quantity: '480' }])
      await page.waitForSelector('h1:has-text("Requisition")')

      await leave(page, {
        system: 'oci',
        selects: { function: 'BACKGROUND_SEARCH' },
        texts: { searchString: 'Ordelijk' },
      })
      await page.click('text=To requisition')
      expect(await page.locator('[data-field=sku]').allTextContents()).toEqual(['000815', 'STPL-26-6'])
    })
  })

  it('leaving without a cart brings an empty form', async () => {
    await inBrowser({}, async (page) => {
      await leave(page, { system: 'oci' })
      await openCatalogue(page)
      await add(page, '00123')
      const left = await giveBack(page, page, 'Leave without buying')
      expect(items(left)).toEqual([])
      await page.waitForSelector('text=The punchout was cancelled')
    })
  })
})

browserTest('in an iframe on another site', () => {
  for (const [cookies, title] of [
    ['all', 'with all cookies'],
    ['own', 'with third-party cookies blocked'],
    ['none', 'with no cookies at all'],
  ] as const) {
    it(`cXML: create and edit, ${title}`, async () => {
      await inBrowser({ cookies }, async (page, context) => {
        await leave(page, { frame: 'iframe' })
        const shop = await shopFrame(page)
        expect(new URL(page.url()).hostname).toBe('localhost')
        expect(new URL(shop.url()).hostname).toBe('127.0.0.1')
        await add(shop, '00123', '2')
        const created = await giveBack(page, shop)
        expect(partsOf(created)).toEqual([['00123', '2']])
        await shop.click('text=To requisition')
        await page.waitForSelector('h1:has-text("Requisition")')

        await page.click('button:has-text("Edit")')
        const again = await shopFrame(page)
        await again.fill('input[name=quantity]', '7')
        await again.click('text=Update')
        await add(again, 'LED-12')
        const edited = await giveBack(page, again)
        expect(partsOf(edited)).toEqual([
          ['00123', '7'],
          ['LED-12', '1'],
        ])
        expect(auxOf(edited, '00123')).toBe(auxOf(created, '00123'))
        expect((await context.cookies()).length > 0).toBe(cookies !== 'none')
      })
    })

    it(`OCI: create and cancel, ${title}; the cart leaves the frame`, async () => {
      await inBrowser({ cookies }, async (page) => {
        await leave(page, { system: 'oci', frame: 'iframe' })
        const shop = await shopFrame(page)
        await add(shop, '00123', '2')
        const created = await giveBack(page, shop)
        expect(parseItems(fieldsOf(created))).toMatchObject([{ vendorMat: '00123', quantity: '2' }])
        await page.waitForURL(/\/demo\/buyer\/requisitions\/[^/]+$/)

        await leave(page, { system: 'oci', frame: 'iframe' })
        await giveBack(page, await shopFrame(page), 'Leave without buying')
        await page.waitForSelector('text=The punchout was cancelled')
      })
    })
  }

  it('these three browsers are what they say', async () => {
    const stranger = await strangersPage()
    const kept: string[] = []
    for (const cookies of ['all', 'own', 'none'] as const) {
      const { context, close } = await openBrowser(chromium ?? '', { cookies })
      const page = context.pages()[0] as Page
      stranger.body = `<iframe name="inner" src="${stranger.url}set"></iframe>`
      await page.goto(stranger.url.replace('127.0.0.1', 'localhost'))
      const inner = page.frame({ name: 'inner' })
      await inner?.waitForURL(/\/kept$/)
      kept.push((await inner?.textContent('body')) ?? '')
      await close()
    }
    await stranger.close()
    expect(kept).toEqual(['plain=1; apart=1', 'apart=1', ''])
  })

  it('a reload of the procurement system’s page brings shop and cart back', async () => {
    await inBrowser({ cookies: 'own' }, async (page) => {
      await leave(page, { frame: 'iframe' })
      await add(await shopFrame(page), '00123', '2')
      await page.reload()
      const shop = await shopFrame(page)
      await shop.waitForSelector('text=Cart (1)')
    })
  })

  it('a page that is none of the partner’s can not frame the StartPage or the shop', async () => {
    const stranger = await strangersPage()
    const { context, close } = await openBrowser(chromium ?? '')
    try {
      const page = context.pages()[0] as Page
      await leave(page)
      const startPage = await page.getAttribute('.note a', 'href')
      await openCatalogue(page)
      for (const address of [page.url(), startPage]) {
        stranger.body = `<iframe name="catalogue" src="${address}"></iframe>`
        const refused = page.waitForEvent('console', (m) => m.text().includes('frame-ancestors'))
        await page.goto(stranger.url)
        expect((await refused).text()).toContain('Content Security Policy')
        // The frame of the error page may have lost its name.
        const shown = await Promise.all(page.frames().map((frame) => frame.locator('body').textContent()))
        expect(shown).toHaveLength(2)
        expect(shown.join()).not.toContain('Demo Office')
      }
    } finally {
      await close()
      await stranger.close()
    }
  })
})

/** A page on another port, so another origin: not the partner's. `/set` tries cookies and shows which were kept. */
async function strangersPage(): Promise<{ url: string; body: string; close(): Promise<unknown> }> {
  const server = createServer((req, res) => {
    res.setHeader('Content-Type', 'text/html')
    // A third party's cookies: one plain, one kept apart for the page around it.
    const cookies = ['', ' Partitioned;'].map(
      (part, i) => `${i ? 'apart' : 'plain'}=1; SameSite=None; Secure;${part} Path=/`,
    )
    if (req.url === '/set') res.writeHead(303, { Location: '/kept', 'Set-Cookie': cookies }).end()
    else res.end(req.url === '/kept' ? req.headers.cookie : page.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const page = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    body: '',
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
  return page
}

describe('the storefront’s item look-up', () => {
  it('answers nobody but the hub', async () => {
    if (!hub) hub = await startTestHub()
    const ask = (token: string | null) =>
      fetch(`${hub.url}/demo/store/items`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ function: 'VALIDATE', productId: '00123', quantity: '1', searchString: null }),
      })
    expect((await ask(null)).status).toBe(401)
    expect((await ask('a.b.c')).status).toBe(401)
    const at = new Date()
    expect((await ask(await hub.hub.tokens.sign({ sub: 'x' }, 'another-store', 60, at))).status).toBe(401)
    expect((await ask(await hub.hub.tokens.sign({ sub: 'x' }, 'demo-store', 60, at))).status).toBe(200)
  })
})
