// Customers, ship-tos and contract prices as the ERP has them. A customer the hub doesn't know becomes a company account where the
// connection says so, and what came before its account did finds it.
import type { ErpCustomer, ErpPrice, ErpShipTo, Tombstone } from '../../connectors/connector.ts'
import { findAccountsByNumber, insertAccount } from '../accounts/account-store.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { ErpConnection } from './erp-connection.ts'

type Table = 'erp_customers' | 'erp_ship_tos' | 'erp_prices'

const columns: Readonly<Record<Table, string>> = {
  erp_customers: 'customer_number, name',
  erp_ship_tos: 'customer_number',
  erp_prices: 'customer_number, item_number',
}
const values: Readonly<Record<Table, string>> = {
  erp_customers: `r->>'customerNumber', r->>'name'`,
  erp_ship_tos: `r->>'customerNumber'`,
  erp_prices: `r->>'customerNumber', r->>'itemNumber'`,
}

async function putRecords(
  db: Db,
  table: Table,
  connection: Pick<ErpConnection, 'id' | 'sellerId'>,
  records: readonly ({ erpId: string } | Tombstone)[],
  at: Date,
): Promise<void> {
  const kept = [...new Map(records.flatMap((r) => ('deleted' in r ? [] : [[r.erpId, r] as const]))).values()]
  const names = columns[table].split(', ')
  if (kept.length > 0)
    await db.raw(
      `INSERT INTO ${table} (connection_id, seller_id, erp_id, ${columns[table]}, record, updated_at)
       SELECT ?, ?, r->>'erpId', ${values[table]}, r, ? FROM jsonb_array_elements(?::jsonb) AS r
       ON CONFLICT (connection_id, erp_id) DO UPDATE SET ${names.map((n) => `${n} = excluded.${n}`).join(', ')},
         record = excluded.record, deleted_at = NULL, updated_at = excluded.updated_at
       WHERE ${table}.record <> excluded.record OR ${table}.deleted_at IS NOT NULL`,
      [connection.id, connection.sellerId, at, JSON.stringify(kept)],
    )
  const gone = records.flatMap((r) => ('deleted' in r ? [r.erpId] : []))
  if (gone.length > 0)
    await db(table)
      .where({ connection_id: connection.id })
      .whereIn('erp_id', gone)
      .update({ deleted_at: at, updated_at: at })
}

export async function recordCustomers(
  db: Db,
  connection: ErpConnection,
  records: readonly (ErpCustomer | Tombstone)[],
  stamp: Stamp,
): Promise<void> {
  await putRecords(db, 'erp_customers', connection, records, stamp.at)
  if (!connection.settings.createAccounts) return
  const customers = records.flatMap((r) => ('deleted' in r ? [] : [r]))
  const numbers = customers.map((c) => c.customerNumber)
  const known = await findAccountsByNumber(db, connection, numbers)
  for (const customer of customers) {
    if (known.has(customer.customerNumber)) continue
    const account = {
      id: stamp.newId(),
      sellerId: connection.sellerId,
      parentId: null,
      kind: 'company' as const,
      name: customer.name,
      customerNumber: customer.customerNumber,
    }
    known.set(customer.customerNumber, account.id)
    await insertAccount(db, account, stamp.at)
  }
  await adoptRecords(db, connection.sellerId, known)
}

export function recordShipTos(
  db: Db,
  connection: ErpConnection,
  records: readonly (ErpShipTo | Tombstone)[],
  { at }: Stamp,
): Promise<void> {
  return putRecords(db, 'erp_ship_tos', connection, records, at)
}

export function recordPrices(
  db: Db,
  connection: ErpConnection,
  records: readonly (ErpPrice | Tombstone)[],
  { at }: Stamp,
): Promise<void> {
  return putRecords(db, 'erp_prices', connection, records, at)
}

/** Orders, shipments and invoices that came before their customer's account did. */
export async function adoptRecords(db: Db, sellerId: string, accountOf: ReadonlyMap<string, string>): Promise<void> {
  if (accountOf.size === 0) return
  for (const table of ['orders', 'shipments', 'invoices'])
    await db.raw(
      `UPDATE ${table} t SET account_id = a.id FROM unnest(?::text[], ?::uuid[]) AS a(number, id)
       WHERE t.seller_id = ? AND t.account_id IS NULL AND t.customer_number = a.number`,
      [[...accountOf.keys()], [...accountOf.values()], sellerId],
    )
}
