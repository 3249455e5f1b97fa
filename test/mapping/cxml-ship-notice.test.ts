// Shipment -> ShipNoticeRequest: Fulfill.dtd 1.2.071 "ShipNoticeRequest", its prose; facts/cxml.md "After the order".
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NextTelling, nextTelling } from '../../src/documents/next-telling.ts'
import { noticeOf, toShipNoticeRequest } from '../../src/mapping/cxml-ship-notice.ts'
import { unitsOfBuyer } from '../../src/mapping/erp-order.ts'
import { addDecimals, compareDecimals } from '../../src/money.ts'
import type { OrderLine } from '../../src/orders/order.ts'
import type { OrderWithLines } from '../../src/orders/orders-with-lines.ts'
import type { Shipment, ShipmentLine } from '../../src/shipments/shipment.ts'
import {
  orders as anyOrders,
  decimal,
  erpText,
  moment,
  orderLine,
  orderOf,
  reply,
  sameUnits,
  secondOrder,
  seller,
  shipmentLine,
  shipmentOf,
  sound,
} from './house.ts'

const first: NextTelling = { operation: 'new', number: 'DN-1', telling: 'DN-1 x', previousPayloadId: null }

interface Given {
  shipment?: Partial<Shipment>
  lines?: ShipmentLine[]
  orders?: OrderWithLines[]
  toRec20?: (unit: string) => string
  telling?: NextTelling
}

function tell({ shipment, lines = [shipmentLine()], orders, toRec20 = sameUnits, telling = first }: Given = {}) {
  const theirs = orders ?? [{ order: orderOf(), lines: [orderLine()] }]
  const shipped = shipmentOf(shipment)
  const notice = noticeOf({ shipment: shipped, lines }, theirs, toRec20)
  if (!notice) return null
  const [{ order }] = theirs as [OrderWithLines]
  const context = { order, orders: theirs, deliveredAt: shipped.deliveredAt, shipFrom: seller }
  return sound('ShipNoticeRequest', toShipNoticeRequest(notice, context, telling, reply))
}

const items = (told: ReturnType<typeof tell>) => told?.portions.flatMap((p) => p.items) ?? []
const quantities = (told: ReturnType<typeof tell>) =>
  items(told).map((i) => [i.lineNumber, i.quantity, i.unitOfMeasure])

describe('what is told', () => {
  it('says what left, when, where to and when it is expected', () => {
    expect(tell()).toMatchObject({
      header: {
        shipmentID: 'DN-1',
        operation: 'new',
        noticeDate: '2026-01-12T09:00:00+01:00',
        shipmentDate: '2026-01-09T16:00:00+01:00',
        deliveryDate: '2026-01-14T12:00:00+01:00',
        shipmentType: 'actual',
        fulfillmentType: 'complete',
        contacts: [
          { role: 'shipFrom', name: { text: 'Papier Noord B.V.' } },
          { role: 'shipTo', name: { text: 'Town hall, goods in' } },
        ],
      },
      portions: [
        {
          orderReference: {
            orderID: '4500012345',
            orderDate: '2026-01-05T11:00:00+01:00',
            documentReference: { payloadID: 'po-1@almere.example' },
          },
          items: [
            {
              quantity: '10',
              lineNumber: '1',
              shipNoticeLineNumber: '1',
              unitOfMeasure: 'BX',
              itemID: { supplierPartID: '00417', supplierPartAuxiliaryID: 'aux-1' },
              orderedQuantity: { quantity: '10', unitOfMeasure: 'BX' },
            },
          ],
        },
      ],
    })
  })

  it.each(['planned', 'packed', 'cancelled'] as const)('is nothing while a shipment is %s', (state) => {
    expect(tell({ shipment: { state } })).toBeNull()
  })

  it('is nothing of a shipment the ERP removed', () => {
    expect(tell({ shipment: { deletedAt: new Date('2026-01-10T00:00:00Z') } })).toBeNull()
  })

  it('is nothing where no line is of a line of theirs: a portion without items would be the whole order', () => {
    expect(tell({ lines: [shipmentLine({ orderId: 'order-9' })] })).toBeNull()
    expect(tell({ lines: [shipmentLine({ orderLineNumber: 7 })] })).toBeNull()
    expect(tell({ lines: [shipmentLine({ orderLineNumber: null, supplierPartId: 'FREIGHT' })] })).toBeNull()
  })

  it('names a partial delivery as one, with what was ordered beside what was shipped', () => {
    const told = tell({ lines: [shipmentLine({ quantity: '6.000' })] })
    expect(told?.header.fulfillmentType).toBe('partial')
    expect(items(told)).toMatchObject([{ quantity: '6', orderedQuantity: { quantity: '10' } }])
  })

  it('has a portion per order, one item per line, and numbers its own lines through', () => {
    const told = tell({
      orders: [
        { order: orderOf(), lines: [orderLine(), orderLine({ lineNumber: 2, supplierPartId: 'LAMP' })] },
        { order: secondOrder, lines: [orderLine({ quantity: '5' })] },
      ],
      lines: [
        shipmentLine({ erpLineId: '3', orderId: 'order-2', quantity: '5' }),
        shipmentLine({ erpLineId: '1', quantity: '4' }),
        shipmentLine({ erpLineId: '2', quantity: '6' }),
        shipmentLine({ erpLineId: '9', orderId: 'order-of-another-partner' }),
      ],
    })
    expect(told?.portions.map((p) => p.orderReference.documentReference.payloadID)).toEqual([
      'po-1@almere.example',
      'po-2@almere.example',
    ])
    expect(quantities(told)).toEqual([
      ['1', '10', 'BX'],
      ['1', '5', 'BX'],
    ])
    expect(items(told).map((i) => i.shipNoticeLineNumber)).toEqual(['1', '2'])
    expect(told?.header.fulfillmentType).toBe('partial')
  })

  it('finds the line by its part number where the ERP named it before its line ids were known', () => {
    const lines = [orderLine(), orderLine({ lineNumber: 2, supplierPartId: 'LAMP' })]
    const orders = [{ order: orderOf(), lines }]
    const line = shipmentLine({ orderLineNumber: null, supplierPartId: 'LAMP', quantity: '3' })
    expect(quantities(tell({ orders, lines: [line] }))).toEqual([['2', '3', 'BX']])
    const twice = [...lines, orderLine({ lineNumber: 3, supplierPartId: 'LAMP' })]
    expect(tell({ orders: [{ order: orderOf(), lines: twice }], lines: [line] })).toBeNull()
  })

  it('names another article than the ordered one, with its words', () => {
    const told = tell({ lines: [shipmentLine({ supplierPartId: '00418', description: 'Pens, black' })] })
    expect(items(told)).toMatchObject([
      {
        itemID: { supplierPartID: '00418', supplierPartAuxiliaryID: 'aux-1' },
        detail: { descriptions: [{ text: 'Pens, black' }] },
      },
    ])
  })

  it('names the parent of a part', () => {
    const lines = [orderLine(), orderLine({ lineNumber: 2, parentLineNumber: 1, unitPrice: '0' })]
    const told = tell({ orders: [{ order: orderOf(), lines }], lines: [shipmentLine({ orderLineNumber: 2 })] })
    expect(items(told)).toMatchObject([{ lineNumber: '2', parentLineNumber: '1', itemType: 'item' }])
  })
})

describe('quantities in the order’s unit', () => {
  const withUnit = (unit: string, erpQuantity?: string): OrderWithLines[] => [
    {
      order: orderOf(),
      lines: [
        orderLine({
          unit,
          details: (erpQuantity ? { erp: { quantity: erpQuantity } } : {}) as OrderLine['details'],
        }),
      ],
    },
  ]

  it('are told in the buyer’s own code', () => {
    const toRec20 = unitsOfBuyer({ EA: 'STK-X' })
    expect(quantities(tell({ toRec20, orders: withUnit('STK-X'), lines: [shipmentLine({ unit: 'EA' })] }))).toEqual([
      ['1', '10', 'STK-X'],
    ])
    expect(quantities(tell({ toRec20, orders: withUnit('EACH'), lines: [shipmentLine({ unit: 'C62' })] }))).toEqual([
      ['1', '10', 'EACH'],
    ])
  })

  it('are converted where the ERP ordered a whole multiple in its own unit', () => {
    const orders = withUnit('BX', '500.000')
    expect(quantities(tell({ orders, lines: [shipmentLine({ unit: 'EA', quantity: '250' })] }))).toEqual([
      ['1', '5', 'BX'],
    ])
    expect(quantities(tell({ orders, lines: [shipmentLine({ unit: 'EA', quantity: '30' })] }))).toEqual([
      ['1', '0.6', 'BX'],
    ])
  })

  it('stay as the ERP has them where that can’t be said exactly, and then nothing is complete', () => {
    const told = tell({ orders: withUnit('BX', '70'), lines: [shipmentLine({ unit: 'EA', quantity: '10' })] })
    expect(quantities(told)).toEqual([['1', '10', 'EA']])
    expect(told?.header.fulfillmentType).toBe('partial')
    expect(quantities(tell({ orders: withUnit('BX'), lines: [shipmentLine({ unit: 'EA', quantity: '10' })] }))).toEqual(
      [['1', '10', 'EA']],
    )
  })
})

describe('dates', () => {
  it('an arrival that is over is told as it was', () => {
    const told = tell({ shipment: { state: 'delivered', deliveredAt: new Date('2026-01-10T09:00:00Z') } })
    expect(told?.header).toMatchObject({ deliveryDate: '2026-01-10T10:00:00+01:00' })
  })

  it('what was promised counts before what was asked for, the last of the lines for all', () => {
    const lines = [
      orderLine({ confirmedDate: '2026-01-15', requestedDate: '2026-01-20' }),
      orderLine({ lineNumber: 2, requestedDate: '2026-01-13' }),
    ]
    const told = tell({
      orders: [{ order: orderOf({ requestedDate: null }), lines }],
      lines: [shipmentLine(), shipmentLine({ erpLineId: '2', orderLineNumber: 2 })],
    })
    expect(told?.header.deliveryDate).toBe('2026-01-15T12:00:00+01:00')
  })

  it('nothing arrives before it left', () => {
    const told = tell({ orders: [{ order: orderOf({ requestedDate: '2026-01-02' }), lines: [orderLine()] }] })
    expect(told?.header.deliveryDate).toBe('2026-01-09T16:00:00+01:00')
  })

  it('what left at an unknown time has left by now', () => {
    expect(tell({ shipment: { shippedAt: null } })?.header.shipmentDate).toBe('2026-01-12T09:00:00+01:00')
  })

  it.each(['Pacific/Auckland', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC'])(
    'a day is that day in %s',
    (timeZone) => {
      const orders = [{ order: orderOf(), lines: [orderLine()] }]
      const notice = noticeOf({ shipment: shipmentOf(), lines: [shipmentLine()] }, orders, sameUnits)
      const context = { order: orderOf(), orders, deliveredAt: null, shipFrom: seller }
      const { content } = toShipNoticeRequest(notice, context, first, { ...reply, timeZone })
      if (content.type !== 'ShipNoticeRequest') throw new Error('no notice')
      expect(content.header.deliveryDate?.slice(0, 19)).toBe('2026-01-14T12:00:00')
    },
  )
})

describe('carrier and tracking', () => {
  it('one control: several would be carriers that take over from one another', () => {
    const told = tell({ shipment: { carrierScac: 'SNEL', trackingNumbers: ['3S01', '3S02', '3S01', ' '] } })
    expect(told?.shipControls).toEqual([
      {
        carrierIdentifiers: [
          { domain: 'SCAC', text: 'SNEL' },
          { domain: 'companyName', text: 'PostNL' },
        ],
        shipmentIdentifiers: [
          { domain: 'trackingNumber', text: '3S01' },
          { domain: 'trackingNumber', text: '3S02' },
        ],
      },
    ])
  })

  it('a number without a carrier, a carrier without a number', () => {
    expect(tell({ shipment: { carrierName: null } })?.shipControls).toMatchObject([
      { carrierIdentifiers: [{ domain: 'companyName', text: 'unknown' }] },
    ])
    const told = tell({ shipment: { trackingNumbers: [] } })
    expect(told?.shipControls).toEqual([])
    expect(told?.header.comments).toEqual([{ text: 'Carrier: PostNL', lang: 'en' }])
  })
})

describe('parcels', () => {
  const parcels: Shipment['parcels'] = [
    {
      number: '(00)387123450000000012',
      trackingNumber: '3S01',
      weight: '4.200',
      lines: [{ erpLineId: '1', quantity: '6' }],
    },
    {
      number: 'P-2',
      trackingNumber: '3S02',
      weight: '9',
      lines: [
        { erpLineId: '1', quantity: '4' },
        { erpLineId: 'theirs', quantity: '1' },
      ],
    },
    {
      number: '387123450000000015',
      trackingNumber: '3S03',
      weight: '1',
      lines: [{ erpLineId: 'theirs', quantity: '1' }],
    },
  ]
  const lines = [
    shipmentLine({ erpLineId: '1' }),
    shipmentLine({ erpLineId: 'theirs', orderId: 'order-of-another-partner', quantity: '2' }),
  ]

  it('each with what of the line is in it, its weight where nothing else is, its SSCC where it is one', () => {
    const told = tell({ shipment: { parcels, trackingNumbers: ['3S01', '3S02', '3S03'] }, lines })
    expect(items(told)[0]?.packagings).toEqual([
      {
        packagingCodes: [{ lang: 'en', text: 'package' }],
        dimensions: [{ quantity: '4.2', type: 'grossWeight', unitOfMeasure: 'KGM' }],
        shippingContainerSerialCode: '387123450000000012',
        packageID: { packageTrackingID: '(00)387123450000000012' },
        dispatchQuantity: { quantity: '6', unitOfMeasure: 'BX' },
        extrinsics: [{ name: 'trackingNumber', value: '3S01' }],
      },
      {
        packagingCodes: [{ lang: 'en', text: 'package' }],
        packageID: { packageTrackingID: 'P-2' },
        dispatchQuantity: { quantity: '4', unitOfMeasure: 'BX' },
        extrinsics: [{ name: 'trackingNumber', value: '3S02' }],
      },
    ])
  })

  it('another partner’s parcel and its number are not shown', () => {
    const told = tell({ shipment: { parcels, trackingNumbers: ['3S01', '3S02', '3S03'] }, lines })
    expect(told?.shipControls[0]?.shipmentIdentifiers.map((s) => s.text)).toEqual(['3S01', '3S02'])
  })
})

describe('again', () => {
  const notice = (shipment: Partial<Shipment> = {}, lines = [shipmentLine()]) =>
    noticeOf({ shipment: shipmentOf(shipment), lines }, [{ order: orderOf(), lines: [orderLine()] }], sameUnits)
  const toldOf = (...contents: unknown[]) => {
    const earlier: { telling: string; payloadId: string }[] = []
    for (const content of contents) {
      const next = nextTelling(earlier, 'DN-1', content)
      if (next) earlier.push({ telling: next.telling, payloadId: `d-${earlier.length + 1}@hub.example` })
    }
    return earlier
  }

  it('the same is not told twice, and its arrival is no news', () => {
    const earlier = toldOf(notice())
    expect(nextTelling(earlier, 'DN-1', notice())).toBeNull()
    const arrived = notice({ state: 'delivered', deliveredAt: new Date('2026-01-10T09:00:00Z') })
    expect(nextTelling(earlier, 'DN-1', arrived)).toBeNull()
  })

  it.each([
    ['another tracking number', notice({ trackingNumbers: ['3S09'] })],
    ['another quantity', notice({}, [shipmentLine({ quantity: '9' })])],
    ['another day', notice({ shippedAt: new Date('2026-01-08T15:00:00Z') })],
  ])('%s is an update under the same shipmentID, naming the notice before it', (_, changed) => {
    const next = nextTelling(toldOf(notice()), 'RENUMBERED', changed)
    expect(next).toMatchObject({ operation: 'update', number: 'DN-1', previousPayloadId: 'd-1@hub.example' })
    const orders = [{ order: orderOf(), lines: [orderLine()] }]
    const context = { order: orderOf(), orders, deliveredAt: null, shipFrom: seller }
    const content = sound('ShipNoticeRequest', toShipNoticeRequest(changed, context, next as NextTelling, reply))
    expect(content.header).toMatchObject({
      shipmentID: 'DN-1',
      operation: 'update',
      documentReference: { payloadID: 'd-1@hub.example' },
    })
  })

  it('a shipment that is gone is deleted, once, and only when it was told', () => {
    expect(nextTelling([], 'DN-1', null)).toBeNull()
    const next = nextTelling(toldOf(notice(), notice({ trackingNumbers: [] })), 'DN-1', null)
    expect(next).toMatchObject({ operation: 'delete', number: 'DN-1', previousPayloadId: 'd-2@hub.example' })
    const context = { order: orderOf(), orders: [], deliveredAt: null, shipFrom: seller }
    const content = sound('ShipNoticeRequest', toShipNoticeRequest(null, context, next as NextTelling, reply))
    expect(content).toMatchObject({
      header: { operation: 'delete', shipmentID: 'DN-1' },
      shipControls: [],
      portions: [],
    })
    expect(nextTelling(toldOf(notice(), null), 'DN-1', null)).toBeNull()
  })

  it('what comes back after a delete is new, under words that were not used before', () => {
    const earlier = toldOf(notice(), null)
    const next = nextTelling(earlier, 'DN-1', notice())
    expect(next).toMatchObject({ operation: 'new', previousPayloadId: null })
    expect(earlier.map((e) => e.telling)).not.toContain(next?.telling)
  })
})

const anyShipment = anyOrders.chain((orders) => {
  const known = orders.flatMap(({ order, lines }) => lines.map((line) => ({ orderId: order.id, line })))
  const line = fc
    .record({
      of: fc.constantFrom(...known),
      named: fc.boolean(),
      stranger: fc.integer({ min: 0, max: 9 }),
      quantity: decimal(4, 3, false),
      unit: fc.constantFrom('EA', 'BX', 'C62', 'KGM'),
      description: fc.option(erpText, { nil: null }),
      supplierPartId: erpText,
    })
    .map(({ of, named, stranger, supplierPartId, ...rest }, i?: number) => ({
      ...rest,
      orderId: stranger === 0 ? 'order-of-another-partner' : of.orderId,
      orderLineNumber: named ? of.line.lineNumber : null,
      supplierPartId: named ? supplierPartId : of.line.supplierPartId,
      place: i,
    }))
  return fc
    .record({
      lines: fc.array(line, { minLength: 1, maxLength: 6 }),
      shippedAt: fc.option(moment, { nil: null }),
      deliveredAt: fc.option(moment, { nil: null }),
      carrierName: fc.option(erpText, { nil: null }),
      carrierScac: fc.option(erpText, { nil: null }),
      trackingNumbers: fc.array(erpText, { maxLength: 3 }),
      parcels: fc.array(
        fc.record({
          number: erpText,
          trackingNumber: fc.option(erpText, { nil: null }),
          weight: fc.option(decimal(3, 2), { nil: null }),
          lines: fc.array(fc.record({ erpLineId: fc.nat({ max: 6 }).map(String), quantity: decimal(3, 2, false) }), {
            maxLength: 3,
          }),
        }),
        { maxLength: 3 },
      ),
    })
    .map(({ lines, ...shipment }) => ({
      orders,
      shipment: shipmentOf(shipment),
      lines: lines.map(({ place, ...l }, i) => shipmentLine({ ...l, erpLineId: String(i) })),
    }))
})

describe('any shipment of any orders', () => {
  it('is a valid notice that reads back, with every order and line once and nothing shipped lost', () => {
    let told = 0
    fc.assert(
      fc.property(anyShipment, ({ orders, shipment, lines }) => {
        const notice = noticeOf({ shipment, lines }, orders, sameUnits)
        if (!notice) return
        told++
        const [{ order }] = orders as [OrderWithLines]
        const context = { order, orders, deliveredAt: shipment.deliveredAt, shipFrom: seller }
        const { portions } = sound('ShipNoticeRequest', toShipNoticeRequest(notice, context, first, reply))
        for (const portion of portions) {
          expect(portion.items.length).toBeGreaterThan(0)
          const numbers = portion.items.map((i) => i.lineNumber)
          expect(new Set(numbers).size).toBe(numbers.length)
        }
        const named = lines.filter((l) => l.orderLineNumber !== null && l.orderId !== 'order-of-another-partner')
        for (const { order: o, lines: ordered } of orders)
          for (const line of ordered) {
            const shipped = named.filter((l) => l.orderId === o.id && l.orderLineNumber === line.lineNumber)
            const byPart = lines.some((l) => l.orderId === o.id && l.orderLineNumber === null)
            if (shipped.length === 0 || byPart) continue
            const item = portions
              .find((p) => p.orderReference.orderID === o.poNumber)
              ?.items.find((i) => i.lineNumber === String(line.lineNumber))
            expect(compareDecimals(item?.quantity ?? '0', addDecimals(...shipped.map((s) => s.quantity)))).toBe(0)
          }
      }),
      { numRuns: 300 },
    )
    expect(told).toBeGreaterThan(150)
  })
})
