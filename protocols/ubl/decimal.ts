// Exact decimal arithmetic on text (xs:decimal): BigInt on a common scale, never a float.

interface Scaled {
  units: bigint
  scale: number
}

/** What a decimal may look like. 40 characters hold every amount there is, and keep a hostile one from costing time. */
export function isDecimal(text: string): boolean {
  return text.length <= 40 && /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)
}

function scaled(decimal: string): Scaled {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(decimal)) throw new RangeError(`"${decimal.slice(0, 40)}" is no decimal number.`)
  const [whole = '', fraction = ''] = decimal.replace('+', '').split('.')
  return {
    units: BigInt(whole === '-' || whole === '' ? `${whole}0${fraction}` : whole + fraction),
    scale: fraction.length,
  }
}

function text({ units, scale }: Scaled): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const sign = units < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function rescale(value: Scaled, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale)
}

/** Exact sum, at the largest scale given. The sum of nothing is "0". */
export function sum(decimals: Iterable<string>): string {
  let total: Scaled = { units: 0n, scale: 0 }
  for (const decimal of decimals) {
    const value = scaled(decimal)
    const scale = Math.max(total.scale, value.scale)
    total = { units: rescale(total, scale) + rescale(value, scale), scale }
  }
  return text(total)
}

export function negate(decimal: string): string {
  const { units, scale } = scaled(decimal)
  return text({ units: -units, scale })
}

/** Exact product. */
export function multiply(a: string, b: string): string {
  const [x, y] = [scaled(a), scaled(b)]
  return text({ units: x.units * y.units, scale: x.scale + y.scale })
}

/** Quotient, rounded half away from zero to `places`. Throws RangeError when `b` is zero. */
export function divide(a: string, b: string, places: number): string {
  const [x, y] = [scaled(a), scaled(b)]
  if (y.units === 0n) throw new RangeError('Division by zero.')
  // One digit more than asked for decides: a truncated 5 is at least half.
  const quotient = (x.units * 10n ** BigInt(places + 1 + y.scale)) / (y.units * 10n ** BigInt(x.scale))
  return round(text({ units: quotient, scale: places + 1 }), places)
}

/** Rounded half away from zero to exactly `places` digits: ("2.345", 2) is "2.35", ("-0.5", 0) is "-1". */
export function round(decimal: string, places: number): string {
  const value = scaled(decimal)
  if (value.scale <= places) return text({ units: rescale(value, places), scale: places })
  const divisor = 10n ** BigInt(value.scale - places)
  const magnitude = value.units < 0n ? -value.units : value.units
  const rounded = (magnitude + divisor / 2n) / divisor
  return text({ units: value.units < 0n ? -rounded : rounded, scale: places })
}

/** -1, 0 or 1 as `a` is below, equal to or above `b` by value. */
export function compare(a: string, b: string): -1 | 0 | 1 {
  const difference = scaled(sum([a, negate(b)])).units
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Without zeros that carry nothing: "19.00" is "19", "-0.0" is "0". */
export function plain(decimal: string): string {
  const { units, scale } = scaled(decimal)
  const exact = text({ units, scale })
  return scale === 0 ? exact : exact.replace(/\.?0+$/, '')
}

/** Digits behind the point, as written: what BR-DEC-* count. */
export function decimalPlaces(decimal: string): number {
  return decimal.split('.')[1]?.length ?? 0
}
