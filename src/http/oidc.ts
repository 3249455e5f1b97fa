// OpenID Connect: leave for the identity provider, come back; and the providers' settings.
import { parseCookie, stringifySetCookie } from 'cookie'
import { z } from 'zod'
import { demand, isWithin, type Reach } from '../accounts/access.ts'
import { accountWithin } from '../accounts/account-tree.ts'
import { assertMayGive } from '../accounts/grant-rights.ts'
import { roleNames, roles } from '../accounts/permission.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { whyNotOutside } from '../outgoing-http.ts'
import { seal } from '../secrets.ts'
import { findProvider, insertProvider, listProviders, pauseProvider } from '../sign-in/identity-provider-store.ts'
import { comeBack, leaveForProvider, PROVIDER_PURPOSE } from '../sign-in/openid.ts'
import { recogniseProviderPerson } from '../sign-in/recognise-provider-person.ts'
import { linksOf } from './invitations.tsx'
import { jsonRoute, type Route } from './route.ts'
import { nextOf } from './session-page.tsx'
import { enterOrAskCode } from './sign-in-pages.tsx'

const TAG = 'Sign-in'
/** Binds a sign-in under way to the browser that began it. */
const STATE_COOKIE = 'hub_openid'
const BACK = '/sign-in/back'

const surroundings = (hub: Hub) => ({
  keys: hub.keys,
  backUrl: `${hub.config.publicUrl}${BACK}`,
  allowPrivate: !hub.config.production,
})

const settings = z
  .strictObject({
    name: z.string().trim().min(1).max(100).describe('stands on the sign-in page'),
    accountId: z.uuid().nullable().describe('whose people it knows; null = the seller’s own'),
    issuer: z.url(),
    clientId: z.string().min(1).max(500),
    clientSecret: z.string().min(1).max(1000),
    domains: z
      .array(
        z
          .string()
          .toLowerCase()
          .regex(/^[a-z0-9.-]+\.[a-z]{2,}$|^[a-z0-9-]+\.example$/),
      )
      .min(1)
      .max(50)
      .describe('e-mail domains it may speak for'),
    provisioning: z.enum(['none', 'known', 'provision']),
    role: z.enum(roleNames).nullable().default(null).describe('of who is provisioned; none that administers'),
  })
  .refine((s) => s.provisioning !== 'provision' || (s.accountId && s.role && !roles[s.role].administers), {
    path: ['role'],
    message: 'provisioning needs an account and a role that does not administer',
  })
  .meta({ id: 'IdentityProviderSettings' })

const shown = z
  .object({
    id: z.uuid(),
    name: z.string(),
    accountId: z.uuid().nullable(),
    issuer: z.string(),
    clientId: z.string(),
    domains: z.array(z.string()),
    provisioning: z.enum(['none', 'known', 'provision']),
    role: z.string().nullable(),
  })
  .meta({ id: 'IdentityProvider' })

/** Whether an account's settings are within reach; those of the seller's own people are for who reaches everything. */
export async function reaches(hub: Hub, reach: Reach, accountId: string | null): Promise<boolean> {
  if (accountId === null) return reach.all
  const row = await hub.db('accounts').where({ id: accountId, seller_id: reach.sellerId }).first('company_id', 'path')
  return row !== undefined && isWithin(reach, { accountId, companyId: row.company_id, path: row.path })
}

export const oidcRoutes: Route[] = [
  {
    method: 'get',
    path: '/sign-in/with/:providerId',
    who: 'anyone',
    summary: 'Sign in at an identity provider',
    async handle(hub, req, res) {
      const id = String(req.params.providerId)
      const provider = /^[0-9a-f-]{36}$/.test(id) ? await findProvider(hub.db, id) : undefined
      if (!provider) throw new HubError('not_found', 'There is no such way to sign in.')
      const next = nextOf(req.query.next)
      const { url, state } = await leaveForProvider(hub.db, surroundings(hub), provider, next, hub.now())
      res.append('Set-Cookie', stateCookie(hub, state, 900))
      res.set('Cache-Control', 'no-store').redirect(303, url)
    },
  },
  {
    method: 'get',
    path: BACK,
    who: 'anyone',
    summary: 'Back from the identity provider',
    async handle(hub, req, res) {
      const state = parseCookie(req.get('cookie') ?? '')[STATE_COOKIE]
      const search = req.originalUrl.slice(req.path.length)
      const back = await comeBack(hub.db, surroundings(hub), { search, state }, hub.now())
      const { provider, person, next } = back
      const personId = await hub.db.transaction((trx) =>
        recogniseProviderPerson(trx, linksOf(hub), provider, person, stampOf(hub)),
      )
      res.append('Set-Cookie', stateCookie(hub, '', 0))
      await enterOrAskCode(hub, req, res, { sellerId: provider.sellerId, personId }, next, 'openid')
    },
  },
  jsonRoute({
    method: 'post',
    path: '/api/v1/identity-providers',
    who: 'accounts:write',
    may: 'account.edit',
    tag: TAG,
    summary: 'Let people sign in at an OpenID provider',
    description:
      'Its redirect address is `<PUBLIC_URL>/sign-in/back`. A company’s provider lets in who is in that company only.',
    body: settings,
    answer: shown,
    status: 201,
    async handle(hub, { access, reach, body }) {
      const { clientSecret, ...rest } = body
      if (!(await reaches(hub, reach, body.accountId))) throw new HubError('not_found', 'There is no such account.')
      // It opens the door to everybody of the company: who sets it up has all that any of them can have.
      if (access.membership && body.accountId) {
        const account = await accountWithin(hub.db, demand(access, 'role.assign'), body.accountId)
        assertMayGive(access, roles['buyer-admin'].rights, { ...account, accountId: account.id })
      }
      const why = whyNotOutside(body.issuer, !hub.config.production)
      if (why) throw new HubError('invalid_input', `The issuer ${why}.`)
      const stamp = stampOf(hub)
      const { sellerId } = access
      const provider = {
        ...rest,
        id: hub.newId(),
        sellerId,
        sealedSecret: seal(hub.keys, PROVIDER_PURPOSE, clientSecret),
      }
      await hub.db.transaction(async (trx) => {
        await insertProvider(trx, provider, stamp.at)
        const event = { sellerId, accountId: body.accountId, actor: actorOf(access), action: 'identity-provider.added' }
        const detail = { issuer: body.issuer, domains: body.domains, provisioning: body.provisioning }
        await recordAudit(trx, [{ ...event, subjectKind: 'identity-provider', subjectId: provider.id, detail }], stamp)
      })
      return shown.parse(provider)
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/identity-providers',
    who: 'accounts:read',
    may: 'account.edit',
    tag: TAG,
    summary: 'List identity providers',
    answer: z.object({ items: z.array(shown) }),
    async handle(hub, { access, reach }) {
      const all = await listProviders(hub.db, access.sellerId)
      const within = await Promise.all(all.map((p) => reaches(hub, reach, p.accountId)))
      return { items: all.filter((_, n) => within[n]).map((p) => shown.parse(p)) }
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/identity-providers/:id',
    who: 'accounts:write',
    may: 'account.edit',
    tag: TAG,
    summary: 'No longer let people sign in there',
    async handle(hub, { access, reach, params }) {
      const provider = await findProvider(hub.db, params.id ?? '')
      const { sellerId } = access
      if (provider?.sellerId !== sellerId || !(await reaches(hub, reach, provider.accountId)))
        throw new HubError('not_found', 'There is no such identity provider.')
      const stamp = stampOf(hub)
      await hub.db.transaction(async (trx) => {
        await pauseProvider(trx, sellerId, provider.id, stamp.at)
        const event = {
          sellerId,
          accountId: provider.accountId,
          actor: actorOf(access),
          action: 'identity-provider.removed',
        }
        await recordAudit(
          trx,
          [{ ...event, subjectKind: 'identity-provider', subjectId: provider.id, detail: {} }],
          stamp,
        )
      })
    },
  }),
]

function stateCookie(hub: Hub, value: string, maxAge: number): string {
  const secure = hub.config.publicUrl.startsWith('https:')
  return stringifySetCookie({ name: STATE_COOKIE, value, maxAge, path: BACK, httpOnly: true, sameSite: 'lax', secure })
}
