// Carts and order lists of members: the same thing under two addresses, for an order list is a cart that stays.
import { z } from 'zod'
import { demand } from '../accounts/access.ts'
import type { Permission } from '../accounts/permission.ts'
import { addressSchema } from '../cart.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { readOrder } from '../orders/order-history.ts'
import { askStorefront, withOffers } from '../requisitions/ask-storefront.ts'
import type { Cart, CartContent, CartState } from '../requisitions/cart.ts'
import { deleteCart, listCarts, lockCart, readCart, visibleCarts } from '../requisitions/cart-store.ts'
import {
  addToCart,
  changeCart,
  currencyOf,
  linesOf,
  linesOfOrder,
  makeCart,
  openCart,
} from '../requisitions/change-cart.ts'
import { findLineViolations } from '../requisitions/check-purchase.ts'
import { findShipTo } from '../requisitions/find-ship-to.ts'
import { memberOf, type Owner } from '../requisitions/owned-row.ts'
import { lineInputSchema, type PurchaseLine, purchaseLineSchema, totalsOf } from '../requisitions/purchase-line.ts'
import {
  comments,
  found,
  nameText,
  ownedShown,
  poNumber,
  purchaseQuery,
  shipToGiven,
  showOwned,
  version,
} from './purchase-shapes.ts'
import { asPage, type Call, jsonRoute, pageOf, type Route } from './route.ts'

const TAG = 'Carts'
type Kind = { path: string; noun: string; states: readonly CartState[] }
const carts: Kind = { path: '/api/v1/carts', noun: 'cart', states: ['open', 'saved', 'ordered'] }
const lists: Kind = { path: '/api/v1/order-lists', noun: 'order list', states: ['list'] }

const lines = z.array(lineInputSchema).max(10_000)
const content = {
  name: nameText.optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional()
    .describe('default: the account’s'),
  lines: lines.optional().describe('all of them: what is not named is gone'),
  shipTo: shipToGiven.nullable().optional(),
  poNumber: poNumber.nullable().optional().describe('the buyer’s own number; absent: the hub gives one'),
  comments: comments.nullable().optional(),
}
const shared = z.boolean().optional().describe('colleagues of the company see and use it; needs cart.share')

export const cartShown = z
  .object({
    ...ownedShown,
    state: z.enum(['open', 'saved', 'list', 'ordered']),
    name: z.string(),
    shared: z.boolean(),
    currency: z.string(),
    netAmount: z.string(),
    taxAmount: z.string(),
    totalAmount: z.string(),
    shipTo: addressSchema.nullable(),
    poNumber: z.string().nullable(),
    comments: z.string().nullable(),
    lines: z.array(purchaseLineSchema),
  })
  .meta({ id: 'MemberCart' })

const cartWhole = cartShown
  .extend({
    violations: z
      .array(
        z.object({
          kind: z.enum(['cost-centre', 'project', 'ship-to', 'catalogue', 'order-limit']),
          code: z.string().nullable(),
          message: z.string(),
          lineNumbers: z.array(z.int()).describe('empty: it is about the whole'),
        }),
      )
      .describe('what restrictions have against it, for whoever asks: a submit would be refused'),
  })
  .meta({ id: 'MemberCartWhole' })

export function showCart(cart: Cart) {
  const { state, name, currency, shipTo, poNumber: number, comments: text } = cart
  return {
    ...showOwned(cart),
    ...{ state, name, shared: cart.shared, currency, shipTo, poNumber: number, comments: text, lines: cart.lines },
    ...totalsOf(cart.lines, currency),
  }
}

type Caller = Pick<Call<unknown, unknown>, 'access' | 'reach'>

/** With what is against it: of the member who asks, else of whose cart it is. */
async function showWhole(hub: Hub, { access }: Pick<Caller, 'access'>, cart: Cart) {
  const who = access.membership
    ? { accountId: access.membership.accountId, membershipId: access.membership.id }
    : { accountId: cart.accountId, membershipId: cart.membershipId }
  return { ...showCart(cart), violations: await findLineViolations(hub.db, who, cart) }
}

async function cartOr404(hub: Hub, { access, reach }: Caller, id: string, kind: Kind): Promise<Cart> {
  return found(await readCart(visibleCarts(hub.db, reach, access, kind.states), id), kind.noun)
}

/** Carts are changed by their member; a shared one by every colleague who may share. */
async function ownOr404(hub: Hub, call: Caller, id: string, kind: Kind): Promise<Cart> {
  const cart = await cartOr404(hub, call, id, kind)
  if (call.access.person && cart.personId !== call.access.person.id) demand(call.access, 'cart.share')
  return cart
}

const given = async (hub: Hub, accountId: string, shipTo: z.output<typeof shipToGiven> | null | undefined) =>
  shipTo === undefined ? {} : { shipTo: (await findShipTo(hub.db, accountId, shipTo)) ?? null }

/** Where the ERP has no price, with the storefront’s. */
const offered = async (hub: Hub, owner: Owner, currency: string, asked: readonly PurchaseLine[]) =>
  withOffers(asked, await askStorefront(hub, owner, currency, asked))

/** Storefronts say prices, people do not. */
export const saysPrices = (call: Pick<Call<unknown, unknown>, 'access'>) => call.access.clientId !== null

function routesOf(kind: Kind): Route[] {
  const { path, noun } = kind
  const own = { who: 'purchasing:write', may: 'cart.view', tag: TAG } as const
  return [
    jsonRoute({
      ...{ method: 'get', path, who: 'purchasing:read', may: 'cart.view', tag: TAG },
      summary: `List ${noun}s: the caller’s, those within reach, and those that colleagues share`,
      query: purchaseQuery,
      answer: pageOf(cartShown),
      async handle(hub, { query, reach, access }) {
        const page = { limit: query.limit + 1, ...(query.cursor ? { after: query.cursor } : {}) }
        return asPage(await listCarts(visibleCarts(hub.db, reach, access, kind.states), page), query.limit, showCart)
      },
    }),
    jsonRoute({
      ...{ method: 'get', path: `${path}/:id`, who: 'purchasing:read', may: 'cart.view', tag: TAG },
      summary: `Read a ${noun}`,
      answer: cartWhole,
      handle: async (hub, call) => showWhole(hub, call, await cartOr404(hub, call, call.params.id as string, kind)),
    }),
    jsonRoute({
      ...{ ...own, method: 'post', path, who: 'person', status: 201 },
      summary: `Make a ${noun}`,
      description: kind === carts ? 'With `open` it becomes the member’s open cart; without, it is saved.' : undefined,
      body: z.strictObject({
        ...content,
        name: nameText,
        shared,
        ...(kind === carts ? { open: z.boolean().optional() } : {}),
      }),
      answer: cartWhole,
      async handle(hub, call) {
        const owner = memberOf(call.access)
        const { lines: inputs = [], shipTo, ...body } = call.body
        if (body.shared) demand(call.access, 'cart.share')
        const ship = await given(hub, owner.accountId, shipTo)
        const state = kind === lists ? 'list' : 'open' in body && body.open ? 'open' : 'saved'
        const currency = body.currency ?? (await currencyOf(hub.db, owner.accountId))
        const lines = await offered(hub, owner, currency, linesOf(inputs, saysPrices(call)))
        const id = await hub.db.transaction((trx) =>
          makeCart(trx, owner, state, definedOf({ ...body, ...ship, lines }), stampOf(hub)),
        )
        const cart = await lockCart(hub.db, id)
        if (!cart) throw new HubError('conflict', 'Another cart is open: save it first.')
        return showWhole(hub, call, cart)
      },
    }),
    jsonRoute({
      ...{ ...own, method: 'patch', path: `${path}/:id` },
      summary: `Change a ${noun}`,
      body: z.strictObject({
        ...{ version, ...content, shared },
        ...(kind === carts
          ? { state: z.enum(['open', 'saved']).optional().describe('saved for later, or taken up again') }
          : {}),
      }),
      answer: cartWhole,
      async handle(hub, call) {
        const cart = await ownOr404(hub, call, call.params.id as string, kind)
        const { version: seen, lines: inputs, shipTo, ...body } = call.body
        if (body.shared !== undefined) demand(call.access, 'cart.share')
        const ship = await given(hub, cart.accountId, shipTo)
        const asked = inputs && linesOf(inputs, saysPrices(call))
        const lineChange = asked ? { lines: await offered(hub, cart, body.currency ?? cart.currency, asked) } : {}
        const change = definedOf({ ...body, ...ship, ...lineChange }) as Partial<CartContent> & {
          state?: 'open' | 'saved'
        }
        await hub.db.transaction((trx) => changeCart(trx, { id: cart.id, version: seen, change }, stampOf(hub)))
        return showWhole(hub, call, await cartOr404(hub, call, cart.id, kind))
      },
    }),
    jsonRoute({
      ...{ ...own, method: 'delete', path: `${path}/:id` },
      summary: `Delete a ${noun}`,
      async handle(hub, call) {
        const cart = await ownOr404(hub, call, call.params.id as string, kind)
        if (cart.state === 'ordered') throw new HubError('wrong_state', 'This cart was ordered: it is kept.')
        await hub.db.transaction((trx) => deleteCart(trx, cart.id))
        return undefined
      },
    }),
  ]
}

/** Without what is undefined. */
function definedOf<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([name, v]) => v !== undefined && name !== 'open')) as never
}

const fillBody = z.strictObject({
  lines: lines.optional(),
  fromList: z.uuid().optional().describe('all lines of this order list or saved cart'),
  fromOrder: z.uuid().optional().describe('all lines of this past order, of any channel, at present prices'),
})

const mayOrder: Permission = 'order.view'

export const cartRoutes: Route[] = [
  jsonRoute({
    ...{ method: 'get', path: '/api/v1/open-cart', who: 'person', may: 'cart.view', tag: TAG },
    summary: 'Read the caller’s open cart; there is always one',
    answer: cartWhole,
    async handle(hub, call) {
      const owner = memberOf(call.access)
      return showWhole(hub, call, await hub.db.transaction((trx) => openCart(trx, owner, stampOf(hub))))
    },
  }),
  ...routesOf(carts),
  jsonRoute({
    ...{ method: 'post', path: '/api/v1/carts/:id/lines', who: 'purchasing:write', may: 'cart.view', tag: TAG },
    summary: 'Add lines to a cart: new ones, those of an order list, or those of a past order',
    description:
      'A part that is no longer sold comes in with its problem in words, and is not ordered until it is taken out.',
    body: fillBody,
    answer: cartWhole,
    async handle(hub, call) {
      const cart = await ownOr404(hub, call, call.params.id as string, carts)
      const { lines: inputs = [], fromList, fromOrder } = call.body
      const adding = linesOf(inputs, saysPrices(call))
      if (fromList) {
        const from = visibleCarts(hub.db, call.reach, call.access, ['list', 'saved', 'ordered'])
        adding.push(...found(await readCart(from, fromList), 'order list').lines)
      }
      if (fromOrder) {
        const order = found(await readOrder(hub.db, demand(call.access, mayOrder), fromOrder), 'order')
        adding.push(...(await linesOfOrder(hub.db, order.id)))
      }
      const lines = await offered(hub, cart, cart.currency, adding)
      await hub.db.transaction((trx) => addToCart(trx, cart.id, lines, stampOf(hub)))
      return showWhole(hub, call, await cartOr404(hub, call, cart.id, carts))
    },
  }),
]

export const orderListRoutes: Route[] = routesOf(lists)
