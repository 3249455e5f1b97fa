// Order history at a million orders: how fast an ERP's history is read in, against a bare batched insert of the same rows into the same
// tables; and how fast it is read, against the same bare indexed query.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { v7 } from 'uuid'
import type { ErpConnector, ErpOrder, Page } from '../../connectors/connector.ts'
import { memory } from '../../connectors/memory/memory.ts'
import { wholeReach } from '../../src/accounts/access.ts'
import { makeDatabase, migrate } from '../../src/database/database.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded.ts'
import { CONFIG_PURPOSE, connectionSettingsSchema, type ErpConnection } from '../../src/erp/erp-connection.ts'
import { findConnectionById, insertConnection } from '../../src/erp/erp-connection-store.ts'
import { pullStream } from '../../src/erp/pull-stream.ts'
import { makeLog } from '../../src/log.ts'
import { listOrders } from '../../src/orders/order-history.ts'
import { recordErpOrders } from '../../src/orders/record-erp-orders.ts'
import { makeKeyring, seal } from '../../src/secrets.ts'
import { at50, at99, time } from './times.ts'

const PAGE = 1000
const SELLER = '00000000-0000-7000-8000-0000000000aa'
const CONNECTION = '00000000-0000-7000-8000-0000000000ab'
const CUSTOMERS = 5000

export interface IngestRow {
  side: 'hub' | 'bare'
  orders: number
  perSecond: number
  /** Highest seen while reading. */
  residentMb: number
}

export interface ReadRow {
  what: string
  hubP50: number
  hubP99: number
  bareP50: number
  bareP99: number
}

/** Reads `count` generated orders (three lines each) in, bare and through the hub, each into a database of its own; then reads lists. */
export async function benchHistory(count: number): Promise<{ ingest: IngestRow[]; reads: ReadRow[] }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, log: makeLog('silent') })
  try {
    const bareUrl = await database(postgres.url, 'bare')
    const bare = await ingestBare(bareUrl, count)
    await drop(postgres.url, 'bare')
    const hubUrl = await database(postgres.url, 'history')
    const hub = await ingest(hubUrl, count)
    const reads = await readLists(hubUrl)
    return { ingest: [bare, hub], reads }
  } finally {
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

const at = (server: string, name: string) => Object.assign(new URL(server), { pathname: `/${name}` }).href

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}

async function database(server: string, name: string): Promise<string> {
  await run(server, `CREATE DATABASE ${name}`)
  const url = at(server, name)
  await migrate(url)
  const keys = makeKeyring([Buffer.alloc(32, 1).toString('base64')])
  const db = makeDatabase(url)
  const now = new Date()
  await db('sellers').insert({ id: SELLER, name: 'Bench', created_at: now })
  await insertConnection(
    db,
    {
      id: CONNECTION,
      sellerId: SELLER,
      name: 'Generated',
      connector: 'memory',
      sealedConfig: seal(keys, CONFIG_PURPOSE, '{}'),
      settings: connectionSettingsSchema.parse({}),
      status: 'active',
      guestCustomerNumber: null,
    },
    now,
  )
  await db.raw(
    `INSERT INTO accounts (id, seller_id, kind, name, customer_number, created_at)
     SELECT gen_random_uuid(), ?, 'company', 'Customer ' || n, n::text, now() FROM generate_series(1, ?) n`,
    [SELLER, CUSTOMERS],
  )
  await db.destroy()
  return url
}

const drop = (server: string, name: string) => run(server, `DROP DATABASE ${name} WITH (FORCE)`)

const CHANNELS = ['web', 'phone', 'edi', 'punchout', 'erp'] as const
const WORDS = ['pen', 'paper', 'toner', 'desk', 'chair', 'lamp', 'tray', 'cleaner', 'staples', 'keyboard']

/** The n-th order: always the same. */
function order(n: number): ErpOrder {
  const orderedAt = new Date(Date.UTC(2020, 0, 1) + n * 180_000).toISOString()
  const lines = [0, 1, 2].map((i) => {
    const item = (n * 7 + i * 13) % 20_000
    return {
      lineNumber: i + 1,
      erpLineId: `${n}-${i}`,
      itemNumber: `SKU-${item}`,
      description: `${WORDS[item % 10]} ${WORDS[(item * 3) % 10]} size ${item % 40}`,
      productGroup: `G${item % 100}`,
      quantity: String(1 + (n % 9)),
      unitOfMeasure: 'EA',
      unitPrice: `${1 + (item % 500)}.50`,
      priceUnit: '1',
      netAmount: `${(1 + (n % 9)) * (1 + (item % 500))}.00`,
      confirmedQuantity: String(1 + (n % 9)),
      confirmedDate: orderedAt.slice(0, 10),
      shippedQuantity: null,
      invoicedQuantity: null,
      rejectionReason: null,
    }
  })
  return {
    erpId: String(n),
    number: `SO${n}`,
    onceKey: null,
    purchaseOrderNumber: `PO-${n}`,
    customerNumber: String(1 + (n % CUSTOMERS)),
    channel: CHANNELS[n % 5] as ErpOrder['channel'],
    state: n % 10 === 0 ? 'open' : 'closed',
    orderedAt,
    currency: 'EUR',
    netAmount: '100.00',
    taxAmount: '21.00',
    totalAmount: '121.00',
    requestedDeliveryDate: orderedAt.slice(0, 10),
    shipTo: null,
    contactName: `Person ${n % 50_000}`,
    contactEmail: `person${n % 50_000}@customer.example`,
    projectCode: n % 4 === 0 ? `P-${n % 300}` : null,
    lines,
    changedAt: orderedAt,
  }
}

function watchMemory(): () => number {
  let most = 0
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss())
  }
  const timer = setInterval(look, 200)
  return () => {
    clearInterval(timer)
    look()
    return Math.round(most / 1024 / 1024)
  }
}

/** The whole loop: cursor, accounts looked up, known orders looked up, upserts, cursor saved, a transaction per page. */
async function ingest(url: string, count: number): Promise<IngestRow> {
  const db = makeDatabase(url)
  const connection = (await findConnectionById(db, CONNECTION)) as ErpConnection
  const erp: ErpConnector = {
    check: async () => ({ ok: true, message: '', steps: [] }),
    async *pull() {
      for (let n = 0; n < count; n += PAGE) {
        const records = Array.from({ length: Math.min(PAGE, count - n) }, (_, i) => order(n + i))
        yield { records, next: String(n + records.length), total: count } as unknown as Page<never>
      }
    },
  }
  const residentMb = watchMemory()
  const begun = performance.now()
  await pullStream(
    {
      ...{ db, now: () => new Date(), newId: () => v7(), keys: makeKeyring([Buffer.alloc(32).toString('base64')]) },
      openErp: () => ({ connection, definition: memory as never, erp }),
    },
    {
      connectionId: CONNECTION,
      stream: 'orders',
      claimSeconds: 120,
      signal: new AbortController().signal,
      apply: (trx, origin, records) =>
        recordErpOrders(trx, origin, records, { first: true }, { at: new Date(), newId: () => v7() }),
    },
  )
  const seconds = (performance.now() - begun) / 1000
  await db.destroy()
  return { side: 'hub', orders: count, perSecond: count / seconds, residentMb: residentMb() }
}

/** The same rows by the leanest means: arrays per column, a transaction per page, nothing looked up. */
async function ingestBare(url: string, count: number): Promise<IngestRow> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('SELECT id, customer_number FROM accounts')
  const accounts = new Map(rows.map((r) => [r.customer_number, r.id]))
  const residentMb = watchMemory()
  const begun = performance.now()
  for (let n = 0; n < count; n += PAGE) {
    const orders = Array.from({ length: Math.min(PAGE, count - n) }, (_, i) => ({ id: v7(), order: order(n + i) }))
    const column = (read: (o: ErpOrder, id: string) => unknown) => orders.map(({ id, order }) => read(order, id))
    await client.query('BEGIN')
    await client.query(
      `INSERT INTO orders (id, seller_id, connection_id, account_id, channel, state, po_number, customer_number, ordered_at,
         requested_date, currency, net_amount, tax_amount, total_amount, project_code, contact_name, contact_email, erp_id,
         erp_number, erp_state, erp_changed_at, search, created_at, updated_at)
       SELECT a.id, $1, $2, a.account, a.channel, a.state, a.po, a.customer, a.ordered, a.requested, 'EUR', a.net, a.tax, a.total,
         a.project, a.name, a.email, a.erp, a.number, a.erpstate, a.changed, search_words(a.words), now(), now()
       FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::date[],
         $11::numeric[], $12::numeric[], $13::numeric[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
         $19::text[], $20::timestamptz[], $21::text[])
         AS a(id, account, channel, state, po, customer, ordered, requested, net, tax, total, project, name, email, erp, number,
           erpstate, changed, words)`,
      [
        SELLER,
        CONNECTION,
        column((_, id) => id),
        column((o) => accounts.get(o.customerNumber)),
        column((o) => o.channel),
        column((o) => (o.state === 'open' ? 'confirmed' : o.state)),
        column((o) => o.purchaseOrderNumber),
        column((o) => o.customerNumber),
        column((o) => o.orderedAt),
        column((o) => o.requestedDeliveryDate),
        column((o) => o.netAmount),
        column((o) => o.taxAmount),
        column((o) => o.totalAmount),
        column((o) => o.projectCode),
        column((o) => o.contactName),
        column((o) => o.contactEmail),
        column((o) => o.erpId),
        column((o) => o.number),
        column((o) => o.state),
        column((o) => o.changedAt),
        column((o) =>
          [
            o.purchaseOrderNumber,
            o.number,
            o.contactName,
            o.contactEmail,
            o.projectCode,
            ...o.lines.flatMap((l) => [l.itemNumber, l.description]),
          ]
            .filter(Boolean)
            .join(' '),
        ),
      ],
    )
    const lines = orders.flatMap(({ id, order: o }) => o.lines.map((l) => ({ id, l })))
    const of = (read: (l: ErpOrder['lines'][number], id: string) => unknown) => lines.map(({ id, l }) => read(l, id))
    await client.query(
      `INSERT INTO order_lines (order_id, line_number, erp_line_id, supplier_part_id, description, product_group, quantity, unit,
         unit_price, net_amount, confirmed_quantity, confirmed_date)
       SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::text[],
         $9::numeric[], $10::numeric[], $11::numeric[], $12::date[])`,
      [
        of((_, id) => id),
        of((l) => l.lineNumber),
        of((l) => l.erpLineId),
        of((l) => l.itemNumber),
        of((l) => l.description),
        of((l) => l.productGroup),
        of((l) => l.quantity),
        of((l) => l.unitOfMeasure),
        of((l) => l.unitPrice),
        of((l) => l.netAmount),
        of((l) => l.confirmedQuantity),
        of((l) => l.confirmedDate),
      ],
    )
    await client.query('COMMIT')
  }
  const seconds = (performance.now() - begun) / 1000
  await client.end()
  return { side: 'bare', orders: count, perSecond: count / seconds, residentMb: residentMb() }
}

const RUNS = 300
const LIMIT = 50

/** First page, deepest page, filtered and searched: the hub's list against the bare query on the same index, in turns. */
async function readLists(url: string): Promise<ReadRow[]> {
  await run(url, 'VACUUM ANALYZE')
  const db = makeDatabase(url)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows: accounts } = await client.query('SELECT id FROM accounts ORDER BY id LIMIT 50')
  const account = (i: number) => accounts[i % accounts.length].id as string
  const { rows: oldest } = await client.query(
    `SELECT ordered_at AS "orderedAt", id FROM orders WHERE seller_id = $1 ORDER BY ordered_at, id OFFSET 60 LIMIT 1`,
    [SELLER],
  )
  const deep = oldest[0] as { orderedAt: Date; id: string }
  const filter = { reach: wholeReach(SELLER), zone: 'UTC' }
  const bare = `SELECT id, account_id, person_id, channel, mode, kind, state, po_number, erp_number, customer_number, ordered_at, currency,
    net_amount, total_amount, holds, created_at FROM orders`
  const newest = `ORDER BY ordered_at DESC, id DESC LIMIT ${LIMIT}`
  const cases: { what: string; hub(i: number): Promise<unknown>; bare(i: number): Promise<unknown> }[] = [
    {
      what: 'first page',
      hub: () => listOrders(db, filter, page()),
      bare: () => client.query({ name: 'first', text: `${bare} WHERE seller_id = $1 ${newest}`, values: [SELLER] }),
    },
    {
      what: 'deepest page',
      hub: () => listOrders(db, filter, page({ at: deep.orderedAt.toISOString(), id: deep.id })),
      bare: () =>
        client.query({
          name: 'deep',
          text: `${bare} WHERE seller_id = $1 AND (ordered_at, id) < ($2, $3) ${newest}`,
          values: [SELLER, deep.orderedAt, deep.id],
        }),
    },
    {
      what: 'of one account',
      hub: (i) => listOrders(db, { ...filter, accountIds: [account(i)] }, page()),
      bare: (i) =>
        client.query({ name: 'account', text: `${bare} WHERE account_id = $1 ${newest}`, values: [account(i)] }),
    },
    {
      what: 'in one state and channel',
      hub: () => listOrders(db, { ...filter, states: ['confirmed'], channels: ['erp'] }, page()),
      bare: () =>
        client.query({
          name: 'state',
          text: `${bare} WHERE seller_id = $1 AND state = 'confirmed' AND channel = 'erp' ${newest}`,
          values: [SELLER],
        }),
    },
    {
      what: 'searched by number',
      hub: (i) => listOrders(db, { ...filter, words: ['po', String(1000 + i * 17)] }, page()),
      bare: (i) =>
        client.query({
          name: 'search',
          text: `${bare} WHERE seller_id = $1 AND search @@ to_tsquery('simple', $2) ${newest}`,
          values: [SELLER, `'po':* & '${1000 + i * 17}':*`],
        }),
    },
  ]
  const rows: ReadRow[] = []
  for (const { what, hub, bare } of cases) {
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let i = -20; i < RUNS; i++) {
      const [a, b] = [await time(() => hub(Math.abs(i))), await time(() => bare(Math.abs(i)))]
      if (i >= 0) {
        ours.push(a)
        theirs.push(b)
      }
    }
    rows.push({ what, hubP50: at50(ours), hubP99: at99(ours), bareP50: at50(theirs), bareP99: at99(theirs) })
  }
  await client.end()
  await db.destroy()
  return rows
}

const page = (after?: { at: string; id: string }) => ({ order: 'newest' as const, limit: LIMIT, after })
