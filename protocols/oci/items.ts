// The basket: items <-> NEW_ITEM-<FIELD>[n] (OCI 4.0/5.0 "inbound section"). All fields are text.
import type { Field } from './form-fields.ts'
import { OciError } from './oci-error.ts'

export type OciVersion = '3.0' | '4.0' | '5.0'

/** One line, as SAP means it: PRICE is net for PRICEUNIT units, MATNR is the buyer's own number, VENDORMAT ours. */
export interface OciItem {
  description?: string
  matnr?: string
  quantity?: string
  unit?: string
  price?: string
  currency?: string
  priceUnit?: string
  leadTime?: string
  longText?: string
  vendor?: string
  vendorMat?: string
  manufactCode?: string
  manufactMat?: string
  matGroup?: string
  /** `X` = service. */
  service?: string
  contract?: string
  contractItem?: string
  extQuoteId?: string
  extQuoteItem?: string
  extProductId?: string
  attachment?: string
  attachmentTitle?: string
  attachmentPurpose?: string
  extSchemaType?: string
  extCategoryId?: string
  extCategory?: string
  sldSysName?: string
  custField1?: string
  custField2?: string
  custField3?: string
  custField4?: string
  custField5?: string
  /** OCI 5.0: R = root of a composite, O = outline. */
  itemType?: string
  /** OCI 5.0: index of the parent line, from 1. */
  parentId?: string
  /** OCI 5.0. */
  tax?: string
  /** Fields that are not SAP's: `NEW_ITEM-<name>[n]`, name in upper case. */
  extra?: Record<string, string>
}

export interface OciFinding {
  /** `NEW_ITEM-DESCRIPTION` and so on. */
  field: string
  code: 'length' | 'missing' | 'value' | 'condition' | 'unsupported'
  /** Most characters, with code `length`. */
  limit?: number
  message: string
}

type Key = Exclude<keyof OciItem, 'extra'>
/** Most characters by version, 0 = the version lacks the field; LONGTEXT has no limit. */
type Lengths = Readonly<Record<OciVersion, number>>

const every = (max: number): Lengths => ({ '3.0': max, '4.0': max, '5.0': max })
const since4 = (max: number): Lengths => ({ '3.0': 0, '4.0': max, '5.0': max })
const since5 = (max: number): Lengths => ({ '3.0': 0, '4.0': 0, '5.0': max })

/** In the order they are sent. */
const FIELDS: Readonly<Record<Key, { name: string; max: Lengths }>> = {
  description: { name: 'DESCRIPTION', max: every(40) },
  matnr: { name: 'MATNR', max: { '3.0': 18, '4.0': 40, '5.0': 40 } },
  quantity: { name: 'QUANTITY', max: every(15) },
  unit: { name: 'UNIT', max: every(3) },
  price: { name: 'PRICE', max: every(15) },
  currency: { name: 'CURRENCY', max: every(5) },
  priceUnit: { name: 'PRICEUNIT', max: { '3.0': 9, '4.0': 5, '5.0': 5 } },
  leadTime: { name: 'LEADTIME', max: every(5) },
  longText: { name: 'LONGTEXT', max: every(Number.POSITIVE_INFINITY) },
  vendor: { name: 'VENDOR', max: every(10) },
  vendorMat: { name: 'VENDORMAT', max: every(40) },
  manufactCode: { name: 'MANUFACTCODE', max: every(10) },
  manufactMat: { name: 'MANUFACTMAT', max: every(40) },
  matGroup: { name: 'MATGROUP', max: every(10) },
  service: { name: 'SERVICE', max: every(1) },
  contract: { name: 'CONTRACT', max: every(10) },
  contractItem: { name: 'CONTRACT_ITEM', max: every(5) },
  extQuoteId: { name: 'EXT_QUOTE_ID', max: every(35) },
  extQuoteItem: { name: 'EXT_QUOTE_ITEM', max: every(10) },
  extProductId: { name: 'EXT_PRODUCT_ID', max: every(40) },
  attachment: { name: 'ATTACHMENT', max: every(255) },
  attachmentTitle: { name: 'ATTACHMENT_TITLE', max: every(255) },
  attachmentPurpose: { name: 'ATTACHMENT_PURPOSE', max: every(1) },
  extSchemaType: { name: 'EXT_SCHEMA_TYPE', max: since4(10) },
  extCategoryId: { name: 'EXT_CATEGORY_ID', max: since4(60) },
  extCategory: { name: 'EXT_CATEGORY', max: since4(40) },
  sldSysName: { name: 'SLD_SYS_NAME', max: since4(60) },
  custField1: { name: 'CUST_FIELD1', max: every(10) },
  custField2: { name: 'CUST_FIELD2', max: every(10) },
  custField3: { name: 'CUST_FIELD3', max: every(10) },
  custField4: { name: 'CUST_FIELD4', max: every(20) },
  custField5: { name: 'CUST_FIELD5', max: every(50) },
  itemType: { name: 'ITEM_TYPE', max: since5(1) },
  parentId: { name: 'PARENT_ID', max: since5(5) },
  tax: { name: 'TAX', max: since5(5) },
}
const KEYS = Object.keys(FIELDS) as Key[]
const BY_NAME = new Map(KEYS.map((key) => [FIELDS[key].name, key]))
const EXTRA_NAME = /^[A-Z][A-Z0-9_-]{0,39}$/

/**
 * Fields of all items with index 1, 2, 3, ... Empty fields, and those the version lacks, are left out; PRICEUNIT is always
 * sent; PRICE gets three decimals; leading blanks go; the index of LONGTEXT stands in its name and the brackets stay empty,
 * or SAP puts all texts on line 1. Throws OciError on an `extra` that is no field name or names a field of SAP's.
 */
export function renderItems(items: readonly OciItem[], version: OciVersion): Field[] {
  const fields: Field[] = []
  for (const [i, item] of items.entries()) {
    for (const key of KEYS) {
      const { name, max } = FIELDS[key]
      const value = written(key, item[key] ?? '')
      if (value === '' || max[version] === 0) continue
      if (key === 'longText') fields.push([`NEW_ITEM-LONGTEXT_${i + 1}:132[]`, value])
      else fields.push([`NEW_ITEM-${name}[${i + 1}]`, value])
    }
    for (const [name, value] of Object.entries(item.extra ?? {})) {
      if (!EXTRA_NAME.test(name) || BY_NAME.has(name))
        throw new OciError(
          'value',
          `NEW_ITEM-${name.slice(0, 40)}`,
          'an extra field needs a name of its own in A-Z, 0-9, _ and -',
        )
      const text = trimmedStart(value)
      if (text !== '') fields.push([`NEW_ITEM-${name}[${i + 1}]`, text])
    }
  }
  return fields
}

function written(key: Key, value: string): string {
  const text = trimmedStart(value)
  if (key === 'longText') return text.replace(/\r\n?/g, '\n')
  if (key === 'priceUnit') return text || '1'
  if (key === 'price') return padded(text)
  return text
}

/** 11.3 with all three decimals; a value with more, or no number at all, stays for `checkItem` to name. */
function padded(price: string): string {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d*))?$/.exec(price) ?? []
  return whole === undefined || fraction.length > 3 ? price : `${whole}.${fraction.padEnd(3, '0')}`
}

function trimmedStart(value: string): string {
  return value.replace(/^[ \t]+/, '')
}

const ELEVEN_THREE = /^\d{1,11}(\.\d{1,3})?$/
const WHOLE = /^\d+$/

/** What a single value must look like, beside its length. */
const SHAPES: Partial<Record<Key, { fits: (value: string) => boolean; message: string }>> = {
  quantity: {
    fits: (v) => ELEVEN_THREE.test(v) && /[1-9]/.test(v),
    message: 'is no number above zero with at most 11 digits and 3 decimals',
  },
  price: { fits: (v) => ELEVEN_THREE.test(v), message: 'is no number with at most 11 digits and 3 decimals' },
  currency: { fits: (v) => /^[A-Z]{3}$/.test(v), message: 'is no ISO 4217 code' },
  priceUnit: { fits: (v) => WHOLE.test(v) && /[1-9]/.test(v), message: 'is no whole number above zero' },
  leadTime: { fits: (v) => WHOLE.test(v), message: 'is no whole number of days' },
  service: { fits: (v) => v === 'X', message: 'is neither X (service) nor empty (goods)' },
  itemType: { fits: (v) => v === 'R' || v === 'O', message: 'is neither R (root) nor O (outline)' },
  parentId: { fits: (v) => WHOLE.test(v) && /[1-9]/.test(v), message: 'is no index of a line' },
}

/** [field, what it needs]: where the first is set, the second must be. */
const CONDITIONS: readonly (readonly [Key, Key])[] = [
  ['price', 'currency'],
  ['contractItem', 'contract'],
  ['extQuoteItem', 'extQuoteId'],
  ['extCategoryId', 'extSchemaType'],
  ['extCategory', 'extSchemaType'],
]

/**
 * Every length and condition of the specification this item breaks. SRM gives no sign of a bad line: it drops it ("only
 * complete items were transferred"), so this is asked before a cart leaves.
 */
export function checkItem(item: OciItem, version: OciVersion): OciFinding[] {
  const findings: OciFinding[] = []
  const add = (key: Key, code: OciFinding['code'], message: string, limit?: number) =>
    findings.push({ field: `NEW_ITEM-${FIELDS[key].name}`, code, message, ...(limit === undefined ? {} : { limit }) })
  for (const key of KEYS) {
    const value = item[key]
    if (!value) continue
    const max = FIELDS[key].max[version]
    if (max === 0) {
      add(key, 'unsupported', `does not exist in OCI ${version} and is not sent`)
      continue
    }
    const sent = written(key, value)
    if (sent.length > max) add(key, 'length', `has ${sent.length} characters, OCI ${version} takes ${max}`, max)
    if (/^[ \t]+\S/.test(value)) add(key, 'value', 'has leading blanks, which are not sent')
    if (!(key === 'longText' ? TEXT : LINE).test(sent))
      add(key, 'value', key === 'longText' ? 'holds a control character' : 'holds a control character or a line break')
    else if (sent && !(SHAPES[key]?.fits(sent) ?? true)) add(key, 'value', SHAPES[key]?.message ?? '')
  }
  const has = (key: Key) => (item[key] ?? '').trim() !== ''
  if (!has('description') && !has('matnr')) add('description', 'missing', 'is required where MATNR is empty')
  if (!has('quantity')) add('quantity', 'missing', 'is always required')
  if (!has('unit') && !has('matnr')) add('unit', 'missing', 'is required where MATNR is empty')
  for (const [key, needed] of CONDITIONS)
    if (has(key) && !has(needed) && FIELDS[key].max[version] > 0)
      add(needed, 'condition', `is required where ${FIELDS[key].name} is set`)
  for (const [name, value] of Object.entries(item.extra ?? {})) {
    const field = `NEW_ITEM-${name}`
    if (!EXTRA_NAME.test(name) || BY_NAME.has(name))
      findings.push({ field, code: 'value', message: 'is no name for a field of one’s own' })
    else if (!TEXT.test(value)) findings.push({ field, code: 'value', message: 'holds a control character' })
  }
  return findings
}

const LINE = /^[^\p{Cc}\p{Cs}]*$/u
const TEXT = /^(?:[^\p{Cc}\p{Cs}]|[\t\n])*$/u

/**
 * Reads what anyone posts as NEW_ITEM-*, in any order and case, with or without an index, gaps closed; never throws.
 * Numbers lose leading zeros (some catalogs send 00000000016.180); a text split over several LONGTEXT fields is joined.
 */
export function parseItems(fields: readonly Field[]): OciItem[] {
  const items = new Map<number, OciItem>()
  for (const [name, value] of fields) {
    const at = placeOf(name)
    if (!at) continue
    const item = items.get(at.index) ?? {}
    items.set(at.index, item)
    const key = BY_NAME.get(at.name)
    if (key === 'longText') item.longText = joined(item.longText, value.replace(/\r\n?/g, '\n'))
    else if (key) item[key] = NUMBERS.has(key) ? value.trim().replace(/^0+(?=\d)/, '') : value
    else item.extra = { ...item.extra, [at.name]: value }
  }
  return [...items].sort(([a], [b]) => a - b).map(([, item]) => item)
}

const NUMBERS: ReadonlySet<Key> = new Set<Key>(['quantity', 'price', 'priceUnit', 'leadTime', 'parentId'])

function placeOf(raw: string): { name: string; index: number } | null {
  if (raw.length > 100) return null
  const name = raw.trim().toUpperCase()
  const [, long] = /^NEW_ITEM-LONGTEXT_(\d{1,6})(?::\d+)?(?:\[\d*\])?$/.exec(name) ?? []
  if (long) return { name: 'LONGTEXT', index: Number(long) }
  const [, plain, index] = /^NEW_ITEM-([A-Z][A-Z0-9_-]*)(?:\[(\d{0,6})\])?$/.exec(name) ?? []
  return plain ? { name: plain, index: index ? Number(index) : 1 } : null
}

/** Texts cut into lines of 132 are one paragraph; shorter pieces are lines of their own. */
function joined(before: string | undefined, next: string): string {
  if (before === undefined) return next
  return before.length > 0 && before.length % 132 === 0 ? before + next : `${before}\n${next}`
}
