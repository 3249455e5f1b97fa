// The buyer simulator: a procurement system's side of a punchout. Sends people out with cXML (as Ariba) or OCI (as SAP), takes
// back what their browser posts, keeps it as a requisition.
import { randomBytes } from 'node:crypto'
import express, { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { CART_LIMITS, decodeForm, type Field } from '../../protocols/oci/form-fields.ts'
import { readCart, requestStartPage } from './ariba.ts'
import { FramePage, ReturnedPage, VisitPage } from './buyer-pages.tsx'
import type { DemoOptions } from './demo.ts'
import { DocumentPage } from './document-page.tsx'
import { sendPage } from './layout.tsx'
import { clockOf, isWaiting, sendingInWords } from './order-section.tsx'
import { documentsOf, receiveDocument, sendOrder, type Tampering, tamperings } from './purchase-orders.ts'
import { RequisitionPage } from './requisition-page.tsx'
import {
  findRequisition,
  listRequisitions,
  newKey,
  newRequisition,
  type Requisition,
  type RequisitionLine,
  receiveCart,
  type Visit,
} from './requisitions.ts'
import { callUp, functions, readBasket, searchInBackground, written } from './sap.ts'
import { StartPage } from './start-page.tsx'

const ROOT = '/demo/buyer'

const line = z.string().trim().max(200).catch('')
const startSchema = z.object({
  system: z.enum(['cxml', 'oci']).catch('cxml'),
  email: z.string().trim().min(1).max(200).catch('jane@almere.example'),
  mode: z.enum(['production', 'test']).catch('production'),
  method: z.enum(['GET', 'POST']).catch('POST'),
  charset: z.enum(['utf-8', 'iso-8859-1']).catch('utf-8'),
  function: z.enum(functions).catch(''),
  productId: line,
  quantity: line,
  searchString: line,
  frame: z.enum(['tab', 'iframe']).catch('tab'),
})
type Start = z.infer<typeof startSchema>

const againSchema = z.object({
  operation: z.enum(['edit', 'inspect']).catch('edit'),
  frame: z.enum(['tab', 'iframe']).catch('tab'),
  version: z.coerce.number().int().min(0).catch(0),
})

const orderSchema = z.object({
  type: z.enum(['new', 'update', 'delete']).catch('new'),
  tampering: z.enum(Object.keys(tamperings) as [Tampering, ...Tampering[]]).catch('none'),
  attachment: z
    .literal('yes')
    .optional()
    .catch(undefined)
    .transform((word) => word === 'yes'),
})

/** Every page below /demo/buyer. */
export function buyerSimulatorRouter({ hubUrl }: Pick<DemoOptions, 'hubUrl'>): Router {
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: '64kb' })
  const origins = [new URL(hubUrl).origin, otherOrigin(hubUrl)]
  const page = (
    res: Response,
    title: string,
    content: React.ReactNode,
    more: { nonce?: string; status?: number } = {},
  ) =>
    sendPage(res, { title: `${title} · Buyer simulator`, place: 'buyer' }, content, {
      formActions: origins,
      frames: origins,
      ancestors: origins,
      ...more,
    })
  const returnUrl = (requisition: Requisition, frame: boolean) =>
    `${origins[frame ? 1 : 0]}${ROOT}/return/${requisition.id}`
  const goTo = (res: Response, requisition: Requisition, visit: Visit) => {
    const path = `${ROOT}/requisitions/${requisition.id}/visits/${visit.id}`
    // The frame's page is opened at the other name of this server, so that hub and shop are a third party in it.
    res.redirect(303, visit.frame && visit.outcome === 'open' ? `${origins[1]}${path}/frame` : path)
  }

  async function leaveAsAriba(
    requisition: Requisition,
    about: {
      operation: 'create' | 'edit' | 'inspect'
      frame: boolean
      productId: string
      lines: readonly RequisitionLine[]
    },
  ): Promise<Visit> {
    const { operation, frame, productId, lines } = about
    const id = newKey()
    const { email, mode } = requisition
    const setup = {
      operation,
      buyerCookie: id,
      returnUrl: returnUrl(requisition, frame),
      email,
      mode,
      productId,
      lines,
    }
    const visit = { id, operation, at: new Date(), frame, returned: null, ...(await requestStartPage(hubUrl, setup)) }
    requisition.visits.push(visit)
    return visit
  }

  async function leaveAsSap(requisition: Requisition, start: Start): Promise<Visit> {
    const id = newKey()
    const frame = start.frame === 'iframe'
    // SRM's own HOOK_URL has parameters too; they have to come back.
    const hookUrl = `${returnUrl(requisition, frame)}?sap-client=100&visit=${id}`
    const departure = callUp(hubUrl, { ...start, hookUrl })
    const visit: Visit = {
      id,
      operation: start.function || 'create',
      at: new Date(),
      frame,
      sent: written(`${departure.method} ${departure.action}`, departure.fields),
      answered: null,
      outcome: 'open',
      refusal: null,
      departure,
      returned: null,
    }
    requisition.visits.push(visit)
    if (start.function !== 'BACKGROUND_SEARCH') return visit
    const { fields, answered, refusal } = await searchInBackground(departure)
    const cart = refusal ? null : readBasket('Read from the answer', fields)
    Object.assign(visit, { answered, refusal, departure: null, outcome: 'refused' })
    if (cart) receiveCart(requisition, visit, cart, answered.length)
    return visit
  }

  router.get('/', (_req, res) =>
    page(res, 'Start', <StartPage requisitions={listRequisitions().slice(0, 20)} framed={origins[0] !== origins[1]} />),
  )

  router.post('/punchouts', form, async (req, res) => {
    const start = startSchema.parse(req.body ?? {})
    const { system, email, mode, productId } = start
    const requisition = newRequisition({ system, email, mode, charset: start.charset })
    const frame = start.frame === 'iframe'
    const visit =
      system === 'cxml'
        ? await leaveAsAriba(requisition, { operation: 'create', frame, productId, lines: [] })
        : await leaveAsSap(requisition, start)
    goTo(res, requisition, visit)
  })

  /** Runs `handle` with the requisition of the address. */
  const withRequisition =
    (handle: (requisition: Requisition, req: Request, res: Response) => unknown) =>
    async (req: Request, res: Response) => {
      const requisition = findRequisition(String(req.params.id))
      if (requisition) await handle(requisition, req, res)
      else
        page(
          res,
          'No such requisition',
          <div className="card">
            <h1>No such requisition</h1>
            <p>
              The simulator forgets its requisitions when the hub restarts. <a href={ROOT}>Start again</a>
            </p>
          </div>,
          { status: 404 },
        )
    }
  const withVisit = (
    handle: (requisition: Requisition, visit: Visit, res: Response) => unknown,
  ): ReturnType<typeof withRequisition> =>
    withRequisition((requisition, req, res) => {
      const visit = requisition.visits.find((v) => v.id === req.params.visit)
      return visit ? handle(requisition, visit, res) : res.redirect(303, `${ROOT}/requisitions/${requisition.id}`)
    })

  router.get(
    '/requisitions/:id',
    withRequisition((requisition, req, res) => {
      const changing = req.query.change === 'yes'
      // No script: the page asks to be fetched again while an answer is awaited. Its address must have no fragment: browsers would go
      // there instead.
      if (isWaiting(requisition) && !changing) res.set('Refresh', '3')
      const framed = origins[0] !== origins[1]
      page(res, requisition.number, <RequisitionPage requisition={requisition} framed={framed} changing={changing} />)
    }),
  )
  router.post(
    '/requisitions/:id/orders',
    form,
    withRequisition(async (requisition, req, res) => {
      const about = orderSchema.parse(req.body ?? {})
      if (requisition.system === 'cxml' && requisition.carts.length > 0) await sendOrder(hubUrl, requisition, about)
      res.redirect(303, `${ROOT}/requisitions/${requisition.id}`)
    }),
  )
  router.get(
    '/requisitions/:id/orders/:version',
    withRequisition((requisition, req, res) => {
      const order = requisition.orders.find((o) => String(o.version) === req.params.version)
      if (!order) return res.redirect(303, `${ROOT}/requisitions/${requisition.id}`)
      const { number, sent, answered } = order
      const texts: [string, string][] = [['Sent: OrderRequest', sent]]
      if (answered) texts.push(['Answered', answered])
      const summary = `${sendingInWords(order)}, ${clockOf(order.at)}.`
      page(
        res,
        number,
        <DocumentPage requisition={requisition} title={`Purchase order ${number}`} summary={summary} texts={texts} />,
      )
    }),
  )
  router.get(
    '/requisitions/:id/documents/:document',
    withRequisition((requisition, req, res) => {
      const numbers = new Set(requisition.orders.map((o) => o.number))
      const document = [...numbers].flatMap(documentsOf).find((d) => d.id === req.params.document)
      if (!document) return res.redirect(303, `${ROOT}/requisitions/${requisition.id}`)
      const { kind, orderNumber, xml } = document
      const summary = `${document.summary}. Came ${clockOf(document.at)}.`
      const title = `${kind} for ${orderNumber}`
      page(
        res,
        title,
        <DocumentPage requisition={requisition} title={title} summary={summary} texts={[['The document', xml]]} />,
      )
    }),
  )
  // What the hub posts: confirmations, ship notices, invoices.
  router.post('/documents', express.raw({ type: () => true, limit: '10mb' }), (req, res) => {
    const body: Buffer = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0)
    res.type('text/xml; charset=UTF-8').send(Buffer.from(receiveDocument(body)))
  })
  router.get(
    '/requisitions/:id/visits/:visit',
    withVisit((requisition, visit, res) =>
      page(res, requisition.number, <VisitPage requisition={requisition} visit={visit} />),
    ),
  )
  router.get(
    '/requisitions/:id/visits/:visit/frame',
    withVisit((requisition, visit, res) => {
      const nonce = randomBytes(16).toString('base64')
      page(res, requisition.number, <FramePage requisition={requisition} visit={visit} nonce={nonce} />, { nonce })
    }),
  )

  router.post(
    '/requisitions/:id/visits',
    form,
    withRequisition(async (requisition, req, res) => {
      const { operation, frame } = againSchema.parse(req.body ?? {})
      const lines = requisition.carts.at(-1)?.lines ?? []
      if (requisition.system === 'oci' || lines.length === 0)
        return res.redirect(303, `${ROOT}/requisitions/${requisition.id}`)
      const about = { operation, frame: frame === 'iframe', productId: '', lines }
      goTo(res, requisition, await leaveAsAriba(requisition, about))
    }),
  )
  router.post(
    '/requisitions/:id/copies',
    form,
    withRequisition((requisition, req, res) => {
      const cart = requisition.carts[againSchema.parse(req.body ?? {}).version]
      if (!cart) return res.redirect(303, `${ROOT}/requisitions/${requisition.id}`)
      const copy = newRequisition(requisition)
      copy.copyOf = requisition.number
      copy.carts.push(cart)
      res.redirect(303, `${ROOT}/requisitions/${copy.id}`)
    }),
  )

  const takeBack = withRequisition((requisition, req, res) => {
    const body: Buffer = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0)
    try {
      const visit = requisition.system === 'cxml' ? takeCxml(requisition, body) : takeOci(requisition, req, body)
      const place = `${ROOT}/requisitions/${requisition.id}`
      res.redirect(303, visit.frame && requisition.system === 'cxml' ? `${ROOT}/returned/${requisition.id}` : place)
    } catch (error) {
      page(
        res,
        'Not understood',
        <div className="card">
          <h1>The cart was not understood</h1>
          <p>{(error as Error).message}</p>
          <p>
            <a href={`${ROOT}/requisitions/${requisition.id}`} target="_top">
              Back to requisition {requisition.number}
            </a>
          </p>
        </div>,
        { status: 400 },
      )
    }
  })
  router.post('/return/:id', express.raw({ type: () => true, limit: '32mb' }), takeBack)
  router.get('/return/:id', takeBack)
  router.get(
    '/returned/:id',
    withRequisition((requisition, _req, res) =>
      page(res, requisition.number, <ReturnedPage requisition={requisition} />),
    ),
  )
  return router
}

function takeCxml(requisition: Requisition, body: Buffer): Visit {
  const { buyerCookie, cart, document } = readCart(decodeForm(body, 'utf-8', CART_LIMITS))
  const visit = openVisit(requisition, buyerCookie, 'BuyerCookie')
  // A reload of the hub's page posts the same form again.
  if (visit.outcome !== 'open') return visit
  if (cart) receiveCart(requisition, visit, cart, body.length)
  else Object.assign(visit, { outcome: 'cancelled', returned: document })
  return visit
}

function takeOci(requisition: Requisition, req: Request, body: Buffer): Visit {
  const query = req.originalUrl.split('?')[1] ?? ''
  const fields: Field[] = [
    ...decodeForm(Buffer.from(query, 'latin1'), requisition.charset, CART_LIMITS),
    ...decodeForm(body, requisition.charset, CART_LIMITS),
  ]
  const visit = openVisit(requisition, fields.find(([name]) => name === 'visit')?.[1], 'HOOK_URL')
  if (visit.outcome !== 'open') return visit
  const cart = readBasket(`${req.method} ${req.path}, fields in ${requisition.charset}:`, fields)
  if (cart) receiveCart(requisition, visit, cart, body.length)
  else Object.assign(visit, { outcome: 'cancelled', returned: written('A form without items:', fields) })
  return visit
}

function openVisit(requisition: Requisition, id: string | undefined, what: string): Visit {
  const visit = requisition.visits.find((v) => v.id === id)
  if (!visit)
    throw new Error(`The ${what} is not one of requisition ${requisition.number}: the cart belongs elsewhere.`)
  return visit
}

/** This server under its other name: another origin, and another site, for a browser. The same where it has only one. */
function otherOrigin(hubUrl: string): string {
  const url = new URL(hubUrl)
  if (url.hostname === '127.0.0.1') url.hostname = 'localhost'
  else if (url.hostname === 'localhost') url.hostname = '127.0.0.1'
  return url.origin
}
