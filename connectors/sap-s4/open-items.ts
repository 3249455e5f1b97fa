// Open items of customers and what they come to: A_OperationalAcctgDocItemCube (API_OPLACCTGDOCITEMCUBE_SRV), account type D.
import type { Cursor, ErpBalance, ErpOpenItem, Page } from '../connector.ts'
import { add, negate } from '../decimal.ts'
import { api } from './api-names.ts'
import { salesAreaCurrencies } from './customers.ts'
import type { ODataV2 } from './odata-v2.ts'
import { daysBefore, readWindow, type Scan, scanByDay, stopIfAsked, writeWindow } from './scan.ts'
import type { S4Settings } from './settings.ts'
import {
  allOf,
  dateAndTimeOf,
  dateLiteral,
  dateOf,
  magnitudeOf,
  oneOf,
  type Row,
  stringLiteral,
  textOf,
} from './v2-values.ts'

const set = 'A_OperationalAcctgDocItemCube'
const select = [
  ...['CompanyCode', 'FiscalYear', 'AccountingDocument', 'AccountingDocumentItem', 'AccountingDocumentType'],
  ...[
    'AccountingDocumentCategory',
    'Customer',
    'BillingDocument',
    'DocumentReferenceID',
    'DebitCreditCode',
    'IsCleared',
  ],
  ...['ClearingCreationDate', 'DocumentDate', 'PostingDate', 'NetDueDate', 'TransactionCurrency'],
  ...['AmountInTransactionCurrency', 'AccountingDocumentCreationDate', 'CreationTime', 'LastChangeDate'],
].join(',')
const keys = ['CompanyCode', 'FiscalYear', 'AccountingDocument', 'AccountingDocumentItem']

/** How long ago an item may have been cleared to be in a full read. */
const CLEARED_DAYS = 90
/** Parked, sample, recurring and noted entries: no debts. */
const NO_POSTING = ['D', 'M', 'S', 'V', 'W', 'Z']
/** Customers whose items are read in one request. */
const CUSTOMERS_AT_ONCE = 20
const POSTINGS_AT_ONCE = 1000

/** Items of the customers' accounts; those cleared long ago are left out. */
export async function* pullOpenItems(
  odata: ODataV2,
  settings: S4Settings,
  after: Cursor | null,
  scan: Scan,
): AsyncGenerator<Page<'openItems'>> {
  const listing = {
    api: api.journal,
    set,
    select,
    keys,
    filter: allOf(ofCustomers(settings), scan.customerNumbers && oneOf('Customer', scan.customerNumbers)),
    changedSince,
    everything: openOrJustCleared(scan.now()),
  }
  for await (const { rows, next } of scanByDay(odata, listing, after, scan))
    yield { records: rows.filter(isPosting).map(toOpenItem), next }
}

/**
 * What each customer owes, in each currency. After a cursor only those customers with postings made, changed or cleared since; a
 * customer who is asked for by number and has none owes nothing.
 */
export async function* pullBalances(
  odata: ODataV2,
  settings: S4Settings,
  after: Cursor | null,
  scan: Scan,
): AsyncGenerator<Page<'balances'>> {
  const window = readWindow(after, scan.now())
  const customers = scan.customerNumbers ?? (await customersWithNews(odata, settings, window.since, scan))
  let done = scan.customerNumbers ? '' : (window.key?.[0] ?? '')
  const left = [...new Set(customers)].sort().filter((customer) => customer > done)
  const size = Math.min(scan.pageSize, CUSTOMERS_AT_ONCE)
  for (let at = 0; at < left.length; at += size) {
    const some = left.slice(at, at + size)
    const balances = await balancesOf(odata, settings, some, scan)
    // A cursor within a group of customers goes back to its beginning.
    const here = writeWindow({ ...window, key: [done] })
    done = some.at(-1) ?? ''
    for (let from = 0; from < balances.length; from += scan.pageSize) {
      stopIfAsked(scan.signal)
      const ends = from + scan.pageSize >= balances.length
      const next = ends && !scan.customerNumbers ? writeWindow({ ...window, key: [done] }) : here
      // Single customers are no progress through all of them.
      yield { records: balances.slice(from, from + scan.pageSize), next: scan.customerNumbers ? (after ?? here) : next }
    }
  }
  if (!scan.customerNumbers) yield { records: [], next: writeWindow({ ...window, key: undefined }) }
}

/** Customers with open or just cleared items; with a day, those with a posting made, changed or cleared since. */
async function customersWithNews(
  odata: ODataV2,
  settings: S4Settings,
  since: string | undefined,
  scan: Scan,
): Promise<string[]> {
  const listing = {
    ...{ api: api.journal, set, select: `${keys.join(',')},Customer`, keys, filter: ofCustomers(settings) },
    everything: since === undefined ? openOrJustCleared(scan.now()) : `(${changedSince(since)})`,
  }
  const customers = new Set<string>()
  for await (const { rows } of scanByDay(odata, listing, null, { ...scan, pageSize: POSTINGS_AT_ONCE }))
    for (const row of rows) customers.add(textOf(row, 'Customer') ?? '')
  customers.delete('')
  return [...customers]
}

async function balancesOf(
  odata: ODataV2,
  settings: S4Settings,
  customers: readonly string[],
  scan: Scan,
): Promise<ErpBalance[]> {
  const filter = allOf(ofCustomers(settings), oneOf('Customer', customers), openOrJustCleared(scan.now()))
  const rows = await odata.list(api.journal, set, { filter, select, orderby: keys.join(',') }, scan.signal)
  const amounts = new Map<string, string[]>()
  for (const item of rows.filter(isPosting).map(toOpenItem)) {
    const id = `${item.customerNumber}/${item.currency}`
    amounts.set(id, [...(amounts.get(id) ?? []), item.openAmount])
  }
  const known = new Set([...amounts.keys()].map((id) => id.split('/')[0]))
  const silent = customers.filter((customer) => !known.has(customer))
  if (silent.length > 0) {
    const currencies = await salesAreaCurrencies(odata, settings, { customerNumbers: silent }, scan.signal)
    for (const [customer, currency] of currencies) if (currency) amounts.set(`${customer}/${currency}`, [])
  }
  return [...amounts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([erpId, open]) => {
      const [customerNumber = '', currency = ''] = erpId.split('/')
      return {
        customerNumber,
        erpId,
        currency,
        balance: add(...open),
        openOrders: null,
        asOf: scan.now().toISOString(),
      }
    })
}

function ofCustomers({ companyCode }: S4Settings): string | undefined {
  return allOf("FinancialAccountType eq 'D'", companyCode && `CompanyCode eq ${stringLiteral(companyCode)}`)
}

/** SAP's day of change need not move when an item is cleared. */
function changedSince(day: string): string {
  return ['LastChangeDate', 'ClearingCreationDate', 'AccountingDocumentCreationDate']
    .map((field) => `${field} ge ${dateLiteral(day)}`)
    .join(' or ')
}

function openOrJustCleared(now: Date): string {
  return `(IsCleared eq false or ClearingCreationDate ge ${dateLiteral(daysBefore(now, CLEARED_DAYS))})`
}

function isPosting(row: Row): boolean {
  return !NO_POSTING.includes(textOf(row, 'AccountingDocumentCategory') ?? '') && textOf(row, 'Customer') !== null
}

function toOpenItem(row: Row): ErpOpenItem {
  const amount = signedAmount(row)
  const kind = kindOf(row)
  const invoice = kind === 'invoice' || kind === 'credit-note'
  const number = textOf(row, 'BillingDocument') ?? textOf(row, 'DocumentReferenceID')?.replace(/^0+(?=.)/, '') ?? null
  return {
    erpId: keys.map((key) => textOf(row, key) ?? '').join('/'),
    customerNumber: textOf(row, 'Customer') ?? '',
    documentNumber: invoice ? number : null,
    kind,
    date: dateOf(row, 'DocumentDate') ?? dateOf(row, 'PostingDate') ?? '1970-01-01',
    dueDate: dateOf(row, 'NetDueDate'),
    currency: textOf(row, 'TransactionCurrency') ?? '',
    amount,
    openAmount: row.IsCleared === true ? '0' : amount,
    changedAt:
      dateAndTimeOf(row, 'ClearingCreationDate', '') ??
      dateAndTimeOf(row, 'LastChangeDate', '') ??
      dateAndTimeOf(row, 'AccountingDocumentCreationDate', 'CreationTime') ??
      '1970-01-01T00:00:00.000Z',
  }
}

/** Debit (S) is what the customer owes, credit (H) what is owed to the customer, whichever sign the amount came with. */
function signedAmount(row: Row): string {
  const amount = magnitudeOf(row, 'AmountInTransactionCurrency')
  return textOf(row, 'DebitCreditCode') === 'H' ? negate(amount) : amount
}

/** RV comes from billing, DR and DG are entered by hand, DZ is a payment: SAP's own document types. */
function kindOf(row: Row): ErpOpenItem['kind'] {
  const type = textOf(row, 'AccountingDocumentType')
  if (textOf(row, 'BillingDocument') !== null || type === 'RV' || type === 'DR' || type === 'DG')
    return textOf(row, 'DebitCreditCode') === 'H' ? 'credit-note' : 'invoice'
  return type === 'DZ' || type === 'ZV' ? 'payment' : 'other'
}
