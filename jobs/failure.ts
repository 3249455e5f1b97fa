// What a job's error means for its next attempt. Leaves (ErpError) and the house (HubError) say what went wrong; this table says
// whether trying again helps.
import { HubError } from '../src/errors.ts'

export interface Failure {
  /** Kept in job_runs.error_kind. */
  kind: string
  /** backoff: it may work later; after: seconds the other side asked for, not counted as an attempt; never: a person is needed. */
  retry: 'backoff' | 'never' | { after: number }
}

/** ErpError.kind (connectors/erp-error.ts) and those of whatever speaks to others in the same words. */
const kinds: Record<string, 'backoff' | 'never'> = {
  unreachable: 'backoff',
  throttled: 'backoff',
  refused: 'never',
  unauthorised: 'never',
  unintelligible: 'never',
}

/** Codes of HubError that time can cure; the others say no for good. */
const passing = new Set(['unavailable', 'storefront_failed', 'too_many_requests', 'internal'])

/** Errors nobody classified (a lost database, a bug) are tried again: the last attempt makes them visible. */
export function failureOf(error: unknown): Failure {
  const { kind, retryAfter } = (error ?? {}) as { kind?: unknown; retryAfter?: unknown }
  if (kind === 'throttled' && typeof retryAfter === 'number' && retryAfter >= 0)
    return { kind, retry: { after: retryAfter } }
  if (typeof kind === 'string' && Object.hasOwn(kinds, kind)) return { kind, retry: kinds[kind] as 'backoff' | 'never' }
  if (error instanceof HubError) return { kind: error.code, retry: passing.has(error.code) ? 'backoff' : 'never' }
  return { kind: 'fault', retry: 'backoff' }
}

/** The error and its causes in words, for people; no stack, bounded. */
export function inWords(error: unknown): string {
  const words: string[] = []
  for (let next = error; next !== undefined && next !== null && words.length < 4; next = (next as Error).cause)
    words.push(next instanceof Error ? next.message || next.name : String(next))
  return words.join(': ').slice(0, 2000)
}
