// Header lines of a MIME part and their parameters (RFC 2045 section 5, RFC 2047, RFC 2183, RFC 2231).

/** `type` in lower case, `multipart/related`; parameters by lower-case name, unquoted. */
export interface HeaderValue {
  type: string
  parameters: ReadonlyMap<string, string>
}

/** `multipart/related; boundary="b"; start="<a@b>"`. Reads what senders write: values with `<>/@` that are not quoted. */
export function parseHeaderValue(text: string): HeaderValue {
  const parameters = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(/;\s*([^=;\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/gs))
    if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), unquote(value.trim()))
  return { type: (text.split(';', 1)[0] as string).trim().toLowerCase(), parameters }
}

function unquote(value: string): string {
  // In file names of Windows a backslash is a backslash, not the escape of what follows.
  return value.startsWith('"')
    ? value.slice(1, value.endsWith('"') ? -1 : undefined).replace(/\\(["\\])/g, '$1')
    : value
}

/** A parameter in any of its three spellings: plain, `name*=UTF-8''%e2%82%ac`, and `name*0=` `name*1*=` in pieces. */
export function readParameter({ parameters }: HeaderValue, name: string): string | undefined {
  const extended = parameters.get(`${name}*`)
  if (extended !== undefined) return decodeExtended(extended)
  const plain = parameters.get(name)
  if (plain !== undefined) return decodeWords(plain)
  let pieces: string | undefined
  for (let i = 0; ; i++) {
    const literal = parameters.get(`${name}*${i}`)
    const piece = parameters.get(`${name}*${i}*`) ?? (literal === undefined ? undefined : encodeURIComponent(literal))
    if (piece === undefined) return pieces === undefined ? undefined : decodeExtended(pieces)
    pieces = (pieces ?? '') + piece
  }
}

/** RFC 2231: charset'language'percent-encoded. */
function decodeExtended(value: string): string {
  const [, charset = 'utf-8', encoded = value] = /^([^']*)'[^']*'(.*)$/s.exec(value) ?? []
  return decodeBytes(percentBytes(encoded, '%'), charset)
}

/** RFC 2047: `=?UTF-8?B?w7w=?=`, `=?ISO-8859-1?Q?=FC?=`; anything else stands as it is. */
function decodeWords(text: string): string {
  const joined = text.replace(/\?=\s+=\?/g, '?==?')
  return joined.replace(/=\?([\w.:-]+)(?:\*[\w-]*)?\?([bq])\?([^?]*)\?=/gi, (_, charset, encoding, word) =>
    decodeBytes(
      /b/i.test(encoding) ? Buffer.from(word, 'base64') : percentBytes(word.replaceAll('_', ' '), '='),
      charset,
    ),
  )
}

function percentBytes(text: string, mark: '%' | '='): Uint8Array {
  const escaped = mark === '%' ? /%([0-9a-f]{2})/gi : /=([0-9a-f]{2})/gi
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  return Buffer.from(
    bytes.replace(escaped, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

function decodeBytes(bytes: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset === '' ? 'utf-8' : charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}
