// Plugged-in ways to find approvers, by name: a policy's step names one and hands it a text.
import type { Db } from '../database/database.ts'
import type { Candidate } from './approval.ts'

/** Finds candidates for an account; exclusions and deactivations are seen to afterwards. */
export type StepResolver = (
  db: Db,
  place: { accountId: string; path: readonly string[] },
  argument: string,
) => Promise<Candidate[]>

/** Whoever has the job title, in the nearest account going up where somebody has. */
const byJobTitle: StepResolver = async (db, { path }, argument) => {
  const rows: (Candidate & { accountId: string })[] = await db('memberships')
    .select({ personId: 'person_id', membershipId: 'id', accountId: 'account_id' })
    .whereIn('account_id', path)
    .where({ status: 'active' })
    .whereRaw('lower(job_title) = lower(?)', [argument])
    .orderBy('id')
  const nearest = [...path].reverse().find((id) => rows.some((row) => row.accountId === id))
  return rows.filter((row) => row.accountId === nearest)
}

const resolvers = new Map<string, StepResolver>([['job-title', byJobTitle]])

export function findResolver(name: string): StepResolver | undefined {
  return resolvers.get(name)
}

/** Adds one, at the start of the process. */
export function registerResolver(name: string, resolver: StepResolver): void {
  resolvers.set(name, resolver)
}
