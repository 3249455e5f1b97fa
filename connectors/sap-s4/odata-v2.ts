// A client for SAP's OData V2: reads that follow server-driven paging, creates, changesets and batched reads, with errors in
// SAP's own words.
import type { Exchange } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import { type HttpAnswer, type HttpRequest, makeHttpClient } from '../http-client.ts'
import { gatewayError, messagesOf, pageInsteadOfData, readStatuses } from './gateway-error.ts'
import { batchContentType, changesBody, type Operation, type PartAnswer, partAnswers, readsBody } from './multipart.ts'
import { makeSession } from './session.ts'
import type { S4Settings } from './settings.ts'
import type { Row } from './v2-values.ts'

const ROOT = '/sap/opu/odata/sap'
/** Reads of one batch; SAP works them off one after the other. */
const READS_PER_BATCH = 20

/** System query options, without the $. */
export interface Query {
  filter?: string | undefined
  orderby?: string
  select?: string
  expand?: string
  top?: number
}

export interface ODataV2 {
  /** Up to `query.top` rows (all without it), over as many answers as SAP likes. */
  list(api: string, path: string, query: Query, signal?: AbortSignal): Promise<Row[]>
  /** One row, with its ETag in `__metadata`. */
  read(api: string, path: string, query: Query, signal?: AbortSignal): Promise<Row>
  /** Calls a function import that reads; what it gives back. */
  call(api: string, path: string, signal?: AbortSignal): Promise<Row>
  /** The same list under many filters, in as few requests as may be; in the order of the filters. */
  listMany(api: string, path: string, query: Query, filters: readonly string[], signal?: AbortSignal): Promise<Row[][]>
  /** The row as SAP made it, and its warnings. */
  create(api: string, path: string, body: unknown, signal?: AbortSignal): Promise<{ row: Row; messages: string[] }>
  /** All operations or none. False: an ETag in them is no longer right, and nothing was done. */
  change(api: string, what: string, operations: readonly Operation[], signal?: AbortSignal): Promise<boolean>
  /** Can changes be made at all? Fetches the CSRF token. */
  prepareChanges(api: string): Promise<void>
}

export interface ODataV2Options {
  settings: S4Settings
  now(): Date
  onExchange?: ((exchange: Exchange) => void) | undefined
}

export function makeODataV2({ settings, now, onExchange }: ODataV2Options): ODataV2 {
  const timeoutMs = settings.timeoutSeconds * 1000
  const http = makeHttpClient({ baseUrl: settings.url.replace(/\/+$/, ''), timeoutMs, onExchange })
  const session = makeSession(http, { login: settings.login, timeoutMs, onExchange, now })
  // English whatever the user's language is: codes such as partner functions depend on it.
  const always = new URLSearchParams({
    ...(settings.client && { 'sap-client': settings.client }),
    'sap-language': 'EN',
  })

  function address(api: string, path: string, query = ''): string {
    return `${ROOT}/${api}/${path}?${[query, always.toString()].filter((part) => part !== '').join('&')}`
  }

  async function get(api: string, path: string, query: string, signal?: AbortSignal): Promise<unknown> {
    const what = `GET ${api}/${path}`
    const answer = await session.send({
      method: 'GET',
      path: address(api, path, query),
      what,
      headers: { accept: 'application/json' },
      accept: readStatuses,
      signal,
    })
    return contentOf(answer, what)
  }

  function changeRequest(api: string, path: string, what: string, body: string, contentType: string): HttpRequest {
    const accept = contentType.startsWith('multipart') ? 'multipart/mixed' : 'application/json'
    return {
      method: 'POST',
      path: address(api, path),
      what,
      headers: { 'content-type': contentType, accept },
      body,
      accept: readStatuses,
    }
  }

  async function batch(api: string, what: string, body: string, signal?: AbortSignal): Promise<PartAnswer[]> {
    const request = changeRequest(api, '$batch', what, body, batchContentType)
    const answer = await session.send({ ...request, signal }, address(api, ''))
    const text = answer.text()
    if (answer.status >= 300) throw gatewayError(what, answer.status, text)
    const parts = partAnswers(answer.headers.get('content-type') ?? '', text)
    if (parts) return parts
    if (looksLikePage(answer, text)) throw pageInsteadOfData(what, answer.status, text)
    throw new ErpError('unintelligible', `${what}: SAP's answer to a batch is cut off or is none.`)
  }

  async function batchedReads(api: string, paths: readonly string[], signal?: AbortSignal): Promise<Row[]> {
    const what = `GET ${api}/${paths[0]?.split('?')[0]} (${paths.length} in a batch)`
    const parts = await batch(api, what, readsBody(paths), signal)
    if (parts.length !== paths.length)
      throw new ErpError('unintelligible', `${what}: SAP answers ${parts.length} of them.`)
    return parts.map(({ status, body }) => {
      if (status >= 300) throw gatewayError(what, status, body)
      return dataOf(parseJson(body, what, status), what)
    })
  }

  /** The rows of an answer and of those SAP splits off it, until there are `top`. */
  async function rowsFrom(api: string, path: string, first: Row, top: number | undefined, signal?: AbortSignal) {
    const what = `GET ${api}/${path}`
    const rows = resultsOf(first, what)
    let next = nextQuery(first, [...always.keys()])
    while (next !== undefined && rows.length < (top ?? Number.POSITIVE_INFINITY)) {
      const content = dataOf(await get(api, path, next, signal), what)
      rows.push(...resultsOf(content, what))
      next = nextQuery(content, [...always.keys()])
    }
    return rows.slice(0, top)
  }

  return {
    async list(api, path, query, signal) {
      const first = dataOf(await get(api, path, queryText(query), signal), `GET ${api}/${path}`)
      return rowsFrom(api, path, first, query.top, signal)
    },

    async read(api, path, query, signal) {
      return dataOf(await get(api, path, queryText(query), signal), `GET ${api}/${path}`)
    },

    async call(api, path, signal) {
      const [name = '', parameters = ''] = path.split('?')
      return dataOf(await get(api, name, parameters, signal), `GET ${api}/${name}`)
    },

    async listMany(api, path, query, filters, signal) {
      const paths = filters.map((filter) => `${path}?${queryText({ ...query, filter })}`)
      const lists: Row[][] = []
      for (let at = 0; at < paths.length; at += READS_PER_BATCH) {
        const answers = await batchedReads(api, paths.slice(at, at + READS_PER_BATCH), signal)
        for (const first of answers) lists.push(await rowsFrom(api, path, first, query.top, signal))
      }
      return lists
    },

    async create(api, path, body, signal) {
      const what = `POST ${api}/${path}`
      const request = changeRequest(api, path, what, JSON.stringify(body), 'application/json')
      const answer = await session.send({ ...request, signal }, address(api, ''))
      const row = dataOf(contentOf(answer, what), what)
      return { row, messages: messagesOf(answer.headers.get('sap-message')) }
    },

    async change(api, name, operations, signal) {
      const what = `POST ${api} ${name}`
      const answers = await batch(api, what, changesBody(operations), signal)
      const failed = answers.find((part) => part.status >= 300)
      if (failed?.status === 412) return false
      if (failed) throw gatewayError(what, failed.status, failed.body)
      if (answers.length !== operations.length)
        throw new ErpError('unintelligible', `${what}: SAP answers ${answers.length} of ${operations.length} changes.`)
      return true
    },

    prepareChanges: (api) => session.prepare(address(api, '')),
  }
}

function queryText(query: Query): string {
  return Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `$${name}=${encodeURIComponent(String(value))}`)
    .join('&')
}

/** The query of `__next`. Its host and path may be SAP's inner ones, behind a proxy: ours are kept. */
function nextQuery(content: Row, without: readonly string[]): string | undefined {
  if (typeof content.__next !== 'string') return undefined
  const query = content.__next.split('?')[1] ?? ''
  return query
    .split('&')
    .filter((part) => !without.includes(part.split('=')[0] ?? ''))
    .join('&')
}

function contentOf(answer: HttpAnswer, what: string): unknown {
  const text = answer.text()
  if (answer.status >= 300) throw gatewayError(what, answer.status, text)
  if (looksLikePage(answer, text)) throw pageInsteadOfData(what, answer.status, text)
  return parseJson(text, what, answer.status)
}

function looksLikePage(answer: HttpAnswer, text: string): boolean {
  return /text\/html/i.test(answer.headers.get('content-type') ?? '') || /^\s*<(!doctype|html)/i.test(text)
}

function parseJson(text: string, what: string, status: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ErpError('unintelligible', `${what}: SAP answered ${status} with JSON that is cut off or none.`)
  }
}

/** What stands in `d`. */
function dataOf(content: unknown, what: string): Row {
  const data = (content as { d?: unknown } | null)?.d
  if (typeof data === 'object' && data !== null) return data as Row
  throw new ErpError('unintelligible', `${what}: SAP's answer is no OData V2: it has no "d".`)
}

/** `d.results`; older services give the list as `d` itself. */
function resultsOf(data: Row, what: string): Row[] {
  if (Array.isArray(data)) return data as Row[]
  if (Array.isArray(data.results)) return data.results as Row[]
  throw new ErpError('unintelligible', `${what}: SAP's answer is no list.`)
}
