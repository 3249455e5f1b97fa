// Lists of what a caller may see are read from indexes, in parts: they hold exactly what isWithin says, in order, each once. Issue 4.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type HeldRight, isWithin, type Reach, reachOf } from '../../src/accounts/access.ts'
import { findAccess } from '../../src/accounts/access-store.ts'
import { type Db, makeDatabase } from '../../src/database/database.ts'
import { listOrders } from '../../src/orders/order-history.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const SELLER = randomUUID()
let database: TestDatabase
let db: Db & { destroy(): Promise<void> }
/** 0 is the top, 1 below it, 2 below 1, ... 6; 7 and 8 stand beside 1 and 2; 9 is another customer. */
const accounts: string[] = Array.from({ length: 10 }, () => randomUUID())
const ABOVE = [null, 0, 1, 2, 3, 4, 5, 0, 7, null]
const people: string[] = [randomUUID(), randomUUID()]

const id = (n: number) => accounts[n] as string

async function order(): Promise<void> {
  for (const [n, account] of accounts.entries())
    for (const person of people)
      await db('orders').insert({
        ...{ id: randomUUID(), seller_id: SELLER, account_id: account, person_id: person, channel: 'web' },
        ...{ state: 'received', ordered_at: new Date(Date.UTC(2026, 0, 1 + (n % 4))), currency: 'EUR' },
        ...{ net_amount: '1', total_amount: '1', created_at: new Date(), updated_at: new Date() },
      })
}

beforeAll(async () => {
  database = await createTestDatabase()
  db = makeDatabase(database.url)
  await db('sellers').insert({ id: SELLER, name: 'Seller', created_at: new Date() })
  for (const [n, above] of ABOVE.entries())
    await db('accounts').insert({
      ...{ id: id(n), seller_id: SELLER, parent_id: above === null ? null : id(above), name: `Account ${n}` },
      ...{ kind: above === null ? 'holding' : n < 3 ? 'company' : 'department', created_at: new Date() },
    })
  for (const person of people)
    await db('people').insert({
      ...{ id: person, seller_id: SELLER, email: `${person}@customer.example`, name: 'Person', created_at: new Date() },
    })
  await order()
  // Account 3 and all below it moves from level 4 to below 8: other places, other levels.
  await db.raw(
    `UPDATE accounts SET path = (SELECT path FROM accounts WHERE id = ?) || path[array_position(path, ?):] WHERE path @> ARRAY[?]::uuid[]`,
    [id(7), id(3), id(3)],
  )
  await order()
})
afterAll(async () => {
  await db?.destroy()
  await database?.drop()
})

async function anchored(n: number, reach: HeldRight['reach']): Promise<HeldRight> {
  const membershipId = randomUUID()
  await db('memberships').insert({
    ...{ id: membershipId, account_id: id(n), person_id: people[0], role: 'buyer-admin', created_at: new Date() },
  })
  const access = await findAccess(db, { sellerId: SELLER, membershipId }, new Date())
  await db('memberships').where({ id: membershipId }).delete()
  const anchor = access?.rights[0]?.anchor ?? null
  return { permission: 'order.view', reach, anchor }
}

async function listed(reach: Reach): Promise<string[]> {
  const ids: string[] = []
  for (let after: { at: string; id: string } | undefined; ; ) {
    const rows = await listOrders(db, { reach, zone: 'UTC' }, { order: 'newest', limit: 3, after })
    ids.push(...rows.map((r) => r.id))
    const last = rows.at(-1)
    if (!last) return ids
    after = { at: last.position, id: last.id }
  }
}

const CASES: [string, [number, HeldRight['reach']][]][] = [
  ...ABOVE.map((_, n): [string, [number, HeldRight['reach']][]] => [`the subtree of account ${n}`, [[n, 'subtree']]]),
  ['a company', [[2, 'company']]],
  ['an own department', [[4, 'department']]],
  ['what is one’s own', [[4, 'own']]],
  [
    'what is one’s own in two accounts',
    [
      [4, 'own'],
      [9, 'own'],
    ],
  ],
  [
    'one’s own, a company and a subtree that overlap',
    [
      [2, 'own'],
      [2, 'company'],
      [1, 'subtree'],
    ],
  ],
  ['more than are looked for one by one', accounts.map((_, n) => [n, 'department'])],
]
it.each(CASES)('%s: the list holds what is within reach, newest first', async (_, held) => {
  const rights: HeldRight[] = []
  for (const [n, reach] of held) rights.push(await anchored(n, reach))
  const reach = reachOf(
    { sellerId: SELLER, person: { id: people[0] as string, email: '', name: '' }, rights, portfolio: [] } as never,
    'order.view',
  ) as Reach
  const all = await db('orders')
    .select({ id: 'id', accountId: 'account_id', companyId: 'company_id', path: 'account_path', personId: 'person_id' })
    .orderBy([
      { column: 'ordered_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
  const within = all.filter((thing) => isWithin(reach, thing)).map((thing) => thing.id)
  expect(within.length).toBeGreaterThan(0)
  expect(await listed(reach)).toEqual(within)
})
