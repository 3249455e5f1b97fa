// PunchOutSetupRequest: create, edit, inspect, source (cXML Reference Guide, "PunchOutSetupRequest").
import {
  type Contact,
  contact,
  type Extrinsic,
  extrinsic,
  type ItemID,
  itemID,
  type Link,
  link,
  type ShipTo,
  shipTo,
} from './elements.ts'
import { type ItemOut, itemOut } from './items.ts'
import { many, one, type Reader, type Shape, shapeOf, text } from './shape.ts'
import type { Keeps, XmlElement } from './xml-element.ts'

export type PunchOutOperation = 'create' | 'edit' | 'inspect' | 'source'

export interface SelectedItem extends Keeps {
  itemID: ItemID
}

export interface PunchOutSetupRequest extends Keeps {
  type: 'PunchOutSetupRequest'
  operation: PunchOutOperation
  buyerCookie: string
  extrinsics?: Extrinsic[]
  browserFormPost?: Link
  contacts?: Contact[]
  supplierSetup?: Link
  shipTo?: ShipTo
  /** The DTD allows one; some buyers send several. */
  selectedItems?: SelectedItem[]
  items?: ItemOut[]
}

const selectedItem = shapeOf<SelectedItem>('SelectedItem', {
  children: [one(itemID, 'itemID', { required: 'refuse' })],
})

const operations: readonly string[] = ['create', 'edit', 'inspect', 'source']

const table = shapeOf<PunchOutSetupRequest>('PunchOutSetupRequest', {
  constants: { type: 'PunchOutSetupRequest' },
  attributes: { operation: 'required' },
  children: [
    text('BuyerCookie', 'buyerCookie', { required: true, strict: true }),
    many(extrinsic, 'extrinsics'),
    one(link('BrowserFormPost'), 'browserFormPost'),
    many(contact, 'contacts'),
    one(link('SupplierSetup'), 'supplierSetup'),
    one(shipTo, 'shipTo'),
    many(selectedItem, 'selectedItems'),
    many(itemOut, 'items'),
  ],
})

export const punchOutSetupRequest: Shape<PunchOutSetupRequest> = {
  name: table.name,
  write: table.write,
  read(element: XmlElement, reader: Reader) {
    const request = table.read(element, reader)
    const { operation, selectedItems } = request
    if (!operations.includes(operation))
      reader.refuse('value', '@operation', `operation "${operation.slice(0, 40)}" is none of ${operations.join(', ')}.`)
    if (selectedItems && operation === 'source')
      reader.find('selected-item', 'SelectedItem', 'SelectedItem comes with operation source; it is meant for create.')
    if (selectedItems && selectedItems.length > 1)
      reader.find('repeated', 'SelectedItem', `There are ${selectedItems.length} SelectedItem; cXML has one.`)
    return request
  },
}
