// The rules that hold for an account: its own policy's and those it inherits. What an account above marked mandatory stays in force.
import type { Db } from '../database/database.ts'
import type { PoliciesUsed } from './approval.ts'
import type { Policy, Rule } from './policy.ts'

export interface PoliciesInForce extends PoliciesUsed {
  rules: Rule[]
  splitDays: number
}

export interface PlacedPolicy {
  policyId: string
  accountId: string
  number: number
  content: Policy
}

/** The published policies of an account and of those above, the nearest first. */
export async function listPoliciesOver(db: Db, accountId: string): Promise<PlacedPolicy[]> {
  const { rows } = await db.raw<{ rows: PlacedPolicy[] }>(
    `SELECT p.id AS "policyId", p.account_id AS "accountId", v.number, v.content
     FROM accounts a
     CROSS JOIN unnest(a.path) WITH ORDINALITY AS above(id, depth)
     JOIN approval_policies p ON p.account_id = above.id
     JOIN policy_versions v ON v.policy_id = p.id AND v.status = 'published'
     WHERE a.id = ? ORDER BY above.depth DESC`,
    [accountId],
  )
  return rows
}

/** Joins policies, the nearest first. A policy that doesn't inherit cuts off what is above, but for mandatory rules. Pure. */
export function combinePolicies(policies: readonly PlacedPolicy[]): PoliciesInForce {
  const rules: Rule[] = []
  let relaxed = false
  for (const { content } of policies) {
    rules.push(...content.rules.filter((rule) => !relaxed || rule.mandatory))
    if (!content.inherits) relaxed = true
  }
  const nearest = policies[0]?.content
  return {
    rules,
    versions: policies.map(({ policyId, accountId, number }) => ({ policyId, accountId, number })),
    fallback: policies.find(({ content }) => content.fallback.length > 0)?.content.fallback ?? [],
    splitDays: nearest?.splitDays ?? 7,
  }
}

export async function findPoliciesInForce(db: Db, accountId: string): Promise<PoliciesInForce> {
  return combinePolicies(await listPoliciesOver(db, accountId))
}
