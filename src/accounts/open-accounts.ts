// Customers of an ERP that the hub doesn't know become company accounts.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { findAccountsByNumber, insertAccount } from './account-store.ts'

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
  for (const { customerNumber, name } of customers) {
    if (known.has(customerNumber)) continue
    const id = stamp.newId()
    known.set(customerNumber, id)
    const account = {
      id,
      sellerId: connection.sellerId,
      parentId: null,
      kind: 'company' as const,
      name,
      customerNumber,
      erpConnectionId: connection.id,
    }
    await insertAccount(db, account, stamp.at)
  }
  return known
}
