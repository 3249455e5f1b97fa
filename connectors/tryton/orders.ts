// Stream of all sales, however they came in. One call reads a page with its lines, their stock moves and their invoice lines.
import type { ErpOrder, ErpOrderLine } from '../connector.ts'
import { type AddressRow, addressFields, toErpAddress } from './addresses.ts'
import { changedAt, type RecordStream } from './changes.ts'
import type { TrytonConnection } from './connection.ts'
import { orderState, type SaleState, saleStateFields } from './order-state.ts'
import { readDescription } from './sale-draft.ts'
import type { Unit } from './units.ts'
import { floatText, priceText } from './values.ts'

interface Times {
  write_date: string | null
  create_date: string
}
interface MoveRow extends Times {
  id: number
  state: string
  quantity: number
  uom: number
  planned_date: string | null
  effective_date: string | null
}
interface LineRow extends Times {
  id: number
  type: string
  sequence: number | null
  product: { code: string | null; name: string; id: number; account_category: { name: string } | null } | null
  quantity: number | null
  actual_quantity: number | null
  unit: number | null
  unit_price: string | null
  amount: string | null
  description: string | null
  moves: MoveRow[]
  moves_ignored: number[]
  invoice_lines: { quantity: number; unit: number | null; invoice: ({ state: string } & Times) | null }[]
}
interface SaleRow extends Omit<SaleState, 'lines'>, Times {
  number: string | null
  reference: string | null
  sale_date: string | null
  shipping_date: string | null
  party: { code: string; name: string | null }
  currency: { code: string }
  untaxed_amount: string
  tax_amount: string
  total_amount: string
  contact: { name: string | null; type: string; value: string | null } | null
  shipment_address: AddressRow | null
  lines: LineRow[]
}

const times = ['write_date', 'create_date']
const below = (path: string, fields: readonly string[]) => fields.map((field) => `${path}.${field}`)
const fields = [
  ...['number', 'reference', 'sale_date', 'shipping_date', 'party.code', 'party.name', 'currency.code', ...times],
  ...['untaxed_amount', 'tax_amount', 'total_amount', 'contact.name', 'contact.type', 'contact.value'],
  ...[...saleStateFields, ...addressFields('shipment_address.')],
  ...below('lines', ['sequence', 'product.code', 'product.name', 'product.account_category.name', 'unit', ...times]),
  ...below('lines', ['unit_price', 'amount', 'description', 'moves_ignored']),
  ...below('lines.moves', ['quantity', 'uom', 'planned_date', 'effective_date', ...times]),
  ...below('lines.invoice_lines', ['quantity', 'unit', 'invoice.state', ...below('invoice', times)]),
]

/** How far back deleted sales are looked for. */
const LAST_SALES = 5000

export async function orders(connection: TrytonConnection): Promise<RecordStream<'orders'>> {
  const { client, units, config } = connection
  const { id: company } = await connection.company()
  const own = [['company', '=', company]]
  return {
    model: 'sale.sale',
    domain: own,
    customerNumber: 'party.code',
    traces: [
      { model: 'sale.sale', domain: own },
      { model: 'sale.line', domain: [['sale.company', '=', company]], path: 'sale' },
      { model: 'stock.move', domain: [...own, ['origin', 'like', 'sale.line,%']], path: 'sale' },
      { model: 'account.invoice', domain: [...own, ['type', '=', 'out']], path: 'sales' },
    ],
    ...((await connection.has('sale_history')) && {
      deleted: (since: string, exclusive: boolean) => deletedSales(connection, since, exclusive),
    }),
    async read(domain, options, limit) {
      const sales = await client.read<SaleRow>('sale.sale', domain, fields, { ...options, limit })
      const records: ErpOrder[] = []
      for (const sale of sales) {
        const lines = sale.lines.filter((line) => line.type === 'line')
        const unitIds = lines.flatMap((l) => [
          l.unit,
          ...l.moves.map((m) => m.uom),
          ...l.invoice_lines.map((i) => i.unit),
        ])
        const known = new Map<number, Unit>()
        for (const id of new Set(unitIds)) if (id !== null) known.set(id, await units.byId(id))
        records.push(toErpOrder(sale, lines, known, orderState(sale, config)))
      }
      return records
    },
  }
}

function toErpOrder(
  sale: SaleRow & { id: number },
  lines: LineRow[],
  units: Map<number, Unit>,
  state: ErpOrder['state'],
): ErpOrder {
  const hub = readDescription(sale.description)
  const sequences = new Set(lines.map((line) => line.sequence))
  const numbered = sequences.size === lines.length && lines.every((line) => (line.sequence ?? 0) > 0)
  const parts = lines.flatMap((line) => [line, ...line.moves, ...line.invoice_lines.map((i) => i.invoice)])
  return {
    erpId: String(sale.id),
    number: sale.number || null,
    onceKey: hub?.onceKey ?? null,
    purchaseOrderNumber: sale.reference || null,
    customerNumber: sale.party.code,
    channel: hub?.channel ?? 'erp',
    state,
    orderedAt: sale.sale_date ?? sale.create_date,
    currency: sale.currency.code,
    netAmount: sale.untaxed_amount,
    taxAmount: sale.tax_amount,
    totalAmount: sale.total_amount,
    requestedDeliveryDate: sale.shipping_date,
    shipTo: sale.shipment_address ? toErpAddress(sale.shipment_address, sale.party.name || sale.party.code) : null,
    contactName: sale.contact?.name || null,
    contactEmail: sale.contact?.type === 'email' ? sale.contact.value || null : null,
    projectCode: null,
    lines: lines.map((line, i) => toErpLine(line, numbered ? (line.sequence as number) : i + 1, units, sale.state)),
    changedAt: changedAt(sale, ...parts),
  }
}

function toErpLine(line: LineRow, lineNumber: number, units: Map<number, Unit>, state: SaleRow['state']): ErpOrderLine {
  const unit = units.get(line.unit ?? -1)
  const digits = unit?.digits ?? 4
  const quantity = floatText(line.quantity, digits)
  const promised = ['confirmed', 'processing', 'done'].includes(state)
  const under = line.moves.filter((move) => move.state !== 'cancelled')
  const dates = under.flatMap((move) => move.effective_date ?? move.planned_date ?? [])
  const inUnit = (amount: number, id: number | null) =>
    (amount * (units.get(id ?? -1)?.factor ?? 1)) / (unit?.factor ?? 1)
  const shipped = under.filter((m) => m.state === 'done').reduce((sum, m) => sum + inUnit(m.quantity, m.uom), 0)
  const posted = line.invoice_lines.filter((i) => ['posted', 'paid'].includes(i.invoice?.state ?? ''))
  const invoiced = posted.reduce((sum, i) => sum + inUnit(i.quantity, i.unit), 0)
  return {
    lineNumber,
    erpLineId: String(line.id),
    itemNumber: line.product ? line.product.code || String(line.product.id) : '-',
    description: line.description || (line.product?.name ?? ''),
    productGroup: line.product?.account_category?.name ?? null,
    quantity,
    unitOfMeasure: unit?.code ?? 'C62',
    unitPrice: priceText(line.unit_price ?? '0'),
    priceUnit: '1',
    netAmount: line.amount ?? '0',
    confirmedQuantity: promised ? quantity : null,
    confirmedDate: promised ? (dates.toSorted().at(-1) ?? null) : null,
    shippedQuantity: floatText(shipped, digits),
    invoicedQuantity: floatText(invoiced, digits),
    rejectionReason: rejection(line, shipped),
  }
}

function rejection(line: LineRow, shipped: number): string | null {
  if (!line.quantity) return 'It was taken off the order.'
  if (line.moves_ignored.length > 0 && shipped === 0) return 'Its delivery was cancelled.'
  return null
}

/**
 * Sales leave nothing behind but a gap in the ids and their history (module sale_history), which has to be asked for by id. A gap
 * without a history is a sale that was never committed.
 */
async function deletedSales(
  { client }: TrytonConnection,
  since: string,
  exclusive: boolean,
): Promise<{ id: number; at: string }[]> {
  const [newest = 0] = await client.search('sale.sale', [], { order: [['id', 'DESC']], limit: 1 })
  const oldest = Math.max(0, newest - LAST_SALES)
  const there = new Set(await client.search('sale.sale', [['id', '>', oldest]]))
  const gaps: number[] = []
  // Also beyond the newest: the last ones may be those that are gone.
  for (let id = oldest + 1; id <= newest + 100; id++) if (!there.has(id)) gaps.push(id)
  const revisions = await client.call<[at: string, id: number, who: string][]>('sale.sale.history_revisions', [gaps])
  const last = new Map<number, string>()
  for (const [at, id] of revisions) if (at > (last.get(id) ?? '')) last.set(id, at)
  return [...last].filter(([, at]) => at > since || (at === since && !exclusive)).map(([id, at]) => ({ id, at }))
}
