// The one choice of what carries the queues: REDIS_URL set = BullMQ on Redis or Valkey; else BullMQ's own PostgreSQL backend, in
// schema `bullmq` of the hub's database. What a job is and became is in job_runs either way; BullMQ only says whose turn it is.
import type { EventEmitter } from 'node:events'
import {
  createPostgresBackend,
  type Processor,
  Queue,
  runMigrations,
  Worker,
  type WorkerOptions,
  withBackend,
} from 'bullmq'
import pg from 'pg'
import type { Logger } from 'pino'

export interface QueueBackend {
  kind: 'redis' | 'postgres'
  /** The same object each time. Names: letters, digits, `-`. */
  queue(name: string): Queue
  worker(name: string, processor: Processor, options: Omit<WorkerOptions, 'connection' | 'prefix'>): Worker
  /** Whether it answers within two seconds; for /readyz. */
  ready(): Promise<boolean>
  /** Close workers first. */
  close(): Promise<void>
}

export interface QueueBackendOptions {
  databaseUrl: string
  redisUrl: string | undefined
  log: Pick<Logger, 'warn'>
  /** Before every key in Redis. Hubs that share a Redis need one each. */
  prefix?: string
}

const SCHEMA = 'bullmq'
const READY_WITHIN_MS = 2000
/** Connections that take turns. Every worker holds one more, for LISTEN. */
const POOL_SIZE = 25

/** Brings BullMQ's schema in the hub's database to this version. Part of migrating; several at once wait for one another. */
export async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await runMigrations(client, SCHEMA)
  } finally {
    await client.end()
  }
}

/** Opens the queues. Connects lazily and again after a loss; failures are logged, not thrown. */
export function openQueueBackend(options: QueueBackendOptions): QueueBackend {
  return options.redisUrl ? openOnRedis(options, options.redisUrl) : openOnPostgres(options)
}

function openOnRedis({ prefix = 'hub', log }: QueueBackendOptions, url: string): QueueBackend {
  const connection = { url, maxRetriesPerRequest: null }
  return open('redis', log, {
    queue: (name) => new Queue(name, { connection, prefix }),
    worker: (name, processor, settings) => new Worker(name, processor, { ...settings, connection, prefix }),
    close: async () => undefined,
  })
}

function openOnPostgres({ databaseUrl, log }: QueueBackendOptions): QueueBackend {
  // One pool for all queues of the process; BullMQ finds its tables by the search path.
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    options: `-c search_path=${SCHEMA}`,
    application_name: 'procurement-hub queue',
    max: POOL_SIZE,
    keepAlive: true,
  })
  pool.setMaxListeners(0)
  pool.on('error', (error) => log.warn({ err: error }, 'A connection of the queue was lost'))
  const bound = withBackend(createPostgresBackend)
  // The classes differ from the plain ones by the type of their connection alone.
  return open('postgres', log, {
    queue: (name) => new bound.Queue(name, { connection: pool }) as unknown as Queue,
    worker(name, processor, settings) {
      pool.options.max++
      const worker = new bound.Worker(name, processor, { ...settings, connection: pool } as never) as unknown as Worker
      return worker.once('closed', () => pool.options.max--)
    },
    close: () => pool.end(),
  })
}

interface Carrier extends Pick<QueueBackend, 'queue' | 'worker' | 'close'> {}

function open(kind: QueueBackend['kind'], log: Pick<Logger, 'warn'>, carrier: Carrier): QueueBackend {
  const queues = new Map<string, Queue>()
  const watch = <T extends EventEmitter>(thing: T, name: string): T => {
    thing.on('error', (error: Error) => log.warn({ err: error, queue: name }, 'The queue has trouble'))
    return thing
  }
  const queue = (name: string): Queue => {
    const known = queues.get(name) ?? watch(carrier.queue(name), name)
    queues.set(name, known)
    return known
  }
  return {
    kind,
    queue,
    worker: (name, processor, settings) => watch(carrier.worker(name, processor, settings), name),
    async ready() {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<boolean>((done) => {
        timer = setTimeout(() => done(false), READY_WITHIN_MS)
      })
      const asked = queue('house')
        .isPaused()
        .then(
          () => true,
          () => false,
        )
      return Promise.race([asked, late]).finally(() => clearTimeout(timer))
    },
    async close() {
      await Promise.all([...queues.values()].map((open) => open.close()))
      await carrier.close()
    },
  }
}
