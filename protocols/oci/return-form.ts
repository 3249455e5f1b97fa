// The way back: items -> the form the user's browser posts to HOOK_URL (OCI 4.0/5.0 "inbound section"). It must be the browser:
// the SAP session lives in its cookies.
import { decodeForm, type Field, knownCharset } from './form-fields.ts'
import { type OciItem, type OciVersion, renderItems } from './items.ts'
import type { OciLogin } from './login.ts'
import { OciError } from './oci-error.ts'
import { renderXmlDocument } from './xml-document.ts'

export interface OciReturn {
  hookUrl: string
  items: readonly OciItem[]
  /** Of the call-up: where the form goes. */
  login: Pick<OciLogin, 'target' | 'returnTarget'>
  version: OciVersion
  /** http_content_charset; absent = iso-8859-1. */
  charset?: string
  /** HOOK_URL's own parameters: moved to hidden fields, or left in the action. A GET form always splits, browsers drop them. */
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

export const DEFAULT_CHARSET = 'iso-8859-1'

/**
 * The form for these items; no items = leaving without any: HOOK_URL's parameters and the echo fields only. No parameter is
 * sent twice. `SAPEVENT:POST` stays the action as it is, by POST. Throws OciError `charset`, and what `renderItems` and
 * `renderXmlDocument` throw.
 */
export function renderReturn(input: OciReturn): ReturnForm {
  const sapEvent = /^SAPEVENT:/i.test(input.hookUrl)
  const method = sapEvent ? 'POST' : input.method
  const { address, query } = sapEvent ? { address: input.hookUrl, query: [] } : splitAddress(input.hookUrl)
  const split = query.length > 0 && (input.queryMode === 'split' || method === 'GET')
  const target = input.login.returnTarget || input.login.target || '_top'
  const taken = new Set(query.map(([name]) => name.toLowerCase()))
  const own: Field[] = [['~OkCode', 'ADDI'], ['~CALLER', 'CTLG'], ['~TARGET', target], ...basket(input)]
  return {
    action: split ? address : input.hookUrl,
    method,
    target,
    acceptCharset: charsetOf(input.charset),
    fields: [...(split ? query : []), ...own.filter(([name]) => !taken.has(name.toLowerCase()))],
  }
}

function basket(input: OciReturn): Field[] {
  if (input.items.length === 0) return []
  if (input.variant === 'html') return renderItems(input.items, input.version)
  const xml = renderXmlDocument(input.items)
  return [
    [input.xmlTypeName || '~xml_type', 'ESAPO'],
    ['~xmlDocument', Buffer.from(xml, 'utf8').toString('base64')],
  ]
}

/** Leaving through OCICANCEL: a GET form to that address, its parameters as fields. Throws OciError `charset`. */
export function renderCancel(
  cancelUrl: string,
  login: Pick<OciLogin, 'target' | 'returnTarget'>,
  charset?: string,
): ReturnForm {
  const { address, query } = splitAddress(cancelUrl)
  return {
    action: address,
    method: 'GET',
    target: login.returnTarget || login.target || '_top',
    acceptCharset: charsetOf(charset),
    fields: query,
  }
}

/** Text work only: HOOK_URL's shape is the buyer's, and what stands before the `?` goes back letter by letter. */
function splitAddress(url: string): { address: string; query: Field[] } {
  const [whole = ''] = url.split('#', 1)
  const mark = whole.indexOf('?')
  if (mark < 0) return { address: whole, query: [] }
  return { address: whole.slice(0, mark), query: decodeForm(Buffer.from(whole.slice(mark + 1), 'utf8')) }
}

function charsetOf(label: string | undefined): string {
  if (label === undefined) return DEFAULT_CHARSET
  const charset = knownCharset(label)
  if (charset === undefined)
    throw new OciError(
      'charset',
      'http_content_charset',
      `the charset ${JSON.stringify(label.slice(0, 40))} is not known`,
    )
  return charset
}
