// Invoices and credit notes about to be paid or applied, locked in the order of their ids: two people at once wait for each other.
import type { Reach } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import type { Invoice } from '../invoices/invoice.ts'
import { visibleInvoices } from '../invoices/invoice-list.ts'

export type LockedInvoice = Pick<
  Invoice,
  'id' | 'kind' | 'state' | 'number' | 'accountId' | 'connectionId' | 'customerNumber' | 'currency' | 'deletedAt'
> & { top: string | null }

/** Locks them until the transaction ends. Throws HubError not_found when one isn't there or not within reach. */
export async function lockInvoices(db: Db, reach: Reach, ids: readonly string[]): Promise<LockedInvoice[]> {
  // The filter of who sees what may join: what is locked is found first.
  const seen: string[] = await visibleInvoices({ reach, today: '1970-01-01' }, db('invoices as t'))
    .whereIn('t.id', ids)
    .pluck('t.id')
  if (new Set(seen).size !== new Set(ids).size) throw new HubError('not_found', 'There is no such invoice.')
  return db('invoices')
    .select({
      id: 'id',
      kind: 'kind',
      state: 'state',
      number: 'number',
      accountId: 'account_id',
      connectionId: 'connection_id',
      customerNumber: 'customer_number',
      currency: 'currency',
      deletedAt: 'deleted_at',
      top: db.raw('account_path[1]'),
    })
    .whereIn('id', seen)
    .orderBy('id')
    .forUpdate()
}

/** Whether two are of one customer of the ERP, or of one company tree. */
export function sameCustomer(a: LockedInvoice, b: LockedInvoice): boolean {
  if (a.connectionId === b.connectionId && a.customerNumber === b.customerNumber) return true
  return a.top !== null && a.top === b.top
}
