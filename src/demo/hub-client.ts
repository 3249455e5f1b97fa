// How the storefront talks to the hub: exchange the code, check and return the cart. Over HTTP, by the storefront's client.
import { z } from 'zod'
import { type Cart, cartLineSchema } from '../cart.ts'
import { makeHubCall } from './hub-call.ts'

const editLine = z.object({
  lineNumber: z.int(),
  quantity: z.string(),
  supplierPartId: z.string(),
  supplierPartAuxiliaryId: z.string().nullable(),
  origin: z.enum(['current', 'stale', 'unknown']),
  why: z.string(),
  line: cartLineSchema.nullable(),
})
export type EditLine = z.infer<typeof editLine>

/** What the storefront uses of the session; the hub says more. */
const sessionSchema = z.object({
  id: z.string(),
  protocol: z.enum(['cxml', 'oci']),
  mode: z.enum(['test', 'production']),
  operation: z.enum(['create', 'edit', 'inspect', 'source']),
  partner: z.object({ name: z.string() }),
  company: z.object({ id: z.string(), name: z.string(), customerNumber: z.string().nullable() }),
  person: z.object({ email: z.string(), name: z.string() }),
  costCentre: z.string().nullable(),
  asked: z.object({
    function: z.string().nullable(),
    productId: z.string().nullable(),
    quantity: z.string().nullable(),
    searchString: z.string().nullable(),
    selectedItems: z.array(z.object({ supplierPartId: z.string() })),
  }),
  cart: z.object({ lines: z.array(editLine) }).nullable(),
  frameAncestors: z.array(z.string()),
  expiresAt: z.string(),
})
export type HubSession = z.infer<typeof sessionSchema>

const warningSchema = z.object({
  code: z.string(),
  line: z.int().optional(),
  field: z.string(),
  message: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
})
export type Warning = z.infer<typeof warningSchema>

const answerSchema = z.object({ continueUrl: z.url().nullable(), warnings: z.array(warningSchema) })
export type CartAnswer = z.infer<typeof answerSchema>

export interface HubClient {
  exchange(code: string): Promise<HubSession>
  /** Says what the buyer's system would change; nothing is returned yet. */
  check(sessionId: string, cart: Cart): Promise<CartAnswer>
  /** `emptied`: the cart is empty on purpose. */
  giveBack(sessionId: string, cart: Cart & { emptied?: boolean }): Promise<CartAnswer>
  cancel(sessionId: string): Promise<CartAnswer>
}

/** Each call throws HubRefusal where the hub refuses or does not answer. */
export function makeHubClient(hubUrl: string, client: { id: string; secret: string }): HubClient {
  const { post } = makeHubCall(hubUrl, client)
  const cartOf = (id: string) => `/punchout/sessions/${encodeURIComponent(id)}/cart`
  return {
    exchange: (code) => post('/punchout/exchange', { code }, sessionSchema),
    check: (id, cart) => post(`${cartOf(id)}?check=true`, cart, answerSchema),
    giveBack: (id, cart) => post(cartOf(id), cart, answerSchema),
    cancel: (id) => post(cartOf(id), { cancel: true }, answerSchema),
  }
}
