// Connector: Tryton 6.0 over its JSON-RPC. What it uses and needs stands in README.md.
import type {
  ConnectorDefinition,
  Cursor,
  ErpConnector,
  ErpOrderReceipt,
  Page,
  PullOptions,
  StreamName,
  Surroundings,
} from '../connector.ts'
import { streamNames } from '../connector.ts'
import { balances, creditLimits, openItems } from './accounts.ts'
import { cancelOrder, changeOrder } from './change-order.ts'
import { passOver, type RecordStream, stopIfTold } from './changes.ts'
import { check } from './check.ts'
import { makeConnection, type TrytonConnection } from './connection.ts'
import { customers, shipTos } from './customers.ts'
import { invoices } from './invoices.ts'
import { makeTrytonClient } from './json-rpc.ts'
import { orders } from './orders.ts'
import { pricePages } from './prices.ts'
import { settings, type TrytonConfig } from './settings.ts'
import { shipments } from './shipments.ts'
import { takeOrder } from './take-order.ts'

export const tryton: ConnectorDefinition<TrytonConfig> = {
  id: 'tryton',
  title: 'Tryton',
  summary: 'Tryton 6.0, over its JSON-RPC: orders, deliveries, invoices, prices and what customers owe.',
  config: settings,
  capabilities: { pushOrder: true, changeOrder: true, cancelOrder: true, invoicePdf: false, streams: streamNames },
  connect: connectTryton,
}

const recordStreams: {
  [S in Exclude<StreamName, 'prices'>]: (connection: TrytonConnection) => Promise<RecordStream<S>>
} = { customers, shipTos, orders, shipments, invoices, openItems, balances, creditLimits }

function connectTryton(config: TrytonConfig, { now, onExchange }: Surroundings): ErpConnector {
  const client = makeTrytonClient(config, { onExchange })
  const connection = makeConnection(client, config, now)
  /** Pushes under way, by key: a second one of this process waits for the first. */
  const pushing = new Map<string, Promise<ErpOrderReceipt>>()

  async function* pull<S extends StreamName>(
    stream: S,
    after: Cursor | null,
    options: PullOptions = {},
  ): AsyncIterable<Page<S>> {
    stopIfTold(options.signal)
    if (stream === 'prices') yield* pricePages(connection, after, options) as AsyncIterable<Page<S>>
    else {
      const make = recordStreams[stream as Exclude<StreamName, 'prices'>]
      yield* passOver(connection, (await make(connection)) as RecordStream<S>, after, options)
    }
  }

  return {
    check: (signal) => check(connection, signal),
    async pushOrder(draft, onceKey, signal) {
      const first = pushing.get(onceKey)
      if (first) return { ...(await first), created: false }
      const push = takeOrder(connection, draft, onceKey, signal).finally(() => pushing.delete(onceKey))
      pushing.set(onceKey, push)
      return push
    },
    changeOrder: (ref, draft, signal) => changeOrder(connection, ref, draft, signal),
    cancelOrder: (ref, reason, signal) => cancelOrder(connection, ref, reason, signal),
    pull,
    close: () => client.logout(),
  }
}
