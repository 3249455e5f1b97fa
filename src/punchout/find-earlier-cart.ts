// Edit and inspect bring lines back. Which cart they came from is told by their AuxIDs: the BuyerCookie is another each time,
// and a copied requisition replays AuxIDs of a cart long gone.
import type { CartLine } from '../cart.ts'
import type { Db } from '../database/database.ts'
import type { EditLine } from './punchout-session.ts'
import { type EarlierLine, findEarlierLines } from './punchout-session-store.ts'

/** A line as the buyer's system shows it. `line` is what its own document says of the item, where it says more than ids. */
export interface ShownLine {
  lineNumber: number
  quantity: string
  supplierPartId: string
  supplierPartAuxiliaryId: string | null
  line: CartLine | null
}

export interface EarlierCart {
  /** The session most of the lines were returned in; null when the hub knows none of them. */
  sessionId: string | null
  lines: EditLine[]
}

/** Pairs shown lines with the lines the partner was given. Reads only. */
export async function findEarlierCart(
  db: Db,
  input: { partnerId: string; cartValidDays: number; shown: readonly ShownLine[] },
  at: Date,
): Promise<EarlierCart> {
  const auxiliaryIds = input.shown.flatMap((s) => (s.supplierPartAuxiliaryId ? [s.supplierPartAuxiliaryId] : []))
  const earlier = new Map(
    (await findEarlierLines(db, input.partnerId, auxiliaryIds)).map((e) => [key(e.auxiliaryId, e.supplierPartId), e]),
  )
  const oldest = new Date(at.getTime() - input.cartValidDays * 86_400_000)
  const bySession = new Map<string, number>()
  const lines = input.shown.map((shown): EditLine => {
    const found = earlier.get(key(shown.supplierPartAuxiliaryId ?? '', shown.supplierPartId))
    if (found) bySession.set(found.sessionId, (bySession.get(found.sessionId) ?? 0) + 1)
    const { origin, why } = judge(found, oldest)
    const { lineNumber, quantity, supplierPartId, supplierPartAuxiliaryId } = shown
    const line = found ? { ...found.line, lineNumber, quantity } : shown.line
    return {
      lineNumber,
      quantity,
      supplierPartId,
      supplierPartAuxiliaryId,
      origin,
      why,
      returnedAt: found?.returnedAt.toISOString() ?? null,
      line,
    }
  })
  const [most] = [...bySession].sort((a, b) => b[1] - a[1])
  return { sessionId: most?.[0] ?? null, lines }
}

function judge(found: EarlierLine | undefined, oldest: Date): Pick<EditLine, 'origin' | 'why'> {
  if (!found) return { origin: 'unknown', why: 'The hub never returned a line with these ids to this partner.' }
  if (found.replacedAt)
    return {
      origin: 'stale',
      why: 'A later cart replaced this line. The buyer may have copied an old requisition: check price and availability.',
    }
  if (found.returnedAt < oldest)
    return { origin: 'stale', why: 'The cart is older than this partner’s carts are valid: check the price.' }
  return { origin: 'current', why: 'As returned by the hub.' }
}

function key(auxiliaryId: string, supplierPartId: string): string {
  return JSON.stringify([auxiliaryId, supplierPartId])
}
