// What Peppol BIS Billing 3.0 asks beyond EN 16931: PEPPOL-EN16931-R*, -P*, -CL*, and PEPPOL-COMMON-R* for identifiers.
import { endpointSchemes, otherEndpointSchemes } from './code-list.ts'
import { BILLING_PROFILE, type EInvoice, type Identifier, type Party, PEPPOL_BILLING, XRECHNUNG } from './einvoice.ts'
import { type Find, isMissing } from './finding.ts'

export function checkPeppol(invoice: EInvoice, find: Find): void {
  const inCountry = (country: string) =>
    invoice.seller.address.country === country && invoice.buyer.address.country === country
  if (isMissing(invoice.profileId)) find('PEPPOL-EN16931-R001', 'profileId', 'The business process (BT-23) is missing.')
  else if (!/^urn:fdc:peppol\.eu:2017:poacc:billing:\d\d:1\.0$/.test(invoice.profileId))
    find('PEPPOL-EN16931-R007', 'profileId', `The business process (BT-23) is like ${BILLING_PROFILE}.`)
  if ((invoice.notes?.length ?? 0) > 1 && !inCountry('DE'))
    find('PEPPOL-EN16931-R002', 'notes', 'Only between German parties may there be more than one note (BT-22).')
  if (isMissing(invoice.buyerReference) && isMissing(invoice.purchaseOrder))
    find('PEPPOL-EN16931-R003', 'buyerReference', 'A buyer reference (BT-10) or purchase order (BT-13) is needed.')
  const { customizationId } = invoice
  if (customizationId !== XRECHNUNG && (!customizationId.startsWith(PEPPOL_BILLING) || customizationId.includes('::')))
    find('PEPPOL-EN16931-R004', 'customizationId', `The specification (BT-24) begins with ${PEPPOL_BILLING}.`)
  checkTaxCurrency(invoice, find)
  if (isMissing(invoice.buyer.endpoint?.id))
    find('PEPPOL-EN16931-R010', 'buyer.endpoint', 'The buyer’s electronic address (BT-49) is missing.')
  if (isMissing(invoice.seller.endpoint?.id))
    find('PEPPOL-EN16931-R020', 'seller.endpoint', 'The seller’s electronic address (BT-34) is missing.')
  for (const [i, means] of (invoice.paymentMeans ?? []).entries())
    if ((means.code === '49' || means.code === '59') && isMissing(means.mandate?.id))
      find('PEPPOL-EN16931-R061', `paymentMeans[${i}].mandate`, 'A direct debit needs the mandate reference (BT-89).')
  checkLinePeriods(invoice, find)
  const { typeCode } = invoice
  if (['326', '384', '389'].includes(typeCode) && !inCountry('DE') && !(typeCode === '384' && inCountry('SK')))
    find('PEPPOL-EN16931-P0112', 'typeCode', `Type ${typeCode} (BT-3) is for German parties only; use 380 or 381.`)
  checkExemptionCodes(invoice, find)
  checkIdentifiers(invoice.seller, 'seller', customizationId, find)
  checkIdentifiers(invoice.buyer, 'buyer', customizationId, find)
}

function checkTaxCurrency({ currency, taxCurrency, totals }: EInvoice, find: Find): void {
  if (taxCurrency && taxCurrency === currency)
    find('PEPPOL-EN16931-R005', 'taxCurrency', 'The VAT currency (BT-6) is the invoice currency: leave it out.')
  if (!taxCurrency && totals.vatInTaxCurrency)
    find(
      'PEPPOL-EN16931-R054',
      'totals.vatInTaxCurrency',
      'VAT in another currency (BT-111) needs that currency (BT-6).',
    )
}

function checkLinePeriods({ period, lines }: EInvoice, find: Find): void {
  for (const [i, line] of lines.entries()) {
    if (period?.start && line.period?.start && line.period.start < period.start)
      find('PEPPOL-EN16931-R110', `lines[${i}].period.start`, 'The line’s period begins before the invoice’s.')
    if (period?.end && line.period?.end && line.period.end > period.end)
      find('PEPPOL-EN16931-R111', `lines[${i}].period.end`, 'The line’s period ends after the invoice’s.')
  }
}

const categoryOfCode: Readonly<Record<string, readonly [category: string, rule: string]>> = {
  'VATEX-EU-G': ['G', 'PEPPOL-EN16931-P0104'],
  'VATEX-EU-O': ['O', 'PEPPOL-EN16931-P0105'],
  'VATEX-EU-IC': ['K', 'PEPPOL-EN16931-P0106'],
  'VATEX-EU-AE': ['AE', 'PEPPOL-EN16931-P0107'],
  'VATEX-EU-D': ['E', 'PEPPOL-EN16931-P0108'],
  'VATEX-EU-F': ['E', 'PEPPOL-EN16931-P0109'],
  'VATEX-EU-I': ['E', 'PEPPOL-EN16931-P0110'],
  'VATEX-EU-J': ['E', 'PEPPOL-EN16931-P0111'],
}

function checkExemptionCodes({ vatBreakdown }: EInvoice, find: Find): void {
  for (const [i, { category, exemptionReasonCode = '' }] of vatBreakdown.entries()) {
    const [expected, rule] = categoryOfCode[exemptionReasonCode.toUpperCase()] ?? []
    if (rule && expected !== category)
      find(rule, `vatBreakdown[${i}].exemptionReasonCode`, `${exemptionReasonCode} is for category ${expected} only.`)
  }
}

/** Identifiers that carry a check digit, by ICD: a typing error here means a document that reaches nobody. */
const wellFormed: Readonly<Record<string, readonly [rule: string, what: string, test: (id: string) => boolean]>> = {
  '0088': ['PEPPOL-COMMON-R040', 'GLN', (id) => /^\d+$/.test(id) && isGln(id)],
  '0192': ['PEPPOL-COMMON-R041', 'Norwegian organisation number', (id) => /^\d{9}$/.test(id) && isNorwegian(id)],
  '0184': ['PEPPOL-COMMON-R042', 'Danish CVR number', (id) => /^(DK)?\d{8}$/.test(id)],
  '0208': ['PEPPOL-COMMON-R043', 'Belgian enterprise number', (id) => /^\d{10}$/.test(id) && isBelgian(id)],
  '0007': ['PEPPOL-COMMON-R049', 'Swedish organisation number', (id) => /^\d{10}$/.test(id) && isLuhn(id)],
}

function checkIdentifiers(party: Party, path: string, customizationId: string, find: Find): void {
  const scheme = party.endpoint?.scheme ?? ''
  const allowed = endpointSchemes.has(scheme) || (customizationId === XRECHNUNG && otherEndpointSchemes.has(scheme))
  if (scheme !== '' && !allowed)
    find('PEPPOL-EN16931-CL008', `${path}.endpoint.scheme`, `"${scheme}" is no scheme of electronic addresses (EAS).`)
  const identifiers: [Identifier | undefined, string][] = [
    [party.endpoint, `${path}.endpoint.id`],
    [party.legalId, `${path}.legalId.id`],
    ...(party.ids ?? []).map((id, i): [Identifier, string] => [id, `${path}.ids[${i}].id`]),
  ]
  for (const [identifier, at] of identifiers) {
    const [rule, what, test] = wellFormed[identifier?.scheme ?? ''] ?? []
    if (identifier && rule && test && !test(identifier.id)) find(rule, at, `"${identifier.id}" is no ${what}.`)
  }
}

function digitsOf(id: string): number[] {
  return [...id].map(Number)
}

/** GS1: from the right, weights 3 and 1. */
function isGln(id: string): boolean {
  const [check = 0, ...digits] = digitsOf(id).reverse()
  const weighted = digits.reduce((total, digit, i) => total + digit * (i % 2 === 0 ? 3 : 1), 0)
  return (10 - (weighted % 10)) % 10 === check
}

/** Modulus 11, weights 2 to 7 from the right. */
function isNorwegian(id: string): boolean {
  const [check = 0, ...digits] = digitsOf(id).reverse()
  const weighted = digits.reduce((total, digit, i) => total + digit * ((i % 6) + 2), 0)
  return (11 - (weighted % 11)) % 11 === check
}

function isBelgian(id: string): boolean {
  return 97 - (Number(id.slice(0, 8)) % 97) === Number(id.slice(8))
}

function isLuhn(id: string): boolean {
  const total = digitsOf(id)
    .reverse()
    .reduce((sum, digit, i) => sum + (i % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2), 0)
  return total % 10 === 0
}
