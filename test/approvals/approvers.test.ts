// Who may decide a step, and who never may. Design: accounts-approvals-budgets.md, "Step", "Exclude by person", "Delegation".
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findRequest, listSeats } from '../../src/approvals/approval-store.ts'
import { delegate } from '../../src/approvals/delegate.ts'
import { endDelegation } from '../../src/approvals/delegation-store.ts'
import { registerResolver } from '../../src/approvals/step-resolvers.ts'
import { approvalSite, codeOf, decideAs, openRequest, user } from './approval-site.ts'
import { above, addAccount, addMember, facts, type Member, newId, publish, stamp } from './company.ts'

const site = approvalSite()
const seatsOf = async (opened: Awaited<ReturnType<typeof openRequest>>) =>
  (await listSeats(site.db, [opened.steps[0]?.id ?? ''])).map((s) => s.personId)

describe('a step', () => {
  it('of all is done when the last of them has agreed, and needs one fewer when one of them has left', async () => {
    const { db, sellerId, company, boss } = site
    const others = [await addMember(db, sellerId, company, 'viewer'), await addMember(db, sellerId, company, 'viewer')]
    await publish(db, sellerId, company, { rules: [above('100', user(boss, ...others), { need: 'all' })] })
    const opened = await openRequest(site)
    expect(opened.steps[0]).toMatchObject({ needed: 3, state: 'open' })
    expect(await decideAs(site, opened, boss)).toBe('pending')
    expect(await decideAs(site, opened, others[0] as Member)).toBe('pending')
    expect(await decideAs(site, opened, others[1] as Member)).toBe('approved')
  })

  it('of all leaves out who asked for it, and one refusal ends it', async () => {
    const { db, sellerId, company, boss, buyer } = site
    await publish(db, sellerId, company, { rules: [above('100', user(boss, buyer), { need: 'all' })] })
    const opened = await openRequest(site)
    expect(opened.steps[0]?.needed).toBe(1)
    expect(await decideAs(site, opened, boss, 'reject', { comment: 'Too dear.' })).toBe('rejected')
  })

  it('of a custom role is its holders’ whose grant holds now, reaches the account and lets them decide', async () => {
    const { db, sellerId, company } = site
    const role = async (permissions: string[]) => {
      const id = newId()
      const at = new Date()
      const row = { id, seller_id: sellerId, name: id, permissions, created_at: at, updated_at: at }
      await db('roles').insert(row)
      return id
    }
    const [works, blind] = [await role(['approval.decide@company']), await role(['order.view@company'])]
    const grant = async (roleId: string, accountId: string, from: string, to: string | null) => {
      const member = await addMember(db, sellerId, company, null)
      const row = { id: newId(), membership_id: member.membershipId, role_id: roleId, account_id: accountId }
      await db('grants').insert({ ...row, valid_from: from, valid_to: to, created_at: new Date() })
      return member
    }
    const holder = await grant(works, company, '2020-01-01', null)
    await grant(works, company, '2020-01-01', '2021-01-01')
    await grant(works, await addAccount(db, sellerId, 'Other', null), '2020-01-01', null)
    await grant(blind, company, '2020-01-01', null)
    await publish(db, sellerId, company, { rules: [above('100', { by: 'role', role: works })] })
    const opened = await openRequest(site)
    expect(await seatsOf(opened)).toEqual([holder.personId])
    expect(await decideAs(site, opened, holder)).toBe('approved')
  })

  it('of the cost-centre owner is the owner’s of every cost centre ordered for, as the nearest account has it', async () => {
    const { db, sellerId, company, holding, boss } = site
    const owner = await addMember(db, sellerId, holding, 'viewer')
    const far = await addMember(db, sellerId, holding, 'viewer')
    for (const [accountId, code, { membershipId }] of [
      [company, 'IT', boss],
      [holding, 'IT', far],
      [holding, 'HR', owner],
    ] as const) {
      const times = { created_at: new Date(), updated_at: new Date() }
      const row = { id: newId(), seller_id: sellerId, account_id: accountId, code, name: code, owner_id: membershipId }
      await db('cost_centres').insert({ ...row, ...times })
    }
    const rule = above('100', { by: 'cost-centre-owner' }, { need: 'all' })
    await publish(db, sellerId, company, { rules: [rule] })
    const [line] = facts('500').lines
    const lines = [{ ...line, supplierPartId: 'B', netAmount: '500', costCentre: 'HR' } as never]
    const opened = await openRequest(site, '500', {}, facts('500', { costCentre: 'IT', lines }))
    expect((await seatsOf(opened)).sort()).toEqual([boss.personId, owner.personId].sort())
    expect(opened.steps[0]?.needed).toBe(2)
  })

  it('is found by a resolver: by job title in the nearest account that has one, or by one plugged in', async () => {
    const { db, sellerId, company, holding, boss } = site
    const head = await addMember(db, sellerId, holding, 'viewer', { jobTitle: 'Head of IT' })
    const by = (name: string, argument: string) => above('100', { by: 'resolver', name, argument })
    await publish(db, sellerId, company, { rules: [by('job-title', 'head of it')] })
    expect(await seatsOf(await openRequest(site))).toEqual([head.personId])
    const nearer = await addMember(db, sellerId, company, 'viewer', { jobTitle: 'Head of IT' })
    expect(await seatsOf(await openRequest(site, '501'))).toEqual([nearer.personId])
    registerResolver('on-duty', async (_db, _place, argument) => [
      { personId: argument, membershipId: boss.membershipId },
    ])
    await publish(db, sellerId, company, { rules: [by('on-duty', boss.personId)] })
    expect(await seatsOf(await openRequest(site, '502'))).toEqual([boss.personId])
  })
})

describe('mandatory rules over three levels', () => {
  it('hold whatever the company and its department say; what isn’t mandatory is dropped where it isn’t inherited', async () => {
    const { db, sellerId, holding, company, boss } = site
    const department = await addAccount(db, sellerId, 'Department', company, 'department')
    const rule = (name: string, mandatory: boolean) => ({ ...above('100', user(boss)), name, mandatory })
    const rules = (level: string) => [rule(`${level} must`, true), rule(`${level} may`, false)]
    const allow = { name: 'allow all', when: {}, action: { effect: 'allow' } }
    const inForce = async () => {
      const { why, outcome } = await openRequest(site, '500', {
        accountId: department,
      })
      return { outcome, names: why.verdicts.map((v) => v.rule).sort() }
    }
    await publish(db, sellerId, holding, { rules: rules('holding') })
    await publish(db, sellerId, company, { rules: rules('company') })
    await publish(db, sellerId, department, { rules: [allow] })
    const all = ['allow all', 'company may', 'company must', 'holding may', 'holding must']
    expect(await inForce()).toEqual({ outcome: 'pending', names: all })
    await publish(db, sellerId, company, { inherits: false, rules: rules('company') })
    expect((await inForce()).names).toEqual(['allow all', 'company may', 'company must', 'holding must'])
    await publish(db, sellerId, department, { inherits: false, rules: [allow] })
    expect(await inForce()).toEqual({ outcome: 'pending', names: ['allow all', 'company must', 'holding must'] })
  })
})

describe('whatever the delegations', () => {
  it('edge case 9: A and B delegate to each other: the second is refused, and neither decides what they asked for', async () => {
    const { db, sellerId, company, boss, buyer } = site
    await publish(db, sellerId, company, { rules: [above('100', user(boss))] })
    await give(boss, buyer)
    expect(await codeOf(give(buyer, boss))).toBe('conflict')
    const opened = await openRequest(site)
    expect(await codeOf(decideAs(site, opened, buyer))).toBe('forbidden')
    expect(await decideAs(site, opened, boss)).toBe('approved')
  })

  it('a request is never approved by who asked for it or placed it, and by nobody twice', async () => {
    const { db, sellerId, company, buyer } = site
    const people = [buyer]
    for (let i = 0; i < 5; i++) people.push(await addMember(db, sellerId, company, 'approver'))
    const person = fc.integer({ min: 0, max: 5 })
    let round = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(person, person), { maxLength: 12 }),
        fc.uniqueArray(person, { minLength: 1, maxLength: 3 }),
        fc.option(person, { nil: null }),
        fc.constantFrom('any' as const, 'all' as const, { of: 2 }),
        fc.array(person, { maxLength: 12 }),
        async (delegations, seats, placer, need, deciders) => {
          const made: string[] = []
          for (const [from, to] of delegations) {
            const done = await give(people[from] as Member, people[to] as Member).catch((error) => {
              if (error.code !== 'conflict' && error.code !== 'invalid_input') throw error
            })
            if (done) made.push(done.id)
          }
          const named = seats.map((i) => people[i] as Member)
          await publish(db, sellerId, company, { splitDays: 0, rules: [above('100', user(...named), { need })] })
          const placedBy = placer === null ? null : (people[placer]?.personId ?? null)
          const opened = await openRequest(site, `${200 + round++}`, { placedBy })
          for (const i of deciders)
            await decideAs(site, opened, people[i] as Member).catch((error) => {
              if (!['forbidden', 'conflict', 'wrong_state'].includes(error.code)) throw error
            })
          const given: { person_id: string; seat_person_id: string }[] = await db('approval_decisions').where({
            request_id: opened.request.id,
          })
          for (const who of [buyer.personId, placedBy]) expect(given.map((d) => d.person_id)).not.toContain(who)
          for (const column of ['person_id', 'seat_person_id'] as const)
            expect(new Set(given.map((d) => d[column])).size).toBe(given.length)
          const { state } = (await findRequest(db, opened.request.id)) ?? {}
          expect(state).toBe(given.length >= (opened.steps[0]?.needed ?? 0) ? 'approved' : 'pending')
          for (const id of made) await endDelegation(db, id, new Date())
        },
      ),
      { numRuns: 40 },
    )
  })
})

async function give(from: Member, to: Member) {
  const now = Date.now()
  const span = { validFrom: new Date(now - 1000), validUntil: new Date(now + 3_600_000) }
  const asked = {
    sellerId: site.sellerId,
    fromMembershipId: from.membershipId,
    toMembershipId: to.membershipId,
    ...span,
  }
  return site.db.transaction((trx) =>
    delegate(trx, { ...asked, cap: null, capCurrency: null, reason: null }, { personId: from.personId }, stamp()),
  )
}
