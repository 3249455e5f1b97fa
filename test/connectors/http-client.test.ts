// The HTTP client of the connectors, against servers that answer, lie, stall and break off. Retry-After: RFC 9110 section 10.2.3.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Exchange } from '../../connectors/connector.ts'
import { ErpError } from '../../connectors/erp-error.ts'
import { type HttpClientOptions, makeHttpClient, retryAfterSeconds } from '../../connectors/http-client.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function clientFor(handler: Handler, options: Partial<HttpClientOptions> = {}) {
  const baseUrl = await serve(handler)
  const exchanges: Exchange[] = []
  const client = makeHttpClient({ baseUrl, onExchange: (e) => exchanges.push(e), ...options })
  return { client, exchanges, baseUrl }
}

const failure = (promise: Promise<unknown>): Promise<ErpError> =>
  promise.then(
    () => expect.fail('nothing was thrown'),
    (error) => {
      expect(error).toBeInstanceOf(ErpError)
      return error
    },
  )

const answer =
  (status: number, body = '', headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, headers).end(body)
  }

const stalled: Handler = () => {}

describe('an exchange that works', () => {
  it('sends method, headers and body below the base address, and reads the answer', async () => {
    const { client, exchanges } = await clientFor(
      (request, response) => {
        let body = ''
        request.on('data', (part) => {
          body += part
        })
        request.on('end', () => {
          const { method, url, headers } = request
          response.end(JSON.stringify({ method, url, login: headers.authorization, kind: headers['x-kind'], body }))
        })
      },
      { headers: () => ({ authorization: 'Basic c2VjcmV0' }) },
    )
    const request = { method: 'POST', path: '/orders?key=secret', headers: { 'x-kind': 'a' }, body: 'Grüße' } as const
    const { status, json } = await client.send(request)
    expect(status).toBe(200)
    expect(json()).toEqual({
      method: 'POST',
      url: '/orders?key=secret',
      login: 'Basic c2VjcmV0',
      kind: 'a',
      body: 'Grüße',
    })
    expect(exchanges).toEqual([
      { what: 'POST /orders', status: 200, milliseconds: expect.any(Number), error: undefined },
    ])
  })

  it('keeps the path of the base address, and follows an absolute address of the same origin', async () => {
    const baseUrl = await serve((request, response) => response.end(request.url))
    const client = makeHttpClient({ baseUrl: `${baseUrl}/sap/opu` })
    expect((await client.send({ method: 'GET', path: '/A_SalesOrder?$top=1' })).text()).toBe(
      '/sap/opu/A_SalesOrder?$top=1',
    )
    expect((await client.send({ method: 'GET', path: `${baseUrl}/next?page=2` })).text()).toBe('/next?page=2')
  })

  it('gives the bytes as they are, and an empty answer', async () => {
    const bytes = Buffer.from([0, 255, 37, 80])
    const { client } = await clientFor((request, response) => {
      if (request.url === '/empty') response.writeHead(204).end()
      else response.end(bytes)
    })
    expect(Buffer.from((await client.send({ method: 'GET', path: '/pdf' })).bytes)).toEqual(bytes)
    expect((await client.send({ method: 'DELETE', path: '/empty' })).bytes).toHaveLength(0)
  })

  it('gives a status that the caller accepts', async () => {
    const { client } = await clientFor(answer(404, '{"error":1}'))
    const { status, json } = await client.send({ method: 'GET', path: '/', accept: [404] })
    expect([status, json()]).toEqual([404, { error: 1 }])
  })
})

describe('a status that is none of success', () => {
  it.for([
    [400, 'refused'],
    [401, 'unauthorised'],
    [403, 'unauthorised'],
    [404, 'refused'],
    [408, 'unreachable'],
    [409, 'refused'],
    [422, 'refused'],
    [429, 'throttled'],
    [500, 'unreachable'],
    [502, 'unreachable'],
    [503, 'unreachable'],
  ] as const)('%i is an error of kind %s, with what the ERP said', async ([status, kind]) => {
    const { client, exchanges } = await clientFor(answer(status, '<html><h1>No &amp;</h1>\n because</html>'))
    const error = await failure(client.send({ method: 'GET', path: '/x' }))
    expect(error).toMatchObject({ kind, message: expect.stringContaining(`${status}: "No &amp; because"`) })
    expect(exchanges).toMatchObject([{ what: 'GET /x', status, error: { kind } }])
  })

  it('waits as long as the ERP asks', async () => {
    const { client } = await clientFor(answer(503, '', { 'retry-after': '120' }))
    expect(await failure(client.send({ method: 'GET', path: '/' }))).toMatchObject({
      kind: 'throttled',
      retryAfter: 120,
    })
  })

  it('waits until the date the ERP names, by the clock of the ERP', async () => {
    const headers = { date: 'Sat, 31 Jan 2015 10:00:00 GMT', 'retry-after': 'Sat, 31 Jan 2015 10:01:30 GMT' }
    const { client } = await clientFor(answer(429, '', headers))
    expect(await failure(client.send({ method: 'GET', path: '/' }))).toMatchObject({
      kind: 'throttled',
      retryAfter: 90,
    })
  })

  it('waits half a minute when 429 names no time', async () => {
    const { client } = await clientFor(answer(429))
    expect((await failure(client.send({ method: 'GET', path: '/' }))).retryAfter).toBe(30)
  })

  it('never shows more than 200 signs of an answer', async () => {
    const { client } = await clientFor(answer(400, 'x'.repeat(5000)))
    expect((await failure(client.send({ method: 'GET', path: '/' }))).message.length).toBeLessThan(300)
  })
})

describe('Retry-After', () => {
  it.for([
    ['0', 0],
    [' 7 ', 7],
    ['999999', 3600],
    ['Sat, 31 Jan 2026 09:00:00 GMT', 0],
    ['Sat, 31 Jan 2026 10:00:05 GMT', 5],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
    [null, undefined],
  ] as const)('%s is %s seconds', ([header, seconds]) => {
    expect(retryAfterSeconds(header, 'Sat, 31 Jan 2026 10:00:00 GMT')).toBe(seconds)
  })

  it('with a date is nothing when the answer does not say what time it is', () => {
    expect(retryAfterSeconds('Sat, 31 Jan 2026 10:00:05 GMT')).toBeUndefined()
  })
})

describe('an address', () => {
  it('that redirects is not followed', async () => {
    const asked: string[] = []
    const { client } = await clientFor((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(302, { location: 'https://login.example/' }).end()
    })
    const error = await failure(client.send({ method: 'POST', path: '/orders', body: 'x' }))
    expect(error).toMatchObject({ kind: 'unintelligible', message: expect.stringContaining('https://login.example/') })
    expect(asked).toEqual(['/orders'])
  })

  it.for(['https://other.example/x', 'http://127.0.0.1:1/x', '@other.example/x', '.other.example/x', ':1/x'])(
    'of another origin is not asked: %s',
    async (path) => {
      const { client, exchanges } = await clientFor(answer(200))
      const error = await failure(client.send({ method: 'GET', path, headers: { authorization: 'Basic abc' } }))
      expect(error).toMatchObject({ kind: 'unintelligible', message: expect.stringContaining('not followed') })
      expect(exchanges).toHaveLength(1)
    },
  )

  it('with two slashes in front is a path like any other', async () => {
    const { client } = await clientFor((request, response) => response.end(request.url))
    expect((await client.send({ method: 'GET', path: '//other.example/x' })).text()).toBe('//other.example/x')
  })

  it.for(['no address', 'ftp://erp.example', 'https://user:geheim@erp.example'])(
    'can be wrong: %s',
    async (baseUrl) => {
      const error = await failure(makeHttpClient({ baseUrl }).send({ method: 'GET', path: '/' }))
      expect(error.kind).toBe('unintelligible')
      expect(error.message).not.toContain('geheim')
    },
  )

  it('where nobody listens is unreachable', async () => {
    const error = await failure(makeHttpClient({ baseUrl: 'http://127.0.0.1:1' }).send({ method: 'GET', path: '/x' }))
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('http://127.0.0.1:1') })
  })

  it('that is no host name is unreachable', async () => {
    const error = await failure(
      makeHttpClient({ baseUrl: 'http://no-such-host.invalid' }).send({ method: 'GET', path: '/' }),
    )
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) })
  })
})

describe('an ERP that stalls', () => {
  it('before it answers is given up', async () => {
    const { client, exchanges } = await clientFor(stalled, { timeoutMs: 50 })
    const error = await failure(client.send({ method: 'GET', path: '/' }))
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('within 0.05 seconds') })
    expect(exchanges).toMatchObject([{ status: undefined, error: { kind: 'unreachable' } }])
  })

  it('in the middle of its answer is given up', async () => {
    const { client } = await clientFor((_request, response) => response.write('{"half":'), { timeoutMs: 100 })
    const error = await failure(client.send({ method: 'GET', path: '/' }))
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('within 0.1 seconds') })
  })

  it('is left when the hub stops, before and during the exchange', async () => {
    const { client, baseUrl } = await clientFor(stalled)
    const before = await failure(client.send({ method: 'GET', path: '/', signal: AbortSignal.abort() }))
    expect(before).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('stopped') })
    const stop = new AbortController()
    const asked = serve((_request, response) => {
      response.write('x')
      stop.abort()
    })
    const during = makeHttpClient({ baseUrl: await asked }).send({ method: 'GET', path: '/', signal: stop.signal })
    expect((await failure(during)).message).toContain('stopped')
    expect(baseUrl).toMatch(/^http/)
  })

  it('or breaks off is unreachable', async () => {
    const { client } = await clientFor((request, response) => {
      if (request.url === '/half') response.write('{"half":', () => response.destroy())
      else request.socket.destroy()
    })
    for (const path of ['/', '/half'])
      expect(await failure(client.send({ method: 'GET', path }))).toMatchObject({ kind: 'unreachable' })
  })
})

describe('an answer', () => {
  it('that is no JSON is told with its beginning', async () => {
    const { client } = await clientFor(answer(200, '<html><title>Log in</title><body>Welcome</body></html>'))
    const { json } = await client.send({ method: 'GET', path: '/x' })
    expect(json).toThrow(
      expect.objectContaining({ kind: 'unintelligible', message: expect.stringContaining('Log in') }),
    )
  })

  it('may begin with a byte order mark', async () => {
    const { client } = await clientFor(answer(200, '\ufeff{"a":1}'))
    expect((await client.send({ method: 'GET', path: '/' })).json()).toEqual({ a: 1 })
  })

  it('that is too large is refused, as it is and unpacked', async () => {
    const { client } = await clientFor(
      (request, response) => {
        if (request.url === '/plain') response.end('x'.repeat(2000))
        else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000)))
      },
      { maxBytes: 1000 },
    )
    for (const path of ['/plain', '/packed']) {
      const error = await failure(client.send({ method: 'GET', path }))
      expect(error).toMatchObject({
        kind: 'unintelligible',
        message: expect.stringContaining('larger than 1000 bytes'),
      })
    }
  })

  it('that is garbage instead of HTTP is unreachable', async () => {
    const { client } = await clientFor((request) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    expect(await failure(client.send({ method: 'GET', path: '/' }))).toMatchObject({ kind: 'unreachable' })
  })
})

describe('a header that must not be sent', () => {
  it('is not shown', async () => {
    const headers = () => ({ authorization: 'Bearer geheim\u0000' })
    const { client, exchanges } = await clientFor(answer(200), { headers })
    const error = await failure(client.send({ method: 'GET', path: '/' }))
    expect(error.kind).toBe('unintelligible')
    expect(JSON.stringify([error.message, exchanges])).not.toContain('geheim')
  })
})
