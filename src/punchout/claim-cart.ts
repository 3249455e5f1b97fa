// A returned cart reserves what it would cost, for as long as it is valid; the purchase order that follows replaces it.
import { findMembership } from '../accounts/account-store.ts'
import { findWhetherAny } from '../budgets/budget-store.ts'
import { chargesOf } from '../budgets/charge.ts'
import { reserveBudget } from '../budgets/reserve-budget.ts'
import { releaseBudget } from '../budgets/settle-budget.ts'
import type { BudgetOutcome } from '../budgets/weigh-spend.ts'
import { type Cart, cartCurrency, lineAmount } from '../cart.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { addDecimals } from '../money.ts'
import type { PunchoutSession } from './punchout-session.ts'

/**
 * The same session's cart again, or the cart it edits, is replaced. Without a cart what the session reserved is free. Throws HubError
 * over_budget where a budget blocks it.
 */
export async function claimForCart(
  db: Db,
  session: PunchoutSession,
  cart: Cart | null,
  validDays: number,
  stamp: Stamp,
): Promise<BudgetOutcome | null> {
  const { sellerId, accountId, personId, editsSessionId, setup } = session
  if (session.mode === 'test' || !(await findWhetherAny(db, sellerId))) return null
  const spender = { kind: 'punchout', id: session.id } as const
  if (!cart) {
    await releaseBudget(db, spender, 'left without a cart', stamp)
    return null
  }
  const currency = cartCurrency(cart)
  const membershipId = (await findMembership(db, accountId, personId))?.id ?? null
  const sum = (part: 'tax' | 'shipping') =>
    addDecimals(cart[part]?.amount ?? '0', ...cart.lines.map((l) => l[part]?.amount ?? '0'))
  const lines = cart.lines.map((l) => ({ costCentre: setup.costCentre, project: null, net: lineAmount(l) }))
  const charges = chargesOf({ accountId, membershipId, currency }, lines, {
    tax: sum('tax'),
    shipping: sum('shipping'),
  })
  return reserveBudget(
    db,
    {
      ...{ sellerId, spender, charges, at: stamp.at, mode: 'enforce' },
      expiresAt: new Date(stamp.at.getTime() + validDays * 86_400_000),
      replaces: editsSessionId ? [{ kind: 'punchout', id: editsSessionId }] : [],
    },
    stamp,
  )
}
