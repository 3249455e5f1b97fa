// Findings: what is odd about a document that is understood all the same. For people to read, never part of its identity.

export type FindingCode =
  | 'no-doctype'
  | 'encoding'
  | 'missing-payload-id'
  | 'missing-timestamp'
  | 'timestamp-without-offset'
  | 'timestamp-utc-z'
  | 'timestamp-not-iso'
  | 'domain-spelling'
  | 'selected-item'
  | 'missing'
  | 'empty'
  | 'repeated'
  | 'unknown-element'
  | 'unknown-attribute'
  | 'unexpected-text'
  | 'unknown-value'
  | 'unknown-status'
  | 'not-modelled'
  | 'multipart'

/** `path` is the element's place, `/cXML/Header/From/Credential[2]/@domain`; `message` a full sentence. */
export interface Finding {
  code: FindingCode
  path: string
  message: string
}
