// As much of a hub as the queue's own jobs need, on a database of the test's.
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { v7 } from 'uuid'
import type { Job } from '../../jobs/job.ts'
import { makeDatabase } from '../../src/database/database.ts'
import type { Hub } from '../../src/hub.ts'

export function makeQueueHub(databaseUrl: string): Hub {
  const hub: Pick<Hub, 'db' | 'log' | 'metrics' | 'now' | 'newId'> = {
    db: makeDatabase(databaseUrl, { poolSize: 20 }),
    log: pino({ level: 'silent' }),
    metrics: new Registry(),
    now: () => new Date(),
    newId: v7,
  }
  return hub as Hub
}

/** Marks that a run got to a point, in a table that allows the same mark twice. */
export async function mark(hub: Hub, run: string, note: string): Promise<void> {
  await hub.db('marks').insert({ run, note })
}

export const marksTable = 'CREATE TABLE marks (run uuid, note text, at timestamptz DEFAULT clock_timestamp())'

/** Jobs that only tests have. */
export const testJobs = {
  'test-mark': {
    name: 'test-mark' as never,
    attempts: 3,
    backoff: { first: 50, most: 200 },
    run: (hub, _payload, { id }) => mark(hub, id, 'ran'),
  },
  'test-hang': {
    name: 'test-hang' as never,
    attempts: 3,
    backoff: { first: 50, most: 200 },
    async run(hub, _payload, { id, signal }) {
      await mark(hub, id, 'began')
      await new Promise((_, stop) => signal.addEventListener('abort', () => stop(signal.reason)))
    },
  },
} satisfies Record<string, Job<never>>
