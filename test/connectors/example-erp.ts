// Connector: Example ERP. Orders over a REST interface as many ERPs have one.
import { z } from 'zod'
import { positionAfter, readCursor, withOverlap, writeCursor } from '../../connectors/change-cursor.ts'
import type {
  ConnectorDefinition,
  Cursor,
  ErpConnector,
  ErpOrder,
  ErpOrderReceipt,
  Page,
  PullOptions,
  StreamName,
  Surroundings,
} from '../../connectors/connector.ts'
import { ErpError } from '../../connectors/erp-error.ts'
import { makeHttpClient } from '../../connectors/http-client.ts'

const config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Without a slash at the end.'),
  apiKey: z.string().min(1).meta({ secret: true }),
})
type ExampleConfig = z.output<typeof config>

export const exampleErp: ConnectorDefinition<ExampleConfig> = {
  id: 'example',
  title: 'Example ERP',
  summary: 'Orders there and back over its REST interface.',
  config,
  capabilities: { pushOrder: true, changeOrder: false, cancelOrder: false, invoicePdf: false, streams: ['orders'] },
  connect: connectExample,
}

/** Longest that a transaction of the ERP takes to be seen after its time stamp. */
const OVERLAP_SECONDS = 60

function connectExample({ url, apiKey }: ExampleConfig, { now, onExchange }: Surroundings): ErpConnector {
  const headers = () => ({ authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' })
  const http = makeHttpClient({ baseUrl: url, headers, onExchange })
  const orders = async (query: Record<string, string>, signal?: AbortSignal): Promise<ErpOrder[]> => {
    const answer = await http.send({ method: 'GET', path: `/orders?${new URLSearchParams(query)}`, signal })
    return answer.json() as ErpOrder[]
  }

  async function pushOrder(
    ...[draft, onceKey, signal]: Parameters<NonNullable<ErpConnector['pushOrder']>>
  ): Promise<ErpOrderReceipt> {
    const body = JSON.stringify({ ...draft, reference: onceKey })
    // The ERP refuses a second order with the reference: 409. One that doesn't is searched first, one push at a time.
    const { status } = await http.send({ method: 'POST', path: '/orders', body, signal, accept: [409] })
    const [order] = await orders({ reference: onceKey }, signal)
    if (!order) throw new ErpError('unintelligible', `The ERP has taken order ${onceKey} and does not know it.`)
    const { erpId, number, state, netAmount } = order
    return { erpId, number, state, netAmount, created: status !== 409, notes: [] }
  }

  async function* pullOrders(
    after: Cursor | null,
    { signal, pageSize = 100 }: PullOptions,
  ): AsyncIterable<Page<'orders'>> {
    let position = withOverlap(readCursor(after), OVERLAP_SECONDS)
    for (;;) {
      const { changedAt = '', id = '' } = position ?? {}
      const records = await orders({ since: changedAt, after: id, limit: `${pageSize}` }, signal)
      const last = records.at(-1)
      if (!last) return
      position = { changedAt: last.changedAt, id: last.erpId }
      yield { records, next: writeCursor(positionAfter(position, OVERLAP_SECONDS, now())) }
    }
  }

  return {
    async check(signal) {
      try {
        await orders({ limit: '1' }, signal)
        const message = `${url} answers, and shows its orders.`
        return { ok: true, message, steps: [{ name: 'Orders', ok: true, message }] }
      } catch (error) {
        const { message } = error as ErpError
        return { ok: false, message, steps: [{ name: 'Orders', ok: false, message }] }
      }
    },
    pushOrder,
    pull<S extends StreamName>(stream: S, after: Cursor | null, options: PullOptions = {}) {
      if (stream !== 'orders') return refused(stream)
      return pullOrders(after, options) as AsyncIterable<Page<S>>
    },
  }
}

// biome-ignore lint/correctness/useYield: it ends before the first page
async function* refused<S extends StreamName>(stream: S): AsyncIterable<Page<S>> {
  throw new ErpError('refused', `This connector has no ${stream}.`)
}
