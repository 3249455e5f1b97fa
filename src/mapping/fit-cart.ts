// Cuts a cart to a buyer's profile and says what was cut, remapped or would be refused. Pure; nothing changes silently.
import type { Cart, CartLine } from '../cart.ts'
import type { BuyerProfile, CartWarning } from '../partners/buyer-profile.ts'
import { fitLine } from './fit-line.ts'
import { textFitter } from './fit-text.ts'

export type { CartWarning } from '../partners/buyer-profile.ts'

export interface FittedCart {
  cart: Cart
  warnings: CartWarning[]
  /** A warning says `rejected`. */
  refused: boolean
}

/**
 * The cart as this buyer's system takes it, and every change with what stood there before. What is `rejected` stays as it
 * was. A fitted cart, fitted again, stays the same and is warned of only what could not be mended.
 */
export function fitCart(cart: Cart, profile: BuyerProfile, protocol: 'cxml' | 'oci'): FittedCart {
  const warnings: CartWarning[] = []
  const fitText = textFitter(profile, protocol)
  const lines = cart.lines.map((line, i) => {
    const number = line.lineNumber ?? i + 1
    return fitLine(line, profile, protocol, fitText, (warning) => warnings.push({ ...warning, line: number }))
  })
  let fitted: Cart = { ...cart, lines }
  if (cart.comments !== undefined && protocol === 'cxml')
    fitted = { ...fitted, comments: fitText(cart.comments, 'comments', 'comments', (w) => warnings.push(w)) }
  const { maxLines } = profile[protocol]
  if (lines.length > maxLines)
    warnings.push({
      code: 'rejected',
      field: 'lines',
      message: `the cart has ${lines.length} lines, ${profile.title} takes ${maxLines}`,
    })
  if (protocol === 'oci') warnings.push(...lostInOci(fitted, profile))
  return { cart: fitted, warnings, refused: warnings.some((w) => w.code === 'rejected') }
}

const lineParts: readonly [field: string, has: (line: CartLine, profile: BuyerProfile) => boolean][] = [
  ['shipping', (line) => line.shipping !== undefined],
  ['extrinsics', (line) => Object.keys(line.extrinsics ?? {}).length > 0],
  ['manufacturerName', (line) => Boolean(line.manufacturerName)],
  ['imageUrl', (line) => Boolean(line.imageUrl)],
  ['classifications', (line) => (line.classifications?.length ?? 0) > 1],
  ['customFields', (line) => Object.keys(line.customFields ?? {}).some((n) => !/^[1-5]$/.test(n))],
  ['tax', (line, { oci }) => line.tax !== undefined && (oci.version === '4.0' || line.tax.ratePercent === undefined)],
  ['itemType', (line, { oci }) => oci.version === '4.0' && Boolean(line.parentLineNumber ?? line.itemType)],
]

/** OCI has no field for them; said once a cart. facts/oci.md section 3. */
function lostInOci(cart: Cart, profile: BuyerProfile): CartWarning[] {
  const notices: CartWarning[] = []
  const lost = (field: string, where: string) =>
    notices.push({
      code: 'notice',
      field,
      message: `OCI ${profile.oci.version} has no place for it${where}: the buyer’s system does not get it`,
    })
  for (const part of ['shipping', 'tax', 'shipTo', 'comments'] as const) if (cart[part] !== undefined) lost(part, '')
  for (const [field, has] of lineParts) {
    const count = cart.lines.filter((line) => has(line, profile)).length
    if (count > 0) lost(`lines.${field}`, ` (${count} of ${cart.lines.length} lines)`)
  }
  const { maxInputVars } = profile.oci
  const fields = cart.lines.length * FIELDS_OF_A_LINE
  if (maxInputVars !== undefined && fields > maxInputVars)
    notices.push({
      code: 'notice',
      field: 'lines',
      message: `the form has about ${fields} fields; a receiver that reads only ${maxInputVars} (PHP’s usual setting) loses the last lines`,
    })
  return notices
}

/** Description, quantity, unit, price, currency, price unit, our SKU twice, and two of the optional ones. */
const FIELDS_OF_A_LINE = 10
