// An order without an account, and many submits at once. Issue 4; design: accounts-approvals-budgets.md, edge case 1.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditLedger } from '../../src/budgets/audit-ledger.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { drafts, type Member, type PurchaseSite, startPurchaseSite, submit } from './purchase-site.ts'

let site: PurchaseSite
let buyer: Member
beforeAll(async () => {
  site = await startPurchaseSite('guests', false)
  buyer = await site.addMember('buyer')
})
afterAll(() => site?.close())

it('a guest’s order is held without a customer number for guests, and goes on with one', async () => {
  const order = (poNumber: string) =>
    site.admin('POST', '/guest-orders', {
      ...{
        contact: { name: 'Gus', email: 'gus@example.com' },
        shipTo: { name: 'Gus', city: 'Ede' },
        currency: 'EUR',
        poNumber,
      },
      lines: [{ supplierPartId: '00123', quantity: '1', description: 'pens', unit: 'BX', unitPrice: '12.00' }],
    })
  expect(await order('G1')).toMatchObject({ status: 201, body: { state: 'held', holds: [{ reason: 'no-customer' }] } })
  expect((await order('G1')).status).toBe(409)
  // No person may.
  expect((await buyer.call('POST', '/guest-orders', {})).status).toBe(403)
  const at = `/connections/${demoIds.erpConnection}`
  const { version } = (await site.admin('GET', at)).body
  const changed = await site.admin('PATCH', at, { version, guestCustomerNumber: '100042' })
  expect(changed).toMatchObject({ status: 200, body: { guestCustomerNumber: '100042' } })
  expect(await order('G2')).toMatchObject({ status: 201, body: { state: 'received', holds: [] } })
})

it('edge case 1: of 200 submits at once on a nearly empty budget only as many pass as there is money for', async () => {
  const budget = await site.addBudget('75')
  const ids = await drafts(site, buyer, 200)
  const answers = await Promise.all(ids.map((id) => submit(buyer, id)))
  expect(answers.filter((a) => a.status === 200)).toHaveLength(7)
  expect(answers.filter((a) => a.body.error?.code === 'over_budget')).toHaveLength(193)
  const period = await site.hub.hub.db('budget_periods').where({ budget_id: budget }).first('reserved')
  expect(Number(period.reserved)).toBe(70)
  expect(await auditLedger(site.hub.hub.db, demoIds.seller)).toEqual([])
}, 60_000)
