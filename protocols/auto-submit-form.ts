// The page that carries a cart back: a form of hidden fields that submits itself, with a button for where scripts are off.

export interface AutoSubmitForm {
  action: string
  method: 'POST' | 'GET'
  /** Frame name; absent = the frame the page is in. */
  target?: string
  acceptCharset?: string
  fields: readonly (readonly [name: string, value: string])[]
  title: string
  message: string
  buttonLabel: string
  /** BCP 47; `en` by default. */
  lang?: string
  /** The CSP nonce of style and script. */
  nonce?: string
  autoSubmit: boolean
  /** Of the page: `utf-8`, `iso-8859-1`, ... What it can't hold becomes numeric references. */
  charset: string
  /** CSS in place of the page's own. */
  pageStyle?: string
}

/** The whole page in its charset. Throws RangeError on a charset that is unknown, and on NUL or half a surrogate pair. */
export declare function renderAutoSubmitForm(form: AutoSubmitForm): Uint8Array
