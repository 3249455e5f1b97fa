// UBL 2.1 Invoice and CreditNote: bytes, namespaces, round trip, hostile documents.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText } from '../../../protocols/cxml/charset.ts'
import { parseXml } from '../../../protocols/cxml/xml.ts'
import type { XmlElement } from '../../../protocols/cxml/xml-element.ts'
import { calculateTotals } from '../../../protocols/ubl/calculate.ts'
import { decodeInvoice, encodeInvoice } from '../../../protocols/ubl/document.ts'
import { type EInvoice, PEPPOL_BILLING, XRECHNUNG } from '../../../protocols/ubl/einvoice.ts'
import { checkEInvoice } from '../../../protocols/ubl/rules.ts'
import { UblError } from '../../../protocols/ubl/ubl-error.ts'
import { draft as anyDraft } from './arbitrary.ts'
import { brokenRules } from './published-rules.ts'
import { samples } from './samples.ts'

const FIXTURES = join(import.meta.dirname, '../../../fixtures/ubl')
const names = Object.keys(samples) as (keyof typeof samples)[]
const fixture = (name: string) =>
  readFileSync(join(FIXTURES, `${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}.xml`))
/** As JSON has it: keys without value are absent. */
const plain = (invoice: EInvoice): EInvoice => JSON.parse(JSON.stringify(invoice)) as EInvoice
const of = (name: keyof typeof samples) => plain(calculateTotals(samples[name]))
const xmlOf = (invoice: EInvoice) => Buffer.from(encodeInvoice(invoice)).toString()
const rootOf = (bytes: Uint8Array) => parseXml(decodeText(bytes, undefined, [])).root

/** Without the line breaks of a document written for people. */
function compact(element: XmlElement): XmlElement {
  const elements = element.children.filter((child) => typeof child !== 'string')
  return { ...element, children: elements.length > 0 ? elements.map(compact) : element.children }
}

describe('the fixtures', () => {
  it.each(names)('%s is what we write', (name) => {
    expect(compact(rootOf(fixture(name)))).toEqual(rootOf(encodeInvoice(of(name))))
  })

  it.each(names)('%s is read', (name) => {
    expect(decodeInvoice(fixture(name))).toEqual(of(name))
  })

  it.each(names)('%s keeps the published rules, as XPath on the XML', (name) => {
    expect(brokenRules(fixture(name))).toEqual([])
  })
})

describe('any invoice', () => {
  it('reads back as it was', () => {
    fc.assert(
      fc.property(anyDraft, (draft) => {
        const invoice = plain(calculateTotals(draft))
        expect(decodeInvoice(encodeInvoice(invoice))).toEqual(invoice)
      }),
      { numRuns: 300 },
    )
  })
})

describe('an invoice in UBL', () => {
  it('names specification and process: Peppol by default, XRechnung on request', () => {
    expect([of('standard').customizationId, of('xrechnung').customizationId]).toEqual([PEPPOL_BILLING, XRECHNUNG])
    expect(xmlOf(of('standard'))).toContain(
      '<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>',
    )
  })

  it('begins with an XML declaration in UTF-8 and has no DOCTYPE', () => {
    const start =
      '<?xml version="1.0" encoding="UTF-8"?>\n<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
    expect(xmlOf(of('exempt')).startsWith(start)).toBe(true)
  })

  it('has every amount in the document currency, the VAT of BT-111 alone in its own', () => {
    const currencies = [...xmlOf(of('standard')).matchAll(/<cbc:(\w+) currencyID="(\w+)"/g)].filter(
      ([, , c]) => c !== 'EUR',
    )
    expect(currencies.map(([, name, currency]) => [name, currency])).toEqual([['TaxAmount', 'SEK']])
  })

  it('names the purchase order NA where only the sales order is known', () => {
    const invoice = { ...of('exempt'), purchaseOrder: undefined, salesOrder: 'SO-1', buyerReference: 'me' }
    expect(xmlOf(invoice)).toContain(
      '<cac:OrderReference><cbc:ID>NA</cbc:ID><cbc:SalesOrderID>SO-1</cbc:SalesOrderID></cac:OrderReference>',
    )
    expect(decodeInvoice(encodeInvoice(invoice))).toEqual(plain(invoice))
  })

  it('keeps the SKONTO line of payment terms to its line break (BR-DE-18)', () => {
    expect(decodeInvoice(encodeInvoice(of('xrechnung'))).paymentTerms).toBe('#SKONTO#TAGE=7#PROZENT=2.00#\n')
  })

  it('holds no element for what is empty (PEPPOL-EN16931-R008)', () => {
    const invoice = { ...of('exempt'), buyerReference: '', delivery: {}, paymentTerms: '', notes: [''] }
    expect(xmlOf(invoice)).not.toMatch(/BuyerReference|Delivery|PaymentTerms|Note|<[\w:]+\/>/)
  })
})

describe('a credit note in UBL', () => {
  const xml = xmlOf(of('creditNote'))

  it('is a CreditNote by its type code, with credited quantities', () => {
    expect(xml).toMatch(/<CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"/)
    expect(xml).toMatch(/<cbc:CreditNoteTypeCode>381<.*<cac:CreditNoteLine>.*<cbc:CreditedQuantity unitCode="C62">2</)
    expect(xml).not.toMatch(/InvoiceLine|InvoicedQuantity|InvoiceTypeCode/)
  })

  it('has its due date in the payment means, and its project among the documents (type 50)', () => {
    expect(xml).toContain(
      '<cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentDueDate>2026-03-31</cbc:PaymentDueDate>',
    )
    expect(xml).not.toMatch(/DueDate>.*PaymentMeans>.*<cbc:DueDate|ProjectReference/)
    expect(xml).toContain('<cbc:ID>PRJ-1</cbc:ID><cbc:DocumentTypeCode>50</cbc:DocumentTypeCode>')
  })

  it('is not written where its due date would be lost', () => {
    const { paymentMeans, ...invoice } = of('creditNote')
    expect(() => encodeInvoice(invoice)).toThrow(UblError)
  })
})

describe('documents of others', () => {
  const foreign = `<?xml version="1.0" encoding="ISO-8859-1"?>
<!-- written elsewhere -->
<ns3:Invoice xmlns:ns3="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:x="urn:x"
    xmlns="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
    xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">
  <x:ID>not this one</x:ID>
  <UBLVersionID>2.1</UBLVersionID>
  <ID> R-1 </ID>
  <InvoiceTypeCode listID="UNCL1001">380</InvoiceTypeCode>
  <Note>  B\xfcro &amp; Co  </Note>
  <DocumentCurrencyCode>EUR</DocumentCurrencyCode>
  <a:AccountingSupplierParty><a:Party>
    <a:PartyTaxScheme><CompanyID>123/456</CompanyID><a:TaxScheme><ID>FC</ID></a:TaxScheme></a:PartyTaxScheme>
    <a:PartyTaxScheme><CompanyID>DE1</CompanyID><a:TaxScheme><ID> VAT </ID></a:TaxScheme></a:PartyTaxScheme>
    <a:PartyLegalEntity xmlns="urn:y" xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
      <RegistrationName>no</RegistrationName><b:RegistrationName>yes</b:RegistrationName></a:PartyLegalEntity>
  </a:Party></a:AccountingSupplierParty>
  <a:TaxTotal><TaxAmount currencyID="SEK">9</TaxAmount></a:TaxTotal>
  <a:TaxTotal><TaxAmount currencyID="EUR">1</TaxAmount></a:TaxTotal>
</ns3:Invoice>`
  const read = decodeInvoice(Buffer.from(foreign, 'latin1'))

  it('are read whatever their prefixes, encoding and blanks', () => {
    expect(read).toMatchObject({ number: 'R-1', typeCode: '380', notes: ['  Büro & Co  '] })
    expect(read.seller).toMatchObject({ name: 'yes', vatId: 'DE1', taxRegistrationId: '123/456' })
    expect(read.totals.vat).toBe('1')
  })

  it('are read as far as they go: what is missing is for the rules to find', () => {
    expect(read).toMatchObject({
      issueDate: '',
      lines: [],
      vatBreakdown: [],
      buyer: { name: '', address: { country: '' } },
    })
    const rules = checkEInvoice(read).map((finding) => finding.rule)
    expect(rules).toEqual(expect.arrayContaining(['BR-01', 'BR-03', 'BR-07', 'BR-16', 'PEPPOL-EN16931-R010']))
  })

  it.each([
    ['an invoice of no namespace', '<Invoice/>', 'not-ubl'],
    ['an invoice of another vocabulary', '<Invoice xmlns="urn:example"/>', 'not-ubl'],
    ['another document of UBL', '<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', 'not-ubl'],
    ['a name JavaScript knows', '<constructor/>', 'not-well-formed'],
    ['half a document', '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">', 'not-well-formed'],
    ['no document', 'Rechnung', 'not-well-formed'],
    ['nothing', '', 'not-well-formed'],
    ['entities', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'not-well-formed'],
    ['depth', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`, 'too-large'],
    ['a root that is no credit note by its type', foreign.replace('>380<', '>381<'), 'value'],
  ])('are refused: %s', (_what, xml, code) => {
    expect(() => decodeInvoice(Buffer.from(xml))).toThrow(expect.objectContaining({ name: 'UblError', code }))
  })

  it('are refused with an amount in another currency, which would be read as another amount', () => {
    const xml = xmlOf(of('exempt')).replace(
      '<cbc:PayableAmount currencyID="EUR">',
      '<cbc:PayableAmount currencyID="USD">',
    )
    expect(() => decodeInvoice(Buffer.from(xml))).toThrow('cbc:PayableAmount is in USD, the document in EUR.')
  })

  it('are refused over 50 MB', () => {
    expect(() => decodeInvoice(new Uint8Array(50_000_001))).toThrow(expect.objectContaining({ code: 'too-large' }))
  })

  it('cost linear time: namespaces declared on every level', () => {
    const declared = (level: number) => Array.from({ length: 90 }, (_, i) => `xmlns:p${level}x${i}="u"`).join(' ')
    const open = Array.from({ length: 50 }, (_, level) => `<a ${declared(level)}>`).join('')
    const xml = `${open}${'<b xmlns="u"/>'.repeat(50_000)}${'</a>'.repeat(50)}`
    expect(() => decodeInvoice(Buffer.from(xml))).toThrow(UblError)
  })

  it('never crash the reader, whatever bytes are changed', () => {
    const good = Buffer.from(encodeInvoice(of('standard')))
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(200), fc.string({ maxLength: 8 }), (at, gap, put) => {
        const bad = Buffer.concat([good.subarray(0, at), Buffer.from(put), good.subarray(at + gap)])
        try {
          checkEInvoice(decodeInvoice(bad))
        } catch (error) {
          expect(error).toBeInstanceOf(UblError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('what can’t be written', () => {
  it('is refused: a character XML can’t hold', () => {
    expect(() => encodeInvoice({ ...of('exempt'), buyerReference: 'a\u0001b' })).toThrow(
      expect.objectContaining({ name: 'UblError', code: 'not-well-formed' }),
    )
  })
})
