// An ERP in memory: one per name, for the demo and the tests. What its own people do is a method here; what the hub may ask is
// in memory.ts. With a folder it is kept in a file there, which several processes may share and a killed one can't harm.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type {
  ErpInvoice,
  ErpOrder,
  ErpOrderDraft,
  ErpOrderReceipt,
  ErpShipment,
  StreamName,
  StreamRecord,
} from '../connector.ts'
import { moveOn } from './autopilot.ts'
import { addCustomer, addItem, block, setCreditLimit, setPrice } from './credit.ts'
import { deliver, type Shipping, shipOrder } from './deliveries.ts'
import { type Behaviour, type Call, concerns, type Fault } from './faults.ts'
import { creditNote, invoice, pay } from './invoices.ts'
import { makeJournal } from './journal.ts'
import { type Ledger, makeLedger, type Transaction } from './ledger.ts'
import { type OpeningCustomer, openingCustomers, openingItems } from './opening-data.ts'
import {
  cancelOrder,
  changeOrder,
  confirmOrder,
  deleteOrder,
  type EnteredOrder,
  enterOrder,
  rejectLine,
  takeOrder,
} from './sales.ts'
import { type Change, type MemoryItem, makeTables } from './tables.ts'

export interface MemoryErpSettings {
  name: string
  /** Absent = in this process only. */
  folder?: string
}

/** Every method throws ErpError `refused` with the ERP's words for what it won't do. Ids are `erpId`s. */
export interface MemoryErp {
  // As its people.
  enterOrder(entered: EnteredOrder): ErpOrder
  /** Promises all lines by `date` (default: in two days), and releases a blocked order. */
  confirm(orderId: string, date?: string): ErpOrder
  rejectLine(orderId: string, lineNumber: number, reason: string): ErpOrder
  ship(orderId: string, shipping?: Shipping): ErpShipment
  deliver(shipmentId: string): void
  invoice(orderOrShipmentId: string): ErpInvoice
  creditNote(invoiceId: string, lines?: { lineNumber: number; quantity: string }[]): ErpInvoice
  pay(invoiceId: string, amount?: string): void
  setCreditLimit(customerNumber: string, limit: string | null): void
  /** Null = not any more. */
  block(customerNumber: string, reason: string | null): void
  deleteOrder(orderId: string): void
  addCustomer(customer: OpeningCustomer): void
  addItem(item: MemoryItem): void
  setPrice(customerNumber: string, itemNumber: string, price: string): void

  // As the hub.
  takeOrder(draft: ErpOrderDraft, onceKey: string): ErpOrderReceipt
  changeOrder(orderId: string, draft: ErpOrderDraft): ErpOrderReceipt
  cancelOrder(orderId: string): void
  /** Confirms, ships and invoices what is due. */
  moveOn(): void

  // To look at.
  records<S extends StreamName>(stream: S): StreamRecord[S][]
  record<S extends StreamName>(stream: S, erpId: string): StreamRecord[S] | undefined
  /** How many orders carry the key: more than one is a fault of whoever pushed. */
  countByOnceKey(onceKey: string): number
  shipmentsOf(orderId: string): ErpShipment[]
  changesFrom<S extends StreamName>(stream: S, place: number): Generator<Change<S>>
  count(stream: StreamName): number
  /** Differs between two ERPs, also of one name: a cursor of another is void. */
  epoch(): string

  faults: {
    /** Queues behaviours for the next calls, in this order. */
    add(...behaviours: Behaviour[]): void
    /** The one for this call, which is then used up. */
    take(call: Call): Behaviour
    clear(): void
  }
}

const ledgers = new Map<string, Pick<Ledger, 'tables'> & { journal: ReturnType<typeof makeJournal> }>()

/** The ERP of this name; made with its opening data when there is none. `now` is its people's clock. */
export function memoryErp({ name, folder }: MemoryErpSettings, now: () => Date): MemoryErp {
  const key = JSON.stringify([name, folder ?? null])
  const known = ledgers.get(key) ?? openBooks(folder && join(folder, `${name}.jsonl`))
  ledgers.set(key, known)
  const ledger = makeLedger(known.tables, known.journal, now)
  ledger.transact(open)
  return { ...office(ledger), ...hubSide(ledger, now), ...view(ledger), faults: faultsOf(ledger) }
}

function openBooks(file: string | undefined) {
  const tables = makeTables()
  return { tables, journal: makeJournal(file, tables.apply) }
}

function open(tx: Transaction): void {
  if (tx.get('meta', 'erp')) return
  tx.put('meta', 'erp', { epoch: randomBytes(3).toString('hex') })
  for (const item of openingItems) addItem(tx, item)
  for (const customer of openingCustomers) addCustomer(tx, customer)
}

function office({ transact, tables }: Ledger) {
  const orderAfter = (orderId: string, work: (tx: Transaction) => void) => {
    transact(work)
    return tables.get('orders', orderId) as ErpOrder
  }
  return {
    enterOrder: (entered) => transact((tx) => enterOrder(tx, entered)),
    confirm: (orderId, date) => orderAfter(orderId, (tx) => confirmOrder(tx, orderId, date)),
    rejectLine: (orderId, line, reason) => orderAfter(orderId, (tx) => rejectLine(tx, orderId, line, reason)),
    ship: (orderId, shipping = {}) => transact((tx) => shipOrder(tx, orderId, shipping)),
    deliver: (shipmentId) => transact((tx) => deliver(tx, shipmentId)),
    invoice: (id) => transact((tx) => invoice(tx, id)),
    creditNote: (invoiceId, lines) => transact((tx) => creditNote(tx, invoiceId, lines)),
    pay: (invoiceId, amount) => transact((tx) => pay(tx, invoiceId, amount)),
    setCreditLimit: (customerNumber, limit) => transact((tx) => setCreditLimit(tx, customerNumber, limit)),
    block: (customerNumber, reason) => transact((tx) => block(tx, customerNumber, reason)),
    deleteOrder: (orderId) => transact((tx) => deleteOrder(tx, orderId)),
    addCustomer: (customer) => transact((tx) => addCustomer(tx, customer)),
    addItem: (item) => transact((tx) => addItem(tx, item)),
    setPrice: (customerNumber, itemNumber, price) => transact((tx) => setPrice(tx, customerNumber, itemNumber, price)),
  } satisfies Partial<MemoryErp>
}

function hubSide(ledger: Ledger, now: () => Date) {
  const { transact } = ledger
  return {
    takeOrder: (draft, onceKey) => transact((tx) => takeOrder(tx, draft, onceKey)),
    changeOrder: (orderId, draft) => transact((tx) => changeOrder(tx, orderId, draft)),
    cancelOrder: (orderId) => transact((tx) => cancelOrder(tx, orderId)),
    moveOn: () => moveOn(ledger, now()),
  } satisfies Partial<MemoryErp>
}

function view({ tables, catchUp }: Ledger) {
  const upToDate = () => {
    catchUp()
    return tables
  }
  return {
    records: (stream) => upToDate().all(stream),
    record: (stream, erpId) => upToDate().get(stream, erpId),
    countByOnceKey: (onceKey) => upToDate().ordersWithKey(onceKey).length,
    shipmentsOf: (orderId) => upToDate().shipmentsOf(orderId),
    changesFrom: (stream, place) => upToDate().changesFrom(stream, place),
    count: (stream) => upToDate().count(stream),
    epoch: () => tables.get('meta', 'erp')?.epoch ?? '',
  } satisfies Partial<MemoryErp>
}

function faultsOf({ transact, tables, catchUp }: Ledger): MemoryErp['faults'] {
  const pending = () => tables.all('faults').filter((fault) => fault.left > 0)
  return {
    add: (...behaviours) =>
      transact((tx) => {
        for (const behaviour of behaviours) {
          const { erpId: id } = tx.nextId('faults', 'F')
          tx.put('faults', id, { ...behaviour, id, left: behaviour.times ?? 1 })
        }
      }),
    take(call) {
      catchUp()
      if (pending().length === 0) return { kind: 'pass' }
      return transact((tx) => {
        const fault: Fault | undefined = pending().find((f) => concerns(f, call))
        if (fault) tx.put('faults', fault.id, { ...fault, left: fault.left - 1 })
        return fault ?? { kind: 'pass' }
      })
    },
    clear: () =>
      transact((tx) => {
        for (const fault of pending()) tx.put('faults', fault.id, { ...fault, left: 0 })
      }),
  }
}
