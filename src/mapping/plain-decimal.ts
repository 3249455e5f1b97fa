// A decimal as people write it: 2.000 -> 2, 0.50 -> 0.5.
import { significantDecimals } from '../money.ts'

/** Without zeros that say nothing. Takes and returns decimal text. */
export function plainDecimal(decimal: string): string {
  const places = significantDecimals(decimal)
  const [whole = '0', fraction = ''] = decimal.split('.')
  const plain = places === 0 ? whole : `${whole}.${fraction.slice(0, places)}`
  return plain === '-0' ? '0' : plain
}
