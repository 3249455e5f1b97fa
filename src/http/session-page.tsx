// The frame of the pages people sign in by: forms that are easy to fill in by keyboard and thumb, and what keeps other sites' pages out.
import express, { type Request, type Response } from 'express'
import type { Access } from '../accounts/access.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { newNonce, renderPage, setPageHeaders } from './page.tsx'

const STYLE = `
form{margin:1.1rem 0 0}h2{font-size:1.05rem;margin:1.6rem 0 -.4rem}label{display:block;margin:.9rem 0 .25rem;font-weight:600;font-size:.92rem}label small{font-weight:400;color:var(--soft)}
input:not([type=hidden]):not([type=checkbox]),textarea{width:100%;padding:.65rem .75rem;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:9px}
button,a.button{display:block;width:100%;margin-top:1.2rem;padding:.7rem 1rem;font:inherit;font-weight:650;text-align:center;text-decoration:none;color:#fff;background:#1f5fbf;border:0;border-radius:9px;cursor:pointer}
a.button.quiet,button.quiet{color:inherit;background:none;border:1px solid var(--line);font-weight:500;margin-top:.6rem;text-align:left}
:focus-visible{outline:3px solid var(--brand);outline-offset:2px}a{color:var(--brand)}main{width:min(27rem,100%)}
.wrong{padding:.65rem .8rem;border-radius:9px;background:#fdebec;color:#8f1521;border:1px solid #f3c4c8}
@media(prefers-color-scheme:dark){.wrong{background:#3b1a1e;color:#ffb3b9;border-color:#6a2b32}}
.here{float:right;color:var(--soft);font-size:.85rem}.foot{margin-top:1.3rem;font-size:.9rem;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem}
table{width:100%;border-collapse:collapse;margin:.8rem 0;font-size:.92rem}td{padding:.35rem 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
td+td{padding-left:1rem;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}form button.quiet.answer{text-align:center}
pre{padding:.8rem;background:var(--paper);border-radius:9px;columns:2;margin:.8rem 0}.qr svg{display:block;width:11rem;height:11rem;margin:1rem auto;background:#fff;border-radius:9px}
@media(max-width:30rem){body{padding:.7rem;place-items:start center}main{padding:1.4rem 1.2rem}}`

/** The company a page was made for, in its forms: another tab may have switched meanwhile. */
export function MadeFor({ access }: { access: Access }) {
  return <input type="hidden" name="account" value={access.membership?.accountId ?? ''} />
}

/** Throws HubError wrong_company where the form was made for another company than the session is in now. */
export function assertMadeFor(access: Access, form: Record<string, string>): void {
  if (form.account !== undefined && form.account !== (access.membership?.accountId ?? ''))
    throw new HubError(
      'wrong_company',
      'You are in another company now than this page was made for. Go back, reload it, or switch back.',
    )
}

type Content = Parameters<typeof renderPage>[2]

/** Sends a page with forms that post to the hub itself. */
export function sendFormPage(res: Response, title: string, content: Content, status = 200): void {
  const nonce = newNonce()
  setPageHeaders(res, nonce, { ancestors: [], formActions: ["'self'"] })
  res.set('Referrer-Policy', 'same-origin')
  const framed = (
    <>
      <style nonce={nonce}>{STYLE}</style>
      <h1>{title}</h1>
      {content}
    </>
  )
  res
    .status(status)
    .type('html')
    .send(renderPage(title, nonce, framed))
}

/** What went wrong, at the head of a form; read out by screen readers. */
export function Wrong({ message }: { message: string | undefined }) {
  return message ? (
    <p className="wrong" role="alert">
      {message}
    </p>
  ) : null
}

const parseForm = express.urlencoded({ extended: false, limit: '32kb', parameterLimit: 50 })

/** The fields of a form posted from one of the hub's own pages. Throws HubError forbidden where it came from another site. */
export async function readForm(hub: Hub, req: Request, res: Response): Promise<Record<string, string>> {
  assertOwnPage(hub, req)
  await new Promise<void>((resolve, reject) => parseForm(req, res, (error) => (error ? reject(error) : resolve())))
  const entries = Object.entries((req.body ?? {}) as Record<string, unknown>)
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === 'string' ? value : '']))
}

/** Browsers say where a form came from; a page of somebody else's can't forge it. */
export function assertOwnPage(hub: Hub, req: Request): void {
  const origin = req.get('origin')
  const own = [new URL(hub.config.publicUrl).origin, `${req.protocol}://${req.get('host')}`]
  if (origin === undefined ? req.get('sec-fetch-site') === 'cross-site' : !own.includes(origin))
    throw new HubError('forbidden', 'This form came from a page of another site.')
}

/** Where to go afterwards: a path of the hub's own, nothing else. */
export function nextOf(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])[^\s\\]{0,500}$/.test(value) ? value : '/home'
}

/** Runs a form's action; an error that is the person's to mend comes back as its message, others are thrown. */
export async function orMessage<T>(action: () => Promise<T>): Promise<{ done: T } | { wrong: HubError }> {
  try {
    return { done: await action() }
  } catch (error) {
    if (error instanceof HubError && error.code !== 'internal' && error.code !== 'unavailable') return { wrong: error }
    throw error
  }
}
