// A call of the hub's JSON API by one of the demo's outsiders: signed in, checked, refusals in words.
import { z } from 'zod'

/** The hub said no; `message` is meant for people. */
export class HubRefusal extends Error {
  override readonly name = 'HubRefusal'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
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
  file(path: string): Promise<HubFile>
}

/** Paths begin after /api/v1. Each call throws HubRefusal where the hub refuses, does not answer or answers something else. */
export function makeHubCall(hubUrl: string, client: { id: string; secret: string }): HubCall {
  const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
  async function call(path: string, body?: unknown): Promise<globalThis.Response> {
    const answer = await fetch(`${hubUrl}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: authorization, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    }).catch(() => {
      throw new HubRefusal(502, 'The hub does not answer. Try again in a moment.')
    })
    if (answer.ok) return answer
    const refusal = z
      .object({ error: z.object({ message: z.string() }) })
      .safeParse(await answer.json().catch(() => null))
    throw new HubRefusal(answer.status, refusal.data?.error.message ?? `The hub answered ${answer.status}.`)
  }
  const checked = async <T>(answer: globalThis.Response, schema: z.ZodType<T>): Promise<T> => {
    const read = schema.safeParse(await answer.json().catch(() => null))
    if (!read.success) throw new HubRefusal(502, 'The hub answered something this shop does not understand.')
    return read.data
  }
  return {
    get: async (path, schema) => checked(await call(path), schema),
    post: async (path, body, schema) => checked(await call(path, body), schema),
    async file(path) {
      const answer = await call(path)
      return {
        contentType: answer.headers.get('content-type') ?? 'application/octet-stream',
        disposition: answer.headers.get('content-disposition') ?? 'attachment',
        bytes: Buffer.from(await answer.arrayBuffer()),
      }
    },
  }
}
