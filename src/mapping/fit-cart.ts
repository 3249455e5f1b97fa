// Cuts a cart to a buyer's profile and says what was cut, remapped or would be refused. Pure.
import type { Cart } from '../cart.ts'
import type { BuyerProfile } from '../partners/buyer-profile.ts'

export interface CartWarning {
  /** rejected = the buyer's system would refuse the line or the whole cart. */
  code: 'cut' | 'remapped' | 'rejected' | 'rounded' | 'replaced' | 'missing' | 'notice'
  /** Line number; absent = the whole cart. */
  line?: number
  field: string
  message: string
  before?: string
  after?: string
}

export interface FittedCart {
  cart: Cart
  warnings: CartWarning[]
  /** A warning says `rejected`. */
  refused: boolean
}

export declare function fitCart(cart: Cart, profile: BuyerProfile, protocol: 'cxml' | 'oci'): FittedCart
