// Edge case 3 of the design for real: a worker killed with -9 between the ERP's yes and our commit, and the yes said twice.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditLedger } from '../../src/budgets/audit-ledger.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { lockOrder } from '../../src/orders/order-store.ts'
import { recordReceipt } from '../../src/orders/record-push.ts'
import type { WorkerDeath } from '../support/fault-program.ts'
import { type FaultSite, openFaultSite, orderIs } from '../support/fault-site.ts'
import { type Company, draft, foundCompany, type Member, submit } from './purchase-site.ts'

let site: FaultSite
let company: Company
let buyer: Member
let budgetId: string

beforeAll(async () => {
  site = await openFaultSite()
  company = await foundCompany(site)
  buyer = await company.addMember('buyer')
  budgetId = await company.addBudget('1000')
  await site.startHub()
}, 60_000)
afterAll(() => site?.close())

const entriesOf = (orderId: string, kind: string) =>
  site
    .db('budget_entries as e')
    .join('budget_periods as p', 'p.id', 'e.period_id')
    .where({ 'e.spender_id': orderId, 'e.kind': kind, 'p.budget_id': budgetId })
    .select('e.id')

it('edge case 3: a crash between the ERP’s acceptance and our commit, and the answer twice, is one order and one commit', async () => {
  const orders: string[] = []
  for (const point of ['after the push', 'receipt written'] satisfies WorkerDeath[]) {
    const victim = await site.startWorker(point)
    const { body } = await submit(buyer, await draft(buyer, '2'))
    expect(body).toMatchObject({ state: 'ordered' })
    orders.push(body.orderId)
    await victim.ended
    expect(victim.process.signalCode).toBe('SIGKILL')
    // The ERP has it, and nothing was committed.
    const once = await site.db('orders').where({ id: body.orderId }).first('once_key', 'erp_id')
    expect([site.erp.countByOnceKey(once.once_key), once.erp_id]).toEqual([1, null])
    expect(await entriesOf(body.orderId, 'commit')).toEqual([])
  }
  await site.startWorker()
  for (const id of orders) {
    const { po_number } = await site.db('orders').where({ id }).first('po_number')
    const row = await orderIs(site.db, po_number, 'accepted', 60)
    expect(site.erp.countByOnceKey(row.once_key)).toBe(1)
    // The same answer once more, late.
    const receipt = {
      erpId: row.erp_id,
      number: row.erp_number,
      state: row.erp_state,
      created: false,
      netAmount: '20.00',
    }
    await site.db.transaction(async (trx) => {
      const order = await lockOrder(trx, id)
      if (order) await recordReceipt(trx, order, { ...receipt, notes: [] }, 1, { at: new Date(), newId: randomUUID })
    })
    expect(await entriesOf(id, 'commit')).toHaveLength(1)
  }
  expect(site.erp.records('orders')).toHaveLength(2)
  const period = await site.db('budget_periods').where({ budget_id: budgetId }).first('reserved', 'committed')
  expect([Number(period.reserved), Number(period.committed)]).toEqual([0, 40])
  expect(await auditLedger(site.db, demoIds.seller)).toEqual([])
}, 120_000)
