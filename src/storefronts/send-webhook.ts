// Tells one endpoint of one event, signed as Standard Webhooks 1.0 has it. The event's id is the message's id in every attempt, by
// which a receiver knows a repetition.
import { Webhook } from 'standardwebhooks'
import type { Hub } from '../hub.ts'
import { OutgoingError, postOutside, wordsOf } from '../outgoing-http.ts'
import { open } from '../secrets.ts'
import { GIVE_UP_DAYS, restAfter, WEBHOOK_PURPOSE, type WebhookEndpoint } from './webhook.ts'
import { claimTry, findEndpointById, findEvent, recordNotTaken, recordTaken, updateEndpoint } from './webhook-store.ts'

type Sender = Pick<Hub, 'db' | 'keys' | 'config' | 'now'>

export interface WebhookMessage {
  id: string
  type: string
  at: Date
  data: Record<string, unknown>
}

const TIMEOUT_MS = 15_000
/** Of the answer only its beginning is of use: to a person, when it is an error. */
const MAX_ANSWER_BYTES = 16_384
/** The one try after a rest may take so long before the next is let through. */
const TRY_SECONDS = 60
const DAY_MS = 86_400_000

/**
 * Sends an event to an endpoint, unless it rests after failures in a row. Returns the status it was taken with, or null when the
 * endpoint was removed. Throws OutgoingError: `throttled` and `unreachable` may work later, `refused` needs a person; 410 pauses the
 * endpoint, and so does failing for days.
 */
export async function sendWebhook(
  sender: Sender,
  endpointId: string,
  eventId: string,
  signal?: AbortSignal,
): Promise<number | null> {
  const { db, now } = sender
  const endpoint = await findEndpointById(db, endpointId)
  if (!endpoint) return null
  if (endpoint.status === 'paused')
    throw new OutgoingError('refused', `The endpoint is paused. ${endpoint.pausedBecause ?? ''}`.trim())
  const event = await findEvent(db, endpoint.sellerId, eventId)
  if (!event) throw new OutgoingError('refused', 'The event is too old to be sent: the hub has forgotten it.')
  await passRest(sender, endpoint)
  try {
    const status = await postMessage(sender, endpoint, event, signal)
    await recordTaken(db, endpointId, now())
    return status
  } catch (error) {
    if (error instanceof OutgoingError && !signal?.aborted) await recordFailure(sender, endpoint, error)
    throw error
  }
}

/** Posts a message, as it is signed now. Returns the status (2xx). Throws OutgoingError, `unreachable` for any other status. */
export async function postMessage(
  { keys, config, now }: Omit<Sender, 'db'>,
  endpoint: WebhookEndpoint,
  message: WebhookMessage,
  signal?: AbortSignal,
): Promise<number> {
  const { sealedSecret, sealedOldSecret, oldSecretUntil } = endpoint
  const at = now()
  const body = JSON.stringify({ type: message.type, timestamp: message.at.toISOString(), data: message.data })
  const oldCounts = sealedOldSecret && oldSecretUntil && oldSecretUntil > at
  const signatures = [sealedSecret, ...(oldCounts ? [sealedOldSecret] : [])].map((sealed) =>
    new Webhook(open(keys, WEBHOOK_PURPOSE, sealed).toString()).sign(message.id, at, body),
  )
  const { status, bytes } = await postOutside(endpoint.url, {
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'procurement-hub',
      'webhook-id': message.id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    },
    body,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
    cut: true,
    allowPrivate: !config.production,
    signal,
  })
  if (status >= 200 && status < 300) return status
  const also = status >= 300 && status < 400 ? ', a redirect, which is not followed' : wordsOf(bytes)
  const { host } = new URL(endpoint.url)
  throw new OutgoingError('unreachable', `${host} answered ${status}${also}`, { status })
}

async function passRest({ db, now }: Sender, { id, closedUntil, lastError }: WebhookEndpoint): Promise<void> {
  if (!closedUntil) return
  const wait = Math.ceil((closedUntil.getTime() - now().getTime()) / 1000)
  if (wait <= 0 && (await claimTry(db, id, TRY_SECONDS, now()))) return
  const words = `The endpoint rests after failures in a row: ${lastError}`
  throw new OutgoingError('throttled', words, { retryAfter: Math.max(wait, 5) })
}

/** May throw in the error's place, when the endpoint is paused. */
async function recordFailure({ db, now }: Sender, endpoint: WebhookEndpoint, error: OutgoingError): Promise<void> {
  const { id, failingSince } = endpoint
  const at = now()
  const { retryAfter } = error
  if (error.kind === 'throttled') {
    // It rests as long as it asked to, for the other events too.
    await recordNotTaken(db, id, error.message, (failures) => Math.max(retryAfter ?? 0, restAfter(failures)), at)
    return
  }
  await recordNotTaken(db, id, error.message, restAfter, at)
  const longAgo = failingSince !== null && at.getTime() - failingSince.getTime() > GIVE_UP_DAYS * DAY_MS
  if (error.status !== 410 && !longAgo) return
  const why =
    error.status === 410
      ? `${error.message}: it wants no more events.`
      : `It took no event for ${GIVE_UP_DAYS} days; the last failure: ${error.message}`
  await updateEndpoint(db, id, { status: 'paused', pausedBecause: why.slice(0, 2000) }, at)
  throw new OutgoingError('refused', `The endpoint was paused. ${why}`, { status: error.status, cause: error })
}
