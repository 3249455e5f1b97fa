// One row of a file, read by name: what is missing or can't be read is told with its column.
import type { ErpAddress } from '../connector.ts'
import { readDate, readDecimal, type TextFormat } from './text-format.ts'

/** What is wrong with a row; the message goes to the file's people. */
export class BadRow extends Error {
  override readonly name = 'BadRow'
}

/** Column -> text; what isn't there and what is empty is the same. */
export type Cells = Readonly<Record<string, string>>

export interface Row {
  text(column: string, otherwise?: string): string
  optional(column: string): string | null
  decimal(column: string, otherwise?: string): string
  optionalDecimal(column: string): string | null
  integer(column: string): number
  date(column: string): string
  optionalDate(column: string): string | null
  /** Date, or time with offset. */
  moment(column: string): string
  optionalMoment(column: string): string | null
  /** Time with offset; a date is its beginning (UTC), nothing is the file's time. */
  time(column: string): string
  flag(column: string): boolean
  oneOf<T extends string>(column: string, values: readonly T[], otherwise?: T): T
  /** Columns `<prefix>Name`, `<prefix>Street`, ...; null where none of them is filled. */
  address(prefix: string): ErpAddress | null
}

const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/
const YES = /^(1|x|y|yes|j|ja|true|t)$/i

export function makeRow(cells: Cells, format: TextFormat, fileTime: string): Row {
  const optional = (column: string) => cells[column]?.trim() || null
  const need = (column: string): string => {
    const value = optional(column)
    if (value === null) throw new BadRow(`column ${column} is missing or empty`)
    return value
  }
  /** Reads what is there; `undefined` of `read` is a bad cell. */
  const as = <T>(column: string, what: string, value: string | null, read: (value: string) => T | undefined) => {
    if (value === null) return null
    const result = read(value)
    if (result === undefined) throw new BadRow(`column ${column}: "${value.slice(0, 60)}" is no ${what}`)
    return result
  }
  const decimal = (column: string, value: string | null) =>
    as(column, 'number', value, (text) => readDecimal(text, format.decimalComma))
  const date = (column: string, value: string | null) =>
    as(column, 'date', value, (text) => readDate(text, format.dates))
  const moment = (column: string, value: string | null) =>
    as(column, 'date or time', value, (text) => readTime(text) ?? readDate(text, format.dates))

  return {
    text: (column, otherwise) => optional(column) ?? otherwise ?? need(column),
    optional,
    decimal: (column, otherwise) => decimal(column, optional(column)) ?? otherwise ?? need(column),
    optionalDecimal: (column) => decimal(column, optional(column)),
    integer: (column) =>
      as(column, 'whole number', need(column), (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)) as number,
    date: (column) => date(column, need(column)) as string,
    optionalDate: (column) => date(column, optional(column)),
    moment: (column) => moment(column, need(column)) as string,
    optionalMoment: (column) => moment(column, optional(column)),
    time(column) {
      const read = moment(column, optional(column)) ?? fileTime
      return read.length === 10 ? `${read}T00:00:00.000Z` : read
    },
    flag: (column) => YES.test(optional(column) ?? ''),
    oneOf: (column, values, otherwise) =>
      as(column, `one of ${values.join(', ')}`, optional(column) ?? otherwise ?? need(column), (text) =>
        values.find((value) => value === text.toLowerCase()),
      ) as (typeof values)[number],
    address: (prefix) => addressOf(prefix, optional),
  }
}

function readTime(text: string): string | undefined {
  const time = TIME.test(text) ? new Date(text) : undefined
  return time && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined
}

function addressOf(prefix: string, optional: (column: string) => string | null): ErpAddress | null {
  const cell = (name: string) => optional(`${prefix}${name}`)
  const street = cell('Street')
  const countryCode = cell('Country')?.toUpperCase() ?? null
  if (countryCode !== null && !/^[A-Z]{2}$/.test(countryCode))
    throw new BadRow(`column ${prefix}Country: "${countryCode}" is no country code of two letters`)
  const address = {
    addressId: cell('Id'),
    name: cell('Name') ?? '',
    street: street === null ? [] : street.split(/\s*\n\s*|\s*\|\s*/).filter(Boolean),
    city: cell('City'),
    state: cell('State'),
    postalCode: cell('PostalCode'),
    countryCode,
    email: cell('Email'),
    phone: cell('Phone'),
  }
  const { street: lines, name, ...others } = address
  return name || lines.length > 0 || Object.values(others).some((value) => value !== null) ? address : null
}
