// Requisitions: made of a cart, submitted, edited, withdrawn; what comes of them and why.
import { z } from 'zod'
import { actorOf } from '../audit/record-audit.ts'
import { addressSchema } from '../cart.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { readCart, visibleCarts } from '../requisitions/cart-store.ts'
import { linesOf } from '../requisitions/change-cart.ts'
import { findShipTo } from '../requisitions/find-ship-to.ts'
import { memberOf } from '../requisitions/owned-row.ts'
import { listPurchaseEvents } from '../requisitions/purchase-event.ts'
import { lineInputSchema, purchaseLineSchema } from '../requisitions/purchase-line.ts'
import { type Requisition, type RequisitionState, requisitionTransitions } from '../requisitions/requisition.ts'
import { listRequisitions, readRequisition } from '../requisitions/requisition-store.ts'
import {
  editRequisition,
  requisitionCart,
  type Submitted,
  submitRequisition,
  withdrawRequisition,
} from '../requisitions/submit-requisition.ts'
import { saysPrices } from './carts.ts'
import type { Columns } from './csv.ts'
import { anyOf } from './list-query.ts'
import {
  byOf,
  comments,
  eventShown,
  found,
  ownedShown,
  poNumber,
  purchaseQuery,
  shipToGiven,
  showEvent,
  showOwned,
  version,
} from './purchase-shapes.ts'
import { asPage, type Call, jsonRoute, pageOf, type Route } from './route.ts'
import { withCsv } from './with-csv.ts'

const TAG = 'Requisitions'
const states = Object.keys(requisitionTransitions) as [RequisitionState, ...RequisitionState[]]

const filter = {
  state: anyOf(states)
    .optional()
    .describe(`one or more of ${states.join(', ')}, with commas`),
  accountId: z.uuid().optional(),
  personId: z.uuid().optional().describe('who asked'),
}
const listed = purchaseQuery.extend(filter)
const exported = z.strictObject(filter)

const summary = z
  .object({
    ...ownedShown,
    number: z.string().meta({ example: 'RQ-2026-17' }),
    state: z.enum(states),
    quoteId: z.uuid().nullable(),
    currency: z.string(),
    netAmount: z.string(),
    taxAmount: z.string(),
    totalAmount: z.string(),
    poNumber: z.string().nullable(),
    message: z.string().nullable().describe('for the requester: why it came back, or what to mind'),
    approvalId: z.uuid().nullable().describe('who decides, and why: /api/v1/approvals/{id}'),
    submittedAt: z.iso.datetime().nullable(),
    orderId: z.uuid().nullable(),
  })
  .meta({ id: 'RequisitionSummary' })

export const requisitionShown = summary
  .extend({
    cartId: z.uuid().nullable(),
    shipTo: addressSchema.nullable(),
    comments: z.string().nullable(),
    lines: z.array(purchaseLineSchema),
    events: z.array(eventShown),
  })
  .meta({ id: 'Requisition' })

const showSummary = (r: Requisition) => ({
  ...showOwned(r),
  ...{ number: r.number, state: r.state, quoteId: r.quoteId, currency: r.currency, netAmount: r.netAmount },
  ...{ taxAmount: r.taxAmount, totalAmount: r.totalAmount, poNumber: r.poNumber, message: r.message },
  ...{ approvalId: r.approvalId, submittedAt: r.submittedAt?.toISOString() ?? null, orderId: r.orderId },
})

type Caller = Pick<Call<unknown, unknown>, 'access' | 'reach'>

const requisitionOr404 = async (hub: Hub, { reach }: Pick<Caller, 'reach'>, id: string | undefined) =>
  found(id ? await readRequisition(hub.db, reach, id) : undefined, 'requisition')

export async function showRequisition(hub: Hub, caller: Pick<Caller, 'reach'>, id: string) {
  const requisition = await requisitionOr404(hub, caller, id)
  const { cartId, shipTo, comments: text, lines } = requisition
  const events = (await listPurchaseEvents(hub.db, id)).map(showEvent)
  return { ...showSummary(requisition), cartId, shipTo, comments: text, lines, events }
}

const keyOf = ({ req }: Pick<Call<unknown, unknown>, 'req'>): string | null => {
  const key = req.get('idempotency-key') ?? null
  if (key !== null && (key === '' || key.length > 200))
    throw new HubError('invalid_input', 'Idempotency-Key: has 1 to 200 characters.')
  return key
}

/**
 * Submits what `find` answers with, in one transaction with it, and answers how it stands. Throws HubError conflict after the new prices
 * were kept, where prices have changed, and restricted after the record was kept, where a rule denies it.
 */
export async function submitAndShow(
  hub: Hub,
  call: Caller & Pick<Call<unknown, unknown>, 'req'>,
  accountId: string,
  find: (trx: Db) => Promise<{ id: string; version?: number | undefined }>,
) {
  const key = keyOf(call)
  const by = await byOf(hub.db, call.access, accountId)
  const { id, submitted } = await hub.db.transaction(async (trx) => {
    const given = await find(trx)
    return { id: given.id, submitted: await submitRequisition(trx, { ...given, key, by }, stampOf(hub)) }
  })
  if (submitted.outcome === 'prices-changed')
    throw new HubError('conflict', 'Prices have changed. It has the new ones now: look at it, and submit it again.', {
      details: submitted.changed,
    })
  assertNotDenied(submitted)
  return showRequisition(hub, call, id)
}

function assertNotDenied(submitted: { outcome: 'edited' } | Submitted): void {
  if (submitted.outcome !== 'denied') return
  const { why, approvalId } = submitted
  throw new HubError('restricted', why.denials.join(' '), { details: { ...why, approvalId } })
}

const columns: Columns<Requisition> = {
  Number: (r) => r.number,
  State: (r) => r.state,
  'PO number': (r) => r.poNumber,
  Currency: (r) => r.currency,
  Net: (r) => r.netAmount,
  Tax: (r) => r.taxAmount,
  Total: (r) => r.totalAmount,
  Lines: (r) => r.lines.length,
  'Person id': (r) => r.personId,
  'Account id': (r) => r.accountId,
  Submitted: (r) => r.submittedAt,
  'Order id': (r) => r.orderId,
  Message: (r) => r.message,
  Id: (r) => r.id,
}

export const requisitionRoutes: Route[] = [
  ...withCsv(
    jsonRoute({
      ...{ method: 'get', path: '/api/v1/requisitions', who: 'purchasing:read', may: 'order.view', tag: TAG },
      summary: 'List requisitions, newest first',
      query: listed,
      answer: pageOf(summary),
      async handle(hub, { query, reach }) {
        const { limit, cursor, state, ...more } = query
        const rows = await listRequisitions(
          hub.db,
          { reach, states: state, ...more },
          { after: cursor, limit: limit + 1 },
        )
        return asPage(rows, limit, showSummary)
      },
    }),
    {
      ...{ name: 'requisitions', query: exported, columns },
      async *rows(hub, { state, ...more }, reach) {
        let after: string | undefined
        do {
          const rows = await listRequisitions(hub.db, { reach, states: state, ...more }, { after, limit: 500 })
          if (rows.length > 0) yield rows
          after = rows.length === 500 ? rows.at(-1)?.id : undefined
        } while (after)
      },
    },
  ),
  jsonRoute({
    ...{ method: 'get', path: '/api/v1/requisitions/:id', who: 'purchasing:read', may: 'order.view', tag: TAG },
    summary: 'Read a requisition with its lines and its history',
    answer: requisitionShown,
    handle: (hub, call) => showRequisition(hub, call, call.params.id as string),
  }),
  jsonRoute({
    ...{ method: 'post', path: '/api/v1/requisitions', who: 'person', may: 'order.place', tag: TAG, status: 201 },
    summary: 'Make a requisition of a cart or an order list',
    description: 'It is a draft until it is submitted. The cart is ordered with it; an order list stays.',
    body: z.strictObject({ cartId: z.uuid() }),
    answer: requisitionShown,
    async handle(hub, call) {
      const owner = memberOf(call.access)
      const carts = visibleCarts(hub.db, call.reach, call.access, ['open', 'saved', 'list', 'ordered'])
      const cart = found(await readCart(carts, call.body.cartId), 'cart')
      const id = await hub.db.transaction((trx) =>
        requisitionCart(trx, owner, cart.id, actorOf(call.access), stampOf(hub)),
      )
      return showRequisition(hub, call, id)
    },
  }),
  jsonRoute({
    ...{
      method: 'post',
      path: '/api/v1/requisitions/:id/submit',
      who: 'purchasing:write',
      may: 'order.place',
      tag: TAG,
    },
    summary: 'Submit a requisition',
    description:
      'Checks the requester, restrictions, prices and credit, reserves the money in every budget it falls on, and asks for approval: ' +
      'all or nothing. Where a rule denies it, 422 with the words, and the approval’s “why” stays. Where nobody has to agree it is an order at once. Say `Idempotency-Key`: the same key again changes nothing.',
    body: z.strictObject({ version: version.optional() }),
    answer: requisitionShown,
    async handle(hub, call) {
      const { id, accountId } = await requisitionOr404(hub, call, call.params.id)
      return submitAndShow(hub, call, accountId, async () => ({ id, version: call.body.version }))
    },
  }),
  jsonRoute({
    ...{ method: 'patch', path: '/api/v1/requisitions/:id', who: 'purchasing:write', may: 'order.edit', tag: TAG },
    summary: 'Change a requisition that is not decided yet',
    description: 'While it is pending, a change beyond the account’s tolerance voids what was approved and asks anew.',
    body: z.strictObject({
      version,
      lines: z.array(lineInputSchema).min(1).max(10_000).optional(),
      shipTo: shipToGiven.nullable().optional(),
      poNumber: poNumber.nullable().optional(),
      comments: comments.nullable().optional(),
    }),
    answer: requisitionShown,
    async handle(hub, call) {
      const { id, accountId } = await requisitionOr404(hub, call, call.params.id)
      const { version: seen, lines, shipTo, ...texts } = call.body
      const change = {
        ...(lines ? { lines: linesOf(lines, saysPrices(call)) } : {}),
        ...(shipTo === undefined ? {} : { shipTo: (await findShipTo(hub.db, accountId, shipTo)) ?? null }),
        ...(texts.poNumber === undefined ? {} : { poNumber: texts.poNumber }),
        ...(texts.comments === undefined ? {} : { comments: texts.comments }),
      }
      const by = await byOf(hub.db, call.access, accountId)
      assertNotDenied(
        await hub.db.transaction((trx) => editRequisition(trx, { id, version: seen, change, by }, stampOf(hub))),
      )
      return showRequisition(hub, call, id)
    },
  }),
  jsonRoute({
    ...{
      method: 'post',
      path: '/api/v1/requisitions/:id/withdraw',
      who: 'purchasing:write',
      may: 'order.edit',
      tag: TAG,
    },
    summary: 'Withdraw a requisition that is not decided yet',
    body: z.strictObject({
      version: version.optional(),
      reason: z.string().trim().min(1).max(1000).default('withdrawn'),
    }),
    answer: requisitionShown,
    async handle(hub, call) {
      const { id } = await requisitionOr404(hub, call, call.params.id)
      const { version: seen, reason } = call.body
      const actor = actorOf(call.access)
      await hub.db.transaction((trx) => withdrawRequisition(trx, { id, version: seen, reason, actor }, stampOf(hub)))
      return showRequisition(hub, call, id)
    },
  }),
]
