// OrderRequest -> order: cXML Reference Guide "OrderRequest", cXML.dtd 1.2.071; facts/cxml.md.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CxmlError } from '../../protocols/cxml/cxml-error.ts'
import { decode } from '../../protocols/cxml/document.ts'
import type { ItemOut } from '../../protocols/cxml/items.ts'
import type { OrderRequest, OrderRequestHeader } from '../../protocols/cxml/order-request.ts'
import { HubError } from '../../src/errors.ts'
import { decimalOf, fromOrderRequest, orderFacts } from '../../src/mapping/cxml-order.ts'
import { addDecimals, compareDecimals, DECIMAL } from '../../src/money.ts'
import type { OrderContent } from '../../src/orders/order.ts'
import { header as parties } from '../protocols/cxml/samples.ts'
import { haveShared, readShared } from '../protocols/cxml/shared-data.ts'
import { samplesOf } from '../protocols/cxml/typed-samples.ts'

const AT = new Date('2026-01-06T12:00:00Z')
const FIXTURES = join(import.meta.dirname, '../../fixtures/cxml')

function read(bytes: Uint8Array): OrderContent {
  const document = decode(bytes)
  if (document.kind !== 'Request' || document.content.type !== 'OrderRequest') throw new Error('no OrderRequest')
  const { payloadID, header, content } = document
  return fromOrderRequest(content, { payloadID, header, attachments: [] }, AT)
}

/** `ariba/new`: fixtures/cxml/ariba/order-request-new.xml */
const fixture = (name: string) => read(readFileSync(join(FIXTURES, `${name.replace('/', '/order-request-')}.xml`)))

const money = (amount: string, currency = 'EUR') => ({ money: { amount, currency } })

interface Line extends Partial<ItemOut> {
  price?: string
  currency?: string
}

function item({ price = '10.50', currency, ...change }: Line = {}): ItemOut {
  return {
    quantity: '3',
    itemID: { supplierPartID: '00417' },
    itemDetail: {
      unitPrice: money(price, currency),
      descriptions: [{ lang: 'en', text: 'Stapler' }],
      unitOfMeasure: 'EA',
      classifications: [{ domain: 'UNSPSC', text: '44121615' }],
    },
    ...change,
  }
}

function order(items: ItemOut[], header: Partial<OrderRequestHeader> = {}): OrderContent {
  const request: OrderRequest = {
    type: 'OrderRequest',
    header: {
      orderID: 'PO-1',
      orderDate: '2026-01-06T10:00:00+01:00',
      total: money('31.50'),
      billTo: { address: { name: { text: 'Accounts payable', lang: 'en' } } },
      ...header,
    },
    items,
  }
  return fromOrderRequest(request, { payloadID: '1@buyer.example', header: parties, attachments: [] }, AT)
}

/** What it is refused with. */
function refusal(items: ItemOut[], header: Partial<OrderRequestHeader> = {}): string {
  try {
    order(items, header)
  } catch (error) {
    expect(error).toBeInstanceOf(HubError)
    expect((error as HubError).code).toBe('invalid_document')
    return (error as HubError).message
  }
  throw new Error('it was taken')
}

describe('orders as buyers’ systems write them', () => {
  it('Ariba: distributions, price units, shipping and tax, contacts, two addresses', () => {
    const content = fixture('ariba/new')
    expect(content).toMatchObject({
      poNumber: '4500017734',
      poVersion: '1',
      kind: 'regular',
      currency: 'EUR',
      netAmount: '128.50',
      taxAmount: '26.99',
      shippingAmount: '4.95',
      requestedDate: '2026-01-12',
      contactName: 'Marijke de Vries',
      shipTo: { addressId: '0042', city: 'Almere', countryCode: 'NL' },
      details: { billTo: { addressId: '1000' }, requisitionId: 'PR1120' },
    })
    expect(content.lines.map((l) => [l.quantity, l.unitPrice, l.priceUnit, l.netAmount])).toEqual([
      ['3', '10.50', '1', '31.50'],
      ['500', '19.40', '100', '97.00'],
    ])
    expect(content.lines[0]?.details.accounting).toHaveLength(2)
    expect(content.details.reply?.from).toHaveLength(2)
  })

  it('an update: what it takes out is gone', () => {
    expect(fixture('ariba/update').lines.map((l) => [l.lineNumber, l.quantity])).toEqual([[1, '4']])
  })

  it('a release with schedule lines', () => {
    const { kind, agreement, lines } = fixture('ariba/scheduled')
    expect({ kind, agreement }).toEqual({ kind: 'release', agreement: '5500000211' })
    const [line] = lines
    expect(line?.lineNumber).toBe(10)
    expect(addDecimals(...(line?.details.schedule ?? []).map((s) => s.quantity))).toMatch(/^100/)
    expect(line?.details.schedule?.every((s) => /^\d{4}-\d{2}-\d{2}$/.test(s.date))).toBe(true)
  })

  it('Coupa: decimals like 3.0, a cost centre by its segment, a day that is the sender’s own', () => {
    const content = fixture('coupa/new')
    expect(content).toMatchObject({ netAmount: '50.90', costCentre: '6700', requestedDate: '2026-01-12' })
    expect(content.lines[0]).toMatchObject({ quantity: '3.0', auxiliaryId: 's-7f3a/1' })
  })

  it('SAP SRM: line numbers with zeros, days without hyphens', () => {
    const content = fixture('sap-srm/new')
    expect(content.lines[0]).toMatchObject({ lineNumber: 1, requestedDate: '2026-01-12' })
    expect(content.requestedDate).toBe('2026-01-12')
  })

  it('Oracle, JAGGAER: no offset in the date, references and markup in texts', () => {
    expect(fixture('oracle/new')).toMatchObject({ poNumber: '204:1801', orderedAt: new Date('2026-01-06T09:58:12Z') })
    expect(fixture('jaggaer/new')).toMatchObject({ contactName: "Renée O'Brien & team", poVersion: null })
  })

  it('a blanket order is worth its total; its lines say how much of that may go to each', () => {
    expect(fixture('generic/blanket')).toMatchObject({
      kind: 'blanket',
      netAmount: '5000.00',
      totalAmount: '5000.00',
      details: { blanket: { effectiveDate: '2026-01-01', expirationDate: '2026-12-31', releaseRequired: true } },
      lines: [{ quantity: '1', unitPrice: '5.00', netAmount: '5000.00', details: { maxAmount: '5000.00' } }],
    })
    const shared = order(
      [
        item({
          quantity: '1',
          itemDetail: undefined,
          blanketItemDetail: { descriptions: [], maxAmount: money('900') },
        }),
      ],
      { orderType: 'blanket', total: money('1000') },
    )
    expect(shared).toMatchObject({ netAmount: '1000.00', lines: [{ netAmount: '900' }] })
  })

  it('who ordered, for the mapping rules', () => {
    const document = decode(readFileSync(join(FIXTURES, 'ariba/order-request-new.xml')))
    if (document.kind !== 'Request' || document.content.type !== 'OrderRequest') throw new Error('no OrderRequest')
    expect(orderFacts(document.content, document.header)).toMatchObject({
      'contact.email': expect.arrayContaining(['m.devries@almere.example']),
      'shipto.addressid': ['0042'],
    })
  })
})

describe('a delete', () => {
  it.each(['ariba/delete', 'generic/delete'])('%s counts by its number alone', (name) => {
    expect(fixture(name)).toMatchObject({ lines: [], netAmount: '0.00', totalAmount: '0', taxAmount: null })
  })

  it('is understood without items, and whatever its items and total are', () => {
    const header = { type: 'delete' as const, total: money('', '') }
    expect(order([], header).poNumber).toBe('PO-1')
    expect(order([item({ itemDetail: undefined, quantity: 'all' }), item({ currency: 'USD' })], header).lines).toEqual(
      [],
    )
  })
})

describe('lines that are no purchase', () => {
  it('what goes back is refused, not delivered once more', () => {
    expect(refusal([item(), item({ isReturn: 'yes' })])).toMatch(/^ItemOut\[2\] is a return/)
    expect(refusal([item({ quantity: '-1' })])).toMatch(/^ItemOut\[1\] is a return/)
  })

  it.each(['delete', 'block'])('operation="%s" takes a line out of an update', (operation) => {
    const items = [item({ lineNumber: '10' }), item({ lineNumber: '20', operation }), item({ lineNumber: '30' })]
    expect(order(items, { type: 'update' }).lines.map((l) => l.lineNumber)).toEqual([10, 30])
  })

  it('so does quantity 0, but only there', () => {
    const items = [item(), item({ quantity: '0.0' })]
    expect(order(items, { type: 'update' }).lines).toHaveLength(1)
    expect(order(items).lines).toHaveLength(2)
  })

  it('a line that is taken out keeps its place: the others are numbered as in the document', () => {
    expect(order([item({ operation: 'delete' }), item()], { type: 'update' }).lines[0]?.lineNumber).toBe(2)
  })
})

describe('composites', () => {
  const parent = (change: Line = {}) => item({ lineNumber: '1', itemType: 'composite', ...change })
  const part = (lineNumber: string, price: string) =>
    item({ lineNumber, parentLineNumber: '1', itemType: 'item', quantity: '1', price })
  const prices = ({ lines }: OrderContent) => lines.map((l) => l.unitPrice)

  it('at group level the parent has the price, once', () => {
    const content = order([parent({ compositeItemType: 'groupLevel', price: '100' }), part('2', '60'), part('3', '40')])
    expect(prices(content)).toEqual(['100', '0', '0'])
    expect(content.netAmount).toBe('300.00')
  })

  it('at item level the parts have it', () => {
    const content = order([parent({ compositeItemType: 'itemLevel', price: '100' }), part('2', '60'), part('3', '40')])
    expect(prices(content)).toEqual(['0', '60', '40'])
    expect(content.netAmount).toBe('100.00')
  })

  it('where it isn’t said, a parent with a price has it', () => {
    expect(prices(order([parent({ price: '100' }), part('2', '60')]))).toEqual(['100', '0'])
    expect(prices(order([parent({ price: '0.00' }), part('2', '60')]))).toEqual(['0', '60'])
  })

  it('a part whose parent is not there, or which is its own, is a line like others', () => {
    const content = order([part('2', '60'), item({ lineNumber: '5', parentLineNumber: '5', price: '7' })])
    expect(content.lines.map((l) => [l.parentLineNumber, l.unitPrice])).toEqual([
      [null, '60'],
      [null, '7'],
    ])
  })
})

describe('what can’t be understood is refused, with the line and the field', () => {
  it.each([
    ['quantity', [item({ quantity: 'three' })], 'ItemOut[1]/@quantity: "three" is no number such as 10.50.'],
    ['price', [item(), item({ price: '1,000.00' })], 'ItemOut[2]/UnitPrice: "1,000.00" is no number such as 10.50.'],
    [
      'two currencies',
      [item(), item({ currency: 'USD' })],
      'ItemOut[2] is in USD, the order in EUR: one order, one currency.',
    ],
    ['a currency of no kind', [item({ currency: '€' })], 'ItemOut[1]/UnitPrice: "€" is no ISO 4217 currency.'],
    ['no detail', [item({ itemDetail: undefined })], 'ItemOut[1] has no ItemDetail: its price and unit are not known.'],
    ['one number twice', [item({ lineNumber: '10' }), item({ lineNumber: '010' })], 'Two ItemOut have lineNumber 10.'],
    ['one number by place', [item({ lineNumber: '2' }), item()], 'Two ItemOut have lineNumber 2.'],
    [
      'a day',
      [item({ requestedDeliveryDate: '2026-02-30' })],
      'ItemOut[1]/@requestedDeliveryDate: "2026-02-30" is no date.',
    ],
    [
      'a day in words',
      [item({ requestedDeliveryDate: 'ASAP' })],
      'ItemOut[1]/@requestedDeliveryDate: "ASAP" is no date.',
    ],
    [
      'a price for nothing',
      [
        item({
          itemDetail: {
            ...(item().itemDetail as NonNullable<ItemOut['itemDetail']>),
            priceBasisQuantity: { quantity: '0', conversionFactor: '1', unitOfMeasure: 'EA' },
          },
        }),
      ],
      'ItemOut[1]/PriceBasisQuantity is zero.',
    ],
  ])('%s', (_, items, words) => {
    expect(refusal(items)).toBe(words)
  })

  it('the total, and an order without a number', () => {
    expect(refusal([item()], { total: money('31,50') })).toBe(
      'OrderRequestHeader/Total: "31,50" is no number such as 10.50.',
    )
    expect(refusal([item()], { orderID: ' ' })).toBe('OrderRequestHeader/@orderID is missing.')
  })

  it('but not SAP’s empty date, nor a date of order that nobody can read', () => {
    expect(order([item({ requestedDeliveryDate: '0000-00-00' })]).requestedDate).toBeNull()
    expect(order([item({ requestedDeliveryDate: ' ' })]).lines[0]?.requestedDate).toBeNull()
    expect(order([item()], { orderDate: 'today' }).orderedAt).toEqual(AT)
  })
})

describe('decimals as partners write them', () => {
  it.each([
    ['10.50', '10.50'],
    [' 10.50\n', '10.50'],
    ['+3', '3'],
    ['-0.00', '0.00'],
    ['-2.5', '-2.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1E+2', '100'],
    ['1.5e1', '15'],
    ['12.345E2', '1234.5'],
    ['1e-3', '0.001'],
    ['12.5E-4', '0.00125'],
    ['0E+9', '0'],
    ['3.0e0', '3.0'],
    ['0.3333333333333333', '0.333333333333'],
    ['1234567890.123456789012345', '1234567890.123456789012'],
  ])('%j is %s', (text, decimal) => {
    expect(decimalOf(text, 'x')).toBe(decimal)
    expect(decimal).toMatch(DECIMAL)
  })

  it.each([
    '',
    ' ',
    '.',
    '1,5',
    '1.000,50',
    '1e',
    '1e13',
    '1e-99',
    'NaN',
    'Infinity',
    '0x10',
    '1 000',
    '--1',
    '1'.repeat(31),
  ])('%j is none', (text) => {
    expect(() => decimalOf(text, 'ItemOut[1]/@quantity')).toThrow(/^ItemOut\[1\]\/@quantity: /)
  })

  it('any number JavaScript or Java would print reads as what it is, to twelve digits', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }), (number) => {
        fc.pre(number === 0 || Math.abs(number) >= 1e-12)
        const exponent = Number(number.toExponential().split('e')[1])
        fc.pre(Math.abs(exponent) <= 12)
        const read = decimalOf(number.toExponential(), 'x')
        expect(read).toMatch(DECIMAL)
        expect(Math.abs(Number(read) - number)).toBeLessThanOrEqual(1e-12 + Math.abs(number) * 1e-15)
      }),
      { numRuns: 500 },
    )
  })
})

describe('every order there is', () => {
  const ours = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
    .filter((f) => /order-request-[\w-]+\.xml$/.test(f))
    .sort()

  function holdTogether(content: OrderContent) {
    const numbers = content.lines.map((l) => l.lineNumber)
    expect(new Set(numbers).size).toBe(numbers.length)
    const amounts = [
      content.netAmount,
      content.totalAmount,
      ...content.lines.flatMap((l) => [l.quantity, l.unitPrice, l.priceUnit, l.netAmount]),
    ]
    for (const amount of amounts) expect(amount).toMatch(DECIMAL)
    if (content.kind !== 'blanket')
      expect(compareDecimals(content.netAmount, addDecimals(...content.lines.map((l) => l.netAmount)))).toBe(0)
    expect(content.currency).toMatch(/^[A-Z]{3}$/)
  }

  it.each(ours)('%s maps', (file) => holdTogether(read(readFileSync(join(FIXTURES, file)))))

  it.skipIf(!haveShared('cxml-samples')).each(samplesOf('OrderRequest'))('%s maps, or is refused in words', (file) => {
    const bytes = readShared(file)
    if (!/<OrderRequest>|<OrderRequest\s/.test(new TextDecoder().decode(bytes))) return
    try {
      holdTogether(read(bytes))
    } catch (error) {
      const words = error instanceof HubError || error instanceof CxmlError || /no OrderRequest/.test(String(error))
      expect(words, String(error)).toBe(true)
      expect((error as Error).message.length).toBeGreaterThan(10)
    }
  })
})
