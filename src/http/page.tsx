// Pages the hub itself shows people: errors on the way of a punchout, said in words. Rendered on the server, no script, own
// style with a nonce, light and dark.
import { randomBytes } from 'node:crypto'
import type { Response } from 'express'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import type { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { asHubError, logError, statusOf } from './render-error.ts'

const STYLE = `
:root{color-scheme:light dark;--ink:#16202c;--soft:#5a6775;--paper:#f4f6f8;--card:#fff;--line:#dde3e9;--brand:#1f5fbf}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#9aa8b6;--paper:#11171d;--card:#1a222b;--line:#2c3844;--brand:#7db0ff}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:34rem;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:2rem 2.2rem}
h1{margin:0 0 .6rem;font-size:1.35rem;line-height:1.3}p{margin:.6rem 0}.soft{color:var(--soft);font-size:.88rem}code{font-size:.85em;word-break:break-all}`

/** A nonce for one answer's Content-Security-Policy. */
export function newNonce(): string {
  return randomBytes(16).toString('base64')
}

/** Who may frame a page and where its forms may go. Empty lists mean nobody and nowhere. */
export interface Framing {
  ancestors: readonly string[]
  formActions: readonly string[]
}

/**
 * Security headers of a page on a punchout's way. It may stand in the partner's iframe, so framing is by CSP alone, and it may be
 * in a window the procurement system opened and names as target, so its opener is left to it.
 */
export function setPageHeaders(res: Response, nonce: string, framing: Framing): void {
  const list = (sources: readonly string[]) => (sources.length > 0 ? [...new Set(sources)].join(' ') : "'none'")
  res.set({
    'Content-Security-Policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; form-action ${list(framing.formActions)}; frame-ancestors ${list(framing.ancestors)}; base-uri 'none'`,
    'Cross-Origin-Opener-Policy': 'unsafe-none',
    // The buyer's system may check where the form came from; the token in our address must not reach it.
    'Referrer-Policy': 'strict-origin',
    'Cache-Control': 'no-store',
  })
  res.removeHeader('X-Frame-Options')
}

export function renderPage(title: string, nonce: string, content: ReactNode): string {
  const page = (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <style nonce={nonce}>{STYLE}</style>
      </head>
      <body>
        <main>{content}</main>
      </body>
    </html>
  )
  return `<!doctype html>${renderToStaticMarkup(page)}`
}

/** What the buyer can do next, by error. */
const NEXT: Partial<Record<HubError['code'], string>> = {
  code_spent: 'Go back to your procurement system and start the catalogue again.',
  wrong_state: 'Go back to your procurement system and start the catalogue again.',
  not_found: 'Go back to your procurement system and start the catalogue again.',
  unauthenticated: 'Ask your procurement team to check the user name and password of this catalogue.',
  forbidden: 'Ask your procurement team or the supplier to give you access.',
  too_many_requests: 'Wait a few minutes, then start the catalogue again.',
  unavailable: 'Wait a moment, then start the catalogue again.',
  storefront_failed: 'Wait a moment, then start the catalogue again. If it stays so, tell the supplier.',
}

/** An error as a page a person understands, with an id the supplier finds in the log. */
export function renderErrorPage(
  hub: Hub,
  error: unknown,
  res: Response,
  framing: Framing = { ancestors: [], formActions: [] },
): void {
  const known = asHubError(error)
  const id = logError(hub, known, res)
  if (res.headersSent) return void res.destroy()
  const nonce = newNonce()
  setPageHeaders(res, nonce, framing)
  const content = (
    <>
      <h1>This did not work</h1>
      <p>{known.message}</p>
      <p>
        {NEXT[known.code] ?? 'Go back to your procurement system and try again. If it stays so, tell the supplier.'}
      </p>
      <p className="soft">
        Reference for the supplier: <code>{id}</code>
      </p>
    </>
  )
  res
    .status(statusOf(known.code))
    .type('html')
    .send(renderPage('This did not work', nonce, content))
}
