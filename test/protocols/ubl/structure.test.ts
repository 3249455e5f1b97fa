// Element order, cardinality, code lists and forms of values, held against somebody else's reading of Peppol BIS Billing 3.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseXml } from '../../../protocols/cxml/xml.ts'
import type { XmlElement } from '../../../protocols/cxml/xml-element.ts'
import { calculateTotals, type EInvoiceDraft } from '../../../protocols/ubl/calculate.ts'
import { encodeInvoice } from '../../../protocols/ubl/document.ts'
import { draft as anyDraft } from './arbitrary.ts'
import { loadStructure } from './peppol-structure.ts'
import { samples } from './samples.ts'

/** The children of CreditNote, as UBL-CreditNote-2.1.xsd orders them, under the invoice's names. */
const CREDIT_NOTE_ORDER = [
  ...['cbc:CustomizationID', 'cbc:ProfileID', 'cbc:ID', 'cbc:IssueDate', 'cbc:TaxPointDate', 'cbc:InvoiceTypeCode'],
  ...['cbc:Note', 'cbc:DocumentCurrencyCode', 'cbc:TaxCurrencyCode', 'cbc:AccountingCost', 'cbc:BuyerReference'],
  ...['cac:InvoicePeriod', 'cac:OrderReference', 'cac:BillingReference', 'cac:DespatchDocumentReference'],
  ...['cac:ReceiptDocumentReference', 'cac:ContractDocumentReference', 'cac:AdditionalDocumentReference'],
  ...['cac:OriginatorDocumentReference', 'cac:AccountingSupplierParty', 'cac:AccountingCustomerParty'],
  ...['cac:PayeeParty', 'cac:TaxRepresentativeParty', 'cac:Delivery', 'cac:PaymentMeans', 'cac:PaymentTerms'],
  ...['cac:AllowanceCharge', 'cac:TaxTotal', 'cac:LegalMonetaryTotal', 'cac:InvoiceLine'],
]

const structure = await loadStructure()
const write = (draft: EInvoiceDraft) => parseXml(Buffer.from(encodeInvoice(calculateTotals(draft))).toString()).root
const faultsOf = (root: XmlElement) =>
  structure?.faultsOf(root, root.name === 'CreditNote' ? CREDIT_NOTE_ORDER : undefined)

describe.skipIf(!structure)('the structure of Peppol BIS Billing 3', () => {
  it.each(Object.entries(samples))('has %s', (_name, draft) => {
    expect(faultsOf(write(draft))).toEqual([])
  })

  it('has any invoice', () => {
    fc.assert(
      fc.property(anyDraft, (draft) => {
        expect(faultsOf(write(draft))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('finds what is out of order, unknown, missing, repeated or no such value', () => {
    const root = write(samples.exempt)
    const children = root.children as XmlElement[]
    const [first, second, ...rest] = children as [XmlElement, XmlElement, ...XmlElement[]]
    const bad = (changed: XmlElement[]) => faultsOf({ ...root, children: changed }) ?? []
    expect(bad([second, first, ...rest])).toEqual(['cbc:CustomizationID comes too late in Invoice'])
    expect(bad([first, second, { ...second, name: 'cbc:UUID' }, ...rest])).toEqual(['Invoice may not hold cbc:UUID'])
    expect(bad(children.filter((child) => child.name !== 'cbc:ID'))).toEqual(['Invoice lacks cbc:ID'])
    expect(bad([first, first, second, ...rest])).toEqual(['Invoice holds 2 cbc:CustomizationID'])
    const yen = children.map((c) => (c.name === 'cbc:DocumentCurrencyCode' ? { ...c, children: ['Yen'] } : c))
    expect(bad(yen)).toEqual(['Invoice/cbc:DocumentCurrencyCode: "Yen" is not in the list'])
  })
})
