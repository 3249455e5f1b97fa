// Administration of trading partners: credentials, secrets, return hosts, profile, mapping rules.
import { z } from 'zod'
import { findAccount, findMembership } from '../accounts/account-store.ts'
import { mappingSchema } from '../accounts/mapping-rules.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { whyNotOutside } from '../outgoing-http.ts'
import { buyerProfiles } from '../partners/buyer-profiles.ts'
import { partnerSettingsSchema, SECRET_PURPOSE, type TradingPartner } from '../partners/partner.ts'
import {
  findPartner,
  insertPartner,
  insertSecret,
  listPartners,
  revokeSecret,
  updatePartner,
} from '../partners/partner-store.ts'
import { seal } from '../secrets.ts'
import { findStorefront, listStorefronts, putStorefront } from '../storefronts/storefront-store.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Partners'

const mode = z.enum(['test', 'production'])

const credential = z
  .object({
    party: z.enum(['from', 'sender', 'to', 'user']).describe('from, sender, to: the cXML Header; user: OCI USERNAME'),
    domain: z.string().min(1).max(100).describe('NetworkID, DUNS, ...; "OCI" for a user'),
    identity: z.string().min(1).max(200),
    mode,
  })
  .meta({ id: 'PartnerCredential' })

const profileName = z.string().refine((name) => Object.hasOwn(buyerProfiles, name), {
  message: `must be one of ${Object.keys(buyerProfiles).join(', ')}`,
})

const editable = z.object({
  name: z.string().min(1).max(200),
  storefrontId: z.uuid(),
  status: z.enum(['active', 'paused']).default('active'),
  profile: profileName,
  credentials: z.array(credential).max(100),
  settings: partnerSettingsSchema,
  mapping: mappingSchema,
})

const newPartner = editable
  .extend({
    slug: z.string().regex(/^[a-z0-9][a-z0-9-]{1,60}$/, 'may hold a-z, 0-9 and -'),
    protocol: z.enum(['cxml', 'oci']),
  })
  .meta({ id: 'NewPartner' })

const change = editable
  .partial()
  .extend({ version: z.int().describe('the version this change was made on; another one meanwhile is a 409') })
  .meta({ id: 'PartnerChange' })

const shown = newPartner
  .extend({
    id: z.uuid(),
    version: z.int(),
    secrets: z.array(z.object({ id: z.uuid(), mode, label: z.string(), createdAt: z.iso.datetime() })),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Partner' })

const newStorefront = z
  .object({
    name: z.string().min(1).max(200),
    punchoutUrl: z.url({ protocol: /^https?$/ }).describe('the buyer’s browser is sent here with ?code='),
    testPunchoutUrl: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null),
    itemLookupUrl: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null)
      .describe('answers OCI background functions'),
  })
  .meta({ id: 'NewStorefront' })

function show(p: TradingPartner) {
  return {
    id: p.id,
    slug: p.slug,
    name: p.name,
    protocol: p.protocol,
    status: p.status,
    profile: p.profile,
    storefrontId: p.storefrontId,
    credentials: p.credentials.map(({ party, domain, identity, mode }) => ({ party, domain, identity, mode })),
    settings: p.settings,
    mapping: p.mapping,
    version: p.version,
    secrets: p.secrets.map(({ id, mode, label, createdAt }) => ({ id, mode, label, createdAt })),
    createdAt: p.createdAt,
    updatedAt: p.updatedAt,
  }
}

/** The partner of the caller's seller, or 404. */
export async function partnerOr404(db: Db, sellerId: string, id: string | undefined): Promise<TradingPartner> {
  const partner = id && (await findPartner(db, sellerId, id))
  if (!partner) throw new HubError('not_found', 'There is no such partner.')
  return partner
}

/** What a partner points at has to be the same seller's. Throws HubError invalid_input. */
async function checkReferences(hub: Hub, sellerId: string, input: Partial<z.output<typeof editable>>): Promise<void> {
  const { db } = hub
  const wrong = (field: string, message: string) =>
    new HubError('invalid_input', `${field}: ${message}`, { details: [{ field, message }] })
  if (input.storefrontId && !(await findStorefront(db, sellerId, input.storefrontId)))
    throw wrong('storefrontId', 'there is no such storefront')
  const outgoing = input.settings?.outgoing
  const refusal = outgoing?.url ? whyNotOutside(outgoing.url, !hub.config.production) : null
  if (refusal) throw wrong('settings.outgoing.url', refusal)
  const { rules = [], unmatched } = input.mapping ?? {}
  const accounts = new Set(rules.map((r) => r.assign.accountId))
  if (unmatched && unmatched.kind !== 'reject') accounts.add(unmatched.accountId)
  for (const id of accounts)
    if (!(await findAccount(db, sellerId, id))) throw wrong('mapping', `there is no company account ${id}`)
  for (const { assign } of rules)
    if (assign.personId && !(await findMembership(db, assign.accountId, assign.personId)))
      throw wrong('mapping.rules', `the person ${assign.personId} is no member of that account`)
  if (unmatched?.kind === 'default-user' && !(await findMembership(db, unmatched.accountId, unmatched.personId)))
    throw wrong('mapping.unmatched', 'the default user is no member of that account')
}

export const partnerRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/partners',
    who: 'partners:read',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'List partners',
    query: pageQuery,
    answer: pageOf(shown),
    async handle(hub, { query, reach }) {
      return asPage(await listPartners(hub.db, reach.sellerId, query.cursor, query.limit + 1), query.limit, show)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/partners',
    who: 'partners:write',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'Add a partner',
    description:
      'Then add a secret, try a document with dry-run, and send the buyer the address: /cxml, or /oci/{slug}.',
    body: newPartner,
    answer: shown,
    status: 201,
    async handle(hub, { body, reach }) {
      await checkReferences(hub, reach.sellerId, body)
      const id = hub.newId()
      const credentials = body.credentials.map((c) => ({ ...c, id: hub.newId() }))
      const partner = { ...body, id, sellerId: reach.sellerId, demo: false, credentials }
      await hub.db.transaction((trx) => insertPartner(trx, partner, hub.now()))
      hub.partners.forget()
      return show(await partnerOr404(hub.db, reach.sellerId, id))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/partners/:id',
    who: 'partners:read',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'Read a partner',
    answer: shown,
    async handle(hub, { params, reach }) {
      return show(await partnerOr404(hub.db, reach.sellerId, params.id))
    },
  }),
  jsonRoute({
    method: 'patch',
    path: '/api/v1/partners/:id',
    who: 'partners:write',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'Change a partner',
    description: 'Fields left out stay as they are; `settings`, `mapping` and `credentials` are replaced whole.',
    body: change,
    answer: shown,
    async handle(hub, { params, body, reach }) {
      const partner = await partnerOr404(hub.db, reach.sellerId, params.id)
      await checkReferences(hub, reach.sellerId, body)
      const credentials = body.credentials?.map((c) => ({ ...c, id: hub.newId() })) ?? partner.credentials
      await hub.db.transaction((trx) => updatePartner(trx, { ...partner, ...body, credentials }, hub.now()))
      hub.partners.forget()
      return show(await partnerOr404(hub.db, reach.sellerId, params.id))
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/partners/:id/secrets',
    who: 'partners:write',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'Add a secret',
    description:
      'SharedSecret (cXML) or PASSWORD (OCI). Two of a mode may be alive at once, so that a buyer can change over. It is never shown again.',
    body: z
      .object({
        mode,
        label: z.string().min(1).max(100),
        shownBy: z
          .enum(['partner', 'us'])
          .default('partner')
          .describe('who shows it: the buyer’s system to the hub, or the hub in documents it sends there'),
        secret: z.string().min(12, 'needs 12 characters at least').max(500),
      })
      .meta({ id: 'NewSecret' }),
    answer: z.object({ id: z.uuid() }),
    status: 201,
    async handle(hub, { params, body, reach }) {
      const partner = await partnerOr404(hub.db, reach.sellerId, params.id)
      const sealed = seal(hub.keys, SECRET_PURPOSE, body.secret)
      const secret = { id: hub.newId(), mode: body.mode, label: body.label, shownBy: body.shownBy, sealed, demo: false }
      await hub.db.transaction((trx) => insertSecret(trx, partner.id, secret, hub.now()))
      hub.partners.forget()
      return { id: secret.id }
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/partners/:id/secrets/:secretId',
    who: 'partners:write',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'Revoke a secret at once',
    async handle(hub, { params, reach }) {
      const partner = await partnerOr404(hub.db, reach.sellerId, params.id)
      const revoked = await revokeSecret(hub.db, partner.id, params.secretId ?? '', hub.now())
      hub.partners.forget()
      if (!revoked) throw new HubError('not_found', 'There is no such live secret.')
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/buyer-profiles',
    who: 'partners:read',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'What each kind of procurement system accepts',
    answer: z.record(z.string(), z.unknown()),
    handle: async () => buyerProfiles,
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/storefronts',
    who: 'partners:read',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'List storefronts',
    query: pageQuery,
    answer: pageOf(
      z.object({
        id: z.uuid(),
        name: z.string(),
        punchoutUrl: z.url(),
        testPunchoutUrl: z.url().nullable(),
        itemLookupUrl: z.url().nullable(),
      }),
    ),
    async handle(hub, { query, reach }) {
      const rows = await listStorefronts(hub.db, reach.sellerId, query.cursor, query.limit + 1)
      return asPage(rows, query.limit, ({ sellerId: _, ...rest }) => rest)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/storefronts',
    who: 'partners:write',
    may: 'mapping.edit',
    sellers: true,
    tag: TAG,
    summary: 'Add a storefront, or point the one of this name elsewhere',
    body: newStorefront,
    answer: z.object({ id: z.uuid() }),
    status: 201,
    async handle(hub, { body, reach }) {
      const storefront = { ...body, id: hub.newId(), sellerId: reach.sellerId }
      return { id: (await putStorefront(hub.db, storefront, hub.now())).id }
    },
  }),
]
