// Cart -> requisition -> approval -> order -> ERP. Design: accounts-approvals-budgets.md, "Approval", "Budget" and its edge cases.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRequest } from '../../src/approvals/approval-store.ts'
import { auditLedger } from '../../src/budgets/audit-ledger.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { requisitionTransitions } from '../../src/requisitions/requisition.ts'
import { settleRequisition } from '../../src/requisitions/settle-requisition.ts'
import { checkGraph } from '../../src/state-machine.ts'
import { until } from '../support/buyer-endpoint.ts'
import {
  decide as decideAt,
  draft,
  type Member,
  type PurchaseSite,
  startPurchaseSite,
  submit,
} from './purchase-site.ts'

let site: PurchaseSite
let buyer: Member
let approver: Member
let budgetId: string

beforeAll(async () => {
  site = await startPurchaseSite('requisition-walk')
  buyer = await site.addMember('buyer')
  approver = await site.addMember('approver')
  budgetId = await site.addBudget('100000')
  await site.setPolicy('50', [approver])
})
afterAll(() => site?.close())

const read = async (id: string) => (await buyer.call('GET', `/requisitions/${id}`)).body
const inState = (id: string, state: string) =>
  until(`${id} to be ${state}`, async () => ((await read(id)).state === state ? read(id) : undefined))
const spent = () => site.hub.hub.db('budget_periods').where({ budget_id: budgetId }).first('reserved', 'committed')

const decide = (id: string, decision: 'approve' | 'reject' | 'request-changes', who = approver) =>
  decideAt(site, id, decision, who)

describe('a requisition', () => {
  it('has states that all can be reached and end', () => {
    expect(checkGraph(requisitionTransitions, 'draft')).toEqual([])
  })

  it('goes from cart to approval to order, and the ERP has it once, its budget committed once', async () => {
    const before = Number((await spent()).committed)
    const id = await draft(buyer, '6')
    expect(await submit(buyer, id, 'k1')).toMatchObject({ status: 200, body: { state: 'pending', netAmount: '60.00' } })
    expect(await submit(buyer, id, 'k1')).toMatchObject({ status: 200, body: { state: 'pending' } })
    expect(await submit(buyer, id, 'k2')).toMatchObject({ status: 409, body: { error: { code: 'wrong_state' } } })
    expect(Number((await spent()).reserved)).toBe(60)
    expect(await decide(id, 'approve')).toBe('approved')
    const { orderId, poNumber } = await inState(id, 'ordered')
    expect(poNumber).toMatch(/^R-\d{4}-\d+$/)
    const order = await until('the ERP to have it', async () => {
      const { body } = await site.admin('GET', `/orders/${orderId}`)
      return body.erpId ? body : undefined
    })
    expect(order).toMatchObject({ channel: 'web', poNumber, netAmount: '60.00', state: 'accepted' })
    expect(site.erp.countByOnceKey(orderId.replaceAll('-', ''))).toBe(1)
    await until('it to be committed', async () =>
      Number((await spent()).committed) === before + 60 ? true : undefined,
    )
    expect(Number((await spent()).reserved)).toBe(0)
    expect(await auditLedger(site.hub.hub.db, demoIds.seller)).toEqual([])
  })

  it('that nobody has to approve is an order at once', async () => {
    const id = await draft(buyer, '2')
    expect(await submit(buyer, id)).toMatchObject({ status: 200, body: { state: 'ordered' } })
  })

  it('that is rejected, sent back or withdrawn frees its budget', async () => {
    for (const [decision, state] of [
      ['reject', 'rejected'],
      ['request-changes', 'changes_requested'],
    ] as const) {
      const id = await draft(buyer, '7')
      await submit(buyer, id)
      await decide(id, decision)
      await inState(id, state)
    }
    const id = await draft(buyer, '7')
    await submit(buyer, id)
    expect(await buyer.call('POST', `/requisitions/${id}/withdraw`, {})).toMatchObject({ body: { state: 'withdrawn' } })
    await until('all to be free', async () => (Number((await spent()).reserved) === 0 ? true : undefined))
  })

  it('that is edited while pending is asked for anew, and a stale version is refused', async () => {
    const id = await draft(buyer, '6')
    const { version, approvalId } = (await submit(buyer, id)).body
    const lines = [{ supplierPartId: '00123', quantity: '8' }]
    const edited = await buyer.call('PATCH', `/requisitions/${id}`, { version, lines })
    expect(edited).toMatchObject({ status: 200, body: { state: 'pending', netAmount: '80.00' } })
    expect(edited.body.approvalId).not.toBe(approvalId)
    expect((await findRequest(site.hub.hub.db, approvalId))?.state).toBe('withdrawn')
    expect(await buyer.call('PATCH', `/requisitions/${id}`, { version, lines })).toMatchObject({ status: 409 })
    expect(await buyer.call('POST', `/requisitions/${id}/withdraw`, {})).toMatchObject({ status: 200 })
  })

  it('edge case 3: settled again and again, by two at once or after a crash before the commit, is one order', async () => {
    const id = await draft(buyer, '6')
    const { approvalId } = (await submit(buyer, id)).body
    const { db } = site.hub.hub
    const settle = (fail = false) =>
      db.transaction(async (trx) => {
        await settleRequisition(trx, approvalId, stampOf(site.hub.hub))
        if (fail) throw new Error('died before the commit')
      })
    await decide(id, 'approve')
    await expect(settle(true)).rejects.toThrow('died')
    await Promise.all([settle(), settle(), settle()])
    await inState(id, 'ordered')
    expect(await db('orders').where({ requisition_id: id })).toHaveLength(1)
    const [claim] = await db('budget_claims').where({ spender_id: (await read(id)).orderId })
    expect(claim.spender_kind).toBe('order')
    await until('the ERP to have it', async () =>
      (await db('orders').where({ requisition_id: id }).first('erp_id')).erp_id ? true : undefined,
    )
    expect(await auditLedger(db, demoIds.seller)).toEqual([])
  })

  it('edge case 6: a rate that moves while it is pending changes neither what was asked nor what is reserved', async () => {
    const yen = await site.addBudget('100000', { name: 'Yen', currency: 'JPY', rates: { EUR: '150' } })
    const id = await draft(buyer, '6')
    const { approvalId } = (await submit(buyer, id)).body
    const { db } = site.hub.hub
    const reserved = () => db('budget_claims').where({ budget_id: yen }).sum({ sum: 'charged' }).first()
    expect(Number((await reserved())?.sum)).toBe(9000)
    const asked = await findRequest(db, approvalId)
    await db('budgets')
      .where({ id: yen })
      .update({ rates: JSON.stringify({ EUR: '20000' }) })
    await decide(id, 'approve')
    await inState(id, 'ordered')
    expect((await findRequest(db, approvalId))?.rates).toEqual(asked?.rates)
    expect(Number((await reserved())?.sum)).toBe(9000)
    await db('budgets').where({ id: yen }).update({ status: 'closed' })
  })

  it('edge case 10: an agent who placed it cannot approve it, and the member’s own limits count', async () => {
    const limited = await site.addMember('buyer', { cost_centres: [] })
    const agent = await site.actFor(limited)
    const refused = await draft(agent, '6', { shares: [{ costCentre: 'X-1', percent: '100' }] })
    expect(await submit(agent, refused)).toMatchObject({ status: 422, body: { error: { code: 'restricted' } } })
    const id = await draft(await site.actFor(buyer), '6')
    const { body } = await submit(buyer, id)
    expect(body).toMatchObject({ state: 'pending', personId: buyer.personId })
    expect(body.placedBy).not.toBeNull()
    const { db } = site.hub.hub
    await db('memberships').insert({
      ...{
        id: randomUUID(),
        account_id: site.accountId,
        person_id: body.placedBy,
        role: 'approver',
        created_at: new Date(),
      },
    })
    await expect(decide(id, 'approve', { ...approver, personId: body.placedBy })).rejects.toMatchObject({
      name: 'HubError',
    })
    await expect(decide(id, 'approve', buyer)).rejects.toMatchObject({ name: 'HubError' })
    await decide(id, 'approve')
    const { orderId } = await inState(id, 'ordered')
    expect(await db('orders').where({ id: orderId }).first('placed_by')).toEqual({ placed_by: body.placedBy })
  })

  it('edge case 12: a restriction tightened while it waits sends it back with the words, and frees its budget', async () => {
    const other = await site.addMember('buyer')
    const id = await draft(other, '6', { shares: [{ costCentre: 'FAC-310', percent: '100' }] })
    expect((await submit(other, id)).body.state).toBe('pending')
    await site.hub.hub
      .db('memberships')
      .where({ id: other.membershipId })
      .update({ cost_centres: ['OTHER'] })
    await decide(id, 'approve')
    const back = await until('it to come back', async () => {
      const { body } = await other.call('GET', `/requisitions/${id}`)
      return body.state === 'changes_requested' ? body : undefined
    })
    expect(back.message).toContain('FAC-310')
    const { db } = site.hub.hub
    expect(await db('budget_claims').where({ spender_id: id }).where('reserved', '>', 0)).toEqual([])
  })
})

describe('what a line costs', () => {
  it('edge case 6: is split between three cost centres to the last cent', async () => {
    const shares = [
      { costCentre: 'A', percent: '33.34' },
      { costCentre: 'B', percent: '33.33' },
      { costCentre: 'C', percent: '33.33' },
    ]
    const { body } = await buyer.call('POST', '/carts', {
      ...{ name: 'Split', lines: [{ supplierPartId: '00123', quantity: '1', shares }] },
    })
    expect(body.lines[0].shares.map((s: { netAmount: string }) => s.netAmount)).toEqual(['3.33', '3.34', '3.33'])
  })
})
