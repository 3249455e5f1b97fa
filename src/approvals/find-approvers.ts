// Who may decide a step: as its policy says, without the excluded, else the unit above, else the policy's fallback. By person.
import { type RoleName, roles } from '../accounts/permission.ts'
import type { Db } from '../database/database.ts'
import { compareDecimals } from '../money.ts'
import type { Candidate, SeatVia } from './approval.ts'
import { type ApprovalFacts, convert, type PolicyStep, type Rates } from './policy.ts'
import { findResolver } from './step-resolvers.ts'

export interface ApproverQuestion {
  accountId: string
  /** Whose managers are asked. */
  membershipId: string
  facts: Pick<ApprovalFacts, 'amounts' | 'currency' | 'costCentre' | 'lines'>
  rates: Rates
  excluded: readonly string[]
  /** Memberships that decide where nobody else may. */
  fallback: readonly string[]
  at: Date
}

export interface FoundApprovers {
  seats: (Candidate & { via: SeatVia })[]
  /** How many must agree. */
  needed: number
  /** Too few may decide: it stays pending until somebody sees to it. Never approved by itself. */
  stuck: boolean
}

/** Seats of a step. Widened only as far as it takes to have enough people. */
export async function findApprovers(db: Db, step: PolicyStep, question: ApproverQuestion): Promise<FoundApprovers> {
  const seats = new Map<string, Candidate & { via: SeatVia }>()
  const sit = async (via: SeatVia, candidates: readonly Candidate[]) => {
    for (const candidate of await activeOf(db, candidates))
      if (!question.excluded.includes(candidate.personId) && !seats.has(candidate.personId))
        seats.set(candidate.personId, { ...candidate, via })
  }
  await sit('policy', await resolve(db, step, question))
  const enough = () => seats.size >= (typeof step.need === 'object' ? step.need.of : 1)
  for (let place = await parentOf(db, question.accountId); !enough() && place; place = await parentOf(db, place)) {
    const above = { ...question, accountId: place }
    await sit('parent', await resolve(db, step, above))
    if (!enough()) await sit('parent', await unitHeads(db, await pathOf(db, place)))
  }
  if (!enough()) await sit('fallback', await membersOf(db, question.fallback))
  const needed = typeof step.need === 'object' ? step.need.of : step.need === 'all' ? Math.max(1, seats.size) : 1
  return { seats: [...seats.values()], needed, stuck: !enough() }
}

async function resolve(db: Db, step: PolicyStep, question: ApproverQuestion): Promise<Candidate[]> {
  const { who } = step
  switch (who.by) {
    case 'user':
      return membersOf(db, who.membershipIds)
    case 'role':
      return holdersOf(db, who, question)
    case 'manager-chain':
      return managersOf(db, step, question)
    case 'cost-centre-owner':
      return costCentreOwners(db, question)
    case 'unit-head':
      return unitHeads(db, await pathOf(db, question.accountId))
    case 'resolver': {
      const path = await pathOf(db, question.accountId)
      return (await findResolver(who.name)?.(db, { accountId: question.accountId, path }, who.argument)) ?? []
    }
  }
}

const MEMBER = { personId: 'm.person_id', membershipId: 'm.id' } as const

async function membersOf(db: Db, ids: readonly string[]): Promise<Candidate[]> {
  return db('memberships as m').select(MEMBER).whereIn('m.id', ids).orderBy('m.id')
}

async function activeOf(db: Db, candidates: readonly Candidate[]): Promise<Candidate[]> {
  if (candidates.length === 0) return []
  const active: string[] = await db('memberships as m')
    .join('people as p', 'p.id', 'm.person_id')
    .join('accounts as a', 'a.id', 'm.account_id')
    .whereIn(
      'm.id',
      candidates.map((c) => c.membershipId),
    )
    .where({ 'm.status': 'active', 'p.status': 'active', 'a.status': 'active' })
    .pluck('m.id')
  return candidates.filter((c) => active.includes(c.membershipId))
}

async function pathOf(db: Db, accountId: string): Promise<string[]> {
  const row: { path: string[] } | undefined = await db('accounts').where({ id: accountId }).first('path')
  return row?.path ?? []
}

async function parentOf(db: Db, accountId: string): Promise<string | null> {
  const row: { parent: string | null } | undefined = await db('accounts')
    .where({ id: accountId })
    .first({ parent: 'parent_id' })
  return row?.parent ?? null
}

interface Holding extends Candidate {
  role: RoleName | null
  roleId: string | null
  permissions: string[] | null
  anchorId: string
  anchorCompany: string
}

const HOLDINGS = `
  SELECT m.person_id AS "personId", m.id AS "membershipId", h.role, h.role_id AS "roleId", h.permissions, an.id AS "anchorId",
    an.company_id AS "anchorCompany"
  FROM (
    SELECT id AS membership_id, role, NULL::uuid AS role_id, NULL::text[] AS permissions, account_id FROM memberships
    WHERE role = :role AND account_id = ANY(:accounts)
    UNION ALL
    SELECT g.membership_id, g.role, g.role_id, r.permissions, g.account_id FROM grants g LEFT JOIN roles r ON r.id = g.role_id
    WHERE (g.role = :role OR g.role_id::text = :role) AND g.account_id = ANY(:accounts)
      AND g.valid_from <= :at AND (g.valid_to IS NULL OR g.valid_to > :at)) h
  JOIN memberships m ON m.id = h.membership_id AND m.status = 'active'
  JOIN accounts an ON an.id = h.account_id
  ORDER BY m.id`

/** Holders of approval.decide with a role, whose grant reaches the account. */
async function holdersOf(
  db: Db,
  { role, at }: { role: string; at: 'account' | 'company' | 'above' },
  question: ApproverQuestion,
): Promise<Candidate[]> {
  const account: { path: string[]; companyId: string } = await db('accounts')
    .where({ id: question.accountId })
    .first({ path: 'path', companyId: 'company_id' })
  const { path, companyId } = account
  const company: string[] = at === 'company' ? await db('accounts').where({ company_id: companyId }).pluck('id') : []
  const accounts = { account: [question.accountId], company, above: path }[at]
  const { rows } = await db.raw<{ rows: Holding[] }>(HOLDINGS, { role, accounts, at: question.at })
  return rows
    .filter(({ role: ready, permissions, anchorId, anchorCompany }) => {
      const rights: readonly string[] = ready ? roles[ready].rights : (permissions ?? [])
      return (
        (rights.includes('approval.decide@department') && anchorId === question.accountId) ||
        (rights.includes('approval.decide@company') && anchorCompany === companyId) ||
        (rights.includes('approval.decide@subtree') && path.includes(anchorId))
      )
    })
    .map(({ personId, membershipId }) => ({ personId, membershipId }))
}

/** Managers one above the other, the nearest first. A limit of null is none, as for who orders. */
async function managersOf(db: Db, step: PolicyStep, question: ApproverQuestion): Promise<Candidate[]> {
  const { rows } = await db.raw<{ rows: (Candidate & { limit: string | null; currency: string | null })[] }>(
    `WITH RECURSIVE chain AS (
       SELECT manager_id AS id, ARRAY[id] AS seen, 1 AS up FROM memberships WHERE id = ?
       UNION ALL
       SELECT m.manager_id, c.seen || m.id, c.up + 1 FROM memberships m JOIN chain c ON m.id = c.id
       WHERE NOT m.id = ANY(c.seen) AND c.up < 30)
     SELECT m.person_id AS "personId", m.id AS "membershipId", m.order_limit AS limit, m.order_limit_currency AS currency
     FROM chain c JOIN memberships m ON m.id = c.id JOIN people p ON p.id = m.person_id
     WHERE m.status = 'active' AND p.status = 'active' AND NOT m.person_id = ANY(?::uuid[]) ORDER BY c.up`,
    [question.membershipId, [...question.excluded]],
  )
  const covering = rows.findIndex(({ limit, currency }) => covers(limit, currency, question))
  if (covering < 0) return []
  return step.need === 'any' ? rows.slice(covering, covering + 1) : rows.slice(0, covering + 1)
}

/** Whether a limit lets the whole amount through. An amount that can't be compared is over it. */
export function covers(
  limit: string | null,
  currency: string | null,
  { facts, rates }: Pick<ApproverQuestion, 'facts' | 'rates'>,
): boolean {
  if (limit === null || currency === null) return true
  const amount = convert(facts.amounts.net, facts.currency, currency, rates)
  return amount !== null && compareDecimals(amount, limit) <= 0
}

/** Owners of the cost centres ordered for, each as the nearest account has it. */
async function costCentreOwners(db: Db, question: ApproverQuestion): Promise<Candidate[]> {
  const codes = [question.facts.costCentre, ...question.facts.lines.map((line) => line.costCentre)]
  const { rows } = await db.raw<{ rows: Candidate[] }>(
    `SELECT DISTINCT ON (c.code) m.person_id AS "personId", m.id AS "membershipId"
     FROM cost_centres c JOIN memberships m ON m.id = c.owner_id
     JOIN unnest(?::uuid[]) WITH ORDINALITY AS above(id, depth) ON above.id = c.account_id
     WHERE c.code = ANY(?) ORDER BY c.code, above.depth DESC`,
    [await pathOf(db, question.accountId), [...new Set(codes.filter((code) => code !== null))]],
  )
  return rows
}

/** Buyer admins and purchase managers of the nearest account going up that has any. */
async function unitHeads(db: Db, path: readonly string[]): Promise<Candidate[]> {
  const { rows } = await db.raw<{ rows: (Candidate & { nearness: string })[] }>(
    `SELECT m.person_id AS "personId", m.id AS "membershipId",
       rank() OVER (ORDER BY above.depth DESC) AS nearness
     FROM memberships m JOIN people p ON p.id = m.person_id
     JOIN unnest(?::uuid[]) WITH ORDINALITY AS above(id, depth) ON above.id = m.account_id
     WHERE m.status = 'active' AND p.status = 'active' AND m.role IN ('buyer-admin', 'purchase-manager')
     ORDER BY nearness, m.id`,
    [[...path]],
  )
  return rows
    .filter((row) => row.nearness === rows[0]?.nearness)
    .map(({ personId, membershipId }) => ({ personId, membershipId }))
}
