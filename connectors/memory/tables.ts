// The memory ERP's records, each table with the order in which its records changed: what the streams read, and the orders that
// carry a once key or wait for the autopilot.
import type { ErpOrder, ErpShipment, StreamName, StreamRecord } from '../connector.ts'
import type { Fault } from './faults.ts'
import type { Put } from './journal.ts'

export interface MemoryItem {
  itemNumber: string
  description: string
  unitOfMeasure: string
  /** Net, for `priceUnit` units; from a quantity on, rising. */
  prices: { from: string; price: string }[]
  priceUnit: string
  taxPercent: string
}

/** `meta` holds one record, `erp`, made with the ERP. */
export interface TableRecord extends StreamRecord {
  meta: { epoch: string }
  items: MemoryItem
  faults: Fault
}
export type TableName = keyof TableRecord

interface Table {
  records: Map<string, { value: unknown; change: number }>
  /** Id of the record of each change; a cursor is a place in it. */
  changes: string[]
}

export interface Change<S extends StreamName> {
  id: string
  /** Undefined = deleted. */
  record: StreamRecord[S] | undefined
  /** Place after it. */
  next: number
}

export interface Tables {
  apply(put: Put): void
  get<T extends TableName>(table: T, id: string): TableRecord[T] | undefined
  all<T extends TableName>(table: T): TableRecord[T][]
  /** Also when it was deleted. */
  has(table: TableName, id: string): boolean
  /** Records ever made, deleted ones too: for number ranges. */
  count(table: TableName): number
  /** From a place in the order of change on, every record once, as it is now; also those that change meanwhile. */
  changesFrom<S extends StreamName>(stream: S, place: number): Generator<Change<S>>
  /** More than one would be a fault: an order made twice. */
  ordersWithKey(onceKey: string): ErpOrder[]
  shipmentsOf(orderErpId: string): ErpShipment[]
  /** Orders by what they wait for, longest waiting first: id -> when it last changed. */
  waiting: Record<Wait, Map<string, string>>
}
export type Wait = 'confirmation' | 'shipment' | 'invoice'

export function makeTables(): Tables {
  const tables = new Map<string, Table>()
  const byKey = new Map<string, Set<string>>()
  const byOrder = new Map<string, Set<string>>()
  const waiting: Tables['waiting'] = { confirmation: new Map(), shipment: new Map(), invoice: new Map() }

  function tableOf(name: string): Table {
    const table = tables.get(name) ?? { records: new Map(), changes: [] }
    tables.set(name, table)
    return table
  }

  function get<T extends TableName>(table: T, id: string): TableRecord[T] | undefined {
    return (tableOf(table).records.get(id)?.value ?? undefined) as TableRecord[T] | undefined
  }

  function indexOrder(id: string, order: ErpOrder | null): void {
    for (const orders of Object.values(waiting)) orders.delete(id)
    if (!order) return
    const wait = waitsFor(order)
    if (wait) waiting[wait].set(id, order.changedAt)
    if (order.onceKey) index(byKey, order.onceKey, id)
  }

  return {
    apply({ table, id, value }) {
      const { records, changes } = tableOf(table)
      records.set(id, { value, change: changes.length })
      changes.push(id)
      if (table === 'orders') indexOrder(id, value as ErpOrder | null)
      if (table === 'shipments')
        for (const line of (value as ErpShipment | null)?.lines ?? []) index(byOrder, line.orderErpId ?? '', id)
    },
    get,
    all: (table) =>
      [...tableOf(table).records.values()].map((r) => r.value).filter((v) => v !== null) as TableRecord[typeof table][],
    has: (table, id) => tableOf(table).records.has(id),
    count: (table) => tableOf(table).records.size,
    *changesFrom(stream, place) {
      const { records, changes } = tableOf(stream)
      for (let change = place; change < changes.length; change++) {
        const id = changes[change] as string
        if (records.get(id)?.change === change) yield { id, record: get(stream, id), next: change + 1 }
      }
    },
    ordersWithKey: (key) => [...(byKey.get(key) ?? [])].flatMap((id) => get('orders', id) ?? []),
    shipmentsOf: (erpId) => [...(byOrder.get(erpId) ?? [])].flatMap((id) => get('shipments', id) ?? []),
    waiting,
  }
}

function index(map: Map<string, Set<string>>, key: string, id: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(id))
}

function waitsFor(order: ErpOrder): Wait | undefined {
  if (order.state === 'shipped') return 'invoice'
  if (order.state === 'shipping') return 'shipment'
  if (order.state !== 'open') return undefined
  return order.lines.every((l) => l.confirmedQuantity !== null || l.rejectionReason !== null)
    ? 'shipment'
    : 'confirmation'
}
