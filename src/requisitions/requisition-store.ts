// Keeps requisitions.
import type { Knex } from 'knex'
import type { Reach } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import { sha256 } from '../secrets.ts'
import { assertTransition } from '../state-machine.ts'
import { type Owner, ownedColumns, ownerRow, pageById, withinReach } from './owned-row.ts'
import { totalsOf } from './purchase-line.ts'
import {
  type Requisition,
  type RequisitionContent,
  type RequisitionState,
  requisitionTransitions,
} from './requisition.ts'

const COLUMNS = {
  ...ownedColumns,
  number: 't.number',
  state: 't.state',
  cartId: 't.cart_id',
  quoteId: 't.quote_id',
  currency: 't.currency',
  lines: 't.lines',
  netAmount: 't.net_amount',
  taxAmount: 't.tax_amount',
  totalAmount: 't.total_amount',
  shipTo: 't.ship_to',
  poNumber: 't.po_number',
  comments: 't.comments',
  message: 't.message',
  contentHash: 't.content_hash',
  submitKey: 't.submit_key',
  approvalId: 't.approval_id',
  submittedAt: 't.submitted_at',
  orderId: 't.order_id',
} as const

/** Tells two contents apart, for approvals: what is bought, for whom and to where. */
export const hashOfContent = ({ currency, lines, shipTo }: RequisitionContent): Buffer =>
  sha256(JSON.stringify([currency, lines, shipTo]))

const contentRow = (content: RequisitionContent) => {
  const totals = totalsOf(content.lines, content.currency)
  return {
    currency: content.currency,
    lines: JSON.stringify(content.lines),
    ship_to: content.shipTo && JSON.stringify(content.shipTo),
    po_number: content.poNumber,
    comments: content.comments,
    net_amount: totals.netAmount,
    tax_amount: totals.taxAmount,
    total_amount: totals.totalAmount,
    content_hash: hashOfContent(content),
  }
}

export async function insertRequisition(
  db: Db,
  given: Owner & RequisitionContent & { id: string; number: string; cartId: string | null; quoteId: string | null },
  at: Date,
): Promise<void> {
  const { id, number, cartId, quoteId } = given
  await db('requisitions').insert({
    ...{ id, number, state: 'draft', cart_id: cartId, quote_id: quoteId, created_at: at, updated_at: at },
    ...ownerRow(given),
    ...contentRow(given),
  })
}

export async function updateRequisitionContent(
  db: Db,
  id: string,
  content: RequisitionContent,
  at: Date,
): Promise<void> {
  await db('requisitions')
    .where({ id })
    .update({ ...contentRow(content), version: db.raw('version + 1'), updated_at: at })
}

/** Moves the locked requisition on. Throws HubError wrong_state where it may not. */
export async function moveRequisition(
  db: Db,
  requisition: Pick<Requisition, 'id' | 'state' | 'number'>,
  to: RequisitionState,
  also: Partial<Pick<Requisition, 'message' | 'approvalId' | 'orderId' | 'submitKey' | 'submittedAt' | 'poNumber'>>,
  at: Date,
): Promise<void> {
  if (requisition.state !== to)
    assertTransition<RequisitionState>(
      requisitionTransitions,
      requisition.state,
      to,
      `Requisition ${requisition.number}`,
    )
  await db('requisitions')
    .where({ id: requisition.id })
    .update({
      state: to,
      version: db.raw('version + 1'),
      updated_at: at,
      ...(also.message === undefined ? {} : { message: also.message }),
      ...(also.approvalId === undefined ? {} : { approval_id: also.approvalId }),
      ...(also.orderId === undefined ? {} : { order_id: also.orderId }),
      ...(also.submitKey === undefined ? {} : { submit_key: also.submitKey }),
      ...(also.submittedAt === undefined ? {} : { submitted_at: also.submittedAt }),
      ...(also.poNumber === undefined ? {} : { po_number: also.poNumber }),
    })
}

export interface RequisitionFilter {
  reach: Reach
  states?: readonly RequisitionState[] | undefined
  accountId?: string | undefined
  personId?: string | undefined
}

/** THE filter of requisitions, for list, read, count and export. */
export function visibleRequisitions(db: Db, filter: RequisitionFilter): Knex.QueryBuilder {
  const query = withinReach(db, 'requisitions', filter.reach)
  if (filter.states) query.whereIn('t.state', filter.states)
  if (filter.accountId) query.where('t.account_id', filter.accountId)
  if (filter.personId) query.where('t.person_id', filter.personId)
  return query
}

export async function listRequisitions(
  db: Db,
  filter: RequisitionFilter,
  page: { after?: string | undefined; limit: number },
): Promise<Requisition[]> {
  return pageById(visibleRequisitions(db, filter), page).select(COLUMNS)
}

export async function readRequisition(db: Db, reach: Reach, id: string): Promise<Requisition | undefined> {
  return visibleRequisitions(db, { reach }).where('t.id', id).select(COLUMNS).first()
}

/** Locks it: whoever submits, edits, withdraws or settles waits here. */
export async function lockRequisition(db: Db, id: string): Promise<Requisition | undefined> {
  return db('requisitions as t').select(COLUMNS).where('t.id', id).forUpdate().first()
}
