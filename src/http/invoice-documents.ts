// An invoice as a document: the PDF to read, and the e-invoice (UBL) to book.

import { ErpError } from '../../connectors/erp-error.ts'
import { encodeInvoice } from '../../protocols/ubl/document.ts'
import { checkEInvoice } from '../../protocols/ubl/rules.ts'
import type { Reach } from '../accounts/access.ts'
import { findBuyerParty, findSeller } from '../accounts/account-store.ts'
import type { Seller } from '../accounts/invoice-party.ts'
import type { Db } from '../database/database.ts'
import { insertDocument } from '../documents/document-store.ts'
import { callErp } from '../erp/call-erp.ts'
import { findConnection } from '../erp/erp-connection-store.ts'
import { findCustomer } from '../erp/master-data.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import type { Invoice } from '../invoices/invoice.ts'
import { readInvoice } from '../invoices/invoice-list.ts'
import { renderInvoicePdf } from '../invoices/invoice-pdf.ts'
import { findInvoiceById, listInvoiceLines } from '../invoices/invoice-store.ts'
import { lockBilled } from '../invoices/lock-billed.ts'
import { charsetFits, transliterate } from '../mapping/transliterate.ts'
import { toEInvoice } from '../mapping/ubl-invoice.ts'
import type { Caller } from './authenticate.ts'
import { todayIn } from './list-query.ts'
import { setCacheHeaders } from './revalidate.ts'
import type { Route } from './route.ts'

const TAG = 'Invoices'

/** The invoice of the caller's seller, or 404. */
async function invoiceOr404(hub: Hub, reach: Reach, id: string): Promise<Invoice> {
  const visible = await readInvoice(hub.db, reach, id, todayIn(hub))
  const invoice = visible && (await findInvoiceById(hub.db, id))
  if (!invoice) throw new HubError('not_found', 'There is no such invoice.')
  return invoice
}

/** The ERP's own page, or null where it makes none. Throws HubError unavailable when it could, but not now. */
async function fetchErpPdf(hub: Hub, invoice: Invoice): Promise<Buffer | null> {
  const connection = await findConnection(hub.db, invoice.sellerId, invoice.connectionId)
  if (!connection || !hub.connectors[connection.connector]?.capabilities.invoicePdf) return null
  try {
    return await callErp(hub, connection.id, async ({ erp }) => {
      const bytes = await erp.fetchInvoicePdf?.(invoice.erpId, AbortSignal.timeout(30_000))
      return bytes ? Buffer.from(bytes) : null
    })
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    // It has none of this invoice; ours is better than nothing.
    if (error.kind === 'refused') return null
    throw new HubError('unavailable', 'The ERP makes the PDF of this invoice and does not answer now. Try again.', {
      cause: error,
    })
  }
}

const inWindows1252 = charsetFits('windows-1252')

function fit(text: string): string {
  const { text: plain, left } = transliterate(text, inWindows1252)
  return left.length === 0 ? plain : [...plain].map((c) => (inWindows1252(c) ? c : '?')).join('')
}

async function sellerOf(db: Db, id: string): Promise<Seller> {
  const seller = await findSeller(db, id)
  if (!seller) throw new Error(`seller ${id} vanished`)
  return seller
}

/** The e-invoice, kept once as it was given out. Throws HubError invoice_incomplete with what the rules find. */
async function writeUbl(hub: Hub, reach: Reach, id: string): Promise<{ bytes: Buffer; number: string }> {
  await invoiceOr404(hub, reach, id)
  return hub.db.transaction(async (trx) => {
    const billed = await lockBilled(trx, id)
    if (!billed) throw new HubError('not_found', 'There is no such invoice.')
    const { invoice, orders } = billed
    const { party } = await sellerOf(trx, reach.sellerId)
    if (!party)
      throw new HubError('invoice_incomplete', 'Say first how invoices name the seller: PUT /api/v1/seller.', {
        details: [{ rule: 'BR-06', path: 'seller', message: 'The seller (BG-4) is missing.' }],
      })
    const buyer = invoice.accountId ? await findBuyerParty(trx, reach.sellerId, invoice.accountId) : undefined
    const customer = await findCustomer(trx, invoice.connectionId, invoice.customerNumber)
    const document = toEInvoice(billed, { seller: party, buyer, customer }, hub.config.timeZone)
    const findings = checkEInvoice(document)
    if (findings.length > 0)
      throw new HubError('invoice_incomplete', `The e-invoice would be refused: ${findings[0]?.message}`, {
        details: findings.slice(0, 100),
      })
    const bytes = Buffer.from(encodeInvoice(document))
    await insertDocument(
      trx,
      hub.keys,
      {
        id: hub.newId(),
        sellerId: reach.sellerId,
        orderId: orders[0]?.order.id ?? null,
        direction: 'out',
        protocol: 'ubl',
        kind: document.typeCode === '381' ? 'CreditNote' : 'Invoice',
        payloadId: invoice.id,
        contentType: 'application/xml; charset=UTF-8',
        bytes,
      },
      hub.now(),
    )
    return { bytes, number: invoice.number }
  })
}

const fileName = (number: string, ending: string) =>
  `attachment; filename="${number.replace(/[^\w.-]+/g, '_')}.${ending}"`

export const invoiceDocumentRoutes: Route[] = [
  {
    method: 'get',
    path: '/api/v1/invoices/:id/pdf',
    who: 'invoices:read',
    may: 'invoice.view',
    summary: 'Read an invoice or credit note as PDF',
    api: {
      tag: TAG,
      status: 200,
      produces: 'application/pdf',
      description:
        'The ERP’s own page where it makes one (503 while it can’t be asked), else one of the hub’s. `Hub-Rendering` says which: erp or hub.',
    },
    async handle(hub, req, res) {
      const invoice = await invoiceOr404(hub, (res.locals.caller as Caller).reach, String(req.params.id))
      const own = await fetchErpPdf(hub, invoice)
      const pdf =
        own ??
        (await renderInvoicePdf({
          invoice,
          lines: await listInvoiceLines(hub.db, [invoice.id]),
          seller: await sellerOf(hub.db, invoice.sellerId),
          fit,
        }))
      setCacheHeaders(res)
      res.set({
        'Content-Type': 'application/pdf',
        'Content-Disposition': fileName(invoice.number, 'pdf'),
        'Hub-Rendering': own ? 'erp' : 'hub',
      })
      res.send(pdf)
    },
  },
  {
    method: 'get',
    path: '/api/v1/invoices/:id/ubl',
    who: 'invoices:read',
    may: 'invoice.view',
    summary: 'Read an invoice or credit note as e-invoice: UBL 2.1, EN 16931, Peppol BIS Billing 3.0 or XRechnung',
    api: {
      tag: TAG,
      status: 200,
      produces: 'application/xml',
      description:
        'Checked first: what a receiver would refuse is a 422, with the rules and places in `details`. What is given out is kept as it was, once, among the documents of the order.',
    },
    async handle(hub, req, res) {
      const { bytes, number } = await writeUbl(hub, (res.locals.caller as Caller).reach, String(req.params.id))
      setCacheHeaders(res)
      res.set({
        'Content-Type': 'application/xml; charset=utf-8',
        'Content-Disposition': fileName(number, 'xml'),
        'X-Content-Type-Options': 'nosniff',
      })
      res.send(bytes)
    },
  },
]
