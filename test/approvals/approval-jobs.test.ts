// Approvals' jobs through the real queue: mails to approvers, what follows an end, and what-if with its progress.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { whatIf } from '../../jobs/what-if.ts'
import { findRequest, listSteps } from '../../src/approvals/approval-store.ts'
import { openApproval } from '../../src/approvals/open-approval.ts'
import { demoIds } from '../../src/demo/credentials.ts'
import { listMails } from '../../src/mail/mail-store.ts'
import { until } from '../support/buyer-endpoint.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { user } from './approval-site.ts'
import { callerOf } from './caller.ts'
import { above, addAccount, addMember, asking, facts, type Member, newId, publish, stamp } from './company.ts'

let test: TestHub
let company: string
let admin: Member
let boss: Member
let buyer: Member
const sellerId = demoIds.seller
const { call, tokenOf } = callerOf(() => test, sellerId)

beforeAll(async () => {
  test = await startTestHub({ demo: false, jobs: true })
  const { db } = test.hub
  company = await addAccount(db, sellerId, 'Buyers Ltd', null)
  admin = await addMember(db, sellerId, company, 'buyer-admin')
  boss = await addMember(db, sellerId, company, 'approver')
  buyer = await addMember(db, sellerId, company, 'buyer')
})
afterAll(() => test?.close())

async function open(supplier: string, policy: object) {
  const { db } = test.hub
  await publish(db, sellerId, company, { rules: [above('100', user(boss), policy)] })
  const ask = asking(sellerId, company, buyer, facts('1234.50', { suppliers: [supplier] }))
  return (await db.transaction((trx) => openApproval(trx, ask, stamp()))).requestId
}

const done = (job: string, value: string) =>
  until(`${job} of ${value}`, () =>
    test.hub
      .db('job_runs')
      .where({ job, state: 'done' })
      .whereRaw('payload::text LIKE ?', [`%${value}%`])
      .first(),
  )

it('an approver is written to, once, with links that work; and the end of the request has its job', async () => {
  const { db, keys } = test.hub
  const id = await open('a', {})
  const [step] = await listSteps(db, [id])
  await done('notify-approver', step?.id ?? '')
  const { email } = await db('people').where({ id: boss.personId }).first('email')
  const mails = await listMails(db, keys, sellerId, { recipient: email, limit: 10 })
  expect(mails).toMatchObject([
    { about: 'approval', subject: expect.stringContaining('For your approval: Requisition') },
  ])
  const link = /Approve: (\S+)/.exec(mails[0]?.text ?? '')?.[1] ?? ''
  expect(mails[0]?.text).toContain(`Look at it: ${test.url}/approvals/${id}`)
  expect(await (await fetch(link)).text()).toContain('€1,234.50')
  await fetch(link, { method: 'POST', headers: { origin: test.url } })
  expect((await findRequest(db, id))?.state).toBe('approved')
  await done('approval-settled', id)
})

it('the clock’s job ends what nobody decided, reminding on the way', async () => {
  const { db } = test.hub
  const id = await open('b', { timeout: { remindAfter: 1, endAfter: 2 } })
  const moveBack = (hours: number) =>
    db('approval_steps')
      .where({ request_id: id })
      .update({
        remind_at: db.raw(`remind_at - ? * interval '1 hour'`, [hours]),
        end_at: db.raw(`end_at - ? * interval '1 hour'`, [hours]),
      })
  const tend = async () => {
    await db('job_schedules').where({ name: 'tend-approvals' }).update({ next_at: new Date() })
  }
  await moveBack(1)
  await tend()
  await until('the reminder', () => db('job_runs').whereRaw(`payload->>'occasion' = 'reminder'`).first())
  await moveBack(1)
  await tend()
  await until('the end', async () => (await findRequest(db, id))?.state === 'expired')
  await done('approval-settled', id)
})

interface Past {
  net: string
  day: string
  details?: object
  more?: object
}

async function order({ net, day, details = {}, more = {} }: Past): Promise<void> {
  const { db } = test.hub
  const id = newId()
  const at = new Date(`${day}T10:00:00Z`)
  const whose = { seller_id: sellerId, account_id: company, person_id: buyer.personId, once_key: newId() }
  const amounts = { currency: 'EUR', net_amount: net, total_amount: net }
  const kind = { channel: 'web', mode: 'production', kind: 'regular', state: 'confirmed', revision: 1, details: '{}' }
  const times = { ordered_at: at, created_at: at, updated_at: at }
  await db('orders').insert({ id, ...whose, ...amounts, ...kind, ...times, ...more })
  const part = { supplier_part_id: 'CHAIR-1', description: 'Chair', quantity: '1', unit: 'EA', price_unit: '1' }
  const price = { unit_price: net, net_amount: net }
  await db('order_lines').insert({ order_id: id, line_number: 1, ...part, ...price, details: JSON.stringify(details) })
}

it('what-if replays past orders on a draft beside the published: facts of the order, splits among them, who decides', async () => {
  const accounting = [{ name: 'x', segments: [{ name: 'CostCenter', value: 'IT', description: null }], amount: null }]
  await order({ net: '600', day: '2026-01-05' })
  await order({ net: '600', day: '2026-01-07' })
  await order({ net: '50', day: '2026-02-01', details: { accounting } })
  await order({ net: '51', day: '2026-02-20', more: { project_code: 'P-1' } })
  await order({ net: '52', day: '2026-03-20', more: { ship_to: JSON.stringify({ addressId: 'DOCK' }) } })
  const rule = (name: string, condition: object, who: Member) => ({
    name,
    when: { all: [condition] },
    action: { effect: 'steps', steps: [{ name, who: user(who) }] },
  })
  const codes = (fact: string, values: string[]) => ({ fact, op: 'in', values })
  const policyId = await publish(test.hub.db, sellerId, company, { rules: [above('1000', user(boss))] })
  const { version } = (await call(admin, 'GET', `/policies/${policyId}`)).body
  const content = {
    rules: [
      above('1000', user(admin)),
      rule('split', { fact: 'splitSuspected', is: true }, boss),
      rule('IT', codes('costCentre', ['IT']), admin),
      rule('P-1', codes('project', ['P-1']), admin),
      rule('dock', codes('shipTo', ['DOCK']), admin),
      { ...rule('new', codes('firstUse', ['ship-to']), admin), action: { effect: 'deny', message: 'No.' } },
    ],
  }
  expect((await call(admin, 'PUT', `/policies/${policyId}/draft`, { version, content })).status).toBe(200)
  const asked = await call(admin, 'POST', `/policies/${policyId}/what-if`, { from: '2026-01-01', to: '2026-03-31' })
  expect(asked.status).toBe(202)
  const run = await done('what-if', asked.body.id)
  expect(run.progress).toEqual({ done: 5, total: 5 })
  const path = `/policies/${policyId}/what-if/${asked.body.id}`
  const { result, ...rest } = (await call(admin, 'GET', path)).body
  expect(rest).toMatchObject({ done: 5, total: 5, finishedAt: expect.any(String) })
  expect(result).toMatchObject({
    orders: 5,
    published: { none: 5, pending: 0, denied: 0 },
    draft: { none: 1, pending: 3, denied: 1 },
  })
  const decides = (member: Member) =>
    result.deciders.find((d: { personId: string }) => d.personId === member.personId)?.draft
  expect([decides(boss), decides(admin)]).toEqual([1, 2])
  const headers = { authorization: `Bearer ${await tokenOf(admin)}`, accept: 'text/csv' }
  expect(await (await fetch(`${test.url}/api/v1${path}`, { headers })).text()).toMatch(
    /^person,person_id,published,draft/,
  )
  const stranger = await addMember(
    test.hub.db,
    sellerId,
    await addAccount(test.hub.db, sellerId, 'Strangers', null),
    'buyer-admin',
  )
  expect((await call(stranger, 'GET', path)).status).toBe(404)
})

it('what-if asks the database no more for five hundred orders than for fifty', async () => {
  const { db } = test.hub
  const policyId = await publish(db, sellerId, company, { rules: [above('10', { by: 'manager-chain' })] })
  const { version } = (await call(admin, 'GET', `/policies/${policyId}`)).body
  const content = { rules: [above('20', { by: 'unit-head' })] }
  await call(admin, 'PUT', `/policies/${policyId}/draft`, { version, content })
  await db.raw(
    `INSERT INTO orders (id, seller_id, account_id, person_id, once_key, channel, mode, kind, state, currency, net_amount, total_amount,
       ordered_at, created_at, updated_at, revision, details)
     SELECT gen_random_uuid(), ?, ?, ?, gen_random_uuid()::text, 'web', 'production', 'regular', 'confirmed', 'EUR', i, i,
       CASE WHEN i <= 50 THEN '2025-01-01'::timestamptz ELSE '2025-02-01' END + i * interval '1 second', now(), now(), 1, '{}'
     FROM generate_series(1, 550) i`,
    [sellerId, company, buyer.personId],
  )
  const statements = async (from: string, to: string, orders: number) => {
    const asked = await call(admin, 'POST', `/policies/${policyId}/what-if`, { from, to })
    const count = { all: 0 }
    const countOne = () => {
      count.all += 1
    }
    // Its own queries only: a transaction's connection tells of its statements by itself.
    const trx = await db.transaction()
    trx.on('query', countOne)
    const context = { id: newId(), attempt: 1, signal: new AbortController().signal, progress: async () => {} }
    await whatIf.run({ ...test.hub, db: trx as never }, { trialId: asked.body.id }, context)
    await trx.commit()
    const { result } = (await call(admin, 'GET', `/policies/${policyId}/what-if/${asked.body.id}`)).body
    expect(result.orders).toBe(orders)
    return count.all
  }
  const few = await statements('2025-01-01', '2025-01-31', 50)
  expect(few).toBeGreaterThan(5)
  expect(await statements('2025-02-01', '2025-02-28', 500)).toBeLessThanOrEqual(few + 4)
})
