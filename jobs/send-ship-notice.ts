// Tells buyers' systems what has left for them: one notice per shipment and partner, again when it changed, taken back when it is gone.
import { encode } from '../protocols/cxml/document.ts'
import { findSeller } from '../src/accounts/account-store.ts'
import type { Db } from '../src/database/database.ts'
import { stampOf } from '../src/database/stamp.ts'
import type { Delivery } from '../src/documents/delivery.ts'
import { listDeliveries, listTellings } from '../src/documents/delivery-store.ts'
import { nextTelling } from '../src/documents/next-telling.ts'
import { takes, tellPartner } from '../src/documents/tell-partner.ts'
import type { Hub } from '../src/hub.ts'
import { noticeOf, toShipNoticeRequest } from '../src/mapping/cxml-ship-notice.ts'
import { unitsOfPartner } from '../src/mapping/erp-order.ts'
import { toInvoicingParty } from '../src/mapping/invoicing-party.ts'
import { insertEvents } from '../src/orders/order-store.ts'
import { findOrdersWithLines } from '../src/orders/orders-with-lines.ts'
import { findPartner } from '../src/partners/partner-store.ts'
import { lockShipped, type Shipped } from '../src/shipments/lock-shipped.ts'
import { type Job, patient } from './job.ts'
import { replyTo } from './reply-to.ts'

const KIND = 'ShipNoticeRequest'

export const sendShipNotice: Job<'send-ship-notice'> = {
  name: 'send-ship-notice',
  ...patient,
  async run(hub, { shipmentId }) {
    await hub.db.transaction(async (trx) => {
      const shipped = await lockShipped(trx, shipmentId)
      if (!shipped) return
      const told = await listDeliveries(trx, shipped.shipment.sellerId, { subjectId: shipmentId })
      // Also those whose lines were in it once: from them it is taken back.
      const partners = new Set([...shipped.orders.map((o) => o.order.partnerId), ...told.map((d) => d.partnerId)])
      for (const partnerId of partners) {
        const before = told.filter((d) => d.partnerId === partnerId)
        if (partnerId) await tell(hub, trx, { partnerId, shipped, before })
      }
    })
  },
}

async function tell(
  hub: Hub,
  db: Db,
  { partnerId, shipped, before }: { partnerId: string; shipped: Shipped; before: readonly Delivery[] },
): Promise<void> {
  const { shipment } = shipped
  const partner = await findPartner(db, shipment.sellerId, partnerId)
  if (!partner || !takes(partner, KIND)) return
  const theirs = shipped.orders.filter((o) => o.order.partnerId === partnerId)
  // A test order is nothing to the buyer's production system.
  const mode = theirs.some((o) => o.order.mode === 'production') ? 'production' : 'test'
  const orders = theirs.filter((o) => o.order.mode === mode)
  const [first] = orders.length > 0 ? orders : await findOrdersWithLines(db, [before.at(-1)?.orderId ?? null])
  if (!first) return
  const { order } = first
  const notice = noticeOf(shipped, orders, unitsOfPartner(partner))
  const earlier = await listTellings(db, partnerId, KIND, shipment.id)
  const next = nextTelling(earlier, shipment.number ?? shipment.erpId, notice)
  if (!next) return
  const seller = await findSeller(db, shipment.sellerId)
  if (!seller) throw new Error(`there is no seller ${shipment.sellerId}`)
  const { address: shipFrom } = toInvoicingParty(seller)
  const stamp = stampOf(hub)
  let documentId = ''
  await tellPartner(
    db,
    hub.keys,
    { partner, kind: KIND, subjectId: shipment.id, telling: next.telling, orderId: order.id, mode: order.mode },
    ({ id }) => {
      documentId = id
      const reply = replyTo(hub, partner, order.mode, id)
      const context = { order, orders, deliveredAt: shipment.deliveredAt, shipFrom }
      return { bytes: encode(toShipNoticeRequest(notice, context, next, reply)), payloadId: reply.payloadID }
    },
    stamp,
  )
  const portions = notice?.portions ?? [{ orderId: order.id, items: [] }]
  const detail = { shipmentId: shipment.id, number: next.number, operation: next.operation }
  await insertEvents(
    db,
    portions.map(({ orderId, items }) => ({
      ...{ orderId, kind: 'ship-notice-sent' as const, documentId },
      detail: { ...detail, lines: items },
    })),
    stamp,
  )
}
