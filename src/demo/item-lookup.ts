// POST /demo/store/items: the hub asks for items when a buyer's system wants an answer and no shop (OCI VALIDATE,
// BACKGROUND_SEARCH, QUANTITYCHECK). Only the hub may ask: it shows a token it signed for this storefront.
import express, { type RequestHandler } from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { z } from 'zod'
import type { CartLine } from '../cart.ts'
import { linesOf, newEntry } from './cart-entries.ts'
import { findProduct, isQuantity, type Product, searchCatalogue } from './catalogue.ts'

const question = z.object({
  function: z.enum(['VALIDATE', 'BACKGROUND_SEARCH', 'QUANTITYCHECK']),
  productId: z.string().max(255).nullable(),
  quantity: z.string().max(30).nullable(),
  searchString: z.string().max(500).nullable(),
})
type Question = z.infer<typeof question>

const MOST_HITS = 50

/** Handlers of the look-up. `audience` is the storefront's client_id. */
export function itemLookup(hubUrl: string, audience: string): RequestHandler[] {
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined
  const onlyTheHub: RequestHandler = async (req, res, next) => {
    // Made at the first question: the hub may not listen yet when the demo is mounted.
    keys ??= createRemoteJWKSet(new URL(`${hubUrl}/.well-known/jwks.json`))
    const token = /^Bearer (\S+)$/i.exec(req.get('authorization') ?? '')?.[1] ?? ''
    const checked = await jwtVerify(token, keys, { audience, issuer: hubUrl, algorithms: ['ES256'] }).catch(() => null)
    if (checked) next()
    else res.status(401).json({ error: { code: 'unauthenticated', message: 'Only the hub may ask for items.' } })
  }
  const answer: RequestHandler = (req, res) => {
    const asked = question.safeParse(req.body)
    if (!asked.success) res.status(400).json({ error: { code: 'invalid', message: z.prettifyError(asked.error) } })
    else res.json({ items: itemsFor(asked.data) })
  }
  return [onlyTheHub, express.json({ limit: '64kb' }), answer]
}

/** The items that answer a question, none for a product we do not sell; QUANTITYCHECK says how many there are. */
export function itemsFor(asked: Question): CartLine[] {
  if (asked.function === 'BACKGROUND_SEARCH')
    return searchCatalogue(asked.searchString ?? '')
      .slice(0, MOST_HITS)
      .flatMap((product) => mainLine(product, '1'))
  const product = findProduct(asked.productId ?? '')
  if (!product) return []
  const quantity = asked.quantity && isQuantity(product, asked.quantity) ? asked.quantity : '1'
  return mainLine(product, asked.function === 'VALIDATE' ? quantity : product.stock)
}

function mainLine(product: Product, quantity: string): CartLine[] {
  return linesOf(newEntry(product, quantity, product.options?.[0]?.key ?? null)).slice(0, 1)
}
