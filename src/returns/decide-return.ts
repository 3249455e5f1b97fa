// A return is asked for, never of more than was shipped and isn't back yet, and moved on by either side.
import type { Actor } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { addDecimals, compareDecimals, multiplyDecimals } from '../money.ts'
import { listLines, lockOrder } from '../orders/order-store.ts'
import { assertVersion, type Owner } from '../requisitions/owned-row.ts'
import { nextNumber, recordPurchase } from '../requisitions/purchase-event.ts'
import type { Return, ReturnLine, ReturnState } from './return.ts'
import { insertReturn, lockReturn, moveReturn, sumReturned } from './return-store.ts'

/** Returns its id. Throws HubError invalid_input naming the lines of which there is not so much to send back. */
export async function requestReturn(
  db: Db,
  owner: Owner,
  asked: { orderId: string; reason: string; lines: readonly ReturnLine[] },
  actor: Actor,
  stamp: Stamp,
): Promise<string> {
  const order = await lockOrder(db, asked.orderId)
  if (!order) throw new HubError('not_found', 'There is no such order.')
  const lines = new Map((await listLines(db, order.id)).map((l) => [l.lineNumber, l]))
  const back = await sumReturned(db, order.id)
  const problems = asked.lines.flatMap(({ lineNumber, quantity }) => {
    const shipped = lines.get(lineNumber)?.shippedQuantity ?? '0'
    const left = addDecimals(shipped, multiplyDecimals(back.get(lineNumber) ?? '0', '-1'))
    return compareDecimals(quantity, left) > 0 ? [`Line ${lineNumber}: ${left} can be sent back, not ${quantity}.`] : []
  })
  if (problems.length > 0) throw new HubError('invalid_input', problems.join(' '))
  const id = stamp.newId()
  const year = stamp.at.getUTCFullYear()
  const number = `RT-${year}-${await nextNumber(db, owner.sellerId, 'return', year)}`
  await insertReturn(db, { ...owner, ...asked, id, number }, stamp.at)
  const event = { kind: 'requested', actor, detail: { orderId: order.id }, webhook: 'return.requested' } as const
  await recordPurchase(db, 'return', { ...owner, id, number }, event, stamp)
  return id
}

/** Moves it on. `credited` needs a credit note, `replaced` an order, of the same company. Throws HubError conflict, wrong_state. */
export async function advanceReturn(
  db: Db,
  given: {
    id: string
    version?: number | undefined
    to: ReturnState
    also: Partial<Pick<Return, 'message' | 'carrier' | 'trackingNumber' | 'creditNoteId' | 'replacementOrderId'>>
    actor: Actor
  },
  stamp: Stamp,
): Promise<void> {
  const { id, version, to, also, actor } = given
  const back = await lockReturn(db, id)
  if (!back) throw new HubError('not_found', 'There is no such return.')
  assertVersion(back, version)
  await assertOfCompany(db, back, 'invoices', also.creditNoteId, 'creditNoteId: the customer has no such credit note.')
  const { replacementOrderId } = also
  await assertOfCompany(db, back, 'orders', replacementOrderId, 'replacementOrderId: the customer has no such order.')
  await moveReturn(db, back, to, also, stamp.at)
  await recordPurchase(db, 'return', back, { kind: to, actor, detail: also, webhook: 'return.updated' }, stamp)
}

/** An ERP's customer is a company: its departments' credit notes are the company's. */
async function assertOfCompany(
  db: Db,
  { id, sellerId }: Return,
  table: 'invoices' | 'orders',
  given: string | null | undefined,
  words: string,
): Promise<void> {
  if (!given) return
  const found = await db(table)
    .where({ id: given, seller_id: sellerId, ...(table === 'invoices' ? { kind: 'credit-note' } : {}) })
    .whereRaw('company_id = (SELECT company_id FROM returns WHERE id = ?)', [id])
    .first('id')
  if (!found) throw new HubError('invalid_input', words)
}
