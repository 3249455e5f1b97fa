// Returns that the ERP credits. Issue 4: "returns requested and tracked".
import { afterAll, beforeAll, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import { askSync } from '../../src/erp/ask-sync.ts'
import { draft, type Member, type PurchaseSite, startPurchaseSite, submit } from '../requisitions/purchase-site.ts'
import { until } from '../support/buyer-endpoint.ts'

let site: PurchaseSite
let buyer: Member

beforeAll(async () => {
  site = await startPurchaseSite('returns')
  buyer = await site.addMember('buyer')
}, 60_000)
afterAll(() => site?.close())

const { erpConnection } = demoIds
const read = (stream: 'orders' | 'shipments' | 'invoices') => askSync(site.hub.hub.db, erpConnection, stream)

/** Five boxes, shipped and billed in the ERP. */
async function shipped(): Promise<{ orderId: string; invoiceErpId: string }> {
  const { body } = await submit(buyer, await draft(buyer, '5'))
  const row = await until('the ERP to have it', () =>
    site.hub.hub.db('orders').where({ id: body.orderId }).whereNotNull('erp_id').first(),
  )
  const erpId = row.erp_id
  site.erp.ship(erpId)
  const invoiceErpId = site.erp.invoice(erpId).erpId
  await read('orders')
  await until('the hub to know it is shipped', () =>
    site.hub.hub
      .db('order_lines')
      .where({ order_id: body.orderId })
      .where('shipped_quantity', '>', 0)
      .first('order_id'),
  )
  return { orderId: body.orderId, invoiceErpId }
}

it('is credited by the ERP’s credit note for its lines, once, and by no smaller one', async () => {
  const { orderId, invoiceErpId } = await shipped()
  const ask = async (quantity: string) => {
    const lines = [{ lineNumber: 1, quantity }]
    const asked = await buyer.call('POST', '/returns', { orderId, reason: 'too many', lines })
    expect(asked.status).toBe(201)
    await site.admin('POST', `/returns/${asked.body.id}/approve`, {})
    return asked.body.id
  }
  const [first, second] = [await ask('2'), await ask('1')]
  const state = async (id: string) => (await buyer.call('GET', `/returns/${id}`)).body.state
  site.erp.creditNote(invoiceErpId, [{ lineNumber: 1, quantity: '2' }])
  await read('invoices')
  await until('it to be credited', async () => ((await state(first)) === 'credited' ? true : undefined))
  const { body } = await buyer.call('GET', `/returns/${first}`)
  const note = await site.hub.hub.db('invoices').where({ id: body.creditNoteId }).first('kind')
  expect(note).toEqual({ kind: 'credit-note' })
  expect(body.events.at(-1)).toMatchObject({ kind: 'credited', actor: { hub: 'returns' } })
  // Two boxes were credited, and both are the first return's.
  expect(await state(second)).toBe('approved')
  expect((await site.admin('POST', `/returns/${second}/receive`, {})).body.state).toBe('received')
  const byHand = await site.admin('POST', `/returns/${second}/credit`, { creditNoteId: body.creditNoteId })
  expect(byHand).toMatchObject({ status: 200, body: { state: 'credited' } })
}, 60_000)
