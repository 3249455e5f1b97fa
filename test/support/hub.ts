// A whole hub in the test's process: own database, demo data, free port. Talk to it over HTTP.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assemble } from '../../src/assemble.ts'
import { readConfig } from '../../src/config.ts'
import { seedDemo } from '../../src/demo/seed.ts'
import { type Mount, makeApp } from '../../src/http/app.ts'
import type { Hub } from '../../src/hub.ts'
import { makeLog } from '../../src/log.ts'
import { createTestDatabase } from './database.ts'

export interface TestHub {
  url: string
  hub: Hub
  close(): Promise<void>
}

/** Starts a hub. `now` replaces its clock; `env` further settings; `demo: false` leaves the demo's pages out. */
export async function startTestHub(
  options: { now?: () => Date; env?: Record<string, string>; demo?: boolean } = {},
): Promise<TestHub> {
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
  const { app, idle } = makeApp(hub, await demoPages(options.demo ?? true, config.publicUrl, demo))
  server.on('request', app)
  return {
    url: config.publicUrl,
    hub,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await idle()
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
