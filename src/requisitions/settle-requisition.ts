// Its approval has ended: everything is checked again and it becomes an order, or goes back to the requester with the words why; otherwise
// its money is free again. Run again, it does nothing: the requisition is not pending any more.
import { findRequest } from '../approvals/approval-store.ts'
import { reserveBudget } from '../budgets/reserve-budget.ts'
import { releaseBudget } from '../budgets/settle-budget.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { assertStillRight } from './check-purchase.ts'
import { orderRequisition } from './order-requisition.ts'
import { recordPurchase } from './purchase-event.ts'
import { chargesOfLines } from './purchase-line.ts'
import type { Requisition } from './requisition.ts'
import { lockRequisition, moveRequisition, updateRequisitionContent } from './requisition-store.ts'

const actor = { hub: 'requisitions' }

/** In the caller's transaction. */
export async function settleRequisition(db: Db, requestId: string, stamp: Stamp): Promise<void> {
  const request = await findRequest(db, requestId)
  if (request?.subjectKind !== 'requisition') return
  const requisition = await lockRequisition(db, request.subjectId)
  if (!requisition || requisition.approvalId !== requestId || requisition.state !== 'pending') return
  switch (request.state) {
    case 'approved':
      return order(db, requisition, request.address, stamp)
    case 'rejected':
    case 'changes_requested':
    case 'withdrawn':
    case 'expired':
      return end(db, requisition, request.state, request.endReason, stamp)
    default:
      return
  }
}

async function order(db: Db, pending: Requisition, address: Requisition['shipTo'], stamp: Stamp): Promise<void> {
  if (address) await updateRequisitionContent(db, pending.id, { ...pending, shipTo: address }, stamp.at)
  try {
    // What fails on the way leaves nothing behind but its words.
    await db.transaction(async (trx) => {
      const complete = (await lockRequisition(trx, pending.id)) as Requisition
      await assertStillRight(trx, complete, stamp.at)
      await keepReserved(trx, complete, stamp)
      await moveRequisition(trx, complete, 'approved', {}, stamp.at)
      const approved = { kind: 'approved', actor, webhook: 'requisition.approved' } as const
      await recordPurchase(trx, 'requisition', complete, approved, stamp)
      await orderRequisition(trx, (await lockRequisition(trx, pending.id)) as Requisition, actor, stamp)
    })
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    await end(db, pending, 'changes_requested', `It was approved, but cannot be ordered so: ${error.message}`, stamp)
  }
}

/** What was reserved at submit stays as it was, whatever rates do meanwhile. Where nothing is, it is reserved now. */
async function keepReserved(db: Db, requisition: Requisition, stamp: Stamp): Promise<void> {
  const spender = { kind: 'requisition', id: requisition.id } as const
  const held = await db('budget_claims')
    .where({ spender_kind: spender.kind, spender_id: spender.id })
    .where('reserved', '>', 0)
    .first('id')
  if (held) return
  const { sellerId, lines } = requisition
  const charges = chargesOfLines(requisition, lines)
  await reserveBudget(db, { sellerId, spender, charges, at: stamp.at, mode: 'enforce', actor }, stamp)
}

async function end(
  db: Db,
  requisition: Requisition,
  to: 'rejected' | 'changes_requested' | 'withdrawn' | 'expired',
  why: string | null,
  stamp: Stamp,
): Promise<void> {
  await moveRequisition(db, requisition, to, { message: why }, stamp.at)
  await releaseBudget(db, { kind: 'requisition', id: requisition.id }, to.replace('_', ' '), stamp)
  const webhook = to === 'rejected' ? ({ webhook: 'requisition.rejected' } as const) : {}
  await recordPurchase(db, 'requisition', requisition, { kind: to, actor, detail: { why }, ...webhook }, stamp)
}
