// Asking for a job is a row in the caller's transaction: committed with the work that wants it, or not at all. The relay hands
// it to BullMQ afterwards.
import type { Db } from '../database/database.ts'
import { type JobName, type JobPayloads, jobQueues } from './job-payloads.ts'

export interface EnqueueOptions {
  /** Default: the job's queue in job-payloads.ts. */
  queue?: string
  /** Not before. Default: at once. */
  runAt?: Date
  /** Asked for twice under one id, a job runs once. Default: a new id. */
  id?: string
  /** The dead run that this one repeats. */
  replayOf?: string
}

/** Asks for a job. Returns the run's id, under which job_runs shows what became of it. */
export async function enqueue<N extends JobName>(
  db: Db,
  name: N,
  payload: JobPayloads[N],
  options: EnqueueOptions = {},
): Promise<string> {
  const { rows } = await db.raw(
    `WITH run AS (
       INSERT INTO job_runs (id, job, queue, payload, run_at, replay_of)
       VALUES (coalesce(?::uuid, gen_random_uuid()), ?, ?, ?::jsonb, ?::timestamptz, ?::uuid)
       ON CONFLICT (id) DO NOTHING
       RETURNING id
     )
     INSERT INTO outbox (id) SELECT id FROM run RETURNING id`,
    [
      options.id ?? null,
      name,
      options.queue ?? jobQueues[name],
      JSON.stringify(payload),
      options.runAt ?? null,
      options.replayOf ?? null,
    ],
  )
  return rows[0]?.id ?? (options.id as string)
}

/** Asks for one job per payload, in one statement. */
export async function enqueueAll<N extends JobName>(
  db: Db,
  name: N,
  payloads: readonly JobPayloads[N][],
  options: Pick<EnqueueOptions, 'queue' | 'runAt'> = {},
): Promise<void> {
  if (payloads.length === 0) return
  await db.raw(
    `WITH run AS (
       INSERT INTO job_runs (id, job, queue, payload, run_at)
       SELECT gen_random_uuid(), ?, ?, p.value, ?::timestamptz FROM jsonb_array_elements(?::jsonb) AS p
       RETURNING id
     )
     INSERT INTO outbox (id) SELECT id FROM run`,
    [name, options.queue ?? jobQueues[name], options.runAt ?? null, JSON.stringify(payloads)],
  )
}
