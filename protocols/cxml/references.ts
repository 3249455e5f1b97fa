// How a document names the order and the shipment it speaks of: OrderReference, OrderIDInfo, ShipNoticeReference, ...
// (Fulfill.dtd, InvoiceDetail.dtd 1.2.071).
import {
  type Description,
  type DocumentReference,
  description,
  documentReference,
  type LocalText,
  localText,
} from './elements.ts'
import { many, one, shapeOf } from './shape.ts'
import type { Keeps } from './xml-element.ts'

/** A number in somebody's numbering: domain `vatID`, identifier `DE123456789`. */
export interface IdReference extends Keeps {
  identifier: string
  domain: string
  creator?: LocalText
  description?: Description
}

/** The buyer's order: the OrderRequest's payloadID, and the number people use. */
export interface OrderReference extends Keeps {
  orderID?: string
  orderDate?: string
  documentReference: DocumentReference
}

/** The buyer's order by its number only: its document is not known. */
export interface OrderIDInfo extends Keeps {
  orderID: string
  orderDate?: string
  idReferences?: IdReference[]
}

/** The ship notice: the ShipNoticeRequest's payloadID, and its shipmentID. */
export interface ShipNoticeReference extends Keeps {
  shipNoticeID?: string
  shipNoticeDate?: string
  documentReference: DocumentReference
}

/** `shipNoticeID` is the shipmentID of the ShipNoticeRequest. */
export interface ShipNoticeIDInfo extends Keeps {
  shipNoticeID: string
  shipNoticeDate?: string
  idReferences?: IdReference[]
}

export const idReference = shapeOf<IdReference>('IdReference', {
  attributes: { identifier: 'required', domain: 'required' },
  children: [one(localText('Creator', 'required'), 'creator'), one(description, 'description')],
})

/** A sender that does not know the document leaves it out; it reads as an empty payloadID. */
const referenced = one(documentReference, 'documentReference', { required: 'empty' })

export const orderReference = shapeOf<OrderReference>('OrderReference', {
  attributes: { orderID: 'optional', orderDate: 'optional' },
  children: [referenced],
})

export const orderIDInfo = shapeOf<OrderIDInfo>('OrderIDInfo', {
  attributes: { orderID: 'required', orderDate: 'optional' },
  children: [many(idReference, 'idReferences')],
})

export const shipNoticeReference = shapeOf<ShipNoticeReference>('ShipNoticeReference', {
  attributes: { shipNoticeID: 'optional', shipNoticeDate: 'optional' },
  children: [referenced],
})

export const shipNoticeIDInfo = shapeOf<ShipNoticeIDInfo>('ShipNoticeIDInfo', {
  attributes: { shipNoticeID: 'required', shipNoticeDate: 'optional' },
  children: [many(idReference, 'idReferences')],
})
