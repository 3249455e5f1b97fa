// Customers of an ERP that the hub doesn't know become company accounts.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { findAccountsByNumber, insertCustomers } from './account-store.ts'

/** Opens an account for each customer number without one. Returns the accounts of all of them: customer number -> account id. */
export async function openAccounts(
  db: Db,
  connection: { id: string; sellerId: string },
  customers: readonly { customerNumber: string; name: string }[],
  stamp: Stamp,
): Promise<Map<string, string>> {
  const known = await findAccountsByNumber(
    db,
    connection,
    customers.map((c) => c.customerNumber),
  )
  const missing = new Map(customers.filter((c) => !known.has(c.customerNumber)).map((c) => [c.customerNumber, c.name]))
  if (missing.size === 0) return known
  const { id: connectionId, sellerId } = connection
  const rows = [...missing].map(([customerNumber, name]) => ({
    id: stamp.newId(),
    sellerId,
    customerNumber,
    name,
    connectionId,
  }))
  await insertCustomers(db, rows, stamp.at)
  // Another page may have opened some of them meanwhile: whoever was first counts.
  return new Map([...known, ...(await findAccountsByNumber(db, connection, [...missing.keys()]))])
}
