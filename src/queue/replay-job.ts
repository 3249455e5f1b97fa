// A dead job once more, on somebody's word: a new run with the same payload, for BullMQ ignores an id it has seen.
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import type { JobName } from './job-payloads.ts'
import { enqueue } from './outbox.ts'

/** Returns the new run's id. Throws not_found, and wrong_state for a run that isn't dead or is being replayed already. */
export async function replayJob(db: Db, id: string): Promise<string> {
  const run = await db('job_runs').where({ id }).forUpdate().first('job', 'queue', 'payload', 'state')
  if (!run) throw new HubError('not_found', 'There is no such job run.')
  if (run.state !== 'dead')
    throw new HubError('wrong_state', `Only a dead job can be replayed; this one is ${run.state}.`)
  const pending = await db('job_runs')
    .where({ replay_of: id })
    .whereIn('state', ['waiting', 'active', 'retrying'])
    .first('id')
  if (pending) throw new HubError('wrong_state', `This job is being replayed already, as ${pending.id}.`)
  return enqueue(db, run.job as JobName, run.payload, { queue: run.queue, replayOf: id })
}
