// Arbitrary drafts for property tests: any lines, allowances, rates and currencies, and any text where text may stand.
import fc from 'fast-check'
import type { DraftAllowanceCharge, DraftLine, DraftVat, EInvoiceDraft } from '../../../protocols/ubl/calculate.ts'
import { buyer, seller } from './samples.ts'

/** What XML can hold and an element may be: something other than blanks. */
export const text = fc
  .oneof(
    fc.string({ maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('00123', ' a  b ', '<![CDATA[x]]>', '&amp;', ']]>', 'a\r\nb', '𝄞', '<cbc:ID>1</cbc:ID>', '"\'>'),
  )
  .map((s) => s.replace(/[^\P{Cc}\t\n\r\x7f-\x9f]|[\p{Cs}\ufffe\uffff]/gu, ''))
  .map((s) => (s.trim() === '' ? 'x' : s))

/** The same where blanks around it mean nothing. */
export const token = text.map((s) => s.trim())

function decimal(most: bigint, digits: number, least = 0n): fc.Arbitrary<string> {
  return fc.tuple(fc.bigInt({ min: least, max: most }), fc.nat(digits)).map(([units, scale]) => {
    const sign = units < 0n ? '-' : ''
    const all = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
    return scale === 0 ? `${sign}${all}` : `${sign}${all.slice(0, -scale)}.${all.slice(-scale)}`
  })
}

/** At most 10^10 in a line: what libxml2's floats, which check the sums too, still hold to the cent. */
export const price = decimal(999_999n, 5, -999_999n)
const quantity = decimal(9_999n, 4, -9_999n)
const percentage = fc.nat(9999).map((hundredths) => (hundredths / 100).toFixed(2))
const amount = decimal(999_999n, 2)
export const currency = fc.constantFrom('EUR', 'USD', 'JPY', 'KWD', 'HUF', 'CLP', 'TND')

const rates = fc.constantFrom('19', '7', '7.0', '19.00', '5.5', '25', '8.1', '13.5')

/** Category O is apart: it excludes the others. */
const vat: fc.Arbitrary<DraftVat> = fc.oneof(
  { weight: 4, arbitrary: rates.map((vatRate) => ({ vatCategory: 'S', vatRate })) },
  fc.constantFrom<DraftVat>(
    { vatCategory: 'Z' },
    { vatCategory: 'E', exemptionReason: 'Health' },
    { vatCategory: 'E', exemptionReason: 'Health', vatRate: '0.00' },
    { vatCategory: 'AE' },
    { vatCategory: 'K', vatRate: '0' },
    { vatCategory: 'G' },
  ),
)
const outsideVat: fc.Arbitrary<DraftVat> = fc.constantFrom<DraftVat>(
  { vatCategory: 'O' },
  { vatCategory: 'O', vatRate: '0' },
)

const reason = fc.constantFrom({ reason: 'Discount' }, { reason: 'Freight & packing' })
const allowanceCharge: fc.Arbitrary<DraftAllowanceCharge> = fc.oneof(
  fc.tuple(reason, amount).map(([why, amount]) => ({ ...why, amount })),
  fc.tuple(reason, percentage).map(([why, percentage]) => ({ ...why, percentage })),
  fc.tuple(reason, percentage, amount).map(([why, percentage, baseAmount]) => ({ ...why, percentage, baseAmount })),
)
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 })

function lineOf(taxed: fc.Arbitrary<DraftVat>): fc.Arbitrary<DraftLine> {
  return fc
    .tuple(
      taxed,
      fc.record(
        {
          quantity,
          price,
          unit: fc.constantFrom('C62', 'XPK', 'KGM', 'HUR'),
          name: text,
          baseQuantity: fc.constantFrom('1', '100', '0.5', '12'),
          allowances: some(allowanceCharge),
          charges: some(allowanceCharge),
          note: text,
          description: text,
          sellersItemId: token,
          purchaseOrderLine: token,
          accountingCost: text,
          attributes: some(fc.record({ name: text, value: text })),
          standardItemId: fc.record({ id: token, scheme: fc.constant('0160') }),
        },
        { requiredKeys: ['quantity', 'price', 'unit', 'name'] },
      ),
    )
    .map(([category, rest]): DraftLine => ({ id: '', ...rest, ...category }))
}

function draftOf(taxed: fc.Arbitrary<DraftVat>, party: Pick<EInvoiceDraft, 'seller' | 'buyer'>) {
  const documentLevel = some(fc.tuple(allowanceCharge, taxed).map(([one, category]) => ({ ...one, ...category })))
  return fc
    .record(
      {
        number: token,
        typeCode: fc.constantFrom('380', '381'),
        currency,
        lines: fc.array(lineOf(taxed), { minLength: 1, maxLength: 8 }),
        allowances: documentLevel,
        charges: documentLevel,
        paid: amount,
        rounding: decimal(99n, 2, -99n),
        notes: text.map((note) => [note]),
        buyerReference: text,
        salesOrder: token,
        contract: token,
        project: token,
        precedingInvoices: some(fc.record({ number: token })),
        paymentTerms: text,
        attachments: some(fc.record({ id: token, description: text, url: token })),
      },
      { requiredKeys: ['number', 'typeCode', 'currency', 'lines'] },
    )
    .map(
      (rest): EInvoiceDraft => ({
        issueDate: '2026-03-01',
        dueDate: '2026-03-31',
        purchaseOrder: 'PO-1',
        paymentMeans: [{ code: '30', account: { id: 'DE02120300000000202051' } }],
        delivery: { date: '2026-02-27', address: { country: 'NL' } },
        ...party,
        ...rest,
        lines: rest.lines.map((line, i) => ({ ...line, id: String(i + 1) })),
      }),
    )
}

const without = ({ vatId, ...party }: EInvoiceDraft['seller']) => party

/** Any draft that can be one invoice. */
export const draft = fc.oneof(
  { weight: 5, arbitrary: draftOf(vat, { seller, buyer }) },
  draftOf(outsideVat, { seller: without(seller), buyer: without(buyer) }),
)

/** Any draft at all: with several reasons and with what is outside VAT among the rest. */
export const mixedDraft = draftOf(
  fc.oneof(
    vat,
    outsideVat,
    fc.constantFrom<DraftVat>(
      { vatCategory: 'E', exemptionReason: 'Education' },
      { vatCategory: 'E', exemptionReasonCode: 'VATEX-EU-J' },
      { vatCategory: 'AE', exemptionReason: 'Steuerschuldnerschaft des Leistungsempfängers' },
    ),
  ),
  { seller, buyer },
)
