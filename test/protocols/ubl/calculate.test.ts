// The arithmetic of EN 16931-1 (6.4, BR-CO-10 to BR-CO-17): by hand on examples, and on any draft whatever.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calculateTotals, currencyDigits, type EInvoiceDraft } from '../../../protocols/ubl/calculate.ts'
import { negate, sum } from '../../../protocols/ubl/decimal.ts'
import { encodeInvoice } from '../../../protocols/ubl/document.ts'
import type { EInvoice } from '../../../protocols/ubl/einvoice.ts'
import { checkEInvoice } from '../../../protocols/ubl/rules.ts'
import { draft as anyDraft, currency, price } from './arbitrary.ts'
import { brokenRules } from './published-rules.ts'
import { draftOf, line, samples } from './samples.ts'

const groups = (draft: EInvoiceDraft) =>
  calculateTotals(draft).vatBreakdown.map((g) => [g.category, g.rate, g.taxableAmount, g.taxAmount])

describe('line net amount (BT-131)', () => {
  it('is quantity times price, for the base quantity the price is for', () => {
    expect(calculateTotals(samples.pricePerHundred).lines[0]?.netAmount).toBe('4.98')
  })

  it('takes allowances off and puts charges on, each rounded', () => {
    const [first] = calculateTotals(samples.allowancesAndCharges).lines
    // 99.90, less 12.5 % of it (12.4875), and 1.25.
    expect(first?.allowances?.[0]).toMatchObject({ amount: '12.49', baseAmount: '99.90', percentage: '12.5' })
    expect(first?.netAmount).toBe('88.66')
  })

  it('never has a negative price: BR-27 makes it a negative quantity', () => {
    const [, , third] = calculateTotals(samples.negativeLines).lines
    expect(third).toMatchObject({ quantity: '-1', price: '2.50', netAmount: '-2.50' })
  })

  it('knows the discount between gross and net price (BT-147)', () => {
    expect(calculateTotals(samples.standard).lines[0]?.priceDiscount).toBe('2.50')
  })

  it('keeps prices and quantities to the last digit', () => {
    const [only] = calculateTotals(draftOf([line('1', '1000000', '0.000123')])).lines
    expect(only).toMatchObject({ quantity: '1000000', price: '0.000123', netAmount: '123.00' })
  })
})

describe('VAT breakdown (BG-23)', () => {
  it('rounds once for each group, not on each line', () => {
    // 40 lines of 0.335: each is 0.34, together 13.60; 19 % of that is 2.584. By line it would have been 40 x 0.06.
    expect(groups(samples.manySmallLines)).toEqual([['S', '19', '13.60', '2.58']])
  })

  it('rounds the half cent up', () => {
    expect(groups(samples.negativeLines)).toEqual([['S', '19', '37.50', '7.13']])
    expect(groups(draftOf([line('1', '-3.75', '10')]))).toEqual([['S', '19', '-37.50', '-7.13']])
  })

  it('groups by category and by the value of the rate: 7.0 is 7.00', () => {
    expect(groups(samples.mixedCategories)).toEqual([
      ['S', '19', '100.00', '19.00'],
      ['S', '7', '200.00', '14.00'],
      ['E', '0', '100.00', '0.00'],
      ['K', '0', '100.00', '0.00'],
    ])
  })

  it('takes document level allowances and charges into their group (BR-S-08)', () => {
    // 88.66 on 19 %, less 3 % of it, and 5.90 of freight.
    expect(groups(samples.allowancesAndCharges)).toEqual([
      ['S', '19', '91.90', '17.46'],
      ['S', '7', '20.00', '1.40'],
    ])
  })

  it.each([
    ['reverseCharge', 'VATEX-EU-AE', 'Reverse charge'],
    ['intraCommunity', 'VATEX-EU-IC', 'Intra-community supply'],
    ['export', 'VATEX-EU-G', 'Export outside the EU'],
    ['outsideVat', 'VATEX-EU-O', 'Not subject to VAT'],
  ] as const)('of %s says why no VAT is charged', (name, exemptionReasonCode, exemptionReason) => {
    expect(calculateTotals(samples[name]).vatBreakdown).toMatchObject([
      { taxAmount: '0.00', exemptionReasonCode, exemptionReason },
    ])
  })

  it('of category E says what the draft says, once for all lines, and leaves taxed categories without', () => {
    expect(calculateTotals(samples.exempt).vatBreakdown).toMatchObject([
      { taxableAmount: '300.00', exemptionReasonCode: 'VATEX-EU-132-1I' },
    ])
    for (const name of ['standard', 'zeroRated'] as const)
      expect(calculateTotals(samples[name]).vatBreakdown.some((g) => g.exemptionReason || g.exemptionReasonCode)).toBe(
        false,
      )
  })

  it('is refused where one category has two reasons', () => {
    const draft = draftOf([
      line('1', '1', '1', { vatCategory: 'E', vatRate: '0', exemptionReason: 'Health' }),
      line('2', '1', '1', { vatCategory: 'E', vatRate: '0', exemptionReason: 'Education' }),
    ])
    expect(() => calculateTotals(draft)).toThrow(/two exemption reasons/)
  })

  it('has a rate even for category O where German rules ask for one (BR-DE-14), never on the line (BR-O-05)', () => {
    const german = { ...samples.outsideVat.seller, taxRegistrationId: '22/815/08156' }
    const invoice = calculateTotals({ ...samples.outsideVat, seller: german, buyer: { ...samples.xrechnung.buyer } })
    expect(invoice.vatBreakdown[0]?.rate).toBe('0')
    expect(invoice.lines[0]?.vatRate).toBeUndefined()
  })
})

describe('document totals (BG-22)', () => {
  it.each([
    [
      'allowancesAndCharges',
      { lines: '108.66', allowances: '2.66', charges: '5.90', withoutVat: '111.90', due: '130.76' },
    ],
    ['prepaid', { withVat: '119.00', paid: '119.00', due: '0.00' }],
    ['rounding', { withVat: '119.02', rounding: '-0.02', due: '119.00' }],
    ['negativeLines', { lines: '37.50', withVat: '44.63', due: '44.63' }],
    ['zeroRated', { withoutVat: '10.00', vat: '0.00', withVat: '10.00' }],
    // 999.50 and a tenth of it, 99.95: VAT in whole yen, what is due in whole yen by BT-114.
    ['yen', { withoutVat: '999.50', vat: '100', withVat: '1099.50', rounding: '0.50', due: '1100' }],
    // 3 x 1.234 = 3.702: EN 16931 has no third digit (BR-DEC-23).
    ['dinar', { lines: '3.70', vat: '0.19', due: '3.89' }],
  ] as const)('of %s', (name, expected) => {
    expect(calculateTotals(samples[name]).totals).toMatchObject(expected)
  })

  it('are written in the currency’s coins, of which EN 16931 knows two digits at most', () => {
    expect(['EUR', 'JPY', 'KWD', 'XXX', 'nonsense'].map(currencyDigits)).toEqual([2, 0, 2, 2, 2])
  })
})

describe('what can’t be calculated', () => {
  it.each([
    ['text for a price', draftOf([line('1', '1', 'ten')])],
    ['a price per none', draftOf([line('1', '1', '1', { baseQuantity: '0' })])],
    ['an allowance of nothing', draftOf([line('1', '1', '1', { allowances: [{ reason: 'why' }] })])],
  ])('is refused: %s', (_what, draft) => {
    expect(() => calculateTotals(draft)).toThrow(RangeError)
  })
})

describe('any invoice', () => {
  it('as calculated breaks no rule, ours or the published ones', () => {
    fc.assert(
      fc.property(anyDraft, (draft) => {
        const invoice = calculateTotals(draft)
        expect(checkEInvoice(invoice)).toEqual([])
        expect(brokenRules(encodeInvoice(invoice))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('with a cent more or less in any amount breaks a rule', () => {
    fc.assert(
      fc.property(anyDraft, fc.nat(), fc.constantFrom('0.01', '-0.01'), (draft, nth, cent) => {
        const invoice = calculateTotals(draft)
        const places = amountsOf(invoice)
        const [holder, key] = places[nth % places.length] as (typeof places)[number]
        holder[key] = sum([holder[key] as string, cent])
        expect(checkEInvoice(invoice).map((f) => f.rule)).not.toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('with a price or quantity that makes another amount breaks PEPPOL-EN16931-R120', () => {
    fc.assert(
      fc.property(price, currency, (more, currency) => {
        fc.pre(!/^-?[0.]+[12]?$/.test(more) && Math.abs(Number(more)) > 0.03)
        const invoice = calculateTotals(draftOf([line('1', '1', '1000000000')], { currency }))
        const [only] = invoice.lines
        if (only) only.price = sum([only.price, more])
        expect(checkEInvoice(invoice).map((f) => f.rule)).toEqual(['PEPPOL-EN16931-R120'])
      }),
    )
  })

  it('is not changed by calculating: the draft stays as it was', () => {
    fc.assert(
      fc.property(anyDraft, (draft) => {
        const before = structuredClone(draft)
        calculateTotals(draft)
        expect(draft).toEqual(before)
      }),
      { numRuns: 50 },
    )
  })

  it('the other way round owes the opposite', () => {
    fc.assert(
      fc.property(anyDraft, ({ rounding, allowances, charges, ...draft }) => {
        const lines = draft.lines.map(({ allowances, charges, ...rest }) => rest)
        const there = calculateTotals({ ...draft, paid: undefined, lines })
        const back = calculateTotals({
          ...draft,
          paid: undefined,
          lines: lines.map((one) => ({ ...one, quantity: negate(one.quantity) })),
        })
        expect(Number(sum([there.totals.due, back.totals.due]))).toBe(0)
      }),
      { numRuns: 100 },
    )
  })
})

/** Every amount that others are checked against: not the base amounts, of which two cents are forgiven. */
function amountsOf(invoice: EInvoice): [Record<string, string>, string][] {
  const holders: [object, string[]][] = [
    [invoice.totals, ['lines', 'withoutVat', 'vat', 'withVat', 'due', 'allowances', 'charges', 'paid', 'rounding']],
    ...invoice.vatBreakdown.map((g): [object, string[]] => [g, ['taxableAmount', 'taxAmount']]),
    ...invoice.lines.map((l): [object, string[]] => [l, ['netAmount']]),
    ...[...(invoice.allowances ?? []), ...(invoice.charges ?? [])].map((a): [object, string[]] => [a, ['amount']]),
  ]
  return holders.flatMap(([holder, keys]) =>
    keys.filter((key) => key in holder).map((key): [Record<string, string>, string] => [holder as never, key]),
  )
}
