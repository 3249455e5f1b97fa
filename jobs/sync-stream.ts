// One stream of one ERP, read from where it was left: customers, orders of all channels, shipments, invoices, balances, ...
import type { Page, StreamName } from '../connectors/connector.ts'
import { putBalances, putCreditLimits, putOpenItems } from '../src/credit/credit-store.ts'
import type { Db } from '../src/database/database.ts'
import { type Stamp, stampOf } from '../src/database/stamp.ts'
import type { ErpConnection } from '../src/erp/erp-connection.ts'
import { findStream } from '../src/erp/erp-connection-store.ts'
import { pullStream } from '../src/erp/pull-stream.ts'
import { recordCustomers, recordPrices, recordShipTos } from '../src/erp/record-master-data.ts'
import { adoptRecords } from '../src/invoices/adopt-records.ts'
import { recordErpInvoices } from '../src/invoices/record-erp-invoices.ts'
import { tieToOrders, waitForOtherPages } from '../src/invoices/tie-to-orders.ts'
import { recordErpOrders } from '../src/orders/record-erp-orders.ts'
import { creditReturns } from '../src/returns/credit-returns.ts'
import { recordErpShipments } from '../src/shipments/record-erp-shipments.ts'
import { announce } from '../src/storefronts/announce.ts'
import { type Job, patient } from './job.ts'

type Apply<S extends StreamName> = (
  db: Db,
  connection: ErpConnection,
  records: Page<S>['records'],
  first: boolean,
  stamp: Stamp,
) => Promise<void>

/** What becomes of each stream's records. */
const apply: { [S in StreamName]: Apply<S> } = {
  customers: async (db, connection, records, _first, stamp) => {
    const accounts = await recordCustomers(db, connection, records, stamp)
    await adoptRecords(db, connection, accounts)
  },
  shipTos: (db, connection, records, _first, stamp) => recordShipTos(db, connection, records, stamp),
  prices: (db, connection, records, _first, stamp) => recordPrices(db, connection, records, stamp),
  orders: async (db, connection, records, first, stamp) => {
    await waitForOtherPages(db, connection)
    await recordErpOrders(db, connection, records, { first }, stamp)
    await tieToOrders(db, connection, records, { first }, stamp)
  },
  shipments: async (db, connection, records, first, stamp) => {
    await waitForOtherPages(db, connection)
    await recordErpShipments(db, connection, records, { first }, stamp)
  },
  invoices: async (db, connection, records, first, stamp) => {
    await waitForOtherPages(db, connection)
    await recordErpInvoices(db, connection, records, { first }, stamp)
    await creditReturns(
      db,
      connection,
      records.map((r) => r.erpId),
      stamp,
    )
  },
  openItems: (db, connection, records, _first, { at }) => putOpenItems(db, connection, records, at),
  balances: async (db, connection, records, first, stamp) => {
    const changed = await putBalances(db, connection, records, stamp.at)
    if (!first) await announceCredit(db, connection, changed, stamp)
  },
  creditLimits: async (db, connection, records, first, stamp) => {
    const changed = await putCreditLimits(db, connection, records, stamp.at)
    if (!first) await announceCredit(db, connection, changed, stamp)
  },
}

function announceCredit(
  db: Db,
  { sellerId }: ErpConnection,
  customerNumbers: readonly string[],
  stamp: Stamp,
): Promise<void> {
  const events = customerNumbers.map((customerNumber) => ({
    sellerId,
    type: 'credit.updated' as const,
    data: { customerNumber },
  }))
  return announce(db, events, stamp)
}

export const syncStream: Job<'sync-stream'> = {
  name: 'sync-stream',
  ...patient,
  async run(hub, { connectionId, stream, full }, { signal, progress }) {
    const known = await findStream(hub.db, connectionId, stream)
    const first = !known?.finishedAt
    await pullStream(hub, {
      connectionId,
      stream,
      full: full ?? false,
      claimSeconds: 3 * hub.config.takeOverSeconds,
      signal,
      apply: (db, connection, records) =>
        (apply[stream] as Apply<StreamName>)(db, connection, records, first, stampOf(hub)),
      progress: ({ records, total }) => progress({ done: records, total }),
    })
  },
}
