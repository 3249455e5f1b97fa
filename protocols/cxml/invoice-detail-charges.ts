// What an invoice says of shipping, special handling and discount, of the whole and of a line (InvoiceDetail.dtd 1.2.071).
import { type CarrierIdentifier, carrierIdentifier, type ShipmentIdentifier, shipmentIdentifier } from './carriage.ts'
import { checkedShape } from './checked-shape.ts'
import { type Distribution, distribution } from './distribution.ts'
import {
  type Contact,
  contact,
  type Description,
  type DocumentReference,
  description,
  documentReference,
  type Money,
  money,
} from './elements.ts'
import { many, one, shapeOf } from './shape.ts'
import type { Keeps } from './xml-element.ts'

/** The DTD wants two contacts at least: roles `shipFrom` and `shipTo`. Carrier and tracking number come together. */
export interface InvoiceDetailShipping extends Keeps {
  shippingDate?: string
  contacts: Contact[]
  carrierIdentifiers?: CarrierIdentifier[]
  shipmentIdentifiers?: ShipmentIdentifier[]
  documentReference?: DocumentReference
}

export interface InvoiceDetailLineShipping extends Keeps {
  shipping: InvoiceDetailShipping
  money: Money
  distributions?: Distribution[]
}

/** InvoiceDetailLineSpecialHandling and SpecialHandlingAmount: packing, handling, small order charges. */
export interface SpecialHandling extends Keeps {
  description?: Description
  money: Money
  distributions?: Distribution[]
}

export interface ShippingAmount extends Keeps {
  money: Money
  distributions?: Distribution[]
}

export interface InvoiceDetailDiscount extends Keeps {
  percentageRate?: string
  money: Money
  distributions?: Distribution[]
}

export const invoiceDetailShipping = checkedShape(
  shapeOf<InvoiceDetailShipping>('InvoiceDetailShipping', {
    attributes: { shippingDate: 'optional' },
    children: [
      many(contact, 'contacts', { always: true }),
      many(carrierIdentifier, 'carrierIdentifiers'),
      many(shipmentIdentifier, 'shipmentIdentifiers'),
      one(documentReference, 'documentReference'),
    ],
  }),
  ({ contacts, carrierIdentifiers, shipmentIdentifiers }, reader) => {
    if (contacts.length < 2) reader.find('missing', 'Contact', 'Shipping needs two contacts: shipFrom and shipTo.')
    if (carrierIdentifiers && !shipmentIdentifiers)
      reader.find('missing', 'ShipmentIdentifier', 'A carrier is named without a tracking number.')
    if (shipmentIdentifiers && !carrierIdentifiers)
      reader.find('missing', 'CarrierIdentifier', 'A tracking number is there without a carrier.')
  },
)

const oneMoney = one(money, 'money', { required: 'refuse' })
const distributions = many(distribution, 'distributions')

export const lineShipping = shapeOf<InvoiceDetailLineShipping>('InvoiceDetailLineShipping', {
  children: [one(invoiceDetailShipping, 'shipping', { required: 'empty' }), oneMoney, distributions],
})

export const lineSpecialHandling = shapeOf<SpecialHandling>('InvoiceDetailLineSpecialHandling', {
  children: [one(description, 'description'), oneMoney, distributions],
})

/** The one element of the two that has its Description behind its Money. */
export const specialHandlingAmount = shapeOf<SpecialHandling>('SpecialHandlingAmount', {
  children: [oneMoney, one(description, 'description'), distributions],
})

export const shippingAmount = shapeOf<ShippingAmount>('ShippingAmount', { children: [oneMoney, distributions] })

export const discount = shapeOf<InvoiceDetailDiscount>('InvoiceDetailDiscount', {
  attributes: { percentageRate: 'optional' },
  children: [oneMoney, distributions],
})
