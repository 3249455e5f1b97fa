import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDecimals,
  compareDecimals,
  currencyDecimals,
  divideDecimals,
  multiplyDecimals,
  roundDecimal,
  significantDecimals,
} from '../src/money.ts'

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 6 }))
  .map(([units, scale]) => {
    const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
    const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
    return units < 0n ? `-${text}` : text
  })

describe('decimal money', () => {
  it('adds where floats lose cents', () => {
    expect(addDecimals('0.1', '0.2')).toBe('0.3')
    expect(addDecimals('10.50', '1')).toBe('11.50')
    expect(addDecimals('99999999999999999999.99', '0.01')).toBe('100000000000000000000.00')
    expect(addDecimals()).toBe('0')
  })

  it('rounds half away from zero', () => {
    expect(roundDecimal('2.345', 2)).toBe('2.35')
    expect(roundDecimal('-2.345', 2)).toBe('-2.35')
    expect(roundDecimal('2.344999', 2)).toBe('2.34')
    expect(roundDecimal('1', 2)).toBe('1.00')
    expect(divideDecimals('10', '3', 2)).toBe('3.33')
    expect(divideDecimals('1', '8', 2)).toBe('0.13')
    expect(() => divideDecimals('1', '0.00', 2)).toThrow(RangeError)
  })

  it('knows the decimals of JPY, KWD and EUR', () => {
    expect([currencyDecimals('JPY'), currencyDecimals('KWD'), currencyDecimals('EUR')]).toEqual([0, 3, 2])
  })

  it('takes no exponent, comma or blank for a number', () => {
    for (const text of ['1e5', '1,5', ' 1', '+1', '.5', '', 'NaN', '1.'])
      expect(() => addDecimals(text), text).toThrow(RangeError)
  })

  it('obeys arithmetic', () => {
    fc.assert(
      fc.property(decimal, decimal, decimal, (a, b, c) => {
        expect(compareDecimals(addDecimals(a, b), addDecimals(b, a))).toBe(0)
        expect(
          compareDecimals(
            multiplyDecimals(a, addDecimals(b, c)),
            addDecimals(multiplyDecimals(a, b), multiplyDecimals(a, c)),
          ),
        ).toBe(0)
        expect(significantDecimals(roundDecimal(a, 2))).toBeLessThanOrEqual(2)
      }),
    )
  })
})
