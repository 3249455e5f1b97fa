// How the storefront serves a buyer without punchout: sign in, cart, requisition, budgets. Over HTTP, with the token of the buyer's session;
// only the lines of the cart go by the storefront's own client, for the buyer: prices are the storefront's to say.
import { z } from 'zod'
import { makeHubCall } from './hub-call.ts'

const tokenSchema = z.object({ token: z.string() })

const sessionSchema = z.object({
  person: z.object({ name: z.string(), email: z.string() }),
  account: z.object({ id: z.string(), name: z.string(), membershipId: z.string() }).nullable(),
  companies: z.array(z.object({ accountId: z.string(), name: z.string() })),
  permissions: z.array(z.string()),
})
export type MemberSession = z.infer<typeof sessionSchema>

const share = z.object({ costCentre: z.string().nullable(), project: z.string().nullable() })
const line = z.object({
  supplierPartId: z.string(),
  description: z.string(),
  quantity: z.string(),
  unit: z.string(),
  unitPrice: z.string().nullable(),
  priceUnit: z.string(),
  netAmount: z.string().nullable(),
  note: z.string().nullable(),
  shares: z.array(share),
  problem: z.string().nullable(),
})
export type MemberLine = z.infer<typeof line>

const address = z.object({
  addressId: z.string().optional(),
  name: z.string(),
  street: z.array(z.string()).optional(),
  postalCode: z.string().optional(),
  city: z.string().optional(),
})
export type ShipTo = z.infer<typeof address>

const content = {
  id: z.string(),
  version: z.int(),
  currency: z.string(),
  netAmount: z.string(),
  taxAmount: z.string(),
  totalAmount: z.string(),
  shipTo: address.nullable(),
  comments: z.string().nullable(),
  lines: z.array(line),
}
const cartSchema = z.object(content)
export type MemberCart = z.infer<typeof cartSchema>

const requisitionSummary = z.object({
  id: z.string(),
  number: z.string(),
  state: z.string(),
  currency: z.string(),
  netAmount: z.string(),
  createdAt: z.string(),
  orderId: z.string().nullable(),
})
export type RequisitionSummary = z.infer<typeof requisitionSummary>

const requisitionSchema = requisitionSummary.extend({
  ...content,
  cartId: z.string().nullable(),
  message: z.string().nullable(),
  poNumber: z.string().nullable(),
  approvalId: z.string().nullable(),
  events: z.array(z.object({ id: z.string(), kind: z.string(), at: z.string() })),
})
export type MemberRequisition = z.infer<typeof requisitionSchema>

const whySchema = z.object({
  rules: z.array(z.object({ rule: z.string(), matched: z.boolean(), effect: z.string(), why: z.string() })),
  steps: z.array(z.object({ name: z.string(), state: z.string(), deciders: z.array(z.object({ name: z.string() })) })),
})
export type Why = z.infer<typeof whySchema>

const coded = z.object({ code: z.string(), name: z.string().optional(), address: address.optional() })
const codes = z.object({ items: z.array(coded) })
/** What a cart may be charged to and sent to. */
export interface Choices {
  costCentres: z.infer<typeof coded>[]
  projects: z.infer<typeof coded>[]
  shipTos: z.infer<typeof coded>[]
}

const period = z.object({
  startsOn: z.string(),
  endsOn: z.string().nullable(),
  allocated: z.string(),
  reserved: z.string(),
  committed: z.string(),
  available: z.string(),
})
export type BudgetPeriod = z.infer<typeof period>
const budgetSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  code: z.string().nullable(),
  currency: z.string(),
  over: z.string(),
  periods: z.array(period),
})
export type Budget = z.infer<typeof budgetSchema>

const entrySchema = z.object({
  id: z.string(),
  kind: z.string(),
  currency: z.string(),
  allocated: z.string(),
  reserved: z.string(),
  committed: z.string(),
  spenderKind: z.string().nullable(),
  spenderId: z.string().nullable(),
  note: z.string().nullable(),
  at: z.string(),
})
export type BudgetEntry = z.infer<typeof entrySchema>

const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() })

/** A line as the storefront says it to the hub. */
export interface LineGiven {
  supplierPartId: string
  description: string
  quantity: string
  unit: string
  unitPrice: string
  priceUnit?: string | undefined
  taxAmount: string
  note?: string | undefined
  shares: { costCentre: string | null; project: string | null; percent: '100' }[]
}

/** Before somebody is signed in. Each call throws HubRefusal. */
export function makeDoor(hubUrl: string) {
  const hub = makeHubCall(hubUrl, null)
  return {
    signIn: async (given: { email: string; password: string; code?: string }) =>
      (await hub.post('/session', given, tokenSchema)).token,
  }
}

/** One signed-in buyer's calls. Each throws HubRefusal; 401 once their session has ended. */
export function makeMemberClient(hubUrl: string, shop: { id: string; secret: string }, token: string) {
  const hub = makeHubCall(hubUrl, { token })
  return {
    session: () => hub.get('/session', sessionSchema),
    choose: async (accountId: string) => (await hub.post('/session/company', { accountId }, tokenSchema)).token,
    signOut: () => hub.delete('/session'),
    openCart: () => hub.get('/open-cart', cartSchema),
    putLines: (membershipId: string, cart: MemberCart, lines: LineGiven[]) =>
      makeHubCall(hubUrl, { ...shop, membershipId }).patch(
        `/carts/${cart.id}`,
        { version: cart.version, lines },
        cartSchema,
      ),
    putDelivery: (cart: MemberCart, given: { shipTo: { addressId: string } | null; comments: string | null }) =>
      hub.patch(`/carts/${cart.id}`, { version: cart.version, ...given }, cartSchema),
    async choices(accountId: string): Promise<Choices> {
      const usable = async (what: string) =>
        (await hub.get(`/accounts/${encodeURIComponent(accountId)}/usable-${what}?mine=true`, codes)).items
      const [costCentres, projects, shipTos] = await Promise.all(['cost-centres', 'projects', 'ship-tos'].map(usable))
      return { costCentres: costCentres ?? [], projects: projects ?? [], shipTos: shipTos ?? [] }
    },
    draft: (cartId: string) => hub.post('/requisitions', { cartId }, requisitionSchema),
    submit: (id: string) => hub.post(`/requisitions/${encodeURIComponent(id)}/submit`, {}, requisitionSchema),
    withdraw: (id: string) => hub.post(`/requisitions/${encodeURIComponent(id)}/withdraw`, {}, requisitionSchema),
    takeBack: (openCartId: string, cartId: string) =>
      hub.post(`/carts/${openCartId}/lines`, { fromList: cartId }, cartSchema),
    requisition: (id: string) => hub.get(`/requisitions/${encodeURIComponent(id)}`, requisitionSchema),
    requisitions: (cursor: string) =>
      hub.get(`/requisitions?limit=20${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, pageOf(requisitionSummary)),
    why: (approvalId: string) => hub.get(`/approvals/${approvalId}/why`, whySchema),
    budgets: async () => (await hub.get('/budgets?status=active', pageOf(budgetSchema))).items,
    budget: (id: string) => hub.get(`/budgets/${encodeURIComponent(id)}`, budgetSchema),
    budgetEntries: async (id: string) =>
      (await hub.get(`/budget-entries?limit=30&budgetId=${encodeURIComponent(id)}`, pageOf(entrySchema))).items,
  }
}
export type MemberClient = ReturnType<typeof makeMemberClient>
