// Writes to those who may decide an open step.
import { notifyApprovers } from '../src/approvals/notify-approvers.ts'
import { stampOf } from '../src/database/stamp.ts'
import { brief, type Job } from './job.ts'

export const notifyApprover: Job<'notify-approver'> = {
  name: 'notify-approver',
  ...brief,
  async run(hub, payload) {
    const site = { keys: hub.keys, publicUrl: hub.config.publicUrl }
    await hub.db.transaction((trx) => notifyApprovers(trx, site, payload, stampOf(hub)))
  },
}
