// Keeps returns.
import type { Knex } from 'knex'
import type { Reach } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import { type Owner, ownedColumns, ownerRow, pageById, withinReach } from '../requisitions/owned-row.ts'
import { assertTransition } from '../state-machine.ts'
import { type Return, type ReturnLine, type ReturnState, returnTransitions } from './return.ts'

const COLUMNS = {
  ...ownedColumns,
  number: 't.number',
  state: 't.state',
  orderId: 't.order_id',
  reason: 't.reason',
  message: 't.message',
  carrier: 't.carrier',
  trackingNumber: 't.tracking_number',
  creditNoteId: 't.credit_note_id',
  replacementOrderId: 't.replacement_order_id',
} as const

export async function insertReturn(
  db: Db,
  given: Owner & Pick<Return, 'id' | 'number' | 'orderId' | 'reason'> & { lines: readonly ReturnLine[] },
  at: Date,
): Promise<void> {
  const { id, number, orderId, reason, lines } = given
  await db('returns').insert({
    ...{ id, number, order_id: orderId, reason, state: 'requested', created_at: at, updated_at: at },
    ...ownerRow(given),
  })
  await db('return_lines').insert(
    lines.map((l) => ({ return_id: id, line_number: l.lineNumber, quantity: l.quantity, reason: l.reason })),
  )
}

/** Moves the locked return on. Throws HubError wrong_state where it may not. */
export async function moveReturn(
  db: Db,
  back: Return,
  to: ReturnState,
  also: Partial<Pick<Return, 'message' | 'carrier' | 'trackingNumber' | 'creditNoteId' | 'replacementOrderId'>>,
  at: Date,
): Promise<void> {
  assertTransition<ReturnState>(returnTransitions, back.state, to, `Return ${back.number}`)
  const given = Object.entries(also).filter(([, value]) => value !== undefined)
  const columns = given.map(([name, value]) => [COLUMNS[name as keyof typeof COLUMNS].slice(2), value])
  await db('returns')
    .where({ id: back.id })
    .update({ ...Object.fromEntries(columns), state: to, version: db.raw('version + 1'), updated_at: at })
}

export interface ReturnFilter {
  reach: Reach
  states?: readonly ReturnState[] | undefined
  orderId?: string | undefined
}

/** THE filter of returns. */
export function visibleReturns(db: Db, { reach, states, orderId }: ReturnFilter): Knex.QueryBuilder {
  const query = withinReach(db, 'returns', reach)
  if (states) query.whereIn('t.state', states)
  if (orderId) query.where('t.order_id', orderId)
  return query
}

export async function listReturns(
  db: Db,
  filter: ReturnFilter,
  page: { after?: string | undefined; limit: number },
): Promise<Return[]> {
  return pageById(visibleReturns(db, filter), page).select(COLUMNS)
}

export async function readReturn(db: Db, reach: Reach, id: string): Promise<Return | undefined> {
  return visibleReturns(db, { reach }).where('t.id', id).select(COLUMNS).first()
}

export async function lockReturn(db: Db, id: string): Promise<Return | undefined> {
  return db('returns as t').select(COLUMNS).where('t.id', id).forUpdate().first()
}

/** Those of the orders that go back or are back, oldest first, locked. */
export async function lockUncredited(db: Db, orderIds: readonly string[]): Promise<Return[]> {
  return db('returns as t')
    .select(COLUMNS)
    .whereIn('t.order_id', orderIds)
    .whereIn('t.state', ['approved', 'sent', 'received'] satisfies ReturnState[])
    .orderBy('t.id')
    .forUpdate()
}

export async function listReturnLines(db: Db, returnId: string): Promise<ReturnLine[]> {
  return db('return_lines')
    .select({ lineNumber: 'line_number', quantity: 'quantity', reason: 'reason' })
    .where({ return_id: returnId })
    .orderBy('line_number')
}

/** What goes back already of an order, by line; rejected returns do not count. The order is locked. */
export async function sumReturned(db: Db, orderId: string): Promise<Map<number, string>> {
  const rows: { line: number; sum: string }[] = await db('return_lines as l')
    .join('returns as r', 'r.id', 'l.return_id')
    .where('r.order_id', orderId)
    .whereNot('r.state', 'rejected')
    .groupBy('l.line_number')
    .select({ line: 'l.line_number' })
    .sum({ sum: 'l.quantity' })
  return new Map(rows.map((r) => [r.line, r.sum]))
}
