// Outbound deliveries with their packages and partners (API_OUTBOUND_DELIVERY_SRV, version 2). SAP keeps only the day of a change.
import type { Cursor, ErpAddress, ErpParcel, ErpShipment, Page } from '../connector.ts'
import { compare, multiplyDivide } from '../decimal.ts'
import { bareAddress, countryOf, streetOf } from './addresses.ts'
import { api } from './api-names.ts'
import { SHIP_TO } from './customers.ts'
import { trimmed } from './net-price.ts'
import type { ODataV2 } from './odata-v2.ts'
import { type Scan, scanByDay } from './scan.ts'
import type { S4Settings } from './settings.ts'
import { kilogramsIn, type Units } from './units.ts'
import {
  allOf,
  dateAndTimeOf,
  dateLiteral,
  dateOf,
  decimalOf,
  numberOf,
  oneOf,
  type Row,
  rowOf,
  rowsOf,
  stringLiteral,
  textOf,
} from './v2-values.ts'

const packages = 'to_HandlingUnitHeaderDelivery'
const select = [
  ...['DeliveryDocument', 'SoldToParty', 'ShipToParty', 'CreationDate', 'CreationTime', 'LastChangeDate'],
  ...['ActualGoodsMovementDate', 'ProofOfDeliveryDate', 'OverallGoodsMovementStatus', 'OverallPackingStatus'],
  ...['OverallProofOfDeliveryStatus', 'BillOfLading'],
  ...[
    ...[
      'DeliveryDocumentItem',
      'Material',
      'DeliveryDocumentItemText',
      'ActualDeliveryQuantity',
      'DeliveryQuantityUnit',
    ],
    ...['ReferenceSDDocument', 'ReferenceSDDocumentItem', 'ReferenceSDDocumentCategory'],
  ].map((field) => `to_DeliveryDocumentItem/${field}`),
  ...[
    ...['PartnerFunction', 'Customer', 'Supplier'],
    ...['BusinessPartnerName1', 'BusinessPartnerName2', 'StreetName', 'HouseNumber', 'StreetPrefixName'],
    ...['AdditionalStreetPrefixName', 'StreetSuffixName', 'CityName', 'Region', 'PostalCode', 'Country'],
    ...['EmailAddress', 'PhoneNumber'],
  ].map((field, index) => `to_DeliveryDocumentPartner/${index < 3 ? '' : 'to_Address2/'}${field}`),
  ...[
    ...[
      'HandlingUnitInternalId',
      'HandlingUnitExternalId',
      'HandlingUnitSecondExternalId',
      'GrossWeight',
      'WeightUnit',
    ],
    ...['DeliveryDocumentItem', 'HandlingUnitQuantity'].map((field) => `to_HandlingUnitItemDelivery/${field}`),
  ].map((field) => `${packages}/${field}`),
].join(',')

/** Deliveries to customers; returns and stock transfers are other categories. */
export async function* pullShipments(
  odata: ODataV2,
  settings: S4Settings,
  units: Units,
  after: Cursor | null,
  scan: Scan,
): AsyncGenerator<Page<'shipments'>> {
  const listing = {
    api: api.deliveries,
    set: 'A_OutbDeliveryHeader',
    keys: ['DeliveryDocument'],
    filter: allOf(
      `SDDocumentCategory eq 'J' and SalesOrganization eq ${stringLiteral(settings.salesOrganization)}`,
      scan.customerNumbers && oneOf('SoldToParty', scan.customerNumbers),
    ),
    // The day of the last change is empty until there is one.
    changedSince: (day: string) => `LastChangeDate ge ${dateLiteral(day)} or CreationDate ge ${dateLiteral(day)}`,
    select,
    expand: [
      'to_DeliveryDocumentItem',
      'to_DeliveryDocumentPartner/to_Address2',
      `${packages}/to_HandlingUnitItemDelivery`,
    ].join(','),
  }
  for await (const { rows, next } of scanByDay(odata, listing, after, scan))
    yield { records: rows.map((row) => toShipment(row, units)), next }
}

function toShipment(row: Row, units: Units): ErpShipment {
  const number = textOf(row, 'DeliveryDocument') ?? ''
  const partners = rowsOf(row, 'to_DeliveryDocumentPartner')
  const carrier = partners.find((each) => textOf(each, 'Supplier') !== null)
  const parcels = rowsOf(row, packages).map(toParcel)
  const tracking = [...parcels.map((parcel) => parcel.trackingNumber), textOf(row, 'BillOfLading')]
  return {
    erpId: number,
    number,
    customerNumber: textOf(row, 'SoldToParty') ?? '',
    state: stateOf(row),
    shippedAt: isDone(row, 'OverallGoodsMovementStatus') ? dateOf(row, 'ActualGoodsMovementDate') : null,
    deliveredAt: isDone(row, 'OverallProofOfDeliveryStatus') ? dateOf(row, 'ProofOfDeliveryDate') : null,
    carrierName: carrier ? nameOf(rowOf(carrier, 'to_Address2')) || textOf(carrier, 'Supplier') : null,
    carrierScac: null,
    trackingNumbers: [...new Set(tracking.filter((each) => each !== null))],
    parcels,
    shipTo: shipToOf(row, partners),
    lines: rowsOf(row, 'to_DeliveryDocumentItem')
      // The main item of a batch split has no quantity of its own.
      .filter((item) => compare(decimalOf(item, 'ActualDeliveryQuantity'), '0') > 0)
      .map((item) => {
        const isOrder = textOf(item, 'ReferenceSDDocumentCategory') === 'C'
        return {
          erpLineId: numberOf(item, 'DeliveryDocumentItem') ?? '',
          orderErpId: isOrder ? numberOf(item, 'ReferenceSDDocument') : null,
          orderLineErpId: isOrder ? numberOf(item, 'ReferenceSDDocumentItem') : null,
          itemNumber: textOf(item, 'Material') ?? textOf(item, 'DeliveryDocumentItemText') ?? '?',
          description: textOf(item, 'DeliveryDocumentItemText'),
          quantity: decimalOf(item, 'ActualDeliveryQuantity'),
          unitOfMeasure: units.toRec20(null, textOf(item, 'DeliveryQuantityUnit')),
        }
      }),
    changedAt:
      dateAndTimeOf(row, 'LastChangeDate', '') ??
      dateAndTimeOf(row, 'CreationDate', 'CreationTime') ??
      '1970-01-01T00:00:00.000Z',
  }
}

/** Statuses: A not yet, B partly, C completely, empty = doesn't apply. */
function isDone(row: Row, status: string): boolean {
  return textOf(row, status) === 'C'
}

function stateOf(row: Row): ErpShipment['state'] {
  if (isDone(row, 'OverallGoodsMovementStatus'))
    return isDone(row, 'OverallProofOfDeliveryStatus') ? 'delivered' : 'shipped'
  return isDone(row, 'OverallPackingStatus') ? 'packed' : 'planned'
}

/** A handling unit; its second external id is where carriers' numbers are kept. */
function toParcel(unit: Row): ErpParcel {
  const kilograms = kilogramsIn(textOf(unit, 'WeightUnit') ?? '')
  const weight = decimalOf(unit, 'GrossWeight')
  return {
    number: textOf(unit, 'HandlingUnitExternalId') ?? textOf(unit, 'HandlingUnitInternalId') ?? '?',
    trackingNumber: textOf(unit, 'HandlingUnitSecondExternalId'),
    weight: kilograms && compare(weight, '0') > 0 ? trimmed(multiplyDivide(weight, kilograms, '1', 9)) : null,
    lines: rowsOf(unit, 'to_HandlingUnitItemDelivery')
      .filter((content) => numberOf(content, 'DeliveryDocumentItem') !== null)
      .map((content) => ({
        erpLineId: numberOf(content, 'DeliveryDocumentItem') ?? '',
        quantity: decimalOf(content, 'HandlingUnitQuantity'),
      })),
  }
}

function shipToOf(row: Row, partners: readonly Row[]): ErpAddress | null {
  const shipTo = partners.find((each) => (SHIP_TO as readonly string[]).includes(textOf(each, 'PartnerFunction') ?? ''))
  const number = (shipTo && textOf(shipTo, 'Customer')) ?? textOf(row, 'ShipToParty')
  const address = shipTo && rowOf(shipTo, 'to_Address2')
  if (!address) return number === null ? null : bareAddress(number, number)
  return {
    addressId: number,
    name: nameOf(address) || (number ?? ''),
    street: streetOf(address, ['StreetPrefixName', 'AdditionalStreetPrefixName', 'StreetSuffixName']),
    city: textOf(address, 'CityName'),
    state: textOf(address, 'Region'),
    postalCode: textOf(address, 'PostalCode'),
    countryCode: countryOf(address),
    email: textOf(address, 'EmailAddress'),
    phone: textOf(address, 'PhoneNumber'),
  }
}

function nameOf(address: Row | undefined): string {
  const names = address ? [textOf(address, 'BusinessPartnerName1'), textOf(address, 'BusinessPartnerName2')] : []
  return names.filter((name) => name !== null).join(' ')
}
