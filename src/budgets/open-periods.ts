// A period opens when something first happens in it, or by the clock: with what the budget gives each period, and what was left of the last.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { addDecimals, compareDecimals, multiplyDecimals } from '../money.ts'
import type { Budget, BudgetPeriod } from './budget.ts'
import { type Hit, inherited, insertPeriods, type NewEntry, periodColumns, writeEntries } from './budget-store.ts'
import { dayIn, periodOf } from './period-of.ts'

type Timed = Pick<Budget, 'id' | 'period' | 'startsOn' | 'endsOn'> & Pick<Hit, 'timeZone' | 'fiscalStart'>

/** What is left, without the overdraft; negative where it was overspent or cut. */
export function leftOf({
  allocated,
  reserved,
  committed,
}: Pick<BudgetPeriod, 'allocated' | 'reserved' | 'committed'>): string {
  return addDecimals(allocated, multiplyDecimals(addDecimals(reserved, committed), '-1'))
}

/** Whether the budget counts on the day of `at`. */
export function countsAt(budget: Timed, at: Date): boolean {
  const day = dayIn(budget.timeZone, at)
  return day >= budget.startsOn && (budget.endsOn === null || day < budget.endsOn)
}

/** Opens the periods the moments fall in, where they aren't open. Returns their ids, in the order asked for. */
export async function openPeriods(
  db: Db,
  wanted: readonly { budget: Timed; at: Date }[],
  stamp: Stamp,
): Promise<string[]> {
  if (wanted.length === 0) return []
  const asked = wanted.map(({ budget, at }) => ({
    id: stamp.newId(),
    budgetId: budget.id,
    timeZone: budget.timeZone,
    ...periodOf(budget, dayIn(budget.timeZone, at), budget.fiscalStart ?? undefined),
  }))
  const ids = [...new Set(asked.map((p) => p.budgetId))]
  // A change of the budget waits, and so does whoever else opens.
  const budgets: Pick<Budget, 'id' | 'amount' | 'carryOver'>[] = await db('budgets')
    .select({ id: 'id', amount: 'amount', carryOver: 'carry_over' })
    .whereIn('id', ids)
    .orderBy('id')
    .forNoKeyUpdate()
  const fresh = await insertPeriods(db, asked)
  const entries: NewEntry[] = []
  if (fresh.size > 0) {
    const before: BudgetPeriod[] = await db('budget_periods as p')
      .select(periodColumns)
      .whereIn(
        'budget_id',
        budgets.filter((b) => b.carryOver).map((b) => b.id),
      )
      .orderBy('p.id')
      .forNoKeyUpdate()
    for (const period of asked.filter((p) => fresh.has(p.id))) {
      const amount = budgets.find((b) => b.id === period.budgetId)?.amount ?? '0'
      entries.push({ periodId: period.id, kind: 'allocate', allocated: amount, key: 'open', note: 'the period opens' })
      const others = before.filter((p) => p.budgetId === period.budgetId && !fresh.has(p.id))
      const last = others.sort((a, b) => (a.startsOn < b.startsOn ? 1 : -1))[0]
      const left = last && last.startsOn < period.startsOn ? leftOf(last) : '0'
      if (!last || compareDecimals(left, '0') <= 0) continue
      const key = `to ${period.startsOn}`
      entries.push({ periodId: last.id, kind: 'carryover', allocated: multiplyDecimals(left, '-1'), key, note: key })
      entries.push({ periodId: period.id, kind: 'carryover', allocated: left, key, note: `from ${last.startsOn}` })
    }
  }
  await writeEntries(db, entries, stamp)
  const known = await db('budget_periods')
    .select('id', 'budget_id', db.raw('starts_on::text'))
    .whereIn('budget_id', ids)
  return asked.map((p) => known.find((k) => k.budget_id === p.budgetId && k.starts_on === p.startsOn)?.id ?? p.id)
}

/** For the clock: budgets whose present period isn't open yet, up to `limit`. Returns how many were opened. */
export async function openDuePeriods(db: Db, limit: number, stamp: Stamp): Promise<number> {
  const { rows } = await db.raw<{ rows: Timed[] }>(
    `SELECT b.id, b.period, b.starts_on AS "startsOn", b.ends_on AS "endsOn", z.zone AS "timeZone",
       ${inherited('fiscal_year_start', 'o.path')} AS "fiscalStart"
     FROM budgets b JOIN accounts o ON o.id = b.account_id
     CROSS JOIN LATERAL (SELECT coalesce(${inherited('time_zone', 'o.path')}, b.default_zone) AS zone) z
     WHERE b.status = 'active' AND b.starts_on <= (?::timestamptz AT TIME ZONE z.zone)::date
       AND (b.ends_on IS NULL OR b.ends_on > (?::timestamptz AT TIME ZONE z.zone)::date)
       AND NOT EXISTS (SELECT 1 FROM budget_periods p WHERE p.budget_id = b.id
         AND (p.ends_on IS NULL OR p.ends_on > (?::timestamptz AT TIME ZONE z.zone)::date))
     ORDER BY b.id LIMIT ?`,
    [stamp.at, stamp.at, stamp.at, limit],
  )
  await openPeriods(
    db,
    rows.map((budget) => ({ budget, at: stamp.at })),
    stamp,
  )
  return rows.length
}
