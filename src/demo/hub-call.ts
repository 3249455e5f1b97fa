// A call of the hub's JSON API by one of the demo's outsiders, a program or a person: signed in, checked, refusals in words.
import { z } from 'zod'

/** The hub said no; `message` is meant for people. */
export class HubRefusal extends Error {
  override readonly name = 'HubRefusal'
  readonly status: number
  /** The hub's error code; empty where the hub did not give one. */
  readonly code: string
  constructor(status: number, message: string, code = '') {
    super(message)
    this.status = status
    this.code = code
  }
}

export interface HubFile {
  contentType: string
  /** Of the `Content-Disposition`: attachment, with a file name. */
  disposition: string
  bytes: Buffer
}

export interface HubCall {
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>
  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T>
  patch<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T>
  delete(path: string): Promise<void>
  file(path: string): Promise<HubFile>
}

/** A program, by itself or for a member; a person by the token of their session; or nobody. */
export type HubCaller = { id: string; secret: string; membershipId?: string } | { token: string } | null

function headersOf(caller: HubCaller): Record<string, string> {
  if (!caller) return {}
  if ('token' in caller) return { Authorization: `Bearer ${caller.token}` }
  const { id, secret, membershipId } = caller
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  return { Authorization: authorization, ...(membershipId && { 'Hub-Membership': membershipId }) }
}

/** Paths begin after /api/v1. Each call throws HubRefusal where the hub refuses, does not answer or answers something else. */
export function makeHubCall(hubUrl: string, caller: HubCaller): HubCall {
  async function call(method: string, path: string, body?: unknown): Promise<globalThis.Response> {
    const answer = await fetch(`${hubUrl}/api/v1${path}`, {
      method,
      headers: { ...headersOf(caller), ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    }).catch(() => {
      throw new HubRefusal(502, 'The hub does not answer. Try again in a moment.')
    })
    if (answer.ok) return answer
    const refusal = z
      .object({ error: z.object({ message: z.string(), code: z.string() }) })
      .safeParse(await answer.json().catch(() => null))
    const { message = `The hub answered ${answer.status}.`, code } = refusal.data?.error ?? {}
    throw new HubRefusal(answer.status, message, code)
  }
  const checked = async <T>(answer: globalThis.Response, schema: z.ZodType<T>): Promise<T> => {
    const read = schema.safeParse(await answer.json().catch(() => null))
    if (!read.success) throw new HubRefusal(502, 'The hub answered something this shop does not understand.')
    return read.data
  }
  return {
    get: async (path, schema) => checked(await call('GET', path), schema),
    post: async (path, body, schema) => checked(await call('POST', path, body), schema),
    patch: async (path, body, schema) => checked(await call('PATCH', path, body), schema),
    async delete(path) {
      await call('DELETE', path)
    },
    async file(path) {
      const answer = await call('GET', path)
      return {
        contentType: answer.headers.get('content-type') ?? 'application/octet-stream',
        disposition: answer.headers.get('content-disposition') ?? 'attachment',
        bytes: Buffer.from(await answer.arrayBuffer()),
      }
    },
  }
}
