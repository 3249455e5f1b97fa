// Cart -> PunchOutOrderMessage, and the cancel message.
import type { Address as CxmlAddress } from '../../protocols/cxml/elements.ts'
import type { CxmlMessage, Header } from '../../protocols/cxml/envelope.ts'
import type { PunchOutOrderMessageHeader } from '../../protocols/cxml/punchout-order-message.ts'
import { statusOf } from '../../protocols/cxml/status.ts'
import { type Address, type Cart, cartCurrency, cartTotal } from '../cart.ts'
import type { PartnerSettings } from '../partners/partner.ts'
import type { PunchoutSession } from '../punchout/punchout-session.ts'
import { toItemIn, toShipping, toTax } from './cxml-item.ts'

export interface Envelope {
  payloadID: string
  /** ISO 8601 with numeric offset. */
  timestamp: string
}

export const USER_AGENT = 'Procurement hub'

/**
 * The message that brings the cart back (`cart`), or says that there is none (null: Status 204, no items, so that an edited
 * requisition keeps its lines; cXML Reference Guide, "PunchOutOrderMessage").
 */
export function toOrderMessage(
  session: PunchoutSession,
  cart: Cart | null,
  settings: Pick<PartnerSettings, 'operationAllowed' | 'defaultCurrency'>,
  envelope: Envelope,
): CxmlMessage {
  const currency = cart ? cartCurrency(cart, settings.defaultCurrency) : settings.defaultCurrency
  const header: PunchOutOrderMessageHeader = {
    operationAllowed: session.operation === 'inspect' ? 'inspect' : settings.operationAllowed,
    quoteStatus: cart?.quoteStatus,
    total: { money: { amount: cart ? cartTotal(cart) : '0.00', currency } },
    shipTo: cart?.shipTo && { address: toAddress(cart.shipTo) },
    shipping: cart?.shipping && toShipping(cart.shipping),
    tax: cart?.tax && toTax(cart.tax),
  }
  return {
    kind: 'Message',
    ...envelope,
    lang: 'en-US',
    header: turnedHeader(session),
    deploymentMode: session.mode,
    status: cart ? undefined : statusOf(204, 'The shopper left without a cart.'),
    content: {
      type: 'PunchOutOrderMessage',
      buyerCookie: session.setup.buyerCookie ?? '',
      header,
      items: cart ? cart.lines.map(toItemIn) : [],
    },
  }
}

/** From and To of the request turned round. No SharedSecret: the message goes through a browser. */
function turnedHeader(session: PunchoutSession): Header {
  const { from = [], to = [] } = session.setup.parties ?? {}
  return { from: { credentials: to }, to: { credentials: from }, sender: { credentials: to, userAgent: USER_AGENT } }
}

function toAddress(a: Address): CxmlAddress {
  const { name, addressId, countryCode, city, street, deliverTo, state, postalCode } = a
  return {
    addressID: addressId,
    isoCountryCode: countryCode,
    name: { text: name, lang: 'en' },
    postalAddress:
      city && countryCode
        ? {
            deliverTo,
            street,
            city,
            state: state ? { text: state } : undefined,
            postalCode,
            country: { isoCountryCode: countryCode, text: countryCode },
          }
        : undefined,
    email: a.email ? { address: a.email } : undefined,
  }
}
