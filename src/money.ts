// Decimal-string money. A value is exact text ("10.50"), its currency (ISO 4217) stands beside it, and arithmetic is
// BigInt on a common scale: a float never touches an amount.

export interface Money {
  /** Plain decimal text, dot as separator, no exponent: "10.50", "-3", "0.0001". */
  amount: string
  /** ISO 4217 alphabetic code, upper case. */
  currency: string
}

/** What input may be. Plain decimal text: optional minus, digits, optional fraction. Exponents, plus signs, blanks and commas are not decimals. */
export const DECIMAL = /^-?\d{1,30}(\.\d{1,12})?$/

interface Scaled {
  units: bigint
  scale: number
}

function scaled(decimal: string): Scaled {
  // Results of our own arithmetic may be longer than input may.
  if (!/^-?\d+(\.\d+)?$/.test(decimal)) throw new RangeError(`not a decimal: ${JSON.stringify(decimal.slice(0, 40))}`)
  const [whole = '0', fraction = ''] = decimal.split('.')
  return { units: BigInt(whole + fraction), scale: fraction.length }
}

function text({ units, scale }: Scaled): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const sign = units < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function rescale(value: Scaled, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale)
}

/** Sum of decimals, exact, at the largest scale given. `addDecimals()` is "0". Throws RangeError on text that is no decimal. */
export function addDecimals(...decimals: string[]): string {
  const values = decimals.map(scaled)
  const scale = Math.max(0, ...values.map((v) => v.scale))
  return text({ units: values.reduce((sum, v) => sum + rescale(v, scale), 0n), scale })
}

/** Exact product of two decimals; its scale is the sum of theirs. */
export function multiplyDecimals(a: string, b: string): string {
  const [x, y] = [scaled(a), scaled(b)]
  return text({ units: x.units * y.units, scale: x.scale + y.scale })
}

/** Quotient rounded half away from zero to `scale` fraction digits. Throws RangeError when `b` is zero. */
export function divideDecimals(a: string, b: string, scale: number): string {
  const [x, y] = [scaled(a), scaled(b)]
  if (y.units === 0n) throw new RangeError('division by zero')
  const numerator = x.units * 10n ** BigInt(scale + 1 + y.scale)
  const denominator = y.units * 10n ** BigInt(x.scale)
  return roundDecimal(text({ units: numerator / denominator, scale: scale + 1 }), scale)
}

/** -1, 0 or 1 as `a` is below, equal to or above `b`, by value: "1.0" equals "1". */
export function compareDecimals(a: string, b: string): -1 | 0 | 1 {
  const [x, y] = [scaled(a), scaled(b)]
  const scale = Math.max(x.scale, y.scale)
  const difference = rescale(x, scale) - rescale(y, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Rounds half away from zero to exactly `scale` fraction digits ("2.345", 2 -> "2.35"; "1", 2 -> "1.00"). */
export function roundDecimal(decimal: string, scale: number): string {
  const value = scaled(decimal)
  if (value.scale <= scale) return text({ units: rescale(value, scale), scale })
  const divisor = 10n ** BigInt(value.scale - scale)
  const half = divisor / 2n
  const magnitude = value.units < 0n ? -value.units : value.units
  const rounded = (magnitude + half) / divisor
  return text({ units: value.units < 0n ? -rounded : rounded, scale })
}

/** Number of fraction digits that carry value: "10.500" -> 1, "3" -> 0. */
export function significantDecimals(decimal: string): number {
  const fraction = decimal.split('.')[1] ?? ''
  return fraction.replace(/0+$/, '').length
}

/** Making a NumberFormat takes longer than a sum. */
const digits = new Map<string, number>()

/** Fraction digits of a currency by ISO 4217: JPY 0, KWD 3, EUR 2. Unknown codes count as 2. */
export function currencyDecimals(currency: string): number {
  const known = digits.get(currency)
  if (known !== undefined) return known
  const found = askIntl(currency)
  // Nobody fills the memory with codes that are none.
  if (digits.size < 1000) digits.set(currency, found)
  return found
}

function askIntl(currency: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    return 2
  }
}
