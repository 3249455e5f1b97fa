// From what was sold to what is owed: line amounts, VAT breakdown and totals (EN 16931-1, 6.4 and BR-CO-*), exactly.
import { compare, divide, multiply, negate, plain, round, sum } from './decimal.ts'
import {
  type AllowanceCharge,
  BILLING_PROFILE,
  type DocumentAllowanceCharge,
  type EInvoice,
  type InvoiceLine,
  isGerman,
  PEPPOL_BILLING,
  type Totals,
  type VatBreakdown,
} from './einvoice.ts'

/** What a VAT category comes with, until the breakdown says it once for the whole invoice. */
export interface DraftVat {
  vatCategory: string
  /** Default "0" in Z, E, AE, K and G; never in O. */
  vatRate?: string
  /** VATEX code. Default in AE, K, G and O: what the category itself says. */
  exemptionReasonCode?: string
  exemptionReason?: string
}

/** Without `amount`, it is `percentage` of `baseAmount`; without that, of what it is taken from. */
export type DraftAllowanceCharge = Omit<AllowanceCharge, 'amount'> & { amount?: string }
export type DraftDocumentAllowanceCharge = DraftAllowanceCharge & DraftVat

/** A negative price is written as a negative quantity (BR-27). `netAmount` is always calculated. */
export interface DraftLine
  extends Omit<InvoiceLine, 'netAmount' | 'allowances' | 'charges' | 'vatCategory' | 'vatRate'>,
    DraftVat {
  allowances?: DraftAllowanceCharge[]
  charges?: DraftAllowanceCharge[]
}

/** An invoice before it is calculated. */
export interface EInvoiceDraft
  extends Omit<
    EInvoice,
    'customizationId' | 'profileId' | 'allowances' | 'charges' | 'vatBreakdown' | 'totals' | 'lines'
  > {
  /** Default Peppol BIS Billing 3.0. */
  customizationId?: string
  profileId?: string
  allowances?: DraftDocumentAllowanceCharge[]
  charges?: DraftDocumentAllowanceCharge[]
  /** BT-113: paid already */
  paid?: string
  /** BT-114. Default: what brings the amount due to the currency's smallest coin (JPY). */
  rounding?: string
  /** BT-111: at the rate the law asks for, which only the seller's books know */
  vatInTaxCurrency?: string
  lines: DraftLine[]
}

/** Categories whose breakdown may hold several rates. All others have one group each. */
const RATED: ReadonlySet<string> = new Set(['S', 'L', 'M', 'B'])
const ZERO_RATED: ReadonlySet<string> = new Set(['Z', 'E', 'AE', 'K', 'G'])

const ownReasons: Readonly<Record<string, Pick<VatBreakdown, 'exemptionReason' | 'exemptionReasonCode'>>> = {
  AE: { exemptionReasonCode: 'VATEX-EU-AE', exemptionReason: 'Reverse charge' },
  K: { exemptionReasonCode: 'VATEX-EU-IC', exemptionReason: 'Intra-community supply' },
  G: { exemptionReasonCode: 'VATEX-EU-G', exemptionReason: 'Export outside the EU' },
  O: { exemptionReasonCode: 'VATEX-EU-O', exemptionReason: 'Not subject to VAT' },
}

/** EN 16931 knows amounts of two fraction digits at most (BR-DEC-*): fils and millimes can't be said. */
const AMOUNT_DIGITS = 2

/** Asking Intl takes longer than calculating a line, so each currency is asked about once. */
const digitsOfCurrency = new Map<string, number>()

/** Fraction digits of the currency's coins, as far as EN 16931 can write them: EUR 2, JPY 0, KWD 2 of its 3. */
export function currencyDigits(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return AMOUNT_DIGITS
  let digits = digitsOfCurrency.get(currency)
  if (digits === undefined) {
    const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    digits = Math.min(options.maximumFractionDigits ?? AMOUNT_DIGITS, AMOUNT_DIGITS)
    digitsOfCurrency.set(currency, digits)
  }
  return digits
}

/** The VAT of a taxable amount: rounded half up, once for each group (BR-CO-17). */
export function vatOf(taxableAmount: string, rate: string, currency: string): string {
  return divide(multiply(taxableAmount, rate), '100', currencyDigits(currency))
}

/** The group a line, allowance or charge belongs to: its category, and its rate where a category may have several. */
export function vatGroup(category: string, rate: string | undefined): string {
  return RATED.has(category) ? `${category} ${plain(rate ?? '0')}` : category
}

/** What tells one exemption reason from another: its code, else its text. Two can't share a category. */
export function exemptionKey(vat: Pick<VatBreakdown, 'exemptionReason' | 'exemptionReasonCode'>): string | undefined {
  return vat.exemptionReasonCode?.toUpperCase() || vat.exemptionReason || undefined
}

/**
 * The draft with every amount. Amounts are rounded half up: lines, allowances and charges to two digits, VAT of each
 * group to the currency's coins. Throws RangeError on text that is no decimal, an allowance without amount and percentage,
 * a zero base quantity, and exemption reasons that `splitEInvoice` would part.
 */
export function calculateTotals(draft: EInvoiceDraft): EInvoice {
  const {
    customizationId = PEPPOL_BILLING,
    profileId = BILLING_PROFILE,
    paid,
    rounding,
    vatInTaxCurrency,
    lines: draftLines,
    allowances: draftAllowances,
    charges: draftCharges,
    ...rest
  } = draft
  const lines = draftLines.map((line) => calculateLine(line, draft.currency))
  const sumOfGroup = (vat: DraftVat) => {
    const group = vatGroup(vat.vatCategory, rateOf(vat))
    return sum(lines.filter((l) => vatGroup(l.vatCategory, l.vatRate) === group).map((l) => l.netAmount))
  }
  const calculateDocumentLevel = (given: DraftDocumentAllowanceCharge): DocumentAllowanceCharge => {
    const { vatCategory, vatRate, exemptionReason, exemptionReasonCode, ...allowanceCharge } = given
    return {
      ...calculateAllowanceCharge(allowanceCharge, draft.currency, () => sumOfGroup(given)),
      ...categoryAndRate(given),
    }
  }
  const allowances = (draftAllowances ?? []).map(calculateDocumentLevel)
  const charges = (draftCharges ?? []).map(calculateDocumentLevel)
  const vatBreakdown = breakDown({ lines, allowances, charges }, draft)
  return {
    customizationId,
    profileId,
    ...rest,
    ...(allowances.length > 0 && { allowances }),
    ...(charges.length > 0 && { charges }),
    vatBreakdown,
    totals: addUp({ lines, allowances, charges }, vatBreakdown, { paid, rounding, vatInTaxCurrency }, draft.currency),
    lines,
  }
}

interface Parts {
  lines: InvoiceLine[]
  allowances: DocumentAllowanceCharge[]
  charges: DocumentAllowanceCharge[]
}

function rateOf({ vatCategory, vatRate }: DraftVat): string | undefined {
  if (vatCategory === 'O' && vatRate !== undefined && compare(vatRate, '0') === 0) return undefined
  return vatRate ?? (ZERO_RATED.has(vatCategory) ? '0' : undefined)
}

function categoryAndRate(vat: DraftVat): { vatCategory: string; vatRate?: string } {
  const vatRate = rateOf(vat)
  return { vatCategory: vat.vatCategory, ...(vatRate !== undefined && { vatRate }) }
}

function calculateLine(draft: DraftLine, currency: string): InvoiceLine {
  const {
    vatCategory,
    vatRate,
    exemptionReason,
    exemptionReasonCode,
    allowances: draftAllowances,
    charges: draftCharges,
    ...line
  } = draft
  if (compare(line.price, '0') < 0) {
    line.price = negate(line.price)
    line.quantity = negate(line.quantity)
    if (line.grossPrice) line.grossPrice = negate(line.grossPrice)
    if (line.priceDiscount) line.priceDiscount = negate(line.priceDiscount)
  }
  if (line.grossPrice && !line.priceDiscount) line.priceDiscount = sum([line.grossPrice, negate(line.price)])
  const beforeAllowances = divide(multiply(line.quantity, line.price), line.baseQuantity ?? '1', AMOUNT_DIGITS)
  const calculate = (given: DraftAllowanceCharge) => calculateAllowanceCharge(given, currency, () => beforeAllowances)
  const allowances = (draftAllowances ?? []).map(calculate)
  const charges = (draftCharges ?? []).map(calculate)
  return {
    ...line,
    netAmount: coins(
      sum([beforeAllowances, ...charges.map((c) => c.amount), ...allowances.map((a) => negate(a.amount))]),
      currency,
    ),
    ...(allowances.length > 0 && { allowances }),
    ...(charges.length > 0 && { charges }),
    ...categoryAndRate(draft),
  }
}

function calculateAllowanceCharge(
  draft: DraftAllowanceCharge,
  currency: string,
  defaultBase: () => string,
): AllowanceCharge {
  const { amount, ...given } = draft
  if (given.baseAmount !== undefined) given.baseAmount = coins(given.baseAmount, currency)
  if (amount !== undefined) return { ...given, amount: coins(amount, currency) }
  if (given.percentage === undefined) throw new RangeError('An allowance or charge needs an amount or a percentage.')
  const baseAmount = given.baseAmount ?? coins(defaultBase(), currency)
  return {
    ...given,
    baseAmount,
    amount: coins(divide(multiply(baseAmount, given.percentage), '100', AMOUNT_DIGITS), currency),
  }
}

function breakDown({ lines, allowances, charges }: Parts, draft: EInvoiceDraft): VatBreakdown[] {
  const groups = new Map<string, VatBreakdown & { amounts: string[] }>()
  const add = (vat: DraftVat, amount: string, said: DraftVat | undefined) => {
    const key = vatGroup(vat.vatCategory, vat.vatRate)
    const group = groups.get(key) ?? {
      taxableAmount: '0',
      taxAmount: '0',
      category: vat.vatCategory,
      ...(vat.vatRate !== undefined && { rate: plain(vat.vatRate) }),
      amounts: [],
    }
    // Germany wants a rate in every breakdown (BR-DE-14); a line outside VAT may not have one (BR-O-05).
    if (group.category === 'O' && isGerman(draft)) group.rate = '0'
    groups.set(key, group)
    group.amounts.push(amount)
    const reason = said && exemptionKey(said)
    if (!reason) return
    if (reason !== (exemptionKey(group) ?? reason))
      throw new RangeError(`Category ${group.category} has two exemption reasons: split the invoice first.`)
    if (said.exemptionReasonCode) group.exemptionReasonCode ??= said.exemptionReasonCode
    if (said.exemptionReason) group.exemptionReason ??= said.exemptionReason
  }
  for (const [i, line] of lines.entries()) add(line, line.netAmount, draft.lines[i])
  for (const [i, charge] of charges.entries()) add(charge, charge.amount, draft.charges?.[i])
  for (const [i, allowance] of allowances.entries()) add(allowance, negate(allowance.amount), draft.allowances?.[i])
  return [...groups.values()].map(({ amounts, ...group }) => {
    const taxableAmount = sum(amounts)
    return {
      ...ownReasons[group.category],
      ...group,
      taxableAmount: coins(taxableAmount, draft.currency),
      taxAmount: coins(vatOf(taxableAmount, group.rate ?? '0', draft.currency), draft.currency),
    }
  })
}

function addUp(
  { lines, allowances, charges }: Parts,
  vatBreakdown: VatBreakdown[],
  given: { paid: string | undefined; rounding: string | undefined; vatInTaxCurrency: string | undefined },
  currency: string,
): Totals {
  const lineTotal = sum(lines.map((l) => l.netAmount))
  const allowanceTotal = sum(allowances.map((a) => a.amount))
  const chargeTotal = sum(charges.map((c) => c.amount))
  const withoutVat = sum([lineTotal, chargeTotal, negate(allowanceTotal)])
  const vat = sum(vatBreakdown.map((b) => b.taxAmount))
  const withVat = sum([withoutVat, vat])
  const paid = given.paid && coins(given.paid, currency)
  const open = sum([withVat, negate(paid ?? '0')])
  const rounding = given.rounding
    ? round(given.rounding, AMOUNT_DIGITS)
    : sum([round(open, currencyDigits(currency)), negate(open)])
  const amount = (text: string) => coins(text, currency)
  return {
    lines: amount(lineTotal),
    ...(allowances.length > 0 && { allowances: amount(allowanceTotal) }),
    ...(charges.length > 0 && { charges: amount(chargeTotal) }),
    withoutVat: amount(withoutVat),
    vat: amount(vat),
    ...(given.vatInTaxCurrency && { vatInTaxCurrency: round(given.vatInTaxCurrency, AMOUNT_DIGITS) }),
    withVat: amount(withVat),
    ...(paid && { paid }),
    ...(compare(rounding, '0') !== 0 && { rounding: amount(rounding) }),
    due: amount(sum([open, rounding])),
  }
}

/** As the currency's coins are written, unless that would round: 1000 JPY, 10.00 EUR. */
function coins(amount: string, currency: string): string {
  const digits = currencyDigits(currency)
  const rounded = round(amount, digits)
  return compare(rounded, amount) === 0 ? rounded : round(amount, AMOUNT_DIGITS)
}
