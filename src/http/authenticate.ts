// Who calls the JSON API: an access token of /oauth/token (RFC 6750), or client_id and client_secret by HTTP Basic (RFC 7617).
import type { Request } from 'express'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { authenticateClient } from '../storefronts/authenticate-client.ts'
import type { ApiClient, Scope } from '../storefronts/storefront.ts'
import { findClientById } from '../storefronts/storefront-store.ts'

/** The audience of access tokens. */
export function apiAudience(hub: Hub): string {
  return `${hub.config.publicUrl}/api`
}

/** Throws HubError unauthenticated, invalid_client or forbidden. */
export async function authenticate(hub: Hub, req: Request, needs: 'client' | Scope): Promise<ApiClient> {
  const client = await identify(hub, req)
  if (needs !== 'client' && !client.scopes.includes(needs))
    throw new HubError('forbidden', `This needs the scope "${needs}"; the client ${client.clientId} does not have it.`)
  return client
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
    'Send an access token ("Authorization: Bearer ...") from /oauth/token, or client_id and client_secret by HTTP Basic.',
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
