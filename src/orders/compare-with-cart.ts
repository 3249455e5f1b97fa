// The cart-to-order differ: what did the buyer's system change between the cart it was given and the order it sends? Pure.
import type { CartLine } from '../cart.ts'
import { compareDecimals } from '../money.ts'
import type { OrderDifference, OrderLineContent } from './order.ts'

/** A line the partner was given in a cart. */
export interface CartedLine {
  sessionId: string
  auxiliaryId: string
  supplierPartId: string
  line: CartLine
}

export interface ComparedLine {
  lineNumber: number
  /** The cart's line; null = from no cart of this partner. */
  from: { sessionId: string; lineNumber: number | null } | null
  differences: OrderDifference[]
}

/**
 * Matches a line by its SupplierPartAuxiliaryID (with its part id where several carts share the auxiliary id) and compares field by
 * field with the line as it left. `currency` is the order's.
 */
export function compareWithCart(line: OrderLineContent, currency: string, carted: readonly CartedLine[]): ComparedLine {
  const candidates = carted.filter((c) => c.auxiliaryId === line.auxiliaryId)
  const found = candidates.find((c) => c.supplierPartId === line.supplierPartId) ?? candidates[0]
  const { lineNumber } = line
  if (!found) {
    const differences = [
      { lineNumber, field: 'line' as const, cartValue: null, orderValue: line.auxiliaryId ?? line.supplierPartId },
    ]
    return { lineNumber, from: null, differences }
  }
  const cart = found.line
  const differences: OrderDifference[] = []
  const note = (field: OrderDifference['field'], cartValue?: string | null, orderValue?: string | null) => {
    differences.push({ lineNumber, field, cartValue: cartValue ?? null, orderValue: orderValue ?? null })
  }
  const texts = (field: OrderDifference['field'], a?: string | null, b?: string | null) => {
    if (blankless(a) !== blankless(b)) note(field, a, b)
  }
  const numbers = (field: OrderDifference['field'], a: string, b: string) => {
    if (compareDecimals(a, b) !== 0) note(field, a, b)
  }
  texts('supplierPartId', cart.supplierPartId, line.supplierPartId)
  if (cart.buyerPartId) texts('buyerPartId', cart.buyerPartId, line.buyerPartId)
  numbers('quantity', cart.quantity, line.quantity)
  texts('unit', cart.unitOfMeasure, line.unit)
  numbers('unitPrice', cart.unitPrice.amount, line.unitPrice)
  numbers('priceUnit', cart.priceUnit ?? '1', line.priceUnit)
  texts('currency', cart.unitPrice.currency, currency)
  texts('description', cart.description, line.description)
  if (cart.manufacturerPartId) texts('manufacturerPartId', cart.manufacturerPartId, line.details.manufacturerPartId)
  const [mine, theirs] = [codes(cart.classifications), codes(line.details.classifications)]
  if (mine !== '' && mine !== theirs) note('classification', mine, theirs || null)
  return { lineNumber, from: { sessionId: found.sessionId, lineNumber: cart.lineNumber ?? null }, differences }
}

/** Line breaks and runs of blanks are no difference: every system folds them. */
const blankless = (text?: string | null) => (text ?? '').replace(/\s+/g, ' ').trim()

const codes = (classifications?: { domain: string; code: string }[]) =>
  (classifications ?? [])
    .map((c) => `${c.domain.toLowerCase()} ${c.code}`)
    .sort()
    .join(', ')
