// The approver's pages in a real browser, without script, on a phone's width: nothing is cut off, and a decision is made by keyboard alone.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRequest } from '../../src/approvals/approval-store.ts'
import { openApproval } from '../../src/approvals/open-approval.ts'
import { demoIds } from '../../src/demo/credentials.ts'
import { findChromium, openBrowser } from '../support/browser.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { user } from './approval-site.ts'
import { callerOf } from './caller.ts'
import { above, addAccount, addMember, asking, facts, type Member, publish, stamp } from './company.ts'

const chromium = findChromium()
const sellerId = demoIds.seller
let test: TestHub
let browser: Awaited<ReturnType<typeof openBrowser>>
let page: Page
let boss: Member
let id: string
const { tokenOf } = callerOf(() => test, sellerId)

describe.skipIf(!chromium)('the approver’s pages', () => {
  beforeAll(async () => {
    test = await startTestHub({ demo: false })
    const { db } = test.hub
    const company = await addAccount(db, sellerId, 'Buyers Ltd', null)
    boss = await addMember(db, sellerId, company, 'approver')
    const buyer = await addMember(db, sellerId, company, 'buyer')
    await publish(db, sellerId, company, { rules: [above('100', user(boss))] })
    const [line] = facts('12345.6').lines
    const lines = [
      { ...line, supplierPartId: 'CHAIR_ERGONOMIC_BLACK_MESH_WITH_ARMRESTS_AND_HEADREST_AND_WHEELS' } as never,
    ]
    const ask = asking(sellerId, company, buyer, facts('12345.6', { lines, costCentre: 'FAC-310' }))
    id = (await db.transaction((trx) => openApproval(trx, ask, stamp()))).requestId
    browser = await openBrowser(chromium as string, { width: 390, height: 844, javaScript: false })
    const cookie = { name: 'hub_session', value: await tokenOf(boss), url: test.url }
    await browser.context.addCookies([cookie])
    page = await browser.context.newPage()
  })
  afterAll(async () => {
    await browser?.close()
    await test?.close()
  })

  const fits = async () => {
    const box = await page.locator('main').boundingBox()
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(390)
    for (const cell of await page.locator('td, h1, p').all())
      expect(((await cell.boundingBox())?.x ?? 0) + ((await cell.boundingBox())?.width ?? 0)).toBeLessThanOrEqual(390)
  }

  it('the inbox leads to a request that says amount, asker, cost centre and reason; a decision needs the keyboard only', async () => {
    await page.goto(`${test.url}/approvals`)
    await fits()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/approvals/${id}`)
    await fits()
    const text = await page.locator('main').innerText()
    for (const words of [
      '€12,345.60 · waits for a decision',
      'Asked for by',
      'Cost centre: FAC-310',
      'the net amount is above 100',
    ])
      expect(text).toContain(words)
    await page.getByLabel('Comment').focus()
    await page.keyboard.type('Fine.')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('Approve')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/approvals')
    expect((await findRequest(test.hub.db, id))?.state).toBe('approved')
    expect(await page.locator('h1').innerText()).toBe('Nothing waits for you')
    await page.goto(`${test.url}/approvals/${id}`)
    expect(await page.locator('main').innerText()).toMatch(/Person \d+ approved: “Fine\.”/)
  })

  it('a link that is no longer good says so, and where else it can be decided', async () => {
    const answer = await page.goto(`${test.url}/approvals/mail/nothing`)
    expect(answer?.status()).toBe(410)
    expect(await page.locator('h1').innerText()).toBe('This link is no longer good')
    expect(await page.getByRole('link').getAttribute('href')).toBe('/approvals')
  })
})
