// Budgets over the API: made, changed, filled, moved; what is left of them; their statements; and what a spend would do.
import { z } from 'zod'
import { isWithin, type Reach, reachOf } from '../accounts/access.ts'
import { actorOf } from '../audit/record-audit.ts'
import { type Budget, type BudgetPeriod, budgetKinds, budgetPeriods, entryKinds, overs } from '../budgets/budget.ts'
import { type Entry, listBudgets, listEntries, listPeriods, readBudget } from '../budgets/budget-list.ts'
import { assertMember, placeOf } from '../budgets/budget-place.ts'
import { allocateBudget, changeBudget, makeBudget, transferBudget } from '../budgets/change-budget.ts'
import { leftOf } from '../budgets/open-periods.ts'
import { dayIn } from '../budgets/period-of.ts'
import { budgetFacts } from '../budgets/reserve-budget.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { addDecimals, compareDecimals } from '../money.ts'
import type { Columns } from './csv.ts'
import { amount, currency, dateShown, day, term, timeShown } from './list-query.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'
import { withCsv } from './with-csv.ts'

const TAG = 'Budgets'

const decimal = z.string().regex(/^-?\d{1,15}(\.\d{1,6})?$/, 'is no plain decimal text such as "10.50"')
const notNegative = decimal.regex(/^[^-]/, 'is negative')
const positive = notNegative.regex(/[1-9]/, 'is zero')
const code = z.string().regex(/^[A-Z]{3}$/, 'is no ISO 4217 code such as EUR')
const key = z.string().min(1).max(100).optional().describe('said again with the same key, it is done once')
const note = z.string().min(1).max(500)

const changeable = {
  name: z.string().min(1).max(120),
  amount: notNegative.describe('what each period is given; a change is given to the present period at once'),
  overdraft: notNegative.default('0').describe('how far below nothing it may go'),
  over: z.enum(overs).describe('over it: refuse, ask for approval, or only say so'),
  otherCurrency: z
    .enum(['ignore', 'ask', 'block'])
    .default('ask')
    .describe('what is spent in a currency without a rate: never added up'),
  rates: z.record(code, positive).default({}).describe('currency -> what one unit of it is in the budget’s'),
  refundTo: z
    .enum(['reservation', 'current'])
    .default('reservation')
    .describe('whether a credit note gives back to the period the money was spent of, or to the present one'),
  carryOver: z.boolean().default(false).describe('what is left at the end of a period goes to the next'),
  endsOn: day.nullable().default(null).describe('the first day it no longer counts'),
}

const newBudget = z
  .strictObject({
    accountId: z.uuid().describe('counts what is spent there and in all accounts below'),
    kind: z.enum(budgetKinds),
    membershipId: z.uuid().nullable().default(null).describe('of kind member'),
    code: term.nullable().default(null).describe('of the cost centre or project').meta({ example: 'FAC-310' }),
    currency: code,
    period: z.enum(budgetPeriods).describe('ISO weeks; months, quarters and years from the account’s fiscal start'),
    basis: z.enum(['net', 'gross']).default('net'),
    withShipping: z.boolean().default(false),
    startsOn: day.optional().describe('what is spent before is not its; today where absent'),
    ...changeable,
  })
  .meta({ id: 'NewBudget' })

const budgetChange = z
  .strictObject({
    version: z.int().min(1).describe('as read; another by now is 409'),
    name: changeable.name.optional(),
    amount: changeable.amount.optional(),
    overdraft: notNegative.optional(),
    over: changeable.over.optional(),
    otherCurrency: z.enum(['ignore', 'ask', 'block']).optional(),
    rates: z.record(code, positive).optional(),
    refundTo: z.enum(['reservation', 'current']).optional(),
    carryOver: z.boolean().optional(),
    endsOn: day.nullable().optional(),
    status: z.enum(['active', 'closed']).optional().describe('closed: counts nothing new; what is claimed is settled'),
  })
  .meta({ id: 'BudgetChange' })

const period = z
  .object({
    startsOn: dateShown,
    endsOn: dateShown.nullable().describe('the first day after it'),
    timeZone: z.string().describe('whose days these are'),
    allocated: amount,
    reserved: amount,
    committed: amount,
    available: amount.describe('allocated - reserved - committed; negative where it was cut or overspent'),
    overspent: z.boolean().describe('below the overdraft: nothing new passes'),
  })
  .meta({ id: 'BudgetPeriod' })

const budgetShown = z
  .object({
    id: z.uuid(),
    accountId: z.uuid(),
    name: z.string(),
    kind: z.enum(budgetKinds),
    membershipId: z.uuid().nullable(),
    code: z.string().nullable(),
    currency,
    amount,
    overdraft: amount,
    period: z.enum(budgetPeriods),
    basis: z.enum(['net', 'gross']),
    withShipping: z.boolean(),
    over: z.enum(overs),
    otherCurrency: z.enum(['ignore', 'ask', 'block']),
    rates: z.record(z.string(), z.string()),
    refundTo: z.enum(['reservation', 'current']),
    carryOver: z.boolean(),
    startsOn: dateShown,
    endsOn: dateShown.nullable(),
    status: z.enum(['active', 'closed']),
    version: z.int(),
    createdAt: timeShown,
    updatedAt: timeShown,
    periods: z.array(period).describe('the last ones, newest first'),
  })
  .meta({ id: 'Budget' })

function show({ sellerId: _, defaultZone: _d, ...budget }: Budget, periods: readonly BudgetPeriod[]) {
  const mine = periods.filter((p) => p.budgetId === budget.id)
  return {
    ...budget,
    periods: mine.map(({ id: _, budgetId: _b, ...p }) => {
      const available = leftOf(p)
      const overspent = compareDecimals(addDecimals(available, budget.overdraft), '0') < 0
      return { ...p, available, overspent }
    }),
  }
}

async function shown(db: Db, reach: Reach, id: string) {
  const budget = await demanded(db, reach, id)
  return show(budget, await listPeriods(db, [id], 24))
}

async function demanded(db: Db, reach: Reach, id: string): Promise<Budget> {
  const budget = await readBudget(db, reach, id)
  if (!budget) throw new HubError('not_found', 'There is no such budget.')
  return budget
}

const filterQuery = {
  accountId: z.uuid().optional().describe('where the budget stands'),
  kind: z.enum(budgetKinds).optional(),
  code: term.optional().describe('of the cost centre or project'),
  status: z.enum(['active', 'closed']).optional(),
}

const entryQuery = {
  budgetId: z.uuid().optional(),
  period: day.optional().describe('first day of a period'),
  kind: z.enum(entryKinds).optional(),
  spenderId: z.uuid().optional().describe('an order, a requisition or a punchout session'),
}

const entryShown = z
  .object({
    id: z.uuid(),
    budgetId: z.uuid(),
    budgetName: z.string(),
    currency,
    period: dateShown.describe('first day of the period'),
    kind: z.enum(entryKinds),
    allocated: amount.describe('by how much what is allocated changes'),
    reserved: amount.describe('by how much what is reserved changes'),
    committed: amount.describe('by how much what is committed changes'),
    spenderKind: z.enum(['punchout', 'requisition', 'order']).nullable(),
    spenderId: z.uuid().nullable(),
    note: z.string().nullable(),
    actor: z.record(z.string(), z.unknown()),
    at: timeShown,
  })
  .meta({ id: 'BudgetEntry' })

const entryColumns: Columns<Entry> = {
  at: (e) => e.at,
  budget: (e) => e.budgetName,
  period: (e) => e.period,
  kind: (e) => e.kind,
  currency: (e) => e.currency,
  allocated: (e) => e.allocated,
  reserved: (e) => e.reserved,
  committed: (e) => e.committed,
  for: (e) => e.spenderKind,
  for_id: (e) => e.spenderId,
  note: (e) => e.note,
  id: (e) => e.id,
}

const entryFilter = (reach: Reach, { budgetId, kind, ...rest }: z.output<z.ZodObject<typeof entryQuery>>) => ({
  ...{ reach, entryKind: kind, ids: budgetId ? [budgetId] : undefined },
  ...rest,
})

type Shown = ReturnType<typeof show>
const budgetColumns: Columns<Shown> = {
  id: (b) => b.id,
  name: (b) => b.name,
  kind: (b) => b.kind,
  code: (b) => b.code,
  status: (b) => b.status,
  period: (b) => b.period,
  period_begins: (b) => b.periods[0]?.startsOn ?? null,
  currency: (b) => b.currency,
  allocated: (b) => b.periods[0]?.allocated ?? null,
  reserved: (b) => b.periods[0]?.reserved ?? null,
  committed: (b) => b.periods[0]?.committed ?? null,
  available: (b) => b.periods[0]?.available ?? null,
}

const BATCH = 500

/** All rows of a list, a batch at a time. */
async function* batches<T extends { id: string }>(
  list: (before: string | undefined) => Promise<T[]>,
): AsyncGenerator<T[]> {
  for (let before: string | undefined; ; ) {
    const rows = await list(before)
    if (rows.length > 0) yield rows
    if (rows.length < BATCH) return
    before = rows.at(-1)?.id
  }
}

const list = jsonRoute({
  method: 'get',
  path: '/api/v1/budgets',
  who: 'purchasing:read',
  may: 'budget.view',
  tag: TAG,
  summary: 'List budgets with what is left of them, newest first',
  query: pageQuery.extend(filterQuery).strict(),
  answer: pageOf(budgetShown),
  async handle(hub, { query: { limit, cursor, ...query }, reach }) {
    const rows = await listBudgets(hub.db, { reach, ...query }, cursor, limit + 1)
    const periods = await listPeriods(
      hub.db,
      rows.map((b) => b.id),
      1,
    )
    return asPage(rows, limit, ({ accountName: _, ...b }) => show(b, periods))
  },
})

const statement = jsonRoute({
  method: 'get',
  path: '/api/v1/budget-entries',
  who: 'purchasing:read',
  may: 'budget.view',
  tag: TAG,
  summary: 'Read the ledger of budgets, newest first',
  description: 'Every change of what is allocated, reserved or committed. Nothing in it is ever changed or removed.',
  query: pageQuery.extend(entryQuery).strict(),
  answer: pageOf(entryShown),
  async handle(hub, { query: { limit, cursor, ...query }, reach }) {
    return asPage(await listEntries(hub.db, entryFilter(reach, query), cursor, limit + 1), limit, (e) => e)
  },
})

export const budgetRoutes: Route[] = [
  ...withCsv(list, {
    name: 'budgets',
    query: z.strictObject(filterQuery),
    columns: budgetColumns,
    async *rows({ db }, query, reach) {
      for await (const rows of batches((before) => listBudgets(db, { reach, ...query }, before, BATCH))) {
        const periods = await listPeriods(
          db,
          rows.map((b) => b.id),
          1,
        )
        yield rows.map((b) => show(b, periods))
      }
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/budgets',
    who: 'purchasing:write',
    may: 'budget.edit',
    tag: TAG,
    summary: 'Make a budget',
    body: newBudget,
    answer: budgetShown,
    status: 201,
    async handle(hub, { body, reach, access }) {
      const { sellerId } = reach
      if ((body.kind === 'member') !== (body.membershipId !== null))
        throw new HubError('invalid_input', 'membershipId: a budget of kind member has one, no other does.')
      if (['cost-centre', 'project'].includes(body.kind) !== (body.code !== null))
        throw new HubError('invalid_input', 'code: a budget of a cost centre or project has one, no other does.')
      const defaultZone = hub.config.timeZone
      const startsOn = body.startsOn ?? dayIn(defaultZone, hub.now())
      if (body.endsOn !== null && body.endsOn <= startsOn)
        throw new HubError('invalid_input', 'endsOn: must be after startsOn.')
      return hub.db.transaction(async (trx) => {
        if (!isWithin(reach, await placeOf(trx, sellerId, body.accountId)))
          throw new HubError('not_found', 'There is no such company account.')
        if (body.membershipId) await assertMember(trx, body.membershipId, body.accountId)
        const made = { ...body, sellerId, defaultZone, startsOn }
        const id = await makeBudget(trx, made, actorOf(access), stampOf(hub))
        return shown(trx, reach, id)
      })
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/budgets/:id',
    who: 'purchasing:read',
    may: 'budget.view',
    tag: TAG,
    summary: 'Read a budget with its last periods',
    answer: budgetShown,
    handle: (hub, { params, reach }) => shown(hub.db, reach, params.id ?? ''),
  }),
  jsonRoute({
    method: 'patch',
    path: '/api/v1/budgets/:id',
    who: 'purchasing:write',
    may: 'budget.edit',
    tag: TAG,
    summary: 'Change or close a budget',
    description:
      'An amount below what is claimed already is let through: what waits goes on, nothing new passes. `version` is the one that was read.',
    body: budgetChange,
    answer: budgetShown,
    async handle(hub, { params, body, reach, access }) {
      return hub.db.transaction(async (trx) => {
        const budget = await demanded(trx, reach, params.id ?? '')
        if (body.endsOn && body.endsOn <= budget.startsOn)
          throw new HubError('invalid_input', 'endsOn: must be after startsOn.')
        await changeBudget(trx, budget, body, actorOf(access), stampOf(hub))
        return shown(trx, reach, budget.id)
      })
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/budgets/:id/allocations',
    who: 'purchasing:write',
    may: 'budget.edit',
    tag: TAG,
    summary: 'Give the present period of a budget money once, or correct it',
    body: z
      .strictObject({ kind: z.enum(['allocate', 'adjust']).default('allocate'), amount: decimal, note, key })
      .meta({ id: 'Allocation' }),
    answer: budgetShown,
    async handle(hub, { params, body, reach, access }) {
      return hub.db.transaction(async (trx) => {
        const budget = await demanded(trx, reach, params.id ?? '')
        const given = { ...body, key: body.key ?? hub.newId() }
        await allocateBudget(trx, budget, given, actorOf(access), stampOf(hub))
        return shown(trx, reach, budget.id)
      })
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/budget-transfers',
    who: 'purchasing:write',
    may: 'budget.transfer',
    tag: TAG,
    summary: 'Move what is left of one budget to another',
    body: z.strictObject({ fromId: z.uuid(), toId: z.uuid(), amount: positive, note, key }).meta({ id: 'Transfer' }),
    answer: z.object({ from: budgetShown, to: budgetShown }),
    async handle(hub, { body: { fromId, toId, amount, note, key }, reach, access }) {
      return hub.db.transaction(async (trx) => {
        const [from, to] = [await demanded(trx, reach, fromId), await demanded(trx, reach, toId)]
        const move = { from, to, amount, note, key: key ?? hub.newId() }
        await transferBudget(trx, move, actorOf(access), stampOf(hub))
        return { from: await shown(trx, reach, fromId), to: await shown(trx, reach, toId) }
      })
    },
  }),
  ...withCsv(statement, {
    name: 'budget-entries',
    query: z.strictObject(entryQuery),
    columns: entryColumns,
    rows: ({ db }, query, reach) => batches((before) => listEntries(db, entryFilter(reach, query), before, BATCH)),
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/budget-check',
    who: 'purchasing:read',
    may: 'budget.view',
    tag: TAG,
    summary: 'Say what a spend would do to the budgets it falls on',
    description: 'Reads only. The verdict counts every budget; the parts are of those the caller may see.',
    body: z
      .strictObject({
        accountId: z.uuid(),
        membershipId: z.uuid().nullable().default(null),
        costCentre: term.nullable().default(null),
        project: term.nullable().default(null),
        net: notNegative,
        tax: notNegative.default('0'),
        shipping: notNegative.default('0'),
        currency: code,
      })
      .meta({ id: 'BudgetQuestion' }),
    answer: z
      .object({
        verdict: z.enum(['ok', 'warn', 'ask', 'block']),
        parts: z.array(
          z.object({
            budgetId: z.uuid(),
            name: z.string(),
            over: z.enum(overs),
            currency,
            amount: amount.describe('what it takes; "0" where the currency has no rate'),
            available: amount.describe('with the overdraft'),
            short: amount,
            verdict: z.enum(['ok', 'warn', 'ask', 'block']),
            why: z.string().nullable(),
          }),
        ),
      })
      .meta({ id: 'BudgetAnswer' }),
    async handle(hub, { body: { net, tax, shipping, ...whose }, reach, access }) {
      const { sellerId } = reach
      const place = await placeOf(hub.db, sellerId, whose.accountId)
      // Everybody may ask for themselves.
      const own = access.membership?.accountId === whose.accountId && whose.membershipId === access.membership.id
      if (!own && !isWithin(reach, place)) throw new HubError('not_found', 'There is no such company account.')
      const exceeding = access.person && reachOf(access, 'budget.exceed')
      const facts = await budgetFacts(hub.db, {
        ...{ sellerId, at: hub.now(), charges: [{ ...whose, amounts: { net, tax, shipping } }] },
        mayExceed: exceeding ? isWithin(exceeding, { ...place, personId: access.person?.id ?? null }) : false,
      })
      const ids = facts.parts.map((p) => p.budgetId)
      const seen = new Set((await listBudgets(hub.db, { reach, ids }, undefined, ids.length)).map((b) => b.id))
      const parts = facts.parts.filter((p) => seen.has(p.budgetId)).map(({ periodId: _, ...part }) => part)
      return { verdict: facts.verdict, parts }
    },
  }),
]
