// Invoices of our own, one for each thing that can be special about one. fixtures/ubl/<name>.xml holds the same as UBL.
import type { DraftLine, EInvoiceDraft } from '../../../protocols/ubl/calculate.ts'
import { type Party, XRECHNUNG } from '../../../protocols/ubl/einvoice.ts'

export const seller: Party = {
  endpoint: { id: '4000001000005', scheme: '0088' },
  ids: [{ id: '4000001000005', scheme: '0088' }],
  tradingName: 'Nordlicht',
  address: { street: 'Hafenstrasse 12', city: 'Hamburg', postCode: '20457', country: 'DE' },
  vatId: 'DE123456789',
  name: 'Nordlicht Bürobedarf GmbH',
  legalId: { id: 'HRB 12345' },
  legalForm: 'Stammkapital 50.000 EUR',
  contact: { name: 'Rechnungswesen', phone: '+49 40 123456', email: 'rechnung@nordlicht.example' },
}

export const buyer: Party = {
  endpoint: { id: 'NL123456789B01', scheme: '9944' },
  ids: [{ id: 'K-1001' }],
  address: {
    street: 'Keizersgracht 1',
    additionalStreet: 'Achterhuis',
    city: 'Amsterdam',
    postCode: '1015 CJ',
    subdivision: 'Noord-Holland',
    line: 'Afd. Inkoop',
    country: 'NL',
  },
  vatId: 'NL123456789B01',
  name: 'Gemeente Waterkant',
  legalId: { id: '12345678', scheme: '0106' },
  contact: { name: 'Inkoop' },
}

export function line(id: string, quantity: string, price: string, more: Partial<DraftLine> = {}): DraftLine {
  return { id, quantity, unit: 'C62', price, name: `Item ${id}`, vatCategory: 'S', vatRate: '19', ...more }
}

export function draftOf(lines: DraftLine[], more: Partial<EInvoiceDraft> = {}): EInvoiceDraft {
  return {
    number: 'R-2026-1',
    issueDate: '2026-03-01',
    dueDate: '2026-03-31',
    typeCode: '380',
    currency: 'EUR',
    purchaseOrder: 'PO-77',
    seller,
    buyer,
    lines,
    ...more,
  }
}

const deliveredToAmsterdam: EInvoiceDraft['delivery'] = {
  date: '2026-02-27',
  address: { street: 'Keizersgracht 1', city: 'Amsterdam', postCode: '1015 CJ', country: 'NL' },
}

const germanAuthority: Party = {
  endpoint: { id: '04011000-12345-03', scheme: '0204' },
  address: { street: 'Amtsplatz 1', city: 'Bonn', postCode: '53113', country: 'DE' },
  name: 'Bundesamt für Beispiele',
}

export const samples = {
  standard: draftOf(
    [
      line('1', '10', '12.50', {
        note: 'As agreed',
        accountingCost: '4711',
        period: { start: '2026-02-01', end: '2026-02-28' },
        purchaseOrderLine: '10',
        invoicedObject: { id: 'M-9', scheme: 'AAB' },
        description: 'A4, 80 g/m², 500 sheets',
        name: 'Copy paper',
        buyersItemId: 'B-100',
        sellersItemId: '00123',
        standardItemId: { id: '04006381333931', scheme: '0160' },
        countryOfOrigin: 'SE',
        classifications: [
          { code: '14111507', list: 'TST', listVersion: '26' },
          { code: '48025620', list: 'HS' },
        ],
        attributes: [{ name: 'Colour', value: 'white' }],
        grossPrice: '15.00',
        baseQuantity: '1',
        baseQuantityUnit: 'C62',
      }),
      line('2', '3', '7', { unit: 'XPK', vatRate: '7' }),
    ],
    {
      notes: ['Thank you for your order.'],
      taxPointDate: '2026-02-28',
      taxCurrency: 'SEK',
      vatInTaxCurrency: '282.01',
      accountingCost: 'KST 9',
      buyerReference: 'Inkoop 3',
      period: { start: '2026-02-01', end: '2026-02-28' },
      salesOrder: 'SO-5',
      precedingInvoices: [{ number: 'R-2025-9', issueDate: '2025-12-01' }],
      despatchAdvice: 'LS-1',
      receivingAdvice: 'WE-1',
      tender: 'T-1',
      contract: 'C-1',
      invoicedObject: { id: 'P-1', scheme: 'AEP' },
      attachments: [
        { id: 'A-1', description: 'Timesheet', content: 'aGVsbG8=', mimeType: 'application/pdf', fileName: 'a.pdf' },
        { id: 'A-2', url: 'https://nordlicht.example/a-2' },
      ],
      project: 'PRJ-1',
      payee: {
        id: { id: '5790000436071', scheme: '0088' },
        name: 'Factoring AG',
        legalId: { id: '987', scheme: '0106' },
      },
      taxRepresentative: { name: 'Fiskaal BV', address: { city: 'Utrecht', country: 'NL' }, vatId: 'NL987654321B01' },
      delivery: {
        date: '2026-02-27',
        location: { id: '8712345000004', scheme: '0088' },
        address: { street: 'Kade 3', city: 'Amsterdam', postCode: '1011', country: 'NL' },
        partyName: 'Magazijn',
      },
      paymentMeans: [
        {
          code: '30',
          name: 'Credit transfer',
          remittance: 'R-2026-1',
          account: { id: 'DE02120300000000202051', name: 'Nordlicht', bic: 'BYLADEM1001' },
        },
        { code: '48', card: { number: '1234567890', network: 'VISA', holder: 'A. Smit' } },
        { code: '59', mandate: { id: 'MANDATE-1', debitedAccount: 'NL91ABNA0417164300' } },
      ],
      paymentTerms: '30 days net',
    },
  ),
  creditNote: draftOf([line('1', '2', '12.50')], {
    number: 'G-2026-1',
    typeCode: '381',
    precedingInvoices: [{ number: 'R-2026-1' }],
    project: 'PRJ-1',
    tender: 'T-1',
    contract: 'C-1',
    taxPointDate: '2026-02-28',
    invoicedObject: { id: 'P-1' },
    attachments: [{ id: 'A-1', description: 'Return slip' }],
    paymentMeans: [{ code: '30', account: { id: 'DE02120300000000202051' } }],
  }),
  allowancesAndCharges: draftOf(
    [
      line('1', '10', '9.99', {
        allowances: [{ reasonCode: '95', reason: 'Discount', percentage: '12.5' }],
        charges: [{ reasonCode: 'PC', amount: '1.25' }],
      }),
      line('2', '1', '20', { vatRate: '7' }),
    ],
    {
      allowances: [{ reason: 'Loyalty', percentage: '3', vatCategory: 'S', vatRate: '19' }],
      charges: [{ reasonCode: 'FC', reason: 'Freight', amount: '5.90', vatCategory: 'S', vatRate: '19' }],
    },
  ),
  reverseCharge: draftOf([line('1', '1', '1000', { vatCategory: 'AE', vatRate: undefined })]),
  intraCommunity: draftOf([line('1', '1', '1000', { vatCategory: 'K', vatRate: '0' })], {
    delivery: deliveredToAmsterdam,
  }),
  export: draftOf([line('1', '1', '1000', { vatCategory: 'G', vatRate: undefined })]),
  exempt: draftOf([
    line('1', '1', '250', { vatCategory: 'E', vatRate: '0', exemptionReasonCode: 'VATEX-EU-132-1I' }),
    line('2', '1', '50', { vatCategory: 'E', vatRate: undefined }),
  ]),
  outsideVat: draftOf([line('1', '1', '80', { vatCategory: 'O', vatRate: undefined })], {
    seller: { ...seller, vatId: undefined },
    buyer: { ...buyer, vatId: undefined },
  }),
  zeroRated: draftOf([line('1', '4', '2.5', { vatCategory: 'Z', vatRate: undefined })]),
  mixedCategories: draftOf(
    [
      line('1', '1', '100'),
      line('2', '1', '100', { vatRate: '7.0' }),
      line('3', '1', '100', { vatRate: '7.00' }),
      line('4', '1', '100', { vatCategory: 'E', vatRate: undefined, exemptionReason: 'Health services' }),
      line('5', '1', '100', { vatCategory: 'K', vatRate: undefined }),
    ],
    { delivery: deliveredToAmsterdam },
  ),
  manySmallLines: draftOf(Array.from({ length: 40 }, (_, i) => line(String(i + 1), '1', '0.335'))),
  pricePerHundred: draftOf([line('1', '250', '1.99', { baseQuantity: '100' })]),
  negativeLines: draftOf([line('1', '5', '10'), line('2', '-1', '10'), line('3', '1', '-2.50')]),
  prepaid: draftOf([line('1', '1', '100')], { paid: '119.00', dueDate: undefined }),
  rounding: draftOf([line('1', '1', '100.02')], { rounding: '-0.02' }),
  yen: draftOf([line('1', '3', '333', { vatRate: '10' }), line('2', '1', '0.50', { vatRate: '10' })], {
    currency: 'JPY',
  }),
  dinar: draftOf([line('1', '3', '1.234', { vatRate: '5' })], { currency: 'KWD' }),
  xrechnung: draftOf(
    [line('1', '1', '100'), line('2', '2', '4.95', { allowances: [{ reason: 'Rabatt', amount: '0.90' }] })],
    {
      customizationId: XRECHNUNG,
      buyer: germanAuthority,
      buyerReference: '04011000-12345-03',
      purchaseOrder: undefined,
      notes: ['Erste', 'Zweite'],
      paymentMeans: [{ code: '58', account: { id: 'DE02120300000000202051', bic: 'BYLADEM1001' } }],
      paymentTerms: '#SKONTO#TAGE=7#PROZENT=2.00#\n',
    },
  ),
} satisfies Record<string, EInvoiceDraft>
