// The codec's two doors: bytes to typed document and back, with the table of documents that have a codec.
import type { CxmlDocument } from './envelope.ts'
import type { Finding } from './finding.ts'

export type { CxmlDocument, CxmlMessage, CxmlRequest, CxmlResponse } from './envelope.ts'

export interface DecodeOptions {
  /** charset of the HTTP Content-Type; wins over the XML declaration unless there is a byte order mark. */
  charset?: string
  /** Most bytes accepted; 10 MB by default. More is CxmlError 499. */
  maxBytes?: number
}

/** Throws CxmlError, nothing else, whatever the bytes. */
export declare function decode(bytes: Uint8Array, options?: DecodeOptions): CxmlDocument & { findings: Finding[] }
/** UTF-8 with XML declaration and DOCTYPE. Throws CxmlError on text XML can't hold (control characters, lone surrogates). */
export declare function encode(document: CxmlDocument): Uint8Array
