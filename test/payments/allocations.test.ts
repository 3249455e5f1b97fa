// Credit notes applied to invoices. Issue 4, "Credit"; design: accounts-approvals-budgets.md, edge case 15.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ErpInvoice } from '../../connectors/connector.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { account, call, member } from '../accounts/company.ts'
import { erpInvoice, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
let finance: string
const origin = { id: demoIds.erpConnection, sellerId: demoIds.seller }

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
  finance = await member(hub, demoIds.account, 'fay', 'finance')
})
afterAll(() => hub?.close())

/** Has the ERP tell of it; again with the same erpId, it changed. */
async function told(sketch: Partial<ErpInvoice>): Promise<{ id: string; sketch: ErpInvoice }> {
  const amounts = sketch.openAmount ? { totalAmount: sketch.openAmount } : {}
  const invoice = erpInvoice({ ...amounts, ...sketch } as never)
  await record(hub.hub, origin, { invoices: [invoice] })
  const row = await hub.hub.db('invoices').where({ erp_id: invoice.erpId }).first('id')
  return { id: row.id, sketch: invoice }
}
const note = (openAmount: string, also: Partial<ErpInvoice> = {}) =>
  told({ kind: 'credit-note', number: `CN-${openAmount}`, openAmount, dueDate: null, ...also })
const invoice = (openAmount: string, also: Partial<ErpInvoice> = {}) => told({ openAmount, ...also })
const apply = (creditNoteId: string, invoiceId: string, amount?: string, who: string | null = finance) =>
  call(hub, who, 'POST', `/api/v1/credit-notes/${creditNoteId}/allocations`, {
    invoiceId,
    ...(amount ? { amount } : {}),
  })
const read = async (id: string) => (await call(hub, finance, 'GET', `/api/v1/invoices/${id}`)).body
const openCredit = async () =>
  (await call(hub, finance, 'GET', `/api/v1/accounts/${demoIds.account}/open-credit`)).body.items

it('applies what is left of both, shows it, and takes it back once', async () => {
  const [cn, inv] = [await note('30.00'), await invoice('100.00')]
  const { status, body } = await apply(cn.id, inv.id)
  expect({ status, body }).toMatchObject({ status: 201, body: { amount: '30.00', currency: 'EUR', reverses: null } })
  expect(await read(inv.id)).toMatchObject({ openAmount: '100.00', noted: '30.00', openAfterNotes: '70.00' })
  expect((await openCredit()).find((n: { id: string }) => n.id === cn.id)).toMatchObject({
    noted: '30.00',
    left: '0.00',
  })
  const back = (comment = 'wrong one') =>
    call(hub, finance, 'POST', `/api/v1/credit-allocations/${body.id}/reverse`, { comment })
  expect(await back()).toMatchObject({ status: 201, body: { amount: '-30.00', reverses: body.id } })
  expect(await back()).toMatchObject({ status: 409 })
  expect(await read(inv.id)).toMatchObject({ noted: '0', openAfterNotes: '100.00' })
  const list = await call(hub, finance, 'GET', `/api/v1/credit-notes/${cn.id}/allocations`)
  expect(list.body.items.map((a: { amount: string }) => a.amount)).toEqual(['30.00', '-30.00'])
  const trail = await hub.hub
    .db('audit_events')
    .where({ subject_kind: 'credit-allocation' })
    .orderBy('id')
    .pluck('action')
  expect(trail).toEqual(['credit.applied', 'credit.taken-back'])
})

it('edge case 15: one credit note applied by twenty at once is never applied for more than there is', async () => {
  const cn = await note('50.00')
  const invoices = await Promise.all(Array.from({ length: 20 }, () => invoice('10.00')))
  const answers = await Promise.all(invoices.map((inv) => apply(cn.id, inv.id, '10.00')))
  expect(answers.filter((a) => a.status === 201)).toHaveLength(5)
  expect(answers.filter((a) => a.status === 409)).toHaveLength(15)
  const total = await hub.hub.db('credit_allocations').where({ credit_note_id: cn.id }).sum({ sum: 'amount' }).first()
  expect(Number(total?.sum)).toBe(50)
})

it('edge case 15: twenty notes on one invoice pay no more than it, and crossed pairs do not lock each other out', async () => {
  const inv = await invoice('35.00')
  const notes = await Promise.all(Array.from({ length: 20 }, () => note('10.00')))
  const answers = await Promise.all(notes.map((cn) => apply(cn.id, inv.id, '10.00')))
  expect(answers.map((a) => a.status).sort()).toEqual([...Array(3).fill(201), ...Array(17).fill(409)])
  const [a, b, x, y] = [await note('20.00'), await note('20.00'), await invoice('20.00'), await invoice('20.00')]
  const pairs = Array.from({ length: 10 }, (_, i) => (i % 2 ? apply(a.id, x.id, '2.00') : apply(b.id, y.id, '2.00')))
  const crossed = Array.from({ length: 10 }, (_, i) => (i % 2 ? apply(a.id, y.id, '2.00') : apply(b.id, x.id, '2.00')))
  for (const answer of await Promise.all([...pairs, ...crossed])) expect(answer.status).toBe(201)
  expect(await read(x.id)).toMatchObject({ openAfterNotes: '0.00' })
})

it('counts until the ERP has taken it in, and not twice', async () => {
  const [cn, inv] = [await note('30.00'), await invoice('100.00')]
  await apply(cn.id, inv.id)
  await told({ ...cn.sketch, openAmount: '0.00', state: 'paid', changedAt: '2026-02-01T08:00:00Z' })
  await told({ ...inv.sketch, openAmount: '70.00', totalAmount: '100.00', changedAt: '2026-02-01T08:00:00Z' })
  expect(await read(inv.id)).toMatchObject({ openAmount: '70.00', noted: '0.00', openAfterNotes: '70.00' })
})

it('refuses another currency, another customer, what is paid, what is no credit note, and too much', async () => {
  const [cn, inv] = [await note('30.00'), await invoice('100.00')]
  expect((await apply(cn.id, (await invoice('5.00', { currency: 'USD' })).id)).status).toBe(400)
  expect((await apply(cn.id, (await invoice('5.00', { state: 'paid' })).id)).status).toBe(409)
  const stranger = await invoice('5.00', { customerNumber: 'somebody-else' })
  expect((await apply(cn.id, stranger.id)).status).toBe(404)
  expect((await apply(cn.id, stranger.id, undefined, null)).status).toBe(400)
  expect((await apply(inv.id, inv.id)).status).toBe(404)
  expect((await apply(cn.id, cn.id)).status).toBe(400)
  expect((await apply(cn.id, inv.id, '30.01')).status).toBe(409)
  expect((await apply(cn.id, inv.id, '-1')).status).toBe(409)
})

it('is for those with credit.apply, and of another company there is nothing', async () => {
  const [cn, inv] = [await note('30.00'), await invoice('100.00')]
  const viewer = await member(hub, demoIds.account, 'vic', 'buyer')
  expect((await apply(cn.id, inv.id, '1', viewer)).status).toBe(403)
  const other = await member(hub, await account(hub, 'Other'), 'oda', 'finance')
  expect((await apply(cn.id, inv.id, '1', other)).status).toBe(404)
  expect((await call(hub, other, 'GET', `/api/v1/credit-notes/${cn.id}/allocations`)).status).toBe(404)
  expect((await call(hub, other, 'GET', `/api/v1/accounts/${demoIds.account}/open-credit`)).status).toBe(404)
})

it('keeps every row: what was applied can’t be changed or deleted', async () => {
  await expect(hub.hub.db('credit_allocations').update({ amount: 1 })).rejects.toThrow('append-only')
  await expect(hub.hub.db('credit_allocations').delete()).rejects.toThrow('append-only')
})
