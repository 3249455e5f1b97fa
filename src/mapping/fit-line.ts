// One line of a cart against a buyer's rules: texts, units, numbers, classification. Pure.
import type { CartLine } from '../cart.ts'
import { compareDecimals, roundDecimal, significantDecimals } from '../money.ts'
import type { BuyerProfile, CartWarning, DecimalRule, LimitedField, ProtocolRules } from '../partners/buyer-profile.ts'
import type { FitText } from './fit-text.ts'

type Warn = (warning: Omit<CartWarning, 'line'>) => void

/** Where a limited text stands in a line, and how another is put there (undefined = left out). */
interface Place {
  field: LimitedField
  path: string
  get: (line: CartLine) => string | undefined
  put: (line: CartLine, value: string | undefined) => CartLine
}

type PlainText =
  | 'description'
  | 'shortName'
  | 'longText'
  | 'supplierPartId'
  | 'supplierPartAuxiliaryId'
  | 'buyerPartId'
  | 'manufacturerName'
  | 'manufacturerPartId'
  | 'vendor'
  | 'materialGroup'

const plain = (field: PlainText): Place => ({
  field,
  path: field,
  get: (line) => line[field],
  put: (line, value) => ({ ...line, [field]: value }),
})

/** A part of a group of texts that is gone without its first part. */
function part(key: 'contract' | 'quote' | 'attachment', name: string, field: LimitedField): Place {
  return {
    field,
    path: `${key}.${name}`,
    get: (line) => (line[key] as Record<string, string | undefined> | undefined)?.[name],
    put: (line, value) => {
      const whole = value !== undefined || (name !== 'id' && name !== 'url')
      return { ...line, [key]: whole ? { ...line[key], [name]: value } : undefined }
    },
  }
}

const customField = (n: '1' | '2' | '3' | '4' | '5'): Place => ({
  field: `customField${n}`,
  path: `customFields.${n}`,
  get: (line) => line.customFields?.[n],
  put: (line, value) => {
    const { [n]: _, ...others } = line.customFields ?? {}
    return { ...line, customFields: value === undefined ? others : { ...line.customFields, [n]: value } }
  },
})

const PLACES: readonly Place[] = [
  plain('description'),
  plain('shortName'),
  plain('longText'),
  plain('supplierPartId'),
  plain('supplierPartAuxiliaryId'),
  plain('buyerPartId'),
  plain('manufacturerName'),
  plain('manufacturerPartId'),
  plain('vendor'),
  plain('materialGroup'),
  part('contract', 'id', 'contractId'),
  part('contract', 'item', 'contractItem'),
  part('quote', 'id', 'quoteId'),
  part('quote', 'item', 'quoteItem'),
  part('attachment', 'url', 'attachmentUrl'),
  part('attachment', 'title', 'attachmentTitle'),
  part('attachment', 'purpose', 'attachmentPurpose'),
  {
    field: 'taxRate',
    path: 'tax.ratePercent',
    get: (line) => line.tax?.ratePercent,
    put: (line, value) => (line.tax ? { ...line, tax: { ...line.tax, ratePercent: value } } : line),
  },
  customField('1'),
  customField('2'),
  customField('3'),
  customField('4'),
  customField('5'),
]

/** The line as the buyer's system takes it; `warn` hears of every change. The line given stays as it is. */
export function fitLine(
  given: CartLine,
  profile: BuyerProfile,
  protocol: 'cxml' | 'oci',
  fitText: FitText,
  warn: Warn,
): CartLine {
  const rules: ProtocolRules = profile[protocol]
  let line = given
  for (const { field, path, get, put } of PLACES) {
    const before = get(line)
    if (before === undefined) continue
    const after = fitText(before, field, path, warn)
    if (after !== before) line = put(line, after)
  }
  line = fitExtrinsics(line, profile, protocol, fitText, warn)
  line = fitClassifications(line, profile, protocol, fitText, warn)
  line = fitUnit(line, profile.title, rules, warn)
  const amount = fitDecimal(line.unitPrice.amount, rules.price, profile.title, 'unitPrice.amount', warn)
  if (amount !== line.unitPrice.amount) line = { ...line, unitPrice: { ...line.unitPrice, amount } }
  const quantity = fitDecimal(line.quantity, rules.quantity, profile.title, 'quantity', warn)
  if (quantity !== line.quantity) line = { ...line, quantity }
  if (line.priceUnit && line.priceUnit.length > rules.maxPriceUnitDigits)
    warn({
      code: 'rejected',
      field: 'priceUnit',
      message: `has ${line.priceUnit.length} digits, ${profile.title} takes ${rules.maxPriceUnitDigits}: give the price for fewer units`,
      before: line.priceUnit,
    })
  return line
}

function fitExtrinsics(
  line: CartLine,
  profile: BuyerProfile,
  protocol: 'cxml' | 'oci',
  fitText: FitText,
  warn: Warn,
): CartLine {
  const names = Object.keys(line.extrinsics ?? {})
  for (const needed of profile.requiredExtrinsics)
    if (!names.some((name) => name.toLowerCase() === needed.toLowerCase()))
      warn({ code: 'missing', field: `extrinsics.${needed}`, message: `is required by ${profile.title}` })
  // OCI carries none: fitCart says so once for the cart.
  if (names.length === 0 || protocol === 'oci') return line
  const fitted = Object.entries(line.extrinsics ?? {}).map(
    ([name, value]) => [name, fitText(value, 'extrinsic', `extrinsics.${name}`, warn)] as const,
  )
  if (fitted.every(([name, value]) => value === line.extrinsics?.[name])) return line
  return { ...line, extrinsics: Object.fromEntries(fitted.filter(hasText)) }
}

function hasText(entry: readonly [string, string | undefined]): entry is readonly [string, string] {
  return entry[1] !== undefined
}

function fitClassifications(
  line: CartLine,
  profile: BuyerProfile,
  protocol: 'cxml' | 'oci',
  fitText: FitText,
  warn: Warn,
): CartLine {
  const given = line.classifications ?? []
  if (given.length === 0) return withDefaultClassification(line, profile, protocol, warn)
  const fitted = given.flatMap((c, i) => {
    const path = `classifications.${i}`
    const domain = fitText(c.domain, 'classificationDomain', `${path}.domain`, warn)
    const fitting = domain === undefined ? undefined : fitText(c.code, 'classificationCode', `${path}.code`, warn)
    if (domain === undefined || fitting === undefined) return []
    const code = /^unspsc/i.test(domain) ? fitUnspsc(fitting, profile, `${path}.code`, warn) : fitting
    return domain === c.domain && code === c.code ? [c] : [{ domain, code }]
  })
  return fitted.length === given.length && fitted.every((c, i) => c === given[i])
    ? line
    : { ...line, classifications: fitted }
}

/** cXML.dtd: ItemDetail needs a Classification. OCI does not. */
function withDefaultClassification(
  line: CartLine,
  profile: BuyerProfile,
  protocol: 'cxml' | 'oci',
  warn: Warn,
): CartLine {
  if (protocol === 'oci') return line
  const { domain, code } = profile.defaultClassification
  const field = 'classifications'
  if (code === undefined) {
    warn({ code: 'missing', field, message: `cXML requires one; ${profile.title} reads ${domain}` })
    return line
  }
  const after = `${domain} ${code}`
  warn({ code: 'replaced', field, message: `had none and got this partner’s default, ${after}`, after })
  return { ...line, classifications: [{ domain, code }] }
}

/** UNSPSC as 8 plain digits: separators go, a segment, family or class is filled up with zeros. facts/cxml.md. */
function fitUnspsc(code: string, profile: BuyerProfile, field: string, warn: Warn): string {
  if (/^\d{8}$/.test(code)) return code
  const digits = code.replace(/[\s._-]/g, '')
  const message = 'UNSPSC is 8 plain digits'
  if (/^(\d{2}){1,4}$/.test(digits)) {
    const after = digits.padEnd(8, '0')
    warn({ code: 'replaced', field, message, before: code, after })
    return after
  }
  if (/^\d{10}$/.test(digits)) {
    const after = digits.slice(0, 8)
    warn({
      code: 'cut',
      field,
      message: `${message}; the business function at its end is left off`,
      before: code,
      after,
    })
    return after
  }
  const refuses = profile.unspsc === 'reject'
  warn({
    code: refuses ? 'rejected' : 'notice',
    field,
    message: refuses ? `${message}; ${profile.title} refuses the line` : message,
    before: code,
  })
  return code
}

/** What a Rec 20 code looks like; a unit of another shape is unknown to every buyer unless the map names it. */
const REC_20 = /^[A-Z0-9]{1,3}$/

function fitUnit(line: CartLine, title: string, { units }: ProtocolRules, warn: Warn): CartLine {
  const field = 'unitOfMeasure'
  const before = line.unitOfMeasure
  const unit = Object.hasOwn(units.map, before) ? (units.map[before] ?? before) : before
  if (unit !== before)
    warn({ code: 'remapped', field, message: `${title} calls ${before} ${unit}`, before, after: unit })
  const mapped = Object.values(units.map).includes(unit)
  if (units.maxLength !== undefined && unit.length > units.maxLength)
    warn({
      code: 'rejected',
      field,
      message: `the unit ${unit} has ${unit.length} characters, ${title} takes ${units.maxLength}; map it to a code of the buyer’s`,
      before: unit,
    })
  else if (!mapped && !(units.accepted ? units.accepted.includes(unit) : REC_20.test(unit)))
    warn({
      code: units.unknown === 'reject' ? 'rejected' : 'notice',
      field,
      message: `the unit ${unit} may be unknown: ${units.unknownMeans}; map it to a code of the buyer’s`,
      before: unit,
    })
  return unit === before ? line : { ...line, unitOfMeasure: unit }
}

/** Zeros that carry no value go without a word; a value that would change is rounded or refused, never to zero. */
function fitDecimal(value: string, rule: DecimalRule, title: string, field: string, warn: Warn): string {
  const [whole = '', fraction = ''] = value.split('.')
  const digits = whole.replace(/^0+(?=\d)/, '')
  if (rule.maxWholeDigits !== undefined && digits.length > rule.maxWholeDigits) {
    const message = `has ${digits.length} digits before the point, ${title} takes ${rule.maxWholeDigits}`
    warn({ code: 'rejected', field, message, before: value })
    return value
  }
  const plain =
    rule.maxWholeDigits !== undefined && digits !== whole ? value.slice(whole.length - digits.length) : value
  if (fraction.length <= rule.maxDecimals) return plain
  const rounded = roundDecimal(plain, rule.maxDecimals)
  const lossless = significantDecimals(value) <= rule.maxDecimals
  if (lossless) return rounded
  const limit = `${title} takes ${rule.maxDecimals} decimals`
  const tooLong = rule.maxWholeDigits !== undefined && (rounded.split('.')[0] ?? '').length > rule.maxWholeDigits
  if (rule.over === 'reject' || tooLong || compareDecimals(rounded, '0') === 0) {
    warn({ code: 'rejected', field, message: `has ${significantDecimals(value)} decimals, ${limit}`, before: value })
    return value
  }
  warn({
    code: 'rounded',
    field,
    message: `${limit}; a price unit above 1 would keep it exact`,
    before: value,
    after: rounded,
  })
  return rounded
}
