// Reminds, escalates and ends approvals whose time has come, one transaction per request.

import { listDueRequests, tendRequest } from '../src/approvals/tend-approvals.ts'
import { stampOf } from '../src/database/stamp.ts'
import { brief, type Job } from './job.ts'

const BATCH = 500

export const tendApprovals: Job<'tend-approvals'> = {
  name: 'tend-approvals',
  ...brief,
  async run(hub, _payload, { signal }) {
    for (const requestId of await listDueRequests(hub.db, hub.now(), BATCH)) {
      signal.throwIfAborted()
      await hub.db.transaction((trx) => tendRequest(trx, requestId, stampOf(hub)))
    }
  },
}
