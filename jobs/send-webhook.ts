// An announced event on its way to one endpoint, for a day or so: receivers are mended in the meantime.
import { sendWebhook } from '../src/storefronts/send-webhook.ts'
import type { Job } from './job.ts'

export const sendWebhookJob: Job<'send-webhook'> = {
  name: 'send-webhook',
  attempts: 18,
  backoff: { first: 5_000, most: 21_600_000 },
  async run(hub, { endpointId, eventId }, { signal, progress }) {
    const status = await sendWebhook(hub, endpointId, eventId, signal)
    await progress(status === null ? { removed: true } : { status })
  },
}
