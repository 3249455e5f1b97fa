// Would the network and the buyer take this invoice? EN 16931, Peppol BIS Billing 3.0 and, for Germany, XRechnung.
import type { EInvoice } from './einvoice.ts'
import { checkFields } from './field-rules.ts'
import type { Finding } from './finding.ts'
import { checkGerman } from './german-rules.ts'
import { checkPeppol } from './peppol-rules.ts'
import { checkTotals } from './total-rules.ts'
import { checkVat } from './vat-rules.ts'

/** Rules after which sums mean nothing: amounts that are missing or are no decimals. */
const UNCOUNTABLE: ReadonlySet<string> = new Set([
  ...[
    'BR-12',
    'BR-13',
    'BR-14',
    'BR-15',
    'BR-22',
    'BR-24',
    'BR-26',
    'BR-31',
    'BR-36',
    'BR-41',
    'BR-43',
    'BR-45',
    'BR-46',
  ],
  'XSD',
])

/** What the rules find, empty when all is well. Only what a receiver would refuse: no warnings. Throws nothing. */
export function checkEInvoice(invoice: EInvoice): Finding[] {
  const findings: Finding[] = []
  const find = (rule: string, path: string, message: string) => findings.push({ rule, path, message })
  checkFields(invoice, find)
  checkPeppol(invoice, find)
  checkGerman(invoice, find)
  if (findings.some(({ rule }) => UNCOUNTABLE.has(rule)) || !invoice.totals.vat) {
    if (!invoice.totals.vat) find('BR-CO-15', 'totals.vat', 'The total VAT (BT-110) is missing.')
    return findings
  }
  checkTotals(invoice, find)
  checkVat(invoice, find)
  return findings
}
