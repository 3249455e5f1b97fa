// Repeating jobs. Every worker runs this; a row of job_schedules, moved on in the transaction that asks for the job, makes sure
// that one of them does it. All go by the database's clock.
import type { Hub } from '../src/hub.ts'
import type { JobName } from '../src/queue/job-payloads.ts'
import { enqueue } from '../src/queue/outbox.ts'

export interface Schedule {
  job: JobName
  everySeconds: number
}

export const schedules: readonly Schedule[] = [
  { job: 'expire-punchout-sessions', everySeconds: 60 },
  { job: 'purge-documents', everySeconds: 86_400 },
  { job: 'purge-job-runs', everySeconds: 3_600 },
]

const LOOK_EVERY_MS = 5_000

/** Starts asking for what is due. A job whose last run isn't finished is left out this time. */
export function startSchedules(
  hub: Hub,
  options: { schedules?: readonly Schedule[]; lookEvery?: number } = {},
): { close(): Promise<void> } {
  const table = options.schedules ?? schedules
  let running: Promise<void> | undefined
  const look = () => {
    running ??= askForDue(hub, table)
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

async function askForDue(hub: Hub, table: readonly Schedule[]): Promise<void> {
  await hub.db.raw(
    'INSERT INTO job_schedules (name, next_at) SELECT unnest(?::text[]), now() ON CONFLICT (name) DO NOTHING',
    [table.map((entry) => entry.job)],
  )
  const { rows: due } = await hub.db.raw('SELECT name FROM job_schedules WHERE next_at <= now()')
  for (const { job, everySeconds } of table) {
    if (!due.some((row: { name: string }) => row.name === job)) continue
    await hub.db.transaction(async (trx) => {
      const { rowCount } = await trx.raw(
        "UPDATE job_schedules SET next_at = now() + ? * interval '1 second' WHERE name = ? AND next_at <= now()",
        [everySeconds, job],
      )
      if (rowCount === 0) return
      const unfinished = await trx('job_runs')
        .where({ job })
        .whereIn('state', ['waiting', 'active', 'retrying'])
        .first('id')
      if (!unfinished) await enqueue(trx, job, {})
    })
  }
}
