// What one invoice can't hold (BR-E-01, BR-AE-01, BR-O-11 ...) becomes several, which together say the same.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calculateTotals } from '../../../protocols/ubl/calculate.ts'
import { sum } from '../../../protocols/ubl/decimal.ts'
import { checkEInvoice } from '../../../protocols/ubl/rules.ts'
import { splitEInvoice } from '../../../protocols/ubl/split.ts'
import { draft as anyDraft, mixedDraft } from './arbitrary.ts'
import { draftOf, line, samples } from './samples.ts'

const exempt = (id: string, exemptionReason: string) =>
  line(id, '1', '100', { vatCategory: 'E', vatRate: '0', exemptionReason })
const outside = (id: string) => line(id, '1', '10', { vatCategory: 'O', vatRate: undefined })
const linesOf = (draft: { lines: { id: string }[] }) => draft.lines.map((one) => one.id)

describe('an invoice is not split', () => {
  it.each(Object.entries(samples))('when it can be one: %s', (_name, draft) => {
    expect(splitEInvoice(draft)).toEqual([{ draft }])
  })

  it('when a line gives no reason and another of its category does', () => {
    const parts = splitEInvoice(
      draftOf([exempt('1', 'Health'), line('2', '1', '1', { vatCategory: 'E', vatRate: '0' })]),
    )
    expect(parts).toHaveLength(1)
  })

  it('when two lines give the same VATEX code in other words', () => {
    const code = { vatCategory: 'E', vatRate: '0', exemptionReasonCode: 'VATEX-EU-132' }
    const lines = [line('1', '1', '1', { ...code, exemptionReason: 'Health' }), line('2', '1', '1', code)]
    expect(splitEInvoice(draftOf(lines))).toHaveLength(1)
    expect(calculateTotals(draftOf(lines)).vatBreakdown).toHaveLength(1)
  })
})

describe('an invoice is split', () => {
  it('by the reasons of one category, with the taxed lines in the first', () => {
    const parts = splitEInvoice(
      draftOf([exempt('1', 'Health'), line('2', '1', '50'), exempt('3', 'Education'), exempt('4', 'Health')]),
    )
    expect(parts.map(({ draft }) => [draft.number, linesOf(draft)])).toEqual([
      ['R-2026-1-1', ['1', '2', '4']],
      ['R-2026-1-2', ['3']],
    ])
    expect(parts.map((part) => part.reason)).toEqual([
      'An invoice has one exemption reason for each VAT category (BR-E-01); this one has E "Health".',
      'An invoice has one exemption reason for each VAT category (BR-E-01); this one has E "Education".',
    ])
  })

  it('where something is outside VAT, which has an invoice without VAT identifiers (BR-O-02, BR-O-11)', () => {
    const parts = splitEInvoice(
      draftOf([outside('1'), line('2', '1', '50')], { taxRepresentative: samples.standard.taxRepresentative }),
    )
    expect(parts.map(({ draft }) => linesOf(draft))).toEqual([['2'], ['1']])
    const [taxed, untaxed] = parts.map(({ draft }) => draft)
    expect(taxed).toMatchObject({ seller: { vatId: 'DE123456789' }, taxRepresentative: { name: 'Fiskaal BV' } })
    expect(untaxed?.seller.vatId).toBeUndefined()
    expect(untaxed?.buyer.vatId).toBeUndefined()
    expect(untaxed?.taxRepresentative).toBeUndefined()
    expect(parts.map((part) => part.reason)).toEqual([
      'What is subject to VAT shares no invoice with what is outside it (BR-O-11).',
      'What is outside VAT (category O) has an invoice of its own, without VAT identifiers (BR-O-02, BR-O-11).',
    ])
    for (const { draft } of parts) expect(checkEInvoice(calculateTotals(draft))).toEqual([])
  })

  it('with allowances and charges at their category', () => {
    const [first, second] = splitEInvoice(
      draftOf([line('1', '1', '50'), exempt('2', 'Health'), exempt('3', 'Education')], {
        charges: [{ reason: 'Exam', amount: '5', vatCategory: 'E', vatRate: '0', exemptionReason: 'Education' }],
        allowances: [{ reason: 'Loyalty', amount: '1', vatCategory: 'S', vatRate: '19' }],
      }),
    ).map(({ draft }) => draft)
    expect([first?.charges, first?.allowances?.length]).toEqual([undefined, 1])
    expect([second?.charges?.length, second?.allowances]).toEqual([1, undefined])
  })

  it('with what was paid set against the parts in turn, the rest against the last, and VAT in the first', () => {
    const lines = [exempt('1', 'Health'), exempt('2', 'Education'), outside('3')]
    const paid = (amount: string) => splitEInvoice(draftOf(lines, { paid: amount })).map(({ draft }) => draft.paid)
    expect(paid('150')).toEqual(['100.00', '50.00', undefined])
    expect(paid('250.00')).toEqual(['100.00', '100.00', '50.00'])
    const parts = splitEInvoice(draftOf(lines, { taxCurrency: 'SEK', vatInTaxCurrency: '12.00', rounding: '0.01' }))
    expect(parts.map(({ draft }) => draft.vatInTaxCurrency)).toEqual(['12.00', '0', '0'])
    expect(parts.map(({ draft }) => draft.rounding)).toEqual([undefined, undefined, '0.01'])
  })
})

describe('any draft', () => {
  it('that can be one invoice stays one', () => {
    fc.assert(
      fc.property(anyDraft, (draft) => {
        expect(splitEInvoice(draft)).toEqual([{ draft }])
      }),
      { numRuns: 100 },
    )
  })

  it('becomes parts that calculate, break no rule but BR-16, and come to the same', () => {
    fc.assert(
      fc.property(mixedDraft, ({ rounding, ...draft }) => {
        const parts = splitEInvoice(draft)
        const invoices = parts.map((part) => calculateTotals(part.draft))
        for (const invoice of invoices) {
          const rules = checkEInvoice(invoice).map((f) => f.rule)
          // An allowance or charge of a reason that no line has.
          if (invoice.lines.length === 0) expect(rules).toEqual(['BR-16'])
          // Outside VAT and not split: the draft's parties keep the VAT identifiers they came with.
          else if (parts.length === 1 && invoice.vatBreakdown[0]?.category === 'O')
            expect(rules.every((rule) => /^BR-O-0[234]$/.test(rule))).toBe(true)
          else expect(rules).toEqual([])
        }
        expect(invoices.flatMap((i) => i.lines.map((l) => l.id)).sort()).toEqual(draft.lines.map((l) => l.id).sort())
        expect(Number(sum([...invoices.map((i) => i.totals.paid ?? '0'), `-${draft.paid ?? '0'}`]))).toBe(0)
        expect(new Set(invoices.map((i) => i.number)).size).toBe(invoices.length)
        expect(splitEInvoice(draft)).toEqual(parts)
      }),
      { numRuns: 300 },
    )
  })
})
