// `npm run bench [codecs] [http] [history] ...`: what the hub costs, as ratios against something named, measured in the same run. Not a
// test: no time limit. BENCH_ORDERS (1,000,000) says how many orders `history` and `access` have.
import { benchAccess } from './access.ts'
import { benchCxml } from './cxml.ts'
import { benchHistory } from './history.ts'
import { benchHttp } from './http.ts'
import { benchPush } from './push.ts'
import { benchQueue } from './queue.ts'
import { benchSubmit } from './submit.ts'

const orders = Number(process.env.BENCH_ORDERS ?? 1_000_000)
const parts: Record<string, () => Promise<void>> = { codecs, http, queue, push, history, access, submit }
const wanted = process.argv.slice(2)
if (wanted.some((name) => !Object.hasOwn(parts, name))) {
  console.log(`npm run bench -- [${Object.keys(parts).join('] [')}]; without a name, all of them`)
  process.exit(wanted.includes('--help') ? 0 : 2)
}
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) await parts[name]?.()

async function codecs(): Promise<void> {
  console.log('Codecs: milliseconds per pass, median; ratio = ours / bare library on the same bytes (less is better)\n')
  const codec = await benchCxml()
  console.table(
    codec.map((r) => ({
      what: r.name,
      ours: r.ours.toFixed(2),
      bare: r.theirs.toFixed(2),
      unit: r.unit,
      ratio: (r.ours / r.theirs).toFixed(2),
    })),
  )
}

async function http(): Promise<void> {
  console.log(
    '\nPunchOutSetupRequest -> PunchOutSetupResponse over HTTP; bare = Express with one INSERT; ratio = hub / bare throughput (more is better)\n',
  )
  const rows = await benchHttp()
  console.table(
    rows.map((r) => {
      const bare = rows.find((b) => b.side === 'bare' && b.connections === r.connections)
      const ratio = r.side === 'hub' && bare ? (r.perSecond / bare.perSecond).toFixed(2) : ''
      return {
        connections: r.connections,
        side: r.side,
        'req/s': Math.round(r.perSecond),
        'p50 ms': r.p50,
        'p99 ms': r.p99,
        failed: r.failed,
        'resident MB': r.residentMb,
        ratio,
      }
    }),
  )
}

async function history(): Promise<void> {
  console.log(
    `\nERP history of ${orders} orders with three lines each; bare = batched INSERT of the same rows into the same tables (more is better)\n`,
  )
  const { ingest, reads } = await benchHistory(orders)
  const bare = ingest.find((r) => r.side === 'bare')?.perSecond ?? Number.NaN
  console.table(
    ingest.map((r) => ({
      side: r.side,
      'orders/s': Math.round(r.perSecond),
      'resident MB': r.residentMb,
      ratio: (r.perSecond / bare).toFixed(2),
    })),
  )
  console.log('\nA page of 50 orders from it; bare = the same query by hand on the same index (less is better)\n')
  const first = reads[0]?.hubP99 ?? Number.NaN
  console.table(
    reads.map((r) => ({
      what: r.what,
      'hub p50 ms': r.hubP50.toFixed(2),
      'hub p99 ms': r.hubP99.toFixed(2),
      'bare p50 ms': r.bareP50.toFixed(2),
      'bare p99 ms': r.bareP99.toFixed(2),
      'ratio p50': (r.hubP50 / r.bareP50).toFixed(2),
      'ratio p99': (r.hubP99 / r.bareP99).toFixed(2),
      'p99 to first page': (r.hubP99 / first).toFixed(2),
    })),
  )
}

async function access(): Promise<void> {
  console.log(
    `\nA page of 50 of ${orders} orders, two of five of them of a holding of 5,011 accounts and 50,110 people, as far as a right reaches; all = the seller’s list, unfiltered (less is better)\n`,
  )
  const rows = await benchAccess(orders)
  console.table(
    rows.map((r) => ({
      'order.view': r.who,
      page: r.page,
      rows: r.rows,
      'p50 ms': r.p50.toFixed(2),
      'p99 ms': r.p99.toFixed(2),
      'all p50 ms': r.allP50.toFixed(2),
      'all p99 ms': r.allP99.toFixed(2),
      'ratio p50': (r.p50 / r.allP50).toFixed(2),
      'ratio p99': (r.p99 / r.allP99).toFixed(2),
    })),
  )
}

async function submit(): Promise<void> {
  console.log(
    '\nRequisitions submitted under a policy of 50 rules and 4 budgets; bare = the same row locks and inserts by hand (ratio of p50: less is better)\n',
  )
  const rows = await benchSubmit()
  console.table(
    rows.map((r) => {
      const bare = rows.find((b) => b.side === 'bare' && b.concurrency === r.concurrency)?.p50 ?? Number.NaN
      return {
        side: r.side,
        concurrency: r.concurrency,
        'submits/s': Math.round(r.perSecond),
        'p50 ms': r.p50.toFixed(1),
        'p99 ms': r.p99.toFixed(1),
        ratio: (r.p50 / bare).toFixed(2),
      }
    }),
  )
}

async function queue(): Promise<void> {
  console.log(
    '\nJobs per second: from the outbox to BullMQ, and run and recorded; bare = BullMQ alone, nothing kept (more is better)\n',
  )
  const rows = await benchQueue()
  console.table(
    rows.map((r) => ({
      carrier: r.carrier,
      what: r.what,
      'hub/s': Math.round(r.hub),
      'bare/s': Math.round(r.bare),
      ratio: (r.hub / r.bare).toFixed(2),
    })),
  )
}

async function push(): Promise<void> {
  console.log(
    '\nOrders of five lines per second into a real Tryton; bare = a client that creates, quotes and confirms (more is better)\n',
  )
  const rows = await benchPush()
  if (rows.length === 0) console.log('Tryton is not installed (erp/tryton/tryton.sh install): left out')
  console.table(
    rows.map((r) => {
      const bare = rows.find((b) => b.side === 'bare' && b.concurrency === r.concurrency)?.perSecond ?? Number.NaN
      return {
        side: r.side,
        concurrency: r.concurrency,
        'orders/s': r.perSecond.toFixed(2),
        ratio: (r.perSecond / bare).toFixed(2),
      }
    }),
  )
}
