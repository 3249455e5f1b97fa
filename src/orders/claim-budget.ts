// What an order claims of budgets: its lines by cost centre and project. It takes the place of what its carts, or its requisition, reserved.
import { findMembership } from '../accounts/account-store.ts'
import { findWhetherAny } from '../budgets/budget-store.ts'
import { type Charge, chargesOf, type Spender, shareOut } from '../budgets/charge.ts'
import { reserveBudget } from '../budgets/reserve-budget.ts'
import { renameSpender } from '../budgets/settle-budget.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { Hold, OrderContent } from './order.ts'
import type { PlaceOrder } from './weigh-order.ts'

/** A line split over several cost centres is shared out by the amounts it names, else evenly. Pure. */
export function chargesOfOrder(
  whose: Pick<Charge, 'accountId' | 'membershipId'>,
  content: Pick<OrderContent, 'currency' | 'costCentre' | 'projectCode' | 'taxAmount' | 'shippingAmount'> & {
    lines: readonly Pick<OrderContent['lines'][number], 'netAmount' | 'details'>[]
  },
): Charge[] {
  const { currency } = content
  const lines = content.lines.flatMap(({ netAmount, details }) => {
    const parts = details.accounting?.length ? details.accounting : [null]
    const weights = parts.map((p) => p?.amount ?? null)
    const nets = shareOut(
      netAmount,
      weights.map((w) => (weights.includes(null) ? '1' : (w ?? '1'))),
      currency,
    )
    return parts.map((part, i) => {
      const named = (name: RegExp) => part?.segments.find((s) => name.test(s.name))?.value ?? null
      return {
        costCentre: named(/cost\s*cent/i) ?? content.costCentre,
        project: named(/project|wbs/i) ?? content.projectCode,
        net: nets[i] ?? '0',
      }
    })
  })
  const beside = { tax: content.taxAmount ?? '0', shipping: content.shippingAmount ?? '0' }
  return chargesOf({ ...whose, currency }, lines, beside)
}

/**
 * Reserves, whatever is left: an order that came in is not refused but held. A blanket order spends nothing itself, nor does a test; what a
 * requisition reserved was weighed when it was approved.
 */
export async function claimForOrder(
  db: Db,
  orderId: string,
  input: PlaceOrder,
  sessionIds: readonly string[],
  stamp: Stamp,
): Promise<{ holds: Hold[]; notes: string[] }> {
  const { sellerId, accountId, personId, requisitionId, content, mode } = input
  const nothing = { holds: [], notes: [] }
  if (!accountId || mode === 'test' || content.kind === 'blanket') return nothing
  if (!(await findWhetherAny(db, sellerId))) return nothing
  const spender: Spender = { kind: 'order', id: orderId }
  if (requisitionId) {
    await renameSpender(db, { kind: 'requisition', id: requisitionId }, spender, stamp)
    return nothing
  }
  const membershipId =
    input.membershipId ?? (personId ? ((await findMembership(db, accountId, personId))?.id ?? null) : null)
  const { parts, verdict } = await reserveBudget(
    db,
    {
      ...{ sellerId, spender, mode: 'record', at: stamp.at },
      charges: chargesOfOrder({ accountId, membershipId }, content),
      replaces: [...new Set(sessionIds)].map((id) => ({ kind: 'punchout', id })),
    },
    stamp,
  )
  const message = parts.flatMap((p) => p.why ?? []).join(' ')
  if (verdict === 'block' || verdict === 'ask') return { holds: [{ reason: 'budget', message }], notes: [] }
  return { holds: [], notes: verdict === 'warn' ? [message] : [] }
}
