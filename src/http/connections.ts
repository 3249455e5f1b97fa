// What an ERP admin needs: connectors to choose from, connections with their settings (secrets go in and never come out), a check in
// words, how far each stream was read, reading now, pausing.

import { z } from 'zod'
import { type ConnectorDefinition, type StreamName, streamNames } from '../../connectors/connector.ts'
import type { Reach } from '../accounts/access.ts'
import { askSync } from '../erp/ask-sync.ts'
import { checkConfig, describeConfig, keepSecrets, withoutSecrets } from '../erp/connection-config.ts'
import { CONFIG_PURPOSE, connectionSettingsSchema, type ErpConnection, usualSchedule } from '../erp/erp-connection.ts'
import {
  deleteConnection,
  findConnection,
  insertConnection,
  listConnections,
  listStreams,
  lockConnection,
  recordCallSucceeded,
  setNudgeSecret,
  updateConnection,
} from '../erp/erp-connection-store.ts'
import { findFreshness } from '../erp/freshness.ts'
import { countQuarantined, findQuarantined, listQuarantined } from '../erp/quarantine.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { jobRunStates, listJobRuns } from '../queue/job-run.ts'
import { discardUnfinished } from '../queue/replay-job.ts'
import { open, SealError, seal, sha256 } from '../secrets.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'ERP connections'

const stream = z.enum(streamNames)
const name = z.string().trim().min(1).max(100)
const status = z.enum(['active', 'paused'])
const guestCustomerNumber = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .nullable()
  .describe('orders without an account are this customer’s in the ERP; null = they are held')

const connectorShown = z
  .object({
    id: z.string(),
    title: z.string(),
    summary: z.string(),
    capabilities: z.object({
      pushOrder: z.boolean(),
      changeOrder: z.boolean(),
      cancelOrder: z.boolean(),
      invoicePdf: z.boolean(),
      streams: z.array(stream),
    }),
    config: z
      .record(z.string(), z.unknown())
      .describe('JSON Schema of the settings; a secret is `writeOnly` and says `secret: true`'),
  })
  .meta({ id: 'Connector' })

const shown = z
  .object({
    id: z.uuid(),
    name: z.string(),
    connector: z.string(),
    status,
    config: z
      .unknown()
      .describe('the settings without their secrets; null = they can no longer be opened: enter them again'),
    secrets: z
      .array(z.object({ field: z.string().describe('place in `config`: login.password'), set: z.boolean() }))
      .describe('the secrets these settings have or may have'),
    settings: connectionSettingsSchema,
    guestCustomerNumber,
    health: z.object({
      state: z
        .enum(['unknown', 'well', 'failing', 'resting'])
        .describe('resting: after failures in a row nobody calls until `restsUntil`; a check that succeeds ends it'),
      failures: z.int().describe('in a row'),
      restsUntil: z.iso.datetime().nullable(),
      lastError: z.string().nullable(),
      lastOkAt: z.iso.datetime().nullable(),
    }),
    nudge: z.object({
      url: z.url().describe('the ERP posts here to be read at once'),
      secretSet: z.boolean(),
    }),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'ErpConnection' })

const checkResult = z
  .object({
    ok: z.boolean(),
    message: z.string().describe('one sentence, with what to do where it failed'),
    steps: z.array(z.object({ name: z.string(), ok: z.boolean(), message: z.string() })),
  })
  .meta({ id: 'ErpCheck' })

const streamShown = z
  .object({
    stream,
    everySeconds: z.int().nullable().describe('between two reads; null = only when nudged or asked'),
    readAt: z.iso.datetime().nullable().describe('when it was last read to its end'),
    lagSeconds: z.int().nullable().describe('since then; null = never yet'),
    stale: z.boolean().describe('it should have been read since, or the last reading failed'),
    cursorAt: z.iso.datetime().nullable().describe('when the last page was applied and its cursor kept'),
    records: z.int().describe('that came so far'),
    lastError: z.string().nullable(),
    quarantined: z.int().describe('records that could not be applied and wait, see /quarantine'),
    run: z
      .object({
        id: z.uuid(),
        state: z.enum(jobRunStates),
        attempts: z.int(),
        progress: z.unknown().describe('{done, total}; total null = the ERP does not say'),
        error: z.string().nullable(),
        runAt: z.iso.datetime().nullable().describe('not before'),
      })
      .nullable()
      .describe('the reading that waits or goes on now'),
  })
  .meta({ id: 'ErpStream' })

const quarantinedShown = z
  .object({
    id: z.uuid(),
    stream,
    erpId: z.string().describe('of the record; of balances and credit limits: the customer’s number'),
    reason: z.string(),
    tries: z.int(),
    at: z.iso.datetime().describe('of the last try'),
  })
  .meta({ id: 'QuarantinedRecord' })

const config = z.record(z.string(), z.unknown()).describe('as the connector’s JSON Schema says')

/** The connector, or 400. */
function definitionOf(hub: Hub, connector: string): ConnectorDefinition {
  const definition = Object.hasOwn(hub.connectors, connector) ? hub.connectors[connector] : undefined
  if (definition) return definition
  const message = `must be one of ${Object.keys(hub.connectors).join(', ')}`
  throw new HubError('invalid_input', `connector: ${message}`, { details: [{ field: 'connector', message }] })
}

async function connectionOr404(hub: Hub, reach: Reach, id: string | undefined): Promise<ErpConnection> {
  const connection = id && (await findConnection(hub.db, reach.sellerId, id))
  if (!connection) throw new HubError('not_found', 'There is no such connection.')
  return connection
}

const sealConfig = (hub: Hub, value: unknown) => seal(hub.keys, CONFIG_PURPOSE, JSON.stringify(value))

/** Null = sealed with a key this hub doesn't have. */
function openConfig(hub: Hub, { sealedConfig }: ErpConnection): unknown {
  try {
    return JSON.parse(open(hub.keys, CONFIG_PURPOSE, sealedConfig).toString())
  } catch (error) {
    if (error instanceof SealError) return null
    throw error
  }
}

function show(hub: Hub, c: ErpConnection) {
  // Settings of a connector this version doesn't have are not shown: there is no saying what is secret.
  const definition = Object.hasOwn(hub.connectors, c.connector) ? hub.connectors[c.connector] : undefined
  const resting = c.closedUntil !== null && c.closedUntil > hub.now()
  const state = resting ? 'resting' : c.failures > 0 ? 'failing' : c.lastOkAt ? 'well' : 'unknown'
  return {
    id: c.id,
    name: c.name,
    connector: c.connector,
    status: c.status,
    ...(definition ? withoutSecrets(definition, openConfig(hub, c)) : { config: null, secrets: [] }),
    settings: c.settings,
    guestCustomerNumber: c.guestCustomerNumber,
    health: {
      state,
      failures: c.failures,
      restsUntil: resting ? c.closedUntil : null,
      lastError: c.lastError,
      lastOkAt: c.lastOkAt,
    },
    nudge: { url: `${hub.config.publicUrl}/api/v1/erp/${c.id}/nudge`, secretSet: c.nudgeSecretHash !== null },
    version: c.version,
    createdAt: c.createdAt,
    updatedAt: c.updatedAt,
  }
}

const CHECK_WITHIN_MS = 60_000

function streamsOf(hub: Hub, { connector }: ErpConnection): readonly StreamName[] {
  return hub.connectors[connector]?.capabilities.streams ?? []
}

/** Those asked for, or all there are. Throws HubError invalid_input for one this ERP doesn't have. */
export function chooseStreams(
  hub: Hub,
  connection: ErpConnection,
  asked: readonly StreamName[] | undefined,
): readonly StreamName[] {
  const there = streamsOf(hub, connection)
  const missing = asked?.find((s) => !there.includes(s))
  if (missing)
    throw new HubError('invalid_input', `streams: this connector reads no ${missing}, only ${there.join(', ')}.`, {
      details: [{ field: 'streams', message: `must be some of ${there.join(', ')}` }],
    })
  return asked ?? there
}

async function readStreams(hub: Hub, connection: ErpConnection) {
  const { id, sellerId, settings } = connection
  const [known, quarantined, runs] = await Promise.all([
    listStreams(hub.db, id),
    countQuarantined(hub.db, id),
    listJobRuns(hub.db, { sellerId, subjectId: id, job: 'sync-stream', unfinished: true, limit: 200 }),
  ])
  return Promise.all(
    streamsOf(hub, connection).map(async (stream) => {
      const state = known.find((s) => s.stream === stream)
      // The one in hand before one that waits.
      const ofStream = runs.filter((r) => (r.payload as { stream?: string }).stream === stream)
      const run = ofStream.find((r) => r.state === 'active') ?? ofStream.at(-1)
      const fresh = await findFreshness(hub.db, sellerId, id, [stream], hub.now())
      const readAt = state?.finishedAt ?? null
      const chosen = settings.schedule[stream]
      return {
        stream,
        everySeconds: chosen === undefined ? usualSchedule[stream] : chosen,
        readAt,
        lagSeconds: readAt && Math.max(0, Math.round((hub.now().getTime() - readAt.getTime()) / 1000)),
        stale: fresh?.stale ?? true,
        cursorAt: state?.cursor ? state.updatedAt : null,
        records: Number(state?.records ?? 0),
        lastError: state?.lastError ?? null,
        quarantined: quarantined.get(stream) ?? 0,
        run: run
          ? {
              id: run.id,
              state: run.state,
              attempts: run.attempts,
              progress: run.progress,
              error: run.error,
              runAt: run.runAt,
            }
          : null,
      }
    }),
  )
}

/** Pauses or resumes; the same again is fine. */
async function setStatus(hub: Hub, reach: Reach, id: string | undefined, to: ErpConnection['status']) {
  const connection = await connectionOr404(hub, reach, id)
  if (connection.status !== to) await updateConnection(hub.db, { ...connection, status: to }, hub.now())
  return show(hub, await connectionOr404(hub, reach, id))
}

export const connectionRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/connectors',
    who: 'connections:read',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'What ERPs can be connected, and what each needs to know',
    answer: z.array(connectorShown),
    handle: async (hub) =>
      Object.values(hub.connectors).map((definition) => ({
        id: definition.id,
        title: definition.title,
        summary: definition.summary,
        capabilities: definition.capabilities,
        config: describeConfig(definition),
      })),
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/connectors/:connector/check',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Try settings that are not saved yet',
    description:
      'Address, login, rights and company, each in words. With `connectionId`, secrets left out are those saved there.',
    body: z.object({ config, connectionId: z.uuid().optional() }).meta({ id: 'ErpSettingsToCheck' }),
    answer: checkResult,
    async handle(hub, { params, body, reach }) {
      const definition = definitionOf(hub, params.connector ?? '')
      const saved = body.connectionId ? await connectionOr404(hub, reach, body.connectionId) : undefined
      const known = saved?.connector === definition.id ? openConfig(hub, saved) : null
      const config = checkConfig(definition, keepSecrets(definition, body.config, known))
      const erp = definition.connect(config, {
        now: hub.now,
        onExchange: ({ error, ...exchange }) => hub.log.debug({ ...exchange, error: error?.message }, 'ERP checked'),
      })
      try {
        return await erp.check(AbortSignal.timeout(CHECK_WITHIN_MS))
      } finally {
        await erp.close?.()
      }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/connections',
    who: 'connections:read',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'List ERP connections',
    query: pageQuery,
    answer: pageOf(shown),
    async handle(hub, { query, reach }) {
      const rows = await listConnections(hub.db, reach.sellerId, query.cursor, query.limit + 1)
      return asPage(rows, query.limit, (c) => show(hub, c))
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/connections',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Connect an ERP',
    description:
      'Try the settings first (/connectors/{connector}/check). An active connection is read from then on, everything there is at first; make it paused to wait.',
    body: z
      .object({
        name,
        connector: z.string().max(100).describe('see /api/v1/connectors'),
        config,
        settings: connectionSettingsSchema.prefault({}),
        guestCustomerNumber: guestCustomerNumber.default(null),
        status: status.default('active'),
      })
      .meta({ id: 'NewErpConnection' }),
    answer: shown,
    status: 201,
    async handle(hub, { body, reach }) {
      const definition = definitionOf(hub, body.connector)
      const config = keepSecrets(definition, body.config, null)
      checkConfig(definition, config)
      const id = hub.newId()
      const { sellerId } = reach
      const { name, connector, settings, status, guestCustomerNumber } = body
      const sealedConfig = sealConfig(hub, config)
      const connection = { id, sellerId, name, connector, settings, status, guestCustomerNumber, sealedConfig }
      await insertConnection(hub.db, connection, hub.now())
      return show(hub, await connectionOr404(hub, reach, id))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/connections/:id',
    who: 'connections:read',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Read an ERP connection',
    answer: shown,
    async handle(hub, { params, reach }) {
      return show(hub, await connectionOr404(hub, reach, params.id))
    },
  }),
  jsonRoute({
    method: 'patch',
    path: '/api/v1/connections/:id',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Change an ERP connection',
    description:
      'Fields left out stay as they are; `config` and `settings` are replaced whole, but a secret left out of `config` is kept (null takes it away).',
    body: z
      .object({ name, config, settings: connectionSettingsSchema, status, guestCustomerNumber })
      .partial()
      .extend({ version: z.int().describe('the version this change was made on; another one meanwhile is a 409') })
      .meta({ id: 'ErpConnectionChange' }),
    answer: shown,
    async handle(hub, { params, body, reach }) {
      const connection = await connectionOr404(hub, reach, params.id)
      const { config, ...rest } = body
      const changed = { ...connection, ...rest }
      if (config !== undefined) {
        const definition = definitionOf(hub, connection.connector)
        const kept = keepSecrets(definition, config, openConfig(hub, connection))
        checkConfig(definition, kept)
        changed.sealedConfig = sealConfig(hub, kept)
      }
      await updateConnection(hub.db, changed, hub.now())
      return show(hub, await connectionOr404(hub, reach, params.id))
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/connections/:id',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Remove an ERP connection nothing hangs on',
    description: 'With orders, invoices or accounts of it, 409: pause it instead.',
    async handle(hub, { params, reach, access }) {
      const { id, sellerId } = await connectionOr404(hub, reach, params.id)
      await hub.db.transaction(async (trx) => {
        if (!(await deleteConnection(trx, sellerId, id))) throw new HubError('not_found')
        await discardUnfinished(trx, id, {
          by: access.person?.email ?? access.clientId ?? '',
          reason: 'the connection was removed',
        })
      })
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/connections/:id/pause',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Pause a connection',
    description: 'Nobody calls the ERP; orders for it wait in its queue.',
    answer: shown,
    handle: (hub, { params, reach }) => setStatus(hub, reach, params.id, 'paused'),
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/connections/:id/resume',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Resume a connection',
    answer: shown,
    handle: (hub, { params, reach }) => setStatus(hub, reach, params.id, 'active'),
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/connections/:id/check',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Try a connection as it is saved',
    description: 'Also a paused or resting one; success ends the rest after failures.',
    answer: checkResult,
    async handle(hub, { params, reach }) {
      const connection = await connectionOr404(hub, reach, params.id)
      const result = await hub.openErp(connection).erp.check(AbortSignal.timeout(CHECK_WITHIN_MS))
      if (result.ok) await recordCallSucceeded(hub.db, connection.id, true, hub.now())
      return result
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/connections/:id/streams',
    who: 'connections:read',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'How far each stream of an ERP was read',
    answer: z.array(streamShown),
    async handle(hub, { params, reach }) {
      return readStreams(hub, await connectionOr404(hub, reach, params.id))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/connections/:id/quarantine',
    who: 'connections:read',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'List records of an ERP that could not be applied',
    description:
      'The rest of their stream goes on. They are tried again first at each reading; a newer record of the same thing replaces them.',
    query: pageQuery,
    answer: pageOf(quarantinedShown),
    async handle(hub, { params, query, reach }) {
      const { id } = await connectionOr404(hub, reach, params.id)
      const rows = await listQuarantined(hub.db, id, { after: query.cursor, limit: query.limit + 1 })
      return asPage(rows, query.limit, (r) => r)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/connections/:id/quarantine/:quarantineId/retry',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Try a record again now',
    description: 'Its stream is read, which begins with what was set aside.',
    answer: z.object({ runId: z.uuid().nullable().describe('of the job; null = one that waits already does it') }),
    status: 202,
    async handle(hub, { params, reach }) {
      const { id } = await connectionOr404(hub, reach, params.id)
      const found = await findQuarantined(hub.db, id, params.quarantineId ?? '')
      if (!found) throw new HubError('not_found', 'There is no such record.')
      return hub.db.transaction(async (trx) => {
        await lockConnection(trx, id)
        return { runId: await askSync(trx, id, found.stream, { full: false }) }
      })
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/connections/:id/sync',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Read streams of an ERP now',
    description: '`full` forgets how far they were read and reads everything again; nothing is there twice for it.',
    body: z
      .object({
        streams: z.array(stream).min(1).optional().describe('default: all this ERP has'),
        full: z.boolean().default(false),
      })
      .meta({ id: 'ErpSync' }),
    answer: z.object({
      runs: z.array(
        z.object({ stream, id: z.uuid().nullable().describe('of the job; null = one that waits already does it') }),
      ),
    }),
    status: 202,
    async handle(hub, { params, body, reach }) {
      const connection = await connectionOr404(hub, reach, params.id)
      if (connection.status === 'paused')
        throw new HubError('wrong_state', 'The connection is paused: resume it first.')
      const streams = chooseStreams(hub, connection, body.streams)
      return hub.db.transaction(async (trx) => {
        await lockConnection(trx, connection.id)
        const runs: { stream: StreamName; id: string | null }[] = []
        for (const stream of streams)
          runs.push({ stream, id: await askSync(trx, connection.id, stream, { full: body.full }) })
        return { runs }
      })
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/connections/:id/nudge-secret',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Give the ERP a secret to nudge with',
    description: 'Shown this once; the one before ends at once. See POST /api/v1/erp/{connectionId}/nudge.',
    answer: z.object({ secret: z.string() }),
    async handle(hub, { params, reach }) {
      const { id } = await connectionOr404(hub, reach, params.id)
      const secret = `nudge_${hub.newToken()}`
      await setNudgeSecret(hub.db, id, sha256(secret), hub.now())
      return { secret }
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/connections/:id/nudge-secret',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'End the ERP’s nudge secret',
    async handle(hub, { params, reach }) {
      const { id } = await connectionOr404(hub, reach, params.id)
      await setNudgeSecret(hub.db, id, null, hub.now())
    },
  }),
]
