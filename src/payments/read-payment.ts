// Asks the provider what became of a payment, and takes its word. A call of the provider's only says that it is worth asking.
import { ProviderError } from '../../payment-providers/payment-provider.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { Payment } from './payment.ts'
import type { OpenProvider } from './payment-settings.ts'
import { updatePayment } from './payment-store.ts'
import { settlePayment } from './settle-payment.ts'

/**
 * Reads a payment back. `told`: the provider's id as a webhook named it, for one that the hub has not kept the id of yet. Call it outside
 * a transaction. Throws ProviderError and OutgoingError.
 */
export async function readPayment(
  db: Db,
  payment: Payment,
  { provider }: OpenProvider,
  told: string | null,
  stamp: () => Stamp,
): Promise<void> {
  const providerId = payment.providerId ?? told
  // A webhook that names another payment than ours is about nothing of ours.
  if (providerId === null || (told !== null && told !== providerId)) return
  const seen = await provider.readPayment(providerId)
  if (seen && seen.paymentId !== payment.id && payment.providerId === null) return
  if (seen) return db.transaction((trx) => settlePayment(trx, payment.id, seen, stamp()))
  const { at } = stamp()
  await updatePayment(db, payment.id, { readAt: at }, at)
  if (payment.providerId)
    throw new ProviderError('refused', `The provider does not know payment ${providerId} any more.`)
}
