// The audit trail: read, exported as CSV and NDJSON, and verified.
import { z } from 'zod'
import { type AuditFilter, type AuditRow, eachAudit, listAudit } from '../accounts/audit-list.ts'
import { sealWholeTrail } from '../audit/seal-trail.ts'
import { verifyTrail } from '../audit/verify-trail.ts'
import type { Caller } from './authenticate.ts'
import { term, timeShown } from './list-query.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'
import { withCsv } from './with-csv.ts'

const TAG = 'Audit'
const PATH = '/api/v1/audit'

const filter = z.strictObject({
  accountId: z.uuid().optional(),
  subjectId: z.uuid().optional().describe('what it was done to'),
  personId: z.uuid().optional().describe('who did it, or for whom'),
  action: term.optional().meta({ example: 'membership' }).describe('membership.suspended; membership = all of these'),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
})
const query = pageQuery.extend(filter.shape).strict()

const event = z
  .object({
    id: z.uuid(),
    number: z.string().nullable().describe('1, 2, 3, ...; null for a moment after it happened'),
    at: timeShown,
    accountId: z.uuid().nullable(),
    action: z.string(),
    subjectKind: z.string(),
    subjectId: z.uuid().nullable(),
    actor: z
      .record(z.string(), z.string())
      .describe('personId; actorId and actingId where somebody acted for them; clientId'),
    personName: z.string().nullable(),
    actorName: z.string().nullable().describe('the seller’s person who acted for them'),
    detail: z.record(z.string(), z.unknown()),
    hash: z.string().nullable().describe('SHA-256 of the hash before and the event, in hex'),
  })
  .meta({ id: 'AuditEvent' })

function show({ sellerId: _, at, hash, ...rest }: AuditRow) {
  return { ...rest, at: at.toISOString(), hash: hash?.toString('hex') ?? null }
}

const filterOf = ({ from, to, ...rest }: z.output<typeof filter>): AuditFilter => ({
  ...rest,
  from: from ? new Date(from) : undefined,
  to: to ? new Date(to) : undefined,
})

const list = jsonRoute({
  method: 'get',
  path: PATH,
  who: 'audit:read',
  may: 'audit.view',
  tag: TAG,
  summary: 'Read the audit trail, newest first',
  query,
  answer: pageOf(event),
  async handle(hub, { query: { limit, cursor, ...rest }, reach }) {
    return asPage(await listAudit(hub.db, reach, filterOf(rest), { after: cursor, limit: limit + 1 }), limit, show)
  },
})

/** As NDJSON it is complete: what anybody needs to verify the chain by themselves. */
const ndjson: Route = {
  ...list,
  path: `${PATH}.ndjson`,
  summary: 'Export the audit trail as NDJSON, newest first',
  api: { tag: TAG, status: 200, query: filter, produces: 'application/x-ndjson' },
  async handle(hub, req, res) {
    const { reach } = res.locals.caller as Caller
    const asked = filterOf(filter.parse(req.query))
    await sealWholeTrail(hub.db, reach.sellerId)
    for await (const rows of eachAudit(hub.db, reach, asked)) {
      if (!res.headersSent) res.set({ 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'private, no-store' })
      if (res.destroyed) return
      if (!res.write(rows.map((row) => `${JSON.stringify(show(row))}\n`).join('')))
        await new Promise((done) => res.once('drain', done).once('close', done))
    }
    res.end()
  },
}

export const auditRoutes: Route[] = [
  ...withCsv(list, {
    name: 'audit',
    query: filter,
    columns: {
      Number: (e: AuditRow) => e.number,
      Time: (e) => e.at,
      Account: (e) => e.accountId,
      Action: (e) => e.action,
      Subject: (e) => e.subjectKind,
      'Subject id': (e) => e.subjectId,
      Person: (e) => e.personName,
      'Acted by': (e) => e.actorName,
      Client: (e) => e.actor.clientId ?? null,
      Detail: (e) => JSON.stringify(e.detail),
      Hash: (e) => e.hash?.toString('hex') ?? null,
    },
    async *rows(hub, asked, reach) {
      await sealWholeTrail(hub.db, reach.sellerId)
      yield* eachAudit(hub.db, reach, filterOf(asked))
    },
  }),
  ndjson,
  jsonRoute({
    method: 'get',
    path: `${PATH}/verification`,
    who: 'audit:read',
    tag: TAG,
    summary: 'Verify the whole trail of the seller',
    answer: z.object({
      count: z.int(),
      head: z
        .object({ number: z.string(), hash: z.string() })
        .nullable()
        .describe('keep it elsewhere: it proves later that nothing before was touched'),
      broken: z
        .object({ number: z.string(), why: z.string() })
        .nullable()
        .describe('the first event that is not what was sealed'),
    }),
    async handle(hub, { access }) {
      await sealWholeTrail(hub.db, access.sellerId)
      return verifyTrail(hub.db, access.sellerId)
    },
  }),
]
