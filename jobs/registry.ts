// The list: no declared job lacks a file.
import type { JobName } from '../src/queue/job-payloads.ts'
import { expirePunchoutSessions } from './expire-punchout-sessions.ts'
import type { Job } from './job.ts'
import { purgeDocumentsJob } from './purge-documents.ts'
import { purgeJobRunsJob } from './purge-job-runs.ts'

export const jobs = {
  'expire-punchout-sessions': expirePunchoutSessions,
  'purge-documents': purgeDocumentsJob,
  'purge-job-runs': purgeJobRunsJob,
} satisfies { [N in JobName]: Job<N> }
