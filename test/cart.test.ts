import { describe, expect, it } from 'vitest'
import { type Cart, cartSchema, cartTotal, lineAmount } from '../src/cart.ts'

const line = {
  quantity: '2',
  supplierPartId: '00123',
  description: 'Pens',
  unitPrice: { amount: '10.50', currency: 'EUR' },
  unitOfMeasure: 'C62',
}
const problems = (cart: unknown) =>
  cartSchema.safeParse(cart).error?.issues.map((i) => `${i.path.join('.')} ${i.message}`) ?? []

describe('a cart', () => {
  it('adds up exactly, with price units and currencies of no or three decimals', () => {
    expect(lineAmount({ ...line, quantity: '3', unitPrice: { amount: '0.335', currency: 'EUR' } })).toBe('1.01')
    expect(lineAmount({ ...line, quantity: '7', priceUnit: '100' })).toBe('0.74')
    expect(lineAmount({ ...line, unitPrice: { amount: '99.5', currency: 'JPY' }, quantity: '1' })).toBe('100')
    expect(cartTotal({ lines: [line, { ...line, quantity: '1.5' }] } as Cart)).toBe('36.75')
    expect(cartTotal({ lines: [] })).toBe('0.00')
    expect(
      lineAmount({ ...line, quantity: '9'.repeat(30), unitPrice: { amount: '9'.repeat(30), currency: 'EUR' } }),
    ).toMatch(/^\d{60}\.00$/)
  })

  it.each([
    ['a negative price', { unitPrice: { amount: '-1', currency: 'EUR' } }, 'lines.0.unitPrice.amount is negative'],
    ['a price as a float', { unitPrice: { amount: 10.5, currency: 'EUR' } }, 'expected string'],
    ['an exponent', { unitPrice: { amount: '1e5', currency: 'EUR' } }, 'no plain decimal'],
    ['no quantity', { quantity: '0.00' }, 'is zero'],
    ['a control character', { supplierPartId: 'a\u0000b' }, 'control character'],
    ['a lone surrogate', { description: 'a\ud800b' }, 'half a surrogate'],
    ['a line break in an id', { supplierPartId: 'a\nb' }, 'control character'],
    ['a javascript link', { url: 'javascript:alert(1)' }, 'lines.0.url'],
    ['a wrong currency code', { unitPrice: { amount: '1', currency: 'euro' } }, 'ISO 4217'],
  ])('refuses %s', (_name, change, why) =>
    expect(problems({ lines: [{ ...line, ...change }] }).join('; ')).toContain(why),
  )

  it('refuses two currencies, a line number twice, and a parent that is not there', () => {
    expect(problems({ lines: [line, { ...line, unitPrice: { amount: '1', currency: 'USD' } }] })[0]).toContain(
      'one cart, one currency',
    )
    expect(problems({ lines: [{ ...line, lineNumber: 2 }, line] })[0]).toContain('is there twice')
    expect(problems({ lines: [{ ...line, parentLineNumber: 9 }] })[0]).toContain('no other line 9')
    expect(problems({ lines: [{ ...line, lineNumber: 1, parentLineNumber: 1 }] })[0]).toContain('no other line 1')
    expect(problems({ lines: [line], tax: { amount: '1', currency: 'USD' } })[0]).toContain('tax.currency')
  })

  it('takes 10,000 lines and not one more', () => {
    expect(cartSchema.safeParse({ lines: Array(10_000).fill(line) }).success).toBe(true)
    expect(cartSchema.safeParse({ lines: Array(10_001).fill(line) }).success).toBe(false)
  })
})
