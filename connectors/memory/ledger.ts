// The memory ERP's records and the one way to change them: a transaction that is tried again when another process was first.
import type { ErpBalance, ErpOpenItem, ErpOrder } from '../connector.ts'
import { add, currencyDecimals, multiplyDivide, subtract } from '../decimal.ts'
import { ErpError } from '../erp-error.ts'
import type { Journal, Put } from './journal.ts'
import type { TableName, TableRecord, Tables } from './tables.ts'

export interface Ledger {
  /** Up to date with other processes after `transact` or `catchUp`. */
  tables: Tables
  catchUp(): void
  /** `work` may run more than once. What it throws is thrown, with nothing written. */
  transact<T>(work: (tx: Transaction) => T): T
}

export interface Transaction {
  tables: Tables
  /** ISO 8601 with offset: one time for the whole transaction. */
  at: string
  get<T extends TableName>(table: T, id: string): TableRecord[T] | undefined
  put<T extends TableName>(table: T, id: string, value: TableRecord[T] | null): void
  /** `so-3fa9c1-7`: never given twice, not by another memory ERP either. And the number people see. */
  nextId(table: TableName, prefix: string): { erpId: string; number: string }
}

export function makeLedger(tables: Tables, journal: Journal, now: () => Date): Ledger {
  return {
    tables,
    catchUp: journal.catchUp,
    transact(work) {
      for (;;) {
        journal.catchUp()
        const { tx, puts } = begin(tables, now().toISOString())
        const result = work(tx)
        if (puts.size === 0 || journal.append([...puts.values()])) return result
      }
    },
  }
}

function begin(tables: Tables, at: string): { tx: Transaction; puts: Map<string, Put> } {
  const puts = new Map<string, Put>()
  const get: Transaction['get'] = (table, id) => {
    const put = puts.get(`${table} ${id}`)
    return put ? ((put.value ?? undefined) as never) : tables.get(table, id)
  }
  const tx: Transaction = {
    tables,
    at,
    get,
    put: (table, id, value) => {
      puts.set(`${table} ${id}`, { table, id, value })
    },
    nextId(table, prefix) {
      const made = [...puts.values()].filter((p) => p.table === table && !tables.has(table, p.id))
      const number = tables.count(table) + made.length + 1
      const { epoch } = get('meta', 'erp') as TableRecord['meta']
      return { erpId: `${prefix.toLowerCase()}-${epoch}-${number}`, number: `${prefix}-${10000 + number}` }
    },
  }
  return { tx, puts }
}

/** The record, or what people read when it isn't there. */
export function need<T extends TableName>(tx: Transaction, table: T, id: string, what: string): TableRecord[T] {
  const record = tx.get(table, id)
  if (!record) throw new ErpError('refused', `There is no ${what} ${id}.`)
  return record
}

/** Keeps the order and what the customer has on order. Null = deleted. */
export function putOrder(tx: Transaction, erpId: string, order: ErpOrder | null): void {
  const before = tx.get('orders', erpId)
  tx.put('orders', erpId, order)
  const customer = (order ?? before)?.customerNumber
  const difference = subtract(order ? openValue(order) : '0', before ? openValue(before) : '0')
  const balance = customer && tx.get('balances', customer)
  if (balance) putBalance(tx, { ...balance, openOrders: add(balance.openOrders ?? '0', difference) })
}

/** Keeps the item and what the customer owes. */
export function putOpenItem(tx: Transaction, item: ErpOpenItem): void {
  const before = tx.get('openItems', item.erpId)
  tx.put('openItems', item.erpId, item)
  const balance = tx.get('balances', item.customerNumber)
  const difference = subtract(item.openAmount, before?.openAmount ?? '0')
  if (balance) putBalance(tx, { ...balance, balance: add(balance.balance, difference) })
}

function putBalance(tx: Transaction, balance: ErpBalance): void {
  tx.put('balances', balance.customerNumber, { ...balance, asOf: tx.at })
}

/** Net of what is ordered and not invoiced. */
function openValue(order: ErpOrder): string {
  if (order.state === 'cancelled') return '0'
  const decimals = currencyDecimals(order.currency)
  const values = order.lines
    .filter((line) => line.rejectionReason === null)
    .map((line) => {
      const open = subtract(line.quantity, line.invoicedQuantity ?? '0')
      return multiplyDivide(open, line.unitPrice, line.priceUnit, decimals)
    })
  return add(...values)
}
