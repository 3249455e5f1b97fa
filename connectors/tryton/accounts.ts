// Streams of what customers owe: open items, balances, credit limits. Amounts: positive = the customer owes.
import type { ErpBalance, ErpCreditLimit, ErpOpenItem } from '../connector.ts'
import { compare, subtract } from '../decimal.ts'
import { changedAt, type RecordStream, type Trace } from './changes.ts'
import type { TrytonConnection } from './connection.ts'
import { customerDomain } from './customers.ts'
import { priceText } from './values.ts'

interface ItemRow {
  party: { code: string }
  move: { id: number; date: string; journal: { type: string } | null }
  /** `account.invoice,12`, also of a payment of it. */
  move_origin: string | null
  maturity_date: string | null
  debit: string
  credit: string
  second_currency: { code: string } | null
  amount_second_currency: string | null
  reconciliation: number | null
  write_date: string | null
  create_date: string
}
interface Document {
  number: string | null
  /** The posting that the invoice itself is. */
  move: number | null
  total_amount: string
}

const itemFields = [
  ...['party.code', 'move.date', 'move.journal.type', 'move_origin', 'maturity_date', 'debit', 'credit'],
  ...['second_currency.code', 'amount_second_currency', 'reconciliation', 'write_date', 'create_date'],
]

/** Every posting to a receivable account. What was settled has an open amount of 0; Tryton settles postings as a whole. */
export async function openItems(connection: TrytonConnection): Promise<RecordStream<'openItems'>> {
  const { client } = connection
  const company = await connection.company()
  const own = [
    ['move.company', '=', company.id],
    ['account.type.receivable', '=', true],
  ]
  return {
    model: 'account.move.line',
    domain: [...own, ['party', '!=', null]],
    customerNumber: 'party.code',
    traces: [{ model: 'account.move.line', domain: own }],
    async read(domain, options, limit) {
      const rows = await client.read<ItemRow>('account.move.line', domain, itemFields, { ...options, limit })
      const ids = rows.flatMap((row) => Number(/^account\.invoice,(\d+)$/.exec(row.move_origin ?? '')?.[1] ?? []) || [])
      const documents = await client.read<Document>(
        'account.invoice',
        [['id', 'in', [...new Set(ids)]]],
        ['number', 'move', 'total_amount'],
        options,
      )
      const byOrigin = new Map(documents.map((document) => [`account.invoice,${document.id}`, document]))
      return rows.map((row) => toOpenItem(row, byOrigin.get(row.move_origin ?? ''), company.currency))
    },
  }
}

function toOpenItem(row: ItemRow & { id: number }, document: Document | undefined, currency: string): ErpOpenItem {
  const foreign = row.second_currency && row.amount_second_currency
  const amount = foreign ? row.amount_second_currency : subtract(row.debit, row.credit)
  const isDocument = document?.move === row.move.id
  const isPayment = !isDocument && (row.move.journal?.type === 'cash' || document !== undefined)
  const kindOfDocument = compare(document?.total_amount ?? '0', '0') < 0 ? 'credit-note' : 'invoice'
  return {
    erpId: String(row.id),
    customerNumber: row.party.code,
    documentNumber: isDocument ? (document?.number ?? null) : null,
    kind: isDocument ? kindOfDocument : isPayment ? 'payment' : 'other',
    date: row.move.date,
    dueDate: row.maturity_date,
    currency: row.second_currency?.code ?? currency,
    amount: amount ?? '0',
    openAmount: row.reconciliation === null ? (amount ?? '0') : '0',
    changedAt: changedAt(row),
  }
}

const posted: Trace = { model: 'account.move.line', domain: [['party', '!=', null]], path: 'party' }
/** What adds to what is ordered and not invoiced. */
const ordered: Trace[] = [
  { model: 'sale.sale', domain: [], path: 'party' },
  { model: 'sale.line', domain: [], path: 'sale.party' },
]

export async function balances(connection: TrytonConnection): Promise<RecordStream<'balances'>> {
  const { client, config, has, now } = connection
  const { currency } = await connection.company()
  const withOrders = config.openOrders && (await has('sale_credit_limit'))
  const fields = ['code', 'receivable', ...(withOrders ? ['credit_amount'] : [])]
  return {
    model: 'party.party',
    domain: await customerDomain(connection),
    customerNumber: 'code',
    traces: [{ model: 'party.party', domain: [] }, posted, ...(withOrders ? ordered : [])],
    async read(domain, options, limit) {
      type Owing = { code: string; receivable: string; credit_amount?: string }
      const parties = await client.read<Owing>('party.party', domain, fields, { ...options, limit })
      return parties.map(
        ({ id, code, receivable, credit_amount }): ErpBalance => ({
          customerNumber: code,
          erpId: String(id),
          currency,
          balance: priceText(receivable),
          openOrders: credit_amount === undefined ? null : priceText(subtract(credit_amount, receivable)),
          asOf: now().toISOString(),
        }),
      )
    },
  }
}

export async function creditLimits(connection: TrytonConnection): Promise<RecordStream<'creditLimits'>> {
  const { client, has, now } = connection
  const { currency } = await connection.company()
  const limited = await has('account_credit_limit')
  return {
    model: 'party.party',
    domain: await customerDomain(connection),
    customerNumber: 'code',
    // The limit is a record of its own, but only ever written with its party.
    traces: [{ model: 'party.party', domain: [] }],
    async read(domain, options, limit) {
      type Limited = { code: string; active: unknown; credit_limit_amount?: string | null }
      const fields = ['code', 'active', ...(limited ? ['credit_limit_amount'] : [])]
      const parties = await client.read<Limited>('party.party', domain, fields, { ...options, limit })
      return parties.map(
        ({ id, code, active, credit_limit_amount }): ErpCreditLimit => ({
          customerNumber: code,
          erpId: String(id),
          currency,
          limit: credit_limit_amount ?? null,
          blocked: !active,
          reason: active ? null : 'The customer is inactive in Tryton.',
          asOf: now().toISOString(),
        }),
      )
    },
  }
}
