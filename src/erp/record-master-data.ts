// Customers, ship-tos and contract prices as the ERP has them. A customer the hub doesn't know becomes a company account where the
// connection says so.
import type { ErpCustomer, ErpPrice, ErpShipTo, Tombstone } from '../../connectors/connector.ts'
import { findAccountsByNumber } from '../accounts/account-store.ts'
import { openAccounts } from '../accounts/open-accounts.ts'
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

/** Returns the accounts of these customers, those made now included: customer number -> account id. */
export async function recordCustomers(
  db: Db,
  connection: ErpConnection,
  records: readonly (ErpCustomer | Tombstone)[],
  stamp: Stamp,
): Promise<Map<string, string>> {
  await putRecords(db, 'erp_customers', connection, records, stamp.at)
  const customers = records.flatMap((r) => ('deleted' in r ? [] : [r]))
  if (connection.settings.createAccounts) return openAccounts(db, connection, customers, stamp)
  return findAccountsByNumber(
    db,
    connection,
    customers.map((c) => c.customerNumber),
  )
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
