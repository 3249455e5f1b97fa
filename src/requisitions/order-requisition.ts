// A requisition becomes an order of the channel web, once: its reservation follows it, and it goes to the ERP like any other.
import type { Actor } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { OrderContent, OrderLineContent } from '../orders/order.ts'
import { placeOrder } from '../orders/place-order.ts'
import { orderPolicySchema } from '../partners/partner.ts'
import { findCustomerOf } from './price-lines.ts'
import { nextNumber, recordPurchase } from './purchase-event.ts'
import type { PurchaseLine } from './purchase-line.ts'
import type { Requisition } from './requisition.ts'
import { moveRequisition } from './requisition-store.ts'

/** Places the order of the locked requisition, which is approved. Returns the order's id. */
export async function orderRequisition(db: Db, requisition: Requisition, actor: Actor, stamp: Stamp): Promise<string> {
  const { id, sellerId, accountId, personId, membershipId, placedBy } = requisition
  const poNumber = await poNumberOf(db, requisition, stamp)
  const person = await db('people').where({ id: personId }).first('name', 'email')
  const { order } = await placeOrder(
    db,
    {
      ...{
        sellerId,
        accountId,
        personId,
        membershipId,
        placedBy,
        requisitionId: id,
        partnerId: null,
        documentId: null,
      },
      ...(await findCustomerOf(db, sellerId, accountId)),
      // Its credit was judged already, by the account's policy.
      ...{ channel: 'web', mode: 'production', policy: orderPolicySchema.parse({ overCredit: 'warn' }) },
      content: contentOf(requisition, poNumber, person, stamp.at),
    },
    stamp,
  )
  await moveRequisition(db, requisition, 'ordered', { orderId: order.id, poNumber }, stamp.at)
  const detail = { orderId: order.id, poNumber, state: order.state }
  await recordPurchase(db, 'requisition', requisition, { kind: 'ordered', actor, detail }, stamp)
  return order.id
}

/** The buyer's own number, or R-2026-1, R-2026-2, ... of the account. */
async function poNumberOf(db: Db, { accountId, poNumber, sellerId }: Requisition, stamp: Stamp): Promise<string> {
  const year = stamp.at.getUTCFullYear()
  if (poNumber === null) return `R-${year}-${await nextNumber(db, accountId, 'order', year)}`
  const { rows } = await db.raw<{ rows: { unique: boolean }[] }>(
    `SELECT coalesce((account_terms(?)->'rules'->'value'->>'uniquePoNumbers')::boolean, false) AS unique`,
    [accountId],
  )
  if (!rows[0]?.unique) return poNumber
  await db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`po ${accountId} ${poNumber}`])
  const taken = await db('orders')
    .where({ seller_id: sellerId, account_id: accountId, po_number: poNumber })
    .first('id')
  if (taken) throw new HubError('conflict', `The purchase order number ${poNumber} was used before.`)
  return poNumber
}

function contentOf(
  requisition: Requisition,
  poNumber: string,
  person: { name: string; email: string } | undefined,
  at: Date,
): OrderContent {
  const { lines, shipTo, comments, currency } = requisition
  const only = (name: 'costCentre' | 'project') => {
    const codes = new Set(lines.flatMap((l) => (l.shares.length > 0 ? l.shares.map((s) => s[name]) : [null])))
    return codes.size === 1 ? ([...codes][0] ?? null) : null
  }
  return {
    ...{ poNumber, poVersion: null, kind: 'regular', orderedAt: at, requestedDate: null, currency },
    ...{ netAmount: requisition.netAmount, taxAmount: requisition.taxAmount, shippingAmount: null },
    ...{ totalAmount: requisition.totalAmount, costCentre: only('costCentre'), projectCode: only('project') },
    ...{ agreement: null, contactName: person?.name ?? null, contactEmail: person?.email ?? null, shipTo },
    details: { ...(comments ? { comments } : {}), requisitionId: requisition.number },
    lines: lines.map(orderLineOf),
  }
}

/** A line of a requisition, or of a guest, as an order has it. */
export function orderLineOf(l: PurchaseLine): OrderLineContent {
  const segment = (name: string, value: string | null) => (value === null ? [] : [{ name, value, description: null }])
  const accounting = l.shares.map((s, i) => ({
    name: `Split ${i + 1}`,
    segments: [...segment('CostCenter', s.costCentre), ...segment('Project', s.project)],
    amount: s.netAmount,
  }))
  return {
    ...{ lineNumber: l.lineNumber, parentLineNumber: null, supplierPartId: l.supplierPartId, auxiliaryId: null },
    ...{
      buyerPartId: null,
      description: l.description,
      productGroup: l.productGroup,
      quantity: l.quantity,
      unit: l.unit,
    },
    ...{ unitPrice: l.unitPrice ?? '0', priceUnit: l.priceUnit, netAmount: l.netAmount ?? '0' },
    requestedDate: l.requestedDate,
    details: {
      ...(accounting.length > 0 ? { accounting } : {}),
      ...(l.note ? { comments: l.note } : {}),
      ...(l.catalogue ? { catalogue: l.catalogue } : {}),
      ...(/[1-9]/.test(l.taxAmount) ? { taxAmount: l.taxAmount } : {}),
    },
  }
}
