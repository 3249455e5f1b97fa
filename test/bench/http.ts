// Setup request -> response over HTTP: the hub against a bare Express handler with one insert, on the same durable PostgreSQL, in
// turns, at 1, 16 and 64 connections.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import autocannon from 'autocannon'
import { startEmbeddedPostgres } from '../../src/database/embedded.ts'
import { makeLog } from '../../src/log.ts'
import { setupRequest } from '../support/buyer.ts'

export interface HttpRow {
  connections: number
  side: 'hub' | 'bare'
  perSecond: number
  p50: number
  p99: number
  failed: number
  residentMb: number
}

const DIST = resolve(import.meta.dirname, '../..')

/** Rows in turns: bare, hub at each number of connections. `seconds` per row. */
export async function benchHttp(seconds = 6): Promise<HttpRow[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, log: makeLog('silent') })
  const [hubPort, barePort] = [await freePort(), await freePort()]
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: postgres.url,
    HUB_DATA_DIR: dataDir,
    PORT: String(hubPort),
    LOG_LEVEL: 'warn',
  }
  const hub = await startChild('src/server.js', [], env, 'listens on')
  const bare = await startChild(
    'test/bench/bare-express.js',
    [postgres.url, String(barePort)],
    { PATH: process.env.PATH },
    'ready',
  )
  const rows: HttpRow[] = []
  try {
    const sides = [
      { side: 'bare', port: barePort, pid: bare.pid },
      { side: 'hub', port: hubPort, pid: hub.pid },
    ] as const
    for (const { port } of sides) await load(port, 16, 3)
    for (const connections of [1, 16, 64])
      for (const { side, port, pid } of sides) {
        const result = await load(port, connections, seconds)
        rows.push({
          connections,
          side,
          perSecond: result.requests.average,
          p50: result.latency.p50,
          p99: result.latency.p99,
          failed: result.non2xx + result.errors,
          residentMb: residentMb(pid),
        })
      }
    return rows
  } finally {
    for (const child of [hub, bare]) await stop(child)
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function load(port: number, connections: number, duration: number): Promise<autocannon.Result> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/cxml`,
    method: 'POST',
    headers: { 'content-type': 'text/xml; charset=UTF-8' },
    connections,
    duration,
    // Every document is a new one: a replay would be answered from the store.
    requests: [{ setupRequest: (request) => ({ ...request, body: setupRequest() }) }],
  })
  return result
}

async function startChild(
  program: string,
  args: string[],
  env: Record<string, string | undefined>,
  ready: string,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(DIST, program), ...args], {
    env: env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((done, failed) => {
    child.once('exit', (code) => failed(new Error(`${program} ended with ${code}`)))
    child.stdout?.on('data', (data) => {
      if (String(data).includes(ready)) done()
    })
  })
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

function residentMb(pid: number | undefined): number {
  return Math.round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()) / 1024)
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
