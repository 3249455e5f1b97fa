// Tells storefronts: an event per happening and a job per endpoint that wants it, in the transaction of what happened.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { enqueueAll } from '../queue/outbox.ts'
import type { WebhookEvent } from './webhook.ts'

/** Announces events. Where nobody listens nothing is written. */
export async function announce(
  db: Db,
  events: readonly Pick<WebhookEvent, 'sellerId' | 'type' | 'data'>[],
  stamp: Stamp,
): Promise<void> {
  if (events.length === 0) return
  const endpoints: { id: string; seller_id: string; events: string[] }[] = await db('webhook_endpoints')
    .select('id', 'seller_id', 'events')
    .where({ status: 'active' })
    .whereIn('seller_id', [...new Set(events.map((e) => e.sellerId))])
  if (endpoints.length === 0) return
  const heard = events
    .map((event) => ({
      event: { ...event, id: stamp.newId() },
      ears: endpoints.filter((e) => e.seller_id === event.sellerId && e.events.includes(event.type)),
    }))
    .filter(({ ears }) => ears.length > 0)
  if (heard.length === 0) return
  await db('webhook_events').insert(
    heard.map(({ event }) => ({
      id: event.id,
      seller_id: event.sellerId,
      type: event.type,
      data: JSON.stringify(event.data),
      at: stamp.at,
    })),
  )
  await enqueueAll(
    db,
    'send-webhook',
    heard.flatMap(({ event, ears }) => ears.map(({ id }) => ({ endpointId: id, eventId: event.id }))),
  )
}
