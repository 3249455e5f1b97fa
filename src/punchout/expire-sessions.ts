// Sessions nobody finished in time end as expired, with an event each.
import type { Db } from '../database/database.ts'
import { insertEvents, markExpired } from './punchout-session-store.ts'

/** Expires up to `limit` overdue sessions. Returns how many. Run it in a transaction. */
export async function expireSessions(db: Db, input: { newId: () => string; limit: number }, at: Date): Promise<number> {
  const ids = await markExpired(db, at, input.limit)
  const events = ids.map((sessionId) => ({ id: input.newId(), sessionId, state: 'expired' as const, detail: {} }))
  await insertEvents(db, events, at)
  return ids.length
}
