// Replays past orders on a draft policy, beside the published one, and keeps the comparison.
import { wholeReach } from '../src/accounts/access.ts'
import { listSubtree } from '../src/accounts/account-store.ts'
import type { ApprovalFacts } from '../src/approvals/policy.ts'
import {
  findTrial,
  type PastSubject,
  startReplay,
  sumUp,
  type Trial,
  tryOn,
  updateTrial,
} from '../src/approvals/policy-trial.ts'
import type { Hub } from '../src/hub.ts'
import { addDecimals } from '../src/money.ts'
import { chargesOfOrder } from '../src/orders/claim-budget.ts'
import type { Accounting, Channel } from '../src/orders/order.ts'
import { visibleOrders } from '../src/orders/order-history.ts'
import { brief, type Job } from './job.ts'

const BATCH = 500

export const whatIf: Job<'what-if'> = {
  name: 'what-if',
  ...brief,
  async run(hub, { trialId }, { signal, progress }) {
    const trial = await findTrial(hub.db, trialId)
    if (!trial) return
    const accountIds = await listSubtree(hub.db, trial.sellerId, trial.accountId)
    const total = Number((await ordersOf(hub, trial, accountIds).count({ count: '*' }).first())?.count ?? 0)
    const replay = await startReplay(hub.db, trial, hub.now())
    let last: PastOrder | undefined
    do {
      await updateTrial(hub.db, trialId, { done: replay.orders, total })
      await progress({ done: replay.orders, total })
      signal.throwIfAborted()
      const orders = await listPast(hub, trial, accountIds, last)
      for (const order of orders) await tryOn(hub.db, replay, asPast(order))
      last = orders.length === BATCH ? orders.at(-1) : undefined
    } while (last)
    const result = await sumUp(hub.db, replay)
    await updateTrial(hub.db, trialId, { done: replay.orders, total, result, finishedAt: hub.now() })
    await progress({ done: replay.orders, total })
  },
}

interface PastOrder {
  id: string
  position: string
  accountId: string
  membershipId: string
  requesterId: string
  limit: string | null
  limitCurrency: string | null
  roles: string[]
  orderedAt: Date
  channel: Channel
  currency: string
  netAmount: string
  taxAmount: string | null
  shippingAmount: string | null
  costCentre: string | null
  projectCode: string | null
  shipTo: string | null
  newPlace: boolean
  lines: {
    supplierPartId: string
    productGroup: string | null
    netAmount: string
    accounting: Accounting[] | null
    isNew: boolean
  }[]
}

/** Orders of the trial's days by somebody who is known, as whom of the account they ordered. */
function ordersOf(hub: Hub, { sellerId, fromDay: from, toDay: to }: Trial, accountIds: readonly string[]) {
  const filter = { reach: wholeReach(sellerId), from, to, zone: hub.config.timeZone }
  return visibleOrders(filter, hub.db('orders as t'))
    .whereRaw('t.account_id = ANY(?::uuid[])', [[...accountIds]])
    .joinRaw(
      `JOIN LATERAL (SELECT * FROM memberships x WHERE x.account_id = t.account_id AND x.person_id = t.person_id
         ORDER BY x.id = t.membership_id DESC NULLS LAST, x.id LIMIT 1) m ON true`,
    )
}

/** A batch, oldest first, with all that a policy may ask of an order: one statement. */
async function listPast(
  hub: Hub,
  trial: Trial,
  accountIds: readonly string[],
  after?: PastOrder,
): Promise<PastOrder[]> {
  const { db } = hub
  const before = (order: string) => `${order}.account_id = t.account_id AND ${order}.ordered_at < t.ordered_at`
  const query = ordersOf(hub, trial, accountIds)
    .select({
      ...{ id: 't.id', accountId: 't.account_id', membershipId: 'm.id', requesterId: 't.person_id' },
      ...{ limit: 'm.order_limit', limitCurrency: 'm.order_limit_currency', orderedAt: 't.ordered_at' },
      ...{ channel: 't.channel', currency: 't.currency', netAmount: 't.net_amount', taxAmount: 't.tax_amount' },
      ...{ shippingAmount: 't.shipping_amount', costCentre: 't.cost_centre', projectCode: 't.project_code' },
      position: db.raw('t.ordered_at::text'),
      shipTo: db.raw(`t.ship_to->>'addressId'`),
      newPlace: db.raw(
        `NOT EXISTS (SELECT FROM orders e WHERE ${before('e')} AND e.ship_to->>'addressId' = t.ship_to->>'addressId')`,
      ),
      roles: db.raw(
        `ARRAY(SELECT m.role WHERE m.role IS NOT NULL UNION SELECT coalesce(g.role, g.role_id::text) FROM grants g
           WHERE g.membership_id = m.id AND g.valid_from <= t.ordered_at AND (g.valid_to IS NULL OR g.valid_to > t.ordered_at))`,
      ),
      lines: db.raw(
        `coalesce((SELECT jsonb_agg(jsonb_build_object('supplierPartId', l.supplier_part_id, 'productGroup', l.product_group,
             'netAmount', l.net_amount::text, 'accounting', l.details->'accounting', 'isNew', NOT EXISTS (
               SELECT FROM order_lines k JOIN orders e ON e.id = k.order_id
               WHERE k.supplier_part_id = l.supplier_part_id AND ${before('e')})) ORDER BY l.line_number)
           FROM order_lines l WHERE l.order_id = t.id), '[]')`,
      ),
    })
    .orderBy(['t.ordered_at', 't.id'])
    .limit(BATCH)
  return after ? query.whereRaw('(t.ordered_at, t.id) > (?::timestamptz, ?::uuid)', [after.position, after.id]) : query
}

/** An order as the facts it would have been asked by. Budgets are not replayed: what was left then is not known. */
function asPast(order: PastOrder): PastSubject {
  const { id, accountId, membershipId, requesterId, orderedAt, currency, costCentre, projectCode, lines } = order
  const net = order.netAmount
  const gross = addDecimals(net, order.taxAmount ?? '0')
  const placed = lines.map((line) => {
    const details = line.accounting ? { accounting: line.accounting } : {}
    const content = { currency, costCentre, projectCode, taxAmount: null, shippingAmount: null }
    const [charge] = chargesOfOrder({ accountId, membershipId }, { ...content, lines: [{ ...line, details }] })
    return { costCentre: charge?.costCentre ?? null, project: charge?.project ?? null }
  })
  const firstUse: ApprovalFacts['firstUse'] = []
  if (lines.some((line) => line.isNew)) firstUse.push('product')
  if (order.shipTo !== null && order.newPlace) firstUse.push('ship-to')
  const facts: ApprovalFacts = {
    amounts: { net, gross, withShipping: addDecimals(gross, order.shippingAmount ?? '0') },
    currency,
    lines: lines.map(({ supplierPartId, productGroup, netAmount }, i) => ({
      ...{ supplierPartId, productGroup, netAmount, catalogue: null, supplier: null },
      ...{ costCentre: placed[i]?.costCentre ?? null, project: placed[i]?.project ?? null },
    })),
    suppliers: [],
    ...{ shipTo: order.shipTo, project: projectCode, costCentre, channel: order.channel },
    ...{ budget: 'none', firstUse, requesterRoles: order.roles, splitSuspected: false, orderLimitExceeded: false },
  }
  const limit = { limit: order.limit, currency: order.limitCurrency }
  return { id, at: orderedAt, limit, accountId, membershipId, requesterId, facts }
}
