// Reads an OCI call-up from a request's query and body, in the charset they are in.
import { decodeForm } from '../../protocols/oci/form-fields.ts'
import { type OciLogin, parseLogin } from '../../protocols/oci/login.ts'
import type { TradingPartner } from '../partners/partner.ts'

export interface OciCall {
  /** Raw text after the `?`. */
  query: string
  body: Uint8Array
  contentType: string
}

/** Throws OciError. */
export function parseOciCall(partner: TradingPartner, { query, body, contentType }: OciCall): OciLogin {
  const charset = /charset\s*=\s*"?([\w:-]+)/i.exec(contentType)?.[1]
  const inQuery = decodeForm(Buffer.from(query, 'latin1'))
  const inBody = body.length > 0 ? decodeForm(body, charset) : []
  return parseLogin(inQuery, inBody, { hookUrlName: partner.settings.oci.hookUrlName })
}

/** SAP GUI's embedded browser takes the form itself: there is no address to check. */
export function isSapEvent(hookUrl: string): boolean {
  return /^sapevent:/i.test(hookUrl)
}
