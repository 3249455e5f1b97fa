// What one invoice can't hold, as several: EN 16931 has one VAT breakdown, so one exemption reason, for each of E, AE, K,
// G and O (BR-E-01 ...), and nothing beside O (BR-O-11 to BR-O-14).
import { calculateTotals, type DraftVat, type EInvoiceDraft, exemptionKey } from './calculate.ts'
import { compare, negate, sum } from './decimal.ts'

export interface InvoicePart {
  draft: EInvoiceDraft
  /** Why this is an invoice of its own, a sentence; absent when nothing had to be split. */
  reason?: string
}

const ONE_REASON: ReadonlySet<string> = new Set(['E', 'AE', 'K', 'G', 'O'])

interface Place {
  outsideVat: boolean
  /** Which of its category's exemption reasons, in order of appearance. */
  nth: number
}

/**
 * One part when the draft can be one invoice, else several, numbered `<number>-1`, `-2` ... in the draft's order. The
 * first holds all that is taxed; what was paid is set against the parts in turn; a part outside VAT has no VAT
 * identifiers, as BR-O-02 to BR-O-04 demand. Throws RangeError as `calculateTotals` does.
 */
export function splitEInvoice(draft: EInvoiceDraft): InvoicePart[] {
  const items: DraftVat[] = [...draft.lines, ...(draft.charges ?? []), ...(draft.allowances ?? [])]
  const placeOf = places(items)
  const keyOf = (item: DraftVat) => {
    const { outsideVat, nth } = placeOf(item)
    return `${outsideVat ? 1 : 0} ${String(nth).padStart(6, '0')}`
  }
  const keys = [...new Set(items.map(keyOf))].sort()
  if (keys.length <= 1) return [{ draft }]
  const parts = keys.map((key, i): InvoicePart => {
    const { lines, charges, allowances, paid, rounding, vatInTaxCurrency, ...rest } = draft
    const belongs = (item: DraftVat) => keyOf(item) === key
    const [ownCharges, ownAllowances] = [charges?.filter(belongs) ?? [], allowances?.filter(belongs) ?? []]
    const part: EInvoiceDraft = {
      ...rest,
      number: `${draft.number}-${i + 1}`,
      lines: lines.filter(belongs),
      ...(ownCharges.length > 0 && { charges: ownCharges }),
      ...(ownAllowances.length > 0 && { allowances: ownAllowances }),
      // Only the first has VAT above zero.
      ...(vatInTaxCurrency && { vatInTaxCurrency: i === 0 ? vatInTaxCurrency : '0' }),
    }
    const outsideVat = key.startsWith('1')
    return { draft: outsideVat ? withoutVatIds(part) : part, reason: reasonOf(part, outsideVat) }
  })
  settle(parts, draft)
  return parts
}

function places(items: readonly DraftVat[]): (item: DraftVat) => Place {
  const reasons = new Map<string, string[]>()
  for (const item of items) {
    const key = exemptionKey(item)
    if (!ONE_REASON.has(item.vatCategory) || key === undefined) continue
    const known = reasons.get(item.vatCategory) ?? []
    if (!known.includes(key)) reasons.set(item.vatCategory, [...known, key])
  }
  return (item) => {
    const key = exemptionKey(item)
    const nth = key === undefined ? 0 : (reasons.get(item.vatCategory)?.indexOf(key) ?? 0)
    return { outsideVat: item.vatCategory === 'O', nth }
  }
}

function withoutVatIds(draft: EInvoiceDraft): EInvoiceDraft {
  const { taxRepresentative, ...rest } = draft
  const { vatId: sellersVatId, ...seller } = draft.seller
  const { vatId: buyersVatId, ...buyer } = draft.buyer
  return { ...rest, seller, buyer }
}

function reasonOf(part: EInvoiceDraft, outsideVat: boolean): string {
  if (outsideVat)
    return 'What is outside VAT (category O) has an invoice of its own, without VAT identifiers (BR-O-02, BR-O-11).'
  const held = [...part.lines, ...(part.charges ?? []), ...(part.allowances ?? [])]
    .filter((item) => ONE_REASON.has(item.vatCategory) && exemptionKey(item))
    .map((item) => `${item.vatCategory} "${item.exemptionReason ?? item.exemptionReasonCode}"`)
  const which = [...new Set(held)].join(', ')
  return which === ''
    ? 'What is subject to VAT shares no invoice with what is outside it (BR-O-11).'
    : `An invoice has one exemption reason for each VAT category (BR-E-01); this one has ${which}.`
}

/** What was paid, to each part up to what it comes to, the rest to the last; a rounding amount to the last. */
function settle(parts: InvoicePart[], { paid, rounding }: EInvoiceDraft): void {
  let left = paid ?? '0'
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1
    const owed = calculateTotals(part.draft).totals.withVat
    const share = isLast ? left : smaller(left, owed)
    if (compare(share, '0') !== 0) part.draft.paid = share
    left = sum([left, negate(share)])
    if (isLast && rounding) part.draft.rounding = rounding
  }
}

/** The smaller of two, but nothing when either is below zero. */
function smaller(a: string, b: string): string {
  if (compare(a, '0') < 0 || compare(b, '0') < 0) return '0'
  return compare(a, b) < 0 ? a : b
}
