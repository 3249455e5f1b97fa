// Replays past orders on a draft policy, beside the published one, and keeps the comparison.
import { wholeReach } from '../src/accounts/access.ts'
import { listSubtree } from '../src/accounts/account-store.ts'
import { emptyCount, findTrial, sumUp, tryOn, updateTrial } from '../src/approvals/policy-trial.ts'
import { eachBatch } from '../src/database/keyset.ts'
import type { Hub } from '../src/hub.ts'
import { addDecimals } from '../src/money.ts'
import { listOrders, type OrderSummary } from '../src/orders/order-history.ts'
import { listLines } from '../src/orders/order-store.ts'
import { brief, type Job } from './job.ts'

export const whatIf: Job<'what-if'> = {
  name: 'what-if',
  ...brief,
  async run(hub, { trialId }, { signal, progress }) {
    const trial = await findTrial(hub.db, trialId)
    if (!trial) return
    const { sellerId, fromDay: from, toDay: to } = trial
    const accountIds = await listSubtree(hub.db, sellerId, trial.accountId)
    const filter = { reach: wholeReach(sellerId), accountIds, from, to, zone: hub.config.timeZone }
    const count = emptyCount()
    for await (const orders of eachBatch((page) => listOrders(hub.db, filter, page))) {
      for (const order of orders) {
        signal.throwIfAborted()
        const past = await pastOf(hub, order)
        if (past) await tryOn(hub.db, trial, past, count, order.orderedAt)
      }
      await updateTrial(hub.db, trialId, { done: count.orders, total: count.orders })
      await progress({ done: count.orders })
    }
    const result = await sumUp(hub.db, count)
    await updateTrial(hub.db, trialId, { done: count.orders, total: count.orders, result, finishedAt: hub.now() })
    await progress({ done: count.orders, total: count.orders })
  },
}

/** An order as the facts it would have been asked by; undefined where nobody is known to have ordered it. */
async function pastOf(hub: Hub, order: OrderSummary) {
  const { accountId, personId } = order
  if (!accountId || !personId) return undefined
  const member: { id: string; role: string | null } | undefined = await hub
    .db('memberships')
    .where({ account_id: accountId, person_id: personId })
    .first('id', 'role')
  if (!member) return undefined
  const lines = await listLines(hub.db, order.id)
  const net = order.netAmount
  const gross = addDecimals(net, order.taxAmount ?? '0')
  const facts = {
    amounts: { net, gross, withShipping: addDecimals(gross, order.shippingAmount ?? '0') },
    currency: order.currency,
    lines: lines.map(({ supplierPartId, productGroup, netAmount }) => ({
      supplierPartId,
      productGroup,
      netAmount,
      catalogue: null,
      supplier: null,
      costCentre: null,
      project: null,
    })),
    suppliers: [],
    shipTo: null,
    project: order.projectCode,
    costCentre: order.costCentre,
    channel: order.channel,
    budget: 'none' as const,
    firstUse: [],
    requesterRoles: member.role ? [member.role] : [],
    splitSuspected: false,
    orderLimitExceeded: false,
  }
  return { accountId, membershipId: member.id, requesterId: personId, facts }
}
