// Stream of deliveries: stock.shipment.out from the moment its goods are reserved. Before that Tryton makes, regroups and deletes
// shipments at will while it processes sales; what the warehouse means to do when stands in the orders' lines.
import type { ErpParcel, ErpShipment } from '../connector.ts'
import { add } from '../decimal.ts'
import { type AddressRow, addressFields, toErpAddress } from './addresses.ts'
import { changedAt, type RecordStream } from './changes.ts'
import type { TrytonConnection } from './connection.ts'
import { floatText } from './values.ts'

interface Times {
  write_date: string | null
  create_date: string
}
interface MoveRow extends Times {
  id: number
  state: string
  /** `sale.line,12`. */
  origin: string | null
  sale: { id: number; party: { code: string } } | null
  product: { id: number; code: string | null; name: string }
  to_location: { type: string }
  quantity: number
  uom: number
  package?: number | null
  /** Kilograms. */
  internal_weight?: number | null
}
interface PackageRow extends Times {
  id: number
  code: string
  shipping_reference?: string | null
}
interface ShipmentRow extends Times {
  number: string | null
  /** The carrier's, where nobody keeps parcels. */
  reference: string | null
  state: 'assigned' | 'picked' | 'packed' | 'done' | 'cancelled'
  effective_date: string | null
  customer: { code: string; name: string | null }
  delivery_address: AddressRow | null
  carrier?: { party: { name: string | null } } | null
  moves: MoveRow[]
  packages?: PackageRow[]
}

const times = ['write_date', 'create_date']
const below = (path: string, fields: readonly string[]) => fields.map((field) => `${path}.${field}`)
const states = {
  assigned: 'planned',
  picked: 'planned',
  packed: 'packed',
  done: 'shipped',
  cancelled: 'cancelled',
} as const

export async function shipments(connection: TrytonConnection): Promise<RecordStream<'shipments'>> {
  const { client, units, has } = connection
  const own = [['company', '=', (await connection.company()).id]]
  const [carriers, packages] = [await has('sale_shipment_cost'), await has('stock_package')]
  const [tracked, weighed] = [await has('stock_package_shipping'), await has('stock_shipment_measurements')]
  const fields = [
    ...['number', 'reference', 'state', 'effective_date', 'customer.code', 'customer.name', ...times],
    ...addressFields('delivery_address.'),
    ...below('moves', ['state', 'origin', 'sale.party.code', 'product.code', 'product.name', 'to_location.type']),
    ...below('moves', ['quantity', 'uom', ...times]),
    ...(carriers ? ['carrier.party.name'] : []),
    ...(packages ? [...below('packages', ['code', ...times]), 'moves.package'] : []),
    ...(tracked ? ['packages.shipping_reference'] : []),
    ...(weighed ? ['moves.internal_weight'] : []),
  ]
  const shipment = [['shipment', 'like', 'stock.shipment.out,%']]
  return {
    model: 'stock.shipment.out',
    domain: [...own, ['state', 'in', Object.keys(states)]],
    customerNumber: 'customer.code',
    traces: [
      { model: 'stock.shipment.out', domain: own },
      { model: 'stock.move', domain: [...own, ...shipment], path: 'shipment' },
      ...(packages ? [{ model: 'stock.package', domain: [...own, ...shipment], path: 'shipment' }] : []),
    ],
    async read(domain, options, limit) {
      const rows = await client.read<ShipmentRow>('stock.shipment.out', domain, fields, { ...options, limit })
      const records: ErpShipment[] = []
      for (const row of rows) {
        const known = new Map<number, { code: string; digits: number }>()
        for (const move of row.moves) if (!known.has(move.uom)) known.set(move.uom, await units.byId(move.uom))
        records.push(toErpShipment(row, known))
      }
      return records
    },
  }
}

function toErpShipment(
  row: ShipmentRow & { id: number },
  units: Map<number, { code: string; digits: number }>,
): ErpShipment {
  const outgoing = row.moves.filter(
    (move) =>
      move.to_location.type === 'customer' &&
      move.quantity > 0 &&
      (move.state !== 'cancelled' || row.state === 'cancelled'),
  )
  const quantityOf = (move: MoveRow) => floatText(move.quantity, units.get(move.uom)?.digits ?? 4)
  const packages = row.packages ?? []
  const parcels = packages.map((parcel): ErpParcel => {
    const inside = outgoing.filter((move) => move.package === parcel.id)
    return {
      number: parcel.code,
      trackingNumber: parcel.shipping_reference || null,
      weight: weightOf(inside),
      lines: inside.map((move) => ({ erpLineId: String(move.id), quantity: quantityOf(move) })),
    }
  })
  const tracking = new Set(parcels.flatMap((parcel) => parcel.trackingNumber ?? []))
  if (tracking.size === 0 && row.reference) tracking.add(row.reference)
  return {
    erpId: String(row.id),
    number: row.number || null,
    // Goods may go to another party than the one that ordered.
    customerNumber: outgoing.find((move) => move.sale)?.sale?.party.code ?? row.customer.code,
    state: states[row.state],
    shippedAt: row.state === 'done' ? row.effective_date : null,
    deliveredAt: null,
    carrierName: row.carrier?.party.name || null,
    carrierScac: null,
    trackingNumbers: [...tracking],
    parcels,
    shipTo: row.delivery_address ? toErpAddress(row.delivery_address, row.customer.name || row.customer.code) : null,
    lines: outgoing.map((move) => ({
      erpLineId: String(move.id),
      orderErpId: move.sale ? String(move.sale.id) : null,
      orderLineErpId: /^sale\.line,(\d+)$/.exec(move.origin ?? '')?.[1] ?? null,
      itemNumber: move.product.code || String(move.product.id),
      description: move.product.name,
      quantity: quantityOf(move),
      unitOfMeasure: units.get(move.uom)?.code ?? 'C62',
    })),
    changedAt: changedAt(row, ...row.moves, ...packages),
  }
}

/** Of the goods, where each has one. */
function weightOf(moves: MoveRow[]): string | null {
  if (moves.length === 0 || moves.some((move) => !move.internal_weight)) return null
  return add(...moves.map((move) => floatText(move.internal_weight ?? 0, 3)))
}
