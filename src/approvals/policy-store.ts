// Keeps policies and their versions: one draft at most, one published, the earlier ones for the record.
import { presentPlace, type Reach, whereWithin } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import type { Policy } from './policy.ts'

export interface PolicyRecord {
  id: string
  sellerId: string
  accountId: string
  accountName: string
  name: string
  /** Counts changes: a stale one is a conflict. */
  version: number
  createdAt: Date
  updatedAt: Date
}

export interface PolicyVersion {
  id: string
  policyId: string
  number: number
  status: 'draft' | 'published' | 'superseded'
  content: Policy
  createdBy: string | null
  createdAt: Date
  publishedBy: string | null
  publishedAt: Date | null
}

const POLICY = {
  id: 't.id',
  sellerId: 't.seller_id',
  accountId: 't.account_id',
  accountName: 'a.name',
  name: 't.name',
  version: 't.version',
  createdAt: 't.created_at',
  updatedAt: 't.updated_at',
} as const

const VERSION = {
  id: 'id',
  policyId: 'policy_id',
  number: 'number',
  status: 'status',
  content: 'content',
  createdBy: 'created_by',
  createdAt: 'created_at',
  publishedBy: 'published_by',
  publishedAt: 'published_at',
} as const

/** THE filter of policies. */
function visible(db: Db, reach: Reach) {
  return db('approval_policies as t')
    .join('accounts as a', 'a.id', 't.account_id')
    .where('t.seller_id', reach.sellerId)
    .where((q) => {
      whereWithin(q, reach, presentPlace)
    })
}

export async function listPolicies(
  db: Db,
  reach: Reach,
  page: { after?: string | undefined; limit: number },
): Promise<PolicyRecord[]> {
  const query = visible(db, reach).select(POLICY).orderBy('t.id', 'desc').limit(page.limit)
  return page.after ? query.where('t.id', '<', page.after) : query
}

export async function readPolicy(db: Db, reach: Reach, id: string): Promise<PolicyRecord | undefined> {
  return visible(db, reach).select(POLICY).where('t.id', id).first()
}

export async function listVersions(db: Db, policyId: string): Promise<PolicyVersion[]> {
  return db('policy_versions').select(VERSION).where({ policy_id: policyId }).orderBy('number', 'desc')
}

/** False = the account has a policy already. */
export async function insertPolicy(
  db: Db,
  policy: { id: string; sellerId: string; accountId: string; name: string },
  at: Date,
): Promise<boolean> {
  const { id, sellerId, accountId, name } = policy
  const rows = await db('approval_policies')
    .insert({ id, seller_id: sellerId, account_id: accountId, name, created_at: at, updated_at: at })
    .onConflict('account_id')
    .ignore()
    .returning('id')
  return rows.length > 0
}

/** Counts a change of the policy, if it still is at `version`. False = it changed meanwhile. Locks it. */
export async function touchPolicy(db: Db, id: string, version: number, at: Date): Promise<boolean> {
  const changed = await db('approval_policies')
    .where({ id, version })
    .update({ version: version + 1, updated_at: at })
  return changed > 0
}

/** Makes the draft, or replaces what it says. */
export async function putDraft(
  db: Db,
  draft: { id: string; policyId: string; content: Policy; personId: string | null },
  at: Date,
): Promise<void> {
  const { id, policyId, personId } = draft
  const content = JSON.stringify(draft.content)
  const updated = await db('policy_versions')
    .where({ policy_id: policyId, status: 'draft' })
    .update({ content, created_by: personId, created_at: at })
  if (updated > 0) return
  await db.raw(
    `INSERT INTO policy_versions (id, policy_id, number, status, content, created_by, created_at)
     SELECT ?, ?, coalesce(max(number), 0) + 1, 'draft', ?::jsonb, ?, ? FROM policy_versions WHERE policy_id = ?`,
    [id, policyId, content, personId, at, policyId],
  )
}

/** The draft is in force from now on; what was published stays for the record. False = there is no draft. */
export async function publishDraft(db: Db, policyId: string, personId: string | null, at: Date): Promise<boolean> {
  const draft = await db('policy_versions').where({ policy_id: policyId, status: 'draft' }).first('id')
  if (!draft) return false
  await db('policy_versions').where({ policy_id: policyId, status: 'published' }).update({ status: 'superseded' })
  await db('policy_versions')
    .where({ id: draft.id })
    .update({ status: 'published', published_by: personId, published_at: at })
  return true
}
