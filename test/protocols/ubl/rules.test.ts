// The rules of EN 16931, Peppol BIS Billing 3.0 (3.0.21) and XRechnung 3.0, each by an invoice that breaks it.
import { describe, expect, it } from 'vitest'
import { calculateTotals } from '../../../protocols/ubl/calculate.ts'
import type { EInvoice } from '../../../protocols/ubl/einvoice.ts'
import { isIban } from '../../../protocols/ubl/german-rules.ts'
import { checkEInvoice } from '../../../protocols/ubl/rules.ts'
import { isUnitCode } from '../../../protocols/ubl/unit-code.ts'
import { buyer, draftOf, line, samples } from './samples.ts'

type Name = keyof typeof samples
type Damage = (invoice: EInvoice) => void

const of = (name: Name): EInvoice => structuredClone(calculateTotals(samples[name]))
const rulesOf = (invoice: EInvoice) => checkEInvoice(invoice).map((finding) => finding.rule)

function set(path: string, value: unknown): Damage {
  return (invoice) => {
    const steps = path.split(/[.[\]]+/).filter((step) => step !== '')
    const last = steps.pop() as string
    const holder = steps.reduce((at: Record<string, never>, step) => at[step] as never, invoice as never) as object
    if (value === undefined) delete holder[last as never]
    else holder[last as never] = value as never
  }
}

const cases: [rule: string, sample: Name, damage: Damage, what: string][] = [
  ['BR-01', 'exempt', set('customizationId', ''), 'no specification'],
  ['BR-02', 'exempt', set('number', ''), 'no number'],
  ['BR-03', 'exempt', set('issueDate', ''), 'no issue date'],
  ['BR-04', 'exempt', set('typeCode', ''), 'no type'],
  ['BR-05', 'exempt', set('currency', ''), 'no currency'],
  ['BR-06', 'exempt', set('seller.name', ' '), 'a seller without name'],
  ['BR-07', 'exempt', set('buyer.name', ''), 'a buyer without name'],
  ['BR-09', 'exempt', set('seller.address.country', ''), 'a seller without country'],
  ['BR-11', 'exempt', set('buyer.address.country', ''), 'a buyer without country'],
  ['BR-12', 'exempt', set('totals.lines', ''), 'no sum of lines'],
  ['BR-13', 'exempt', set('totals.withoutVat', ''), 'no total without VAT'],
  ['BR-14', 'exempt', set('totals.withVat', ''), 'no total with VAT'],
  ['BR-15', 'exempt', set('totals.due', ''), 'no amount due'],
  ['BR-16', 'exempt', set('lines', []), 'no lines'],
  ['BR-17', 'standard', set('payee.name', ''), 'a payee without name'],
  ['BR-17', 'standard', set('payee.name', 'Nordlicht'), 'a payee that is the seller'],
  ['BR-17', 'standard', set('payee.id.id', '4000001000005'), 'a payee with the seller’s identifier'],
  ['BR-18', 'standard', set('taxRepresentative.name', ''), 'a tax representative without name'],
  ['BR-20', 'standard', set('taxRepresentative.address.country', ''), 'a tax representative without country'],
  ['BR-21', 'exempt', set('lines[0].id', ''), 'a line without identifier'],
  ['BR-22', 'exempt', set('lines[0].quantity', ''), 'a line without quantity'],
  ['BR-23', 'exempt', set('lines[0].unit', ''), 'a line without unit'],
  ['BR-24', 'exempt', set('lines[0].netAmount', ''), 'a line without amount'],
  ['BR-25', 'exempt', set('lines[0].name', ''), 'an item without name'],
  ['BR-26', 'exempt', set('lines[0].price', ''), 'an item without price'],
  ['BR-27', 'exempt', set('lines[0].price', '-250'), 'a negative price'],
  ['BR-28', 'standard', set('lines[0].grossPrice', '-15.00'), 'a negative gross price'],
  ['BR-29', 'standard', set('period.end', '2026-01-31'), 'a period that ends before it begins'],
  ['BR-30', 'standard', set('lines[0].period.end', '2026-01-31'), 'a line’s period that ends before it begins'],
  ['BR-31', 'allowancesAndCharges', set('allowances[0].amount', ''), 'an allowance without amount'],
  ['BR-32', 'allowancesAndCharges', set('allowances[0].vatCategory', ''), 'an allowance without VAT category'],
  ['BR-33', 'allowancesAndCharges', set('allowances[0].reason', undefined), 'an allowance without reason'],
  ['BR-36', 'allowancesAndCharges', set('charges[0].amount', ''), 'a charge without amount'],
  ['BR-37', 'allowancesAndCharges', set('charges[0].vatCategory', ''), 'a charge without VAT category'],
  ['BR-41', 'allowancesAndCharges', set('lines[0].allowances[0].amount', ''), 'a line’s allowance without amount'],
  ['BR-43', 'allowancesAndCharges', set('lines[0].charges[0].amount', ''), 'a line’s charge without amount'],
  ['BR-44', 'allowancesAndCharges', set('lines[0].charges[0].reasonCode', ''), 'a line’s charge without reason'],
  ['BR-45', 'exempt', set('vatBreakdown[0].taxableAmount', ''), 'a breakdown without taxable amount'],
  ['BR-46', 'exempt', set('vatBreakdown[0].taxAmount', ''), 'a breakdown without tax amount'],
  ['BR-47', 'exempt', set('vatBreakdown[0].category', ''), 'a breakdown without category'],
  ['BR-48', 'exempt', set('vatBreakdown[0].rate', undefined), 'a breakdown without rate'],
  ['BR-49', 'xrechnung', set('paymentMeans[0].code', ''), 'payment means without code'],
  ['BR-49', 'creditNote', set('paymentMeans', undefined), 'a credit note’s due date without payment means'],
  ['BR-50', 'xrechnung', set('paymentMeans[0].account.id', ''), 'an account without number'],
  ['BR-51', 'standard', set('paymentMeans[1].card.number', '4111111111111111'), 'a whole card number'],
  ['BR-52', 'standard', set('attachments[0].id', ''), 'an attachment without reference'],
  ['BR-53', 'standard', set('totals.vatInTaxCurrency', undefined), 'a VAT currency without VAT in it'],
  ['BR-54', 'standard', set('lines[0].attributes[0].value', ''), 'an attribute without value'],
  ['BR-55', 'standard', set('precedingInvoices[0].number', ''), 'a preceding invoice without number'],
  ['BR-56', 'standard', set('taxRepresentative.vatId', ''), 'a tax representative without VAT identifier'],
  ['BR-57', 'standard', set('delivery.address.country', ''), 'a delivery without country'],
  ['BR-61', 'xrechnung', set('paymentMeans[0].account', undefined), 'a credit transfer to nowhere'],
  ['BR-62', 'exempt', set('seller.endpoint.scheme', undefined), 'a seller’s electronic address without scheme'],
  ['BR-63', 'exempt', set('buyer.endpoint.scheme', undefined), 'a buyer’s electronic address without scheme'],
  ['BR-64', 'standard', set('lines[0].standardItemId.scheme', undefined), 'a standard item identifier without scheme'],
  ['BR-65', 'standard', set('lines[0].classifications[0].list', ''), 'a classification of no list'],
  ['BR-66', 'standard', set('paymentMeans[0].card', { number: '12345678', network: 'VISA' }), 'two cards'],
  ['BR-67', 'standard', set('paymentMeans[0].mandate', { id: 'M' }), 'two mandates'],
  ['UBL-SR-16', 'exempt', set('buyer.ids', [{ id: '1' }, { id: '2' }]), 'two buyer identifiers'],

  ['BR-CO-03', 'standard', set('vatPointCode', '35'), 'a tax point date and a code for it'],
  ['BR-CO-04', 'exempt', set('lines[0].vatCategory', ''), 'a line without VAT category'],
  ['BR-CO-09', 'exempt', set('seller.vatId', '123456789'), 'a VAT identifier without country'],
  ['BR-CO-10', 'exempt', set('totals.lines', '300.01'), 'a wrong sum of lines'],
  ['BR-CO-11', 'allowancesAndCharges', set('totals.allowances', undefined), 'no sum of allowances'],
  ['BR-CO-12', 'allowancesAndCharges', set('totals.charges', '5.91'), 'a wrong sum of charges'],
  ['BR-CO-13', 'allowancesAndCharges', set('totals.withoutVat', '111.91'), 'a wrong total without VAT'],
  ['BR-CO-14', 'allowancesAndCharges', set('totals.vat', '18.87'), 'a wrong total of VAT'],
  ['BR-CO-15', 'allowancesAndCharges', set('totals.withVat', '130.77'), 'a wrong total with VAT'],
  ['BR-CO-15', 'exempt', set('totals.vat', ''), 'no total of VAT'],
  ['BR-CO-16', 'prepaid', set('totals.due', '0.01'), 'a wrong amount due'],
  ['BR-CO-16', 'rounding', set('totals.rounding', undefined), 'a rounding that is not said'],
  ['BR-CO-17', 'mixedCategories', set('vatBreakdown[1].taxAmount', '14.01'), 'VAT that is not the rate’s'],
  ['BR-CO-18', 'exempt', set('vatBreakdown', []), 'no VAT breakdown'],
  ['BR-CO-25', 'exempt', set('dueDate', undefined), 'no word about when to pay'],

  ['BR-DEC-01', 'allowancesAndCharges', set('allowances[0].amount', '2.660'), 'three digits'],
  ['BR-DEC-02', 'allowancesAndCharges', set('allowances[0].baseAmount', '88.660'), 'three digits'],
  ['BR-DEC-05', 'allowancesAndCharges', set('charges[0].amount', '5.900'), 'three digits'],
  ['BR-DEC-09', 'dinar', set('totals.lines', '3.702'), 'fils'],
  ['BR-DEC-14', 'dinar', set('totals.withVat', '3.887'), 'fils'],
  ['BR-DEC-15', 'standard', set('totals.vatInTaxCurrency', '282.010'), 'three digits'],
  ['BR-DEC-18', 'dinar', set('totals.due', '3.887'), 'fils'],
  ['BR-DEC-19', 'dinar', set('vatBreakdown[0].taxableAmount', '3.702'), 'fils'],
  ['BR-DEC-20', 'dinar', set('vatBreakdown[0].taxAmount', '0.185'), 'fils'],
  ['BR-DEC-23', 'dinar', set('lines[0].netAmount', '3.702'), 'fils'],
  ['BR-DEC-24', 'allowancesAndCharges', set('lines[0].allowances[0].amount', '12.490'), 'three digits'],
  ['BR-DEC-27', 'allowancesAndCharges', set('lines[0].charges[0].amount', '1.250'), 'three digits'],

  ['BR-CL-04', 'exempt', set('currency', 'EURO'), 'a currency that is none'],
  ['BR-CL-05', 'standard', set('taxCurrency', 'KRONA'), 'a VAT currency that is none'],
  ['BR-CL-10', 'exempt', set('buyer.ids[0].scheme', 'DUNS'), 'an identifier of no ISO scheme'],
  ['BR-CL-11', 'exempt', set('buyer.legalId.scheme', 'KVK'), 'a legal identifier of no ISO scheme'],
  ['BR-CL-13', 'standard', set('lines[0].classifications[0].list', 'UNSPSC'), 'a classification of an unknown list'],
  ['BR-CL-14', 'exempt', set('buyer.address.country', 'Holland'), 'a country by name'],
  ['BR-CL-15', 'standard', set('lines[0].countryOfOrigin', 'EU'), 'an origin that is no country'],
  ['BR-CL-16', 'xrechnung', set('paymentMeans[0].code', 'SEPA'), 'payment means by name'],
  ['BR-CL-17', 'exempt', set('vatBreakdown[0].category', 'X'), 'an unknown VAT category'],
  ['BR-CL-18', 'exempt', set('lines[0].vatCategory', 'X'), 'an unknown VAT category on a line'],
  ['BR-CL-21', 'standard', set('lines[0].standardItemId.scheme', 'GTIN'), 'an item identifier of no ISO scheme'],
  ['BR-CL-22', 'exempt', set('vatBreakdown[0].exemptionReasonCode', 'Article 132'), 'an exemption code that is none'],
  ['BR-CL-23', 'exempt', set('lines[0].unit', 'PCE'), 'a unit of another list'],
  ['BR-CL-26', 'standard', set('delivery.location.scheme', 'GLN'), 'a location of no ISO scheme'],

  ['XSD', 'exempt', set('lines[0].quantity', '1,5'), 'a decimal comma'],
  ['XSD', 'exempt', set('vatBreakdown[0].rate', '0 %'), 'a rate that is no number'],
  ['XSD', 'exempt', set('buyer.name', 'a\u0000b'), 'a character XML can’t hold'],
  ['XSD', 'exempt', set('buyer.name', 'a\ud800b'), 'half a surrogate pair'],
  ['XSD', 'standard', set('attachments[0].content', 'not base64!'), 'an attachment that is no base64'],
  ['XSD', 'standard', set('attachments[0].fileName', undefined), 'an attachment without file name'],
  ['XSD', 'standard', set('paymentMeans[1].card.network', ''), 'a card of no network'],

  ['BR-S-01', 'mixedCategories', (i) => i.vatBreakdown.shift(), 'no breakdown of a rate'],
  ['BR-S-01', 'pricePerHundred', (i) => i.vatBreakdown.push(structuredClone(i.vatBreakdown[0]!)), 'a breakdown twice'],
  ['BR-S-02', 'xrechnung', set('seller.vatId', undefined), 'a seller without VAT identifier'],
  ['BR-S-05', 'pricePerHundred', set('lines[0].vatRate', '0'), 'a standard rate of zero'],
  ['BR-S-05', 'pricePerHundred', set('lines[0].vatRate', undefined), 'no rate'],
  ['BR-S-06', 'allowancesAndCharges', set('allowances[0].vatRate', '0'), 'an allowance at rate zero'],
  ['BR-S-07', 'allowancesAndCharges', set('charges[0].vatRate', '-19'), 'a charge at a negative rate'],
  ['BR-S-08', 'allowancesAndCharges', set('vatBreakdown[0].taxableAmount', '91.91'), 'a wrong taxable amount'],
  ['BR-S-10', 'pricePerHundred', set('vatBreakdown[0].exemptionReason', 'why'), 'an exemption from what is taxed'],
  ['BR-Z-05', 'zeroRated', set('lines[0].vatRate', '19'), 'zero rated at 19 %'],
  ['BR-Z-08', 'zeroRated', set('vatBreakdown[0].taxableAmount', '10.01'), 'a wrong taxable amount'],
  ['BR-Z-09', 'zeroRated', set('vatBreakdown[0].taxAmount', '1.00'), 'VAT on zero'],
  ['BR-Z-10', 'zeroRated', set('vatBreakdown[0].exemptionReason', 'why'), 'an exemption from zero'],
  ['BR-E-01', 'exempt', (i) => i.vatBreakdown.push(structuredClone(i.vatBreakdown[0]!)), 'a breakdown twice'],
  ['BR-E-02', 'exempt', (i) => delete i.seller.vatId, 'a seller without VAT identifier'],
  ['BR-E-05', 'exempt', set('lines[0].vatRate', '7'), 'exempt at 7 %'],
  ['BR-E-08', 'exempt', set('vatBreakdown[0].taxableAmount', '299.99'), 'a wrong taxable amount'],
  ['BR-E-09', 'exempt', set('vatBreakdown[0].taxAmount', '0.01'), 'VAT on what is exempt'],
  ['BR-E-10', 'exempt', set('vatBreakdown[0].exemptionReasonCode', undefined), 'an exemption without reason'],
  [
    'BR-AE-02',
    'reverseCharge',
    (i) => (i.buyer = { ...buyer, vatId: undefined, legalId: undefined }),
    'an unknown buyer',
  ],
  ['BR-AE-05', 'reverseCharge', set('lines[0].vatRate', '19'), 'reverse charge at 19 %'],
  [
    'BR-AE-10',
    'reverseCharge',
    (i) => (i.vatBreakdown[0] = { ...i.vatBreakdown[0]!, exemptionReasonCode: '', exemptionReason: '' }),
    'no reason',
  ],
  ['BR-IC-02', 'intraCommunity', set('buyer.vatId', undefined), 'a buyer without VAT identifier'],
  ['BR-IC-02', 'intraCommunity', set('seller.vatId', undefined), 'a seller without VAT identifier'],
  ['BR-IC-11', 'intraCommunity', set('delivery.date', undefined), 'no delivery date'],
  ['BR-IC-12', 'intraCommunity', set('delivery.address', undefined), 'no deliver-to country'],
  ['BR-G-02', 'export', set('seller.vatId', undefined), 'a seller without VAT identifier'],
  [
    'BR-G-10',
    'export',
    (i) => (i.vatBreakdown[0] = { ...i.vatBreakdown[0]!, exemptionReasonCode: '', exemptionReason: '' }),
    'no reason',
  ],
  ['BR-O-02', 'outsideVat', set('seller.vatId', 'DE123456789'), 'a seller with VAT identifier'],
  ['BR-O-02', 'outsideVat', set('buyer.vatId', 'NL123456789B01'), 'a buyer with VAT identifier'],
  ['BR-O-05', 'outsideVat', set('lines[0].vatRate', '0'), 'a rate of what has none'],
  ['BR-O-09', 'outsideVat', set('vatBreakdown[0].taxAmount', '1.00'), 'VAT outside VAT'],
  ['BR-O-11', 'mixedCategories', set('vatBreakdown[2].category', 'O'), 'other categories in the breakdown'],
  ['BR-O-12', 'mixedCategories', set('vatBreakdown[2].category', 'O'), 'other categories in lines'],

  ['PEPPOL-EN16931-R001', 'exempt', set('profileId', ''), 'no business process'],
  ['PEPPOL-EN16931-R002', 'exempt', set('notes', ['a', 'b']), 'two notes'],
  ['PEPPOL-EN16931-R003', 'exempt', set('purchaseOrder', undefined), 'neither buyer reference nor purchase order'],
  ['PEPPOL-EN16931-R004', 'exempt', set('customizationId', 'urn:cen.eu:en16931:2017'), 'another specification'],
  ['PEPPOL-EN16931-R005', 'standard', set('taxCurrency', 'EUR'), 'a VAT currency that is the invoice’s'],
  ['PEPPOL-EN16931-R007', 'exempt', set('profileId', 'billing'), 'a business process of no form'],
  ['PEPPOL-EN16931-R008', 'exempt', set('notes', [' \n']), 'a note of blanks'],
  ['PEPPOL-EN16931-R010', 'exempt', set('buyer.endpoint', undefined), 'no address of the buyer'],
  ['PEPPOL-EN16931-R020', 'exempt', set('seller.endpoint', undefined), 'no address of the seller'],
  ['PEPPOL-EN16931-R040', 'allowancesAndCharges', set('allowances[0].percentage', '4'), 'another percentage'],
  [
    'PEPPOL-EN16931-R041',
    'allowancesAndCharges',
    set('allowances[0].baseAmount', undefined),
    'a percentage of nothing',
  ],
  [
    'PEPPOL-EN16931-R042',
    'allowancesAndCharges',
    set('allowances[0].percentage', undefined),
    'a base without percentage',
  ],
  ['PEPPOL-EN16931-R046', 'standard', set('lines[0].priceDiscount', '2.49'), 'a discount that is not the difference'],
  ['PEPPOL-EN16931-R054', 'standard', set('taxCurrency', undefined), 'VAT in a currency not named'],
  ['PEPPOL-EN16931-R055', 'standard', set('totals.vatInTaxCurrency', '-282.01'), 'VAT of another sign'],
  ['PEPPOL-EN16931-R061', 'standard', set('paymentMeans[2].mandate', undefined), 'a direct debit without mandate'],
  ['PEPPOL-EN16931-R110', 'standard', set('lines[0].period.start', '2026-01-31'), 'a line that begins too early'],
  ['PEPPOL-EN16931-R111', 'standard', set('lines[0].period.end', '2026-03-01'), 'a line that ends too late'],
  ['PEPPOL-EN16931-R120', 'pricePerHundred', set('lines[0].baseQuantity', undefined), 'a price for another quantity'],
  ['PEPPOL-EN16931-R121', 'pricePerHundred', set('lines[0].baseQuantity', '0'), 'a price for nothing'],
  ['PEPPOL-EN16931-R130', 'standard', set('lines[0].baseQuantityUnit', 'KGM'), 'a price for another unit'],
  ['PEPPOL-EN16931-P0100', 'exempt', set('typeCode', '325'), 'a pro forma invoice'],
  ['PEPPOL-EN16931-P0112', 'exempt', set('typeCode', '384'), 'a corrected invoice outside Germany'],
  ['PEPPOL-EN16931-P0104', 'exempt', set('vatBreakdown[0].exemptionReasonCode', 'vatex-eu-g'), 'the code for export'],
  [
    'PEPPOL-EN16931-P0107',
    'exempt',
    set('vatBreakdown[0].exemptionReasonCode', 'VATEX-EU-AE'),
    'the code for reverse charge',
  ],
  [
    'PEPPOL-EN16931-P0111',
    'reverseCharge',
    set('vatBreakdown[0].exemptionReasonCode', 'VATEX-EU-J'),
    'the code for antiques',
  ],
  ['PEPPOL-EN16931-CL001', 'standard', set('attachments[0].mimeType', 'application/zip'), 'an attachment nobody takes'],
  [
    'PEPPOL-EN16931-CL002',
    'allowancesAndCharges',
    set('lines[0].allowances[0].reasonCode', 'PC'),
    'a charge’s reason for an allowance',
  ],
  [
    'PEPPOL-EN16931-CL003',
    'allowancesAndCharges',
    set('charges[0].reasonCode', '95'),
    'an allowance’s reason for a charge',
  ],
  ['PEPPOL-EN16931-CL006', 'exempt', set('vatPointCode', '4'), 'a VAT point code that is none'],
  ['PEPPOL-EN16931-CL008', 'exempt', set('buyer.endpoint.scheme', 'EM'), 'an e-mail address'],
  ['PEPPOL-EN16931-F001', 'exempt', set('issueDate', '2026-02-29'), 'a day that was not'],
  ['PEPPOL-EN16931-F001', 'exempt', set('issueDate', '01.03.2026'), 'a date of another form'],
  ['PEPPOL-COMMON-R040', 'exempt', set('seller.endpoint.id', '4000001000006'), 'a GLN with wrong check digit'],
  [
    'PEPPOL-COMMON-R041',
    'exempt',
    set('buyer.endpoint', { scheme: '0192', id: '923609017' }),
    'a wrong Norwegian number',
  ],
  ['PEPPOL-COMMON-R042', 'exempt', set('buyer.endpoint', { scheme: '0184', id: 'DK1234567' }), 'a short Danish number'],
  [
    'PEPPOL-COMMON-R043',
    'exempt',
    set('buyer.legalId', { scheme: '0208', id: '0202239952' }),
    'a wrong Belgian number',
  ],
  [
    'PEPPOL-COMMON-R049',
    'exempt',
    set('buyer.endpoint', { scheme: '0007', id: '5567321708' }),
    'a wrong Swedish number',
  ],

  ['BR-DE-1', 'xrechnung', set('paymentMeans', undefined), 'no payment instructions'],
  ['BR-DE-2', 'xrechnung', set('seller.contact', undefined), 'no contact'],
  ['BR-DE-3', 'xrechnung', set('seller.address.city', undefined), 'no city of the seller'],
  ['BR-DE-4', 'xrechnung', set('seller.address.postCode', ''), 'no post code of the seller'],
  ['BR-DE-5', 'xrechnung', set('seller.contact.name', ''), 'a contact without name'],
  ['BR-DE-6', 'xrechnung', set('seller.contact.phone', ''), 'a contact without telephone'],
  ['BR-DE-7', 'xrechnung', set('seller.contact.email', ''), 'a contact without e-mail'],
  ['BR-DE-8', 'xrechnung', set('buyer.address.city', ''), 'no city of the buyer'],
  ['BR-DE-9', 'xrechnung', set('buyer.address.postCode', ''), 'no post code of the buyer'],
  ['BR-DE-10', 'xrechnung', set('delivery', { address: { country: 'DE', postCode: '1' } }), 'no deliver-to city'],
  ['BR-DE-15', 'xrechnung', set('buyerReference', undefined), 'no Leitweg-ID'],
  ['BR-DE-16', 'xrechnung', set('seller.vatId', undefined), 'a seller without any tax number'],
  ['BR-DE-19', 'xrechnung', set('paymentMeans[0].account.id', 'DE02120300000000202052'), 'a wrong IBAN'],
  ['LEITWEG-ID', 'xrechnung', set('buyerReference', '04011000-12345-04'), 'a Leitweg-ID with wrong check digits'],
  ['LEITWEG-ID', 'xrechnung', set('buyer.endpoint.id', '04011000-12346-03'), 'a wrong Leitweg-ID as address'],
  [
    'DE-R-015',
    'xrechnung',
    (i) => Object.assign(i, { customizationId: of('exempt').customizationId, buyerReference: '', notes: undefined }),
    'two German parties without buyer reference',
  ],
]

describe('a sound invoice', () => {
  it.each(Object.keys(samples) as Name[])('has no findings: %s', (name) => {
    expect(checkEInvoice(of(name))).toEqual([])
  })
})

describe('a broken rule is found', () => {
  it.each(cases.map(([rule, sample, damage, what]) => ({ rule, sample, damage, what })))(
    '$rule: $what',
    ({ rule, sample, damage }) => {
      const invoice = of(sample)
      damage(invoice)
      expect(rulesOf(invoice)).toContain(rule)
    },
  )

  it('with a path into the invoice and a sentence', () => {
    const invoice = of('mixedCategories')
    set('lines[2].unit', 'Stk')(invoice)
    expect(checkEInvoice(invoice)).toEqual([
      {
        rule: 'BR-CL-23',
        path: 'lines[2].unit',
        message: '"Stk" is no unit of UN/ECE Recommendation 20 (C62 is one piece).',
      },
    ])
  })

  it('together with every other one', () => {
    const invoice = of('exempt')
    set('number', '')(invoice)
    set('buyer.endpoint', undefined)(invoice)
    set('totals.due', '1.00')(invoice)
    expect(rulesOf(invoice)).toEqual(['BR-02', 'PEPPOL-EN16931-R010', 'BR-CO-16'])
  })

  it('and one that says why nothing can be summed stops the sums', () => {
    const invoice = of('exempt')
    set('lines[0].netAmount', 'many')(invoice)
    expect(rulesOf(invoice)).toEqual(['XSD'])
  })
})

describe('what is allowed', () => {
  it.each<[string, Name, Damage]>([
    ['a Greek VAT identifier (EL, BR-CO-09)', 'exempt', set('seller.vatId', 'EL123456789')],
    [
      'the buyer reference instead of the order (R003)',
      'exempt',
      (i) => Object.assign(i, { buyerReference: 'me', purchaseOrder: undefined }),
    ],
    [
      'payment terms instead of a due date (BR-CO-25)',
      'exempt',
      (i) => Object.assign(i, { dueDate: undefined, paymentTerms: 'now' }),
    ],
    ['a credit note without due date (BR-CO-25)', 'creditNote', set('dueDate', undefined)],
    ['the register number of the buyer for reverse charge (BR-AE-02)', 'reverseCharge', set('buyer.vatId', undefined)],
    [
      'an invoicing period instead of a delivery date (BR-IC-11)',
      'intraCommunity',
      (i) => Object.assign(i, { period: { start: '2026-02-01' }, delivery: { address: { country: 'NL' } } }),
    ],
    ['two cents between line and factors (R120)', 'pricePerHundred', set('lines[0].price', '1.998')],
    [
      'an e-mail address in XRechnung (EM)',
      'xrechnung',
      set('buyer.endpoint', { scheme: 'EM', id: 'amt@bund.example' }),
    ],
    ['a corrected invoice between German parties (P0112)', 'xrechnung', set('typeCode', '384')],
    ['a buyer reference that is no Leitweg-ID', 'xrechnung', set('buyerReference', 'Frau Muster, 4711-1')],
    [
      'a tax number instead of a VAT identifier (BR-S-02)',
      'xrechnung',
      (i) => Object.assign(i.seller, { vatId: undefined, taxRegistrationId: '22/815/08156' }),
    ],
    [
      'a creditor identifier (BT-90, SEPA)',
      'xrechnung',
      (i) => void i.seller.ids?.push({ id: 'DE98ZZZ09999999999', scheme: 'SEPA' }),
    ],
    [
      'a Norwegian, a Belgian and a Swedish number',
      'exempt',
      (i) =>
        Object.assign(i.buyer, {
          endpoint: { scheme: '0192', id: '923609016' },
          legalId: { scheme: '0208', id: '0202239951' },
          ids: [{ scheme: '0007', id: '5567321707' }],
        }),
    ],
  ])('%s', (_what, sample, change) => {
    const invoice = of(sample)
    change(invoice)
    expect(checkEInvoice(invoice)).toEqual([])
  })

  it('knows units of Recommendation 20 and packages of 21 behind X', () => {
    expect(['C62', 'EA', 'H87', 'KGM', 'XPK', 'XBX'].map(isUnitCode)).toEqual(Array(6).fill(true))
    expect(['PCE', 'PK', 'c62', 'Stk', ''].map(isUnitCode)).toEqual(Array(5).fill(false))
  })

  it('knows an IBAN by its check digits (ISO 13616)', () => {
    expect(['DE02 1203 0000 0000 2020 51', 'NL91ABNA0417164300', 'GB82WEST12345698765432'].map(isIban)).toEqual([
      true,
      true,
      true,
    ])
    expect(['DE02120300000000202052', 'DE02', 'IBAN', ''].some(isIban)).toBe(false)
  })
})

describe('hostile values', () => {
  it('cost no time and throw nothing', () => {
    const long = '9'.repeat(1_000_000)
    for (const path of [
      'totals.due',
      'lines[0].price',
      'buyerReference',
      'seller.endpoint.id',
      'buyer.address.country',
      'issueDate',
    ]) {
      const invoice = of('exempt')
      set(path, long)(invoice)
      expect(() => checkEInvoice(invoice)).not.toThrow()
    }
  })

  it('are as many as there are lines: 20,000 in a few groups', () => {
    const draft = draftOf(
      Array.from({ length: 20_000 }, (_, i) => line(String(i), '1', '0.01', { vatRate: String((i % 5) + 1) })),
    )
    const invoice = calculateTotals(draft)
    expect(invoice.vatBreakdown).toHaveLength(5)
    expect(checkEInvoice(invoice)).toEqual([])
  })
})
