// A member's cart: one open, several saved, and order lists, which are kept when they are ordered from.
import type { Address } from '../cart.ts'
import type { OwnedRow } from './owned-row.ts'
import type { PurchaseLine } from './purchase-line.ts'

export type CartState = 'open' | 'saved' | 'list' | 'ordered'

export interface Cart extends OwnedRow {
  state: CartState
  name: string
  /** Everybody of the company may see and use it. */
  shared: boolean
  currency: string
  lines: PurchaseLine[]
  /** `addressId` is its code at the account. */
  shipTo: Address | null
  poNumber: string | null
  comments: string | null
}

export type CartContent = Pick<Cart, 'name' | 'shared' | 'currency' | 'lines' | 'shipTo' | 'poNumber' | 'comments'>
