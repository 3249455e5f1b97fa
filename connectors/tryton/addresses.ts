// party.address <-> ErpAddress, and which address of a customer a ship-to is. Tryton's addresses carry no code of their own: the id
// is what the hub gives out, and a buyer's own id for an address is unknown here, so the place itself decides.
import type { ErpAddress } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import type { TrytonConnection } from './connection.ts'
import type { Row } from './json-rpc.ts'

export interface AddressRow extends Row {
  party_name: string | null
  /** Of the building. */
  name: string | null
  street: string | null
  postal_code: string | null
  city: string | null
  country: { code: string | null } | null
  subdivision: { code: string | null; name: string } | null
}

const fields = [
  ...['party_name', 'name', 'street', 'postal_code', 'city', 'country.code'],
  ...['subdivision.code', 'subdivision.name'],
]
/** Names to read an address by, from a record that points to it. */
export const addressFields = (path = '') => fields.map((field) => path + field)

export function toErpAddress(row: AddressRow, partyName: string): ErpAddress {
  const code = row.country?.code ?? null
  return {
    addressId: String(row.id),
    name: row.party_name || partyName,
    street: [row.name, ...(row.street ?? '').split('\n')].flatMap((line) => line?.trim() || []),
    city: row.city || null,
    state: row.subdivision ? (row.subdivision.code?.split('-').at(-1) ?? row.subdivision.name) : null,
    postalCode: row.postal_code || null,
    countryCode: code && /^[A-Z]{2}$/.test(code) ? code : null,
    email: null,
    phone: null,
  }
}

/** Id of the customer's address that the ship-to is. Added where there is none, or refused, as the settings say. */
export async function addressOf(
  connection: TrytonConnection,
  party: { id: number; name: string },
  shipTo: ErpAddress,
  signal?: AbortSignal,
): Promise<{ id: number; note: string | null }> {
  const { client, config } = connection
  const rows = await client.read<AddressRow & { sequence: number | null }>(
    'party.address',
    [['party', '=', party.id]],
    [...addressFields(), 'sequence'],
    { signal },
  )
  const known = rows.map((row) => toErpAddress(row, party.name))
  const found = known.find((address) => hasId(address, shipTo)) ?? known.find((address) => isSame(address, shipTo))
  if (found) return { id: Number(found.addressId), note: null }
  const text = inWords(shipTo)
  if (config.unknownShipTo === 'refuse')
    throw new ErpError('refused', `Customer "${party.name}" has no address "${text}" in Tryton.`)
  if (shipTo.street.length === 0 || !shipTo.city)
    throw new ErpError(
      'refused',
      `Customer "${party.name}" has no address "${text}" in Tryton, and without street and city none can be made.`,
    )
  const last = Math.max(0, ...rows.map((row) => row.sequence ?? 0))
  const made = await make(connection, party, shipTo, last + 1, signal)
  return { id: made, note: `The ship-to address "${text}" was added to the customer.` }
}

/** An id of ours, unless the place that is written out beside it is another: then it is a buyer's own id that looks like one. */
function hasId(address: ErpAddress, shipTo: ErpAddress): boolean {
  const agrees = (a: string | null, b: string | null) => !b || plain(a) === plain(b)
  return (
    address.addressId === shipTo.addressId &&
    agrees(address.postalCode, shipTo.postalCode) &&
    agrees(address.city, shipTo.city)
  )
}

function isSame(address: ErpAddress, shipTo: ErpAddress): boolean {
  if (shipTo.street.length === 0 && !shipTo.postalCode) return false
  const parts = (a: ErpAddress) => [a.street.join(' '), a.postalCode, a.city, a.countryCode].map(plain)
  const [own, wanted] = [parts(address), parts(shipTo)]
  return (
    wanted.every((part, i) => part === '' || part === own[i]) &&
    (plain(shipTo.name) === '' || plain(shipTo.name) === plain(address.name))
  )
}

/** For comparing: without case, blanks and punctuation. */
const plain = (text: string | null) => (text ?? '').toLowerCase().replace(/[\s\p{P}]+/gu, '')

async function make(
  { client }: TrytonConnection,
  party: { id: number; name: string },
  shipTo: ErpAddress,
  sequence: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const [country] = shipTo.countryCode
    ? await client.search('country.country', [['code', '=', shipTo.countryCode]], { limit: 1, signal })
    : []
  const named = ['OR', ['code', '=', `${shipTo.countryCode}-${shipTo.state}`], ['name', 'ilike', shipTo.state]]
  const [subdivision] =
    country && shipTo.state
      ? await client.search('country.subdivision', [['country', '=', country], named], { limit: 1, signal })
      : []
  const lost = [
    ...(shipTo.state && !subdivision ? [shipTo.state] : []),
    ...(shipTo.countryCode && !country ? [shipTo.countryCode] : []),
  ]
  // Last, and neither for delivery nor for invoices by default: the customer's other orders go where they went before.
  const values = {
    party: party.id,
    party_name: plain(shipTo.name) === plain(party.name) ? null : shipTo.name || null,
    street: shipTo.street.join('\n'),
    postal_code: shipTo.postalCode,
    city: [shipTo.city, ...lost].join(', '),
    country: country ?? null,
    subdivision: subdivision ?? null,
    sequence,
    delivery: false,
    invoice: false,
  }
  const [id] = await client.call<number[]>('party.address.create', [[values]], { signal })
  return id as number
}

const inWords = ({ addressId, name, street, postalCode, city, countryCode }: ErpAddress) =>
  [name || addressId, ...street, [postalCode, city].filter(Boolean).join(' '), countryCode].filter(Boolean).join(', ')
