// ErpOrderDraft -> what sale.sale is created with. What Tryton's own form would fill in (addresses, terms, price list, taxes, the ERP's
// price) is asked of Tryton itself by its on_change calls, so that tax rules and price lists of any module apply.
import type { Channel, ErpOrderDraft, ErpOrderDraftLine } from '../connector.ts'
import { compare, currencyDecimals, multiplyDivide } from '../decimal.ts'
import { ErpError } from '../erp-error.ts'
import { addressOf } from './addresses.ts'
import type { TrytonConnection } from './connection.ts'
import { date, decimal, type Wire } from './values.ts'

export interface SaleDraft {
  /** Without lines. */
  header: Wire
  lines: Wire[]
  notes: string[]
}

/** A line with what Tryton has for it. */
interface Article {
  line: ErpOrderDraftLine
  product: Product
  unit: number
}
interface Party {
  id: number
  name: string
  customer_tax_rule: number | null
}
interface Product {
  id: number
  code: string
  name: string
  salable: unknown
  default_uom: { category: number; name: string; id: number }
  account_category: { id: number; customer_taxes_used: number[] } | null
}

const channels: readonly Channel[] = ['punchout', 'web', 'phone', 'edi', 'erp']
const describe = (channel: Channel, onceKey: string) => `hub ${channel} ${onceKey}`

/** Finds the sale of a key. It stands in the description: the reference is the buyer's order number, which people look for. */
export function onceDomain(onceKey: string) {
  return [['description', 'in', channels.map((channel) => describe(channel, onceKey))]]
}

/** Channel and key out of a sale's description, where the hub wrote it. */
export function readDescription(description: string | null): { channel: Channel; onceKey: string } | undefined {
  const [, channel, onceKey] = /^hub ([a-z]+) ([a-z0-9]{1,32})$/.exec(description ?? '') ?? []
  const known = channels.find((c) => c === channel)
  return known && onceKey ? { channel: known, onceKey } : undefined
}

/** Without a key for a sale that the hub did not make. Throws ErpError `refused` naming what Tryton does not know. */
export async function saleDraft(
  connection: TrytonConnection,
  draft: ErpOrderDraft,
  onceKey: string | undefined,
  signal?: AbortSignal,
): Promise<SaleDraft> {
  const company = await connection.company()
  const party = await findParty(connection, draft.customerNumber, signal)
  const { lines, comment, notes } = withFreight(connection, draft)
  const articles = await findArticles(connection, lines, signal)
  const currency = await connection.currency(draft.currency)
  if (currency === undefined) throw new ErpError('refused', `Tryton has no currency ${draft.currency}.`)

  const start = { company: company.id, party: party.id, currency, sale_date: date(draft.orderDate) }
  const filled = await onChange(connection, 'sale.sale', start, 'party', signal)
  const header: Wire = { ...filled, ...start, reference: draft.purchaseOrderNumber, comment: comment || null }
  if (onceKey) header.description = describe(draft.channel, onceKey)
  if (draft.shipTo) {
    const address = await addressOf(connection, party, draft.shipTo, signal)
    header.shipment_address = address.id
    if (address.note) notes.push(address.note)
  }
  const wanted = draft.requestedDeliveryDate
  if (wanted && wanted >= draft.orderDate) header.shipping_date = date(wanted)
  // The buyer was quoted the freight: Tryton is not to add its own.
  if (await connection.has('sale_shipment_cost')) header.shipment_cost_method = null
  return { header, lines: await lineValues(connection, articles, header, party, draft.currency, signal), notes }
}

async function findParty({ client }: TrytonConnection, code: string, signal?: AbortSignal): Promise<Party> {
  const fields = ['name', 'customer_tax_rule']
  const [party] = await client.read<Party>('party.party', [['code', '=', code]], fields, { signal })
  if (!party) throw new ErpError('refused', `Tryton has no customer with the number ${code}.`)
  return party
}

/** What Tryton's form would fill in after this field, as it goes over the wire; what is only there for people's eyes left out. */
async function onChange(
  { client }: TrytonConnection,
  model: string,
  values: Wire,
  field: string,
  signal?: AbortSignal,
): Promise<Wire> {
  const [filled = {}] = await client.call<Wire[]>(`${model}.on_change`, [values, [field]], { signal, raw: true })
  return Object.fromEntries(Object.entries(filled).filter(([name]) => !name.endsWith('.')))
}

/** The order's lines with one for freight, and what can only be said in words. */
function withFreight({ config }: TrytonConnection, draft: ErpOrderDraft) {
  const { contact, comments, requestedDeliveryDate, orderDate, shippingAmount, lines } = draft
  const words = [comments]
  const notes: string[] = []
  const person = [contact?.name, contact?.email && `<${contact.email}>`].filter(Boolean).join(' ')
  if (person) words.push(`Contact: ${person}`)
  if (requestedDeliveryDate && requestedDeliveryDate < orderDate) {
    words.push(`Wanted on ${requestedDeliveryDate}`)
    notes.push(`The wanted date ${requestedDeliveryDate} is before the order's; it is in the comment only.`)
  }
  const freight = shippingAmount !== null && compare(shippingAmount, '0') > 0 ? shippingAmount : undefined
  const article = config.freightItemNumber
  if (freight && !article) {
    words.push(`Freight quoted to the buyer: ${freight} ${draft.currency}`)
    notes.push(`The freight of ${freight} is in the comment only: the connection names no article for it.`)
  }
  const comment = words.filter(Boolean).join('\n')
  if (!freight || !article) return { lines, comment, notes }
  const lineNumber = Math.max(0, ...lines.map((line) => line.lineNumber)) + 1
  return { lines: [...lines, freightLine(lineNumber, article, freight)], comment, notes }
}

const freightLine = (lineNumber: number, itemNumber: string, unitPrice: string): ErpOrderDraftLine => ({
  lineNumber,
  itemNumber,
  description: '',
  quantity: '1',
  unitOfMeasure: 'C62',
  unitPrice,
  priceUnit: '1',
  requestedDeliveryDate: null,
  comments: null,
})

async function lineValues(
  connection: TrytonConnection,
  articles: Article[],
  header: Wire,
  party: Party,
  currency: string,
  signal?: AbortSignal,
): Promise<Wire[]> {
  const digits = await connection.priceDigits()
  /** By accounting category, which decides on them alone where the customer has no tax rule. */
  const taxes = new Map<number | undefined, number[]>()
  for (const { product } of articles)
    if (product.account_category && party.customer_tax_rule === null)
      taxes.set(product.account_category.id, product.account_category.customer_taxes_used)
  const lines: Wire[] = []
  for (const { line, product, unit } of articles) {
    const quantity = Number(line.quantity)
    let price = line.unitPrice === null ? undefined : decimal(pricePerUnit(line, digits, currency))
    let known = taxes.get(product.account_category?.id)
    if (price === undefined || known === undefined) {
      const asked = { product: product.id, quantity, unit, sale: { ...header, id: -1 } }
      const filled = await onChange(connection, 'sale.line', asked, 'product', signal)
      known = taxIds(filled.taxes)
      taxes.set(product.account_category?.id, known)
      price ??= (filled.unit_price ?? undefined) as Wire | undefined
    }
    if (price === undefined) throw new ErpError('refused', `Tryton has no price for ${line.itemNumber}.`)
    const note = [line.comments, line.requestedDeliveryDate && `Wanted on ${line.requestedDeliveryDate}`]
    lines.push({
      type: 'line',
      sequence: line.lineNumber,
      product: product.id,
      unit,
      quantity,
      unit_price: price,
      taxes: [['add', known]],
      description: line.description && line.description !== product.name ? line.description : null,
      note: note.filter(Boolean).join('\n') || null,
    })
  }
  return lines
}

async function findArticles(
  connection: TrytonConnection,
  lines: ErpOrderDraftLine[],
  signal?: AbortSignal,
): Promise<Article[]> {
  const products = await findProducts(connection, lines, signal)
  const articles: Article[] = []
  for (const line of lines) {
    const product = products.get(line.itemNumber) as Product
    articles.push({ line, product, unit: await unitFor(connection, line, product) })
  }
  return articles
}

async function findProducts(
  { client }: TrytonConnection,
  lines: ErpOrderDraftLine[],
  signal?: AbortSignal,
): Promise<Map<string, Product>> {
  const codes = [...new Set(lines.map((line) => line.itemNumber))]
  const fields = [
    'code',
    'name',
    'salable',
    'default_uom.category',
    'default_uom.name',
    'account_category.customer_taxes_used',
  ]
  const rows = await client.read<Product>('product.product', [['code', 'in', codes]], fields, { signal })
  const found = new Map<string, Product>()
  for (const row of rows.filter((product) => product.salable)) {
    if (found.has(row.code)) throw new ErpError('refused', `Tryton has several articles with the number ${row.code}.`)
    found.set(row.code, row)
  }
  const missing = codes.filter((code) => !found.has(code))
  if (missing.length > 0) {
    const unsold = missing.filter((code) => rows.some((row) => row.code === code))
    throw new ErpError(
      'refused',
      unsold.length > 0
        ? `Tryton does not sell ${unsold.join(', ')}: not marked as salable.`
        : `Tryton has no article with the number ${missing.join(', ')}.`,
    )
  }
  return found
}

async function unitFor({ units }: TrytonConnection, line: ErpOrderDraftLine, product: Product): Promise<number> {
  const unit = await units.find(line.unitOfMeasure, product.default_uom.category)
  if (unit) return unit.id
  const own = await units.byId(product.default_uom.id)
  throw new ErpError(
    'refused',
    `Article ${line.itemNumber} is kept in ${own.code} (${own.name}) in Tryton, which can't be converted to ${line.unitOfMeasure}.`,
  )
}

/** Tryton's prices are for one unit. Refused where that loses money on the line. */
function pricePerUnit(line: ErpOrderDraftLine, digits: number, currency: string): string {
  const { quantity, unitPrice, priceUnit, itemNumber } = line
  const price = multiplyDivide(unitPrice ?? '0', '1', priceUnit, digits)
  const decimals = currencyDecimals(currency)
  const exact = multiplyDivide(quantity, unitPrice ?? '0', priceUnit, decimals)
  if (compare(exact, multiplyDivide(quantity, price, '1', decimals)) !== 0)
    throw new ErpError(
      'refused',
      `The price of ${itemNumber}, ${unitPrice} for ${priceUnit}, needs more than the ${digits} decimals that Tryton keeps (price_decimal in trytond.conf).`,
    )
  return price
}

/** on_change tells what to add to an empty list: `{ add: [[0, { id: 3 }]] }`. */
function taxIds(change: unknown): number[] {
  const { add = [] } = (change ?? {}) as { add?: [number, { id: number }][] }
  return add.map(([, tax]) => tax.id)
}
