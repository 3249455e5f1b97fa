// The states an order goes through, and what the ERP keeps it by.
import { describe, expect, it } from 'vitest'
import { livingStates, type OrderState, onceKeyOf, orderTransitions } from '../../src/orders/order.ts'
import { checkGraph } from '../../src/state-machine.ts'

describe('states of an order', () => {
  it('are all reachable and lead somewhere that exists', () => {
    expect(checkGraph(orderTransitions, 'received')).toEqual([])
  })

  it('end for good where nobody delivers any more', () => {
    const ends = Object.entries(orderTransitions).filter(([, next]) => next.length === 0)
    expect(ends.map(([state]) => state)).toEqual(['closed', 'rejected', 'cancelled'])
  })

  it('goods that have left can’t be cancelled, a held order is in no ERP', () => {
    expect(orderTransitions.shipped).not.toContain('cancelled')
    expect(orderTransitions.held).not.toContain('accepted')
  })

  it('that live are those something may still follow, but for what is all shipped', () => {
    const open = (Object.keys(orderTransitions) as OrderState[]).filter((s) => orderTransitions[s].length > 0)
    expect(open.filter((s) => !livingStates.includes(s))).toEqual(['shipped'])
    expect(livingStates.every((s) => open.includes(s))).toBe(true)
  })
})

describe('the key an order is pushed with', () => {
  it('is at most 32 characters, a-z and 0-9, and one per order', () => {
    const id = '0199f3b2-7c11-7abc-8def-0123456789ab'
    expect(onceKeyOf(id)).toMatch(/^[a-z0-9]{32}$/)
    expect(onceKeyOf(id)).not.toBe(onceKeyOf(id.replace('0199', '0198')))
  })
})
