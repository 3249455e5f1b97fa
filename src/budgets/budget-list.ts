// Budgets and their statements as people read them. One filter says which budgets are within reach, for list, read, change and export.
import type { Knex } from 'knex'
import { presentPlace, type Reach, whereWithin } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import type { Budget, BudgetPeriod, EntryKind } from './budget.ts'
import { budgetColumns, periodColumns } from './budget-store.ts'

export interface BudgetFilter {
  reach: Reach
  ids?: readonly string[] | undefined
  accountId?: string | undefined
  kind?: Budget['kind'] | undefined
  code?: string | undefined
  status?: Budget['status'] | undefined
}

const person = '(SELECT m.person_id FROM memberships m WHERE m.id = b.membership_id)'

/** THE filter. A person's own budgets are those of their membership. */
function within(query: Knex.QueryBuilder, filter: BudgetFilter): Knex.QueryBuilder {
  const { reach, ids, accountId, kind, code, status } = filter
  query.join('accounts as a', 'a.id', 'b.account_id').where('b.seller_id', reach.sellerId)
  whereWithin(query, reach, { ...presentPlace, account: own, person })
  if (ids) query.whereIn('b.id', [...ids])
  if (accountId) query.where('b.account_id', accountId)
  if (kind) query.where('b.kind', kind)
  if (code) query.where('b.code', code)
  if (status) query.where('b.status', status)
  return query
}

/** A member's budget may stand above the account they are in: it is theirs where they are. */
const own = 'coalesce((SELECT m.account_id FROM memberships m WHERE m.id = b.membership_id), a.id)'

/** Newest first, those before `before`. */
export async function listBudgets(
  db: Db,
  filter: BudgetFilter,
  before: string | undefined,
  limit: number,
): Promise<(Budget & { accountName: string })[]> {
  const rows = within(db('budgets as b'), filter)
    .select({ ...budgetColumns, accountName: 'a.name' })
    .orderBy('b.id', 'desc')
    .limit(limit)
  return before ? rows.where('b.id', '<', before) : rows
}

/** A budget within reach. */
export async function readBudget(db: Db, reach: Reach, id: string): Promise<Budget | undefined> {
  const [found] = await listBudgets(db, { reach, ids: [id] }, undefined, 1)
  return found
}

/** The last so many periods of each, newest first. */
export async function listPeriods(db: Db, budgetIds: readonly string[], each: number): Promise<BudgetPeriod[]> {
  return db('budgets as b')
    .joinRaw(
      'CROSS JOIN LATERAL (SELECT * FROM budget_periods k WHERE k.budget_id = b.id ORDER BY k.starts_on DESC LIMIT ?) p',
      [each],
    )
    .select(periodColumns)
    .whereIn('b.id', [...budgetIds])
    .orderBy([{ column: 'b.id' }, { column: 'p.starts_on', order: 'desc' }])
}

export interface Entry {
  id: string
  budgetId: string
  budgetName: string
  currency: string
  /** First day of its period. */
  period: string
  kind: EntryKind
  allocated: string
  reserved: string
  committed: string
  spenderKind: string | null
  spenderId: string | null
  note: string | null
  actor: Record<string, unknown>
  at: Date
}

export interface EntryFilter extends BudgetFilter {
  entryKind?: EntryKind | undefined
  spenderId?: string | undefined
  /** First day of a period. */
  period?: string | undefined
}

/** The ledger, newest first. */
export async function listEntries(
  db: Db,
  filter: EntryFilter,
  before: string | undefined,
  limit: number,
): Promise<Entry[]> {
  const rows = within(
    db('budget_entries as e')
      .join('budget_periods as p', 'p.id', 'e.period_id')
      .join('budgets as b', 'b.id', 'p.budget_id'),
    filter,
  )
    .select({
      ...{ id: 'e.id', budgetId: 'b.id', budgetName: 'b.name', currency: 'b.currency', period: 'p.starts_on' },
      ...{ kind: 'e.kind', allocated: 'e.allocated', reserved: 'e.reserved', committed: 'e.committed' },
      ...{ spenderKind: 'e.spender_kind', spenderId: 'e.spender_id', note: 'e.note', actor: 'e.actor', at: 'e.at' },
    })
    .orderBy('e.id', 'desc')
    .limit(limit)
  if (before) rows.where('e.id', '<', before)
  if (filter.entryKind) rows.where('e.kind', filter.entryKind)
  if (filter.spenderId) rows.where('e.spender_id', filter.spenderId)
  if (filter.period) rows.where('p.starts_on', filter.period)
  return rows
}
