// The only door to knex. Functions of the house take `Db` first: the pool, or a transaction of it.
import knex, { type Knex } from 'knex'
import pg from 'pg'
import { migrations } from './migrations.ts'

export type Db = Knex | Knex.Transaction

// Money and counts stay text: node-postgres would make a float of NUMERIC only if asked, and int8 is text by default.
// DATE has no zone: left as text, or it would become midnight in the server's zone.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text)

/**
 * A pool on the given PostgreSQL. Close it with `.destroy()`. Without `waitForDisk` a commit returns before it is on disk: it gets there
 * with the next commit that waits, and in order, so nothing that follows from it can outlive it.
 */
export function makeDatabase(url: string, options: { poolSize?: number; waitForDisk?: boolean } = {}): Knex {
  const { poolSize = 12, waitForDisk = true } = options
  return knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: 'procurement-hub',
      keepAlive: true,
      ...(waitForDisk ? {} : { options: '-c synchronous_commit=off' }),
    },
    pool: { min: 0, max: poolSize },
    acquireConnectionTimeout: 10_000,
  })
}

/** Any number will do, as long as every hub takes the same. */
const MIGRATION_LOCK = 7_219_400_411

/**
 * Brings the database to this version. Forward only; each migration in a transaction of its own; several processes at once
 * wait for one another. Returns the names applied.
 */
export async function migrate(url: string): Promise<string[]> {
  const db = makeDatabase(url, { poolSize: 1 })
  try {
    await db.raw('SELECT pg_advisory_lock(?)', [MIGRATION_LOCK])
    await db.raw(
      'CREATE TABLE IF NOT EXISTS hub_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    )
    const applied = new Set<string>(await db('hub_migrations').pluck('name'))
    const missing = migrations.filter((m) => !applied.has(m.name))
    for (const { name, up } of missing)
      await db.transaction(async (trx) => {
        for (const statement of up) await trx.raw(statement)
        await trx('hub_migrations').insert({ name })
      })
    return missing.map((m) => m.name)
  } finally {
    await db.destroy()
  }
}

/** Names of migrations this version has and the database lacks. Throws when the database can't be reached. */
export async function missingMigrations(db: Db): Promise<string[]> {
  const applied = new Set<string>(await db('hub_migrations').pluck('name'))
  return migrations.filter((m) => !applied.has(m.name)).map((m) => m.name)
}
