// Credentials of From, To and Sender (cXML Reference Guide, "Credential"; cXML.dtd 1.2.071).
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

export declare function sameDomain(a: string, b: string): boolean
export declare function sameIdentity(
  a: Pick<Credential, 'domain' | 'identity'>,
  b: Pick<Credential, 'domain' | 'identity'>,
): boolean
export declare function isTestIdentity(credential: Pick<Credential, 'domain' | 'identity'>): boolean
export declare function productionIdentity(credential: Pick<Credential, 'domain' | 'identity'>): string
export declare function isNetworkDomain(domain: string): boolean
