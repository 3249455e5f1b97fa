// What an invoice comes to, line by line, so that everything adds up exactly to the totals the ERP has. Pure. Amounts are decimal text;
// those of a credit note are negative here, as cXML wants them, whatever sign the ERP gives them.
//
// The ERP's totals are never changed: its tax per category and rate is shared out over the lines of that category and rate, and what its
// total has beyond lines and taxes (a discount on the whole, a total rounded to 5 cents) is `rest`, which the document shows by itself.
import type { Invoice, InvoiceLine, InvoiceTax } from '../invoices/invoice.ts'
import {
  addDecimals,
  compareDecimals,
  currencyDecimals,
  multiplyDecimals,
  roundDecimal,
  significantDecimals,
} from '../money.ts'
import { shareAmount } from './share-amount.ts'

export interface LineAmount {
  line: InvoiceLine
  net: string
  /** Its share of the ERP's tax. */
  tax: string
  /** Of `taxes`. */
  taxIndex: number
}

export interface TaxAmount extends Pick<InvoiceTax, 'category' | 'ratePercent' | 'description' | 'exemptionReason'> {
  taxable: string
  tax: string
}

export interface InvoiceAmounts {
  /** What the ERP's amounts were multiplied by. */
  sign: '1' | '-1'
  lines: LineAmount[]
  taxes: TaxAmount[]
  tax: string
  total: string
  /** total = nets of the lines + tax + rest */
  rest: string
}

export const negated = (decimal: string): string => multiplyDecimals(decimal, '-1')
export const minus = (a: string, b: string): string => addDecimals(a, negated(b))
export const isZero = (decimal: string): boolean => compareDecimals(decimal, '0') === 0

/** An amount with the decimals of its currency, and more where it has more. */
export function amountText(decimal: string, currency: string): string {
  return roundDecimal(decimal, Math.max(currencyDecimals(currency), significantDecimals(decimal)))
}

export function amountsOf(invoice: Invoice, lines: readonly InvoiceLine[]): InvoiceAmounts {
  const sign = invoice.kind === 'credit-note' && compareDecimals(invoice.totalAmount, '0') >= 0 ? '-1' : '1'
  const signed = (decimal: string) => (sign === '-1' ? negated(decimal) : decimal)
  const nets = lines.map((l) => signed(l.netAmount))
  const tax = signed(invoice.taxAmount)
  const total = signed(invoice.totalAmount)
  const taxes: TaxAmount[] = invoice.taxes.map(({ category, ratePercent, description, exemptionReason, ...t }) => ({
    ...{ category, ratePercent, description, exemptionReason },
    taxable: signed(t.taxableAmount),
    tax: signed(t.taxAmount),
  }))
  const listed = taxes.length
  const indexes = lines.map((line, i) => {
    const known = taxes.findIndex(
      (t) => t.category === line.taxCategory && compareDecimals(t.ratePercent, line.taxRate) === 0,
    )
    if (known >= 0 && known < listed) return known
    const added = known >= 0 ? known : taxes.push(emptyTax(line)) - 1
    const group = taxes[added] as TaxAmount
    group.taxable = addDecimals(group.taxable, nets[i] ?? '0')
    return added
  })
  // An ERP that lists no taxes: its tax amount is shared by what each rate would come to.
  if (listed === 0) {
    const scale = Math.max(currencyDecimals(invoice.currency), significantDecimals(tax))
    const shares = shareAmount(
      tax,
      taxes.map((t) => multiplyDecimals(t.taxable, t.ratePercent)),
      scale,
    )
    for (const [i, share] of shares.entries()) (taxes[i] as TaxAmount).tax = share
  }
  const shares = taxes.map((group, index) => {
    const scale = Math.max(currencyDecimals(invoice.currency), significantDecimals(group.tax))
    return shareAmount(
      group.tax,
      nets.filter((_, i) => indexes[i] === index),
      scale,
    )
  })
  return {
    sign,
    lines: lines.map((line, i) => ({
      line,
      net: nets[i] ?? '0',
      tax: shares[indexes[i] ?? 0]?.shift() ?? '0',
      taxIndex: indexes[i] ?? 0,
    })),
    taxes,
    tax,
    total,
    rest: minus(minus(total, tax), addDecimals(...nets)),
  }
}

function emptyTax({ taxCategory, taxRate }: InvoiceLine): TaxAmount {
  return {
    ...{ category: taxCategory, ratePercent: taxRate, description: null, exemptionReason: null },
    ...{ taxable: '0', tax: '0' },
  }
}

/**
 * One partner's part of an invoice that bills several partners' orders. `main` takes what belongs to no line, so that the parts add up
 * to the invoice: nothing is billed twice, nothing is left out.
 */
export function partOf(amounts: InvoiceAmounts, mine: (line: InvoiceLine) => boolean, main: boolean): InvoiceAmounts {
  const lines = amounts.lines.filter((l) => mine(l.line))
  if (lines.length === amounts.lines.length && main) return amounts
  const used = amounts.taxes.map((_, i) => amounts.lines.some((l) => l.taxIndex === i))
  const kept = amounts.taxes.flatMap((group, index) => {
    const members = lines.filter((l) => l.taxIndex === index)
    if (members.length > 0)
      return [{ index, group: { ...group, taxable: sum(members, 'net'), tax: sum(members, 'tax') } }]
    return main && !used[index] ? [{ index, group }] : []
  })
  const taxes = kept.map((k) => k.group)
  const beyond = main ? minus(amounts.tax, addDecimals(...amounts.taxes.map((t) => t.tax))) : '0'
  const tax = addDecimals(...taxes.map((t) => t.tax), beyond)
  const rest = main ? amounts.rest : '0'
  return {
    sign: amounts.sign,
    lines: lines.map((l) => ({ ...l, taxIndex: kept.findIndex((k) => k.index === l.taxIndex) })),
    taxes,
    tax,
    rest,
    total: addDecimals(sum(lines, 'net'), tax, rest),
  }
}

export function sum(lines: readonly LineAmount[], what: 'net' | 'tax'): string {
  return addDecimals(...lines.map((l) => l[what]))
}
