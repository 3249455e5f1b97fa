// Stream of prices. Tryton keeps formulas, not prices: each is asked for as Tryton would charge it today, per article and quantity
// break, first for everybody and then for each customer with a price list of its own. All are given again when anything they are
// made of was written, and once a day, because price lists have dates.
import { readCursor, writeCursor } from '../change-cursor.ts'
import type { Cursor, ErpPrice, Page, PullOptions } from '../connector.ts'
import { changedAt, latest, newest, stopIfTold } from './changes.ts'
import type { TrytonConnection } from './connection.ts'
import { customerDomain } from './customers.ts'
import type { SearchOptions } from './json-rpc.ts'
import { floatText, priceText } from './values.ts'

interface Product {
  id: number
  code: string
  unit: { code: string; digits: number }
  /** Of a sales unit in default units: 5 for a carton of 5 reams. */
  ratio: number
}
interface Source {
  /** Null = everybody. */
  party: { id: number; code: string } | null
  list: number | null
}
/** Quantities from which on a list has another price, rising, and whether they are of sales units. */
interface Breaks {
  quantities: number[]
  ofSalesUnits: boolean
}
interface Priced {
  /** `party product break`: rises, so that a pass goes on behind it. */
  place: [party: number, product: number, quantity: number]
  price: ErpPrice
}

const DEFAULT_PAGE = 200
/** Articles priced by one call. */
const PRICED_AT_ONCE = 200

export async function* pricePages(
  connection: TrytonConnection,
  after: Cursor | null,
  { signal, pageSize = DEFAULT_PAGE, customerNumbers }: PullOptions = {},
): AsyncIterable<Page<'prices'>> {
  stopIfTold(signal)
  const options = { signal }
  const today = connection.now().toISOString().slice(0, 10)
  const position = readCursor(after)
  const underWay = readPlace(position?.id ?? '')
  const written = latest(await newest(connection, await madeOf(connection), options))
  if (position && !underWay && position.id === today && position.changedAt >= written) return
  const pass = underWay ?? { day: today, upTo: written, place: null }

  let page: Priced[] = []
  for await (const priced of allPrices(connection, pass.upTo, customerNumbers, options)) {
    if (pass.place && !isBehind(priced.place, pass.place)) continue
    if (page.length === pageSize) {
      const place = page.at(-1)?.place as Priced['place']
      const id = `${pass.day} ${pass.upTo} ${place.join(' ')}`
      yield { records: page.map((p) => p.price), next: writeCursor({ changedAt: pass.upTo, id }) }
      stopIfTold(signal)
      page = []
    }
    page.push(priced)
  }
  if (page.length > 0)
    yield { records: page.map((p) => p.price), next: writeCursor({ changedAt: pass.upTo, id: pass.day }) }
}

function readPlace(id: string) {
  const [, day, upTo, ...place] = /^(\S+) (\S+) (\d+) (\d+) ([\d.]+)$/.exec(id) ?? []
  return day && upTo ? { day, upTo, place: place.map(Number) as Priced['place'] } : undefined
}

function isBehind(place: Priced['place'], other: Priced['place']): boolean {
  const first = place.findIndex((part, i) => part !== other[i])
  return first >= 0 && (place[first] as number) > (other[first] as number)
}

/** What prices are made of; a customer's list and an article's price are written with the customer and the article. */
async function madeOf({ has }: TrytonConnection) {
  const lists = (await has('sale_price_list'))
    ? ['product.price_list', 'product.price_list.line', 'party.party', 'sale.configuration']
    : []
  return ['product.template', 'product.product', 'product.uom', ...lists].map((model) => ({ model, domain: [] }))
}

async function* allPrices(
  connection: TrytonConnection,
  upTo: string,
  customerNumbers: readonly string[] | undefined,
  options: SearchOptions,
): AsyncIterable<Priced> {
  const { currency } = await connection.company()
  const products = await findProducts(connection, options)
  const priceOf = makePricer(connection, products, options)
  for (const { party, list } of await findSources(connection, customerNumbers, options)) {
    const breaks = await findBreaks(connection, list, options)
    if (!breaks) continue
    for (const product of products) {
      let before: string | undefined
      for (const quantity of breaks.quantities) {
        const from = breaks.ofSalesUnits ? quantity : quantity / product.ratio
        const unitPrice = await priceOf(list, product, from)
        if (unitPrice === undefined || unitPrice === before) continue
        before = unitPrice
        const whole = product.unit.digits === 0 ? 1 : 0
        yield {
          place: [party?.id ?? 0, product.id, quantity],
          price: {
            erpId: `${party?.id ?? 'list'}-${product.id}-${quantity}`,
            customerNumber: party?.code ?? null,
            itemNumber: product.code,
            currency,
            unitPrice,
            priceUnit: '1',
            unitOfMeasure: product.unit.code,
            minimumQuantity: floatText(Math.max(from, whole), 6),
            validFrom: null,
            validTo: null,
            changedAt: changedAt({ create_date: upTo }),
          },
        }
      }
    }
  }
}

async function findProducts({ client, units }: TrytonConnection, options: SearchOptions): Promise<Product[]> {
  const sold = [
    ['salable', '=', true],
    ['code', '!=', null],
  ]
  const fields = ['code', 'sale_uom', 'default_uom']
  type Row = { code: string; sale_uom: number; default_uom: number }
  const rows = await client.read<Row>('product.product', sold, fields, options)
  const products: Product[] = []
  for (const row of rows) {
    const [unit, own] = [await units.byId(row.sale_uom), await units.byId(row.default_uom)]
    products.push({ id: row.id, code: row.code, unit, ratio: unit.factor / own.factor })
  }
  return products
}

async function findSources(
  connection: TrytonConnection,
  customerNumbers: readonly string[] | undefined,
  options: SearchOptions,
): Promise<Source[]> {
  const { client, has } = connection
  if (!(await has('sale_price_list'))) return [{ party: null, list: null }]
  type Configuration = { sale_price_list: number | null }
  const [configuration] = await client.call<Configuration[]>('sale.configuration.read', [[1], ['sale_price_list']])
  const everybody = configuration?.sale_price_list ?? null
  const named = customerNumbers ? [['code', 'in', customerNumbers]] : []
  const domain = [...(await customerDomain(connection)), ...named]
  type Row = { code: string; sale_price_list: number | null }
  const parties = await client.read<Row>('party.party', domain, ['code', 'sale_price_list'], options)
  const own = parties.filter(({ sale_price_list: list }) => list !== null && list !== everybody)
  return [
    ...(customerNumbers ? [] : [{ party: null, list: everybody }]),
    ...own.map((party) => ({ party, list: party.sale_price_list })),
  ]
}

/** Undefined for a list of prices with tax: the hub's are net. */
async function findBreaks(
  { client }: TrytonConnection,
  list: number | null,
  options: SearchOptions,
): Promise<Breaks | undefined> {
  if (list === null) return { quantities: [0], ofSalesUnits: true }
  type List = { unit: string; tax_included: unknown; lines: { quantity: number | null }[] }
  const fields = ['unit', 'tax_included', 'lines.quantity']
  const [row] = await client.read<List>('product.price_list', [['id', '=', list]], fields, options)
  if (!row || row.tax_included) return undefined
  const quantities = new Set([0, ...row.lines.map((line) => line.quantity ?? 0)])
  return { quantities: [...quantities].toSorted((a, b) => a - b), ofSalesUnits: row.unit === 'product_sale' }
}

/** Prices as Tryton computes them, asked for many articles at once and kept for the customers that share a list. */
function makePricer({ client }: TrytonConnection, products: Product[], options: SearchOptions) {
  const known = new Map<string, Promise<Map<number, string>>>()
  const chunks = new Map(products.map((product, i) => [product.id, Math.floor(i / PRICED_AT_ONCE)]))

  async function ask(list: number | null, chunk: number, quantity: number): Promise<Map<number, string>> {
    const ids = products.slice(chunk * PRICED_AT_ONCE, (chunk + 1) * PRICED_AT_ONCE).map((product) => product.id)
    const context = { ...(list !== null && { price_list: list }), quantity }
    const rows = await client.read<{ sale_price_uom: string | null }>(
      'product.product',
      [['id', 'in', ids]],
      ['sale_price_uom'],
      { ...options, context },
    )
    return new Map(
      rows.flatMap((row) => (row.sale_price_uom === null ? [] : [[row.id, priceText(row.sale_price_uom)]])),
    )
  }

  return async (list: number | null, product: Product, quantity: number): Promise<string | undefined> => {
    const chunk = chunks.get(product.id) as number
    const key = `${list} ${chunk} ${quantity}`
    const prices = known.get(key) ?? ask(list, chunk, quantity)
    known.set(key, prices)
    return (await prices).get(product.id)
  }
}
