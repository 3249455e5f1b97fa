// PunchOutOrderMessage: the cart that goes back (cXML Reference Guide, "PunchOutOrderMessage").
import {
  type Amount,
  amount,
  type LocalText,
  type Shipping,
  type ShipTo,
  shipping,
  shipTo,
  type Tax,
  tax,
} from './elements.ts'
import { type ItemIn, itemIn } from './items.ts'
import { many, one, type Shape, shapeOf, text } from './shape.ts'
import type { Keeps } from './xml-element.ts'

export interface SupplierOrderInfo extends Keeps {
  orderID: string
  orderDate?: string
}

export interface SourcingStatus extends LocalText {
  /** `approve` | `cancel` | `deny` */
  action?: string
}

export interface PunchOutOrderMessageHeader extends Keeps {
  operationAllowed: 'create' | 'edit' | 'inspect'
  /** Absent = final. */
  quoteStatus?: 'pending' | 'final'
  sourcingStatus?: SourcingStatus
  total: Amount
  shipTo?: ShipTo
  shipping?: Shipping
  tax?: Tax
  supplierOrderInfo?: SupplierOrderInfo
}

export interface PunchOutOrderMessage extends Keeps {
  type: 'PunchOutOrderMessage'
  buyerCookie: string
  header: PunchOutOrderMessageHeader
  items: ItemIn[]
}

export const sourcingStatus = shapeOf<SourcingStatus>('SourcingStatus', {
  attributes: { action: 'optional', lang: 'required' },
  text: 'text',
})

export const supplierOrderInfo = shapeOf<SupplierOrderInfo>('SupplierOrderInfo', {
  attributes: { orderID: 'required', orderDate: 'optional' },
})

const header = shapeOf<PunchOutOrderMessageHeader>('PunchOutOrderMessageHeader', {
  attributes: { operationAllowed: 'required', quoteStatus: ['pending', 'final'] },
  children: [
    one(sourcingStatus, 'sourcingStatus'),
    one(amount('Total', 'Modifications'), 'total', { required: 'refuse' }),
    one(shipTo, 'shipTo'),
    one(shipping, 'shipping'),
    one(tax, 'tax'),
    one(supplierOrderInfo, 'supplierOrderInfo'),
  ],
})

const allowed: readonly string[] = ['create', 'edit', 'inspect']

const checkedHeader: Shape<PunchOutOrderMessageHeader> = {
  name: header.name,
  write: header.write,
  read(element, reader) {
    const read = header.read(element, reader)
    if (!allowed.includes(read.operationAllowed))
      reader.refuse('value', '@operationAllowed', `operationAllowed is none of ${allowed.join(', ')}.`)
    return read
  },
}

export const punchOutOrderMessage = shapeOf<PunchOutOrderMessage>('PunchOutOrderMessage', {
  constants: { type: 'PunchOutOrderMessage' },
  children: [
    text('BuyerCookie', 'buyerCookie', { required: true, strict: true }),
    one(checkedHeader, 'header', { required: 'refuse' }),
    many(itemIn, 'items', { always: true }),
  ],
})
