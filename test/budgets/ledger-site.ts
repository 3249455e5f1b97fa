// A seller with a company, a department in it, and a buyer; budgets as a test wants them.
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Budget } from '../../src/budgets/budget.ts'
import { findBudget } from '../../src/budgets/budget-store.ts'
import { makeBudget } from '../../src/budgets/change-budget.ts'
import type { Charge, Spender } from '../../src/budgets/charge.ts'
import { makeDatabase } from '../../src/database/database.ts'
import type { Stamp } from '../../src/database/stamp.ts'
import { createTestDatabase } from '../support/database.ts'

export interface LedgerSite {
  db: Knex
  url: string
  seller: string
  company: string
  department: string
  membership: string
  close(): Promise<void>
}

export const at = new Date('2026-03-10T09:00:00Z')
export const stampAt = (when: Date = at): Stamp => ({ at: when, newId: () => randomUUID() })

export async function startLedgerSite(): Promise<LedgerSite> {
  const database = await createTestDatabase()
  const db = makeDatabase(database.url, { poolSize: 16 })
  const [seller, company, department, person, membership] = Array.from({ length: 5 }, () => randomUUID()) as string[]
  await db('sellers').insert({ id: seller, name: 'Seller', created_at: at })
  const account = { seller_id: seller, status: 'active', created_at: at }
  await db('accounts').insert({
    ...account,
    id: company,
    name: 'Company',
    kind: 'company',
    time_zone: 'Europe/Amsterdam',
  })
  await db('accounts').insert({ ...account, id: department, name: 'Works', kind: 'department', parent_id: company })
  await db('people').insert({ id: person, seller_id: seller, email: 'b@example.com', name: 'Buyer', created_at: at })
  await db('memberships').insert({
    id: membership,
    account_id: department,
    person_id: person,
    role: 'buyer',
    created_at: at,
  })
  return {
    ...({ db, url: database.url, seller, company, department, membership } as Omit<LedgerSite, 'close'>),
    async close() {
      await db.destroy()
      await database.drop()
    },
  }
}

export async function addBudget(site: LedgerSite, given: Partial<Budget> = {}): Promise<Budget> {
  const id = await site.db.transaction((trx) =>
    makeBudget(
      trx,
      {
        ...{
          sellerId: site.seller,
          accountId: site.company,
          name: 'Works',
          kind: 'account',
          membershipId: null,
          code: null,
        },
        ...{ currency: 'EUR', amount: '100', overdraft: '0', period: 'month', basis: 'net', withShipping: false },
        ...{ over: 'block', otherCurrency: 'ask', rates: {}, refundTo: 'reservation', carryOver: false },
        ...{ startsOn: '2020-01-01', endsOn: null, defaultZone: 'UTC', ...given },
      },
      { hub: 'test' },
      stampAt(),
    ),
  )
  return (await findBudget(site.db, site.seller, id)) as Budget
}

export const spender = (kind: Spender['kind'] = 'order'): Spender => ({ kind, id: randomUUID() })

export function charge(site: LedgerSite, net: string, given: Partial<Charge> = {}): Charge {
  return {
    ...{ accountId: site.department, membershipId: site.membership, costCentre: null, project: null, currency: 'EUR' },
    amounts: { net, tax: '0', shipping: '0' },
    ...given,
  }
}

/** The sums of a budget's periods, by first day: allocated, reserved, committed. */
export async function sums(site: LedgerSite, budgetId: string): Promise<Record<string, string>> {
  const { rows } = await site.db.raw(
    `SELECT starts_on::text AS day, concat_ws(' ', trim_scale(allocated), trim_scale(reserved), trim_scale(committed)) AS sums
     FROM budget_periods WHERE budget_id = ? ORDER BY starts_on`,
    [budgetId],
  )
  return Object.fromEntries(rows.map((r: { day: string; sums: string }) => [r.day, r.sums]))
}
