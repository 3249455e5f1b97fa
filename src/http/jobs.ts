// Queued jobs as an administrator sees them: waiting, running, done, dead with the reason in words, and replay.
import { z } from 'zod'
import { HubError } from '../errors.ts'
import { findJobRun, listJobRuns } from '../queue/job-run.ts'
import { replayJob } from '../queue/replay-job.ts'
import { jsonRoute, type Route } from './route.ts'

const TAG = 'Jobs'

const states = z.enum(['waiting', 'active', 'retrying', 'done', 'dead'])

const shown = z
  .object({
    id: z.uuid(),
    job: z.string(),
    queue: z.string(),
    payload: z.unknown(),
    state: states,
    attempts: z.int(),
    progress: z.unknown(),
    errorKind: z.string().nullable(),
    error: z.string().nullable().describe('the last failure in words'),
    worker: z.string().nullable(),
    replayOf: z.uuid().nullable(),
    runAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'JobRun' })

export const jobRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/jobs',
    who: 'jobs:read',
    tag: TAG,
    summary: 'List job runs, newest first',
    query: z.object({
      state: states.optional(),
      job: z.string().max(100).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.iso.datetime().optional().describe('`next` of the page before'),
    }),
    answer: z.object({ items: z.array(shown), next: z.iso.datetime().nullable() }),
    async handle(hub, { query }) {
      const before = query.cursor ? new Date(query.cursor) : undefined
      const rows = await listJobRuns(hub.db, { state: query.state, job: query.job, before, limit: query.limit + 1 })
      const items = rows.slice(0, query.limit)
      return { items, next: rows.length > query.limit ? (items.at(-1)?.createdAt.toISOString() ?? null) : null }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/jobs/:id',
    who: 'jobs:read',
    tag: TAG,
    summary: 'Read a job run',
    answer: shown,
    async handle(hub, { params }) {
      const run = await findJobRun(hub.db, params.id ?? '')
      if (!run) throw new HubError('not_found', 'There is no such job run.')
      return run
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/jobs/:id/replay',
    who: 'jobs:write',
    tag: TAG,
    summary: 'Run a dead job again',
    answer: z.object({ id: z.uuid().describe('the new run') }),
    status: 202,
    async handle(hub, { params }) {
      return { id: await hub.db.transaction((trx) => replayJob(trx, params.id ?? '')) }
    },
  }),
]
