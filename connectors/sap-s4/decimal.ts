// The little exact arithmetic a leaf needs on SAP's decimal text; padding is kept.

interface Scaled {
  units: bigint
  scale: number
}

function scaled(decimal: string): Scaled {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return { units: BigInt(whole + fraction), scale: fraction.length }
}

function toText(units: bigint, scale: number): string {
  const sign = units < 0n ? '-' : ''
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The sum, at the largest scale given; '0' of nothing. */
export function sum(decimals: readonly string[]): string {
  const values = decimals.map(scaled)
  const scale = Math.max(0, ...values.map((value) => value.scale))
  return toText(
    values.reduce((total, value) => total + value.units * 10n ** BigInt(scale - value.scale), 0n),
    scale,
  )
}

export function product(a: string, b: string): string {
  const [x, y] = [scaled(a), scaled(b)]
  return toText(x.units * y.units, x.scale + y.scale)
}

/** -1, 0, 1: the sign of the value. */
export function signOf(decimal: string): -1 | 0 | 1 {
  const { units } = scaled(decimal)
  return units === 0n ? 0 : units < 0n ? -1 : 1
}

export function equal(a: string, b: string): boolean {
  return signOf(sum([a, negated(b)])) === 0
}

export function negated(decimal: string): string {
  const { units, scale } = scaled(decimal)
  return toText(-units, scale)
}

export function absolute(decimal: string): string {
  return decimal.replace(/^-/, '')
}

/** `a / b` at most `decimals` long, without trailing zeros; undefined where it doesn't end there. */
export function exactQuotient(a: string, b: string, decimals: number): string | undefined {
  const [x, y] = [scaled(a), scaled(b)]
  const numerator = x.units * 10n ** BigInt(y.scale + decimals)
  const denominator = y.units * 10n ** BigInt(x.scale)
  if (denominator === 0n || numerator % denominator !== 0n) return undefined
  return trimmed(toText(numerator / denominator, decimals))
}

/** `a / b`, half away from zero to `decimals`. `b` must not be zero. */
export function roundedQuotient(a: string, b: string, decimals: number): string {
  const [x, y] = [scaled(a), scaled(b)]
  const numerator = x.units * 10n ** BigInt(y.scale + decimals)
  const denominator = y.units * 10n ** BigInt(x.scale)
  const [n, d] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator]
  const rounded = (n * 2n + d) / (d * 2n)
  return toText(numerator < 0n === denominator < 0n ? rounded : -rounded, decimals)
}

/** Without trailing zeros behind the point: "2.000" is "2". */
export function trimmed(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal
}

/**
 * The net price that gives exactly `netAmount` for `quantity`: for one unit where that can be written in six decimals, else for the
 * whole quantity (10.00 for 3 is 10.00 per 3, and not 3.33). For no quantity it is the amount itself.
 */
export function netPrice(netAmount: string, quantity: string): { unitPrice: string; priceUnit: string } {
  if (signOf(quantity) === 0) return { unitPrice: netAmount, priceUnit: '1' }
  const each = exactQuotient(netAmount, quantity, 6)
  if (each !== undefined) return { unitPrice: each, priceUnit: '1' }
  const whole = absolute(quantity)
  return { unitPrice: signOf(quantity) < 0 ? negated(netAmount) : netAmount, priceUnit: trimmed(whole) }
}
