// The call-up: what the buyer's system sends to open the catalog (OCI 4.0/5.0 "outbound section").
import type { Field } from './form-fields.ts'

export type OciFunction = 'DETAIL' | 'DETAILADD' | 'VALIDATE' | 'SOURCING' | 'BACKGROUND_SEARCH' | 'QUANTITYCHECK'

export interface OciLogin {
  /** Decoded once; not checked against anything: the allow list is the caller's. `SAPEVENT:POST` as it is. */
  hookUrl: string
  /** hookUrl is `SAPEVENT:...`: an embedded SAP GUI browser takes the form, there is no address. */
  sapEvent: boolean
  okCode?: string
  target?: string
  caller?: string
  forceTarget?: string
  returnTarget?: string
  /** OCI_VERSION or OCIVERSION as written. */
  ociVersion?: string
  opiVersion?: string
  /** http_content_charset in lower case, where it names a charset we know; else it stands in `extra`. */
  charset?: string
  sapClient?: string
  language?: string
  username?: string
  password?: string
  /** OCICANCEL: address for leaving without items. Not checked against anything, like hookUrl. */
  cancelUrl?: string
  function?: OciFunction
  productId?: string
  quantity?: string
  vendor?: string
  searchString?: string
  /** Every other parameter, and repetitions of those above (never of PASSWORD), as written and in order. */
  extra: Field[]
}

export interface LoginOptions {
  /** Name of the return address's parameter where Customizing renamed it; HOOK_URL is still understood. */
  hookUrlName?: string
}

/** Throws OciError `missing` | `value` | `function`. Names in any case; the body counts before the query. */
export declare function parseLogin(query: readonly Field[], body: readonly Field[], options?: LoginOptions): OciLogin
/** Raw query or form text with every PASSWORD value replaced by `***`, for display and logs. */
export declare function redactLogin(raw: Uint8Array | string): string
