// With which payment provider a seller is paid. The key goes in sealed and never comes out.

import type { PaymentProvider, ProviderDefinition } from '../../payment-providers/payment-provider.ts'
import { paymentProviders } from '../../payment-providers/registry.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { postOutside } from '../outgoing-http.ts'
import { open, seal } from '../secrets.ts'

const PURPOSE = 'payment-provider-key'
const TIMEOUT_MS = 15_000
const MAX_BYTES = 262_144

export interface PaymentSettings {
  provider: string
  sealedKey: Buffer
  /** Where customers come back to. */
  returnUrl: string
  updatedAt: Date
}

export async function findPaymentSettings(db: Db, sellerId: string): Promise<PaymentSettings | undefined> {
  return db('payment_settings')
    .select({ provider: 'provider', sealedKey: 'sealed_key', returnUrl: 'return_url', updatedAt: 'updated_at' })
    .where({ seller_id: sellerId })
    .first()
}

/** Without `apiKey` the one kept stays. Throws HubError invalid_input. */
export async function putPaymentSettings(
  hub: Pick<Hub, 'keys' | 'now'>,
  db: Db,
  sellerId: string,
  input: { provider: string; apiKey?: string | undefined; returnUrl: string },
): Promise<void> {
  const { provider, apiKey, returnUrl } = input
  const definition = definitionOf(provider)
  const known = await findPaymentSettings(db, sellerId)
  if (apiKey === undefined && known?.provider !== provider) throw new HubError('invalid_input', 'apiKey: is missing')
  if (apiKey !== undefined && !definition.isKey(apiKey))
    throw new HubError('invalid_input', `apiKey: that is no API key of ${definition.title}.`)
  const row = { provider, return_url: returnUrl, updated_at: hub.now() }
  const key = apiKey === undefined ? {} : { sealed_key: seal(hub.keys, PURPOSE, apiKey) }
  if (known)
    await db('payment_settings')
      .where({ seller_id: sellerId })
      .update({ ...row, ...key })
  else await db('payment_settings').insert({ seller_id: sellerId, ...row, ...key })
}

export async function deletePaymentSettings(db: Db, sellerId: string): Promise<void> {
  await db('payment_settings').where({ seller_id: sellerId }).delete()
}

export interface OpenProvider {
  definition: ProviderDefinition
  provider: PaymentProvider
  returnUrl: string
}

/** The seller's provider, ready to be called. Throws HubError wrong_state when there is none. */
export async function openProvider(hub: Pick<Hub, 'keys' | 'config'>, db: Db, sellerId: string): Promise<OpenProvider> {
  const settings = await findPaymentSettings(db, sellerId)
  if (!settings)
    throw new HubError('wrong_state', 'Invoices can’t be paid here: the seller has set up no payment provider.')
  const definition = definitionOf(settings.provider)
  const apiKey = open(hub.keys, PURPOSE, settings.sealedKey).toString()
  const provider = definition.connect(apiKey, async ({ method, url, headers, body }) => {
    const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, allowPrivate: !hub.config.production }
    const { status, bytes } = await postOutside(url, { method, headers, body, ...limits })
    return { status, body: bytes.toString() }
  })
  return { definition, provider, returnUrl: settings.returnUrl }
}

function definitionOf(id: string): ProviderDefinition {
  const definition = Object.hasOwn(paymentProviders, id) ? paymentProviders[id] : undefined
  if (definition) return definition
  throw new HubError('invalid_input', `provider: must be one of ${Object.keys(paymentProviders).join(', ')}`)
}
