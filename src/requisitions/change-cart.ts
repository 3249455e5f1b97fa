// What members do with their carts: open, fill, save, take up again, copy from an order list or from what was ordered before.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { addDecimals, compareDecimals } from '../money.ts'
import { listLines } from '../orders/order-store.ts'
import type { Cart, CartContent, CartState } from './cart.ts'
import { findOpenCart, insertCart, lockCart, updateCart } from './cart-store.ts'
import { assertVersion, type Owner } from './owned-row.ts'
import { priceLines } from './price-lines.ts'
import { type LineInput, lineOf, type PurchaseLine } from './purchase-line.ts'

/** The most lines of a cart. */
export const MAX_LINES = 10_000

const dayOf = (at: Date) => at.toISOString().slice(0, 10)

/** The currency an account buys in: its own, else that of the nearest account above, else EUR. */
export async function currencyOf(db: Db, accountId: string): Promise<string> {
  const { rows } = await db.raw<{ rows: { currency: string | null }[] }>(
    `SELECT account_terms(?)->'currency'->>'value' AS currency`,
    [accountId],
  )
  return rows[0]?.currency ?? 'EUR'
}

/** The member's open cart, made where there is none. */
export async function openCart(db: Db, owner: Owner, stamp: Stamp): Promise<Cart> {
  const known = await findOpenCart(db, owner.membershipId)
  if (known) return known
  await makeCart(db, owner, 'open', { name: 'Cart' }, stamp)
  return (await findOpenCart(db, owner.membershipId)) as Cart
}

/** Makes a cart or list. Its lines are priced. */
export async function makeCart(
  db: Db,
  owner: Owner,
  state: CartState,
  given: Partial<CartContent> & { name: string },
  stamp: Stamp,
): Promise<string> {
  const id = stamp.newId()
  const currency = given.currency ?? (await currencyOf(db, owner.accountId))
  const lines = await priced(db, owner, currency, given.lines ?? [], stamp.at)
  const content = { shared: false, shipTo: null, poNumber: null, comments: null, ...given, currency, lines }
  await insertCart(db, { ...owner, ...content, id, state }, stamp.at)
  return id
}

async function priced(db: Db, owner: Owner, currency: string, lines: readonly PurchaseLine[], at: Date) {
  if (lines.length > MAX_LINES) throw new HubError('too_large', `A cart has ${MAX_LINES} lines at most.`)
  const numbered = lines.map((line, i) => ({ ...line, lineNumber: i + 1 }))
  return priceLines(db, { ...owner, currency, day: dayOf(at) }, numbered)
}

/**
 * Changes a cart or list: all its lines where `lines` is given, its state by `state`. Throws HubError conflict on a stale version or
 * when another cart is open, wrong_state once it was ordered.
 */
export async function changeCart(
  db: Db,
  {
    id,
    version,
    change,
  }: { id: string; version?: number | undefined; change: Partial<CartContent> & { state?: CartState } },
  stamp: Stamp,
): Promise<void> {
  const cart = await lockUnordered(db, id)
  assertVersion(cart, version)
  if (change.state === 'open' && cart.state !== 'open' && (await findOpenCart(db, cart.membershipId)))
    throw new HubError('conflict', 'Another cart is open: save it first.')
  const currency = change.currency ?? cart.currency
  const lines = change.lines ?? (change.currency ? cart.lines : undefined)
  await updateCart(
    db,
    id,
    { ...change, ...(lines ? { lines: await priced(db, cart, currency, lines, stamp.at) } : {}) },
    stamp.at,
  )
}

/** Adds lines: what is in the cart already, under the same accounts and date, becomes more. */
export async function addToCart(db: Db, id: string, lines: readonly PurchaseLine[], stamp: Stamp): Promise<void> {
  const cart = await lockUnordered(db, id)
  const keyOf = (l: PurchaseLine) =>
    JSON.stringify([
      l.supplierPartId,
      l.unitPrice === null || l.priceFrom === 'contract' ? null : l.unitPrice,
      l.requestedDate,
      l.note,
      l.shares.map(({ netAmount, ...share }) => share),
    ])
  const byKey = new Map(cart.lines.map((line) => [keyOf(line), line]))
  for (const line of lines) {
    const known = byKey.get(keyOf(line))
    // Shares by amount are of one quantity: such a line stays by itself.
    if (known?.shares.every((s) => s.amount === undefined))
      byKey.set(keyOf(line), {
        ...known,
        quantity: addDecimals(known.quantity, line.quantity),
        taxAmount: addDecimals(known.taxAmount, line.taxAmount),
      })
    else byKey.set(known ? stamp.newId() : keyOf(line), line)
  }
  const merged = await priced(db, cart, cart.currency, [...byKey.values()], stamp.at)
  await updateCart(db, id, { lines: merged }, stamp.at)
}

async function lockUnordered(db: Db, id: string): Promise<Cart> {
  const cart = await lockCart(db, id)
  if (!cart) throw new HubError('not_found', 'There is no such cart.')
  if (cart.state === 'ordered') throw new HubError('wrong_state', 'This cart was ordered.')
  return cart
}

export const linesOf = (inputs: readonly LineInput[], prices: boolean): PurchaseLine[] =>
  inputs.map((input, i) => lineOf(input, i + 1, prices))

/** Lines of a past order as lines of a cart, at present prices; those that are no longer sold say so and stay out of an order. */
export async function linesOfOrder(db: Db, orderId: string): Promise<PurchaseLine[]> {
  const lines = await listLines(db, orderId)
  return lines
    .filter((l) => l.parentLineNumber === null && compareDecimals(l.quantity, '0') > 0)
    .map((l, i) => ({
      ...lineOf({ supplierPartId: l.supplierPartId, quantity: l.quantity, shares: [] }, i + 1, false),
      description: l.description,
      unit: l.unit,
      productGroup: l.productGroup,
    }))
}
