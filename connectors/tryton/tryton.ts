// Connector: Tryton 6.0 over its JSON-RPC. What it uses and needs stands in README.md.
import type { ConnectorDefinition, ErpConnector, ErpOrderReceipt, Surroundings } from '../connector.ts'
import { check } from './check.ts'
import { makeConnection } from './connection.ts'
import { makeTrytonClient } from './json-rpc.ts'
import { settings, type TrytonConfig } from './settings.ts'
import { takeOrder } from './take-order.ts'

export const tryton: ConnectorDefinition<TrytonConfig> = {
  id: 'tryton',
  title: 'Tryton',
  summary: 'Tryton 6.0, over its JSON-RPC: orders, deliveries, invoices, prices and what customers owe.',
  config: settings,
  capabilities: { pushOrder: true, changeOrder: false, cancelOrder: false, invoicePdf: false, streams: [] },
  connect: connectTryton,
}

function connectTryton(config: TrytonConfig, { now, onExchange }: Surroundings): ErpConnector {
  const client = makeTrytonClient(config, { onExchange })
  const connection = makeConnection(client, config, now)
  /** Pushes under way, by key: a second one of this process waits for the first. */
  const pushing = new Map<string, Promise<ErpOrderReceipt>>()
  return {
    check: (signal) => check(connection, signal),
    async pushOrder(draft, onceKey, signal) {
      const first = pushing.get(onceKey)
      if (first) return { ...(await first), created: false }
      const push = takeOrder(connection, draft, onceKey, signal).finally(() => pushing.delete(onceKey))
      pushing.set(onceKey, push)
      return push
    },
    async *pull() {},
    close: () => client.logout(),
  }
}
