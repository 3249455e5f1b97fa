// The one place where an error becomes a JSON answer: {error: {code, message, id, details}}. Unknown errors show their id only.
import type { Response } from 'express'
import { z } from 'zod'
import { type ErrorCode, errorKinds, HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      id: z.uuid().describe('stands in the hub’s log beside the cause'),
      details: z.unknown().optional(),
    }),
  })
  .meta({ id: 'Error' })

/** What anything thrown means to a caller. Never its stack, never the text of an unknown error. */
export function asHubError(error: unknown): HubError {
  if (error instanceof HubError) return error
  if (error instanceof z.ZodError) {
    const issues = error.issues.flatMap(insideUnion)
    const details = issues.slice(0, 100).map((i) => ({ field: i.path.join('.'), message: i.message }))
    const [first] = details
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more, see details)` : ''
    return new HubError('invalid_input', `${first?.field || 'The body'}: ${first?.message}${more}`, { details })
  }
  // body-parser and express name their kind in `type` and `status`.
  const { type, status } = error as { type?: unknown; status?: unknown }
  if (type === 'entity.too.large' || type === 'parameters.too.many') return new HubError('too_large')
  if (type === 'entity.parse.failed')
    return new HubError('invalid_input', 'The body is no JSON. Check quotes, commas and encoding (UTF-8).')
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return new HubError('unsupported_media')
  if (type === 'request.aborted') return new HubError('invalid_input', 'The request broke off.')
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new HubError('invalid_input', undefined, { cause: error })
  if (isUnreachable(error)) return new HubError('unavailable', undefined, { cause: error })
  return new HubError('internal', undefined, { cause: error })
}

/** "Invalid input" helps nobody: the alternative the caller came closest to says what is wrong. */
function insideUnion(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue]
  const depth = (issues: z.core.$ZodIssue[]) => Math.max(...issues.map((i) => i.path.length))
  const [closest = []] = [...issue.errors].sort((a, b) => depth(b) - depth(a))
  return closest.flatMap((i) => insideUnion({ ...i, path: [...issue.path, ...i.path] }))
}

/** PostgreSQL is away, restarting or out of connections: the caller should try again. */
function isUnreachable(error: unknown): boolean {
  const { code, name } = error as { code?: unknown; name?: unknown }
  return name === 'KnexTimeoutError' || (typeof code === 'string' && /^(ECONN|ETIMEDOUT|EPIPE|57P0|08|53)/.test(code))
}

export function renderError(hub: Hub, error: unknown, res: Response): void {
  const known = asHubError(error)
  const id = logError(hub, known, res)
  if (res.headersSent) return void res.destroy()
  if (known.code === 'unauthenticated' || known.code === 'invalid_client')
    res.set('WWW-Authenticate', 'Bearer realm="hub"')
  res
    .status(statusOf(known.code))
    .json({ error: { code: known.code, message: known.message, id, details: known.details } })
}

/** Logs an error under a new id. 5xx with their cause and stack, others in a line. Returns the id. */
export function logError(hub: Hub, error: HubError, res: Response): string {
  const id = hub.newId()
  const status = statusOf(error.code)
  const facts = { id, code: error.code, route: res.locals.route, message: error.message }
  if (status >= 500) hub.log.error({ ...facts, cause: error.cause ?? error }, 'request failed')
  else hub.log.info({ ...facts, cause: typeof error.cause === 'string' ? error.cause : undefined }, 'request refused')
  return id
}

export function statusOf(code: ErrorCode): number {
  return errorKinds[code].http
}
