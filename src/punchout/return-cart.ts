// Ends a session with a cart or without one. The document that goes back is stored by then; this keeps the lines for a later
// edit and moves the state.
import type { Cart, CartLine } from '../cart.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { assertTransition } from '../state-machine.ts'
import { type PunchoutSession, sessionTransitions } from './punchout-session.ts'
import { insertEvents, markReturned, replaceLines } from './punchout-session-store.ts'

export interface ReturnCart {
  /** Locked in this transaction. */
  session: PunchoutSession
  /** The cart as it goes out, or null = cancelled. */
  cart: Cart | null
  warnings: unknown[]
  documentId: string | null
  returnToken: string
  eventId: string
}

/** Throws HubError wrong_state or code_spent where the session is over. */
export async function returnCart(db: Db, input: ReturnCart, at: Date): Promise<void> {
  const { session, cart } = input
  const state = cart ? 'returned' : 'cancelled'
  await markReturned(db, session.id, {
    state,
    cart,
    warnings: input.warnings,
    returnToken: input.returnToken,
    documentId: input.documentId,
  })
  await replaceLines(db, session, cart?.lines ?? [])
  const detail = { documentId: input.documentId, lines: cart?.lines.length ?? 0, warnings: input.warnings.length }
  await insertEvents(db, [{ id: input.eventId, sessionId: session.id, state, detail }], at)
}

/** Whether a cart may still be returned. Throws HubError wrong_state or code_spent, saying why not. */
export function assertReturnable(session: PunchoutSession, to: 'returned' | 'cancelled', at: Date): void {
  if (session.leftAt)
    throw new HubError('wrong_state', 'The cart has left: the buyer’s browser took it back to the procurement system.')
  if (session.state === 'expired' || session.expiresAt <= at)
    throw new HubError('code_spent', 'This punchout session has run out.')
  assertTransition(sessionTransitions, session.state, to, 'This punchout session')
}

/**
 * Numbers the lines and gives a SupplierPartAuxiliaryID to those without. It names session and line, so that a later edit,
 * whose BuyerCookie is another, finds this cart; only letters, digits, `-`, `_` and `.`, since Ariba refuses `?`, `{` and `}`.
 */
export function identifyLines(sessionId: string, lines: readonly CartLine[]): CartLine[] {
  const prefix = Buffer.from(sessionId.replaceAll('-', ''), 'hex').toString('base64url')
  return lines.map((line, i) => ({
    ...line,
    lineNumber: line.lineNumber ?? i + 1,
    supplierPartAuxiliaryId: line.supplierPartAuxiliaryId || `${prefix}.${i + 1}`,
  }))
}
