// Keeps webhook endpoints, how calls to them go, and the events that were announced.
import type { Db } from '../database/database.ts'
import type { WebhookEndpoint, WebhookEvent } from './webhook.ts'

const COLUMNS = {
  id: 'id',
  sellerId: 'seller_id',
  storefrontId: 'storefront_id',
  url: 'url',
  description: 'description',
  events: 'events',
  sealedSecret: 'sealed_secret',
  sealedOldSecret: 'sealed_old_secret',
  oldSecretUntil: 'old_secret_until',
  status: 'status',
  pausedBecause: 'paused_because',
  failures: 'failures',
  failingSince: 'failing_since',
  closedUntil: 'closed_until',
  lastError: 'last_error',
  lastOkAt: 'last_ok_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const

/** A seller's endpoints; those of one storefront only, where one is named. */
export interface EndpointScope {
  sellerId: string
  storefrontId: string | null
}

const within = ({ sellerId, storefrontId }: EndpointScope) =>
  storefrontId ? { seller_id: sellerId, storefront_id: storefrontId } : { seller_id: sellerId }

export async function findEndpoint(db: Db, scope: EndpointScope, id: string): Promise<WebhookEndpoint | undefined> {
  return db('webhook_endpoints')
    .select(COLUMNS)
    .where({ ...within(scope), id })
    .first()
}

/** For jobs: whoever's endpoint it is. */
export async function findEndpointById(db: Db, id: string): Promise<WebhookEndpoint | undefined> {
  return db('webhook_endpoints').select(COLUMNS).where({ id }).first()
}

/** Endpoints after `after` (an id), at most `limit`. */
export async function listEndpoints(
  db: Db,
  scope: EndpointScope,
  after: string | undefined,
  limit: number,
): Promise<WebhookEndpoint[]> {
  const query = db('webhook_endpoints').select(COLUMNS).where(within(scope)).orderBy('id').limit(limit)
  return after ? query.where('id', '>', after) : query
}

export type NewEndpoint = Pick<
  WebhookEndpoint,
  'id' | 'sellerId' | 'storefrontId' | 'url' | 'description' | 'events' | 'sealedSecret'
>

export async function insertEndpoint(db: Db, endpoint: NewEndpoint, at: Date): Promise<void> {
  await db('webhook_endpoints').insert({
    id: endpoint.id,
    seller_id: endpoint.sellerId,
    storefront_id: endpoint.storefrontId,
    url: endpoint.url,
    description: endpoint.description,
    events: endpoint.events,
    sealed_secret: endpoint.sealedSecret,
    created_at: at,
    updated_at: at,
  })
}

/** Changes what is given. Another address or status starts the breaker afresh. */
export async function updateEndpoint(
  db: Db,
  id: string,
  change: Partial<
    Pick<
      WebhookEndpoint,
      | 'url'
      | 'description'
      | 'events'
      | 'status'
      | 'pausedBecause'
      | 'sealedSecret'
      | 'sealedOldSecret'
      | 'oldSecretUntil'
    >
  >,
  at: Date,
): Promise<void> {
  const row = Object.fromEntries(
    Object.entries(change)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [COLUMNS[key as keyof typeof COLUMNS], value]),
  )
  const afresh = change.url !== undefined || change.status !== undefined
  await db('webhook_endpoints')
    .where({ id })
    .update({
      ...row,
      ...(afresh ? { failures: 0, failing_since: null, closed_until: null } : {}),
      updated_at: at,
    })
}

/** What waits for it is given up: its jobs find no endpoint. False when there was none. */
export async function deleteEndpoint(db: Db, scope: EndpointScope, id: string): Promise<boolean> {
  const deleted = await db('webhook_endpoints')
    .where({ ...within(scope), id })
    .delete()
  return deleted > 0
}

export async function recordTaken(db: Db, id: string, at: Date): Promise<void> {
  await db('webhook_endpoints')
    .where({ id })
    .update({ failures: 0, failing_since: null, closed_until: null, last_ok_at: at })
}

/** Counts a failure; `rest` says from the count how many seconds nobody shall call. */
export async function recordNotTaken(
  db: Db,
  id: string,
  words: string,
  rest: (failures: number) => number,
  at: Date,
): Promise<void> {
  const [row] = await db('webhook_endpoints')
    .where({ id })
    .update({
      failures: db.raw('failures + 1'),
      failing_since: db.raw('coalesce(failing_since, ?)', [at]),
      last_error: words.slice(0, 2000),
    })
    .returning('failures')
  const seconds = row ? rest(row.failures) : 0
  if (seconds > 0)
    await db('webhook_endpoints')
      .where({ id })
      .update({ closed_until: new Date(at.getTime() + seconds * 1000) })
}

/** Whether this caller may try an endpoint whose rest is over: one at a time, for `seconds`. */
export async function claimTry(db: Db, id: string, seconds: number, at: Date): Promise<boolean> {
  const claimed = await db('webhook_endpoints')
    .where({ id })
    .where('closed_until', '<=', at)
    .update({ closed_until: new Date(at.getTime() + seconds * 1000) })
  return claimed > 0
}

const EVENT = { id: 'id', sellerId: 'seller_id', type: 'type', data: 'data', at: 'at' }

export async function findEvent(db: Db, sellerId: string, id: string): Promise<WebhookEvent | undefined> {
  return db('webhook_events').select(EVENT).where({ seller_id: sellerId, id }).first()
}

export async function listEventsById(db: Db, sellerId: string, ids: readonly string[]): Promise<WebhookEvent[]> {
  return db('webhook_events')
    .select(EVENT)
    .where({ seller_id: sellerId })
    .whereIn('id', [...ids])
}

/** Forgets up to `limit` events older than `before`. Returns how many. */
export async function purgeEvents(db: Db, before: Date, limit: number): Promise<number> {
  const old = db('webhook_events').select('id').where('at', '<', before).limit(limit)
  return db('webhook_events').whereIn('id', old).delete()
}
