// Sales orders as SAP has them (API_SALES_ORDER_SRV), of all channels: A_SalesOrder with items, schedule lines and partners.
import type { Channel, Cursor, ErpAddress, ErpOrder, ErpOrderLine, ErpOrderState, Page } from '../connector.ts'
import { add, compare } from '../decimal.ts'
import { bareAddress, countryOf, streetOf } from './addresses.ts'
import { api } from './api-names.ts'
import { SHIP_TO } from './customers.ts'
import { netPrice } from './net-price.ts'
import type { ODataV2 } from './odata-v2.ts'
import { type Scan, scanByTime } from './scan.ts'
import type { S4Settings } from './settings.ts'
import type { Units } from './units.ts'
import {
  allOf,
  dateAndTimeOf,
  dateOf,
  decimalOf,
  numberOf,
  oneOf,
  type Row,
  rowsOf,
  stringLiteral,
  textOf,
  timeOf,
} from './v2-values.ts'

/** The once key stands behind this in PurchaseOrderByShipToParty (35 characters), so that nobody else's reference is taken for one. */
const KEY_PREFIX = 'hub'
export const ONCE_KEY_FIELD = 'PurchaseOrderByShipToParty'

export const headerSelect = [
  ...['SalesOrder', 'SalesOrderType', 'SoldToParty', 'SalesOrderDate', 'CreationDate', 'LastChangeDateTime'],
  ...['PurchaseOrderByCustomer', ONCE_KEY_FIELD, 'CustomerPurchaseOrderType', 'RequestedDeliveryDate'],
  ...['TransactionCurrency', 'TotalNetAmount', 'OverallSDProcessStatus', 'OverallTotalDeliveryStatus'],
  ...['OverallSDDocumentRejectionSts', 'TotalCreditCheckStatus', 'DeliveryBlockReason', 'SalesDocApprovalStatus'],
]
const itemSelect = [
  ...['SalesOrderItem', 'UnderlyingPurchaseOrderItem', 'Material', 'MaterialByCustomer', 'SalesOrderItemText'],
  ...[
    'MaterialGroup',
    'RequestedQuantity',
    'RequestedQuantityUnit',
    'RequestedQuantityISOUnit',
    'NetAmount',
    'TaxAmount',
  ],
  ...['ConfdDelivQtyInOrderQtyUnit', 'SalesDocumentRjcnReason', 'WBSElement'],
  ...['ConfirmedDeliveryDate', 'ConfdOrderQtyByMatlAvailCheck', 'DeliveredQtyInOrderQtyUnit'].map(
    (field) => `to_ScheduleLine/${field}`,
  ),
].map((field) => `to_Item/${field}`)
const partnerSelect = [
  ...['PartnerFunction', 'Customer', 'ContactPerson'],
  ...['AddresseeFullName', 'OrganizationName1', 'OrganizationName2', 'StreetName', 'HouseNumber', 'StreetPrefixName1'],
  ...['StreetPrefixName2', 'StreetSuffixName1', 'StreetSuffixName2', 'CityName', 'Region', 'PostalCode', 'Country'],
  ...['EmailAddress', 'PhoneNumber'],
].map((field, index) => `to_Partner/${index < 3 ? '' : 'to_Address/'}${field}`)

export function onceKeyReference(onceKey: string): string {
  return `${KEY_PREFIX}${onceKey}`
}

/** Orders of the sales organization changed since, of all its channels, with all that hangs on them in the same answer. */
export async function* pullOrders(
  odata: ODataV2,
  settings: S4Settings,
  units: Units,
  after: Cursor | null,
  scan: Scan,
): AsyncGenerator<Page<'orders'>> {
  const listing = {
    api: api.salesOrders,
    set: 'A_SalesOrder',
    filter: allOf(
      `SalesOrganization eq ${stringLiteral(settings.salesOrganization)}`,
      scan.customerNumbers && oneOf('SoldToParty', scan.customerNumbers),
    ),
    select: [...headerSelect, ...itemSelect, ...partnerSelect].join(','),
    expand: 'to_Item/to_ScheduleLine,to_Partner/to_Address',
  }
  const keys = { time: 'LastChangeDateTime', key: 'SalesOrder' }
  for await (const { rows, next } of scanByTime(odata, listing, keys, after, scan))
    yield { records: rows.map((row) => toOrder(row, settings, units)), next }
}

function toOrder(row: Row, settings: S4Settings, units: Units): ErpOrder {
  const number = textOf(row, 'SalesOrder') ?? ''
  const items = rowsOf(row, 'to_Item')
  const counted = items.filter((item) => textOf(item, 'SalesDocumentRjcnReason') === null)
  const netAmount = decimalOf(row, 'TotalNetAmount')
  const taxAmount = add(...counted.map((item) => decimalOf(item, 'TaxAmount')))
  const contact = partner(row, ['CP', 'AP'])?.address
  const reference = textOf(row, ONCE_KEY_FIELD) ?? ''
  return {
    erpId: number,
    number,
    onceKey: /^hub[a-z0-9]{1,32}$/.test(reference) ? reference.slice(KEY_PREFIX.length) : null,
    purchaseOrderNumber: textOf(row, 'PurchaseOrderByCustomer'),
    customerNumber: textOf(row, 'SoldToParty') ?? '',
    channel: channelOf(row, settings),
    state: orderState(row),
    orderedAt: dateOf(row, 'SalesOrderDate') ?? dateOf(row, 'CreationDate') ?? changedAtOf(row),
    currency: textOf(row, 'TransactionCurrency') ?? '',
    netAmount,
    taxAmount,
    totalAmount: add(netAmount, taxAmount),
    requestedDeliveryDate: dateOf(row, 'RequestedDeliveryDate'),
    shipTo: shipToOf(row),
    contactName: contact ? textOf(contact, 'AddresseeFullName') : null,
    contactEmail: contact ? textOf(contact, 'EmailAddress') : null,
    projectCode: items.map((item) => textOf(item, 'WBSElement')).find((code) => code !== null && code !== '0') ?? null,
    lines: items.map((item) => toLine(item, units)),
    changedAt: changedAtOf(row),
  }
}

function toLine(item: Row, units: Units): ErpOrderLine {
  const number = numberOf(item, 'SalesOrderItem') ?? '0'
  const pushed = numberOf(item, 'UnderlyingPurchaseOrderItem') ?? ''
  const quantity = decimalOf(item, 'RequestedQuantity')
  const netAmount = decimalOf(item, 'NetAmount')
  const schedule = rowsOf(item, 'to_ScheduleLine')
  const confirmed = decimalOf(item, 'ConfdDelivQtyInOrderQtyUnit')
  const dates = schedule
    .filter((line) => compare(decimalOf(line, 'ConfdOrderQtyByMatlAvailCheck'), '0') > 0)
    .map((line) => dateOf(line, 'ConfirmedDeliveryDate'))
  return {
    lineNumber: Number(/^\d+$/.test(pushed) ? pushed : number),
    erpLineId: number,
    itemNumber:
      textOf(item, 'Material') ?? textOf(item, 'MaterialByCustomer') ?? textOf(item, 'SalesOrderItemText') ?? number,
    description: textOf(item, 'SalesOrderItemText') ?? '',
    productGroup: textOf(item, 'MaterialGroup'),
    quantity,
    unitOfMeasure: units.toRec20(textOf(item, 'RequestedQuantityISOUnit'), textOf(item, 'RequestedQuantityUnit')),
    ...netPrice(netAmount, quantity),
    netAmount,
    confirmedQuantity: compare(confirmed, '0') === 0 ? null : confirmed,
    confirmedDate: dates.reduce((last, date) => (date !== null && date > (last ?? '') ? date : last), null),
    shippedQuantity:
      schedule.length === 0 ? null : add(...schedule.map((line) => decimalOf(line, 'DeliveredQtyInOrderQtyUnit'))),
    invoicedQuantity: null,
    rejectionReason: textOf(item, 'SalesDocumentRjcnReason'),
  }
}

function changedAtOf(row: Row): string {
  return timeOf(row, 'LastChangeDateTime') ?? dateAndTimeOf(row, 'CreationDate', '') ?? '1970-01-01T00:00:00.000Z'
}

function channelOf(row: Row, settings: S4Settings): Channel {
  return (
    settings.purchaseOrderTypeChannels[textOf(row, 'CustomerPurchaseOrderType') ?? ''] ??
    settings.orderTypeChannels[textOf(row, 'SalesOrderType') ?? ''] ??
    'erp'
  )
}

/**
 * SAP's statuses: A not yet, B partly, C completely, empty = doesn't apply. "Delivered" is SAP's word for: its delivery document is
 * made; when it left is told by the shipments.
 */
export function orderState(row: Row): ErpOrderState {
  const delivered = textOf(row, 'OverallTotalDeliveryStatus')
  if (textOf(row, 'OverallSDDocumentRejectionSts') === 'C') return 'cancelled'
  if (delivered === 'C') return 'shipped'
  if (blocksOf(row).length > 0) return 'blocked'
  if (delivered === 'B') return 'shipping'
  return textOf(row, 'OverallSDProcessStatus') === 'C' ? 'closed' : 'open'
}

/** In words; empty = nothing stands in its way. */
export function blocksOf(row: Row): string[] {
  const credit = textOf(row, 'TotalCreditCheckStatus')
  const delivery = textOf(row, 'DeliveryBlockReason')
  const approval = textOf(row, 'SalesDocApprovalStatus')
  return [
    ...(credit === 'B' || credit === 'C'
      ? ['The credit check failed: the order is blocked until it is released.']
      : []),
    ...(delivery ? [`The order has delivery block ${delivery}.`] : []),
    ...(approval === 'A' ? ['The order waits for approval.'] : []),
    ...(approval === 'C' ? ['The approval of the order was refused.'] : []),
  ]
}

export interface OrderPartner {
  customer: string | null
  address: Row | undefined
  row: Row
}

/** The header partner of one of these functions. */
export function partner(order: Row, functions: readonly string[]): OrderPartner | undefined {
  const row = rowsOf(order, 'to_Partner').find((each) => functions.includes(textOf(each, 'PartnerFunction') ?? ''))
  return row && { customer: textOf(row, 'Customer'), address: rowsOf(row, 'to_Address')[0], row }
}

function shipToOf(order: Row): ErpAddress | null {
  const shipTo = partner(order, SHIP_TO)
  if (!shipTo) return null
  const { customer, address } = shipTo
  if (!address) return bareAddress(customer, customer ?? '')
  const names = ['OrganizationName1', 'OrganizationName2'].map((field) => textOf(address, field) ?? '')
  return {
    addressId: customer,
    name: names.join(' ').trim() || (textOf(address, 'AddresseeFullName') ?? customer ?? ''),
    street: streetOf(address, ['StreetPrefixName1', 'StreetPrefixName2', 'StreetSuffixName1', 'StreetSuffixName2']),
    city: textOf(address, 'CityName'),
    state: textOf(address, 'Region'),
    postalCode: textOf(address, 'PostalCode'),
    countryCode: countryOf(address),
    email: textOf(address, 'EmailAddress'),
    phone: textOf(address, 'PhoneNumber'),
  }
}
