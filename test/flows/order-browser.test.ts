// What a person sees of orders, in a real browser: the buyer simulator orders its requisition, the seller's ERP does its work, and both sides
// follow it: confirmation, ship notice and invoice at the buyer's, history, tracking, invoices and the seller's desk in the storefront.
import type { Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { type BrowserOptions, findChromium, openBrowser } from '../support/browser.ts'
import { adminAuthorization, api } from '../support/buyer.ts'
import { until } from '../support/buyer-endpoint.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const chromium = findChromium()
const browserTest = describe.skipIf(chromium === null)
const erp = memoryErp({ name: 'order-browser' }, () => new Date())

let hub: TestHub
beforeAll(async () => {
  if (chromium) hub = await startTestHub({ jobs: true, erp: { name: 'order-browser' } })
})
afterAll(() => hub?.close())

/** A browser for one test; every breach of a Content-Security-Policy fails it. */
async function inBrowser(walk: (page: Page) => Promise<void>, options: BrowserOptions = {}) {
  const { context, close } = await openBrowser(chromium ?? '', options)
  context.setDefaultTimeout(30_000)
  const breaches: string[] = []
  context.on('console', (m) => {
    if (/content security policy|refused to/i.test(m.text())) breaches.push(m.text())
  })
  try {
    await walk(context.pages()[0] ?? (await context.newPage()))
    expect(breaches).toEqual([])
  } finally {
    await close()
  }
}

/** Punches out, fills a cart and brings it back. Ends on the requisition; returns the addresses of it and of the shop. */
async function shop(page: Page, products: [sku: string, quantity: string][] = [['00123', '12']]) {
  await page.goto(`${hub.url}/demo/buyer`)
  await page.click('button:has-text("Punch out")')
  await page.click('.note :text("Open the catalogue")')
  await page.waitForSelector('.guest')
  const store = page.url()
  for (const [sku, quantity] of products) {
    await page.goto(`${store}/products/${sku}`)
    await page.fill('#quantity', quantity)
    await page.click('button:has-text("Add to cart")')
    await page.waitForSelector('h1:has-text("Your cart")')
  }
  await page.click('main button:has-text("Return cart to")')
  await page.waitForSelector('h1:has-text("Requisition")')
  return { store, requisition: page.url() }
}

/** Sends the purchase order of the requisition shown, and returns its number. */
async function order(page: Page, tampering = 'none'): Promise<string> {
  await page.selectOption('#tampering', tampering)
  await page.click('button:has-text("Send the purchase order")')
  const number = /PO-\S+/.exec((await page.textContent('#order')) ?? '')?.[0]
  if (!number) throw new Error('the page names no purchase order')
  return number
}

/** The ERP's id of an order, once it has it. */
const inErp = (poNumber: string): Promise<string> =>
  until(`the ERP to have ${poNumber}`, async () => {
    const row = await hub.hub.db('orders').where({ po_number: poNumber }).first('erp_id')
    return row?.erp_id ?? undefined
  })

/** Has the hub read the ERP now. */
async function read(...streams: string[]) {
  const path = `/api/v1/connections/${demoIds.erpConnection}/sync`
  expect((await api(hub.url, 'POST', path, { streams }, adminAuthorization)).status).toBeLessThan(300)
}

/** Waits until the page, which looks again by itself, shows a document of the supplier's. */
const told = async (page: Page, kind: string) => (await page.waitForSelector(`[data-document="${kind}"]`)).textContent()

async function bytesOf(download: Download): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function downloaded(page: Page, selector: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(selector)])
  return { name: download.suggestedFilename(), bytes: await bytesOf(download) }
}

const steps = (page: Page) => page.locator('.steps .done b').allTextContents()

browserTest('an order, followed from both sides', () => {
  it('is confirmed, shipped and invoiced, and the storefront has tracking and invoice', async () => {
    await inBrowser(async (page) => {
      const { store, requisition } = await shop(page, [
        ['00123', '12'],
        ['TN-2420', '2'],
      ])
      await page.check('#attachment')
      const number = await order(page)
      expect(page.url()).toBe(requisition)
      expect(await page.textContent('main')).toContain('Order sent, with an attachment')
      const erpId = await inErp(number)

      // From here on nobody touches the page: it has to look again by itself.
      erp.confirm(erpId)
      await read('orders')
      expect(await told(page, 'Confirmation')).toMatch(/accepted, 2 lines, to arrive by \d{4}-\d\d-\d\d/)
      const shipment = erp.ship(erpId)
      const tracking = shipment.trackingNumbers[0] ?? 'none'
      await read('orders', 'shipments')
      expect(await told(page, 'Ship notice')).toContain(tracking)
      const invoice = erp.invoice(erpId)
      await read('orders', 'invoices', 'balances', 'creditLimits')
      // 12 x 9.90 + 2 x 64.95 and 21 %
      expect(await told(page, 'Invoice')).toContain(`${invoice.number}, 300.93 EUR to pay`)
      expect(await page.textContent('#order .badge')).toBe('invoiced')
      await page.click('[data-document=Invoice] >> text=Show')
      expect(await page.textContent('pre')).toContain(`invoiceID="${invoice.number}"`)

      await page.goto(requisition)
      await page.click('text=The order in the supplier’s storefront')
      await page.waitForSelector(`h1:has-text("${number}")`)
      expect(await steps(page)).toEqual(['Ordered', 'Accepted', 'Confirmed', 'Shipped', 'Invoiced'])
      expect(await page.locator('[data-field=tracking]').allTextContents()).toEqual([`${tracking} `])
      const quantities = page.locator('.lines tbody tr:first-child td')
      expect((await quantities.allTextContents()).slice(1)).toMatchObject([
        '12 BX',
        expect.stringMatching(/^12\d+ \w+ \d{4}$/),
        '12',
        '12',
        '€ 9.90',
        '€ 118.80',
      ])
      expect(await page.textContent('main')).toContain('delivery-instructions.txt')
      expect(await page.locator('.timeline li').allTextContents()).toEqual(
        expect.arrayContaining([
          expect.stringContaining('Order received, 2 lines.'),
          expect.stringContaining('Confirmed to the buyer’s system.'),
          expect.stringContaining(`Invoice ${invoice.number} sent to the buyer’s system.`),
        ]),
      )
      const pdf = await downloaded(page, `[aria-label="PDF of ${invoice.number}"]`)
      expect(pdf.name).toBe(`${invoice.number}.pdf`)
      expect(pdf.bytes.subarray(0, 5).toString()).toBe('%PDF-')
      const ubl = await downloaded(page, `[aria-label="E-invoice (UBL) of ${invoice.number}"]`)
      expect(ubl.name).toBe(`${invoice.number}.xml`)
      expect(ubl.bytes.toString()).toContain(`>${invoice.number}<`)

      // The buyer in the shop sees the same, and no desk.
      await page.goto(`${store}/orders`)
      await page.click(`tr:has-text("${number}") a`)
      await page.waitForSelector(`h1:has-text("${number}")`)
      expect(await page.textContent('main')).toContain(tracking)
      expect(await page.locator('text=Seller’s desk').count()).toBe(0)
      expect((await downloaded(page, 'text=PDF')).bytes.subarray(0, 5).toString()).toBe('%PDF-')

      await until('the credit to be known', async () => {
        await page.goto(`${store}/invoices`)
        return (await page.locator('.figures').count()) > 0 || undefined
      })
      expect(await page.textContent('.figures')).toContain('Limit€ 50,000.00')
      expect(await page.textContent('.figures')).toContain('Owed€ 300.93')
      expect(await page.textContent('tbody')).toContain(invoice.number)
      await page.click('.chips >> text=Overdue')
      await page.waitForSelector('text=Nothing is overdue.')
    })
  }, 120_000)

  it('with another price than the cart is held; the seller’s desk releases it, and it goes on', async () => {
    await inBrowser(async (page) => {
      const { store, requisition } = await shop(page)
      const number = await order(page, 'price')
      expect(await page.textContent('[role=status]')).toContain('No answer yet')

      await page.goto(`${store}/orders/number/${number}`)
      expect(await page.textContent('main')).toContain('We are looking at this order')
      expect(await page.locator('button:has-text("Release"), button:has-text("Reject")').count()).toBe(0)

      await page.goto(requisition)
      await page.click('text=Release it at the seller’s desk')
      await page.waitForSelector('#desk')
      expect(await steps(page)).toEqual(['Ordered'])
      const changed = page.locator('section:has(#differences) tbody td')
      expect((await changed.allTextContents()).slice(1)).toEqual(['price', '€ 9.90', '€ 8.91'])
      expect(erp.records('orders').some((o) => o.purchaseOrderNumber === number)).toBe(false)
      await page.fill('#note', 'Agreed by phone')
      await page.click('button:has-text("Release to the ERP")')
      await page.waitForSelector('.timeline >> text=Agreed by phone')

      erp.confirm(await inErp(number))
      await read('orders')
      await page.goto(requisition)
      expect(await told(page, 'Confirmation')).toContain('accepted')
      await page.click('text=The order in the supplier’s storefront')
      expect(await steps(page)).toContain('Confirmed')
      expect(await page.locator('button:has-text("Release")').count()).toBe(0)
    })
  }, 120_000)

  it('that is held can be rejected: the buyer is told, reads why, and orders anew under another number', async () => {
    await inBrowser(async (page) => {
      const { store, requisition } = await shop(page)
      const number = await order(page, 'price')
      await page.click('text=Release it at the seller’s desk')
      await page.fill('#reason', 'Our price is 9.90')
      await page.click('main button:has-text("Reject")')
      await page.waitForSelector('text=This order was rejected.')
      expect(await page.locator('#note, #reason').count()).toBe(0)

      await page.goto(requisition)
      expect(await told(page, 'Confirmation')).toContain('rejected')
      expect(await page.textContent('#order .badge')).toBe('rejected')
      await page.goto(`${store}/orders/number/${number}`)
      expect(await page.textContent('.note.bad')).toContain('Our price is 9.90')

      await page.goto(requisition)
      expect(await order(page)).toBe(`${number}-2`)
      await inErp(`${number}-2`)
    })
  }, 120_000)

  it('can be cancelled until goods have left; afterwards the refusal stands in words', async () => {
    await inBrowser(async (page) => {
      await shop(page)
      const first = await order(page)
      erp.confirm(await inErp(first))
      await read('orders')
      await told(page, 'Confirmation')
      await page.click('button:has-text("Cancel the order")')
      await page.waitForSelector('[data-document=Confirmation]:has-text("rejected")')
      expect(await page.textContent('#order .badge')).toBe('cancelled')

      const second = await order(page)
      const erpId = await inErp(second)
      erp.confirm(erpId)
      erp.ship(erpId)
      await read('orders', 'shipments')
      await told(page, 'Ship notice')
      await page.click('button:has-text("Cancel the order")')
      expect(await page.textContent('.note.bad')).toMatch(/Status 4\d\d .*goods have left/)
      // It stands as it was: a change can still be tried.
      await page.click('text=Change the order')
      await page.click('button:has-text("Send the change")')
      await page.waitForSelector('.note.bad >> nth=1')
    })
  }, 120_000)
})

browserTest('the order history', () => {
  it('has orders of every channel, pages, filters and searches them; other companies’ are not found', async () => {
    const entered = (n: number, more: Partial<Parameters<typeof erp.enterOrder>[0]> = {}) =>
      erp.enterOrder({
        customerNumber: '100042',
        purchaseOrderNumber: `TEL-${n}`,
        lines: [{ itemNumber: 'LED-12', quantity: '2' }],
        ...more,
      })
    for (let n = 1; n <= 21; n++) entered(n)
    entered(22, { channel: 'edi', lines: [{ itemNumber: 'CLN-5L', quantity: '1' }] })
    const foreign = entered(99, { customerNumber: '100077', purchaseOrderNumber: 'GENT-1' })
    await read('orders')
    const ours = () => hub.hub.db('orders').where('po_number', 'like', 'TEL-%')
    await until('the hub to have read them', async () => (await ours()).length === 22 || undefined)
    const [other] = await hub.hub.db('orders').where({ erp_id: foreign.erpId })

    await inBrowser(async (page) => {
      const rows = page.locator('tbody tr')
      await page.goto(`${hub.url}/demo/store/orders?channel=phone`)
      expect(await rows.count()).toBe(20)
      expect(new Set(await page.locator('tbody td:nth-child(2)').allTextContents())).toEqual(new Set(['phone']))
      await page.click('text=Older')
      await page.waitForSelector('text=Newest')
      expect(await rows.count()).toBe(1)
      expect(await page.locator('text=Older').count()).toBe(0)

      await page.goto(`${hub.url}/demo/store/orders`)
      await page.fill('#q', 'cleaner')
      await page.click('button:has-text("Search")')
      await page.waitForSelector('tr:has-text("TEL-22")')
      expect(await rows.count()).toBe(1)
      expect(await rows.textContent()).toContain('EDI')
      await page.selectOption('#state', 'shipped')
      await page.click('button:has-text("Search")')
      await page.waitForSelector('text=No order matches')

      await page.goto(`${hub.url}/demo/store/orders?q=GENT`)
      await page.waitForSelector('text=No order matches')
      for (const path of [`orders/${other.id}`, 'orders/number/GENT-1', 'orders/1', `invoices/${other.id}/pdf`]) {
        const answer = await page.goto(`${hub.url}/demo/store/${path}`)
        expect([path, answer?.status()]).toEqual([path, 404])
      }
    })
  }, 120_000)

  it('works in an iframe whose cookies are kept apart, invoices too', async () => {
    const ordered = erp.enterOrder({
      customerNumber: '100042',
      purchaseOrderNumber: 'TEL-100',
      lines: [{ itemNumber: 'LED-12', quantity: '1' }],
    })
    erp.ship(ordered.erpId)
    erp.invoice(ordered.erpId)
    await read('orders', 'shipments', 'invoices')
    await until('the order to have its invoice', async () => {
      const find = (path: string) => api(hub.url, 'GET', `/api/v1/${path}`, undefined, adminAuthorization)
      const [known] = (await find('orders?poNumber=TEL-100')).body.items
      return known && (await find(`invoices?orderId=${known.id}`)).body.items[0]
    })
    await inBrowser(
      async (page) => {
        await page.goto(`${hub.url}/demo/buyer`)
        await page.check('#frame-iframe')
        await page.click('button:has-text("Punch out")')
        const frame = await (await page.waitForSelector('iframe[name=catalogue]')).contentFrame()
        await frame?.click('nav >> text=Orders')
        await frame?.fill('#q', 'TEL-100')
        await frame?.click('button:has-text("Search")')
        await frame?.click('tr:has-text("TEL-100") a')
        await frame?.waitForSelector('h1:has-text("TEL-100")')
        const [download] = await Promise.all([page.waitForEvent('download'), frame?.click('text=PDF')])
        expect((await bytesOf(download)).subarray(0, 5).toString()).toBe('%PDF-')
      },
      { cookies: 'own' },
    )
  }, 120_000)

  it('says what to do where there is none yet', async () => {
    const fresh = await startTestHub()
    try {
      await inBrowser(async (page) => {
        await page.goto(`${fresh.url}/demo/store/orders`)
        expect(await page.textContent('main')).toContain('No orders yet')
        await page.click('.note >> text=Punch out with the buyer simulator')
        await page.waitForURL(/\/demo\/buyer$/)
        await page.goto(`${fresh.url}/demo/store/invoices`)
        expect(await page.textContent('main')).toContain('No invoices yet')
        // No job runs here: the ERP was never read, and the page does not pretend otherwise.
        expect(await page.textContent('.credit')).toContain('not said anything')
        expect(await page.textContent('main')).toContain('was not read yet')
      })
    } finally {
      await fresh.close()
    }
  })
})
