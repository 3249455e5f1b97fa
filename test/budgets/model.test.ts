// The budget ledger against a model of a few lines, whatever is done in whatever order (fast-check).
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditLedger } from '../../src/budgets/audit-ledger.ts'
import type { Budget } from '../../src/budgets/budget.ts'
import { allocateBudget, transferBudget } from '../../src/budgets/change-budget.ts'
import type { Spender } from '../../src/budgets/charge.ts'
import { reserveBudget } from '../../src/budgets/reserve-budget.ts'
import { commitBudget, refundBudget, releaseBudget } from '../../src/budgets/settle-budget.ts'
import { addBudget, at, charge, type LedgerSite, stampAt, startLedgerSite, sums } from './ledger-site.ts'

let site: LedgerSite
beforeAll(async () => {
  site = await startLedgerSite()
})
afterAll(() => site?.close())

/** Two cost centres' budgets; an order claims money of one or both. */
interface Model {
  allocated: [number, number]
  claims: Map<string, { reserved: [number, number]; committed: [number, number]; keys: Set<string> }>
}
interface Real {
  budgets: [Budget, Budget]
  names: [string, string]
  ids: Map<string, string>
}

const held = (model: Model, i: 0 | 1, part: 'reserved' | 'committed') =>
  [...model.claims.values()].reduce((sum, c) => sum + c[part][i], 0)
const left = (model: Model, i: 0 | 1) => model.allocated[i] - held(model, i, 'reserved') - held(model, i, 'committed')
const claimOf = (model: Model, order: string) => {
  const known = model.claims.get(order) ?? { reserved: [0, 0], committed: [0, 0], keys: new Set<string>() }
  model.claims.set(order, known as never)
  return known as { reserved: [number, number]; committed: [number, number]; keys: Set<string> }
}
const spenderOf = (real: Real, order: string): Spender => {
  const id = real.ids.get(order) ?? randomUUID()
  real.ids.set(order, id)
  return { kind: 'order', id }
}
const both = [0, 1] as const

class Command implements fc.AsyncCommand<Model, Real> {
  readonly words: string
  readonly work: (model: Model, real: Real) => Promise<void>
  constructor(words: string, work: (model: Model, real: Real) => Promise<void>) {
    this.words = words
    this.work = work
  }
  check = () => true
  async run(model: Model, real: Real) {
    await this.work(model, real)
    for (const i of both)
      expect((await sums(site, real.budgets[i].id))['2026-03-01']).toBe(
        `${model.allocated[i]} ${held(model, i, 'reserved')} ${held(model, i, 'committed')}`,
      )
    expect(await auditLedger(site.db, site.seller)).toEqual([])
  }
  toString = () => this.words
}

const order = fc.constantFrom('a', 'b', 'c')
const money = fc.integer({ min: 1, max: 60 })
const passes = (work: Promise<unknown>) =>
  work.then(
    () => true,
    (e) => {
      if (e.code !== 'over_budget') throw e
      return false
    },
  )

const commands = [
  fc.tuple(order, fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 })).map(
    ([name, x, y]) =>
      new Command(`reserve ${name} ${x} ${y}`, async (model, real) => {
        const amounts = [x, y] as [number, number]
        const claim = claimOf(model, name)
        const was = both.map((i) => claim.reserved[i] + claim.committed[i]) as [number, number]
        const fits = both.every((i) => amounts[i] <= left(model, i) + was[i] || amounts[i] <= was[i])
        const charges = both.map((i) => charge(site, String(amounts[i]), { costCentre: real.names[i] }))
        const spend = { sellerId: site.seller, spender: spenderOf(real, name), charges, at, mode: 'enforce' } as const
        expect(await passes(site.db.transaction((trx) => reserveBudget(trx, spend, stampAt())))).toBe(fits)
        if (!fits) return
        // What the ERP has is committed at once.
        const inErp = both.some((i) => claim.committed[i] > 0)
        claim.reserved = inErp ? [0, 0] : amounts
        claim.committed = inErp ? amounts : [0, 0]
      }),
  ),
  order.map(
    (name) =>
      new Command(`commit ${name}`, async (model, real) => {
        const claim = claimOf(model, name)
        await site.db.transaction((trx) => commitBudget(trx, spenderOf(real, name), stampAt()))
        claim.committed = both.map((i) => claim.committed[i] + claim.reserved[i]) as [number, number]
        claim.reserved = [0, 0]
      }),
  ),
  order.map(
    (name) =>
      new Command(`release ${name}`, async (model, real) => {
        await site.db.transaction((trx) => releaseBudget(trx, spenderOf(real, name), 'cancelled', stampAt()))
        Object.assign(claimOf(model, name), { reserved: [0, 0], committed: [0, 0] })
      }),
  ),
  fc.tuple(order, fc.constantFrom('k', 'l')).map(
    ([name, key]) =>
      new Command(`refund ${name} ${key}`, async (model, real) => {
        // A credit note of everything: what is committed is free, and no more, once.
        const amounts = { net: '1000000', tax: '0', shipping: '0' }
        const given = { order: spenderOf(real, name), key: `${name} ${key}`, amounts }
        const before = await site
          .db('budget_entries')
          .where({ spender_id: given.order.id, kind: 'refund', key: given.key })
        await site.db.transaction((trx) => refundBudget(trx, given, stampAt()))
        const claim = claimOf(model, name)
        for (const i of both) {
          const known = await site
            .db('budget_entries as e')
            .join('budget_periods as p', 'p.id', 'e.period_id')
            .where({ 'e.spender_id': given.order.id, 'e.kind': 'refund', 'e.key': given.key })
            .where('p.budget_id', real.budgets[i].id)
            .first('e.id')
          if (!known || before.some((b) => b.id === known.id)) continue
          claim.reserved[i] = 0
          claim.committed[i] = 0
        }
      }),
  ),
  fc.tuple(fc.boolean(), money).map(
    ([up, n]) =>
      new Command(`transfer ${n}`, async (model, real) => {
        const [f, t] = up ? ([0, 1] as const) : ([1, 0] as const)
        const move = { from: real.budgets[f], to: real.budgets[t], amount: String(n), note: 'x', key: randomUUID() }
        const fits = n <= left(model, f)
        expect(await passes(site.db.transaction((trx) => transferBudget(trx, move, { hub: 't' }, stampAt())))).toBe(
          fits,
        )
        if (!fits) return
        model.allocated[f] -= n
        model.allocated[t] += n
      }),
  ),
  fc.tuple(fc.constantFrom(...both), fc.integer({ min: -40, max: 40 })).map(
    ([i, n]) =>
      new Command(`adjust ${i} ${n}`, async (model, real) => {
        const given = { kind: 'adjust', amount: String(n), note: 'x', key: randomUUID() } as const
        await site.db.transaction((trx) => allocateBudget(trx, real.budgets[i], given, { hub: 't' }, stampAt()))
        model.allocated[i] += n
      }),
  ),
]

it('does what the model does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 25 }), async (chosen) => {
      const names = [randomUUID(), randomUUID()] as [string, string]
      const budgets = (await Promise.all(names.map((code) => addBudget(site, { kind: 'cost-centre', code })))) as [
        Budget,
        Budget,
      ]
      const model: Model = { allocated: [100, 100], claims: new Map() }
      await fc.asyncModelRun(() => ({ model, real: { budgets, names, ids: new Map() } }), chosen)
    }),
    { numRuns: 25 },
  )
}, 60_000)
