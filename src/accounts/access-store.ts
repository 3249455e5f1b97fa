// Reads who calls and what they may, in one query, with every call: whoever is suspended or loses a role is out at once.
import type { Db } from '../database/database.ts'
import type { Access, Anchor, HeldRight } from './access.ts'
import { isOfOneself, isRight, partsOf, type RoleName, roles, type StaffRoleName, staffRoles } from './permission.ts'

/** Whose access: a signed-in session by the hash of its token, a membership (a storefront speaks for it), or staff. */
export type AccessQuestion = { tokenHash: Buffer } | { sellerId: string; membershipId: string }

interface Row {
  sellerId: string
  person: { id: string; email: string; name: string }
  membership: {
    id: string
    accountId: string
    companyId: string
    path: string[]
    paths: string[][]
    role: RoleName | null
    costCentre: string | null
  } | null
  staff: { id: string; role: StaffRoleName } | null
  actor: { staffId: string; personId: string; name: string; actingId: string; reason: string } | null
  sessionId: string | null
  grants: { role: RoleName | null; permissions: string[] | null; anchor: Anchor }[]
  portfolio: Anchor[]
}

const PATHS = (account: string) => `(SELECT json_agg(path) FROM account_places WHERE account_id = ${account}.id)`
const ANCHOR = (account: string) =>
  `json_build_object('accountId', ${account}.id, 'companyId', ${account}.company_id, 'paths', ${PATHS(account)})`

/**
 * Everything but the first FROM: `s` has person_id, membership_id, acting_id and session_id. When acting for somebody is over, the session
 * is the agent's own again.
 */
const ACCESS = `
  SELECT p.seller_id AS "sellerId", s.session_id AS "sessionId",
    json_build_object('id', p.id, 'email', p.email, 'name', p.name) AS person,
    CASE WHEN m.id IS NOT NULL THEN json_build_object('id', m.id, 'accountId', a.id, 'companyId', a.company_id, 'path', a.path,
      'paths', ${PATHS('a')}, 'role', m.role, 'costCentre', m.cost_centre) END AS membership,
    CASE WHEN f.id IS NOT NULL THEN json_build_object('id', f.id, 'role', f.role) END AS staff,
    CASE WHEN act.id IS NOT NULL THEN json_build_object('staffId', af.id, 'personId', ap.id, 'name', ap.name, 'actingId', act.id,
      'reason', act.reason) END AS actor,
    (SELECT coalesce(json_agg(json_build_object('role', g.role, 'permissions', r.permissions, 'anchor', ${ANCHOR('ga')})), '[]')
     FROM grants g JOIN accounts ga ON ga.id = g.account_id LEFT JOIN roles r ON r.id = g.role_id
     WHERE g.membership_id = m.id AND g.valid_from <= ?::timestamptz AND (g.valid_to IS NULL OR g.valid_to > ?::timestamptz)) AS grants,
    (SELECT coalesce(json_agg(${ANCHOR('pa')}), '[]') FROM agent_assignments x JOIN accounts pa ON pa.id = x.account_id
     WHERE x.staff_id = f.id) AS portfolio
  FROM s
  LEFT JOIN acting_sessions act ON act.id = s.acting_id AND act.ended_at IS NULL AND act.expires_at > ?::timestamptz
  LEFT JOIN staff af ON af.id = act.staff_id
  LEFT JOIN people ap ON ap.id = af.person_id
  LEFT JOIN memberships m ON m.id = coalesce(act.membership_id, s.membership_id)
  LEFT JOIN accounts a ON a.id = m.account_id
  JOIN people p ON p.id = CASE WHEN act.id IS NULL THEN s.person_id ELSE m.person_id END
  LEFT JOIN staff f ON f.person_id = p.id AND f.status = 'active' AND m.id IS NULL
  WHERE p.status = 'active'
    AND (act.id IS NULL OR (af.status = 'active' AND ap.status = 'active'))
    AND (s.membership_id IS NULL OR m.id IS NOT NULL)
    AND (m.id IS NULL OR (m.status = 'active' AND a.status = 'active'))`

const BY_TOKEN = `WITH s AS (
  SELECT person_id, membership_id, acting_id, id AS session_id FROM person_sessions
  WHERE token_hash = ? AND ended_at IS NULL AND expires_at > ?::timestamptz)`

const BY_MEMBERSHIP = `WITH s AS (
  SELECT m.person_id, m.id AS membership_id, NULL::uuid AS acting_id, NULL::uuid AS session_id
  FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.id = ? AND a.seller_id = ?)`

/** Undefined = nobody, or somebody who may not come in (any more). */
export async function findAccess(db: Db, question: AccessQuestion, at: Date): Promise<Access | undefined> {
  const [from, bindings] =
    'tokenHash' in question
      ? [BY_TOKEN, [question.tokenHash, at]]
      : [BY_MEMBERSHIP, [question.membershipId, question.sellerId]]
  const { rows } = await db.raw<{ rows: Row[] }>(`${from} ${ACCESS}`, [...bindings, at, at, at])
  const [row] = rows
  return row && toAccess(row)
}

function toAccess(row: Row): Access {
  const { sellerId, person, staff, actor, sessionId, portfolio } = row
  const rights: HeldRight[] = []
  const add = (list: readonly string[], anchor: Anchor | null) => {
    for (const right of list) {
      if (!isRight(right)) continue
      const { permission, reach } = partsOf(right)
      if (actor && isOfOneself(permission)) continue
      // Only the seller's own people reach beyond an account's tree, whatever a customer's role says.
      if (anchor && (reach === 'seller' || reach === 'portfolio')) continue
      rights.push({ permission, reach, anchor })
    }
  }
  if (row.membership) {
    const { accountId, companyId, paths, role } = row.membership
    if (role) add(roles[role].rights, { accountId, companyId, paths })
    for (const grant of row.grants) add(grant.role ? roles[grant.role].rights : (grant.permissions ?? []), grant.anchor)
  } else if (staff) add(staffRoles[staff.role].rights, null)
  const membership = row.membership && {
    id: row.membership.id,
    accountId: row.membership.accountId,
    companyId: row.membership.companyId,
    path: row.membership.path,
    costCentre: row.membership.costCentre,
  }
  return { sellerId, person, membership, staff, actor, sessionId, clientId: null, rights, portfolio }
}
