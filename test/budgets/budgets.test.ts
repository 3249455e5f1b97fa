// Budgets over HTTP, and punchout spend in the same ledger: a returned cart reserves, the purchase order replaces it, the ERP commits it, the
// invoice and the credit note settle it (issue 4; design "Punchout and direct spend share one ledger").
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { auditLedger } from '../../src/budgets/audit-ledger.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import type { Order } from '../../src/orders/order.ts'
import { findOrderById } from '../../src/orders/order-store.ts'
import { recordErpOrders } from '../../src/orders/record-erp-orders.ts'
import { recordReceipt } from '../../src/orders/record-push.ts'
import { adminAuthorization, api, pens, postCxml, punchIn, takeBack } from '../support/buyer.ts'
import { until } from '../support/buyer-endpoint.ts'
import { erpInvoice, erpOrder, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderedLines, orderRequest } from '../support/purchase-order.ts'

let site: TestHub
const erp = memoryErp({ name: 'budget-flow' }, () => new Date())
const admin = (method: string, path: string, body?: unknown) => api(site.url, method, path, body, adminAuthorization)

beforeAll(async () => {
  site = await startTestHub({ jobs: true, demo: false, erp: { name: 'budget-flow' } })
})
afterAll(() => site?.close())
afterEach(async () => {
  expect(await auditLedger(site.hub.db, demoIds.seller)).toEqual([])
  await site.hub.db('budgets').update({ status: 'closed' })
})

async function make(given: Record<string, unknown> = {}) {
  const whole = { accountId: demoIds.account, name: 'Works', kind: 'account', currency: 'EUR', amount: '1000' }
  const made = await admin('POST', '/api/v1/budgets', { ...whole, period: 'year', over: 'block', ...given })
  expect(made.status).toBe(201)
  return made.body
}
const read = async (id: string) => (await admin('GET', `/api/v1/budgets/${id}`)).body
const sumsOf = async (id: string) => {
  const [p] = (await read(id)).periods
  return [p.allocated, p.reserved, p.committed].map(Number)
}

describe('over HTTP', () => {
  it('a budget is made, changed by version, filled, moved, closed, and its ledger tells it all, as CSV too', async () => {
    const one = await make()
    const two = await make({ name: 'Parks', kind: 'cost-centre', code: 'FAC-310' })
    expect(one.periods[0]).toMatchObject({ allocated: '1000', available: '1000', overspent: false })
    expect((await admin('PATCH', `/api/v1/budgets/${one.id}`, { version: 1, amount: '800' })).body.version).toBe(2)
    expect((await admin('PATCH', `/api/v1/budgets/${one.id}`, { version: 1, amount: '700' })).status).toBe(409)
    const gift = { amount: '50', note: 'gift', key: 'gift-1' }
    for (const _ of [1, 2]) await admin('POST', `/api/v1/budgets/${one.id}/allocations`, gift)
    const move = { fromId: one.id, toId: two.id, amount: '100', note: 'trees', key: 'move-1' }
    for (const _ of [1, 2]) expect((await admin('POST', '/api/v1/budget-transfers', move)).status).toBe(200)
    const tooMuch = { ...move, amount: '9000', key: 'move-2' }
    expect((await admin('POST', '/api/v1/budget-transfers', tooMuch)).body.error.code).toBe('over_budget')
    expect(await sumsOf(one.id)).toEqual([750, 0, 0])
    expect(await sumsOf(two.id)).toEqual([1100, 0, 0])
    const page = (await admin('GET', `/api/v1/budget-entries?budgetId=${one.id}&limit=2`)).body
    expect(page.items.map((e: { kind: string }) => e.kind)).toEqual(['transfer', 'allocate'])
    const rest = (await admin('GET', `/api/v1/budget-entries?budgetId=${one.id}&cursor=${page.next}`)).body
    expect(rest.items.map((e: { kind: string }) => e.kind)).toEqual(['adjust', 'allocate'])
    const headers = { Authorization: adminAuthorization }
    for (const path of [`budget-entries.csv?budgetId=${one.id}`, 'budgets.csv?code=FAC-310']) {
      const csv = await (await fetch(`${site.url}/api/v1/${path}`, { headers })).text()
      expect(csv).toContain(path.startsWith('budgets') ? 'Parks' : 'trees')
    }
    const audit = await site.hub.db('audit_events').where({ subject_id: one.id }).orderBy('id').pluck('action')
    expect(audit.sort()).toEqual(['budget.allocated', 'budget.changed', 'budget.made', 'budget.transferred'])
    expect((await admin('PATCH', `/api/v1/budgets/${two.id}`, { version: 1, status: 'closed' })).status).toBe(200)
    expect((await admin('POST', '/api/v1/budget-transfers', { ...move, key: 'move-3' })).status).toBe(409)
  })

  it('says what a spend would do without doing it', async () => {
    const { id } = await make({ overdraft: '10' })
    const ask = (net: string, currency = 'EUR') =>
      admin('POST', '/api/v1/budget-check', { accountId: demoIds.account, net, currency }).then((r) => r.body)
    expect(await ask('1010')).toMatchObject({ verdict: 'ok', parts: [{ budgetId: id, available: '1010', short: '0' }] })
    expect(await ask('1011')).toMatchObject({ verdict: 'block', parts: [{ short: '1', verdict: 'block' }] })
    expect(await ask('1', 'USD')).toMatchObject({ verdict: 'ask' })
    expect(await sumsOf(id)).toEqual([1000, 0, 0])
  })

  it('a person sees the budgets within reach: a buyer their own, a viewer none; another’s is 404', async () => {
    const { db } = site.hub
    const member = async (email: string, role: string) => {
      const [person, id] = [site.hub.newId(), site.hub.newId()]
      const at = site.hub.now()
      await db('people').insert({ id: person, seller_id: demoIds.seller, email, name: email, created_at: at })
      await db('memberships').insert({ id, account_id: demoIds.account, person_id: person, role, created_at: at })
      return id
    }
    const [buyer, viewer, chief] = [
      await member('b@almere.example', 'buyer'),
      await member('v@almere.example', 'viewer'),
      await member('c@almere.example', 'buyer-admin'),
    ]
    const all = await make()
    const own = await make({ kind: 'member', membershipId: buyer })
    const as = async (membership: string, method: string, path: string, body?: unknown) => {
      const headers = {
        ...{ Authorization: adminAuthorization, 'Hub-Membership': membership },
        ...(body ? { 'Content-Type': 'application/json' } : {}),
      }
      const res = await fetch(`${site.url}${path}`, { method, headers, body: body ? JSON.stringify(body) : null })
      return { status: res.status, body: JSON.parse((await res.text()) || '{}') }
    }
    const ids = (r: { body: { items: { id: string }[] } }) => r.body.items.map((b) => b.id)
    expect(ids(await as(buyer, 'GET', '/api/v1/budgets'))).toEqual([own.id])
    expect((await as(buyer, 'GET', `/api/v1/budgets/${all.id}`)).status).toBe(404)
    const entries = (await as(buyer, 'GET', '/api/v1/budget-entries')).body.items
    expect(entries.map((e: { budgetId: string }) => e.budgetId)).toEqual([own.id])
    expect((await as(viewer, 'GET', '/api/v1/budgets')).status).toBe(403)
    expect((await as(buyer, 'PATCH', `/api/v1/budgets/${own.id}`, { version: 1, amount: '9' })).status).toBe(403)
    expect(ids(await as(chief, 'GET', '/api/v1/budgets?status=active'))).toEqual([own.id, all.id])
    const question = { accountId: demoIds.account, membershipId: buyer, net: '2000', currency: 'EUR' }
    const answer = (await as(buyer, 'POST', '/api/v1/budget-check', question)).body
    expect(answer).toMatchObject({ verdict: 'block', parts: [{ budgetId: own.id }] })
    expect((await as(chief, 'POST', '/api/v1/budget-check', question)).body.verdict).toBe('warn')
  })
})

describe('punchout', () => {
  const bring = async (quantity: string, options: Parameters<typeof punchIn>[1] = {}) => {
    const { session } = await punchIn(site.url, options)
    const path = `/api/v1/punchout/sessions/${session.id}/cart`
    const cart = await api(site.url, 'POST', path, { lines: [{ ...pens, quantity }] })
    return { path, cart }
  }

  it('a cart that a budget blocks is refused and names it; one that asks goes, with a warning; again it replaces itself', async () => {
    const price = Number(pens.unitPrice.amount)
    const budget = await make({ amount: String(price * 10) })
    const refused = await bring('11')
    expect(refused.cart.status).toBe(422)
    expect(refused.cart.body.error).toMatchObject({ code: 'over_budget', message: expect.stringContaining('Works') })
    expect((await api(site.url, 'POST', refused.path, { lines: [{ ...pens, quantity: '10' }] })).status).toBe(200)
    expect((await api(site.url, 'POST', refused.path, { lines: [{ ...pens, quantity: '9' }] })).status).toBe(200)
    expect(await sumsOf(budget.id)).toEqual([price * 10, price * 9, 0].map((n) => Number(n.toFixed(2))))
    await admin('PATCH', `/api/v1/budgets/${budget.id}`, { version: 1, over: 'ask' })
    const asked = await bring('5')
    expect(asked.cart.body.warnings).toContainEqual(expect.objectContaining({ field: 'budget' }))
    expect((await api(site.url, 'POST', asked.path, { cancel: true })).status).toBe(200)
    expect((await sumsOf(budget.id))[1]).toBeCloseTo(price * 9)
  })

  it('the purchase order replaces what its cart reserved, the ERP commits it, invoice and credit note settle it', async () => {
    const price = Number(pens.unitPrice.amount)
    const budget = await make()
    const { cart } = await bring('8')
    expect((await sumsOf(budget.id))[1]).toBeCloseTo(price * 8)
    const { order } = await takeBack(cart.body.continueUrl)
    const lines = orderedLines(order)
    expect((await postCxml(site.url, orderRequest({ orderID: 'PO-B1', lines }))).status.code).toBe('200')
    const row = await until('the ERP to have it', async () => {
      const found = await site.hub.db('orders').where({ po_number: 'PO-B1' }).first()
      return found?.erp_id ? found : undefined
    })
    const [, reserved, committed] = await sumsOf(budget.id)
    expect([reserved, committed?.toFixed(2)]).toEqual([0, (price * 8).toFixed(2)])
    // The same again is no other.
    await postCxml(site.url, orderRequest({ orderID: 'PO-B1', lines }))
    expect((await sumsOf(budget.id))[2]).toBeCloseTo(price * 8)

    erp.confirm(row.erp_id)
    erp.ship(row.erp_id)
    const invoice = erp.invoice(row.erp_id)
    const note = erp.creditNote(invoice.erpId, [{ lineNumber: invoice.lines[0]?.lineNumber ?? 1, quantity: '3' }])
    expect(Math.abs(Number(note.netAmount))).toBeGreaterThan(0)
    await admin('POST', `/api/v1/connections/${demoIds.erpConnection}/sync`, { streams: ['orders', 'invoices'] })
    await until('the credit note to give back', async () => {
      const [, , left] = await sumsOf(budget.id)
      return left?.toFixed(2) === (Number(invoice.netAmount) - Math.abs(Number(note.netAmount))).toFixed(2) || undefined
    })
  })

  it('an order over a budget is held and says so; rejected, what it claimed is free again', async () => {
    const budget = await make({ amount: '1' })
    const lines = [{ quantity: '4', supplierPartId: 'A4-80', unitPrice: '5', unit: 'EA', description: 'Copy paper A4' }]
    await postCxml(site.url, orderRequest({ orderID: 'PO-B2', lines }))
    const [found] = (await admin('GET', '/api/v1/orders?poNumber=PO-B2')).body.items
    expect(found.holds).toContainEqual({ reason: 'budget', message: expect.stringContaining('Works') })
    expect(await sumsOf(budget.id)).toEqual([1, 20, 0])
    const rejected = await admin('POST', `/api/v1/orders/${found.id}/reject`, { reason: 'No budget.' })
    expect(rejected.status).toBeLessThan(300)
    expect(await sumsOf(budget.id)).toEqual([1, 0, 0])
  })

  it('edge case 4: a line that the ERP will not deliver is free again, and so is an order cancelled there', async () => {
    const budget = await make()
    const price = Number(pens.unitPrice.amount)
    const { session } = await punchIn(site.url)
    const cart = { lines: ['2', '3'].map((quantity) => ({ ...pens, quantity })) }
    const returned = await api(site.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, cart)
    const lines = orderedLines((await takeBack(returned.body.continueUrl)).order)
    await postCxml(site.url, orderRequest({ orderID: 'PO-B3', lines }))
    const row = await until('the ERP to have it', async () => {
      const known = await site.hub.db('orders').where({ po_number: 'PO-B3' }).first()
      return known?.erp_id ? known : undefined
    })
    const committed = async () => (await sumsOf(budget.id))[2]?.toFixed(2)
    expect(await committed()).toBe((price * 5).toFixed(2))
    const sync = () =>
      admin('POST', `/api/v1/connections/${demoIds.erpConnection}/sync`, { streams: ['orders', 'invoices'] })
    erp.rejectLine(row.erp_id, 2, 'sold out')
    await sync()
    await until('the line to be free', async () => (await committed()) === (price * 2).toFixed(2) || undefined)
    erp.cancelOrder(row.erp_id)
    await sync()
    await until('the order to be free', async () => (await committed()) === '0.00' || undefined)
  })
})

describe('what a buyer’s system says later', () => {
  it('a cart that edits an earlier session’s takes the place of what that one reserved', async () => {
    const budget = await make()
    const price = Number(pens.unitPrice.amount)
    const { session } = await punchIn(site.url)
    const first = await api(site.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, {
      lines: [{ ...pens, quantity: '8' }],
    })
    const { order } = await takeBack(first.body.continueUrl)
    const [item] = order.items
    const back = `<ItemOut quantity="8" lineNumber="1"><ItemID><SupplierPartID>${pens.supplierPartId}</SupplierPartID><SupplierPartAuxiliaryID>${
      item?.itemID.supplierPartAuxiliaryID
    }</SupplierPartAuxiliaryID></ItemID></ItemOut>`
    const edited = await punchIn(site.url, { operation: 'edit', inside: back })
    expect((await sumsOf(budget.id))[1]).toBeCloseTo(price * 8)
    const path = `/api/v1/punchout/sessions/${edited.session.id}/cart`
    expect((await api(site.url, 'POST', path, { lines: [{ ...pens, quantity: '3' }] })).status).toBe(200)
    expect((await sumsOf(budget.id))[1]).toBeCloseTo(price * 3)
    // The earlier one is spent: brought again it would claim anew, so its claim stays gone.
    const claims = await site.hub.db('budget_claims').where({ spender_id: session.id })
    expect(claims.map((c) => Number(c.reserved))).toEqual([0])
  })

  it('a change of a purchase order raises and lowers what it claims; its cancellation frees it', async () => {
    const budget = await make({ amount: '100' })
    const line = { supplierPartId: 'A4-80', unitPrice: '5', unit: 'EA', description: 'Copy paper A4' }
    const say = (type: 'new' | 'update' | 'delete', version: string, quantity: string) =>
      postCxml(site.url, orderRequest({ orderID: 'PO-B5', type, version, lines: [{ ...line, quantity }] }))
    const claimed = async () => {
      const [, reserved, committed] = await sumsOf(budget.id)
      return (reserved ?? 0) + (committed ?? 0)
    }
    await say('new', '1', '4')
    expect(await claimed()).toBe(20)
    await say('update', '2', '10')
    expect(await claimed()).toBe(50)
    await say('update', '3', '2')
    expect(await claimed()).toBe(10)
    await say('update', '4', '50')
    const [found] = (await admin('GET', '/api/v1/orders?poNumber=PO-B5')).body.items
    expect(found.holds).toContainEqual({ reason: 'budget', message: expect.stringContaining('Works') })
    await say('delete', '5', '50')
    expect(await claimed()).toBe(0)
  })

  it('a line that cXML distributes over cost centres takes each one’s share of its budget, to the cent', async () => {
    const parks = await make({ name: 'Parks', kind: 'cost-centre', code: 'FAC-310' })
    const roads = await make({ name: 'Roads', kind: 'cost-centre', code: 'FAC-320' })
    const whole = await make()
    const part = (code: string, amount: string) =>
      `<Distribution><Accounting name="Split"><AccountingSegment id="${code}"><Name xml:lang="en">CostCenter</Name><Description xml:lang="en">c</Description></AccountingSegment></Accounting><Charge><Money currency="EUR">${amount}</Money></Charge></Distribution>`
    const inside = part('FAC-310', '3.34') + part('FAC-320', '6.67')
    const line = { supplierPartId: 'A4-80', unitPrice: '10.01', unit: 'EA', description: 'Copy paper A4', inside }
    await postCxml(site.url, orderRequest({ orderID: 'PO-B6', lines: [{ ...line, quantity: '1' }] }))
    expect((await sumsOf(parks.id))[1]).toBe(3.34)
    expect((await sumsOf(roads.id))[1]).toBe(6.67)
    expect((await sumsOf(whole.id))[1]).toBe(10.01)
  })
})

describe('what the ERP says', () => {
  const origin = { id: demoIds.erpConnection, sellerId: demoIds.seller }

  it('an order of the ERP’s own is committed as it comes in, and free again when it is gone there', async () => {
    const budget = await make()
    const at = new Date().toISOString()
    const phoned = erpOrder({ erpId: 'PHONE-1', orderedAt: at, changedAt: at, channel: 'phone' })
    await record(site.hub, origin, { orders: [phoned] })
    const net = phoned.lines.reduce((sum, l) => sum + Number(l.netAmount), 0)
    for (const _ of [1, 2]) await record(site.hub, origin, { orders: [phoned] })
    expect(await sumsOf(budget.id)).toEqual([1000, 0, net])
    const gone = { erpId: 'PHONE-1', deleted: true } as const
    await site.hub.db.transaction((trx) => recordErpOrders(trx, origin, [gone], { first: false }, stampOf(site.hub)))
    expect(await sumsOf(budget.id)).toEqual([1000, 0, 0])
  })

  it('edge case 3: the yes to a push is lost and comes twice later; what was reserved is committed once', async () => {
    const budget = await make()
    const line = { quantity: '4', supplierPartId: 'A4-80', unitPrice: '5', unit: 'EA', description: 'Copy paper A4' }
    await postCxml(site.url, orderRequest({ orderID: 'PO-B4', lines: [line] }))
    expect(await sumsOf(budget.id)).toEqual([1000, 20, 0])
    const row = await site.hub.db('orders').where({ po_number: 'PO-B4' }).first()
    const known = erpOrder({ erpId: 'LOST-1', onceKey: row.once_key, changedAt: new Date().toISOString() })
    for (const _ of [1, 2]) await record(site.hub, origin, { orders: [known] })
    expect(await sumsOf(budget.id)).toEqual([1000, 0, 20])
    const order = await findOrderById(site.hub.db, row.id)
    const receipt = {
      erpId: 'LOST-1',
      number: 'LOST-1',
      created: false,
      netAmount: '20',
      notes: [],
      state: 'open',
    } as const
    await site.hub.db.transaction((trx) =>
      recordReceipt(trx, order as Order, { ...receipt, notes: [] }, 1, stampOf(site.hub)),
    )
    expect(await sumsOf(budget.id)).toEqual([1000, 0, 20])
  })

  it('a credit note that is cancelled is spent again, once, also where it had given back everything', async () => {
    const budget = await make()
    const at = new Date().toISOString()
    const phoned = erpOrder({ erpId: 'PHONE-2', orderedAt: at, changedAt: at, channel: 'phone' })
    await record(site.hub, origin, { orders: [phoned] })
    const net = phoned.lines.reduce((sum, l) => sum + Number(l.netAmount), 0)
    const [line] = phoned.lines
    const lines = [{ orderErpId: 'PHONE-2', orderLineErpId: line?.erpLineId ?? null, netAmount: String(net) }]
    const kind = { kind: 'credit-note', netAmount: String(net), taxAmount: '0' } as const
    const note = erpInvoice({ erpId: 'CN-1', number: 'CN-1', ...kind, lines, changedAt: at })
    await record(site.hub, origin, { invoices: [note] })
    expect(await sumsOf(budget.id)).toEqual([1000, 0, 0])
    const later = new Date(Date.now() + 1000).toISOString()
    const cancelled = { ...note, state: 'cancelled', changedAt: later } as const
    for (const _ of [1, 2]) await record(site.hub, origin, { invoices: [cancelled] })
    expect(await sumsOf(budget.id)).toEqual([1000, 0, net])
    const entries = (await admin('GET', `/api/v1/budget-entries?budgetId=${budget.id}`)).body.items
    expect(entries.filter((e: { kind: string }) => e.kind === 'refund')).toHaveLength(2)
  })
})

it('the clock’s job frees carts that were not ordered in time and opens the new period', async () => {
  const { db } = site.hub
  const budget = await make()
  const { session } = await punchIn(site.url)
  await api(site.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines: [{ ...pens, quantity: '2' }] })
  expect((await sumsOf(budget.id))[1]).toBeGreaterThan(0)
  const next = await make({ name: 'Since', period: 'month', startsOn: '2020-01-01' })
  // As if it had last been used a month ago.
  const back = (column: string) => ({ [column]: db.raw(`${column} - interval '1 month'`) })
  await db('budget_periods')
    .where({ budget_id: next.id })
    .update({ ...back('starts_on'), ...back('ends_on') })
  await db('budget_claims')
    .where({ spender_id: session.id })
    .update({ expires_at: new Date(0) })
  await db('job_schedules').where({ name: 'keep-budgets' }).update({ next_at: new Date() })
  await until('the cart to be free', async () => (await sumsOf(budget.id))[1] === 0 || undefined)
  await until('the period', async () => (await read(next.id)).periods.length === 2 || undefined)
  const done = db('job_runs').where({ job: 'keep-budgets', state: 'done' })
  const run = await until('the job', () => done.clone().whereRaw("(progress->>'freed')::int > 0").first())
  expect(run.progress).toEqual({ freed: 1, opened: 1 })
})
