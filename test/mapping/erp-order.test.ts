// Order -> the draft an ERP makes its order of (connectors/connector.ts).
import { describe, expect, it } from 'vitest'
import { toErpDraft, unitsOfBuyer, unitsOfPartner } from '../../src/mapping/erp-order.ts'
import { buyerProfiles } from '../../src/partners/buyer-profiles.ts'
import { orderLine, orderOf, partner, sameUnits } from './house.ts'

describe('a draft', () => {
  it('says who, what, for how much, where to and when', () => {
    const line = orderLine({ requestedDate: '2026-01-13', details: { comments: 'Blue ones' } })
    expect(toErpDraft(orderOf({ shippingAmount: '4.95' }), [line], sameUnits)).toEqual({
      customerNumber: '100042',
      purchaseOrderNumber: '4500012345',
      channel: 'punchout',
      orderDate: '2026-01-05',
      currency: 'EUR',
      requestedDeliveryDate: '2026-01-14',
      shipTo: {
        addressId: '100042-1',
        name: 'Town hall, goods in',
        street: ['Facility desk', 'Stadhuisplein 1'],
        city: 'Almere',
        state: null,
        postalCode: '1315 HR',
        countryCode: 'NL',
        email: null,
        phone: null,
      },
      contact: { name: 'Jane Jansen', email: 'jane@almere.example' },
      comments: null,
      shippingAmount: '4.95',
      lines: [
        {
          lineNumber: 1,
          itemNumber: '00417',
          description: 'Ballpoint pens, blue, box of 50',
          quantity: '10',
          unitOfMeasure: 'BX',
          unitPrice: '12.50',
          priceUnit: '1',
          requestedDeliveryDate: '2026-01-13',
          comments: 'Blue ones',
        },
      ],
    })
  })

  it('is of the day the buyer wrote, in the buyer’s own zone', () => {
    const order = orderOf({ orderedAt: new Date('2026-01-05T23:30:00Z') })
    const reply = { payloadId: null, orderDate: '2026-01-06T00:30:00+01:00', from: [], to: [] }
    expect(toErpDraft({ ...order, details: { reply } }, [], sameUnits).orderDate).toBe('2026-01-06')
    expect(toErpDraft({ ...order, details: {} }, [], sameUnits).orderDate).toBe('2026-01-05')
    expect(
      toErpDraft({ ...order, details: { reply: { ...reply, orderDate: 'today' } } }, [], sameUnits).orderDate,
    ).toBe('2026-01-05')
  })

  it('a line in parts says so, and asks for the first of them', () => {
    const schedule = [
      { quantity: '6', date: '2026-03-01' },
      { quantity: '4', date: '2026-02-01' },
    ]
    const [line] = toErpDraft(orderOf(), [orderLine({ details: { schedule, comments: 'Blue' } })], sameUnits).lines
    expect(line).toMatchObject({
      requestedDeliveryDate: '2026-02-01',
      comments: 'Blue\nDeliver in parts: 6 BX on 2026-03-01, 4 BX on 2026-02-01.',
    })
  })

  it('a composite without a part number is its parts; no other line is ever left out', () => {
    const lines = [
      orderLine({ supplierPartId: '' }),
      orderLine({ lineNumber: 2, parentLineNumber: 1 }),
      orderLine({ lineNumber: 3, supplierPartId: ' ', description: 'A bench as on the drawing' }),
    ]
    expect(toErpDraft(orderOf(), lines, sameUnits).lines.map((l) => l.lineNumber)).toEqual([2, 3])
  })

  it('has nobody to ask where the order names nobody', () => {
    const order = orderOf({ contactName: null, contactEmail: null, shipTo: null, poNumber: null, customerNumber: null })
    expect(toErpDraft(order, [], sameUnits)).toMatchObject({ contact: null, shipTo: null, purchaseOrderNumber: '' })
  })
})

describe('units', () => {
  it('of the buyer’s map are undone; what several became is the first of them', () => {
    const toRec20 = unitsOfBuyer({ EA: 'EACH', C62: 'EACH', BX: 'KI' })
    expect(['EACH', 'KI', ' KI '].map(toRec20)).toEqual(['EA', 'BX', 'BX'])
  })

  it('are those of the partner’s profile, and its own', () => {
    const own = { ...partner, settings: { ...partner.settings, overrides: { unitMap: { BX: 'DOOS' } } } }
    expect(unitsOfPartner(own)('DOOS')).toBe('BX')
    expect(unitsOfPartner({ ...partner, profile: 'oracle' })('EACH')).toBe('EA')
  })

  it('plain words and X12 are read, codes stay, the unknown goes as it is', () => {
    const toRec20 = unitsOfBuyer({})
    expect(['each', 'Box', 'STK', 'PCE', 'kg', 'BX', 'ea', 'XYZ', 'constructor'].map(toRec20)).toEqual([
      'EA',
      'BX',
      'EA',
      'EA',
      'KGM',
      'BX',
      'EA',
      'XYZ',
      'CONSTRUCTOR',
    ])
  })

  it.each(Object.entries(buyerProfiles))('what a cart sends %s comes back as it was', (_, profile) => {
    for (const protocol of ['cxml', 'oci'] as const) {
      const { map } = profile[protocol].units
      const toRec20 = unitsOfBuyer(map)
      const first = new Map<string, string>()
      for (const [own, theirs] of Object.entries(map)) if (!first.has(theirs)) first.set(theirs, own)
      for (const [theirs, own] of first) expect(toRec20(theirs)).toBe(own)
    }
  })
})
