// Orders pushed per second into a real Tryton: the hub's whole way (queue, lease, look-up by once key, create, quote, confirm, record)
// against a bare client that has all ids at hand and makes, quotes and confirms the same sales, at the same concurrency.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 } from 'uuid'
import type { ErpOrderDraft } from '../../connectors/connector.ts'
import { makeConnection } from '../../connectors/tryton/connection.ts'
import { makeTrytonClient } from '../../connectors/tryton/json-rpc.ts'
import { saleDraft } from '../../connectors/tryton/sale-draft.ts'
import { tryton } from '../../connectors/tryton/tryton.ts'
import { startWorkers } from '../../jobs/run.ts'
import { assemble } from '../../src/assemble.ts'
import { readConfig } from '../../src/config.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds, seedDemo } from '../../src/demo/seed.ts'
import { CONFIG_PURPOSE, connectionSettingsSchema, erpQueue } from '../../src/erp/erp-connection.ts'
import { insertConnection } from '../../src/erp/erp-connection-store.ts'
import { makeLog } from '../../src/log.ts'
import { placeOrder } from '../../src/orders/place-order.ts'
import { orderPolicySchema } from '../../src/partners/partner.ts'
import { startRelay } from '../../src/queue/relay.ts'
import { seal } from '../../src/secrets.ts'
import { haveTryton, startTryton } from '../connectors/tryton/server.ts'

export interface PushRow {
  side: 'bare' | 'hub'
  concurrency: number
  perSecond: number
}

const ORDERS = 60

/** Empty where Tryton is not installed. */
export async function benchPush(): Promise<PushRow[]> {
  if (!haveTryton()) return []
  const server = await startTryton()
  try {
    const rows: PushRow[] = []
    for (const concurrency of [1, 2])
      for (const side of [bare, hub])
        rows.push({
          side: side === bare ? 'bare' : 'hub',
          concurrency,
          perSecond: await side(server.settings, concurrency),
        })
    return rows
  } finally {
    await server.remove()
  }
}

const draft: ErpOrderDraft = {
  customerNumber: '100077',
  purchaseOrderNumber: 'BENCH',
  channel: 'punchout',
  orderDate: new Date().toISOString().slice(0, 10),
  currency: 'EUR',
  requestedDeliveryDate: null,
  shipTo: null,
  contact: null,
  comments: null,
  shippingAmount: null,
  lines: ['00123', '0047', 'TN-2420', 'CHAIR-210', 'LED-12'].map((itemNumber, i) => ({
    lineNumber: i + 1,
    itemNumber,
    description: itemNumber,
    quantity: '2',
    unitOfMeasure: itemNumber === '00123' ? 'BX' : itemNumber === '0047' ? 'SET' : 'C62',
    unitPrice: '10.00',
    priceUnit: '1',
    requestedDeliveryDate: null,
    comments: null,
  })),
}

async function bare(settings: Record<string, unknown>, concurrency: number): Promise<number> {
  const config = tryton.config.parse(settings)
  const client = makeTrytonClient(config, {})
  const { header, lines } = await saleDraft(
    makeConnection(client, config, () => new Date()),
    draft,
    'once',
  )
  let left = ORDERS
  return perSecond(async () => {
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        while (left-- > 0) {
          const values = { ...header, description: `bench ${v7()}`, lines: [['create', lines]] }
          const [id] = await client.call<number[]>('sale.sale.create', [[values]])
          await client.call('sale.sale.quote', [[id]])
          await client.call('sale.sale.confirm', [[id]])
        }
      }),
    )
  })
}

async function hub(settings: Record<string, unknown>, concurrency: number): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-bench-'))
  const assembled = await assemble(
    readConfig({ HUB_DATA_DIR: dataDir, LOG_LEVEL: 'silent' }),
    makeLog('silent'),
    'owner',
  )
  const { hub, queues, databaseUrl } = assembled
  try {
    await seedDemo(hub)
    const connectionId = hub.newId()
    await insertConnection(
      hub.db,
      {
        id: connectionId,
        sellerId: demoIds.seller,
        name: 'Tryton',
        connector: 'tryton',
        sealedConfig: seal(hub.keys, CONFIG_PURPOSE, JSON.stringify(settings)),
        settings: connectionSettingsSchema.parse({ concurrency }),
        status: 'active',
        guestCustomerNumber: null,
      },
      hub.now(),
    )
    for (let n = 0; n < ORDERS; n++)
      await hub.db.transaction((trx) => placeOrder(trx, orderNumber(n, connectionId), stampOf(hub)))
    const relay = startRelay(hub, queues, { databaseUrl })
    const seconds = await perSecond(async () => {
      const workers = await startWorkers(hub, queues, { queues: [erpQueue(connectionId)], concurrency })
      for (;;) {
        const { rows } = await hub.db.raw('SELECT count(*) AS left FROM orders WHERE erp_id IS NULL')
        if (rows[0].left === '0') break
        await new Promise((next) => setTimeout(next, 20))
      }
      await workers.close()
    })
    await relay.close()
    return seconds
  } finally {
    await assembled.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

function orderNumber(n: number, connectionId: string): Parameters<typeof placeOrder>[1] {
  return {
    sellerId: demoIds.seller,
    partnerId: demoIds.cxmlPartner,
    storefrontId: demoIds.storefront,
    accountId: demoIds.account,
    personId: demoIds.person,
    customerNumber: draft.customerNumber,
    connectionId,
    channel: 'edi',
    mode: 'production',
    documentId: v7(),
    policy: orderPolicySchema.parse({ holdOn: [] }),
    content: {
      poNumber: `BENCH-${n}`,
      poVersion: null,
      kind: 'regular',
      orderedAt: new Date(),
      requestedDate: null,
      currency: 'EUR',
      netAmount: '100.00',
      taxAmount: null,
      shippingAmount: null,
      totalAmount: '100.00',
      costCentre: null,
      projectCode: null,
      agreement: null,
      contactName: null,
      contactEmail: null,
      shipTo: null,
      details: {},
      lines: draft.lines.map((l) => ({
        lineNumber: l.lineNumber,
        parentLineNumber: null,
        supplierPartId: l.itemNumber,
        auxiliaryId: null,
        buyerPartId: null,
        description: l.description,
        productGroup: null,
        quantity: l.quantity,
        unit: l.unitOfMeasure,
        unitPrice: l.unitPrice ?? '0',
        priceUnit: '1',
        netAmount: '20.00',
        requestedDate: null,
        details: {},
      })),
    },
  }
}

async function perSecond(work: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await work()
  return ORDERS / ((performance.now() - begun) / 1000)
}
