// How a partner's files are written: encoding, delimiter, numbers, dates. The settings' part, and reading and writing by it.
import { z } from 'zod'
import { ErpError } from '../erp-error.ts'

const dateFormats = ['yyyy-mm-dd', 'yyyymmdd', 'dd.mm.yyyy', 'dd/mm/yyyy', 'mm/dd/yyyy'] as const

export const textFormat = z.strictObject({
  encoding: z.enum(['utf-8', 'windows-1252', 'iso-8859-2', 'iso-8859-15']).default('utf-8').describe('Of CSV files.'),
  delimiter: z.enum([';', ',', '\t', '|']).default(';').describe('Between the columns of CSV files.'),
  decimalComma: z.boolean().default(false).describe('Numbers are 1.234,56 instead of 1,234.56.'),
  dates: z.enum(dateFormats).default('yyyy-mm-dd'),
})
export type TextFormat = z.output<typeof textFormat>

/** Throws RangeError when the bytes aren't in that encoding. */
export function decode(bytes: Uint8Array, encoding: TextFormat['encoding']): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new RangeError(`the file is not in ${encoding}`)
  }
}

/** Signs the encoding doesn't have become "?" here; `mustFit` is for what must not change. */
export function encode(text: string, encoding: TextFormat['encoding']): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from(text)
  const bytes = bytesOf(encoding)
  return Uint8Array.from(text.normalize('NFC'), (sign) => bytes.get(sign) ?? 0x3f)
}

/** Throws ErpError `refused` for a number or code with signs that the encoding doesn't have. */
export function mustFit(what: string, text: string, encoding: TextFormat['encoding']): void {
  const bytes = bytesOf(encoding)
  const sign = encoding === 'utf-8' ? undefined : [...text.normalize('NFC')].find((s) => !bytes.has(s))
  if (sign !== undefined)
    throw new ErpError('refused', `${what} "${text}" can't be written in ${encoding}: it has no "${sign}".`)
}

/** What the decoder reads, backwards. */
function bytesOf(encoding: TextFormat['encoding']): Map<string, number> {
  const signs = new TextDecoder(encoding).decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))
  return new Map([...signs].map((sign, byte) => [sign, byte]))
}

/** "1.234,50-" -> "-1234.50". Undefined = no number. */
export function readDecimal(text: string, decimalComma: boolean): string | undefined {
  const [group, point] = decimalComma ? ['.', ','] : [',', '.']
  const [, before, digits = '', after] = /^([-+]?)\s*([\d.,\s']+?)\s*(-?)$/.exec(text.trim()) ?? []
  const [whole = '', fraction, ...more] = digits.split(point)
  const groups = whole.split(new RegExp(`[${group}\\s']`))
  const grouped = groups.length === 1 || groups.every((g, i) => (i === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(g))
  const plain = groups.join('')
  if (!grouped || more.length > 0 || !/^\d+$/.test(plain) || (fraction !== undefined && !/^\d+$/.test(fraction)))
    return undefined
  if (before !== '' && after !== '') return undefined
  const sign = before === '-' || after === '-' ? '-' : ''
  return `${sign}${plain.replace(/^0+(?=\d)/, '')}${fraction === undefined ? '' : `.${fraction}`}`
}

export function writeDecimal(decimal: string, decimalComma: boolean): string {
  return decimalComma ? decimal.replace('.', ',') : decimal
}

/** ISO 8601 date; also taken when it is written so already. Undefined = no date. */
export function readDate(text: string, format: TextFormat['dates']): string | undefined {
  const [year, month, day] =
    /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.slice(1) ??
    fieldsOf(text, format)?.map((field) => field.padStart(2, '0')) ??
    []
  const date = `${year}-${month}-${day}`
  const time = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date) ? date : undefined
}

/** Year, month, day. */
function fieldsOf(text: string, format: TextFormat['dates']): string[] | undefined {
  if (format === 'yyyymmdd') return /^(\d{4})(\d{2})(\d{2})$/.exec(text)?.slice(1)
  const [a = '', b = '', c = ''] = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(text)?.slice(1) ?? []
  if (c === '' || format === 'yyyy-mm-dd') return undefined
  return format === 'mm/dd/yyyy' ? [c, a, b] : [c, b, a]
}

export function writeDate(date: string, format: TextFormat['dates']): string {
  const [year = '', month = '', day = ''] = date.slice(0, 10).split('-')
  return format.replace('yyyy', year).replace('mm', month).replace('dd', day)
}
