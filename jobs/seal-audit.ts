// Numbers and chains what was written to the audit trail since, seller by seller.
import { listUnsealed, sealWholeTrail } from '../src/audit/seal-trail.ts'
import { brief, type Job } from './job.ts'

export const sealAudit: Job<'seal-audit'> = {
  name: 'seal-audit',
  ...brief,
  async run(hub, _payload, { signal }) {
    for (const sellerId of await listUnsealed(hub.db)) {
      signal.throwIfAborted()
      await sealWholeTrail(hub.db, sellerId)
    }
  },
}
