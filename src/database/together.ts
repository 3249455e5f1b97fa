// Several writes in one statement: atomic like a transaction, at the cost of one round trip. Stores hand out their writes as
// builders, which run when awaited, or here.
import type { Knex } from 'knex'
import type { Db } from './database.ts'

/** An INSERT, UPDATE or DELETE not run yet. */
export type Write = Knex.QueryBuilder

/**
 * Runs the writes as one statement: all of them or none. They don't see one another's rows; foreign keys between them are fine
 * (PostgreSQL manual, "Data-Modifying Statements in WITH").
 */
export async function together(db: Db, writes: readonly Write[]): Promise<void> {
  const parts = writes.map((_, i) => `w${i} AS (?)`).join(', ')
  await db.raw(`WITH ${parts} SELECT 1`, writes as Knex.RawBinding[])
}

/** PostgreSQL's unique_violation: somebody else wrote the same row first. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown }).code === '23505'
}
