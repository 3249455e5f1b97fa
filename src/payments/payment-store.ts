// Keeps payments and their parts.
import { keptPlace, type Reach, whereWithin } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import type { Payment, PaymentPart, PaymentState } from './payment.ts'

const COLUMNS = {
  id: 't.id',
  sellerId: 't.seller_id',
  accountId: 't.account_id',
  personId: 't.person_id',
  actor: 't.actor',
  state: 't.state',
  provider: 't.provider',
  providerId: 't.provider_id',
  checkoutUrl: 't.checkout_url',
  amount: 't.amount',
  currency: 't.currency',
  onceKey: 't.once_key',
  askedHash: 't.asked_hash',
  problem: 't.problem',
  createdAt: 't.created_at',
  updatedAt: 't.updated_at',
  readAt: 't.read_at',
  paidAt: 't.paid_at',
}
const PART = { paymentId: 'payment_id', invoiceId: 'invoice_id', amount: 'amount', openBefore: 'open_before' }

export type NewPayment = Pick<
  Payment,
  'id' | 'sellerId' | 'accountId' | 'personId' | 'actor' | 'provider' | 'amount' | 'currency' | 'onceKey' | 'askedHash'
>

export async function insertPayment(db: Db, p: NewPayment, parts: readonly PaymentPart[], at: Date): Promise<void> {
  await db('payments').insert({
    ...{ id: p.id, seller_id: p.sellerId, account_id: p.accountId, person_id: p.personId, state: 'open' },
    ...{ provider: p.provider, amount: p.amount, currency: p.currency, once_key: p.onceKey, asked_hash: p.askedHash },
    ...{ actor: JSON.stringify(p.actor), created_at: at, updated_at: at },
  })
  await db('payment_parts').insert(
    parts.map((part) => ({
      ...{ payment_id: part.paymentId, invoice_id: part.invoiceId, amount: part.amount, open_before: part.openBefore },
    })),
  )
}

/** THE filter of payments. */
function paymentsWithin(db: Db, reach: Reach) {
  const query = db('payments as t').select(COLUMNS).where({ 't.seller_id': reach.sellerId })
  whereWithin(query, reach, { ...keptPlace, person: 't.person_id' })
  return query
}

export async function findPaymentWithin(db: Db, reach: Reach, id: string): Promise<Payment | undefined> {
  return paymentsWithin(db, reach).where({ 't.id': id }).first()
}

/** Newest first, after `after` (an id). */
export async function listPayments(
  db: Db,
  reach: Reach,
  filter: { state?: PaymentState | undefined; invoiceId?: string | undefined },
  page: { after?: string | undefined; limit: number },
): Promise<Payment[]> {
  const query = paymentsWithin(db, reach).orderBy('t.id', 'desc').limit(page.limit)
  if (page.after) query.where('t.id', '<', page.after)
  if (filter.state) query.where({ 't.state': filter.state })
  if (filter.invoiceId)
    query.whereIn('t.id', db('payment_parts').select('payment_id').where({ invoice_id: filter.invoiceId }))
  return query
}

export async function findPaymentByKey(db: Db, sellerId: string, onceKey: string): Promise<Payment | undefined> {
  return db('payments as t').select(COLUMNS).where({ 't.seller_id': sellerId, 't.once_key': onceKey }).first()
}

/** For whoever the provider sends, and jobs: whoever's it is. */
export async function findPaymentById(db: Db, id: string): Promise<Payment | undefined> {
  return db('payments as t').select(COLUMNS).where({ 't.id': id }).first()
}

export async function lockPayment(db: Db, id: string): Promise<Payment | undefined> {
  return db('payments as t').select(COLUMNS).where({ 't.id': id }).forUpdate().first()
}

/** Open ones that the provider was not asked about since `before`, the longest unasked first. */
export async function listUnread(db: Db, before: Date, limit: number): Promise<string[]> {
  return db('payments')
    .where({ state: 'open' })
    .whereRaw('coalesce(read_at, created_at) < ?', [before])
    .orderByRaw('coalesce(read_at, created_at)')
    .limit(limit)
    .pluck('id')
}

export async function updatePayment(
  db: Db,
  id: string,
  change: Partial<Pick<Payment, 'state' | 'providerId' | 'checkoutUrl' | 'problem' | 'readAt' | 'paidAt'>>,
  at: Date,
): Promise<void> {
  const { state, problem, providerId, checkoutUrl, readAt, paidAt } = change
  await db('payments')
    .where({ id })
    .update({
      ...{ state, problem, provider_id: providerId, checkout_url: checkoutUrl, read_at: readAt, paid_at: paidAt },
      updated_at: at,
    })
}

export async function listParts(db: Db, paymentIds: readonly string[]): Promise<PaymentPart[]> {
  return db('payment_parts').select(PART).whereIn('payment_id', paymentIds).orderBy(['payment_id', 'invoice_id'])
}

/** What was paid, or is being paid, of these invoices; oldest first. */
export async function listPartsOf(
  db: Db,
  invoiceIds: readonly string[],
): Promise<(PaymentPart & { state: PaymentState })[]> {
  return db('payment_parts as p')
    .join('payments as t', 't.id', 'p.payment_id')
    .select({ paymentId: 'p.payment_id', invoiceId: 'p.invoice_id', amount: 'p.amount', openBefore: 'p.open_before' })
    .select({ state: 't.state' })
    .whereIn('p.invoice_id', invoiceIds)
    .whereIn('t.state', ['open', 'paid'])
    .orderBy(['t.paid_at', 't.id'])
}
