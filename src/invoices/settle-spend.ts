// What orders claim of budgets follows what becomes of them: invoiced in full, it is what was invoiced; a line that will not be delivered is
// free again; a credit note gives back.
import { findWhetherAny, lockClaims } from '../budgets/budget-store.ts'
import { type Amounts, shareOf } from '../budgets/charge.ts'
import { findClaimed, refundBudget, settleInvoiced, takeBackRefunds } from '../budgets/settle-budget.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { ErpOrigin } from '../erp/erp-connection.ts'
import { addDecimals } from '../money.ts'

interface Settled {
  id: string
  currency: string
  net: string
  tax: string
  shipping: string
  /** Of the lines that are not rejected. */
  due: string
  rejected: boolean
  open: boolean
  /** Cancelled or rejected: nothing of it is spent again. */
  over: boolean
  /** Without what is cancelled. */
  invoices: ({ id: string; kind: string } & Amounts)[] | null
}

/** The orders themselves, or those that these invoices bill or correct. A few statements a page; more only for orders that claim something. */
export async function settleSpend(
  db: Db,
  origin: ErpOrigin,
  { orderErpIds = [], invoiceIds = [] }: { orderErpIds?: readonly string[]; invoiceIds?: readonly string[] },
  stamp: Stamp,
): Promise<void> {
  if (!(await findWhetherAny(db, origin.sellerId))) return
  const ordered: string[] = await db('orders')
    .where({ connection_id: origin.id })
    .whereIn('erp_id', [...orderErpIds])
    .pluck('id')
  const billed = invoiceIds.length > 0 ? await findBilled(db, invoiceIds) : []
  const ids = [...new Set([...ordered, ...billed])]
  const spenders = await findClaimed(
    db,
    ids.map((id) => ({ kind: 'order', id }) as const),
  )
  if (spenders.length === 0) return
  // All at once, or two pages would wait for each other.
  await lockClaims(db, spenders)
  const settled = await findSettled(
    db,
    spenders.map((s) => s.id),
  )
  for (const o of settled) {
    const order = { kind: 'order', id: o.id } as const
    const invoices = (o.invoices ?? []).filter((i) => i.kind === 'invoice')
    const credited = (o.invoices ?? []).flatMap((i) => (i.kind === 'credit-note' ? [i.id] : []))
    if (!o.over) await takeBackRefunds(db, { order, keys: credited }, stamp)
    if (!o.open && invoices.length > 0) await settleInvoiced(db, { order, amounts: sumOf(invoices) }, stamp)
    else if (o.rejected) {
      const part = (amount: string) => shareOf(amount, o.due, o.net, o.currency)
      const amounts = { net: o.due, tax: part(o.tax), shipping: part(o.shipping) }
      await settleInvoiced(db, { order, amounts, invoiced: false, note: 'lines that will not be delivered' }, stamp)
    }
    for (const { id: key, kind, ...amounts } of o.invoices ?? [])
      if (kind === 'credit-note') await refundBudget(db, { order, key, amounts }, stamp)
  }
}

function sumOf(invoices: readonly Amounts[]): Amounts {
  const sum = (part: keyof Amounts) => addDecimals(...invoices.map((i) => i[part]))
  return { net: sum('net'), tax: sum('tax'), shipping: sum('shipping') }
}

/** Of an invoice's line: its order, or of a credit note that names none the one order of the invoice it corrects. */
const ORDER_OF = `coalesce(l.order_id, (SELECT min(b.order_id::text)::uuid FROM invoices c JOIN invoice_lines b ON b.invoice_id = c.id
  WHERE c.connection_id = i.connection_id AND c.number = i.corrects_number HAVING count(DISTINCT b.order_id) = 1))`

async function findBilled(db: Db, invoiceIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `SELECT DISTINCT ${ORDER_OF} AS id FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id WHERE i.id = ANY(?)`,
    [[...invoiceIds]],
  )
  return rows.flatMap((r) => r.id ?? [])
}

async function findSettled(db: Db, ids: readonly string[]): Promise<Settled[]> {
  const { rows } = await db.raw<{ rows: Settled[] }>(
    `WITH mine AS (SELECT * FROM orders WHERE id = ANY(?)),
     billed AS (
       SELECT i.id, i.kind, i.currency, i.net_amount, i.tax_amount, l.net_amount AS line_net, l.quantity, l.order_line_number,
         ${ORDER_OF} AS order_id, l.supplier_part_id
       FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
       WHERE i.state <> 'cancelled' AND i.deleted_at IS NULL AND i.id IN (
         SELECT invoice_id FROM invoice_lines WHERE order_id IN (SELECT id FROM mine)
         UNION SELECT k.id FROM invoices k JOIN invoices c ON c.connection_id = k.connection_id AND c.number = k.corrects_number
           JOIN invoice_lines b ON b.invoice_id = c.id WHERE b.order_id IN (SELECT id FROM mine))),
     parts AS (
       SELECT b.order_id, b.id, b.kind, min(b.currency) AS currency, min(b.net_amount) AS whole, min(b.tax_amount) AS tax,
         abs(coalesce(sum(b.line_net) FILTER (WHERE k.goods), 0)) AS net,
         abs(coalesce(sum(b.line_net) FILTER (WHERE NOT k.goods), 0)) AS shipping, abs(sum(b.line_net)) AS lines
       FROM billed b CROSS JOIN LATERAL (SELECT b.order_line_number IS NOT NULL OR EXISTS (
         SELECT 1 FROM order_lines ol WHERE ol.order_id = b.order_id AND ol.supplier_part_id = b.supplier_part_id) AS goods) k
       WHERE b.order_id IN (SELECT id FROM mine)
       GROUP BY b.order_id, b.id, b.kind)
     SELECT o.id, o.currency, o.net_amount AS net, coalesce(o.tax_amount, 0)::text AS tax,
       coalesce(o.shipping_amount, 0)::text AS shipping, t.due::text AS due, t.rejected,
       t.open AND o.state <> 'closed' AS open, o.state IN ('cancelled', 'rejected') AS over,
       (SELECT jsonb_agg(jsonb_build_object('id', p.id, 'kind', p.kind, 'net', p.net::text, 'shipping', p.shipping::text,
          'tax', CASE WHEN p.whole = 0 THEN '0' ELSE round(abs(p.tax * p.lines / p.whole), 6)::text END))
        FROM parts p WHERE p.order_id = o.id AND p.currency = o.currency) AS invoices
     FROM mine o CROSS JOIN LATERAL (
       SELECT coalesce(sum(l.net_amount) FILTER (WHERE l.rejection_reason IS NULL), 0) AS due,
         coalesce(bool_or(l.rejection_reason IS NOT NULL), false) AS rejected,
         coalesce(bool_or(l.rejection_reason IS NULL AND coalesce((SELECT sum(b.quantity) FROM billed b
           WHERE b.kind = 'invoice' AND b.order_id = o.id AND b.order_line_number = l.line_number), 0)
           < coalesce((l.details->'erp'->>'quantity')::numeric, l.quantity)), false) AS open
       FROM order_lines l WHERE l.order_id = o.id) t
     ORDER BY o.id`,
    [[...ids]],
  )
  return rows
}
