// A migrated PostgreSQL database of its own for each test file: a copy of the run's template, made in some 30 ms.
import './globals.ts'
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export interface TestDatabase {
  url: string
  /** Removes the database, closing connections that are left. */
  drop(): Promise<void>
}

/** Call in beforeAll; `drop()` in afterAll, after closing pools of your own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(`CREATE DATABASE ${name} TEMPLATE ${inject('templateDatabase')}`)
  return { url: databaseUrl(name), drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) }
}

/** An empty database, without our tables: for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(`CREATE DATABASE ${name} TEMPLATE template0`)
  return { url: databaseUrl(name), drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) }
}

function databaseUrl(name: string): string {
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  return url.href
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    for (let tries = 1; ; tries++) {
      try {
        await client.query(sql)
        return
      } catch (error) {
        // 55006: the template is being copied by another test file this very moment.
        if ((error as { code?: string }).code !== '55006' || tries === 100) throw error
        await new Promise((done) => setTimeout(done, 50))
      }
    }
  } finally {
    await client.end()
  }
}
