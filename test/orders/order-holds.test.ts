// What an order waits for a person for: partner setting `orders`, facts/cxml.md.
import { describe, expect, it } from 'vitest'
import type { OrderContent, OrderDifference } from '../../src/orders/order.ts'
import { holdsOf, type Weighing } from '../../src/orders/order-holds.ts'
import { type OrderPolicy, orderPolicySchema } from '../../src/partners/partner.ts'
import { orderLine } from '../mapping/house.ts'

function hold(
  change: Partial<Omit<Weighing, 'policy'>> & { policy?: Partial<OrderPolicy>; lines?: OrderContent['lines'] } = {},
) {
  const { policy, lines = [orderLine()], ...more } = change
  return holdsOf({
    content: { lines } as unknown as OrderContent,
    mode: 'production',
    policy: orderPolicySchema.parse(policy ?? {}),
    differences: [],
    overCredit: null,
    violations: [],
    customerNumber: '100042',
    connectionId: 'connection-1',
    ...more,
  })
}
const reasons = (...args: Parameters<typeof hold>) => hold(...args).map((h) => h.reason)
const differs = (
  field: OrderDifference['field'],
  cartValue: string | null,
  orderValue: string | null,
): OrderDifference => ({
  lineNumber: 1,
  field,
  cartValue,
  orderValue,
})

describe('an order goes on', () => {
  it('when nothing is odd', () => expect(hold()).toEqual([]))

  it('when what differs is nothing the policy holds for', () => {
    const differences = [differs('description', 'a', 'b'), differs('quantity', '1', '2'), differs('line', null, 'x')]
    expect(hold({ differences })).toEqual([])
  })

  it('when credit and test orders are let through', () => {
    const policy = { overCredit: 'warn', testOrders: 'push' } as const
    expect(hold({ policy, overCredit: 'over', mode: 'test' })).toEqual([])
  })
})

describe('an order is held', () => {
  it('as a test order, for want of an ERP, of a customer, of credit', () => {
    expect(reasons({ mode: 'test' })).toEqual(['test'])
    expect(reasons({ connectionId: null, customerNumber: null })).toEqual(['no-connection'])
    expect(reasons({ customerNumber: null })).toEqual(['no-customer'])
    expect(hold({ overCredit: 'The limit is 500.00 EUR.' })).toEqual([
      { reason: 'credit', message: 'The limit is 500.00 EUR.' },
    ])
  })

  it('for what differs, in words', () => {
    const differences = [differs('unit', 'BX', 'EA'), differs('supplierPartId', '1', null)]
    expect(hold({ differences })).toEqual([
      {
        reason: 'difference',
        message:
          'Line 1: the unit was BX in the cart, is EA in the order. Line 1: the part number was 1 in the cart, is nothing in the order.',
      },
    ])
  })

  it('for lines of no cart, where the policy says so', () => {
    const differences = [differs('line', null, 'x'), { ...differs('line', null, 'y'), lineNumber: 3 }]
    expect(hold({ differences, policy: { holdOn: ['line'] } })).toEqual([
      { reason: 'not-from-cart', message: 'Not from a cart of this partner: line 1, 3.' },
    ])
  })

  it('for every reason at once', () => {
    const all = {
      mode: 'test' as const,
      customerNumber: null,
      overCredit: 'over',
      differences: [differs('unit', 'BX', 'EA'), { ...differs('line', null, 'x'), lineNumber: 2 }],
      lines: [orderLine(), orderLine({ lineNumber: 2, unitPrice: '0.00', netAmount: '0.00' })],
      policy: { holdOn: ['line', 'unit'] as ('line' | 'unit')[] },
    }
    expect(reasons(all)).toEqual(['test', 'no-customer', 'credit', 'no-price', 'not-from-cart', 'difference'])
  })
})

describe('a price may differ by the tolerance, either way', () => {
  const off = (cartValue: string, orderValue: string, priceTolerancePercent: string) =>
    reasons({ differences: [differs('unitPrice', cartValue, orderValue)], policy: { priceTolerancePercent } })

  it.each([
    ['100', '102.5', '2.5', []],
    ['100', '97.5', '2.5', []],
    ['100', '102.51', '2.5', ['difference']],
    ['100', '97.49', '2.5', ['difference']],
    ['100', '100.01', '0', ['difference']],
    ['-10', '-10.1', '1', []],
    ['-10', '10', '1', ['difference']],
    ['0', '0.01', '50', ['difference']],
  ])('%s -> %s within %s %%: %j', (cartValue, orderValue, tolerance, expected) => {
    expect(off(cartValue, orderValue, tolerance)).toEqual(expected)
  })

  it('and nothing else may', () => {
    expect(
      reasons({ differences: [differs('priceUnit', '100', '101')], policy: { priceTolerancePercent: '5' } }),
    ).toEqual(['difference'])
  })
})

describe('a line for nothing', () => {
  const free = orderLine({ unitPrice: '0.00', netAmount: '0.00' })
  const strange = [differs('line', null, 'x')]

  it('of no cart is held: its price was lost', () => {
    expect(hold({ lines: [free], differences: strange })).toEqual([
      { reason: 'no-price', message: 'No price on line 1.' },
    ])
  })

  it('that the cart had so is a free sample', () => expect(hold({ lines: [free] })).toEqual([]))

  it('that is a part, a parent of parts, or has a limit for a price is no such thing', () => {
    const part = orderLine({ lineNumber: 2, parentLineNumber: 1, unitPrice: '0', netAmount: '0' })
    const unknown = [...strange, { ...differs('line', null, 'y'), lineNumber: 2 }]
    expect(hold({ lines: [free, part], differences: unknown })).toEqual([])
    expect(hold({ lines: [orderLine({ unitPrice: '0', netAmount: '500' })], differences: strange })).toEqual([])
  })
})
