// Who calls the JSON API. Programs: an access token of /oauth/token (RFC 6750), or client_id and client_secret by HTTP Basic (RFC 7617),
// by themselves or, with the header Hub-Membership, for a person. People: the token of their session, as a cookie or as a bearer token.
import { parseCookie } from 'cookie'
import type { Request } from 'express'
import { type Access, demand, type Reach, wholeReach } from '../accounts/access.ts'
import { findAccess } from '../accounts/access-store.ts'
import type { Permission } from '../accounts/permission.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { sha256 } from '../secrets.ts'
import { authenticateClient } from '../storefronts/authenticate-client.ts'
import type { ApiClient, Scope } from '../storefronts/storefront.ts'
import { findClientById } from '../storefronts/storefront-store.ts'

/** Name of the cookie a browser's session is kept in. */
export const SESSION_COOKIE = 'hub_session'
/** Session tokens begin so: they are told from access tokens, and found by scanners of leaked secrets. */
export const SESSION_PREFIX = 'hubs_'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The audience of access tokens. */
export function apiAudience(hub: Hub): string {
  return `${hub.config.publicUrl}/api`
}

/** What a route asks of its caller. */
export interface Demand {
  /** Of programs: a scope, any client, or `person`: only people, or who speaks for one. */
  who: 'client' | 'person' | Scope
  /** Of people: a permission, or only that they are signed in. Absent = no people here. */
  may?: Permission | 'signed-in' | undefined
  /** Of people: only the seller's own. */
  sellers?: boolean | undefined
}

export interface Caller {
  /** Null: a person by themselves. */
  client: ApiClient | null
  access: Access
  /** What the route's permission reaches. */
  reach: Reach
}

/** Throws HubError unauthenticated, invalid_client, forbidden or wrong_company. */
export async function authenticate(hub: Hub, req: Request, needs: Demand): Promise<Caller> {
  const token = sessionToken(req)
  if (token) return asPerson(hub, req, needs, token)
  const client = await identify(hub, req)
  if (needs.who !== 'client' && needs.who !== 'person' && !client.scopes.includes(needs.who))
    throw new HubError(
      'forbidden',
      `This needs the scope "${needs.who}"; the client ${client.clientId} does not have it.`,
    )
  const membershipId = req.get('hub-membership')
  if (membershipId !== undefined) return asMember(hub, needs, client, membershipId)
  if (needs.who === 'person')
    throw new HubError(
      'forbidden',
      'Only a person can do this: sign in, or say for whom with the header Hub-Membership.',
    )
  const access: Access = {
    sellerId: client.sellerId,
    person: null,
    membership: null,
    staff: null,
    actor: null,
    sessionId: null,
    clientId: client.clientId,
    rights: [],
    portfolio: [],
  }
  return { client, access, reach: wholeReach(client.sellerId) }
}

/** Whose the call is, for pages: undefined = nobody is signed in. */
export async function findCaller(hub: Hub, req: Request): Promise<Access | undefined> {
  const token = sessionToken(req)
  return token ? findAccess(hub.db, { tokenHash: sha256(token.value) }, hub.now()) : undefined
}

function sessionToken(req: Request): { value: string; cookie: boolean } | undefined {
  const bearer = /^bearer\s+(\S+)$/i.exec(req.get('authorization') ?? '')?.[1]
  if (bearer?.startsWith(SESSION_PREFIX)) return { value: bearer, cookie: false }
  if (req.get('authorization')) return undefined
  const value = parseCookie(req.get('cookie') ?? '')[SESSION_COOKIE]
  return value ? { value, cookie: true } : undefined
}

async function asPerson(
  hub: Hub,
  req: Request,
  needs: Demand,
  token: { value: string; cookie: boolean },
): Promise<Caller> {
  const access = await findAccess(hub.db, { tokenHash: sha256(token.value) }, hub.now())
  if (!access) throw new HubError('unauthenticated', 'You are not signed in any more. Sign in again.')
  if (token.cookie && !/^(GET|HEAD)$/.test(req.method)) refuseForeignPage(hub, req)
  const account = req.get('hub-account')
  if (account !== undefined && account !== access.membership?.accountId)
    throw new HubError(
      'wrong_company',
      'You are in another company now than this page was made for. Reload it, or switch back.',
    )
  return { client: null, access, reach: reachFor(access, needs) }
}

/** A page of somebody else's can make a browser send its cookie, but not say that it comes from here. */
function refuseForeignPage(hub: Hub, req: Request): void {
  const origin = req.get('origin')
  const site = req.get('sec-fetch-site')
  const ours = origin === undefined ? site === undefined || site === 'same-origin' : origin === ownOrigin(hub, req)
  if (!ours) throw new HubError('forbidden', 'This call came from a page of another site.')
}

function ownOrigin(hub: Hub, req: Request): string {
  const configured = new URL(hub.config.publicUrl).origin
  // Under another name of the same host (localhost, 127.0.0.1) the page that calls is ours as well.
  return req.get('origin') === `${req.protocol}://${req.get('host')}` ? (req.get('origin') ?? configured) : configured
}

async function asMember(hub: Hub, needs: Demand, client: ApiClient, membershipId: string): Promise<Caller> {
  if (!client.scopes.includes('people:act'))
    throw new HubError('forbidden', `To speak for a person the client ${client.clientId} needs the scope "people:act".`)
  const access = UUID.test(membershipId)
    ? await findAccess(hub.db, { sellerId: client.sellerId, membershipId }, hub.now())
    : undefined
  if (!access) throw new HubError('not_found', 'Hub-Membership: there is no such active membership.')
  const narrowed = { ...access, clientId: client.clientId }
  return { client, access: narrowed, reach: reachFor(narrowed, needs) }
}

function reachFor(access: Access, { may, sellers }: Demand): Reach {
  if (may === undefined) throw new HubError('forbidden', 'This is for programs with a client_id, not for people.')
  const reach = may === 'signed-in' ? undefined : demand(access, may)
  if (sellers && !reach?.all) throw new HubError('forbidden', 'This is for the seller’s own people.')
  if (reach) return reach
  return { ...wholeReach(access.sellerId), all: false }
}

async function identify(hub: Hub, req: Request): Promise<ApiClient> {
  const [scheme = '', credentials = ''] = (req.get('authorization') ?? '').split(' ')
  if (/^bearer$/i.test(scheme)) {
    const claims = await hub.tokens.verify(credentials, apiAudience(hub), hub.now())
    if (!claims?.sub)
      throw new HubError('unauthenticated', 'The access token is wrong or has run out. Get a new one at /oauth/token.')
    // Read each time: a revoked client's tokens die at once.
    const client = await findClientById(hub.db, claims.sub)
    if (!client) throw new HubError('unauthenticated', 'The client of this access token was revoked.')
    const granted = String(claims.scope ?? '').split(' ')
    return { ...client, scopes: client.scopes.filter((s) => granted.includes(s)) }
  }
  const basic = readBasic(req)
  if (basic) return authenticateClient(hub.db, basic.id, basic.secret, { refuseDemo: hub.config.production })
  throw new HubError(
    'unauthenticated',
    'Sign in, or send an access token ("Authorization: Bearer ...") from /oauth/token, or client_id and client_secret by HTTP Basic.',
  )
}

/** client_id and client_secret of an HTTP Basic header; null when there is none. RFC 6749 2.3.1: both are form-encoded. */
export function readBasic(req: Request): { id: string; secret: string } | null {
  const match = /^basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(req.get('authorization') ?? '')
  if (!match?.[1]) return null
  const text = Buffer.from(match[1], 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 0) return null
  try {
    return { id: decodeURIComponent(text.slice(0, colon)), secret: decodeURIComponent(text.slice(colon + 1)) }
  } catch {
    return null
  }
}
