// Quotes: asked for by members, answered by the seller, accepted into a requisition.
import { z } from 'zod'
import { demand } from '../accounts/access.ts'
import { actorOf } from '../audit/record-audit.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { acceptQuote, addMessage, answerQuote, endQuote, requestQuote } from '../quotes/decide-quote.ts'
import { type Quote, type QuoteState, quoteTransitions } from '../quotes/quote.ts'
import { listQuotes, readQuote } from '../quotes/quote-store.ts'
import { currencyOf, linesOf } from '../requisitions/change-cart.ts'
import { findShipTo } from '../requisitions/find-ship-to.ts'
import { memberOf } from '../requisitions/owned-row.ts'
import { listPurchaseEvents } from '../requisitions/purchase-event.ts'
import { lineInputSchema, purchaseLineSchema } from '../requisitions/purchase-line.ts'
import { anyOf } from './list-query.ts'
import {
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
import { requisitionShown, submitAndShow } from './requisitions.ts'
import { asPage, type Call, jsonRoute, pageOf, type Route } from './route.ts'

const TAG = 'Quotes'
const states = Object.keys(quoteTransitions) as [QuoteState, ...QuoteState[]]
const time = z.iso.datetime({ offset: true })

const summary = z
  .object({
    ...ownedShown,
    number: z.string().meta({ example: 'QU-2026-4' }),
    state: z.enum(states),
    currency: z.string(),
    expiresAt: z.iso.datetime().describe('until then an answer is wanted; once answered, until then the prices hold'),
    requisitionId: z.uuid().nullable(),
    comments: z.string().nullable(),
  })
  .meta({ id: 'QuoteSummary' })
const quoteShown = summary
  .extend({
    lines: z.array(purchaseLineSchema),
    offer: z.object({ lines: z.array(purchaseLineSchema), message: z.string().nullable() }).nullable(),
    events: z.array(eventShown),
  })
  .meta({ id: 'Quote' })

const showSummary = (q: Quote) => ({
  ...showOwned(q),
  ...{ number: q.number, state: q.state, currency: q.currency, expiresAt: q.expiresAt.toISOString() },
  ...{ requisitionId: q.requisitionId, comments: q.comments },
})

type Caller = Pick<Call<unknown, unknown>, 'reach' | 'params'>

const quoteOr404 = async (hub: Hub, { reach, params }: Caller) =>
  found(params.id ? await readQuote(hub.db, reach, params.id) : undefined, 'quote')

async function showQuote(hub: Hub, call: Pick<Caller, 'reach'>, id: string) {
  const quote = await quoteOr404(hub, { ...call, params: { id } })
  const events = (await listPurchaseEvents(hub.db, id)).map(showEvent)
  return { ...showSummary(quote), lines: quote.lines, offer: quote.offer, events }
}

const at = '/api/v1/quotes/:id'
const member = { who: 'purchasing:write', may: 'quote.request', tag: TAG } as const

/** Only the seller's people and programs say its prices. */
function assertSellers({ reach }: Pick<Caller, 'reach'>): void {
  if (!reach.all) throw new HubError('forbidden', 'Only the seller answers quotes.')
}

export const quoteRoutes: Route[] = [
  jsonRoute({
    ...{ method: 'get', path: '/api/v1/quotes', who: 'purchasing:read', may: 'quote.view', tag: TAG },
    summary: 'List quotes, newest first',
    query: purchaseQuery.extend({ state: anyOf(states).optional(), accountId: z.uuid().optional() }),
    answer: pageOf(summary),
    async handle(hub, { query, reach }) {
      const { limit, cursor, state, accountId } = query
      const rows = await listQuotes(hub.db, { reach, states: state, accountId }, { after: cursor, limit: limit + 1 })
      return asPage(rows, limit, showSummary)
    },
  }),
  jsonRoute({
    ...{ method: 'get', path: at, who: 'purchasing:read', may: 'quote.view', tag: TAG },
    summary: 'Read a quote with its messages',
    answer: quoteShown,
    handle: (hub, call) => showQuote(hub, call, call.params.id as string),
  }),
  jsonRoute({
    ...{ method: 'post', path: '/api/v1/quotes', who: 'person', may: 'quote.request', tag: TAG, status: 201 },
    summary: 'Ask for a quote',
    body: z.strictObject({
      lines: z.array(lineInputSchema).min(1).max(1000),
      expiresAt: time.describe('until when an answer is wanted'),
      comments: comments.nullable().default(null),
    }),
    answer: quoteShown,
    async handle(hub, { access, body, reach }) {
      const owner = memberOf(access)
      const lines = linesOf(body.lines, false)
      const id = await hub.db.transaction(async (trx) => {
        const currency = await currencyOf(trx, owner.accountId)
        const asked = { currency, lines, expiresAt: new Date(body.expiresAt), comments: body.comments }
        return requestQuote(trx, owner, asked, actorOf(access), stampOf(hub))
      })
      return showQuote(hub, { reach }, id)
    },
  }),
  jsonRoute({
    ...{ ...member, method: 'post', path: `${at}/answer` },
    summary: 'Answer a quote: prices, and until when they hold (the seller)',
    body: z.strictObject({
      version,
      lines: z.array(lineInputSchema).min(1).max(1000),
      validUntil: time,
      message: comments.nullable().default(null),
    }),
    answer: quoteShown,
    async handle(hub, call) {
      assertSellers(call)
      const { id } = await quoteOr404(hub, call)
      const { version: seen, lines, validUntil, message } = call.body
      const answer = { lines, validUntil: new Date(validUntil), message }
      const about = { id, version: seen, actor: actorOf(call.access) }
      await hub.db.transaction((trx) => answerQuote(trx, { ...about, ...answer }, stampOf(hub)))
      return showQuote(hub, call, id)
    },
  }),
  jsonRoute({
    ...{ method: 'post', path: `${at}/accept`, who: 'person', may: 'quote.accept', tag: TAG },
    summary: 'Accept a quote: it becomes a requisition with the quoted prices, which is submitted at once',
    description:
      'Restrictions, budgets and approval as of any requisition: what is against it leaves the quote as it was. Where a rule denies it the ' +
      'requisition is kept as a draft, with the words why.',
    body: z.strictObject({ version, shipTo: shipToGiven.optional(), poNumber: poNumber.optional() }),
    answer: requisitionShown,
    async handle(hub, call) {
      const quote = await quoteOr404(hub, call)
      const owner = memberOf(call.access)
      demand(call.access, 'order.place')
      const shipTo = (await findShipTo(hub.db, owner.accountId, call.body.shipTo)) ?? null
      const also = { shipTo, poNumber: call.body.poNumber ?? null }
      const about = { id: quote.id, version: call.body.version, actor: actorOf(call.access) }
      const placing = { ...call, reach: demand(call.access, 'order.place') }
      return submitAndShow(hub, placing, owner.accountId, async (trx) => ({
        id: await acceptQuote(trx, owner, { ...about, also }, stampOf(hub)),
      }))
    },
  }),
  ...(['decline', 'withdraw'] as const).map((action) =>
    jsonRoute({
      ...{ ...member, method: 'post', path: `${at}/${action}` },
      summary: action === 'decline' ? 'Decline a quote, either side' : 'Withdraw a quote that was asked for',
      body: z.strictObject({ version: version.optional(), reason: comments.nullable().default(null) }),
      answer: quoteShown,
      async handle(hub, call) {
        const { id } = await quoteOr404(hub, call)
        const to = action === 'decline' ? 'declined' : 'withdrawn'
        const about = {
          id,
          version: call.body.version,
          actor: actorOf(call.access),
          to,
          reason: call.body.reason,
        } as const
        await hub.db.transaction((trx) => endQuote(trx, about, stampOf(hub)))
        return showQuote(hub, call, id)
      },
    }),
  ),
  jsonRoute({
    ...{ ...member, method: 'post', path: `${at}/messages` },
    summary: 'Write a message to the other side',
    body: z.strictObject({ text: comments.min(1) }),
    answer: quoteShown,
    async handle(hub, call) {
      const { id } = await quoteOr404(hub, call)
      const about = { id, actor: actorOf(call.access), text: call.body.text }
      await hub.db.transaction((trx) => addMessage(trx, about, stampOf(hub)))
      return showQuote(hub, call, id)
    },
  }),
]
