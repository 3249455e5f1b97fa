// A buyer's system that takes documents: an HTTP server that fails as told first, then answers Status 200 and keeps what it got.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decode, encode } from '../../protocols/cxml/document.ts'
import { statusOf } from '../../protocols/cxml/status.ts'

export interface Received {
  bytes: Buffer
  document: ReturnType<typeof decode>
  /** OrderRequest, ConfirmationRequest, ... */
  kind: string
}

export type Failure =
  | 'html-500'
  | 'status-560'
  | 'status-400'
  | 'hang-up'
  /** Takes the document, and whoever brought it hears nothing. */
  | 'no-answer'

export interface BuyerEndpoint {
  url: string
  /** Everything that arrived, also what was answered with a failure. */
  received: Received[]
  /** The next posts fail like this, in this order. */
  failNext(...failures: Failure[]): void
  /** The first accepted document of this kind from the `from`th on; waits for it. */
  next(kind: string, from?: number): Promise<Received>
  accepted: Received[]
  close(): Promise<void>
}

export async function startBuyerEndpoint(): Promise<BuyerEndpoint> {
  const received: Received[] = []
  const accepted: Received[] = []
  const failures: Failure[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk) => chunks.push(chunk))
    req.on('end', () => {
      const bytes = Buffer.concat(chunks)
      const document = decode(bytes)
      const kind = document.content?.type ?? document.kind
      const one = { bytes, document, kind }
      received.push(one)
      const failure = failures.shift()
      if (failure === 'hang-up') return req.socket.destroy()
      if (failure === 'html-500') return res.writeHead(500, { 'Content-Type': 'text/html' }).end('<h1>Oops</h1>')
      const code = failure === 'status-560' ? 560 : failure === 'status-400' ? 400 : 200
      if (code === 200) accepted.push(one)
      if (failure === 'no-answer') return
      res.writeHead(200, { 'Content-Type': 'text/xml' }).end(
        Buffer.from(
          encode({
            kind: 'Response',
            payloadID: `${received.length}@buyer.example`,
            timestamp: '2026-01-05T10:00:00+01:00',
            status: statusOf(code, code === 200 ? '' : 'Not today.'),
          }),
        ),
      )
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cxml`,
    received,
    accepted,
    failNext: (...next) => void failures.push(...next),
    next: (kind, from = 0) => until(`a ${kind}`, () => accepted.filter((r) => r.kind === kind)[from]),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** Waits until `look` finds something; fails in words after a while. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  seconds = 45,
): Promise<T> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`waited ${seconds} s for ${what}`)
}
