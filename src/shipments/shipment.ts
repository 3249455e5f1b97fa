// A shipment: parcels, carrier, tracking, and which lines of which orders are in it. A noun of the ERP's; the hub shows and tells.
import type { Address } from '../cart.ts'

export type ShipmentState = 'planned' | 'packed' | 'shipped' | 'delivered' | 'cancelled'

export interface Parcel {
  number: string
  trackingNumber: string | null
  /** Kilograms. */
  weight: string | null
  lines: { erpLineId: string; quantity: string }[]
}

export interface Shipment {
  id: string
  sellerId: string
  accountId: string | null
  connectionId: string
  erpId: string
  number: string | null
  customerNumber: string
  state: ShipmentState
  shippedAt: Date | null
  deliveredAt: Date | null
  carrierName: string | null
  /** Standard Carrier Alpha Code. */
  carrierScac: string | null
  trackingNumbers: string[]
  parcels: Parcel[]
  shipTo: Address | null
  /** The ERP removed it. */
  deletedAt: Date | null
  createdAt: Date
  updatedAt: Date
}

export interface ShipmentLine {
  shipmentId: string
  erpLineId: string
  orderId: string | null
  orderLineNumber: number | null
  supplierPartId: string
  description: string | null
  quantity: string
  unit: string
}
