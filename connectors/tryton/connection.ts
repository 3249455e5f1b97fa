// What every part of the connector works with: the client, the settings, and what this Tryton is made of.
import { ErpError } from '../erp-error.ts'
import type { TrytonClient } from './json-rpc.ts'
import type { TrytonConfig } from './settings.ts'
import { makeUnits, type Units } from './units.ts'

export interface TrytonConnection {
  client: TrytonClient
  config: TrytonConfig
  units: Units
  now(): Date
  /** Whether a module is activated; asked once. */
  has(module: string): Promise<boolean>
  company(): Promise<Company>
  /** Tryton's id of a currency by its ISO 4217 code; undefined = it has none. */
  currency(code: string): Promise<number | undefined>
  /** Decimals of a price: `price_decimal` in trytond.conf, four by default. */
  priceDigits(): Promise<number>
}

export interface Company {
  id: number
  name: string
  /** ISO 4217. */
  currency: string
}

export function makeConnection(client: TrytonClient, config: TrytonConfig, now: () => Date): TrytonConnection {
  const modules = once(async () => {
    const active = await client.read<{ name: string }>('ir.module', [['state', '=', 'activated']], ['name'])
    return new Set(active.map((module) => module.name))
  })
  const company = once(async () => {
    const { context } = await client.session()
    const [found] = await client.read<{ party: { name: string }; currency: { code: string } }>(
      'company.company',
      [['id', '=', context.company ?? -1]],
      ['party.name', 'currency.code'],
    )
    if (!found) throw new ErpError('unauthorised', `The user "${config.user}" works for no company in Tryton.`)
    if (config.company !== undefined && config.company !== found.party.name)
      throw new ErpError(
        'unauthorised',
        `The user "${config.user}" works for "${found.party.name}" in Tryton, not for "${config.company}".`,
      )
    return { id: found.id, name: found.party.name, currency: found.currency.code }
  })
  const currencies = once(async () => {
    const rows = await client.read<{ code: string }>('currency.currency', [], ['code'])
    return new Map(rows.map((row) => [row.code, row.id]))
  })
  const priceDigits = once(async () => {
    const field = await client.call<{ unit_price: { digits?: string } }>('sale.line.fields_get', [['unit_price']])
    const digits: unknown = JSON.parse(field.unit_price.digits ?? '[]')
    return Array.isArray(digits) && typeof digits[1] === 'number' ? digits[1] : 4
  })
  const currency = async (code: string) => (await currencies()).get(code)
  const has = async (module: string) => (await modules()).has(module)
  return { client, config, now, has, company, currency, priceDigits, units: makeUnits(client, has) }
}

/** The first success is kept; a failure is not. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask().catch((error) => {
      asked = undefined
      throw error
    })
    return asked
  }
}
