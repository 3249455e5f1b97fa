// Keeps what was applied of credit notes to invoices; rows are only added.
import type { Db } from '../database/database.ts'
import type { CreditAllocation } from './credit-allocation.ts'

const COLUMNS = {
  id: 'id',
  sellerId: 'seller_id',
  creditNoteId: 'credit_note_id',
  invoiceId: 'invoice_id',
  amount: 'amount',
  currency: 'currency',
  noteOpen: 'note_open',
  reverses: 'reverses',
  actor: 'actor',
  comment: 'comment',
  at: 'at',
}

export async function insertAllocation(db: Db, allocation: CreditAllocation): Promise<void> {
  const { id, amount, currency, reverses, comment, at } = allocation
  await db('credit_allocations').insert({
    ...{ id, amount, currency, reverses, comment, at, seller_id: allocation.sellerId, note_open: allocation.noteOpen },
    ...{ credit_note_id: allocation.creditNoteId, invoice_id: allocation.invoiceId },
    actor: JSON.stringify(allocation.actor),
  })
}

export async function findAllocation(db: Db, sellerId: string, id: string): Promise<CreditAllocation | undefined> {
  return db('credit_allocations').select(COLUMNS).where({ id, seller_id: sellerId }).first()
}

/** Allocations and reversals of a credit note after `after` (an id), oldest first. */
export async function listAllocations(
  db: Db,
  creditNoteId: string,
  page: { after?: string | undefined; limit: number },
): Promise<CreditAllocation[]> {
  const query = db('credit_allocations').select(COLUMNS).where({ credit_note_id: creditNoteId })
  if (page.after) query.where('id', '>', page.after)
  return query.orderBy('id').limit(page.limit)
}

/** Those in force of every credit note that is, or is applied to, one of these invoices; oldest first. */
export async function listAllocationsAround(
  db: Db,
  invoiceIds: readonly string[],
): Promise<Pick<CreditAllocation, 'creditNoteId' | 'invoiceId' | 'amount' | 'noteOpen'>[]> {
  const { rows } = await db.raw(
    `SELECT credit_note_id AS "creditNoteId", invoice_id AS "invoiceId", amount, note_open AS "noteOpen" FROM credit_allocations a
     WHERE reverses IS NULL AND NOT EXISTS (SELECT FROM credit_allocations r WHERE r.reverses = a.id)
       AND credit_note_id IN (SELECT unnest(?::uuid[])
         UNION SELECT credit_note_id FROM credit_allocations WHERE invoice_id = ANY(?::uuid[]))
     ORDER BY id`,
    [[...invoiceIds], [...invoiceIds]],
  )
  return rows
}
