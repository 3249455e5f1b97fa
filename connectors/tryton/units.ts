// Tryton's units <-> UN/CEFACT Recommendation 20. The module edocument_unece keeps the codes; without it they are known of the units
// that Tryton brings along, and a unit's symbol is its code otherwise.
import type { TrytonClient } from './json-rpc.ts'

export interface Unit {
  id: number
  /** UN/CEFACT Recommendation 20, or the symbol. */
  code: string
  name: string
  /** Units of one category can be converted. */
  category: number
  /** Decimals of a quantity. */
  digits: number
  /** How many of the category's first unit it is. */
  factor: number
}

export interface Units {
  /** A unit the user may not see is named by its id. */
  byId(id: number): Promise<Unit>
  /** The unit of a category that the code means. */
  find(code: string, category: number): Promise<Unit | undefined>
}

interface UnitRow {
  id: number
  symbol: string
  name: string
  category: number
  digits: number
  factor: number
  unece_code?: string | null
}

/** Symbols of Tryton's module product, which are not translated by default. */
const codesBySymbol: Record<string, string> = {
  ...{ u: 'C62', kg: 'KGM', g: 'GRM', c: 'CTM', lb: 'LBR', oz: 'ONZ', s: 'SEC', min: 'MIN', h: 'HUR', d: 'DAY' },
  ...{ m: 'MTR', km: 'KMT', cm: 'CMT', mm: 'MMT', ft: 'FOT', yd: 'YRD', in: 'INH', mi: 'SMI' },
  ...{ 'm³': 'MTQ', l: 'LTR', 'cm³': 'CMQ', 'in³': 'INQ', 'ft³': 'FTQ', gal: 'GLL' },
  ...{ 'm²': 'MTK', 'cm²': 'CMK', a: 'ARE', ha: 'HAR', 'in²': 'INK', 'ft²': 'FTK', 'yd²': 'YDK' },
}
/** What buyers call a piece. */
const pieces = new Set(['C62', 'EA', 'H87', 'PCE', 'PC', 'ST', 'NAR'])
const normal = (code: string) => {
  const upper = code.trim().toUpperCase()
  return pieces.has(upper) ? 'C62' : upper
}

export function makeUnits(client: TrytonClient, has: (module: string) => Promise<boolean>): Units {
  let known: Promise<Map<number, Unit>> | undefined

  async function load(): Promise<Map<number, Unit>> {
    const coded = await has('edocument_unece')
    const fields = ['symbol', 'name', 'category', 'digits', 'factor', ...(coded ? ['unece_code'] : [])]
    const rows = await client.read<UnitRow>('product.uom', [], fields, { context: { active_test: false } })
    return new Map(rows.map((row) => [row.id, toUnit(row)]))
  }
  const all = () => {
    known ??= load().catch((error) => {
      known = undefined
      throw error
    })
    return known
  }
  /** A unit may have been added since. */
  async function look<T>(find: (units: Map<number, Unit>) => T | undefined): Promise<T | undefined> {
    const found = find(await all())
    if (found !== undefined) return found
    known = undefined
    return find(await all())
  }

  return {
    async byId(id) {
      const unit = await look((units) => units.get(id))
      return unit ?? { id, code: `unit ${id}`, name: `unit ${id}`, category: -1, digits: 4, factor: 1 }
    },
    find: (code, category) =>
      look((units) => {
        const inCategory = [...units.values()].filter((unit) => unit.category === category)
        return inCategory.find((unit) => normal(unit.code) === normal(code))
      }),
  }
}

function toUnit({ id, symbol, name, category, digits, factor, unece_code }: UnitRow): Unit {
  return { id, code: unece_code || codesBySymbol[symbol] || symbol, name, category, digits, factor }
}
