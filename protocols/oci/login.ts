// The call-up: what the buyer's system sends to open the catalog (OCI 4.0/5.0 "outbound section"). Names are Customizing text,
// their case varies, and the parameters come by GET, by POST or by both.
import { decodeForm, type Field, knownCharset } from './form-fields.ts'
import { OciError } from './oci-error.ts'

export const ociFunctions = [
  'DETAIL',
  'DETAILADD',
  'VALIDATE',
  'SOURCING',
  'BACKGROUND_SEARCH',
  'QUANTITYCHECK',
] as const
export type OciFunction = (typeof ociFunctions)[number]

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
  /** Every other parameter, and repetitions of those above (never of a password), as written and in order. */
  extra: Field[]
}

export interface LoginOptions {
  /** Name of the return address's parameter where Customizing renamed it; HOOK_URL is still understood. */
  hookUrlName?: string
}

type TextOf = Exclude<keyof OciLogin, 'hookUrl' | 'sapEvent' | 'function' | 'extra'>

/** Lower-case name without `~` -> where it goes. */
const NAMES: Readonly<Record<string, TextOf | 'function'>> = {
  okcode: 'okCode',
  target: 'target',
  caller: 'caller',
  forcetarget: 'forceTarget',
  returntarget: 'returnTarget',
  oci_version: 'ociVersion',
  ociversion: 'ociVersion',
  opi_version: 'opiVersion',
  opiversion: 'opiVersion',
  http_content_charset: 'charset',
  'sap-client': 'sapClient',
  'sap-language': 'language',
  language: 'language',
  username: 'username',
  password: 'password',
  ocicancel: 'cancelUrl',
  function: 'function',
  productid: 'productId',
  quantity: 'quantity',
  vendor: 'vendor',
  searchstring: 'searchString',
}

const MAX_ADDRESS = 4000
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/
const ANY_CONTROL = /\p{Cc}/u

/**
 * Reads a call-up. Names in any case, with or without `~`; of a repeated parameter the first that is not empty counts, the
 * body before the query. Throws OciError: `missing` (HOOK_URL, or what the FUNCTION needs), `function` (not one of
 * `ociFunctions`), `value`, `illegal-character`.
 */
export function parseLogin(query: readonly Field[], body: readonly Field[], options: LoginOptions = {}): OciLogin {
  const hookNames = [options.hookUrlName || 'HOOK_URL', 'HOOK_URL'].map((name) => name.toLowerCase())
  const hooks = new Map<string, string>()
  const known: Partial<Record<TextOf | 'function', string>> = {}
  const extra: Field[] = []
  for (const [name, value] of [...body, ...query]) {
    if (CONTROL.test(name) || CONTROL.test(value))
      throw new OciError('illegal-character', clean(name), `${clean(name)} holds a control character`)
    const lower = name.trim().toLowerCase()
    const bare = lower.replace(/^~/, '')
    const key = Object.hasOwn(NAMES, bare) ? NAMES[bare] : undefined
    if (hookNames.includes(lower)) {
      if (value.trim() && !hooks.has(lower)) hooks.set(lower, value.trim())
      else extra.push([name, value])
    } else if (!key) extra.push([name, value])
    else if (value && known[key] === undefined) known[key] = value
    else if (value && key !== 'password') extra.push([name, value])
  }
  const hookName = hookNames.find((name) => hooks.has(name))
  if (hookName === undefined)
    throw new OciError(
      'missing',
      options.hookUrlName || 'HOOK_URL',
      `the call-up has no ${options.hookUrlName || 'HOOK_URL'}: there is no address to return the cart to`,
    )
  const hookUrl = address(hooks.get(hookName) ?? '', 'HOOK_URL')
  if (known.cancelUrl) address(known.cancelUrl, 'OCICANCEL')
  const { function: asked, charset: label, ...texts } = known
  const charset = label === undefined ? undefined : knownCharset(label)
  if (label !== undefined && charset === undefined) extra.push(['http_content_charset', label])
  const login: OciLogin = { hookUrl, sapEvent: /^SAPEVENT:/i.test(hookUrl), ...texts, extra }
  if (charset !== undefined) login.charset = charset
  if (asked?.trim()) login.function = functionOf(asked, login)
  return login
}

function address(value: string, field: string): string {
  if (value.length > MAX_ADDRESS)
    throw new OciError('value', field, `${field} is longer than ${MAX_ADDRESS} characters`)
  if (ANY_CONTROL.test(value)) throw new OciError('illegal-character', field, `${field} holds a line break or a tab`)
  return value
}

/** OCI 4.0 "Additional functions": DETAIL and VALIDATE name the EXT_PRODUCT_ID they were given, VALIDATE a quantity too. */
function functionOf(asked: string, login: OciLogin): OciFunction {
  const name = ociFunctions.find((known) => known === asked.trim().toUpperCase())
  if (!name)
    throw new OciError(
      'function',
      'FUNCTION',
      `FUNCTION ${JSON.stringify(asked.slice(0, 40))} is none of ${ociFunctions.join(', ')}`,
    )
  const search = name === 'SOURCING' || name === 'BACKGROUND_SEARCH'
  if (!search && !login.productId?.trim())
    throw new OciError('missing', 'PRODUCTID', `FUNCTION ${name} needs a PRODUCTID: the EXT_PRODUCT_ID of the product`)
  if (search && !login.searchString?.trim())
    throw new OciError('missing', 'SEARCHSTRING', `FUNCTION ${name} needs a SEARCHSTRING`)
  if (login.quantity !== undefined && !/^\s*\d{1,11}(\.\d{1,3})?\s*$/.test(login.quantity))
    throw new OciError('value', 'QUANTITY', 'QUANTITY is no number of at most 11 digits and 3 decimals, such as 12.5')
  if (login.quantity !== undefined) login.quantity = login.quantity.trim()
  return name
}

function clean(name: string): string {
  return name.slice(0, 40).replace(/[^\x20-\x7e]/g, '?')
}

const SECRET_NAME = /^~?(sap-)?(password|passwd|pwd|token)$/

/**
 * Raw query, address or form text with the value of every parameter that is a password or a token replaced by `***`; all
 * else stays as it was sent. Bytes are read as latin1, one character a byte.
 */
export function redactLogin(raw: Uint8Array | string): string {
  const text = typeof raw === 'string' ? raw : Buffer.from(raw).toString('latin1')
  return text
    .split(/([?&])/)
    .map((part) => {
      const equals = part.indexOf('=')
      return equals > 0 && isSecret(part.slice(0, equals)) ? `${part.slice(0, equals)}=***` : part
    })
    .join('')
}

function isSecret(encodedName: string): boolean {
  if (encodedName.length > 200) return false
  const name = decodeForm(Buffer.from(encodedName, 'utf8'))[0]?.[0] ?? ''
  return SECRET_NAME.test(name.trim().toLowerCase())
}
