// The served OData V2 beside a test file: starts it, puts rows in behind its API, makes it fail on demand, stops it.
// Absent packages or metadata = the suite skips with a message; in CI it fails.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { haveShared } from '../../protocols/cxml/shared-data.ts'

export interface S4Fault {
  /** Part of the decoded path and query. */
  path?: string
  method?: string
  times?: number
  /** The connection is dropped before anything is done. */
  drop?: boolean
  /** The work is done and the connection dropped before the answer. */
  lose?: boolean
  /** Somebody else changes this just before the request is worked on. */
  meanwhile?: { entity: string; key: S4Row; data: S4Row }
  status?: number
  headers?: Record<string, string>
  body?: string
}

export type S4Row = Record<string, unknown>

export interface S4Request {
  method: string
  url: string
  headers: Record<string, string>
}

export interface S4Server {
  /** `http://127.0.0.1:40123` */
  url: string
  /** Empties everything and forgets faults and requests. */
  reset(): Promise<void>
  /** Rows of `API_X.A_Y`, nested ones with them, in the plain types of OData V4 (dates `2026-01-31`); as they were made. */
  insert(entity: string, rows: S4Row[]): Promise<S4Row[]>
  /** `API_X/A_Y?$filter=...`, over the API. */
  rows(path: string): Promise<S4Row[]>
  update(entity: string, key: S4Row, data: S4Row): Promise<void>
  remove(entity: string, key: S4Row): Promise<void>
  faults(faults: S4Fault[]): Promise<void>
  expireSessions(): Promise<void>
  expireTokens(): Promise<void>
  /** What was asked since the last reset. */
  requests(): Promise<S4Request[]>
  close(): Promise<void>
}

const FOLDER = import.meta.dirname

export const s4User = { user: 'HUB', password: 'hub-Pa55' }
const basic = `Basic ${Buffer.from(`${s4User.user}:${s4User.password}`).toString('base64')}`

/** Can the service be served here? Throws in CI when it can't. */
export function haveS4(): boolean {
  if (!haveShared('edmx')) return false
  if (existsSync(join(FOLDER, 'node_modules/@sap/cds'))) return true
  const message = 'The packages of the served SAP services are not installed: npm ci --prefix test/connectors/s4-odata'
  if (process.env.CI) throw new Error(message)
  console.warn(`${message}: its tests are skipped`)
  return false
}

/** Starts it on a free port; some seconds. */
export async function startS4(): Promise<S4Server> {
  const child = spawn(process.execPath, ['start.mjs'], { cwd: FOLDER, stdio: ['ignore', 'pipe', 'pipe'] })
  const url = await listeningAt(child)
  async function control<T>(what: string, body: unknown = {}): Promise<T> {
    const response = await fetch(`${url}/control/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${what}: ${await response.text()}`)
    return (await response.json()) as T
  }
  return {
    url,
    reset: () => control('reset'),
    insert: (entity, rows) => control('insert', { entity, rows }),
    async rows(path) {
      const rows: S4Row[] = []
      let next: string | undefined = `${url}/sap/opu/odata/sap/${path}`
      while (next) {
        const response = await fetch(next, { headers: { authorization: basic, accept: 'application/json' } })
        if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
        const { d } = (await response.json()) as { d: { results: S4Row[]; __next?: string } }
        rows.push(...d.results)
        next = d.__next
      }
      return rows
    },
    update: (entity, key, data) => control('update', { entity, key, data }),
    remove: (entity, key) => control('delete', { entity, key }),
    faults: (faults) => control('faults', faults),
    expireSessions: () => control('expire-sessions'),
    expireTokens: () => control('expire-tokens'),
    requests: () => control('requests'),
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        if (!child.kill()) resolve()
      }),
  }
}

function listeningAt(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream! }).on('line', (line) => {
        said.push(line)
        const url = /^listening on (\S+)/.exec(line)?.[1]
        if (url) resolve(url)
      })
    child.once('exit', (code) => reject(new Error(`The served SAP services ended (${code}): ${said.join('\n')}`)))
  })
}
