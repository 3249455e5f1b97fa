// Tells the buyer's system what becomes of its order, where there is something new to tell.
import { encode } from '../protocols/cxml/document.ts'
import { stampOf } from '../src/database/stamp.ts'
import { listTellings } from '../src/documents/delivery-store.ts'
import { takes, tellPartner } from '../src/documents/tell-partner.ts'
import { answerOf, tellingOf, toConfirmationRequest } from '../src/mapping/cxml-confirmation.ts'
import { insertEvents, listLines, lockOrder } from '../src/orders/order-store.ts'
import { findPartner } from '../src/partners/partner-store.ts'
import { type Job, patient } from './job.ts'
import { replyTo } from './reply-to.ts'

const KIND = 'ConfirmationRequest'
/** Marks an answer given before, with another in between. */
const REPEAT = / #\d+$/

export const sendConfirmation: Job<'send-confirmation'> = {
  name: 'send-confirmation',
  ...patient,
  async run(hub, { orderId }) {
    await hub.db.transaction(async (trx) => {
      const order = await lockOrder(trx, orderId)
      const partner = order?.partnerId && (await findPartner(trx, order.sellerId, order.partnerId))
      if (!order || !partner || !takes(partner, KIND)) return
      const lines = await listLines(trx, orderId)
      const answer = answerOf(order, lines, partner.settings.outgoing.confirmWhen)
      if (!answer) return
      const earlier = await listTellings(trx, partner.id, KIND, orderId)
      const telling = tellingOf(answer, order.revision)
      if (earlier.at(-1)?.telling.replace(REPEAT, '') === telling) return
      const version = earlier.length + 1
      const stamp = stampOf(hub)
      const id = await tellPartner(
        trx,
        hub.keys,
        // The same answer after another in between is news again.
        { partner, kind: KIND, subjectId: orderId, telling: withVersion(earlier, telling), orderId, mode: order.mode },
        ({ id }) => {
          const reply = replyTo(hub, partner, order.mode, id)
          const previousPayloadId = earlier.at(-1)?.payloadId ?? null
          const request = toConfirmationRequest(order, lines, answer, { version, previousPayloadId }, reply)
          return { bytes: encode(request), payloadId: reply.payloadID }
        },
        stamp,
      )
      if (id) await insertEvents(trx, [{ orderId, kind: 'confirmation-sent', detail: { ...answer, version } }], stamp)
    })
  },
}

function withVersion(earlier: readonly { telling: string }[], telling: string): string {
  return earlier.some((e) => e.telling.replace(REPEAT, '') === telling) ? `${telling} #${earlier.length + 1}` : telling
}
