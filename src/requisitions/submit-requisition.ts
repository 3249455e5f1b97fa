// A member submits: checked, its money reserved and its approval asked for, in one transaction. Where nobody has to agree it is an order at
// once. Editing what is pending beyond the tolerance asks anew; withdrawing gives the money back.

import type { Why } from '../approvals/approval.ts'
import { openApproval } from '../approvals/open-approval.ts'
import type { ApprovalFacts } from '../approvals/policy.ts'
import { voidApproval, withdrawApproval } from '../approvals/withdraw-approval.ts'
import type { Actor } from '../audit/record-audit.ts'
import { reserveBudget } from '../budgets/reserve-budget.ts'
import { releaseBudget } from '../budgets/settle-budget.ts'
import type { BudgetOutcome } from '../budgets/weigh-spend.ts'
import { type CreditVerdict, graver } from '../credit/credit-policy.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { addDecimals, compareDecimals, multiplyDecimals } from '../money.ts'
import { lockCart, updateCart } from './cart-store.ts'
import { assertActive, assertAllowed, repriced } from './check-purchase.ts'
import { orderRequisition } from './order-requisition.ts'
import { assertVersion, type Owner } from './owned-row.ts'
import { nextNumber, recordPurchase } from './purchase-event.ts'
import { chargesOfLines, codesOf, type PurchaseLine } from './purchase-line.ts'
import type { Requisition, RequisitionContent } from './requisition.ts'
import { insertRequisition, lockRequisition, moveRequisition, updateRequisitionContent } from './requisition-store.ts'

export interface By {
  actor: Actor
  /** The person may spend over budgets. */
  mayExceed: boolean
}

export const subjectOf = ({ id }: { id: string }) => ({ kind: 'requisition', id })
const spenderOf = ({ id }: { id: string }) => ({ kind: 'requisition', id }) as const

/** Makes a draft of content. Its lines are priced. Returns its id. */
export async function draftRequisition(
  db: Db,
  owner: Owner,
  content: RequisitionContent,
  from: { cartId?: string | null; quoteId?: string | null },
  actor: Actor,
  stamp: Stamp,
): Promise<string> {
  const id = stamp.newId()
  const year = stamp.at.getUTCFullYear()
  const number = `RQ-${year}-${await nextNumber(db, owner.sellerId, 'requisition', year)}`
  const { cartId = null, quoteId = null } = from
  await insertRequisition(db, { ...owner, ...content, id, number, cartId, quoteId }, stamp.at)
  await recordPurchase(db, 'requisition', { ...owner, id, number }, { kind: 'drafted', actor, detail: from }, stamp)
  return id
}

/** Makes a draft of a cart; the cart is ordered with it. An order list stays. */
export async function requisitionCart(
  db: Db,
  owner: Owner,
  cartId: string,
  actor: Actor,
  stamp: Stamp,
): Promise<string> {
  const cart = await lockCart(db, cartId)
  if (!cart) throw new HubError('not_found', 'There is no such cart.')
  if (cart.state === 'ordered') throw new HubError('wrong_state', 'This cart was ordered.')
  if (cart.lines.length === 0) throw new HubError('invalid_input', 'The cart is empty.')
  if (cart.state !== 'list') await updateCart(db, cartId, { state: 'ordered' }, stamp.at)
  return draftRequisition(db, owner, cart, { cartId }, actor, stamp)
}

/**
 * What came of a submit. `prices-changed`: nothing was asked for; the requisition has the new prices now. `denied`: a rule forbids it; the
 * record of the approval says why, and nothing is reserved.
 */
export type Submitted =
  | { outcome: 'denied'; approvalId: string; why: Why }
  | { outcome: 'ordered' | 'pending' | 'repeated' }
  | { outcome: 'prices-changed'; changed: { lineNumber: number; was: string | null; is: string | null }[] }

/**
 * Submits. The same key again changes nothing. Throws HubError forbidden, restricted, over_credit, over_budget, conflict, wrong_state,
 * not_found; then nothing is reserved.
 */
export async function submitRequisition(
  db: Db,
  { id, version, key, by }: { id: string; version?: number | undefined; key: string | null; by: By },
  stamp: Stamp,
): Promise<Submitted> {
  const requisition = await lockRequisition(db, id)
  if (!requisition) throw new HubError('not_found', 'There is no such requisition.')
  if (key !== null && requisition.submitKey === key && requisition.state !== 'changes_requested')
    return { outcome: 'repeated' }
  assertVersion(requisition, version)
  if (requisition.state !== 'draft' && requisition.state !== 'changes_requested')
    throw new HubError('wrong_state', `Requisition ${requisition.number} is ${requisition.state}.`)
  await assertActive(db, requisition.membershipId)
  const { lines, changed } = await repriced(db, requisition, stamp.at)
  if (changed.length > 0) {
    await updateRequisitionContent(db, id, { ...requisition, lines }, stamp.at)
    return { outcome: 'prices-changed', changed }
  }
  return ask(db, requisition, key, by, stamp)
}

/** Reserves and asks, of a requisition that is locked. */
async function ask(db: Db, requisition: Requisition, key: string | null, by: By, stamp: Stamp): Promise<Submitted> {
  const { id, sellerId, accountId, membershipId, personId, placedBy, contentHash, number, lines } = requisition
  const credit = await assertAllowed(db, requisition, stamp.at)
  const budget = await reserve(db, requisition, by, stamp)
  const subjectText = `Requisition ${number}: ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}, ${lines[0]?.description ?? ''}`
  const facts = await factsOf(db, requisition, budget, credit)
  const opened = await openApproval(
    db,
    {
      ...{ sellerId, accountId, subject: subjectOf(requisition), subjectText: subjectText.slice(0, 200) },
      ...{ requester: { personId, membershipId }, placedBy, facts, contentHash },
    },
    stamp,
  )
  if (opened.outcome === 'denied') return deny(db, requisition, opened, by, stamp)
  const words = [
    ...budget.parts.flatMap((p) => p.why ?? []),
    ...(credit.words ? [credit.words] : []),
    ...opened.why.warnings,
  ]
  const also = { approvalId: opened.requestId, submitKey: key, submittedAt: stamp.at, message: words.join(' ') || null }
  const to = opened.outcome === 'pending' ? 'pending' : 'approved'
  await moveRequisition(db, requisition, to, also, stamp.at)
  const detail = { approvalId: opened.requestId, outcome: to, budget: budget.verdict, credit: credit.verdict }
  const event = { kind: 'submitted', actor: by.actor, detail, webhook: 'requisition.submitted' } as const
  await recordPurchase(db, 'requisition', requisition, event, stamp)
  if (to === 'pending') return { outcome: 'pending' }
  const approved = (await lockRequisition(db, id)) as Requisition
  const given = { kind: 'approved', actor: { hub: 'policy' }, webhook: 'requisition.approved' } as const
  await recordPurchase(db, 'requisition', approved, given, stamp)
  await orderRequisition(db, approved, by.actor, stamp)
  return { outcome: 'ordered' }
}

/** Kept with its words, so that its "why" can be read. */
async function deny(
  db: Db,
  requisition: Requisition,
  { requestId, why }: { requestId: string; why: Why },
  by: By,
  stamp: Stamp,
): Promise<Submitted> {
  await releaseBudget(db, spenderOf(requisition), 'denied', stamp)
  const to = requisition.state === 'pending' ? 'changes_requested' : requisition.state
  const message = why.denials.join(' ')
  await moveRequisition(db, requisition, to, { approvalId: requestId, message }, stamp.at)
  const detail = { approvalId: requestId, why: message }
  await recordPurchase(db, 'requisition', requisition, { kind: 'denied', actor: by.actor, detail }, stamp)
  return { outcome: 'denied', approvalId: requestId, why }
}

function reserve(db: Db, requisition: Requisition, by: By, stamp: Stamp): Promise<BudgetOutcome> {
  const { sellerId, lines } = requisition
  const spend = { spender: spenderOf(requisition), charges: chargesOfLines(requisition, lines), at: stamp.at }
  return reserveBudget(db, { sellerId, mode: 'enforce', ...spend, ...by }, stamp)
}

async function factsOf(
  db: Db,
  requisition: Requisition,
  budget: BudgetOutcome,
  credit: CreditVerdict,
): Promise<ApprovalFacts> {
  const { lines, shipTo, netAmount, totalAmount, currency } = requisition
  const first = (name: 'costCentre' | 'project') => codesOf(lines, name)[0] ?? null
  return {
    amounts: { net: netAmount, gross: totalAmount, withShipping: totalAmount },
    currency,
    // A line of several cost centres is one fact for each.
    lines: lines.flatMap((l) =>
      (l.shares.length > 0 ? l.shares : [null]).map((share) => ({
        ...{ supplierPartId: l.supplierPartId, productGroup: l.productGroup, catalogue: l.catalogue, supplier: null },
        ...{ costCentre: share?.costCentre ?? null, project: share?.project ?? null },
        netAmount: share?.netAmount ?? l.netAmount ?? '0',
      })),
    ),
    suppliers: [],
    ...{
      shipTo: shipTo?.addressId ?? null,
      project: first('project'),
      costCentre: first('costCentre'),
      channel: 'web',
    },
    // Credit that asks is money that asks: one fact says so.
    budget: budget.parts.length === 0 && credit.verdict === 'ok' ? 'none' : graver(budget.verdict, credit.verdict),
    ...(await findHistory(db, requisition)),
    ...{ splitSuspected: false, orderLimitExceeded: false },
  }
}

/** What of it the account never ordered before, and the requester's roles. */
async function findHistory(
  db: Db,
  { accountId, membershipId, lines, shipTo }: Requisition,
): Promise<Pick<ApprovalFacts, 'firstUse' | 'requesterRoles'>> {
  const { rows } = await db.raw<{ rows: { product: boolean; place: boolean; roles: string[] }[] }>(
    `SELECT EXISTS (SELECT FROM unnest(?::text[]) p(part) WHERE NOT EXISTS (SELECT FROM order_lines l JOIN orders o ON o.id = l.order_id
         WHERE l.supplier_part_id = p.part AND o.account_id = ?)) AS product,
       ?::text IS NOT NULL AND NOT EXISTS (SELECT FROM orders o WHERE o.account_id = ? AND o.ship_to->>'addressId' = ?) AS place,
       ARRAY(SELECT role FROM memberships WHERE id = ? AND role IS NOT NULL
         UNION SELECT coalesce(role, role_id::text) FROM grants WHERE membership_id = ? AND valid_from <= now()
           AND (valid_to IS NULL OR valid_to > now())) AS roles`,
    [
      [...new Set(lines.map((l) => l.supplierPartId))],
      accountId,
      shipTo?.addressId ?? null,
      accountId,
      shipTo?.addressId ?? null,
      membershipId,
      membershipId,
    ],
  )
  const [found] = rows
  const firstUse: ApprovalFacts['firstUse'] = []
  if (found?.product) firstUse.push('product')
  if (found?.place) firstUse.push('ship-to')
  return { firstUse, requesterRoles: found?.roles ?? [] }
}

/**
 * Changes what is asked for. While it is pending, what goes beyond the tolerance of the account (none, unless it says so) voids what was
 * approved: it is reserved and asked for anew. Throws as submitRequisition.
 */
export async function editRequisition(
  db: Db,
  { id, version, change, by }: { id: string; version: number; change: Partial<RequisitionContent>; by: By },
  stamp: Stamp,
): Promise<Submitted | { outcome: 'edited' }> {
  const before = await lockRequisition(db, id)
  if (!before) throw new HubError('not_found', 'There is no such requisition.')
  assertVersion(before, version)
  if (!['draft', 'changes_requested', 'pending'].includes(before.state))
    throw new HubError('wrong_state', `Requisition ${before.number} is ${before.state}: it cannot be changed any more.`)
  if (before.quoteId && change.lines)
    throw new HubError('wrong_state', 'Its lines are those of a quote: ask for another one.')
  const { lines } = await repriced(db, { ...before, ...change }, stamp.at)
  const numbered = lines.map((line, i) => ({ ...line, lineNumber: i + 1 }))
  await updateRequisitionContent(db, id, { ...before, ...change, lines: numbered }, stamp.at)
  const after = (await lockRequisition(db, id)) as Requisition
  const anew = before.state === 'pending' && (await exceedsTolerance(db, before, after))
  const detail = { before: before.totalAmount, after: after.totalAmount, askedAnew: anew }
  await recordPurchase(db, 'requisition', after, { kind: 'edited', actor: by.actor, detail }, stamp)
  if (before.state !== 'pending') return { outcome: 'edited' }
  if (!anew) {
    await reserve(db, after, by, stamp)
    return { outcome: 'edited' }
  }
  await voidApproval(db, subjectOf(after), 'It was changed after it was submitted.', stamp, by.actor)
  await assertActive(db, after.membershipId)
  return ask(db, after, after.submitKey, by, stamp)
}

const boughtWhat = (lines: readonly PurchaseLine[]) =>
  JSON.stringify(lines.map((l) => [l.supplierPartId, l.shares.map((s) => [s.costCentre, s.project])]))

async function exceedsTolerance(db: Db, before: Requisition, after: Requisition): Promise<boolean> {
  if (before.contentHash.equals(after.contentHash)) return false
  const { rows } = await db.raw<{ rows: { percent: string | null }[] }>(
    `SELECT account_terms(?)->'rules'->'value'->>'editTolerancePercent' AS percent`,
    [after.accountId],
  )
  const percent = rows[0]?.percent ?? '0'
  if (compareDecimals(percent, '0') === 0 || before.currency !== after.currency) return true
  if (JSON.stringify(before.shipTo) !== JSON.stringify(after.shipTo)) return true
  if (boughtWhat(before.lines) !== boughtWhat(after.lines)) return true
  const most = multiplyDecimals(before.totalAmount, addDecimals('1', multiplyDecimals(percent, '0.01')))
  return compareDecimals(after.totalAmount, most) > 0
}

/** Takes it back: nobody has to decide any more, its money is free. Throws HubError wrong_state once it was decided. */
export async function withdrawRequisition(
  db: Db,
  { id, version, reason, actor }: { id: string; version?: number | undefined; reason: string; actor: Actor },
  stamp: Stamp,
): Promise<void> {
  const requisition = await lockRequisition(db, id)
  if (!requisition) throw new HubError('not_found', 'There is no such requisition.')
  assertVersion(requisition, version)
  if (requisition.state === 'pending') await withdrawApproval(db, subjectOf(requisition), reason, stamp, actor)
  await moveRequisition(db, requisition, 'withdrawn', { message: reason }, stamp.at)
  await releaseBudget(db, spenderOf(requisition), 'withdrawn', stamp)
  await recordPurchase(db, 'requisition', requisition, { kind: 'withdrawn', actor, detail: { reason } }, stamp)
}
