// Customers and their ship-to parties, of API_BUSINESS_PARTNER, in the sales area of the settings.
import type { Cursor, ErpCustomer, ErpShipTo, Page } from '../connector.ts'
import {
  addressExpand,
  addressSelect,
  bareAddress,
  partnerAddress,
  partnerChangedAt,
  partnerName,
  partnerSelect,
  readAddresses,
} from './addresses.ts'
import { api } from './api-names.ts'
import type { ODataV2 } from './odata-v2.ts'
import { type Scan, scanByDay } from './scan.ts'
import type { S4Settings } from './settings.ts'
import { allOf, dateLiteral, oneOf, type Row, rowOf, rowsOf, stringLiteral, textOf } from './v2-values.ts'

/** Partner function "ship-to party", English and German. */
export const SHIP_TO = ['SH', 'WE'] as const

const customerSelect = [
  ...['VATRegistration', 'OrderIsBlockedForCustomer', 'DeletionIndicator'],
  ...['SalesOrganization', 'DistributionChannel', 'Division', 'Currency', 'CustomerPaymentTerms'].map(inSalesArea),
  ...['OrderIsBlockedForCustomer', 'DeletionIndicator'].map(inSalesArea),
  ...['CompanyCode', 'CustomerHeadOffice'].map((field) => `to_CustomerCompany/${field}`),
].map((field) => `to_Customer/${field}`)

function inSalesArea(field: string): string {
  return `to_CustomerSalesArea/${field}`
}

/** Customers of the sales area, by day of change. A change of the sales area's data alone may not move that day. */
export async function* pullCustomers(
  odata: ODataV2,
  settings: S4Settings,
  after: Cursor | null,
  scan: Scan,
): AsyncGenerator<Page<'customers'>> {
  const listing = {
    api: api.partners,
    set: 'A_BusinessPartner',
    keys: ['BusinessPartner'],
    filter: allOf("Customer ne ''", scan.customerNumbers && oneOf('Customer', scan.customerNumbers)),
    changedSince: (day: string) => `LastChangeDate ge ${dateLiteral(day)} or CreationDate ge ${dateLiteral(day)}`,
    select: [
      ...partnerSelect,
      'BusinessPartnerIsBlocked',
      ...customerSelect,
      'to_BusinessPartnerTax/BPTaxType,to_BusinessPartnerTax/BPTaxNumber',
      ...addressSelect,
    ].join(','),
    expand: [
      'to_Customer/to_CustomerSalesArea,to_Customer/to_CustomerCompany,to_BusinessPartnerTax',
      ...addressExpand,
    ].join(','),
  }
  for await (const { rows, next } of scanByDay(odata, listing, after, scan)) {
    const records = rows.map((row) => toCustomer(row, settings)).filter((record) => record !== undefined)
    yield { records, next }
  }
}

/** Undefined for a customer of other sales areas. */
function toCustomer(partner: Row, settings: S4Settings): ErpCustomer | undefined {
  const customer = rowOf(partner, 'to_Customer') ?? {}
  const area = rowsOf(customer, 'to_CustomerSalesArea').find((row) => isSalesArea(row, settings))
  const number = textOf(partner, 'Customer')
  if (!area || !number) return undefined
  const company = rowsOf(customer, 'to_CustomerCompany').find(
    (row) => !settings.companyCode || textOf(row, 'CompanyCode') === settings.companyCode,
  )
  const address = partnerAddress(partner)
  return {
    erpId: number,
    customerNumber: number,
    parentCustomerNumber: company ? textOf(company, 'CustomerHeadOffice') : null,
    name: partnerName(partner),
    vatId: textOf(customer, 'VATRegistration') ?? vatNumber(partner),
    email: address?.email ?? null,
    currency: textOf(area, 'Currency'),
    paymentTerms: textOf(area, 'CustomerPaymentTerms'),
    blocked:
      partner.BusinessPartnerIsBlocked === true ||
      [customer, area].some(
        (row) => textOf(row, 'OrderIsBlockedForCustomer') !== null || row.DeletionIndicator === true,
      ),
    address,
    changedAt: partnerChangedAt(partner) ?? '1970-01-01T00:00:00.000Z',
  }
}

function isSalesArea(row: Row, { salesOrganization, distributionChannel, division }: S4Settings): boolean {
  return (
    textOf(row, 'SalesOrganization') === salesOrganization &&
    textOf(row, 'DistributionChannel') === distributionChannel &&
    textOf(row, 'Division') === division
  )
}

/** Tax number categories such as DE0 and NL0 are the VAT registration numbers. */
function vatNumber(partner: Row): string | null {
  const vat = rowsOf(partner, 'to_BusinessPartnerTax').find((row) => /^[A-Z]{2}0$/.test(textOf(row, 'BPTaxType') ?? ''))
  return vat ? textOf(vat, 'BPTaxNumber') : null
}

function salesAreaFilter({ salesOrganization, distributionChannel, division }: S4Settings): string {
  return [
    `SalesOrganization eq ${stringLiteral(salesOrganization)}`,
    `DistributionChannel eq ${stringLiteral(distributionChannel)}`,
    `Division eq ${stringLiteral(division)}`,
  ].join(' and ')
}

/** All ship-to parties, each time: SAP keeps no time of a partner function's change. */
export async function* pullShipTos(
  odata: ODataV2,
  settings: S4Settings,
  after: Cursor | null,
  scan: Scan,
): AsyncGenerator<Page<'shipTos'>> {
  const listing = {
    api: api.partners,
    set: 'A_CustSalesPartnerFunc',
    keys: ['Customer', 'PartnerFunction', 'PartnerCounter'],
    filter: allOf(
      salesAreaFilter(settings),
      oneOf('PartnerFunction', SHIP_TO),
      scan.customerNumbers && oneOf('Customer', scan.customerNumbers),
    ),
    select: 'Customer,PartnerFunction,PartnerCounter,BPCustomerNumber,CustomerPartnerDescription',
  }
  for await (const { rows, next } of scanByDay(odata, listing, after, scan)) {
    const numbers = rows.map((row) => textOf(row, 'BPCustomerNumber') ?? '')
    const addresses = await readAddresses(odata, numbers, scan.signal)
    const records = rows.map((row, index): ErpShipTo => {
      const customerNumber = textOf(row, 'Customer') ?? ''
      const number = numbers[index] ?? ''
      const known = addresses.get(number)
      return {
        erpId: `${customerNumber}/${number}`,
        customerNumber,
        address: known?.address ?? bareAddress(number, textOf(row, 'CustomerPartnerDescription') ?? number),
        changedAt: known?.changedAt ?? '1970-01-01T00:00:00.000Z',
      }
    })
    yield { records, next }
  }
}

/** Is `number` one of the customer's ship-to parties? */
export async function isShipTo(
  odata: ODataV2,
  settings: S4Settings,
  customerNumber: string,
  number: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const filter = allOf(
    salesAreaFilter(settings),
    oneOf('PartnerFunction', SHIP_TO),
    `Customer eq ${stringLiteral(customerNumber)}`,
    `BPCustomerNumber eq ${stringLiteral(number)}`,
  )
  const query = { filter, select: 'Customer,BPCustomerNumber', top: 1 }
  return (await odata.list(api.partners, 'A_CustSalesPartnerFunc', query, signal)).length > 0
}

/** Currencies the customers are kept in, by number; also a way to see whether the sales area has any. */
export async function salesAreaCurrencies(
  odata: ODataV2,
  settings: S4Settings,
  query: { customerNumbers?: readonly string[] | undefined; top?: number },
  signal?: AbortSignal,
): Promise<Map<string, string | null>> {
  const filter = allOf(salesAreaFilter(settings), query.customerNumbers && oneOf('Customer', query.customerNumbers))
  const select = 'Customer,Currency'
  const rows = await odata.list(api.partners, 'A_CustomerSalesArea', { filter, select, top: query.top }, signal)
  return new Map(rows.map((row) => [textOf(row, 'Customer') ?? '', textOf(row, 'Currency')]))
}
