// A session with SAP: login, cookies, and the CSRF token that every change needs. Token and session cookie belong together
// (SAP Gateway, "Cross-Site Request Forgery Protection"): many calls that start at once share one fetch.
import type { Exchange } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import { type HttpAnswer, type HttpClient, type HttpRequest, makeHttpClient } from '../http-client.ts'
import { gatewayError, readStatuses } from './gateway-error.ts'
import type { S4Settings } from './settings.ts'

export interface Session {
  /** Logged on, with cookies. A change carries the CSRF token, which is fetched below `tokenPath`. */
  send(request: HttpRequest, tokenPath?: string): Promise<HttpAnswer>
  /** Fetches the token ahead of the first change. */
  prepare(tokenPath: string): Promise<void>
}

export interface SessionOptions {
  login: S4Settings['login']
  timeoutMs: number
  onExchange?: ((exchange: Exchange) => void) | undefined
  now(): Date
}

/** `http` is the client for SAP itself. */
export function makeSession(http: HttpClient, options: SessionOptions): Session {
  const cookies = new Map<string, string>()
  const bearer = options.login.method === 'oauth' ? makeBearer(options.login, options) : undefined
  let fetching: Promise<string> | undefined

  async function exchange(request: HttpRequest): Promise<HttpAnswer> {
    const authorization = bearer ? await bearer.header() : basicHeader(options.login)
    const answer = await http.send({
      ...request,
      headers: { ...request.headers, authorization, ...cookieHeader(cookies) },
      accept: bearer ? [...(request.accept ?? []), 401] : request.accept,
    })
    keepCookies(cookies, answer.headers)
    return answer
  }

  /** An access token that SAP no longer takes is replaced once. */
  async function loggedOn(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await exchange(request)
    if (answer.status !== 401 || !bearer) return answer
    bearer.forget()
    const again = await exchange(request)
    if (again.status !== 401) return again
    throw new ErpError(
      'unauthorised',
      `${request.what ?? request.path}: SAP takes no access token of ${new URL(bearer.url).origin}. Check the OAuth client's rights.`,
    )
  }

  function csrfToken(tokenPath: string): Promise<string> {
    fetching ??= fetchToken(tokenPath).catch((error: unknown) => {
      fetching = undefined
      throw error
    })
    return fetching
  }

  async function fetchToken(tokenPath: string): Promise<string> {
    const what = 'GET CSRF token'
    const headers = { accept: 'application/json', 'x-csrf-token': 'Fetch' }
    const answer = await loggedOn({ method: 'GET', path: tokenPath, what, headers, accept: readStatuses })
    if (answer.status >= 300) throw gatewayError(what, answer.status, answer.text())
    const token = answer.headers.get('x-csrf-token')
    if (!token || /^required$/i.test(token))
      throw new ErpError(
        'unintelligible',
        `${what}: SAP gives no CSRF token. Is something between hub and SAP taking away the x-csrf-token header?`,
      )
    return token
  }

  async function change(request: HttpRequest, tokenPath: string): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt++) {
      const used = csrfToken(tokenPath)
      const headers = { ...request.headers, 'x-csrf-token': await used }
      const answer = await loggedOn({ ...request, headers, accept: [...(request.accept ?? []), 403] })
      if (answer.status !== 403 || !/required/i.test(answer.headers.get('x-csrf-token') ?? '')) return answer
      // The session ended. Whoever comes first forgets the token; the others wait for the new one.
      if (fetching === used) fetching = undefined
      if (attempt === 2)
        throw new ErpError(
          'unauthorised',
          `${request.what ?? request.path}: SAP refuses the CSRF token it has just given. Do its cookies come through?`,
        )
    }
  }

  return {
    send: (request, tokenPath) => (tokenPath === undefined ? loggedOn(request) : change(request, tokenPath)),
    async prepare(tokenPath) {
      await csrfToken(tokenPath)
    },
  }
}

function basicHeader(login: S4Settings['login']): string {
  if (login.method !== 'password') return ''
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
}

function cookieHeader(cookies: ReadonlyMap<string, string>): Record<string, string> {
  if (cookies.size === 0) return {}
  return { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
}

function keepCookies(cookies: Map<string, string>, headers: Headers): void {
  for (const cookie of headers.getSetCookie()) {
    const [pair = '', ...attributes] = cookie.split(';')
    const at = pair.indexOf('=')
    if (at < 1) continue
    const name = pair.slice(0, at).trim()
    const ended = attributes.some((attribute) => /^\s*(max-age=0|expires=.*\b1970\b.*)\s*$/i.test(attribute))
    if (ended) cookies.delete(name)
    else cookies.set(name, pair.slice(at + 1).trim())
  }
}

interface Bearer {
  url: string
  header(): Promise<string>
  forget(): void
}

/** OAuth 2.0 client credentials (RFC 6749 section 4.4); a token is kept until a minute before its end. */
function makeBearer(login: Extract<S4Settings['login'], { method: 'oauth' }>, options: SessionOptions): Bearer {
  const url = new URL(login.oauthUrl)
  const http = makeHttpClient({ baseUrl: url.origin, timeoutMs: options.timeoutMs, onExchange: options.onExchange })
  let token: Promise<{ header: string; until: number }> | undefined

  async function fetchToken() {
    const what = 'POST access token'
    const client = [login.clientId, login.clientSecret].map(encodeURIComponent).join(':')
    const answer = await http.send({
      method: 'POST',
      path: `${url.pathname}${url.search}`,
      what,
      headers: {
        authorization: `Basic ${Buffer.from(client).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: 'grant_type=client_credentials',
      accept: [400, 401],
    })
    const said = answer.json() as {
      access_token?: string
      expires_in?: number
      error?: string
      error_description?: string
    }
    if (!said.access_token)
      throw new ErpError(
        'unauthorised',
        `${what}: no access token is given out (${said.error_description ?? said.error ?? answer.status}). Check client id and secret.`,
      )
    const seconds = Number(said.expires_in ?? 600)
    return { header: `Bearer ${said.access_token}`, until: options.now().getTime() + (seconds - 60) * 1000 }
  }

  return {
    url: login.oauthUrl,
    forget() {
      token = undefined
    },
    async header() {
      token ??= fetchToken()
      try {
        const known = await token
        if (options.now().getTime() < known.until) return known.header
      } catch (error) {
        token = undefined
        throw error
      }
      token = fetchToken()
      return (await token).header
    },
  }
}
