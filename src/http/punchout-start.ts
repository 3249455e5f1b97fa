// GET /punchout/start/:token, the StartPage: spends the token and sends the buyer's browser to the storefront with a one-time code.
import { parseCookie } from 'cookie'
import type { Response } from 'express'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { openSession } from '../punchout/open-session.ts'
import type { PunchoutSession } from '../punchout/punchout-session.ts'
import { findStorefront } from '../storefronts/storefront-store.ts'
import { renderErrorPage } from './page.tsx'
import type { Route } from './route.ts'

// One cookie per StartPage: a buyer may have several punchouts open at once.
const COOKIE_PATH = '/punchout/start/'
const COOKIE = 'hub_start'

export const punchoutStartRoute: Route = {
  method: 'get',
  path: '/punchout/start/:token',
  who: 'anyone',
  summary: 'StartPage: on to the storefront',
  async handle(hub, req, res) {
    // A HEAD is a link checker, not a buyer: it must not spend the token.
    if (req.method === 'HEAD') return void res.status(200).end()
    const startToken = String(req.params.token)
    const cookie = parseCookie(req.get('cookie') ?? '')[COOKIE]
    try {
      await sendToStorefront(hub, res, { startToken, cookie })
    } catch (error) {
      renderErrorPage(hub, error, res)
    }
  },
}

/** Opens the session and answers 303 to the storefront. Throws HubError as openSession does. */
export async function sendToStorefront(
  hub: Hub,
  res: Response,
  start: { startToken: string; cookie: string | undefined },
): Promise<void> {
  const newCode = hub.newToken()
  const newCookie = hub.newToken()
  const session = await hub.db.transaction((trx) =>
    openSession(trx, { ...start, newCode, newCookie, eventId: hub.newId() }, hub.now()),
  )
  const target = await storefrontAddress(hub, session)
  target.searchParams.set('code', newCode)
  if (!start.cookie) {
    // Partitioned: in an iframe of the buyer's system the cookie is kept apart for it, and browsers that block others keep it.
    res.cookie(COOKIE, newCookie, {
      httpOnly: true,
      secure: true,
      sameSite: 'none',
      partitioned: true,
      path: `${COOKIE_PATH}${start.startToken}`,
      expires: session.expiresAt,
    })
  }
  res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' }).redirect(303, target.href)
}

async function storefrontAddress(hub: Hub, session: PunchoutSession): Promise<URL> {
  const storefront = await findStorefront(hub.db, session.sellerId, session.storefrontId)
  if (!storefront) throw new HubError('internal')
  const address =
    session.mode === 'test' ? (storefront.testPunchoutUrl ?? storefront.punchoutUrl) : storefront.punchoutUrl
  return new URL(address)
}
