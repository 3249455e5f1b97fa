// What a payment provider is to the hub. Its checkout is a page of its own: card data never comes here. Amounts are decimal text with
// exactly the currency's decimals; `send` is the hub's door to the outside, which guards addresses, time and size.

export interface ProviderRequest {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  /** Empty with GET. */
  body: string
}

export interface ProviderAnswer {
  status: number
  body: string
}

/** Throws what the hub throws when there is no answer, or one that asks to wait: an adapter lets it through. */
export type Send = (request: ProviderRequest) => Promise<ProviderAnswer>

export interface PaymentRequest {
  /** The hub's id of it: kept at the provider with it, and the once-key. */
  paymentId: string
  amount: string
  currency: string
  /** What the customer sees on the checkout and maybe on a bank statement. */
  description: string
  /** Where the customer comes back to, however it ended. */
  returnUrl: string
  /** Where the provider tells that something changed. */
  webhookUrl: string
}

export interface SeenPayment {
  providerId: string
  /** The hub's id as the provider keeps it; null = it is none of the hub's. */
  paymentId: string | null
  state: 'open' | 'paid' | 'failed' | 'expired' | 'canceled'
  amount: string
  currency: string
  checkoutUrl: string | null
}

export interface PaymentProvider {
  /** Makes it once, however often it is called with this paymentId. Throws ProviderError. */
  createPayment(request: PaymentRequest): Promise<SeenPayment>
  /** Null = the provider has none of this id. Throws ProviderError. */
  readPayment(providerId: string): Promise<SeenPayment | null>
}

export interface ProviderDefinition {
  id: string
  title: string
  /** Whether this can be a key of the provider's. */
  isKey(apiKey: string): boolean
  connect(apiKey: string, send: Send): PaymentProvider
  /** The provider's id in what it posts to the webhook. Null = there is none. Nothing else of that is looked at. */
  readWebhook(body: string): string | null
}

export type ProviderErrorKind =
  /** It says no to this, for good. */
  | 'refused'
  /** The key is wrong or lacks a right. */
  | 'unauthorised'
  /** An error of its own: what was asked may have been done. */
  | 'unreachable'
  /** Nothing one can read: what was asked may have been done. */
  | 'unintelligible'

export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly kind: ProviderErrorKind

  constructor(kind: ProviderErrorKind, message: string) {
    super(message)
    this.kind = kind
  }
}
