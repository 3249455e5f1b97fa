// Orders, shipments and invoices of the house as the mapping tests need them, by hand and arbitrary (fast-check); and what every
// document made of them has to be: DTD-valid, without findings, the same again when read.
import fc from 'fast-check'
import { expect } from 'vitest'
import { type CxmlRequest, decode, encode } from '../../protocols/cxml/document.ts'
import type { RequestContent } from '../../protocols/cxml/envelope.ts'
import type { Address } from '../../src/cart.ts'
import type { Invoice, InvoiceLine } from '../../src/invoices/invoice.ts'
import type { Reply } from '../../src/mapping/cxml-reply.ts'
import type { Order, OrderLine } from '../../src/orders/order.ts'
import type { OrderWithLines } from '../../src/orders/orders-with-lines.ts'
import { partnerSettingsSchema, type TradingPartner } from '../../src/partners/partner.ts'
import type { Shipment, ShipmentLine } from '../../src/shipments/shipment.ts'
import { text } from '../protocols/cxml/arbitrary.ts'
import { dtdProblems } from '../protocols/cxml/dtd.ts'
import { haveShared } from '../protocols/cxml/shared-data.ts'

const dtds = haveShared('cxml-dtd')
const BORN = new Date('2026-01-05T10:00:00Z')

const parties = {
  from: [{ domain: 'NetworkID', identity: 'AN01000000001' }],
  to: [{ domain: 'DUNS', identity: '123456789' }],
}

export const partner: TradingPartner = {
  id: 'partner-1',
  sellerId: 'seller-1',
  storefrontId: 'storefront-1',
  slug: 'almere',
  name: 'City of Almere',
  protocol: 'cxml',
  status: 'active',
  profile: 'generic',
  settings: partnerSettingsSchema.parse({ allowedReturnHosts: ['buyer.example'] }),
  mapping: { rules: [] } as unknown as TradingPartner['mapping'],
  demo: false,
  version: 1,
  credentials: [],
  secrets: [],
  createdAt: BORN,
  updatedAt: BORN,
}

export const reply: Reply = {
  partner,
  at: new Date('2026-01-12T08:00:00Z'),
  timeZone: 'Europe/Amsterdam',
  payloadID: 'd-2@hub.example',
  timestamp: '2026-01-12T09:00:00+01:00',
  secret: 'our-secret',
}

export const townHall: Address = {
  addressId: '100042-1',
  name: 'Town hall, goods in',
  deliverTo: ['Facility desk'],
  street: ['Stadhuisplein 1'],
  city: 'Almere',
  postalCode: '1315 HR',
  countryCode: 'NL',
}

export const seller: Address = {
  name: 'Papier Noord B.V.',
  street: ['Loodsweg 4'],
  city: 'Groningen',
  postalCode: '9723 CA',
  countryCode: 'NL',
}

export function orderLine(change: Partial<OrderLine> = {}): OrderLine {
  return {
    lineNumber: 1,
    parentLineNumber: null,
    supplierPartId: '00417',
    auxiliaryId: 'aux-1',
    buyerPartId: null,
    description: 'Ballpoint pens, blue, box of 50',
    productGroup: '44121704',
    quantity: '10',
    unit: 'BX',
    unitPrice: '12.50',
    priceUnit: '1',
    netAmount: '125.00',
    requestedDate: null,
    details: { classifications: [{ domain: 'UNSPSC', code: '44121704' }] },
    cartSessionId: null,
    cartLineNumber: null,
    erpLineId: null,
    confirmedQuantity: null,
    confirmedDate: null,
    shippedQuantity: null,
    invoicedQuantity: null,
    rejectionReason: null,
    ...change,
  }
}

export function orderOf(change: Partial<Order> = {}): Order {
  return {
    id: 'order-1',
    sellerId: 'seller-1',
    accountId: 'account-1',
    personId: null,
    partnerId: 'partner-1',
    storefrontId: 'storefront-1',
    connectionId: 'connection-1',
    sessionId: null,
    membershipId: null,
    placedBy: null,
    requisitionId: null,
    documentId: 'document-1',
    channel: 'punchout',
    mode: 'production',
    kind: 'regular',
    state: 'confirmed',
    poNumber: '4500012345',
    poVersion: '1',
    customerNumber: '100042',
    orderedAt: BORN,
    requestedDate: '2026-01-14',
    currency: 'EUR',
    netAmount: '125.00',
    taxAmount: null,
    shippingAmount: null,
    totalAmount: '125.00',
    costCentre: null,
    projectCode: null,
    agreement: null,
    contactName: 'Jane Jansen',
    contactEmail: 'jane@almere.example',
    shipTo: townHall,
    details: {
      billTo: { name: 'City of Almere', street: ['Postbus 200'], city: 'Almere', countryCode: 'NL' },
      reply: {
        payloadId: 'po-1@almere.example',
        orderDate: '2026-01-05T11:00:00+01:00',
        ...parties,
      },
    },
    holds: [],
    onceKey: 'order1',
    pushUntil: null,
    cancelAsked: false,
    erpId: 'SO-1',
    erpNumber: 'SO-1',
    erpState: 'open',
    erpChangedAt: BORN,
    endReason: null,
    revision: 1,
    createdAt: BORN,
    updatedAt: BORN,
    ...change,
  }
}

/** A second order of the same partner, with its own document. */
export const secondOrder = orderOf({
  id: 'order-2',
  poNumber: '4500012346',
  erpNumber: 'SO-2',
  details: { reply: { payloadId: 'po-2@almere.example', orderDate: '2026-01-06T11:00:00+01:00', ...parties } },
})

export function shipmentOf(change: Partial<Shipment> = {}): Shipment {
  return {
    id: 'shipment-1',
    sellerId: 'seller-1',
    accountId: 'account-1',
    connectionId: 'connection-1',
    erpId: 'DN-1',
    number: 'DN-1',
    customerNumber: '100042',
    state: 'shipped',
    shippedAt: new Date('2026-01-09T15:00:00Z'),
    deliveredAt: null,
    carrierName: 'PostNL',
    carrierScac: null,
    trackingNumbers: ['3S01'],
    parcels: [],
    shipTo: townHall,
    deletedAt: null,
    createdAt: BORN,
    updatedAt: BORN,
    ...change,
  }
}

export function shipmentLine(change: Partial<ShipmentLine> = {}): ShipmentLine {
  return {
    shipmentId: 'shipment-1',
    erpLineId: 'DN-1-1',
    orderId: 'order-1',
    orderLineNumber: 1,
    supplierPartId: '00417',
    description: 'Ballpoint pens',
    quantity: '10',
    unit: 'BX',
    ...change,
  }
}

export function invoiceOf(change: Partial<Invoice> = {}): Invoice {
  return {
    id: 'invoice-1',
    sellerId: 'seller-1',
    accountId: 'account-1',
    connectionId: 'connection-1',
    erpId: 'IN-1',
    number: 'IN-1',
    kind: 'invoice',
    state: 'open',
    customerNumber: '100042',
    poNumber: '4500012345',
    correctsNumber: null,
    invoiceDate: '2026-01-12',
    dueDate: '2026-02-11',
    currency: 'EUR',
    netAmount: '125.00',
    taxAmount: '26.25',
    totalAmount: '151.25',
    openAmount: '151.25',
    paymentTerms: '30 days net',
    billTo: { name: 'City of Almere, Creditors', street: ['Postbus 200'], city: 'Almere', countryCode: 'NL' },
    taxes: [taxOf('S', '21', '125.00', '26.25')],
    deletedAt: null,
    createdAt: BORN,
    updatedAt: BORN,
    ...change,
  }
}

export function taxOf(
  category: string,
  ratePercent: string,
  taxableAmount: string,
  taxAmount: string,
): Invoice['taxes'][number] {
  return { category, ratePercent, description: null, exemptionReason: null, taxableAmount, taxAmount }
}

export function invoiceLine(change: Partial<InvoiceLine> = {}): InvoiceLine {
  return {
    invoiceId: 'invoice-1',
    lineNumber: 1,
    orderId: 'order-1',
    orderLineNumber: 1,
    shipmentErpId: null,
    supplierPartId: '00417',
    description: 'Ballpoint pens',
    quantity: '10',
    unit: 'BX',
    unitPrice: '12.50',
    priceUnit: '1',
    netAmount: '125.00',
    taxCategory: 'S',
    taxRate: '21',
    ...change,
  }
}

/** As units come from a buyer whose codes are ours. */
export const sameUnits = (unit: string): string => unit.toUpperCase()

type Typed<N extends RequestContent['type']> = Extract<RequestContent, { type: N }>

/** Holds the document against its DTD and our own reader; returns its content as read. */
export function sound<N extends RequestContent['type']>(type: N, request: CxmlRequest): Typed<N> {
  const bytes = encode(request)
  if (dtds) expect(dtdProblems(bytes)).toEqual([])
  const { findings, version, ...again } = decode(bytes)
  expect(findings).toEqual([])
  expect(again).toEqual(request)
  if (again.kind !== 'Request' || again.content.type !== type) throw new Error(`no ${type}`)
  return again.content as Typed<N>
}

// ---- Arbitrary ones.

/** Decimal text of up to so many whole and fraction digits, not negative. */
export const decimal = (whole: number, fraction: number, zero = true): fc.Arbitrary<string> =>
  fc
    .tuple(fc.bigInt({ min: zero ? 0n : 1n, max: 10n ** BigInt(whole + fraction) - 1n }), fc.nat({ max: fraction }))
    .map(([units, places]) => {
      const digits = units.toString().padStart(places + 1, '0')
      return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
    })

/** What an ERP lets people type: anything PostgreSQL keeps, control characters too. */
export const erpText = fc
  .oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('a\u0001b', ' x ', '&<]]>'),
  )
  .map((s) => s.replace(/[\0\p{Cs}]/gu, ''))

export const day = fc
  .date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2026-03-31T00:00:00Z'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10))

export const moment = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2026-03-31T00:00:00Z'),
  noInvalidDate: true,
})

const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })
const unit = fc.constantFrom('EA', 'BX', 'C62', 'PCE', 'KGM', 'each')

export const address: fc.Arbitrary<Address> = fc.record(
  {
    name: erpText,
    addressId: erpText,
    street: fc.array(erpText, { maxLength: 2 }),
    deliverTo: fc.array(erpText, { maxLength: 2 }),
    city: erpText,
    state: erpText,
    postalCode: erpText,
    countryCode: fc.constantFrom('NL', 'US', 'DE'),
    email: erpText,
  },
  { requiredKeys: ['name'] },
)

/** An order's lines: numbers once, some the parts of the first, some with the ERP's side of it. */
export const orderLines: fc.Arbitrary<OrderLine[]> = fc
  .array(
    fc.record({
      supplierPartId: fc.oneof(text, fc.constantFrom('A', 'B')),
      auxiliaryId: orNull(text),
      buyerPartId: orNull(text),
      description: text,
      quantity: decimal(4, 3, false),
      unit,
      unitPrice: decimal(5, 4),
      priceUnit: fc.constantFrom('1', '1', '100', '1000'),
      requestedDate: orNull(day),
      confirmedQuantity: orNull(decimal(4, 3)),
      confirmedDate: orNull(day),
      rejectionReason: orNull(erpText),
      isPart: fc.boolean(),
      step: fc.integer({ min: 1, max: 10 }),
      erp: fc.option(
        fc.record(
          {
            itemNumber: fc.oneof(text, fc.constantFrom('A', 'B')),
            unitPrice: decimal(5, 4),
            priceUnit: fc.constantFrom('1', '100'),
          },
          { requiredKeys: [] },
        ),
        { nil: undefined },
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((given) => {
    let number = 0
    return given.map(({ isPart, step, erp, ...line }, i) => {
      number += step
      return orderLine({
        ...line,
        lineNumber: number,
        parentLineNumber: isPart && i > 0 ? (given[0]?.step ?? 1) : null,
        details: erp ? ({ erp } as OrderLine['details']) : {},
      })
    })
  })

/** Orders of one partner and currency, each with a document of its own. */
export const orders: fc.Arbitrary<OrderWithLines[]> = fc
  .array(
    fc.record({
      lines: orderLines,
      requestedDate: orNull(day),
      shipTo: orNull(fc.constant(townHall)),
      kind: fc.constantFrom('regular' as const, 'release' as const),
      erpNumber: orNull(erpText),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((given) =>
    given.map(({ lines, ...order }, i) => ({
      order: orderOf({
        ...order,
        id: `order-${i + 1}`,
        poNumber: `PO-${i + 1}`,
        agreement: order.kind === 'release' ? 'AG-1' : null,
        details: {
          reply: { payloadId: `po-${i + 1}@almere.example`, orderDate: '2026-01-05T11:00:00+01:00', ...parties },
        },
      }),
      lines,
    })),
  )
