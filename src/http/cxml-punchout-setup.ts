// PunchOutSetupRequest -> session -> PunchOutSetupResponse with the StartPage (walk A of the house).
import { HubError } from '../errors.ts'
import { buyerFacts, fromSetupRequest } from '../mapping/cxml-punchout.ts'
import { whyReturnUrlRefused } from '../partners/return-host.ts'
import { findEarlierCart } from '../punchout/find-earlier-cart.ts'
import { type PunchoutSetup, partiesToKeep } from '../punchout/punchout-session.ts'
import { startSession } from '../punchout/start-session.ts'
import type { CxmlHandler } from './cxml.ts'
import { recogniseBuyer } from './recognise-buyer.ts'

/** Throws HubError invalid_document (return address), no_earlier_cart (edit or inspect of lines never returned) or forbidden (the mapping knows no such user). */
export const punchOutSetupHandler: CxmlHandler = async (hub, { partner, parties, request, documentId, stored }) => {
  if (request.content.type !== 'PunchOutSetupRequest') throw new Error(`no setup: ${request.content.type}`)
  const at = hub.now()
  const asked = fromSetupRequest(request.content, request.lang)
  if (!asked.returnUrl)
    throw new HubError('invalid_document', 'BrowserFormPost/URL is missing: the cart could not come back.')
  const refusal = whyReturnUrlRefused(asked.returnUrl, partner.settings.allowedReturnHosts)
  if (refusal) throw new HubError('invalid_document', `BrowserFormPost/URL is refused: ${refusal}.`)

  const user = await recogniseBuyer(hub, partner, buyerFacts(request.content, request.header), stored)
  const earlier =
    asked.shown && (asked.operation === 'edit' || asked.operation === 'inspect')
      ? await findEarlierCart(
          hub.db,
          { partnerId: partner.id, cartValidDays: partner.settings.cartValidDays, shown: asked.shown },
          at,
        )
      : null
  if (earlier && !earlier.sessionId && partner.settings.unknownCarts === 'refuse')
    throw new HubError(
      'no_earlier_cart',
      'None of these lines was ever returned to this partner. Start a new punchout (create).',
    )
  const setup: PunchoutSetup = {
    documentId,
    buyerCookie: asked.buyerCookie,
    returnUrl: asked.returnUrl,
    language: asked.language ?? partner.settings.language ?? null,
    contract: user.contract ?? partner.settings.contract ?? null,
    role: user.role,
    costCentre: user.costCentre,
    shipTo: asked.shipTo ?? (user.shipTo ? { addressId: user.shipTo, name: user.shipTo } : null),
    extrinsics: asked.extrinsics,
    asked: {
      function: null,
      productId: null,
      quantity: null,
      searchString: null,
      vendor: null,
      selectedItems: asked.selectedItems,
    },
    editLines: earlier?.lines ?? null,
    parties: partiesToKeep(parties),
    callUp: null,
  }
  const startToken = hub.newToken()
  const { session, writes } = startSession(
    hub.db,
    {
      id: hub.newId(),
      eventId: hub.newId(),
      partner,
      user,
      mode: parties.mode,
      operation: asked.operation,
      editsSessionId: earlier?.sessionId ?? null,
      setup,
      startToken,
    },
    at,
  )
  const url = `${hub.config.publicUrl}/punchout/start/${startToken}`
  return { content: { type: 'PunchOutSetupResponse', startPage: { url } }, sessionId: session.id, writes }
}
