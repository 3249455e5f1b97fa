// Signing in at the customer's or the seller's identity provider: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636),
// state and nonce. Every call goes through the door that reaches no address inside.
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { postOutside } from '../outgoing-http.ts'
import { type Keyring, open, seal, sha256 } from '../secrets.ts'
import {
  findProvider,
  type IdentityProvider,
  insertProviderSignIn,
  takeProviderSignIn,
} from './identity-provider-store.ts'

/** The purpose client secrets are sealed for. */
export const PROVIDER_PURPOSE = 'identity-provider'
const CHECKS_PURPOSE = 'provider-sign-in'
const LEAVE_MINUTES = 15
const TIMEOUT_MS = 15_000
const MAX_BYTES = 1024 * 1024

interface Surroundings {
  keys: Keyring
  /** `<publicUrl>/sign-in/back` */
  backUrl: string
  /** Plain http and addresses that aren't public; not in production. */
  allowPrivate: boolean
}

/** What a provider says of who signed in there. */
export interface ProviderPerson {
  subject: string
  email: string | null
  emailVerified: boolean
  name: string | null
}

interface Checks {
  verifier: string
  nonce: string
  next: string
}

/** Where to send the browser, and the state to bind to it. Throws HubError unavailable where the provider does not answer. */
export async function leaveForProvider(
  db: Db,
  { keys, backUrl, allowPrivate }: Surroundings,
  provider: IdentityProvider,
  next: string,
  at: Date,
): Promise<{ url: string; state: string }> {
  const config = await discover(keys, provider, allowPrivate)
  const checks: Checks = { verifier: randomPKCECodeVerifier(), nonce: randomNonce(), next }
  const state = randomState()
  await insertProviderSignIn(db, {
    stateHash: sha256(state),
    providerId: provider.id,
    sealedChecks: seal(keys, CHECKS_PURPOSE, JSON.stringify(checks)),
    expiresAt: new Date(at.getTime() + LEAVE_MINUTES * 60_000),
  })
  const url = buildAuthorizationUrl(config, {
    redirect_uri: backUrl,
    scope: 'openid email profile',
    code_challenge: await calculatePKCECodeChallenge(checks.verifier),
    code_challenge_method: 'S256',
    state,
    nonce: checks.nonce,
  })
  return { url: url.href, state }
}

/**
 * Who came back. `state` is what the browser was bound to. Throws HubError code_spent (unknown, used or stale state, another browser),
 * unauthenticated (the provider says no, or its answer does not check).
 */
export async function comeBack(
  db: Db,
  { keys, backUrl, allowPrivate }: Surroundings,
  answer: { search: string; state: string | undefined },
  at: Date,
): Promise<{ provider: IdentityProvider; person: ProviderPerson; next: string }> {
  const url = new URL(`${backUrl}${answer.search}`)
  const { state } = answer
  const bound = state !== undefined && url.searchParams.get('state') === state
  const left = bound ? await takeProviderSignIn(db, sha256(state), at) : undefined
  const provider = left && (await findProvider(db, left.providerId))
  if (!left || !provider)
    throw new HubError('code_spent', 'This sign-in was used before or took too long. Sign in again.')
  const { verifier, nonce, next } = JSON.parse(open(keys, CHECKS_PURPOSE, left.sealedChecks).toString()) as Checks
  const config = await discover(keys, provider, allowPrivate)
  try {
    const tokens = await authorizationCodeGrant(config, url, {
      pkceCodeVerifier: verifier,
      expectedState: state as string,
      expectedNonce: nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims) throw new Error('no ID token')
    const text = (value: unknown) => (typeof value === 'string' && value.length <= 320 ? value.trim() : null)
    const { sub: subject, email, email_verified, name } = claims
    return {
      provider,
      person: { subject, email: text(email), emailVerified: email_verified !== false, name: text(name) },
      next,
    }
  } catch (cause) {
    throw new HubError('unauthenticated', `${provider.name} did not confirm the sign-in. Try again.`, { cause })
  }
}

async function discover(keys: Keyring, provider: IdentityProvider, allowPrivate: boolean): Promise<Configuration> {
  const secret = open(keys, PROVIDER_PURPOSE, provider.sealedSecret).toString()
  try {
    return await discovery(new URL(provider.issuer), provider.clientId, secret, undefined, {
      [customFetch]: (address, { method, headers, body }) => callOutside(address, method, headers, body, allowPrivate),
      execute: allowPrivate ? [allowInsecureRequests] : [],
    })
  } catch (cause) {
    throw new HubError('unavailable', `${provider.name} does not answer as an OpenID provider. Try again later.`, {
      cause,
    })
  }
}

async function callOutside(
  address: string,
  method: string,
  headers: Record<string, string>,
  body: unknown,
  allowPrivate: boolean,
): Promise<Response> {
  const {
    status,
    headers: answered,
    bytes,
  } = await postOutside(address, {
    method: method === 'GET' ? 'GET' : 'POST',
    headers,
    body: body === undefined || body === null ? '' : String(body),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    allowPrivate,
  })
  const contentType = answered['content-type']
  return new Response(status === 204 ? null : new Uint8Array(bytes), {
    status,
    ...(contentType ? { headers: { 'content-type': contentType } } : {}),
  })
}
