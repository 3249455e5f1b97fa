// An approval request has ended: its requisition becomes an order, comes back to the requester, or ends.
import { stampOf } from '../src/database/stamp.ts'
import { settleRequisition } from '../src/requisitions/settle-requisition.ts'
import { brief, type Job } from './job.ts'

export const approvalSettled: Job<'approval-settled'> = {
  name: 'approval-settled',
  ...brief,
  attempts: 12,
  async run(hub, { requestId }) {
    await hub.db.transaction((trx) => settleRequisition(trx, requestId, stampOf(hub)))
  },
}
