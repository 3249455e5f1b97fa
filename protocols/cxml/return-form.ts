// The cart's way back through the buyer's browser: document <-> form fields cxml-urlencoded | cxml-base64.
import type { CxmlDocument } from './envelope.ts'
import type { Finding } from './finding.ts'

export type ReturnEncoding = 'cxml-urlencoded' | 'cxml-base64'

/**
 * The one hidden field of the form. `cxml-urlencoded`: US-ASCII with numeric character references, not percent-encoded
 * (the browser does that); `cxml-base64`: base64 of the UTF-8 document. Throws CxmlError `shared-secret` when a
 * credential holds a SharedSecret: it must never pass through a browser.
 */
export declare function returnForm(
  document: CxmlDocument,
  encoding: ReturnEncoding,
): { name: ReturnEncoding; value: string }
/** Reads a posted form's fields (name in any case, double-encoded values too). Throws CxmlError. */
export declare function readReturnForm(fields: Record<string, string>): CxmlDocument & { findings: Finding[] }
