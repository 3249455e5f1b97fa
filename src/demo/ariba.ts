// The simulator as a cXML buyer: asks the hub for a StartPage and reads the cart that is posted back.
import { decode, encode } from '../../protocols/cxml/document.ts'
import type { Contact, Extrinsic, ShipTo } from '../../protocols/cxml/elements.ts'
import type { CxmlRequest } from '../../protocols/cxml/envelope.ts'
import type { ItemIn, ItemOut } from '../../protocols/cxml/items.ts'
import type { PunchOutOperation } from '../../protocols/cxml/punchout-setup-request.ts'
import { readReturnForm } from '../../protocols/cxml/return-form.ts'
import { isSuccess, statusCodes } from '../../protocols/cxml/status.ts'
import { formatTimestamp } from '../../protocols/cxml/timestamp.ts'
import { prettyXml } from './pretty-xml.ts'
import { newKey, type ReceivedCart, type RequisitionLine, type Visit } from './requisitions.ts'

export const BUYER = { domain: 'NetworkID', identity: 'AN01000000001' }
export const SUPPLIER = { domain: 'DUNS', identity: '123456789' }
export const SECRET = 'demo-secret'

export interface Setup {
  operation: PunchOutOperation
  buyerCookie: string
  returnUrl: string
  email: string
  mode: 'production' | 'test'
  /** Opens the shop at this product. */
  productId: string
  /** Lines to edit or inspect. */
  lines: readonly RequisitionLine[]
}

/** Posts a PunchOutSetupRequest. Says how it went; never throws for what the hub answers. */
export async function requestStartPage(
  hubUrl: string,
  setup: Setup,
): Promise<Pick<Visit, 'sent' | 'answered' | 'refusal' | 'departure' | 'outcome'>> {
  const bytes = encode(setupRequest(setup))
  const sent = prettyXml(new TextDecoder().decode(bytes))
  const refused = (refusal: string, answered: string | null) =>
    ({ sent, answered, refusal, departure: null, outcome: 'refused' }) as const
  let text: string
  try {
    const answer = await fetch(`${hubUrl}/cxml`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/xml; charset=UTF-8' },
      body: Buffer.from(bytes),
      signal: AbortSignal.timeout(20_000),
    })
    text = await answer.text()
  } catch {
    return refused('The hub does not answer.', null)
  }
  const answered = prettyXml(text)
  try {
    const response = decode(Buffer.from(text))
    if (response.kind !== 'Response') return refused(`The hub answered with a ${response.kind}.`, answered)
    const { status, content } = response
    if (!isSuccess(status) || content?.type !== 'PunchOutSetupResponse') {
      const meaning = statusCodes[status.code]?.meaning ?? ''
      return refused(`Status ${status.code} ${status.text}. ${status.message} (${meaning})`, answered)
    }
    const { url } = content.startPage
    if (!/^https?:$/.test(new URL(url).protocol)) return refused(`The StartPage is no web address: ${url}`, answered)
    return { sent, answered, refusal: null, departure: { method: 'GET', action: url, fields: [] }, outcome: 'open' }
  } catch (error) {
    return refused(`The answer is no cXML: ${(error as Error).message}`, answered)
  }
}

function setupRequest(setup: Setup): CxmlRequest {
  const now = new Date()
  return {
    kind: 'Request',
    payloadID: `${now.getTime()}.${newKey()}@almere.example`,
    timestamp: formatTimestamp(now, 'Europe/Amsterdam'),
    lang: 'en-US',
    header: {
      from: { credentials: [BUYER] },
      to: { credentials: [SUPPLIER] },
      sender: { credentials: [{ ...BUYER, sharedSecret: SECRET }], userAgent: 'Buyer simulator (Ariba)' },
    },
    deploymentMode: setup.mode,
    content: {
      type: 'PunchOutSetupRequest',
      operation: setup.operation,
      buyerCookie: setup.buyerCookie,
      extrinsics: userExtrinsics(setup.email),
      browserFormPost: { url: setup.returnUrl },
      contacts: [userContact(setup.email)],
      shipTo: SHIP_TO,
      selectedItems: setup.productId ? [{ itemID: { supplierPartID: setup.productId } }] : undefined,
      items: setup.lines.length > 0 ? setup.lines.flatMap((l) => (l.item ? [toItemOut(l.item)] : [])) : undefined,
    },
  }
}

export function userExtrinsics(email: string): Extrinsic[] {
  return [
    { name: 'UserEmail', value: email },
    { name: 'UniqueName', value: email.split('@')[0] ?? email },
    { name: 'CostCenter', value: 'FAC-310' },
  ]
}

export function userContact(email: string): Contact {
  const local = email.split('@')[0] ?? email
  const name = local
    .split('.')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(' ')
  return { role: 'endUser', name: { text: name, lang: 'en' }, emails: [{ address: email }] }
}

export const SHIP_TO: ShipTo = {
  address: {
    addressID: 'ALM-STADHUIS',
    isoCountryCode: 'NL',
    name: { text: 'City of Almere, town hall', lang: 'en' },
    postalAddress: {
      deliverTo: ['Facility desk'],
      street: ['Stadhuisplein 1'],
      city: 'Almere',
      postalCode: '1315 HR',
      country: { isoCountryCode: 'NL', text: 'Netherlands' },
    },
  },
}

/** What came back in the cart goes out as it came: the ids above all. */
function toItemOut({ openQuantity, promisedQuantity, extrinsics, tax, shipping, comments, ...item }: ItemIn): ItemOut {
  return item
}

export interface Returned {
  buyerCookie: string
  /** null = the shopper left without a cart (Status 204). */
  cart: ReceivedCart | null
  document: string
}

/** Reads a posted form. Throws CxmlError, or Error where the document is no cart. */
export function readCart(fields: readonly (readonly [string, string])[]): Returned {
  const message = readReturnForm(Object.fromEntries(fields))
  if (message.kind !== 'Message' || message.content?.type !== 'PunchOutOrderMessage')
    throw new Error('The document is no PunchOutOrderMessage.')
  const { buyerCookie, header, items } = message.content
  const [name = '', value = ''] = fields.find(([field]) => /^cxml-/i.test(field)) ?? []
  const base64 = /base64/i.test(name)
  const document = prettyXml(base64 ? Buffer.from(value, 'base64').toString('utf8') : value)
  if (message.status?.code === '204') return { buyerCookie, cart: null, document }
  const { total, tax, operationAllowed } = header
  const cart: ReceivedCart = {
    at: new Date(),
    via: name,
    lines: items.map(toLine),
    total: total.money,
    tax: tax?.money ?? null,
    editable: operationAllowed === 'edit',
    document,
  }
  return { buyerCookie, cart, document }
}

function toLine(item: ItemIn, index: number): RequisitionLine {
  const { itemID, itemDetail } = item
  const [classification] = itemDetail.classifications
  return {
    lineNumber: item.lineNumber ?? String(index + 1),
    parentLineNumber: item.parentLineNumber,
    supplierPartId: itemID.supplierPartID,
    supplierPartAuxiliaryId: itemID.supplierPartAuxiliaryID,
    description: itemDetail.descriptions[0]?.text ?? '',
    longText: item.comments?.[0]?.text,
    quantity: item.quantity,
    unit: itemDetail.unitOfMeasure,
    price: itemDetail.unitPrice.money.amount,
    currency: itemDetail.unitPrice.money.currency,
    priceUnit: itemDetail.priceBasisQuantity?.quantity,
    classification: classification && `${classification.domain} ${classification.text}`,
    manufacturerPartId: itemDetail.manufacturerPartID,
    leadTime: itemDetail.leadTime,
    service: item.itemClassification === 'service',
    item,
  }
}
