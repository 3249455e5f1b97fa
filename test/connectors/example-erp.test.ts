// The example of connectors/README.md: it is what stands there, and it passes the contract against an ERP with such an interface.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { ErpOrder } from '../../connectors/connector.ts'
import type { ErpError } from '../../connectors/erp-error.ts'
import { type MemoryErp, memoryErp } from '../../connectors/memory/memory-erp.ts'
import { type Break, describeConnector, type ErpUnderTest } from './contract.ts'
import { exampleErp } from './example-erp.ts'

const API_KEY = 'example-api-key'

interface Fault {
  status?: number
  headers?: Record<string, string>
  body?: string
  /** Breaks off, before or after it is done. */
  drop?: 'before' | 'after'
}

/** The REST interface over the memory ERP's books. */
function answerWith(erp: MemoryErp, state: { fault?: Fault | undefined }) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { fault } = state
    const body = await text(request)
    if (fault?.drop === 'before') return void request.socket.destroy()
    if (fault?.status) return void response.writeHead(fault.status, fault.headers).end(fault.body)
    if (request.headers.authorization !== `Bearer ${API_KEY}`) return void response.writeHead(401).end('who?')
    const answer =
      request.method === 'POST' ? take(erp, JSON.parse(body)) : ([200, show(erp, request.url ?? '')] as const)
    if (fault?.drop === 'after') return void request.socket.destroy()
    response.writeHead(answer[0]).end(JSON.stringify(answer[1]))
  }
}

function take(erp: MemoryErp, { reference, ...draft }: Parameters<MemoryErp['takeOrder']>[0] & { reference: string }) {
  if (erp.countByOnceKey(reference) > 0) return [409, { error: 'reference exists' }] as const
  try {
    return [201, erp.takeOrder(draft, reference)] as const
  } catch (error) {
    return [422, { error: (error as ErpError).message }] as const
  }
}

function show(erp: MemoryErp, url: string): ErpOrder[] {
  const query = new URL(url, 'http://erp').searchParams
  const [since, after, reference] = ['since', 'after', 'reference'].map((name) => query.get(name) ?? '') as [
    string,
    string,
    string,
  ]
  const position = (order: ErpOrder) => `${order.changedAt} ${order.erpId}`
  return erp
    .records('orders')
    .filter((order) => (reference ? order.onceKey === reference : position(order) > `${since} ${after}`))
    .toSorted((a, b) => (position(a) < position(b) ? -1 : 1))
    .slice(0, Number(query.get('limit') ?? 100))
}

describeConnector(
  'example of the README',
  async (surroundings): Promise<ErpUnderTest> => {
    const erp = memoryErp({ name: `example-${randomUUID().slice(0, 8)}` }, surroundings.now)
    const state: { fault?: Fault | undefined } = {}
    const server = createServer((request, response) => void answerWith(erp, state)(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const faultIs = (fault: Fault) => async () => {
      state.fault = fault
      return () => {
        state.fault = undefined
      }
    }
    const faults: Record<Break, Fault> = {
      unreachable: { drop: 'before' },
      'lost-answer': { drop: 'after' },
      throttled: { status: 429, headers: { 'retry-after': '3' } },
      refused: { status: 422, body: 'no, because' },
      unauthorised: { status: 401 },
      garbage: { status: 200, body: '<html>Maintenance</html>' },
    }
    return {
      connector: exampleErp.connect({ url, apiKey: API_KEY }, surroundings),
      another: exampleErp.connect({ url, apiKey: API_KEY }, surroundings),
      wrong: [
        { what: 'a wrong key', connector: exampleErp.connect({ url, apiKey: 'wrong-key' }, surroundings), says: /401/ },
        {
          what: 'nobody there',
          connector: exampleErp.connect({ url: 'http://127.0.0.1:1', apiKey: API_KEY }, surroundings),
          says: /can't be reached/,
        },
      ],
      customerNumber: '100042',
      otherCustomerNumber: '100077',
      currency: 'EUR',
      items: [
        { itemNumber: '00123', unitOfMeasure: 'BX', unitPrice: '10.50' },
        { itemNumber: '0047', unitOfMeasure: 'SET', unitPrice: '6.10' },
      ],
      people: {
        enterOrder: async (order) => erp.enterOrder(order),
        touchOrder: async (orderId) => void erp.confirm(orderId),
        countByOnceKey: async (onceKey) => erp.countByOnceKey(onceKey),
        ids: async (stream) => erp.records(stream).map((record) => record.erpId),
        break: Object.fromEntries(Object.entries(faults).map(([kind, fault]) => [kind, faultIs(fault)])),
      },
      close: async () => {
        server.closeAllConnections()
        server.close()
      },
    }
  },
  {
    definition: exampleErp,
    config: { url: 'https://erp.example', apiKey: 'x' },
    wrongConfigs: [
      { field: 'url', config: { url: 'erp.example', apiKey: 'x' } },
      { field: 'apiKey', config: { url: 'https://erp.example' } },
    ],
    secrets: [API_KEY, 'wrong-key'],
  },
)

describe('connectors/README.md', () => {
  it('shows this example, word for word', () => {
    const root = join(import.meta.dirname, '../..')
    const readme = readFileSync(join(root, 'connectors/README.md'), 'utf8')
    const example = readFileSync(join(root, 'test/connectors/example-erp.ts'), 'utf8')
    expect(readme).toContain(`\`\`\`ts\n${example.replaceAll('../../connectors/', '../')}\`\`\``)
  })
})
