// What SAP Gateway says when it refuses: an OData V2 error document (`error.message.value`, details in `innererror`), or, when
// the request never reached a service, a web page. Made into the five kinds, in words an admin can use.
import { ErpError } from '../erp-error.ts'

/** Statuses whose answer is read here; the HTTP client throws for the rest (401, 429, 503, ...). */
export const readStatuses = [400, 403, 404, 405, 409, 412, 415, 422, 423, 428, 500, 501] as const

interface ErrorDocument {
  error?: {
    code?: string
    message?: { value?: string } | string
    innererror?: { transactionid?: string; errordetails?: unknown }
  }
}

/** Locked by a user in a dialog: wait and try again. V1 042, MC 601 and their kind. */
const LOCKED = /^(V1\/042|MC\/60[12]|SLS_LORD\/014|\/IWBEP\/CM_MGW_RT\/010)$/
const LOCKED_WORDS = /currently (being )?(processed|locked|edited)|locked by user/i
const LOCKED_SECONDS = 60

/** Makes the error of one answer; `body` as text. */
export function gatewayError(what: string, status: number, body: string): ErpError {
  const document = parsed(body)
  if (!document) return withoutDocument(what, status, body)
  const { code = '', innererror } = document
  const words = [...new Set([messageOf(document), ...detailsOf(innererror?.errordetails)])].filter(
    (word) => word !== '',
  )
  const said = `${what}: SAP says ${status}${code ? ` (${code})` : ''}: ${words.join(' ')}`
  if (LOCKED.test(code) || words.some((word) => LOCKED_WORDS.test(word)))
    return new ErpError('throttled', said, { retryAfter: LOCKED_SECONDS })
  if (status === 403) return new ErpError('unauthorised', `${said} The user lacks the right to do this.`)
  if (status === 404 && code.startsWith('/IWFND/'))
    return new ErpError(
      'refused',
      `${said} Activate the service (transaction /IWFND/MAINT_SERVICE), or check its name.`,
    )
  if (status >= 500 && status !== 501) {
    const where = innererror?.transactionid
      ? ` Its error log (/IWFND/ERROR_LOG) has it as ${innererror.transactionid}.`
      : ''
    return new ErpError('unreachable', `${said}${where}`)
  }
  return new ErpError('refused', said)
}

/** A page instead of data, whatever its status: a login form, a proxy, an inactive path. */
export function pageInsteadOfData(what: string, status: number, body: string): ErpError {
  const words = excerpt(body)
  if (/log\s?on|log\s?in|sign\s?in|SAMLRequest|password/i.test(body))
    return new ErpError(
      'unauthorised',
      `${what}: SAP answered ${status} with a login page ("${words}"). Basic authentication or OAuth must be allowed for this ` +
        'user and path, and the address must be that of the API.',
    )
  return new ErpError(
    'unintelligible',
    `${what}: SAP answered ${status} with a web page ("${words}"). Is the address right, and the path /sap/opu/odata active (SICF)?`,
  )
}

function withoutDocument(what: string, status: number, body: string): ErpError {
  if (/^\s*<(!doctype|html)/i.test(body)) {
    const page = pageInsteadOfData(what, status, body)
    return status >= 500 ? new ErpError('unreachable', page.message) : page
  }
  const said = `${what}: SAP says ${status}: "${excerpt(body)}"`
  if (status === 403) return new ErpError('unauthorised', said)
  return new ErpError(status >= 500 ? 'unreachable' : 'refused', said)
}

function parsed(body: string): ErrorDocument['error'] {
  try {
    return (JSON.parse(body) as ErrorDocument | null)?.error
  } catch {
    return undefined
  }
}

function messageOf({ message }: { message?: { value?: string } | string }): string {
  return (typeof message === 'string' ? message : message?.value)?.trim() ?? ''
}

/** SAP's own array, or `{ errordetail: [...] }` of older releases. Their message is plain text. */
function detailsOf(details: unknown): string[] {
  const list = Array.isArray(details) ? details : ((details as { errordetail?: unknown[] })?.errordetail ?? [])
  return (Array.isArray(list) ? list : []).map((detail) => messageOf(detail as { message?: string })).slice(0, 10)
}

/**
 * SAP's words about something it did: the `sap-message` header of a success, JSON. Information is left out, warnings and errors
 * are worth showing.
 */
export function messagesOf(header: string | null): string[] {
  if (!header) return []
  try {
    const message = JSON.parse(header) as SapMessage
    const all = [message, ...(message.details ?? [])]
    const worth = all
      .filter((each) => /warning|error/i.test(each.severity ?? ''))
      .map((each) => each.message?.trim() ?? '')
    return [...new Set(worth)].filter((words) => words !== '')
  } catch {
    return []
  }
}

interface SapMessage {
  message?: string
  severity?: string
  details?: SapMessage[]
}

function excerpt(body: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1]?.trim()
  const words = title || body.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')
  return words.replace(/\s+/g, ' ').trim().slice(0, 200)
}
