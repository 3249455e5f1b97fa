// Paying invoices: start, read, list, the provider's call, and the seller's settings. Card data never comes here.
import { z } from 'zod'
import { ProviderError } from '../../payment-providers/payment-provider.ts'
import { paymentProviders } from '../../payment-providers/registry.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { DECIMAL } from '../money.ts'
import { OutgoingError } from '../outgoing-http.ts'
import type { Payment, PaymentPart } from '../payments/payment.ts'
import {
  deletePaymentSettings,
  findPaymentSettings,
  openProvider,
  putPaymentSettings,
} from '../payments/payment-settings.ts'
import { findPaymentById, findPaymentWithin, listParts, listPayments } from '../payments/payment-store.ts'
import { readPayment } from '../payments/read-payment.ts'
import { makePayment, preparePayment } from '../payments/start-payment.ts'
import { amount, currency, timeShown } from './list-query.ts'
import { readBody } from './read-body.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Payments'
const states = ['open', 'paid', 'failed', 'expired', 'canceled'] as const
const WEBHOOK_BYTES = 16_384

const shown = z
  .object({
    id: z.uuid(),
    accountId: z.uuid().nullable(),
    state: z.enum(states).describe('what was given up may still become paid: the provider has the last word'),
    amount,
    currency,
    invoices: z.array(z.object({ invoiceId: z.uuid(), amount })),
    checkoutUrl: z.string().nullable().describe('the provider’s page to pay at'),
    problem: z.string().nullable().describe('what a person should look at'),
    createdAt: timeShown,
    updatedAt: timeShown,
    paidAt: timeShown.nullable(),
  })
  .meta({ id: 'Payment' })

function show(p: Payment, parts: readonly PaymentPart[]) {
  const { id, accountId, state, amount, currency, problem, createdAt, updatedAt, paidAt } = p
  return {
    ...{ id, accountId, state, amount, currency, problem, createdAt, updatedAt, paidAt },
    invoices: parts.filter((x) => x.paymentId === id).map(({ invoiceId, amount }) => ({ invoiceId, amount })),
    checkoutUrl: state === 'open' ? p.checkoutUrl : null,
  }
}

const showOne = async (hub: Hub, payment: Payment) => show(payment, await listParts(hub.db, [payment.id]))

const webhookUrl = (hub: Hub, id: string) => `${hub.config.publicUrl}/payment-webhooks/${id}`

const settingsShown = z
  .object({ provider: z.string(), returnUrl: z.url(), keySet: z.literal(true), updatedAt: timeShown })
  .meta({ id: 'PaymentSettings' })

async function showSettings(hub: Hub, sellerId: string) {
  const settings = await findPaymentSettings(hub.db, sellerId)
  if (!settings) throw new HubError('not_found', 'No payment provider is set up.')
  const { provider, returnUrl, updatedAt } = settings
  return { provider, returnUrl, keySet: true as const, updatedAt }
}

export const paymentRoutes: Route[] = [
  jsonRoute({
    method: 'post',
    path: '/api/v1/payments',
    who: 'payments:write',
    may: 'invoice.pay',
    tag: TAG,
    summary: 'Pay invoices: answers the page to pay at',
    description:
      'Of one customer, in one currency; in part where `amounts` says so. More than is left, less what is being paid just now, is a 409. With an `Idempotency-Key` header the same call again answers the same payment, also after a 503.',
    body: z
      .strictObject({
        invoiceIds: z
          .array(z.uuid())
          .min(1)
          .max(50)
          .refine((ids) => new Set(ids).size === ids.length, 'names an invoice twice'),
        amounts: z
          .record(z.uuid(), z.string().regex(DECIMAL, 'is no decimal such as 12.50'))
          .default({})
          .describe('by invoice id; default: all that is left'),
      })
      .refine((b) => Object.keys(b.amounts).every((id) => b.invoiceIds.includes(id)), {
        path: ['amounts'],
        message: 'names an invoice that is not to be paid',
      })
      .meta({ id: 'NewPayment' }),
    answer: shown,
    status: 201,
    async handle(hub, { req, body, access, reach }) {
      const provider = await openProvider(hub, hub.db, reach.sellerId)
      const onceKey = req.get('idempotency-key')?.slice(0, 255) ?? null
      const by = { actor: actorOf(access), personId: access.person?.id ?? null, provider: provider.definition.id }
      const id = await hub.db.transaction((trx) => preparePayment(trx, reach, { ...body, onceKey }, by, stampOf(hub)))
      const payment = await makePayment(hub.db, id, provider, webhookUrl(hub, id), () => stampOf(hub))
      return showOne(hub, payment)
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/payments',
    who: 'invoices:read',
    may: 'invoice.pay',
    tag: TAG,
    summary: 'List payments, newest first',
    query: pageQuery.extend({ state: z.enum(states).optional(), invoiceId: z.uuid().optional() }),
    answer: pageOf(shown),
    async handle(hub, { query, reach }) {
      const { limit, cursor, ...filter } = query
      const rows = await listPayments(hub.db, reach, filter, { after: cursor, limit: limit + 1 })
      const parts = await listParts(
        hub.db,
        rows.map((p) => p.id),
      )
      return asPage(rows, limit, (p) => show(p, parts))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/payments/:id',
    who: 'invoices:read',
    may: 'invoice.pay',
    tag: TAG,
    summary: 'Read a payment',
    answer: shown,
    async handle(hub, { params, reach }) {
      const payment = await findPaymentWithin(hub.db, reach, params.id ?? '')
      if (!payment) throw new HubError('not_found', 'There is no such payment.')
      return showOne(hub, payment)
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/payment-settings',
    who: 'connections:read',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Read with which provider invoices are paid',
    answer: settingsShown,
    handle: (hub, { reach }) => showSettings(hub, reach.sellerId),
  }),
  jsonRoute({
    method: 'put',
    path: '/api/v1/payment-settings',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Set up the payment provider',
    description: 'The key is kept sealed and never shown; left out, the one kept stays.',
    body: z
      .strictObject({
        provider: z.enum(Object.keys(paymentProviders) as [string, ...string[]]),
        apiKey: z.string().max(200).optional().meta({ writeOnly: true }),
        returnUrl: z
          .url({ protocol: /^https?$/ })
          .max(1000)
          .describe('where customers come back to'),
      })
      .meta({ id: 'PaymentSettingsChange' }),
    answer: settingsShown,
    async handle(hub, { body, reach, access }) {
      await hub.db.transaction(async (trx) => {
        await putPaymentSettings(hub, trx, reach.sellerId, body)
        const event = {
          sellerId: reach.sellerId,
          accountId: null,
          actor: actorOf(access),
          action: 'payment-settings.changed',
        }
        const { apiKey, ...detail } = { ...body, keyChanged: body.apiKey !== undefined }
        await recordAudit(trx, [{ ...event, subjectKind: 'payment-settings', subjectId: null, detail }], stampOf(hub))
      })
      return showSettings(hub, reach.sellerId)
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/payment-settings',
    who: 'connections:write',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Take payments no more',
    handle: (hub, { reach }) => deletePaymentSettings(hub.db, reach.sellerId),
  }),
  {
    method: 'post',
    path: '/payment-webhooks/:id',
    who: 'anyone',
    summary: 'A payment provider says that something happened to a payment',
    async handle(hub, req, res) {
      const body = await readBody(req, WEBHOOK_BYTES)
      const id = String(req.params.id)
      const payment = z.uuid().safeParse(id).success ? await findPaymentById(hub.db, id) : undefined
      const definition = payment && paymentProviders[payment.provider]
      const told = definition?.readWebhook(body.toString()) ?? null
      // Whoever calls is told nothing of what there is.
      if (payment && told !== null) await hear(hub, payment, told)
      res.status(200).end()
    },
  },
]

async function hear(hub: Hub, payment: Payment, told: string): Promise<void> {
  try {
    const provider = await openProvider(hub, hub.db, payment.sellerId)
    await readPayment(hub.db, payment, provider, told, () => stampOf(hub))
  } catch (error) {
    if (!(error instanceof ProviderError) && !(error instanceof OutgoingError)) throw error
    throw new HubError('unavailable', 'Ask again later.', { cause: error })
  }
}
