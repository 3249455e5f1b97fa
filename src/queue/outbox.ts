// Asking for a job is a row in the caller's transaction: committed with the work that wants it, or not at all. The relay hands
// it to BullMQ afterwards.
import type { Db } from '../database/database.ts'
import { prepared } from '../database/together.ts'
import { type JobName, type JobPayloads, jobQueues, jobSubjects, subjectTables } from './job-payloads.ts'

export interface EnqueueOptions {
  /** Default: the job's queue in job-payloads.ts. */
  queue?: string
  /** Not before. Default: at once. */
  runAt?: Date
  /** Asked for twice under one id, a job runs once. Default: a new id. */
  id?: string
  /** The dead run that this one repeats. */
  replayOf?: string
  /** Whose it is. Default: the seller of what the payload names (job-payloads.ts, jobSubjects). */
  sellerId?: string | null
}

/** The columns that say what a run is about and whose it is, as SQL over `p`, its payload. */
function subjectOf(name: JobName): { id: string; seller: string } {
  const key = Object.hasOwn(jobSubjects, name) ? jobSubjects[name] : null
  if (!key) return { id: 'NULL::uuid', seller: 'NULL::uuid' }
  const id = `(p->>'${key}')::uuid`
  return { id, seller: `(SELECT seller_id FROM ${subjectTables[key]} WHERE id = ${id})` }
}

/** Asks for a job. Returns the run's id, under which job_runs shows what became of it. */
export async function enqueue<N extends JobName>(
  db: Db,
  name: N,
  payload: JobPayloads[N],
  options: EnqueueOptions = {},
): Promise<string> {
  const subject = subjectOf(name)
  const { rows } = await prepared<{ rows: { id: string }[] }>(
    db,
    `WITH run AS (
       INSERT INTO job_runs (id, job, queue, run_at, replay_of, payload, subject_id, seller_id)
       SELECT coalesce(?::uuid, gen_random_uuid()), ?, ?, ?::timestamptz, ?::uuid, p, ${subject.id},
         coalesce(?::uuid, ${subject.seller})
       FROM (VALUES (?::jsonb)) AS given(p)
       ON CONFLICT (id) DO NOTHING
       RETURNING id
     )
     INSERT INTO outbox (id) SELECT id FROM run RETURNING id`,
    [
      options.id ?? null,
      name,
      options.queue ?? jobQueues[name],
      options.runAt ?? null,
      options.replayOf ?? null,
      options.sellerId ?? null,
      JSON.stringify(payload),
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
  const subject = subjectOf(name)
  await db.raw(
    `WITH run AS (
       INSERT INTO job_runs (id, job, queue, run_at, payload, subject_id, seller_id)
       SELECT gen_random_uuid(), ?, ?, ?::timestamptz, p, ${subject.id}, ${subject.seller}
       FROM jsonb_array_elements(?::jsonb) AS given(p)
       RETURNING id
     )
     INSERT INTO outbox (id) SELECT id FROM run`,
    [name, options.queue ?? jobQueues[name], options.runAt ?? null, JSON.stringify(payloads)],
  )
}
