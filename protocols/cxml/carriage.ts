// Who carries a shipment, and under which number: CarrierIdentifier, ShipmentIdentifier, Route (Fulfill.dtd, "ShipControl").
import { type Contact, contact } from './elements.ts'
import { many, shapeOf } from './shape.ts'
import type { Keeps } from './xml-element.ts'

/** One carrier may be named several times: domain `SCAC` text `UPSN`, domain `companyName` text `UPS`. */
export interface CarrierIdentifier extends Keeps {
  domain: string
  text: string
}

/** The tracking number, which the carrier gave. */
export interface ShipmentIdentifier extends Keeps {
  /** `trackingNumber`, `billOfLading`, `proNumber`, ... */
  domain?: string
  trackingNumberDate?: string
  trackingURL?: string
  text: string
}

export interface Route extends Keeps {
  /** `air` | `motor` | `rail` | `ship` | `mail` | `multimodal` | `fixedTransport` | `inlandWater` | `unknown` | `custom` */
  method: string
  means?: string
  startDate?: string
  endDate?: string
  text: string
  /** Roles `carrierCorporate`, `shipFrom`, `shipTo`: where this stretch begins and ends. */
  contacts?: Contact[]
}

export const carrierIdentifier = shapeOf<CarrierIdentifier>('CarrierIdentifier', {
  attributes: { domain: 'required' },
  text: 'text',
  token: true,
})

export const shipmentIdentifier = shapeOf<ShipmentIdentifier>('ShipmentIdentifier', {
  attributes: { domain: 'optional', trackingNumberDate: 'optional', trackingURL: 'optional' },
  text: 'text',
  token: true,
})

export const route = shapeOf<Route>('Route', {
  attributes: { method: 'required', means: 'optional', startDate: 'optional', endDate: 'optional' },
  text: 'text',
  children: [many(contact, 'contacts')],
})
