// Prices of parts that the ERP has none for: the storefront is asked, by its item look-up. It calls out: never in a transaction.
import type { CartLine } from '../cart.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { type ItemQuestion, lookUpItems } from '../storefronts/look-up-items.ts'
import { findStorefront, findStorefrontClientId } from '../storefronts/storefront-store.ts'
import type { Owner } from './owned-row.ts'
import { priceLines } from './price-lines.ts'
import type { PurchaseLine } from './purchase-line.ts'

/** Questions at once. */
const AT_ONCE = 8

/** What the storefront says of the parts, by part number. */
export type Offers = ReadonlyMap<string, CartLine>

/** Asks about those lines nobody has a price for. A storefront that fails is asked no more: what it did not answer stays without a price. */
export async function askStorefront(
  hub: Pick<Hub, 'db' | 'tokens' | 'now'>,
  owner: Owner,
  currency: string,
  lines: readonly PurchaseLine[],
): Promise<Offers> {
  const offers = new Map<string, CartLine>()
  const { db } = hub
  const day = hub.now().toISOString().slice(0, 10)
  const priced = await priceLines(db, { ...owner, currency, day }, lines)
  const parts = [...new Map(priced.filter(isOpen).map((l) => [l.supplierPartId, l.quantity]))]
  const row = await db('storefronts')
    .where({ seller_id: owner.sellerId })
    .whereNotNull('item_lookup_url')
    .orderBy('id')
    .first('id')
  if (!row || parts.length === 0) return offers
  const storefront = await findStorefront(db, owner.sellerId, row.id)
  const audience = await findStorefrontClientId(db, row.id)
  if (!storefront || !audience) return offers
  const whose = await askedFor(hub, owner)
  for (let i = 0; i < parts.length; i += AT_ONCE) {
    const token = await hub.tokens.sign({ sub: owner.personId }, audience, 60, hub.now())
    const ask = async ([productId, quantity]: [string, string]) => {
      const items = await lookUpItems(storefront, token, { ...whose, function: 'VALIDATE', productId, quantity })
      const item = items.find((it) => it.supplierPartId === productId && it.unitPrice.currency === currency)
      if (item) offers.set(productId, item)
    }
    try {
      await Promise.all(parts.slice(i, i + AT_ONCE).map(ask))
    } catch (error) {
      if (error instanceof HubError && error.code === 'storefront_failed') return offers
      throw error
    }
  }
  return offers
}

/** No ERP price at all, as against a quantity that is too small for one. */
const isOpen = (line: PurchaseLine) => line.unitPrice === null && line.problem === 'No price is known for this part.'

async function askedFor(
  { db }: Pick<Hub, 'db'>,
  { accountId, personId }: Owner,
): Promise<Omit<ItemQuestion, 'function' | 'productId' | 'quantity'>> {
  const account = await db('accounts')
    .where({ id: accountId })
    .first('name', db.raw(`account_terms(id)->'customerNumber'->>'value' AS number`))
  const { email, name } = await db('people').where({ id: personId }).first('email', 'name')
  return {
    ...{ searchString: null, vendor: null, language: null, person: { id: personId, email, name } },
    company: { id: accountId, name: account.name, customerNumber: account.number },
  }
}

/** The lines with what the storefront said of them. Those that have a price keep it. */
export function withOffers(lines: readonly PurchaseLine[], offers: Offers): PurchaseLine[] {
  return lines.map((line) => {
    const offer = offers.get(line.supplierPartId)
    if (!offer || line.unitPrice !== null) return line
    return {
      ...line,
      description: line.description === line.supplierPartId ? offer.description : line.description,
      ...{ unit: offer.unitOfMeasure, unitPrice: offer.unitPrice.amount, priceUnit: offer.priceUnit ?? '1' },
      ...{ priceFrom: 'storefront', problem: null },
    }
  })
}
