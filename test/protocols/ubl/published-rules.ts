// Rules of EN 16931 and Peppol as XPath 1.0, run by libxml2 on the XML itself: what the schematrons ask, asked without our
// types, our arithmetic or our table of elements. Sums are rounded as there: round(x * 100) div 100.
import { XmlDocument } from 'libxml2-wasm'

const namespaces = {
  cac: 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2',
  cbc: 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2',
}

const line = '*[self::cac:InvoiceLine or self::cac:CreditNoteLine]'
const total = '/*/cac:LegalMonetaryTotal'
const vat = '/*/cac:TaxTotal[cac:TaxSubtotal]/cbc:TaxAmount'
const cents = (sum: string) => `round((${sum}) * 100)`
const or0 = (path: string) => `sum(${path})`
const inCategory = (category: string) =>
  `sum(/*/${line}[cac:Item/cac:ClassifiedTaxCategory/cbc:ID = '${category}']/cbc:LineExtensionAmount)` +
  ` + sum(/*/cac:AllowanceCharge[cbc:ChargeIndicator = 'true'][cac:TaxCategory/cbc:ID = '${category}']/cbc:Amount)` +
  ` - sum(/*/cac:AllowanceCharge[cbc:ChargeIndicator = 'false'][cac:TaxCategory/cbc:ID = '${category}']/cbc:Amount)`
const subtotal = (category: string) => `//cac:TaxSubtotal[cac:TaxCategory/cbc:ID = '${category}']`

export const publishedRules: Readonly<Record<string, string>> = {
  'BR-16': `count(/*/${line}) > 0`,
  'BR-21': `not(/*/${line}[not(cbc:ID)])`,
  'BR-23': `not(/*/${line}/*[self::cbc:InvoicedQuantity or self::cbc:CreditedQuantity][not(@unitCode)])`,
  'BR-27': `not(//cac:Price/cbc:PriceAmount[. < 0])`,
  'BR-CO-10': `${cents(`${total}/cbc:LineExtensionAmount`)} = ${cents(`sum(/*/${line}/cbc:LineExtensionAmount)`)}`,
  'BR-CO-11': `${cents(or0(`${total}/cbc:AllowanceTotalAmount`))} = ${cents("sum(/*/cac:AllowanceCharge[cbc:ChargeIndicator = 'false']/cbc:Amount)")}`,
  'BR-CO-12': `${cents(or0(`${total}/cbc:ChargeTotalAmount`))} = ${cents("sum(/*/cac:AllowanceCharge[cbc:ChargeIndicator = 'true']/cbc:Amount)")}`,
  'BR-CO-13': `${cents(`${total}/cbc:TaxExclusiveAmount`)} = ${cents(`${total}/cbc:LineExtensionAmount + ${or0(`${total}/cbc:ChargeTotalAmount`)} - ${or0(`${total}/cbc:AllowanceTotalAmount`)}`)}`,
  'BR-CO-14': `${cents(vat)} = ${cents('sum(//cac:TaxSubtotal/cbc:TaxAmount)')}`,
  'BR-CO-15': `${cents(`${total}/cbc:TaxInclusiveAmount`)} = ${cents(`${total}/cbc:TaxExclusiveAmount + ${vat}`)}`,
  'BR-CO-16': `${cents(`${total}/cbc:PayableAmount`)} = ${cents(`${total}/cbc:TaxInclusiveAmount - ${or0(`${total}/cbc:PrepaidAmount`)} + ${or0(`${total}/cbc:PayableRoundingAmount`)}`)}`,
  'BR-CO-17': `not(//cac:TaxSubtotal[cbc:TaxAmount - cbc:TaxableAmount * sum(cac:TaxCategory/cbc:Percent) div 100 >= 1 or cbc:TaxAmount - cbc:TaxableAmount * sum(cac:TaxCategory/cbc:Percent) div 100 <= -1])`,
  'BR-CO-25': `not(/*/cac:InvoiceLine) or ${total}/cbc:PayableAmount <= 0 or /*/cbc:DueDate or /*/cac:PaymentTerms/cbc:Note`,
  'BR-DEC': `not(//cac:LegalMonetaryTotal/*[string-length(substring-after(., '.')) > 2] | //cbc:LineExtensionAmount[string-length(substring-after(., '.')) > 2] | //cbc:TaxAmount[string-length(substring-after(., '.')) > 2])`,
  'BR-S-10': `not(${subtotal('S')}/cac:TaxCategory[cbc:TaxExemptionReason or cbc:TaxExemptionReasonCode])`,
  'BR-O-11': `not(${subtotal('O')}) or count(//cac:TaxSubtotal) = 1`,
  'BR-O-02': `not(//cac:ClassifiedTaxCategory[cbc:ID = 'O']) or not(//cac:PartyTaxScheme[cac:TaxScheme/cbc:ID = 'VAT'])`,
  ...Object.fromEntries(
    (['Z', 'E', 'AE', 'K', 'G', 'O'] as const).flatMap((category) => [
      [
        `${category}-01`,
        `count(${subtotal(category)}) = number(boolean(/*/cac:AllowanceCharge/cac:TaxCategory[cbc:ID = '${category}'] | //cac:ClassifiedTaxCategory[cbc:ID = '${category}']))`,
      ],
      [`${category}-08`, `${cents(or0(`${subtotal(category)}/cbc:TaxableAmount`))} = ${cents(inCategory(category))}`],
      [`${category}-09`, `sum(${subtotal(category)}/cbc:TaxAmount) = 0`],
      [
        `${category}-10`,
        category === 'Z'
          ? `not(${subtotal(category)}/cac:TaxCategory[cbc:TaxExemptionReason or cbc:TaxExemptionReasonCode])`
          : `not(${subtotal(category)}/cac:TaxCategory[not(cbc:TaxExemptionReason) and not(cbc:TaxExemptionReasonCode)])`,
      ],
    ]),
  ),
  'PEPPOL-EN16931-R001': `/*/cbc:ProfileID`,
  'PEPPOL-EN16931-R003': `/*/cbc:BuyerReference or /*/cac:OrderReference/cbc:ID`,
  'PEPPOL-EN16931-R008': `not(//*[not(*)][normalize-space() = ''])`,
  'PEPPOL-EN16931-R010': `/*/cac:AccountingCustomerParty/cac:Party/cbc:EndpointID/@schemeID`,
  'PEPPOL-EN16931-R020': `/*/cac:AccountingSupplierParty/cac:Party/cbc:EndpointID/@schemeID`,
  'PEPPOL-EN16931-R051': `not(//*[@currencyID != /*/cbc:DocumentCurrencyCode][not(parent::cac:TaxTotal[not(cac:TaxSubtotal)])])`,
  'PEPPOL-EN16931-R053': `count(/*/cac:TaxTotal[cac:TaxSubtotal]) = 1`,
  'PEPPOL-EN16931-R054': `count(/*/cac:TaxTotal[not(cac:TaxSubtotal)]) = number(boolean(/*/cbc:TaxCurrencyCode))`,
}

/** The rules that the document breaks. */
export function brokenRules(bytes: Uint8Array): string[] {
  const document = XmlDocument.fromBuffer(bytes)
  try {
    return Object.entries(publishedRules)
      .filter(([, test]) => !truth(document, test))
      .map(([rule]) => rule)
      .concat(brokenLines(document))
  } finally {
    document.dispose()
  }
}

function truth(document: XmlDocument, test: string): boolean {
  return document.eval(`boolean(${test})`, namespaces) as boolean
}

/** R120 line by line: XPath 1.0 can't sum products. */
function brokenLines(document: XmlDocument): string[] {
  const count = document.eval(`count(/*/${line})`, namespaces) as number
  for (let i = 1; i <= count; i++) {
    const at = `/*/${line}[${i}]`
    const quantity = `sum(${at}/*[self::cbc:InvoicedQuantity or self::cbc:CreditedQuantity])`
    const base =
      document.eval(`sum(${at}/cac:Price/cbc:BaseQuantity)`, namespaces) === 0
        ? '1'
        : `${at}/cac:Price/cbc:BaseQuantity`
    const off = document.eval(
      `${at}/cbc:LineExtensionAmount - ${quantity} * ${at}/cac:Price/cbc:PriceAmount div ${base}` +
        ` - sum(${at}/cac:AllowanceCharge[cbc:ChargeIndicator = 'true']/cbc:Amount)` +
        ` + sum(${at}/cac:AllowanceCharge[cbc:ChargeIndicator = 'false']/cbc:Amount)`,
      namespaces,
    ) as number
    if (!(Math.abs(off) <= 0.020001)) return ['PEPPOL-EN16931-R120']
  }
  return []
}
