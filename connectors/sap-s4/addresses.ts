// Addresses of business partners, as ErpAddress. Who ships or bills to a customer number finds its address here, many at once.
import type { ErpAddress } from '../connector.ts'
import { api } from './api-names.ts'
import type { ODataV2 } from './odata-v2.ts'
import { dateAndTimeOf, oneOf, type Row, rowsOf, textOf } from './v2-values.ts'

/** To be expanded from A_BusinessPartner. */
export const addressExpand = [
  'to_BusinessPartnerAddress/to_AddressUsage',
  'to_BusinessPartnerAddress/to_EmailAddress',
  'to_BusinessPartnerAddress/to_PhoneNumber',
]
const address = 'to_BusinessPartnerAddress'
export const addressSelect = [
  ...['AddressID', 'FullName', 'StreetName', 'HouseNumber', 'StreetPrefixName', 'AdditionalStreetPrefixName'],
  ...['StreetSuffixName', 'CityName', 'Region', 'PostalCode', 'Country', 'to_AddressUsage/AddressUsage'],
  ...['to_EmailAddress/EmailAddress', 'to_EmailAddress/IsDefaultEmailAddress'],
  ...['to_PhoneNumber/InternationalPhoneNumber', 'to_PhoneNumber/IsDefaultPhoneNumber'],
].map((field) => `${address}/${field}`)

const FILTER_SIZE = 30

export interface PartnerAddress {
  address: ErpAddress
  changedAt: string | null
}

/** Addresses by customer number; who SAP doesn't know isn't in it. One request for up to 600. */
export async function readAddresses(
  odata: ODataV2,
  customerNumbers: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, PartnerAddress>> {
  const wanted = [...new Set(customerNumbers)]
  if (wanted.length === 0) return new Map()
  const filters: string[] = []
  for (let at = 0; at < wanted.length; at += FILTER_SIZE)
    filters.push(oneOf('Customer', wanted.slice(at, at + FILTER_SIZE)))
  const select = [...partnerSelect, ...addressSelect].join(',')
  const query = { select, expand: addressExpand.join(',') }
  const lists = await odata.listMany(api.partners, 'A_BusinessPartner', query, filters, signal)
  return new Map(
    lists.flat().map((row) => [
      textOf(row, 'Customer') ?? '',
      {
        address: partnerAddress(row) ?? bareAddress(textOf(row, 'Customer'), partnerName(row)),
        changedAt: partnerChangedAt(row),
      },
    ]),
  )
}

/** Fields of A_BusinessPartner itself that these functions read. */
export const partnerSelect = [
  ...['BusinessPartner', 'Customer', 'BusinessPartnerFullName', 'BusinessPartnerName', 'CreationDate', 'CreationTime'],
  ...['LastChangeDate', 'LastChangeTime'],
]

export function partnerName(row: Row): string {
  return (
    textOf(row, 'BusinessPartnerFullName') ?? textOf(row, 'BusinessPartnerName') ?? textOf(row, 'BusinessPartner') ?? ''
  )
}

/** LastChangeDate is empty until the first change. */
export function partnerChangedAt(row: Row): string | null {
  return dateAndTimeOf(row, 'LastChangeDate', 'LastChangeTime') ?? dateAndTimeOf(row, 'CreationDate', 'CreationTime')
}

/** The partner's standard address; its id is the customer number, which is what an order names. */
export function partnerAddress(partner: Row): ErpAddress | null {
  const addresses = rowsOf(partner, address)
  const standard = addresses.find((each) =>
    rowsOf(each, 'to_AddressUsage').some((usage) => textOf(usage, 'AddressUsage') === 'XXDEFAULT'),
  )
  const row = standard ?? addresses[0]
  if (!row) return null
  const first = (navigation: string, isDefault: string) => {
    const rows = rowsOf(row, navigation)
    return rows.find((each) => each[isDefault] === true) ?? rows[0] ?? {}
  }
  return {
    addressId: textOf(partner, 'Customer'),
    name: partnerName(partner),
    street: streetOf(row, ['StreetPrefixName', 'AdditionalStreetPrefixName', 'StreetSuffixName']),
    city: textOf(row, 'CityName'),
    state: textOf(row, 'Region'),
    postalCode: textOf(row, 'PostalCode'),
    countryCode: countryOf(row),
    email: textOf(first('to_EmailAddress', 'IsDefaultEmailAddress'), 'EmailAddress'),
    phone: textOf(first('to_PhoneNumber', 'IsDefaultPhoneNumber'), 'InternationalPhoneNumber'),
  }
}

/** Of whom no more is known. */
export function bareAddress(addressId: string | null, name: string): ErpAddress {
  const unknown = { city: null, state: null, postalCode: null, countryCode: null, email: null, phone: null }
  return { addressId, name, street: [], ...unknown }
}

/** Street with its house number, then the other lines that are there. */
export function streetOf(row: Row, others: readonly string[]): string[] {
  const street = [textOf(row, 'StreetName'), textOf(row, 'HouseNumber')].filter((part) => part !== null).join(' ')
  return [street, ...others.map((field) => textOf(row, field) ?? '')].filter((line) => line !== '')
}

/** SAP's country keys are ISO 3166-1 but for a few of an installation's own. */
export function countryOf(row: Row): string | null {
  const country = textOf(row, 'Country')
  return country && /^[A-Z]{2}$/.test(country) ? country : null
}
