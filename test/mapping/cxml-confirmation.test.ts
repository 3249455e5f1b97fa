// Order and the ERP's word -> ConfirmationRequest: Fulfill.dtd 1.2.071, its prose; facts/cxml.md "After the order".
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerOf, tellingOf, toConfirmationRequest } from '../../src/mapping/cxml-confirmation.ts'
import { addDecimals, compareDecimals } from '../../src/money.ts'
import type { Order, OrderLine } from '../../src/orders/order.ts'
import { orderLine, orderLines, orderOf, reply, sound } from './house.ts'

const FIRST = { version: 1, previousPayloadId: null }

function confirm(
  lines: OrderLine[],
  order: Partial<Order> = {},
  telling = FIRST as { version: number; previousPayloadId: string | null },
) {
  const given = orderOf(order)
  const answer = answerOf(given, lines, 'confirmed')
  if (!answer) return null
  return sound('ConfirmationRequest', toConfirmationRequest(given, lines, answer, telling, reply))
}

const erp = (side: Record<string, string>) => ({ erp: side }) as OrderLine['details']
const statuses = (told: ReturnType<typeof confirm>) =>
  told?.items.flatMap((i) => i.statuses.map((s) => [s.type, s.quantity])) ?? []

describe('when there is something to tell', () => {
  it('nothing before the ERP has it, nothing before it promised, unless the buyer wants to know that it is there', () => {
    expect(answerOf(orderOf({ state: 'received' }), [orderLine()], 'accepted')).toBeNull()
    expect(answerOf(orderOf({ state: 'held' }), [orderLine()], 'accepted')).toBeNull()
    expect(answerOf(orderOf({ state: 'accepted' }), [orderLine()], 'confirmed')).toBeNull()
    expect(answerOf(orderOf({ state: 'accepted' }), [orderLine()], 'accepted')).toMatchObject({ type: 'accept' })
  })

  it('a blanket order is accepted as such: it promises no deliveries', () => {
    const told = confirm([orderLine({ quantity: '0', unitPrice: '0' })], { kind: 'blanket', state: 'accepted' })
    expect(told?.header.type).toBe('accept')
    expect(statuses(told)).toEqual([['accept', '0']])
  })

  it.each([
    ['cancelled', 'The order was cancelled.'],
    ['rejected', 'The order was rejected.'],
  ] as const)('%s is a reject, without lines', (state, words) => {
    const told = confirm([orderLine()], { state })
    expect(told).toMatchObject({ header: { type: 'reject', comments: [{ text: words }] }, items: [] })
  })
})

describe('as ordered', () => {
  it('is accept, with the promised day', () => {
    const told = confirm([orderLine({ confirmedQuantity: '10.000', confirmedDate: '2026-01-14' })])
    expect(told).toMatchObject({
      header: { type: 'accept', operation: 'new', confirmID: '4500012345', version: '1' },
      orderReference: { orderID: '4500012345', documentReference: { payloadID: 'po-1@almere.example' } },
      items: [
        {
          quantity: '10',
          lineNumber: '1',
          unitOfMeasure: 'BX',
          statuses: [{ type: 'accept', quantity: '10', deliveryDate: '2026-01-14T12:00:00+01:00' }],
        },
      ],
    })
  })

  it.each([
    ['the same price for another number of units', { unitPrice: '1250.000', priceUnit: '100' }],
    ['the same part number, as the ERP writes it', { itemNumber: '417' }],
    ['a price of no unit, which says nothing', { unitPrice: '1', priceUnit: '0' }],
  ])('also with %s', (_, side) => {
    expect(confirm([orderLine({ confirmedQuantity: '10', details: erp(side) })])?.header.type).toBe('accept')
  })

  it('a price with more decimals than others is no other price', () => {
    const line = orderLine({
      unitPrice: '0.12345678',
      confirmedQuantity: '10',
      details: erp({ unitPrice: '0.12345678' }),
    })
    expect(confirm([line])?.header.type).toBe('accept')
  })

  it('more than was ordered is what was ordered', () => {
    expect(statuses(confirm([orderLine({ confirmedQuantity: '12' })]))).toEqual([['accept', '10']])
  })
})

describe('otherwise than ordered', () => {
  it('later: a detail with the day', () => {
    const told = confirm([orderLine({ confirmedQuantity: '10', confirmedDate: '2026-01-20' })])
    expect(told).toMatchObject({
      header: { type: 'except' },
      items: [{ statuses: [{ type: 'detail', quantity: '10', deliveryDate: '2026-01-20T12:00:00+01:00' }] }],
    })
  })

  it('less: the rest is back-ordered', () => {
    const told = confirm([orderLine({ confirmedQuantity: '6.500' })])
    expect(told?.header.type).toBe('except')
    expect(statuses(told)).toEqual([
      ['accept', '6.5'],
      ['backordered', '3.5'],
    ])
  })

  it('less with a reason: the rest is rejected, in its words', () => {
    const told = confirm([
      orderLine({ confirmedQuantity: '4', rejectionReason: 'End of \u0001life' }),
      orderLine({ lineNumber: 2, confirmedQuantity: '10' }),
    ])
    expect(statuses(told)).toEqual([
      ['accept', '4'],
      ['reject', '6'],
      ['accept', '10'],
    ])
    expect(told?.items[0]?.statuses[1]?.comments).toEqual([{ text: 'End of  life', lang: 'en' }])
  })

  it('none of it: the order is rejected', () => {
    const told = confirm([orderLine({ rejectionReason: 'End of life' })])
    expect(told).toMatchObject({ header: { type: 'reject', comments: [{ text: 'End of life' }] }, items: [] })
  })

  it('at another price: told for the order’s price unit', () => {
    const told = confirm([
      orderLine({ confirmedQuantity: '10', priceUnit: '100', unitPrice: '1250', details: erp({ unitPrice: '13.00' }) }),
    ])
    expect(told).toMatchObject({
      header: { type: 'except' },
      items: [{ statuses: [{ type: 'detail', unitPrice: { money: { amount: '1300', currency: 'EUR' } } }] }],
    })
  })

  it('another article: told whole', () => {
    const told = confirm([
      orderLine({ confirmedQuantity: '10', details: erp({ itemNumber: '00418', unitPrice: '11' }) }),
    ])
    expect(told?.items[0]?.statuses).toMatchObject([
      {
        type: 'detail',
        itemIn: {
          quantity: '10',
          lineNumber: '1',
          itemID: { supplierPartID: '00418', supplierPartAuxiliaryID: 'aux-1' },
          itemDetail: { unitPrice: { money: { amount: '11' } }, unitOfMeasure: 'BX' },
        },
      },
    ])
    expect(told?.items[0]?.statuses[0]).not.toHaveProperty('unitPrice')
  })
})

describe('a substitution', () => {
  it('says for how many units its price is, and has a classification where the order had none', () => {
    const details = { ...erp({ itemNumber: '00418' }) }
    const told = confirm([orderLine({ confirmedQuantity: '10', priceUnit: '100', details })])
    expect(told?.items[0]?.statuses[0]?.itemIn?.itemDetail).toMatchObject({
      unitPrice: { money: { amount: '12.50' } },
      priceBasisQuantity: { quantity: '100', conversionFactor: '1', unitOfMeasure: 'BX' },
      classifications: [{ domain: 'UNSPSC', text: 'unknown' }],
    })
  })
})

describe('parts of a composite', () => {
  it('are confirmed with their parent, unless they have a price of their own', () => {
    const lines = [
      orderLine({ confirmedQuantity: '10' }),
      orderLine({ lineNumber: 2, parentLineNumber: 1, unitPrice: '0.00' }),
      orderLine({ lineNumber: 3, parentLineNumber: 1, unitPrice: '2.00', confirmedQuantity: '10' }),
    ]
    const told = confirm(lines)
    expect(told?.items.map((i) => [i.lineNumber, i.parentLineNumber, i.itemType])).toEqual([
      ['1', undefined, undefined],
      ['3', '1', 'item'],
    ])
  })
})

describe('again', () => {
  it('an update keeps the number and names the confirmation before it', () => {
    const told = confirm(
      [orderLine({ confirmedQuantity: '10' })],
      { erpNumber: null },
      { version: 2, previousPayloadId: 'c-1@hub.example' },
    )
    expect(told?.header).toMatchObject({
      operation: 'update',
      confirmID: '4500012345',
      version: '2',
      documentReference: { payloadID: 'c-1@hub.example' },
    })
  })

  it('what is told of a long order is still short enough for an index', () => {
    const lines = Array.from({ length: 2000 }, (_, i) => orderLine({ lineNumber: i + 1, confirmedQuantity: String(i) }))
    const answer = answerOf(orderOf(), lines, 'confirmed')
    if (!answer) throw new Error('nothing to tell')
    expect(tellingOf(answer, 1).length).toBeLessThan(100)
    expect(tellingOf(answer, 1)).toBe(tellingOf(structuredClone(answer), 1))
    expect(tellingOf(answer, 1)).not.toBe(tellingOf(answer, 2))
    expect(tellingOf(answer, 1)).not.toBe(tellingOf({ ...answer, reason: 'x' }, 1))
  })
})

describe('any order', () => {
  it('is a valid confirmation that reads back; the statuses of a line sum to it', () => {
    const types = new Map<string, number>()
    fc.assert(
      fc.property(orderLines, fc.constantFrom('EUR', 'JPY'), (lines, currency) => {
        const order = orderOf({ currency })
        const answer = answerOf(order, lines, 'accepted')
        if (!answer) throw new Error('nothing to tell')
        types.set(answer.type, (types.get(answer.type) ?? 0) + 1)
        const told = sound('ConfirmationRequest', toConfirmationRequest(order, lines, answer, FIRST, reply))
        expect(answer.type !== 'reject' || told.items.length === 0).toBe(true)
        for (const item of told.items) {
          const sum = addDecimals(...item.statuses.map((s) => s.quantity))
          expect(compareDecimals(sum, item.quantity), `${sum} of ${item.quantity}`).toBe(0)
          const ordered = lines.find((l) => String(l.lineNumber) === item.lineNumber)
          expect(compareDecimals(item.quantity, ordered?.quantity ?? '0')).toBe(0)
          expect(item.statuses.every((s) => s.unitOfMeasure === ordered?.unit)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
    expect([...types.keys()].sort()).toEqual(['accept', 'except', 'reject'])
  })
})
