// The storefront's pages about orders and invoices: inside a punchout those of the session's company; of who is signed in what they may see;
// of who is neither those of the demo's company, with the seller's desk.
import type { Request, Response } from 'express'
import type { ReactNode } from 'react'
import { z } from 'zod'
import { demoIds } from './credentials.ts'
import { InvoicesPage, invoiceFilters } from './invoices-page.tsx'
import { invoiceFiles, type OrderClient, type SellersDesk } from './order-client.ts'
import { OrderPage } from './order-page.tsx'
import { channelNames, stateNames } from './order-words.ts'
import { OrdersPage } from './orders-page.tsx'
import type { Shop } from './storefront-pages.tsx'

export type ShopHandler = (shop: Shop, req: Request, res: Response) => unknown

export interface OrderHistory {
  orders: ShopHandler
  order: ShopHandler
  /** By the buyer's number: goes on to the order. */
  byNumber: ShopHandler
  invoices: ShopHandler
  invoiceFile: ShopHandler
  release: ShopHandler
  reject: ShopHandler
}

interface Tools {
  hubOf(shop: Shop): OrderClient
  desk: SellersDesk
  show(res: Response, shop: Shop, title: string, content: ReactNode): void
  message(res: Response, shop: Shop, title: string, words: string, status: number): void
}

const words = z
  .string()
  .max(500)
  .catch('')
  .transform((given) =>
    given
      .replace(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, 200),
  )
const oneOf = (names: readonly string[]) => words.transform((given) => (names.includes(given) ? given : ''))
const cursor = z.string().max(300).catch('')
const ordersQuery = z.object({
  q: words,
  channel: oneOf(channelNames),
  state: oneOf(stateNames),
  cursor,
})
const invoicesQuery = z.object({ state: oneOf(invoiceFilters), cursor })
const decision = z.object({ note: words, reason: words })

export function orderHistory({ hubOf, desk, show, message }: Tools): OrderHistory {
  const companyOf = ({ session, member }: Shop) =>
    session?.hub.company ?? member?.account ?? { id: demoIds.account, name: 'City of Almere' }
  const notFound = (res: Response, shop: Shop, title = 'No such order') =>
    message(res, shop, title, `${companyOf(shop).name} has none with this number.`, 404)

  return {
    async orders(shop, req, res) {
      const { q, ...narrowed } = ordersQuery.parse(req.query)
      const company = companyOf(shop)
      const search = { words: q, ...narrowed }
      const page = await hubOf(shop).listOrders(company.id, search)
      show(res, shop, 'Orders', <OrdersPage shop={shop} company={company.name} search={search} page={page} />)
    },
    async order(shop, req, res) {
      const order = await hubOf(shop).findOrder(companyOf(shop).id, String(req.params.id))
      if (!order) return notFound(res, shop)
      show(res, shop, `Order ${order.poNumber ?? order.erpNumber}`, <OrderPage shop={shop} order={order} />)
    },
    async byNumber(shop, req, res) {
      const number = words.parse(req.params.number)
      const order = number ? await hubOf(shop).findByNumber(companyOf(shop).id, number) : null
      if (order) res.redirect(303, `${shop.base}/orders/${order.id}`)
      else notFound(res, shop)
    },
    async invoices(shop, req, res) {
      const search = invoicesQuery.parse(req.query)
      const company = companyOf(shop)
      const [page, credit] = await Promise.all([
        hubOf(shop).listInvoices(company.id, search),
        hubOf(shop).readCredit(company.id),
      ])
      const about = { shop, company: company.name, ...search, page, credit }
      show(res, shop, 'Invoices', <InvoicesPage {...about} />)
    },
    async invoiceFile(shop, req, res) {
      const wanted = invoiceFiles.find((name) => name === req.params.file)
      const file = wanted && (await hubOf(shop).readInvoiceFile(companyOf(shop).id, String(req.params.id), wanted))
      if (!file) return notFound(res, shop, 'No such invoice')
      // Always to be saved: a page of its own would leave the frame, and with it the session's cookie.
      res.set({
        'Content-Type': file.contentType,
        'Content-Disposition': file.disposition,
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      })
      res.send(file.bytes)
    },
    async release(shop, req, res) {
      const id = String(req.params.id)
      await desk.release(id, decision.parse(req.body ?? {}).note)
      res.redirect(303, `${shop.base}/orders/${encodeURIComponent(id)}`)
    },
    async reject(shop, req, res) {
      const id = String(req.params.id)
      await desk.reject(id, decision.parse(req.body ?? {}).reason)
      res.redirect(303, `${shop.base}/orders/${encodeURIComponent(id)}`)
    },
  }
}
