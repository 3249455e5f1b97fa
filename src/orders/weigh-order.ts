// What an order is, before it goes on: compared with the cart it came from, weighed against the credit, and held where need be.
import { findViolations, type Wanted } from '../accounts/restrictions.ts'
import { whyOverCredit } from '../credit/check-credit.ts'
import { findStanding, lockCredit } from '../credit/credit-store.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { Mode, OrderPolicy } from '../partners/partner.ts'
import { findEarlierLines } from '../punchout/punchout-session-store.ts'
import { sha256 } from '../secrets.ts'
import { claimForOrder } from './claim-budget.ts'
import { compareWithCart } from './compare-with-cart.ts'
import type { Channel, Hold, OrderContent, OrderDifference } from './order.ts'
import { holdsOf } from './order-holds.ts'
import { findUnseenByErp, type NewLine } from './order-store.ts'

export interface PlaceOrder {
  sellerId: string
  /** Null = not from a procurement system: a requisition, or a guest's. */
  partnerId: string | null
  storefrontId: string | null
  /** Null = nobody knows whose it is: held. */
  accountId: string | null
  personId: string | null
  /** As what of the account's the person ordered, who placed it for them, and the requisition it was. */
  membershipId?: string | null
  placedBy?: string | null
  requisitionId?: string | null
  customerNumber: string | null
  connectionId: string | null
  channel: Channel
  mode: Mode
  documentId: string | null
  policy: OrderPolicy
  /** The buyer says that it changes an order sent before. */
  isChange?: boolean
  content: OrderContent
}

export interface Weighed {
  lines: NewLine[]
  differences: OrderDifference[]
  holds: Hold[]
  sessionId: string | null
  /** Worth telling, and no reason to hold. */
  notes: string[]
}

/** Compares with the cart, asks for the credit, claims the budget, and says what holds the order. */
export async function weigh(db: Db, orderId: string, input: PlaceOrder, stamp: Stamp): Promise<Weighed> {
  const { content, partnerId, connectionId, customerNumber, policy } = input
  const auxiliaryIds = content.lines.flatMap((l) => (l.auxiliaryId ? [l.auxiliaryId] : []))
  const carted = partnerId && auxiliaryIds.length > 0 ? await findEarlierLines(db, partnerId, auxiliaryIds) : []
  const compared = partnerId ? content.lines.map((line) => compareWithCart(line, content.currency, carted)) : []
  const differences = content.kind === 'blanket' ? [] : compared.flatMap((c) => c.differences)
  const known = connectionId !== null && customerNumber !== null
  const standing = known ? await findStanding(db, connectionId, customerNumber) : undefined
  if (known && standing?.limited && policy.overCredit !== 'ignore') await lockCredit(db, connectionId, customerNumber)
  const onItsWay =
    known && standing ? await findUnseenByErp(db, connectionId, customerNumber, standing.currency, orderId) : '0'
  const overCredit =
    policy.overCredit === 'ignore'
      ? null
      : whyOverCredit(standing, { amount: content.totalAmount, currency: content.currency, onItsWay })
  const { accountId, membershipId, personId } = input
  const violations = accountId ? await findViolations(db, { accountId, membershipId, personId }, wantedBy(input)) : []
  const sessions = compared.flatMap((c) => (c.from ? [c.from.sessionId] : []))
  const budget = await claimForOrder(db, orderId, input, sessions, stamp)
  return {
    lines: content.lines.map((line, i) => ({
      ...line,
      cartSessionId: compared[i]?.from?.sessionId ?? null,
      cartLineNumber: compared[i]?.from?.lineNumber ?? null,
    })),
    differences,
    holds: [
      ...holdsOf({
        ...{ content, mode: input.mode, policy, differences },
        ...{ overCredit, violations, customerNumber, connectionId },
      }),
      ...budget.holds,
    ],
    sessionId: sessions[0] ?? null,
    notes: [...(overCredit && policy.overCredit === 'warn' ? [overCredit] : []), ...budget.notes],
  }
}

/** What restrictions are asked about. An approved requisition may be over the limit of one order: that is what was approved. */
function wantedBy({ content, requisitionId }: PlaceOrder): Wanted {
  const { lines, shipTo } = content
  const segments = (pattern: RegExp) =>
    lines.flatMap((l) =>
      (l.details.accounting ?? []).flatMap((a) => a.segments.filter((s) => pattern.test(s.name)).map((s) => s.value)),
    )
  const some = (...codes: (string | null)[]) => [...new Set(codes.filter((code) => code !== null))]
  return {
    costCentres: some(content.costCentre, ...segments(/cost\s*cent/i)),
    projects: some(content.projectCode, ...segments(/project|wbs/i)),
    shipTo: shipTo ? (shipTo.addressId ?? null) : undefined,
    lineShipTos: lines.flatMap((l) => (l.details.shipTo ? [l.details.shipTo.addressId ?? null] : [])),
    catalogues: lines.map((l) => l.details.catalogue ?? null),
    productGroups: lines.map((l) => l.productGroup),
    amount: requisitionId ? null : { amount: content.totalAmount, currency: content.currency },
  }
}

/** Tells two contents apart; what names the document alone (its payloadID, its parts' Content-IDs) is left out. */
export function hashOf(content: OrderContent): Buffer {
  const { reply, attachments, ...details } = content.details
  const attached = attachments?.map(({ contentId, ...attachment }) => attachment)
  // The cost centre may be what the user was known by that day; the document's own is in its lines' accounting.
  return sha256(JSON.stringify({ ...content, poVersion: null, costCentre: null, details: { ...details, attached } }))
}
