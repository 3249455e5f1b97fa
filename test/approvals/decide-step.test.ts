// Requests, steps and decisions on a real database: races, exclusions, delegations. Design: edge cases 2, 8, 9, 10.
import type { Knex } from 'knex'
import { beforeEach, describe, expect, it } from 'vitest'
import { findRequest, listSteps } from '../../src/approvals/approval-store.ts'
import { tendRequest } from '../../src/approvals/tend-approvals.ts'
import { voidApproval, withdrawApproval } from '../../src/approvals/withdraw-approval.ts'
import { approvalSite, codeOf, decideAs, enqueued, openRequest, user } from './approval-site.ts'
import { above, addMember, facts, type Member, publish, stamp } from './company.ts'

let db: Knex
let sellerId: string
let holding: string
let company: string
let buyer: Member
let boss: Member

const site = approvalSite()
beforeEach(() => {
  ;({ db, sellerId, holding, company, buyer, boss } = site)
})

type Rest<T> = T extends [unknown, ...infer R] ? R : never
const open = (...of: Rest<Parameters<typeof openRequest>>) => openRequest(site, ...of)
const decide = (...of: Rest<Parameters<typeof decideAs>>) => decideAs(site, ...of)
const settled = (id: string) => enqueued(db, 'approval-settled', id)

describe('a request', () => {
  it('is not made pending when no rule matches, and its record says why', async () => {
    await publish(db, sellerId, company, { rules: [above('1000', user(boss))] })
    const { outcome, request } = await open('500')
    expect(outcome).toBe('none')
    expect(request).toMatchObject({ state: 'not_needed' })
    expect(request.why.verdicts).toMatchObject([{ rule: 'above 1000', matched: false }])
  })

  it('is denied where one rule denies, whatever the others say', async () => {
    const deny = { name: 'no chairs', when: { all: [] }, action: { effect: 'deny', message: 'No.' } }
    await publish(db, sellerId, company, { rules: [above('100', user(boss)), deny] })
    expect(await open()).toMatchObject({ outcome: 'denied', why: { denials: ['No.'] } })
  })

  it('goes stage by stage, and is approved when the last has agreed', async () => {
    const second = await addMember(db, sellerId, company, 'approver')
    await publish(db, sellerId, company, {
      rules: [above('100', user(second), { stage: 2 }), { ...above('100', user(boss)), name: 'first' }],
    })
    const opened = await open()
    expect(opened.steps.map((s) => s.state)).toEqual(['open', 'waiting'])
    expect(await decide(opened, boss)).toBe('pending')
    const [, last] = await listSteps(db, [opened.request.id])
    expect(last?.state).toBe('open')
    expect(await decide(opened, second, 'approve', { stepId: last?.id ?? '' })).toBe('approved')
    expect(await settled(opened.request.id)).toHaveLength(1)
  })

  it('answers a stale version with a conflict, and the same decision again with the same answer', async () => {
    await publish(db, sellerId, company, { rules: [above('100', user(boss))] })
    const opened = await open()
    expect(await codeOf(decide(opened, boss, 'approve', { version: 99 }))).toBe('conflict')
    expect(await decide(opened, boss)).toBe('approved')
    expect(await decide(opened, boss, 'approve', { version: 1 })).toBe('approved')
    expect(await codeOf(decide(opened, boss, 'reject'))).toBe('conflict')
    expect(await settled(opened.request.id)).toHaveLength(1)
  })

  it('needs as many different people as the step says', async () => {
    const others = [
      await addMember(db, sellerId, company, 'approver'),
      await addMember(db, sellerId, company, 'viewer'),
    ]
    await publish(db, sellerId, company, { rules: [above('100', user(boss, ...others), { need: { of: 2 } })] })
    const opened = await open()
    expect(await decide(opened, boss)).toBe('pending')
    expect(await decide(opened, others[1] as Member)).toBe('approved')
  })

  it('takes an address from the step that completes it, and from no other', async () => {
    await publish(db, sellerId, company, { rules: [above('100', user(boss), { kind: 'complete-address' })] })
    const opened = await open()
    const address = { name: 'City of Almere', street: ['Stadhuisplein 1'], city: 'Almere', country: 'NL' } as never
    expect(await codeOf(decide(opened, boss))).toBe('invalid_input')
    expect(await decide(opened, boss, 'approve', { address })).toBe('approved')
    expect((await findRequest(db, opened.request.id))?.address).toMatchObject({ city: 'Almere' })
  })

  it('asks a manager for what is over the requester’s limit, also without a policy', async () => {
    await db('memberships')
      .where({ id: buyer.membershipId })
      .update({ order_limit: '100', order_limit_currency: 'EUR' })
    const opened = await open('500')
    expect(opened.outcome).toBe('pending')
    expect(await decide(opened, boss)).toBe('approved')
    expect((await open('100')).outcome).toBe('none')
  })

  it('goes up the chain of managers to the first whose limit covers the amount', async () => {
    const chief = await addMember(db, sellerId, holding, 'approver', { limit: '10000' })
    await db('memberships').where({ id: boss.membershipId }).update({
      manager_id: chief.membershipId,
      order_limit: '300',
      order_limit_currency: 'EUR',
    })
    await publish(db, sellerId, company, { rules: [above('100', { by: 'manager-chain' })] })
    const opened = await open('500')
    expect(await codeOf(decide(opened, boss))).toBe('forbidden')
    expect(await decide(opened, chief)).toBe('approved')
  })

  it('keeps a mandatory rule of the holding, and drops its others where the company has its own', async () => {
    await publish(db, sellerId, holding, {
      rules: [
        { ...above('100', user(boss)), mandatory: true },
        { ...above('50', user(boss)), name: 'optional' },
      ],
    })
    await publish(db, sellerId, company, { inherits: false, rules: [] })
    expect((await open('500')).why.verdicts.map((v) => v.rule)).toEqual(['above 100'])
  })

  it('counts a rule in a currency without a rate as matched, and with one by its rate', async () => {
    await publish(db, sellerId, company, { rules: [above('1000', user(boss))] })
    const dollars = facts('500', { currency: 'USD' })
    expect((await open('500', {}, dollars)).outcome).toBe('pending')
    await db('exchange_rates').insert({
      seller_id: sellerId,
      from_currency: 'USD',
      to_currency: 'EUR',
      rate: '0.9',
      updated_at: new Date(),
    })
    expect((await open('500', {}, dollars)).outcome).toBe('none')
  })
})

describe('edge case 2: approve races reject, withdraw, edit and expiry', () => {
  it.each(['reject', 'withdraw', 'edit', 'expiry'] as const)(
    'edge case 2: approve against %s has one outcome',
    async (rival) => {
      const second = await addMember(db, sellerId, company, 'approver')
      await publish(db, sellerId, company, {
        rules: [above('100', user(boss, second), { timeout: { endAfter: 1 } })],
      })
      for (let round = 0; round < 6; round++) {
        const opened = await open('500', {}, facts('500', { suppliers: [`supplier-${rival}-${round}`] }))
        const late = new Date(Date.now() + 2 * 3_600_000)
        const run = {
          reject: () => decide(opened, second, 'reject'),
          withdraw: () => db.transaction((trx) => withdrawApproval(trx, opened.subject, 'not needed', stamp())),
          edit: () => db.transaction((trx) => voidApproval(trx, opened.subject, 'edited', stamp())),
          expiry: () => db.transaction((trx) => tendRequest(trx, opened.request.id, stamp(late))),
        }[rival]
        const rivals = [() => decide(opened, boss), run]
        await Promise.allSettled((round % 2 ? rivals.reverse() : rivals).map((go) => go()))
        const after = await findRequest(db, opened.request.id)
        const ends = { reject: 'rejected', withdraw: 'withdrawn', edit: 'withdrawn', expiry: 'expired' }
        expect(['approved', ends[rival]]).toContain(after?.state)
        // An edit after an approval voids it: two ends, one after the other; everything else ends once.
        const ended = await settled(opened.request.id)
        if (rival === 'edit') expect(after?.state).toBe('withdrawn')
        else expect(ended).toHaveLength(1)
        const open_ = (await listSteps(db, [opened.request.id])).filter(
          (s) => s.state === 'open' || s.state === 'waiting',
        )
        expect(open_).toEqual([])
      }
    },
  )
})

describe('who may not decide', () => {
  it('edge case 9: who asked for it and became its approver meanwhile', async () => {
    await publish(db, sellerId, company, { rules: [above('100', { by: 'role', role: 'approver' })] })
    const opened = await open()
    await db('memberships').where({ id: buyer.membershipId }).update({ role: 'approver' })
    expect(await codeOf(decide(opened, buyer))).toBe('forbidden')
    const again = await open('500', {}, facts('500', { suppliers: ['other'] }))
    expect(await codeOf(decide(again, buyer))).toBe('forbidden')
    expect(await decide(again, boss)).toBe('approved')
  })

  it('edge case 9: a sole approver does not approve their own order: the unit above, the fallback, or nobody', async () => {
    await publish(db, sellerId, company, { rules: [above('100', user(buyer))] })
    const stuck = await open()
    expect(stuck).toMatchObject({ outcome: 'pending', request: { state: 'pending', stuck: true } })
    expect(await codeOf(decide(stuck, buyer))).toBe('forbidden')
    const head = await addMember(db, sellerId, holding, 'buyer-admin')
    const again = await open('500', {}, facts('500', { suppliers: ['other'] }))
    expect(again.request.stuck).toBe(false)
    expect(await decide(again, head)).toBe('approved')
  })

  it('edge case 9: one person in two companies is one person: their other membership does not approve it', async () => {
    const elsewhere = await addMember(db, sellerId, holding, 'approver', { personId: buyer.personId })
    await publish(db, sellerId, company, { rules: [above('100', user(elsewhere, boss))] })
    const opened = await open()
    expect(await codeOf(decide(opened, elsewhere))).toBe('forbidden')
    expect(await decide(opened, boss)).toBe('approved')
  })

  it('edge case 10: an agent who placed an order for somebody does not approve it, as whoever they act', async () => {
    const agent = await addMember(db, sellerId, holding, 'approver')
    await publish(db, sellerId, company, { rules: [above('100', user(agent, boss))] })
    const opened = await open('500', { placedBy: agent.personId })
    expect(await codeOf(decide(opened, agent))).toBe('forbidden')
    expect(await codeOf(decide(opened, boss, 'approve', { actorId: agent.personId }))).toBe('forbidden')
    expect(await decide(opened, boss)).toBe('approved')
  })
})

describe('edge case 8: one purchase split to stay under the limit', () => {
  it('edge case 8: is flagged, and a rule may ask for approval', async () => {
    const split = {
      name: 'split',
      when: { all: [{ fact: 'splitSuspected', is: true }] },
      action: { effect: 'steps', steps: [{ name: 'Look at it', who: user(boss) }] },
    }
    await publish(db, sellerId, company, { rules: [above('1000', user(boss)), split] })
    expect((await open('600')).request).toMatchObject({ state: 'not_needed', splitSuspected: false })
    expect((await open('300', {}, facts('300', { suppliers: ['another'] }))).outcome).toBe('none')
    const second = await open('500')
    expect(second.request).toMatchObject({ state: 'pending', splitSuspected: true })
    expect(second.request.why.split).toMatchObject({ rules: ['above 1000'], sum: '1100' })
    const later = new Date(Date.now() + 8 * 86_400_000)
    expect((await open('900', {}, facts('900'), later)).request.splitSuspected).toBe(false)
  })
})
