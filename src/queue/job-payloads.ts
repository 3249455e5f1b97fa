// Every job there is: its payload and the queue it waits in. Payloads carry ids, never documents or secrets.

import type { StreamName } from '../../connectors/connector.ts'

export interface JobPayloads {
  'push-order': { orderId: string }
  'change-order': { orderId: string; revision: number }
  'cancel-order': { orderId: string }
  'sync-stream': { connectionId: string; stream: StreamName; full?: boolean }
  'send-confirmation': { orderId: string }
  'send-ship-notice': { shipmentId: string }
  'send-invoice': { invoiceId: string }
  'deliver-document': { deliveryId: string }
  'send-webhook': { endpointId: string; eventId: string }
  'send-mail': { mailId: string }
  'replay-jobs': { sellerId: string } & DeadJobs
  'notify-approver': { stepId: string; occasion: 'opened' | 'reminder' | 'escalated' | 'reassigned'; since: string }
  'tend-approvals': Record<string, never>
  'approval-settled': { requestId: string }
  'what-if': { trialId: string }
  'expire-punchout-sessions': Record<string, never>
  'keep-budgets': Record<string, never>
  'quick-order': { quickOrderId: string }
  'expire-quotes': Record<string, never>
  'read-payments': Record<string, never>
  'purge-documents': Record<string, never>
  'purge-job-runs': Record<string, never>
  'seal-audit': Record<string, never>
}

export type JobName = keyof JobPayloads

/** Which dead jobs: those that fit everything given. */
export interface DeadJobs {
  job?: string
  queue?: string
  /** An order, and what followed from it. */
  orderId?: string
  /** Part of the error's text, in small or capital letters. */
  error?: string
  /** Asked for at this time or before, ISO 8601. */
  until?: string
}

/** `house`: our own upkeep. `partners`: what goes out to buyers. `webhooks`: to storefronts. `mail`: to people. An ERP's jobs wait in `erp-<connection id>`, named at enqueue. */
export const jobQueues = {
  'push-order': 'house',
  'change-order': 'house',
  'cancel-order': 'house',
  'sync-stream': 'house',
  'send-confirmation': 'partners',
  'send-ship-notice': 'partners',
  'send-invoice': 'partners',
  'deliver-document': 'partners',
  'send-webhook': 'webhooks',
  'send-mail': 'mail',
  'replay-jobs': 'house',
  'notify-approver': 'house',
  'tend-approvals': 'house',
  'approval-settled': 'house',
  'what-if': 'house',
  'expire-punchout-sessions': 'house',
  'keep-budgets': 'house',
  'quick-order': 'house',
  'expire-quotes': 'house',
  'read-payments': 'house',
  'purge-documents': 'house',
  'purge-job-runs': 'house',
  'seal-audit': 'house',
} as const satisfies Record<JobName, 'house' | 'partners' | 'webhooks' | 'mail'>

/** The tables whose rows jobs are about, by the key that names such a row in a payload. */
export const subjectTables = {
  orderId: 'orders',
  shipmentId: 'shipments',
  invoiceId: 'invoices',
  deliveryId: 'deliveries',
  endpointId: 'webhook_endpoints',
  mailId: 'mails',
  connectionId: 'erp_connections',
} as const

/** What each job is about: its seller sees the run. Null = the hub's own upkeep, or the seller is named when it is asked for. */
export const jobSubjects = {
  'push-order': 'orderId',
  'change-order': 'orderId',
  'cancel-order': 'orderId',
  'sync-stream': 'connectionId',
  'send-confirmation': 'orderId',
  'send-ship-notice': 'shipmentId',
  'send-invoice': 'invoiceId',
  'deliver-document': 'deliveryId',
  'send-webhook': 'endpointId',
  'send-mail': 'mailId',
  'replay-jobs': null,
  'notify-approver': null,
  'tend-approvals': null,
  'approval-settled': null,
  'what-if': null,
  'expire-punchout-sessions': null,
  'keep-budgets': null,
  'quick-order': null,
  'expire-quotes': null,
  'read-payments': null,
  'purge-documents': null,
  'purge-job-runs': null,
  'seal-audit': null,
} as const satisfies Record<JobName, keyof typeof subjectTables | null>
