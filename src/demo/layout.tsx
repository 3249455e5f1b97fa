// The frame of every page of the demo, and how it is sent: security headers, no script unless a nonce is given.
import type { Response } from 'express'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'

export interface PageFrame {
  title: string
  /** Where in the demo: marks the navigation; `store` also sets the shop's colours. */
  place: 'welcome' | 'buyer' | 'store' | 'bare'
  /** In place of the demo's own navigation. */
  header?: ReactNode
}

export interface PageSecurity {
  status?: number
  /** CSP sources beside the page's own origin. */
  formActions?: readonly string[]
  frames?: readonly string[]
  ancestors?: readonly string[]
  nonce?: string
}

export const STYLE_PATH = '/demo/style.css'

const LINKS = [
  ['welcome', '/', 'Start'],
  ['buyer', '/demo/buyer', 'Buyer simulator'],
  ['store', '/demo/store', 'Storefront'],
  ['api', '/api/docs', 'API'],
] as const

/** Sends a page. It may hold secrets of a session in its address, so neither caches nor other sites learn of it. */
export function sendPage(res: Response, frame: PageFrame, content: ReactNode, security: PageSecurity = {}): void {
  const { formActions = [], frames = [], ancestors = [], nonce } = security
  const script = nonce ? ` script-src 'nonce-${nonce}';` : ''
  res.set({
    'Content-Security-Policy':
      `default-src 'none'; style-src 'self'; img-src 'self'; form-action ${["'self'", ...formActions].join(' ')}; ` +
      `frame-src ${["'self'", ...frames].join(' ')}; frame-ancestors ${["'self'", ...ancestors].join(' ')};${script} base-uri 'none'`,
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'unsafe-none',
    'Cache-Control': 'no-store',
  })
  // Framing is said by frame-ancestors, which knows more than one origin.
  res.removeHeader('X-Frame-Options')
  res
    .status(security.status ?? 200)
    .type('html')
    .send(`<!doctype html>${renderToStaticMarkup(<Page {...frame}>{content}</Page>)}`)
}

function Page({ title, place, header, children }: PageFrame & { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <link rel="icon" href="/demo/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={STYLE_PATH} />
      </head>
      <body className={place === 'store' ? 'store' : undefined}>
        <a className="skip" href="#content">
          Skip to content
        </a>
        {header ?? <DemoHeader place={place} />}
        <main id="content" className="wide">
          {children}
        </main>
      </body>
    </html>
  )
}

function DemoHeader({ place }: { place: PageFrame['place'] }) {
  return (
    <header className="bar">
      <div className="wide">
        <a className="brand" href="/">
          <Mark />
          Procurement hub demo
        </a>
        <nav aria-label="Demo">
          {LINKS.map(([name, href, text]) => (
            <a key={href} href={href} aria-current={name === place ? 'page' : undefined}>
              {text}
            </a>
          ))}
        </nav>
      </div>
    </header>
  )
}

/** Two parties and what goes between them. */
export function Mark() {
  return (
    <svg
      viewBox="0 0 28 28"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <rect x="2" y="2" width="24" height="24" rx="7" />
      <path d="M8 11h12l-3-3M20 17H8l3 3" strokeLinejoin="round" />
    </svg>
  )
}

export const ICON_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28" fill="none" stroke="#2f74d0" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"><rect x="2" y="2" width="24" height="24" rx="7"/><path d="M8 11h12l-3-3M20 17H8l3 3"/></svg>'
