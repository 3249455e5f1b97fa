// A quote is asked for, answered, accepted (which makes a requisition of its prices), declined, withdrawn, or runs out.
import type { Actor } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { assertVersion, type Owner } from '../requisitions/owned-row.ts'
import { nextNumber, recordPurchase } from '../requisitions/purchase-event.ts'
import { type LineInput, lineOf, type PurchaseLine, withAmounts } from '../requisitions/purchase-line.ts'
import type { RequisitionContent } from '../requisitions/requisition.ts'
import { draftRequisition } from '../requisitions/submit-requisition.ts'
import type { Quote } from './quote.ts'
import { insertQuote, lockDueQuotes, lockQuote, moveQuote } from './quote-store.ts'

/** Returns the quote's id. `expiresAt`: until when an answer is wanted. */
export async function requestQuote(
  db: Db,
  owner: Owner,
  asked: { currency: string; lines: PurchaseLine[]; expiresAt: Date; comments: string | null },
  actor: Actor,
  stamp: Stamp,
): Promise<string> {
  if (asked.expiresAt <= stamp.at) throw new HubError('invalid_input', 'expiresAt: is past.')
  const id = stamp.newId()
  const year = stamp.at.getUTCFullYear()
  const number = `QU-${year}-${await nextNumber(db, owner.sellerId, 'quote', year)}`
  await insertQuote(db, { ...owner, ...asked, id, number }, stamp.at)
  const event = { kind: 'requested', actor, detail: { lines: asked.lines.length }, webhook: 'quote.requested' } as const
  await recordPurchase(db, 'quote', { ...owner, id, number }, event, stamp)
  return id
}

interface About {
  id: string
  version?: number | undefined
  actor: Actor
}

async function lockOpen(db: Db, { id, version }: About, at: Date): Promise<Quote> {
  const quote = await lockQuote(db, id)
  if (!quote) throw new HubError('not_found', 'There is no such quote.')
  assertVersion(quote, version)
  if (quote.expiresAt <= at && (quote.state === 'requested' || quote.state === 'answered'))
    throw new HubError('wrong_state', `Quote ${quote.number} ran out on ${quote.expiresAt.toISOString()}.`)
  return quote
}

/** The seller's answer: lines with prices, which hold until `validUntil`. It may be given again, better. */
export async function answerQuote(
  db: Db,
  {
    lines,
    validUntil,
    message,
    ...about
  }: About & { lines: readonly LineInput[]; validUntil: Date; message: string | null },
  stamp: Stamp,
): Promise<void> {
  const quote = await lockOpen(db, about, stamp.at)
  if (validUntil <= stamp.at) throw new HubError('invalid_input', 'validUntil: is past.')
  const offered = lines.map((input, i): PurchaseLine => {
    const asked = quote.lines.find((l) => l.supplierPartId === input.supplierPartId)
    const line = lineOf(input, i + 1, true)
    const shares = line.shares.length > 0 ? line.shares : (asked?.shares ?? [])
    const description = input.description ?? asked?.description ?? line.description
    return withAmounts({ ...line, shares, description, priceFrom: 'quote' }, quote.currency)
  })
  const unpriced = offered.filter((l) => l.unitPrice === null)
  if (unpriced.length > 0)
    throw new HubError('invalid_input', `Line ${unpriced.map((l) => l.lineNumber).join(', ')} has no unitPrice.`)
  await moveQuote(db, quote, 'answered', { offer: { lines: offered, message }, expiresAt: validUntil }, stamp.at)
  const detail = { message, validUntil: validUntil.toISOString() }
  await recordPurchase(
    db,
    'quote',
    quote,
    { kind: 'answered', actor: about.actor, detail, webhook: 'quote.answered' },
    stamp,
  )
}

/** Accepts: a requisition with the quoted prices, a draft still. Returns its id. */
export async function acceptQuote(
  db: Db,
  owner: Owner,
  { also, ...about }: About & { also: Pick<RequisitionContent, 'shipTo' | 'poNumber'> },
  stamp: Stamp,
): Promise<string> {
  const quote = await lockOpen(db, about, stamp.at)
  if (quote.state !== 'answered' || !quote.offer)
    throw new HubError('wrong_state', `Quote ${quote.number} is ${quote.state}: only an answered one is accepted.`)
  const content = { currency: quote.currency, lines: quote.offer.lines, comments: quote.comments, ...also }
  const requisitionId = await draftRequisition(db, owner, content, { quoteId: quote.id }, about.actor, stamp)
  await moveQuote(db, quote, 'accepted', { requisitionId }, stamp.at)
  const event = { kind: 'accepted', actor: about.actor, detail: { requisitionId }, webhook: 'quote.accepted' } as const
  await recordPurchase(db, 'quote', quote, event, stamp)
  return requisitionId
}

/** Either side says no (`declined`), or the customer takes it back (`withdrawn`). */
export async function endQuote(
  db: Db,
  { to, reason, ...about }: About & { to: 'declined' | 'withdrawn'; reason: string | null },
  stamp: Stamp,
): Promise<void> {
  const quote = await lockOpen(db, about, stamp.at)
  await moveQuote(db, quote, to, {}, stamp.at)
  const webhook = to === 'declined' ? ({ webhook: 'quote.declined' } as const) : {}
  await recordPurchase(db, 'quote', quote, { kind: to, actor: about.actor, detail: { reason }, ...webhook }, stamp)
}

/** A message of either side, kept in its history. */
export async function addMessage(db: Db, { text, ...about }: About & { text: string }, stamp: Stamp): Promise<void> {
  const quote = await lockQuote(db, about.id)
  if (!quote) throw new HubError('not_found', 'There is no such quote.')
  await recordPurchase(db, 'quote', quote, { kind: 'message', actor: about.actor, detail: { text } }, stamp)
}

/** Ends those whose time is over, up to `limit`. Returns how many. */
export async function expireQuotes(db: Db, limit: number, stamp: Stamp): Promise<number> {
  const due = await lockDueQuotes(db, stamp.at, limit)
  for (const quote of due) {
    await moveQuote(db, quote, 'expired', {}, stamp.at)
    const event = { kind: 'expired', actor: { hub: 'quotes' }, webhook: 'quote.expired' } as const
    await recordPurchase(db, 'quote', quote, event, stamp)
  }
  return due.length
}
