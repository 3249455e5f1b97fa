// The proof: periods and claims have the sums of their entries, and no claim is negative.
import type { Db } from '../database/database.ts'

export interface LedgerFault {
  what: 'period' | 'claim'
  id: string
  kept: string
  entered: string
}

/** Where the sums kept differ from the ledger. Empty = they never do. */
export async function auditLedger(db: Db, sellerId: string): Promise<LedgerFault[]> {
  const { rows } = await db.raw<{ rows: LedgerFault[] }>(
    `SELECT 'period' AS what, p.id, concat_ws(' ', p.allocated, p.reserved, p.committed) AS kept,
       concat_ws(' ', e.allocated, e.reserved, e.committed) AS entered
     FROM budget_periods p JOIN budgets b ON b.id = p.budget_id
     CROSS JOIN LATERAL (SELECT coalesce(sum(allocated), 0) AS allocated, coalesce(sum(reserved), 0) AS reserved,
       coalesce(sum(committed), 0) AS committed FROM budget_entries WHERE period_id = p.id) e
     WHERE b.seller_id = ? AND (p.allocated, p.reserved, p.committed) IS DISTINCT FROM (e.allocated, e.reserved, e.committed)
     UNION ALL
     SELECT 'claim', c.id, concat_ws(' ', c.reserved, c.committed, c.refunded), concat_ws(' ', e.reserved, e.committed, e.refunded)
     FROM budget_claims c JOIN budgets b ON b.id = c.budget_id
     CROSS JOIN LATERAL (SELECT coalesce(sum(reserved), 0) AS reserved, coalesce(sum(committed), 0) AS committed,
       coalesce(-sum(committed) FILTER (WHERE kind = 'refund'), 0) AS refunded FROM budget_entries WHERE claim_id = c.id) e
     WHERE b.seller_id = ? AND (c.reserved, c.committed, c.refunded) IS DISTINCT FROM (e.reserved, e.committed, e.refunded)`,
    [sellerId, sellerId],
  )
  return rows
}
