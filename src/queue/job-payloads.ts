// Every job there is: its payload and the queue it waits in. Payloads carry ids, never documents or secrets.

export interface JobPayloads {
  'expire-punchout-sessions': Record<string, never>
  'purge-documents': Record<string, never>
  'purge-job-runs': Record<string, never>
}

export type JobName = keyof JobPayloads

/** `house`: our own upkeep. `partners`: what goes out to buyers. An ERP's jobs wait in `erp-<connection id>`, named at enqueue. */
export const jobQueues = {
  'expire-punchout-sessions': 'house',
  'purge-documents': 'house',
  'purge-job-runs': 'house',
} as const satisfies Record<JobName, 'house' | 'partners'>
