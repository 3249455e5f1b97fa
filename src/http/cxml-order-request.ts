// OrderRequest -> order, its change or its cancellation (walk B of the house), committed together with the Status that answers it.
import { matchUser } from '../accounts/match-user.ts'
import { findCustomer } from '../credit/credit-store.ts'
import { stampOf } from '../database/stamp.ts'
import { findConnectionOf } from '../erp/erp-connection-store.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { fromOrderRequest, orderFacts } from '../mapping/cxml-order.ts'
import { cancelOrder } from '../orders/cancel-order.ts'
import type { OrderContent } from '../orders/order.ts'
import { insertEvents, lockPurchaseOrder } from '../orders/order-store.ts'
import { placeOrder } from '../orders/place-order.ts'
import type { PlaceOrder } from '../orders/weigh-order.ts'
import type { TradingPartner } from '../partners/partner.ts'
import { findEarlierLines, findSession } from '../punchout/punchout-session-store.ts'
import type { CxmlCall, CxmlHandler } from './cxml.ts'
import { provisionAndGreet } from './recognise-buyer.ts'

/**
 * Throws HubError invalid_document (a value that can't be understood), conflict (the order was placed with other content), wrong_state
 * (too late to change or cancel), not_found (nothing to cancel). Commercial acceptance is told later, in a ConfirmationRequest.
 */
export const orderRequestHandler: CxmlHandler = async (hub, call) => {
  const { request, partner, parties, documentId } = call
  if (request.content.type !== 'OrderRequest') throw new Error(`no order: ${request.content.type}`)
  const content = fromOrderRequest(
    request.content,
    { payloadID: request.payloadID, header: request.header, attachments: call.attachments },
    hub.now(),
  )
  if (request.content.header.type === 'delete') return { writes: [], act: cancel(hub, call, content.poNumber) }
  if (content.lines.length === 0) throw new HubError('invalid_document', 'The OrderRequest has no ItemOut.')
  const buyer = await findBuyer(hub, partner, content, orderFacts(request.content, request.header))
  const connection = await findConnectionOf(hub.db, partner.sellerId, buyer.accountId)
  const input: PlaceOrder = {
    sellerId: partner.sellerId,
    partnerId: partner.id,
    storefrontId: partner.storefrontId,
    accountId: buyer.accountId,
    customerNumber: buyer.customerNumber,
    connectionId: connection?.id ?? null,
    channel: 'punchout',
    mode: parties.mode,
    documentId,
    policy: partner.settings.orders,
    personId: buyer.personId,
    isChange: request.content.header.type === 'update',
    // The order's own accounting says it best; else what the user is known by.
    content: { ...content, costCentre: content.costCentre ?? buyer.costCentre },
  }
  return {
    writes: [],
    async act(db) {
      const personId = buyer.personId ?? (await buyer.provision?.(db)) ?? null
      await placeOrder(db, { ...input, personId }, stampOf(hub))
    },
  }
}

function cancel(hub: Hub, { partner, parties, documentId }: CxmlCall, poNumber: string) {
  return async (db: Hub['db']) => {
    const known = await lockPurchaseOrder(db, partner.id, parties.mode, poNumber)
    if (!known) throw new HubError('not_found', `There is no order ${poNumber} of yours here to cancel.`)
    const stamp = stampOf(hub)
    const reason = 'Cancelled by the buyer.'
    if (known.order.state === 'cancelled')
      return insertEvents(db, [{ orderId: known.order.id, kind: 'repeated', documentId }], stamp)
    await cancelOrder(db, known.order, { reason, documentId }, stamp)
  }
}

interface Buyer {
  accountId: string | null
  personId: string | null
  customerNumber: string | null
  costCentre: string | null
  /** Adds a person the mapping provisions at first sight. */
  provision?: (db: Hub['db']) => Promise<string>
}

/**
 * Who ordered. The document's user by the mapping rules; else whoever shopped the cart the lines are from. An order of a partner we
 * know is never refused for want of a person: without any of these it has no account, and is held.
 */
async function findBuyer(
  hub: Hub,
  partner: TradingPartner,
  content: OrderContent,
  facts: Parameters<typeof matchUser>[3],
): Promise<Buyer> {
  const { sellerId } = partner
  const { user, firstSight } = await matchUser(hub.findStanding, sellerId, partner.mapping, facts)
  if (user) {
    const { account, costCentre } = user
    const base = {
      accountId: account.id,
      costCentre,
      customerNumber: await customerNumberOf(hub, sellerId, account.id),
    }
    if (!firstSight) return { ...base, personId: user.person.id }
    const provision = async (db: Hub['db']) =>
      (await provisionAndGreet(hub, db, user, `order ${partner.slug}`)).person.id
    return { ...base, personId: null, provision }
  }
  const auxiliaryIds = content.lines.flatMap((l) => (l.auxiliaryId ? [l.auxiliaryId] : []))
  const [line] = auxiliaryIds.length > 0 ? await findEarlierLines(hub.db, partner.id, auxiliaryIds) : []
  const session = line && (await findSession(hub.db, { sellerId }, line.sessionId))
  if (session) {
    const { accountId, personId } = session
    const { costCentre } = session.setup
    return { accountId, personId, costCentre, customerNumber: await customerNumberOf(hub, sellerId, accountId) }
  }
  // All its rules name one company: then it is that company's order, whoever wrote it.
  const accounts = new Set(partner.mapping.rules.map((r) => r.assign.accountId))
  const [only] = accounts
  const nobody = { personId: null, costCentre: null }
  if (only === undefined || accounts.size > 1) return { ...nobody, accountId: null, customerNumber: null }
  return { ...nobody, accountId: only, customerNumber: await customerNumberOf(hub, sellerId, only) }
}

/** The account's customer number, or that of the nearest account above it. */
async function customerNumberOf(hub: Hub, sellerId: string, accountId: string): Promise<string | null> {
  return (await findCustomer(hub.db, sellerId, accountId))?.customerNumber ?? null
}
