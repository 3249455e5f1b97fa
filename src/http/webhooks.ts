// Webhook endpoints of a storefront or of the seller's tools: which events go where, the secret they are signed with (shown once), a
// test, and what was sent lately. Standard Webhooks 1.0.
import { z } from 'zod'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { OutgoingError, whyNotOutside } from '../outgoing-http.ts'
import { type JobRun, jobRunStates, listJobRuns } from '../queue/job-run.ts'
import { enqueue } from '../queue/outbox.ts'
import { replayJob } from '../queue/replay-job.ts'
import { seal } from '../secrets.ts'
import { postMessage } from '../storefronts/send-webhook.ts'
import {
  WEBHOOK_PURPOSE,
  type WebhookEndpoint,
  type WebhookEvent,
  webhookEvents,
  webhookEventTypes,
} from '../storefronts/webhook.ts'
import {
  deleteEndpoint,
  type EndpointScope,
  findEndpoint,
  findEvent,
  insertEndpoint,
  listEndpoints,
  listEventsById,
  updateEndpoint,
} from '../storefronts/webhook-store.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Webhooks'

const events = z.array(z.enum(webhookEventTypes)).min(1)
const status = z.enum(['active', 'paused'])

const editable = z.object({
  url: z.string().max(2000).describe('where events are posted; in production https at a public address'),
  description: z.string().max(200).default(''),
  events: events.default([...webhookEventTypes]).describe('see /api/v1/webhooks/event-types; default: all'),
})

const shown = z
  .object({
    id: z.uuid(),
    storefrontId: z.uuid().nullable().describe('set when a storefront’s own client made it'),
    url: z.string(),
    description: z.string(),
    events,
    status,
    pausedBecause: z.string().nullable().describe('why the hub paused it by itself: 410, or failing for days'),
    failures: z.int().describe('in a row'),
    failingSince: z.iso.datetime().nullable(),
    lastError: z.string().nullable(),
    lastOkAt: z.iso.datetime().nullable(),
    oldSecretUntil: z.iso.datetime().nullable().describe('until then the secret before signs too'),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'WebhookEndpoint' })

const secret = z.string().describe('whsec_..., shown this once')

function show(endpoint: WebhookEndpoint) {
  const { sellerId: _, sealedSecret: _new, sealedOldSecret: _old, closedUntil: _until, ...rest } = endpoint
  return rest
}

const sent = z
  .object({
    id: z.uuid().describe('the job run that delivers it'),
    event: z
      .object({
        id: z.uuid().describe('the webhook-id header'),
        type: z.enum(webhookEventTypes),
        at: z.iso.datetime(),
        data: z.record(z.string(), z.unknown()),
      })
      .nullable()
      .describe('null = forgotten since'),
    state: z.enum(jobRunStates).describe('done = the endpoint took it'),
    attempts: z.int(),
    status: z.int().nullable().describe('HTTP status it was taken with'),
    error: z.string().nullable().describe('the last failure in words'),
    replayedBy: z.uuid().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'SentWebhook' })

const eventIdOf = ({ payload }: JobRun) => (payload as { eventId: string }).eventId

function showSent(run: JobRun, event: WebhookEvent | undefined) {
  const { id, state, attempts, error, replayedBy, createdAt, finishedAt } = run
  return {
    id,
    event: event ? { id: event.id, type: event.type, at: event.at, data: event.data } : null,
    state,
    attempts,
    status: (run.progress as { status?: number } | null)?.status ?? null,
    error,
    replayedBy,
    createdAt,
    finishedAt,
  }
}

async function endpointOr404(hub: Hub, scope: EndpointScope, id: string | undefined): Promise<WebhookEndpoint> {
  const endpoint = id && (await findEndpoint(hub.db, scope, id))
  if (!endpoint) throw new HubError('not_found', 'There is no such webhook endpoint.')
  return endpoint
}

/** Throws HubError invalid_input for an address the hub would not call. */
function checkUrl(hub: Hub, url: string): void {
  const why = whyNotOutside(url, !hub.config.production)
  if (why !== null) throw new HubError('invalid_input', `url: ${why}`, { details: [{ field: 'url', message: why }] })
}

/** 256 random bits, as receivers' libraries take them. */
function newSecret(hub: Hub): { secret: string; sealed: Buffer } {
  const secret = `whsec_${Buffer.from(hub.newToken(), 'base64url').toString('base64')}`
  return { secret, sealed: seal(hub.keys, WEBHOOK_PURPOSE, secret) }
}

const HOUR_MS = 3_600_000

export const webhookRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/webhooks/event-types',
    who: 'webhooks:read',
    tag: TAG,
    summary: 'What an endpoint can be told of',
    answer: z.array(z.object({ type: z.enum(webhookEventTypes), description: z.string() })),
    handle: async () => webhookEventTypes.map((type) => ({ type, description: webhookEvents[type] })),
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/webhooks',
    who: 'webhooks:read',
    tag: TAG,
    summary: 'List webhook endpoints',
    description: 'A storefront’s client sees and changes its own; a tool of the seller’s, all.',
    query: pageQuery,
    answer: pageOf(shown),
    async handle(hub, { query, client }) {
      return asPage(await listEndpoints(hub.db, client, query.cursor, query.limit + 1), query.limit, show)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/webhooks',
    who: 'webhooks:write',
    tag: TAG,
    summary: 'Add a webhook endpoint',
    description:
      'Messages are signed with the secret as Standard Webhooks 1.0 has it (webhook-id, webhook-timestamp, webhook-signature); libraries check them. It is shown this once.',
    body: editable.meta({ id: 'NewWebhookEndpoint' }),
    answer: shown.extend({ secret }).meta({ id: 'CreatedWebhookEndpoint' }),
    status: 201,
    async handle(hub, { body, client }) {
      checkUrl(hub, body.url)
      const { secret, sealed } = newSecret(hub)
      const { sellerId, storefrontId } = client
      const endpoint = { ...body, id: hub.newId(), sellerId, storefrontId, sealedSecret: sealed }
      await insertEndpoint(hub.db, endpoint, hub.now())
      return { ...show(await endpointOr404(hub, client, endpoint.id)), secret }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/webhooks/:id',
    who: 'webhooks:read',
    tag: TAG,
    summary: 'Read a webhook endpoint',
    answer: shown,
    async handle(hub, { params, client }) {
      return show(await endpointOr404(hub, client, params.id))
    },
  }),
  jsonRoute({
    method: 'patch',
    path: '/api/v1/webhooks/:id',
    who: 'webhooks:write',
    tag: TAG,
    summary: 'Change, pause or resume a webhook endpoint',
    description: 'What happens while it is paused it is never told; what was waiting becomes dead jobs to replay.',
    body: z
      .object({
        url: editable.shape.url,
        description: z.string().max(200),
        events,
        status,
      })
      .partial()
      .meta({ id: 'WebhookEndpointChange' }),
    answer: shown,
    async handle(hub, { params, body, client }) {
      const { id } = await endpointOr404(hub, client, params.id)
      if (body.url !== undefined) checkUrl(hub, body.url)
      const settled = body.status === undefined ? {} : { pausedBecause: null }
      await updateEndpoint(hub.db, id, { ...body, ...settled }, hub.now())
      return show(await endpointOr404(hub, client, id))
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/webhooks/:id',
    who: 'webhooks:write',
    tag: TAG,
    summary: 'Remove a webhook endpoint',
    description: 'What was waiting for it is not sent.',
    async handle(hub, { params, client }) {
      if (!(await deleteEndpoint(hub.db, client, params.id ?? '')))
        throw new HubError('not_found', 'There is no such webhook endpoint.')
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/webhooks/:id/rotate-secret',
    who: 'webhooks:write',
    tag: TAG,
    summary: 'Give an endpoint a new secret',
    description:
      'For `keepOldHours` every message carries two signatures, of the new and the old secret, so that a receiver can change over without losing one. 0 ends the old one at once.',
    body: z.object({ keepOldHours: z.int().min(0).max(168).default(24) }).meta({ id: 'SecretRotation' }),
    answer: z.object({ secret, oldSecretUntil: z.iso.datetime() }),
    async handle(hub, { params, body, client }) {
      const endpoint = await endpointOr404(hub, client, params.id)
      const { secret, sealed } = newSecret(hub)
      const oldSecretUntil = new Date(hub.now().getTime() + body.keepOldHours * HOUR_MS)
      const change = { sealedSecret: sealed, sealedOldSecret: endpoint.sealedSecret, oldSecretUntil }
      await updateEndpoint(hub.db, endpoint.id, change, hub.now())
      return { secret, oldSecretUntil }
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/webhooks/:id/test',
    who: 'webhooks:write',
    tag: TAG,
    summary: 'Send a test message now',
    description: 'A message of type `ping`, signed like any other; once, also when the endpoint is paused.',
    answer: z
      .object({ taken: z.boolean(), status: z.int().nullable(), message: z.string() })
      .meta({ id: 'WebhookTest' }),
    async handle(hub, { params, client }) {
      const endpoint = await endpointOr404(hub, client, params.id)
      const message = { id: hub.newId(), type: 'ping', at: hub.now(), data: { endpointId: endpoint.id } }
      try {
        const status = await postMessage(hub, endpoint, message)
        return { taken: true, status, message: `${new URL(endpoint.url).host} took it and answered ${status}.` }
      } catch (error) {
        if (!(error instanceof OutgoingError)) throw error
        return { taken: false, status: error.status ?? null, message: error.message }
      }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/webhooks/:id/events',
    who: 'webhooks:read',
    tag: TAG,
    summary: 'What an endpoint was sent, newest first',
    description: 'Two weeks of what it took, longer what it did not.',
    query: pageQuery.extend({ state: z.enum(jobRunStates).optional() }),
    answer: pageOf(sent),
    async handle(hub, { params, query, client }) {
      const { id, sellerId } = await endpointOr404(hub, client, params.id)
      const { cursor, limit, state } = query
      const filter = { sellerId, subjectId: id, job: 'send-webhook', state, after: cursor, limit: limit + 1 }
      const runs = await listJobRuns(hub.db, filter)
      const known = new Map((await listEventsById(hub.db, sellerId, runs.map(eventIdOf))).map((e) => [e.id, e]))
      return asPage(runs, limit, (run) => showSent(run, known.get(eventIdOf(run))))
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/webhooks/:id/events/:eventId/resend',
    who: 'webhooks:write',
    tag: TAG,
    summary: 'Send an event again',
    description: 'With the same webhook-id, so that a receiver that has it already can leave it be.',
    answer: z.object({ id: z.uuid().describe('the job run that delivers it') }),
    status: 202,
    async handle(hub, { params, client }) {
      const { id, sellerId } = await endpointOr404(hub, client, params.id)
      const event = await findEvent(hub.db, sellerId, params.eventId ?? '')
      if (!event) throw new HubError('not_found', 'There is no such event, or it was forgotten.')
      return hub.db.transaction(async (trx) => {
        const [last] = await listJobRuns(trx, { sellerId, subjectId: id, eventId: event.id, limit: 1 })
        if (last && ['waiting', 'active', 'retrying'].includes(last.state))
          throw new HubError('wrong_state', 'This event is on its way to the endpoint already.')
        if (last?.state === 'dead') return { id: await replayJob(trx, last.id, sellerId) }
        return { id: await enqueue(trx, 'send-webhook', { endpointId: id, eventId: event.id }) }
      })
    },
  }),
]
