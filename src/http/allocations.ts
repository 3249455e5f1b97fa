// Credit notes applied to invoices: what is left of them, applying, taking back. The ERP stays the master of what is open.
import { z } from 'zod'
import { accountWithin } from '../accounts/account-tree.ts'
import { actorOf } from '../audit/record-audit.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { readInvoice, visibleInvoices } from '../invoices/invoice-list.ts'
import { DECIMAL } from '../money.ts'
import { allocateCredit, reverseAllocation } from '../payments/allocate-credit.ts'
import type { CreditAllocation } from '../payments/credit-allocation.ts'
import { listAllocations } from '../payments/credit-allocation-store.ts'
import { findLeft } from '../payments/what-is-left.ts'
import { amount, currency, dateShown, timeShown, todayIn } from './list-query.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Credit notes'

const shown = z
  .object({
    id: z.uuid(),
    creditNoteId: z.uuid(),
    invoiceId: z.uuid(),
    amount: amount.describe('negative: it takes another back'),
    currency,
    reverses: z.uuid().nullable().describe('the allocation it takes back'),
    comment: z.string().nullable(),
    by: z.unknown().describe('who did it'),
    at: timeShown,
  })
  .meta({ id: 'CreditAllocation' })

const show = ({ sellerId: _, noteOpen: _n, actor, ...a }: CreditAllocation) => ({ ...a, by: actor })

const openNote = z
  .object({
    id: z.uuid(),
    number: z.string(),
    accountId: z.uuid().nullable(),
    invoiceDate: dateShown,
    currency,
    totalAmount: amount,
    openAmount: amount.describe('as the ERP says'),
    noted: amount.describe('applied here, and not taken in by the ERP yet'),
    left: amount.describe('openAmount - noted: what may be applied'),
  })
  .meta({ id: 'OpenCreditNote' })

const comment = z.string().trim().max(500)
const money = z.string().regex(DECIMAL, 'is no decimal such as 12.50')

export const allocationRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/accounts/:id/open-credit',
    who: 'invoices:read',
    may: 'credit.view',
    tag: TAG,
    summary: 'List open credit notes of a company account and those below it, and what is left of each',
    query: pageQuery,
    answer: pageOf(openNote),
    async handle(hub, { params, query, reach }) {
      const { db } = hub
      const account = await accountWithin(db, reach, params.id)
      const found = visibleInvoices({ reach, kind: 'credit-note', today: todayIn(hub) }, db('invoices as t'))
        .where({ 't.state': 'open' })
        .whereNull('t.deleted_at')
        .whereRaw('t.account_path @> ARRAY[?]::uuid[]', [account.id])
        .select({ id: 't.id', number: 't.number', accountId: 't.account_id', invoiceDate: 't.invoice_date' })
        .select({ currency: 't.currency', totalAmount: 't.total_amount' })
        .orderBy('t.id')
        .limit(query.limit + 1)
      if (query.cursor) found.where('t.id', '>', query.cursor)
      const notes: Omit<z.output<typeof openNote>, 'openAmount' | 'noted' | 'left'>[] = await found
      const left = await findLeft(
        db,
        notes.map((n) => n.id),
      )
      return asPage(notes, query.limit, (n) => {
        const { open = '0', noted = '0', free = '0' } = left.get(n.id) ?? {}
        return { ...n, openAmount: open, noted, left: free }
      })
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/credit-notes/:id/allocations',
    who: 'payments:write',
    may: 'credit.apply',
    tag: TAG,
    summary: 'Apply a credit note to an invoice',
    description:
      'In one currency and of one customer; never more than is left of either (409). The hub notes it and takes it off `openAfterNotes`; `openAmount` stays what the ERP says. Once the ERP says that less is open of the credit note, it has taken it in.',
    body: z
      .strictObject({
        invoiceId: z.uuid(),
        amount: money.optional().describe('default: as much as is left of both'),
        comment: comment.nullable().default(null),
      })
      .meta({ id: 'NewCreditAllocation' }),
    answer: shown,
    status: 201,
    async handle(hub, { params, body, reach, access }) {
      const asked = { ...body, creditNoteId: params.id ?? '' }
      return show(await hub.db.transaction((trx) => allocateCredit(trx, reach, asked, actorOf(access), stampOf(hub))))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/credit-notes/:id/allocations',
    who: 'invoices:read',
    may: 'invoice.view',
    tag: TAG,
    summary: 'List what was applied of a credit note, and what was taken back',
    query: pageQuery,
    answer: pageOf(shown),
    async handle(hub, { params, query, reach }) {
      const note = await readInvoice(hub.db, reach, params.id ?? '', todayIn(hub))
      if (note?.kind !== 'credit-note') throw new HubError('not_found', 'There is no such credit note.')
      const page = { after: query.cursor, limit: query.limit + 1 }
      return asPage(await listAllocations(hub.db, note.id, page), query.limit, show)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/credit-allocations/:id/reverse',
    who: 'payments:write',
    may: 'credit.apply',
    tag: TAG,
    summary: 'Take back what was applied of a credit note',
    description: 'Once. What was applied stays on record, with who took it back and why.',
    body: z.strictObject({ comment: comment.min(1) }).meta({ id: 'CreditAllocationReversal' }),
    answer: shown,
    status: 201,
    async handle(hub, { params, body, reach, access }) {
      const asked = { ...body, id: params.id ?? '' }
      return show(
        await hub.db.transaction((trx) => reverseAllocation(trx, reach, asked, actorOf(access), stampOf(hub))),
      )
    },
  }),
]
