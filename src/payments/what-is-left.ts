// What is still to be paid of invoices, and still to be used of credit notes: what the ERP says is open, less what was noted here and the
// ERP has not taken in yet. An amount noted counts until what the ERP says is open has gone down by it.
import type { Db } from '../database/database.ts'
import { addDecimals, compareDecimals } from '../money.ts'
import { listAllocationsAround } from './credit-allocation-store.ts'
import { listPartsOf } from './payment-store.ts'

/** Decimal text in the invoice's currency. */
export interface Left {
  /** The ERP's word; the total where it says none of an open one. */
  open: string
  /** Credit notes applied to it (of a credit note: to others) that the ERP has not taken in. */
  noted: string
  /** Paid through the hub, and the ERP has not taken it in. */
  paidHere: string
  /** Being paid just now. */
  beingPaid: string
  /** open - noted - paidHere */
  afterNotes: string
  /** afterNotes - beingPaid: what may be paid or applied now. */
  free: string
  /** As the ERP would say it had it taken in no credit note: kept with a payment, to see later whether the ERP took that in. */
  openBefore: string
}

const minus = (decimal: string) => (decimal.startsWith('-') ? decimal.slice(1) : `-${decimal}`)
const least = (a: string, b: string) => (compareDecimals(a, b) <= 0 ? a : b)
const atLeastZero = (decimal: string) => (compareDecimals(decimal, '0') < 0 ? '0' : decimal)

interface Noted {
  amount: string
  openThen: string
}

/** Of amounts noted one after the other, what each still counts: what went down since the first is taken in, oldest first. */
function stillCounts(noted: readonly Noted[], openNow: string): string[] {
  const [first] = noted
  let takenIn = first ? atLeastZero(addDecimals(first.openThen, minus(openNow))) : '0'
  return noted.map(({ amount }) => {
    const taken = least(amount, takenIn)
    takenIn = addDecimals(takenIn, minus(taken))
    return addDecimals(amount, minus(taken))
  })
}

const sum = (amounts: readonly string[]) => addDecimals('0', ...amounts)

/** Reads what is left, by the invoice's or credit note's id. For deciding anything, lock the rows first. */
export async function findLeft(db: Db, invoiceIds: readonly string[]): Promise<Map<string, Left>> {
  if (invoiceIds.length === 0) return new Map()
  const allocations = await listAllocationsAround(db, invoiceIds)
  const parts = await listPartsOf(db, invoiceIds)
  const rows: { id: string; state: string; open: string | null; total: string }[] = await db('invoices')
    .select({ id: 'id', state: 'state', open: 'open_amount', total: 'total_amount' })
    .whereIn('id', [...new Set([...invoiceIds, ...allocations.map((a) => a.creditNoteId)])])
  const openOf = new Map(rows.map((r) => [r.id, r.state === 'open' ? (r.open ?? r.total) : '0']))
  const counted = [...new Set(allocations.map((a) => a.creditNoteId))].flatMap((creditNoteId) => {
    const ofNote = allocations.filter((a) => a.creditNoteId === creditNoteId)
    const amounts = stillCounts(
      ofNote.map(({ amount, noteOpen }) => ({ amount, openThen: noteOpen })),
      openOf.get(creditNoteId) ?? '0',
    )
    return ofNote.map((a, i) => ({ ...a, counts: amounts[i] as string }))
  })
  return new Map(
    invoiceIds.map((id) => {
      const open = openOf.get(id) ?? '0'
      const notes = counted.filter((a) => a.creditNoteId === id || a.invoiceId === id)
      const noted = sum(notes.map((a) => a.counts))
      const openBefore = addDecimals(open, sum(notes.map((a) => a.amount)), minus(noted))
      const ofInvoice = parts.filter((p) => p.invoiceId === id)
      const paid = ofInvoice.filter((p) => p.state === 'paid').map((p) => ({ ...p, openThen: p.openBefore }))
      const paidHere = compareDecimals(open, '0') === 0 ? '0' : sum(stillCounts(paid, openBefore))
      const beingPaid = sum(ofInvoice.filter((p) => p.state === 'open').map((p) => p.amount))
      const afterNotes = atLeastZero(addDecimals(open, minus(noted), minus(paidHere)))
      const free = atLeastZero(addDecimals(afterNotes, minus(beingPaid)))
      return [id, { open, noted, paidHere, beingPaid, afterNotes, free, openBefore }]
    }),
  )
}
