// One text against a buyer's rule for its field: charset, line breaks, forbidden characters, length. Pure.
import type { BuyerProfile, CartWarning, FieldRule, LimitedField } from '../partners/buyer-profile.ts'
import { charactersIn, cutText, utf8Bytes } from './cut-text.ts'
import { charsetFits, transliterate } from './transliterate.ts'

/** The text as it may leave, undefined = left out; `warn` hears of every change. */
export type FitText = (
  text: string,
  field: LimitedField,
  path: string,
  warn: (warning: Omit<CartWarning, 'line'>) => void,
) => string | undefined

/** A line can't do without them. */
const REQUIRED: ReadonlySet<LimitedField> = new Set(['description', 'supplierPartId', 'supplierPartAuxiliaryId'])
/** What may be shortened: a cut identifier names something else. */
const PROSE: ReadonlySet<LimitedField> = new Set([
  'description',
  'shortName',
  'longText',
  'manufacturerName',
  'attachmentTitle',
  'extrinsic',
  'customField1',
  'customField2',
  'customField3',
  'customField4',
  'customField5',
  'comments',
])

/** The fitting of texts for one profile and protocol. */
export function textFitter(profile: BuyerProfile, protocol: 'cxml' | 'oci'): FitText {
  const { title } = profile
  const rules = profile[protocol].fields
  const fits = protocol === 'oci' ? charsetFits(profile.oci.charset) : () => true
  const characters = charactersIn(fits)
  return (given, field, path, warn) => {
    const rule = rules[field]
    const lacking = PROSE.has(field) ? [] : [...new Set(given)].filter((c) => !fits(c))
    if (lacking.length > 0) {
      const why = `${profile.oci.charset} lacks ${lacking.slice(0, 10).join(' ')}`
      if (REQUIRED.has(field)) {
        warn({ code: 'rejected', field: path, message: `${why}: it would arrive as another identifier`, before: given })
        return given
      }
      warn({
        code: 'replaced',
        field: path,
        message: `is left out: ${why}, and another identifier would be wrong`,
        before: given,
      })
      return undefined
    }
    const tidy =
      protocol === 'oci' ? tidied(given, rule, fits, profile.oci.charset) : { text: given, why: [], left: [] }
    let { text } = tidy
    if (text === '' && given !== '') {
      if (REQUIRED.has(field)) {
        warn({ code: 'rejected', field: path, message: `holds nothing that ${title} could show`, before: given })
        return given
      }
      warn({ code: 'replaced', field: path, message: `is left out: ${tidy.why.join(', ')}`, before: given })
      return undefined
    }
    if (text !== given)
      warn({ code: 'replaced', field: path, message: tidy.why.join(', '), before: given, after: text })
    const max = rule?.max
    const sizeOf = rule?.count === 'bytes' ? utf8Bytes : characters
    if (rule && max !== undefined && sizeOf(text) > max) {
      const fitted = shortened(text, field, rule, max, sizeOf)
      const limit = `has ${sizeOf(text)} ${rule.count ?? 'characters'}, ${title} takes ${max}`
      if (fitted.code === 'rejected' || fitted.code === 'notice')
        warn({ code: fitted.code, field: path, message: limit, before: text })
      else if (fitted.text === undefined)
        warn({
          code: 'cut',
          field: path,
          message: `${limit}; it is left out, since a part of it would be wrong`,
          before: text,
        })
      else warn({ code: 'cut', field: path, message: limit, before: text, after: fitted.text })
      if (fitted.text === undefined) return undefined
      text = fitted.text
    }
    const found = [...(rule?.forbidden ?? '')].filter((c) => text.includes(c))
    if (found.length > 0)
      warn({ code: 'rejected', field: path, message: `holds ${found.join(' ')}, which ${title} refuses`, before: text })
    const left = tidy.left.filter((c) => text.includes(c))
    if (left.length > 0)
      warn({
        code: 'notice',
        field: path,
        message: `${profile.oci.charset} lacks ${left.slice(0, 10).join(' ')}: browsers post ${reference(left[0] ?? '')} and the like instead`,
      })
    return text
  }
}

function reference(character: string): string {
  return `&#${character.codePointAt(0)};`
}

/** OCI: no leading blanks, no line breaks in fields of one line, nothing outside the charset that has a plain equivalent. */
function tidied(
  given: string,
  rule: FieldRule | undefined,
  fits: (character: string) => boolean,
  charset: string,
): { text: string; why: string[]; left: string[] } {
  const why: string[] = []
  const { text: plain, left } = transliterate(given, fits)
  if (plain !== given) why.push(`${charset} lacks some of its characters; plain ones stand for them`)
  const line = rule?.oneLine ? plain.replace(/[\t\r\n\u2028\u2029]+/g, ' ') : plain
  if (line !== plain) why.push('OCI takes one line here; line breaks became blanks')
  const text = line.trimStart()
  if (text !== line) why.push('OCI takes no leading blanks')
  return { text, why, left }
}

function shortened(
  text: string,
  field: LimitedField,
  rule: FieldRule,
  max: number,
  sizeOf: (text: string) => number,
): { text: string | undefined; code: 'cut' | 'rejected' | 'notice' } {
  if (rule.over === 'notice') return { text, code: 'notice' }
  if (rule.over === 'drop' && !REQUIRED.has(field)) return { text: undefined, code: 'cut' }
  if (rule.over === 'cut' && PROSE.has(field)) {
    const cut = cutText(text, max, sizeOf)
    if (cut !== '') return { text: cut, code: 'cut' }
    if (!REQUIRED.has(field)) return { text: undefined, code: 'cut' }
  }
  return { text, code: 'rejected' }
}
