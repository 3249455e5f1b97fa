// GET|POST /oci/:partner: an OCI call-up. Store -> authenticate -> recognise the buyer -> session -> storefront at once, or, for
// functions that show no shop, the storefront's item look-up and the answer page.
import type { Request, Response } from 'express'
import type { OciLogin } from '../../protocols/oci/login.ts'
import { OciError } from '../../protocols/oci/oci-error.ts'
import type { CartLine } from '../cart.ts'
import { together } from '../database/together.ts'
import { addFinding, documentSessionUpdate, insertDocument, type NewDocument } from '../documents/document-store.ts'
import { toHttpMessage } from '../documents/http-message.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { ociFacts } from '../mapping/oci-login.ts'
import { authenticateOciUser } from '../partners/authenticate-partner.ts'
import type { Mode, TradingPartner } from '../partners/partner.ts'
import { findPartnerBySlug } from '../partners/partner-store.ts'
import { whyReturnUrlRefused } from '../partners/return-host.ts'
import type { PunchoutSession, PunchoutSetup } from '../punchout/punchout-session.ts'
import { markLeft } from '../punchout/punchout-session-store.ts'
import { startSession } from '../punchout/start-session.ts'
import { type ItemQuestion, lookUpItems } from '../storefronts/look-up-items.ts'
import { findStorefront, findStorefrontClientId } from '../storefronts/storefront-store.ts'
import { assertNotLocked, countFailure } from './failure-limit.ts'
import { isSapEvent, parseOciCall } from './oci-call.ts'
import { newNonce, renderErrorPage, renderPage, setPageHeaders } from './page.tsx'
import { ociForm, sendBack, sendReturnPage } from './punchout-return.ts'
import { sendToStorefront } from './punchout-start.ts'
import { readBody } from './read-body.ts'
import { recogniseBuyer } from './recognise-buyer.ts'
import type { Route } from './route.ts'

const MAX_BYTES = 256 * 1024

/** Functions that show no shop. DETAIL, DETAILADD and SOURCING open the storefront at the right place. */
const BACKGROUND = ['VALIDATE', 'BACKGROUND_SEARCH', 'QUANTITYCHECK'] as const

export const ociRoutes: Route[] = (['get', 'post'] as const).map((method) => ({
  method,
  path: '/oci/:partner',
  who: 'anyone',
  summary: 'OCI call-up',
  handle: answerCall,
}))

interface Recognised {
  partner: TradingPartner
  session: PunchoutSession
  login: OciLogin
  startToken: string
  question: Omit<ItemQuestion, 'function'>
}

async function answerCall(hub: Hub, req: Request, res: Response): Promise<void> {
  if (req.method === 'HEAD') return void res.status(200).end()
  let partner: TradingPartner | undefined
  try {
    partner = await findPartnerBySlug(hub.db, String(req.params.partner))
    const recognised = await receive(hub, req, partner)
    const asked = BACKGROUND.find((name) => name === recognised.login.function)
    if (asked) await answerInBackground(hub, res, recognised, asked)
    else await sendToStorefront(hub, res, { startToken: recognised.startToken, cookie: undefined })
  } catch (error) {
    const known =
      error instanceof OciError ? new HubError('invalid_document', `${error.field}: ${error.message}`) : error
    renderErrorPage(hub, known, res, { ancestors: partner?.settings.frameAncestors ?? [], formActions: [] })
  }
}

/** Stores the call, and either begins a session or throws with the reason stored beside the call. */
async function receive(hub: Hub, req: Request, partner: TradingPartner | undefined): Promise<Recognised> {
  const body = await readBody(req, MAX_BYTES)
  const contentType = req.get('content-type') ?? ''
  const call: NewDocument = {
    id: hub.newId(),
    sellerId: partner?.sellerId,
    partnerId: partner?.id,
    direction: 'in',
    protocol: 'oci',
    kind: 'OciCallUp',
    contentType: 'message/http',
    bytes: toHttpMessage({ line: `${req.method} ${req.originalUrl}`, headers: { 'content-type': contentType }, body }),
  }
  try {
    if (partner?.protocol !== 'oci')
      throw new HubError('not_found', 'There is no OCI catalogue at this address. Ask the supplier for the right one.')
    const question = req.originalUrl.indexOf('?')
    const login = parseOciCall(partner, {
      query: question < 0 ? '' : req.originalUrl.slice(question + 1),
      body,
      contentType,
    })
    const mode = await signIn(hub, req, partner, login)
    call.mode = mode
    call.findings = warnOfCall(req, partner, login)
    await insertDocument(hub.db, hub.keys, call, hub.now())
    return await beginSession(hub, { partner, login, mode, documentId: call.id })
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown }
    const finding = { code: String(code ?? 'internal'), message: String(message) }
    // Without a trace of the call nobody could tell the buyer why.
    const fresh = await insertDocument(
      hub.db,
      hub.keys,
      { ...call, findings: [...(call.findings ?? []), finding] },
      hub.now(),
    )
    if (!fresh) await addFinding(hub.db, call.id, finding)
    throw error
  }
}

async function signIn(hub: Hub, req: Request, partner: TradingPartner, login: OciLogin): Promise<Mode> {
  const address = req.ip ?? ''
  const identity = `${partner.slug} ${login.username ?? ''}`
  await assertNotLocked(address, identity)
  try {
    const rules = { refuseDemo: hub.config.production }
    return authenticateOciUser(hub.keys, partner, login.username ?? '', login.password ?? '', rules)
  } catch (error) {
    await countFailure(address, identity)
    throw error
  }
}

function warnOfCall(req: Request, partner: TradingPartner, login: OciLogin) {
  const findings = []
  if (req.method === 'GET' && login.password)
    findings.push({
      code: 'password_in_address',
      message:
        'The password stands in the address, where proxies log it. Let the buyer’s system call the catalogue by POST.',
    })
  if (login.cancelUrl && whyReturnUrlRefused(login.cancelUrl, partner.settings.allowedReturnHosts))
    findings.push({
      code: 'cancel_url_refused',
      message: 'OCICANCEL is not among the allowed return hosts; leaving goes to HOOK_URL instead.',
    })
  return findings
}

async function beginSession(
  hub: Hub,
  call: { partner: TradingPartner; login: OciLogin; mode: Mode; documentId: string },
): Promise<Recognised> {
  const { partner, login, mode, documentId } = call
  const refusal = isSapEvent(login.hookUrl)
    ? null
    : whyReturnUrlRefused(login.hookUrl, partner.settings.allowedReturnHosts)
  if (refusal) throw new HubError('invalid_document', `${partner.settings.oci.hookUrlName} is refused: ${refusal}.`)
  const user = await recogniseBuyer(hub, partner, ociFacts(login), Promise.resolve())
  const { account, person, role, costCentre, shipTo, contract } = user
  const asked = {
    productId: login.productId ?? null,
    quantity: login.quantity ?? null,
    searchString: login.searchString ?? null,
    vendor: login.vendor ?? null,
  }
  const language = login.language ?? partner.settings.language ?? null
  const setup: PunchoutSetup = {
    documentId,
    buyerCookie: null,
    returnUrl: login.hookUrl,
    language,
    contract: contract ?? partner.settings.contract ?? null,
    role,
    costCentre,
    shipTo: shipTo ? { addressId: shipTo, name: shipTo } : null,
    extrinsics: Object.fromEntries(login.extra),
    asked: { function: login.function ?? null, ...asked, selectedItems: [] },
    editLines: null,
    parties: null,
    callUp: callUpOf(partner, login),
  }
  const startToken = hub.newToken()
  const ids = { id: hub.newId(), eventId: hub.newId() }
  const { session, writes } = startSession(
    hub.db,
    { ...ids, partner, user, mode, operation: 'create', editsSessionId: null, setup, startToken },
    hub.now(),
  )
  await together(hub.db, [...writes, documentSessionUpdate(hub.db, documentId, session.id)])
  const company = { id: account.id, name: account.name, customerNumber: account.customerNumber }
  const question = { ...asked, language, company, person: { id: person.id, email: person.email, name: person.name } }
  return { partner, session, login, startToken, question }
}

/** What the return form needs of the call-up. */
function callUpOf(partner: TradingPartner, login: OciLogin): PunchoutSetup['callUp'] {
  const cancelUrl =
    login.cancelUrl && !whyReturnUrlRefused(login.cancelUrl, partner.settings.allowedReturnHosts)
      ? login.cancelUrl
      : null
  return {
    okCode: login.okCode ?? null,
    caller: login.caller ?? null,
    target: login.target ?? null,
    returnTarget: login.returnTarget ?? null,
    charset: login.charset ?? null,
    cancelUrl,
  }
}

/**
 * VALIDATE and QUANTITYCHECK post their answer to HOOK_URL by themselves; BACKGROUND_SEARCH is read by the buyer's server and must
 * not. An unknown product is a page without a form (facts of OCI 4.0/5.0, functions).
 */
async function answerInBackground(
  hub: Hub,
  res: Response,
  { partner, session, question }: Recognised,
  asked: (typeof BACKGROUND)[number],
): Promise<void> {
  const storefront = await findStorefront(hub.db, session.sellerId, session.storefrontId)
  const audience = await findStorefrontClientId(hub.db, session.storefrontId)
  if (!storefront || !audience)
    throw new HubError('storefront_failed', 'No storefront client is set up for this partner.')
  const token = await hub.tokens.sign({ sub: session.personId, sid: session.id }, audience, 60, hub.now())
  const items: CartLine[] = await lookUpItems(storefront, token, { ...question, function: asked })
  if (items.length === 0) {
    const nonce = newNonce()
    setPageHeaders(res, nonce, { ancestors: partner.settings.frameAncestors, formActions: [] })
    return void res.type('html').send(renderPage('Nothing found', nonce, 'The catalogue has no such product.'))
  }
  const { bytes } = await hub.db.transaction(async (trx) => {
    const sent = await sendBack(hub, trx, { session, partner, cart: { lines: items }, onlyCheck: false })
    await markLeft(trx, { id: session.id, returnDocumentId: sent.documentId }, hub.now())
    return sent
  })
  sendReturnPage(res, partner, { ...session, state: 'returned' }, ociForm(bytes), {
    autoSubmit: asked !== 'BACKGROUND_SEARCH',
  })
}
