// May this be ordered as it stands now: is the requester active, do restrictions allow it, is the price still right, is there credit? Asked
// at submit and once more before the order.
import { findViolations, type Violation, type Wanted } from '../accounts/restrictions.ts'
import { type CreditCustomer, type CreditVerdict, judgeCredit } from '../credit/credit-policy.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { addDecimals } from '../money.ts'
import { findUnseenByErp } from '../orders/order-store.ts'
import { priceLines } from './price-lines.ts'
import { assertOrderable, codesOf, type PurchaseLine } from './purchase-line.ts'
import type { Requisition } from './requisition.ts'

type Purchase = Pick<
  Requisition,
  'id' | 'sellerId' | 'accountId' | 'membershipId' | 'currency' | 'lines' | 'shipTo' | 'totalAmount'
>

/** Throws HubError forbidden when the membership, the person or the account isn't active any more. */
export async function assertActive(db: Db, membershipId: string): Promise<void> {
  const active = await db('memberships as m')
    .join('people as p', 'p.id', 'm.person_id')
    .join('accounts as a', 'a.id', 'm.account_id')
    .where({ 'm.id': membershipId, 'm.status': 'active', 'p.status': 'active', 'a.status': 'active' })
    .first('m.id')
  if (!active) throw new HubError('forbidden', 'The requester is not active at this company any more.')
}

/** Lines at present prices, and which contract prices are not those that were seen. */
export async function repriced(
  db: Db,
  purchase: Purchase,
  at: Date,
): Promise<{ lines: PurchaseLine[]; changed: { lineNumber: number; was: string | null; is: string | null }[] }> {
  const lines = await priceLines(db, { ...purchase, day: at.toISOString().slice(0, 10) }, purchase.lines)
  const changed = lines.flatMap((line, i) => {
    const before = purchase.lines[i]
    if (before?.unitPrice === line.unitPrice && before?.priceUnit === line.priceUnit) return []
    return [{ lineNumber: line.lineNumber, was: before?.unitPrice ?? null, is: line.unitPrice }]
  })
  return { lines, changed }
}

function wantedOf({ lines, shipTo }: Pick<Purchase, 'lines' | 'shipTo'>): Wanted {
  return {
    costCentres: codesOf(lines, 'costCentre'),
    projects: codesOf(lines, 'project'),
    shipTo: shipTo ? (shipTo.addressId ?? null) : undefined,
    catalogues: lines.map((l) => l.catalogue),
    productGroups: lines.map((l) => l.productGroup),
    // The limit of one order asks for approval; it does not forbid.
    amount: null,
  }
}

/** What is against a purchase by this member, and on which lines; none = on the whole of it. */
export type LineViolation = Violation & { lineNumbers: number[] }

/** Everything that restrictions have against it, as they are now; a cart shows it, a submit refuses it. */
export async function findLineViolations(
  db: Db,
  who: { accountId: string; membershipId: string },
  purchase: Pick<Purchase, 'lines' | 'shipTo'>,
): Promise<LineViolation[]> {
  if (purchase.lines.length === 0) return []
  const violations = await findViolations(db, who, wantedOf(purchase))
  return violations.map((violation) => ({
    ...violation,
    lineNumbers: purchase.lines.filter((line) => concerns(line, violation)).map((line) => line.lineNumber),
  }))
}

function concerns(line: PurchaseLine, { kind, code }: Violation): boolean {
  if (kind === 'cost-centre') return code !== null && line.shares.some((s) => s.costCentre === code)
  if (kind === 'project') return code !== null && line.shares.some((s) => s.project === code)
  return kind === 'catalogue' && (line.catalogue ?? line.productGroup) === code
}

const inWords = ({ message, lineNumbers }: LineViolation) =>
  lineNumbers.length === 0 ? message : `Line ${lineNumbers.join(', ')}: ${message}`

/**
 * Throws HubError restricted, with the violations as details, or over_credit; the credit is locked until the transaction ends. Answers
 * what else is to be said of the credit: with `ask` somebody has to agree.
 */
export async function assertAllowed(db: Db, purchase: Purchase, at: Date): Promise<CreditVerdict> {
  const { id, sellerId, accountId, membershipId, currency, totalAmount } = purchase
  assertOrderable(purchase.lines)
  const violations = await findLineViolations(db, { accountId, membershipId }, purchase)
  if (violations.length > 0)
    throw new HubError('restricted', violations.map(inWords).join(' '), { details: violations })
  const onItsWay = async (customer: CreditCustomer) =>
    addDecimals(
      await findUnseenByErp(db, customer.connectionId, customer.customerNumber, customer.currency),
      await sumPending(db, customer, id),
    )
  const credit = await judgeCredit(db, { sellerId, accountId, amount: totalAmount, currency, onItsWay, at })
  if (credit.verdict === 'block') throw new HubError('over_credit', credit.words ?? undefined)
  return credit
}

/** What waits for approval at accounts that order as this customer, in its currency. */
async function sumPending(db: Db, customer: CreditCustomer, butId: string): Promise<string> {
  const { rows } = await db.raw<{ rows: { sum: string }[] }>(
    `SELECT coalesce(sum(r.total_amount), 0) AS sum FROM requisitions r JOIN accounts a ON a.id = r.account_id
     WHERE r.state = 'pending' AND r.id <> ? AND r.currency = ? AND a.path @> ARRAY[?]::uuid[]
       AND account_terms(a.id)->'customerNumber'->>'from' = ?`,
    [butId, customer.currency, customer.accountId, customer.accountId],
  )
  return rows[0]?.sum ?? '0'
}

/** As the above, before the order goes to the ERP: everything again. */
export async function assertStillRight(db: Db, purchase: Purchase, at: Date): Promise<void> {
  await assertActive(db, purchase.membershipId)
  const { changed } = await repriced(db, purchase, at)
  if (changed.length > 0)
    throw new HubError(
      'conflict',
      changed
        .map((c) => `Line ${c.lineNumber}: the price was ${c.was ?? 'unknown'} and is ${c.is ?? 'unknown'} now.`)
        .join(' '),
      { details: changed },
    )
  await assertAllowed(db, purchase, at)
}
