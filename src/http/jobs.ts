// Queued jobs as an administrator sees them: waiting, running, done, and the dead letters with their order, document, error and what
// to do; replay of one or of all that fit, and giving one up. A client sees its seller's; the hub's own upkeep is in /metrics.
import { z } from 'zod'
import { erpQueue } from '../erp/erp-connection.ts'
import { HubError } from '../errors.ts'
import { findJobRun, type JobRun, jobRunStates, listJobRuns } from '../queue/job-run.ts'
import { enqueue } from '../queue/outbox.ts'
import { discardJob, replayJob } from '../queue/replay-job.ts'
import { whatNext } from '../queue/what-next.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Jobs'

const subject = z
  .object({
    order: z
      .object({
        id: z.uuid(),
        poNumber: z.string().nullable(),
        erpNumber: z.string().nullable(),
        state: z.string(),
      })
      .nullable()
      .describe('the first where there are several'),
    document: z
      .object({ id: z.uuid(), kind: z.string() })
      .nullable()
      .describe('what is delivered, or else what brought the order'),
    shipment: z.object({ id: z.uuid(), number: z.string().nullable() }).nullable(),
    invoice: z.object({ id: z.uuid(), number: z.string() }).nullable(),
    partner: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    connection: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    endpoint: z.object({ id: z.uuid(), host: z.string() }).nullable(),
  })
  .meta({ id: 'JobSubject' })

const shown = z
  .object({
    id: z.uuid(),
    job: z.string(),
    queue: z.string(),
    payload: z.unknown(),
    state: z.enum(jobRunStates),
    attempts: z.int(),
    progress: z.unknown().describe('what the job says of itself: {done, total} for the long ones'),
    about: subject,
    errorKind: z.string().nullable(),
    error: z.string().nullable().describe('the last failure in words'),
    whatNext: z.string().nullable().describe('of a dead job: what a person can do'),
    worker: z.string().nullable(),
    replayOf: z.uuid().nullable(),
    replayedBy: z.uuid().nullable().describe('the run that took the place of this dead one'),
    discardedBy: z.string().nullable(),
    discardReason: z.string().nullable(),
    runAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'JobRun' })

function show({ sellerId: _, about: { endpoint, ...about }, ...run }: JobRun) {
  const unsettled = run.state === 'dead' && run.replayedBy === null
  return {
    ...run,
    about: { ...about, endpoint: endpoint && { id: endpoint.id, host: new URL(endpoint.url).host } },
    whatNext: unsettled ? whatNext(run.job, run.errorKind) : null,
  }
}

const filter = z.object({
  job: z.string().max(100).optional(),
  queue: z.string().max(100).optional(),
  connectionId: z.uuid().optional().describe('jobs of this ERP connection'),
  orderId: z.uuid().optional().describe('an order, and the deliveries, shipments and invoices that followed from it'),
  error: z.string().max(200).optional().describe('part of the error’s text'),
})

/** As the store is asked. A connection's jobs are those of its queue. */
function asked({ connectionId, queue, ...rest }: z.output<typeof filter>) {
  return { ...rest, queue: connectionId ? erpQueue(connectionId) : queue }
}

export const jobRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/jobs',
    who: 'jobs:read',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'List job runs, newest first',
    description: '`state=dead` is the list of dead letters: those that nobody has replayed or given up.',
    query: pageQuery.extend({ state: z.enum(jobRunStates).optional(), ...filter.shape }),
    answer: pageOf(shown),
    async handle(hub, { query, reach }) {
      const { cursor, limit, state, ...rest } = query
      const { sellerId } = reach
      const rows = await listJobRuns(hub.db, { ...asked(rest), state, sellerId, after: cursor, limit: limit + 1 })
      return asPage(rows, limit, show)
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/jobs/:id',
    who: 'jobs:read',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Read a job run',
    answer: shown,
    async handle(hub, { params, reach }) {
      const run = await findJobRun(hub.db, params.id ?? '', reach.sellerId)
      if (!run) throw new HubError('not_found', 'There is no such job run.')
      return show(run)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/jobs/:id/replay',
    who: 'jobs:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Run a dead job again',
    description: 'The same payload as a new run, which takes the dead one’s place.',
    answer: z.object({ id: z.uuid().describe('the new run') }),
    status: 202,
    async handle(hub, { params, reach }) {
      return { id: await hub.db.transaction((trx) => replayJob(trx, params.id ?? '', reach.sellerId)) }
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/jobs/replay',
    who: 'jobs:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Run all dead jobs again that fit',
    description: 'As a job of its own, `replay-jobs`, whose progress can be read. An empty filter is all of them.',
    body: filter.strict().meta({ id: 'DeadJobFilter' }),
    answer: z.object({ id: z.uuid().describe('the run that replays them') }),
    status: 202,
    async handle(hub, { body, reach }) {
      const { sellerId } = reach
      // Those that die of being replayed now are not replayed in the same go.
      const payload = { ...asked(body), sellerId, until: hub.now().toISOString() }
      return { id: await enqueue(hub.db, 'replay-jobs', payload, { sellerId }) }
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/jobs/:id/discard',
    who: 'jobs:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Give a dead job up',
    description: 'It is not run again and leaves the dead letters; the record stays, with the reason.',
    body: z.object({ reason: z.string().trim().min(1, 'say why').max(500) }).meta({ id: 'JobDiscard' }),
    answer: shown,
    async handle(hub, { params, body, reach, access }) {
      const id = params.id ?? ''
      await hub.db.transaction((trx) =>
        discardJob(trx, id, reach.sellerId, { by: access.person?.email ?? access.clientId ?? '', reason: body.reason }),
      )
      const run = await findJobRun(hub.db, id, reach.sellerId)
      if (!run) throw new HubError('not_found', 'There is no such job run.')
      return show(run)
    },
  }),
]
