// The only fetch towards ERPs: time-out, size limit, status -> ErpError kind. What a connector adds is its ERP's own errors.
import type { Exchange } from './connector.ts'
import { ErpError } from './erp-error.ts'

export interface HttpClientOptions {
  /** `https://erp.example/base`, without a slash at the end. */
  baseUrl: string
  /** For the whole exchange. */
  timeoutMs?: number
  /** Most bytes of an answer. */
  maxBytes?: number
  /** Added to every request: the login. */
  headers?(): Record<string, string>
  onExchange?(exchange: Exchange): void
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'MERGE' | 'DELETE'
  /** Begins with a slash; absolute addresses only below `baseUrl`'s origin. */
  path: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** For messages and the log; default: method and path. */
  what?: string
  signal?: AbortSignal | undefined
  /** Statuses the caller wants to see itself, besides 2xx. */
  accept?: readonly number[]
}

export interface HttpAnswer {
  status: number
  headers: Headers
  bytes: Uint8Array
  text(): string
  /** Throws ErpError `unintelligible` when it isn't JSON: a login page, a proxy's error. */
  json(): unknown
}

export interface HttpClient {
  send(request: HttpRequest): Promise<HttpAnswer>
}

export const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024

/** Makes a client for one ERP. `send` throws ErpError for no answer, a late one, and any status that is neither 2xx nor accepted. */
export function makeHttpClient(options: HttpClientOptions): HttpClient {
  const { baseUrl, timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes = DEFAULT_MAX_BYTES } = options
  return {
    async send(request) {
      const what = request.what ?? `${request.method} ${request.path.split('?')[0]}`
      const begun = performance.now()
      const tell = (status: number | undefined, error?: ErpError) =>
        options.onExchange?.({ what, status, milliseconds: Math.round(performance.now() - begun), error })
      let status: number | undefined
      try {
        const late = AbortSignal.timeout(timeoutMs)
        const response = await fetch(addressOf(baseUrl, request.path), {
          method: request.method,
          headers: { ...options.headers?.(), ...request.headers },
          body: request.body as RequestInit['body'],
          redirect: 'manual',
          signal: request.signal ? AbortSignal.any([late, request.signal]) : late,
        })
        status = response.status
        const bytes = await readAtMost(response, maxBytes, what)
        const answer = toAnswer(response, bytes, what)
        if (!response.ok && !request.accept?.includes(status)) throw refusalOf(answer, what)
        tell(status)
        return answer
      } catch (error) {
        const known = error instanceof ErpError ? error : noAnswer(error, what, baseUrl, timeoutMs, request.signal)
        tell(status, known)
        throw known
      }
    },
  }
}

function addressOf(baseUrl: string, path: string): URL {
  const base = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (!base || !/^https?:$/.test(base.protocol))
    throw new ErpError('unintelligible', "The connection's address is no http or https address.")
  if (base.username || base.password)
    throw new ErpError('unintelligible', "The connection's address holds a login: user and password have own fields.")
  const address = /^https?:/i.test(path) ? path : `${baseUrl}${path}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.origin !== base.origin || url.username)
    throw new ErpError(
      'unintelligible',
      `The ERP points to another address (${url?.origin ?? path}); it is not followed.`,
    )
  return url
}

function toAnswer(response: Response, bytes: Uint8Array, what: string): HttpAnswer {
  const text = () => new TextDecoder().decode(bytes)
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    text,
    json() {
      try {
        return JSON.parse(text())
      } catch {
        throw new ErpError(
          'unintelligible',
          `${what}: the ERP answered ${response.status} with something that is no JSON: "${excerpt(text())}". Is the address right?`,
        )
      }
    },
  }
}

async function readAtMost(response: Response, most: number, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > most) throw new ErpError('unintelligible', `${what}: the ERP's answer is larger than ${most} bytes.`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function refusalOf({ status, headers, text }: HttpAnswer, what: string): ErpError {
  const said = `${what}: the ERP answered ${status}: "${excerpt(text())}"`
  if (status === 401 || status === 403)
    return new ErpError('unauthorised', `${said}. Check user, password and rights of the connection.`)
  if (status === 429 || status === 503) {
    const seconds = retryAfterSeconds(headers.get('retry-after'), headers.get('date'))
    if (status === 429 || seconds !== undefined) return new ErpError('throttled', said, { retryAfter: seconds ?? 30 })
  }
  if (status >= 500 || status === 408) return new ErpError('unreachable', said)
  if (status >= 300 && status < 400)
    return new ErpError('unintelligible', `${said}: it redirects to ${headers.get('location')}. Is the address right?`)
  return new ErpError('refused', said)
}

/**
 * Seconds of a Retry-After header (RFC 9110 section 10.2.3), at most an hour. A date there is measured against `answeredAt`, the
 * answer's Date header: both are of the ERP's clock. Undefined where there is none or it can't be read.
 */
export function retryAfterSeconds(header: string | null, answeredAt: string | null = null): number | undefined {
  if (header === null) return undefined
  // Date.parse also makes something of "-5" and "1.5"; an HTTP date begins with the day's name.
  const time = /^[A-Za-z]{3}/.test(header.trim()) ? Date.parse(header) : Number.NaN
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (time - Date.parse(answeredAt ?? '')) / 1000
  return Number.isFinite(seconds) ? Math.min(3600, Math.max(0, Math.ceil(seconds))) : undefined
}

function noAnswer(error: unknown, what: string, baseUrl: string, timeoutMs: number, stop?: AbortSignal): ErpError {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  if (stop?.aborted) return new ErpError('unreachable', `${what}: stopped before the ERP answered.`, { cause: error })
  if ((error as Error).name === 'TimeoutError')
    return new ErpError('unreachable', `${what}: the ERP did not answer within ${timeoutMs / 1000} seconds.`)
  // What fetch says of a header it won't send may show the header.
  if (error instanceof TypeError && !cause)
    return new ErpError(
      'unintelligible',
      `${what}: the request can't be sent: a setting holds a sign it must not hold.`,
    )
  const why = cause?.code ?? cause?.message ?? (error as Error).message
  return new ErpError('unreachable', `${what}: the ERP at ${new URL(baseUrl).origin} can't be reached (${why}).`, {
    cause: error,
  })
}

function excerpt(text: string): string {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}
