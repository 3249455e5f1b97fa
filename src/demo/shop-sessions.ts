// The storefront's own sessions. The key in the address keeps several punchouts of one browser apart and works where cookies
// of embedded pages are blocked; once a browser has shown the session's cookie, the key alone no longer opens it.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { CartEntry } from './cart-entries.ts'
import type { HubSession } from './hub-client.ts'

export interface ShopSession {
  /** In every address of the session. */
  key: string
  /** Value of the session's cookie. */
  cookie: string
  cookieSeen: boolean
  hub: HubSession
  entries: CartEntry[]
}

const MOST_SESSIONS = 1000
const sessions = new Map<string, ShopSession>()
const byHubSession = new Map<string, string>()

/** A new session, or, where the buyer reloaded the StartPage, the one that is there with its cart. */
export function openShopSession(hub: HubSession, entries: CartEntry[]): { session: ShopSession; isNew: boolean } {
  const known = sessions.get(byHubSession.get(hub.id) ?? '')
  if (known) return { session: known, isNew: false }
  const random = () => randomBytes(24).toString('base64url')
  const session = { key: random(), cookie: random(), cookieSeen: false, hub, entries }
  sessions.set(session.key, session)
  byHubSession.set(hub.id, session.key)
  for (const [key, oldest] of sessions) {
    if (sessions.size <= MOST_SESSIONS) break
    sessions.delete(key)
    byHubSession.delete(oldest.hub.id)
  }
  return { session, isNew: true }
}

/** The session of a key, for a browser that sent `cookie`. */
export function findShopSession(key: string, cookie: string | undefined): ShopSession | undefined {
  const session = sessions.get(key)
  if (!session || new Date(session.hub.expiresAt) < new Date()) return undefined
  const shown = cookie !== undefined && timingSafeEqual(hash(cookie), hash(session.cookie))
  if (shown) session.cookieSeen = true
  return shown || !session.cookieSeen ? session : undefined
}

const hash = (text: string) => createHash('sha256').update(text).digest()
