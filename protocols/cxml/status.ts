// Response/Status and Message/Status with the codes cXML has (cXML Reference Guide, "Status").
import { shapeOf } from './shape.ts'
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

export const status = shapeOf<Status>('Status', {
  attributes: { code: 'required', text: 'required', lang: 'optional' },
  text: 'message',
})

/** Every code cXML has. There is no 202, 404, 405, 407, 408 or 410. */
export const statusCodes: Readonly<Record<string, { text: string; meaning: string }>> = {
  '200': { text: 'OK', meaning: 'The request was carried out; that is no commercial acceptance.' },
  '201': { text: 'Accepted', meaning: 'Taken for processing; the outcome is not known yet.' },
  '204': {
    text: 'No Content',
    meaning: 'Understood, nothing to send. In a Message: the shopper cancelled, leave the cart as it is.',
  },
  '211': { text: 'OK', meaning: 'Carried out, and more documents wait.' },
  '280': { text: 'Forwarded', meaning: 'Passed on by an intermediary; the outcome follows as a StatusUpdateRequest.' },
  '281': { text: 'Forwarded', meaning: 'Passed on over a medium that reports no outcome.' },
  '400': { text: 'Bad Request', meaning: 'Parsed, but unacceptable.' },
  '401': { text: 'Unauthorized', meaning: "The Sender's credential is not recognised." },
  '402': { text: 'Payment Required', meaning: 'A complete Payment element is needed.' },
  '403': { text: 'Forbidden', meaning: 'The sender may not do this.' },
  '406': { text: 'Not Acceptable', meaning: 'The document could not be parsed.' },
  '409': { text: 'Conflict', meaning: 'The state of things does not allow it.' },
  '412': {
    text: 'Precondition Failed',
    meaning: 'What the request builds on is not there, such as the session to edit.',
  },
  '450': { text: 'Not Implemented', meaning: 'This document is not handled here.' },
  '475': { text: 'Signature Required', meaning: 'The document must be signed.' },
  '476': { text: 'Signature Verification Failed', meaning: 'The signature could not be verified.' },
  '477': { text: 'Signature Unacceptable', meaning: 'The signature is valid, but of a kind that is not accepted.' },
  '499': { text: 'Document Size Error', meaning: 'The document is too large.' },
  '500': { text: 'Internal Server Error', meaning: 'Not carried out; try again.' },
  '550': { text: 'Unable to reach cXML server', meaning: 'The next server can not be reached; try again.' },
  '551': { text: 'Unable to forward request', meaning: 'The next server is misconfigured.' },
  '560': { text: 'Temporary server error', meaning: 'Down for maintenance; try again.' },
}

/** A Status of one of cXML's codes with its standard text. Throws RangeError on a code cXML does not have. */
export function statusOf(code: number, message = '', lang?: string): Status {
  const known = statusCodes[String(code)]
  if (!known) throw new RangeError(`cXML has no Status ${code}`)
  return { code: String(code), text: known.text, ...(lang && { lang }), message }
}

/** 2xx. */
export function isSuccess({ code }: Pick<Status, 'code'>): boolean {
  return /^2\d\d$/.test(code.trim())
}
