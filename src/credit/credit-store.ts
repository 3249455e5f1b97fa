// Keeps credit standings and open items, as the ERP says them.
import type { ErpBalance, ErpCreditLimit, ErpOpenItem, Tombstone } from '../../connectors/connector.ts'
import type { Db } from '../database/database.ts'
import type { ErpOrigin } from '../erp/erp-connection.ts'
import type { CreditStanding } from './credit.ts'

const COLUMNS = {
  connectionId: 'connection_id',
  customerNumber: 'customer_number',
  currency: 'currency',
  balance: 'balance',
  openOrders: 'open_orders',
  balanceCurrency: 'balance_currency',
  balanceAsOf: 'balance_as_of',
  creditLimit: 'credit_limit',
  limited: 'limited',
  blocked: 'blocked',
  blockReason: 'block_reason',
  limitAsOf: 'limit_as_of',
}

export async function findStanding(
  db: Db,
  connectionId: string,
  customerNumber: string,
): Promise<CreditStanding | undefined> {
  return db('credit_standings')
    .select(COLUMNS)
    .where({ connection_id: connectionId, customer_number: customerNumber })
    .first()
}

/** The ERP's customer an account orders as: its own number or that of the nearest account above, and which account that is. */
export async function findCustomer(
  db: Db,
  sellerId: string,
  accountId: string,
): Promise<{ accountId: string; customerNumber: string } | undefined> {
  const { rows } = await db.raw<{ rows: { accountId: string; customerNumber: string }[] }>(
    `WITH RECURSIVE line AS (
       SELECT id, parent_id, customer_number, 0 AS up FROM accounts WHERE seller_id = ? AND id = ?
       UNION ALL SELECT a.id, a.parent_id, a.customer_number, l.up + 1 FROM accounts a JOIN line l ON a.id = l.parent_id
       WHERE l.up < 50)
     SELECT id AS "accountId", customer_number AS "customerNumber" FROM line WHERE customer_number IS NOT NULL ORDER BY up LIMIT 1`,
    [sellerId, accountId],
  )
  return rows[0]
}

/** The last record of a key counts, as in a stream; two rows of one key in one statement are an error to PostgreSQL. */
function newest<T>(records: readonly (T | Tombstone)[], key: (record: T) => string): T[] {
  const kept = new Map<string, T>()
  for (const record of records) if (!('deleted' in (record as object))) kept.set(key(record as T), record as T)
  return [...kept.values()]
}

/** Of the rows `put` by this statement, those that were otherwise before it. An ERP tells all of its balances again and again. */
const CHANGED = `
  SELECT put.customer_number FROM put
  LEFT JOIN credit_standings b ON b.connection_id = put.connection_id AND b.customer_number = put.customer_number
  WHERE`

/** What customers owe, as of the ERP's time; an older word than the one known is passed over. Answers whose has changed. */
export async function putBalances(
  db: Db,
  connection: ErpOrigin,
  records: readonly (ErpBalance | Tombstone)[],
  at: Date,
): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { customer_number: string }[] }>(
    `WITH put AS (
       INSERT INTO credit_standings (connection_id, seller_id, customer_number, currency, balance_currency, balance, open_orders,
         balance_as_of, updated_at)
       SELECT ?, ?, r."customerNumber", r.currency, r.currency, r.balance, r."openOrders", r."asOf", ?
       FROM jsonb_to_recordset(?::jsonb) AS r("customerNumber" text, currency text, balance numeric, "openOrders" numeric,
         "asOf" timestamptz)
       ON CONFLICT (connection_id, customer_number) DO UPDATE SET
         currency = CASE WHEN credit_standings.limited IS NULL THEN excluded.currency ELSE credit_standings.currency END,
         balance_currency = excluded.balance_currency, balance = excluded.balance,
         open_orders = excluded.open_orders, balance_as_of = excluded.balance_as_of, updated_at = excluded.updated_at
       WHERE credit_standings.balance_as_of IS NULL OR credit_standings.balance_as_of <= excluded.balance_as_of
       RETURNING *)
     ${CHANGED} (b.balance_currency, b.balance, b.open_orders) IS DISTINCT FROM (put.balance_currency, put.balance, put.open_orders)`,
    [connection.id, connection.sellerId, at, JSON.stringify(newest<ErpBalance>(records, (r) => r.customerNumber))],
  )
  return rows.map((row) => row.customer_number)
}

/** Credit limits and blocks, as of the ERP's time. Answers whose has changed. */
export async function putCreditLimits(
  db: Db,
  connection: ErpOrigin,
  records: readonly (ErpCreditLimit | Tombstone)[],
  at: Date,
): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { customer_number: string }[] }>(
    `WITH put AS (
       INSERT INTO credit_standings (connection_id, seller_id, customer_number, currency, credit_limit, limited, blocked, block_reason,
         limit_as_of, updated_at)
       SELECT ?, ?, r."customerNumber", r.currency, r."limit", r."limit" IS NOT NULL, r.blocked, r.reason, r."asOf", ?
       FROM jsonb_to_recordset(?::jsonb) AS r("customerNumber" text, currency text, "limit" numeric, blocked boolean, reason text,
         "asOf" timestamptz)
       ON CONFLICT (connection_id, customer_number) DO UPDATE SET currency = excluded.currency,
         credit_limit = excluded.credit_limit, limited = excluded.limited, blocked = excluded.blocked,
         block_reason = excluded.block_reason, limit_as_of = excluded.limit_as_of, updated_at = excluded.updated_at
       WHERE credit_standings.limit_as_of IS NULL OR credit_standings.limit_as_of <= excluded.limit_as_of
       RETURNING *)
     ${CHANGED} (b.currency, b.credit_limit, b.limited, b.blocked, b.block_reason)
       IS DISTINCT FROM (put.currency, put.credit_limit, put.limited, put.blocked, put.block_reason)`,
    [connection.id, connection.sellerId, at, JSON.stringify(newest<ErpCreditLimit>(records, (r) => r.customerNumber))],
  )
  return rows.map((row) => row.customer_number)
}

/** One order at a time is weighed against a customer's credit, until the transaction ends: two at once would not see each other. */
export async function lockCredit(db: Db, connectionId: string, customerNumber: string): Promise<void> {
  await db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 2))', [JSON.stringify([connectionId, customerNumber])])
}

/** Open items; one the ERP removed is settled. */
export async function putOpenItems(
  db: Db,
  connection: ErpOrigin,
  records: readonly (ErpOpenItem | Tombstone)[],
  at: Date,
): Promise<void> {
  const items = newest<ErpOpenItem>(records, (r) => r.erpId)
  await db.raw(
    `INSERT INTO open_items (connection_id, seller_id, erp_id, customer_number, document_number, kind, date, due_date, currency,
       amount, open_amount, erp_changed_at, updated_at)
     SELECT ?, ?, r."erpId", r."customerNumber", r."documentNumber", r.kind, r.date, r."dueDate", r.currency, r.amount,
       r."openAmount", r."changedAt", ?
     FROM jsonb_to_recordset(?::jsonb) AS r("erpId" text, "customerNumber" text, "documentNumber" text, kind text, date date,
       "dueDate" date, currency text, amount numeric, "openAmount" numeric, "changedAt" timestamptz)
     ON CONFLICT (connection_id, erp_id) DO UPDATE SET open_amount = excluded.open_amount, amount = excluded.amount,
       due_date = excluded.due_date, document_number = excluded.document_number, kind = excluded.kind,
       erp_changed_at = excluded.erp_changed_at, updated_at = excluded.updated_at`,
    [connection.id, connection.sellerId, at, JSON.stringify(items)],
  )
  const gone = records.flatMap((r) => ('deleted' in r ? [r.erpId] : []))
  if (gone.length > 0)
    await db('open_items')
      .where({ connection_id: connection.id })
      .whereIn('erp_id', gone)
      .update({ open_amount: 0, updated_at: at })
}

/** Open items of a customer, oldest due first, at most `limit`. */
export async function listOpenItems(
  db: Db,
  connectionId: string,
  customerNumber: string,
  limit: number,
): Promise<(Omit<ErpOpenItem, 'erpId' | 'changedAt'> & { erpId: string })[]> {
  return db('open_items')
    .select({
      erpId: 'erp_id',
      customerNumber: 'customer_number',
      documentNumber: 'document_number',
      kind: 'kind',
      date: 'date',
      dueDate: 'due_date',
      currency: 'currency',
      amount: 'amount',
      openAmount: 'open_amount',
    })
    .where({ connection_id: connectionId, customer_number: customerNumber })
    .whereNot({ open_amount: 0 })
    .orderByRaw('due_date NULLS LAST, erp_id')
    .limit(limit)
}
