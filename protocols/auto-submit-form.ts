// The page that carries a cart back: a form of hidden fields that submits itself, with a button for where scripts are off.
// HTML Living Standard 4.10 (forms) and 13.1 (writing); the page works without any resource from outside itself.
import iconv from 'iconv-lite'

export interface AutoSubmitForm {
  /** `https://`, `http://`, a path from `/` on, or SAP GUI's `SAPEVENT:`. */
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

const STYLE = `:root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1b1f27;--soft:#565d6b;--line:#dfe2e8;--act:#1f5fbf;--on:#fff}
@media (prefers-color-scheme:dark){:root{--page:#14171c;--card:#1e2229;--ink:#eceef2;--soft:#a6adba;--line:#333944;--act:#8ab8ff;--on:#0d1b30}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:27rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 .5rem;font-size:1.3rem;line-height:1.3;overflow-wrap:anywhere}
p{margin:0 0 1.5rem;color:var(--soft)}
button{width:100%;padding:.75rem 1rem;border:0;border-radius:.5rem;background:var(--act);color:var(--on);font:inherit;font-weight:600;cursor:pointer}
button:hover{filter:brightness(1.08)}
button:focus-visible{outline:3px solid var(--act);outline-offset:3px}`

// A field named `submit` shadows the form's own method, so the prototype's is called.
const SCRIPT = "HTMLFormElement.prototype.submit.call(document.getElementById('return'))"

const ADDRESS = /^(https?:\/\/[^/?#]|\/(?!\/)|SAPEVENT:)/i

/**
 * The whole page in its charset. NUL and halves of surrogate pairs leave as U+FFFD, line breaks as references, so that a
 * browser posts every other value as it was given. Throws RangeError on an unknown charset and on an action that is no
 * address a form may go to (`javascript:`, `data:`, ...).
 */
export function renderAutoSubmitForm(form: AutoSubmitForm): Uint8Array {
  if (!ADDRESS.test(form.action)) throw new RangeError('the action is no http, https or SAPEVENT address')
  const nonce = form.nonce ? ` nonce="${escaped(form.nonce)}"` : ''
  const parts = [
    `<!DOCTYPE html>\n<html lang="${escaped(form.lang || 'en')}">\n<head>\n<meta charset="${escaped(form.charset)}">\n`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n',
    `<title>${escaped(form.title)}</title>\n<style${nonce}>${(form.pageStyle ?? STYLE).replaceAll('</', '<\\/')}</style>\n</head>\n`,
    `<body>\n<main>\n<h1>${escaped(form.title)}</h1>\n<p>${escaped(form.message)}</p>\n`,
    `<form id="return" action="${escaped(form.action)}" method="${form.method === 'GET' ? 'get' : 'post'}"`,
    form.target ? ` target="${escaped(form.target)}"` : '',
    form.acceptCharset ? ` accept-charset="${escaped(form.acceptCharset)}"` : '',
    '>\n',
  ]
  for (const [name, value] of form.fields)
    parts.push('<input type="hidden" name="', escaped(name), '" value="', escaped(value), '">\n')
  parts.push(`<button type="submit">${escaped(form.buttonLabel)}</button>\n</form>\n</main>\n`)
  if (form.autoSubmit) parts.push(`<script${nonce}>${SCRIPT}</script>\n`)
  parts.push('</body>\n</html>\n')
  return encodeWithReferences(parts.join(''), form.charset)
}

const REFERENCES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\r': '&#13;',
  '\n': '&#10;',
}

/** Text for an attribute in quotes or for element content. */
function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL must not reach the page
  return text.replace(/[&<>"'\r\n\u0000\p{Cs}]/gu, (c) => REFERENCES[c] ?? '\uFFFD')
}

/**
 * Bytes of a text in a charset, and what the charset lacks as `&#NNN;`: what a browser does with a form's values too.
 * Throws RangeError on an unknown charset.
 */
export function encodeWithReferences(text: string, charset: string): Uint8Array {
  if (/^utf-?8$/i.test(charset)) return Buffer.from(text, 'utf8')
  const known: boolean = iconv.encodingExists(charset)
  if (!known) throw new RangeError(`unknown charset ${JSON.stringify(charset.slice(0, 40))}`)
  const bytes = iconv.encode(text, charset)
  if (iconv.decode(bytes, charset, { stripBOM: false }) === text) return bytes
  const written = new Map<string, string>()
  let replaced = ''
  for (const character of text) {
    // ASCII is itself in every charset a form is posted in, and most of a page.
    if (character < '\u0080') {
      replaced += character
      continue
    }
    let out = written.get(character)
    if (out === undefined) {
      const fits = iconv.decode(iconv.encode(character, charset), charset, { stripBOM: false }) === character
      out = fits ? character : `&#${character.codePointAt(0)};`
      written.set(character, out)
    }
    replaced += out
  }
  return iconv.encode(replaced, charset)
}
