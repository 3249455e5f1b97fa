// Keeps carts and order lists.
import type { Knex } from 'knex'
import type { Access, Reach } from '../accounts/access.ts'
import type { Db } from '../database/database.ts'
import type { Cart, CartContent, CartState } from './cart.ts'
import { type Owner, ownedColumns, ownerRow, pageById, withinReach } from './owned-row.ts'

const COLUMNS = {
  ...ownedColumns,
  state: 't.state',
  name: 't.name',
  shared: 't.shared',
  currency: 't.currency',
  lines: 't.lines',
  shipTo: 't.ship_to',
  poNumber: 't.po_number',
  comments: 't.comments',
} as const

const rowOf = (content: Partial<CartContent>) => ({
  ...(content.name === undefined ? {} : { name: content.name }),
  ...(content.shared === undefined ? {} : { shared: content.shared }),
  ...(content.currency === undefined ? {} : { currency: content.currency }),
  ...(content.lines === undefined ? {} : { lines: JSON.stringify(content.lines) }),
  ...(content.shipTo === undefined ? {} : { ship_to: content.shipTo && JSON.stringify(content.shipTo) }),
  ...(content.poNumber === undefined ? {} : { po_number: content.poNumber }),
  ...(content.comments === undefined ? {} : { comments: content.comments }),
})

/** Inserts it. Nothing is returned where the member has an open cart already. */
export async function insertCart(
  db: Db,
  cart: Owner & CartContent & { id: string; state: CartState },
  at: Date,
): Promise<{ id: string }[]> {
  const { id, state } = cart
  return db('carts')
    .insert({ id, state, ...ownerRow(cart), ...rowOf(cart), created_at: at, updated_at: at })
    .onConflict(db.raw(`(membership_id) WHERE state = 'open'`))
    .ignore()
    .returning('id')
}

export async function updateCart(
  db: Db,
  id: string,
  change: Partial<CartContent> & { state?: CartState },
  at: Date,
): Promise<void> {
  await db('carts')
    .where({ id })
    .update({
      ...rowOf(change),
      ...(change.state ? { state: change.state } : {}),
      version: db.raw('version + 1'),
      updated_at: at,
    })
}

export async function deleteCart(db: Db, id: string): Promise<void> {
  await db('quick_orders').where({ cart_id: id }).delete()
  await db('carts').where({ id }).delete()
}

/** THE filter of carts and lists: those within reach, and what colleagues of the company share. */
export function visibleCarts(db: Db, reach: Reach, access: Access, states: readonly CartState[]): Knex.QueryBuilder {
  const query = db('carts as t').where('t.seller_id', reach.sellerId).whereIn('t.state', states)
  const { membership } = access
  query.where((any) => {
    any.whereIn('t.id', withinReach(db, 'carts', reach).select('t.id'))
    if (membership) any.orWhere({ 't.company_id': membership.companyId, 't.shared': true })
  })
  return query
}

export async function listCarts(query: Knex.QueryBuilder, page: { after?: string; limit: number }): Promise<Cart[]> {
  return pageById(query, page).select(COLUMNS)
}

export async function readCart(query: Knex.QueryBuilder, id: string): Promise<Cart | undefined> {
  return query.where('t.id', id).select(COLUMNS).first()
}

export async function findCart(db: Db, id: string): Promise<Cart | undefined> {
  return db('carts as t').select(COLUMNS).where('t.id', id).first()
}

export async function lockCart(db: Db, id: string): Promise<Cart | undefined> {
  return db('carts as t').select(COLUMNS).where('t.id', id).forUpdate().first()
}

export async function findOpenCart(db: Db, membershipId: string): Promise<Cart | undefined> {
  return db('carts as t').select(COLUMNS).where({ 't.membership_id': membershipId, 't.state': 'open' }).first()
}
