// The way back: items -> the form the user's browser posts to HOOK_URL (OCI 4.0/5.0 "inbound section").
import type { Field } from './form-fields.ts'
import type { OciItem, OciVersion } from './items.ts'
import type { OciLogin } from './login.ts'

export interface OciReturn {
  hookUrl: string
  items: readonly OciItem[]
  /** What of the call-up is sent back. */
  login: Pick<OciLogin, 'okCode' | 'caller' | 'target' | 'returnTarget'>
  version: OciVersion
  /** http_content_charset; absent = iso-8859-1. */
  charset?: string
  /** HOOK_URL's own parameters: moved to hidden fields, or left in the action. A GET form always splits. */
  queryMode: 'split' | 'keep'
  method: 'POST' | 'GET'
  variant: 'html' | 'xml'
  /** Name of the field that says ESAPO; `~xml_type` by default. */
  xmlTypeName?: string
}

export interface ReturnForm {
  action: string
  method: 'POST' | 'GET'
  target: string
  acceptCharset: string
  fields: Field[]
}

/** No items = leaving without items: only the echo fields. Throws OciError. */
export declare function renderReturn(input: OciReturn): ReturnForm
/** Leaving through OCICANCEL: a GET form to that address. */
export declare function renderCancel(
  cancelUrl: string,
  login: Pick<OciLogin, 'target' | 'returnTarget'>,
  charset?: string,
): ReturnForm
