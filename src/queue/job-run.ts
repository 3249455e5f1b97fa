// What became of a job and what it is about: read by people (admin) and by the tests.
import type { Knex } from 'knex'
import type { Db } from '../database/database.ts'
import type { DeadJobs } from './job-payloads.ts'

export const jobRunStates = ['waiting', 'active', 'retrying', 'done', 'dead', 'discarded'] as const
export type JobRunState = (typeof jobRunStates)[number]

export interface JobRun {
  id: string
  /** Null = the hub's own upkeep. */
  sellerId: string | null
  job: string
  queue: string
  payload: unknown
  /** `discarded`: it was dead, and a person gave it up. */
  state: JobRunState
  /** Starts so far, throttled and interrupted ones not counted. */
  attempts: number
  /** What the job last told of itself. */
  progress: unknown
  errorKind: string | null
  /** The last failure in words; stays when a later attempt succeeds. */
  error: string | null
  /** Host and process that ran it last. */
  worker: string | null
  replayOf: string | null
  /** The run that took the place of this dead one. */
  replayedBy: string | null
  discardedBy: string | null
  discardReason: string | null
  runAt: Date | null
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  about: JobSubject
}

/** The rows a run is about, directly or by what it names; null where there is none. */
export interface JobSubject {
  /** The first where there are several. */
  order: { id: string; poNumber: string | null; erpNumber: string | null; state: string } | null
  /** What is delivered, or else what brought the order. */
  document: { id: string; kind: string } | null
  shipment: { id: string; number: string | null } | null
  invoice: { id: string; number: string } | null
  partner: { id: string; name: string } | null
  connection: { id: string; name: string } | null
  endpoint: { id: string; url: string } | null
}

const columns = {
  id: 'r.id',
  sellerId: 'r.seller_id',
  job: 'r.job',
  queue: 'r.queue',
  payload: 'r.payload',
  state: 'r.state',
  attempts: 'r.attempts',
  progress: 'r.progress',
  errorKind: 'r.error_kind',
  error: 'r.error',
  worker: 'r.worker',
  replayOf: 'r.replay_of',
  replayedBy: 'r.replayed_by',
  discardedBy: 'r.discarded_by',
  discardReason: 'r.discard_reason',
  runAt: 'r.run_at',
  createdAt: 'r.created_at',
  startedAt: 'r.started_at',
  finishedAt: 'r.finished_at',
}

export interface JobRunFilter extends DeadJobs {
  /** Absent = everybody's, the hub's own too. */
  sellerId?: string
  /** Of the dead, those that nothing took the place of. */
  state?: JobRunState
  /** The row that the payload names. */
  subjectId?: string
  /** Of webhooks. */
  eventId?: string
  /** Waiting, active or retrying. */
  unfinished?: boolean
}

/** Of this seller, or whoever's where none is given. */
export async function findJobRun(db: Db, id: string, sellerId?: string): Promise<JobRun | undefined> {
  const [run] = await withSubjects(db, matching(db, { sellerId }).where({ id }))
  return run
}

/** Newest first, after the run `after` of the page before. */
export async function listJobRuns(
  db: Db,
  filter: JobRunFilter & { after?: string | undefined; limit: number },
): Promise<JobRun[]> {
  const page = matching(db, filter).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(filter.limit)
  if (filter.after)
    page.whereRaw('(created_at, id) < (SELECT created_at, id FROM job_runs WHERE id = ?)', [filter.after])
  return withSubjects(db, page)
}

/** Dead runs to replay, oldest first, at most `limit`, locked; those that another is replaying are left to it. */
export async function lockDeadIds(db: Db, filter: JobRunFilter, limit: number): Promise<string[]> {
  return matching(db, { ...filter, state: 'dead' })
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .pluck('id')
}

export async function countDead(db: Db, filter: JobRunFilter): Promise<number> {
  const row = await matching(db, { ...filter, state: 'dead' })
    .count({ runs: '*' })
    .first()
  return Number(row?.runs ?? 0)
}

function matching(db: Db, filter: JobRunFilter): Knex.QueryBuilder {
  const { sellerId, state, job, queue, orderId, error, until, subjectId, eventId, unfinished } = filter
  const query = db('job_runs')
  if (sellerId) query.where('seller_id', sellerId)
  if (state) query.where('state', state)
  if (state === 'dead') query.whereNull('replayed_by')
  if (job) query.where('job', job)
  if (queue) query.where('queue', queue)
  if (error) query.where('error', 'ilike', `%${error.replace(/[\\%_]/g, '\\$&')}%`)
  if (unfinished) query.whereIn('state', ['waiting', 'active', 'retrying'])
  if (subjectId) query.where('subject_id', subjectId)
  if (eventId) query.whereRaw(`payload->>'eventId' = ?`, [eventId])
  if (until) query.where('created_at', '<=', until)
  if (orderId)
    query.whereRaw(
      `subject_id = ANY(ARRAY(SELECT ?::uuid UNION SELECT id FROM deliveries WHERE order_id = ?
         UNION SELECT shipment_id FROM shipment_lines WHERE order_id = ?
         UNION SELECT invoice_id FROM invoice_lines WHERE order_id = ?))`,
      [orderId, orderId, orderId, orderId],
    )
  return query
}

/** The runs of `page` with what they are about. Ids are unique over all tables, so a subject meets its own table only. */
async function withSubjects(db: Db, page: Knex.QueryBuilder): Promise<JobRun[]> {
  const rows = await db
    .select(columns)
    .select({
      order: given(db, 'o', `'id', o.id, 'poNumber', o.po_number, 'erpNumber', o.erp_number, 'state', o.state`),
      document: given(db, 'doc', `'id', doc.id, 'kind', doc.kind`),
      shipment: given(db, 's', `'id', s.id, 'number', s.number`),
      invoice: given(db, 'i', `'id', i.id, 'number', i.number`),
      partner: given(db, 'p', `'id', p.id, 'name', p.name`),
      connection: given(db, 'c', `'id', c.id, 'name', c.name`),
      endpoint: given(db, 'w', `'id', w.id, 'url', w.url`),
    })
    .from(page.select('*').as('r'))
    .joinRaw(
      `LEFT JOIN deliveries d ON d.id = r.subject_id
       LEFT JOIN shipments s ON s.id = coalesce(CASE WHEN d.kind = 'ShipNoticeRequest' THEN d.subject_id END, r.subject_id)
       LEFT JOIN invoices i ON i.id = coalesce(CASE WHEN d.kind = 'InvoiceDetailRequest' THEN d.subject_id END, r.subject_id)
       LEFT JOIN LATERAL (
         SELECT order_id FROM shipment_lines WHERE shipment_id = s.id AND order_id IS NOT NULL
         UNION ALL SELECT order_id FROM invoice_lines WHERE invoice_id = i.id AND order_id IS NOT NULL
         LIMIT 1) l ON true
       LEFT JOIN orders o ON o.id = coalesce(d.order_id, l.order_id, r.subject_id)
       LEFT JOIN documents doc ON doc.id = coalesce(d.document_id, o.document_id)
       LEFT JOIN partners p ON p.id = coalesce(d.partner_id, o.partner_id)
       LEFT JOIN erp_connections c ON c.id = r.subject_id OR 'erp-' || c.id = r.queue
       LEFT JOIN webhook_endpoints w ON w.id = r.subject_id`,
    )
    .orderBy('r.created_at', 'desc')
    .orderBy('r.id', 'desc')
  return rows.map(({ order, document, shipment, invoice, partner, connection, endpoint, ...run }) => ({
    ...run,
    about: { order, document, shipment, invoice, partner, connection, endpoint },
  }))
}

function given(db: Db, alias: string, fields: string): Knex.Raw {
  return db.raw(`CASE WHEN ${alias}.id IS NOT NULL THEN jsonb_build_object(${fields}) END`)
}

/** Forgets up to `limit` runs finished before these days. Returns how many. */
export async function purgeJobRuns(db: Db, before: { done: Date; dead: Date }, limit: number): Promise<number> {
  const old = db('job_runs')
    .select('id')
    .where((q) => q.where({ state: 'done' }).andWhere('finished_at', '<', before.done))
    .orWhere((q) => q.whereIn('state', ['dead', 'discarded']).andWhere('finished_at', '<', before.dead))
    .limit(limit)
  return db('job_runs').whereIn('id', old).delete()
}
