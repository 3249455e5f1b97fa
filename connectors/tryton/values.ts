// Tryton's values in JSON (trytond/protocols/jsonrpc.py) <-> the connector's: Decimals as plain decimal text, dates as `2026-01-31`,
// times as ISO 8601 in UTC with all six decimals. Records read by dotted names (`party.code`) come as `{ party: { id, code } }`.

/** As it goes over the wire. */
export type Wire = Record<string, unknown>

/** A decimal text for a Numeric field. */
export function decimal(text: string): Wire {
  return { __class__: 'Decimal', decimal: text }
}

/** `2026-01-31`, or a time of that day. */
export function date(text: string): Wire {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number)
  return { __class__: 'date', year, month, day }
}

/** A time in UTC, ISO 8601 with up to six decimals. */
export function datetime(iso: string): Wire {
  const [, y, mo, d, h, mi, s, fraction = ''] =
    /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)(?:\.(\d+))?Z$/.exec(iso)?.map((part) => part ?? '') ?? []
  const [year, month, day, hour, minute, second] = [y, mo, d, h, mi, s].map(Number)
  const microsecond = Number(fraction.padEnd(6, '0').slice(0, 6))
  return { __class__: 'datetime', year, month, day, hour, minute, second, microsecond }
}

/** What came over the wire, in the connector's values. */
export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode)
  if (typeof value !== 'object' || value === null) return value
  const wire = value as Wire
  switch (wire.__class__) {
    case 'Decimal':
      return plainDecimal(String(wire.decimal))
    case 'date':
      return dateText(wire)
    case 'datetime':
      return `${dateText(wire)}T${pad(wire.hour)}:${pad(wire.minute)}:${pad(wire.second)}.${pad(wire.microsecond, 6)}Z`
    default:
      return Object.fromEntries(Object.entries(wire).map(([key, item]) => [plainName(wire, key), decode(item)]))
  }
}

const plainName = (wire: Wire, key: string) =>
  key.endsWith('.') && !(key.slice(0, -1) in wire) ? key.slice(0, -1) : key

/** Python writes small and large Decimals with an exponent: `8.9E-7`, `1E+3`. */
export function plainDecimal(text: string): string {
  const [, sign = '', whole = '0', fraction = '', exponent] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  if (exponent === undefined) return text
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  const left = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  const right = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  return `${sign}${left.replace(/^0+(?=\d)/, '')}${right ? `.${right}` : ''}`
}

/** A Float field's value with at most `digits` decimals: 0.30000000000000004 is 0.3. */
export function floatText(value: number | null, digits: number): string {
  const text = (value ?? 0).toFixed(digits)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** Without the zeros that Tryton keeps after a price, but with the two that people expect: 9.90, 0.00089. */
export function priceText(decimalText: string): string {
  const [whole = '0', fraction = ''] = decimalText.split('.')
  return `${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`
}

const pad = (value: unknown, length = 2) => String(value).padStart(length, '0')
const dateText = (wire: Wire) => `${pad(wire.year, 4)}-${pad(wire.month)}-${pad(wire.day)}`
