// What it costs to see only one's own: lists of orders of people of a holding of 5,000 accounts and 50,000 people, each as far as a role of
// theirs reaches, against the same list of a seller, who sees all. Whole pages, first and from the middle of the list.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { demand, type Reach, wholeReach } from '../../src/accounts/access.ts'
import { findAccess } from '../../src/accounts/access-store.ts'
import { type Db, makeDatabase, migrate } from '../../src/database/database.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded.ts'
import type { Position } from '../../src/database/keyset.ts'
import { makeLog } from '../../src/log.ts'
import { listOrders } from '../../src/orders/order-history.ts'
import { at50, at99, time } from './times.ts'

const SELLER = '00000000-0000-7000-8000-0000000000aa'
const LIMIT = 50
const RUNS = 300

export interface AccessRow {
  who: string
  page: 'first' | 'deep'
  rows: number
  p50: number
  p99: number
  allP50: number
  allP99: number
}

/** Fills a database of its own with `count` orders, two of five of them the holding's, and reads lists. */
export async function benchAccess(count: number): Promise<AccessRow[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, log: makeLog('silent') })
  try {
    await migrate(postgres.url)
    await fillHolding(postgres.url, count)
    return await readAs(postgres.url)
  } finally {
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** A uuid that says what it is: an account of the holding's, another customer's, a person, a membership. */
const uuid = (kind: 'a' | 'c' | 'p' | 'm', n: string) =>
  `('00000000-0000-7000-800${{ a: 1, c: 2, p: 3, m: 4 }[kind]}-' || lpad((${n})::text, 12, '0'))::uuid`

/**
 * Account 0 is the holding; below it 10 companies, each with 25 branches, each with 19 departments: 5,011 accounts of ten people. Other
 * customers are 5,000 companies. Of each account's people the first orders more than half.
 */
const FILL = [
  `INSERT INTO sellers (id, name, created_at) VALUES ('${SELLER}', 'Bench', now())`,
  `INSERT INTO accounts (id, seller_id, kind, name, created_at) VALUES (${uuid('a', '0')}, '${SELLER}', 'holding', 'Holding', now())`,
  ...[
    { kind: 'company', first: 1, many: 10, above: '0' },
    { kind: 'branch', first: 11, many: 250, above: '1 + n / 25' },
    { kind: 'department', first: 261, many: 4750, above: '11 + n / 19' },
  ].map(
    ({ kind, first, many, above }) =>
      `INSERT INTO accounts (id, seller_id, parent_id, kind, name, created_at)
       SELECT ${uuid('a', `${first} + n`)}, '${SELLER}', ${uuid('a', above)}, '${kind}', '${kind} ' || n, now()
       FROM generate_series(0, ${many - 1}) n`,
  ),
  `INSERT INTO accounts (id, seller_id, kind, name, created_at)
   SELECT ${uuid('c', 'n')}, '${SELLER}', 'company', 'Customer ' || n, now() FROM generate_series(0, 4999) n`,
  `INSERT INTO people (id, seller_id, email, name, created_at)
   SELECT ${uuid('p', 'n')}, '${SELLER}', 'person' || n || '@holding.example', 'Person ' || n, now() FROM generate_series(0, 50109) n`,
  `INSERT INTO memberships (id, account_id, person_id, role, created_at)
   SELECT ${uuid('m', 'n')}, ${uuid('a', 'n / 10')}, ${uuid('p', 'n')}, 'buyer', now() FROM generate_series(0, 50109) n`,
]

const ORDERS = `
  INSERT INTO orders (id, seller_id, account_id, person_id, channel, state, po_number, customer_number, ordered_at, requested_date,
    currency, net_amount, tax_amount, total_amount, contact_name, contact_email, created_at, updated_at)
  SELECT gen_random_uuid(), '${SELLER}', CASE WHEN ours THEN ${uuid('a', 'x')} ELSE ${uuid('c', 'x % 5000')} END,
    CASE WHEN ours THEN ${uuid('p', 'x * 10 + floor(10 * u ^ 4)::int')} END,
    (ARRAY['web', 'phone', 'edi', 'punchout', 'erp'])[1 + n % 5], CASE WHEN n % 10 = 0 THEN 'confirmed' ELSE 'closed' END,
    'PO-' || n, x::text, timestamptz '2020-01-01' + n * interval '3 minutes', date '2020-01-01', 'EUR', 100, 21, 121,
    'Person ' || x, 'person' || x || '@customer.example', now(), now()
  FROM (SELECT n, n % 5 < 2 AS ours, floor(random() * 5011)::int AS x, random() AS u FROM generate_series($1::int, $2::int) n) o`

export async function fillHolding(url: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const sql of FILL) await client.query(sql)
  for (let n = 0; n < count; n += 100_000) await client.query(ORDERS, [n, Math.min(count, n + 100_000) - 1])
  await client.query('VACUUM ANALYZE')
  await client.end()
}

const CASES = [
  { who: '@subtree, the holding', account: 0, right: 'order.view@subtree' },
  { who: '@subtree, a company of 501 accounts', account: 5, right: 'order.view@subtree' },
  { who: '@subtree, a branch of 20 accounts', account: 130, right: 'order.view@subtree' },
  { who: '@company', account: 6, right: 'order.view@company' },
  { who: '@department', account: 3000, right: 'order.view@department' },
  { who: '@own', account: 4000, right: 'order.view@own' },
  { who: '@own and @company', account: 10, right: 'order.view@company', own: true },
] as const

/** How far a person of an account with one right (and, if they keep it, that of a buyer) reaches: asked of the hub. */
async function reachOf(
  db: Db,
  { account, right, ...also }: { account: number; right: string; own?: boolean },
): Promise<Reach> {
  const membershipId = `00000000-0000-7000-8004-${String(account * 10).padStart(12, '0')}`
  const accountId = `00000000-0000-7000-8001-${String(account).padStart(12, '0')}`
  const { rows } = await db.raw(
    `INSERT INTO roles (id, seller_id, account_id, name, permissions, created_at, updated_at)
     VALUES (gen_random_uuid(), ?, ?, ?, ?, now(), now()) RETURNING id`,
    [SELLER, accountId, right, [right]],
  )
  if (!also.own) await db('memberships').where({ id: membershipId }).update({ role: null })
  await db.raw(
    `INSERT INTO grants (id, membership_id, role_id, account_id, valid_from, created_at)
     VALUES (gen_random_uuid(), ?, ?, ?, now() - interval '1 day', now())`,
    [membershipId, rows[0].id, accountId],
  )
  const access = await findAccess(db, { sellerId: SELLER, membershipId }, new Date())
  if (!access) throw new Error('nobody')
  return demand(access, 'order.view')
}

export async function readAs(url: string): Promise<AccessRow[]> {
  const db = makeDatabase(url)
  try {
    const rows: AccessRow[] = []
    const { rows: middle } = await db.raw(
      `SELECT (min(ordered_at) + (max(ordered_at) - min(ordered_at)) / 2)::text AS at, max(id::text)::uuid AS id FROM orders`,
    )
    const whole = wholeReach(SELLER)
    for (const { who, ...given } of CASES) {
      const reach = await reachOf(db, given)
      for (const [page, after] of [
        ['first', undefined],
        ['deep', middle[0]],
      ] as const) {
        const list = (reach: Reach, after: Position | undefined) =>
          listOrders(db, { reach, zone: 'UTC' }, { order: 'newest', limit: LIMIT, after })
        const times: [number[], number[]] = [[], []]
        const found = await list(reach, after)
        for (let i = -20; i < RUNS; i++)
          for (const [side, whose] of [reach, whole].entries()) {
            const taken = await time(() => list(whose, after))
            if (i >= 0) times[side]?.push(taken)
          }
        const [ours, all] = times
        rows.push({
          ...{ who, page, rows: found.length },
          ...{ p50: at50(ours), p99: at99(ours), allP50: at50(all), allP99: at99(all) },
        })
      }
    }
    return rows
  } finally {
    await db.destroy()
  }
}
