// Asks for a stream to be read soon. A read that waits already serves everybody who asks before it begins.
import type { StreamName } from '../../connectors/connector.ts'
import type { Db } from '../database/database.ts'
import { enqueue } from '../queue/outbox.ts'
import { erpQueue } from './erp-connection.ts'

/** Returns the run's id, or null where one waits already. `runAt`: not before. */
export async function askSync(
  db: Db,
  connectionId: string,
  stream: StreamName,
  options: { runAt?: Date; full?: boolean } = {},
): Promise<string | null> {
  const payload = { connectionId, stream, ...(options.full ? { full: true } : {}) }
  const waiting = await db('job_runs')
    .where({ job: 'sync-stream', queue: erpQueue(connectionId), state: 'waiting' })
    .whereRaw('payload = ?::jsonb', [JSON.stringify(payload)])
    .first('id')
  if (waiting) return null
  return enqueue(db, 'sync-stream', payload, { queue: erpQueue(connectionId), runAt: options.runAt })
}
