// Starts a payment: kept and committed first, then the provider is asked, once per payment whatever gets lost on the way.
import { ProviderError, type SeenPayment } from '../../payment-providers/payment-provider.ts'
import type { Reach } from '../accounts/access.ts'
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { addDecimals, compareDecimals, currencyDecimals, roundDecimal } from '../money.ts'
import { OutgoingError } from '../outgoing-http.ts'
import { sha256 } from '../secrets.ts'
import { lockInvoices, sameCustomer } from './lock-invoices.ts'
import type { Payment } from './payment.ts'
import type { OpenProvider } from './payment-settings.ts'
import { findPaymentById, findPaymentByKey, insertPayment, listParts } from './payment-store.ts'
import { settlePayment } from './settle-payment.ts'
import { findLeft } from './what-is-left.ts'

export interface PaymentAsked {
  invoiceIds: readonly string[]
  /** By the invoice's id; default: all that is left of it. */
  amounts: Readonly<Record<string, string>>
  onceKey: string | null
}

/**
 * Keeps a payment of what is asked, open. The same key again answers the same payment. Throws HubError not_found, invalid_input,
 * wrong_state, conflict where less is left: paid before, or being paid just now.
 */
export async function preparePayment(
  db: Db,
  reach: Reach,
  asked: PaymentAsked,
  by: { actor: Actor; personId: string | null; provider: string },
  stamp: Stamp,
): Promise<string> {
  const { invoiceIds, amounts, onceKey } = asked
  const { sellerId } = reach
  const askedHash = sha256(JSON.stringify([[...invoiceIds].sort(), Object.entries(amounts).sort(), by.personId]))
  if (onceKey !== null)
    await db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 24))', [JSON.stringify([sellerId, onceKey])])
  const before = onceKey === null ? undefined : await findPaymentByKey(db, sellerId, onceKey)
  if (before && !before.askedHash.equals(askedHash))
    throw new HubError('conflict', 'Another payment was asked for under this Idempotency-Key.')
  if (before) return before.id
  const invoices = await lockInvoices(db, reach, invoiceIds)
  const [first] = invoices
  if (!first) throw new HubError('invalid_input', 'invoiceIds: there is none.')
  for (const invoice of invoices) {
    const { number, kind, state, deletedAt, currency } = invoice
    if (kind !== 'invoice') throw new HubError('invalid_input', `${number} is a credit note: apply it to an invoice.`)
    if (state !== 'open' || deletedAt) throw new HubError('wrong_state', `Invoice ${number} is ${state}.`)
    if (currency !== first.currency) throw new HubError('invalid_input', 'The invoices are in several currencies.')
    if (!sameCustomer(first, invoice)) throw new HubError('invalid_input', 'The invoices are of several customers.')
  }
  const left = await findLeft(db, invoiceIds)
  const id = stamp.newId()
  const decimals = currencyDecimals(first.currency)
  const parts = invoices.map(({ id: invoiceId, number, currency }) => {
    const { free = '0', openBefore = '0', beingPaid = '0' } = left.get(invoiceId) ?? {}
    const amount = amounts[invoiceId] ?? free
    if (compareDecimals(amount, roundDecimal(amount, decimals)) !== 0)
      throw new HubError('invalid_input', `amounts: ${currency} has ${decimals} decimals.`)
    if (compareDecimals(amount, '0') <= 0 || compareDecimals(amount, free) > 0)
      throw new HubError(
        'conflict',
        `Of invoice ${number} ${free} ${currency} may be paid now${compareDecimals(beingPaid, '0') > 0 ? `; ${beingPaid} are being paid` : ''}.`,
      )
    return { paymentId: id, invoiceId, amount, openBefore }
  })
  const amount = roundDecimal(addDecimals('0', ...parts.map((p) => p.amount)), decimals)
  const payment = {
    id,
    sellerId,
    accountId: first.accountId,
    currency: first.currency,
    amount,
    onceKey,
    askedHash,
    ...by,
  }
  await insertPayment(db, payment, parts, stamp.at)
  const event = { sellerId, accountId: first.accountId, actor: by.actor, subjectKind: 'payment', subjectId: id }
  const detail = { invoiceIds, amount, currency: first.currency }
  await recordAudit(db, [{ ...event, action: 'payment.started', detail }], stamp)
  return id
}

/**
 * Has the provider make a prepared payment, and keeps what it says. Call it outside a transaction, as often as need be. A refusal ends
 * the payment as failed; where nobody knows what came of it, it stays open, and HubError unavailable is thrown.
 */
export async function makePayment(
  db: Db,
  paymentId: string,
  { provider, returnUrl }: OpenProvider,
  webhookUrl: string,
  stamp: () => Stamp,
): Promise<Payment> {
  const payment = (await findPaymentById(db, paymentId)) as Payment
  if (payment.providerId !== null || payment.state !== 'open') return payment
  const { id, amount, currency } = payment
  const description = `Invoice ${(await numbersOf(db, id)).join(', ')}`.slice(0, 200)
  const back = new URL(returnUrl)
  back.searchParams.set('payment', id)
  const request = { paymentId: id, amount, currency, description, returnUrl: back.href, webhookUrl }
  let seen: SeenPayment | { refused: string }
  try {
    seen = await provider.createPayment(request)
  } catch (error) {
    const { message } = error as Error
    const known = error instanceof ProviderError || error instanceof OutgoingError
    if (!known) throw error
    if (error.kind !== 'refused' && error.kind !== 'unauthorised')
      throw new HubError('unavailable', `The payment provider did not answer as it should: ${message}`, {
        details: error instanceof OutgoingError ? { retryAfter: error.retryAfter } : undefined,
      })
    seen = { refused: message }
  }
  await db.transaction((trx) => settlePayment(trx, id, seen, stamp()))
  return (await findPaymentById(db, id)) as Payment
}

async function numbersOf(db: Db, paymentId: string): Promise<string[]> {
  const parts = await listParts(db, [paymentId])
  return db('invoices')
    .whereIn(
      'id',
      parts.map((p) => p.invoiceId),
    )
    .orderBy('number')
    .pluck('number')
}
