// The net price of a line, out of what SAP gives: an amount and a quantity. Exact, whatever the quantity.
import { compare, multiplyDivide, negate } from '../decimal.ts'

/**
 * The net price that gives exactly `netAmount` for `quantity`: for one unit where that can be written in six decimals, else for the
 * whole quantity (10.00 for 3 is 10.00 per 3, and not 3.33). For no quantity it is the amount itself.
 */
export function netPrice(netAmount: string, quantity: string): { unitPrice: string; priceUnit: string } {
  const whole = quantity.replace(/^-/, '')
  if (compare(whole, '0') === 0) return { unitPrice: netAmount, priceUnit: '1' }
  const amount = quantity === whole ? netAmount : negate(netAmount)
  const each = multiplyDivide(amount, '1', whole, 6)
  const exact = compare(multiplyDivide(each, whole, '1', 12), amount) === 0
  return exact ? { unitPrice: trimmed(each), priceUnit: '1' } : { unitPrice: amount, priceUnit: trimmed(whole) }
}

/** Without trailing zeros behind the point: "2.000" is "2". */
export function trimmed(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal
}
