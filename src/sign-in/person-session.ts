// A session of a signed-in person: a browser or program that holds its token. The hub keeps the token's SHA-256 only.

/** How somebody signed in. */
export type SignInWay = 'password' | 'invitation' | 'registration' | 'openid'

/** Session tokens begin so: they are told from access tokens, and found by scanners of leaked secrets. */
const PREFIX = 'hubs_'

/** A session lives this long, used or not. */
export const SESSION_HOURS = 12

/** A new session token from 256 random bits. */
export function sessionToken(hub: { newToken(): string }): string {
  return `${PREFIX}${hub.newToken()}`
}
