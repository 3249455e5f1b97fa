// The audit trail as people read it: what concerns the accounts they reach, newest first.
import { auditColumns, type SealedEvent } from '../audit/seal-trail.ts'
import type { Db } from '../database/database.ts'
import { presentPlace, type Reach, whereWithin } from './access.ts'

export interface AuditFilter {
  accountId?: string | undefined
  subjectId?: string | undefined
  /** A person who did it, or for whom it was done. */
  personId?: string | undefined
  /** `membership.suspended`; `membership` = all of these. */
  action?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

export type AuditRow = SealedEvent & { personName: string | null; actorName: string | null }

/** THE filter of the trail. What belongs to no account is the seller's to see. */
export async function listAudit(
  db: Db,
  reach: Reach,
  filter: AuditFilter,
  page: { after?: string | undefined; limit: number },
): Promise<AuditRow[]> {
  const { accountId, subjectId, personId, action, from, to } = filter
  const query = db('audit_events as t')
    .leftJoin('accounts as a', 'a.id', 't.account_id')
    .select(auditColumns)
    .select({
      personName: db.raw(`(SELECT name FROM people p WHERE p.id = (t.actor->>'personId')::uuid)`),
      actorName: db.raw(`(SELECT name FROM people p WHERE p.id = (t.actor->>'actorId')::uuid)`),
    })
    .where({ 't.seller_id': reach.sellerId })
    .where((q) => whereWithin(q, reach, presentPlace))
    .orderBy('t.id', 'desc')
    .limit(page.limit)
  if (page.after) query.where('t.id', '<', page.after)
  if (accountId) query.where({ 't.account_id': accountId })
  if (subjectId) query.where({ 't.subject_id': subjectId })
  if (personId) query.whereRaw(`(t.actor->>'personId' = ? OR t.actor->>'actorId' = ?)`, [personId, personId])
  if (action) query.where((q) => q.where('t.action', action).orWhereRaw(`starts_with(t.action, ?)`, [`${action}.`]))
  if (from) query.where('t.at', '>=', from)
  if (to) query.where('t.at', '<', to)
  return query
}

/** All that the filter lets through, in batches. */
export async function* eachAudit(db: Db, reach: Reach, filter: AuditFilter): AsyncGenerator<AuditRow[]> {
  const limit = 1000
  for (let after: string | undefined; ; ) {
    const rows = await listAudit(db, reach, filter, { after, limit })
    yield rows
    after = rows.at(-1)?.id
    if (rows.length < limit) return
  }
}
