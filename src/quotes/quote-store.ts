// Keeps quotes.
import type { Knex } from 'knex'
import type { Reach } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import { type Owner, ownedColumns, ownerRow, pageById, withinReach } from '../requisitions/owned-row.ts'
import { assertTransition } from '../state-machine.ts'
import { type Offer, type Quote, type QuoteState, quoteTransitions } from './quote.ts'

const COLUMNS = {
  ...ownedColumns,
  number: 't.number',
  state: 't.state',
  currency: 't.currency',
  lines: 't.lines',
  offer: 't.offer',
  expiresAt: 't.expires_at',
  comments: 't.comments',
  requisitionId: 't.requisition_id',
} as const

export async function insertQuote(
  db: Db,
  quote: Owner & Pick<Quote, 'id' | 'number' | 'currency' | 'lines' | 'expiresAt' | 'comments'>,
  at: Date,
): Promise<void> {
  const { id, number, currency, comments } = quote
  await db('quotes').insert({
    ...{ id, number, currency, comments, state: 'requested', expires_at: quote.expiresAt },
    ...ownerRow(quote),
    lines: JSON.stringify(quote.lines),
    created_at: at,
    updated_at: at,
  })
}

/** Moves the locked quote on. Throws HubError wrong_state where it may not. */
export async function moveQuote(
  db: Db,
  quote: Quote,
  to: QuoteState,
  also: { offer?: Offer; expiresAt?: Date; requisitionId?: string },
  at: Date,
): Promise<void> {
  assertTransition<QuoteState>(quoteTransitions, quote.state, to, `Quote ${quote.number}`)
  await db('quotes')
    .where({ id: quote.id })
    .update({
      ...{ state: to, version: db.raw('version + 1'), updated_at: at },
      ...(also.offer ? { offer: JSON.stringify(also.offer) } : {}),
      ...(also.expiresAt ? { expires_at: also.expiresAt } : {}),
      ...(also.requisitionId ? { requisition_id: also.requisitionId } : {}),
    })
}

export interface QuoteFilter {
  reach: Reach
  states?: readonly QuoteState[] | undefined
  accountId?: string | undefined
}

/** THE filter of quotes. */
export function visibleQuotes(db: Db, { reach, states, accountId }: QuoteFilter): Knex.QueryBuilder {
  const query = withinReach(db, 'quotes', reach)
  if (states) query.whereIn('t.state', states)
  if (accountId) query.where('t.account_id', accountId)
  return query
}

export async function listQuotes(
  db: Db,
  filter: QuoteFilter,
  page: { after?: string | undefined; limit: number },
): Promise<Quote[]> {
  return pageById(visibleQuotes(db, filter), page).select(COLUMNS)
}

export async function readQuote(db: Db, reach: Reach, id: string): Promise<Quote | undefined> {
  return visibleQuotes(db, { reach }).where('t.id', id).select(COLUMNS).first()
}

export async function lockQuote(db: Db, id: string): Promise<Quote | undefined> {
  return db('quotes as t').select(COLUMNS).where('t.id', id).forUpdate().first()
}

/** Open quotes whose time is over, up to `limit`, locked; those that another decides about are left. */
export async function lockDueQuotes(db: Db, at: Date, limit: number): Promise<Quote[]> {
  return db('quotes as t')
    .select(COLUMNS)
    .whereIn('t.state', ['requested', 'answered'])
    .where('t.expires_at', '<=', at)
    .orderBy('t.expires_at')
    .limit(limit)
    .forUpdate()
    .skipLocked()
}
