// The table of every URL, who may call it, and the Express app around it: the table of contents of the product.
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express'
import helmet from 'helmet'
import { Histogram } from 'prom-client'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { accountRoutes } from './accounts.ts'
import { allocationRoutes } from './allocations.ts'
import { approvalPageRoutes } from './approval-page.tsx'
import { approvalRoutes } from './approvals.ts'
import { auditRoutes } from './audit.ts'
import { authenticate } from './authenticate.ts'
import { budgetRoutes } from './budgets.ts'
import { cartRoutes, orderListRoutes } from './carts.ts'
import { connectionRoutes } from './connections.ts'
import { codeListRoutes } from './cost-centres.ts'
import { creditRoutes } from './credit.ts'
import { cxmlRoute } from './cxml.ts'
import { delegationRoutes } from './delegations.ts'
import { differenceRoutes } from './differences.ts'
import { documentRoutes } from './documents.ts'
import { guestOrderRoutes } from './guest-orders.ts'
import { healthRoutes } from './health.ts'
import { invitationRoutes } from './invitations.tsx'
import { invoiceDocumentRoutes } from './invoice-documents.ts'
import { invoiceRoutes } from './invoices.ts'
import { jobRoutes } from './jobs.ts'
import { nudgeRoute } from './nudge.ts'
import { tokenRoute } from './oauth.ts'
import { ociRoutes } from './oci.ts'
import { oidcRoutes } from './oidc.ts'
import { describeApi, docsHandlers } from './openapi.ts'
import { orderAttachmentRoute } from './order-attachments.ts'
import { orderDecisionRoutes } from './order-decisions.ts'
import { orderRoutes } from './orders.ts'
import { renderErrorPage } from './page.tsx'
import { dryRunRoute } from './partner-dry-run.ts'
import { partnerRoutes } from './partners.ts'
import { passwordRoutes } from './passwords.tsx'
import { paymentRoutes } from './payments.ts'
import { peopleRoutes } from './people.ts'
import { policyRoutes } from './policies.ts'
import { punchoutReturnRoute } from './punchout-return.ts'
import { punchoutSessionRoutes } from './punchout-sessions.ts'
import { punchoutStartRoute } from './punchout-start.ts'
import { quickOrderRoutes } from './quick-order.ts'
import { quoteRoutes } from './quotes.ts'
import { registrationRoutes } from './registrations.tsx'
import { renderError } from './render-error.ts'
import { reportRoutes } from './reports.ts'
import { requisitionRoutes } from './requisitions.ts'
import { returnRoutes } from './returns.ts'
import { roleRoutes } from './roles.ts'
import { JSON_LIMIT, type Route } from './route.ts'
import { scimRoutes } from './scim.ts'
import { sellerRoutes } from './seller.ts'
import { sessionRoutes } from './sessions.ts'
import { shipmentRoutes } from './shipments.ts'
import { mailRoutes } from './sign-in-mails.ts'
import { signInPageRoutes } from './sign-in-pages.tsx'
import { staffRoutes } from './staff.ts'
import { webhookRoutes } from './webhooks.ts'

export const routes: readonly Route[] = [
  ...healthRoutes,
  cxmlRoute,
  ...ociRoutes,
  punchoutStartRoute,
  punchoutReturnRoute,
  tokenRoute,
  ...sessionRoutes,
  ...signInPageRoutes,
  ...passwordRoutes,
  ...invitationRoutes,
  ...registrationRoutes,
  ...oidcRoutes,
  ...mailRoutes,
  ...punchoutSessionRoutes,
  ...accountRoutes,
  ...codeListRoutes,
  ...peopleRoutes,
  ...roleRoutes,
  ...staffRoutes,
  ...scimRoutes,
  ...auditRoutes,
  ...partnerRoutes,
  dryRunRoute,
  ...differenceRoutes,
  ...orderRoutes,
  orderAttachmentRoute,
  ...orderDecisionRoutes,
  ...shipmentRoutes,
  ...invoiceRoutes,
  ...invoiceDocumentRoutes,
  ...creditRoutes,
  ...allocationRoutes,
  ...paymentRoutes,
  ...budgetRoutes,
  ...reportRoutes,
  ...sellerRoutes,
  ...documentRoutes,
  ...connectionRoutes,
  nudgeRoute,
  ...policyRoutes,
  ...approvalRoutes,
  ...delegationRoutes,
  ...approvalPageRoutes,
  ...jobRoutes,
  ...webhookRoutes,
  ...cartRoutes,
  ...orderListRoutes,
  ...quickOrderRoutes,
  ...requisitionRoutes,
  ...guestOrderRoutes,
  ...quoteRoutes,
  ...returnRoutes,
]

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Mounts further pages (demo) before the 404. */
export type Mount = (app: Express) => void

export interface HubApp {
  app: Express
  /** Resolves when no request is being worked on, also those whose sender hung up: the database must stay open for them. */
  idle(): Promise<void>
}

export function makeApp(hub: Hub, mount?: Mount): HubApp {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', hub.config.trustProxy)
  app.set('query parser', 'simple')
  const pageHeaders = helmet({
    contentSecurityPolicy: { useDefaults: true, directives: { 'frame-ancestors': ["'none'"] } },
  })
  // No browser shows what /cxml answers, and it is the busiest address.
  app.use((req, res, next) => {
    if (req.path !== '/cxml') return pageHeaders(req, res, next)
    res.set('X-Content-Type-Options', 'nosniff')
    next()
  })
  const duration = requestDuration(hub)
  const underWay = new Set<Promise<void>>()

  for (const route of routes) {
    const handlers: RequestHandler[] = [
      (_req, res, next) => {
        res.locals.route = `${route.method.toUpperCase()} ${route.path}`
        const stop = duration.startTimer({ route: res.locals.route })
        res.once('close', () => {
          const seconds = stop({ status: String(res.statusCode) })
          hub.log.debug({ route: res.locals.route, status: res.statusCode, seconds }, 'answered')
        })
        next()
      },
    ]
    if (route.who !== 'anyone') {
      const { who, may, sellers } = route
      handlers.push((req, res, next) => {
        for (const [name, value] of Object.entries(req.params))
          if (/^id$|Id$/.test(name) && !UUID.test(String(value)))
            throw new HubError('not_found', 'There is no such thing here: ids are UUIDs.')
        return authenticate(hub, req, { who, may, sellers }).then((caller) => {
          res.locals.caller = caller
          next()
        })
      })
    }
    if (route.api?.body) handlers.push(requireJson, express.json({ limit: JSON_LIMIT }))
    handlers.push(async (req, res) => {
      const work = Promise.resolve(route.handle(hub, req, res))
      underWay.add(work)
      await work.finally(() => underWay.delete(work))
    })
    app[route.method](route.path, ...handlers)
  }

  const openapi = describeApi(routes, hub.config.publicUrl)
  const docs = docsHandlers()
  app.get('/api/openapi.json', (_req, res) => void res.json(openapi))
  app.get('/api/docs', docs.page)
  app.get('/api/docs/start.js', docs.start)
  app.use('/api/docs', docs.assets)
  mount?.(app)

  app.use((req, _res) => {
    throw new HubError(
      'not_found',
      `There is nothing at ${req.method} ${req.path.slice(0, 200)}. The API is described at /api/docs.`,
    )
  })
  // Express tells an error handler by its four parameters.
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    const wantsPage =
      !req.path.startsWith('/api/') && !req.path.startsWith('/oauth/') && req.accepts(['json', 'html']) === 'html'
    if (wantsPage) renderErrorPage(hub, error, res)
    else renderError(hub, error, res)
  })
  return {
    app,
    async idle() {
      await Promise.allSettled(underWay)
    },
  }
}

function requireJson(req: Request, _res: Response, next: NextFunction): void {
  if (!req.is('application/json'))
    throw new HubError('unsupported_media', 'Send the body as JSON, with Content-Type: application/json.')
  next()
}

function requestDuration(hub: Hub): Histogram<'route' | 'status'> {
  const name = 'hub_http_request_seconds'
  return (
    (hub.metrics.getSingleMetric(name) as Histogram<'route' | 'status'> | undefined) ??
    new Histogram({
      name,
      help: 'Time to answer, by route and status',
      labelNames: ['route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [hub.metrics],
    })
  )
}
