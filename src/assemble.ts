// The composition root: settings in, a running Hub out. The only place that asks for time, ids and random numbers.
import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { v7 } from 'uuid'
import { connectors } from '../connectors/registry.ts'
import { findStandings } from './accounts/account-store.ts'
import type { Config } from './config.ts'
import { makeDatabase, migrate, missingMigrations } from './database/database.ts'
import { startEmbeddedPostgres } from './database/embedded.ts'
import { gather } from './database/gather.ts'
import { insertDocuments } from './documents/document-store.ts'
import { makeErpOpener } from './erp/call-erp.ts'
import type { Hub } from './hub.ts'
import { makeRecentPartners } from './partners/recent-partners.ts'
import { migrateQueue, openQueueBackend, type QueueBackend } from './queue/backend.ts'
import { makeKeyring, readOrMakeKeyFile } from './secrets.ts'
import { makeTokenSigner } from './token-signer.ts'

export interface Assembled {
  hub: Hub
  queues: QueueBackend
  databaseUrl: string
  /** Closes what assemble opened: queues, pool, and the embedded PostgreSQL if this process owns it. */
  close(): Promise<void>
}

/**
 * Opens database and queues and builds the Hub. `role` owner migrates and may start the embedded PostgreSQL; guest (a worker)
 * attaches to a running one and waits for nobody.
 */
export async function assemble(config: Config, log: Logger, role: 'owner' | 'guest'): Promise<Assembled> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.reverse().splice(0)) await closer()
  }
  try {
    let { databaseUrl } = config
    if (!databaseUrl) {
      const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log, role })
      closers.push(() => embedded.stop())
      databaseUrl = embedded.url
    }
    if (role === 'owner') {
      const applied = await migrate(databaseUrl)
      if (applied.length > 0) log.info({ applied }, 'database migrated')
      await migrateQueue(databaseUrl)
    }
    const db = makeDatabase(databaseUrl)
    closers.push(() => db.destroy())
    // What follows from a document, its answer at least, is committed with the disk: whatever outlives a crash has its document.
    const intake = makeDatabase(databaseUrl, { poolSize: 2, waitForDisk: false })
    closers.push(() => intake.destroy())
    const missing = await missingMigrations(db)
    if (missing.length > 0)
      throw new Error(
        `The database lacks the migrations ${missing.join(', ')}: start the hub or run \`npm run migrate\` first.`,
      )
    const queues = openQueueBackend({ databaseUrl, redisUrl: config.redisUrl, prefix: config.redisPrefix, log })
    closers.push(() => queues.close())
    const metrics = new Registry()
    collectDefaultMetrics({ register: metrics, prefix: 'hub_' })
    const keys = makeKeyring(config.sealingKeys ?? readOrMakeKeyFile(config.dataDir))
    const now = () => new Date()
    const newId = () => v7()
    const erps = makeErpOpener(connectors, keys, {
      now,
      onExchange: ({ error, ...exchange }) => log.debug({ ...exchange, error: error?.message }, 'ERP called'),
    })
    closers.push(() => erps.close())
    const hub: Hub = {
      db,
      config,
      log,
      metrics,
      keys,
      tokens: await makeTokenSigner(db, keys, { issuer: config.publicUrl, newId, at: now() }),
      partners: makeRecentPartners(() => Date.now()),
      storeIncoming: gather((documents) => insertDocuments(intake, keys, documents, now())),
      findStanding: gather((questions) => findStandings(db, questions)),
      connectors,
      openErp: erps.open,
      now,
      newId,
      newToken: () => randomBytes(32).toString('base64url'),
      queueReady: () => queues.ready(),
    }
    return { hub, queues, databaseUrl, close }
  } catch (error) {
    await close()
    throw error
  }
}
