// Invoices and credit notes of the storefront API.

import { z } from 'zod'
import type { Reach } from '../accounts/access.ts'
import { addressSchema } from '../cart.ts'
import { eachBatch } from '../database/keyset.ts'
import { findFreshness, recentFreshness } from '../erp/freshness.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import type { InvoiceLine } from '../invoices/invoice.ts'
import {
  countInvoices,
  type InvoiceFilter,
  invoiceStandings,
  type ListedInvoice,
  listInvoices,
  readInvoice,
} from '../invoices/invoice-list.ts'
import { listInvoiceLines } from '../invoices/invoice-store.ts'
import { findLeft, type Left } from '../payments/what-is-left.ts'
import type { Columns } from './csv.ts'
import { erpLabel, erpLabels } from './erp-label.ts'
import {
  accountQuery,
  accountsOf,
  amount,
  anyOf,
  asKeysetPage,
  currency,
  dateShown,
  day,
  keysetPageOf,
  listQuery,
  pageRequest,
  term,
  timeShown,
  todayIn,
  zoneParameter,
} from './list-query.ts'
import { answerRevalidated } from './revalidate.ts'
import { jsonRoute, type Route } from './route.ts'
import { withCsv } from './with-csv.ts'

const TAG = 'Invoices'
const kinds = ['invoice', 'credit-note'] as const

const asOf = z.iso
  .datetime({ offset: true })
  .optional()
  .describe('the time that decides what is overdue; now where absent')

const creditNoteFilter = {
  ...accountQuery,
  state: anyOf(invoiceStandings)
    .optional()
    .describe(`one or more of ${invoiceStandings.join(', ')}, with commas; open = not due yet`)
    .meta({ example: 'open,overdue' }),
  asOf,
  number: term.optional().describe('number of the invoice, whole'),
  poNumber: term.optional().describe('the buyer’s number of the order'),
  orderId: z.uuid().optional().describe('with a line of this order'),
  from: day.optional().describe('first invoice date'),
  to: day.optional().describe('last invoice date'),
  zone: zoneParameter,
}
const invoiceFilter = { ...creditNoteFilter, kind: z.enum(kinds).optional() }

const shown = z.object({
  id: z.uuid(),
  kind: z.enum(kinds),
  number: z.string().meta({ example: 'RE-2026-00017' }),
  state: z.enum(invoiceStandings).describe('open: not due yet; overdue: due before the day of `asOf`'),
  accountId: z.uuid().nullable(),
  accountName: z.string().nullable(),
  customerNumber: z.string(),
  poNumber: z.string().nullable(),
  correctsNumber: z.string().nullable().describe('number of the invoice a credit note corrects'),
  invoiceDate: dateShown,
  dueDate: dateShown.nullable(),
  currency,
  netAmount: amount,
  taxAmount: amount,
  totalAmount: amount,
  openAmount: amount.nullable().describe('still to be paid; null = the ERP does not say'),
  noted: amount.describe('credit notes applied here (of a credit note: to invoices) that the ERP has not taken in yet'),
  paidHere: amount.describe('paid through the hub, and not taken in by the ERP yet'),
  openAfterNotes: amount.describe('what the ERP says is open, less `noted` and `paidHere`'),
  paymentTerms: z.string().nullable(),
  billTo: addressSchema.nullable(),
  taxes: z.array(
    z.object({
      category: z.string().describe('EN 16931: S, Z, E, AE, K, G, O'),
      ratePercent: z.string(),
      description: z.string().nullable(),
      exemptionReason: z.string().nullable(),
      taxableAmount: amount,
      taxAmount: amount,
    }),
  ),
  connectionId: z.uuid(),
  createdAt: timeShown.describe('when the hub learnt of it'),
  updatedAt: timeShown.describe('when the hub’s record of it changed last'),
})

export const invoiceShown = shown.meta({ id: 'InvoiceSummary' })

const invoiceRead = shown
  .extend({
    lines: z.array(
      z.object({
        lineNumber: z.int(),
        orderId: z.uuid().nullable(),
        orderLineNumber: z.int().nullable(),
        supplierPartId: z.string().nullable(),
        description: z.string(),
        quantity: z.string(),
        unit: z.string(),
        unitPrice: amount.describe('net, for `priceUnit` units'),
        priceUnit: z.string(),
        netAmount: amount,
        taxCategory: z.string(),
        taxRate: z.string(),
      }),
    ),
    erp: erpLabel.nullable(),
  })
  .meta({ id: 'Invoice' })

/** `left`: what findLeft said of it. */
export function showInvoice(i: ListedInvoice, left: Left | undefined) {
  return {
    id: i.id,
    kind: i.kind,
    number: i.number,
    state: i.standing,
    accountId: i.accountId,
    accountName: i.accountName,
    customerNumber: i.customerNumber,
    poNumber: i.poNumber,
    correctsNumber: i.correctsNumber,
    invoiceDate: i.invoiceDate,
    dueDate: i.dueDate,
    currency: i.currency,
    netAmount: i.netAmount,
    taxAmount: i.taxAmount,
    totalAmount: i.totalAmount,
    openAmount: i.openAmount,
    noted: left?.noted ?? '0',
    paidHere: left?.paidHere ?? '0',
    openAfterNotes: left?.afterNotes ?? '0',
    paymentTerms: i.paymentTerms,
    billTo: i.billTo,
    taxes: i.taxes,
    connectionId: i.connectionId,
    createdAt: i.createdAt,
    updatedAt: i.updatedAt,
  }
}

const showLine = ({ invoiceId: _, shipmentErpId: _s, ...line }: InvoiceLine) => line

type FilterQuery = z.output<z.ZodObject<typeof creditNoteFilter>> & { kind?: ListedInvoice['kind'] | undefined }

async function toFilter(hub: Hub, reach: Reach, query: FilterQuery): Promise<InvoiceFilter> {
  return {
    reach,
    accountIds: await accountsOf(hub.db, reach.sellerId, query),
    standings: query.state,
    kind: query.kind,
    number: query.number,
    poNumber: query.poNumber,
    orderId: query.orderId,
    from: query.from,
    to: query.to,
    today: todayIn(hub, query.asOf ? new Date(query.asOf) : undefined, query.zone),
  }
}

const columns: Columns<ListedInvoice> = {
  id: (i) => i.id,
  kind: (i) => i.kind,
  number: (i) => i.number,
  invoice_date: (i) => i.invoiceDate,
  due_date: (i) => i.dueDate,
  state: (i) => i.standing,
  account: (i) => i.accountName,
  account_id: (i) => i.accountId,
  customer_number: (i) => i.customerNumber,
  po_number: (i) => i.poNumber,
  corrects_number: (i) => i.correctsNumber,
  currency: (i) => i.currency,
  net_amount: (i) => i.netAmount,
  tax_amount: (i) => i.taxAmount,
  total_amount: (i) => i.totalAmount,
  open_amount: (i) => i.openAmount,
  updated_at: (i) => i.updatedAt,
}

async function answerList(hub: Hub, reach: Reach, query: FilterQuery & z.output<typeof listQuery>) {
  const { db } = hub
  const filter = await toFilter(hub, reach, query)
  const page = await pageRequest(db, query)
  const [rows, erp, count] = await Promise.all([
    listInvoices(db, filter, { ...page, limit: page.limit + 1 }),
    recentFreshness(db, reach.sellerId, ['invoices'], hub.now()),
    query.count ? countInvoices(db, filter) : undefined,
  ])
  const left = await findLeft(
    db,
    rows.map((i) => i.id),
  )
  return { ...asKeysetPage(rows, page.limit, page, (i) => showInvoice(i, left.get(i.id))), count, erp }
}

const answer = keysetPageOf(invoiceShown, erpLabels)

const listOfInvoices = jsonRoute({
  method: 'get',
  path: '/api/v1/invoices',
  who: 'invoices:read',
  may: 'invoice.view',
  tag: TAG,
  summary: 'List invoices and credit notes, newest first',
  query: listQuery.extend(invoiceFilter),
  answer,
  async handle(hub, { query, reach, res }) {
    return answerRevalidated(res, await answerList(hub, reach, query))
  },
})

const listOfCreditNotes = jsonRoute({
  method: 'get',
  path: '/api/v1/credit-notes',
  who: 'invoices:read',
  may: 'invoice.view',
  tag: TAG,
  summary: 'List credit notes, newest first',
  query: listQuery.extend(creditNoteFilter),
  answer,
  async handle(hub, { query, reach, res }) {
    return answerRevalidated(res, await answerList(hub, reach, { ...query, kind: 'credit-note' }))
  },
})

async function* rows(hub: Hub, reach: Reach, query: FilterQuery) {
  const filter = await toFilter(hub, reach, query)
  yield* eachBatch((page) => listInvoices(hub.db, filter, page))
}

export const invoiceRoutes: Route[] = [
  ...withCsv(listOfInvoices, {
    name: 'invoices',
    query: z.strictObject(invoiceFilter),
    columns,
    rows: (hub, query, reach) => rows(hub, reach, query),
  }),
  ...withCsv(listOfCreditNotes, {
    name: 'credit-notes',
    query: z.strictObject(creditNoteFilter),
    columns,
    rows: (hub, query, reach) => rows(hub, reach, { ...query, kind: 'credit-note' }),
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/invoices/:id',
    who: 'invoices:read',
    may: 'invoice.view',
    tag: TAG,
    summary: 'Read an invoice or credit note with its lines',
    query: z.strictObject({ asOf, zone: zoneParameter }),
    answer: invoiceRead,
    async handle(hub, { params, query, reach, res }) {
      const { db } = hub
      const today = todayIn(hub, query.asOf ? new Date(query.asOf) : undefined, query.zone)
      const invoice = await readInvoice(db, reach, params.id ?? '', today)
      if (!invoice) throw new HubError('not_found', 'There is no such invoice.')
      const [lines, left, erp] = await Promise.all([
        listInvoiceLines(db, [invoice.id]),
        findLeft(db, [invoice.id]),
        findFreshness(db, reach.sellerId, invoice.connectionId, ['invoices'], hub.now()),
      ])
      return answerRevalidated(res, { ...showInvoice(invoice, left.get(invoice.id)), lines: lines.map(showLine), erp })
    },
  }),
]
