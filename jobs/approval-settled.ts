// An approval request has ended. Whoever owns its kind of subject acts on it; a subject of no known kind asks for nothing.
import { brief, type Job } from './job.ts'

export const approvalSettled: Job<'approval-settled'> = {
  name: 'approval-settled',
  ...brief,
  async run() {},
}
