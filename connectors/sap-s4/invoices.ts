// Invoices, credit notes and their cancellations: A_BillingDocument with items and pricing elements (API_BILLING_DOCUMENT_SRV).
import { readCursor } from '../change-cursor.ts'
import type { Cursor, ErpAddress, ErpInvoice, ErpInvoiceLine, ErpTax, Page } from '../connector.ts'
import { add, compare, multiplyDivide, subtract } from '../decimal.ts'
import { ErpError } from '../erp-error.ts'
import { readAddresses } from './addresses.ts'
import { api } from './api-names.ts'
import { netPrice, trimmed } from './net-price.ts'
import type { ODataV2 } from './odata-v2.ts'
import { daysBefore, type RowPage, type Scan, scanByTime, stopIfAsked } from './scan.ts'
import type { S4Settings } from './settings.ts'
import type { Units } from './units.ts'
import {
  allOf,
  dateAndTimeOf,
  dateLiteral,
  dateOf,
  decimalOf,
  magnitudeOf,
  numberOf,
  oneOf,
  type Row,
  rowOf,
  rowsOf,
  stringLiteral,
  textOf,
  timeOf,
} from './v2-values.ts'

/** SD document categories. A cancellation goes the other way than what it cancels. Pro forma and intercompany are nobody's debt. */
const KINDS: Record<string, ErpInvoice['kind']> = {
  M: 'invoice',
  P: 'invoice', // debit memo
  S: 'invoice', // cancellation of a credit memo
  O: 'credit-note',
  N: 'credit-note', // cancellation of an invoice
}

const select = [
  ...['BillingDocument', 'SDDocumentCategory', 'CreationDate', 'LastChangeDateTime', 'BillingDocumentDate'],
  ...['BillingDocumentIsCancelled', 'CancelledBillingDocument', 'TotalNetAmount', 'TaxAmount', 'TransactionCurrency'],
  ...['CustomerPaymentTerms', 'SoldToParty', 'PayerParty', 'PurchaseOrderByCustomer', 'InvoiceClearingStatus'],
  ...['PartnerFunction', 'Customer'].map((field) => `to_Partner/${field}`),
  ...[
    ...['BillingDocumentItem', 'Material', 'BillingDocumentItemText', 'BillingQuantity', 'BillingQuantityUnit'],
    ...['NetAmount', 'TaxAmount', 'ReferenceSDDocument', 'ReferenceSDDocumentItem', 'ReferenceSDDocumentCategory'],
    ...['SalesDocument', 'SalesDocumentItem', 'SalesSDDocumentCategory'],
    ...['ConditionType', 'ConditionClass', 'ConditionRateValue', 'ConditionCalculationType', 'ConditionAmount'].map(
      (field) => `to_PricingElement/${field}`,
    ),
    ...['TaxCode', 'ConditionInactiveReason', 'ConditionIsForStatistics'].map((field) => `to_PricingElement/${field}`),
  ].map((field) => `to_Item/${field}`),
].join(',')
const expand = 'to_Partner,to_Item/to_PricingElement'

/** Bill-to party, English and German. */
const BILL_TO = ['BP', 'RE']
const PAID_PAGE = 100

/**
 * Billing documents changed since. Payment clears the posting in accounting and need not touch the billing document, so those whose
 * postings were cleared since are read behind the changed ones.
 */
export async function* pullInvoices(
  odata: ODataV2,
  settings: S4Settings,
  units: Units,
  after: Cursor | null,
  scan: Scan,
): AsyncGenerator<Page<'invoices'>> {
  const listing = {
    api: api.billing,
    set: 'A_BillingDocument',
    filter: allOf(
      `SalesOrganization eq ${stringLiteral(settings.salesOrganization)}`,
      oneOf('SDDocumentCategory', Object.keys(KINDS)),
      scan.customerNumbers && oneOf('SoldToParty', scan.customerNumbers),
    ),
    select,
    expand,
  }
  const keys = { time: 'LastChangeDateTime', key: 'BillingDocument' }
  const toPage = async ({ rows, next }: RowPage): Promise<Page<'invoices'>> => {
    const addresses = await readAddresses(odata, rows.map(billToOf), scan.signal)
    const records = rows.map((row) => toInvoice(row, settings, units, addresses.get(billToOf(row))?.address ?? null))
    return { records, next }
  }
  let next = after
  for await (const page of scanByTime(odata, listing, keys, after, scan)) {
    next = page.next
    yield toPage(page)
  }
  // A full read has seen the clearing status of all of them.
  if (after === null || next === null) return
  for await (const rows of clearedSince(odata, settings, listing.filter, after, scan)) yield toPage({ rows, next })
}

/** Billing documents whose customer postings were cleared on the cursor's day, the day before it, or later. */
async function* clearedSince(
  odata: ODataV2,
  settings: S4Settings,
  filter: string | undefined,
  after: Cursor,
  scan: Scan,
): AsyncGenerator<Row[]> {
  const position = readCursor(after)
  if (!position) return
  const since = daysBefore(new Date(position.changedAt), 1)
  stopIfAsked(scan.signal)
  const cleared = allOf(
    `FinancialAccountType eq 'D' and BillingDocument ne '' and ClearingCreationDate ge ${dateLiteral(since)}`,
    settings.companyCode && `CompanyCode eq ${stringLiteral(settings.companyCode)}`,
  )
  const query = { filter: cleared, select: 'BillingDocument', orderby: 'BillingDocument' }
  const postings = await odata.list(api.journal, 'A_OperationalAcctgDocItemCube', query, scan.signal)
  const numbers = [...new Set(postings.map((row) => textOf(row, 'BillingDocument') ?? ''))]
  const size = Math.min(scan.pageSize, PAID_PAGE)
  for (let at = 0; at < numbers.length; at += size) {
    stopIfAsked(scan.signal)
    const some = allOf(filter, oneOf('BillingDocument', numbers.slice(at, at + size)))
    yield odata.list(api.billing, 'A_BillingDocument', { filter: some, select, expand }, scan.signal)
  }
}

function billToOf(row: Row): string {
  const partner = rowsOf(row, 'to_Partner').find((each) => BILL_TO.includes(textOf(each, 'PartnerFunction') ?? ''))
  return (partner && textOf(partner, 'Customer')) ?? textOf(row, 'PayerParty') ?? textOf(row, 'SoldToParty') ?? ''
}

function toInvoice(row: Row, settings: S4Settings, units: Units, billTo: ErpAddress | null): ErpInvoice {
  const number = textOf(row, 'BillingDocument') ?? ''
  const items = rowsOf(row, 'to_Item')
  const netAmount = magnitudeOf(row, 'TotalNetAmount')
  const taxAmount = magnitudeOf(row, 'TaxAmount')
  const taxed = items.map((item) => ({ item, tax: taxOf(item, settings) }))
  const paid = textOf(row, 'InvoiceClearingStatus') === 'C'
  return {
    erpId: number,
    number,
    kind: KINDS[textOf(row, 'SDDocumentCategory') ?? ''] ?? 'invoice',
    customerNumber: textOf(row, 'SoldToParty') ?? '',
    state: row.BillingDocumentIsCancelled === true ? 'cancelled' : paid ? 'paid' : 'open',
    invoiceDate: dateOf(row, 'BillingDocumentDate') ?? dateOf(row, 'CreationDate') ?? '1970-01-01',
    dueDate: null,
    currency: textOf(row, 'TransactionCurrency') ?? '',
    netAmount,
    taxAmount,
    totalAmount: add(netAmount, taxAmount),
    openAmount: paid ? '0' : null,
    paymentTerms: textOf(row, 'CustomerPaymentTerms'),
    purchaseOrderNumber: textOf(row, 'PurchaseOrderByCustomer'),
    correctsNumber: textOf(row, 'CancelledBillingDocument') ?? correctedInvoice(items),
    billTo,
    lines: taxed.map(({ item, tax }) => toLine(item, tax, units)),
    taxes: taxesOf(taxed, netAmount, taxAmount),
    changedAt:
      timeOf(row, 'LastChangeDateTime') ?? dateAndTimeOf(row, 'CreationDate', '') ?? '1970-01-01T00:00:00.000Z',
  }
}

/** A credit memo made with reference to an invoice names it in its items. */
function correctedInvoice(items: readonly Row[]): string | null {
  const invoices = items
    .filter((item) => textOf(item, 'ReferenceSDDocumentCategory') === 'M')
    .map((item) => numberOf(item, 'ReferenceSDDocument'))
  return new Set(invoices).size === 1 ? (invoices[0] ?? null) : null
}

interface LineTax {
  category: ErpTax['category']
  ratePercent: string
  taxAmount: string
}

/**
 * The tax conditions of an item (condition class D) that count: their rates add up where a place takes several (US sales tax). Without
 * any, the item's tax amount says what rate it must have been.
 */
function taxOf(item: Row, settings: S4Settings): LineTax {
  const conditions = rowsOf(item, 'to_PricingElement').filter(
    (each) =>
      textOf(each, 'ConditionClass') === 'D' &&
      textOf(each, 'ConditionInactiveReason') === null &&
      each.ConditionIsForStatistics !== true,
  )
  const taxAmount = magnitudeOf(item, 'TaxAmount')
  const ratePercent =
    conditions.length > 0
      ? trimmed(add(...conditions.map((each) => decimalOf(each, 'ConditionRateValue'))))
      : impliedRate(taxAmount, magnitudeOf(item, 'NetAmount'))
  const code = conditions.map((each) => textOf(each, 'TaxCode')).find((each) => each !== null)
  const category = settings.taxCategories[code ?? ''] ?? (compare(ratePercent, '0') === 0 ? 'Z' : 'S')
  return { category, ratePercent, taxAmount }
}

function impliedRate(taxAmount: string, netAmount: string): string {
  if (compare(taxAmount, '0') === 0 || compare(netAmount, '0') === 0) return '0'
  return trimmed(multiplyDivide(taxAmount, '100', netAmount, 1))
}

/** By category and rate. SAP rounds a document's tax as a whole: what the lines leave over goes to the largest tax. */
function taxesOf(taxed: { item: Row; tax: LineTax }[], netAmount: string, taxAmount: string): ErpTax[] {
  const groups = new Map<string, { net: string[]; tax: string[]; of: LineTax }>()
  for (const { item, tax } of taxed) {
    const key = `${tax.category} ${tax.ratePercent}`
    const group = groups.get(key) ?? { net: [], tax: [], of: tax }
    group.net.push(magnitudeOf(item, 'NetAmount'))
    group.tax.push(tax.taxAmount)
    groups.set(key, group)
  }
  const taxes = [...groups.values()].map(({ net, tax, of }) => ({
    category: of.category,
    ratePercent: of.ratePercent,
    description: null,
    exemptionReason: null,
    taxableAmount: add(...net),
    taxAmount: add(...tax),
  }))
  if (taxes.length === 0) {
    const ratePercent = impliedRate(taxAmount, netAmount)
    const category = compare(ratePercent, '0') === 0 ? 'Z' : 'S'
    return [{ category, ratePercent, description: null, exemptionReason: null, taxableAmount: netAmount, taxAmount }]
  }
  const left = subtract(taxAmount, add(...taxes.map((tax) => tax.taxAmount)))
  const largest = taxes.toSorted((a, b) => compare(b.taxAmount, a.taxAmount))[0]
  if (largest && compare(left, '0') !== 0) largest.taxAmount = add(largest.taxAmount, left)
  return taxes
}

function toLine(item: Row, tax: LineTax, units: Units): ErpInvoiceLine {
  const number = numberOf(item, 'BillingDocumentItem') ?? '0'
  const quantity = magnitudeOf(item, 'BillingQuantity')
  const netAmount = magnitudeOf(item, 'NetAmount')
  const isOrder = textOf(item, 'SalesSDDocumentCategory') === 'C'
  return {
    lineNumber: Number(number),
    erpLineId: number,
    orderErpId: isOrder ? numberOf(item, 'SalesDocument') : null,
    orderLineErpId: isOrder ? numberOf(item, 'SalesDocumentItem') : null,
    shipmentErpId: textOf(item, 'ReferenceSDDocumentCategory') === 'J' ? numberOf(item, 'ReferenceSDDocument') : null,
    itemNumber: textOf(item, 'Material'),
    description: textOf(item, 'BillingDocumentItemText') ?? '',
    quantity,
    unitOfMeasure: units.toRec20(null, textOf(item, 'BillingQuantityUnit')),
    ...netPrice(netAmount, quantity),
    netAmount,
    taxCategory: tax.category,
    taxRatePercent: tax.ratePercent,
  }
}

/** SAP's own rendering: function import GetPDF, base64. */
export async function fetchInvoicePdf(odata: ODataV2, number: string, signal?: AbortSignal): Promise<Uint8Array> {
  const path = `GetPDF?BillingDocument=${encodeURIComponent(stringLiteral(number))}`
  const data = await odata.call(api.billing, path, signal)
  const encoded = textOf(rowOf(data, 'GetPDF') ?? data, 'BillingDocumentBinary')
  const pdf = Buffer.from(encoded ?? '', 'base64')
  if (pdf.subarray(0, 5).toString('latin1') === '%PDF-') return pdf
  throw new ErpError('refused', `SAP has no PDF of billing document ${number}: is an output type set up for it?`)
}
