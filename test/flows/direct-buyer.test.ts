// A buyer without punchout, in a real browser, in the demo's shop: signs in, asks for a cart, the approver agrees, the ERP has the order once,
// and the budget has it beside what the same company's procurement system ordered (issue 4: one ledger).
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { demoPassword } from '../../src/demo/credentials.ts'
import { demoIds, seedPurchasing } from '../../src/demo/seed.ts'
import { findChromium, openBrowser } from '../support/browser.ts'
import { adminAuthorization } from '../support/buyer.ts'
import { until } from '../support/buyer-endpoint.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const chromium = findChromium()
const browserTest = describe.skipIf(chromium === null)
const erp = memoryErp({ name: 'direct-buyer' }, () => new Date())

const NOTHING = expect.stringMatching(/^0(\.0+)?$/)

let hub: TestHub
beforeAll(async () => {
  if (!chromium) return
  hub = await startTestHub({ jobs: true, erp: { name: 'direct-buyer' } })
  await seedPurchasing(hub.hub)
})
afterAll(() => hub?.close())

async function inBrowser(walk: (page: Page) => Promise<void>) {
  const { context, close } = await openBrowser(chromium ?? '')
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

async function signIn(page: Page, address: string, email: string): Promise<void> {
  await page.goto(`${hub.url}${address}`)
  await page.fill('#email', email)
  await page.fill('#password', demoPassword)
  await page.click('main button:has-text("Sign in")')
}

async function get(path: string) {
  const answer = await fetch(`${hub.url}/api/v1${path}`, { headers: { authorization: adminAuthorization } })
  return (await answer.json()) as { items: Row[] }
}

interface Row {
  id: string
  name: string
  spenderKind: string
  periods: object[]
}

const ledgerOf = async (name: string) => {
  const { items } = await get(`/budgets?accountId=${demoIds.account}`)
  const budget = items.find((b) => b.name === name)
  const entries = (await get(`/budget-entries?budgetId=${budget?.id}&limit=100`)).items
  return { period: budget?.periods[0], entries }
}

browserTest('a buyer without punchout', { timeout: 120_000 }, () => {
  it('asks for a cart over 500 euro; the approver agrees; the ERP has the order once; the budget has it as spent', async () => {
    let number = ''
    await inBrowser(async (page) => {
      await signIn(page, '/demo/store/sign-in', 'buyer@almere.example')
      await page.click('button:has-text("City of Almere")')
      await page.waitForSelector('aside:has-text("for City of Almere")')
      await page.goto(`${hub.url}/demo/store/products/DESK-SIT-STAND`)
      await page.fill('#quantity', '2')
      await page.click('button:has-text("Add to cart")')
      await page.selectOption('#costCentre', 'FAC-310')
      await page.selectOption('#project', 'RENO-2026')
      await page.selectOption('#shipTo', 'ALM-STADHUIS')
      await page.click('button:has-text("Ask for this order")')
      await page.waitForSelector('h2:has-text("Waits for Ada Approver")')
      expect(await page.textContent('#approval ~ p')).toMatch(/Over 500 euro.*it is 898\.00 EUR/)
      number = /RQ-\S+/.exec((await page.textContent('h1')) ?? '')?.[0] ?? ''
    })
    expect((await ledgerOf('Facilities')).period).toMatchObject({ reserved: '898.00', committed: NOTHING })

    await inBrowser(async (page) => {
      await signIn(page, '/sign-in?next=/approvals', 'approver@almere.example')
      await page.click(`a:has-text("${number}")`)
      await page.click('button:has-text("Approve")')
      await page.waitForSelector('h1:has-text("Nothing waits for you")')
    })

    await inBrowser(async (page) => {
      await signIn(page, '/demo/store/sign-in', 'buyer@almere.example')
      await page.click('button:has-text("City of Almere")')
      await page.goto(`${hub.url}/demo/store/requisitions`)
      await page.click(`a:has-text("${number}")`)
      await page.click('a:has-text("Follow the order")')
      await page.waitForSelector('h1:has-text("Order R-")')
      const own = /R-\d+-\d+/.exec((await page.textContent('h1')) ?? '')?.[0]
      await until('the order in the ERP', async () => {
        await page.reload()
        return /ERP number/.test((await page.textContent('main')) ?? '')
      })
      expect(erp.records('orders').filter((o) => o.purchaseOrderNumber === own)).toHaveLength(1)
      await page.goto(`${hub.url}/demo/store/budgets`)
      await page.waitForSelector('section:has-text("Facilities") svg[aria-label^="17.96 % spent"]')
    })
    expect((await ledgerOf('Facilities')).period).toMatchObject({ reserved: NOTHING, committed: '898.00' })
  })

  it('shares one budget with the punchout of the same company', async () => {
    const before = (await ledgerOf('City of Almere')).entries.length
    await inBrowser(async (page) => {
      await page.goto(`${hub.url}/demo/buyer`)
      await page.click('button:has-text("Punch out")')
      await page.click('.note :text("Open the catalogue")')
      await page.waitForSelector('.guest')
      await page.goto(`${page.url()}/products/00123`)
      await page.fill('#quantity', '12')
      await page.click('button:has-text("Add to cart")')
      await page.click('main button:has-text("Return cart to")')
      await page.click('button:has-text("Send the purchase order")')
      await page.waitForSelector('#order:has-text("PO-")')
    })
    const spenders = async () => (await ledgerOf('City of Almere')).entries.map((e) => e.spenderKind)
    await until('the purchase order in the ledger', async () => (await spenders()).length >= before + 2)
    expect(await spenders()).toEqual(expect.arrayContaining(['punchout', 'requisition', 'order']))
  })

  it('makes its demo data once, however often the hub starts', async () => {
    const count = async () =>
      Promise.all(
        ['budgets', 'approval_policies', 'cost_centres', 'ship_tos', 'projects', 'grants', 'roles'].map(async (table) =>
          Number((await hub.hub.db(table).count('* as n').first())?.n),
        ),
      )
    const first = await count()
    await seedPurchasing(hub.hub)
    expect(await count()).toEqual(first)
  })
})
