// What became of a job: read by people (admin) and by the tests.
import type { Db } from '../database/database.ts'

export type JobRunState = 'waiting' | 'active' | 'retrying' | 'done' | 'dead'

export interface JobRun {
  id: string
  job: string
  queue: string
  payload: unknown
  state: JobRunState
  /** Starts so far, throttled and interrupted ones not counted. */
  attempts: number
  /** What the job last told of itself. */
  progress: unknown
  errorKind: string | null
  /** The last failure in words; stays when a later attempt succeeds. */
  error: string | null
  /** Host and process that ran it last. */
  worker: string | null
  replayOf: string | null
  runAt: Date | null
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
}

const columns = {
  id: 'id',
  job: 'job',
  queue: 'queue',
  payload: 'payload',
  state: 'state',
  attempts: 'attempts',
  progress: 'progress',
  errorKind: 'error_kind',
  error: 'error',
  worker: 'worker',
  replayOf: 'replay_of',
  runAt: 'run_at',
  createdAt: 'created_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
}

export async function findJobRun(db: Db, id: string): Promise<JobRun | undefined> {
  return db('job_runs').where({ id }).first(columns)
}

/** Newest first. `before`: created earlier than this, for the next page. */
export async function listJobRuns(
  db: Db,
  filter: { state?: JobRunState; job?: string; before?: Date; limit: number },
): Promise<JobRun[]> {
  const query = db('job_runs').select(columns).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(filter.limit)
  if (filter.state) query.where('state', filter.state)
  if (filter.job) query.where('job', filter.job)
  if (filter.before) query.where('created_at', '<', filter.before)
  return query
}

/** Forgets up to `limit` runs finished before these days. Returns how many. */
export async function purgeJobRuns(db: Db, before: { done: Date; dead: Date }, limit: number): Promise<number> {
  const old = db('job_runs')
    .select('id')
    .where((q) => q.where({ state: 'done' }).andWhere('finished_at', '<', before.done))
    .orWhere((q) => q.where({ state: 'dead' }).andWhere('finished_at', '<', before.dead))
    .limit(limit)
  return db('job_runs').whereIn('id', old).delete()
}
