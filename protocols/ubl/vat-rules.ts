// One VAT category, one set of rules: BR-S-*, BR-Z-*, BR-E-*, BR-AE-*, BR-IC-* (K), BR-G-*, BR-O-*, BR-AF-* (L) and
// BR-AG-* (M). In each, 01 is about the breakdown, 02 to 04 about identifiers, 05 to 07 about rates (line, allowance,
// charge), 08 about the taxable amount, 09 about the tax, 10 about the exemption reason. Every amount is a decimal here.
import { vatGroup } from './calculate.ts'
import { compare, negate, sum } from './decimal.ts'
import type { DocumentAllowanceCharge, EInvoice, InvoiceLine } from './einvoice.ts'
import { type Find, isMissing } from './finding.ts'

interface Category {
  /** The middle of its rules' names. */
  rules: string
  rate: 'positive' | 'any' | 'zero' | 'none'
  reason: 'required' | 'forbidden'
  /** Who must be identified: `vat` by VAT identifier, `tax` by that or a tax number, `legal` by that or a register. */
  seller: 'tax' | 'vat' | 'none'
  buyer?: 'legal' | 'vat' | 'none'
}

const categories: Readonly<Record<string, Category>> = {
  S: { rules: 'BR-S', rate: 'positive', reason: 'forbidden', seller: 'tax' },
  Z: { rules: 'BR-Z', rate: 'zero', reason: 'forbidden', seller: 'tax' },
  E: { rules: 'BR-E', rate: 'zero', reason: 'required', seller: 'tax' },
  AE: { rules: 'BR-AE', rate: 'zero', reason: 'required', seller: 'tax', buyer: 'legal' },
  K: { rules: 'BR-IC', rate: 'zero', reason: 'required', seller: 'vat', buyer: 'vat' },
  G: { rules: 'BR-G', rate: 'zero', reason: 'required', seller: 'vat' },
  O: { rules: 'BR-O', rate: 'none', reason: 'required', seller: 'none', buyer: 'none' },
  L: { rules: 'BR-AF', rate: 'any', reason: 'forbidden', seller: 'tax' },
  M: { rules: 'BR-AG', rate: 'any', reason: 'forbidden', seller: 'tax' },
}

interface Taxed {
  path: string
  category: string
  rate: string | undefined
  amount: string
  /** Where in 02 to 04 and 05 to 07 its rules stand. */
  nth: 0 | 1 | 2
}

export function checkVat(invoice: EInvoice, find: Find): void {
  const items = taxedItems(invoice)
  for (const item of items) checkRate(item, find)
  for (const name in categories) {
    const ofCategory = items.filter((item) => item.category === name)
    const groups = invoice.vatBreakdown.filter((group) => group.category === name)
    if (ofCategory.length === 0 && groups.length === 0) continue
    checkBreakdown(name, invoice, ofCategory, find)
    for (const nth of [0, 1, 2] as const) {
      const first = ofCategory.find((item) => item.nth === nth)
      if (first) checkIdentifiers(name, invoice, first, find)
    }
  }
  checkIntraCommunity(invoice, find)
  checkOutsideVat(invoice, items, find)
}

function taxedItems({ lines, allowances = [], charges = [] }: EInvoice): Taxed[] {
  const ofLine = (line: InvoiceLine, i: number): Taxed => ({
    path: `lines[${i}]`,
    category: line.vatCategory,
    rate: line.vatRate,
    amount: line.netAmount,
    nth: 0,
  })
  const ofDocument = (key: 'allowances' | 'charges') => (one: DocumentAllowanceCharge, i: number) => ({
    path: `${key}[${i}]`,
    category: one.vatCategory,
    rate: one.vatRate,
    amount: key === 'charges' ? one.amount : negate(one.amount),
    nth: key === 'charges' ? (2 as const) : (1 as const),
  })
  return [...lines.map(ofLine), ...allowances.map(ofDocument('allowances')), ...charges.map(ofDocument('charges'))]
}

function checkRate({ category, rate, path, nth }: Taxed, find: Find): void {
  const known = categories[category]
  if (!known) return
  const rule = `${known.rules}-0${5 + nth}`
  const at = `${path}.vatRate`
  if (known.rate === 'none') {
    if (rate !== undefined) find(rule, at, 'What is outside VAT (category O) has no VAT rate.')
  } else if (isMissing(rate)) find(rule, at, `Category ${category} needs a VAT rate.`)
  else if (known.rate === 'zero' && compare(rate as string, '0') !== 0)
    find(rule, at, `The VAT rate of category ${category} is 0, not ${rate}.`)
  else if (known.rate === 'positive' && compare(rate as string, '0') <= 0)
    find(rule, at, `The VAT rate of category ${category} is above 0, not ${rate}.`)
  else if (compare(rate as string, '0') < 0) find(rule, at, `A VAT rate is not below 0: ${rate}.`)
}

function checkBreakdown(name: string, invoice: EInvoice, items: readonly Taxed[], find: Find): void {
  const { rules, rate, reason } = categories[name] as Category
  const amounts = new Map<string, string[]>()
  for (const item of items) {
    const group = vatGroup(name, item.rate)
    const known = amounts.get(group)
    if (known) known.push(item.amount)
    else amounts.set(group, [item.amount])
  }
  const seen = new Set<string>()
  for (const [i, group] of invoice.vatBreakdown.entries()) {
    if (group.category !== name) continue
    const path = `vatBreakdown[${i}]`
    const key = vatGroup(name, group.rate)
    const label = group.rate === undefined || rate === 'none' ? name : `${name} ${group.rate} %`
    if (seen.has(key)) find(`${rules}-01`, path, `VAT breakdown ${label} stands there twice.`)
    else if (!amounts.has(key))
      find(`${rules}-01`, path, `Nothing is taxed as ${label}: the VAT breakdown has no line.`)
    seen.add(key)
    const expected = sum(amounts.get(key) ?? [])
    if (compare(group.taxableAmount, expected) !== 0)
      find(
        `${rules}-08`,
        `${path}.taxableAmount`,
        `The taxable amount (BT-116) of ${label} is ${group.taxableAmount}; what is taxed so comes to ${expected}.`,
      )
    if ((rate === 'zero' || rate === 'none') && compare(group.taxAmount, '0') !== 0)
      find(`${rules}-09`, `${path}.taxAmount`, `Category ${name} has no VAT (BT-117), not ${group.taxAmount}.`)
    const hasReason = !isMissing(group.exemptionReason) || !isMissing(group.exemptionReasonCode)
    if (reason === 'required' && !hasReason)
      find(`${rules}-10`, path, `Category ${name} needs an exemption reason (BT-120) or its code (BT-121).`)
    if (reason === 'forbidden' && hasReason)
      find(`${rules}-10`, path, `Category ${name} is taxed: it has no exemption reason (BT-120, BT-121).`)
  }
  for (const key of amounts.keys())
    if (!seen.has(key)) find(`${rules}-01`, 'vatBreakdown', `The VAT breakdown (BG-23) of ${key} is missing.`)
}

function checkIdentifiers(name: string, invoice: EInvoice, { nth, path }: Taxed, find: Find): void {
  const { rules, seller: asked, buyer: askedOfBuyer } = categories[name] as Category
  const { seller, buyer, taxRepresentative } = invoice
  const rule = `${rules}-0${2 + nth}`
  const at = `${path}.vatCategory`
  const sellerHasVatId = !isMissing(seller.vatId) || !isMissing(taxRepresentative?.vatId)
  if (asked === 'vat' && !sellerHasVatId)
    find(rule, at, `Category ${name} needs the VAT identifier of the seller (BT-31) or its tax representative (BT-63).`)
  if (asked === 'tax' && !sellerHasVatId && isMissing(seller.taxRegistrationId))
    find(rule, at, `Category ${name} needs the seller’s VAT identifier (BT-31) or tax registration (BT-32).`)
  if (askedOfBuyer === 'vat' && isMissing(buyer.vatId))
    find(rule, at, `Category ${name} needs the buyer’s VAT identifier (BT-48).`)
  if (askedOfBuyer === 'legal' && isMissing(buyer.vatId) && isMissing(buyer.legalId?.id))
    find(rule, at, `Category ${name} needs the buyer’s VAT identifier (BT-48) or legal identifier (BT-47).`)
  if (asked === 'none' && (sellerHasVatId || !isMissing(buyer.vatId)))
    find(rule, at, 'An invoice outside VAT (category O) has no VAT identifiers (BT-31, BT-48, BT-63).')
}

function checkIntraCommunity(invoice: EInvoice, find: Find): void {
  if (!invoice.vatBreakdown.some((group) => group.category === 'K')) return
  const { delivery, period } = invoice
  if (!delivery?.date && !period?.start && !period?.end)
    find(
      'BR-IC-11',
      'delivery.date',
      'An intra-community supply needs a delivery date (BT-72) or an invoicing period (BG-14).',
    )
  if (isMissing(delivery?.address?.country))
    find('BR-IC-12', 'delivery.address.country', 'An intra-community supply needs the deliver-to country (BT-80).')
}

function checkOutsideVat(invoice: EInvoice, items: readonly Taxed[], find: Find): void {
  if (!invoice.vatBreakdown.some((group) => group.category === 'O')) return
  for (const [i, group] of invoice.vatBreakdown.entries())
    if (group.category !== 'O')
      find(
        'BR-O-11',
        `vatBreakdown[${i}]`,
        `Category O excludes all others, so also ${group.category}: split the invoice.`,
      )
  for (const { category, path, nth } of items)
    if (category !== 'O')
      find(
        `BR-O-${12 + nth}`,
        `${path}.vatCategory`,
        `Category O excludes all others, so also ${category}: split the invoice.`,
      )
}
