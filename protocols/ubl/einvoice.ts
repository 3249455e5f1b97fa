// The invoice of EN 16931-1 with its business terms (BT) and groups (BG), as Peppol BIS Billing 3.0 uses them.
// Every value is text: amounts and quantities are decimals with a dot, dates YYYY-MM-DD, codes as the list has them.

/** An identifier and the scheme it comes from. */
export interface Identifier {
  id: string
  /** ISO/IEC 6523 ICD ("0088" = GLN), or EAS for an endpoint. */
  scheme?: string
}

export interface Address {
  /** BT-35, BT-50 */
  street?: string
  /** BT-36, BT-51 */
  additionalStreet?: string
  /** BT-37, BT-52 */
  city?: string
  /** BT-38, BT-53 */
  postCode?: string
  /** BT-39, BT-54: region */
  subdivision?: string
  /** BT-162, BT-163: third address line */
  line?: string
  /** BT-40, BT-55: ISO 3166-1 alpha-2 */
  country: string
}

/** BG-6, BG-9 */
export interface Contact {
  /** BT-41, BT-56 */
  name?: string
  /** BT-42, BT-57 */
  phone?: string
  /** BT-43, BT-58 */
  email?: string
}

/** Seller (BG-4) or buyer (BG-7). */
export interface Party {
  /** BT-34, BT-49: where the network delivers; scheme is EAS ("0204" = Leitweg-ID, "9930" = German VAT number). */
  endpoint?: Identifier
  /** BT-29, BT-46. The bank assigned creditor identifier (BT-90) is one of the seller's, with scheme SEPA. */
  ids?: Identifier[]
  /** BT-28, BT-45 */
  tradingName?: string
  /** BG-5, BG-8 */
  address: Address
  /** BT-31, BT-48: with country prefix */
  vatId?: string
  /** BT-32: the seller's number at the tax office */
  taxRegistrationId?: string
  /** BT-27, BT-44: registered name */
  name: string
  /** BT-30, BT-47: company register */
  legalId?: Identifier
  /** BT-33: the seller's legal form, share capital and so on */
  legalForm?: string
  contact?: Contact
}

/** BG-10: who gets the money, when that is not the seller. */
export interface Payee {
  /** BT-60; with scheme SEPA the creditor identifier (BT-90) */
  id?: Identifier
  /** BT-59 */
  name: string
  /** BT-61 */
  legalId?: Identifier
}

/** BG-11 */
export interface TaxRepresentative {
  /** BT-62 */
  name: string
  /** BG-12 */
  address: Address
  /** BT-63 */
  vatId: string
}

/** BG-13 */
export interface Delivery {
  /** BT-72 */
  date?: string
  /** BT-71 */
  location?: Identifier
  /** BG-15 */
  address?: Address
  /** BT-70 */
  partyName?: string
}

/** BG-14, BG-26 */
export interface Period {
  /** BT-73, BT-134 */
  start?: string
  /** BT-74, BT-135 */
  end?: string
}

/** BG-16. Several accounts = several payment means. */
export interface PaymentMeans {
  /** BT-81: UNTDID 4461 ("30" credit transfer, "58" SEPA credit transfer, "59" SEPA direct debit) */
  code: string
  /** BT-82 */
  name?: string
  /** BT-83: what the payer shall quote */
  remittance?: string
  /** BG-18 */
  card?: { number: string; network: string; holder?: string }
  /** BG-17: BT-84 IBAN or account number, BT-85, BT-86 */
  account?: { id: string; name?: string; bic?: string }
  /** BG-19: BT-89, BT-91 */
  mandate?: { id: string; debitedAccount?: string }
}

/** BG-3 */
export interface PrecedingInvoice {
  /** BT-25 */
  number: string
  /** BT-26 */
  issueDate?: string
}

/** BG-24 */
export interface Attachment {
  /** BT-122 */
  id: string
  /** BT-123 */
  description?: string
  /** BT-125: base64 */
  content?: string
  mimeType?: string
  fileName?: string
  /** BT-124 */
  url?: string
}

/** BG-27, BG-28: of a line. */
export interface AllowanceCharge {
  /** BT-140 (UNTDID 5189), BT-145 (UNTDID 7161) */
  reasonCode?: string
  /** BT-139, BT-144 */
  reason?: string
  /** BT-138, BT-143 */
  percentage?: string
  /** BT-136, BT-141 */
  amount: string
  /** BT-137, BT-142: what the percentage is of */
  baseAmount?: string
}

/** BG-20, BG-21: of the document. */
export interface DocumentAllowanceCharge extends AllowanceCharge {
  /** BT-95, BT-102 */
  vatCategory: string
  /** BT-96, BT-103; none in category O */
  vatRate?: string
}

/** BG-23: one for each category and rate. */
export interface VatBreakdown {
  /** BT-116 */
  taxableAmount: string
  /** BT-117 */
  taxAmount: string
  /** BT-118, UNTDID 5305: S standard, Z zero, E exempt, AE reverse charge, K intra-community, G export, O outside */
  category: string
  /** BT-119: percent; none in category O */
  rate?: string
  /** BT-121: VATEX code */
  exemptionReasonCode?: string
  /** BT-120 */
  exemptionReason?: string
}

/** BG-22, with the VAT of BG-23. */
export interface Totals {
  /** BT-110 */
  vat: string
  /** BT-111 */
  vatInTaxCurrency?: string
  /** BT-106: sum of the lines */
  lines: string
  /** BT-109 */
  withoutVat: string
  /** BT-112 */
  withVat: string
  /** BT-107 */
  allowances?: string
  /** BT-108 */
  charges?: string
  /** BT-113: paid already */
  paid?: string
  /** BT-114 */
  rounding?: string
  /** BT-115: amount due for payment */
  due: string
}

/** BT-158 */
export interface Classification {
  code: string
  /** UNTDID 7143: "TST" UNSPSC, "STI" CPV, "HS" harmonised system */
  list: string
  listVersion?: string
}

/** BG-25 */
export interface InvoiceLine {
  /** BT-126 */
  id: string
  /** BT-127 */
  note?: string
  /** BT-129: negative takes back */
  quantity: string
  /** BT-130: UN/ECE Recommendation 20 */
  unit: string
  /** BT-131: without VAT, after the line's allowances and charges */
  netAmount: string
  /** BT-133 */
  accountingCost?: string
  /** BG-26 */
  period?: Period
  /** BT-132 */
  purchaseOrderLine?: string
  /** BT-128 */
  invoicedObject?: Identifier
  /** BG-27 */
  allowances?: AllowanceCharge[]
  /** BG-28 */
  charges?: AllowanceCharge[]
  /** BT-154 */
  description?: string
  /** BT-153 */
  name: string
  /** BT-156 */
  buyersItemId?: string
  /** BT-155 */
  sellersItemId?: string
  /** BT-157: scheme "0160" = GTIN */
  standardItemId?: Identifier
  /** BT-159: ISO 3166-1 alpha-2 */
  countryOfOrigin?: string
  classifications?: Classification[]
  /** BT-151 */
  vatCategory: string
  /** BT-152: percent; none in category O */
  vatRate?: string
  /** BG-32 */
  attributes?: { name: string; value: string }[]
  /** BT-146: net, for `baseQuantity` units; as many digits as it takes */
  price: string
  /** BT-149: default 1 */
  baseQuantity?: string
  /** BT-150: the line's unit */
  baseQuantityUnit?: string
  /** BT-147: gross minus net */
  priceDiscount?: string
  /** BT-148 */
  grossPrice?: string
}

/** An invoice or, by its type code, a credit note. Lists that would be empty are absent. */
export interface EInvoice {
  /** BT-24 */
  customizationId: string
  /** BT-23 */
  profileId: string
  /** BT-1 */
  number: string
  /** BT-2 */
  issueDate: string
  /** BT-9 */
  dueDate?: string
  /** BT-3: UNTDID 1001: 380 invoice, 384 corrected (German parties only), 381 credit note */
  typeCode: string
  /** BG-1, BT-22 */
  notes?: string[]
  /** BT-7 */
  taxPointDate?: string
  /** BT-5: ISO 4217, of every amount but `totals.vatInTaxCurrency` */
  currency: string
  /** BT-6 */
  taxCurrency?: string
  /** BT-19 */
  accountingCost?: string
  /** BT-10: the Leitweg-ID of a German authority */
  buyerReference?: string
  /** BG-14 */
  period?: Period
  /** BT-8: UNTDID 2005: when VAT falls due */
  vatPointCode?: string
  /** BT-13 */
  purchaseOrder?: string
  /** BT-14 */
  salesOrder?: string
  precedingInvoices?: PrecedingInvoice[]
  /** BT-16 */
  despatchAdvice?: string
  /** BT-15 */
  receivingAdvice?: string
  /** BT-17 */
  tender?: string
  /** BT-12 */
  contract?: string
  /** BT-18 */
  invoicedObject?: Identifier
  attachments?: Attachment[]
  /** BT-11 */
  project?: string
  seller: Party
  buyer: Party
  payee?: Payee
  taxRepresentative?: TaxRepresentative
  delivery?: Delivery
  paymentMeans?: PaymentMeans[]
  /** BT-20 */
  paymentTerms?: string
  /** BG-20 */
  allowances?: DocumentAllowanceCharge[]
  /** BG-21 */
  charges?: DocumentAllowanceCharge[]
  vatBreakdown: VatBreakdown[]
  totals: Totals
  lines: InvoiceLine[]
}

/** BT-24 and BT-23 of Peppol BIS Billing 3.0. */
export const PEPPOL_BILLING = 'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0'
/** BT-24 of XRechnung 3.0, for German authorities. */
export const XRECHNUNG = 'urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0'
export const BILLING_PROFILE = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0'

/** Type codes that UBL writes as CreditNote (PEPPOL-EN16931-P0101). */
export const creditNoteTypeCodes: ReadonlySet<string> = new Set(['381', '396', '81', '83', '532'])

/** XRechnung, or between two German parties: German rules apply. */
export function isGerman({
  customizationId,
  seller,
  buyer,
}: Pick<EInvoice, 'seller' | 'buyer'> & { customizationId?: string }): boolean {
  return customizationId === XRECHNUNG || (seller.address.country === 'DE' && buyer.address.country === 'DE')
}

export function isCreditNote(invoice: Pick<EInvoice, 'typeCode'>): boolean {
  return creditNoteTypeCodes.has(invoice.typeCode)
}
