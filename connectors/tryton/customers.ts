// Streams of customers and their ship-to addresses. In Tryton every party can buy; the settings may name a category of those that do.
import type { ErpCustomer, ErpShipTo } from '../connector.ts'
import { type AddressRow, addressFields, toErpAddress } from './addresses.ts'
import { changedAt, type RecordStream } from './changes.ts'
import type { TrytonConnection } from './connection.ts'
import type { Domain } from './json-rpc.ts'

interface Times {
  write_date: string | null
  create_date: string
}
interface PartyRow extends Times {
  code: string
  name: string | null
  active: unknown
  tax_identifier: { code: string } | null
  email: string | null
  customer_payment_term: number | null
  addresses: (AddressRow & Times & { invoice: unknown })[]
  identifiers: Times[]
  contact_mechanisms: Times[]
}

const times = ['write_date', 'create_date']
const below = (path: string, fields: readonly string[]) => fields.map((field) => `${path}.${field}`)

/** Which parties are customers; `path` leads from another model to the party. */
export async function customerDomain({ client, config }: TrytonConnection, path = ''): Promise<Domain> {
  if (config.customerCategory) return [[`${path}categories`, 'where', [['name', '=', config.customerCategory]]]]
  const companies = await client.read<{ party: number }>('company.company', [], ['party'])
  return [[`${path}id`, 'not in', companies.map((company) => company.party)]]
}

export async function customers(connection: TrytonConnection): Promise<RecordStream<'customers'>> {
  const { client } = connection
  const fields = [
    ...['code', 'name', 'active', 'tax_identifier.code', 'email', 'customer_payment_term', ...times],
    ...below('addresses', [...addressFields(), 'invoice', ...times]),
    ...[...below('identifiers', times), ...below('contact_mechanisms', times)],
  ]
  return {
    model: 'party.party',
    domain: await customerDomain(connection),
    customerNumber: 'code',
    traces: [
      { model: 'party.party', domain: [] },
      { model: 'party.address', domain: [], path: 'party' },
      { model: 'party.identifier', domain: [], path: 'party' },
      { model: 'party.contact_mechanism', domain: [], path: 'party' },
    ],
    async read(domain, options, limit) {
      const terms = await paymentTerms(connection)
      const parties = await client.read<PartyRow>('party.party', domain, fields, { ...options, limit })
      return parties.map((party): ErpCustomer => {
        const name = party.name || party.code
        const address = party.addresses.find((a) => a.invoice) ?? party.addresses[0]
        return {
          erpId: String(party.id),
          customerNumber: party.code,
          parentCustomerNumber: null,
          name,
          vatId: party.tax_identifier?.code ?? null,
          email: party.email || null,
          currency: null,
          paymentTerms: terms.get(party.customer_payment_term ?? -1) ?? null,
          blocked: !party.active,
          address: address ? toErpAddress(address, name) : null,
          changedAt: changedAt(party, ...party.addresses, ...party.identifiers, ...party.contact_mechanisms),
        }
      })
    },
  }
}

/** Names by id. */
export async function paymentTerms({ client }: TrytonConnection): Promise<Map<number, string>> {
  const rows = await client.read<{ name: string }>('account.invoice.payment_term', [], ['name'], {
    context: { active_test: false },
  })
  return new Map(rows.map((row) => [row.id, row.name]))
}

export async function shipTos(connection: TrytonConnection): Promise<RecordStream<'shipTos'>> {
  const fields = [...addressFields(), 'party.code', 'party.name', ...times]
  return {
    model: 'party.address',
    domain: [['active', '=', true], ...(await customerDomain(connection, 'party.'))],
    customerNumber: 'party.code',
    traces: [{ model: 'party.address', domain: [] }],
    async read(domain, options, limit) {
      type Addressed = AddressRow & Times & { party: { code: string; name: string | null } }
      const rows = await connection.client.read<Addressed>('party.address', domain, fields, { ...options, limit })
      return rows.map(
        (row): ErpShipTo => ({
          erpId: String(row.id),
          customerNumber: row.party.code,
          address: toErpAddress(row, row.party.name || row.party.code),
          changedAt: changedAt(row),
        }),
      )
    },
  }
}
