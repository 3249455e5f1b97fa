// Sessions that nobody finished end as expired.
import { expireSessions } from '../src/punchout/expire-sessions.ts'
import { brief, type Job } from './job.ts'

const BATCH = 500

export const expirePunchoutSessions: Job<'expire-punchout-sessions'> = {
  name: 'expire-punchout-sessions',
  ...brief,
  async run(hub, _payload, { signal, progress }) {
    let expired = 0
    for (;;) {
      signal.throwIfAborted()
      const count = await hub.db.transaction((trx) =>
        expireSessions(trx, { newId: hub.newId, limit: BATCH }, hub.now()),
      )
      expired += count
      if (count < BATCH) break
    }
    await progress({ expired })
  },
}
