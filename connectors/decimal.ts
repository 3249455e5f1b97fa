// Exact arithmetic on decimal text, for connectors whose ERP leaves a sum to them: a float never touches an amount.

interface Scaled {
  units: bigint
  scale: number
}

function scaled(decimal: string): Scaled {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return { units: BigInt(whole + fraction), scale: fraction.length }
}

function text(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const sign = units < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

const raised = (value: Scaled, scale: number) => value.units * 10n ** BigInt(scale - value.scale)

/** Sum, at the largest scale given. */
export function add(...decimals: string[]): string {
  const values = decimals.map(scaled)
  const scale = Math.max(0, ...values.map((v) => v.scale))
  return text(
    values.reduce((sum, v) => sum + raised(v, scale), 0n),
    scale,
  )
}

export function subtract(a: string, b: string): string {
  return add(a, negate(b))
}

export function negate(decimal: string): string {
  const { units, scale } = scaled(decimal)
  return text(-units, scale)
}

/** `a * b / divisor`, rounded half away from zero to `decimals`. */
export function multiplyDivide(a: string, b: string, divisor: string, decimals: number): string {
  const [x, y, z] = [scaled(a), scaled(b), scaled(divisor)]
  const numerator = x.units * y.units * 10n ** BigInt(z.scale + decimals)
  const denominator = z.units * 10n ** BigInt(x.scale + y.scale)
  const doubled = (numerator < 0n ? -numerator : numerator) * 2n + denominator
  const rounded = doubled / (denominator * 2n)
  return text(numerator < 0n ? -rounded : rounded, decimals)
}

/** Below, equal or above: -1, 0 or 1. */
export function compare(a: string, b: string): -1 | 0 | 1 {
  const difference = scaled(subtract(a, b)).units
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Plain decimal text above zero. */
export function isPositive(text: string): boolean {
  return /^\d{1,15}(\.\d{1,6})?$/.test(text) && compare(text, '0') > 0
}

const decimalsByCurrency = new Map<string, number>()

/** Fraction digits of a currency by ISO 4217. Kept: Intl takes its time. */
export function currencyDecimals(currency: string): number {
  const known = decimalsByCurrency.get(currency)
  if (known !== undefined) return known
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2
  decimalsByCurrency.set(currency, decimals)
  return decimals
}
