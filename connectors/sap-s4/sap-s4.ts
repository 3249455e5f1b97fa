// Connector: SAP S/4HANA, on premise or cloud, over its OData V2 APIs.
import type {
  ConnectorDefinition,
  Cursor,
  ErpConnector,
  Page,
  PullOptions,
  StreamName,
  Surroundings,
} from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import { checkS4 } from './check.ts'
import { pullCreditLimits } from './credit-limits.ts'
import { pullCustomers, pullShipTos } from './customers.ts'
import { fetchInvoicePdf, pullInvoices } from './invoices.ts'
import { makeODataV2 } from './odata-v2.ts'
import { pullBalances, pullOpenItems } from './open-items.ts'
import { pullOrders } from './orders.ts'
import { makeOrderWriter } from './push-order.ts'
import { type S4Settings, settings } from './settings.ts'
import { pullShipments } from './shipments.ts'
import { makeUnits } from './units.ts'

export const sapS4: ConnectorDefinition<S4Settings> = {
  id: 'sap-s4',
  title: 'SAP S/4HANA',
  summary:
    'Orders, deliveries, invoices, open items and credit limits over the OData V2 APIs of S/4HANA, cloud or on premise.',
  config: settings,
  capabilities: {
    pushOrder: true,
    changeOrder: true,
    cancelOrder: true,
    invoicePdf: true,
    streams: ['customers', 'shipTos', 'orders', 'shipments', 'invoices', 'openItems', 'balances', 'creditLimits'],
  },
  connect: connectS4,
}

function connectS4(config: S4Settings, { now, onExchange }: Surroundings): ErpConnector {
  const odata = makeODataV2({ settings: config, now, onExchange })
  const units = makeUnits(config.units)
  const writer = makeOrderWriter(odata, config, units)

  function pages(stream: StreamName, after: Cursor | null, options: PullOptions): AsyncIterable<Page> {
    if (!sapS4.capabilities.streams.includes(stream))
      throw new ErpError('refused', `The SAP S/4HANA connector does not read ${stream}.`)
    const scan = { ...options, pageSize: options.pageSize ?? config.pageSize, now }
    switch (stream) {
      case 'customers':
        return pullCustomers(odata, config, after, scan)
      case 'shipTos':
        return pullShipTos(odata, config, after, scan)
      case 'orders':
        return pullOrders(odata, config, units, after, scan)
      case 'shipments':
        return pullShipments(odata, config, units, after, scan)
      case 'invoices':
        return pullInvoices(odata, config, units, after, scan)
      case 'openItems':
        return pullOpenItems(odata, config, after, scan)
      case 'balances':
        return pullBalances(odata, config, after, scan)
      default:
        return pullCreditLimits(odata, config, after, scan)
    }
  }

  return {
    check: (signal) => checkS4(odata, config, signal),
    pushOrder: (order, onceKey, signal) => writer.push(order, onceKey, signal),
    changeOrder: (ref, order, signal) => writer.change(ref, order, signal),
    // SAP keeps a reason as one of its own codes; the one for the hub's cancellations is in the settings.
    cancelOrder: (ref, _reason, signal) => writer.cancel(ref, signal),
    async *pull<S extends StreamName>(stream: S, after: Cursor | null, options: PullOptions = {}) {
      yield* pages(stream, after, options) as AsyncIterable<Page<S>>
    },
    fetchInvoicePdf: (erpId, signal) => fetchInvoicePdf(odata, erpId, signal),
  }
}
