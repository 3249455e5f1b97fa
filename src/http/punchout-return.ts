// The cart's way back: the storefront posts it, the hub makes the buyer's document, and continueUrl lets the buyer's browser
// carry it home (walk A.6 and A.7 of the house).

import { renderAutoSubmitForm } from '../../protocols/auto-submit-form.ts'
import { decode, encode } from '../../protocols/cxml/document.ts'
import { type ReturnEncoding, returnForm } from '../../protocols/cxml/return-form.ts'
import { formatTimestamp } from '../../protocols/cxml/timestamp.ts'
import { CART_LIMITS, decodeForm, encodeForm } from '../../protocols/oci/form-fields.ts'
import { findViolations, type Wanted } from '../accounts/restrictions.ts'
import { type Cart, cartCurrency, cartTotal } from '../cart.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { findDocumentBytes, insertDocument, type NewDocument } from '../documents/document-store.ts'
import { fromHttpMessage, toHttpMessage } from '../documents/http-message.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { toOrderMessage } from '../mapping/cxml-cart.ts'
import { fitCart } from '../mapping/fit-cart.ts'
import { keepWholeDescriptions, lostInXml, ociReturn } from '../mapping/oci-cart.ts'
import type { BuyerProfile, CartWarning } from '../partners/buyer-profile.ts'
import { profileWith } from '../partners/buyer-profiles.ts'
import type { TradingPartner } from '../partners/partner.ts'
import { findPartner } from '../partners/partner-store.ts'
import { asSources } from '../partners/return-host.ts'
import { claimForCart } from '../punchout/claim-cart.ts'
import type { PunchoutSession } from '../punchout/punchout-session.ts'
import { findByReturnToken, markLeft } from '../punchout/punchout-session-store.ts'
import { identifyLines, returnCart } from '../punchout/return-cart.ts'
import { newNonce, renderErrorPage, setPageHeaders } from './page.tsx'
import type { Route } from './route.ts'

export interface SendBack {
  /** Locked. */
  session: PunchoutSession
  partner: TradingPartner
  /** null = the buyer leaves without a cart. */
  cart: Cart | null
  /** Only say the warnings. */
  onlyCheck: boolean
}

export interface SentBack {
  continueUrl: string | null
  warnings: CartWarning[]
  /** The document that goes back, as stored. */
  bytes: Uint8Array
  documentId: string | null
}

/**
 * Fits the cart to the buyer's profile, stores the document that goes back and ends the session. Throws HubError cart_refused,
 * with the warnings as details, for a cart the buyer's system would refuse, and restricted, with the violations, for one that its
 * person may not order.
 */
export async function sendBack(hub: Hub, db: Db, { session, partner, cart, onlyCheck }: SendBack): Promise<SentBack> {
  const profile = profileOf(partner, session)
  const identified = cart && { ...cart, lines: identifyLines(session.id, cart.lines) }
  const ready = identified && session.protocol === 'oci' ? keepWholeDescriptions(identified) : identified
  const fitted = ready && fitCart(ready, profile, session.protocol)
  const inXml = session.protocol === 'oci' && partner.settings.oci.variant === 'xml'
  const warnings = [...(fitted?.warnings ?? []), ...(fitted && inXml ? lostInXml(fitted.cart) : [])]
  if (fitted?.refused && !onlyCheck) {
    const first = warnings.find((w) => w.code === 'rejected')
    throw new HubError('cart_refused', `The buyer’s system would refuse this cart: ${first?.message ?? ''}`, {
      details: { warnings },
    })
  }
  const violations = cart ? await findViolations(db, session, wantedBy(session, cart)) : []
  if (violations.length > 0 && !onlyCheck)
    throw new HubError('restricted', violations.map((v) => v.message).join(' '), { details: { violations } })
  const against = violations.map(({ message }) => ({ code: 'rejected' as const, field: 'cart', message }))
  warnings.push(...against)
  const days = partner.settings.cartValidDays
  const budget = onlyCheck ? null : await claimForCart(db, session, identified, days, stampOf(hub))
  const over = budget?.parts.flatMap((p) => p.why ?? []) ?? []
  warnings.push(...over.map((message) => ({ code: 'notice' as const, field: 'budget', message })))
  if (onlyCheck) return { continueUrl: null, warnings, bytes: new Uint8Array(), documentId: null }

  const outgoing = fitted?.cart ?? null
  const document =
    session.protocol === 'cxml'
      ? cxmlDocument(hub, session, partner, outgoing)
      : ociDocument(session, partner, outgoing)
  const id = hub.newId()
  const about = {
    id,
    sellerId: session.sellerId,
    partnerId: partner.id,
    sessionId: session.id,
    direction: 'out',
    mode: session.mode,
  } as const
  const findings = warnings.map((w) => ({
    code: w.code,
    message: w.message,
    path: w.line === undefined ? w.field : `line ${w.line}, ${w.field}`,
  }))
  await insertDocument(db, hub.keys, { ...about, ...document, findings }, hub.now())
  const returnToken = hub.newToken()
  await returnCart(
    db,
    { session, cart: outgoing, warnings, documentId: id, returnToken, eventId: hub.newId() },
    hub.now(),
  )
  return {
    continueUrl: `${hub.config.publicUrl}/punchout/return/${returnToken}`,
    warnings,
    bytes: document.bytes,
    documentId: id,
  }
}

/** What restrictions are asked about. Where it goes is often chosen later, in the buyer's system. */
function wantedBy({ setup }: PunchoutSession, cart: Cart): Wanted {
  const shipTo = cart.shipTo ?? setup.shipTo
  return {
    costCentres: setup.costCentre ? [setup.costCentre] : [],
    projects: [],
    shipTo: shipTo ? (shipTo.addressId ?? null) : undefined,
    catalogues: cart.lines.map((l) => l.contract?.id ?? null),
    productGroups: cart.lines.map((l) => l.classifications?.[0]?.code ?? l.materialGroup ?? null),
    amount: { amount: cartTotal(cart), currency: cartCurrency(cart) },
  }
}

function profileOf(partner: TradingPartner, session: PunchoutSession): BuyerProfile {
  const charset = session.setup.callUp?.charset ?? undefined
  return profileWith(partner.profile, {
    ...partner.settings.overrides,
    charset,
    ociVersion: partner.settings.oci.version,
  })
}

type Outgoing = Pick<NewDocument, 'protocol' | 'kind' | 'payloadId' | 'contentType' | 'bytes'>

function cxmlDocument(hub: Hub, session: PunchoutSession, partner: TradingPartner, cart: Cart | null): Outgoing {
  const payloadID = `${hub.newId()}@${new URL(hub.config.publicUrl).hostname}`
  const envelope = { payloadID, timestamp: formatTimestamp(hub.now(), hub.config.timeZone) }
  const bytes = encode(toOrderMessage(session, cart, partner.settings, envelope))
  return {
    protocol: 'cxml',
    kind: 'PunchOutOrderMessage',
    payloadId: payloadID,
    contentType: 'text/xml; charset=UTF-8',
    bytes,
  }
}

function ociDocument(session: PunchoutSession, partner: TradingPartner, cart: Cart | null): Outgoing {
  const form = ociReturn(session.setup, partner.settings, cart)
  const contentType = `application/x-www-form-urlencoded; charset=${form.acceptCharset}`
  const body = encodeForm(form.fields, form.acceptCharset)
  const bytes = toHttpMessage({
    line: `${form.method} ${form.action}`,
    headers: { target: form.target, 'content-type': contentType },
    body,
  })
  return {
    protocol: 'oci',
    kind: cart ? 'OciCart' : 'OciCancel',
    payloadId: undefined,
    contentType: 'message/http',
    bytes,
  }
}

export const punchoutReturnRoute: Route = {
  method: 'get',
  path: '/punchout/return/:token',
  who: 'anyone',
  summary: 'Carries the cart back through the buyer’s browser',
  async handle(hub, req, res) {
    try {
      const session = await findByReturnToken(hub.db, String(req.params.token))
      if (!session?.returnDocumentId)
        throw new HubError('not_found', 'This way back is not known. The cart may have been returned again since.')
      if (session.expiresAt.getTime() + KEEP_MS < hub.now().getTime())
        throw new HubError('code_spent', 'This way back has run out.')
      const partner = await findPartner(hub.db, session.sellerId, session.partnerId)
      const bytes = await findDocumentBytes(hub.db, hub.keys, session.sellerId, session.returnDocumentId)
      if (!partner || !bytes) throw new HubError('not_found', 'This way back is no longer there.')
      // A HEAD is a link checker, not the buyer's browser.
      if (req.method !== 'HEAD' && !(await markLeft(hub.db, session, hub.now())))
        throw new HubError(
          'not_found',
          'The cart was returned again meanwhile. Go back to the shop’s page and continue from there.',
        )
      sendReturnPage(
        res,
        partner,
        session,
        session.protocol === 'cxml' ? cxmlForm(session, partner, bytes) : ociForm(bytes),
      )
    } catch (error) {
      renderErrorPage(hub, error, res)
    }
  },
}

/** A reload of the page long after still brings the same document; not for ever. */
const KEEP_MS = 24 * 3_600_000

interface BrowserForm {
  action: string
  method: 'POST' | 'GET'
  target?: string
  acceptCharset: string
  fields: readonly (readonly [string, string])[]
}

function cxmlForm(session: PunchoutSession, partner: TradingPartner, bytes: Buffer): BrowserForm {
  const encoding: ReturnEncoding = profileOf(partner, session).cxml.formEncoding
  const { name, value } = returnForm(decode(bytes), encoding)
  return { action: session.setup.returnUrl, method: 'POST', acceptCharset: 'utf-8', fields: [[name, value]] }
}

/** The stored OCI form as the page needs it. */
export function ociForm(bytes: Uint8Array): BrowserForm {
  const { line, headers, body } = fromHttpMessage(bytes)
  const [method = 'POST', ...action] = line.split(' ')
  const charset = /charset=([\w-]+)/.exec(headers['content-type'] ?? '')?.[1] ?? 'iso-8859-1'
  return {
    action: action.join(' '),
    method: method === 'GET' ? 'GET' : 'POST',
    target: headers.target,
    acceptCharset: charset,
    fields: decodeForm(body, charset, CART_LIMITS),
  }
}

/** The page that posts itself; with a button where scripts are off. Also used by OCI functions that answer at once. */
export function sendReturnPage(
  res: Parameters<Route['handle']>[2],
  partner: TradingPartner,
  session: Pick<PunchoutSession, 'state'> & { setup: Pick<PunchoutSession['setup'], 'returnUrl' | 'language'> },
  form: BrowserForm,
  options: { autoSubmit: boolean } = { autoSubmit: true },
): void {
  const nonce = newNonce()
  const { allowedReturnHosts, frameAncestors } = partner.settings
  // Browsers hold form-action against redirects of the posted form too, so all of the partner's hosts stand in it.
  const own = /^https?:/.test(form.action)
    ? [new URL(form.action).origin]
    : [`${form.action.split(':')[0]?.toLowerCase()}:`]
  setPageHeaders(res, nonce, { ancestors: frameAncestors, formActions: [...own, ...asSources(allowedReturnHosts)] })
  const cancelled = session.state === 'cancelled'
  const page = renderAutoSubmitForm({
    ...form,
    title: 'Back to your procurement system',
    message: cancelled
      ? 'You are taken back to your procurement system without a cart.'
      : 'Your cart is taken back to your procurement system.',
    buttonLabel: 'Continue',
    nonce,
    autoSubmit: options.autoSubmit,
    charset: form.acceptCharset,
  })
  res.status(200).set('Content-Type', `text/html; charset=${form.acceptCharset}`).send(Buffer.from(page))
}
