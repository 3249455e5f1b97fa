// Does the arithmetic hold? BR-CO-10 to BR-CO-18, and Peppol's sums of line and allowance. Amounts are decimals here.
import { vatOf } from './calculate.ts'
import { compare, divide, multiply, negate, round, sum } from './decimal.ts'
import { type AllowanceCharge, type EInvoice, type InvoiceLine, isCreditNote } from './einvoice.ts'
import { type Find, isMissing } from './finding.ts'

/** What Peppol lets a line or an allowance deviate from its factors. */
const SLACK = '0.02'

export function checkTotals(invoice: EInvoice, find: Find): void {
  const { totals, lines, allowances = [], charges = [], vatBreakdown } = invoice
  const expect = (rule: string, key: keyof EInvoice['totals'], expected: string, what: string) => {
    const given = totals[key] ?? '0'
    if (compare(given, expected) !== 0) find(rule, `totals.${key}`, `${what} is ${given}; it should be ${expected}.`)
  }
  const amounts = (list: readonly AllowanceCharge[]) => sum(list.map((one) => one.amount))
  expect('BR-CO-10', 'lines', sum(lines.map((line) => line.netAmount)), 'The sum of line net amounts (BT-106)')
  expect('BR-CO-11', 'allowances', amounts(allowances), 'The sum of allowances (BT-107)')
  expect('BR-CO-12', 'charges', amounts(charges), 'The sum of charges (BT-108)')
  const withoutVat = sum([totals.lines, totals.charges ?? '0', negate(totals.allowances ?? '0')])
  expect('BR-CO-13', 'withoutVat', withoutVat, 'The total without VAT (BT-109)')
  expect('BR-CO-14', 'vat', sum(vatBreakdown.map((group) => group.taxAmount)), 'The total VAT (BT-110)')
  expect('BR-CO-15', 'withVat', sum([totals.withoutVat, totals.vat]), 'The total with VAT (BT-112)')
  const due = sum([totals.withVat, negate(totals.paid ?? '0'), totals.rounding ?? '0'])
  expect('BR-CO-16', 'due', due, 'The amount due (BT-115)')
  if (vatBreakdown.length === 0) find('BR-CO-18', 'vatBreakdown', 'An invoice has at least one VAT breakdown (BG-23).')
  for (const [i, group] of vatBreakdown.entries()) {
    const rate = group.rate ?? '0'
    const coins = vatOf(group.taxableAmount, rate, invoice.currency)
    const cents = divide(multiply(group.taxableAmount, rate), '100', 2)
    if (compare(group.taxAmount, coins) !== 0 && compare(group.taxAmount, cents) !== 0)
      find(
        'BR-CO-17',
        `vatBreakdown[${i}].taxAmount`,
        `VAT (BT-117) is ${group.taxAmount}; ${rate} % of ${group.taxableAmount} is ${coins}.`,
      )
  }
  // A credit note is not paid: the rule is about invoices.
  if (!isCreditNote(invoice) && compare(totals.due, '0') > 0 && !invoice.dueDate && isMissing(invoice.paymentTerms))
    find('BR-CO-25', 'dueDate', 'Where something is due, a due date (BT-9) or payment terms (BT-20) are needed.')
  if (totals.vatInTaxCurrency && compare(totals.vatInTaxCurrency, '0') * compare(totals.vat, '0') < 0)
    find('PEPPOL-EN16931-R055', 'totals.vatInTaxCurrency', 'The VAT in both currencies (BT-110, BT-111) has one sign.')
  for (const [i, one] of allowances.entries()) checkPercentage(one, `allowances[${i}]`, find)
  for (const [i, one] of charges.entries()) checkPercentage(one, `charges[${i}]`, find)
  for (const [i, line] of lines.entries()) checkLineAmount(line, `lines[${i}]`, find)
}

function near(a: string, b: string): boolean {
  const difference = sum([a, negate(b)])
  return compare(difference, SLACK) <= 0 && compare(negate(difference), SLACK) <= 0
}

function checkPercentage({ amount, baseAmount, percentage }: AllowanceCharge, path: string, find: Find): void {
  if (percentage && !baseAmount)
    find('PEPPOL-EN16931-R041', `${path}.baseAmount`, 'A percentage needs the amount it is of.')
  else if (!percentage && baseAmount)
    find('PEPPOL-EN16931-R042', `${path}.percentage`, 'A base amount needs a percentage.')
  else if (percentage && baseAmount && !near(amount, divide(multiply(baseAmount, percentage), '100', 12)))
    find('PEPPOL-EN16931-R040', `${path}.amount`, `${amount} is not ${percentage} % of ${baseAmount}.`)
}

function checkLineAmount(line: InvoiceLine, path: string, find: Find): void {
  const { allowances = [], charges = [], baseQuantity } = line
  for (const [i, one] of allowances.entries()) checkPercentage(one, `${path}.allowances[${i}]`, find)
  for (const [i, one] of charges.entries()) checkPercentage(one, `${path}.charges[${i}]`, find)
  if (baseQuantity !== undefined && compare(baseQuantity, '0') <= 0) {
    find('PEPPOL-EN16931-R121', `${path}.baseQuantity`, 'The base quantity (BT-149) is above zero.')
    return
  }
  if (line.baseQuantityUnit && line.baseQuantityUnit !== line.unit)
    find(
      'PEPPOL-EN16931-R130',
      `${path}.baseQuantityUnit`,
      'The price is for another unit (BT-150) than the line’s (BT-130).',
    )
  const expected = sum([
    divide(multiply(line.quantity, line.price), baseQuantity ?? '1', 12),
    ...charges.map((one) => one.amount),
    ...allowances.map((one) => negate(one.amount)),
  ])
  if (!near(line.netAmount, expected))
    find(
      'PEPPOL-EN16931-R120',
      `${path}.netAmount`,
      `The line’s net amount (BT-131) is ${line.netAmount}; what it is made of gives ${round(expected, 2)}.`,
    )
  if (!line.grossPrice) return
  if (!line.priceDiscount || compare(line.price, sum([line.grossPrice, negate(line.priceDiscount)])) !== 0)
    find(
      'PEPPOL-EN16931-R046',
      `${path}.price`,
      'The price (BT-146) is the gross price (BT-148) less the discount (BT-147).',
    )
}
