// A receiver on loopback that keeps what it was posted and answers as it is told, in turn; then 204.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string
}

export interface Receiver {
  url: string
  /** What came, oldest first. */
  got: { headers: IncomingHttpHeaders; body: string }[]
  /** How the next calls are answered, each once. */
  answers: Answer[]
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const receiver: Pick<Receiver, 'got' | 'answers'> = { got: [], answers: [] }
  const server = createServer(async (req, res) => {
    const parts: Buffer[] = []
    for await (const part of req) parts.push(part)
    receiver.got.push({ headers: req.headers, body: Buffer.concat(parts).toString() })
    const { status, headers, body } = receiver.answers.shift() ?? { status: 204 }
    res.writeHead(status, headers).end(body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    ...receiver,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
