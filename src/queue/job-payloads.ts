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
  'expire-punchout-sessions': Record<string, never>
  'purge-documents': Record<string, never>
  'purge-job-runs': Record<string, never>
}

export type JobName = keyof JobPayloads

/** `house`: our own upkeep. `partners`: what goes out to buyers. An ERP's jobs wait in `erp-<connection id>`, named at enqueue. */
export const jobQueues = {
  'push-order': 'house',
  'change-order': 'house',
  'cancel-order': 'house',
  'sync-stream': 'house',
  'send-confirmation': 'partners',
  'send-ship-notice': 'partners',
  'send-invoice': 'partners',
  'deliver-document': 'partners',
  'send-webhook': 'partners',
  'expire-punchout-sessions': 'house',
  'purge-documents': 'house',
  'purge-job-runs': 'house',
} as const satisfies Record<JobName, 'house' | 'partners'>
