// Once per `npm test`: a PostgreSQL (embedded, or TEST_DATABASE_URL) with a migrated template database, and a Redis if there is
// one. The user's DATABASE_URL is never read; REDIS_URL is used by the queue's Redis suite alone.
import './support/globals.ts'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../src/database/database.ts'
import { startEmbeddedPostgres } from '../src/database/embedded.ts'
import { migrateQueue } from '../src/queue/backend.ts'
import { startTestRedis } from './support/redis.ts'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startTestPostgres()
  const template = `hub_template_${randomBytes(4).toString('hex')}`
  await administer(postgres.url, `CREATE DATABASE ${template} TEMPLATE template0`)
  const templateUrl = new URL(postgres.url)
  templateUrl.pathname = `/${template}`
  await migrate(templateUrl.href)
  await migrateQueue(templateUrl.href)
  const redis = await startTestRedis()
  if (!redis.url)
    console.log(
      'Skipping the Redis suite: neither REDIS_URL nor a redis-server was found. The same suite runs on PostgreSQL.',
    )

  project.provide('postgresUrl', postgres.url)
  project.provide('templateDatabase', template)
  project.provide('redisUrl', redis.url)
  return async () => {
    await redis.stop()
    await administer(postgres.url, `DROP DATABASE ${template} WITH (FORCE)`)
    await postgres.stop()
  }
}

async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const own = process.env.TEST_DATABASE_URL
  if (own) return { url: own, stop: async () => undefined }
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-test-postgres-'))
  // Root's PostgreSQL runs as another user, who must get through.
  await chmod(dataDir, 0o711)
  const quiet = { info: () => undefined, warn: console.warn, error: console.error }
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
  const server = await startEmbeddedPostgres({ dataDir, log: quiet, settings })
  const url = new URL(server.url)
  url.pathname = '/postgres'
  return {
    url: url.href,
    async stop() {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}
