// The storefront for buyers without punchout: sign in, fill the hub's cart, ask for what is in it, follow it, see the budgets.
import { type Cookies, parseCookie } from 'cookie'
import express, { type Request, type Response, Router } from 'express'
import type { ReactNode } from 'react'
import { z } from 'zod'
import { addToCart, type CartEntry, linesOf, newEntry } from './cart-entries.ts'
import { findProduct, isQuantity } from './catalogue.ts'
import { HubRefusal } from './hub-call.ts'
import { BudgetPage, BudgetsPage } from './member-budgets-page.tsx'
import { chargeOf, MemberCartPage, optionOf } from './member-cart-page.tsx'
import { type LineGiven, type MemberCart, type MemberClient, makeDoor, makeMemberClient } from './member-client.ts'
import { CompaniesPage, SignInPage } from './member-pages.tsx'
import { RequisitionPage, RequisitionsPage } from './member-requisitions-page.tsx'
import { findMember, forgetMember, keepMember, type Member } from './member-sessions.ts'
import type { Shop } from './storefront-pages.tsx'

const COOKIE = 'demo_store_member'

interface Tools {
  base: string
  hubUrl: string
  storefrontClient: { id: string; secret: string }
  show(res: Response, shop: Shop, title: string, content: ReactNode, more?: { status?: number }): void
  message(res: Response, shop: Shop, title: string, words: string, status: number): void
}

type Visit = { shop: Shop & { member: Member & { account: NonNullable<Member['account']> } }; hub: MemberClient }
type Page = (visit: Visit, req: Request, res: Response) => unknown

const fields = z.record(z.string(), z.string().max(4000).catch('')).catch({})
const formOf = (req: Request): Record<string, string> => fields.parse(req.body ?? {})

/** Who is signed in without punchout. */
export function memberOf(req: Request): Member | null {
  const cookies: Cookies = parseCookie(req.get('cookie') ?? '')
  return findMember(cookies[COOKIE]) ?? null
}

/** The pages that need nobody's punchout; mounted at the shop's own address. */
export function memberShop({ base, hubUrl, storefrontClient, show, message }: Tools): Router {
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: '32kb' })
  const door = makeDoor(hubUrl)
  const clientOf = (token: string) => makeMemberClient(hubUrl, storefrontClient, token)
  const cookie = { httpOnly: true, sameSite: 'lax', path: base, secure: hubUrl.startsWith('https:') } as const

  async function letIn(res: Response, token: string): Promise<void> {
    const session = await clientOf(token).session()
    const member = keepMember(session, token)
    res.cookie(COOKIE, member.key, cookie)
    if (session.account)
      member.lines =
        (
          await clientOf(token)
            .openCart()
            .catch(() => null)
        )?.lines.length ?? 0
    res.redirect(303, session.account ? base : `${base}/company`)
  }

  router.get('/sign-in', (req, res) =>
    show(res, { base, session: null, member: memberOf(req) }, 'Sign in', <SignInPage base={base} />),
  )
  router.post('/sign-in', form, async (req, res) => {
    const { email = '', password = '', code = '' } = formOf(req)
    try {
      await letIn(res, await door.signIn({ email, password, ...(code && { code }) }))
    } catch (error) {
      if (!(error instanceof HubRefusal)) throw error
      const asked = error.code === 'second_factor_needed'
      const page = (
        <SignInPage base={base} email={email} problem={asked && !code ? undefined : error.message} code={asked} />
      )
      show(res, { base, session: null, member: null }, 'Sign in', page, { status: error.status })
    }
  })
  router.post('/sign-out', async (req, res) => {
    const member = memberOf(req)
    if (member) {
      forgetMember(member)
      await clientOf(member.token)
        .signOut()
        .catch(() => undefined)
    }
    res.clearCookie(COOKIE, cookie)
    res.redirect(303, base)
  })

  /** For who is signed in; who is not signs in first. A session the hub has ended ends here too. */
  const signedIn =
    (handle: (member: Member, hub: MemberClient, req: Request, res: Response) => unknown) =>
    async (req: Request, res: Response) => {
      const member = memberOf(req)
      if (!member) return res.redirect(303, `${base}/sign-in`)
      try {
        await handle(member, clientOf(member.token), req, res)
      } catch (error) {
        if (!(error instanceof HubRefusal)) throw error
        if (error.status === 401) {
          forgetMember(member)
          return res.redirect(303, `${base}/sign-in`)
        }
        message(res, { base, session: null, member }, 'The hub said no', error.message, error.status)
      }
    }
  const inCompany = (handle: Page) =>
    signedIn((member, hub, req, res) => {
      const { account } = member
      if (!account) return res.redirect(303, `${base}/company`)
      return handle({ shop: { base, session: null, member: { ...member, account } }, hub }, req, res)
    })

  router.get(
    '/company',
    signedIn((member, _hub, _req, res) =>
      show(res, { base, session: null, member }, 'Your companies', <CompaniesPage base={base} member={member} />),
    ),
  )
  router.post(
    '/company',
    form,
    signedIn(async (member, hub, req, res) => {
      const token = await hub.choose(formOf(req).accountId ?? '')
      forgetMember(member)
      await letIn(res, token)
    }),
  )

  const cartPage = async ({ shop, hub }: Visit, res: Response, cart: MemberCart, problem: string | null = null) => {
    const choices = await hub.choices(shop.member.account.id)
    count(shop.member, cart)
    const page = <MemberCartPage shop={shop} cart={cart} choices={choices} problem={problem} />
    show(res, shop, 'Cart', page, { status: problem ? 422 : 200 })
  }
  /** Says the whole cart to the hub, with the prices of now. */
  const put = async ({ shop, hub }: Visit, cart: MemberCart, entries: CartEntry[], charge = chargeOf(cart)) => {
    const lines = entries.flatMap((entry) => lineGiven(entry, charge))
    const changed = await hub.putLines(shop.member.account.membershipId, cart, lines)
    count(shop.member, changed)
    return changed
  }

  router.get(
    '/cart',
    inCompany(async (visit, _req, res) => cartPage(visit, res, await visit.hub.openCart())),
  )
  router.post(
    '/cart/add',
    form,
    inCompany(async (visit, req, res) => {
      const { sku = '', quantity: given = '', option: key = '' } = formOf(req)
      const product = findProduct(sku)
      if (!product) return res.redirect(303, base)
      const quantity = given.trim().replace(',', '.')
      const page = `${base}/products/${encodeURIComponent(sku)}`
      if (!isQuantity(product, quantity)) return res.redirect(303, `${page}?problem=quantity`)
      const option = product.options?.find((o) => o.key === key) ?? product.options?.[0]
      const cart = await visit.hub.openCart()
      const entries = entriesOf(cart)
      addToCart(entries, product, quantity, option?.key ?? null)
      await put(visit, cart, entries)
      res.redirect(303, `${base}/cart`)
    }),
  )
  router.post(
    '/cart/change',
    form,
    inCompany(async (visit, req, res) => {
      const { sku, option, quantity: given = '', remove } = formOf(req)
      const cart = await visit.hub.openCart()
      const entries = entriesOf(cart)
      const entry = entries.find((e) => e.sku === sku && (e.option ?? '') === option)
      const quantity = given.trim().replace(',', '.')
      if (!entry) return res.redirect(303, `${base}/cart`)
      if (remove)
        await put(
          visit,
          cart,
          entries.filter((e) => e !== entry),
        )
      else if (!isQuantity(findProduct(entry.sku), quantity))
        return cartPage(visit, res, cart, 'Give a quantity above zero, whole where the unit is.')
      else
        await put(
          visit,
          cart,
          entries.map((e) => (e === entry ? { ...e, quantity } : e)),
        )
      res.redirect(303, `${base}/cart`)
    }),
  )
  router.post(
    '/cart/submit',
    form,
    inCompany(async (visit, req, res) => {
      const { hub } = visit
      const { costCentre, project, shipTo, comments } = formOf(req)
      const charge = { costCentre: costCentre || null, project: project || null }
      let cart = await hub.openCart()
      if (cart.lines.length === 0) return res.redirect(303, `${base}/cart`)
      cart = await put(visit, cart, entriesOf(cart), charge)
      cart = await hub.putDelivery(cart, { shipTo: shipTo ? { addressId: shipTo } : null, comments: comments || null })
      const { id } = await hub.draft(cart.id)
      count(visit.shop.member, null)
      await submit(visit, res, id)
    }),
  )

  const requisitionPage = async (visit: Visit, res: Response, id: string, problem: string | null = null) => {
    const requisition = await visit.hub.requisition(id)
    const why = requisition.approvalId ? await visit.hub.why(requisition.approvalId) : null
    if (['pending', 'approved'].includes(requisition.state)) res.set('Refresh', '5')
    const page = <RequisitionPage shop={visit.shop} requisition={requisition} why={why} problem={problem} />
    show(res, visit.shop, `Requisition ${requisition.number}`, page, { status: problem ? 422 : 200 })
  }
  async function submit(visit: Visit, res: Response, id: string): Promise<void> {
    try {
      await visit.hub.submit(id)
    } catch (error) {
      if (!(error instanceof HubRefusal) || error.status === 401) throw error
      return requisitionPage(visit, res, id, error.message)
    }
    res.redirect(303, `${base}/requisitions/${id}`)
  }
  const idOf = (req: Request) => String(req.params.id)

  router.get(
    '/requisitions',
    inCompany(async ({ shop, hub }, req, res) => {
      const cursor = z.string().max(100).catch('').parse(req.query.cursor)
      const page = await hub.requisitions(cursor)
      show(res, shop, 'Requisitions', <RequisitionsPage shop={shop} page={page} cursor={cursor} />)
    }),
  )
  router.get(
    '/requisitions/:id',
    inCompany((visit, req, res) => requisitionPage(visit, res, idOf(req))),
  )
  router.post(
    '/requisitions/:id/submit',
    inCompany((visit, req, res) => submit(visit, res, idOf(req))),
  )
  router.post(
    '/requisitions/:id/take-back',
    inCompany(async (visit, req, res) => {
      const { hub, shop } = visit
      const { cartId } = await hub.withdraw(idOf(req))
      const cart = await hub.openCart()
      if (cartId) count(shop.member, await hub.takeBack(cart.id, cartId))
      res.redirect(303, `${base}/cart`)
    }),
  )

  router.get(
    '/budgets',
    inCompany(async ({ shop, hub }, _req, res) =>
      show(res, shop, 'Budgets', <BudgetsPage shop={shop} budgets={await hub.budgets()} />),
    ),
  )
  router.get(
    '/budgets/:id',
    inCompany(async ({ shop, hub }, req, res) => {
      const [budget, entries] = await Promise.all([hub.budget(idOf(req)), hub.budgetEntries(idOf(req))])
      show(res, shop, budget.name, <BudgetPage shop={shop} budget={budget} entries={entries} />)
    }),
  )
  return router
}

function count(member: Member, cart: MemberCart | null): void {
  member.lines = cart?.lines.length ?? 0
  const kept = findMember(member.key)
  if (kept) kept.lines = member.lines
}

/** The hub's lines as entries of the shop's, which knows what each costs at its quantity. */
function entriesOf({ lines }: MemberCart): CartEntry[] {
  return lines.flatMap((line) => {
    const product = findProduct(line.supplierPartId)
    return product ? [newEntry(product, line.quantity, optionOf(line))] : []
  })
}

function lineGiven(entry: CartEntry, charge: ReturnType<typeof chargeOf>): LineGiven[] {
  const [line] = linesOf(entry)
  const product = findProduct(entry.sku)
  if (!line || !product) return []
  const option = product.options?.find((o) => o.key === entry.option)
  return [
    {
      supplierPartId: entry.sku,
      description: line.description,
      quantity: entry.quantity,
      unit: line.unitOfMeasure,
      unitPrice: line.unitPrice.amount,
      priceUnit: line.priceUnit,
      taxAmount: line.tax?.amount ?? '0',
      note: option?.name,
      shares: charge.costCentre || charge.project ? [{ ...charge, percent: '100' }] : [],
    },
  ]
}
