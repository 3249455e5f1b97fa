// May this be ordered as it stands now: is the requester active, do restrictions allow it, is the price still right, is there credit? Asked
// at submit and once more before the order.
import { findViolations, type Wanted } from '../accounts/restrictions.ts'
import { whyOverCredit } from '../credit/check-credit.ts'
import { findStanding, lockCredit } from '../credit/credit-store.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { findUnseenByErp } from '../orders/order-store.ts'
import { findCustomerOf, priceLines } from './price-lines.ts'
import { assertOrderable, codesOf, type PurchaseLine } from './purchase-line.ts'
import type { Requisition } from './requisition.ts'

type Purchase = Pick<
  Requisition,
  'sellerId' | 'accountId' | 'membershipId' | 'currency' | 'lines' | 'shipTo' | 'totalAmount'
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

function wantedOf({ lines, shipTo }: Purchase): Wanted {
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

/** Throws HubError restricted, with the violations as details, or over_credit; the credit is locked until the transaction ends. */
export async function assertAllowed(db: Db, purchase: Purchase): Promise<void> {
  const { sellerId, accountId, membershipId, currency, totalAmount } = purchase
  assertOrderable(purchase.lines)
  const violations = await findViolations(db, { accountId, membershipId }, wantedOf(purchase))
  if (violations.length > 0)
    throw new HubError('restricted', violations.map((v) => v.message).join(' '), { details: violations })
  const { connectionId, customerNumber } = await findCustomerOf(db, sellerId, accountId)
  if (!connectionId || !customerNumber) return
  const standing = await findStanding(db, connectionId, customerNumber)
  if (!standing) return
  if (standing.limited) await lockCredit(db, connectionId, customerNumber)
  const onItsWay = await findUnseenByErp(db, connectionId, customerNumber, standing.currency)
  const why = whyOverCredit(standing, { amount: totalAmount, currency, onItsWay })
  if (why) throw new HubError('over_credit', why)
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
  await assertAllowed(db, purchase)
}
