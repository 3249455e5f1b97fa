// Credentials of From, To and Sender (cXML Reference Guide, "Credential"; cXML.dtd 1.2.071).
import { one, shapeOf, text } from './shape.ts'
import type { Keeps } from './xml-element.ts'

export interface CredentialMac extends Keeps {
  type: string
  algorithm: string
  creationDate: string
  expirationDate: string
  value: string
}

export interface Credential extends Keeps {
  /** As written; compare with `sameDomain`. */
  domain: string
  /** `marketplace` or absent. */
  type?: string
  identity: string
  sharedSecret?: string
  credentialMac?: CredentialMac
}

const credentialMac = shapeOf<CredentialMac>('CredentialMac', {
  attributes: { type: 'required', algorithm: 'required', creationDate: 'required', expirationDate: 'required' },
  text: 'value',
  token: true,
})

export const credential = shapeOf<Credential>('Credential', {
  attributes: { domain: 'required', type: 'optional' },
  children: [
    text('Identity', 'identity', { required: true, strict: true }),
    text('SharedSecret', 'sharedSecret', { strict: true }),
    'DigitalSignature',
    one(credentialMac, 'credentialMac'),
  ],
})

/** Domains in the spellings their owners document; compared without regard to case. */
export const knownDomains: readonly string[] = [
  'NetworkID',
  'NetworkId',
  'AribaNetworkUserId',
  'AribaNetworkId',
  'IESAnetworkUserID',
  'DUNS',
  'VendorID',
  'PrivateID',
  'buyersystemid',
  'InternalSupplierID',
  'SystemID',
  'sap',
]

const networkDomains = new Set(['networkid', 'aribanetworkuserid', 'aribanetworkid'])

/** Partners spell one domain NetworkID, NetworkId and networkid. */
export function sameDomain(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase()
}

/** Same domain in any case, same identity without the blanks pretty-printing adds. */
export function sameIdentity(
  a: Pick<Credential, 'domain' | 'identity'>,
  b: Pick<Credential, 'domain' | 'identity'>,
): boolean {
  return sameDomain(a.domain, b.domain) && a.identity.trim() === b.identity.trim()
}

/** Does the domain hold Ariba Network ids (ANIDs)? */
export function isNetworkDomain(domain: string): boolean {
  return networkDomains.has(domain.trim().toLowerCase())
}

/** `-T` (or `-t`) behind an ANID marks the company's test account (Ariba Network). */
export function isTestIdentity({ domain, identity }: Pick<Credential, 'domain' | 'identity'>): boolean {
  return isNetworkDomain(domain) && /-t$/i.test(identity.trim())
}

/** The identity without the mark of a test account. */
export function productionIdentity({ domain, identity }: Pick<Credential, 'domain' | 'identity'>): string {
  return isTestIdentity({ domain, identity }) ? identity.trim().slice(0, -2) : identity.trim()
}
