// Keeps budgets, their periods and claims, and writes the ledger. Locks go claims first, then periods, each by id in one statement.
import type { Actor } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import { rowsOf } from '../database/rows.ts'
import type { Stamp } from '../database/stamp.ts'
import { prepared } from '../database/together.ts'
import type { Budget, BudgetPeriod, EntryKind } from './budget.ts'
import type { Charge, Spender } from './charge.ts'

export const budgetColumns = {
  id: 'b.id',
  sellerId: 'b.seller_id',
  accountId: 'b.account_id',
  name: 'b.name',
  kind: 'b.kind',
  membershipId: 'b.membership_id',
  code: 'b.code',
  currency: 'b.currency',
  amount: 'b.amount',
  overdraft: 'b.overdraft',
  period: 'b.period',
  basis: 'b.basis',
  withShipping: 'b.with_shipping',
  over: 'b.over',
  otherCurrency: 'b.other_currency',
  rates: 'b.rates',
  refundTo: 'b.refund_to',
  carryOver: 'b.carry_over',
  startsOn: 'b.starts_on',
  endsOn: 'b.ends_on',
  defaultZone: 'b.default_zone',
  status: 'b.status',
  version: 'b.version',
  createdAt: 'b.created_at',
  updatedAt: 'b.updated_at',
} as const
export const budgetList = Object.entries(budgetColumns)
  .map(([name, column]) => `${column} AS "${name}"`)
  .join(', ')

/** An account's own value or that of the nearest above it, as SQL over its `path`. */
export const inherited = (column: 'time_zone' | 'fiscal_year_start', path: string) =>
  `(SELECT n.${column} FROM accounts n WHERE n.id = ANY(${path}) AND n.${column} IS NOT NULL ORDER BY cardinality(n.path) DESC LIMIT 1)`

/** A budget that a charge falls on, and the period that is open for it. */
export interface Hit extends Budget {
  /** Which of the charges. */
  charge: number
  timeZone: string
  fiscalStart: string | null
  /** The cost centre or project is closed. */
  codeClosed: boolean
  periodId: string | null
}

const CHARGE = {
  charge: 'integer',
  account: 'uuid',
  membership: 'uuid',
  costCentre: 'text',
  project: 'text',
  at: 'timestamptz',
  spenders: 'text',
} as const

/** One statement. A spend stays in the period that its spender, or one that it replaces, has a claim in. */
export async function findHits(
  db: Db,
  sellerId: string,
  charges: readonly { charge: Charge; at: Date; spenders: readonly Spender[] }[],
): Promise<Hit[]> {
  const given = rowsOf(
    'r',
    CHARGE,
    charges.map(({ charge: c, at, spenders }, i) => ({
      charge: i,
      account: c.accountId,
      membership: c.membershipId,
      costCentre: c.costCentre,
      project: c.project,
      at,
      spenders: `{${spenders.map((s) => s.id).join(',')}}`,
    })),
  )
  const { rows } = await prepared<{ rows: Hit[] }>(
    db,
    `SELECT ${budgetList}, r.charge, coalesce(${inherited('time_zone', 'o.path')}, b.default_zone) AS "timeZone",
       ${inherited('fiscal_year_start', 'o.path')} AS "fiscalStart",
       CASE b.kind
         WHEN 'cost-centre' THEN EXISTS (SELECT 1 FROM cost_centres c WHERE c.account_id = b.account_id AND c.code = b.code AND c.status = 'closed')
         WHEN 'project' THEN EXISTS (SELECT 1 FROM projects c WHERE c.account_id = b.account_id AND c.code = b.code AND c.status = 'closed')
         ELSE false END AS "codeClosed",
       coalesce(
         (SELECT c.period_id FROM budget_claims c WHERE c.spender_id = ANY(r.spenders::uuid[]) AND c.budget_id = b.id
            AND c.reserved + c.committed > 0 ORDER BY c.id LIMIT 1),
         (SELECT p.id FROM budget_periods p WHERE p.budget_id = b.id AND p.starts_on <= (r.at AT TIME ZONE p.time_zone)::date
            AND (p.ends_on IS NULL OR p.ends_on > (r.at AT TIME ZONE p.time_zone)::date))) AS "periodId"
     FROM ${given.sql}
     JOIN accounts a ON a.id = r.account
     JOIN budgets b ON b.account_id = ANY(a.path) AND b.seller_id = ? AND b.status = 'active' AND CASE b.kind
       WHEN 'account' THEN true
       WHEN 'member' THEN b.membership_id = r.membership
       WHEN 'cost-centre' THEN b.code = r."costCentre"
       ELSE b.code = r.project END
     JOIN accounts o ON o.id = b.account_id
     ORDER BY b.id, r.charge`,
    [...given.bindings, sellerId],
  )
  return rows
}

export interface Claim extends Spender {
  claimId: string
  budgetId: string
  periodId: string
  currency: string
  whole: string
  charged: string
  reserved: string
  committed: string
  refunded: string
  budget: Pick<Budget, 'currency' | 'basis' | 'withShipping' | 'refundTo'>
}

export interface Locked {
  claims: Claim[]
  periods: Map<string, BudgetPeriod>
}

/** Locks (or only reads) the spenders' claims, then their periods and these: one statement. */
export async function lockClaims(
  db: Db,
  spenders: readonly Spender[],
  periodIds: readonly string[] = [],
  lock: 'FOR NO KEY UPDATE' | '' = 'FOR NO KEY UPDATE',
): Promise<Locked> {
  const { rows } = await prepared<{ rows: { claims: Claim[] | null; periods: BudgetPeriod[] | null }[] }>(
    db,
    `WITH mine AS (
       SELECT * FROM budget_claims WHERE (spender_kind, spender_id) IN (SELECT * FROM unnest(?::text[], ?::uuid[]))
       ORDER BY id ${lock}),
     held AS (
       SELECT * FROM budget_periods WHERE id = ANY(?) OR id IN (SELECT period_id FROM mine) ORDER BY id ${lock})
     SELECT (SELECT jsonb_agg(jsonb_build_object('claimId', c.id, 'budgetId', c.budget_id, 'periodId', c.period_id,
         'kind', c.spender_kind, 'id', c.spender_id, 'currency', c.currency, 'whole', c.whole::text, 'charged', c.charged::text,
         'reserved', c.reserved::text, 'committed', c.committed::text, 'refunded', c.refunded::text, 'budget', jsonb_build_object(
           'currency', b.currency, 'basis', b.basis, 'withShipping', b.with_shipping, 'refundTo', b.refund_to)) ORDER BY c.id)
       FROM mine c JOIN budgets b ON b.id = c.budget_id) AS claims,
       (SELECT jsonb_agg(jsonb_build_object('id', p.id, 'budgetId', p.budget_id, 'startsOn', p.starts_on, 'endsOn', p.ends_on,
         'timeZone', p.time_zone, 'allocated', p.allocated::text, 'reserved', p.reserved::text, 'committed', p.committed::text))
       FROM held p) AS periods`,
    [spenders.map((s) => s.kind), spenders.map((s) => s.id), [...periodIds]],
  )
  return {
    claims: rows[0]?.claims ?? [],
    periods: new Map((rows[0]?.periods ?? []).map((p) => [p.id, p])),
  }
}

export interface NewClaim extends Spender {
  claimId: string
  budgetId: string
  periodId: string
  currency: string
  whole: string
  charged: string
  expiresAt: Date | null
}

/** What changes on a period, and on a claim where one is named. Absent amounts are zero. */
export interface NewEntry {
  periodId: string
  claim?: (Spender & { claimId: string }) | undefined
  kind: EntryKind
  allocated?: string
  reserved?: string
  committed?: string
  key?: string
  note?: string | undefined
  actor?: Actor
}

const CLAIM = {
  claimId: 'uuid',
  budgetId: 'uuid',
  periodId: 'uuid',
  kind: 'text',
  id: 'uuid',
  currency: 'text',
  whole: 'numeric',
  charged: 'numeric',
  expiresAt: 'timestamptz',
} as const
const ENTRY = {
  id: 'uuid',
  periodId: 'uuid',
  claimId: 'uuid',
  kind: 'text',
  allocated: 'numeric',
  reserved: 'numeric',
  committed: 'numeric',
  spenderKind: 'text',
  spenderId: 'uuid',
  key: 'text',
  note: 'text',
  actor: 'jsonb',
} as const

/** Writes claims and entries in one statement; an entry whose key is there is left out. The periods are locked. Returns entries written. */
export async function writeEntries(
  db: Db,
  entries: readonly NewEntry[],
  stamp: Stamp,
  claims: readonly NewClaim[] = [],
): Promise<number> {
  if (entries.length === 0 && claims.length === 0) return 0
  const claimed = rowsOf('r', CLAIM, claims)
  const entered = rowsOf(
    'r',
    ENTRY,
    entries.map(({ claim, ...e }) => ({
      ...{ allocated: '0', reserved: '0', committed: '0', actor: { hub: 'budgets' } },
      ...e,
      ...{ id: stamp.newId(), claimId: claim?.claimId, spenderKind: claim?.kind, spenderId: claim?.id },
    })),
  )
  const { rowCount } = await prepared<{ rowCount: number }>(
    db,
    `WITH claimed AS (
       INSERT INTO budget_claims (id, budget_id, period_id, spender_kind, spender_id, currency, whole, charged, expires_at)
       SELECT r."claimId", r."budgetId", r."periodId", r.kind, r.id, r.currency, r.whole, r.charged, r."expiresAt" FROM ${claimed.sql}
       ON CONFLICT (spender_id, spender_kind, period_id) DO UPDATE SET currency = excluded.currency, whole = excluded.whole,
         charged = excluded.charged, expires_at = excluded.expires_at)
     INSERT INTO budget_entries (id, period_id, claim_id, kind, allocated, reserved, committed, spender_kind, spender_id, key, note, actor, at)
     SELECT r.id, r."periodId", r."claimId", r.kind, r.allocated, r.reserved, r.committed, r."spenderKind", r."spenderId", r.key, r.note,
       r.actor, ? FROM ${entered.sql}
     ON CONFLICT DO NOTHING`,
    [...claimed.bindings, stamp.at, ...entered.bindings],
  )
  return rowCount
}

/** Claims of another spender become `to`'s. */
export async function renameClaims(db: Db, from: Spender, to: Spender): Promise<void> {
  await db('budget_claims')
    .where({ spender_kind: from.kind, spender_id: from.id })
    .whereNotExists(db('budget_claims as t').select(db.raw('1')).where({ spender_kind: to.kind, spender_id: to.id }))
    .update({ spender_kind: to.kind, spender_id: to.id, expires_at: null })
}

/** Opens periods that aren't, of budgets that are locked. Returns the ids of those that were opened now. */
export async function insertPeriods(
  db: Db,
  periods: readonly Pick<BudgetPeriod, 'id' | 'budgetId' | 'startsOn' | 'endsOn' | 'timeZone'>[],
): Promise<Set<string>> {
  const types = { id: 'uuid', budgetId: 'uuid', startsOn: 'date', endsOn: 'date', timeZone: 'text' } as const
  const given = rowsOf('r', types, periods)
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `INSERT INTO budget_periods (id, budget_id, starts_on, ends_on, time_zone)
     SELECT r.id, r."budgetId", r."startsOn", r."endsOn", r."timeZone" FROM ${given.sql} ORDER BY r."budgetId"
     ON CONFLICT (budget_id, starts_on) DO NOTHING RETURNING id`,
    given.bindings,
  )
  return new Set(rows.map((r) => r.id))
}

export const periodColumns = {
  id: 'p.id',
  budgetId: 'p.budget_id',
  startsOn: 'p.starts_on',
  endsOn: 'p.ends_on',
  timeZone: 'p.time_zone',
  allocated: 'p.allocated',
  reserved: 'p.reserved',
  committed: 'p.committed',
} as const

export async function findBudget(db: Db, sellerId: string, id: string): Promise<Budget | undefined> {
  return db('budgets as b').select(budgetColumns).where({ id, seller_id: sellerId }).first()
}

/** Budgets with what says when their periods are, by id. */
export async function findTimed(
  db: Db,
  ids: readonly string[],
): Promise<(Budget & Pick<Hit, 'timeZone' | 'fiscalStart'>)[]> {
  const { rows } = await db.raw(
    `SELECT ${budgetList}, coalesce(${inherited('time_zone', 'o.path')}, b.default_zone) AS "timeZone",
       ${inherited('fiscal_year_start', 'o.path')} AS "fiscalStart"
     FROM budgets b JOIN accounts o ON o.id = b.account_id WHERE b.id = ANY(?) ORDER BY b.id`,
    [[...ids]],
  )
  return rows
}

const rowOf = (budget: Partial<Budget>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(budget).map(([name, value]) => [
      budgetColumns[name as keyof typeof budgetColumns].slice(2),
      name === 'rates' ? JSON.stringify(value) : value,
    ]),
  )

export async function insertBudget(
  db: Db,
  budget: Omit<Budget, 'status' | 'version' | 'createdAt' | 'updatedAt'>,
  at: Date,
): Promise<void> {
  await db('budgets').insert({ ...rowOf(budget), created_at: at, updated_at: at })
}

/** Nothing is returned where the version is another by now. */
export async function updateBudget(
  db: Db,
  id: string,
  version: number,
  change: Partial<Budget>,
  at: Date,
): Promise<{ id: string }[]> {
  return db('budgets')
    .where({ id, version })
    .update({ ...rowOf(change), version: version + 1, updated_at: at })
    .returning('id')
}

/** Whether a seller has any: most don't, and nothing more is asked then. */
export async function findWhetherAny(db: Db, sellerId: string): Promise<boolean> {
  return (await db('budgets').where({ seller_id: sellerId }).first('id')) !== undefined
}
