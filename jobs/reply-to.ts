// The envelope of a document the hub sends to a buyer's system by itself.
import { formatTimestamp } from '../protocols/cxml/timestamp.ts'
import type { Hub } from '../src/hub.ts'
import type { Reply } from '../src/mapping/cxml-reply.ts'
import { secretToShow } from '../src/partners/authenticate-partner.ts'
import type { Mode, TradingPartner } from '../src/partners/partner.ts'

/** `documentId` makes the payloadID, so that a document is one thing from the first attempt to the last. */
export function replyTo(hub: Hub, partner: TradingPartner, mode: Mode, documentId: string): Reply {
  const at = hub.now()
  const { publicUrl, timeZone } = hub.config
  return {
    partner,
    at,
    timeZone,
    payloadID: `${documentId}@${new URL(publicUrl).hostname}`,
    timestamp: formatTimestamp(at, timeZone),
    secret: secretToShow(hub.keys, partner, mode),
  }
}
