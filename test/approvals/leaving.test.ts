// Edge case 9: an approver is suspended, removed or loses their role: nobody goes while a policy has nobody else, and what waits finds others.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findRequest, listSeats, listSteps } from '../../src/approvals/approval-store.ts'
import { openApproval } from '../../src/approvals/open-approval.ts'
import { demoIds } from '../../src/demo/credentials.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { user } from './approval-site.ts'
import { callerOf } from './caller.ts'
import { above, addAccount, addMember, asking, facts, type Member, publish, stamp } from './company.ts'

let test: TestHub
let company: string
let admin: Member
let buyer: Member
const sellerId = demoIds.seller
const { call } = callerOf(() => test, sellerId)

beforeAll(async () => {
  test = await startTestHub({ demo: false })
})
afterAll(() => test?.close())

/** A company of its own, whose administrator is no approver by being its head. */
async function start(who: (boss: Member) => object) {
  const { db } = test.hub
  company = await addAccount(db, sellerId, 'Buyers Ltd', null)
  admin = await addMember(db, sellerId, company, 'buyer-admin')
  buyer = await addMember(db, sellerId, company, 'buyer')
  const boss = await addMember(db, sellerId, company, 'approver')
  const policyId = await publish(db, sellerId, company, { rules: [above('100', who(boss))] })
  const ask = asking(sellerId, company, buyer, facts('500'))
  const { requestId } = await db.transaction((trx) => openApproval(trx, ask, stamp()))
  return { boss, policyId, requestId }
}

const seats = async (requestId: string) =>
  (
    await listSeats(
      test.hub.db,
      (await listSteps(test.hub.db, [requestId])).map((s) => s.id),
    )
  ).map((s) => s.personId)

it.each(['suspend', 'remove'])(
  'edge case 9: %s of a sole approver is refused, in words, until somebody replaces them',
  async (way) => {
    const { boss, policyId, requestId } = await start((boss) => user(boss))
    const heir = await addMember(test.hub.db, sellerId, company, 'approver')
    const refused = await call(admin, 'POST', `/people/${boss.membershipId}/${way}`)
    expect(refused.status).toBe(409)
    expect(JSON.stringify(refused.body)).toMatch(
      /step “Approve” of the rule “above 100” in the policy “Policy”\. Say who does instead: replacementId\./,
    )
    expect(await seats(requestId)).toEqual([boss.personId])
    const path = `/people/${boss.membershipId}/${way}?replacementId=${heir.membershipId}`
    expect((await call(admin, 'POST', path)).status).toBe(200)
    expect(await seats(requestId)).toEqual([heir.personId])
    const { published } = (await call(admin, 'GET', `/policies/${policyId}`)).body
    expect(published).toMatchObject({ number: 2, content: { rules: [{ action: { steps: [{ who: user(heir) }] } }] } })
  },
)

it('edge case 9: the last holder of a role that a policy asks keeps it until somebody else has it', async () => {
  const { boss, requestId } = await start(() => ({ by: 'role', role: 'approver' }))
  const demote = async () => {
    const { version } = (await call(admin, 'GET', `/people/${boss.membershipId}`)).body
    return call(admin, 'PATCH', `/people/${boss.membershipId}`, { version, role: 'viewer' })
  }
  const refused = await demote()
  expect(refused.status).toBe(409)
  expect(JSON.stringify(refused.body)).toMatch(/found by role: let somebody else be one first/)
  const heir = await addMember(test.hub.db, sellerId, company, 'approver')
  expect((await demote()).status).toBe(200)
  expect(await seats(requestId)).toEqual([heir.personId])
  expect(await findRequest(test.hub.db, requestId)).toMatchObject({ state: 'pending', stuck: false })
})
