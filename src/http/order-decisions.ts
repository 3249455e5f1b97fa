// A person decides about an order: released to the ERP, rejected, cancelled. Who it was stands in the order's events.
import { z } from 'zod'
import type { Access, Reach } from '../accounts/access.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { cancelOrder } from '../orders/cancel-order.ts'
import { holdReasons, type Order, type OrderState, orderTransitions } from '../orders/order.ts'
import { readOrder } from '../orders/order-history.ts'
import { findOrder, lockOrder } from '../orders/order-store.ts'
import { rejectOrder, releaseOrder } from '../orders/settle-hold.ts'
import { jsonRoute, type Route } from './route.ts'

const TAG = 'Orders'

const states = Object.keys(orderTransitions) as [OrderState, ...OrderState[]]
const reasons = Object.keys(holdReasons) as [keyof typeof holdReasons]

const by = z.string().trim().min(1).max(200).optional().describe('the person, for the record; default: the API client')
const reason = z.string().trim().min(1, 'say why').max(1000)

const decided = z
  .object({
    id: z.uuid(),
    state: z.enum(states),
    holds: z.array(z.object({ reason: z.enum(reasons), message: z.string() })),
    cancelAsked: z.boolean().describe('the ERP was asked to cancel it and has not answered yet'),
  })
  .meta({ id: 'OrderDecision' })

interface Decider {
  access: Access
  reach: Reach
  /** As the record of the order shows them. */
  who: string
}

function deciderOf(call: { access: Access; reach: Reach; body: { by?: string | undefined } }): Decider {
  const { access, reach, body } = call
  const who = access.actor?.name ?? access.person?.name ?? body.by ?? access.clientId ?? 'unknown'
  return { access, reach, who }
}

/** Decides about the locked order, and answers how it stands then. Throws HubError not_found. */
async function decide(
  hub: Hub,
  { access, reach }: Decider,
  action: string,
  id: string | undefined,
  decision: (trx: Db, order: Order) => Promise<unknown>,
) {
  return hub.db.transaction(async (trx) => {
    const visible = id && (await readOrder(trx, reach, id))
    const order = visible && (await lockOrder(trx, visible.id))
    if (!order) throw new HubError('not_found', 'There is no such order.')
    await decision(trx, order)
    const { sellerId, accountId } = order
    const event = { sellerId, accountId, actor: actorOf(access), action, subjectKind: 'order', subjectId: order.id }
    const { state, holds, cancelAsked } = (await findOrder(trx, sellerId, order.id)) ?? order
    await recordAudit(trx, [{ ...event, detail: { number: order.poNumber, before: order.state, state } }], stampOf(hub))
    return { id: order.id, state, holds, cancelAsked }
  })
}

export const orderDecisionRoutes: Route[] = [
  jsonRoute({
    method: 'post',
    path: '/api/v1/orders/:id/release',
    who: 'orders:write',
    may: 'order.edit',
    sellers: true,
    tag: TAG,
    summary: 'Release a held order to the ERP',
    description:
      'As its account and ERP connection are now. An order the ERP has, held because it refused a change, stays as the ERP has it: that is settled.',
    body: z.object({ note: z.string().trim().max(1000).optional(), by }).meta({ id: 'OrderRelease' }),
    answer: decided,
    handle(hub, call) {
      const decider = deciderOf(call)
      return decide(hub, decider, 'order.released', call.params.id, (trx, order) =>
        releaseOrder(trx, order, { who: decider.who, note: call.body.note ?? null }, stampOf(hub)),
      )
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/orders/:id/reject',
    who: 'orders:write',
    may: 'order.edit',
    sellers: true,
    tag: TAG,
    summary: 'Reject an order the ERP does not have',
    description: 'The buyer’s system is told, where it takes confirmations.',
    body: z.object({ reason, by }).meta({ id: 'OrderRejection' }),
    answer: decided,
    handle(hub, call) {
      const decider = deciderOf(call)
      return decide(hub, decider, 'order.rejected', call.params.id, (trx, order) =>
        rejectOrder(trx, order, { who: decider.who, reason: call.body.reason }, stampOf(hub)),
      )
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/orders/:id/cancel',
    who: 'orders:write',
    may: 'order.cancel',
    tag: TAG,
    summary: 'Cancel an order',
    description:
      'At once where the ERP has none of it; else the ERP is asked, and `cancelAsked` is true until it has answered. What it refuses is a hold.',
    body: z.object({ reason, by }).meta({ id: 'OrderCancellation' }),
    answer: decided,
    handle(hub, call) {
      const decider = deciderOf(call)
      return decide(hub, decider, 'order.cancelled', call.params.id, (trx, order) =>
        cancelOrder(trx, order, { reason: call.body.reason, who: decider.who, documentId: null }, stampOf(hub)),
      )
    },
  }),
]
