// Tells buyers' systems of invoices and credit notes: one document per invoice and partner, once; deleted when the ERP cancels it.
//
// A posted invoice does not change, and cXML has no update of one: payments and later corrections of the ERP's data are not told.
import { encode } from '../protocols/cxml/document.ts'
import { findSeller } from '../src/accounts/account-store.ts'
import type { Db } from '../src/database/database.ts'
import { stampOf } from '../src/database/stamp.ts'
import type { Delivery } from '../src/documents/delivery.ts'
import { listDeliveries, listTellings } from '../src/documents/delivery-store.ts'
import { lastTold, nextTelling } from '../src/documents/next-telling.ts'
import { takes, tellPartner } from '../src/documents/tell-partner.ts'
import { HubError } from '../src/errors.ts'
import type { Hub } from '../src/hub.ts'
import { type Billed, lockBilled } from '../src/invoices/lock-billed.ts'
import { type ToldShipment, toInvoiceRequest } from '../src/mapping/cxml-invoice.ts'
import { unitsOfPartner } from '../src/mapping/erp-order.ts'
import { toInvoicingParty } from '../src/mapping/invoicing-party.ts'
import { insertEvents } from '../src/orders/order-store.ts'
import { findOrdersWithLines } from '../src/orders/orders-with-lines.ts'
import type { TradingPartner } from '../src/partners/partner.ts'
import { findPartner } from '../src/partners/partner-store.ts'
import { type Job, patient } from './job.ts'
import { replyTo } from './reply-to.ts'

const KIND = 'InvoiceDetailRequest'
/** Attempts in which a credit note waits for the document of the invoice it corrects: some 40 seconds. */
const PATIENCE = 3

export const sendInvoice: Job<'send-invoice'> = {
  name: 'send-invoice',
  ...patient,
  async run(hub, { invoiceId }, { attempt }) {
    await hub.db.transaction(async (trx) => {
      const billed = await lockBilled(trx, invoiceId)
      if (!billed) return
      const told = await listDeliveries(trx, billed.invoice.sellerId, { subjectId: invoiceId })
      const partners = new Set([...billed.orders.map((o) => o.order.partnerId), ...told.map((d) => d.partnerId)])
      for (const partnerId of partners) {
        const before = told.filter((d) => d.partnerId === partnerId)
        if (partnerId) await tell(hub, trx, { partnerId, billed, before, mayWait: attempt <= PATIENCE })
      }
    })
  },
}

interface ToTell {
  partnerId: string
  billed: Billed
  /** What this partner was told of it. */
  before: readonly Delivery[]
  mayWait: boolean
}

async function tell(hub: Hub, db: Db, { partnerId, billed: given, before, mayWait }: ToTell): Promise<void> {
  const { invoice, corrected } = given
  const partner = await findPartner(db, invoice.sellerId, partnerId)
  if (!partner || !takes(partner, KIND)) return
  const billed = await withOrders(db, given, partnerId, before)
  const order = billed.orders.find((o) => o.order.partnerId === partnerId)?.order
  if (!order) return
  // What cancels an invoice undoes it: to the buyer that is the delete of the invoice, not a credit as well.
  const undone = invoice.state === 'cancelled' || invoice.deletedAt !== null || corrected?.state === 'cancelled'
  const earlier = await listTellings(db, partnerId, KIND, invoice.id)
  const next = nextTelling(earlier, invoice.number, undone ? null : { kind: invoice.kind })
  if (!next) return
  const correctedTold = corrected && lastTold(await listTellings(db, partnerId, KIND, corrected.id))
  if (invoice.kind === 'credit-note' && next.operation === 'new' && corrected && !correctedTold && mayWait)
    throw new HubError('unavailable', `Invoice ${corrected.number}, which ${invoice.number} corrects, comes first.`)
  const seller = await findSeller(db, invoice.sellerId)
  if (!seller) throw new Error(`there is no seller ${invoice.sellerId}`)
  const bill = {
    billed,
    partnerId,
    seller: toInvoicingParty(seller),
    shipNotices: await shipNoticesOf(db, partner, billed),
    correctedPayloadId: correctedTold?.payloadId ?? null,
    taxIn: partner.settings.outgoing.taxIn,
    toRec20: unitsOfPartner(partner),
  }
  const stamp = stampOf(hub)
  let documentId = ''
  await tellPartner(
    db,
    hub.keys,
    { partner, kind: KIND, subjectId: invoice.id, telling: next.telling, orderId: order.id, mode: order.mode },
    ({ id }) => {
      documentId = id
      const reply = replyTo(hub, partner, order.mode, id)
      return { bytes: encode(toInvoiceRequest(bill, next, reply)), payloadId: reply.payloadID }
    },
    stamp,
  )
  const { kind, number, totalAmount, currency } = invoice
  const detail = { invoiceId: invoice.id, number, kind, operation: next.operation, totalAmount, currency }
  const theirs = billed.orders.filter((o) => o.order.partnerId === partnerId)
  await insertEvents(
    db,
    theirs.map((o) => ({ orderId: o.order.id, kind: 'invoice-sent', documentId, detail })),
    stamp,
  )
}

/** An invoice that lost its lines in the ERP bills what it billed when this partner was told of it. */
async function withOrders(db: Db, billed: Billed, partnerId: string, before: readonly Delivery[]): Promise<Billed> {
  if (billed.orders.some((o) => o.order.partnerId === partnerId)) return billed
  const orders = await findOrdersWithLines(
    db,
    before.map((d) => d.orderId),
  )
  return { ...billed, orders: [...billed.orders, ...orders] }
}

async function shipNoticesOf(db: Db, partner: TradingPartner, { shipments }: Billed): Promise<ToldShipment[]> {
  const told: ToldShipment[] = []
  for (const shipment of shipments) {
    const notice = lastTold(await listTellings(db, partner.id, 'ShipNoticeRequest', shipment.id))
    const shipNoticeID = notice?.number ?? shipment.number ?? shipment.erpId
    told.push({ shipment, shipNoticeID, payloadId: notice?.payloadId ?? null })
  }
  return told
}
