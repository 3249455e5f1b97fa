// Text for a charset that can't hold all of it: plain equivalents where there are any. facts/oci.md section 3, "Charset".
import iconv from 'iconv-lite'

/** What decomposition doesn't give. */
const PLAIN: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '‟': '"',
  '″': '"',
  '‹': "'",
  '›': "'",
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '−': '-',
  '•': '*',
  '⁄': '/',
  '≤': '<=',
  '≥': '>=',
  μ: 'µ',
  '⌀': 'Ø',
  Ł: 'L',
  ł: 'l',
  Đ: 'D',
  đ: 'd',
  Ħ: 'H',
  ħ: 'h',
  ı: 'i',
  Ŋ: 'N',
  ŋ: 'n',
  Œ: 'OE',
  œ: 'oe',
  Ŧ: 'T',
  ŧ: 't',
  ẞ: 'SS',
  '\u200B': '',
  '\u200C': '',
  '\u2060': '',
  '\uFEFF': '',
  '\u2028': ' ',
  '\u2029': ' ',
}

/** Whether a charset holds a character. UTF-8 and charsets the hub doesn't know hold all. */
export function charsetFits(charset: string): (character: string) => boolean {
  if (/^utf-?8$/i.test(charset) || !iconv.encodingExists(charset)) return () => true
  const known = new Map<string, boolean>()
  return (character) => {
    if (character < '\u0080') return true
    let fits = known.get(character)
    if (fits === undefined) {
      fits = iconv.decode(iconv.encode(character, charset), charset, { stripBOM: false }) === character
      known.set(character, fits)
    }
    return fits
  }
}

/**
 * The text with plain equivalents for what doesn't fit: accents off, typographic quotes and dashes, € as EUR. What has no
 * equivalent stays and is listed in `left`, each character once. A text that fits comes back as it is.
 */
export function transliterate(text: string, fits: (character: string) => boolean): { text: string; left: string[] } {
  if ([...text].every(fits)) return { text, left: [] }
  const left = new Set<string>()
  let out = ''
  for (const character of text.normalize('NFC')) {
    const plain = equivalent(character, fits)
    if (plain === undefined) left.add(character)
    out += plain ?? character
  }
  return { text: out, left: [...left] }
}

function equivalent(character: string, fits: (character: string) => boolean): string | undefined {
  if (fits(character)) return character
  if (Object.hasOwn(PLAIN, character)) {
    const plain = PLAIN[character] ?? ''
    return [...plain].every(fits) ? plain : undefined
  }
  const bare = character.normalize('NFKD').replace(/[\u0300-\u036F]/g, '')
  const letters = [...bare].map((c) => (fits(c) ? c : Object.hasOwn(PLAIN, c) ? PLAIN[c] : undefined))
  return letters.includes(undefined) ? undefined : letters.join('')
}
