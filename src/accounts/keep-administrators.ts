// A company that has somebody who administers it keeps one: the last can't leave, be suspended or removed, or lose the role.
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'

/** Accounts of a tree that somebody administers from, with their paths. What ends by itself some day doesn't count. */
const ADMINISTERED = `
  SELECT DISTINCT at.id, at.path FROM accounts own
  JOIN memberships m ON m.account_id = own.id AND m.status = 'active'
  JOIN people p ON p.id = m.person_id AND p.status = 'active'
  CROSS JOIN LATERAL (
    SELECT m.account_id WHERE m.role = 'buyer-admin'
    UNION ALL
    SELECT g.account_id FROM grants g LEFT JOIN roles r ON r.id = g.role_id
    WHERE g.membership_id = m.id AND g.valid_to IS NULL AND g.valid_from <= ?
      AND (g.role = 'buyer-admin' OR r.permissions @> ARRAY['user.edit@subtree', 'role.assign@subtree'])) held(account_id)
  JOIN accounts at ON at.id = held.account_id
  WHERE own.path @> ARRAY[?]::uuid[]`

interface Administered {
  id: string
  path: string[]
}

/**
 * Does `change` in the tree `rootId` is the top of, one such change at a time: two administrators who remove each other at once would leave
 * nobody. Throws HubError conflict when it takes the last administrator of an account, and nobody above it administers it.
 */
export async function keepingAdministrators<T>(db: Db, rootId: string, at: Date, change: () => Promise<T>): Promise<T> {
  await db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 7219))', [`administrators ${rootId}`])
  const read = async () => (await db.raw<{ rows: Administered[] }>(ADMINISTERED, [at, rootId])).rows
  const before = await read()
  const result = await change()
  const after = new Set((await read()).map((account) => account.id))
  const left = before.find(({ path }) => !path.some((id) => after.has(id)))
  if (left)
    throw new HubError('conflict', 'That is the last administrator of the company: make somebody else one first.')
  return result
}
