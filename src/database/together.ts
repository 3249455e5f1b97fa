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
  const { sql, bindings } = db.raw(`WITH ${parts} SELECT 1`, writes as Knex.RawBinding[]).toSQL()
  await prepared(db, sql, bindings)
}

/**
 * Runs SQL (bindings as `?`) as a named statement, which PostgreSQL parses and plans once per connection: for the few statements
 * a busy hub runs with every document.
 */
export function prepared<T>(db: Db, sql: string, bindings: readonly unknown[]): Knex.Raw<T> {
  const name = names.get(sql) ?? `hub_${names.size}`
  names.set(sql, name)
  return db.raw<T>(sql, bindings as Knex.RawBinding[]).options({ name })
}

/** Few: each is a text in our source, or a fixed set of writes. */
const names = new Map<string, string>()

/** PostgreSQL's unique_violation: somebody else wrote the same row first. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown }).code === '23505'
}
