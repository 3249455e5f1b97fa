// Whether the person of a punchout session may still shop: looked up with every step, so that a deactivation counts at once.
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import type { PunchoutSession } from './punchout-session.ts'

/** Throws HubError forbidden where person, membership or account is no longer active. */
export async function assertWelcome(db: Db, session: Pick<PunchoutSession, 'accountId' | 'personId'>): Promise<void> {
  const { rows } = await db.raw<{ rows: { welcome: boolean }[] }>(
    `SELECT p.status = 'active' AND a.status = 'active' AND coalesce(m.status, 'active') = 'active' AS welcome
     FROM people p JOIN accounts a ON a.id = ? LEFT JOIN memberships m ON m.account_id = a.id AND m.person_id = p.id
     WHERE p.id = ?`,
    [session.accountId, session.personId],
  )
  if (!rows[0]?.welcome) throw new HubError('forbidden', 'This person may no longer shop for this company.')
}
