// The ERP has posted credit notes: returns that wait for one, and all of whose lines it credits, are credited by it.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import type { ErpOrigin } from '../erp/erp-connection.ts'
import { addDecimals, compareDecimals, multiplyDecimals } from '../money.ts'
import { advanceReturn } from './decide-return.ts'
import { listReturnLines, lockUncredited } from './return-store.ts'

interface CreditedLine {
  creditNoteId: string
  orderId: string
  lineNumber: number
  /** Not counted for a return yet. */
  quantity: string
}

/** Of a credit note's line that names no order: the line of the same part in the invoice that it corrects. */
const CREDITED = `
  WITH noted AS (
    SELECT i.id, coalesce(l.order_id, c.order_id) AS order_id, coalesce(l.order_line_number, c.order_line_number) AS line_number,
      sum(abs(l.quantity)) AS quantity
    FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
    LEFT JOIN LATERAL (
      SELECT b.order_id, b.order_line_number FROM invoices k JOIN invoice_lines b ON b.invoice_id = k.id
      WHERE l.order_line_number IS NULL AND k.connection_id = i.connection_id AND k.number = i.corrects_number
        AND b.supplier_part_id = l.supplier_part_id AND b.order_line_number IS NOT NULL
      ORDER BY b.line_number LIMIT 1) c ON true
    WHERE i.connection_id = ? AND i.erp_id = ANY(?) AND i.kind = 'credit-note' AND i.state <> 'cancelled' AND i.deleted_at IS NULL
    GROUP BY 1, 2, 3)
  SELECT n.id AS "creditNoteId", n.order_id AS "orderId", n.line_number AS "lineNumber",
    (n.quantity - coalesce((SELECT sum(x.quantity) FROM returns r JOIN return_lines x ON x.return_id = r.id
       WHERE r.credit_note_id = n.id AND r.order_id = n.order_id AND x.line_number = n.line_number), 0))::text AS quantity
  FROM noted n WHERE n.order_id IS NOT NULL AND n.line_number IS NOT NULL ORDER BY n.id`

/** After a page of invoices was recorded, in its transaction. The oldest return first; a note is counted once, however often it is read. */
export async function creditReturns(
  db: Db,
  origin: ErpOrigin,
  invoiceErpIds: readonly string[],
  stamp: Stamp,
): Promise<void> {
  const { rows } = await db.raw<{ rows: CreditedLine[] }>(CREDITED, [origin.id, [...invoiceErpIds]])
  if (rows.length === 0) return
  for (const back of await lockUncredited(db, [...new Set(rows.map((r) => r.orderId))])) {
    const lines = await listReturnLines(db, back.id)
    const ofOrder = rows.filter((r) => r.orderId === back.orderId)
    const notes = [...new Set(ofOrder.map((r) => r.creditNoteId))]
    const hit = (note: string, lineNumber: number) =>
      ofOrder.find((r) => r.creditNoteId === note && r.lineNumber === lineNumber)
    const creditNoteId = notes.find((note) =>
      lines.every((l) => compareDecimals(hit(note, l.lineNumber)?.quantity ?? '0', l.quantity) >= 0),
    )
    if (!creditNoteId) continue
    for (const l of lines) {
      const used = hit(creditNoteId, l.lineNumber)
      if (used) used.quantity = addDecimals(used.quantity, multiplyDecimals(l.quantity, '-1'))
    }
    await advanceReturn(db, { id: back.id, to: 'credited', also: { creditNoteId }, actor: { hub: 'returns' } }, stamp)
  }
}
