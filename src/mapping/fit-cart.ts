// Cuts a cart to a buyer's profile and says what was cut, remapped or would be refused. Pure.
import type { Cart } from '../cart.ts'
import type { BuyerProfile, CartWarning } from '../partners/buyer-profile.ts'

export interface FittedCart {
  cart: Cart
  warnings: CartWarning[]
  /** A warning says `rejected`. */
  refused: boolean
}

export declare function fitCart(cart: Cart, profile: BuyerProfile, protocol: 'cxml' | 'oci'): FittedCart
