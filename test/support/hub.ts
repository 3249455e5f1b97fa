// A whole hub in the test's process: own database, demo data, free port. Talk to it over HTTP.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assemble } from '../../src/assemble.ts'
import { readConfig } from '../../src/config.ts'
import { demoIds, seedDemo } from '../../src/demo/seed.ts'
import { CONFIG_PURPOSE } from '../../src/erp/erp-connection.ts'
import { type Mount, makeApp } from '../../src/http/app.ts'
import type { Hub } from '../../src/hub.ts'
import { makeLog } from '../../src/log.ts'
import { runJobs } from '../../src/run-jobs.ts'
import { seal } from '../../src/secrets.ts'
import { createTestDatabase } from './database.ts'

export interface TestHub {
  url: string
  hub: Hub
  close(): Promise<void>
}

export interface TestHubOptions {
  /** Replaces the hub's clock. */
  now?: () => Date
  /** Further settings. */
  env?: Record<string, string>
  /** false leaves the demo's pages out. */
  demo?: boolean
  /** Runs the jobs too, in this process. */
  jobs?: boolean
  /** Settings of the demo's ERP connection instead of its own: another memory ERP, without autopilot. */
  erp?: { name: string; folder?: string }
}

export async function startTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const database = await createTestDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-test-'))
  const server = await listen()
  const { port } = server.address() as AddressInfo
  const config = readConfig({
    DATABASE_URL: database.url,
    HUB_DATA_DIR: dataDir,
    PORT: String(port),
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    ...options.env,
  })
  const assembled = await assemble(config, makeLog(config.logLevel), 'owner')
  const hub = options.now ? { ...assembled.hub, now: options.now } : assembled.hub
  const demo = await seedDemo(hub)
  if (options.erp) {
    const sealed = seal(hub.keys, CONFIG_PURPOSE, JSON.stringify(options.erp))
    await hub.db('erp_connections').where({ id: demoIds.erpConnection }).update({ sealed_config: sealed })
  }
  const jobs = options.jobs ? await runJobs({ ...assembled, hub }) : undefined
  const { app, idle } = makeApp(hub, await demoPages(options.demo ?? true, config.publicUrl, demo))
  server.on('request', app)
  return {
    url: config.publicUrl,
    hub,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await idle()
      await jobs?.close()
      await assembled.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function demoPages(
  wanted: boolean,
  hubUrl: string,
  demo: Awaited<ReturnType<typeof seedDemo>>,
): Promise<Mount | undefined> {
  if (!wanted) return undefined
  const { mountDemo } = await import('../../src/demo/demo.ts')
  return (app) => mountDemo(app, { hubUrl, storefrontClient: demo.storefrontClient })
}

/** Listening first, so that nobody else takes the port between choosing and using it. */
function listen(): Promise<Server> {
  const server = createServer()
  // Both localhost names: the browser tests use them as two origins.
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}
