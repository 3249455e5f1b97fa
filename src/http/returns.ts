// Returns: asked for by the customer, decided by the seller, tracked by both.
import { z } from 'zod'
import { demand } from '../accounts/access.ts'
import { actorOf } from '../audit/record-audit.ts'
import { cartLineSchema } from '../cart.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { readOrder } from '../orders/order-history.ts'
import { memberOf } from '../requisitions/owned-row.ts'
import { listPurchaseEvents } from '../requisitions/purchase-event.ts'
import { advanceReturn, requestReturn } from '../returns/decide-return.ts'
import { type Return, type ReturnState, returnTransitions } from '../returns/return.ts'
import { listReturnLines, listReturns, readReturn } from '../returns/return-store.ts'
import { anyOf } from './list-query.ts'
import { eventShown, found, ownedShown, purchaseQuery, showEvent, showOwned, version } from './purchase-shapes.ts'
import { asPage, type Call, jsonRoute, pageOf, type Route } from './route.ts'

const TAG = 'Returns'
const states = Object.keys(returnTransitions) as [ReturnState, ...ReturnState[]]
const text = z.string().trim().min(1).max(1000)

const summary = z
  .object({
    ...ownedShown,
    number: z.string().meta({ example: 'RT-2026-2' }),
    state: z.enum(states),
    orderId: z.uuid(),
    reason: z.string(),
    message: z.string().nullable().describe('the seller’s words'),
    carrier: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    creditNoteId: z.uuid().nullable(),
    replacementOrderId: z.uuid().nullable(),
  })
  .meta({ id: 'ReturnSummary' })
const line = z.object({ lineNumber: z.int(), quantity: z.string(), reason: z.string().nullable() })
const returnShown = summary.extend({ lines: z.array(line), events: z.array(eventShown) }).meta({ id: 'Return' })

const showSummary = (r: Return) => ({
  ...showOwned(r),
  ...{ number: r.number, state: r.state, orderId: r.orderId, reason: r.reason, message: r.message, carrier: r.carrier },
  ...{ trackingNumber: r.trackingNumber, creditNoteId: r.creditNoteId, replacementOrderId: r.replacementOrderId },
})

type Caller = Pick<Call<unknown, unknown>, 'reach'>

async function showReturn(hub: Hub, { reach }: Caller, id: string) {
  const back = found(await readReturn(hub.db, reach, id), 'return')
  const events = (await listPurchaseEvents(hub.db, id)).map(showEvent)
  return { ...showSummary(back), lines: await listReturnLines(hub.db, id), events }
}

const moves = {
  approve: {
    to: 'approved',
    side: 'seller',
    summary: 'Approve a return (the seller)',
    also: { message: text.optional() },
  },
  reject: { to: 'rejected', side: 'seller', summary: 'Reject a return (the seller)', also: { message: text } },
  send: {
    ...{ to: 'sent', side: 'either', summary: 'Say that the goods are on their way back' },
    also: { carrier: text.optional(), trackingNumber: text.optional() },
  },
  receive: {
    to: 'received',
    side: 'seller',
    summary: 'Say that the goods are back (the seller)',
    also: { message: text.optional() },
  },
  credit: {
    to: 'credited',
    side: 'seller',
    summary: 'Tie the credit note to a return (the seller)',
    also: { creditNoteId: z.uuid() },
  },
  replace: {
    ...{ to: 'replaced', side: 'seller', summary: 'Tie the order that replaces the goods to a return (the seller)' },
    also: { replacementOrderId: z.uuid() },
  },
} as const

export const returnRoutes: Route[] = [
  jsonRoute({
    ...{ method: 'get', path: '/api/v1/returns', who: 'purchasing:read', may: 'order.view', tag: TAG },
    summary: 'List returns, newest first',
    query: purchaseQuery.extend({ state: anyOf(states).optional(), orderId: z.uuid().optional() }),
    answer: pageOf(summary),
    async handle(hub, { query, reach }) {
      const { limit, cursor, state, orderId } = query
      const rows = await listReturns(hub.db, { reach, states: state, orderId }, { after: cursor, limit: limit + 1 })
      return asPage(rows, limit, showSummary)
    },
  }),
  jsonRoute({
    ...{ method: 'get', path: '/api/v1/returns/:id', who: 'purchasing:read', may: 'order.view', tag: TAG },
    summary: 'Read a return',
    answer: returnShown,
    handle: (hub, call) => showReturn(hub, call, call.params.id as string),
  }),
  jsonRoute({
    ...{ method: 'post', path: '/api/v1/returns', who: 'person', may: 'return.request', tag: TAG, status: 201 },
    summary: 'Ask to send goods back: never more of a line than was shipped and is not back yet',
    body: z.strictObject({
      orderId: z.uuid(),
      reason: text,
      lines: z
        .array(
          z.strictObject({
            lineNumber: z.int().min(1),
            quantity: cartLineSchema.shape.quantity,
            reason: text.nullable().default(null),
          }),
        )
        .min(1)
        .max(1000)
        .refine((l) => new Set(l.map((x) => x.lineNumber)).size === l.length, 'a line is there twice'),
    }),
    answer: returnShown,
    async handle(hub, { access, body, reach }) {
      const owner = memberOf(access)
      const order = found(await readOrder(hub.db, demand(access, 'order.view'), body.orderId), 'order')
      const id = await hub.db.transaction((trx) =>
        requestReturn(trx, owner, { ...body, orderId: order.id }, actorOf(access), stampOf(hub)),
      )
      return showReturn(hub, { reach }, id)
    },
  }),
  ...(Object.keys(moves) as (keyof typeof moves)[]).map((name) => {
    const { to, side, summary: words, also } = moves[name]
    return jsonRoute({
      ...{
        method: 'post',
        path: `/api/v1/returns/:id/${name}`,
        who: 'purchasing:write',
        may: 'return.request',
        tag: TAG,
      },
      summary: words,
      body: z.strictObject({ version: version.optional(), ...(also as Record<string, z.ZodType>) }),
      answer: returnShown,
      async handle(hub, { reach, access, params, body }) {
        if (side === 'seller' && !reach.all) throw new HubError('forbidden', 'Only the seller does this.')
        const { id } = found(await readReturn(hub.db, reach, params.id as string), 'return')
        const { version: seen, ...more } = body as { version?: number } & Record<string, string>
        const given = { id, version: seen, to: to as ReturnState, also: more, actor: actorOf(access) }
        await hub.db.transaction((trx) => advanceReturn(trx, given, stampOf(hub)))
        return showReturn(hub, { reach }, id)
      },
    })
  }),
]
