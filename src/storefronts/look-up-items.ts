// Asks the storefront for items: OCI functions that answer without showing a shop. One of the few places that call out.
import { z } from 'zod'
import { type CartLine, cartLineSchema } from '../cart.ts'
import { HubError } from '../errors.ts'
import type { Storefront } from './storefront.ts'

export interface ItemQuestion {
  function: 'VALIDATE' | 'BACKGROUND_SEARCH' | 'QUANTITYCHECK'
  productId: string | null
  quantity: string | null
  searchString: string | null
  vendor: string | null
  language: string | null
  company: { id: string; name: string; customerNumber: string | null }
  person: { id: string; email: string; name: string }
}

const answer = z.object({ items: z.array(cartLineSchema).max(1000) })

const TIMEOUT_MS = 15_000
const MAX_CHARACTERS = 8_000_000

/**
 * Posts the question to the storefront's item look-up, with a token of the hub it can check. Throws HubError storefront_failed,
 * saying what was wrong with the answer.
 */
export async function lookUpItems(storefront: Storefront, token: string, question: ItemQuestion): Promise<CartLine[]> {
  const failed = (what: string, cause?: unknown) =>
    new HubError('storefront_failed', `The storefront’s item look-up ${what}.`, { cause })
  if (!storefront.itemLookupUrl) throw failed('is not set up')
  const text = await fetch(storefront.itemLookupUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify(question),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).then(
    async (res) => {
      if (!res.ok) throw failed(`answered ${res.status}`)
      return res.text()
    },
    (cause) => {
      throw failed('does not answer', cause)
    },
  )
  if (text.length > MAX_CHARACTERS) throw failed('answered too much')
  try {
    return answer.parse(JSON.parse(text)).items
  } catch (cause) {
    throw failed('did not answer with items as agreed', cause)
  }
}
