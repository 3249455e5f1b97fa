// Tryton's JSON-RPC: one POST per call to /<database>/, in a session that is opened with the first and renewed when it has ended.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Exchange, Surroundings } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import { makeHttpClient } from '../http-client.ts'
import { noTryton, resultOf, SERVER, SESSION_ENDED, TrytonFault } from './answers.ts'
import { decode, type Wire } from './values.ts'

export interface TrytonLogin {
  url: string
  database: string
  user: string
  password: string
  language: string
  timeoutSeconds: number
}

export interface TrytonClient {
  /** Calls `model.<method>`; the session's context goes last, with `context` added. Answers are decoded. */
  call<T>(method: string, args: readonly unknown[], options?: CallOptions): Promise<T>
  /** Ids in the order of `order`, else of the ids. */
  search(model: string, domain: Domain, options?: SearchOptions): Promise<number[]>
  count(model: string, domain: Domain, options?: CallOptions): Promise<number>
  /** Records that are there and readable; in no order. Dotted names reach into related records. */
  read<T>(model: string, domain: Domain, fields: readonly string[], options?: SearchOptions): Promise<(T & Row)[]>
  session(signal?: AbortSignal): Promise<Session>
  /** What the server at the address says it is: `6.0.29`. Needs no login. */
  version(signal?: AbortSignal): Promise<string>
  /** Ends the session. */
  logout(): Promise<void>
}

export interface Session {
  userId: number
  context: Wire & { company?: number; 'company.rec_name'?: string }
}
export interface Row {
  id: number
}
export type Domain = readonly unknown[]
export interface CallOptions {
  /** The answer as it came, to be sent back. */
  raw?: boolean | undefined
  context?: Wire | undefined
  signal?: AbortSignal | undefined
}
export interface SearchOptions extends CallOptions {
  order?: readonly (readonly [field: string, direction: string])[]
  limit?: number | undefined
}

interface SendOptions {
  authorization?: string
  signal?: AbortSignal | undefined
  raw?: boolean | undefined
}

/** Waits before a call that Tryton rolled back for want of a lock is made again. */
const LOCK_WAITS_MS = [100, 400, 1600]

export function makeTrytonClient(login: TrytonLogin, surroundings: Pick<Surroundings, 'onExchange'>): TrytonClient {
  const path = `/${encodeURIComponent(login.database)}/`
  let opening: Promise<Session & { authorization: string }> | undefined

  function session(): Promise<Session & { authorization: string }> {
    opening ??= open().catch((error) => {
      opening = undefined
      throw error
    })
    return opening
  }

  async function open() {
    const credentials = [login.user, { password: login.password }, login.language]
    const [userId, key] = (await send(path, 'common.db.login', credentials)) as [number, string]
    const token = Buffer.from(`${login.user}:${userId}:${key}`).toString('base64')
    const authorization = `Session ${token}`
    const context = (await send(path, 'model.res.user.get_preferences', [true, {}], { authorization })) as Wire
    return { userId, authorization, context: { ...context, language: login.language } }
  }

  async function call<T>(
    method: string,
    args: readonly unknown[],
    { context, signal, raw }: CallOptions = {},
  ): Promise<T> {
    if (signal?.aborted) throw new ErpError('unreachable', `${method}: stopped before Tryton was asked.`)
    const waits = [...LOCK_WAITS_MS]
    for (let renewed = false; ; ) {
      const used = session()
      const { context: own, authorization } = await used
      try {
        const params = [...args, { ...own, ...context }]
        return (await send(path, `model.${method}`, params, { authorization, signal, raw })) as T
      } catch (error) {
        const wait = error instanceof TrytonFault && error.kind === 'throttled' ? waits.shift() : undefined
        if (wait !== undefined) await sleep(wait)
        else if (error instanceof ErpError && error.cause === SESSION_ENDED && !renewed) {
          renewed = true
          if (opening === used) opening = undefined
        } else throw error
      }
    }
  }

  /** One exchange. The password and the session stand in the body and the header, never in `what`. */
  async function send(
    to: string,
    method: string,
    params: unknown[],
    { authorization, signal, raw }: SendOptions = {},
  ): Promise<unknown> {
    let exchange: Exchange | undefined
    const http = makeHttpClient({
      baseUrl: login.url,
      timeoutMs: login.timeoutSeconds * 1000,
      onExchange: (told) => {
        exchange = told
      },
    })
    const tell = (error?: ErpError) => exchange && surroundings.onExchange?.({ ...exchange, error })
    try {
      const answer = await http.send({
        method: 'POST',
        path: to,
        what: `POST ${to} ${method}`,
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify({ id: 0, method, params }),
        accept: [401, 403, 404, 429],
        signal,
      })
      const result = resultOf(answer, { to, method, loggedIn: authorization !== undefined }, login)
      tell()
      return raw ? result : decode(result)
    } catch (error) {
      tell(error as ErpError)
      throw error
    }
  }

  return {
    call,
    search: (model, domain, { order, limit, ...options } = {}) =>
      call(`${model}.search`, [domain, 0, limit ?? null, order ?? [['id', 'ASC']]], options),
    count: (model, domain, options) => call(`${model}.search_count`, [domain], options),
    read: (model, domain, fields, { order, limit, ...options } = {}) =>
      call(`${model}.search_read`, [domain, 0, limit ?? null, order ?? [['id', 'ASC']], fields], options),
    async session(signal) {
      if (signal?.aborted) throw new ErpError('unreachable', 'Stopped before Tryton was asked.')
      return session()
    },
    async version(signal) {
      const version = await send(SERVER, 'common.server.version', [], { signal })
      if (!/^\d+\.\d+/.test(String(version))) throw noTryton(login.url)
      return String(version)
    },
    async logout() {
      const ending = opening
      opening = undefined
      const known = await ending?.catch(() => undefined)
      if (known) await send(path, 'common.db.logout', [], { authorization: known.authorization }).catch(() => undefined)
    },
  }
}
