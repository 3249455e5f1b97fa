// The cart-to-order differ: facts/cxml.md, "diff the cart against the purchase order that follows, field by field".
import { describe, expect, it } from 'vitest'
import type { CartLine } from '../../src/cart.ts'
import { type CartedLine, compareWithCart } from '../../src/orders/compare-with-cart.ts'
import type { OrderLineContent } from '../../src/orders/order.ts'
import { orderLine } from '../mapping/house.ts'

const cartLine: CartLine = {
  lineNumber: 4,
  quantity: '10',
  supplierPartId: '00417',
  supplierPartAuxiliaryId: 'aux-1',
  description: 'Ballpoint pens, blue, box of 50',
  unitPrice: { amount: '12.50', currency: 'EUR' },
  unitOfMeasure: 'BX',
  classifications: [{ domain: 'UNSPSC', code: '44121704' }],
}

const carted = (change: Partial<CartLine> = {}): CartedLine => {
  const line = { ...cartLine, ...change }
  return { sessionId: 'session-1', auxiliaryId: 'aux-1', supplierPartId: line.supplierPartId, line }
}

function compare(change: Partial<OrderLineContent>, cart: CartedLine[] = [carted()], currency = 'EUR') {
  const { differences, ...rest } = compareWithCart(orderLine(change), currency, cart)
  return { ...rest, said: differences.map((d) => [d.field, d.cartValue, d.orderValue]) }
}

describe('a line as it left', () => {
  it('has no differences, and says which cart it is from', () => {
    expect(compare({})).toEqual({ lineNumber: 1, from: { sessionId: 'session-1', lineNumber: 4 }, said: [] })
  })

  it.each([
    ['decimals written otherwise', { quantity: '10.000', unitPrice: '12.5', priceUnit: '1.0' }],
    ['blanks and line breaks', { description: ' Ballpoint pens,\nblue,  box of 50 ' }],
    ['a buyer’s own part number', { buyerPartId: '100200300' }],
    ['the case of a domain', { details: { classifications: [{ domain: 'unspsc', code: '44121704' }] } }],
    [
      'a manufacturer’s number the cart had none of',
      { details: { ...orderLine().details, manufacturerPartId: 'BP-50' } },
    ],
  ])('%s are no difference', (_, change) => {
    expect(compare(change).said).toEqual([])
  })
})

describe('what the buyer’s system changed', () => {
  it.each([
    ['supplierPartId', { supplierPartId: '00418' }, ['00417', '00418']],
    ['quantity', { quantity: '12' }, ['10', '12']],
    ['unit', { unit: 'EA' }, ['BX', 'EA']],
    ['unitPrice', { unitPrice: '12.51' }, ['12.50', '12.51']],
    ['priceUnit', { priceUnit: '100' }, ['1', '100']],
    ['description', { description: 'Pens' }, ['Ballpoint pens, blue, box of 50', 'Pens']],
    ['classification', { details: {} }, ['unspsc 44121704', null]],
    [
      'classification',
      { details: { classifications: [{ domain: 'UNSPSC', code: 'unknown' }] } },
      ['unspsc 44121704', 'unspsc unknown'],
    ],
  ] as const)('%s', (field, change, [before, after]) => {
    expect(compare(change as Partial<OrderLineContent>).said).toEqual([[field, before, after]])
  })

  it('its currency, its own part number, the manufacturer’s', () => {
    expect(compare({}, [carted()], 'USD').said).toEqual([['currency', 'EUR', 'USD']])
    expect(compare({ buyerPartId: null }, [carted({ buyerPartId: '7' })]).said).toEqual([['buyerPartId', '7', null]])
    expect(compare({}, [carted({ manufacturerPartId: 'BP' })]).said).toEqual([['manufacturerPartId', 'BP', null]])
  })

  it('everything at once', () => {
    const change = {
      quantity: '1',
      unit: 'EA',
      unitPrice: '1',
      priceUnit: '2',
      description: '',
      supplierPartId: 'X',
      details: {},
    }
    expect(
      compare(change, [carted()], 'USD')
        .said.map(([field]) => field)
        .sort(),
    ).toEqual(
      [
        'classification',
        'currency',
        'description',
        'priceUnit',
        'quantity',
        'supplierPartId',
        'unit',
        'unitPrice',
      ].sort(),
    )
  })
})

describe('which line of which cart', () => {
  it('none: the line is from no cart of this partner', () => {
    expect(compare({ auxiliaryId: 'aux-9' })).toEqual({ lineNumber: 1, from: null, said: [['line', null, 'aux-9']] })
    expect(compare({ auxiliaryId: null }).said).toEqual([['line', null, '00417']])
    expect(compare({}, []).from).toBeNull()
  })

  it('of several with one auxiliary id, that of the same part', () => {
    const other = { ...carted({ supplierPartId: '00999', lineNumber: 1 }), sessionId: 'session-2' }
    expect(compare({}, [other, carted()])).toMatchObject({ from: { sessionId: 'session-1' }, said: [] })
    expect(compare({ supplierPartId: '00999' }, [carted(), other]).from).toEqual({
      sessionId: 'session-2',
      lineNumber: 1,
    })
  })

  it('a part that none of them has is the first, with another part number', () => {
    expect(compare({ supplierPartId: 'X' }).said).toContainEqual(['supplierPartId', '00417', 'X'])
  })
})
