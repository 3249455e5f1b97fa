// Quick order: a pasted list or CSV of part numbers and quantities becomes lines of a cart; what is wrong is said per line, and nothing is lost.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { Hub } from '../hub.ts'
import { DECIMAL } from '../money.ts'
import { askStorefront, type Offers, withOffers } from './ask-storefront.ts'
import { findCart, lockCart } from './cart-store.ts'
import { addToCart } from './change-cart.ts'
import { priceLines } from './price-lines.ts'
import { lineOf } from './purchase-line.ts'

export interface AskedLine {
  /** Of the text, from 1. */
  row: number
  text: string
  supplierPartId: string
  quantity: string
}

export interface LineError {
  row: number
  /** As it was given, to be corrected and given again. */
  text: string
  message: string
}

export interface QuickOrder {
  id: string
  cartId: string
  asked: AskedLine[]
  done: number
  total: number
  errors: LineError[]
  jobId: string | null
  finishedAt: Date | null
}

/** Reads `part;quantity` per line: parted by semicolon, comma, tab or blanks; cells may be quoted; without a quantity it is one. Pure. */
export function readList(text: string): { asked: AskedLine[]; errors: LineError[] } {
  const asked: AskedLine[] = []
  const errors: LineError[] = []
  for (const [i, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const given = raw.trim()
    if (given === '') continue
    const cells = cellsOf(given)
    const [part = '', quantity = '1'] = cells
    const row = i + 1
    // A heading has no digit where the quantity stands.
    if (asked.length + errors.length === 0 && cells.length > 1 && !/\d/.test(quantity)) continue
    const wrong =
      part === '' || part.length > 255
        ? 'There is no part number.'
        : !DECIMAL.test(quantity) || !/[1-9]/.test(quantity) || quantity.startsWith('-')
          ? `“${quantity.slice(0, 40)}” is no quantity.`
          : null
    if (wrong) errors.push({ row, text: given.slice(0, 500), message: wrong })
    else asked.push({ row, text: given.slice(0, 500), supplierPartId: part, quantity })
  }
  return { asked, errors }
}

function cellsOf(line: string): string[] {
  const separator = /[;\t]/.exec(line)?.[0] ?? (line.includes(',') ? ',' : null)
  if (separator === null) return line.split(/\s+/)
  const cells = line.match(new RegExp(`("(?:[^"]|"")*"|[^${separator}]*)(?:${separator}|$)`, 'g')) ?? []
  return cells.map((cell) =>
    cell
      .replace(new RegExp(`${separator}$`), '')
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"')
      .trim(),
  )
}

const COLUMNS = {
  id: 'id',
  cartId: 'cart_id',
  asked: 'asked',
  done: 'done',
  total: 'total',
  errors: 'errors',
  jobId: 'job_id',
  finishedAt: 'finished_at',
} as const

export async function insertQuickOrder(
  db: Db,
  given: {
    id: string
    sellerId: string
    membershipId: string
    cartId: string
    asked: AskedLine[]
    errors: LineError[]
  },
  at: Date,
): Promise<void> {
  const { id, asked, errors } = given
  await db('quick_orders').insert({
    ...{ id, seller_id: given.sellerId, membership_id: given.membershipId, cart_id: given.cartId, created_at: at },
    ...{ asked: JSON.stringify(asked), errors: JSON.stringify(errors), done: 0, total: asked.length },
  })
}

export async function findQuickOrder(
  db: Db,
  { sellerId, membershipId }: { sellerId: string; membershipId: string },
  id: string,
): Promise<QuickOrder | undefined> {
  return db('quick_orders').select(COLUMNS).where({ id, seller_id: sellerId, membership_id: membershipId }).first()
}

const asLines = (asked: readonly AskedLine[]) => asked.map((l, i) => lineOf({ ...l, shares: [] }, i + 1, false))

/** What the storefront says of the next `size` lines; before they are taken. */
export async function offersForQuickOrder(
  hub: Pick<Hub, 'db' | 'tokens' | 'now'>,
  id: string,
  size: number,
): Promise<Offers> {
  const order: QuickOrder | undefined = await hub.db('quick_orders').select(COLUMNS).where({ id }).first()
  const cart = order && (await findCart(hub.db, order.cartId))
  if (!order || !cart) return new Map()
  return askStorefront(hub, cart, cart.currency, asLines(order.asked.slice(order.done, order.done + size)))
}

/** Takes the next `size` lines of it into its cart, in the caller's transaction: run again, it goes on where it was. False = it is done. */
export async function fillFromQuickOrder(
  db: Db,
  id: string,
  size: number,
  offers: Offers,
  stamp: Stamp,
): Promise<QuickOrder | undefined> {
  const order: QuickOrder | undefined = await db('quick_orders').select(COLUMNS).where({ id }).forUpdate().first()
  if (!order || order.finishedAt) return undefined
  const cart = await lockCart(db, order.cartId)
  const part = order.asked.slice(order.done, order.done + size)
  const errors = [...order.errors]
  if (!cart || cart.state === 'ordered')
    errors.push(...part.map(({ row, text }) => ({ row, text, message: 'The cart was ordered meanwhile.' })))
  else {
    const lines = withOffers(asLines(part), offers)
    const priced = await priceLines(db, { ...cart, day: stamp.at.toISOString().slice(0, 10) }, lines)
    for (const [i, { problem }] of priced.entries())
      if (problem !== null) errors.push({ row: part[i]?.row ?? 0, text: part[i]?.text ?? '', message: problem })
    const good = priced.filter((l) => l.problem === null)
    if (good.length > 0) await addToCart(db, cart.id, good, stamp)
  }
  const done = order.done + part.length
  const finishedAt = done >= order.total ? stamp.at : null
  await db('quick_orders')
    .where({ id })
    .update({ done, errors: JSON.stringify(errors), finished_at: finishedAt })
  return { ...order, done, errors, finishedAt }
}
