// Lets somebody else decide for a time. Never more than the delegator has, and never in a circle.
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { type Delegation, insertDelegation } from './delegation-store.ts'

/**
 * Makes a delegation, half-open [validFrom, validUntil). Throws HubError invalid_input (not of the same company tree, oneself, no time)
 * or conflict (it would close a circle).
 */
export async function delegate(
  db: Db,
  asked: Omit<Delegation, 'id' | 'endedAt' | 'createdAt'>,
  actor: Actor,
  stamp: Stamp,
): Promise<Delegation> {
  if (asked.validUntil <= asked.validFrom || asked.validUntil <= stamp.at)
    throw new HubError('invalid_input', 'validUntil: ends before it begins, or is past already.')
  // One at a time in a seller: two halves of a circle made at once would both be let through.
  await db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 21))', [asked.sellerId])
  const both: { id: string; personId: string; accountId: string; root: string }[] = await db('memberships as m')
    .join('accounts as a', 'a.id', 'm.account_id')
    .join('people as p', 'p.id', 'm.person_id')
    .where({ 'a.seller_id': asked.sellerId, 'm.status': 'active', 'p.status': 'active' })
    .whereIn('m.id', [asked.fromMembershipId, asked.toMembershipId])
    .select({ id: 'm.id', personId: 'm.person_id', accountId: 'm.account_id', root: db.raw('a.path[1]') })
  const from = both.find((m) => m.id === asked.fromMembershipId)
  const to = both.find((m) => m.id === asked.toMembershipId)
  if (!from || to?.root !== from.root)
    throw new HubError('invalid_input', 'toMembershipId: there is no such active person in your company.')
  if (to.personId === from.personId) throw new HubError('invalid_input', 'toMembershipId: is yourself.')
  if (await closesCircle(db, asked, from.personId, to.personId))
    throw new HubError('conflict', 'They have delegated to you, directly or through others: that would be a circle.')
  const delegation: Delegation = { ...asked, id: stamp.newId(), endedAt: null, createdAt: stamp.at }
  await insertDelegation(db, delegation)
  const { sellerId, validFrom, validUntil, cap, capCurrency, reason } = delegation
  const detail = { from: from.personId, to: to.personId, validFrom, validUntil, cap, capCurrency, reason }
  const subject = { subjectKind: 'delegation', subjectId: delegation.id }
  const event = { sellerId, accountId: from.accountId, actor, action: 'approval.delegated', ...subject, detail }
  await recordAudit(db, [event], stamp)
  return delegation
}

/** Whether `from` can be reached from `to` over delegations that overlap in time, by person. */
async function closesCircle(
  db: Db,
  { validFrom, validUntil, sellerId }: Pick<Delegation, 'validFrom' | 'validUntil' | 'sellerId'>,
  from: string,
  to: string,
): Promise<boolean> {
  const { rows } = await db.raw(
    `WITH RECURSIVE edges AS (
       SELECT f.person_id AS giver, t.person_id AS taker FROM approval_delegations d
       JOIN memberships f ON f.id = d.from_membership_id JOIN memberships t ON t.id = d.to_membership_id
       WHERE d.seller_id = ? AND d.ended_at IS NULL AND d.valid_from < ? AND d.valid_until > ?),
     reached AS (SELECT ?::uuid AS id UNION SELECT e.taker FROM edges e JOIN reached r ON e.giver = r.id)
     SELECT FROM reached WHERE id = ?`,
    [sellerId, validUntil, validFrom, to, from],
  )
  return rows.length > 0
}
