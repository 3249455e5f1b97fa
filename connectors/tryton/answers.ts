// What Tryton answered, as a result or as an ErpError: statuses, and the `error: [kind, arguments]` that most of its refusals come as,
// with status 200.
import { ErpError, type ErpErrorKind } from '../erp-error.ts'
import type { HttpAnswer } from '../http-client.ts'
import type { TrytonLogin } from './json-rpc.ts'

/** Tryton ran the call and said no. `words` are its own, in the connection's language. */
export class TrytonFault extends ErpError {
  readonly words: string
  /** Name of the warning that asks to be accepted, with a UserWarning. */
  readonly warning: string | undefined

  constructor(kind: ErpErrorKind, message: string, words: string, options: { retryAfter?: number; warning?: string }) {
    super(kind, message, options)
    this.words = words
    this.warning = options.warning
  }
}

/** Tryton counts wrong passwords for as long as a session lasts, five minutes by default. */
const LOGIN_WAIT_SECONDS = 300

export const noTryton = (url: string) =>
  new ErpError('unintelligible', `What answers at ${url} is no Tryton server. Is the address right?`)

export interface Asked {
  to: string
  method: string
  loggedIn: boolean
}
/** Where the server itself answers, without a database and a login. */
export const SERVER = '/'

/** Cause of the error that a 401 within a session is; a new session may help. */
export const SESSION_ENDED = 'the session has ended'

/** Throws ErpError for whatever is no result. */
export function resultOf(answer: HttpAnswer, { to, method, loggedIn }: Asked, login: TrytonLogin): unknown {
  const { status } = answer
  if (to === SERVER && status !== 200) throw noTryton(login.url)
  if (status === 401)
    throw loggedIn
      ? new ErpError('unauthorised', `${method}: Tryton no longer knows the session.`, { cause: SESSION_ENDED })
      : new ErpError(
          'unauthorised',
          `Tryton refuses the login of "${login.user}" to the database "${login.database}": wrong user or password.`,
        )
  if (status === 403)
    throw new ErpError(
      'unintelligible',
      `${method}: this Tryton offers no such call (403). Is a module missing, or the version another?`,
    )
  if (status === 404) throw noDatabase(login)
  if (status === 429)
    throw new ErpError('throttled', `Tryton lets "${login.user}" wait after too many wrong passwords.`, {
      retryAfter: LOGIN_WAIT_SECONDS,
    })
  const body = answer.json()
  if (typeof body !== 'object' || body === null || !('result' in body || 'error' in body))
    throw new ErpError('unintelligible', `${method}: this is no answer of a Tryton server. Is the address right?`)
  if ('error' in body) throw isNoDatabase(body.error) ? noDatabase(login) : faultOf(body.error, method)
  return (body as { result: unknown }).result
}

/** Waiting may help: it is being restored. PostgreSQL's answer is a 404, SQLite's a Python exception. */
const noDatabase = ({ url, database }: TrytonLogin) =>
  new ErpError('unreachable', `Tryton at ${url} has no database "${database}". Are address and database right?`)
const isNoDatabase = (error: unknown) => Array.isArray(error) && /^Database '.*' doesn't exist/.test(String(error[0]))

/** trytond/exceptions.py; anything else is a Python exception's text. */
function faultOf(error: unknown, method: string): ErpError {
  const [kind, args] = Array.isArray(error) ? error : [error, []]
  const parts = (Array.isArray(args) ? args : [args]).filter((part) => typeof part === 'string' && part !== '')
  const fault = (kindOfError: ErpErrorKind, words: string, options = {}) =>
    new TrytonFault(kindOfError, `Tryton says to ${method}: ${words}`, words, options)
  switch (kind) {
    case 'UserError':
      return fault('refused', parts.join(' '))
    case 'UserWarning': {
      const [warning, ...words] = parts as string[]
      return fault('refused', words.join(' '), { warning })
    }
    case 'ConcurrencyException':
      return fault('throttled', `somebody else changed it meanwhile (${parts.join(' ')})`, { retryAfter: 5 })
    case 'LoginException':
      return fault('unauthorised', `the login asks for more than a password (${parts.slice(1).join(' ')})`)
    default:
      return pythonFault(String(kind).trim(), fault)
  }
}

type MakeFault = (kind: ErpErrorKind, words: string, options?: { retryAfter?: number }) => TrytonFault

function pythonFault(text: string, fault: MakeFault): TrytonFault {
  if (/could not (obtain lock|serialize)|deadlock detected|is locked|lock timeout|canceling statement/i.test(text))
    return fault('throttled', `another transaction holds what it needs (${text})`, { retryAfter: 5 })
  if (/connection (refused|reset|already closed)|closed the connection|could not connect|too many clients/i.test(text))
    return fault('unreachable', `its database can't be reached (${text})`)
  return fault('unintelligible', `it failed inside: ${text}`)
}
