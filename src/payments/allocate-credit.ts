// Applies credit notes to invoices, and takes that back. Never more than is left of either, whoever else does it at the same moment.
import type { Reach } from '../accounts/access.ts'
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { compareDecimals } from '../money.ts'
import type { CreditAllocation } from './credit-allocation.ts'
import { findAllocation, insertAllocation } from './credit-allocation-store.ts'
import { type LockedInvoice, lockInvoices, sameCustomer } from './lock-invoices.ts'
import { findLeft } from './what-is-left.ts'

/**
 * Applies `amount` (default: as much as is left of both). Throws HubError not_found, invalid_input where the two don't fit together,
 * wrong_state where one is not open, conflict where less is left.
 */
export async function allocateCredit(
  db: Db,
  reach: Reach,
  asked: { creditNoteId: string; invoiceId: string; amount?: string | undefined; comment: string | null },
  actor: Actor,
  stamp: Stamp,
): Promise<CreditAllocation> {
  const { creditNoteId, invoiceId, comment } = asked
  const locked = await lockInvoices(db, reach, [creditNoteId, invoiceId])
  const note = locked.find((i) => i.id === creditNoteId)
  const invoice = locked.find((i) => i.id === invoiceId)
  if (note?.kind !== 'credit-note') throw new HubError('not_found', 'There is no such credit note.')
  if (invoice?.kind !== 'invoice') throw new HubError('invalid_input', 'invoiceId: that is no invoice.')
  assertOpen(note)
  assertOpen(invoice)
  if (note.currency !== invoice.currency)
    throw new HubError('invalid_input', `The credit note is in ${note.currency}, the invoice in ${invoice.currency}.`)
  if (!sameCustomer(note, invoice)) throw new HubError('invalid_input', 'They are of two customers.')
  const left = await findLeft(db, [creditNoteId, invoiceId])
  const ofNote = left.get(creditNoteId)
  const ofInvoice = left.get(invoiceId)
  if (!ofNote || !ofInvoice) throw new HubError('not_found', 'There is no such invoice.')
  const most = compareDecimals(ofNote.free, ofInvoice.free) < 0 ? ofNote.free : ofInvoice.free
  const amount = asked.amount ?? most
  if (compareDecimals(amount, '0') <= 0 || compareDecimals(amount, most) > 0)
    throw new HubError(
      'conflict',
      `Of credit note ${note.number} ${ofNote.free} ${note.currency} are left, of invoice ${invoice.number} ${ofInvoice.free} are to be paid: ${most} at most can be applied.`,
    )
  const { currency } = note
  const { sellerId } = reach
  const made = { creditNoteId, invoiceId, amount, currency, noteOpen: ofNote.open, reverses: null, actor, comment }
  return keep(db, { ...made, sellerId, id: stamp.newId(), at: stamp.at }, note, stamp)
}

/** Takes an allocation back, once. Throws HubError not_found, wrong_state. */
export async function reverseAllocation(
  db: Db,
  reach: Reach,
  asked: { id: string; comment: string },
  actor: Actor,
  stamp: Stamp,
): Promise<CreditAllocation> {
  const found = await findAllocation(db, reach.sellerId, asked.id)
  if (!found || found.reverses) throw new HubError('not_found', 'There is no such allocation.')
  const locked = await lockInvoices(db, reach, [found.creditNoteId, found.invoiceId])
  const note = locked.find((i) => i.id === found.creditNoteId) as LockedInvoice
  if (await db('credit_allocations').where({ reverses: found.id }).first('id'))
    throw new HubError('wrong_state', 'It was taken back before.')
  const { comment } = asked
  const reversal = { ...found, amount: `-${found.amount}`, reverses: found.id, actor, comment }
  return keep(db, { ...reversal, id: stamp.newId(), at: stamp.at }, note, stamp)
}

async function keep(db: Db, made: CreditAllocation, note: LockedInvoice, stamp: Stamp): Promise<CreditAllocation> {
  await insertAllocation(db, made)
  const { id, sellerId, actor, creditNoteId, invoiceId, amount, currency, comment, reverses } = made
  const event = { sellerId, accountId: note.accountId, actor, subjectKind: 'credit-allocation', subjectId: id }
  const action = reverses ? 'credit.taken-back' : 'credit.applied'
  const detail = { creditNoteId, invoiceId, amount, currency, comment, reverses }
  await recordAudit(db, [{ ...event, action, detail }], stamp)
  return made
}

function assertOpen({ state, deletedAt, kind, number }: LockedInvoice): void {
  const what = kind === 'invoice' ? 'Invoice' : 'Credit note'
  if (state !== 'open' || deletedAt)
    throw new HubError('wrong_state', `${what} ${number} is ${deletedAt ? 'cancelled' : state}.`)
}
