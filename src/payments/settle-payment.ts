// Takes the provider's word on a payment, as often as it comes: what it read back is compared with what was asked for, and only then
// believed.
import type { SeenPayment } from '../../payment-providers/payment-provider.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { compareDecimals, DECIMAL } from '../money.ts'
import { announce } from '../storefronts/announce.ts'
import { type Payment, type PaymentState, paymentTransitions } from './payment.ts'
import { listParts, lockPayment, updatePayment } from './payment-store.ts'

/** `refused`: the provider would not make it. In the caller's transaction. */
export async function settlePayment(
  db: Db,
  paymentId: string,
  seen: SeenPayment | { refused: string },
  stamp: Stamp,
): Promise<void> {
  const payment = await lockPayment(db, paymentId)
  if (!payment) return
  const { at } = stamp
  if ('refused' in seen) {
    if (payment.providerId === null && payment.state === 'open') await end(db, payment, 'failed', seen.refused, stamp)
    return
  }
  const wrong = whatIsWrong(payment, seen)
  if (wrong) {
    if (payment.problem === wrong) return updatePayment(db, paymentId, { readAt: at }, at)
    await updatePayment(db, paymentId, { problem: wrong, readAt: at }, at)
    return record(db, payment, 'payment.doubtful', { problem: wrong }, stamp)
  }
  const { providerId, checkoutUrl } = seen
  const known = { providerId, checkoutUrl: checkoutUrl ?? payment.checkoutUrl, readAt: at }
  await updatePayment(db, paymentId, known, at)
  if (seen.state === payment.state || seen.state === 'open') return
  if (paymentTransitions[payment.state].includes(seen.state)) await end(db, payment, seen.state, null, stamp)
}

/** Why it can't be the payment that was asked for; null = it is. */
function whatIsWrong(payment: Payment, seen: SeenPayment): string | null {
  if (seen.paymentId !== payment.id || (payment.providerId !== null && payment.providerId !== seen.providerId))
    return `The provider's payment ${seen.providerId} is not this one.`
  const same = DECIMAL.test(seen.amount) && compareDecimals(seen.amount, payment.amount) === 0
  if (!same || seen.currency !== payment.currency)
    return `${payment.amount} ${payment.currency} were asked for, and the provider says ${seen.amount} ${seen.currency} (${seen.state}).`
  return null
}

async function end(
  db: Db,
  payment: Payment,
  state: Exclude<PaymentState, 'open'>,
  why: string | null,
  stamp: Stamp,
): Promise<void> {
  const late =
    payment.state === 'open' ? null : `It was ${payment.state} here when it was paid: look for a second payment.`
  const paidAt = state === 'paid' ? stamp.at : undefined
  await updatePayment(db, payment.id, { state, problem: why ?? late, ...(paidAt ? { paidAt } : {}) }, stamp.at)
  const { sellerId } = payment
  const invoiceIds = (await listParts(db, [payment.id])).map((p) => p.invoiceId)
  await record(db, payment, `payment.${state}`, { invoiceIds, why: why ?? late }, stamp)
  const type = state === 'paid' ? ('payment.paid' as const) : ('payment.failed' as const)
  await announce(db, [{ sellerId, type, data: { paymentId: payment.id, state, invoiceIds } }], stamp)
}

/** Ends an open payment nobody can pay any more: the provider never answered with a checkout. */
export async function giveUpPayment(db: Db, paymentId: string, why: string, stamp: Stamp): Promise<void> {
  const payment = await lockPayment(db, paymentId)
  if (payment?.state === 'open' && payment.providerId === null) await end(db, payment, 'failed', why, stamp)
}

function record(db: Db, payment: Payment, action: string, detail: Record<string, unknown>, stamp: Stamp) {
  const { id, sellerId, accountId, amount, currency } = payment
  const event = { sellerId, accountId, actor: { hub: 'payments' }, action, subjectKind: 'payment', subjectId: id }
  return recordAudit(db, [{ ...event, detail: { amount, currency, ...detail } }], stamp)
}
