// The budget ledger on a real PostgreSQL (design "Budget", edge cases 1, 4, 5, 6, 7): never over, no deadlock, and the sums are the entries'.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { auditLedger } from '../../src/budgets/audit-ledger.ts'
import { findBudget } from '../../src/budgets/budget-store.ts'
import { changeBudget, transferBudget } from '../../src/budgets/change-budget.ts'
import { chargesOf } from '../../src/budgets/charge.ts'
import { openDuePeriods } from '../../src/budgets/open-periods.ts'
import { budgetFacts, recordSpends, reserveBudget } from '../../src/budgets/reserve-budget.ts'
import {
  commitBudget,
  expireReservations,
  refundBudget,
  releaseBudget,
  renameSpender,
  settleInvoiced,
} from '../../src/budgets/settle-budget.ts'
import { addBudget, at, charge, type LedgerSite, spender, stampAt, startLedgerSite, sums } from './ledger-site.ts'

let site: LedgerSite
beforeAll(async () => {
  site = await startLedgerSite()
})
afterAll(() => site?.close())
afterEach(async () => {
  expect(await auditLedger(site.db, site.seller)).toEqual([])
  await site.db('budgets').update({ status: 'closed' })
})

const reserve = (
  net: string,
  given: Partial<Parameters<typeof reserveBudget>[1]> = {},
  who: Parameters<typeof charge>[2] = {},
) =>
  site.db.transaction((trx) =>
    reserveBudget(
      trx,
      {
        ...{ sellerId: site.seller, spender: spender(), charges: [charge(site, net, who)], at, mode: 'enforce' },
        ...given,
      },
      stampAt(),
    ),
  )
const amounts = (net: string) => ({ net, tax: '0', shipping: '0' })
const refused = (e: { code?: string }) => {
  if (e.code !== 'over_budget') throw e
  return 'refused' as const
}
const march = '2026-03-01'

describe('many at once', () => {
  it('edge case 1: of 200 parallel submits on a nearly empty budget only what it holds passes', async () => {
    const budget = await addBudget(site, { amount: '35' })
    const results = await Promise.all(Array.from({ length: 200 }, () => reserve('10').catch(refused)))
    expect(results.filter((r) => r !== 'refused')).toHaveLength(3)
    expect(await sums(site, budget.id)).toEqual({ [march]: '35 30 0' })
  })

  it('edge case 1: crossed submits over two budgets never deadlock and never go over', async () => {
    const [one, two] = [
      await addBudget(site, { kind: 'cost-centre', code: 'A', amount: '45' }),
      await addBudget(site, { kind: 'cost-centre', code: 'B', amount: '65' }),
    ]
    const crossed = (i: number) => {
      const charges = ['A', 'B'].map((costCentre) => charge(site, '10', { costCentre }))
      return reserve('0', { charges: i % 2 ? charges : charges.reverse() }).catch(refused)
    }
    const results = await Promise.all(Array.from({ length: 100 }, (_, i) => crossed(i)))
    expect(results.filter((r) => r !== 'refused')).toHaveLength(4)
    expect(await sums(site, one.id)).toEqual({ [march]: '45 40 0' })
    expect(await sums(site, two.id)).toEqual({ [march]: '65 40 0' })
  })

  it('edge case 1: transfers in opposite directions at once keep the sum', async () => {
    const [one, two] = [await addBudget(site), await addBudget(site)]
    const move = (i: number) =>
      site.db.transaction((trx) => {
        const [from, to] = i % 2 ? [one, two] : [two, one]
        return transferBudget(trx, { from, to, amount: '7', note: 'x', key: `move ${i}` }, { hub: 'test' }, stampAt())
      })
    await Promise.all(Array.from({ length: 40 }, (_, i) => move(i).catch(refused)))
    const all = [await sums(site, one.id), await sums(site, two.id)].map((s) => Number(s[march]?.split(' ')[0]))
    expect(all.reduce((sum, each) => sum + each, 0)).toBe(200)
  })
})

describe('a claim', () => {
  it('hits the budget of the account and of every account above it, all or nothing', async () => {
    const upper = await addBudget(site, { amount: '15' })
    const lower = await addBudget(site, { accountId: site.department })
    await reserve('10')
    await expect(reserve('10')).rejects.toMatchObject({
      code: 'over_budget',
      message: expect.stringContaining('Works'),
    })
    expect(await sums(site, upper.id)).toEqual({ [march]: '15 10 0' })
    expect(await sums(site, lower.id)).toEqual({ [march]: '100 10 0' })
    // Spent above the department, it is none of the department's.
    await reserve('5', {}, { accountId: site.company })
    expect(await sums(site, lower.id)).toEqual({ [march]: '100 10 0' })
  })

  it('no budget is not a budget of zero', async () => {
    expect(await reserve('1000000')).toEqual({ parts: [], verdict: 'ok' })
  })

  it('asks, warns, or uses the overdraft; who may exceed a budget is warned, and the ledger says so', async () => {
    await addBudget(site, { amount: '10', overdraft: '5' })
    expect((await reserve('15')).verdict).toBe('ok')
    await expect(reserve('1')).rejects.toMatchObject({ code: 'over_budget' })
    const own = spender()
    expect((await reserve('1', { mayExceed: true, spender: own })).verdict).toBe('warn')
    const entry = await site.db('budget_entries').where({ spender_id: own.id }).first()
    expect(entry.note).toContain('may exceed')
    expect((await reserve('1', { mode: 'record' })).verdict).toBe('block')
    await site.db('budgets').update({ over: 'ask' })
    expect((await reserve('1')).verdict).toBe('ask')
  })

  it('a rate that is missing stays what it is for who may exceed a budget', async () => {
    await addBudget(site, { otherCurrency: 'block' })
    await expect(reserve('1', { mayExceed: true }, { currency: 'USD' })).rejects.toMatchObject({ code: 'over_budget' })
    await site.db('budgets').update({ status: 'closed' })
    await addBudget(site, { otherCurrency: 'ask' })
    expect((await reserve('1', { mayExceed: true }, { currency: 'USD' })).verdict).toBe('ask')
  })

  it('takes net or gross, with shipping or without', async () => {
    const net = await addBudget(site, { amount: '500' })
    const gross = await addBudget(site, { amount: '500', basis: 'gross', withShipping: true })
    await reserve('0', { charges: [{ ...charge(site, '0'), amounts: { net: '100', tax: '21', shipping: '7.50' } }] })
    expect(await sums(site, net.id)).toEqual({ [march]: '500 100 0' })
    expect(await sums(site, gross.id)).toEqual({ [march]: '500 128.5 0' })
  })

  it('of another currency is never added up: asked about, refused or left out, or taken at the rate given', async () => {
    const budget = await addBudget(site, { otherCurrency: 'ask' })
    expect((await reserve('10', {}, { currency: 'USD' })).verdict).toBe('ask')
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 0' })
    await site.db('budgets').update({ other_currency: 'block' }).where({ id: budget.id })
    await expect(reserve('10', {}, { currency: 'USD' })).rejects.toMatchObject({ code: 'over_budget' })
    await site.db('budgets').update({ other_currency: 'ignore' }).where({ id: budget.id })
    expect(await reserve('10', {}, { currency: 'USD' })).toEqual({ parts: [], verdict: 'ok' })
    await site
      .db('budgets')
      .update({ rates: JSON.stringify({ USD: '0.9' }) })
      .where({ id: budget.id })
    await reserve('10', {}, { currency: 'USD' })
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 9 0' })
  })

  it('a returned cart that runs out is free again; the order that follows replaces it and is never doubled', async () => {
    const budget = await addBudget(site)
    const cart = spender('punchout')
    const expiresAt = new Date(at.getTime() + 60_000)
    await reserve('60', { spender: cart, expiresAt })
    const order = spender()
    await reserve('70', { spender: order, replaces: [cart], mode: 'record' })
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 70 0' })
    const other = spender('punchout')
    await reserve('20', { spender: other, expiresAt })
    const later = stampAt(new Date(at.getTime() + 61_000))
    expect(await site.db.transaction((trx) => expireReservations(trx, 100, later))).toBe(1)
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 70 0' })
    await reserve('25', { spender: other, expiresAt })
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 95 0' })
  })

  it('a requisition that became an order is committed, settled by the invoice and released once, however often it is said', async () => {
    const budget = await addBudget(site)
    const [requisition, order] = [spender('requisition'), spender()]
    await reserve('60', { spender: requisition })
    for (const _ of [1, 2]) await renameSpender(site.db, requisition, order, stampAt())
    for (const _ of [1, 2]) await site.db.transaction((trx) => commitBudget(trx, order, stampAt()))
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 60' })
    const invoiced = { order, amounts: amounts('58.40') }
    for (const _ of [1, 2]) await site.db.transaction((trx) => settleInvoiced(trx, invoiced, stampAt()))
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 58.4' })
    for (const _ of [1, 2]) await site.db.transaction((trx) => releaseBudget(trx, order, 'cancelled', stampAt()))
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 0' })
  })

  it('what the ERP brought in of its own is committed, a page in one go', async () => {
    const budget = await addBudget(site)
    const spends = ['10', '20'].map((net) => ({ spender: spender(), charges: [charge(site, net)], at }))
    await site.db.transaction((trx) => recordSpends(trx, site.seller, spends, [], stampAt()))
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 30' })
  })
})

describe('what happens later', () => {
  it('edge case 4: a partial cancellation frees its part, a credit note never gives back more than is committed', async () => {
    const budget = await addBudget(site)
    const order = spender()
    await reserve('80', { spender: order })
    await site.db.transaction((trx) => commitBudget(trx, order, stampAt()))
    const left = { order, amounts: amounts('50'), invoiced: false, note: 'line 2 will not be delivered' }
    await site.db.transaction((trx) => settleInvoiced(trx, left, stampAt()))
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 50' })
    const refund = (key: string, net: string) =>
      site.db.transaction((trx) => refundBudget(trx, { order, key, amounts: amounts(net) }, stampAt()))
    await Promise.all(Array.from({ length: 5 }, () => refund('credit 1', '20')))
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 30' })
    await refund('credit 2', '400')
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 0' })
  })

  it('edge case 4: a refund in a later period goes to the reservation’s period, or to the present one where the budget says so', async () => {
    const kept = await addBudget(site)
    const moved = await addBudget(site, { refundTo: 'current' })
    const order = spender()
    await reserve('80', { spender: order })
    const april = stampAt(new Date('2026-04-20T10:00:00Z'))
    await site.db.transaction((trx) => commitBudget(trx, order, april))
    await site.db.transaction((trx) => refundBudget(trx, { order, key: 'c', amounts: amounts('30') }, april))
    expect(await sums(site, kept.id)).toEqual({ [march]: '100 0 50' })
    expect(await sums(site, moved.id)).toEqual({ [march]: '100 0 80', '2026-04-01': '100 0 -30' })
  })

  it('edge case 5: an order approved after its period stays in the period it was reserved in', async () => {
    const budget = await addBudget(site)
    const [requisition, order] = [spender('requisition'), spender()]
    await reserve('60', { spender: requisition })
    const april = new Date('2026-04-20T10:00:00Z')
    await reserve('65', { spender: order, replaces: [requisition], at: april })
    await site.db.transaction((trx) => commitBudget(trx, order, stampAt(april)))
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 65' })
  })

  it('what is left goes to the next period where the budget says so, and not twice', async () => {
    const budget = await addBudget(site, { carryOver: true })
    await reserve('60')
    const april = new Date('2026-04-01T10:00:00Z')
    await Promise.all([1, 2].map(() => site.db.transaction((trx) => openDuePeriods(trx, 10, stampAt(april)))))
    await reserve('120', { at: april })
    expect(await sums(site, budget.id)).toEqual({ [march]: '60 60 0', '2026-04-01': '140 120 0' })
  })

  it('edge case 6: yen, dinars and a three-way split add up to what was bought', async () => {
    for (const [currency, net, tax] of [
      ['JPY', '1000', '100'],
      ['KWD', '10.000', '0.500'],
      ['EUR', '100.00', '21.00'],
    ] as const) {
      const budget = await addBudget(site, { currency, basis: 'gross', amount: '100000', otherCurrency: 'ignore' })
      const whose = { accountId: site.department, membershipId: null, currency }
      const third = ['A', 'B', 'C'].map((costCentre) => ({ costCentre, project: null, net }))
      const charges = chargesOf(whose, third, { tax, shipping: '1' })
      const order = spender()
      await reserve('0', { charges, spender: order })
      const whole = Number(net) * 3 + Number(tax)
      expect((await sums(site, budget.id))[march]).toBe(`100000 ${whole} 0`)
      // A credit note of a third of it.
      const part = { net, tax: '0', shipping: '0' }
      await site.db.transaction((trx) => refundBudget(trx, { order, key: 'c', amounts: part }, stampAt()))
      expect((await sums(site, budget.id))[march]).toBe(`100000 0 ${whole - Number(net)}`)
    }
  })

  it('edge case 6: a rate that moves while an order waits changes nothing of what it claims', async () => {
    const budget = await addBudget(site, { rates: { USD: '0.90' } })
    const order = spender()
    await reserve('50', { spender: order }, { currency: 'USD' })
    await site
      .db('budgets')
      .where({ id: budget.id })
      .update({ rates: JSON.stringify({ USD: '1.10' }) })
    await site.db.transaction((trx) => commitBudget(trx, order, stampAt()))
    await site.db.transaction((trx) => refundBudget(trx, { order, key: 'c', amounts: amounts('50') }, stampAt()))
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 0' })
  })

  it('edge case 7: a budget cut below what is reserved lets nothing new pass, and what waits goes on', async () => {
    const budget = await addBudget(site)
    const order = spender()
    await reserve('80', { spender: order })
    await site.db.transaction((trx) =>
      changeBudget(trx, budget, { version: 1, amount: '50' }, { hub: 'test' }, stampAt()),
    )
    await expect(
      site.db.transaction((trx) => changeBudget(trx, budget, { version: 1, amount: '9' }, { hub: 'test' }, stampAt())),
    ).rejects.toMatchObject({ code: 'conflict' })
    await expect(reserve('1')).rejects.toMatchObject({ code: 'over_budget' })
    const facts = await budgetFacts(site.db, { sellerId: site.seller, charges: [charge(site, '1')], at })
    expect(facts.parts[0]).toMatchObject({ available: '-30', short: '31', verdict: 'block' })
    // Weighed again with what it claims already, the order passes.
    expect((await reserve('80', { spender: order })).verdict).toBe('ok')
    await site.db.transaction((trx) => commitBudget(trx, order, stampAt()))
    expect(await sums(site, budget.id)).toEqual({ [march]: '50 0 80' })
  })

  it('edge case 7: a cost centre closed with orders pending takes nothing new; the orders are settled', async () => {
    const code = { account_id: site.company, code: 'OLD', status: 'active' }
    const times = { created_at: at, updated_at: at }
    await site
      .db('cost_centres')
      .insert({ id: stampAt().newId(), seller_id: site.seller, name: 'Old', ...code, ...times })
    const budget = await addBudget(site, { kind: 'cost-centre', code: 'OLD' })
    const order = spender()
    await reserve('10', { spender: order }, { costCentre: 'OLD' })
    await site.db('cost_centres').where({ code: 'OLD' }).update({ status: 'closed' })
    await expect(reserve('10', {}, { costCentre: 'OLD' })).rejects.toMatchObject({ code: 'over_budget' })
    await site.db.transaction((trx) => commitBudget(trx, order, stampAt()))
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 10' })
    // Who may exceed a budget may not use what is closed.
    const mayExceed = { spender: spender(), mayExceed: true }
    await expect(reserve('10', mayExceed, { costCentre: 'OLD' })).rejects.toMatchObject({ code: 'over_budget' })
    // So are those of a budget that was closed itself.
    const version = (await findBudget(site.db, site.seller, budget.id))?.version ?? 0
    await site.db.transaction((trx) =>
      changeBudget(trx, budget, { version, status: 'closed' }, { hub: 't' }, stampAt()),
    )
    await site.db.transaction((trx) => releaseBudget(trx, order, 'cancelled', stampAt()))
    expect(await sums(site, budget.id)).toEqual({ [march]: '100 0 0' })
  })

  it('the ledger can’t be rewritten', async () => {
    await addBudget(site)
    await expect(site.db('budget_entries').update({ note: 'x' })).rejects.toThrow('append-only')
    await expect(site.db('budget_entries').delete()).rejects.toThrow('append-only')
  })
})
