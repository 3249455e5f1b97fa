// The door to addresses that others have set: what it brings back, how it fails, and what it will not call. RFC 9110, RFC 6890.
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import {
  isPublic,
  OutgoingError,
  type OutgoingPost,
  postOutside,
  whyNotOutside,
  wordsOf,
} from '../src/outgoing-http.ts'

const open: { close(): void }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function receiver(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  open.push({
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const post = (url: string, change: Partial<OutgoingPost> = {}) =>
  postOutside(url, { body: 'hello', timeoutMs: 5000, maxBytes: 1000, allowPrivate: true, ...change })

async function failure(work: Promise<unknown>): Promise<OutgoingError> {
  const error = await work.then(
    () => undefined,
    (e) => e,
  )
  expect(error).toBeInstanceOf(OutgoingError)
  return error
}

describe('postOutside', () => {
  it('posts the bytes with the headers and brings back status, headers and bytes', async () => {
    const url = await receiver(async (req, res) => {
      const parts = []
      for await (const part of req) parts.push(part)
      res.writeHead(202, { 'X-Seen': `${req.method} ${req.url} ${req.headers['x-sent']}` })
      res.end(`got ${Buffer.concat(parts)} (${req.headers['content-length']})`)
    })
    const answer = await post(`${url}/a?b=1`, { body: Buffer.from('grün'), headers: { 'X-Sent': 'yes' } })
    expect(answer.status).toBe(202)
    expect(answer.headers['x-seen']).toBe('POST /a?b=1 yes')
    expect(answer.bytes.toString()).toBe('got grün (5)')
  })

  it('brings back redirects and errors as they are, following nothing', async () => {
    const calls: string[] = []
    const url = await receiver((req, res) => {
      calls.push(req.url ?? '')
      res.writeHead(Number(req.url?.slice(1)), { Location: '/200' }).end('<html><p>broken\n</p></html>')
    })
    for (const status of [200, 307, 400, 500]) expect((await post(`${url}/${status}`)).status).toBe(status)
    expect(calls).toEqual(['/200', '/307', '/400', '/500'])
    expect(wordsOf((await post(`${url}/400`)).bytes)).toBe(': "broken"')
  })

  it('is throttled by 429, and by 503 that says when to come back (RFC 9110 section 10.2.3)', async () => {
    const url = await receiver((req, res) => {
      const [, status, retryAfter] = req.url?.split('/') ?? []
      const date = 'Mon, 05 Jan 2026 10:00:00 GMT'
      res.sendDate = false
      const header = retryAfter ? { 'Retry-After': decodeURIComponent(retryAfter), Date: date } : {}
      res.writeHead(Number(status), header as Record<string, string>).end()
    })
    expect(await failure(post(`${url}/429/7`))).toMatchObject({ kind: 'throttled', retryAfter: 7, status: 429 })
    expect(await failure(post(`${url}/429`))).toMatchObject({ kind: 'throttled', retryAfter: undefined })
    expect(await failure(post(`${url}/503/Mon, 05 Jan 2026 10:02:00 GMT`))).toMatchObject({ retryAfter: 120 })
    expect((await post(`${url}/503`)).status).toBe(503)
  })

  it('takes no more of an answer than asked for', async () => {
    const url = await receiver((_req, res) => void res.end('x'.repeat(5000)))
    expect(await failure(post(url))).toMatchObject({ kind: 'unintelligible', status: 200 })
    expect((await post(url, { cut: true })).bytes).toHaveLength(1000)
  })

  it('says unreachable for no answer, a late one, one that breaks off, and a caller that stops', async () => {
    const url = await receiver((req, res) => {
      if (req.url === '/cut') res.writeHead(200, { 'Content-Length': '100' }).write('half', () => res.destroy())
      if (req.url === '/gone') res.destroy()
    })
    expect(await failure(post(`${url}/late?token=geheim`, { timeoutMs: 50 }))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('within 0.05 seconds'),
    })
    expect((await failure(post(`${url}/gone`))).kind).toBe('unreachable')
    expect((await failure(post(`${url}/cut`))).kind).toBe('unreachable')
    const stopped = await failure(post(`${url}/late`, { signal: AbortSignal.timeout(20) }))
    expect(stopped.kind).toBe('unreachable')
    expect(stopped.message).not.toContain('within')
    const nobody = await failure(post('http://127.0.0.1:1/?token=geheim'))
    expect(nobody).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') })
    expect(nobody.message).not.toContain('geheim')
    expect((await failure(post('http://no-such-host.invalid/'))).kind).toBe('unreachable')
  })

  it('says unintelligible where no HTTP is spoken', async () => {
    const server = createSocketServer((socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    open.push(server)
    const { port } = server.address() as AddressInfo
    expect((await failure(post(`http://127.0.0.1:${port}`))).kind).toBe('unintelligible')
  })
})

describe('in production', () => {
  const outside = (url: string) => failure(post(url, { allowPrivate: false }))

  it.each([
    'http://shop.example/',
    'ftp://shop.example/',
    'no address',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.1.2.3/',
    'https://[fd00::1]/',
  ])('%s is refused without a connection', async (url) => {
    expect((await outside(url)).kind).toBe('refused')
    expect(whyNotOutside(url, false)).not.toBeNull()
  })

  it('a name is judged by what it resolves to when the connection is made', async () => {
    let connections = 0
    const server = createSocketServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    open.push(server)
    const { port } = server.address() as AddressInfo
    expect(whyNotOutside(`https://localhost:${port}/`, false)).toBeNull()
    const error = await outside(`https://localhost:${port}/`)
    expect(error).toMatchObject({ kind: 'refused', message: expect.stringContaining('public') })
    expect(connections).toBe(0)
    expect((await failure(post(`https://localhost:${port}/`))).kind).toBe('unreachable')
    expect(connections).toBeGreaterThan(0)
  })

  it('public is what the special-purpose registries leave over', () => {
    const inside =
      '0.1.2.3 10.0.0.1 100.64.0.1 127.8.8.8 169.254.169.254 172.31.255.255 192.0.0.8 192.168.1.1 198.19.0.1 ' +
      '203.0.113.9 224.0.0.1 255.255.255.255 :: ::1 ::ffff:8.8.8.8 64:ff9b::a00:1 fc00::1 fe80::1 ff02::1 ' +
      '2001::1 2001:db8::1 2002:a00:1::1 nonsense'
    expect(inside.split(' ').filter(isPublic)).toEqual([])
    const outside = '1.1.1.1 8.8.8.8 100.128.0.1 172.32.0.1 193.0.0.1 2606:4700::1111 2a00:1450:4001::1'
    expect(outside.split(' ').filter((a) => !isPublic(a))).toEqual([])
  })
})
