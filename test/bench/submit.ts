// A requisition is submitted: priced, held against restrictions, a policy of 50 rules and four budgets, and asked of an approver; against a
// bare transaction that takes the same row locks and inserts the same rows, written by hand. Both on the same durable PostgreSQL.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { v7 } from 'uuid'
import { policySchema } from '../../src/approvals/policy.ts'
import { makeBudget, type NewBudget } from '../../src/budgets/change-budget.ts'
import { type Db, makeDatabase, migrate } from '../../src/database/database.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded.ts'
import { CONFIG_PURPOSE, connectionSettingsSchema } from '../../src/erp/erp-connection.ts'
import { insertConnection } from '../../src/erp/erp-connection-store.ts'
import { makeLog } from '../../src/log.ts'
import { priceLines } from '../../src/requisitions/price-lines.ts'
import { lineOf } from '../../src/requisitions/purchase-line.ts'
import { draftRequisition, submitRequisition } from '../../src/requisitions/submit-requisition.ts'
import { makeKeyring, seal } from '../../src/secrets.ts'
import { at50, at99, time } from './times.ts'

const SUBMITS = 300
const WARM = 40
const MEMBERS = 50

export interface SubmitRow {
  side: 'hub' | 'bare'
  concurrency: number
  perSecond: number
  p50: number
  p99: number
}

interface Site {
  db: Db
  sellerId: string
  accountId: string
  members: { personId: string; membershipId: string; budgetId: string; periodId: string }[]
}

/** In turns: bare, hub at 1 and 4 at once. */
export async function benchSubmit(): Promise<SubmitRow[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, log: makeLog('silent') })
  try {
    await migrate(postgres.url)
    return await measureSubmits(postgres.url)
  } finally {
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

export async function measureSubmits(url: string): Promise<SubmitRow[]> {
  const db = makeDatabase(url)
  const pool = new pg.Pool({ connectionString: url, max: 12 })
  try {
    const site = await fillCompany(db)
    const [pattern] = (await draftMany(site, 1)) as [Draft]
    await submit(db, pattern)
    const bare = await bareSubmit(pool, site, pattern)
    const sides = { bare, hub: (draft: Draft) => submit(db, draft) }
    const rows: SubmitRow[] = []
    for (const side of ['bare', 'hub'] as const) await run(await draftMany(site, WARM), 1, sides[side])
    for (const concurrency of [1, 4])
      for (const side of ['bare', 'hub'] as const) {
        const drafts = await draftMany(site, SUBMITS)
        await db.raw('ANALYZE')
        const { seconds, times } = await run(drafts, concurrency, sides[side])
        rows.push({ side, concurrency, perSecond: SUBMITS / seconds, p50: at50(times), p99: at99(times) })
      }
    return rows
  } finally {
    await pool.end()
    await db.destroy()
  }
}

async function run(drafts: Draft[], concurrency: number, submit: (draft: Draft) => Promise<unknown>) {
  const times: number[] = []
  const seconds = await time(() =>
    Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (let draft = drafts.pop(); draft; draft = drafts.pop()) {
          const one = draft
          times.push(await time(() => submit(one)))
        }
      }),
    ),
  )
  return { seconds: seconds / 1000, times }
}

const stamp = () => ({ at: new Date(), newId: () => v7() })

/** A company with a department of 50 members, one approver, contract prices, a policy, and a budget of each kind. */
export async function fillCompany(db: Db): Promise<Site> {
  const at = new Date()
  const [sellerId, companyId, accountId, connectionId] = [v7(), v7(), v7(), v7()]
  await db('sellers').insert({ id: sellerId, name: 'Bench', created_at: at })
  const account = { seller_id: sellerId, created_at: at }
  await db('accounts').insert({ ...account, id: companyId, kind: 'company', name: 'Customer', customer_number: '1' })
  await db('accounts').insert({ ...account, id: accountId, parent_id: companyId, kind: 'department', name: 'Works' })
  await insertConnection(
    db,
    {
      ...{ id: connectionId, sellerId, name: 'ERP', connector: 'memory', status: 'active', guestCustomerNumber: null },
      sealedConfig: seal(makeKeyring([Buffer.alloc(32, 1).toString('base64')]), CONFIG_PURPOSE, '{}'),
      settings: connectionSettingsSchema.parse({}),
    },
    at,
  )
  for (const part of PARTS) {
    const price = { currency: 'EUR', unitPrice: '10.00', priceUnit: '1', unitOfMeasure: 'EA', minimumQuantity: '1' }
    await db('erp_prices').insert({
      ...{ connection_id: connectionId, erp_id: part, seller_id: sellerId, customer_number: '1', item_number: part },
      record: JSON.stringify({ erpId: part, customerNumber: '1', itemNumber: part, ...price, changedAt: '' }),
      updated_at: at,
    })
  }
  const budget: NewBudget = {
    ...{ sellerId, accountId, name: 'Works', kind: 'account', membershipId: null, code: null, currency: 'EUR' },
    ...{ amount: '100000000', overdraft: '0', period: 'year', basis: 'net', withShipping: false, over: 'block' },
    ...{ otherCurrency: 'ask', rates: {}, refundTo: 'reservation', carryOver: false },
    ...{ startsOn: '2020-01-01', endsOn: null, defaultZone: 'UTC' },
  }
  const actor = { hub: 'bench' }
  await makeBudget(db, budget, actor, stamp())
  await makeBudget(db, { ...budget, kind: 'cost-centre', code: 'CC-1' }, actor, stamp())
  await makeBudget(db, { ...budget, kind: 'project', code: 'P-1' }, actor, stamp())
  const addMember = async (n: number, role: string) => {
    const [personId, membershipId] = [v7(), v7()]
    const person = { email: `person${n}@works.example`, name: `Person ${n}` }
    await db('people').insert({ id: personId, seller_id: sellerId, ...person, created_at: at })
    const of = { account_id: accountId, person_id: personId }
    await db('memberships').insert({ id: membershipId, ...of, role, created_at: at })
    return { personId, membershipId }
  }
  const approver = await addMember(-1, 'approver')
  const members: Site['members'] = []
  for (let n = 0; n < MEMBERS; n++) {
    const member = await addMember(n, 'buyer')
    const own = { ...budget, kind: 'member' as const, membershipId: member.membershipId }
    const budgetId = await makeBudget(db, own, actor, stamp())
    const { id: periodId } = await db('budget_periods').where({ budget_id: budgetId }).first('id')
    members.push({ ...member, budgetId, periodId })
  }
  const policyId = v7()
  const dates = { created_at: at, updated_at: at }
  const policy = { id: policyId, seller_id: sellerId, account_id: accountId, name: 'Works' }
  await db('approval_policies').insert({ ...policy, ...dates })
  await db('policy_versions').insert({
    ...{ id: v7(), policy_id: policyId, number: 1, status: 'published', created_at: at },
    content: JSON.stringify(policySchema.parse({ rules: rules(approver.membershipId) })),
  })
  return { db, sellerId, accountId, members }
}

/** 49 rules of every kind that do not match, and one that does. */
function rules(approver: string): unknown[] {
  const amount = (value: number) => ({
    fact: 'amount',
    basis: 'gross',
    op: 'above',
    value: `${value}`,
    currency: 'EUR',
  })
  const conditions = (n: number) =>
    [
      [amount(10_000 + n)],
      [amount(1), { fact: 'productGroup', op: 'in', values: [`G-${n}`, `H-${n}`] }],
      [amount(1), { fact: 'costCentre', op: 'in', values: [`CC-${n + 2}`] }],
      [
        { fact: 'lineAmount', op: 'above', value: `${1000 + n}`, currency: 'EUR' },
        { fact: 'lines', op: 'above', value: 1 },
      ],
      [
        { fact: 'project', op: 'in', values: [`P-${n + 2}`] },
        { fact: 'requesterRole', op: 'in', values: ['buyer'] },
      ],
    ][n % 5]
  const steps = [{ name: 'Head', who: { by: 'user', membershipIds: [approver] } }]
  return Array.from({ length: 50 }, (_, n) => ({
    name: `Rule ${n}`,
    when: { all: n === 49 ? [amount(100)] : conditions(n) },
    action: { effect: 'steps', steps },
  }))
}

const PARTS = ['A-1', 'A-2', 'A-3']

interface Draft {
  id: string
  member: Site['members'][number]
}

export async function draftMany({ db, sellerId, accountId, members }: Site, count: number): Promise<Draft[]> {
  const shares = [{ costCentre: 'CC-1', project: 'P-1', percent: '100' }]
  const asked = PARTS.map((supplierPartId, i) => lineOf({ supplierPartId, quantity: '5', shares }, i + 1, false))
  const question = { sellerId, accountId, currency: 'EUR', day: new Date().toISOString().slice(0, 10) }
  const lines = await priceLines(db, question, asked)
  const content = { currency: 'EUR', lines, shipTo: null, poNumber: null, comments: null }
  return db.transaction(async (trx) => {
    const drafts: Draft[] = []
    for (let n = 0; n < count; n++) {
      const member = members[n % members.length] as Site['members'][number]
      const owner = { sellerId, accountId, ...member, placedBy: null }
      drafts.push({ id: await draftRequisition(trx, owner, content, {}, { hub: 'bench' }, stamp()), member })
    }
    return drafts
  })
}

export async function submit(db: Db, { id, member }: Draft): Promise<void> {
  const by = { actor: { personId: member.personId }, mayExceed: false }
  const { outcome } = await db.transaction((trx) => submitRequisition(trx, { id, key: id, by }, stamp()))
  if (outcome !== 'pending') throw new Error(`submitted, and it is ${outcome}`)
}

type Row = Record<string, unknown>

/** Does what the hub did for `pattern`, with the same values: locks, inserts, updates, each statement prepared, nothing looked up. */
async function bareSubmit(
  pool: pg.Pool,
  { accountId }: Site,
  pattern: Draft,
): Promise<(draft: Draft) => Promise<void>> {
  const read = async (sql: string, id: string): Promise<Row[]> => (await pool.query(sql, [id])).rows
  const [requisition] = (await read('SELECT * FROM requisitions WHERE id = $1', pattern.id)) as [Row]
  const approvalId = requisition.approval_id as string
  const claims = await read('SELECT * FROM budget_claims WHERE spender_id = $1 ORDER BY id', pattern.id)
  const entries = await read('SELECT * FROM budget_entries WHERE spender_id = $1 ORDER BY id', pattern.id)
  const requests = await read('SELECT * FROM approval_requests WHERE id = $1', approvalId)
  const steps = await read('SELECT * FROM approval_steps WHERE request_id = $1', approvalId)
  const stepId = steps[0]?.id as string
  const seats = await read('SELECT * FROM approval_seats WHERE step_id = $1', stepId)
  const audit = [
    ...(await read('SELECT * FROM audit_events WHERE subject_id = $1', approvalId)),
    ...(await read(
      `SELECT * FROM audit_events WHERE subject_id = $1 AND action = 'requisition.submitted'`,
      pattern.id,
    )),
  ]
  const events = await read(`SELECT * FROM purchase_events WHERE subject_id = $1 AND kind = 'submitted'`, pattern.id)
  const jobs = await read(`SELECT * FROM job_runs WHERE payload->>'stepId' = $1`, stepId)
  if ([claims.length, entries.length, steps.length, audit.length, jobs.length].join() !== '4,4,1,2,1')
    throw new Error(`not the rows of ${accountId} that are expected`)

  return async ({ id, member }) => {
    const request = v7()
    const others = new Map<unknown, unknown>([
      [pattern.id, id],
      [pattern.member.personId, member.personId],
      [pattern.member.membershipId, member.membershipId],
      [pattern.member.budgetId, member.budgetId],
      [pattern.member.periodId, member.periodId],
      ...[approvalId, stepId, ...[...claims, ...entries, ...audit, ...events, ...jobs].map((row) => row.id)].map(
        (known): [unknown, unknown] => [known, known === approvalId ? request : v7()],
      ),
    ])
    const other = (value: unknown) => others.get(value) ?? value
    const client = await pool.connect()
    const insert = (table: string, rows: Row[], more: Row = {}) => client.query(insertOf(table, rows, other, more))
    try {
      await client.query('BEGIN')
      await client.query({ name: 'lock', text: 'SELECT * FROM requisitions WHERE id = $1 FOR UPDATE', values: [id] })
      await client.query({
        name: 'periods',
        text: 'SELECT * FROM budget_periods WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE',
        values: [claims.map((claim) => other(claim.period_id))],
      })
      await insert('budget_claims', claims, { reserved: '0' })
      await insert('budget_entries', entries)
      await insert('approval_requests', requests)
      await insert('approval_steps', steps)
      await insert('approval_seats', seats)
      await insert('audit_events', audit)
      await insert('purchase_events', events)
      await insert('job_runs', jobs)
      await client.query({ name: 'box', text: 'INSERT INTO outbox (id) VALUES ($1)', values: [other(jobs[0]?.id)] })
      await client.query({
        name: 'move',
        text: `UPDATE requisitions SET state = 'pending', version = version + 1, updated_at = $2, approval_id = $3,
          submit_key = $4, submitted_at = $2, message = NULL WHERE id = $1`,
        values: [id, new Date(), request, id],
      })
      await client.query('COMMIT')
    } finally {
      client.release()
    }
  }
}

function insertOf(table: string, rows: Row[], other: (value: unknown) => unknown, more: Row) {
  const columns = Object.keys(rows[0] ?? {})
  const textOf = (value: unknown) =>
    value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
      ? JSON.stringify(value)
      : other(value)
  const places = rows.map((_, r) => `(${columns.map((_, c) => `$${r * columns.length + c + 1}`).join(', ')})`)
  return {
    name: table,
    text: `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${places.join(', ')}`,
    values: rows.flatMap((row) => columns.map((column) => (column in more ? more[column] : textOf(row[column])))),
  }
}
