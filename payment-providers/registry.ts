// Every payment provider there is, by id.
import { mollie } from './mollie.ts'
import type { ProviderDefinition } from './payment-provider.ts'

export const paymentProviders: Readonly<Record<string, ProviderDefinition>> = { mollie }
