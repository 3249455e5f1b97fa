// Response/Status and Message/Status with the codes cXML has (cXML Reference Guide, "Status").
import type { Keeps } from './xml-element.ts'

export interface Status extends Keeps {
  /** Three digits, as text: `200`. */
  code: string
  /** Short text of the code, `OK`. */
  text: string
  lang?: string
  /** What a person reads: the element's content. */
  message: string
}

export declare const statusCodes: Readonly<Record<string, { text: string; meaning: string }>>
/** A Status of one of cXML's codes with its standard text. Throws RangeError on a code cXML does not have. */
export declare function statusOf(code: number, message?: string, lang?: string): Status
export declare function isSuccess(status: Pick<Status, 'code'>): boolean
