// Mollie, Payments API v2 (docs.mollie.com/reference/create-payment, /get-payment, /api-idempotency). The webhook posts the id alone,
// form-encoded; what happened has to be read.
import {
  type PaymentProvider,
  type ProviderAnswer,
  type ProviderDefinition,
  ProviderError,
  type SeenPayment,
} from './payment-provider.ts'

const ADDRESS = 'https://api.mollie.com/v2/payments'
const PAYMENT_ID = /^tr_[A-Za-z0-9]{4,60}$/

/** Their status -> ours. `pending` waits for the bank, `authorized` for a capture: nothing is paid yet. */
const states: Record<string, SeenPayment['state']> = {
  open: 'open',
  pending: 'open',
  authorized: 'open',
  paid: 'paid',
  failed: 'failed',
  expired: 'expired',
  canceled: 'canceled',
}

export const mollie: ProviderDefinition = {
  id: 'mollie',
  title: 'Mollie',
  isKey: (apiKey) => /^(test|live)_[A-Za-z0-9]{10,100}$/.test(apiKey),
  readWebhook(body) {
    const id = new URLSearchParams(body).get('id')
    return id && PAYMENT_ID.test(id) ? id : null
  },
  connect(apiKey, send): PaymentProvider {
    const headers = { Authorization: `Bearer ${apiKey}`, Accept: 'application/hal+json' }
    return {
      async createPayment({ paymentId, amount, currency, description, returnUrl, webhookUrl }) {
        const body = {
          amount: { currency, value: amount },
          ...{ description, redirectUrl: returnUrl, webhookUrl },
          metadata: { paymentId },
        }
        const answer = await send({
          ...{ method: 'POST', url: ADDRESS, body: JSON.stringify(body) },
          headers: { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': paymentId },
        })
        const seen = read(checked(answer))
        if (seen.checkoutUrl === null && seen.state === 'open')
          throw new ProviderError('unintelligible', 'Mollie made a payment without a checkout.')
        return seen
      },
      async readPayment(providerId) {
        if (!PAYMENT_ID.test(providerId)) return null
        const answer = await send({ method: 'GET', url: `${ADDRESS}/${providerId}`, headers, body: '' })
        if (answer.status === 404) return null
        return read(checked(answer))
      },
    }
  },
}

/** The answer's JSON. Throws ProviderError for any status but 2xx. */
function checked({ status, body }: ProviderAnswer): unknown {
  if (status < 200 || status > 299) {
    const said = `Mollie answered ${status}: "${detailOf(body)}"`
    if (status === 401 || status === 403) throw new ProviderError('unauthorised', `${said}. Check the API key.`)
    throw new ProviderError(status >= 500 || status === 408 || status === 409 ? 'unreachable' : 'refused', said)
  }
  try {
    return JSON.parse(body)
  } catch {
    throw new ProviderError('unintelligible', `Mollie answered ${status} with something that is no JSON.`)
  }
}

function detailOf(body: string): string {
  try {
    const { detail, title } = JSON.parse(body) as { detail?: unknown; title?: unknown }
    return String(detail ?? title ?? '').slice(0, 200)
  } catch {
    return body.replace(/\s+/g, ' ').slice(0, 200)
  }
}

type Fields = Record<string, unknown>
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})

function read(payment: unknown): SeenPayment {
  const { id, status, amount, metadata, _links } = fields(payment)
  const { value, currency } = fields(amount)
  const state = typeof status === 'string' && Object.hasOwn(states, status) ? states[status] : undefined
  const { href } = fields(fields(_links).checkout)
  const { paymentId } = fields(metadata)
  if (
    typeof id !== 'string' ||
    !PAYMENT_ID.test(id) ||
    typeof value !== 'string' ||
    typeof currency !== 'string' ||
    !state
  )
    throw new ProviderError('unintelligible', 'Mollie answered with something that is no payment.')
  return {
    ...{ providerId: id, state, amount: value, currency },
    paymentId: typeof paymentId === 'string' ? paymentId : null,
    checkoutUrl: typeof href === 'string' && href.startsWith('https://') ? href : null,
  }
}
