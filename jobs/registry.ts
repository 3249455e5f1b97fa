// The list: no declared job lacks a file.
import type { JobName } from '../src/queue/job-payloads.ts'
import { approvalSettled } from './approval-settled.ts'
import { cancelOrderJob } from './cancel-order.ts'
import { changeOrderJob } from './change-order.ts'
import { deliverDocument } from './deliver-document.ts'
import { expirePunchoutSessions } from './expire-punchout-sessions.ts'
import { expireQuotesJob } from './expire-quotes.ts'
import type { Job } from './job.ts'
import { keepBudgets } from './keep-budgets.ts'
import { notifyApprover } from './notify-approver.ts'
import { purgeDocumentsJob } from './purge-documents.ts'
import { purgeJobRunsJob } from './purge-job-runs.ts'
import { pushOrder } from './push-order.ts'
import { quickOrderJob } from './quick-order.ts'
import { readPayments } from './read-payments.ts'
import { replayJobs } from './replay-jobs.ts'
import { sealAudit } from './seal-audit.ts'
import { sendConfirmation } from './send-confirmation.ts'
import { sendInvoice } from './send-invoice.ts'
import { sendMailJob } from './send-mail.ts'
import { sendShipNotice } from './send-ship-notice.ts'
import { sendWebhookJob } from './send-webhook.ts'
import { syncStream } from './sync-stream.ts'
import { tendApprovals } from './tend-approvals.ts'
import { whatIf } from './what-if.ts'

export const jobs = {
  'push-order': pushOrder,
  'change-order': changeOrderJob,
  'cancel-order': cancelOrderJob,
  'sync-stream': syncStream,
  'send-confirmation': sendConfirmation,
  'send-ship-notice': sendShipNotice,
  'send-invoice': sendInvoice,
  'deliver-document': deliverDocument,
  'send-webhook': sendWebhookJob,
  'send-mail': sendMailJob,
  'replay-jobs': replayJobs,
  'notify-approver': notifyApprover,
  'tend-approvals': tendApprovals,
  'what-if': whatIf,
  'approval-settled': approvalSettled,
  'expire-punchout-sessions': expirePunchoutSessions,
  'keep-budgets': keepBudgets,
  'quick-order': quickOrderJob,
  'expire-quotes': expireQuotesJob,
  'read-payments': readPayments,
  'purge-documents': purgeDocumentsJob,
  'purge-job-runs': purgeJobRunsJob,
  'seal-audit': sealAudit,
} satisfies { [N in JobName]: Job<N> }
