// One row of the table in app.ts. A JSON route declares its zod schemas once: they check the call and describe it in OpenAPI.
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Access, Reach } from '../accounts/access.ts'
import type { Permission } from '../accounts/permission.ts'
import type { Hub } from '../hub.ts'
import type { ApiClient, Scope } from '../storefronts/storefront.ts'
import type { Caller } from './authenticate.ts'

export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  path: string
  /** Who may call: anyone, any API client, a client with this scope, or only people (and who speaks for one). */
  who: 'anyone' | 'client' | 'person' | Scope
  /** What people need to call it; `signed-in` = nothing more. Absent: it is not for people. */
  may?: Permission | 'signed-in' | undefined
  /** Of people only the seller's own may call it. */
  sellers?: boolean | undefined
  summary: string
  /** What OpenAPI says of it; absent = a page or wire endpoint, not part of the JSON API. */
  api?: ApiDescription
  handle(hub: Hub, req: Request, res: Response): Promise<void> | void
}

export interface ApiDescription {
  description?: string
  tag: string
  body?: z.ZodType
  query?: z.ZodObject
  answer?: z.ZodType
  status: number
  /** Content type of an answer that isn't JSON. */
  produces?: string
}

export interface Call<B, Q> {
  body: B
  query: Q
  /** Path parameters; each named `id` or `...Id` is a UUID, anything else was answered 404. */
  params: Record<string, string>
  /** The program that calls. Routes with `may` are called by people too: they look at `access`. */
  client: ApiClient
  access: Access
  /** What the permission `may` reaches; everything of the seller for a program by itself. */
  reach: Reach
  req: Request
  res: Response
}

interface JsonRoute<B extends z.ZodType, Q extends z.ZodObject> {
  method: Route['method']
  path: string
  who: 'client' | 'person' | Scope
  may?: Permission | 'signed-in'
  sellers?: boolean
  tag: string
  summary: string
  description?: string
  body?: B
  query?: Q
  answer?: z.ZodType
  status?: number
  /** Returns the answer, or undefined for 204 or when it has answered by itself. */
  handle(hub: Hub, call: Call<z.output<B>, z.output<Q>>): Promise<unknown>
}

/** The most bytes of a JSON body: 10,000 cart lines with long texts. */
export const JSON_LIMIT = '32mb'

/** Makes a row of the table from a handler of checked input that returns what is answered as JSON (undefined = 204). */
export function jsonRoute<B extends z.ZodType, Q extends z.ZodObject>(route: JsonRoute<B, Q>): Route {
  const { method, path, who, may, sellers, summary, tag, description, body, query, answer } = route
  const status = route.status ?? (answer ? 200 : 204)
  return {
    method,
    path,
    who,
    may,
    sellers,
    summary,
    api: { tag, description, body, query, answer, status },
    async handle(hub, req, res) {
      const { client, access, reach } = res.locals.caller as Caller
      const call = {
        body: body ? body.parse(req.body) : undefined,
        query: query ? query.parse(req.query) : {},
        params: req.params,
        client,
        access,
        reach,
        req,
        res,
      }
      const result = await route.handle(hub, call as Call<z.output<B>, z.output<Q>>)
      if (res.headersSent) return
      if (result === undefined) res.status(204).end()
      else res.status(status).json(result)
    },
  }
}

/** Query of a list: `limit` and the `cursor` the page before gave. Unknown parameters are refused: a filter misspelt would show everything. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.uuid().optional().describe('`next` of the page before'),
})

/** A page of a list: items and the cursor of the next page, null at the end. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.uuid().nullable() })
}

/** Cuts a list read with `limit + 1` to a page. */
export function asPage<T extends { id: string }, U>(
  rows: T[],
  limit: number,
  show: (row: T) => U,
): { items: U[]; next: string | null } {
  const kept = rows.slice(0, limit)
  return { items: kept.map(show), next: rows.length > limit ? (kept.at(-1)?.id ?? null) : null }
}
