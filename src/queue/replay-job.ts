// Dead jobs on a person's word: once more, as a new run with the same payload (BullMQ ignores an id it has seen), or given up.
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import type { JobName } from './job-payloads.ts'
import { enqueue } from './outbox.ts'

/** Returns the new run's id, which now stands for the dead one. Throws not_found, and wrong_state for a run that isn't dead or was
 * replayed. Without `sellerId`, whoever's run it is. */
export async function replayJob(db: Db, id: string, sellerId?: string): Promise<string> {
  const run = await lockDead(db, id, sellerId, 'replayed')
  const again = await enqueue(db, run.job as JobName, run.payload as never, {
    queue: run.queue,
    replayOf: id,
    sellerId: run.seller_id,
  })
  await db('job_runs').where({ id }).update({ replayed_by: again })
  return again
}

/** A dead job that nobody shall run again. Throws as replayJob does. */
export async function discardJob(
  db: Db,
  id: string,
  sellerId: string,
  why: { by: string; reason: string },
): Promise<void> {
  await lockDead(db, id, sellerId, 'discarded')
  await db('job_runs')
    .where({ id })
    .update({
      state: 'discarded',
      discarded_by: why.by,
      discard_reason: why.reason,
      updated_at: db.raw('now()'),
    })
}

/** What nobody needs any more: runs about `subjectId` that are not finished. One in hand ends as it ends. */
export async function discardUnfinished(db: Db, subjectId: string, why: { by: string; reason: string }): Promise<void> {
  await db('job_runs')
    .where({ subject_id: subjectId })
    .whereIn('state', ['waiting', 'active', 'retrying'])
    .update({
      state: 'discarded',
      discarded_by: why.by,
      discard_reason: why.reason,
      finished_at: db.raw('now()'),
      updated_at: db.raw('now()'),
    })
}

interface DeadRow {
  job: string
  queue: string
  payload: unknown
  seller_id: string | null
}

async function lockDead(db: Db, id: string, sellerId: string | undefined, what: string): Promise<DeadRow> {
  const run = await db('job_runs')
    .where(sellerId === undefined ? { id } : { id, seller_id: sellerId })
    .forUpdate()
    .first('job', 'queue', 'payload', 'seller_id', 'state', 'replayed_by')
  if (!run) throw new HubError('not_found', 'There is no such job run.')
  if (run.state !== 'dead')
    throw new HubError('wrong_state', `Only a dead job can be ${what}; this one is ${run.state}.`)
  if (run.replayed_by) throw new HubError('wrong_state', `This job was replayed already, as ${run.replayed_by}.`)
  return run
}
