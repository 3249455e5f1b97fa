// Every way the house says no: one code, one HTTP status, one cXML status, one sentence for the public. Edges render it once.

interface ErrorKind {
  http: number
  /** cXML Status code, facts of the cXML Reference Guide "Response/Status". */
  cxml: number
  text: string
}

export const errorKinds = {
  invalid_input: { http: 400, cxml: 400, text: 'The request is not right.' },
  invalid_document: { http: 400, cxml: 400, text: 'The document can be read but not accepted.' },
  unauthenticated: { http: 401, cxml: 401, text: 'Credentials are missing or wrong.' },
  second_factor_needed: { http: 401, cxml: 401, text: 'A code of the authenticator app is needed as well.' },
  invalid_client: { http: 401, cxml: 401, text: 'client_id or client_secret is wrong.' },
  forbidden: { http: 403, cxml: 403, text: 'These credentials do not allow this.' },
  wrong_company: { http: 409, cxml: 409, text: 'The page was made for another company than you are in now.' },
  restricted: { http: 422, cxml: 403, text: 'A restriction of the company does not allow this.' },
  over_budget: { http: 422, cxml: 403, text: 'This is over a budget.' },
  over_credit: { http: 422, cxml: 403, text: 'This is over the credit.' },
  not_found: { http: 404, cxml: 400, text: 'There is no such thing here.' },
  conflict: { http: 409, cxml: 409, text: 'This contradicts what is there already.' },
  payload_reused: { http: 409, cxml: 409, text: 'Another document came under the same payloadID before.' },
  wrong_state: { http: 409, cxml: 409, text: 'This can no longer be done in the present state.' },
  code_spent: { http: 410, cxml: 412, text: 'This code was used before or has run out.' },
  no_earlier_cart: { http: 412, cxml: 412, text: 'The hub never returned this cart to this partner.' },
  too_large: { http: 413, cxml: 499, text: 'The document is larger than the hub takes.' },
  unsupported_media: { http: 415, cxml: 406, text: 'The content type is not one the hub reads.' },
  cart_refused: { http: 422, cxml: 400, text: 'The buyer’s system would refuse this cart.' },
  invoice_incomplete: { http: 422, cxml: 400, text: 'The e-invoice would be refused.' },
  too_many_requests: { http: 429, cxml: 401, text: 'Too many tries. Wait before the next one.' },
  not_implemented: { http: 501, cxml: 450, text: 'The hub does not handle this kind of document.' },
  storefront_failed: { http: 502, cxml: 500, text: 'The storefront did not answer as it should.' },
  unavailable: { http: 503, cxml: 560, text: 'The hub cannot answer just now. Try again.' },
  internal: { http: 500, cxml: 500, text: 'Something went wrong in the hub.' },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorKinds

/** An error of the house. `message` is shown to the caller; what must stay private goes into `cause`. */
export class HubError extends Error {
  readonly code: ErrorCode
  /** Further facts for the caller, such as the fields that were wrong or the warnings of a refused cart. */
  readonly details: unknown

  constructor(code: ErrorCode, message?: string, options?: { details?: unknown; cause?: unknown }) {
    super(message ?? errorKinds[code].text, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HubError'
    this.code = code
    this.details = options?.details
  }
}
