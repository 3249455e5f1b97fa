// UBL 2.1 CreditNote, children in the order of UBL-CreditNote-2.1.xsd. It has no due date, project or invoiced quantity
// of its own: Peppol BIS Billing 3 puts them into PaymentMeans, AdditionalDocumentReference and CreditedQuantity.
import type { EInvoice, PaymentMeans } from './einvoice.ts'
import {
  amounts,
  attachments,
  billingReference,
  delivery,
  invoicePeriod,
  lineRows,
  objectReference,
  orderReference,
  PROJECT,
  party,
  payee,
  paymentMeans,
  taxRepresentative,
} from './elements.ts'
import {
  addChild,
  childrenOf,
  emptyElement,
  inside,
  many,
  mark,
  one,
  type Row,
  text,
  texts,
  token,
  writeRows,
} from './row.ts'
import { UblError } from './ubl-error.ts'

const means: Row<EInvoice> = many('cac:PaymentMeans', 'paymentMeans', paymentMeans)

/** BT-9 stands in the first cac:PaymentMeans, behind the code. */
const meansWithDueDate: Row<EInvoice> = {
  write(value, into, currencies) {
    const { dueDate, paymentMeans: all = [] } = value
    if (!dueDate) return means.write(value, into, currencies)
    const [first, ...others] = all
    if (!first)
      throw new UblError('value', '/CreditNote', 'A credit note has its due date in the payment means: give one.')
    const element = emptyElement('cac:PaymentMeans')
    const [code, ...rest] = paymentMeans as [Row<PaymentMeans>, ...Row<PaymentMeans>[]]
    code.write(first, element, currencies)
    addChild(element, 'cbc:PaymentDueDate', dueDate)
    writeRows(rest, first, element, currencies)
    into.children.push(element)
    means.write({ ...value, paymentMeans: others }, into, currencies)
    return true
  },
  read(from, value, currencies) {
    means.read(from, value, currencies)
    for (const element of childrenOf(from, 'cac:PaymentMeans'))
      if (value.dueDate === undefined) token<EInvoice>('cbc:PaymentDueDate', 'dueDate').read(element, value, currencies)
  },
}

export const creditNote: readonly Row<EInvoice>[] = [
  token('cbc:CustomizationID', 'customizationId', { required: true }),
  token('cbc:ProfileID', 'profileId', { required: true }),
  token('cbc:ID', 'number', { required: true }),
  token('cbc:IssueDate', 'issueDate', { required: true }),
  token('cbc:TaxPointDate', 'taxPointDate'),
  token('cbc:CreditNoteTypeCode', 'typeCode', { required: true }),
  texts('cbc:Note', 'notes'),
  token('cbc:DocumentCurrencyCode', 'currency', { required: true }),
  token('cbc:TaxCurrencyCode', 'taxCurrency'),
  text('cbc:AccountingCost', 'accountingCost'),
  text('cbc:BuyerReference', 'buyerReference'),
  invoicePeriod,
  orderReference,
  billingReference,
  inside('cac:DespatchDocumentReference', [token('cbc:ID', 'despatchAdvice')]),
  inside('cac:ReceiptDocumentReference', [token('cbc:ID', 'receivingAdvice')]),
  inside('cac:ContractDocumentReference', [token('cbc:ID', 'contract')]),
  attachments,
  objectReference('cac:AdditionalDocumentReference'),
  inside('cac:AdditionalDocumentReference', [token('cbc:ID', 'project'), mark('cbc:DocumentTypeCode', PROJECT)]),
  inside('cac:OriginatorDocumentReference', [token('cbc:ID', 'tender')]),
  inside('cac:AccountingSupplierParty', [one('cac:Party', 'seller', party, { required: true })]),
  inside('cac:AccountingCustomerParty', [one('cac:Party', 'buyer', party, { required: true })]),
  one('cac:PayeeParty', 'payee', payee),
  one('cac:TaxRepresentativeParty', 'taxRepresentative', taxRepresentative),
  one('cac:Delivery', 'delivery', delivery),
  meansWithDueDate,
  inside('cac:PaymentTerms', [text('cbc:Note', 'paymentTerms')]),
  ...amounts,
  many('cac:CreditNoteLine', 'lines', lineRows('cbc:CreditedQuantity'), { required: true }),
]
