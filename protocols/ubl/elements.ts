// The elements Invoice and CreditNote share (UBL 2.1 CommonAggregateComponents), rows in the order of the schema.
import type {
  Address,
  AllowanceCharge,
  Attachment,
  Classification,
  Contact,
  Delivery,
  DocumentAllowanceCharge,
  EInvoice,
  Identifier,
  InvoiceLine,
  Party,
  Payee,
  PaymentMeans,
  Period,
  PrecedingInvoice,
  TaxRepresentative,
  Totals,
  VatBreakdown,
} from './einvoice.ts'
import {
  addChild,
  amount,
  amountIn,
  attribute,
  childrenOf,
  inside,
  many,
  mark,
  markUnless,
  one,
  own,
  type Row,
  text,
  textOf,
  token,
  under,
} from './row.ts'

/** UNTDID 1001 codes by which one element, AdditionalDocumentReference, holds three different things. */
export const INVOICED_OBJECT = '130'
export const PROJECT = '50'

const identifier: readonly Row<Identifier>[] = [own('id'), attribute('schemeID', 'scheme')]
const vatScheme = <T>(): Row<T> => inside('cac:TaxScheme', [mark('cbc:ID', 'VAT')])
const otherScheme = <T>(): Row<T> => inside('cac:TaxScheme', [markUnless('cbc:ID', ['VAT'], 'TAX')])

const address: readonly Row<Address>[] = [
  text('cbc:StreetName', 'street'),
  text('cbc:AdditionalStreetName', 'additionalStreet'),
  text('cbc:CityName', 'city'),
  token('cbc:PostalZone', 'postCode'),
  text('cbc:CountrySubentity', 'subdivision'),
  inside('cac:AddressLine', [text('cbc:Line', 'line')]),
  inside('cac:Country', [token('cbc:IdentificationCode', 'country', { required: true })]),
]

const contact: readonly Row<Contact>[] = [
  text('cbc:Name', 'name'),
  token('cbc:Telephone', 'phone'),
  token('cbc:ElectronicMail', 'email'),
]

/** cac:Party of seller and buyer. */
export const party: readonly Row<Party>[] = [
  one('cbc:EndpointID', 'endpoint', identifier),
  many('cac:PartyIdentification', 'ids', [inside<Identifier>('cbc:ID', identifier)]),
  inside('cac:PartyName', [text('cbc:Name', 'tradingName')]),
  one('cac:PostalAddress', 'address', address, { required: true }),
  inside('cac:PartyTaxScheme', [token('cbc:CompanyID', 'vatId'), vatScheme()]),
  inside('cac:PartyTaxScheme', [token('cbc:CompanyID', 'taxRegistrationId'), otherScheme()]),
  inside('cac:PartyLegalEntity', [
    text('cbc:RegistrationName', 'name', { required: true }),
    one('cbc:CompanyID', 'legalId', identifier),
    text('cbc:CompanyLegalForm', 'legalForm'),
  ]),
  one('cac:Contact', 'contact', contact),
]

export const payee: readonly Row<Payee>[] = [
  inside('cac:PartyIdentification', [one('cbc:ID', 'id', identifier)]),
  inside('cac:PartyName', [text('cbc:Name', 'name', { required: true })]),
  inside('cac:PartyLegalEntity', [one('cbc:CompanyID', 'legalId', identifier)]),
]

export const taxRepresentative: readonly Row<TaxRepresentative>[] = [
  inside('cac:PartyName', [text('cbc:Name', 'name', { required: true })]),
  one('cac:PostalAddress', 'address', address, { required: true }),
  inside('cac:PartyTaxScheme', [token('cbc:CompanyID', 'vatId', { required: true }), vatScheme()]),
]

export const delivery: readonly Row<Delivery>[] = [
  token('cbc:ActualDeliveryDate', 'date'),
  inside('cac:DeliveryLocation', [one('cbc:ID', 'location', identifier), one('cac:Address', 'address', address)]),
  inside('cac:DeliveryParty', [inside('cac:PartyName', [text('cbc:Name', 'partyName')])]),
]

const periodDates: readonly Row<Period>[] = [token('cbc:StartDate', 'start'), token('cbc:EndDate', 'end')]

/** cac:InvoicePeriod of the document also says when VAT falls due. */
export const invoicePeriod: Row<EInvoice> = inside('cac:InvoicePeriod', [
  under('period', periodDates),
  token('cbc:DescriptionCode', 'vatPointCode'),
])

/** The schema wants cbc:ID even where only the seller's order is known: Peppol writes NA there. */
const orderId: Row<EInvoice> = {
  write: ({ purchaseOrder, salesOrder }, into) => addChild(into, 'cbc:ID', purchaseOrder || (salesOrder && 'NA')),
  read(from, value, currencies) {
    token<EInvoice>('cbc:ID', 'purchaseOrder').read(from, value, currencies)
    if (value.purchaseOrder === 'NA' && childrenOf(from, 'cbc:SalesOrderID').length > 0) delete value.purchaseOrder
  },
}

export const orderReference: Row<EInvoice> = inside('cac:OrderReference', [
  orderId,
  token('cbc:SalesOrderID', 'salesOrder'),
])

const precedingInvoice: readonly Row<PrecedingInvoice>[] = [
  inside('cac:InvoiceDocumentReference', [
    token('cbc:ID', 'number', { required: true }),
    token('cbc:IssueDate', 'issueDate'),
  ]),
]

export const billingReference: Row<EInvoice> = many('cac:BillingReference', 'precedingInvoices', precedingInvoice)

const attachment: readonly Row<Attachment>[] = [
  token('cbc:ID', 'id', { required: true }),
  markUnless('cbc:DocumentTypeCode', [INVOICED_OBJECT, PROJECT]),
  text('cbc:DocumentDescription', 'description'),
  inside('cac:Attachment', [
    inside('cbc:EmbeddedDocumentBinaryObject', [
      attribute('mimeCode', 'mimeType'),
      attribute('filename', 'fileName'),
      base64('content'),
    ]),
    inside('cac:ExternalReference', [token('cbc:URI', 'url')]),
  ]),
]

/** Base64 is broken into lines by some; the breaks are not content. */
function base64(key: 'content'): Row<Attachment> {
  const row = own<Attachment>(key)
  return {
    write: row.write,
    read(from, value) {
      const content = textOf(from).replaceAll(/\s+/g, '')
      if (content !== '') value[key] = content
    },
  }
}

export const attachments: Row<EInvoice> = many('cac:AdditionalDocumentReference', 'attachments', attachment)

/** BT-18 of the document and BT-128 of a line. */
export function objectReference<T extends { invoicedObject?: Identifier }>(name: string): Row<T> {
  return inside<T>(name, [one('cbc:ID', 'invoicedObject', identifier), mark('cbc:DocumentTypeCode', INVOICED_OBJECT)])
}

export const paymentMeans: readonly Row<PaymentMeans>[] = [
  inside('cbc:PaymentMeansCode', [own('code'), attribute('name', 'name')]),
  token('cbc:PaymentID', 'remittance'),
  one('cac:CardAccount', 'card', [
    token('cbc:PrimaryAccountNumberID', 'number', { required: true }),
    token('cbc:NetworkID', 'network', { required: true }),
    text('cbc:HolderName', 'holder'),
  ]),
  one('cac:PayeeFinancialAccount', 'account', [
    token('cbc:ID', 'id', { required: true }),
    text('cbc:Name', 'name'),
    inside('cac:FinancialInstitutionBranch', [token('cbc:ID', 'bic')]),
  ]),
  one('cac:PaymentMandate', 'mandate', [
    token('cbc:ID', 'id', { required: true }),
    inside('cac:PayerFinancialAccount', [token('cbc:ID', 'debitedAccount')]),
  ]),
]

function allowanceCharge<T extends AllowanceCharge>(isCharge: boolean): readonly Row<T>[] {
  return [
    mark('cbc:ChargeIndicator', String(isCharge)),
    token('cbc:AllowanceChargeReasonCode', 'reasonCode'),
    text('cbc:AllowanceChargeReason', 'reason'),
    token('cbc:MultiplierFactorNumeric', 'percentage'),
    amount('cbc:Amount', 'amount', { required: true }),
    amount('cbc:BaseAmount', 'baseAmount'),
  ]
}

function documentAllowanceCharge(isCharge: boolean): readonly Row<DocumentAllowanceCharge>[] {
  return [
    ...allowanceCharge<DocumentAllowanceCharge>(isCharge),
    inside('cac:TaxCategory', [
      token('cbc:ID', 'vatCategory', { required: true }),
      token('cbc:Percent', 'vatRate'),
      vatScheme(),
    ]),
  ]
}

const vatBreakdown: readonly Row<VatBreakdown>[] = [
  amount('cbc:TaxableAmount', 'taxableAmount', { required: true }),
  amount('cbc:TaxAmount', 'taxAmount', { required: true }),
  inside('cac:TaxCategory', [
    token('cbc:ID', 'category', { required: true }),
    token('cbc:Percent', 'rate'),
    token('cbc:TaxExemptionReasonCode', 'exemptionReasonCode'),
    text('cbc:TaxExemptionReason', 'exemptionReason'),
    vatScheme(),
  ]),
]

const monetaryTotal: readonly Row<Totals>[] = [
  amount('cbc:LineExtensionAmount', 'lines', { required: true }),
  amount('cbc:TaxExclusiveAmount', 'withoutVat', { required: true }),
  amount('cbc:TaxInclusiveAmount', 'withVat', { required: true }),
  amount('cbc:AllowanceTotalAmount', 'allowances'),
  amount('cbc:ChargeTotalAmount', 'charges'),
  amount('cbc:PrepaidAmount', 'paid'),
  amount('cbc:PayableRoundingAmount', 'rounding'),
  amount('cbc:PayableAmount', 'due', { required: true }),
]

/** From AllowanceCharge to LegalMonetaryTotal: the same in both documents. */
export const amounts: readonly Row<EInvoice>[] = [
  many('cac:AllowanceCharge', 'allowances', documentAllowanceCharge(false)),
  many('cac:AllowanceCharge', 'charges', documentAllowanceCharge(true)),
  inside('cac:TaxTotal', [
    under('totals', [amountIn('currency', 'cbc:TaxAmount', 'vat', { required: true })]),
    many('cac:TaxSubtotal', 'vatBreakdown', vatBreakdown, { required: true }),
  ]),
  inside('cac:TaxTotal', [under('totals', [amountIn('taxCurrency', 'cbc:TaxAmount', 'vatInTaxCurrency')])]),
  under('totals', [inside('cac:LegalMonetaryTotal', monetaryTotal)]),
]

const classification: readonly Row<Classification>[] = [
  inside('cbc:ItemClassificationCode', [
    own('code'),
    attribute('listID', 'list'),
    attribute('listVersionID', 'listVersion'),
  ]),
]

const item: readonly Row<InvoiceLine>[] = [
  text('cbc:Description', 'description'),
  text('cbc:Name', 'name', { required: true }),
  inside('cac:BuyersItemIdentification', [token('cbc:ID', 'buyersItemId')]),
  inside('cac:SellersItemIdentification', [token('cbc:ID', 'sellersItemId')]),
  inside('cac:StandardItemIdentification', [one('cbc:ID', 'standardItemId', identifier)]),
  inside('cac:OriginCountry', [token('cbc:IdentificationCode', 'countryOfOrigin')]),
  many('cac:CommodityClassification', 'classifications', classification),
  inside('cac:ClassifiedTaxCategory', [
    token('cbc:ID', 'vatCategory', { required: true }),
    token('cbc:Percent', 'vatRate'),
    vatScheme(),
  ]),
  many('cac:AdditionalItemProperty', 'attributes', [
    text('cbc:Name', 'name', { required: true }),
    text('cbc:Value', 'value', { required: true }),
  ]),
]

const price: readonly Row<InvoiceLine>[] = [
  amount('cbc:PriceAmount', 'price', { required: true }),
  inside('cbc:BaseQuantity', [ownIfAny('baseQuantity'), attribute('unitCode', 'baseQuantityUnit')]),
  inside('cac:AllowanceCharge', [
    mark('cbc:ChargeIndicator', 'false'),
    amount('cbc:Amount', 'priceDiscount'),
    amount('cbc:BaseAmount', 'grossPrice'),
  ]),
]

function ownIfAny(key: 'baseQuantity'): Row<InvoiceLine> {
  const row = own<InvoiceLine>(key)
  return {
    write: row.write,
    read(from, value, currencies) {
      if (textOf(from).trim() !== '') row.read(from, value, currencies)
    },
  }
}

/** cac:InvoiceLine, or cac:CreditNoteLine with cbc:CreditedQuantity. */
export function lineRows(quantityName: string): readonly Row<InvoiceLine>[] {
  return [
    token('cbc:ID', 'id', { required: true }),
    text('cbc:Note', 'note'),
    inside(quantityName, [own('quantity'), attribute('unitCode', 'unit')]),
    amount('cbc:LineExtensionAmount', 'netAmount', { required: true }),
    text('cbc:AccountingCost', 'accountingCost'),
    inside('cac:InvoicePeriod', [under('period', periodDates)]),
    inside('cac:OrderLineReference', [token('cbc:LineID', 'purchaseOrderLine')]),
    objectReference('cac:DocumentReference'),
    many('cac:AllowanceCharge', 'allowances', allowanceCharge<AllowanceCharge>(false)),
    many('cac:AllowanceCharge', 'charges', allowanceCharge<AllowanceCharge>(true)),
    inside('cac:Item', item),
    inside('cac:Price', price),
  ]
}
