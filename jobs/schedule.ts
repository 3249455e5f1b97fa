// Repeating jobs. Every worker runs this; a row of job_schedules, moved on in the transaction that asks for the job, makes sure
// that one of them does it. All go by the database's clock.

import { type ErpConnection, erpQueue, usualSchedule } from '../src/erp/erp-connection.ts'
import { listActiveConnections } from '../src/erp/erp-connection-store.ts'
import type { Hub } from '../src/hub.ts'
import type { JobName, JobPayloads } from '../src/queue/job-payloads.ts'
import { enqueue } from '../src/queue/outbox.ts'

export interface Schedule<N extends JobName = JobName> {
  job: N
  everySeconds: number
  /** Several schedules of one job differ in these. */
  payload?: JobPayloads[N]
  queue?: string
}

export const schedules: readonly Schedule[] = [
  { job: 'expire-punchout-sessions', everySeconds: 60 },
  { job: 'tend-approvals', everySeconds: 60 },
  { job: 'keep-budgets', everySeconds: 60 },
  { job: 'expire-quotes', everySeconds: 300 },
  { job: 'read-payments', everySeconds: 60 },
  { job: 'purge-documents', everySeconds: 86_400 },
  { job: 'purge-job-runs', everySeconds: 3_600 },
  { job: 'seal-audit', everySeconds: 15 },
]

/** Every stream that a connection's ERP has, as often as the connection says. */
export function streamSchedules(hub: Pick<Hub, 'connectors'>, connections: readonly ErpConnection[]): Schedule[] {
  return connections.flatMap(({ id, connector, settings }) =>
    (hub.connectors[connector]?.capabilities.streams ?? []).flatMap((stream): Schedule<'sync-stream'>[] => {
      const chosen = settings.schedule[stream]
      if (chosen === null) return []
      const everySeconds = chosen ?? usualSchedule[stream]
      return [{ job: 'sync-stream', everySeconds, payload: { connectionId: id, stream }, queue: erpQueue(id) }]
    }),
  )
}

const LOOK_EVERY_MS = 5_000

/** Starts asking for what is due. A job whose last run isn't finished is left out this time. */
export function startSchedules(
  hub: Hub,
  options: { schedules?: readonly Schedule[]; lookEvery?: number } = {},
): { close(): Promise<void> } {
  let running: Promise<void> | undefined
  const table = async () =>
    options.schedules ?? [...schedules, ...streamSchedules(hub, await listActiveConnections(hub.db))]
  const look = () => {
    running ??= table()
      .then((due) => askForDue(hub, due))
      .catch((error) => hub.log.warn({ err: error }, 'Could not look for scheduled jobs; trying again'))
      .finally(() => {
        running = undefined
      })
  }
  const timer = setInterval(look, options.lookEvery ?? LOOK_EVERY_MS)
  look()
  return {
    async close() {
      clearInterval(timer)
      await running
    },
  }
}

const nameOf = ({ job, payload }: Schedule) => (payload ? `${job} ${JSON.stringify(payload)}` : job)

async function askForDue(hub: Hub, table: readonly Schedule[]): Promise<void> {
  await hub.db.raw(
    'INSERT INTO job_schedules (name, next_at) SELECT unnest(?::text[]), now() ON CONFLICT (name) DO NOTHING',
    [table.map(nameOf)],
  )
  const { rows } = await hub.db.raw('SELECT name FROM job_schedules WHERE next_at <= now()')
  const due = new Set(rows.map((row: { name: string }) => row.name))
  for (const schedule of table) {
    const { job, everySeconds, payload = {}, queue } = schedule
    const name = nameOf(schedule)
    if (!due.has(name)) continue
    await hub.db.transaction(async (trx) => {
      const { rowCount } = await trx.raw(
        "UPDATE job_schedules SET next_at = now() + ? * interval '1 second' WHERE name = ? AND next_at <= now()",
        [everySeconds, name],
      )
      if (rowCount === 0) return
      const unfinished = await trx('job_runs')
        .where({ job })
        .whereRaw('payload = ?::jsonb', [JSON.stringify(payload)])
        .whereIn('state', ['waiting', 'active', 'retrying'])
        .first('id')
      if (!unfinished) await enqueue(trx, job, payload, { queue })
    })
  }
}
