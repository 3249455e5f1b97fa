// The demo storefront: what any shop does to take part. Exchange the code, keep a session, return the cart, answer questions.
import { type Cookies, parseCookie } from 'cookie'
import express, { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { addToCart, entriesFromEdit, toCart } from './cart-entries.ts'
import { CartPage, EmptiedPage, ReviewPage } from './cart-pages.tsx'
import { findProduct, isQuantity, searchCatalogue } from './catalogue.ts'
import { adminClient } from './credentials.ts'
import type { DemoOptions } from './demo.ts'
import { HubRefusal } from './hub-call.ts'
import { type HubSession, makeHubClient } from './hub-client.ts'
import { itemLookup } from './item-lookup.ts'
import { type PageSecurity, sendPage } from './layout.tsx'
import { memberOf, memberShop } from './member-shop.tsx'
import { makeOrderClient, makeSellersDesk } from './order-client.ts'
import { orderHistory, type ShopHandler } from './order-history.tsx'
import { findShopSession, openShopSession, type ShopSession } from './shop-sessions.ts'
import { CataloguePage, ProductPage, type Shop, ShopHeader, ShopMessage } from './storefront-pages.tsx'

const ROOT = '/demo/store'
const COOKIE = 'demo_store'
const OPEN: Shop = { base: ROOT, session: null, member: null }
/** The shop outside a punchout, with who is signed in. */
const outsideOf = (req: Request): Shop => ({ ...OPEN, member: memberOf(req) })

const text = z.string().max(500).catch('')
const queryText = (req: Request, name: string) => text.parse(req.query[name])
const bodyText = (req: Request, name: string) => text.parse((req.body as Record<string, unknown> | undefined)?.[name])

/** Every page below /demo/store. */
export function storefrontRouter({ hubUrl, storefrontClient }: DemoOptions): Router {
  const hub = makeHubClient(hubUrl, storefrontClient)
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: '32kb' })
  // The form that returns a cart is answered with a redirect to the hub: browsers ask form-action for that too.
  const formActions = [new URL(hubUrl).origin]

  const show = (res: Response, shop: Shop, title: string, content: React.ReactNode, more: PageSecurity = {}) => {
    const ancestors = shop.session?.hub.frameAncestors ?? []
    const header = <ShopHeader {...shop} path={res.req.originalUrl.split('?')[0] ?? ''} />
    sendPage(res, { title: `${title} · Demo Office Supplies`, place: 'store', header }, content, {
      formActions,
      ancestors,
      ...more,
    })
  }
  const message = (res: Response, shop: Shop, title: string, words: string, status: number) =>
    show(
      res,
      shop,
      title,
      <ShopMessage title={title}>
        <p>{words}</p>
      </ShopMessage>,
      // A page that says no may stand in any buyer's frame: it holds nothing.
      { status, ...(shop.session ? {} : { ancestors: ['*'] }) },
    )

  router.post('/items', itemLookup(hubUrl, storefrontClient.id))

  router.get('/punchout', async (req, res) => {
    // A HEAD is a link checker: it must not spend the code.
    if (req.method === 'HEAD') return void res.end()
    const code = queryText(req, 'code')
    if (!code) return res.redirect(303, ROOT)
    try {
      const hubSession = await hub.exchange(code)
      const { session } = openShopSession(hubSession, firstEntries(hubSession))
      const base = `${ROOT}/s/${session.key}`
      res.cookie(COOKIE, session.cookie, {
        httpOnly: true,
        secure: true,
        sameSite: 'none',
        partitioned: true,
        path: base,
        expires: new Date(hubSession.expiresAt),
      })
      res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })
      res.redirect(303, base + firstPage(hubSession))
    } catch (error) {
      if (!(error instanceof HubRefusal)) throw error
      message(res, OPEN, 'This punchout did not open', error.message, error.status)
    }
  })

  /** Runs `handle` with the session of the address, or says that there is none. `failed`: title where the hub refuses. */
  const inSession =
    (
      handle: (shop: Shop & { session: ShopSession }, req: Request, res: Response) => unknown,
      failed = 'The cart did not go back',
    ) =>
    async (req: Request, res: Response) => {
      const cookies: Cookies = parseCookie(req.get('cookie') ?? '')
      const session = findShopSession(String(req.params.key), cookies[COOKIE])
      if (!session)
        return message(
          res,
          OPEN,
          'Your visit has ended',
          'Go back to your procurement system and open the catalogue again.',
          410,
        )
      try {
        await handle({ base: `${ROOT}/s/${session.key}`, session, member: null }, req, res)
      } catch (error) {
        if (!(error instanceof HubRefusal)) throw error
        message(res, { base: `${ROOT}/s/${session.key}`, session, member: null }, failed, error.message, error.status)
      }
    }

  const cataloguePage = (shop: Shop, req: Request, res: Response) => {
    const words = queryText(req, 'q')
    show(res, shop, 'Catalogue', <CataloguePage shop={shop} words={words} found={searchCatalogue(words)} />)
  }
  const productPage = (
    shop: Shop,
    req: Request,
    res: Response,
    problem: string | null = null,
    sku = String(req.params.sku),
  ) => {
    const product = findProduct(sku)
    const wrong = problem ?? (product && queryText(req, 'problem') === 'quantity' ? askQuantity(product) : null)
    if (!product) return message(res, shop, 'No such product', `We do not sell ${sku.slice(0, 100)}.`, 404)
    const asked = queryText(req, 'quantity')
    const quantity = isQuantity(product, asked) ? asked : '1'
    show(
      res,
      shop,
      product.name.slice(0, 60),
      <ProductPage shop={shop} product={product} quantity={quantity} problem={wrong} />,
      { status: problem ? 422 : 200 },
    )
  }

  router.get('/', (req, res) => cataloguePage(outsideOf(req), req, res))
  router.get('/products/:sku', (req, res) => productPage(outsideOf(req), req, res))
  router.use(memberShop({ base: ROOT, hubUrl, storefrontClient, show, message }))
  router.get('/s/:key', inSession(cataloguePage))
  router.get(
    '/s/:key/products/:sku',
    inSession((shop, req, res) => productPage(shop, req, res)),
  )
  router.get(
    '/s/:key/cart',
    inSession((shop, _req, res) => show(res, shop, 'Cart', <CartPage shop={shop} problem={null} />)),
  )

  router.post(
    '/s/:key/cart/add',
    form,
    inSession((shop, req, res) => {
      const product = findProduct(bodyText(req, 'sku'))
      const quantity = bodyText(req, 'quantity').trim().replace(',', '.')
      if (shop.session.hub.operation === 'inspect' || !product) return res.redirect(303, shop.base)
      if (!isQuantity(product, quantity)) return productPage(shop, req, res, askQuantity(product), product.sku)
      const option = product.options?.find((o) => o.key === bodyText(req, 'option')) ?? product.options?.[0]
      addToCart(shop.session.entries, product, quantity, option?.key ?? null)
      res.redirect(303, `${shop.base}/cart`)
    }),
  )
  router.post(
    '/s/:key/cart/change',
    form,
    inSession((shop, req, res) => {
      const entry = findEntry(shop.session, bodyText(req, 'id'))
      const quantity = bodyText(req, 'quantity').trim().replace(',', '.')
      const product = entry && findProduct(entry.sku)
      if (entry && !isQuantity(product, quantity))
        return show(res, shop, 'Cart', <CartPage shop={shop} problem={askQuantity(product)} />, { status: 422 })
      if (entry && shop.session.hub.operation !== 'inspect') entry.quantity = quantity
      res.redirect(303, `${shop.base}/cart`)
    }),
  )
  router.post(
    '/s/:key/cart/remove',
    form,
    inSession(({ session, base }, req, res) => {
      const entry = findEntry(session, bodyText(req, 'id'))
      if (session.hub.operation !== 'inspect') session.entries = session.entries.filter((e) => e !== entry)
      res.redirect(303, `${base}/cart`)
    }),
  )

  router.post(
    '/s/:key/return',
    form,
    inSession(async (shop, req, res) => {
      const { hub: hubSession, entries } = shop.session
      const cart = toCart(entries)
      const emptied = bodyText(req, 'emptied') === 'yes'
      if (cart.lines.length === 0 && hubSession.operation === 'edit' && !emptied)
        return show(res, shop, 'Empty cart', <EmptiedPage shop={shop} />)
      if (bodyText(req, 'seen') !== 'yes') {
        const { warnings } = await hub.check(hubSession.id, cart)
        if (warnings.length > 0)
          return show(res, shop, 'Before your cart leaves', <ReviewPage shop={shop} warnings={warnings} />)
      }
      const { continueUrl } = await hub.giveBack(hubSession.id, { ...cart, ...(emptied && { emptied }) })
      goOn(res, continueUrl)
    }),
  )
  router.post(
    '/s/:key/leave',
    inSession(async ({ session }, _req, res) => goOn(res, (await hub.cancel(session.hub.id)).continueUrl)),
  )

  const desk = makeSellersDesk(hubUrl, adminClient)
  const history = orderHistory({
    hubOf: ({ member }) => makeOrderClient(hubUrl, member ? { token: member.token } : storefrontClient),
    ...{ desk, show, message },
  })
  const outside = (handle: ShopHandler, failed: string) => async (req: Request, res: Response) => {
    const shop = outsideOf(req)
    try {
      await handle(shop, req, res)
    } catch (error) {
      if (!(error instanceof HubRefusal)) throw error
      message(res, shop, failed, error.message, error.status)
    }
  }
  const pages: [path: string, page: ShopHandler, failed: string][] = [
    ['/orders', history.orders, 'The orders can not be shown'],
    ['/orders/number/:number', history.byNumber, 'The order can not be shown'],
    ['/orders/:id', history.order, 'The order can not be shown'],
    ['/invoices', history.invoices, 'The invoices can not be shown'],
    ['/invoices/:id/:file', history.invoiceFile, 'The invoice can not be had'],
  ]
  for (const [path, page, failed] of pages) {
    router.get(path, outside(page, failed))
    router.get(`/s/:key${path}`, inSession(page, failed))
  }
  router.post('/orders/:id/release', form, outside(history.release, 'The order was not released'))
  router.post('/orders/:id/reject', form, outside(history.reject, 'The order was not rejected'))
  return router
}

function goOn(res: Response, continueUrl: string | null): void {
  if (!continueUrl) throw new HubRefusal(502, 'The hub gave no way back.')
  res.redirect(303, continueUrl)
}

function findEntry(session: ShopSession, id: string) {
  return session.entries.find((e) => e.id === id)
}

function askQuantity(product: { decimals?: number; unitName: string } | undefined): string {
  return product && !product.decimals
    ? `Give a whole number of ${product.unitName}, such as 3.`
    : 'Give a number above zero, such as 2.5.'
}

function firstEntries(session: HubSession) {
  return session.cart ? entriesFromEdit(session.cart.lines) : []
}

/** OCI DETAIL and a SelectedItem open the product, SOURCING the search, edit and inspect the cart. */
function firstPage({ cart, asked, operation }: HubSession): string {
  if (cart || operation === 'edit' || operation === 'inspect') return '/cart'
  const sku = asked.productId ?? asked.selectedItems[0]?.supplierPartId
  if (sku && findProduct(sku))
    return `/products/${encodeURIComponent(sku)}${asked.quantity ? `?quantity=${encodeURIComponent(asked.quantity)}` : ''}`
  const words = asked.searchString ?? sku
  return words ? `?q=${encodeURIComponent(words)}` : ''
}
