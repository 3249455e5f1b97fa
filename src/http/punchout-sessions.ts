// The storefront's side of a punchout: exchange the code, read the session, return the cart.
import { z } from 'zod'
import { findAccount, findPerson } from '../accounts/account-store.ts'
import { roleNames } from '../accounts/permission.ts'
import { addressSchema, cartLineSchema, cartSchema } from '../cart.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { cartWarningSchema } from '../partners/buyer-profile.ts'
import { findPartner } from '../partners/partner-store.ts'
import { assertWelcome } from '../punchout/assert-welcome.ts'
import type { PunchoutSession } from '../punchout/punchout-session.ts'
import {
  findReturned,
  findSession,
  listEvents,
  listSessions,
  lockSession,
  type SessionScope,
  spendCode,
} from '../punchout/punchout-session-store.ts'
import { assertReturnable } from '../punchout/return-cart.ts'
import type { ApiClient } from '../storefronts/storefront.ts'
import { sendBack } from './punchout-return.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Punchout'

const editLine = z
  .object({
    lineNumber: z.int(),
    quantity: z.string().describe('as the buyer has it now'),
    supplierPartId: z.string(),
    supplierPartAuxiliaryId: z.string().nullable(),
    origin: z.enum(['current', 'stale', 'unknown']),
    why: z.string(),
    returnedAt: z.iso.datetime().nullable(),
    line: cartLineSchema
      .nullable()
      .describe('as the hub returned it, with the quantity of now; null where the hub does not know it'),
  })
  .meta({ id: 'EditLine' })

const sessionSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(['created', 'opened', 'returned', 'cancelled', 'expired']),
    protocol: z.enum(['cxml', 'oci']),
    mode: z.enum(['test', 'production']),
    operation: z
      .enum(['create', 'edit', 'inspect', 'source'])
      .describe(
        'create: empty cart; edit: fill the cart with `cart`; inspect: show it, change nothing; source: find something',
      ),
    partner: z.object({ id: z.uuid(), name: z.string(), profile: z.string() }),
    company: z.object({ id: z.uuid(), name: z.string(), customerNumber: z.string().nullable() }),
    person: z.object({ id: z.uuid(), email: z.string(), name: z.string() }),
    role: z.enum(roleNames).nullable(),
    costCentre: z.string().nullable(),
    shipTo: addressSchema.nullable(),
    contract: z.string().nullable(),
    language: z.string().nullable(),
    extrinsics: z.record(z.string(), z.string()).describe('what else the buyer’s system said'),
    asked: z.object({
      function: z.string().nullable().describe('OCI FUNCTION: DETAIL shows a product, SOURCING a search'),
      productId: z.string().nullable(),
      quantity: z.string().nullable(),
      searchString: z.string().nullable(),
      vendor: z.string().nullable(),
      selectedItems: z.array(z.object({ supplierPartId: z.string(), supplierPartAuxiliaryId: z.string().nullable() })),
    }),
    cart: z
      .object({ lines: z.array(editLine) })
      .nullable()
      .describe('cart to edit or inspect'),
    editsSessionId: z.uuid().nullable(),
    frameAncestors: z
      .array(z.string())
      .describe('origins that may show the storefront in an iframe during this session'),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'PunchoutSession' })

/** A storefront's client sees its own sessions; a seller's tool with documents:read sees them all. One rule for every route. */
function scopeOf(client: ApiClient): SessionScope {
  return { sellerId: client.sellerId, storefrontId: client.storefrontId ?? undefined }
}

async function show(hub: Hub, session: PunchoutSession) {
  const [partner, account, person] = await Promise.all([
    findPartner(hub.db, session.sellerId, session.partnerId),
    findAccount(hub.db, session.sellerId, session.accountId),
    findPerson(hub.db, session.sellerId, session.personId),
  ])
  if (!partner || !account || !person) throw new Error(`session ${session.id} points at nothing`)
  const { setup } = session
  return {
    id: session.id,
    state: session.state,
    protocol: session.protocol,
    mode: session.mode,
    operation: session.operation,
    partner: { id: partner.id, name: partner.name, profile: partner.profile },
    company: { id: account.id, name: account.name, customerNumber: account.customerNumber },
    person: { id: person.id, email: person.email, name: person.name },
    role: setup.role,
    costCentre: setup.costCentre,
    shipTo: setup.shipTo,
    contract: setup.contract,
    language: setup.language,
    extrinsics: setup.extrinsics,
    asked: setup.asked,
    cart: setup.editLines && { lines: setup.editLines },
    editsSessionId: session.editsSessionId,
    frameAncestors: partner.settings.frameAncestors,
    createdAt: session.createdAt,
    expiresAt: session.expiresAt,
  }
}

const cartBody = z
  .union([
    z.strictObject({ cancel: z.literal(true) }),
    cartSchema.safeExtend({
      emptied: z.boolean().optional().describe('an empty cart deletes the buyer’s lines on edit; say that it is meant'),
    }),
  ])
  .meta({ id: 'CartOrCancel' })

export const punchoutSessionRoutes: Route[] = [
  jsonRoute({
    method: 'post',
    path: '/api/v1/punchout/exchange',
    who: 'punchout',
    tag: TAG,
    summary: 'Exchange the code for the session',
    description:
      'The buyer’s browser arrived at the storefront with `?code=`. The code works once, for five minutes. `token` is a JWT (ES256, keys at /.well-known/jwks.json, audience = your client_id) for your own pages.',
    body: z.object({ code: z.string().min(1).max(200) }).meta({ id: 'CodeExchange' }),
    answer: sessionSchema.extend({ token: z.string() }).meta({ id: 'ExchangedSession' }),
    async handle(hub, { body, client }) {
      const session = await spendCode(hub.db, scopeOf(client), body.code, hub.now())
      if (!session)
        throw new HubError('code_spent', 'This code was used before, has run out or is not for this storefront.')
      await assertWelcome(hub.db, session)
      const shown = await show(hub, session)
      const seconds = Math.max(1, Math.floor((session.expiresAt.getTime() - hub.now().getTime()) / 1000))
      const claims = {
        sub: session.personId,
        sid: session.id,
        operation: session.operation,
        company: { id: shown.company.id, name: shown.company.name },
        email: shown.person.email,
        name: shown.person.name,
        role: shown.role,
      }
      return { ...shown, token: await hub.tokens.sign(claims, client.clientId, seconds, hub.now()) }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/punchout/sessions',
    who: 'punchout',
    tag: TAG,
    summary: 'List punchout sessions, newest first',
    query: pageQuery.extend({
      partnerId: z.uuid().optional(),
      state: z.enum(['created', 'opened', 'returned', 'cancelled', 'expired']).optional(),
    }),
    answer: pageOf(
      z.object({
        id: z.uuid(),
        partnerId: z.uuid(),
        state: z.string(),
        operation: z.string(),
        mode: z.string(),
        createdAt: z.iso.datetime(),
      }),
    ),
    async handle(hub, { query, client }) {
      const { partnerId, state, cursor, limit } = query
      const rows = await listSessions(hub.db, scopeOf(client), { partnerId, state }, cursor, limit + 1)
      return asPage(rows, limit, ({ id, partnerId, state, operation, mode, createdAt }) => ({
        id,
        partnerId,
        state,
        operation,
        mode,
        createdAt,
      }))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/punchout/sessions/:id',
    who: 'punchout',
    tag: TAG,
    summary: 'Read a session with its events, and its cart once returned',
    answer: sessionSchema.extend({
      events: z.array(z.object({ state: z.string(), at: z.iso.datetime(), detail: z.record(z.string(), z.unknown()) })),
      returned: z.object({ cart: z.unknown(), warnings: z.array(cartWarningSchema) }).nullable(),
    }),
    async handle(hub, { params, client }) {
      const session = await findSession(hub.db, scopeOf(client), params.id ?? '')
      if (!session) throw new HubError('not_found', 'There is no such punchout session.')
      const [events, returned] = await Promise.all([listEvents(hub.db, session.id), findReturned(hub.db, session.id)])
      const over = session.state === 'returned' || session.state === 'cancelled'
      // What was returned is history; what is open is somebody who shops.
      if (!over) await assertWelcome(hub.db, session)
      return { ...(await show(hub, session)), events, returned: over ? (returned ?? null) : null }
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/punchout/sessions/:id/cart',
    who: 'punchout',
    tag: TAG,
    summary: 'Return the cart, or leave without one',
    description:
      'Send the buyer’s browser to `continueUrl`: it posts the cart to the procurement system. `warnings` say what that system cannot take as it is: what was cut, remapped, rounded. A cart it would refuse is answered 422 with the warnings and nothing is returned. Until the browser took the form the cart can be posted again. Lines without `supplierPartAuxiliaryId` get one.',
    body: cartBody,
    query: z.object({ check: z.enum(['true', 'false']).optional().describe('true: say the warnings, return nothing') }),
    answer: z
      .object({ continueUrl: z.url().nullable().describe('null for check=true'), warnings: z.array(cartWarningSchema) })
      .meta({ id: 'ReturnedCart' }),
    async handle(hub, { params, body, query, client }) {
      return hub.db.transaction(async (trx) => {
        const session = await lockSession(trx, scopeOf(client), params.id ?? '')
        if (!session) throw new HubError('not_found', 'There is no such punchout session.')
        await assertWelcome(trx, session)
        const cart =
          'cancel' in body || session.operation === 'inspect' || (body.lines.length === 0 && !body.emptied)
            ? null
            : body
        assertReturnable(session, cart ? 'returned' : 'cancelled', hub.now())
        const partner = await findPartner(trx, session.sellerId, session.partnerId)
        if (!partner) throw new Error(`session ${session.id} has no partner`)
        const { continueUrl, warnings } = await sendBack(hub, trx, {
          session,
          partner,
          cart,
          onlyCheck: query.check === 'true',
        })
        return { continueUrl, warnings }
      })
    },
  }),
]
