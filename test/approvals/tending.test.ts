// What time does to a request: reminder, escalation, the end. Design: accounts-approvals-budgets.md, "Timeout".
import { expect, it } from 'vitest'
import { findRequest, listDecisions, listSeats, listSteps } from '../../src/approvals/approval-store.ts'
import { notifyApprovers } from '../../src/approvals/notify-approvers.ts'
import { listDueRequests, tendRequest } from '../../src/approvals/tend-approvals.ts'
import { makeKeyring } from '../../src/secrets.ts'
import { approvalSite, codeOf, decideAs, enqueued, openRequest, user } from './approval-site.ts'
import { above, addMember, type Member, publish, stamp } from './company.ts'

const site = approvalSite()
const start = new Date('2026-03-02T09:00:00Z')
const after = (hours: number) => new Date(start.getTime() + hours * 3_600_000)
const timeout = { remindAfter: 2, escalateAfter: 4, endAfter: 8 }

async function opened(more: object = {}, who: Member[] = [site.boss]) {
  const { db, sellerId, company } = site
  await publish(db, sellerId, company, { rules: [above('100', user(...who), { timeout, ...more })] })
  return openRequest(site, '500', {}, undefined, start)
}

/** What the clock's job does, at a time of the test's. */
async function tend(hours: number): Promise<string[]> {
  const own = await site.db('approval_requests').where({ seller_id: site.sellerId }).pluck('id')
  const due = (await listDueRequests(site.db, after(hours), 1000)).filter((id) => own.includes(id))
  for (const id of due) await site.db.transaction((trx) => tendRequest(trx, id, stamp(after(hours))))
  return due
}

it('reminds once when the time has come, and not before', async () => {
  const { request, steps } = await opened()
  const told = async () =>
    (await enqueued(site.db, 'notify-approver', steps[0]?.id ?? '')).map((run) => run.payload.occasion)
  expect(await tend(1.99)).toEqual([])
  expect(await tend(2)).toEqual([request.id])
  expect(await tend(3)).toEqual([])
  expect(await told()).toEqual(['opened', 'reminder'])
  expect((await findRequest(site.db, request.id))?.version).toBe(request.version)
})

it('asks those above when nobody has decided; who was asked before may still', async () => {
  const { db, sellerId, company, holding } = site
  const head = await addMember(db, sellerId, company, 'purchase-manager')
  const chief = await addMember(db, sellerId, holding, 'buyer-admin')
  const { request, steps } = await opened({}, [site.boss, head])
  const stale = request.version
  expect(await tend(4)).toEqual([request.id])
  const stepId = steps[0]?.id ?? ''
  const seats = await listSeats(db, [stepId])
  expect(seats.map(({ personId, via }) => [personId, via])).toContainEqual([chief.personId, 'escalation'])
  expect(seats).toHaveLength(3)
  expect((await enqueued(db, 'notify-approver', stepId)).map((run) => run.payload.occasion)).toEqual([
    'opened',
    'escalated',
  ])
  const site_ = { keys: makeKeyring([Buffer.alloc(32, 1).toString('base64')]), publicUrl: 'https://hub.test' }
  const mails = (hours: number, occasion: 'opened' | 'escalated') =>
    db.transaction((trx) =>
      notifyApprovers(trx, site_, { stepId, occasion, since: after(hours).toISOString() }, stamp(after(hours))),
    )
  // The seat is theirs from now on, so a mail that says so goes to all three, once.
  expect(await mails(4, 'escalated')).toBe(3)
  expect(await mails(4, 'escalated')).toBe(0)
  expect(await codeOf(decideAs(site, { request, steps }, chief, 'approve', { version: stale }))).toBe('conflict')
  expect(await decideAs(site, { request, steps }, site.boss, 'approve', {}, after(5))).toBe('approved')
  expect(await tend(9)).toEqual([])
})

it('an escalation never seats who asked for it, and leaves a step that nobody can take pending until its end', async () => {
  const { db, holding, sellerId, buyer } = site
  await addMember(db, sellerId, holding, 'buyer-admin', { personId: buyer.personId })
  const { request, steps } = await opened()
  await tend(4)
  expect((await listSeats(db, [steps[0]?.id ?? ''])).map((s) => s.personId)).toEqual([site.boss.personId])
  expect((await findRequest(db, request.id))?.state).toBe('pending')
})

it('rejects at the end, in words, and says so to whoever waits', async () => {
  const { request, steps } = await opened()
  await tend(8)
  expect(await findRequest(site.db, request.id)).toMatchObject({
    state: 'expired',
    endReason: 'Nobody decided the step “Approve” in time.',
  })
  expect((await listSteps(site.db, [request.id])).map((s) => s.state)).toEqual(['closed'])
  expect(await enqueued(site.db, 'approval-settled', request.id)).toHaveLength(1)
  expect(await codeOf(decideAs(site, { request, steps }, site.boss))).toBe('wrong_state')
  const trail = await site.db('audit_events').where({ subject_id: request.id, action: 'approval.ran-out' })
  expect(trail).toMatchObject([{ actor: { hub: 'tend-approvals' }, detail: { step: 'Approve', atEnd: 'reject' } }])
})

it('approves at the end only by the policy’s own word, as nobody’s decision, and opens the next stage', async () => {
  const { db, sellerId, company, boss } = site
  const next = { name: 'Then', who: user(boss), stage: 2 }
  const rule = above('100', user(boss), { timeout: { endAfter: 1, atEnd: 'approve' } })
  rule.action.steps.push(next as never)
  await publish(db, sellerId, company, { rules: [rule] })
  const { request } = await openRequest(site, '500', {}, undefined, start)
  await tend(1)
  const steps = await listSteps(db, [request.id])
  expect(steps.map((s) => s.state)).toEqual(['approved', 'open'])
  expect(await listDecisions(db, [request.id])).toMatchObject([{ personId: null, via: 'timeout', decision: 'approve' }])
  expect((await findRequest(db, request.id))?.state).toBe('pending')
  // The second has no end: it waits for ever rather than approve itself.
  expect(await tend(10_000)).toEqual([])
  expect(await decideAs(site, { request, steps: steps.slice(1) }, boss)).toBe('approved')
})

it('a step that too few can decide, with auto-approval, is approved by the clock; without, it ends as rejected', async () => {
  for (const [atEnd, state] of [
    ['approve', 'approved'],
    ['reject', 'expired'],
  ] as const) {
    const { request } = await opened({ timeout: { endAfter: 1, atEnd } }, [site.buyer])
    expect(request.stuck).toBe(true)
    await tend(1)
    expect(await findRequest(site.db, request.id)).toMatchObject({ state, stuck: false })
  }
})
