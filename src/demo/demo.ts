// The demo: welcome page, storefront and buyer simulator. All three are outsiders to the hub and know only its HTTP API.
import type { Express } from 'express'
import { createElement } from 'react'
import { buyerSimulatorRouter } from './buyer-simulator.tsx'
import { ICON_SVG, STYLE_PATH, sendPage } from './layout.tsx'
import { mailboxRouter } from './mailbox.tsx'
import { storefrontRouter } from './storefront.tsx'
import { STYLE } from './style.ts'
import { Welcome } from './welcome.tsx'

export interface DemoOptions {
  /** The hub's PUBLIC_URL, without a slash at its end. */
  hubUrl: string
  /** The storefront's API client. */
  storefrontClient: { id: string; secret: string }
}

/** Mounts the demo's pages. */
export function mountDemo(app: Express, options: DemoOptions): void {
  const { hubUrl } = options
  app.get(STYLE_PATH, (_req, res) => void res.set('Cache-Control', 'public, max-age=300').type('css').send(STYLE))
  app.get(
    '/demo/icon.svg',
    (_req, res) => void res.set('Cache-Control', 'public, max-age=300').type('svg').send(ICON_SVG),
  )
  app.use('/demo/buyer', buyerSimulatorRouter(options))
  app.use('/demo/store', storefrontRouter(options))
  app.use('/demo/mail', mailboxRouter(hubUrl))
  app.get('/', (_req, res) =>
    sendPage(res, { title: 'Procurement hub demo', place: 'welcome' }, createElement(Welcome, { hubUrl })),
  )
}
