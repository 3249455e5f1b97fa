// VAT of the memory ERP's seller, who sits in the Netherlands: domestic rates, intra-community supply, export.
import type { ErpCustomer, ErpTax } from '../connector.ts'
import { add, currencyDecimals, multiplyDivide } from '../decimal.ts'

const HOME = 'NL'
const UNION = new Set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '))

/** Category and rate for goods to this customer. */
export function taxFor(
  customer: ErpCustomer,
  taxPercent: string,
): Pick<ErpTax, 'category' | 'ratePercent' | 'exemptionReason'> {
  const country = customer.address?.countryCode ?? HOME
  if (country === HOME) return { category: 'S', ratePercent: taxPercent, exemptionReason: null }
  if (!UNION.has(country)) return { category: 'G', ratePercent: '0', exemptionReason: 'Export outside the EU' }
  return customer.vatId
    ? { category: 'K', ratePercent: '0', exemptionReason: 'Intra-community supply' }
    : { category: 'S', ratePercent: taxPercent, exemptionReason: null }
}

/** One tax per category and rate, each rounded once. */
export function taxesOf(
  lines: { netAmount: string; taxPercent: string }[],
  customer: ErpCustomer,
  currency: string,
): ErpTax[] {
  const taxes = new Map<string, ErpTax>()
  for (const { netAmount, taxPercent } of lines) {
    const tax = taxFor(customer, taxPercent)
    const key = `${tax.category} ${tax.ratePercent}`
    const taxableAmount = add(taxes.get(key)?.taxableAmount ?? '0', netAmount)
    const taxAmount = multiplyDivide(taxableAmount, tax.ratePercent, '100', currencyDecimals(currency))
    taxes.set(key, { ...tax, description: `VAT ${tax.ratePercent}%`, taxableAmount, taxAmount })
  }
  return [...taxes.values()]
}
