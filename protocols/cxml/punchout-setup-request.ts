// PunchOutSetupRequest: create, edit, inspect, source (cXML Reference Guide, "PunchOutSetupRequest").
import type { Contact, Extrinsic, ItemID, Link, ShipTo } from './elements.ts'
import type { ItemOut } from './items.ts'
import type { Keeps } from './xml-element.ts'

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
