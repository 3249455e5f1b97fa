// Exact decimals (xs:decimal): against integers of fast-check, and the half that rounds up.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compare,
  decimalPlaces,
  divide,
  isDecimal,
  multiply,
  negate,
  plain,
  round,
  sum,
} from '../../../protocols/ubl/decimal.ts'

/** An integer as a decimal of so many fraction digits. */
function scaled(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  return `${units < 0n ? '-' : ''}${scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`}`
}

describe('decimals', () => {
  it('round half away from zero, as invoices do', () => {
    expect(['2.345', '2.344999', '-2.345', '0.005', '-0.004', '1'].map((d) => round(d, 2))).toEqual([
      '2.35',
      '2.34',
      '-2.35',
      '0.01',
      '0.00',
      '1.00',
    ])
    expect(['0.5', '1.5', '-0.5', '0.49'].map((d) => round(d, 0))).toEqual(['1', '2', '-1', '0'])
  })

  it('divide once, without rounding twice', () => {
    // 0.0149 to one digit first would be 0.01, then to 0.01; 0.00499... must never become 0.01.
    expect(divide('0.499999', '100', 2)).toBe('0.00')
    expect(divide('0.5', '100', 2)).toBe('0.01')
    expect(divide('1', '3', 4)).toBe('0.3333')
    expect(divide('-2', '3', 2)).toBe('-0.67')
    expect(() => divide('1', '0.00', 2)).toThrow(RangeError)
  })

  it('add and multiply like integers, whatever the scales', () => {
    const value = fc.tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.nat(6))
    fc.assert(
      fc.property(value, value, ([a, x], [b, y]) => {
        const [p, q] = [scaled(a, x), scaled(b, y)]
        const common = Math.max(x, y)
        const exact = a * 10n ** BigInt(common - x) + b * 10n ** BigInt(common - y)
        expect(sum([p, q])).toBe(scaled(exact, common))
        expect(multiply(p, q)).toBe(scaled(a * b, x + y))
        expect(compare(p, q)).toBe(-compare(q, p) + 0)
        expect(compare(sum([p, q, negate(q)]), p)).toBe(0)
      }),
    )
  })

  it('read what xs:decimal allows and nothing else', () => {
    expect(['1', '+1', '-.5', '5.', '0.00'].map(isDecimal)).toEqual([true, true, true, true, true])
    expect(['', '-', '.', '1,5', '1e5', ' 1', 'NaN', '0x1', '9'.repeat(41)].some(isDecimal)).toBe(false)
    expect(sum(['-.5', '+1', '5.'])).toBe('5.5')
    expect(() => sum(['1e5'])).toThrow(RangeError)
  })

  it('show what carries value, and count what is written', () => {
    expect(['19.00', '7.10', '100', '0.0', '-0.50'].map(plain)).toEqual(['19', '7.1', '100', '0', '-0.5'])
    expect(['19.00', '19', '0.123'].map(decimalPlaces)).toEqual([2, 0, 3])
  })
})
