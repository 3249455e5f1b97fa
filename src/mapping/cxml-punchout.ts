// cXML PunchOutSetupRequest -> what the house understands: parties, facts about the buyer, lines to edit; and the answers back.

import { isTestIdentity, productionIdentity } from '../../protocols/cxml/credential.ts'
import type { Contact, Address as CxmlAddress, Extrinsic } from '../../protocols/cxml/elements.ts'
import type { Header } from '../../protocols/cxml/envelope.ts'
import type { PunchOutSetupRequest } from '../../protocols/cxml/punchout-setup-request.ts'
import { type BuyerFacts, gatherFacts } from '../accounts/mapping-rules.ts'
import type { Address } from '../cart.ts'
import type { Identity, Parties } from '../partners/authenticate-partner.ts'
import type { ShownLine } from '../punchout/find-earlier-cart.ts'
import type { Operation } from '../punchout/punchout-session.ts'
import { fromItem } from './cxml-item.ts'

/**
 * The parties of a Header. Test and production are told apart by deploymentMode (absent = production) and by Ariba's `-T`
 * ending of a test ANID, which is taken off: both halves of a test pair are one partner.
 */
export function partiesOf(header: Header, deploymentMode: string | undefined): Parties {
  const all = [...header.from.credentials, ...header.sender.credentials]
  const test = deploymentMode === 'test' || all.some(isTestIdentity)
  const identities = (party: Header['from']): Identity[] =>
    party.credentials.map((c) => ({ domain: c.domain, identity: productionIdentity(c) }))
  return {
    from: identities(header.from),
    to: identities(header.to),
    sender: identities(header.sender),
    secret: header.sender.credentials.find((c) => c.sharedSecret !== undefined)?.sharedSecret ?? null,
    mode: test ? 'test' : 'production',
  }
}

// No extrinsic is ever guaranteed: these are the places systems were seen to put the user, most telling first.
const EMAIL_EXTRINSICS = ['useremail', 'email', 'emailaddress', 'user', 'uniquename', 'uniqueusername']
const NAME_EXTRINSICS = ['uniquename', 'uniqueusername', 'user', 'username']

/** What the document says of its buyer, for the mapping rules. Field names as in BuyerFacts. */
export function buyerFacts(request: PunchOutSetupRequest, header: Header): BuyerFacts {
  const { facts, add } = gatherFacts()
  addPartyFacts(add, facts, {
    extrinsics: request.extrinsics ?? [],
    header,
    contacts: request.contacts ?? [],
    shipTo: request.shipTo?.address,
  })
  return facts
}

/** The places where a document, whatever its kind, may name its user, added to the facts. */
export function addPartyFacts(
  add: (field: string, ...values: (string | undefined)[]) => void,
  facts: BuyerFacts,
  document: {
    extrinsics: readonly Extrinsic[]
    header: Header
    contacts: readonly Contact[]
    shipTo: CxmlAddress | undefined
  },
): void {
  const { extrinsics, header, contacts, shipTo } = document
  for (const e of extrinsics) add(`extrinsic.${e.name}`, e.value)
  for (const c of header.from.credentials) add(`from.${c.domain}`, c.identity)
  for (const contact of contacts) {
    add('contact.email', ...(contact.emails ?? []).map((e) => e.address))
    add('contact.name', contact.name.text)
    for (const e of contact.extrinsics ?? []) add(`extrinsic.${e.name}`, e.value)
  }
  if (shipTo) {
    add('shipTo.addressID', shipTo.addressID)
    add('shipTo.email', shipTo.email?.address)
    add('shipTo.name', shipTo.name.text)
  }
  const named = (names: string[]) =>
    names.flatMap((n) => extrinsics.filter((e) => e.name.toLowerCase() === n).map((e) => e.value))
  const emails = [...named(EMAIL_EXTRINSICS), ...(facts['contact.email'] ?? []), ...(facts['shipto.email'] ?? [])]
  add('userEmail', ...emails.filter((e) => e.includes('@')))
  add('uniqueName', ...named(NAME_EXTRINSICS))
}

export interface CxmlSetup {
  operation: Operation
  buyerCookie: string
  returnUrl: string | null
  language: string | null
  extrinsics: Record<string, string>
  shipTo: Address | null
  selectedItems: { supplierPartId: string; supplierPartAuxiliaryId: string | null }[]
  /** The lines of edit and inspect; null where the request brought none. */
  shown: ShownLine[] | null
}

/** Sorts a setup request into the house's words. Values stay text. */
export function fromSetupRequest(request: PunchOutSetupRequest, documentLanguage: string | undefined): CxmlSetup {
  const language = extrinsicNamed(request.extrinsics, 'userlanguage', 'language', 'locale') ?? documentLanguage ?? null
  return {
    operation: request.operation,
    buyerCookie: request.buyerCookie,
    returnUrl: request.browserFormPost?.url || null,
    language,
    extrinsics: Object.fromEntries((request.extrinsics ?? []).map((e) => [e.name, e.value])),
    shipTo: request.shipTo ? fromAddress(request.shipTo.address) : null,
    selectedItems: (request.selectedItems ?? []).map(({ itemID }) => ({
      supplierPartId: itemID.supplierPartID,
      supplierPartAuxiliaryId: itemID.supplierPartAuxiliaryID ?? null,
    })),
    shown: request.items && request.items.length > 0 ? request.items.map((item, i) => fromItem(item, i + 1)) : null,
  }
}

function extrinsicNamed(extrinsics: readonly Extrinsic[] | undefined, ...names: string[]): string | undefined {
  return extrinsics?.find((e) => names.includes(e.name.toLowerCase()) && e.value.trim() !== '')?.value.trim()
}

/** A cXML Address in the house's words. */
export function fromAddress(address: CxmlAddress): Address {
  const post = address.postalAddress
  return {
    addressId: address.addressID,
    name: address.name.text,
    deliverTo: post?.deliverTo,
    street: post?.street,
    city: post?.city,
    state: post?.state?.text,
    postalCode: post?.postalCode,
    countryCode: post?.country.isoCountryCode,
    email: address.email?.address,
    phone: address.phone?.telephoneNumber.number,
  }
}
