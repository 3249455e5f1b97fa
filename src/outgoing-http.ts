// The door through which the hub calls addresses that others have set: webhooks, buyers, identity providers. Redirects are not followed,
// and unless private addresses are allowed only https to public ones is: the address is checked when the name is resolved for the
// connection itself, so a name that changes its mind in between (DNS rebinding) reaches nothing inside.
import { type LookupAddress, lookup as resolveName } from 'node:dns'
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { retryAfterSeconds } from '../connectors/http-client.ts'

export type OutgoingErrorKind =
  /** No answer: name, connection, certificate, time-out. */
  | 'unreachable'
  /** 429, or 503 with Retry-After. */
  | 'throttled'
  /** The hub doesn't call this address. */
  | 'refused'
  /** An answer, but too large or no HTTP. */
  | 'unintelligible'

/** `message` is for the person who set the address: never a secret, nor the path, which may hold one. */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError'
  readonly kind: OutgoingErrorKind
  /** Seconds the other side asked to wait, with kind `throttled`. */
  readonly retryAfter: number | undefined
  /** What it answered, if anything. */
  readonly status: number | undefined

  constructor(
    kind: OutgoingErrorKind,
    message: string,
    options: { retryAfter?: number; status?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.retryAfter = options.retryAfter
    this.status = options.status
  }
}

export interface OutgoingPost {
  /** Default: POST. */
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body: string | Uint8Array
  /** For the whole exchange. */
  timeoutMs: number
  /** Most bytes of the answer's body. */
  maxBytes: number
  /** What is over `maxBytes` is dropped; else it is an error. */
  cut?: boolean
  /** Plain http and addresses that aren't public; not in production. */
  allowPrivate: boolean
  signal?: AbortSignal
}

export interface OutgoingAnswer {
  /** Any but 429, and 503 with Retry-After: also redirects, which are not followed, and errors. */
  status: number
  headers: IncomingHttpHeaders
  bytes: Buffer
}

/** Posts once. Throws OutgoingError and nothing else. */
export async function postOutside(address: string, post: OutgoingPost): Promise<OutgoingAnswer> {
  const { allowPrivate, timeoutMs } = post
  const url = checkAddress(address, allowPrivate)
  const late = AbortSignal.timeout(timeoutMs)
  const signal = post.signal ? AbortSignal.any([late, post.signal]) : late
  try {
    const response = await send(url, post, signal)
    const answer = {
      status: response.statusCode ?? 0,
      headers: response.headers,
      bytes: await readBody(response, url, post),
    }
    throwIfThrottled(answer, url)
    return answer
  } catch (error) {
    if (error instanceof OutgoingError) throw error
    throw noAnswer(error, url, late.aborted && !post.signal?.aborted ? timeoutMs : undefined)
  }
}

/** Why the hub won't call this address, for the person who sets it; null = it may. Names are resolved only when it is called. */
export function whyNotOutside(address: string, allowPrivate: boolean): string | null {
  if (!URL.canParse(address)) return 'is no address such as https://shop.example/hooks'
  const { protocol, hostname } = new URL(address)
  if (protocol !== 'https:' && !(protocol === 'http:' && allowPrivate)) return 'has to begin with https://'
  const literal = hostname.replace(/^\[|\]$/g, '')
  if (!allowPrivate && isIP(literal) !== 0 && !isPublic(literal)) return 'is not a public address'
  return null
}

function checkAddress(address: string, allowPrivate: boolean): URL {
  const why = whyNotOutside(address, allowPrivate)
  if (why !== null) throw new OutgoingError('refused', `The address ${why}: the hub does not call it.`)
  return new URL(address)
}

function send(url: URL, post: OutgoingPost, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: post.method ?? 'POST',
      headers: { ...post.headers, 'Content-Length': Buffer.byteLength(post.body) },
      // A connection of its own: one opened under other rules, or half closed by the other side, is never met.
      agent: false,
      lookup: post.allowPrivate ? undefined : resolvePublic,
      signal,
    })
    request.once('response', resolve).on('error', reject)
    request.end(post.body)
  })
}

async function readBody(response: IncomingMessage, url: URL, { maxBytes, cut }: OutgoingPost): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length
    parts.push(part)
    if (size <= maxBytes) continue
    if (cut) break
    throw new OutgoingError('unintelligible', `${url.host} answered with more than ${maxBytes} bytes.`, {
      status: response.statusCode,
    })
  }
  return Buffer.concat(parts).subarray(0, maxBytes)
}

function throwIfThrottled({ status, headers, bytes }: OutgoingAnswer, { host }: URL): void {
  if (status !== 429 && status !== 503) return
  const retryAfter = retryAfterSeconds(headers['retry-after'] ?? null, headers.date ?? null)
  if (status === 503 && retryAfter === undefined) return
  const words = `${host} asks to wait: it answered ${status}${wordsOf(bytes)}`
  throw new OutgoingError('throttled', words, { status, retryAfter })
}

/** The beginning of an answer's text without tags, quoted, to stand behind its status. */
export function wordsOf(bytes: Buffer): string {
  const text = bytes
    .subarray(0, 2000)
    .toString()
    .replace(/<[^>]*>/g, ' ')
  const words = text.replace(/\s+/g, ' ').trim().slice(0, 200)
  return words && `: "${words}"`
}

function noAnswer(error: unknown, { host }: URL, timeoutMs: number | undefined): OutgoingError {
  if (timeoutMs !== undefined)
    return new OutgoingError('unreachable', `${host} did not answer within ${timeoutMs / 1000} seconds.`)
  const { code = '', message } = error as { code?: string; message: string }
  if (code.startsWith('HPE_'))
    return new OutgoingError('unintelligible', `${host} answers, but not in HTTP (${code}).`, { cause: error })
  if (code === 'ERR_INVALID_CHAR')
    return new OutgoingError('refused', 'A header of the request holds a sign it must not hold.')
  return new OutgoingError('unreachable', `${host} can’t be reached (${code || message}).`, { cause: error })
}

/** Resolves for a connection that is about to be made; names that lead inside don't resolve. */
const resolvePublic: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error) return callback(error, '')
    const addresses = found.filter(({ address }) => isPublic(address))
    const [first] = addresses
    if (!first)
      return callback(
        new OutgoingError('refused', `${hostname} is not at a public address: the hub does not call it.`),
        '',
      )
    if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

// IANA special-purpose address registries (RFC 6890): everything a machine of the public internet is not at.
const special = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(network, prefix, 'ipv6')
/** What IPv6 gives out to the internet; mapped IPv4, loopback, link-local, unique-local and multicast lie outside. */
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')

/** Whether an IP address is one of the public internet. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !special.check(address, 'ipv4')
  return isIP(address) === 6 && global6.check(address, 'ipv6') && !special.check(address, 'ipv6')
}
