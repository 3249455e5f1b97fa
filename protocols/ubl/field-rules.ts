// What an invoice must hold and how values are written: BR-01 to BR-65, BR-DEC-*, BR-CL-*, and the schema's own types.
import {
  allowanceReasons,
  attachmentTypes,
  chargeReasons,
  countries,
  currencies,
  invoiceTypes,
  itemClassifications,
  paymentMeansCodes,
  vatCategories,
  vatPointCodes,
} from './code-list.ts'
import { compare, decimalPlaces, isDecimal } from './decimal.ts'
import {
  type AllowanceCharge,
  type EInvoice,
  type Identifier,
  type InvoiceLine,
  isCreditNote,
  type Party,
} from './einvoice.ts'
import { type Find, isMissing } from './finding.ts'
import { isUnitCode } from './unit-code.ts'

const DECIMALS: ReadonlySet<string> = new Set([
  ...['amount', 'baseAmount', 'taxableAmount', 'taxAmount', 'netAmount', 'percentage', 'vatRate', 'rate'],
  ...['quantity', 'price', 'priceDiscount', 'grossPrice', 'baseQuantity'],
])
const DATES: ReadonlySet<string> = new Set(['issueDate', 'dueDate', 'taxPointDate', 'date', 'start', 'end'])
/** XML 1.0 section 2.2. */
const UNWRITABLE = /[^\P{Cc}\t\n\r\x7f-\x9f]|[\p{Cs}\ufffe\uffff]/u

/** BR-DEC-*, by the end of the path. */
const twoDigits: readonly [place: RegExp, rule: string][] = [
  [/^allowances\[\d+\]\.amount$/, 'BR-DEC-01'],
  [/^allowances\[\d+\]\.baseAmount$/, 'BR-DEC-02'],
  [/^charges\[\d+\]\.amount$/, 'BR-DEC-05'],
  [/^charges\[\d+\]\.baseAmount$/, 'BR-DEC-06'],
  [/^totals\.lines$/, 'BR-DEC-09'],
  [/^totals\.allowances$/, 'BR-DEC-10'],
  [/^totals\.charges$/, 'BR-DEC-11'],
  [/^totals\.withoutVat$/, 'BR-DEC-12'],
  [/^totals\.vat$/, 'BR-DEC-13'],
  [/^totals\.withVat$/, 'BR-DEC-14'],
  [/^totals\.vatInTaxCurrency$/, 'BR-DEC-15'],
  [/^totals\.paid$/, 'BR-DEC-16'],
  [/^totals\.rounding$/, 'BR-DEC-17'],
  [/^totals\.due$/, 'BR-DEC-18'],
  [/\.taxableAmount$/, 'BR-DEC-19'],
  [/\.taxAmount$/, 'BR-DEC-20'],
  [/\.netAmount$/, 'BR-DEC-23'],
  [/^lines\[\d+\]\.allowances\[\d+\]\.amount$/, 'BR-DEC-24'],
  [/^lines\[\d+\]\.allowances\[\d+\]\.baseAmount$/, 'BR-DEC-25'],
  [/^lines\[\d+\]\.charges\[\d+\]\.amount$/, 'BR-DEC-27'],
  [/^lines\[\d+\]\.charges\[\d+\]\.baseAmount$/, 'BR-DEC-28'],
]

export function checkFields(invoice: EInvoice, find: Find): void {
  checkValues(invoice, '', '', find)
  const need = (text: string | undefined, rule: string, path: string, what: string) => {
    if (isMissing(text)) find(rule, path, `${what} is missing.`)
  }
  need(invoice.customizationId, 'BR-01', 'customizationId', 'The specification identifier (BT-24)')
  need(invoice.number, 'BR-02', 'number', 'The invoice number (BT-1)')
  need(invoice.issueDate, 'BR-03', 'issueDate', 'The issue date (BT-2)')
  need(invoice.typeCode, 'BR-04', 'typeCode', 'The invoice type code (BT-3)')
  need(invoice.currency, 'BR-05', 'currency', 'The currency (BT-5)')
  need(invoice.seller.name, 'BR-06', 'seller.name', 'The seller’s name (BT-27)')
  need(invoice.buyer.name, 'BR-07', 'buyer.name', 'The buyer’s name (BT-44)')
  need(invoice.seller.address.country, 'BR-09', 'seller.address.country', 'The seller’s country (BT-40)')
  need(invoice.buyer.address.country, 'BR-11', 'buyer.address.country', 'The buyer’s country (BT-55)')
  const { totals } = invoice
  need(totals.lines, 'BR-12', 'totals.lines', 'The sum of line net amounts (BT-106)')
  need(totals.withoutVat, 'BR-13', 'totals.withoutVat', 'The total without VAT (BT-109)')
  need(totals.withVat, 'BR-14', 'totals.withVat', 'The total with VAT (BT-112)')
  need(totals.due, 'BR-15', 'totals.due', 'The amount due (BT-115)')
  if (invoice.lines.length === 0) find('BR-16', 'lines', 'An invoice has at least one line (BG-25).')
  if (invoice.currency && !currencies.has(invoice.currency))
    find('BR-CL-04', 'currency', `"${invoice.currency}" is no ISO 4217 currency (BT-5).`)
  if (invoice.taxCurrency && !currencies.has(invoice.taxCurrency))
    find('BR-CL-05', 'taxCurrency', `"${invoice.taxCurrency}" is no ISO 4217 currency (BT-6).`)
  if (invoice.taxCurrency && isMissing(totals.vatInTaxCurrency))
    find('BR-53', 'totals.vatInTaxCurrency', 'With a VAT currency (BT-6), the VAT in it (BT-111) is needed.')
  if (invoice.typeCode && !isCreditNote(invoice) && !invoiceTypes.has(invoice.typeCode))
    find('PEPPOL-EN16931-P0100', 'typeCode', `"${invoice.typeCode}" is no type of invoice or credit note (BT-3).`)
  checkReferences(invoice, find)
  checkParties(invoice, find)
  checkPayment(invoice, find)
  checkPeriod(invoice.period, 'BR-29', 'period', find)
  for (const [key, codeRule] of [
    ['allowances', 'PEPPOL-EN16931-CL002'],
    ['charges', 'PEPPOL-EN16931-CL003'],
  ] as const)
    for (const [i, one] of (invoice[key] ?? []).entries()) {
      const path = `${key}[${i}]`
      const isCharge = key === 'charges'
      checkAllowanceCharge(one, isCharge ? ['BR-36', 'BR-38'] : ['BR-31', 'BR-33'], codeRule, path, find)
      need(one.vatCategory, isCharge ? 'BR-37' : 'BR-32', `${path}.vatCategory`, 'The VAT category (BT-95, BT-102)')
      checkCategory(one.vatCategory, 'BR-CL-18', `${path}.vatCategory`, find)
    }
  for (const [i, group] of invoice.vatBreakdown.entries()) {
    const path = `vatBreakdown[${i}]`
    need(group.taxableAmount, 'BR-45', `${path}.taxableAmount`, 'The taxable amount (BT-116)')
    need(group.taxAmount, 'BR-46', `${path}.taxAmount`, 'The tax amount (BT-117)')
    need(group.category, 'BR-47', `${path}.category`, 'The VAT category (BT-118)')
    if (isMissing(group.rate) && group.category !== 'O')
      find('BR-48', `${path}.rate`, 'The VAT rate (BT-119) is missing; only category O has none.')
    checkCategory(group.category, 'BR-CL-17', `${path}.category`, find)
    if (group.exemptionReasonCode && !/^VATEX-[A-Z]{2}-[0-9A-Z-]+$/i.test(group.exemptionReasonCode))
      find('BR-CL-22', `${path}.exemptionReasonCode`, `"${group.exemptionReasonCode}" is no VATEX code (BT-121).`)
  }
  for (const [i, line] of invoice.lines.entries()) checkLine(line, `lines[${i}]`, find)
}

/** Every text of the invoice: can it be written, is it the decimal or date that its place asks for? */
function checkValues(value: unknown, key: string, path: string, find: Find): void {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) checkValues(item, key, `${path}[${i}]`, find)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value))
      checkValues(inner, name, path === '' ? name : `${path}.${name}`, find)
  } else if (typeof value === 'string' && value !== '') checkText(value, key, path, find)
}

function checkText(value: string, key: string, path: string, find: Find): void {
  if (UNWRITABLE.test(value)) find('XSD', path, 'It holds a character that XML can’t.')
  if (value.trim() === '')
    find('PEPPOL-EN16931-R008', path, 'It holds nothing but blanks: an element may not be empty.')
  else if (DECIMALS.has(key) || path.startsWith('totals.')) {
    if (!isDecimal(value)) find('XSD', path, `"${value.slice(0, 40)}" is no decimal number.`)
    else if (decimalPlaces(value) > 2) {
      const rule = twoDigits.find(([place]) => place.test(path))?.[1]
      if (rule) find(rule, path, `${value} has more than two fraction digits.`)
    }
  } else if (DATES.has(key) && !isDate(value))
    find('PEPPOL-EN16931-F001', path, `"${value.slice(0, 40)}" is no date; write YYYY-MM-DD.`)
  else if ((key === 'country' || key === 'countryOfOrigin') && !countries.has(value))
    find(key === 'country' ? 'BR-CL-14' : 'BR-CL-15', path, `"${value}" is no ISO 3166-1 country.`)
}

function isDate(text: string): boolean {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (!found) return false
  const [year, month, day] = found.slice(1).map(Number) as [number, number, number]
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function checkCategory(category: string, rule: string, path: string, find: Find): void {
  if (!isMissing(category) && !vatCategories.has(category)) find(rule, path, `"${category}" is no VAT category.`)
}

function checkScheme(identifier: Identifier | undefined, rule: string, path: string, find: Find): void {
  if (identifier?.scheme && !/^0[0-3]\d\d$/.test(identifier.scheme))
    find(rule, `${path}.scheme`, `"${identifier.scheme}" is no ISO/IEC 6523 scheme.`)
}

function checkReferences(invoice: EInvoice, find: Find): void {
  if (invoice.taxPointDate && invoice.vatPointCode)
    find('BR-CO-03', 'vatPointCode', 'Either a tax point date (BT-7) or a code for it (BT-8), not both.')
  if (invoice.vatPointCode && !vatPointCodes.has(invoice.vatPointCode))
    find('PEPPOL-EN16931-CL006', 'vatPointCode', `"${invoice.vatPointCode}" is none of 3, 35 and 432 (BT-8).`)
  for (const [i, preceding] of (invoice.precedingInvoices ?? []).entries())
    if (isMissing(preceding.number))
      find('BR-55', `precedingInvoices[${i}].number`, 'The number of the preceding invoice (BT-25) is missing.')
  for (const [i, attachment] of (invoice.attachments ?? []).entries()) {
    const path = `attachments[${i}]`
    if (isMissing(attachment.id)) find('BR-52', `${path}.id`, 'The attachment’s reference (BT-122) is missing.')
    if (!attachment.content) continue
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(attachment.content) || attachment.content.length % 4 !== 0)
      find('XSD', `${path}.content`, 'The attachment (BT-125) is not base64.')
    if (!attachmentTypes.has(attachment.mimeType ?? ''))
      find('PEPPOL-EN16931-CL001', `${path}.mimeType`, `"${attachment.mimeType ?? ''}" may not be attached (BT-125).`)
    if (isMissing(attachment.fileName)) find('XSD', `${path}.fileName`, 'The attachment (BT-125) needs a file name.')
  }
}

function checkParties(invoice: EInvoice, find: Find): void {
  const parties = [
    [invoice.seller, 'seller', 'BR-62', 'The scheme of the seller’s electronic address (BT-34)'],
    [invoice.buyer, 'buyer', 'BR-63', 'The scheme of the buyer’s electronic address (BT-49)'],
  ] as const
  for (const [party, path, schemeRule, what] of parties) {
    if (party.endpoint && !isMissing(party.endpoint.id) && isMissing(party.endpoint.scheme))
      find(schemeRule, `${path}.endpoint.scheme`, `${what} is missing.`)
    checkPartyIds(party, path, find)
    checkVatId(party.vatId, `${path}.vatId`, find)
  }
  const { seller, buyer, payee, taxRepresentative } = invoice
  if ((buyer.ids?.length ?? 0) > 1) find('UBL-SR-16', 'buyer.ids', 'A buyer has one identifier (BT-46) at most.')
  if (isMissing(seller.vatId) && isMissing(seller.legalId?.id) && (seller.ids ?? []).every((i) => isMissing(i.id)))
    find(
      'BR-CO-26',
      'seller',
      'The seller needs an identifier (BT-29), legal identifier (BT-30) or VAT identifier (BT-31).',
    )
  if (payee) {
    if (isMissing(payee.name)) find('BR-17', 'payee.name', 'The payee’s name (BT-59) is missing.')
    else if (payee.name === seller.tradingName || (payee.id && seller.ids?.some((i) => i.id === payee.id?.id)))
      find('BR-17', 'payee', 'The payee (BG-10) is the seller: leave it out.')
    if (payee.id?.scheme !== 'SEPA') checkScheme(payee.id, 'BR-CL-10', 'payee.id', find)
    checkScheme(payee.legalId, 'BR-CL-11', 'payee.legalId', find)
  }
  if (taxRepresentative) {
    if (isMissing(taxRepresentative.name))
      find('BR-18', 'taxRepresentative.name', 'The tax representative’s name (BT-62) is missing.')
    if (isMissing(taxRepresentative.address.country))
      find('BR-20', 'taxRepresentative.address.country', 'The tax representative’s country (BT-69) is missing.')
    if (isMissing(taxRepresentative.vatId))
      find('BR-56', 'taxRepresentative.vatId', 'The tax representative’s VAT identifier (BT-63) is missing.')
    checkVatId(taxRepresentative.vatId, 'taxRepresentative.vatId', find)
  }
  if (invoice.delivery?.address && isMissing(invoice.delivery.address.country))
    find('BR-57', 'delivery.address.country', 'The deliver-to country (BT-80) is missing.')
  checkScheme(invoice.delivery?.location, 'BR-CL-26', 'delivery.location', find)
}

function checkPartyIds(party: Party, path: string, find: Find): void {
  for (const [i, id] of (party.ids ?? []).entries())
    if (id.scheme !== 'SEPA' || path !== 'seller') checkScheme(id, 'BR-CL-10', `${path}.ids[${i}]`, find)
  checkScheme(party.legalId, 'BR-CL-11', `${path}.legalId`, find)
}

function checkVatId(vatId: string | undefined, path: string, find: Find): void {
  if (vatId === undefined || isMissing(vatId)) return
  const country = vatId.slice(0, 2)
  // Greek numbers begin with EL, their country code is GR.
  if (country !== 'EL' && !countries.has(country))
    find('BR-CO-09', path, `VAT identifier "${vatId}" does not begin with a country code.`)
}

function checkPayment(invoice: EInvoice, find: Find): void {
  const means = invoice.paymentMeans ?? []
  for (const [i, one] of means.entries()) {
    const path = `paymentMeans[${i}]`
    if (isMissing(one.code)) find('BR-49', `${path}.code`, 'The payment means code (BT-81) is missing.')
    else if (!paymentMeansCodes.has(one.code))
      find('BR-CL-16', `${path}.code`, `"${one.code}" is no payment means code (BT-81).`)
    if (one.account && isMissing(one.account.id)) find('BR-50', `${path}.account.id`, 'The account (BT-84) is missing.')
    if ((one.code === '30' || one.code === '58') && !one.account)
      find('BR-61', `${path}.account`, 'A credit transfer needs an account (BT-84).')
    if (one.card && one.card.number.length > 10)
      find(
        'BR-51',
        `${path}.card.number`,
        'Of a card number (BT-87), only the first six and last four digits may be shown.',
      )
    if (one.card && (isMissing(one.card.number) || isMissing(one.card.network)))
      find('XSD', `${path}.card`, 'A card (BG-18) needs number and network.')
  }
  if (means.filter((one) => one.card).length > 1)
    find('BR-66', 'paymentMeans', 'An invoice has one card (BG-18) at most.')
  if (means.filter((one) => one.mandate).length > 1)
    find('BR-67', 'paymentMeans', 'An invoice has one direct debit mandate (BG-19) at most.')
  if (isCreditNote(invoice) && invoice.dueDate && means.length === 0)
    find('BR-49', 'dueDate', 'A credit note’s due date (BT-9) stands in its payment means (BG-16): give one.')
}

function checkPeriod(period: EInvoice['period'], rule: string, path: string, find: Find): void {
  if (period?.start && period.end && period.end < period.start)
    find(rule, `${path}.end`, 'The period ends before it begins.')
}

function checkAllowanceCharge(
  given: AllowanceCharge,
  [amountRule, reasonRule]: readonly [string, string],
  codeRule: 'PEPPOL-EN16931-CL002' | 'PEPPOL-EN16931-CL003',
  path: string,
  find: Find,
): void {
  if (isMissing(given.amount)) find(amountRule, `${path}.amount`, 'The amount of the allowance or charge is missing.')
  if (isMissing(given.reason) && isMissing(given.reasonCode))
    find(reasonRule, path, 'An allowance or charge needs a reason, or a code for it.')
  const codes = codeRule === 'PEPPOL-EN16931-CL002' ? allowanceReasons : chargeReasons
  if (given.reasonCode && !codes.has(given.reasonCode))
    find(codeRule, `${path}.reasonCode`, `"${given.reasonCode}" is no reason code here.`)
}

function checkLine(line: InvoiceLine, path: string, find: Find): void {
  const need = (text: string | undefined, rule: string, key: string, what: string) => {
    if (isMissing(text)) find(rule, `${path}.${key}`, `${what} is missing.`)
  }
  need(line.id, 'BR-21', 'id', 'The line’s identifier (BT-126)')
  need(line.quantity, 'BR-22', 'quantity', 'The quantity (BT-129)')
  need(line.unit, 'BR-23', 'unit', 'The unit (BT-130)')
  need(line.netAmount, 'BR-24', 'netAmount', 'The line’s net amount (BT-131)')
  need(line.name, 'BR-25', 'name', 'The item’s name (BT-153)')
  need(line.price, 'BR-26', 'price', 'The item’s price (BT-146)')
  need(line.vatCategory, 'BR-CO-04', 'vatCategory', 'The VAT category (BT-151)')
  checkCategory(line.vatCategory, 'BR-CL-18', `${path}.vatCategory`, find)
  for (const [key, rule] of [
    ['price', 'BR-27'],
    ['grossPrice', 'BR-28'],
  ] as const) {
    const price = line[key]
    if (price && isDecimal(price) && compare(price, '0') < 0)
      find(rule, `${path}.${key}`, 'A price is never negative; make the quantity negative.')
  }
  for (const key of ['unit', 'baseQuantityUnit'] as const) {
    const unit = line[key]
    if (unit && !isUnitCode(unit))
      find('BR-CL-23', `${path}.${key}`, `"${unit}" is no unit of UN/ECE Recommendation 20 (C62 is one piece).`)
  }
  checkPeriod(line.period, 'BR-30', `${path}.period`, find)
  for (const [i, one] of (line.allowances ?? []).entries())
    checkAllowanceCharge(one, ['BR-41', 'BR-42'], 'PEPPOL-EN16931-CL002', `${path}.allowances[${i}]`, find)
  for (const [i, one] of (line.charges ?? []).entries())
    checkAllowanceCharge(one, ['BR-43', 'BR-44'], 'PEPPOL-EN16931-CL003', `${path}.charges[${i}]`, find)
  if (line.standardItemId && isMissing(line.standardItemId.scheme))
    find('BR-64', `${path}.standardItemId.scheme`, 'The scheme of the standard identifier (BT-157) is missing.')
  checkScheme(line.standardItemId, 'BR-CL-21', `${path}.standardItemId`, find)
  for (const [i, one] of (line.classifications ?? []).entries()) {
    const at = `${path}.classifications[${i}].list`
    if (isMissing(one.list)) find('BR-65', at, 'The list of the classification (BT-158) is missing.')
    else if (!itemClassifications.has(one.list))
      find('BR-CL-13', at, `"${one.list}" is no classification list (BT-158).`)
  }
  for (const [i, one] of (line.attributes ?? []).entries())
    if (isMissing(one.name) || isMissing(one.value))
      find('BR-54', `${path}.attributes[${i}]`, 'An item attribute (BG-32) needs a name and a value.')
}
