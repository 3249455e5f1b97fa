// Asks about open payments that nobody called about, and ends those the provider never made.
import { ProviderError } from '../payment-providers/payment-provider.ts'
import { stampOf } from '../src/database/stamp.ts'
import { HubError } from '../src/errors.ts'
import { OutgoingError } from '../src/outgoing-http.ts'
import { openProvider } from '../src/payments/payment-settings.ts'
import { findPaymentById, listUnread, updatePayment } from '../src/payments/payment-store.ts'
import { readPayment } from '../src/payments/read-payment.ts'
import { giveUpPayment } from '../src/payments/settle-payment.ts'
import { brief, type Job } from './job.ts'

const BATCH = 100
const UNREAD_MS = 5 * 60_000
/** Longer than a caller tries again with the same key. */
const UNMADE_MS = 60 * 60_000

export const readPayments: Job<'read-payments'> = {
  name: 'read-payments',
  ...brief,
  async run(hub, _payload, { signal }) {
    const at = hub.now()
    for (const id of await listUnread(hub.db, new Date(at.getTime() - UNREAD_MS), BATCH)) {
      signal.throwIfAborted()
      const payment = await findPaymentById(hub.db, id)
      if (payment?.state !== 'open') continue
      if (payment.providerId === null) {
        if (at.getTime() - payment.createdAt.getTime() < UNMADE_MS) continue
        const why = 'The provider never answered: nobody was given a page to pay at.'
        await hub.db.transaction((trx) => giveUpPayment(trx, id, why, stampOf(hub)))
        continue
      }
      try {
        await readPayment(hub.db, payment, await openProvider(hub, hub.db, payment.sellerId), null, () => stampOf(hub))
      } catch (error) {
        if (![ProviderError, OutgoingError, HubError].some((known) => error instanceof known)) throw error
        // Not asked again before the others were.
        await updatePayment(hub.db, id, { readAt: at, problem: (error as Error).message }, at)
      }
    }
  },
}
