// How an ERP fails, in the five kinds the queue knows what to do about (jobs/failure.ts).

export type ErpErrorKind = 'unreachable' | 'throttled' | 'refused' | 'unauthorised' | 'unintelligible'

/** `message` is for the ERP admin: what was asked, what came back, what to do. Never a secret. */
export class ErpError extends Error {
  override readonly name = 'ErpError'
  readonly kind: ErpErrorKind
  /** Seconds the ERP asked to wait, with kind `throttled`. */
  readonly retryAfter: number | undefined

  constructor(kind: ErpErrorKind, message: string, options: { retryAfter?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.retryAfter = options.retryAfter
  }
}
